"""An HTTP server on the loopback interface that answers each request in a thread: what the doubles of servers share."""

from __future__ import annotations

import sys
import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class LoopbackServer(ABC):
    """A context manager that listens at ``port``, or at a free one; its handlers have it as ``served``."""

    port: int = 0

    @abstractmethod
    def handler(self) -> type[BaseHTTPRequestHandler]:
        """The class that answers requests."""

    def __enter__(self) -> Self:
        self.closing = threading.Event()
        self._server = _Threads(("127.0.0.1", self.port), type("Handler", (self.handler(),), {"served": self}))
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
