"""The layout of plain text: finds headings, paragraphs, items, fields, tables, code and quotations."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, pairwise

from assistant.ingest.parsers.lines import (
    MAX_FIELD,
    Outline,
    field_of,
    fields_beside,
    is_page_mark,
    is_question_label,
    is_short_field,
    is_stamped,
    is_title,
    marker_of,
)
from assistant.ingest.parsers.plain.columns import is_border
from assistant.ingest.parsers.plain.headings import (
    CAPITALS_LEVEL,
    PLAIN_LEVEL,
    Above,
    Heading,
    Headings,
    run_in_headings,
)
from assistant.ingest.parsers.plain.lined import LinedText, ends_sentence, is_prompt
from assistant.ingest.parsers.plain.quoting import QUOTE_MARK, quoted_speaker
from assistant.types import Block, BlockKind

_FENCE = re.compile(r"(```+|~~~+)[\w+-]*$")
_SIGNATURE = "--"  # begins a signature, whose lines stay together
_FEW = 4  # short lines that stay together, as in an address; more are a list
_SHORT = 200  # characters of a paragraph that a short line above it may introduce
_LONG = 400  # characters of a line that may hold headings
_LABELLED = 60  # characters of a value that stands below its label
_COLONS = (":", "：")


class Layout:
    """One pass over the lines of a text. Dialects of plain text override the public methods."""

    def __init__(self, text: str, *, titled: bool = True) -> None:
        self.lined = LinedText(text)
        self.found: list[Block] = []
        self._headings = Headings(self.lined, titled=titled)
        self._first_labels = self._labels_of_groups()
        self._list = Outline()
        self._loose = ""  # a short line that may be a heading or an answer

    def blocks(self) -> list[Block]:
        """All blocks, without their context."""
        at = 0
        while at < len(self.lined):
            at = self._take(at) if self.lined.filled(at) else at + 1
        return self.found

    def special(self, at: int) -> int | None:  # noqa: ARG002 - for dialects
        """Add what only a dialect has at line ``at``; returns the line after it, or None if there is nothing of
        that kind.
        """
        return None

    def heading(self, at: int) -> Heading | None:
        """The heading in line ``at``, or None."""
        last = self.found[-1] if self.found else None
        first = all(block.kind == "furniture" for block in self.found[:8])
        return self._headings.at(at, Above(last, first, self._loose))

    def add(
        self,
        kind: BlockKind,
        at: int,
        stop: int,
        *,
        start: int | None = None,
        level: int = 0,
        speaker: str = "",
        lead_in: str = "",
    ) -> None:
        """Add lines ``at`` to ``stop`` as a block, which may start within its first line."""
        lines = self.lined.lines
        while at < stop and lines[at].blank:
            at += 1
        while at < stop and lines[stop - 1].blank:
            stop -= 1
        if at == stop:
            return
        begin = lines[at].start if start is None else start
        end = lines[stop - 1].end
        if end > begin:
            self.found.append(Block(kind=kind, start=begin, end=end, level=level, speaker=speaker, lead_in=lead_in))
        if kind not in ("item", "furniture"):
            self._list, self._loose = Outline(), ""

    def _take(self, at: int) -> int:
        """Add the block that starts with line ``at``; returns the line after it."""
        if stop := self.special(at):
            return stop
        said = self.lined.said(at)
        if is_border(said):
            return at + 1
        if _FENCE.match(said) and (stop := self._fence_end(at)):
            self.add("code", at + 1, stop)
            return stop + 1
        if is_prompt(said):
            stop = self.lined.run(at, lambda n: is_prompt(self.lined.said(n)) or self.lined.lines[n].indent > 0)
            self.add("code", at, stop)
            return stop
        if said.startswith(">"):
            return self._quotation(at)
        if is_page_mark(said):
            self.add("furniture", at, at + 1)
            return at + 1
        if table := self.lined.table(at):
            self.found += table[0]
            self._list, self._loose = Outline(), ""
            return table[1]
        if heading := self.heading(at):
            self.add("heading", at, at + 1, level=heading.level)
            return heading.stop
        return self._item(at) or self._fields(at) or self._code(at) or self._paragraph(at)

    # --- lists

    def _item(self, at: int) -> int | None:
        marker = marker_of(self.lined.said(at))
        if marker is None:
            return self._item_paragraph(at)
        line = self.lined.lines[at]
        stop = at + 1
        while self._belongs(stop, line.indent):
            stop += 1
        start = line.start + (0 if marker.number else marker.width)
        self._list = self._list.below(line.indent, marker)
        self.add("item", at, stop, start=start, level=self._list.depth)
        return stop

    def _belongs(self, at: int, indent: int) -> bool:
        """Whether line ``at`` continues the item above it, whose marker is at ``indent``."""
        if not self.lined.filled(at):
            return False
        said = self.lined.said(at)
        if marker_of(said) or is_border(said) or said.startswith(">"):
            return False
        return self.lined.lines[at].indent > indent or self.lined.goes_on(at - 1)

    def _item_paragraph(self, at: int) -> int | None:
        """A further paragraph of the last item, indented like its text."""
        indent = self.lined.lines[at].indent
        if not self._list.items or indent <= self._list.items[-1][0]:
            return None
        stop = self.lined.run(
            at, lambda n: marker_of(self.lined.said(n)) is None and self.lined.lines[n].indent >= indent
        )
        self.add("item", at, stop, level=self._list.depth + 1)
        return stop

    # --- fields

    def _labels_of_groups(self) -> Counter[str]:
        """How many groups of fields start with each label."""
        firsts = (at for at in self.lined.firsts() if self.lined.stop(at) > at + 1)
        fields = (field_of(self.lined.said(at)) for at in firsts)
        return Counter(field.label for field in fields if field)

    def _fields(self, at: int) -> int | None:
        """A run of ``Label: value`` lines; a single one that extends over several lines is a paragraph."""
        spans: list[tuple[int, int]] = []
        stop = at
        while self.lined.filled(stop) and self._is_field(stop):
            begin = stop
            stop += 1
            while self._continues_field(begin, stop):
                stop += 1
            spans.append((begin, stop))
        if not spans or (len(spans) == 1 and stop - at > 1 and not self._is_one_field(at)):
            return None
        record = self.lined.span(*spans[0]) if len(spans) > 1 and self._is_record(at) else ""
        for begin, end in spans:
            if is_question_label(self.lined.said(begin)):
                self.add("heading", begin, end, level=PLAIN_LEVEL + 1)
            else:
                if self._add_beside(begin, end):
                    continue
                kind: BlockKind = "paragraph" if len(self.lined.span(begin, end)) > MAX_FIELD else "field"
                self.add(kind, begin, end, lead_in=record if begin > at else "")
        return stop

    def _add_beside(self, begin: int, end: int) -> bool:
        """Add the fields that stand beside each other on a line; false where it is one."""
        line = self.lined.lines[begin]
        spans = fields_beside(self.lined.said(begin)) if end == begin + 1 else []
        self.found += [Block(kind="field", start=line.start + start, end=line.start + stop) for start, stop in spans]
        return bool(spans)

    def _is_one_field(self, at: int) -> bool:
        """Whether a single field of several lines is a field: its lines are indented below the label, or it has
        only a label.
        """
        return self.lined.lines[at + 1].indent > self.lined.lines[at].indent or self._is_open_field(at)

    def _is_record(self, at: int) -> bool:
        """Whether a run of fields is one of several that start with the same label, as in an address book."""
        field = field_of(self.lined.said(at))
        return field is not None and self._first_labels[field.label] > 1

    def _is_field(self, at: int) -> bool:
        said = self.lined.said(at)
        return (is_short_field(said) and not is_stamped(said)) or self._is_open_field(at)

    def _is_open_field(self, at: int) -> bool:
        """Whether the line is only a label, with its value in the one or two lines below it."""
        said = self.lined.said(at)
        if not said.endswith(_COLONS) or field_of(f"{said} x") is None:
            return False
        stop = self.lined.run(at + 1, lambda n: n < at + 4 and not self._begins_something(n))
        values = [self.lined.said(n) for n in range(at + 1, stop)]
        return 1 <= len(values) <= 2 and all(len(value) <= _LABELLED and not ends_sentence(value) for value in values)

    def _continues_field(self, begin: int, at: int) -> bool:
        if not self.lined.filled(at) or self._begins_something(at):
            return False
        hanging = self.lined.lines[at].indent > self.lined.lines[begin].indent
        return hanging or self._is_open_field(begin) or self.lined.goes_on(at - 1)

    def _begins_something(self, at: int) -> bool:
        said = self.lined.said(at)
        return bool(marker_of(said) or field_of(said) or is_border(said) or said.startswith((">", "|")))

    # --- code and quotations

    def _code(self, at: int) -> int | None:
        stop = self.lined.run(at, lambda n: self.lined.lines[n].indent >= 4)
        if not self.lined.is_code(at, stop):
            return None
        self.add("code", at, stop)
        return stop

    def _fence_end(self, at: int) -> int | None:
        fence = self.lined.said(at)[:3]
        stop = next((n for n in range(at + 1, len(self.lined)) if self.lined.said(n).startswith(fence)), None)
        return stop if stop and stop > at + 1 else None

    def _quotation(self, at: int) -> int:
        """Lines that start with ``>``: a block for each paragraph of one depth, with the writer named above it."""
        stop = self.lined.run(at, lambda n: self.lined.said(n).startswith(">"))
        speakers = {1: self._speaker()}
        begin, depth, said = at, 0, ""
        for here in range(at, stop + 1):
            deep, rest = _unquoted(self.lined.said(here)) if here < stop else (0, "")
            if said and (not rest or deep != depth):
                start = self.lined.lines[begin].end - len(_unquoted(self.lined.said(begin))[1])
                self.add("quotation", begin, here, start=start, speaker=speakers.get(depth, ""))
                speakers[depth + 1] = quoted_speaker(said) or speakers.get(depth + 1, "")
                said = ""
            if rest and not said:
                begin, depth = here, deep
            said = f"{said} {rest}" if said else rest
        return stop

    def _speaker(self) -> str:
        """The speaker whom the block above introduces or quotes."""
        last = self.found[-1] if self.found else None
        if last is None or last.kind == "quotation":
            return last.speaker if last else ""
        return quoted_speaker(self.lined.text[last.start : last.end])

    # --- paragraphs

    def _paragraph(self, at: int) -> int:
        stop = at + 1
        while self.continues_paragraph(stop, stop - 1 == at):
            stop += 1
        said = self.lined.said(at)
        if begin := self._listed_from(at, stop):
            return self._bare_list(at, begin - 1, stop)
        answers = len(self.found) > 1 and self.found[-1].kind == "heading"
        loose = said if stop == at + 1 and is_title(said) and not answers else ""
        if stop == at + 1 and len(said) > _LONG and (heads := run_in_headings(said)):
            self._add_run_in(self.lined.lines[at].start, said, heads)
            return stop
        short = len(self.lined.span(at, stop)) <= _SHORT
        self.add("paragraph", at, stop, lead_in=self._loose if short else "")
        self._loose = loose
        return stop

    def _add_run_in(self, start: int, said: str, heads: list[tuple[int, int]]) -> None:
        """Add a line with the headings in it and the paragraphs between them."""
        edges = [0, *chain.from_iterable(heads), len(said)]
        for number, (begin, end) in enumerate(pairwise(edges)):
            inner = said[begin:end]
            begin += len(inner) - len(inner.lstrip())
            if inner.strip():
                kind: BlockKind = "heading" if number % 2 else "paragraph"
                level = CAPITALS_LEVEL if number % 2 else 0
                end = begin + len(inner.strip())
                self.found.append(Block(kind=kind, start=start + begin, end=start + end, level=level))
        self._list, self._loose = Outline(), ""

    def continues_paragraph(self, at: int, second: bool) -> bool:
        """Whether line ``at`` belongs to the paragraph above it; ``second`` says that it would be its second line."""
        if not self.lined.filled(at):
            return False
        said = self.lined.said(at)
        if is_border(said) or is_stamped(said) or said == _SIGNATURE or said.startswith((">", "```", "~~~")):
            return False
        if self.lined.goes_on(at - 1):
            return True
        if marker_of(said) or is_page_mark(said):
            return False
        return not is_short_field(said) or (second and field_of(self.lined.said(at - 1)) is not None)

    def _listed_from(self, at: int, stop: int) -> int:
        """One more than the line from which on each line is a statement of its own; 0 if the lines are a paragraph.

        The first line introduces the others if it ends with a colon, or if it is a title and they are indented.
        """
        said = self.lined.said(at)
        if said == _SIGNATURE or stop - at < 3:
            return 0
        outermost = min(self.lined.lines[n].indent for n in range(at + 1, stop))
        led = said.endswith(_COLONS) or (is_title(said) and outermost > self.lined.lines[at].indent)
        begin = at + led
        return begin + 1 if (led or stop - at > _FEW) and self._is_list(begin, stop) else 0

    def _bare_list(self, at: int, begin: int, stop: int) -> int:
        """A list without markers from line ``begin`` on, after its introduction, if there is one."""
        loose = self._loose
        if begin > at:
            self.add("paragraph", at, begin)
        for here in range(begin, stop):
            self.add("item", here, here + 1, level=1, lead_in=loose if begin == at else "")
        return stop

    def _is_list(self, at: int, stop: int) -> bool:
        """Whether the lines are short, none continues on the next, and few end with a period."""
        if any(self.lined.goes_on(n) for n in range(at, stop - 1)):
            return False
        said = [self.lined.said(n) for n in range(at, stop)]
        return 3 * sum(each[-1] in ".!?,;" for each in said) < len(said) and max(map(len, said)) <= 80


def _unquoted(line: str) -> tuple[int, str]:
    """The depth of quotation of a line, and its text."""
    mark = QUOTE_MARK.match(line)
    return (mark[0].count(">"), line[mark.end() :].strip()) if mark else (0, line)
