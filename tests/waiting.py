"""Waits for a state, never for a time: the one place of the tests that knows of a clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

LIMIT = 120.0
"""Seconds that a busy machine may need for what takes a moment. Only a test that fails waits so long."""

_T = TypeVar("_T")


def until(state: Callable[[], _T], what: str) -> _T:
    """The first true value that ``state`` gives. Raises AssertionError with ``what`` where it gives none in time."""
    deadline = time.monotonic() + LIMIT
    while not (found := state()):
        assert time.monotonic() < deadline, f"not within {LIMIT:g} s: {what}"
        time.sleep(0.01)
    return found


def dawdle() -> None:
    """Take a moment, so that a kill may fall into it; no result depends on how long it is."""
    time.sleep(0.02)
