"""An HTTP server on the loopback interface that answers each request in a thread: what the doubles of servers share."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self


class Handler(BaseHTTPRequestHandler):
    """Answers requests; ``served`` is the LoopbackServer. Nothing is logged."""

    protocol_version = "HTTP/1.1"
    served: Any

    def log_message(self, *_: object) -> None:
        """Log nothing: the servers remember what they were asked."""

    def do_GET(self) -> None:
        """Answer with ``get``."""
        self.get()

    def do_POST(self) -> None:
        """Answer with ``post``."""
        self.post(self.rfile.read(int(self.headers.get("content-length") or 0)))

    def get(self) -> None:
        """Answer a GET request."""

    def post(self, sent: bytes) -> None:
        """Answer a POST request with this body."""

    def send_body(self, status: int, kind: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send a whole answer."""
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def send_json(self, status: int, body: Mapping[str, Any]) -> None:
        """Send a whole answer in JSON."""
        self.send_body(status, "application/json", json.dumps(body, separators=(",", ":")).encode())


class LoopbackServer:
    """A context manager that listens at ``port``, or at a free one."""

    handler: ClassVar[type[BaseHTTPRequestHandler]]
    port: int = 0

    def __enter__(self) -> Self:
        self.closing = threading.Event()
        self._server = _Threads(("127.0.0.1", self.port), type("Served", (self.handler,), {"served": self}))
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Threads(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)
