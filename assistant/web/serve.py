"""The web application: page, uploads, MCP and chat completions behind one guard, and the server that runs it.

The server listens before any of them is loaded, and before the assistant is: chat completions are answered first, then
MCP, and the page comes a while later.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import uvicorn

from assistant.errors import ConfigError, DocumentError
from assistant.settings import is_loopback
from assistant.web.front import Front, Told
from assistant.web.guard import Guard

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

    from assistant.api import Assistant
    from assistant.types import OnProgress
    from assistant.web.library import Library

Opening = Callable[[], "Assistant"]
"""Gives the assistant that is served, the same one each time. It is first called when the server listens."""

Prepare = Callable[["OnProgress"], None]
"""What has to be done before the first question, such as building the index; tells how far it has come."""

HOST, PORT = "127.0.0.1", 7860


def address(host: str, port: int) -> str:
    """Where a browser finds the page."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared only
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def build(assistant: Assistant, host: str = HOST, port: int = PORT, *, local: bool = True) -> FastAPI:
    """The page with uploads and its API, unguarded: what takes seconds to load; ``local`` for this machine alone."""
    # Read when gradio is imported: no telemetry, no version check.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr
    from fastapi import FastAPI

    from assistant.web import page
    from assistant.web.state import AppState

    state = AppState(assistant, local=local)
    state.library.sweep()
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_route("/upload", _upload(state.library), methods=["POST"])
    blocks = page.build(state, address(host, port))
    blocks.queue(default_concurrency_limit=8, max_size=256)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        server_name=host,
        server_port=port,
        theme=page.theme(),
        head=page.head(),
        i18n=page.languages(),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        show_error=False,
        mcp_server=False,  # its tools are served by ``programs`` with typed results, without a detour over HTTP
        enable_monitoring=False,
        pwa=False,
    )
    return app


def _upload(library: Library) -> Callable[[Request], Any]:
    async def upload(request: Request) -> Response:
        from starlette.responses import JSONResponse

        try:
            taken = await library.receive(request.query_params.get("name", "")[:1000], request.stream())
        except DocumentError as error:
            return JSONResponse({"reason": str(error)}, status_code=422)
        except OSError:
            return JSONResponse({"reason": "The file cannot be stored."}, status_code=507)
        return JSONResponse({"token": taken.token})

    return upload


def run(
    opening: Opening,
    host: str = HOST,
    port: int = PORT,
    password: str = "",
    names: Sequence[str] = (),
    ready: Callable[[str], None] = lambda _: None,
    prepare: Prepare = lambda _: None,
) -> None:
    """Serve the page until interrupted.

    ``names`` are host names under which it may be reached besides ``host``. ``ready`` is called with the address as
    soon as the server listens. Until the page is loaded, a small page shows how far ``prepare`` has come.

    Raises ConfigError if the port is taken, or if ``host`` can be reached from other machines and there is no password;
    and what ``opening`` and ``prepare`` raise.
    """
    _check(host, password)
    with _listening(host, port) as listener:
        server = _server(opening, host, listener, password, names, prepare)
        server.listening = partial(ready, address(host, listener.getsockname()[1]))
        try:
            server.run(sockets=[listener])
        finally:
            with server.preparing:  # it hears of the end at its next step; to end in the middle of one would be a crash
                pass
    if server.fault:
        raise server.fault


@contextmanager
def serving(
    assistant: Assistant, host: str = HOST, port: int = 0, password: str = "", names: Sequence[str] = ()
) -> Iterator[str]:
    """Serve the page in a thread as long as the block runs; yields its address. Port 0 takes a free one."""
    _check(host, password)
    with _listening(host, port) as listener:
        server = _server(lambda: assistant, host, listener, password, names)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            server.loaded.wait()
            if server.fault:
                raise server.fault
            yield address(host, listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(10)


class _Server(uvicorn.Server):
    """Tells when it listens, and ends when a part of the application cannot be loaded."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening: Callable[[], None] = lambda: None
        self.loaded = threading.Event()
        self.preparing = threading.Lock()
        self.fault: BaseException | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does."""
        await super().startup(sockets)
        if self.started:
            self.listening()

    def over(self, fault: BaseException | None) -> None:
        """All parts are loaded, or one cannot be."""
        self.fault = fault
        self.should_exit = self.should_exit or fault is not None
        self.loaded.set()


def _server(
    opening: Opening,
    host: str,
    listener: socket.socket,
    password: str,
    names: Sequence[str],
    prepare: Prepare = lambda _: None,
) -> _Server:
    def chat_completions(tell: Told) -> Starlette:
        with server.preparing:
            tell("Loading")
            prepare(lambda step: tell(f"{step.stage.capitalize()} {step.done} of {step.total}"))
        tell("Loading")
        from starlette.applications import Starlette

        from assistant.web import completions

        return Starlette(routes=completions.routes(opening()))

    def programs(_: Told) -> Starlette:
        from assistant.web.programs import mcp_server

        return mcp_server(opening()).streamable_http_app()

    def page(tell: Told) -> Starlette:
        tell("Loading the page")
        local = is_loopback(host) and not password
        return build(opening(), host, listener.getsockname()[1], local=local)

    front = Front({"/v1": chat_completions, "/mcp": programs, "/": page}, lambda fault: server.over(fault))
    server = _Server(
        uvicorn.Config(
            Guard(front, host=host, names=frozenset(names), password=password),
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
    )
    return server


def _check(host: str, password: str) -> None:
    if not is_loopback(host) and not password:
        raise ConfigError(
            f"The address {host!r} can be reached from other machines, so a password is needed. "
            "`assistant chat --auth`, or set ASSISTANT_PASSWORD"
        )


def _listening(host: str, port: int) -> socket.socket:
    """A listening socket. It is opened before anything slow is loaded, so that a taken port is reported at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as exc:
        listener.close()
        raise ConfigError(
            f"The page cannot be served at {host!r}, port {port}: {exc.strerror}. `assistant chat --port {port + 1}`"
        ) from exc
    return listener
