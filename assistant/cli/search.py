"""``assistant search``: the passages a question finds, without an answer."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.opening import note_if_none_admitted, ready, settings_from
from assistant.cli.options import (
    Collections,
    IndexDir,
    Json,
    Question,
    Since,
    Sources,
    Until,
    filter_from,
    question_from,
)
from assistant.cli.root import NOT_FOUND
from assistant.cli.screen import Screen

Limit = Annotated[int, typer.Option("-k", "--limit", min=1, max=1000, help="How many passages at most.")]


def search(
    context: typer.Context,
    question: Question,
    limit: Limit = 6,
    json: Json = False,
    index: IndexDir = None,
    collection: Collections = None,
    source: Sources = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """List the passages that match a question, best first.

    Exit code 0: something was found; 3: nothing; 2: an error.
    """
    from assistant.cli.view import show_passages

    screen, asked = Screen(), question_from(question)
    where = filter_from(collection, source, since, until)
    with ready(context, settings_from(index), screen, answer_first=True) as assistant:
        note_if_none_admitted(assistant, where, screen)
        passages = assistant.search(asked, limit, where)
    if json:
        screen.json(passages)
    else:
        show_passages(screen, passages)
    if not passages:
        screen.note("No passage matches.")
        raise typer.Exit(NOT_FOUND)
