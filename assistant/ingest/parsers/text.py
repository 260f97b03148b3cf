"""Reads plain text: the text stays as it is, and its layout tells headings, paragraphs, lists, fields and tables."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from assistant.ingest.blocks import add_context
from assistant.ingest.parsers.columns import is_border, table_at
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.correspondence import is_message, with_writers
from assistant.ingest.parsers.encoding import decoded
from assistant.ingest.parsers.lines import (
    MAX_FIELD,
    Line,
    Marker,
    field_of,
    is_capitals,
    is_page_mark,
    is_question_label,
    is_rule,
    is_short_field,
    is_title,
    lines_of,
    marker_of,
)
from assistant.ingest.parsers.quoting import QUOTE_MARK, quoted_speaker
from assistant.types import Block, BlockKind

MAX_LAID_OUT = 10_000_000
"""Characters of the longest text whose layout is looked at; a longer one is cut at its blank lines only."""


def parse_text(data: bytes, source: str) -> Content:
    """The file as it is, with a block for each part of its layout; its first line may be its title."""
    text = (read := decoded(data, source)).text
    blocks = text_blocks(text)
    return Content(text, title=_title(text, blocks), blocks=blocks, pages=_pages(text), notes=read.notes)


def text_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a plain text."""
    if len(text) > MAX_LAID_OUT:
        return paragraphs_of(text)
    blocks = bare_blocks(text)
    return add_context(text, with_writers(text, blocks) if is_message(text, blocks) else blocks)


def bare_blocks(text: str, *, titled: bool = True) -> list[Block]:
    """The blocks of a plain text without their context; the first line of one that is not ``titled`` is no title."""
    return _Layout(text, titled).blocks()


def paragraphs_of(text: str) -> tuple[Block, ...]:
    """A paragraph for each run of lines between blank ones, whatever it is."""
    found = _PARAGRAPH.finditer(text)
    return tuple(Block(kind="paragraph", start=match.start(), end=match.end()) for match in found)


_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")


def _title(text: str, blocks: Sequence[Block]) -> str | None:
    first = next((block for block in blocks if block.kind != "furniture"), None)
    return text[first.start : first.end] if first and first.kind == "heading" and len(blocks) > 1 else None


def _pages(text: str) -> tuple[int, ...]:
    """Where each page begins in a text with form feeds."""
    end = len(text.rstrip())
    feeds = tuple(match.end() for match in re.finditer("\f", text) if match.end() < end)
    return (0, *feeds) if feeds else ()


# --- layout ---------------------------------------------------------------------------------------

_UNDERLINE = re.compile(r"([=\-~^\"'*+#_])\1{2,}")
_NUMBERED = re.compile(
    r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4}\.?|[IVX]{1,5}\.|[A-Z]\.|(?:Chapter|Section|Part|Article|Appendix|Annex|"
    r"Schedule|Kapitel|Abschnitt|Teil|Artikel|Anhang|Chapitre|Capítulo|§)\s+[\dIVXA-Z]{1,5}(?:\.\d+)*[.:]?)"
    r"[ \t]+(?P<title>\S.*)"
)
_CHAPTER = re.compile(
    r"(?:chapter|section|part|article|appendix|annex|schedule|kapitel|chapitre)\s+[\divxa-z]{1,5}[.:]?", re.I
)
_CODE_SIGNS = re.compile(r"[{}();=<>$#|\\]|^(?:sudo|pip3?|git|npm|cd|curl|make|apt|brew|docker|python3?)\s")
_PROMPT = re.compile(r"(?:\$|>>>|C:\\>|PS>) \S")
_FENCE = re.compile(r"(```+|~~~+)[\w+-]*$")
_ENDS = re.compile(r"[.!?…。！？।؟][\"'”’»)\]]*$")
_MAX_WRAP = 140  # characters; longer lines are paragraphs that nobody wrapped
_FEW = 4  # short lines that stay together, as in an address; more are a list
_TABLE_TRIES = 8
_LEVELS = {"=": 1, "-": 2}
_CAPITALS_LEVEL, _NUMBERED_LEVEL, _PLAIN_LEVEL = 2, 3, 9


class _Item(NamedTuple):
    """A list that is open: the indents of its markers, outermost first, and of the text of the last item."""

    indents: tuple[int, ...] = ()
    inner: int = 0


def _unquoted(line: str) -> tuple[int, str]:
    """How deep a line is quoted, and what it says."""
    mark = QUOTE_MARK.match(line)
    return (mark[0].count(">"), line[mark.end() :].strip()) if mark else (0, line)


