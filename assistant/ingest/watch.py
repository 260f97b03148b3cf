"""Watches folders for changes by polling, which also works on network drives and needs no library."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from assistant.errors import DocumentError
from assistant.ingest.discover import FoundFile, find_files

_Look = dict[Path, list[FoundFile]]


PATIENCE = 60
"""How many polls may pass before a change is reported although a file still grows, or is reported again."""


def changes(
    roots: list[Path],
    seconds: float,
    pause: Callable[[float], None] = time.sleep,
    undone: Callable[[], bool] = lambda: False,
) -> Iterator[None]:
    """Yield after each change below ``roots`` since the call, as soon as two polls ``seconds`` apart agree.

    So a file is fully copied when its change is reported. A file that never stops growing delays the others by at most
    ``PATIENCE`` polls. If handling a change failed, which ``undone`` tells, it is reported again after ``PATIENCE``
    polls. A poll takes about ten microseconds for each file. A root that is temporarily missing has not changed.
    """
    return _changes(roots, _look(roots, {}), seconds, pause, undone)  # a generator would first look when first asked


def _changes(
    roots: list[Path], settled: _Look, seconds: float, pause: Callable[[float], None], undone: Callable[[], bool]
) -> Iterator[None]:
    seen, waited = settled, 0
    while True:
        pause(seconds)
        last, seen = seen, _look(roots, seen)
        waited = waited + 1 if seen != settled or undone() else 0
        if (seen == last and seen != settled) or waited >= PATIENCE:
            settled, waited = seen, 0
            yield


def _look(roots: list[Path], before: _Look) -> _Look:
    found = {}
    for root in roots:
        try:
            found[root] = find_files(root)[0]
        except DocumentError:
            found[root] = before.get(root, [])
    return found
