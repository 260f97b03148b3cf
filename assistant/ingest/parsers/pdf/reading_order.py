"""The lines and tables of a printed page in reading order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from assistant.ingest.parsers.lines import is_short_field, marker_of
from assistant.ingest.parsers.pdf.printed import Box, Element, Grid, Page, Piece, Row, grouped, rows_of
from assistant.ingest.parsers.pdf.ruled import TOUCH, inside_box, ruled_regions, ruled_table
from assistant.ingest.parsers.pdf.unruled import (
    are_interleaved,
    bands,
    columns_of,
    free_table,
    side_by_side,
    text_columns,
)


def elements(page: Page) -> list[Element]:
    """The lines and tables of ``page`` in reading order."""
    pieces = [*_with_markers(_in_order(_with_counts(_without_line_numbers(page.pieces))))]
    rows = rows_of(pieces)
    if all(len(row) == 1 for row in rows):
        return list(pieces) if _are_parallel(rows) else [row[0] for row in rows]
    order = {id(piece): number for number, piece in enumerate(pieces)}
    found = [
        _Found(inside_box(region.box, pieces), [grid])
        for region in ruled_regions(page.rules)
        if (grid := ruled_table(region, pieces))
    ]
    free = _without(rows, found)
    parallel = False
    for band in bands(free):
        if columns := text_columns(band):
            parallel = True
            found += _columns(side_by_side(free, band, columns), page.rules, are_interleaved(band, columns, order))
        elif (columns := columns_of(band)) and (grid := free_table(band, columns)):
            found.append(_Found([*chain(*band)], [grid]))
    loose = _without(rows, found)
    if not parallel and not _are_parallel(loose):
        order = {id(piece): number for number, piece in enumerate(chain(*rows))}
    found += [_Found([piece], [piece]) for piece in chain(*loose)]
    found.sort(key=lambda part: min(order[id(piece)] for piece in part.pieces))
    return _joined_rows([element for part in found for element in part.elements])


class _Found(NamedTuple):
    """Pieces of a page, and the lines and tables that they make up."""

    pieces: list[Piece]
    elements: list[Element]


def _without(rows: Sequence[Row], found: Sequence[_Found]) -> list[Row]:
    """The rows without the pieces of ``found``."""
    taken = {id(piece) for part in found for piece in part.pieces}
    return [row for row in ([piece for piece in row if id(piece) not in taken] for row in rows) if row]


def _columns(sides: Sequence[list[Piece]], rules: Sequence[Box], interleaved: bool) -> Iterator[_Found]:
    """The columns one after the other if they were drawn row by row, else only those that have tables."""
    parts = [_Found(side, _within(side, rules)) for side in sides if side]
    if interleaved:
        yield _Found([*chain(*sides)], [*chain(*(part.elements for part in parts))])
    else:
        yield from (part for part in parts if any(isinstance(each, Grid) for each in part.elements))


def _within(side: Sequence[Piece], rules: Sequence[Box]) -> list[Element]:
    """The lines and tables of one of several columns."""
    left, right = min(piece.x0 for piece in side), max(piece.x1 for piece in side)
    inside = tuple(rule for rule in rules if rule[0] > left - TOUCH and rule[2] < right + 3 * TOUCH)
    return elements(Page(tuple(side), rules=inside))


# --- order ----------------------------------------------------------------------------------------


def _in_order(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces in drawing order, or by rows if that order often goes back up the page."""
    back = sum(
        after.base < before.base - 1.5 * before.size and after.x0 < before.x1 and before.x0 < after.x1
        for before, after in pairwise(pieces)
    )
    return pieces if back <= max(2, 0.12 * len(pieces)) else [piece for row in rows_of(pieces) for piece in row]


def _are_parallel(rows: Sequence[Row]) -> bool:
    """Whether there is text next to other text, so that drawing order is better than the order of rows."""
    beside = sum(len(row) > 1 for row in rows)
    for above, row in pairwise(rows):
        near = row[0].base - above[0].base < 2 * row[0].size
        beside += near and (row[0].x0 > above[-1].x1 or above[0].x0 > row[-1].x1)
    return beside > max(2, 0.1 * len(rows))


_NUMBERED_LINES = 8  # consecutive numbers in a column are line numbers


def _without_line_numbers(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces without line numbers at the left of the page."""
    rows = rows_of(pieces)
    left = [row[0] for row in rows if row[0].text.isdecimal() and len(row[0].text) < 4]

    def counts(run: list[Piece], piece: Piece) -> bool:
        return int(piece.text) - int(run[-1].text) in (1, 5) and abs(piece.x1 - run[-1].x1) < piece.size

    numbers = {id(piece) for run in grouped(left, counts) if len(run) >= _NUMBERED_LINES for piece in run}
    beside = sum(len(row) > 1 and id(row[0]) in numbers for row in rows)
    # A table may number its rows, but the rows of a page with line numbers have no other gaps.
    if not numbers or 3 * sum(len(row) > 2 for row in rows) > beside:
        return pieces
    return [piece for piece in pieces if id(piece) not in numbers]


def _with_counts(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces with the numbers 1, 2, 3 of a list joined to the words that follow; else they would be a table."""
    rows = [row for row in rows_of(pieces) if len(row) == 2 and row[0].text.isdecimal() and len(row[1].words) > 3]
    runs: list[list[Row]] = []
    for row in rows:
        last = runs[-1][-1][0] if runs else None
        counts = last is not None and int(row[0].text) == int(last.text) + 1
        if last is not None and counts and abs(row[0].x0 - last.x0) < row[0].size and _behind(row[0], row[1]):
            runs[-1].append(row)
        elif row[0].text == "1" and _behind(row[0], row[1]):
            runs.append([row])
    counted = [row for run in runs if len(run) > 1 for row in run]
    joined = {id(text): text._replace(words=(*number.words, *text.words)) for number, text in counted}
    numbers = {id(number) for number, _ in counted}
    return [joined.get(id(piece), piece) for piece in pieces if id(piece) not in numbers]


def _with_markers(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces with bullets and numbers joined to the text that follows them."""
    waiting: Piece | None = None
    for piece in pieces:
        if waiting is not None:
            if _behind(waiting, piece):
                yield piece._replace(words=(*waiting.words, *piece.words))
                waiting = None
                continue
            yield waiting
            waiting = None
        if len(piece.words) == 1 and len(piece.text) <= 6 and marker_of(f"{piece.text} x"):
            waiting = piece
        else:
            yield piece
    if waiting is not None:
        yield waiting


def _behind(marker: Piece, piece: Piece) -> bool:
    """Whether ``piece`` is right behind ``marker`` on the same line."""
    return abs(marker.base - piece.base) < 0.5 * piece.size and 0 <= piece.x0 - marker.x1 < 4.5 * piece.size


def _joined_rows(found: Sequence[Element]) -> list[Element]:
    """The elements with the pieces of one line outside tables joined: ``Date:   8 May``."""
    done: list[Element] = []
    for element in found:
        before = done[-1] if done else None
        if (
            isinstance(element, Piece)
            and isinstance(before, Piece)
            and abs(element.base - before.base) < 0.3 * element.size
            and element.x0 > before.x1
            and not (is_short_field(before.text) and (is_short_field(element.text) or element.text.endswith(":")))
        ):
            done[-1] = before._replace(
                words=(*before.words, *element.words),
                bold=before.bold and element.bold,
                mono=before.mono and element.mono,
            )
        else:
            done.append(element)
    return done
