"""The stand-in as an HTTP server on the loopback interface."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import override
from urllib.parse import urlsplit

from ops.stripe_standin import api, control, forms
from ops.stripe_standin.errors import ApiError, broken, rate_limited, refusal
from ops.stripe_standin.forms import Params
from ops.stripe_standin.idempotency import Answers
from ops.stripe_standin.state import Fault, State
from ops.stripe_standin.webhooks import Deliveries, Endpoint

_HOST = "127.0.0.1"
_BODY_BYTES_MAX = 4 * 1_048_576
_NO_FAULT = Fault("delay", seconds=0.0)

type Answer = tuple[int, dict[str, object]]


class NoAnswerError(Exception):
    """The connection is to be closed without an answer."""


@dataclass(slots=True)
class StandIn:
    """Everything that stands in for Stripe, without its socket.

    Args:
        state: what it knows; tests and stories seed it.
        deliveries: the webhooks it sends.
        answers: the answers it stored by idempotency key.
    """

    state: State
    deliveries: Deliveries
    answers: Answers = field(default_factory=Answers)

    def serve(self, method: str, path: str, params: Params, key: str | None) -> Answer:
        """Return status and body of a call, faults and stored answers included.

        Raises:
            NoAnswerError: the caller is left waiting and then alone.
        """
        with self.state.lock:
            self.state.requests.append({"method": method, "path": path, "key": key})
            try:
                stored = self.answers.begin(key, method, path, params) if key else None
            except ApiError as error:
                return error.status, error.body()
            if stored is not None:
                return stored
            fault = self._fault(method, path)
        if fault.kind == "delay":
            time.sleep(fault.seconds)
        status, body = self._work(method, path, params, fault)
        with self.state.lock:
            self._store(key, fault, status, body)
        if fault.kind == "timeout":
            time.sleep(fault.seconds)
            raise NoAnswerError
        return status, body

    def _work(self, method: str, path: str, params: Params, fault: Fault) -> Answer:
        try:
            with self.state.lock:
                if fault.kind != "delay" and not fault.after:
                    raise _error(fault)
                body = api.answer(self.state, method, path, params)
                if fault.kind not in {"delay", "timeout"}:
                    raise _error(fault)
        except ApiError as error:
            return error.status, error.body()
        return 200, body

    def _store(self, key: str | None, fault: Fault, status: int, body: dict[str, object]) -> None:
        if key and fault.kind == "timeout" and not fault.after:
            self.answers.release(key)
        elif key:
            self.answers.end(key, status, body)

    def _fault(self, method: str, path: str) -> Fault:
        for fault in self.state.faults:
            if fault.method == method and path.startswith(fault.path):
                fault.times -= 1
                if fault.times < 1:
                    self.state.faults.remove(fault)
                return fault
        return _NO_FAULT


def _error(fault: Fault) -> ApiError:
    if fault.kind == "refuse":
        return refusal(fault.code)
    return rate_limited() if fault.kind == "rate_limit" else broken()


@dataclass(frozen=True, slots=True)
class Running:
    """A stand-in that answers.

    Args:
        url: its base, for `StripeClient(base_addresses={"api": url})`.
    """

    url: str
    standin: StandIn


@contextmanager
def running(
    port: int = 0, endpoint: Endpoint | None = None, *, livemode: bool = True
) -> Iterator[Running]:
    """Answer on a loopback port, a free one by default, until the block ends."""
    state = State(livemode=livemode)
    deliveries = Deliveries(endpoint or Endpoint(), state.now, state.delivered.add)
    state.on_event = deliveries.add
    standin = StandIn(state, deliveries)
    handler = type("Handler", (_Handler,), {"standin": standin})
    with ThreadingHTTPServer((_HOST, port), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        deliveries.start()
        try:
            yield Running(f"http://{_HOST}:{server.server_port}", standin)
        finally:
            deliveries.stop()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    standin: StandIn
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def do_DELETE(self) -> None:
        self._handle("DELETE")

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing; `requests` in the state remembers."""

    def _handle(self, method: str) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if length > _BODY_BYTES_MAX:
            self.close_connection = True
            self._send(413, ApiError(413, "", "Too large").body())
            return
        raw = self.rfile.read(length).decode("utf-8", "replace")
        try:
            if parts.path.startswith("/_control/"):
                status, body = control.serve(self.standin, method, parts.path, raw)
            elif not self.headers.get("Authorization", "").startswith("Bearer "):
                status, body = 401, ApiError(401, "", "You did not provide an API key.").body()
            else:
                params = forms.decode(parts.query) | forms.decode(raw)
                key = self.headers.get("Idempotency-Key") if method == "POST" else None
                status, body = self.standin.serve(method, parts.path, params, key)
        except NoAnswerError:
            self.close_connection = True
            return
        self._send(status, body)

    def _send(self, status: int, body: dict[str, object]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("Request-Id", f"req_standin{len(self.standin.state.requests):06d}")
        self.end_headers()
        self.wfile.write(raw)
