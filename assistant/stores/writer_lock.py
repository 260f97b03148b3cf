"""The lock that admits one writer to an index folder and tells a second one who holds it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from assistant.errors import IndexLockedError

_LOCK, _WRITER = "lock", "writer.json"


@contextmanager
def writer_lock(store: Path) -> Iterator[None]:
    """Hold the lock of the folder ``store``, which is created if it is missing. Raises IndexLockedError, OSError."""
    from filelock import FileLock, Timeout

    store.mkdir(parents=True, exist_ok=True)
    lock = FileLock(store / _LOCK, timeout=0)
    try:
        # The system releases the lock of a process that died, so a lock is never stale.
        lock.acquire()
    except Timeout as exc:
        raise IndexLockedError(
            f"{_holder(store)} is writing to the index {str(store.parent)!r}. Try again when it is done"
        ) from exc
    try:
        _sign(store)
        yield
    finally:
        lock.release()


def _sign(store: Path) -> None:
    """Write down who holds the lock. Failing is harmless: only the message to a second writer needs it."""
    since = datetime.now().astimezone().isoformat(timespec="seconds")
    with suppress(OSError):
        signed = {"pid": os.getpid(), "host": platform.node(), "since": since}
        (store / _WRITER).write_text(json.dumps(signed))


def _holder(store: Path) -> str:
    try:
        writer = json.loads((store / _WRITER).read_text())
        return f"Process {writer['pid']} on {writer['host']} since {writer['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "Another process"
