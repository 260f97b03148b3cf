"""A printed page: pieces of lines with their places, put into the order they are read in, and its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from statistics import median
from typing import NamedTuple

from assistant.ingest.parsers.grid import Place, Table, is_number
from assistant.ingest.parsers.lines import SENTENCE_ENDS, is_short_field, marker_of

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
"""A line or a table, as ``elements`` puts them in order."""

Row = list[Piece]
"""Pieces on one line, from left to right."""


def elements(page: Page) -> list[Element]:
    """The lines and tables of ``page`` in the order they are read in."""
    pieces = [*_with_markers(_in_order(_with_counts(_without_line_numbers(page.pieces))))]
    rows = rows_of(pieces)
    if all(len(row) == 1 for row in rows):
        return list(pieces) if _stand_beside(rows) else [row[0] for row in rows]
    order = {id(piece): number for number, piece in enumerate(pieces)}
    found: list[tuple[list[Piece], list[Element]]] = []
    taken: set[int] = set()
    for region in _ruled(page.rules):
        if grid := _ruled_table(region, pieces):
            held = _inside(region.box, pieces)
            taken.update(map(id, held))
            found.append((held, [grid]))
    free = [row for row in ([piece for piece in row if id(piece) not in taken] for row in rows) if row]
    parallel = False
    for band in _bands(free):
        if columns := _text_columns(band):
            parallel = True
            sides = _side_by_side(free, band, columns)
            parts = [(side, _within(side, page.rules)) for side in sides if side]
            if _interleaved(band, columns, order):
                found.append(([*chain(*sides)], [*chain(*(part for _, part in parts))]))
                taken.update(id(piece) for side in sides for piece in side)
            else:
                tables = [(side, part) for side, part in parts if any(isinstance(each, Grid) for each in part)]
                found += tables
                taken.update(id(piece) for side, _ in tables for piece in side)
        elif (columns := _columns(band)) and (grid := _free_table(band, columns)):
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
    inside = tuple(rule for rule in rules if rule[0] > left - _TOUCH and rule[2] < right + 3 * _TOUCH)
    return elements(Page(tuple(side), rules=inside))


# --- rows and order -------------------------------------------------------------------------------


def rows_of(pieces: Iterable[Piece]) -> list[Row]:
    """The pieces by the lines they stand on, from the top of the page."""
    rows: list[Row] = []
    for piece in sorted(pieces, key=lambda piece: (piece.base, piece.x0)):
        if rows and piece.base - rows[-1][0].base < 0.45 * min(piece.size, rows[-1][0].size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.x0) for row in rows]


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


# --- tables and columns without rules -------------------------------------------------------------

_LOOSE = 3.2  # times the font size; rows further apart belong to no table


def _bands(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Runs of rows of two or more pieces; up to two rows of one may stand between them."""
    band: list[Row] = []
    for row in rows:
        near = not band or row[0].base - band[-1][0].base < _LOOSE * max(row[0].size, band[-1][0].size)
        multi = len(row) > 1
        other = multi and bool(band) and len(band[-1]) == 1 and not _aligned(band, row)
        if band and (other or not near or (not multi and all(len(each) == 1 for each in band[-2:]))):
            yield from _ended(band)
            band = []
        if multi or band:
            band.append(row)
    yield from _ended(band)


def _aligned(band: Sequence[Row], row: Row) -> bool:
    """Whether most of the pieces of ``row`` begin, end or have their middle where some do in the last full row."""
    above = next(each for each in reversed(band) if len(each) > 1)
    met = sum(any(_stand_alike(piece, other) for other in above) for piece in row)
    return 2 * met > min(len(row), len(above))


def _stand_alike(one: Piece, other: Piece) -> bool:
    left, right = one.x0 - other.x0, one.x1 - other.x1
    return min(abs(left), abs(right), abs(left + right) / 2) < 0.8 * one.size


def _ended(band: list[Row]) -> Iterator[list[Row]]:
    while band and len(band[-1]) == 1:
        band = band[:-1]
    if len(band) > 1:
        yield band


