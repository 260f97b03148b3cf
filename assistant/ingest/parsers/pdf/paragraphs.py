"""Groups the lines of a page into paragraphs: by indents, gaps, short lines, fonts and list markers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from assistant.ingest.parsers.lines import is_short_field, marker_of
from assistant.ingest.parsers.pdf.printed import Element, Grid, Piece, grouped

STOPS = tuple(".!?:;…。！？»”\"'’)")
"""Characters that may end a paragraph of more than one line."""


class Run(NamedTuple):
    """The lines of one paragraph, each with the number of its page."""

    lines: tuple[tuple[int, Piece], ...]
    full: bool
    """Whether the last line reaches the right end of the column."""


def parts_of(found: Sequence[Element]) -> Iterator[Grid | list[Piece]]:
    """Tables, and between them the lines of each column."""
    lines: list[Piece] = []
    for element in found:
        if lines and (isinstance(element, Grid) or not _is_below(lines, element)):
            yield lines
            lines = []
        if isinstance(element, Grid):
            yield element
        else:
            lines.append(element)
    if lines:
        yield lines


def _is_below(lines: Sequence[Piece], line: Piece) -> bool:
    last = lines[-1]
    left, right = min(each.x0 for each in lines[-8:]), max(each.x1 for each in lines[-8:])
    step = line.base - last.base
    return 0 < step < 4 * max(line.size, last.size) and line.x0 < right and line.x1 > left


class _Column(NamedTuple):
    left: float
    right: float
    justified: bool
    """Whether lines other than the last ones of paragraphs end at the right side."""


def _column(lines: Sequence[Piece]) -> _Column:
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    full = sum(line.x1 > right - 1.5 for line in lines)
    return _Column(left, right, len(lines) > 3 and full >= 0.45 * len(lines))


def runs_of(page: int, lines: Sequence[Piece]) -> Iterator[Run]:
    """The paragraphs of the lines of a column."""
    column = _column(lines)
    steps = sorted(after.base - before.base for before, after in pairwise(lines))
    usual = steps[len(steps) // 3] if steps else 0.0
    if len(steps) < 3:  # too few to tell lines from paragraphs
        usual = min(usual, 1.45 * lines[0].size)
    below = dict(zip(map(id, lines), lines[1:], strict=False))
    for run in grouped(lines, lambda run, line: not _begins(run, line, below.get(id(line)), column, usual)):
        yield Run(tuple((page, line) for line in run), run[-1].x1 > column.right - 4 * run[-1].size)


def _begins(run: Sequence[Piece], line: Piece, after: Piece | None, column: _Column, usual: float) -> bool:
    """Whether ``line`` begins a new paragraph instead of continuing ``run``; ``after`` is the line below it."""
    last, first = run[-1], run[0]
    size = max(line.size, last.size)
    left, right, justified = column
    step = line.base - last.base
    if (
        abs(line.size - last.size) > 0.08 * size
        or line.mono != last.mono
        or step > (1.2 * usual + 0.1 * size if usual > 0.95 * size else 1.4 * size)
    ):
        return True
    if line.mono:
        return False
    if line.bold != last.bold and (line.bold or len(run) < 4):
        return _fits(last, line, right) or (last.bold and not line.bold and last.x1 < right - 0.2 * (right - left))
    if is_short_field(line.text) and is_short_field(last.text):
        return True
    if bare_number(line) > 1 and bare_number(line) == bare_number(first) + 1:
        return True
    if marker_of(line.text):
        # A line that starts with "- " or "2." below a full line may also continue its sentence.
        return not (last.x1 > right - 2 * size and line.x0 > left + 0.5 * size and not marker_of(first.text)) or (
            line.x0 <= first.x0 + 0.5 * size
        )
    if marker_of(first.text):
        return line.x0 < first.x0 - 0.5 * size or (line.x0 <= first.x0 + 0.5 * size and _fits(last, line, right))
    indented = line.x0 > left + 0.8 * size and last.x0 < line.x0 - 0.8 * size
    if indented and (after is None or after.x0 < line.x0 - 0.6 * size) and last.text.endswith(STOPS):
        return True
    narrow = right - left < 14 * size and len(last.words) <= 4
    if narrow and not line.text[0].islower() and last.text[-1] not in ",-\ufffe":
        return True  # an address, a list of names
    if justified and last.x1 < right - 0.6 * size and last.text.endswith(STOPS):
        return True
    return _fits(last, line, right)


def _fits(last: Piece, line: Piece, right: float) -> bool:
    """Whether the first word of ``line`` would have fit on the line before it, so that the break is intended."""
    word = line.words[0]
    if last.text.endswith("\ufffe"):
        return False
    return last.x1 + 0.3 * line.size + (word.x1 - word.x0) < right - 0.7 * line.size


def bare_number(line: Piece) -> int:
    """The number that a gap separates from the rest of a line, or 0."""
    if len(line.words) < 4 or line.bold:
        return 0
    number, word = line.words[:2]
    apart = word.x0 - number.x1 > 0.4 * line.size
    return int(number.text) if apart and re.fullmatch(r"[1-9]\d?", number.text) else 0
