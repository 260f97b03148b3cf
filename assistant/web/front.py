"""Answers from the first moment, and loads the parts of the application one after the other behind that."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from importlib import resources
from typing import TYPE_CHECKING

from assistant.web.guard import App, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from starlette.applications import Starlette

Told = Callable[[str], None]
"""Takes what is being done, in a few words."""

Part = Callable[[Told], "Starlette"]
"""Makes an application, and tells what it does meanwhile."""

PROGRESS = "/progress"
"""Where the page that stands in for the real one hears what is being done."""


class StoppedError(Exception):
    """Ends what is being loaded when the server ends."""


class Front:
    """ASGI application of ``parts``, each under a path, which are made in their order once the server listens.

    A request for a part that is still to come waits for it, but for the page: a small one stands in for that and says
    what is being done. ``over`` hears when all parts are there, or what was raised instead.
    """

    def __init__(self, parts: Mapping[str, Part], over: Callable[[BaseException | None], None]) -> None:
        self._parts, self._over = parts, over
        self._apps: dict[str, asyncio.Future[App]] = {}
        self._doing = "Loading"
        self._stopping = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or say what is being done."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        path = next(path for path in self._parts if scope["path"].startswith(path))
        app = self._apps[path]
        if scope["path"] == PROGRESS:
            await _send(send, 200, b"application/json", json.dumps({"doing": self._doing}).encode())
        elif scope["path"] == "/" and not app.done():
            stand_in = resources.files("assistant.web").joinpath("loading.html").read_bytes()
            await _send(send, 503, b"text/html; charset=utf-8", stand_in)
        else:
            await (await asyncio.shield(app))(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        loop = asyncio.get_running_loop()
        self._apps = {path: loop.create_future() for path in self._parts}
        ended = asyncio.Event()
        loading = asyncio.create_task(self._load(ended))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._stopping.set()
        ended.set()
        if all(app.done() for app in self._apps.values()):
            await loading
        await send({"type": "lifespan.shutdown.complete"})

    async def _load(self, ended: asyncio.Event) -> None:
        """Make each part and keep it alive until the server ends."""
        async with AsyncExitStack() as alive:
            try:
                for path, part in self._parts.items():
                    app = await self._made(part)
                    await alive.enter_async_context(app.router.lifespan_context(app))
                    self._apps[path].set_result(app)
            except Exception as exc:
                self._over(exc)
                return
            self._doing = ""
            self._over(None)
            await ended.wait()

    async def _made(self, part: Part) -> Starlette:
        """What ``part`` makes in a thread of its own; an executor's would keep the program from ending."""
        loop = asyncio.get_running_loop()
        made: asyncio.Future[Starlette] = loop.create_future()

        def settle(app: Starlette | None, fault: BaseException | None) -> None:
            if app is not None:
                made.set_result(app)
            else:
                made.set_exception(fault or StoppedError())

        def work() -> None:
            app, fault = None, None
            try:
                app = part(self._tell)
            except BaseException as exc:
                fault = exc
            if not self._stopping.is_set():
                loop.call_soon_threadsafe(settle, app, fault)

        threading.Thread(target=work, daemon=True).start()
        return await made

    def _tell(self, doing: str) -> None:
        if self._stopping.is_set():
            raise StoppedError
        self._doing = doing


async def _send(send: Send, status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
    start: Message = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})
