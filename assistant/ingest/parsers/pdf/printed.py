"""What stands on a printed page: words, pieces of lines with their places, rules and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assistant.ingest.parsers.grid import Table

Box = tuple[float, float, float, float]
"""Left, top, right and bottom; y grows downwards."""


class Word(NamedTuple):
    """A word, and where it begins and ends across the page."""

    text: str
    x0: float
    x1: float


class Piece(NamedTuple):
    """Words that stand together on a line. ``base`` is the line they stand on, ``size`` that of their font."""

    words: tuple[Word, ...]
    base: float
    size: float
    bold: bool = False
    slanted: bool = False
    mono: bool = False

    @property
    def x0(self) -> float:
        """Its left end."""
        return min(self.words[0].x0, self.words[-1].x0)

    @property
    def x1(self) -> float:
        """Its right end."""
        return max(self.words[0].x1, self.words[-1].x1)

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(word.text for word in self.words)


class Page(NamedTuple):
    """What stands on a page; ``pieces`` are in the order they are drawn in.

    ``aside`` is what is written across the others, ``unmapped`` the share of characters that are not known.
    """

    pieces: tuple[Piece, ...] = ()
    aside: tuple[str, ...] = ()
    rules: tuple[Box, ...] = ()
    unmapped: float = 0.0


class Grid(NamedTuple):
    """A table found on a page."""

    table: Table
    top: float


Element = Piece | Grid
"""A line or a table, in the order they are read in."""

Row = list[Piece]
"""Pieces on one line, from left to right."""


def rows_of(pieces: Iterable[Piece]) -> list[Row]:
    """The pieces by the lines they stand on, from the top of the page."""
    rows: list[Row] = []
    for piece in sorted(pieces, key=lambda piece: (piece.base, piece.x0)):
        if rows and piece.base - rows[-1][0].base < 0.45 * min(piece.size, rows[-1][0].size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.x0) for row in rows]


def bold_rows(bold: Sequence[bool]) -> int | None:
    """How many rows at the top are the header for being bold, where those below are not."""
    first = next((number for number, each in enumerate(bold) if not each), len(bold))
    return first if 0 < first <= 2 and first < len(bold) and sum(bold[first:]) <= 0.3 * len(bold) else None
