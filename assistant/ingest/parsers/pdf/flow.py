"""Turns pages into a document: headings, paragraphs, list items and fields, also across columns and pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from assistant.ingest.blocks import TextBuilder
from assistant.ingest.parsers.grid import lay_table
from assistant.ingest.parsers.hyphens import Hyphens
from assistant.ingest.parsers.lines import (
    field_of,
    is_capitals,
    is_page_mark,
    is_rule,
    is_short_field,
    is_title,
    marker_of,
    states_amount,
)
from assistant.ingest.parsers.pdf.furniture import Cleared
from assistant.ingest.parsers.pdf.paragraphs import STOPS, Run, bare_number, parts_of, runs_of
from assistant.ingest.parsers.pdf.printed import Element, Grid, Piece
from assistant.ingest.parsers.pdf.reading_order import elements

LARGER = 1.12
"""A line at least this many times as large as the text is a heading."""

MAX_HEADING = 250
"""Characters of the longest heading; longer text in large letters is text."""

MAX_BOLD_HEADING = 120
"""Characters of the longest heading that is only bold."""

MAX_PART = 60
"""Characters of the longest heading that starts like "Chapter 3"."""

MAX_SUM = 4
"""Words of a line that names an amount and is no heading in large letters either."""

MAX_SIZES = 6
"""The most levels of headings by font size."""

_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[^\W\d_]")
_CAPTION = re.compile(r"(?:table|figure|fig\.|exhibit|tabelle|abbildung|tabla|tableau)\s+\d+[.\d]*\b", re.IGNORECASE)
_PART = re.compile(
    r"(?:chapter|section|article|part|annex|appendix|schedule|exhibit|kapitel|abschnitt|artikel|anhang|chapitre|"
    r"capítulo|capitolo|rozdział)\s+(?:\d{1,3}|[IVXLC]{1,7}|[A-Z])\b[.:]?(?:\s+[–—-]?\s*\w.*)?",
    re.IGNORECASE,
)
_LEADERS = re.compile(r"(?:\.\s?){5,}\s*(?:\d+|[ivxlc]+)?$|(?:\.\s?){5,}")


class Sizes(NamedTuple):
    """The font sizes of the text and of the headings of a document, largest first."""

    text: float
    headings: tuple[float, ...]
    bold: bool
    """Whether most of the text is bold, so that bold lines are not headings."""


def lay_pages(pages: Sequence[Cleared], builder: TextBuilder) -> str:
    """Add ``pages`` to ``builder`` and return the title: the largest heading of the first page that has one, or ""."""
    pages = _without_mono(pages)
    ordered = [elements(cleared.page) for cleared in pages]
    pieces = [piece for cleared in pages for piece in cleared.page.pieces]
    laying = _Laying(builder, sizes_of(pieces), Hyphens(piece.text for piece in pieces))
    for number, (cleared, page) in enumerate(zip(pages, ordered, strict=True)):
        laying.page(number, cleared, page)
    laying.end()
    return _title(ordered, laying.sizes) or _running_title(pages)


def _without_mono(pages: Sequence[Cleared]) -> Sequence[Cleared]:
    """The pages without the mark of monospaced letters if most letters are: they are not code then."""
    pieces = [piece for cleared in pages for piece in cleared.page.pieces]
    if 2 * sum(len(piece.text) for piece in pieces if piece.mono) <= sum(len(piece.text) for piece in pieces):
        return pages
    plain = (tuple(piece._replace(mono=False) for piece in cleared.page.pieces) for cleared in pages)
    return [
        cleared._replace(page=cleared.page._replace(pieces=each)) for cleared, each in zip(pages, plain, strict=True)
    ]


def sizes_of(pieces: Sequence[Piece]) -> Sizes:
    """The font sizes of a document; sizes within a point of each other count as one."""
    letters: Counter[float] = Counter()
    bold = 0
    for piece in pieces:
        letters[round(piece.size * 2) / 2] += len(piece.text)
        bold += len(piece.text) if piece.bold else 0
    if not letters:
        return Sizes(10.0, (), False)
    text = letters.most_common(1)[0][0]
    larger: list[float] = []
    for size in sorted((size for size in letters if size >= LARGER * text), reverse=True):
        if not larger or larger[-1] - size > 1.0:
            larger.append(size)
    return Sizes(text, tuple(larger), 2 * bold > letters.total())


def _title(pages: Sequence[Sequence[Element]], sizes: Sizes) -> str:
    """The largest lines of the first page with text, if they are larger than the text."""
    first = next((page for page in pages if any(isinstance(each, Piece) for each in page)), ())
    lines = [each for each in first if isinstance(each, Piece) and sum(map(str.isalpha, each.text)) > 3]
    large = [line for line in lines if line.size >= LARGER * sizes.text]
    for size in sorted({line.size for line in large}, reverse=True)[:3]:
        start = next(n for n, line in enumerate(lines) if line.size == size)
        said = []
        for line in lines[start : start + 4]:
            if abs(line.size - size) > 0.6:
                break
            said.append(line.text)
        title = Hyphens(()).join(" ".join(said[:-1]), said[-1]) if said else ""
        if 3 < len(title) <= MAX_HEADING and not title.isdigit():
            return title
    return ""


_NO_TITLE = re.compile(r"confidential|draft|internal|copyright|©|www\.|https?:|\bpage\b", re.IGNORECASE)


def _may_name(line: str) -> bool:
    """Whether a page header can be the title of its document."""
    return len(line.split()) > 2 and line[0].isupper() and not line.endswith(".") and not _NO_TITLE.search(line)


def _running_title(pages: Sequence[Cleared]) -> str:
    """The header of three or more words that most pages have."""
    heads = Counter(line for cleared in pages for line in cleared.heads if _may_name(line))
    head, times = heads.most_common(1)[0] if heads else ("", 0)
    return head if times > 1 and 2 * times > len(pages) else ""


class _Laying:
    """Adds pages to a document one after the other; a paragraph is added once its end is known."""

    def __init__(self, builder: TextBuilder, sizes: Sizes, hyphens: Hyphens) -> None:
        self.builder = builder
        self.sizes = sizes
        self._hyphens = hyphens
        self._held: Run | None = None
        self._waiting: list[str] = []
        self._pages: list[int] = []
        self._said: set[str] = set()
        self._columns: tuple[str, ...] = ()
        self._caption = ""
        self._depths: list[float] = []
        self._in_form = False  # the last paragraph was a field
        self._count = 0  # of the last item of a list that is numbered without stops

    def page(self, number: int, cleared: Cleared, found: Sequence[Element]) -> None:
        """Add a page: its header, its content, its footer."""
        self._pages.append(number)
        self._furniture(cleared.heads)
        first = True
        for part in parts_of(found):
            if isinstance(part, Grid):
                self._table(part, continued=first)
            else:
                for run in runs_of(number, part):
                    self._take(run)
            first = False
        self._furniture((*cleared.feet, *cleared.page.aside))

    def end(self) -> None:
        """Add the last paragraph, and pages without text."""
        self._release()
        self._begin_pages(len(self._pages))

    # --- paragraphs

    def _take(self, run: Run) -> None:
        held = self._held
        if held is not None and self._continues(held, run):
            self._held = Run((*held.lines, *run.lines), run.full)
            return
        self._release(run)
        self._held = run

    def _continues(self, held: Run, run: Run) -> bool:
        """Whether a paragraph that ends with a column or page continues with ``run``."""
        last, first = held.lines[-1][1], run.lines[0][1]
        if abs(last.size - first.size) > 0.6 or last.mono or self._level(run) or self._level(held):
            return False
        text, start = last.text, first.text[0]
        if marker_of(first.text) or text.endswith(STOPS) or _LEADERS.search(text):
            return False
        if not (len(text) > 25 or len(held.lines) > 1):
            return False
        return start.islower() or text[-1] in "-\ufffe," or (held.full and not is_short_field(first.text))

    def _release(self, after: Run | None = None) -> None:
        """Add the paragraph that ``after`` follows, then the furniture that was found within it."""
        if (run := self._held) is not None:
            self._held = None
            self._lay(run, after)
        for line in self._waiting:
            self.builder.furniture(line)
        self._waiting.clear()

    def _lay(self, run: Run, after: Run | None) -> None:
        text, breaks = self._text(run)
        first = run.lines[0][1]
        self._begin_pages(sum(number <= run.lines[0][0] for number in self._pages))
        caption, self._caption = self._caption, ""
        if all(line.mono for _, line in run.lines) and len(run.lines) > 1:
            self.builder.code("\n".join(line.text for _, line in run.lines))
        elif _LEADERS.search(text) or is_rule(text) or is_page_mark(text):
            self.builder.furniture(text)
        elif self._counts(run, after):
            self.builder.item(text, self._depth(first.x0, first.size), "")
        elif (level := self._level(run)) and not self._is_form(text, after):
            self.builder.heading(text, level)
        elif _CAPTION.match(text) and len(text) < MAX_HEADING:
            self.builder.caption(text)
            self._caption = text
        elif (marker := marker_of(text)) and len(text) > marker.width:
            self.builder.item(text[marker.width :], self._depth(first.x0, first.size), marker.number or "-")
        elif is_short_field(text) and (field := field_of(text)):
            self.builder.field(field.label, field.value)
        elif _is_sum(text):
            self.builder.total(text)
        else:
            self.builder.paragraph(text)
        self._in_form = _is_form_line(text)
        self._caption = self._caption or (caption if len(text) < 60 and "thousand" in text.lower() else "")
        end = len(self.builder.text) if breaks else 0
        for offset in breaks:
            if self._pages:
                self._pages.pop(0)
                self.builder.page(at=end - len(text) + offset)

    def _counts(self, run: Run, after: Run | None) -> bool:
        """Whether a paragraph is an item of a list whose numbers have no period: "1 Boil", "2 Wait"."""
        number, following = bare_number(run.lines[0][1]), bare_number(after.lines[0][1]) if after else 0
        counts = number > 0 and (number == self._count + 1 > 1 or (number == 1 and following == 2))
        self._count = number if counts else 0
        return counts

    def _is_form(self, text: str, after: Run | None) -> bool:
        """Whether a line in large or bold letters is one of several fields: "Sponsor: Elm Trust", "Number: 12"."""
        return _is_form_line(text) and (self._in_form or (after is not None and _is_form_line(self._text(after)[0])))

    def _text(self, run: Run) -> tuple[str, list[int]]:
        """The lines as one text, and the offsets at which new pages begin."""
        text, breaks = "", []
        page = run.lines[0][0]
        for number, line in run.lines:
            joined = self._hyphens.join(text, line.text)
            if number != page:
                breaks += [len(joined) - len(line.text)] * (number - page)
                page = number
            text = joined
        return text.replace("\ufffe", "-"), breaks

    def _begin_pages(self, count: int) -> None:
        for _ in range(min(count, len(self._pages))):
            self._pages.pop(0)
            self.builder.page()

    def _depth(self, x0: float, size: float) -> int:
        """The depth of an item by how far it is indented."""
        while self._depths and x0 < self._depths[-1] - 0.6 * size:
            self._depths.pop()
        if not self._depths or x0 > self._depths[-1] + 0.6 * size:
            self._depths.append(x0)
        if len(self._depths) > 6 or x0 - self._depths[0] > 200:  # another column
            self._depths = [x0]
        return len(self._depths)

    def _level(self, run: Run) -> int:
        """The level of a heading by size, weight and number; 0 if it is not a heading."""
        lines = [line for _, line in run.lines]
        text = " ".join(line.text for line in lines)
        size = max(line.size for line in lines)
        words = sum(map(str.isalpha, text))
        if words < 2 or len(text) > MAX_HEADING or any(line.mono for line in lines) or _is_bullet(text):
            return 0
        if states_amount(text) and (is_short_field(text) or _is_sum(text) or size < LARGER * self.sizes.text):
            return 0
        numbered = _NUMBERED.match(text)
        deeper = numbered[1].count(".") if numbered else 0
        if size >= LARGER * self.sizes.text and all(line.size >= LARGER * self.sizes.text for line in lines):
            if text.endswith((".", ",", ";")) and not numbered and len(text) > MAX_BOLD_HEADING:
                return 0
            return min(MAX_SIZES, 1 + sum(size < other - 1.0 for other in self.sizes.headings))
        bold = all(line.bold for line in lines) and not self.sizes.bold
        parted = deeper > 0 and len(lines) == 1 and len(text) < 80
        slanted = lines[0].slanted and len(lines) == 1 and is_title(text)
        named = len(lines) == 1 and len(text) <= MAX_PART and bool(_PART.fullmatch(text))
        capitals = is_capitals(text) and len(text.split()) < 12 and len(lines) < 3
        short = len(text) <= MAX_BOLD_HEADING and len(lines) <= 3 and not text.endswith((".", ",", ";", ":"))
        if not short or not (bold or parted or slanted or named or capitals) or (marker_of(text) and not numbered):
            return 0
        base = min(len(self.sizes.headings), MAX_SIZES) + 1
        return base + deeper + (0 if bold or parted or named else 2 if slanted else 1)

    # --- tables and furniture

    def _table(self, grid: Grid, continued: bool) -> None:
        self._release()
        self._begin_pages(len(self._pages))
        width = max(map(len, grid.table.rows), default=0)
        columns = self._columns if continued and len(self._columns) == width else ()
        caption, self._caption = self._caption, ""
        rows = [[cell.replace("\ufffe ", "").replace("\ufffe", "-") for cell in row] for row in grid.table.rows]
        self._columns = lay_table(self.builder, grid.table._replace(rows=rows), caption, columns)

    def _furniture(self, lines: Sequence[str]) -> None:
        """Add each line once; a line within a paragraph is added after it."""
        for line in lines:
            key = re.sub(r"\d+", "#", line)
            if key not in self._said and any(map(str.isalnum, line)):
                self._said.add(key)
                if self._held is None:
                    self._begin_pages(len(self._pages))
                    self.builder.furniture(line.replace("\ufffe", "-"))
                else:
                    self._waiting.append(line.replace("\ufffe", "-"))


def _is_sum(text: str) -> bool:
    """Whether a few words end in an amount, as the last line of a bill does: "TOTAL $821.14"."""
    words = text.split()
    return 1 < len(words) <= MAX_SUM and words[0][0].isalpha() and states_amount(words[-1])


def _is_form_line(text: str) -> bool:
    return is_short_field(text) and not (_PART.match(text) or _NUMBERED.match(text) or _CAPTION.match(text))


def _is_bullet(text: str) -> bool:
    marker = marker_of(text)
    return marker is not None and not marker.number
