"""What an answer leaves out: the whole of a list that it cuts, and the key points of a document."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile

from assistant.api import Assistant
from assistant.errors import AssistantError
from assistant.ingest.statements import statements
from assistant.types import Citation, Document, Filter, Statement
from assistant.web.state import AppState
from assistant.web.templates import render

MOST = 1000
"""Items of a list that are shown at most."""

POINTS = 5
"""Key points of a document at most."""

CHANGED = "The document is no longer indexed, or has changed."


def whole_list(document: Document, start: int) -> tuple[Statement, ...]:
    """The items of the list or table to which the statement at ``start`` belongs, in order."""
    every = statements(document)
    at = next((n for n, each in enumerate(every) if each.start <= start < each.end), None)
    if at is None:
        return ()

    def belongs(each: Statement) -> bool:
        return (each.kind, each.context) == (every[at].kind, every[at].context)

    return (*tuple(takewhile(belongs, reversed(every[:at])))[::-1], *takewhile(belongs, every[at:]))


def list_shower(state: AppState) -> Callable[[dict[str, str]], dict[str, str]]:
    """What gives the browser all items of a list, by the place of one of them, or what is wrong."""

    def show(request: dict[str, str]) -> dict[str, str]:
        document = state.document(request["source"])
        items = whole_list(document, int(request["start"])) if document else ()
        if document is None or not items:
            return {"fault": CHANGED}
        shown = [(each, each.reading or document.text[each.start : each.end]) for each in items[:MOST]]
        return {"html": render("answers", "whole_list", source=document.source, items=shown, total=len(items))}

    return show


def key_points(assistant: Assistant, document: Document) -> tuple[Citation, ...]:
    """The central sentences of a document; none where they would be half of it."""
    quick = assistant.with_settings(writer="extractive")
    try:
        answer = quick.ask(f"Summarize “{document.title}”", where=Filter(sources=(document.source,)))
    except AssistantError:
        return ()
    rows = [each.start for each in statements(document) if each.kind == "row"]
    points = [each for each in answer.citations if each.source == document.source and each.start not in rows][:POINTS]
    return tuple(points) if 1 < len(points) <= len(statements(document)) / 2 else ()
