"""Parses JSON: lines of objects, lists of objects as tables, and objects as fields under headings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from assistant.errors import DocumentError
from assistant.ingest.blocks import TextBuilder
from assistant.ingest.parsers.content import Content, cleaned
from assistant.ingest.parsers.encoding import decoded
from assistant.ingest.parsers.plain.text import bare_blocks

TEXT_KEYS = ("text", "content", "body", "passage", "article")
"""Keys for the main text of an object, in order of preference."""

_MAX_DEPTH = 30
_MAX_VALUE = 300  # characters of a value in a table or a field; a longer one is a text


def parse_json_lines(data: bytes, source: str) -> Content:
    """The objects in order: their text, or their values by name. An incomplete line stays as it is.

    Raises DocumentError, which names the line, if no line is JSON.
    """
    read = decoded(data, source)
    builder = TextBuilder()
    wrong = lines = 0
    first = ""
    for number, line in enumerate(read.text.split("\n"), 1):
        if not line.strip():
            continue
        lines += 1
        try:
            _record(builder, json.loads(line))
        except (ValueError, RecursionError) as exc:
            wrong += 1
            first = first or f"{source!r}, line {number}: not JSON ({exc}). Write one object a line"
            builder.paragraph(cleaned(line))
    if wrong and wrong == lines:
        raise DocumentError(first)
    return Content(builder.text, blocks=builder.blocks(), notes=read.notes)


def parse_json(data: bytes, source: str) -> Content:
    """A JSON file as headings, fields and tables. Raises DocumentError, which names the line, if it is not JSON."""
    read = decoded(data, source)
    if not read.text.strip():
        return Content("")
    try:
        value = json.loads(read.text)
    except (ValueError, RecursionError) as exc:
        line = getattr(exc, "lineno", 1)
        problem = getattr(exc, "msg", "nested too deeply")
        raise DocumentError(
            f"{source!r}, line {line}: not JSON ({problem}). Write it as JSON, or end its name in .txt"
        ) from exc
    builder = TextBuilder()
    _value(builder, "", value, 1)
    title = value.get("title") or value.get("name") if isinstance(value, dict) else None
    return Content(
        builder.text,
        title=title if isinstance(title, str) else None,
        blocks=builder.blocks(),
        notes=read.notes,
    )


def _record(builder: TextBuilder, value: Any) -> None:
    """One object: its title and its text, or a row of its values."""
    if not isinstance(value, dict):
        builder.paragraph(_plain(value))
        return
    text = next((value[key] for key in TEXT_KEYS if isinstance(value.get(key), str)), None)
    if text is not None:
        title = value.get("title")
        if isinstance(title, str):
            builder.heading(cleaned(title))
        said = cleaned(text).strip("\n")
        builder.embed(said, bare_blocks(said, titled=False), int(isinstance(title, str)))
    elif flat := _flat(value):
        builder.row(list(flat.values()), list(flat))
    else:
        _members(builder, value, 1)


def _flat(value: Any) -> dict[str, str] | None:
    """The values of an object and of nested ones, by name ("address city"), if they are short enough for a row."""
    if not isinstance(value, dict):
        return None
    flat: dict[str, str] = {}
    for key, each in value.items():
        inner = _flat(each) if isinstance(each, dict) else None
        if isinstance(each, dict) and each and inner is None:
            return None
        for name, said in (inner or {"": "" if each in _NOTHING else _plain(each)}).items():
            if said:
                flat[" ".join(filter(None, (cleaned(str(key)), name)))] = said
    return flat if all(len(said) <= _MAX_VALUE for said in flat.values()) and len(flat) <= _MAX_CELLS else None


_NOTHING: tuple[Any, ...] = (None, "", [], {})
_MAX_CELLS = 100


def _value(builder: TextBuilder, name: str, value: Any, depth: int) -> None:
    if value in _NOTHING:
        return
    if depth > _MAX_DEPTH or not isinstance(value, (dict, list)) or not _is_nested(value):
        _scalar(builder, name, value, depth)
    elif isinstance(value, dict):
        builder.heading(name, depth - 1 or 1)
        _members(builder, value, depth)
    else:
        builder.heading(name, depth - 1 or 1)
        _elements(builder, value, depth)


def _members(builder: TextBuilder, value: dict[str, Any], depth: int) -> None:
    """The values of an object, short ones first, since everything after a heading is under it."""
    for nested in (False, True):
        for key, each in value.items():
            if _is_nested(each) == nested:
                _value(builder, cleaned(str(key)), each, depth + 1)


def _is_nested(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(each, (dict, list)) for each in value) or len(_plain(value)) > _MAX_VALUE
    return isinstance(value, dict) or (isinstance(value, str) and len(value) > _MAX_VALUE)


def _elements(builder: TextBuilder, values: Sequence[Any], depth: int) -> None:
    for each in values:
        if isinstance(each, dict):
            _record(builder, each)
        elif isinstance(each, list) and depth < _MAX_DEPTH:
            _elements(builder, each, depth + 1)
        elif each not in (None, ""):
            builder.item(_plain(each))


def _scalar(builder: TextBuilder, name: str, value: Any, depth: int) -> None:
    said = _plain(value)
    if not name:
        builder.paragraph(said)
    elif len(said) <= _MAX_VALUE:
        builder.field(name, said)
    else:
        builder.heading(name, depth - 1 or 1)
        text = cleaned(str(value)).strip("\n")
        builder.embed(text, bare_blocks(text, titled=False), depth - 1 or 1)


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return " ".join(cleaned(value).split())
    if isinstance(value, list) and all(not isinstance(each, (dict, list)) for each in value):
        return ", ".join(_plain(each) for each in value)
    return cleaned(json.dumps(value, ensure_ascii=False))
