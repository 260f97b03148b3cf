"""The content of a printed page: words, pieces of lines with their positions, rules and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from assistant.ingest.parsers.grid import Table

T = TypeVar("T")

Box = tuple[float, float, float, float]
"""Left, top, right and bottom; y grows downwards."""


class Word(NamedTuple):
    """A word with its left and right end."""

    text: str
    x0: float
    x1: float


class Piece(NamedTuple):
    """Words next to each other on a line. ``base`` is the height of the baseline, ``size`` the font size."""

    words: tuple[Word, ...]
    base: float
    size: float
    bold: bool = False
    slanted: bool = False
    mono: bool = False

    @property
    def x0(self) -> float:
        """The left end."""
        return min(self.words[0].x0, self.words[-1].x0)

    @property
    def x1(self) -> float:
        """The right end."""
        return max(self.words[0].x1, self.words[-1].x1)

    @property
    def middle(self) -> float:
        """The height of the middle of its letters."""
        return self.base - 0.3 * self.size

    @property
    def text(self) -> str:
        """The words, separated by spaces."""
        return " ".join(word.text for word in self.words)


class Page(NamedTuple):
    """The content of a page; ``pieces`` are in drawing order.

    ``aside`` holds lines in another direction than the others, ``unmapped`` the share of unknown characters.
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
"""A line or a table."""

Row = list[Piece]
"""Pieces on one line, from left to right."""


def grouped(items: Iterable[T], belongs: Callable[[list[T], T], bool]) -> Iterator[list[T]]:
    """The items in groups of neighbors; an item starts a new group unless it ``belongs`` to the group before it."""
    group: list[T] = []
    for item in items:
        if group and not belongs(group, item):
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def rows_of(pieces: Iterable[Piece]) -> list[Row]:
    """The pieces in rows, from the top of the page."""

    def on_row(row: Row, piece: Piece) -> bool:
        return piece.base - row[0].base < 0.45 * min(piece.size, row[0].size)

    rows = grouped(sorted(pieces, key=lambda piece: (piece.base, piece.x0)), on_row)
    return [sorted(row, key=lambda piece: piece.x0) for row in rows]


def bold_rows(bold: Sequence[bool]) -> int | None:
    """The number of bold rows at the top, which are the header, if the rows below are not bold."""
    first = next((number for number, each in enumerate(bold) if not each), len(bold))
    return first if 0 < first <= 2 and first < len(bold) and sum(bold[first:]) <= 0.3 * len(bold) else None
