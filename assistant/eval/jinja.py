"""The Jinja2 environment of the report templates: autoescape for HTML, SVG and XML, and the filters they use."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from assistant.render import escape_markdown

if TYPE_CHECKING:
    from jinja2 import Template

ESCAPED = ("html", "svg", "xml")

# Characters that XML 1.0 cannot write.
_ILLEGAL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])


@cache
def template(name: str) -> Template:
    """The template ``assistant/eval/templates/<name>``."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("assistant.eval"),
        autoescape=select_autoescape(ESCAPED, default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "shown": shown,
        "cut": cut,
        "md": lambda value: escape_markdown(str(value)),
        "legal": legal,
        "along": along,
    }
    return environment.get_template(name)


def shown(value: float | None) -> str:
    """A number as reports show it; an empty string for none."""
    if value is None or math.isnan(value):
        return ""
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.0f}" if abs(value) >= 1000 else f"{value:.1f}"


def cut(text: str, length: int) -> str:
    """The text, or its first ``length`` characters and how many more there are."""
    return text if len(text) <= length else f"{text[:length]} … ({len(text) - length} more characters)"


def _markdown(value: object) -> str:
    return escape_markdown(str(value))


def legal(text: str) -> str:
    """The text without the characters that XML 1.0 cannot write."""
    return str(text).translate(_ILLEGAL)


def along(fraction: float, start: float, end: float) -> float:
    """The place at a fraction of the way from ``start`` to ``end``, in tenths of a pixel."""
    return round(start + (end - start) * min(max(fraction, 0.0), 1.0), 1)
