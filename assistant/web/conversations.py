"""The list of conversations: opening, naming, deleting, and the versions of their questions."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import gradio as gr

from assistant.conversations import Conversation
from assistant.errors import AssistantError
from assistant.web import panel
from assistant.web.answers import conversation_html
from assistant.web.components import IN_TURN, RELOAD, ClickEvent, Components, Update, session
from assistant.web.scope import scope_html
from assistant.web.state import AppState


def connect(state: AppState, components: Components, answers: list[Any]) -> Any:
    """Attach the events; those that leave a conversation cancel ``answers``, which are still being written.

    Returns the event that shows a new conversation.
    """

    def show(conversation: Conversation, request: gr.Request, *, save: bool = False) -> Update:
        state.expected.pop(session(request), None)
        return {
            components.conversation: conversation,
            components.log: conversation_html(conversation),
            components.live: "",
            components.growing: None,
            components.box: gr.update(submit_btn=True, stop_btn=False),
            components.panel: panel.empty_html(),
            components.scope: scope_html(conversation.scope, state.listed()),
            components.events: state.for_browser(conversation, save=save),
        }

    def new(request: gr.Request) -> Update:
        return show(Conversation(), request)

    def reopen(event: gr.EventData, request: gr.Request) -> Update:
        click = ClickEvent.of(event)
        try:
            return show(state.reopened(click.id, click.conversation), request)
        except (AssistantError, ValueError):
            gr.Warning("This conversation cannot be read. It stays where it is kept.", duration=6)
            return new(request)

    def version(conversation: Conversation, event: gr.EventData, request: gr.Request) -> Update:
        click = ClickEvent.of(event)
        if click.current != conversation.id:
            return {components.events: RELOAD}
        return show(conversation.showing(click.exchange), request, save=True)

    def delete(conversation: Conversation, event: gr.EventData, request: gr.Request) -> Update:
        click = ClickEvent.of(event)
        state.delete(click.id)  # an answer in it ends where it is, for ``new`` expects none
        if click.id == conversation.id:
            return new(request)
        return {components.events: state.for_browser(conversation, save=False)}

    def label(conversation: Conversation, event: gr.EventData) -> Update:
        click = ClickEvent.of(event)
        with suppress(AssistantError, OSError):
            state.label(click.id, click.text.strip()[:200], pinned=click.pinned)
        if click.id == conversation.id:
            conversation = conversation.model_copy(update={"name": click.text.strip()[:200], "pinned": click.pinned})
        return {
            components.conversation: conversation,
            components.events: state.for_browser(conversation, save=False),
        }

    events, here = components.events, [components.conversation]
    changed = [
        getattr(components, name)
        for name in ("conversation", "log", "live", "growing", "box", "panel", "scope", "events")
    ]
    shown = events.new(new, None, changed, cancels=answers, **IN_TURN)
    events.open(reopen, None, changed, cancels=answers, **IN_TURN)
    events.version(version, here, changed, cancels=answers, **IN_TURN)
    events.forget(delete, here, changed, **IN_TURN)
    events.rename(label, here, [components.conversation, components.events], **IN_TURN)
    return shown
