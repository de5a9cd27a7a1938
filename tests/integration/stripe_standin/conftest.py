"""A running stand-in and the official client that talks to it."""

import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from ops.stripe_standin.server import running
from tests.support import files


@pytest.fixture
def sample():
    """Return a function that reads one of Stripe's sample events."""
    return lambda case: files.sample(f"stripe_webhook/{case}")


@pytest.fixture
def standin():
    with running() as found:
        yield found


@pytest.fixture
def client(standin):
    """The client as Reprise configures it: no retries of its own."""
    http = stripe.RequestsClient(timeout=2)
    made = stripe.StripeClient(
        "sk_test_standin",
        base_addresses={"api": standin.url},
        max_network_retries=0,
        http_client=http,
    )
    yield made.v1
    http.close()


@pytest.fixture
def control(standin):
    """Return a function that asks the stand-in for something."""

    def ask(name, **payload):
        raw = json.dumps(payload).encode()
        request = urllib.request.Request(f"{standin.url}/_control/{name}", raw)  # noqa: S310
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    return ask


class Inbox:
    """An endpoint that remembers what it was sent and answers as told."""

    def __init__(self):
        self.received = []
        self.statuses = []
        self.url = ""


@pytest.fixture
def inbox():
    box = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            box.received.append((raw, self.headers["Stripe-Signature"]))
            self.send_response(box.statuses.pop(0) if box.statuses else 200)
            self.end_headers()

        def log_message(self, *_args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        box.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()