def _text_columns(band: Sequence[Row]) -> list[tuple[float, float]]:
    """The columns of running text that a band consists of, in which tables may stand; nothing where it is none."""
    for columns in (_columns(band, 0.0), _columns(band)):
        if columns and any(prose := [_is_prose(band, columns, number) for number in range(len(columns))]):
            return _with_tables(band, columns, prose)
    return []


def _with_tables(
    band: Sequence[Row], columns: list[tuple[float, float]], prose: Sequence[bool]
) -> list[tuple[float, float]]:
    """The columns, with those of figures that stand beside each other as one: a table beside running text."""
    joined: list[tuple[float, float]] = []
    before = False
    for number, (column, is_prose) in enumerate(zip(columns, prose, strict=True)):
        said = [piece.text for row in band for piece in row if _column_of(piece, columns)[0] == number]
        figures = not is_prose and 2 * sum(text[0].isdigit() for text in said) > len(said)
        if figures and joined and (before or not prose[number - 1]):
            joined[-1] = (joined[-1][0], column[1])
        else:
            joined.append(column)
        before = figures
    return joined if len(joined) > 1 else columns


def _columns(band: Sequence[Row], share: float = 0.6) -> list[tuple[float, float]]:
    """The columns of a band, from and to, by the gaps that nearly all of its fullest rows leave free.

    Full are the rows that have ``share`` of the most pieces of any.
    """
    most = max(len(row) for row in band)
    full = [row for row in band if len(row) >= max(2, share * most)]
    size = median(piece.size for row in full for piece in row)
    edges = sorted((at, step) for row in full for piece in row for at, step in ((piece.x0, 1), (piece.x1, -1)))
    spare = len(full) // 8
    columns: list[list[float]] = []
    depth, start = 0, None
    for at, step in edges:
        depth += step
        if depth > spare and start is None:
            start = at
        elif depth <= spare and start is not None:
            if columns and start - columns[-1][1] < 0.5 * size:
                columns[-1][1] = at
            else:
                columns.append([start, at])
            start = None
    return [(left, right) for left, right in columns] if len(columns) > 1 else []


