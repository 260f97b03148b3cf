"""Tables whose cells are separated by drawn rules, with their merged cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from assistant.ingest.parsers.cells import is_number
from assistant.ingest.parsers.grid import Place, Table
from assistant.ingest.parsers.pdf.printed import Box, Grid, Piece, bold_rows, grouped, rows_of

_THIN = 2.6  # points; a thicker one is a filled rectangle
TOUCH = 3.0
"""Rules at most this many points apart touch each other."""

_MAX_STROKES = 1_500


class Region(NamedTuple):
    """A group of rules that touch each other: the positions of its columns and rows, and its vertical rules."""

    box: Box
    across: tuple[float, ...]
    down: tuple[float, ...]
    upright: tuple[Box, ...]


def ruled_regions(rules: Sequence[Box]) -> Iterator[Region]:
    """The groups of rules that draw at least two columns and two rows of cells."""
    strokes = list(_strokes(rules))
    if not 4 <= len(strokes) <= _MAX_STROKES:
        return
    for group in _touching(strokes):
        upright = tuple(stroke for stroke in group if stroke[3] - stroke[1] > stroke[2] - stroke[0])
        level = [stroke for stroke in group if stroke[3] - stroke[1] <= stroke[2] - stroke[0]]
        # The outer columns may have no vertical rule at the side; the horizontal rules reach to their ends.
        sides = [min((stroke[0] for stroke in level), default=0.0), max((stroke[2] for stroke in level), default=0.0)]
        inner = [stroke[0] for stroke in upright if len(upright) < 3 or sides[0] - TOUCH < stroke[0] < sides[1] + TOUCH]
        across, down = _distinct([*inner, *(sides if inner else [])]), _distinct([stroke[1] for stroke in level])
        if len(across) > 2 and len(down) > 2:
            yield Region((across[0], down[0], across[-1], down[-1]), across, down, upright)


def _strokes(rules: Sequence[Box]) -> Iterator[Box]:
    """Thin lines, and the edges of rectangles."""
    for x0, y0, x1, y1 in rules:
        wide, tall = x1 - x0, y1 - y0
        if (tall <= _THIN and wide > 8) or (wide <= _THIN and tall > 4):
            yield (x0, y0, x1, y1)
        elif wide > 8 and tall > 6:
            yield from ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1))


def _touching(strokes: Sequence[Box]) -> list[list[Box]]:
    """The strokes in groups that touch each other."""
    groups: list[tuple[Box, list[Box]]] = []
    for stroke in sorted(strokes, key=lambda stroke: stroke[1]):
        box, held, apart = stroke, [stroke], []
        for other, members in groups:
            if _touch(box, other) and any(_touch(stroke, member) for member in members):
                box = (min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3]))
                held = [*members, *held]
            else:
                apart.append((other, members))
        groups = [*apart, (box, held)]
    return [members for _, members in groups]


def _touch(a: Box, b: Box) -> bool:
    return a[0] - TOUCH <= b[2] and b[0] - TOUCH <= a[2] and a[1] - TOUCH <= b[3] and b[1] - TOUCH <= a[3]


def _distinct(values: Sequence[float]) -> tuple[float, ...]:
    """The values in order; of values that are close to each other only the first."""
    return tuple(group[0] for group in grouped(sorted(values), lambda group, value: value - group[0] <= TOUCH))


def inside_box(box: Box, pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces whose middle is in ``box``."""
    left, top, right, bottom = box
    return [p for p in pieces if top < p.middle < bottom and left - 2 < (p.x0 + p.x1) / 2 < right + 2]


def ruled_table(region: Region, pieces: Sequence[Piece]) -> Grid | None:
    """The table that the rules draw; cells without a rule between them are merged."""
    held = inside_box(region.box, pieces)
    if _lacks_rules(region, held):
        return None
    wide, tall = len(region.across) - 1, len(region.down) - 1
    words: dict[Place, list[_Placed]] = {}
    for piece in held:
        row = min(sum(piece.middle > edge for edge in region.down[1:-1]), tall - 1)
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
        inside = [piece for piece in held if region.down[number] < piece.middle < region.down[number + 1]]
        bold += [bool(inside) and all(piece.bold for piece in inside)] * len(lines)
        cells += lines
    full = sum(sum(map(bool, row)) > 1 for row in cells)
    if full < 2 or sum(bool(cell) for row in cells for cell in row) < 0.3 * (wide * len(cells) - len(moved)):
        return None
    return Grid(Table(cells, moved, header=bold_rows(bold)), region.box[1])


