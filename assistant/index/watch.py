"""Tells when a folder has changed, by looking: it works on network drives too, and needs no library."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from assistant.errors import DocumentError
from assistant.index.read import FoundFile, find_files


def changes(roots: list[Path], seconds: float, pause: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Yield after each change below ``roots`` since this was called, once two looks ``seconds`` apart agree.

    A copy is then complete. A look costs some ten microseconds a file. A root that is away for a while has not
    changed.
    """
    return _changes(roots, _look(roots, {}), seconds, pause)  # not in there: a generator starts when first asked


def _changes(
    roots: list[Path], settled: dict[Path, list[FoundFile]], seconds: float, pause: Callable[[float], None]
) -> Iterator[None]:
    seen = settled
    while True:
        pause(seconds)
        last, seen = seen, _look(roots, seen)
        if seen == last and seen != settled:
            settled = seen
            yield


def _look(roots: list[Path], before: dict[Path, list[FoundFile]]) -> dict[Path, list[FoundFile]]:
    found = {}
    for root in roots:
        try:
            found[root] = find_files(root)[0]
        except DocumentError:
            found[root] = before.get(root, [])
    return found
