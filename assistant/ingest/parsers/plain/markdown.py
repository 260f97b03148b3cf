"""Parses Markdown: the text after the front matter stays as it is, and markdown-it finds its blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from assistant.ingest.blocks import add_context
from assistant.ingest.inline import strip_markup
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.encoding import decoded
from assistant.ingest.parsers.lines import Line, is_question_label, is_short_field, is_title
from assistant.ingest.parsers.plain.columns import Row, pipe_cells, row_blocks, table_at
from assistant.ingest.parsers.plain.front_matter import front_matter
from assistant.ingest.parsers.plain.quoting import attribution, quoted_speaker
from assistant.ingest.parsers.plain.text import MAX_LAID_OUT, paragraphs_of
from assistant.types import Block, BlockKind, Span

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


def parse_markdown(data: bytes, source: str) -> Content:
    """The text after the front matter, with its blocks; the title is that of the front matter or the first heading."""
    read = decoded(data, source)
    whole = read.text
    known = front_matter(whole, source)
    text = whole[known.end :]
    blocks = markdown_blocks(text)
    heading = next((block for block in blocks if block.kind == "heading" and block.level <= 6), None)
    return Content(
        text,
        title=known.title or (strip_markup(text[heading.start : heading.end]) if heading else None),
        publisher=known.publisher,
        published=known.published,
        kind=known.kind,
        blocks=blocks,
        notes=read.notes,
    )


def markdown_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a Markdown text."""
    if len(text) > MAX_LAID_OUT:
        return paragraphs_of(text)
    walk = _Walk(text)
    for token in _parser().parse(text):
        walk.take(token)
    return add_context(text, walk.blocks)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # Inline markup is not parsed: only the places of blocks are needed, and finding these takes linear time.
    return MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])


_BOLD_HEADING = 7
"""Level of a line that is all bold, below that of every heading."""

_BOLD_LINE = re.compile(r"(\*\*|__)(?P<said>[^*_\n]{1,90}?):?\1:?")
_CALLOUT = re.compile(r"\[!\w+\][^\n]*")
_MARKUP = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_IMAGES = re.compile(r"(?:\[?!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])(?:\]\([^)\n]*\))?\s*)+")
_ITEM_NUMBER = re.compile(r"\d{1,9}[.)][ \t]+$")


