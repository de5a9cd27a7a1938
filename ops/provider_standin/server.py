"""The stand-in as an HTTP server on the loopback interface.

GET  /<provider>/api/v1/<what>/record-info?taskId=…   as docs.kie.ai and docs.sunoapi.org have it
POST /_control/answer  {task_id, body, status?}       what is answered about a task from now on
POST /_control/asked   {}                             the ids of the tasks asked about, in order
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, override
from urllib.parse import parse_qs, urlsplit

KEY: Final = "key-of-the-local-stack"
"""What both providers take for a valid key."""
PROVIDERS: Final = ("kie", "sunoapi")

_HOST: Final = "127.0.0.1"
_RECORDS: Final = ("/record-info", "/validate-info")

type Answer = tuple[int, object]

# As both providers answer: the HTTP status is fine, the code inside is not, or there is no record.
_NO_ACCESS: Final[Answer] = (200, {"code": 401, "msg": "You do not have access permissions"})
_NO_RECORD: Final[Answer] = (200, {"code": 200, "msg": "success", "data": None})
_NO_PATH: Final[Answer] = (404, {"code": 404, "msg": "Not Found"})


@dataclass(slots=True)
class StandIn:
    """What stands in for the providers, without its socket.

    Args:
        asked: ids of the tasks that were asked about, in order.
    """

    asked: list[str] = field(default_factory=list)
    _answers: dict[str, Answer] = field(default_factory=dict)

    def poll(self, target: str, authorization: str | None) -> Answer:
        """Return what is answered to a poll."""
        parts = urlsplit(target)
        provider, _, path = parts.path.lstrip("/").partition("/")
        if provider not in PROVIDERS or not path.endswith(_RECORDS):
            return _NO_PATH
        if authorization != f"Bearer {KEY}":
            return _NO_ACCESS
        task_id = parse_qs(parts.query).get("taskId", [""])[0]
        self.asked.append(task_id)
        return self._answers.get(task_id, _NO_RECORD)

    def control(self, path: str, told: dict[str, Any]) -> Answer:
        """Do what a test or a story asks of the stand-in itself."""
        if path == "/_control/answer":
            self._answers[str(told["task_id"])] = (int(told.get("status", 200)), told["body"])
            return HTTPStatus.OK, {}
        if path == "/_control/asked":
            return HTTPStatus.OK, {"asked": list(self.asked)}
        return _NO_PATH


@contextmanager
def running(port: int = 0) -> Iterator[str]:
    """Answer on a loopback port, a free one by default, until the block ends; yield the URL."""
    handler = type("Handler", (_Handler,), {"standin": StandIn()})
    with ThreadingHTTPServer((_HOST, port), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://{_HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    standin: StandIn
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._send(*self.standin.poll(self.path, self.headers.get("Authorization")))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            status, body = self.standin.control(self.path, json.loads(raw or b"{}"))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            status, body = HTTPStatus.BAD_REQUEST, {"msg": f"{self.path}: {error!r}"}
        self._send(status, body)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing; `asked` remembers."""

    def _send(self, status: int, body: object) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)
