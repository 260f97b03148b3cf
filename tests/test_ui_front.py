"""The page answers before it is there: what is being done, what waits, and what becomes of a fault."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra 'chat' is not installed")
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from assistant import Assistant, Settings
from assistant.errors import ConfigError
from assistant.testing.fakes import FakeEmbedder
from assistant.types import OnProgress, Progress
from assistant.web import serve
from assistant.web.front import Front, StoppedError, Told
from assistant.web.guard import Message


class Stage:
    """Two parts, each of which is made when its event is set; ``alive`` are those whose lifespan has begun."""

    def __init__(self) -> None:
        self.go = {"/mcp": threading.Event(), "/": threading.Event()}
        self.told = threading.Event()
        self.alive: list[str] = []
        self.over: list[BaseException | None] = []
        self.stopped = threading.Event()
        self.front = Front({path: self._part(path) for path in self.go}, self.over.append)

    def _part(self, path: str) -> Callable[[Told], Starlette]:
        async def answer(_: Request) -> PlainTextResponse:
            return PlainTextResponse(f"part {path}")

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            self.alive.append(path)
            yield
            self.alive.remove(path)

        def made(tell: Told) -> Starlette:
            tell(f"Making {path}")
            self.told.set()
            self.go[path].wait()
            try:
                tell(f"Made {path}")
            except StoppedError:
                self.stopped.set()
                raise
            return Starlette(routes=[Route(path, answer)], lifespan=lifespan)

        return made

    async def get(self, path: str) -> tuple[int, str]:
        """Status and text of an answer."""
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        scope = {"type": "http", "path": path, "method": "GET", "headers": [], "query_string": b""}
        await self.front(scope, receive, send)
        return sent[0]["status"], sent[1]["body"].decode()

    def play(self, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run ``act`` between startup and shutdown."""

        async def run() -> None:
            said: asyncio.Queue[str] = asyncio.Queue()
            ended = asyncio.Event()
            steps = iter(("startup", "shutdown"))

            async def receive() -> Message:
                step = next(steps)
                if step == "shutdown":
                    await ended.wait()
                return {"type": f"lifespan.{step}"}

            async def send(message: Message) -> None:
                await said.put(str(message["type"]))

            life = asyncio.create_task(self.front({"type": "lifespan"}, receive, send))
            assert await said.get() == "lifespan.startup.complete"
            try:
                await act()
            finally:
                ended.set()
                await life
            assert await said.get() == "lifespan.shutdown.complete"

        asyncio.run(run())


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    for event in stage.go.values():
        event.set()


def test_a_page_says_what_is_done_until_the_real_one_is_there(stage: Stage) -> None:
    async def act() -> None:
        await asyncio.to_thread(stage.told.wait)
        assert json.loads((await stage.get("/progress"))[1]) == {"doing": "Making /mcp"}
        status, text = await stage.get("/")
        assert (status, 'fetch("progress")' in text) == (503, True)
        waiting = asyncio.create_task(stage.get("/upload"))
        stage.go["/mcp"].set()
        assert await stage.get("/mcp") == (200, "part /mcp")
        assert not waiting.done()
        stage.go["/"].set()
        assert (await waiting)[0] == 404  # that part has no such path
        assert await stage.get("/") == (200, "part /")
        assert json.loads((await stage.get("/progress"))[1]) == {"doing": ""}
        assert (stage.alive, stage.over) == (["/mcp", "/"], [None])

    stage.play(act)
    assert stage.alive == []


def test_what_is_loading_is_stopped_with_the_server(stage: Stage) -> None:
    async def act() -> None:
        await asyncio.to_thread(stage.told.wait)

    stage.play(act)
    stage.go["/mcp"].set()
    assert stage.stopped.wait()
    assert stage.over == []


def test_a_fault_of_what_is_prepared_ends_the_server(index_dir: Path) -> None:
    def prepare(_: object) -> None:
        raise ConfigError("The documents are gone.")

    with (
        Assistant.open(Settings(index_dir=index_dir), embedder=FakeEmbedder()) as assistant,
        pytest.raises(ConfigError, match="The documents are gone"),
    ):
        serve.run(lambda: assistant, port=0, prepare=prepare)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """SIGINT interrupts, even if the parent process ignores it, as the command line makes it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_waits_until_what_is_prepared_has_stopped(index_dir: Path) -> None:
    stopped: list[bool] = []

    def prepare(on_progress: OnProgress) -> None:
        signal.raise_signal(signal.SIGINT)
        try:
            while True:
                on_progress(Progress(stage="embedding", done=1, total=2))
        finally:
            stopped.append(True)

    with (
        Assistant.open(Settings(index_dir=index_dir), embedder=FakeEmbedder()) as assistant,
        pytest.raises(KeyboardInterrupt),
    ):
        serve.run(lambda: assistant, port=0, prepare=prepare)
    assert stopped
