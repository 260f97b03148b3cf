"""Turns untrusted text into HTML and Markdown; nothing else in the page may put text between tags."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup as Markup
from markupsafe import escape

LONGEST_WORD = 60
"""Characters after which a line may be broken even within a word."""

# Control characters, and the bidirectional marks that make a text look like another one.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|!~$&])")


def clean(text: str) -> str:
    """``text`` without control characters, bidirectional overrides and lone surrogates; lines and tabs stay."""
    return _HARMFUL.sub("", text)


def one_line(text: str, limit: int = 0) -> str:
    """``clean`` text on one line, cut to ``limit`` characters where one is given."""
    line = " ".join(clean(text).split())
    return line if not limit or len(line) <= limit else line[: limit - 1].rstrip() + "…"


def fill(template: str, **values: object) -> Markup:
    """``template`` with ``{name}`` replaced by cleaned, escaped values; Markup goes in as it is.

    The template is ours and trusted, its attributes stand in double quotes; values never are trusted.
    """
    return Markup(template).format(**{name: _safe(value) for name, value in values.items()})  # noqa: S704


def join(parts: Iterable[Markup], between: str = "") -> Markup:
    """Pieces of markup as one."""
    return Markup(between).join(parts)  # noqa: S704 - ``between`` is ours


def markdown(text: str) -> str:
    """``text`` on one line, with all that Markdown or HTML would take as markup made literal."""
    return _MARKDOWN.sub(r"\\\1", one_line(text))


def _safe(value: object) -> Markup:
    return value if isinstance(value, Markup) else escape(clean(str(value)))
