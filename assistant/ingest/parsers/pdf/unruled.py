"""Tables and columns of running text that are separated by gaps only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from assistant.ingest.parsers.cells import is_number
from assistant.ingest.parsers.grid import Place, Table
from assistant.ingest.parsers.lines import SENTENCE_ENDS
from assistant.ingest.parsers.pdf.printed import Grid, Piece, Row, bold_rows

_LOOSE = 3.2  # times the font size; rows farther apart are not of one table


def bands(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Runs of rows with two or more pieces; up to two rows with one piece may be between them."""
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
    """Whether most pieces of ``row`` are aligned left, right or centered with pieces of the last full row."""
    above = next(each for each in reversed(band) if len(each) > 1)
    met = sum(any(_is_aligned(piece, other) for other in above) for piece in row)
    return 2 * met > min(len(row), len(above))


def _is_aligned(one: Piece, other: Piece) -> bool:
    left, right = one.x0 - other.x0, one.x1 - other.x1
    return min(abs(left), abs(right), abs(left + right) / 2) < 0.8 * one.size


def _ended(band: list[Row]) -> Iterator[list[Row]]:
    while band and len(band[-1]) == 1:
        band = band[:-1]
    if len(band) > 1:
        yield band


def text_columns(band: Sequence[Row]) -> list[tuple[float, float]]:
    """The columns of running text that a band consists of, which may contain tables; empty if it is not text."""
    for columns in (columns_of(band, 0.0), columns_of(band)):
        if columns and any(prose := [_is_prose(band, columns, number) for number in range(len(columns))]):
            return _with_tables(band, columns, prose)
    return []


def _with_tables(
    band: Sequence[Row], columns: list[tuple[float, float]], prose: Sequence[bool]
) -> list[tuple[float, float]]:
    """The columns, with adjacent columns of figures joined: they are a table next to running text."""
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


def columns_of(band: Sequence[Row], share: float = 0.6) -> list[tuple[float, float]]:
    """The left and right ends of the columns of a band, by the gaps that nearly all of its fullest rows have.

    These are the rows with at least ``share`` of the pieces that the row with the most pieces has.
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
    """The first and the last column that a piece overlaps; the nearest if it overlaps none."""
    over = [n for n, (left, right) in enumerate(columns) if min(right, piece.x1) - max(left, piece.x0) > 0]
    if not over:
        middle = (piece.x0 + piece.x1) / 2
        nearest = min(range(len(columns)), key=lambda n: min(abs(columns[n][0] - middle), abs(columns[n][1] - middle)))
        return nearest, nearest
    return over[0], over[-1]


def _is_prose(band: Sequence[Row], columns: Sequence[tuple[float, float]], number: int) -> bool:
    """Whether column ``number`` is running text that is independent of the columns next to it."""
    left, right = columns[number]
    lines = [(row, piece) for row in band for piece in row if _column_of(piece, columns) == (number, number)]
    if len(lines) < 3 or sum(len(piece.words) for _, piece in lines) < 3 * len(lines):
        return False
    inside = [_is_inside_sentence(above, piece, right - left) for (_, above), (_, piece) in pairwise(lines)]
    beside = [each for each, (row, _) in zip(inside, lines[1:], strict=True) if len(row) > 1]
    if sum(not piece.text[0].isupper() for _, piece in lines[1:]) < 0.3 * len(inside):
        return False  # each line is a new sentence
    return bool(beside) and sum(inside) >= 0.5 * len(inside) and sum(beside) >= 0.55 * len(beside)


def _is_inside_sentence(above: Piece, piece: Piece, width: float) -> bool:
    """Whether a line continues the sentence above it: it starts in lower case, or the line above is full and does not
    end a sentence.
    """
    first = piece.text[0]
    full = above.x1 - above.x0 > 0.85 * width and not above.text.endswith(SENTENCE_ENDS)
    uncased = first.isalpha() and first.upper() == first.lower()
    return first.islower() or (full and (len(above.words) > 5 or uncased))


def are_interleaved(band: Sequence[Row], columns: Sequence[tuple[float, float]], order: dict[int, int]) -> bool:
    """Whether the columns were drawn row by row."""
    sides: list[list[int]] = [[] for _ in columns]
    for row in band:
        for piece in row:
            sides[_column_of(piece, columns)[0]].append(order[id(piece)])
    full = [side for side in sides if side]
    return any(max(left) > min(right) for left, right in pairwise(full))


def side_by_side(rows: Sequence[Row], band: Sequence[Row], columns: Sequence[tuple[float, float]]) -> list[list[Piece]]:
    """The pieces of each column of a band, with the rows below the band that are within one column."""
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


def free_table(band: Sequence[Row], columns: Sequence[tuple[float, float]]) -> Grid | None:
    """The table that a band is; None if it is only a few lines that happen to have gaps."""
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
    return Grid(table._replace(header=bold_rows(bold)), band[0][0].base)


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
    """The table, with lines that only continue the cells above them joined to those cells."""
    pitch = median(gaps) if gaps else 0.0
    rows: list[list[str]] = []
    kept: dict[int, int] = {}
    for number, row in enumerate(cells):
        tight = number > 0 and (gaps[number - 1] < 0.8 * max(gaps) or gaps[number - 1] <= 1.02 * pitch)
        covered = any(place[0] == number for place in covers)
        if rows and tight and not covered and _continues(rows[-1], row, gaps[number - 1] < 0.8 * max(gaps)):
            rows[-1] = [f"{above} {below}".strip() for above, below in zip(rows[-1], row, strict=True)]
        else:
            rows.append(row)
        kept[number] = len(rows) - 1
    moved = {(kept[r], c): (kept[top], left) for (r, c), (top, left) in covers.items()}
    return Table(rows, moved)


def _continues(above: Sequence[str], row: Sequence[str], close: bool) -> bool:
    """Whether the cells of a row continue those above them."""
    said = [(cell, up) for cell, up in zip(row, above, strict=True) if cell]
    if any(is_number(cell) for cell, _ in said) or not all(up for _, up in said):
        return False
    inside = all(cell[0].islower() or cell[0] in "(&/" or up.endswith((",", "-", "&", "/")) for cell, up in said)
    return inside or (close and not row[0])