class _Walk:
    """Turns the tokens of a text into blocks, one after the other."""

    def __init__(self, text: str) -> None:
        self.blocks: list[Block] = []
        self._text = text
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self._kinds: list[str] = []  # of the tokens that are open, outermost first
        self._depth = 0  # of lists
        self._level = 0  # of the heading that is open
        self._fresh = False  # an item has begun and holds nothing yet
        self._speaker = ""
        self._rows: list[Row] = []

    def take(self, token: Token) -> None:
        """Add the block that ``token`` starts or ends."""
        if token.nesting > 0:
            self._open(token)
        elif token.nesting < 0:
            self._kinds.pop()
            self._close(token)
        elif token.type == "inline" and token.map and not self._in_table():
            self._inline(token)
        elif token.type in ("fence", "code_block") and token.map:
            self._code(token)
        elif token.type == "html_block" and token.map:
            self._html(*token.map)

    def _open(self, token: Token) -> None:
        self._kinds.append(token.type)
        if token.type == "heading_open":
            self._level = int(token.tag[1:])
        elif token.type == "list_item_open":
            self._depth += 1
            self._fresh = True
        elif token.type == "blockquote_open" and self._kinds.count("blockquote_open") == 1:
            last = self.blocks[-1] if self.blocks else None
            self._speaker = quoted_speaker(strip_markup(self._text[last.start : last.end])) if last else ""
        elif token.type == "tr_open" and token.map:
            start, end = self._line(token.map[0])
            self._rows.append(pipe_cells(self._text, start, end))

    def _close(self, token: Token) -> None:
        if token.type == "list_item_close":
            self._depth -= 1
        elif token.type == "table_close":
            self.blocks += row_blocks(self._text, self._rows, given=1)
            self._rows = []

    def _in_table(self) -> bool:
        return "table_open" in self._kinds

    def _line(self, number: int) -> Span:
        """Line ``number`` without whitespace and without markers of quotations and lists before its text."""
        raw = self._text[self._starts[number] : self._starts[number + 1] - 1]
        lead = len(raw) - len(raw.lstrip(" \t>"))
        return Span(self._starts[number] + lead, self._starts[number] + max(lead, len(raw.rstrip())))

    # --- lines of text

    def _inline(self, token: Token) -> None:
        spans = self._spans(token)
        if not spans:
            return
        parent = self._kinds[-1]
        if parent == "heading_open":
            self._add("heading", spans, level=self._level)
        elif "blockquote_open" in self._kinds:
            self._quotation(spans)
        elif self._depth:
            self._item(spans)
        else:
            self._paragraph(spans)

    def _spans(self, token: Token) -> list[Span]:
        """The span of each line of the token's text."""
        first = (token.map or [0])[0]
        spans = []
        for number, said in enumerate(token.content.split("\n"), first):
            start, end = self._starts[number], self._starts[number + 1] - 1
            at = self._text.rfind(said.strip(), start, end)
            span = Span(at, at + len(said.strip())) if at >= 0 else self._line(number)
            if span.end > span.start:
                spans.append(span)
        return spans

    def _paragraph(self, spans: Sequence[Span]) -> None:
        said = [self._text[start:end] for start, end in spans]
        bold = _BOLD_LINE.fullmatch(said[0]) if len(spans) == 1 else None
        if bold and is_title(bold["said"].rstrip(":?")):
            self._add(
                "heading",
                [Span(spans[0].start + bold.start("said"), spans[0].start + bold.end("said"))],
                level=_BOLD_HEADING,
            )
        elif _IMAGES.fullmatch("\n".join(said)):
            self._add("caption", spans)  # pictures only, with what they show
        elif all(is_short_field(line) for line in said) or (
            len(said) > 2 and sum(map(is_short_field, said)) > len(said) / 2
        ):
            for span in spans:
                if is_question_label(self._text[span.start : span.end]):
                    self._add("heading", [span], level=_BOLD_HEADING + 1)
                else:
                    self._add("field", [span])
        elif rows := self._bare_table(spans):
            self.blocks += rows
        else:
            self._add("paragraph", spans)

    def _bare_table(self, spans: Sequence[Span]) -> list[Block]:
        """The rows of a table without the line of dashes that Markdown requires below the header."""
        if len(spans) < 2 or not all("|" in self._text[start:end] for start, end in spans):
            return []
        found = table_at(self._text, [Line(start, end) for start, end in spans], 0)
        return found[0] if found and found[1] == len(spans) else []

    def _item(self, spans: Sequence[Span]) -> None:
        if not self._fresh:  # a further paragraph of the item is introduced by it
            self._add("item", spans, level=self._depth + 1)
            return
        self._fresh = False
        first = spans[0]
        line = self._text.rfind("\n", 0, first.start) + 1
        number = _ITEM_NUMBER.search(self._text, line, first.start)
        start = number.start() if number else first.start
        self._add("item", [Span(start, first.end), *spans[1:]], level=self._depth)

    def _quotation(self, spans: list[Span]) -> None:
        first, last = (self._text[span.start : span.end] for span in (spans[0], spans[-1]))
        if _CALLOUT.fullmatch(first):
            spans = spans[1:]
        elif name := attribution(last):
            self._name_speaker(strip_markup(name))
            self._add("quotation", spans[:-1], speaker=self._speaker)
            self._add("caption", spans[-1:])
            return
        self._add("quotation", spans, speaker=self._speaker)

    def _name_speaker(self, name: str) -> None:
        """Take the name below a quotation as the speaker of all its paragraphs."""
        self._speaker = name
        for at in range(len(self.blocks) - 1, -1, -1):
            block = self.blocks[at]
            if block.kind != "quotation" or block.speaker:
                break
            self.blocks[at] = block.model_copy(update={"speaker": name})

    # --- code, HTML

    def _code(self, token: Token) -> None:
        first, stop = token.map or (0, 0)
        lines = [self._line(number) for number in range(first, stop)]
        if token.type == "fence":
            closed = len(lines) > 1 and self._text[lines[-1].start : lines[-1].end].startswith(token.markup)
            lines = lines[1:-1] if closed else lines[1:]
        filled = [line for line in lines if line.end > line.start]
        self._add("code", filled)

    def _html(self, first: int, stop: int) -> None:
        """The text between the tags of a block of HTML, with a paragraph for each line."""
        start, end = self._starts[first], self._starts[stop] - 1
        at = start
        for match in [*_MARKUP.finditer(self._text, start, end), None]:
            edge = match.start() if match else end
            for line in re.finditer(r"[^\s&][^\n]*", self._text[at:edge]):
                said = line[0].rstrip()
                self._add("paragraph", [Span(at + line.start(), at + line.start() + len(said))])
            at = match.end() if match else end

    def _add(self, kind: BlockKind, spans: Sequence[Span], *, level: int = 0, speaker: str = "") -> None:
        if spans and spans[-1].end > spans[0].start:
            self.blocks.append(Block(kind=kind, start=spans[0].start, end=spans[-1].end, level=level, speaker=speaker))
