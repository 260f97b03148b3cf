"""A double of a web server on the loopback interface: pages, redirects, and a server that stops in the middle."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import NamedTuple

from assistant.testing.loopback import LoopbackServer


class Page(NamedTuple):
    """What is at a path. ``to`` is where it redirects to; a page that ``stalls`` is promised and never comes."""

    text: str | bytes = ""
    kind: str = "text/html"
    status: int = 200
    to: str = ""
    zipped: bool = False
    stalls: bool = False

    @property
    def data(self) -> bytes:
        """The bytes that are sent."""
        plain = self.text.encode() if isinstance(self.text, str) else self.text
        return gzip.compress(plain) if self.zipped else plain


class _Handler(BaseHTTPRequestHandler):
    served: WebDouble

    def do_GET(self) -> None:
        """Send the page, or say that it is still the same."""
        self.served.asked.append(self.path)
        page = self.served.pages.get(self.path, Page("Nothing here", status=404))
        mark = f'"{hashlib.blake2b(page.data, digest_size=8).hexdigest()}"'
        if self.headers["If-None-Match"] == mark:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(page.status)
        self.send_header("Content-Type", page.kind)
        self.send_header("Content-Length", str(len(page.data)))
        self.send_header("ETag", mark)
        if page.to:
            self.send_header("Location", page.to)
        if page.zipped:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if page.stalls:
            self.served.closing.wait()
        else:
            self.wfile.write(page.data)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class WebDouble(LoopbackServer):
    """Serves ``pages`` by their paths, 404 for others, and remembers which paths were ``asked`` for."""

    handler = _Handler

    def __init__(self, pages: Mapping[str, Page]) -> None:
        self.pages = dict(pages)
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"
