"""Tells when a folder has changed, by looking: it works on network drives too, and needs no library."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from assistant.errors import DocumentError
from assistant.ingest.discover import FoundFile, find_files

_Look = dict[Path, list[FoundFile]]


PATIENCE = 60
"""Looks after which a change is told though a file still grows, and told again where nothing came of it."""


def changes(
    roots: list[Path],
    seconds: float,
    pause: Callable[[float], None] = time.sleep,
    undone: Callable[[], bool] = lambda: False,
) -> Iterator[None]:
    """Yield after each change below ``roots`` since this was called, once two looks ``seconds`` apart agree.

    A copy is then complete; but one file that never stops growing holds up the others for ``PATIENCE`` looks only.
    While ``undone`` says that what was made of a change came to nothing, it is told again after as many.
    A look costs some ten microseconds a file. A root that is away for a while has not changed.
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
