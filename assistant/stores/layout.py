"""How a passage stands in a Chroma collection, in a folder and on a server: what any Chroma client may filter by."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import date

from assistant.types import Block, Chunk, Document

HNSW = {"space": "cosine", "ef_construction": 100, "max_neighbors": 16, "ef_search": 200}
"""How the collection finds the nearest vectors."""

DAY = "published_day"
"""The key of the day of publication, a number that can be compared."""


def day_number(day: date) -> int:
    """8 May 2025 as 20250508."""
    return day.year * 10_000 + day.month * 100 + day.day


def describer(document: Document) -> Callable[[Chunk], Mapping[str, str | int]]:
    """A function from a chunk of ``document`` to its metadata, in which what is not known is left out."""
    known = {
        "source": document.source,
        "title": document.title,
        "byline": document.byline,
        "published": document.published.isoformat() if document.published else None,
        DAY: day_number(document.published) if document.published else None,
        "kind": document.kind,
    }
    starts = [block.start for block in document.blocks]

    def describe(chunk: Chunk) -> Mapping[str, str | int]:
        place = {
            "heading": _heading(document, bisect_right(starts, chunk.start) - 1),
            "page": document.page_at(chunk.start),
            "start": chunk.start,
            "end": chunk.end,
        }
        return {name: value for name, value in {**known, **place}.items() if value is not None and value != ""}

    return describe


def _heading(document: Document, place: int) -> str:
    """The headings above the block at ``place``, outermost first; for a heading, including itself."""
    if place < 0:
        return ""
    block: Block = document.blocks[place]
    own = (" ".join(document.text[block.start : block.end].split()).strip("# "),) if block.kind == "heading" else ()
    return " › ".join((*block.headings, *own))