def _open_rows(region: Region, held: Sequence[Piece], covers: dict[Place, Place]) -> Iterator[int]:
    """The rows without vertical rules whose text has gaps, as they occur below a header with rules."""
    wide = len(region.across) - 1
    for number, (top, bottom) in enumerate(pairwise(region.down)):
        if sum(place[0] == number for place in covers) == wide - 1:
            inside = [piece for piece in held if top < piece.middle < bottom]
            if sum(len(row) > 1 for row in rows_of(inside)) > 1:
                yield number


def _lacks_rules(region: Region, held: Sequence[Piece]) -> bool:
    """Whether a cell has several numbers on many of its lines, as where rules only frame the parts of a table."""
    gapped = 0
    for row in rows_of(held):
        cells: dict[int, list[bool]] = {}
        for piece in row:
            column = sum(piece.x0 > edge - TOUCH for edge in region.across)
            cells.setdefault(column, []).append(is_number(piece.text))
        gapped += any(len(cell) >= _NUMBERS and all(cell) for cell in cells.values())
    return gapped >= _GAPPED


_NUMBERS = 4  # in a line of a cell
_GAPPED = 3  # lines with so many show that columns are not drawn


class _Placed(NamedTuple):
    base: int
    x0: float
    text: str


def _split_row(cells: Sequence[Sequence[_Placed]]) -> list[list[str]]:
    """The text between two horizontal rules: one row, or several if a cell has a column of numbers or labels."""
    numbers = _number_lines(cells)
    starts = numbers or _label_lines(cells)
    lines = [["" for _ in cells] for _ in starts or (0,)]
    for column, cell in enumerate(cells):
        for word in cell:
            at = max((n for n, start in enumerate(starts) if start <= word.base + 3), default=0)
            lines[at][column] = f"{lines[at][column]} {word.text}".strip()
    return list(_labeled(lines)) if starts and not numbers else lines


def _labeled(lines: Iterable[list[str]]) -> Iterator[list[str]]:
    """Lines with a colon behind a label whose value is beside it; what stands farther right is a line of its own."""
    for line in lines:
        at = next((column for column, cell in enumerate(line[:-1]) if cell and line[column + 1]), None)
        if at is None:
            yield line
            continue
        yield [*line[:at], f"{line[at].rstrip(':')}:", line[at + 1], *("" for _ in line[at + 2 :])]
        if any(line[at + 2 :]):
            yield [*("" for _ in line[: at + 2]), *line[at + 2 :]]


def _number_lines(cells: Sequence[Sequence[_Placed]]) -> list[int]:
    """The baselines of the longest column of numbers in a cell; empty if no cell has two numbers or more."""
    stacks = []
    for cell in cells:
        lines: dict[int, list[str]] = {}
        for word in cell:
            lines.setdefault(word.base, []).append(word.text)
        numbers = [base for base, said in lines.items() if is_number(" ".join(said))]
        if len(numbers) > 1 and len(numbers) >= 0.8 * len(lines):
            stacks.append(sorted(numbers))
    return max(stacks, key=len, default=[])


def _label_lines(cells: Sequence[Sequence[_Placed]]) -> list[int]:
    """The baselines of labels in a cell with their values on the same lines of another; empty if there are none."""
    stacks: list[list[int]] = []
    for cell in cells:
        lines: dict[int, str] = {}
        for word in cell:
            lines.setdefault(word.base, word.text)
        # A line of running text begins with a small letter sooner or later.
        if len(lines) >= _LABELS and not any(first[0].islower() for first in lines.values()):
            stacks.append(sorted(lines))
    if len(stacks) < 2:
        return []
    first, second = stacks[:2]
    aligned = sum(any(abs(base - other) <= TOUCH for other in second) for base in first)
    return max(first, second, key=len) if aligned >= max(_LABELS, len(first) - 1) else []


_LABELS = 4
"""The fewest lines of a column of labels."""


def _uncrossed(region: Region) -> dict[Place, Place]:
    """The cells without a vertical rule at their left, each with the first cell that it is merged with."""
    covers: dict[Place, Place] = {}
    for row in range(len(region.down) - 1):
        middle = (region.down[row] + region.down[row + 1]) / 2
        for column in range(1, len(region.across) - 1):
            edge = region.across[column]
            if not any(abs(rule[0] - edge) <= TOUCH and rule[1] <= middle <= rule[3] for rule in region.upright):
                covers[row, column] = covers.get((row, column - 1), (row, column - 1))
    return covers