def _column_of(piece: Piece, columns: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """The first and the last column that a piece stands in."""
    over = [n for n, (left, right) in enumerate(columns) if min(right, piece.x1) - max(left, piece.x0) > 0]
    if not over:
        middle = (piece.x0 + piece.x1) / 2
        nearest = min(range(len(columns)), key=lambda n: min(abs(columns[n][0] - middle), abs(columns[n][1] - middle)))
        return nearest, nearest
    return over[0], over[-1]


def _is_prose(band: Sequence[Row], columns: Sequence[tuple[float, float]], number: int) -> bool:
    """Whether column ``number`` holds running text that pays no heed to what stands beside it."""
    left, right = columns[number]
    lines = [(row, piece) for row in band for piece in row if _column_of(piece, columns) == (number, number)]
    if len(lines) < 3 or sum(len(piece.words) for _, piece in lines) < 3 * len(lines):
        return False
    inside = [_is_inside_sentence(above, piece, right - left) for (_, above), (_, piece) in pairwise(lines)]
    beside = [each for each, (row, _) in zip(inside, lines[1:], strict=True) if len(row) > 1]
    if sum(not piece.text[0].isupper() for _, piece in lines[1:]) < 0.3 * len(inside):
        return False  # each line begins anew
    return bool(beside) and sum(inside) >= 0.5 * len(inside) and sum(beside) >= 0.55 * len(beside)


def _is_inside_sentence(above: Piece, piece: Piece, width: float) -> bool:
    """Whether a line goes on with the sentence above it: in small letters, or below a full line without a stop."""
    first = piece.text[0]
    full = above.x1 - above.x0 > 0.85 * width and not above.text.endswith(SENTENCE_ENDS)
    uncased = first.isalpha() and first.upper() == first.lower()
    return first.islower() or (full and (len(above.words) > 5 or uncased))


def _interleaved(band: Sequence[Row], columns: Sequence[tuple[float, float]], order: dict[int, int]) -> bool:
    """Whether the columns are drawn row by row."""
    sides: list[list[int]] = [[] for _ in columns]
    for row in band:
        for piece in row:
            sides[_column_of(piece, columns)[0]].append(order[id(piece)])
    full = [side for side in sides if side]
    return any(max(left) > min(right) for left, right in pairwise(full))


def _side_by_side(
    rows: Sequence[Row], band: Sequence[Row], columns: Sequence[tuple[float, float]]
) -> list[list[Piece]]:
    """The pieces of each column, with the rows above and below the band that stay within one."""
    first = next(n for n, row in enumerate(rows) if row is band[0])
    last = next(n for n, row in enumerate(rows) if row is band[-1])
    while last + 1 < len(rows) and _follows(rows[last], rows[last + 1], columns):
        last += 1
    sides: list[list[Piece]] = [[] for _ in columns]
    for row in rows[first : last + 1]:
        for piece in row:
            sides[_column_of(piece, columns)[0]].append(piece)
    return sides


def _follows(above: Row, row: Row, columns: Sequence[tuple[float, float]]) -> bool:
    piece = row[0]
    start, end = _column_of(piece, columns)
    beyond = columns[end + 1][0] if end + 1 < len(columns) else columns[end][1] + 2
    near = piece.base - above[0].base < _LOOSE * piece.size
    return near and len(row) == 1 and start == end and columns[start][0] - 2 <= piece.x0 and piece.x1 <= beyond


def _free_table(band: Sequence[Row], columns: Sequence[tuple[float, float]]) -> Grid | None:
    """The table that a band is, by gaps alone; None for a few lines that happen to have gaps."""
    multi = [row for row in band if len(row) > 1]
    if len(multi) < (3 if len(columns) == 2 else 2):
        return None
    cells, covers = _cells(band, columns)
    filled = sum(bool(cell) for row in cells for cell in row)
    if filled < 0.4 * len(cells) * len(columns):
        return None
    gaps = [after[0].base - before[0].base for before, after in pairwise(band)]
    bold = [all(piece.bold for piece in row) for row in band]
    table = _merged(cells, covers, gaps)
    return Grid(table._replace(header=_bold_rows(bold)), band[0][0].base)


def _bold_rows(bold: Sequence[bool]) -> int | None:
    """How many rows at the top are the header for being bold, where those below are not."""
    first = next((number for number, each in enumerate(bold) if not each), len(bold))
    return first if 0 < first <= 2 and first < len(bold) and sum(bold[first:]) <= 0.3 * len(bold) else None


def _cells(rows: Sequence[Row], columns: Sequence[tuple[float, float]]) -> tuple[list[list[str]], dict[Place, Place]]:
    cells: list[list[str]] = []
    covers: dict[Place, Place] = {}
    for number, row in enumerate(rows):
        said = [""] * len(columns)
        for piece in row:
            start, end = _column_of(piece, columns)
            if start != end and (len(row) > 1 or start > 0):
                covers.update({(number, column): (number, start) for column in range(start + 1, end + 1)})
            said[start] = f"{said[start]} {piece.text}".strip()
        cells.append(said)
    return cells, covers


def _merged(cells: list[list[str]], covers: dict[Place, Place], gaps: Sequence[float]) -> Table:
    """The table, with lines that only go on with the cells above them joined to these."""
    pitch = median(gaps) if gaps else 0.0
    rows: list[list[str]] = []
    kept: dict[int, int] = {}
    for number, row in enumerate(cells):
        tight = number > 0 and (gaps[number - 1] < 0.8 * max(gaps) or gaps[number - 1] <= 1.02 * pitch)
        covered = any(place[0] == number for place in covers)
        if rows and tight and not covered and _goes_on(rows[-1], row, gaps[number - 1] < 0.8 * max(gaps)):
            rows[-1] = [f"{above} {below}".strip() for above, below in zip(rows[-1], row, strict=True)]
        else:
            rows.append(row)
        kept[number] = len(rows) - 1
    moved = {(kept[r], c): (kept[top], left) for (r, c), (top, left) in covers.items()}
    return Table(rows, moved)


def _goes_on(above: Sequence[str], row: Sequence[str], close: bool) -> bool:
    """Whether the cells of a row go on with those above: none at its left, and words that begin no cell."""
    said = [(cell, up) for cell, up in zip(row, above, strict=True) if cell]
    if any(is_number(cell) for cell, _ in said) or not all(up for _, up in said):
        return False
    inside = all(cell[0].islower() or cell[0] in "(&/" or up.endswith((",", "-", "&", "/")) for cell, up in said)
    return inside or (close and not row[0])


# --- ruled tables ---------------------------------------------------------------------------------

_THIN = 2.6  # points; what is thicker is a filled rectangle
_TOUCH = 3.0
_MAX_STROKES = 1_500


class _Region(NamedTuple):
    """Rules that touch each other: where they stand down and across, and the upright ones."""

    box: Box
    across: tuple[float, ...]
    down: tuple[float, ...]
    upright: tuple[Box, ...]


def _ruled(rules: Sequence[Box]) -> Iterator[_Region]:
    """The groups of rules that draw at least two cells beside and two above each other."""
    strokes = list(_strokes(rules))
    if not 4 <= len(strokes) <= _MAX_STROKES:
        return
    for group in _touching(strokes):
        upright = tuple(stroke for stroke in group if stroke[3] - stroke[1] > stroke[2] - stroke[0])
        level = [stroke for stroke in group if stroke[3] - stroke[1] <= stroke[2] - stroke[0]]
        # The outer columns may be open at their sides: the level rules reach over them.
        sides = [min((stroke[0] for stroke in level), default=0.0), max((stroke[2] for stroke in level), default=0.0)]
        inner = [
            stroke[0] for stroke in upright if len(upright) < 3 or sides[0] - _TOUCH < stroke[0] < sides[1] + _TOUCH
        ]
        across, down = _places([*inner, *(sides if inner else [])]), _places([stroke[1] for stroke in level])
        if len(across) > 2 and len(down) > 2:
            yield _Region((across[0], down[0], across[-1], down[-1]), across, down, upright)


def _strokes(rules: Sequence[Box]) -> Iterator[Box]:
    """Thin lines, and the edges of rectangles."""
    for x0, y0, x1, y1 in rules:
        wide, tall = x1 - x0, y1 - y0
        if (tall <= _THIN and wide > 8) or (wide <= _THIN and tall > 4):
            yield (x0, y0, x1, y1)
        elif wide > 8 and tall > 6:
            yield from ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1))


