"""``Content``, which every parser returns, and functions that clean text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from assistant.types import Block, one_line


class Content(NamedTuple):
    """The result of parsing a file.

    Without a title, the file's name is used. ``pages`` are the offsets where pages start. ``notes`` are sentences that
    say what was guessed or left out. ``attachments`` become documents of their own.
    """

    text: str
    title: str | None = None
    publisher: str | None = None
    published: date | None = None
    kind: str | None = None
    pages: tuple[int, ...] = ()
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


class Attachment(NamedTuple):
    """A file within a message: its name, what its parser made of it, and the day on which the message was sent."""

    name: str
    content: Content
    sent: date | None


_UNPRINTABLE = re.compile("[\0-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def cleaned(text: str) -> str:
    """``text`` without control characters and surrogates; vertical tabs are line breaks in Office."""
    return _UNPRINTABLE.sub("", text.replace("\x0b", "\n").replace("\x0c", "\n"))


def printed(pieces: Iterable[str]) -> str:
    """The text that ``pieces`` make on paper: no soft hyphens, no empty lines, single spaces within a line."""
    lines = map(one_line, "".join(pieces).replace("\u00ad", "").split("\n"))
    return "\n".join(filter(None, lines))