def _is_question(line: str) -> bool:
    return line.endswith(("?", "？")) and len(line) <= 150 and not line[0].islower() and line[0] != ">"


def _group_stops(lines: Sequence[Line]) -> list[int]:
    """For each line, the first blank line after it."""
    stops, stop = [0] * len(lines), len(lines)
    for at in range(len(lines) - 1, -1, -1):
        stop = at if lines[at].blank else stop
        stops[at] = stop
    return stops


class _Layout:
    """One pass over the lines of a text."""

    def __init__(self, text: str, titled: bool) -> None:
        self._text = text
        self._titled = titled
        self._lines = lines_of(text)
        lengths = sorted(line.indent + line.end - line.start for line in self._lines if not line.blank)
        self._width = lengths[len(lengths) * 19 // 20] if lengths else 0
        self._blocks: list[Block] = []
        self._stops = _group_stops(self._lines)
        self._tables_tried = (0, 0)  # the end of a group of lines, and how many of its lines begin no table
        self._first_labels = self._labels_of_groups()
        self._questions = self._is_faq()
        self._list = _Item()
        self._loose = ""  # a short line that may be a heading or an answer

    def _labels_of_groups(self) -> Counter[str]:
        """How many groups of fields begin with each label."""
        firsts = (at for at, line in enumerate(self._lines) if not line.blank and (not at or self._lines[at - 1].blank))
        fields = (field_of(self._said(self._lines[at])) for at in firsts if self._stops[at] > at + 1)
        return Counter(field.label for field in fields if field)

    def _is_faq(self) -> bool:
        """Whether questions stand alone or first in their group at least twice, as headings of their answers do."""
        firsts = (
            line for at, line in enumerate(self._lines) if not line.blank and (not at or self._lines[at - 1].blank)
        )
        return sum(_is_question(self._said(line)) for line in firsts) > 1

    def blocks(self) -> list[Block]:
        """All blocks, without their context."""
        at = 0
        while at < len(self._lines):
            line = self._lines[at]
            if line.blank or is_border(self._said(line)):
                at += 1
                continue
            at = self._take(at)
        return self._blocks

    def _take(self, at: int) -> int:
        """Add the block that begins with line ``at``; returns the line after it."""
        said = self._said(self._lines[at])
        if _FENCE.match(said) and (stop := self._fence_end(at)):
            self._add("code", at + 1, stop)
            return stop + 1
        if said.startswith(">") and not _PROMPT.match(said):
            return self._quotation(at)
        if is_page_mark(said):
            self._add("furniture", at, at + 1)
            return at + 1
        if _PROMPT.match(said):
            stop = self._while(at, lambda line: bool(_PROMPT.match(self._said(line))) or line.indent > 0)
            self._add("code", at, stop)
            return stop
        if table := self._table(at):
            self._blocks += table[0]
            self._close()
            return table[1]
        if heading := self._heading(at):
            level, stop = heading
            self._add("heading", at, at + 1, level=level)
            return stop
        return self._item(at) or self._fields(at) or self._code(at) or self._paragraph(at)

    def _table(self, at: int) -> tuple[list[Block], int] | None:
        """The table that begins with line ``at``; only a few lines of a group are tried, so that time stays linear."""
        stop, tries = self._tables_tried
        if stop != self._stops[at]:
            tries = 0
        table = table_at(self._text, self._lines, at) if tries < _TABLE_TRIES else None
        self._tables_tried = (self._stops[at], tries if table else tries + 1)
        return table

    # --- headings

    def _heading(self, at: int) -> tuple[int, int] | None:
        """The level of the heading in line ``at`` and the line after it, or None."""
        line = self._lines[at]
        said = self._said(line)
        before, after = self._line(at - 1), self._line(at + 1)
        if before and not before.blank and self._blocks and self._blocks[-1].kind == "paragraph":
            return None
        if after and (rule := _UNDERLINE.fullmatch(self._said(after))) and self._underlines(line, after, at):
            return _LEVELS.get(rule[1], 3), at + 2
        if marker_of(said) and not _NUMBERED.match(said):
            return None
        if field_of(said) and not _CHAPTER.match(said):
            return None
        return self._plain_heading(at, said)

    def _underlines(self, line: Line, rule: Line, at: int) -> bool:
        long_enough = 2 * (rule.end - rule.start) >= line.end - line.start
        following = self._line(at + 2)
        boxed = following is not None and not following.blank and is_rule(self._said(following))
        return long_enough and not boxed and len(self._said(line)) <= 120

    def _plain_heading(self, at: int, said: str) -> tuple[int, int] | None:
        following = self._following(at)
        if (
            following
            and self._questions
            and _is_question(said)
            and not _is_question(self._said(self._lines[following]))
        ):
            return _PLAIN_LEVEL, at + 1
        first = not any(block.kind != "furniture" for block in self._blocks)
        if following is None or (not is_title(said) and not _CHAPTER.fullmatch(said)):
            return None
        adjacent = following == at + 1
        if adjacent and self._goes_on(self._lines[at], self._lines[following]):
            return None
        if first and self._titled and not adjacent and not marker_of(said):
            return 1, at + 1
        if match := _NUMBERED.match(said):
            if self._continues_list(match["number"]):
                return None
            return self._numbered_heading(at, following, match["number"], match["title"])
        if is_capitals(said) or _CHAPTER.fullmatch(said):
            return (1 if first else _CAPITALS_LEVEL), at + 1
        if self._introduces(following) and (adjacent or self._stands_out(at)):
            return (1 if first else _PLAIN_LEVEL), at + 1
        return None

    def _numbered_heading(self, at: int, following: int, number: str, title: str) -> tuple[int, int] | None:
        below = self._said(self._lines[following])
        if marker_of(title) or ";" in title or (title[0].islower() and not is_capitals(title)):
            return None
        child = below.startswith(number.rstrip(".") + ".")
        if following == at + 1 and not child and (marker_of(below) or not self._introduces(following)):
            return None
        sibling = _NUMBERED.match(below)
        if sibling and len(sibling["number"].split(".")) <= len(number.split(".")) and not self._introduces(following):
            return None
        return _NUMBERED_LEVEL + number.strip(".").count("."), at + 1

    def _continues_list(self, number: str) -> bool:
        """Whether an open list has come to just this number."""
        last = self._blocks[-1] if self._blocks else None
        if last is None or last.kind != "item" or not number.rstrip(".").isdigit():
            return False
        before = re.match(r"\(?(\d+)[.)]?\s", self._text[last.start : last.end])
        return bool(before) and int(before[1]) + 1 == int(number.rstrip("."))  # type: ignore[index]

    def _introduces(self, following: int) -> bool:
        """Whether the line is the beginning of prose, a list, fields, code or a table, which have headings."""
        said = self._said(self._lines[following])
        if marker_of(said) or field_of(said) or said.startswith((">", "```", "|")) or _PROMPT.match(said):
            return True
        if self._table(following):
            return True
        stop = self._stops[following]
        last = self._said(self._lines[stop - 1])
        return (
            bool(_ENDS.search(last)) or len(said) > 60 or said.endswith(":") or self._looks_like_code(following, stop)
        )

    def _stands_out(self, at: int) -> bool:
        """Whether a short line alone is rather a heading than an answer to the one before it.

        It is if more blank lines are above it than below, or if what comes before is not such a line.
        """
        above = self._blanks(at - 1, -1)
        below = self._blanks(at + 1, 1)
        last = self._blocks[-1] if self._blocks else None
        after_short = bool(self._loose) or (last is not None and last.kind == "heading" and last.level == _PLAIN_LEVEL)
        return above > below or not after_short

    def _blanks(self, at: int, step: int) -> int:
        count = 0
        while 0 <= at < len(self._lines) and self._lines[at].blank:
            count, at = count + 1, at + step
        return count

    # --- lists, fields, code, quotations

    def _item(self, at: int) -> int | None:
        line = self._lines[at]
        marker = marker_of(self._said(line))
        if marker is None:
            return self._item_paragraph(at)
        self._list, level = self._opened(line, marker)
        stop = at + 1
        while stop < len(self._lines) and self._belongs(stop, line):
            stop += 1
        start = line.start + (0 if marker.number else marker.width)
        self._add("item", at, stop, start=start, level=level, keep=True)
        return stop

    def _opened(self, line: Line, marker: Marker) -> tuple[_Item, int]:
        indents = tuple(indent for indent in self._list.indents if indent < line.indent)
        opened = _Item((*indents, line.indent), line.indent + marker.width)
        return opened, max(len(opened.indents), marker.parts)

    def _belongs(self, at: int, item: Line) -> bool:
        """Whether line ``at``, right below, continues the item that begins with ``item``."""
        line = self._lines[at]
        said = self._said(line)
        if line.blank or marker_of(said) or is_border(said) or said.startswith(">"):
            return False
        return line.indent > item.indent or self._goes_on(self._lines[at - 1], line)

    def _item_paragraph(self, at: int) -> int | None:
        """A further paragraph of the last item, indented like its text."""
        line = self._lines[at]
        if not self._list.indents or line.indent <= self._list.indents[-1] or not self._blocks:
            return None
        stop = self._while(at, lambda each: marker_of(self._said(each)) is None and each.indent >= line.indent)
        self._add("item", at, stop, level=len(self._list.indents) + 1, keep=True)
        return stop

    def _fields(self, at: int) -> int | None:
        """A run of ``Label: value`` lines; a lone one that runs over several lines is a paragraph."""
        spans: list[tuple[int, int]] = []
        stop = at
        while stop < len(self._lines) and not self._lines[stop].blank and self._is_field(stop):
            begin = stop
            stop += 1
            while stop < len(self._lines) and self._continues_field(begin, stop):
                stop += 1
            spans.append((begin, stop))
        wrapped = any(end - begin > 1 for begin, end in spans)
        hanging = wrapped and self._lines[at + 1].indent > self._lines[at].indent
        if not spans or (len(spans) == 1 and wrapped and not hanging and not self._is_open_field(at)):
            return None
        record = self._text_of(*spans[0]) if len(spans) > 1 and self._is_record(spans[0]) else ""
        for number, (begin, end) in enumerate(spans):
            if is_question_label(self._said(self._lines[begin])):
                self._add("heading", begin, end, level=_PLAIN_LEVEL + 1)
            else:
                long = self._lines[end - 1].end - self._lines[begin].start > MAX_FIELD
                self._add("paragraph" if long else "field", begin, end, lead_in=record if number else "")
        return stop

    def _is_record(self, span: tuple[int, int]) -> bool:
        """Whether a run of fields is one of several that begin with the same label, as those of an address book do."""
        field = field_of(self._said(self._lines[span[0]]))
        return field is not None and self._first_labels[field.label] > 1

    def _is_field(self, at: int) -> bool:
        said = self._said(self._lines[at])
        return is_short_field(said) or self._is_open_field(at)

    def _is_open_field(self, at: int) -> bool:
        """Whether the line is a label alone, with its value in the line or two below it."""
        said = self._said(self._lines[at])
        if not said.endswith((":", "：")) or field_of(said + " x") is None:
            return False
        stop = self._while(at + 1, lambda line: not self._begins_something(line))
        values = [self._said(line) for line in self._lines[at + 1 : stop]]
        return 1 <= len(values) <= 2 and all(len(value) <= 60 and not _ENDS.search(value) for value in values)

    def _continues_field(self, begin: int, at: int) -> bool:
        line, first = self._lines[at], self._lines[begin]
        if line.blank or self._begins_something(line):
            return False
        if line.indent > first.indent or self._is_open_field(begin):
            return True
        return self._goes_on(self._lines[at - 1], line)

    def _begins_something(self, line: Line) -> bool:
        said = self._said(line)
        return bool(marker_of(said) or field_of(said) or is_border(said) or said.startswith((">", "|")))

    def _code(self, at: int) -> int | None:
        line = self._lines[at]
        if line.indent < 4:
            return None
        stop = self._while(at, lambda each: each.indent >= 4)
        if not self._looks_like_code(at, stop):
            return None
        self._add("code", at, stop)
        return stop

    def _looks_like_code(self, at: int, stop: int) -> bool:
        lines = self._lines[at:stop]
        signs = sum(bool(_CODE_SIGNS.search(self._said(line))) for line in lines)
        return bool(lines) and min(line.indent for line in lines) >= 4 and 2 * signs >= len(lines)

    def _quotation(self, at: int) -> int:
        """Lines that begin with ``>``: a block for each paragraph of one depth, whose writer a line above it names."""
        stop = self._while(at, lambda line: self._said(line).startswith(">"))
        speakers = {1: self._speaker()}
        begin, depth, said = at, 0, ""
        for here in range(at, stop + 1):
            deep, rest = _unquoted(self._said(self._lines[here])) if here < stop else (0, "")
            if said and (not rest or deep != depth):
                self._quote(begin, here, speakers.get(depth, ""))
                speakers[depth + 1] = quoted_speaker(said) or speakers.get(depth + 1, "")
                said = ""
            if rest and not said:
                begin, depth = here, deep
            said = f"{said} {rest}" if said else rest
        return stop

    def _quote(self, begin: int, stop: int, speaker: str) -> None:
        mark = QUOTE_MARK.match(self._said(self._lines[begin]))
        start = self._lines[begin].start + (mark.end() if mark else 0)
        self._add("quotation", begin, stop, start=start, speaker=speaker)

    def _speaker(self) -> str:
        """Who the block above says is quoted, or who is quoted there."""
        last = self._blocks[-1] if self._blocks else None
        if last is None or last.kind == "quotation":
            return last.speaker if last else ""
        return quoted_speaker(self._text[last.start : last.end].rpartition("\n\n")[2])

    def _fence_end(self, at: int) -> int | None:
        fence = self._said(self._lines[at])[:3]
        found = (n for n in range(at + 1, len(self._lines)) if self._said(self._lines[n]).startswith(fence))
        stop = next(found, None)
        return stop if stop and stop > at + 1 else None

    # --- paragraphs

    def _paragraph(self, at: int) -> int:
        stop = at + 1
        while stop < len(self._lines) and self._continues_paragraph(at, stop):
            stop += 1
        lines = self._lines[at:stop]
        said = self._said(lines[0])
        indented = all(line.indent > lines[0].indent for line in lines[1:])
        led = len(lines) > 2 and (said.endswith((":", "：")) or (indented and is_title(said)))
        if (led or len(lines) > _FEW) and said != "--" and self._is_list(lines[led:]):
            if led:
                self._add("paragraph", at, at + 1)
            loose = "" if led else self._loose
            for here in range(at + led, stop):
                self._add("item", here, here + 1, level=1, lead_in=loose)
            return stop
        loose = said if len(lines) == 1 and is_title(said) else ""
        self._add("paragraph", at, stop, lead_in=self._loose if len(self._text_of(at, stop)) <= 200 else "")
        self._loose = loose
        return stop

    def _continues_paragraph(self, first: int, at: int) -> bool:
        line = self._lines[at]
        said = self._said(line)
        if (
            line.blank
            or is_border(said)
            or said == "--"
            or said.startswith(("```", "~~~"))
            or (said.startswith(">") and at > first)
        ):
            return False
        before = self._lines[at - 1]
        if self._goes_on(before, line):
            return True
        if marker_of(said) or is_page_mark(said):
            return False
        return not (is_short_field(said) and not (field_of(self._said(before)) and at - 1 == first))

    def _is_list(self, lines: Sequence[Line]) -> bool:
        """Whether the lines are short, none goes on in the next, and few end with a stop: one thing a line."""
        pairs = itertools.pairwise(lines)
        if any(self._goes_on(line, after) for line, after in pairs):
            return False
        ends = sum(self._said(line)[-1] in ".!?,;" for line in lines)
        return 3 * ends < len(lines) and all(line.end - line.start <= 80 for line in lines)

    def _goes_on(self, line: Line, after: Line) -> bool:
        """Whether a line was broken because it was full, or goes on with a small letter."""
        said, following = self._said(line), self._said(after)
        if line.end - line.start > _MAX_WRAP:
            return False
        if following[0].islower() and not _ENDS.search(said) and marker_of(following) is None:
            return True
        if self._width > _MAX_WRAP or self._width < 40:
            return False
        return line.indent + len(said) + 1 + len(following.partition(" ")[0]) > self._width

    # --- helpers

    def _said(self, line: Line) -> str:
        return self._text[line.start : line.end]

    def _text_of(self, at: int, stop: int) -> str:
        return self._text[self._lines[at].start : self._lines[stop - 1].end]

    def _line(self, at: int) -> Line | None:
        return self._lines[at] if 0 <= at < len(self._lines) else None

    def _following(self, at: int) -> int | None:
        """The next line that is not blank."""
        return next((n for n in range(at + 1, len(self._lines)) if not self._lines[n].blank), None)

    def _while(self, at: int, holds: Callable[[Line], bool]) -> int:
        """The first line from ``at`` on that is blank or for which ``holds`` is false."""
        while at < len(self._lines) and not self._lines[at].blank and holds(self._lines[at]):
            at += 1
        return at

    def _close(self) -> None:
        self._list, self._loose = _Item(), ""

    def _add(
        self,
        kind: BlockKind,
        at: int,
        stop: int,
        *,
        start: int | None = None,
        level: int = 0,
        speaker: str = "",
        lead_in: str = "",
        keep: bool = False,
    ) -> None:
        begin = self._lines[at].start if start is None else start
        block = Block(
            kind=kind, start=begin, end=self._lines[stop - 1].end, level=level, speaker=speaker, lead_in=lead_in
        )
        self._blocks.append(block)
        if not keep and kind != "furniture":
            self._close()
