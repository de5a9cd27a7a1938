"""A provider's API on a loopback port, which answers as a test says and notes what it was asked."""

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    """One request; headers by their lower-case names, for those that a provider cares about."""

    target: str
    headers: dict[str, str] = field(default_factory=dict)
    posted: object = None


HEADERS = ("authorization", "x-api-key", "content-type")


@contextmanager
def provider(answer):
    """Serve `answer(path) -> (status, body bytes or JSON)`; give the address and what was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.answer()

        def do_POST(self):
            self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def answer(self, posted=None):
            told = {name: self.headers[name] for name in HEADERS if name in self.headers}
            asked.append(Asked(f"{self.command} {self.path}", told, posted))
            status, body = answer(self.path)
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
