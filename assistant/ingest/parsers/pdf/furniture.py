"""Finds headers, footers and page numbers of PDF pages: lines at the edges that repeat from page to page."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.ingest.parsers.lines import is_page_mark
from assistant.ingest.parsers.pdf.printed import Page, Piece, Row, rows_of

_EDGE = 4
"""How many rows at the top and at the bottom of a page are examined for furniture."""

_SHARE = 0.2
"""The share of the pages, but at least two, that must have a line for it to be furniture."""

_TABLE = 4
"""A line with at least this many pieces is the header of a table that continues on every page."""

_SAME_PLACE = 6.0
"""Points by which the place of a repeated line may differ."""

_NUMBER = re.compile(r"\d+|\b[ivxlc]{1,7}\b")
_PAGE_NUMBER = re.compile(
    r"[-–—|\s]*(?:(?:page|p\.|seite|página|strona)\s*)?(\d{1,4}|[ivxlc]{1,6})[-–—|.\s]*(?:(?:of|/|von|de)\s*\d{1,4})?[-–—|\s]*",
    re.I,
)


_BOILERPLATE = re.compile(r"(?:©|\(c\)|copyright\b).{0,120}|.{0,60}all rights reserved\.?.{0,12}", re.IGNORECASE)


class Cleared(NamedTuple):
    """A page without its furniture, and the lines that were removed from it, those of the header first."""

    page: Page
    heads: tuple[str, ...] = ()
    feet: tuple[str, ...] = ()


def without_furniture(pages: Sequence[Page]) -> list[Cleared]:
    """The pages without lines at their edges that repeat or only number the page."""
    edges = [_edges(page) for page in pages]
    repeated = _repeated(edges)
    numbers = _numbered(edges)
    return [
        _cleared(page, edge, repeated, numbers[at]) for at, (page, edge) in enumerate(zip(pages, edges, strict=True))
    ]


class _Edge(NamedTuple):
    tops: tuple[Row, ...]
    bottoms: tuple[Row, ...]


def _edges(page: Page) -> _Edge:
    rows = rows_of(page.pieces)
    count = min(_EDGE, len(rows) // 2)
    return _Edge(tuple(rows[:count] if count else rows[:1]), tuple(rows[len(rows) - count :] if count else ()))


def _text(row: Row) -> str:
    return " ".join(piece.text for piece in row)


Key = tuple[bool, str, float]
"""Whether a line stands at the top, its words, and the size of its font."""


class _Seen(NamedTuple):
    page: int
    base: float
    numbers: tuple[str, ...]


def _keys(row: Row, top: bool) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """What identifies a line, or a part of it, on several pages: its words with and without numbers; and its numbers.

    A part, because left and right pages name the journal and the authors beside the title.
    """
    parts = [piece.text for piece in row if len(piece.words) > 1] if len(row) > 1 else []
    for text in (_text(row), *parts):
        said, size = text.casefold(), round(row[0].size)
        for words in dict.fromkeys((said, _NUMBER.sub("#", said))):
            yield (top, words, size), tuple(_NUMBER.findall(said))


def _repeated(edges: Sequence[_Edge]) -> set[Key]:
    """The lines at the same place of enough pages that are equal except for the page number."""
    seen: dict[Key, list[_Seen]] = defaultdict(list)
    for page, edge in enumerate(edges):
        for top, rows in ((True, edge.tops), (False, edge.bottoms)):
            for row in rows:
                for key, numbers in _keys(row, top):
                    seen[key].append(_Seen(page, row[0].base, numbers))
    enough = max(2, min(_SHARE * len(edges), 12))
    return {key for key, lines in seen.items() if len(lines) >= enough and _is_steady(lines, enough)}


def _is_steady(lines: Sequence[_Seen], enough: float) -> bool:
    """Whether lines with the same words are at one place, and each of their numbers is constant or counts pages."""
    few = lines[:60]
    near = max(sum(abs(one.base - other.base) < _SAME_PLACE for other in few) for one in few)
    if near < 0.8 * min(enough, len(few)):
        return False
    for values in zip(*(line.numbers for line in lines), strict=False):
        pages = [_value(value) - line.page for value, line in zip(values, lines, strict=True)]
        steady = max(values.count(values[0]), values.count(values[-1]), pages.count(pages[0]), pages.count(pages[-1]))
        if steady < 0.8 * len(lines):
            return False
    return True


def _numbered(edges: Sequence[_Edge]) -> list[set[float]]:
    """For each page, the rows, by their place, that only have its number: numbers that grow with the pages."""
    found: list[dict[float, int]] = []
    for edge in edges:
        numbers = {}
        for row in (*edge.tops[:1], *edge.tops[1:2], *edge.bottoms[-2:]):
            if (match := _PAGE_NUMBER.fullmatch(_text(row))) and len(_text(row)) < 25:
                numbers[row[0].base] = _value(match[1])
        found.append(numbers)
    offsets = Counter(number - at for at, numbers in enumerate(found) for number in set(numbers.values()))
    usual = {offset for offset, times in offsets.items() if times >= max(2, 0.3 * len(edges))}
    if len(edges) == 1:
        usual = {1}  # "1" alone at the foot of the only page
    alone = [{key for key, number in numbers.items() if number - at in usual} for at, numbers in enumerate(found)]
    return [rows | beside for rows, beside in zip(alone, _numbered_heads(edges), strict=True)]


def _numbered_heads(edges: Sequence[_Edge]) -> list[set[float]]:
    """For each page, the first and the last row, by place, if it starts or ends with the page number."""
    ends = [
        [
            (row[0].base, int(number) - at)
            for row in (*edge.tops[:1], *edge.bottoms[-1:])
            for number in (row[0].words[0].text, row[-1].words[-1].text)
            if number.isdecimal() and len(number) < 5
        ]
        for at, edge in enumerate(edges)
    ]
    offsets = Counter(offset for found in ends for offset in {offset for _, offset in found})
    usual, times = offsets.most_common(1)[0] if offsets else (0, 0)
    if times < max(3, 0.5 * len(edges)):
        return [set() for _ in edges]
    return [{base for base, offset in found if offset == usual} for found in ends]


_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    signs = [_ROMAN.get(sign, 0) for sign in number.lower()]
    return sum(-sign if sign < max(signs[at + 1 :], default=0) else sign for at, sign in enumerate(signs))


def _cleared(page: Page, edge: _Edge, repeated: set[Key], numbers: set[float]) -> Cleared:
    rows = rows_of(page.pieces)
    found: list[list[Row]] = []
    for top, lines in ((True, rows), (False, rows[::-1])):
        waiting: list[Row] = []  # lines that repeat, until a gap shows that they are not part of the text
        beside = _numbered_beside(lines)
        taken, lines = lines[:beside], lines[beside:]
        for number, row in enumerate(lines[: len(edge.tops if top else edge.bottoms)]):
            repeats = len(row) < _TABLE and any(key in repeated for key, _ in _keys(row, top))
            alone = _stands_alone(row, lines[number + 1 : number + 2])
            waiting.append(row)
            if row[0].base in numbers or _is_mark(_text(row)) or (repeats and alone):
                taken += waiting
                waiting = []
            elif alone:
                waiting = []
            elif not repeats:
                break  # the text begins here
        found.append(taken)
    heads, feet = found[0], [row for row in reversed(found[1]) if row not in found[0]]
    if not heads and not feet:
        return Cleared(page)
    gone = {id(piece) for row in (*heads, *feet) for piece in row}
    kept: tuple[Piece, ...] = tuple(piece for piece in page.pieces if id(piece) not in gone)
    return Cleared(page._replace(pieces=kept), tuple(map(_text, heads)), tuple(map(_text, feet)))


def _numbered_beside(lines: Sequence[Row]) -> int:
    """How many lines at the edge of a page have two ends, up to one that ends in a page mark: "Page 1 of 8"."""
    for number, row in enumerate(lines[:_MOST_BESIDE], 1):
        if len(row) != _TWO_ENDS:
            return 0
        if is_page_mark(row[-1].text):
            return number
    return 0


_TWO_ENDS = 2
_MOST_BESIDE = 4  # lines


def _stands_alone(row: Row, further: Sequence[Row]) -> bool:
    """Whether a gap separates a row from the next one, which is farther from the edge of the page."""
    return not further or abs(further[0][0].base - row[0].base) > 1.45 * row[0].size


def _is_mark(line: str) -> bool:
    """Whether a line at the edge of a page is furniture even if it does not repeat."""
    return is_page_mark(line) or bool(_BOILERPLATE.fullmatch(line))
