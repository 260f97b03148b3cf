"""Tables in plain text: rows of cells separated by bars, tabs or gaps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

from assistant.ingest.parsers.cells import is_number
from assistant.ingest.parsers.grid import Table, header
from assistant.ingest.parsers.lines import Line, is_rule
from assistant.types import Block, Span

Row = tuple[Span, ...]
"""The cells of a row as spans of the text."""

_BORDER = re.compile(r"[-=+|:\s─═┼│┬┴├┤┌┐└┘╪╞╡]{3,}")
_SIGNS = re.compile(r"\||\t| {2}")
_GAP = re.compile(r"\t+| {2,}")


def is_border(line: str) -> bool:
    """Whether a line only draws a table."""
    return is_rule(line) or (bool(_BORDER.fullmatch(line)) and any(mark in line for mark in "-=─═"))


def pipe_cells(text: str, start: int, end: int) -> Row:
    """The cells of a line that are separated by ``|``, except for escaped bars."""
    bars = [match.start() for match in re.finditer(r"(?<!\\)\|", text[start:end])]
    edges = [start - 1, *(start + bar for bar in bars), end]
    cells = [stripped(text, left + 1, right) for left, right in pairwise(edges)]
    if bars and bars[0] == 0:
        cells = cells[1:]
    if bars and len(bars) > 1 and bars[-1] == end - start - 1:
        cells = cells[:-1]
    return tuple(cells)


def stripped(text: str, start: int, end: int) -> Span:
    """``text[start:end]`` without the whitespace around it."""
    said = text[start:end]
    lead = len(said) - len(said.lstrip())
    return Span(start + lead, start + lead + len(said.strip())) if said.strip() else Span(start, start)


def row_blocks(text: str, rows: Sequence[Row], given: int = 0) -> list[Block]:
    """A block for each row. Header rows are furniture; their cells are the ``columns`` of the other rows."""
    said = [[text[cell.start : cell.end] for cell in row] for row in rows]
    depth = given + _goes_on_below(said, given) if given else None
    names, count = header(Table(said, header=depth, named=bool(given)))
    blocks = []
    for number, row in enumerate(rows):
        filled = [cell for cell in row if cell.end > cell.start]
        if not filled:
            continue
        start, end = filled[0].start, filled[-1].end
        if number < count:
            blocks.append(Block(kind="furniture", start=start, end=end))
        else:
            cells = tuple(_inside(cell, start, end) for cell in row)
            blocks.append(Block(kind="row", start=start, end=end, columns=names[: len(cells)], cells=cells))
    return blocks


def _goes_on_below(rows: Sequence[Sequence[str]], given: int) -> bool:
    """Whether a header with empty cells, which merged cells leave, is completed by a row of names above numbers."""
    if len(rows) < given + 2 or all(rows[given - 1][1:]):
        return False
    names, below = rows[given][1:], rows[given + 1][1:]
    return bool(names) and all(names) and not any(map(is_number, names)) and any(map(is_number, below))


def _inside(cell: Span, start: int, end: int) -> Span:
    """``cell`` within the span of its row, which is that of the filled cells; an empty cell may be outside it."""
    if cell.end > cell.start:
        return cell
    at = min(max(cell.start, start), end)
    return Span(at, at)


# --- finding tables among lines -------------------------------------------------------------------


def table_at(text: str, lines: Sequence[Line], first: int) -> tuple[list[Block], int] | None:
    """The rows of the table that starts with ``lines[first]``, and the line after it; None if there is none."""
    line = lines[first]
    if not _SIGNS.search(text, line.start, line.end):
        return None
    for gather in (_piped, _tabbed, _aligned):
        found = gather(text, lines, first)
        if found:
            rows, given, stop = found
            return row_blocks(text, rows, given), stop
    return None


_Found = tuple[list[Row], int, int]


def _run(text: str, lines: Sequence[Line], first: int, sign: str) -> int:
    """One past the last of the lines from ``first`` on that hold ``sign`` or draw a border."""
    stop = first
    while stop < len(lines) and not lines[stop].blank:
        said = text[lines[stop].start : lines[stop].end]
        if sign not in said and not is_border(said):
            break
        stop += 1
    return stop


def _piped(text: str, lines: Sequence[Line], first: int) -> _Found | None:
    stop = _run(text, lines, first, "|")
    rows: list[Row] = []
    given = 0
    for line in lines[first:stop]:
        if is_border(text[line.start : line.end]):
            given = given or len(rows)
        else:
            rows.append(pipe_cells(text, line.start, line.end))
    widths = {len(row) for row in rows}
    if len(rows) < 2 or len(widths) != 1 or widths == {1}:
        return None
    return rows, given if given < len(rows) else 0, stop


def _tabbed(text: str, lines: Sequence[Line], first: int) -> _Found | None:
    stop = _run(text, lines, first, "\t")
    rows = []
    for line in lines[first:stop]:
        said = text[line.start : line.end]
        if not is_border(said):
            edges = [-1, *(at for at, sign in enumerate(said) if sign == "\t"), len(said)]
            cells = [stripped(text, line.start + left + 1, line.start + right) for left, right in pairwise(edges)]
            rows.append(tuple(cells))
    widths = {len(row) for row in rows}
    if len(rows) < 2 or max(widths) > len(rows[0]) or min(widths) < 2:
        return _gapped(text, lines, first, stop) if len(rows) >= 2 else None
    return rows, 0, stop


def _gapped(text: str, lines: Sequence[Line], first: int, stop: int) -> _Found | None:
    """Rows whose cells are separated by runs of tabs, with the same number of cells in each row."""
    rows = []
    for line in lines[first:stop]:
        said = text[line.start : line.end]
        if not is_border(said):
            gaps = [(match.start(), match.end()) for match in _GAP.finditer(said)]
            edges = [0, *(at for gap in gaps for at in gap), len(said)]
            pairs = zip(edges[::2], edges[1::2], strict=True)
            rows.append(tuple(stripped(text, line.start + left, line.start + right) for left, right in pairs))
    widths = {len(row) for row in rows}
    return (rows, 0, stop) if len(rows) >= 2 and len(widths) == 1 and widths != {1} else None


_WIDE = 400  # characters; no aligned table is wider
_LONG_CELL = 60  # characters; rows of longer cells are two columns of prose


def _aligned(text: str, lines: Sequence[Line], first: int) -> _Found | None:
    """Rows whose cells are aligned in columns at least two spaces apart."""
    stop = first
    while stop < len(lines) and not lines[stop].blank and lines[stop].end - lines[stop].start <= _WIDE:
        said = text[lines[stop].start : lines[stop].end]
        if not is_border(said) and not _has_gap(said):
            break
        stop += 1
    kept = [line for line in lines[first:stop] if not is_border(text[line.start : line.end])]
    given = next((n for n, line in enumerate(lines[first:stop]) if is_border(text[line.start : line.end])), 0)
    if len(kept) < 2:
        return None
    columns = _columns(text, kept)
    if len(columns) < 2:
        return _gapped(text, lines, first, stop)
    rows = []
    for line in kept:
        begin = line.start - line.indent
        cells = [stripped(text, max(line.start, begin + a), min(line.end, begin + b)) for a, b in columns]
        rows.append(tuple(cells))
    lengths = sorted(cell.end - cell.start for row in rows for cell in row)
    parted = sum(sum(cell.end > cell.start for cell in row) > 1 for row in rows)
    if lengths[len(lengths) // 2] > _LONG_CELL or 2 * parted < len(rows):
        return None
    return rows, given if given < len(kept) else 0, stop


def _has_gap(said: str) -> bool:
    return any(
        said[match.start() - 1] not in ".!?:;" or match.end() - match.start() > 2 for match in _GAP.finditer(said)
    )


def _columns(text: str, lines: Sequence[Line]) -> list[tuple[int, int]]:
    """The start and end of each column, if two or more spaces separate them in all ``lines``; none if tabs indent."""
    if any("\t" in text[line.start - min(line.indent, line.start) : line.end] for line in lines):
        return []
    width = max(line.indent + line.end - line.start for line in lines)
    used = [0] * (width + 1)
    for line in lines:
        for match in re.finditer(r"\S+(?: \S+)*", text[line.start : line.end]):
            used[line.indent + match.start()] += 1
            used[line.indent + match.end()] -= 1
    taken = [depth > 0 for depth in accumulate(used)]
    columns: list[tuple[int, int]] = []
    start = None
    for at in range(width + 1):
        if taken[at] and start is None:
            start = at
        elif not taken[at] and start is not None:
            columns.append((start, at))
            start = None
    joined: list[tuple[int, int]] = []
    for column in columns:
        if joined and column[0] - joined[-1][1] < 2:
            joined[-1] = (joined[-1][0], column[1])
        else:
            joined.append(column)
    return joined
