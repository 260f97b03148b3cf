"""Parses reStructuredText and AsciiDoc: plain text with special marks for headings, lists, code and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.ingest.blocks import add_context
from assistant.ingest.inline import strip_markup
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.encoding import decoded
from assistant.ingest.parsers.grid import Table, header
from assistant.ingest.parsers.plain.columns import row_blocks, stripped
from assistant.ingest.parsers.plain.headings import UNDERLINE, Heading
from assistant.ingest.parsers.plain.layout import Layout
from assistant.ingest.parsers.plain.text import MAX_LAID_OUT, paragraphs_of
from assistant.types import Block, BlockKind, Span


def parse_rst(data: bytes, source: str) -> Content:
    """A text in reStructuredText."""
    return _parsed(data, source, _Rst)


def parse_asciidoc(data: bytes, source: str) -> Content:
    """A text in AsciiDoc."""
    return _parsed(data, source, _AsciiDoc)


def _parsed(data: bytes, source: str, layout: type[Layout]) -> Content:
    read = decoded(data, source)
    text = read.text
    blocks = add_context(text, layout(text).blocks()) if len(text) <= MAX_LAID_OUT else paragraphs_of(text)
    heading = next((block for block in blocks if block.kind == "heading"), None)
    title = strip_markup(text[heading.start : heading.end]) if heading else None
    return Content(text, title=title, blocks=blocks, notes=read.notes)


# --- reStructuredText -----------------------------------------------------------------------------

_DIRECTIVE = re.compile(r"\.\.(?:[ \t]+(?P<name>[\w:+-]+)::[ \t]*(?P<said>.*)|[ \t].*|$)")
_OPTION = re.compile(r":(?P<label>[\w -]+):[ \t]*(?P<value>.*)")
_CODE = frozenset("code code-block sourcecode highlight literalinclude math parsed-literal doctest testcode".split())
_UNREAD = frozenset(
    "image figure include raw toctree contents index default-role role meta only automodule autoclass "
    "autofunction".split()
)


class _Rst(Layout):
    """The layout of reStructuredText. Headings are underlined; the order of first use gives the level of an
    underline.
    """

    _order: tuple[str, ...] = ()

    def heading(self, at: int) -> Heading | None:
        """Only lines that are underlined are headings."""
        lined = self.lined
        below = lined.said(at + 1) if lined.filled(at + 1) else ""
        found = UNDERLINE.fullmatch(below)
        if not found or len(below) + 2 < len(lined.said(at)):
            return None
        above = lined.said(at - 1) if lined.filled(at - 1) else ""
        style = below[0] * (2 if above == below else 1)
        if style not in self._order:
            self._order = (*self._order, style)
        return Heading(self._order.index(style) + 1, at + 2)

    def special(self, at: int) -> int | None:
        """Directives, comments, fields and literal blocks."""
        said = self.lined.said(at)
        if UNDERLINE.fullmatch(said) and not (self.lined.filled(at + 1) and self.lined.filled(at + 2)):
            return at + 1
        if said.startswith("#. "):
            stop = self.lined.run(at + 1, lambda n: self.lined.lines[n].indent > self.lined.lines[at].indent)
            self.add("item", at, stop, start=self.lined.lines[at].start + 3, level=1)
            return stop
        if match := _DIRECTIVE.match(said):
            return self._directive(at, match["name"] or "", match["said"] or "")
        if (match := _OPTION.fullmatch(said)) and match["value"] and not said.startswith(":doc:"):
            self.add("field", at, at + 1, start=self.lined.lines[at].start + 1)
            return at + 1
        if (
            self.found
            and self.found[-1].kind == "paragraph"
            and self._ends_with_colons()
            and self.lined.lines[at].indent
        ):
            stop = self._indented(at, self.lined.lines[at].indent)
            self.add("code", at, stop)
            return stop
        return None

    def _ends_with_colons(self) -> bool:
        return self.lined.text.endswith("::", 0, self.found[-1].end)

    def _indented(self, at: int, indent: int) -> int:
        """The line after those that are indented at least ``indent``, including blank ones between them."""
        stop = last = at
        while stop < len(self.lined):
            if self.lined.filled(stop):
                if self.lined.lines[stop].indent < indent:
                    break
                last = stop
            stop += 1
        return last + 1

    def _directive(self, at: int, name: str, said: str) -> int:
        """Add a directive: code, something that is not shown, or text, which is parsed like the text around it."""
        indent = self.lined.lines[at].indent
        stop = at + 1
        while self.lined.filled(stop) and self.lined.lines[stop].indent > indent and self.lined.said(stop)[0] == ":":
            stop += 1
        if name in _CODE or name in _UNREAD or not name:
            following = self.lined.following(stop - 1)
            if following is None or self.lined.lines[following].indent <= indent:
                return stop
            end = self._indented(following, indent + 1)
            if name in _CODE:
                self.add("code", following, end)
            return end
        if said:
            line = self.lined.lines[at]
            self.add("paragraph", at, at + 1, start=line.end - len(said))
        return stop


# --- AsciiDoc -------------------------------------------------------------------------------------

_SECTION = re.compile(r"(?P<marks>={1,6}|#{1,6})[ \t]+(?P<said>\S.*?)(?:[ \t]+(?P=marks))?")
_LISTED = re.compile(r"(?P<marks>\*{1,6}|-|\.{1,6})[ \t]+(?=\S)")
_DEFINED = re.compile(r"(?P<label>\S.*?)::(?:[ \t]+(?P<value>\S.*))?")
_ATTRIBUTE = re.compile(r":!?[\w-]+!?:.*|\[[^\]]*\]|//.*|(?:image|video|include|toc)::\S.*|ifdef::.*|endif::.*|<<<|'''")
_TITLED = re.compile(r"\.(?P<said>[^\s.].*)")
_DELIMITED: dict[str, BlockKind | None] = {
    "----": "code",
    "....": "code",
    "____": "quotation",
    "====": None,
    "****": None,
    "--": None,
}
_CITED = re.compile(r"\[(?:quote|verse),[ ]*(?P<name>[^,\]]+)")


class _AsciiDoc(Layout):
    """The layout of AsciiDoc: sections start with ``=``, lists with ``*`` and ``.``; tables are between ``|===``."""

    def heading(self, at: int) -> Heading | None:  # noqa: ARG002 - they have none but marked ones
        """None: headings are marked."""
        return None

    def special(self, at: int) -> int | None:
        """Sections, lists, definitions, delimited blocks, tables and lines that are not shown."""
        said, line = self.lined.said(at), self.lined.lines[at]
        if match := _SECTION.fullmatch(said):
            begin = line.start + match.start("said")
            self.add("heading", at, at + 1, start=begin, level=len(match["marks"]))
            return at + 1
        if said.startswith("|==="):
            return self._marked_table(at)
        if said[:4] in _DELIMITED and len(set(said)) == 1:
            return self._delimited(at, said)
        if _ATTRIBUTE.fullmatch(said):
            return at + 1
        if match := _LISTED.match(said):
            stop = at + 1
            while self.lined.filled(stop) and not self._begins(stop):
                stop += 1
            self.add("item", at, stop, start=line.start + match.end(), level=len(match["marks"]))
            return stop + (self.lined.filled(stop) and self.lined.said(stop) == "+")
        if match := _TITLED.fullmatch(said):
            self.add("caption", at, at + 1, start=line.start + match.start("said"))
            return at + 1
        if match := _DEFINED.fullmatch(said):
            return self._definition(at, match)
        return None

    def continues_paragraph(self, at: int, second: bool) -> bool:
        """Whether line ``at`` belongs to the paragraph above it, which the marks of AsciiDoc end."""
        return super().continues_paragraph(at, second) and not self._begins(at)

    def _begins(self, at: int) -> bool:
        said = self.lined.said(at)
        return bool(
            _LISTED.match(said) or _SECTION.fullmatch(said) or _DEFINED.fullmatch(said) or _ATTRIBUTE.fullmatch(said)
        ) or said in ("+", "|===", *_DELIMITED)

    def _definition(self, at: int, match: re.Match[str]) -> int:
        """A term and its definition, on the same line or below it."""
        stop = at + 1
        if not match["value"]:
            while stop < len(self.lined) and not self.lined.filled(stop):
                stop += 1
        while self.lined.filled(stop) and not self._begins(stop):
            stop += 1
        self.add("field", at, stop)
        return stop

    def _delimited(self, at: int, mark: str) -> int:
        """A block between two delimiter lines: code, a quotation, or text, which is parsed like the text around it."""
        stop = next((n for n in range(at + 1, len(self.lined)) if self.lined.said(n) == mark), None)
        kind = _DELIMITED[mark[:4]]
        if stop is None or not kind:
            return at + 1
        filled = [n for n in range(at + 1, stop) if self.lined.filled(n)]
        if filled:
            cited = _CITED.match(self.lined.said(at - 1)) if self.lined.filled(at - 1) else None
            self.add(kind, filled[0], filled[-1] + 1, speaker=cited["name"].strip() if cited else "")
        return stop + 1

    def _marked_table(self, at: int) -> int:
        """Rows on one line each, or on as many lines as the first line has cells."""
        stop = next(
            (n for n in range(at + 1, len(self.lined)) if self.lined.said(n).startswith("|===")), len(self.lined)
        )
        rows: list[list[Span]] = []
        width = 0
        for number in range(at + 1, stop):
            if not self.lined.filled(number):
                continue
            cells = self._cells(number)
            if not width:
                width = len(cells)
            if rows and len(rows[-1]) < width:
                rows[-1] += cells
            else:
                rows.append(cells)
        self.found += _rows(self.lined.text, [row for row in rows if row], not self.lined.filled(at + 2))
        return min(stop + 1, len(self.lined))

    def _cells(self, number: int) -> list[Span]:
        line = self.lined.lines[number]
        bars = [line.start + match.start() for match in re.finditer(r"(?<!\\)\|", self.lined.said(number))]
        edges = [*bars, line.end] if bars else [line.start - 1, line.end]
        return [stripped(self.lined.text, a + 1, b) for a, b in pairwise(edges)]


def _rows(text: str, rows: Sequence[Sequence[Span]], named: bool) -> list[Block]:
    said = [[text[cell.start : cell.end] for cell in row] for row in rows]
    depth = header(Table(said, named=named))[1]
    return row_blocks(text, [tuple(row) for row in rows], given=depth)
