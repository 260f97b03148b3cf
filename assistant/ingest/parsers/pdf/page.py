"""A printed page: its lines and tables in the order they are read in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from assistant.ingest.parsers.lines import is_short_field, marker_of
from assistant.ingest.parsers.pdf.printed import Box, Element, Grid, Page, Piece, Row, rows_of
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
    """The lines and tables of ``page`` in the order they are read in."""
    pieces = [*_with_markers(_in_order(_with_counts(_without_line_numbers(page.pieces))))]
    rows = rows_of(pieces)
    if all(len(row) == 1 for row in rows):
        return list(pieces) if _stand_beside(rows) else [row[0] for row in rows]
    order = {id(piece): number for number, piece in enumerate(pieces)}
    found: list[tuple[list[Piece], list[Element]]] = []
    taken: set[int] = set()
    for region in ruled_regions(page.rules):
        if grid := ruled_table(region, pieces):
            held = inside_box(region.box, pieces)
            taken.update(map(id, held))
            found.append((held, [grid]))
    free = [row for row in ([piece for piece in row if id(piece) not in taken] for row in rows) if row]
    parallel = False
    for band in bands(free):
        if columns := text_columns(band):
            parallel = True
            sides = side_by_side(free, band, columns)
            parts = [(side, _within(side, page.rules)) for side in sides if side]
            if are_interleaved(band, columns, order):
                found.append(([*chain(*sides)], [*chain(*(part for _, part in parts))]))
                taken.update(id(piece) for side in sides for piece in side)
            else:
                tables = [(side, part) for side, part in parts if any(isinstance(each, Grid) for each in part)]
                found += tables
                taken.update(id(piece) for side, _ in tables for piece in side)
        elif (columns := columns_of(band)) and (grid := free_table(band, columns)):
            held = [*chain(*band)]
            found.append((held, [grid]))
            taken.update(map(id, held))
    loose = [row for row in ([piece for piece in row if id(piece) not in taken] for row in rows) if row]
    if not parallel and not _stand_beside(loose):
        order = {id(piece): number for number, piece in enumerate(piece for row in rows for piece in row)}
    found += [([piece], [piece]) for row in loose for piece in row]
    found.sort(key=lambda part: min(order[id(piece)] for piece in part[0]))
    return _joined_rows([element for _, part in found for element in part])


def _within(side: Sequence[Piece], rules: Sequence[Box]) -> list[Element]:
    """The lines and tables of a column that stands beside others."""
    left, right = min(piece.x0 for piece in side), max(piece.x1 for piece in side)
    inside = tuple(rule for rule in rules if rule[0] > left - TOUCH and rule[2] < right + 3 * TOUCH)
    return elements(Page(tuple(side), rules=inside))


# --- order ----------------------------------------------------------------------------------------


def _in_order(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces as drawn, or by rows where they are drawn up and down the page."""
    back = sum(
        after.base < before.base - 1.5 * before.size and after.x0 < before.x1 and before.x0 < after.x1
        for before, after in pairwise(pieces)
    )
    return pieces if back <= max(2, 0.12 * len(pieces)) else [piece for row in rows_of(pieces) for piece in row]


def _stand_beside(rows: Sequence[Row]) -> bool:
    """Whether text stands beside other text, so that the order of drawing tells more than that of lines."""
    beside = sum(len(row) > 1 for row in rows)
    for above, row in pairwise(rows):
        near = row[0].base - above[0].base < 2 * row[0].size
        beside += near and (row[0].x0 > above[-1].x1 or above[0].x0 > row[-1].x1)
    return beside > max(2, 0.1 * len(rows))


_NUMBERED_LINES = 8  # that count on, one after the other, number the lines of the page


def _without_line_numbers(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces without the numbers that count the lines of the page at its left."""
    left = [row[0] for row in rows_of(pieces) if row[0].text.isdecimal() and len(row[0].text) < 4]
    runs: list[list[Piece]] = []
    for piece in left:
        last = runs[-1][-1] if runs else None
        step = int(piece.text) - int(last.text) if last else 0
        if last and step in (1, 5) and abs(piece.x1 - last.x1) < piece.size:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    numbers = {id(piece) for run in runs if len(run) >= _NUMBERED_LINES for piece in run}
    beside = sum(len(row) > 1 and id(row[0]) in numbers for row in rows_of(pieces)) if numbers else 0
    # A table may count its rows; the rows of a page have no other gaps.
    gaps = sum(len(row) > 2 for row in rows_of(pieces)) if numbers else 0
    if not numbers or 3 * gaps > beside:
        return pieces
    return [piece for piece in pieces if id(piece) not in numbers]


def _with_counts(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces, with the numbers 1, 2, 3 that stand alone before some words joined to these: a list, no table."""
    rows = [row for row in rows_of(pieces) if len(row) == 2 and row[0].text.isdecimal() and len(row[1].words) > 3]
    runs: list[list[Row]] = []
    for row in rows:
        last = runs[-1][-1][0] if runs else None
        counts = last is not None and int(row[0].text) == int(last.text) + 1
        if last is not None and counts and abs(row[0].x0 - last.x0) < row[0].size and _behind(row[0], row[1]):
            runs[-1].append(row)
        elif row[0].text == "1" and _behind(row[0], row[1]):
            runs.append([row])
    joined = {
        id(text): text._replace(words=(*number.words, *text.words))
        for run in runs
        if len(run) > 1
        for number, text in run
    }
    numbers = {id(number) for run in runs if len(run) > 1 for number, _ in run}
    return [joined.get(id(piece), piece) for piece in pieces if id(piece) not in numbers]


def _with_markers(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces, with bullets and numbers joined to the text behind them."""
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
    return abs(marker.base - piece.base) < 0.5 * piece.size and 0 <= piece.x0 - marker.x1 < 4.5 * piece.size


def _joined_rows(found: Sequence[Element]) -> list[Element]:
    """What is left on one line beside each other, outside tables, becomes one line: ``Date:   8 May``."""
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