def _touching(strokes: Sequence[Box]) -> Iterator[list[Box]]:
    groups: list[tuple[Box, list[Box]]] = []
    for stroke in sorted(strokes, key=lambda stroke: stroke[1]):
        box, held = stroke, [stroke]
        apart = []
        for other, members in groups:
            if _touch(box, other) and any(_touch(stroke, member) for member in members):
                box = (min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3]))
                held = [*members, *held]
            else:
                apart.append((other, members))
        groups = [*apart, (box, held)]
    return iter([members for _, members in groups])


def _touch(a: Box, b: Box) -> bool:
    return a[0] - _TOUCH <= b[2] and b[0] - _TOUCH <= a[2] and a[1] - _TOUCH <= b[3] and b[1] - _TOUCH <= a[3]


def _places(values: Sequence[float]) -> tuple[float, ...]:
    """The values, those close to each other once."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _TOUCH:
            found.append(value)
    return tuple(found)


def _inside(box: Box, pieces: Iterable[Piece]) -> list[Piece]:
    left, top, right, bottom = box
    return [
        piece
        for piece in pieces
        if top < piece.base - 0.3 * piece.size < bottom and left - 2 < (piece.x0 + piece.x1) / 2 < right + 2
    ]


def _ruled_table(region: _Region, pieces: Sequence[Piece]) -> Grid | None:
    """The table that rules draw; a cell without a rule at its right goes on to the next."""
    held = _inside(region.box, pieces)
    wide, tall = len(region.across) - 1, len(region.down) - 1
    words: dict[Place, list[_Placed]] = {}
    for piece in held:
        row = min(sum(piece.base - 0.3 * piece.size > edge for edge in region.down[1:-1]), tall - 1)
        for word in piece.words:
            column = min(sum((word.x0 + word.x1) / 2 > edge for edge in region.across[1:-1]), wide - 1)
            words.setdefault((row, column), []).append(_Placed(round(piece.base), word.x0, word.text))
    covers = _uncrossed(region)
    for number in _open_rows(region, held, covers):
        covers = {place: corner for place, corner in covers.items() if place[0] != number}
    grid: dict[Place, list[_Placed]] = {}
    for place, found in words.items():
        grid.setdefault(covers.get(place, place), []).extend(found)
    cells: list[list[str]] = []
    moved: dict[Place, Place] = {}
    bold: list[bool] = []
    for number in range(tall):
        lines = _split_row([sorted(grid.get((number, column), [])) for column in range(wide)])
        for place, corner in covers.items():
            if place[0] == number:
                moved.update({(len(cells) + n, place[1]): (len(cells) + n, corner[1]) for n in range(len(lines))})
        inside = [
            piece for piece in held if region.down[number] < piece.base - 0.3 * piece.size < region.down[number + 1]
        ]
        bold += [bool(inside) and all(piece.bold for piece in inside)] * len(lines)
        cells += lines
    full = sum(sum(map(bool, row)) > 1 for row in cells)
    if full < 2 or sum(bool(cell) for row in cells for cell in row) < 0.3 * (wide * len(cells) - len(moved)):
        return None
    return Grid(Table(cells, moved, header=_bold_rows(bold)), region.box[1])


def _open_rows(region: _Region, held: Sequence[Piece], covers: dict[Place, Place]) -> Iterator[int]:
    """The rows that no upright rule parts although their text has gaps, as below a header with rules."""
    wide = len(region.across) - 1
    for number, (top, bottom) in enumerate(pairwise(region.down)):
        if sum(place[0] == number for place in covers) == wide - 1:
            inside = [piece for piece in held if top < piece.base - 0.3 * piece.size < bottom]
            if sum(len(row) > 1 for row in rows_of(inside)) > 1:
                yield number


class _Placed(NamedTuple):
    base: int
    x0: float
    text: str


def _split_row(cells: Sequence[Sequence[_Placed]]) -> list[list[str]]:
    """What stands between two level rules: one row, or several where cells hold numbers below each other."""
    starts = _number_lines(cells)
    lines = [["" for _ in cells] for _ in starts or (0,)]
    for column, cell in enumerate(cells):
        for word in cell:
            at = max((n for n, start in enumerate(starts) if start <= word.base + 3), default=0)
            lines[at][column] = f"{lines[at][column]} {word.text}".strip()
    return lines


def _number_lines(cells: Sequence[Sequence[_Placed]]) -> list[int]:
    """Where lines of numbers stand in at least one cell, as many as in any; nothing where a cell has but one."""
    stacks = []
    for cell in cells:
        lines: dict[int, list[str]] = {}
        for word in cell:
            lines.setdefault(word.base, []).append(word.text)
        numbers = [base for base, said in lines.items() if is_number(" ".join(said))]
        if len(numbers) > 1 and len(numbers) >= 0.8 * len(lines):
            stacks.append(sorted(numbers))
    return max(stacks, key=len, default=[])


def _uncrossed(region: _Region) -> dict[Place, Place]:
    """The cells that no upright rule parts from the one at their left, each with the first of them."""
    covers: dict[Place, Place] = {}
    for row in range(len(region.down) - 1):
        middle = (region.down[row] + region.down[row + 1]) / 2
        for column in range(1, len(region.across) - 1):
            edge = region.across[column]
            parted = any(abs(rule[0] - edge) <= _TOUCH and rule[1] <= middle <= rule[3] for rule in region.upright)
            if not parted:
                covers[row, column] = covers.get((row, column - 1), (row, column - 1))
    return covers
