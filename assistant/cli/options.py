"""Options that several commands share."""

from __future__ import annotations

import sys
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from assistant.types import Filter

_DAY = ["%Y-%m-%d"]

Question = Annotated[str, typer.Argument(help="The question; - reads it from stdin.", show_default=False)]
IndexDir = Annotated[
    Path | None,
    typer.Option(
        "--index",
        metavar="DIR",
        help="The index to use instead of ./index (or ASSISTANT_INDEX_DIR).",
        file_okay=False,
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
WriterName = Annotated[
    str | None,
    typer.Option(
        "--writer",
        metavar="NAME",
        help="Who writes: extractive (the documents' own sentences), ollama, openai, auto, or "
        "llamaindex:<module>:<class>.",
        show_default=False,
    ),
]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="PATH", help="Only this document or folder; may be repeated.", show_default=False),
]
Collections = Annotated[
    list[str] | None,
    typer.Option("--in", metavar="NAME", help="Only this collection; may be repeated.", show_default=False),
]
Since = Annotated[
    datetime | None,
    typer.Option("--since", metavar="DATE", formats=_DAY, help="Only documents published on or after YYYY-MM-DD."),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", metavar="DATE", formats=_DAY, help="Only documents published on or before YYYY-MM-DD."),
]


def question_from(argument: str) -> str:
    """The question: the argument, or standard input if that is ``-``; always text that can be encoded."""
    text = sys.stdin.read() if argument == "-" else argument
    # Bytes of an argument that are not UTF-8 arrive as lone surrogates, which cannot be stored.
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()


def filter_from(
    collections: list[str] | None, sources: list[str] | None, since: datetime | None, until: datetime | None
) -> Filter:
    """The filter that ``--in``, ``--source`` (within these), ``--since`` and ``--until`` describe."""
    from assistant.types import Filter

    if since and until and since > until:
        raise typer.BadParameter(f"it is after --until {until:%Y-%m-%d}", param_hint=f"--since {since:%Y-%m-%d}")
    return Filter(
        sources=tuple("/".join(parts) for parts in product(*filter(None, (collections, sources))) if parts),
        since=since.date() if since else None,
        until=until.date() if until else None,
    )
