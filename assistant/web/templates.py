"""Renders the page's HTML with Jinja2, which cleans and escapes every value; the only place that does."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from assistant.english.plural import counted
from assistant.render import page_name
from assistant.types import NOT_IN_DOCUMENTS, DocumentMetadata
from assistant.web.guard import without_command, without_paths

if TYPE_CHECKING:
    from jinja2 import Environment

# Control characters, and the bidirectional marks that make a text look like another one.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def render(template: str, macro: str, **values: object) -> Markup:
    """The HTML of a macro in ``templates/<template>.html`` with ``values``."""
    markup: Markup = getattr(_environment().get_template(f"{template}.html").module, macro)(**values)
    return markup


def clean(text: str) -> str:
    """``text`` without control characters, bidirectional overrides and lone surrogates; lines and tabs stay."""
    return _HARMFUL.sub("", text)


def one_line(text: str, limit: int = 0) -> str:
    """``clean`` text on one line, cut to ``limit`` characters if given."""
    line = " ".join(clean(text).split())
    return line if not limit or len(line) <= limit else line[: limit - 1].rstrip() + "…"


def day(published: date | None, *, short: bool = False) -> str:
    """``8 May 2025``, with the month's name cut to three letters if ``short``; empty without a date."""
    if published is None:
        return ""
    return f"{published.day} {published:%b %Y}" if short else f"{published.day} {published:%B %Y}"


def known(metadata: DocumentMetadata, page: int | None = None) -> str:
    """Publisher, date, genre and page of a document, if known."""
    place = f"{page_name(metadata.source)} {page}" if page else ""
    parts = (metadata.publisher, day(metadata.published), metadata.genre, place)
    return " · ".join(filter(None, parts))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("assistant.web"),
        autoescape=True,
        finalize=lambda value: clean(value) if type(value) is str else value,  # Markup is ours, and stays
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "one_line": one_line,
        "day": day,
        "counted": counted,
        "known": known,
        "page_name": page_name,
        "without_paths": without_paths,
        "without_command": without_command,
    }
    environment.globals["not_in_documents"] = NOT_IN_DOCUMENTS
    return environment
