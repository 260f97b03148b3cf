"""How far the files of a build have come, as the page watches it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.types import Progress

READING = 0.1
"""The part of the bar that reading a document takes; the rest is embedding, which takes the time."""

State = Literal[
    "waiting", "indexing", "indexed", "already there", "asking", "evaluated", "skipped", "cancelling", "cancelled"
]  # fmt: skip
_OPEN: tuple[State, ...] = ("waiting", "indexing", "asking")


@dataclass(frozen=True)
class Row:
    """How far one file has come; ``part`` is in [0, 1]."""

    name: str
    state: State = "waiting"
    part: float = 0.0
    reason: str = ""


TICK = 0.1
"""Seconds between two looks at a job."""


class CancelledError(Exception):
    """A build was cancelled."""


@dataclass
class Job:
    """A build in a thread of its own, as the page watches it."""

    rows: list[Row] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def set(self, place: int, **changes: object) -> None:
        """Change a row."""
        self.rows[place] = replace(self.rows[place], **changes)  # type: ignore[arg-type]

    @property
    def busy(self) -> bool:
        """Whether a row is still to come to its end."""
        return any(row.state in (*_OPEN, "cancelling") for row in self.rows)

    def cancel(self) -> None:
        """End the build at its next step."""
        self.cancelled.set()
        self.rows = [replace(row, state="cancelling") if row.state in _OPEN else row for row in self.rows]

    def check(self) -> None:
        """Raise CancelledError where the build was cancelled."""
        if self.cancelled.is_set():
            raise CancelledError

    def progress(self, place: int, step: Progress) -> None:
        """Show how far the file of a row has come. Raises CancelledError."""
        self.check()
        done = step.done / step.total if step.total else 0.0
        part = READING + (1 - READING) * done if step.stage == "embedding" else READING * done
        self.set(place, state="indexing", part=part)


class Jobs:
    """The jobs that are under way, by the page that started them."""

    def __init__(self) -> None:
        self._of: dict[str, list[Job]] = {}
        self.latest: dict[str, Job] = {}
        """The last job that each page started, over or not."""

    def cancel(self, owner: str) -> None:
        """End what ``owner`` has started."""
        for job in self._of.get(owner, ()):
            job.cancel()

    def watched(self, job: Job, owner: str, steps: Sequence[Callable[[], None]]) -> Iterator[tuple[Row, ...]]:
        """Take the steps in a thread, and yield the rows until they are done. Closing the iterator cancels the job."""
        thread = threading.Thread(target=lambda: [step() for step in steps], daemon=True)
        jobs = self._of.setdefault(owner, [])
        jobs.append(job)
        self.latest[owner] = job
        thread.start()
        try:
            busy = True
            while busy:
                busy = thread.is_alive()  # asked before the rows are taken, so that the last ones are those of the end
                yield tuple(job.rows)
                thread.join(TICK)
        finally:
            job.cancelled.set()
            thread.join()
            jobs.remove(job)
