"""``assistant ask``: one question, one answer, and its proof."""

from __future__ import annotations

from time import perf_counter
from typing import Annotated

import typer

from assistant.cli import conversation
from assistant.cli.opening import note_if_none_admitted, ready, settings_from
from assistant.cli.options import (
    Collections,
    IndexDir,
    Json,
    Question,
    Since,
    Sources,
    Until,
    WriterName,
    filter_from,
    question_from,
)
from assistant.cli.root import NOT_FOUND
from assistant.cli.screen import Screen, one_line

Continue = Annotated[bool, typer.Option("--continue", "-c", help="Go on from the last question asked of this index.")]


def ask(
    context: typer.Context,
    question: Question,
    json: Json = False,
    writer: WriterName = None,
    index: IndexDir = None,
    follow_up: Continue = False,
    collection: Collections = None,
    source: Sources = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Answer a question from the documents, every sentence cited.

    Exit code 0: answered (also in part, or with sources that disagree); 3: not in the documents; 2: an error.
    """
    from assistant.cli.view import show_answer, small_print
    from assistant.types import Delta

    screen, asked = Screen(), question_from(question)
    where = filter_from(collection, source, since, until)
    settings = settings_from(index, writer)
    with ready(context, settings, screen, answer_first=True) as assistant:
        history = conversation.load(settings.index_dir, screen.note) if follow_up else ()
        note_if_none_admitted(assistant, where, screen)
        started = perf_counter()
        with screen.drafting("Searching ...") as show:
            for event in assistant.stream(asked, history, where):
                if isinstance(event, Delta):
                    show(event)
                else:
                    answer = event
        seconds = perf_counter() - started
    conversation.save(settings.index_dir, answer.turns(), screen.note)
    for note in answer.trace.notes:
        screen.note(one_line(note))
    if json:
        screen.json(answer)
    else:
        show_answer(screen, answer)
        if screen.wide:
            screen.write()
        screen.note(small_print(answer, seconds))
    if answer.outcome == "not_in_documents":
        raise typer.Exit(NOT_FOUND)
