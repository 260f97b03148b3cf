"""The list of conversations: opening, deleting, versions, and export as Markdown, HTML and JSON."""

from __future__ import annotations

from typing import Any, Literal

import gradio as gr

from assistant.conversations import Conversation
from assistant.errors import AssistantError
from assistant.render import escape_markdown, heading, remainder_text, render_markdown, search_summary
from assistant.web import panel
from assistant.web.answers import conversation_html
from assistant.web.components import IN_TURN, RELOAD, ClickEvent, Components, Update, session
from assistant.web.scope import scope_html
from assistant.web.state import AppState
from assistant.web.templates import clean, render

Format = Literal["md", "html", "json"]


def connect(state: AppState, components: Components, answers: list[Any]) -> None:
    """Attach the events; those that leave a conversation cancel ``answers``, which are still being written."""

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

    events, here = components.events, [components.conversation]
    changed = [
        getattr(components, name)
        for name in ("conversation", "log", "live", "growing", "box", "panel", "scope", "events")
    ]
    events.new(new, None, changed, cancels=answers, **IN_TURN)
    events.open(reopen, None, changed, cancels=answers, **IN_TURN)
    events.version(version, here, changed, cancels=answers, **IN_TURN)
    events.forget(delete, here, changed, **IN_TURN)


def export(request: dict[str, str]) -> str:
    """The conversation the browser sends as ``conversation``, in the form it asks for as ``form``."""
    form: Format = "html" if request["form"] == "html" else "json" if request["form"] == "json" else "md"
    return exported(Conversation.model_validate_json(request["conversation"]), form)


def exported(conversation: Conversation, form: Format) -> str:
    """The conversation as JSON, which reads back as the same value, or its shown thread as Markdown or HTML."""
    if form == "json":
        return conversation.model_dump_json(indent=2)
    return as_html(conversation) if form == "html" else clean(as_markdown(conversation))


def as_markdown(conversation: Conversation) -> str:
    """The shown thread as Markdown, each question a heading."""
    parts = [f"# {escape_markdown(conversation.title)}"]
    for exchange in conversation.thread:
        answer = exchange.answer
        parts.append(f"## {escape_markdown(exchange.question)}")
        parts.append(render_markdown(answer) if answer else f"*{escape_markdown(exchange.note)}*")
    return "\n\n".join(parts) + "\n"


def as_html(conversation: Conversation) -> str:
    """The shown thread as one page that runs nothing and asks for nothing."""
    helpers = {"heading": heading, "remainder_text": remainder_text, "search_summary": search_summary}
    return str(render("export", "page", conversation=conversation, **helpers))
