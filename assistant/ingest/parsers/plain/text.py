"""Parses plain text: the text stays as it is; headings, lists, fields and tables are found by its layout."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.ingest.blocks import add_context
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.encoding import decoded
from assistant.ingest.parsers.plain.chat import chat_blocks
from assistant.ingest.parsers.plain.correspondence import is_message, with_writers
from assistant.ingest.parsers.plain.layout import Layout
from assistant.types import Block

MAX_LAID_OUT = 10_000_000
"""The most characters of a text whose layout is analyzed; a longer one is only split at blank lines."""


def parse_text(data: bytes, source: str) -> Content:
    """The text of the file with its blocks; the first line may be the title."""
    text = (read := decoded(data, source)).text
    blocks = text_blocks(text)
    return Content(text, title=_title(text, blocks), blocks=blocks, pages=_pages(text), notes=read.notes)


def text_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a plain text."""
    if len(text) > MAX_LAID_OUT:
        return paragraphs_of(text)
    if chat := chat_blocks(text):
        return add_context(text, chat)
    blocks = bare_blocks(text)
    return add_context(text, with_writers(text, blocks) if is_message(text, blocks) else blocks)


def bare_blocks(text: str, *, titled: bool = True) -> list[Block]:
    """The blocks of a plain text without their context; if it is not ``titled``, its first line is not a title."""
    return Layout(text, titled=titled).blocks()


def paragraphs_of(text: str) -> tuple[Block, ...]:
    """A paragraph for each run of lines between blank ones."""
    found = _PARAGRAPH.finditer(text)
    return tuple(Block(kind="paragraph", start=match.start(), end=match.end()) for match in found)


# Possessive: storing the places for backtracking would take gigabytes for millions of lines.
_PARAGRAPH = re.compile(r"\S[^\n]*+(?:\n[^\S\n]*+\S[^\n]*+)*+")


def _title(text: str, blocks: Sequence[Block]) -> str | None:
    first = next((block for block in blocks if block.kind != "furniture"), None)
    return text[first.start : first.end] if first and first.kind == "heading" and len(blocks) > 1 else None


def _pages(text: str) -> tuple[int, ...]:
    """Where each page starts in a text with form feeds."""
    end = len(text.rstrip())
    feeds = tuple(match.end() for match in re.finditer("\f", text) if match.end() < end)
    return (0, *feeds) if feeds else ()
