"""The web application: the page, uploads, MCP and chat completions behind one guard, and the server that runs it."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from assistant.api import Assistant
from assistant.errors import ConfigError, DocumentError
from assistant.web.guard import Guard, is_loopback

if TYPE_CHECKING:
    import uvicorn
    from starlette.requests import Request
    from starlette.responses import Response

    from assistant.web.library import Library

HOST, PORT = "127.0.0.1", 7860


def address(host: str, port: int) -> str:
    """Where a browser finds the page."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared only
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def build(
    assistant: Assistant, host: str = HOST, port: int = PORT, password: str = "", names: Sequence[str] = ()
) -> Guard:
    """The whole application, guarded.

    ``names`` are host names it may be reached under besides ``host``. Raises ConfigError where ``host`` can be
    reached from other machines and there is no password.
    """
    if not is_loopback(host) and not password:
        raise ConfigError(
            f"The address {host!r} can be reached from other machines, so a password is needed. "
            "`assistant chat --auth`, or set ASSISTANT_PASSWORD"
        )
    # Read when gradio is imported: no telemetry, no version check.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr
    from fastapi import FastAPI

    from assistant.web import completions, page
    from assistant.web.programs import mcp_server
    from assistant.web.state import AppState

    state = AppState(assistant)
    state.library.sweep()
    server = mcp_server(assistant)
    mcp_app = server.streamable_http_app()  # makes the session manager

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_route("/upload", _upload(state.library), methods=["POST"])
    app.router.routes.extend([*mcp_app.routes, *completions.routes(assistant)])
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
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        show_error=False,
        mcp_server=False,  # its tools are served by ``programs`` with typed results, without a detour over HTTP
        enable_monitoring=False,
        pwa=False,
    )
    return Guard(app, host=host, names=frozenset(names), password=password)


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
    assistant: Assistant,
    host: str = HOST,
    port: int = PORT,
    password: str = "",
    names: Sequence[str] = (),
    ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve the page until interrupted; ``ready`` hears its address once it can be opened.

    Raises ConfigError where the port is taken or a password is missing.
    """
    with _listening(host, port) as listener:
        _server(assistant, host, listener, password, names, ready).run(sockets=[listener])


@contextmanager
def serving(
    assistant: Assistant, host: str = HOST, port: int = 0, password: str = "", names: Sequence[str] = ()
) -> Iterator[str]:
    """Serve the page in a thread as long as the block runs; yields its address. Port 0 takes a free one."""
    up = threading.Event()
    with _listening(host, port) as listener:
        server = _server(assistant, host, listener, password, names, lambda _: up.set())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            up.wait(60)
            yield address(host, listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(10)


def _server(
    assistant: Assistant,
    host: str,
    listener: socket.socket,
    password: str,
    names: Sequence[str],
    ready: Callable[[str], None],
) -> uvicorn.Server:
    import uvicorn

    port = listener.getsockname()[1]

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready(address(host, port))

    return Server(
        uvicorn.Config(
            build(assistant, host, port, password, names),
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
    )


def _listening(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything slow is loaded so that a taken port is reported at once."""
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
