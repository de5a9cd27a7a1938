"""A property-based tester of APIs against the OpenAPI document and the function that it describes.

Schemathesis reads the document that the code generates and sends what it allows, what it forbids,
and sequences of both, over HTTP, to the real handler. Each answer must be one that the document
names, in the named form; what the document allows is not refused as malformed, what it forbids is.
"""

import io
import json
import subprocess
import tempfile
import threading
from contextlib import contextmanager, redirect_stdout
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from functions.credits_api import app
from ops import openapi
from ops.stack import tools
from tests.support.api_in_memory import KNOWN, in_memory
from tests.support.toward_api import event_of

SCHEMATHESIS: Final = tools.Tool("schemathesis", "4.32.5", "st")
SETTINGS: Final = Path(__file__).with_name("schemathesis.toml")
_DOCUMENT = "/openapi.json"


def check(examples: int, seed: int) -> int:
    """Send so many requests per operation; return how Schemathesis ended: 0 if nothing was found.

    Args:
        examples: of each phase and operation.
        seed: the same one sends the same requests.
    """
    with in_memory(), serving() as url, tempfile.TemporaryDirectory() as scratch:
        command = (
            *(tools.executable(SCHEMATHESIS), "--config-file", SETTINGS, "run", url + _DOCUMENT),
            *("--max-examples", str(examples), "--seed", str(seed), "--workers", "1"),
        )
        # What the function prints are its metrics.
        with redirect_stdout(io.StringIO()):
            return subprocess.run(command, cwd=scratch, check=False).returncode


def document():
    """Return the document, with ids that name something; signatures are the gateway's to check."""
    whole = openapi.document()
    del whole["security"], whole["components"]["securitySchemes"]
    for methods in whole["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    parameter["example"] = KNOWN[parameter["name"]]
    return whole


@contextmanager
def serving():
    """Stand in for the gateway on a free port of the loopback interface, until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Gateway) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments):
        """Say nothing; the tester tells of what it found."""

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == _DOCUMENT:
            self._send(200, {"content-type": "application/json"}, json.dumps(document()))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        event = event_of(self.command, self.path, headers, body)
        if event is None:  # the gateway's own answer, where no route fits
            plain = {"content-type": "application/json"}
            self._send(404, plain, json.dumps({"message": "Not Found"}))
            return
        reply = app.handler(event, None)
        self._send(reply["statusCode"], reply["headers"], reply["body"])

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self._answer  # to any method
        raise AttributeError(name)

    def _send(self, status, headers, text):
        raw = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)
