"""Which documents the next question is asked of: chips above the box, and the form that sets them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import gradio as gr

from assistant.conversations import Conversation, Scope
from assistant.types import IndexedDocument
from assistant.web.components import IN_TURN, RELOAD, ClickEvent, Components, Update
from assistant.web.state import AppState
from assistant.web.templates import day, render

LISTED = 500
"""Documents that the form lists; of more, their folders and outlets are to be chosen."""


class Choice(NamedTuple):
    """One restriction of a scope: its field there, the value in that field, and how it reads."""

    field: str
    value: str
    label: str


def choices(scope: Scope) -> list[Choice]:
    """All restrictions of a scope."""
    return [
        *(Choice("outlets", name, name) for name in scope.outlets),
        *(Choice("sources", name, name) for name in scope.sources),
        *([Choice("since", scope.since.isoformat(), f"since {day(scope.since)}")] if scope.since else []),
        *([Choice("until", scope.until.isoformat(), f"until {day(scope.until)}")] if scope.until else []),
    ]


def scope_html(scope: Scope, documents: Sequence[IndexedDocument]) -> str:
    """The chips, and the form with all outlets, folders and documents there are to choose from."""
    where = scope.among(documents)
    outlets = Counter(each.publisher for each in documents if each.publisher)
    above = (PurePosixPath(each.source).parents for each in documents)
    folders = Counter(folder.as_posix() for folders in above for folder in folders if folder.name)
    return render(
        "scope",
        "scope",
        scope=scope,
        choices=choices(scope),
        admitted=sum(where.admits(each) for each in documents),
        total=len(documents),
        outlets=sorted(outlets.items(), key=lambda each: (-each[1], each[0])),
        folders=sorted(folders.items()),
        documents=sorted(documents, key=lambda each: each.title)[:LISTED],
    )


def connect(state: AppState, components: Components) -> None:
    """Attach the event that sets which documents are asked."""

    def change(conversation: Conversation, event: gr.EventData) -> Update:
        click = ClickEvent.of(event)
        if click.current != conversation.id:
            return {components.events: RELOAD}
        changed = conversation.model_copy(update={"scope": click.scope})
        return {
            components.conversation: changed,
            components.scope: scope_html(click.scope, state.listed()),
            components.events: state.for_browser(changed),
        }

    outputs = [components.conversation, components.scope, components.events]
    components.events.scope(change, [components.conversation], outputs, **IN_TURN)
