"""YAML front matter: metadata of a text file between two lines of dashes at its start."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from assistant.errors import DocumentError
from assistant.ingest.parsers.dates import stated_date

MAX_LENGTH = 65_536
"""Characters of the longest front matter; the YAML parser reads some hundred thousand a second."""

KEYS = {
    "title": ("title", "headline", "name"),
    "publisher": ("publisher", "source", "outlet", "site", "author", "authors"),
    "published": ("published", "date", "publish_date", "pubdate"),
    "kind": ("kind", "type"),
}
"""The keys that are read for each field, in order of preference."""


class FrontMatter(NamedTuple):
    """The metadata in front matter. ``end`` is where the text after it starts; 0 if there is no front matter."""

    title: str | None = None
    publisher: str | None = None
    published: date | None = None
    kind: str | None = None
    end: int = 0


_BLOCK = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


def front_matter(text: str, source: str) -> FrontMatter:
    """The front matter of ``text``. Raises DocumentError, which names the line, if it is not valid."""
    block = _BLOCK.match(text)
    if not block:
        return FrontMatter()
    end = block.end()
    while text.startswith("\n", end):
        end += 1
    known = _fields(block[1], source)
    return FrontMatter(
        title=known.get("title"),
        publisher=known.get("publisher"),
        published=stated_date(known.get("published")),
        kind=known.get("kind"),
        end=end,
    )


def _fields(block: str, source: str) -> dict[str, str]:
    import yaml

    if len(block) > MAX_LENGTH:
        raise DocumentError(f"{source!r}, line 1: front matter is too long. Write lines of `key: value`")
    try:
        # Only text, lists and mappings, without YAML's dates, which raise for days that do not exist.
        values = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506 - it builds less than SafeLoader
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(exc, "problem", None) or "is not YAML"
        raise DocumentError(
            f"{source!r}, line {line}: invalid front matter, {problem}. Write lines of `key: value`"
        ) from exc
    except RecursionError as exc:
        raise DocumentError(
            f"{source!r}, line 1: front matter is nested too deeply. Write lines of `key: value`"
        ) from exc
    if not values:
        return {}
    if not isinstance(values, dict):
        raise DocumentError(f"{source!r}, line 2: front matter is not a mapping. Write lines of `key: value`")
    given = {str(key).casefold(): value for key, value in values.items()}
    return {
        field: _as_text(key, given[key], source)
        for field, keys in KEYS.items()
        if (key := next((key for key in keys if given.get(key)), None))
    }


def _as_text(key: str, value: object, source: str) -> str:
    parts: Sequence[object] = value if isinstance(value, list) else [value]
    if not all(isinstance(part, str) for part in parts):
        raise DocumentError(f"{source!r}: front matter key {key!r} is not text. Write `{key}: some text`")
    return ", ".join(map(str, parts))
