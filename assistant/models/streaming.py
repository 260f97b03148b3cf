"""Runs a model's asynchronous stream in a thread of its own, so that waiting for it can be seen and broken off."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from typing import TypeVar

Part = TypeVar("Part")

HEARTBEAT_SECONDS = 2.0
"""Interval at which a silent stream reports that it is waiting."""


class SilenceError(Exception):
    """Nothing came for ``seconds``; ``started`` where something had come before."""

    def __init__(self, seconds: float, started: bool) -> None:
        super().__init__(f"silent for {seconds:g} s")
        self.seconds = seconds
        self.started = started


def watched(
    stream: AsyncIterator[Part], first: float, idle: float, beat: float = HEARTBEAT_SECONDS
) -> Iterator[Part | float]:
    """The parts of ``stream`` as they come, and every ``beat`` seconds of silence the seconds waited.

    ``first`` and ``idle`` are the seconds that may pass before the first part and between two. The stream runs in
    another thread, since a blocking read cannot be interrupted; closing this iterator cancels it. Raises SilenceError,
    and whatever the stream raises.
    """
    parts: queue.SimpleQueue[Part | Exception | None] = queue.SimpleQueue()

    async def pump() -> None:
        try:
            async for part in stream:
                parts.put(part)
            parts.put(None)
        except Exception as exc:
            parts.put(exc)

    work = asyncio.run_coroutine_threadsafe(pump(), _loop())
    heard, limit, started = time.monotonic(), first, False
    try:
        while True:
            silent = time.monotonic() - heard
            if silent >= limit:
                raise SilenceError(limit, started)
            try:
                part = parts.get(timeout=max(0.0, min(beat, limit - silent)))
            except queue.Empty:
                yield time.monotonic() - heard
                continue
            if part is None:
                return
            if isinstance(part, Exception):
                raise part
            heard, limit, started = time.monotonic(), idle, True
            yield part
    finally:
        work.cancel()


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    """One event loop for all streams, in a daemon thread so that it does not keep the program from ending."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="models", daemon=True).start()
    return loop
