"""Statements and blocks as JSON, the form in which the catalog and a server's records hold them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pydantic import TypeAdapter

from assistant.types import Block, Statement

_BLOCKS = TypeAdapter(tuple[Block, ...])


def statements_json(statements: Iterable[Statement]) -> str:
    """Statements as JSON; default values at the end of one are left out."""
    return json.dumps([_shortened(statement) for statement in statements], ensure_ascii=False)


def statements_from(text: str) -> tuple[Statement, ...]:
    """The statements that ``statements_json`` wrote."""
    return tuple(Statement(*values) for values in json.loads(text))


def _shortened(statement: Statement) -> tuple[object, ...]:
    start, end, kind, context, reading = statement
    if reading:
        return tuple(statement)
    return (start, end, kind, context) if context else (start, end, kind) if kind != "paragraph" else (start, end)


def blocks_json(blocks: Iterable[Block]) -> str:
    """Blocks as JSON; default values are left out."""
    return json.dumps([block.model_dump(exclude_defaults=True) for block in blocks], ensure_ascii=False)


def blocks_from(text: str) -> tuple[Block, ...]:
    """The blocks that ``blocks_json`` wrote."""
    return _BLOCKS.validate_json(text)
