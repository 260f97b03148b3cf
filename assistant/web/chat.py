"""The Chat tab: asks questions and shows each answer while it is written, until it is complete, stopped or failed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import gradio as gr

from assistant.api import ANYWHERE, Assistant
from assistant.conversations import EVERYTHING, Conversation, Exchange
from assistant.errors import AssistantError
from assistant.types import Answer, Filter, Turn
from assistant.web.answers import Growing, conversation_html, growing_html
from assistant.web.components import (
    IN_TURN,
    ONCE,
    PRIVATE,
    RELOAD,
    ClickEvent,
    Components,
    ReaderSettings,
    Update,
    session,
)
from assistant.web.guard import without_paths
from assistant.web.state import AppState

PACE = 0.1
"""Seconds between two updates of a growing answer; more frequent updates make the page lag."""

BROKEN = "Something went wrong while answering. The details are in the terminal that runs this page."
NOTHING = "There are no documents yet. Add some under Documents, then ask."
STOPPED = "Stopped before the answer was complete."

_IDLE: dict[str, Any] = {"submit_btn": True, "stop_btn": False}
_BUSY: dict[str, Any] = {"submit_btn": False, "stop_btn": True}
_log = logging.getLogger(__name__)


def answering(
    assistant: Assistant, exchange: Exchange, history: tuple[Turn, ...], where: Filter = ANYWHERE, pace: float = PACE
) -> Iterator[Growing | Exchange]:
    """The growing answer at most every ``pace`` seconds, then the finished exchange. Errors become its note."""
    growing = Growing(exchange)
    started = shown = time.perf_counter()
    try:
        # Closed at once when the page goes away: a model would go on writing for nobody.
        with closing(assistant.stream(exchange.question, history, where)) as events:  # type: ignore[type-var]  # a generator
            for event in events:
                now = time.perf_counter()
                if isinstance(event, Answer):
                    yield exchange.model_copy(update={"answer": event, "seconds": now - started})
                    return
                growing = growing.with_delta(event)
                if now - shown >= pace:
                    shown = now
                    yield growing
    except AssistantError as error:
        note = NOTHING if assistant.empty else without_paths(str(error))
    except Exception:
        # Anything that leaves a handler would leave the page stuck, its box disabled.
        _log.exception("answering %r failed", exchange.question[:200])
        note = BROKEN
    yield exchange.model_copy(update={"note": note, "seconds": time.perf_counter() - started})


def stopped(growing: Growing) -> Exchange:
    """The exchange of an answer that was stopped."""
    draft = "".join((*growing.checked, growing.draft)).strip()
    return growing.exchange.model_copy(update={"note": STOPPED, "draft": draft})


def connect(state: AppState, components: Components) -> list[Any]:
    """Attach everything that asks; returns the events that write an answer, for others to cancel."""
    handlers = _Handlers(state, components)
    started = [getattr(components, name) for name in ("log", "live", "box", "conversation", "growing", "events")]
    answers = [
        event(begin, [components.conversation], started, **IN_TURN | ONCE).success(
            handlers.answer,
            [components.growing, components.conversation, components.settings],
            started,
            concurrency_limit=8,
            concurrency_id="answer",
            **PRIVATE,
        )
        for event, begin in (
            (components.events.ask, handlers.new_question),
            (components.events.again, handlers.same_question),
        )
    ]
    components.box.stop(
        handlers.stop, [components.growing, components.conversation], started, cancels=answers, **IN_TURN
    )
    return answers


class _Handlers:
    def __init__(self, state: AppState, components: Components) -> None:
        self._state, self._components = state, components

    def new_question(self, conversation: Conversation, event: gr.EventData, request: gr.Request) -> Update:
        """A question from the box, an example, or a question of an evaluation."""
        click = ClickEvent.of(event)
        if click.current != conversation.id:
            return self._reload()
        return self._begin(conversation.asking(click.text.strip()), request)

    def same_question(self, conversation: Conversation, event: gr.EventData, request: gr.Request) -> Update:
        """A question of this conversation once more, perhaps edited; the version before it is kept."""
        click = ClickEvent.of(event)
        if click.current != conversation.id:
            return self._reload()
        question = click.text.strip() or conversation.exchange(click.exchange).question
        return self._begin(conversation.asking_instead(click.exchange, question), request)

    def _reload(self) -> Update:
        return {self._components.growing: None, self._components.events: RELOAD}

    def _begin(self, conversation: Conversation, request: gr.Request) -> Update:
        exchange = conversation.exchange(conversation.last)
        if not exchange.question:
            return {self._components.growing: None}
        growing = Growing(exchange)
        self._state.expected[session(request)] = exchange.id
        return {
            self._components.log: conversation_html(conversation, growing=True),
            self._components.live: growing_html(growing),
            self._components.box: gr.update(value="", **_BUSY),
            self._components.conversation: conversation,
            self._components.growing: growing,
            self._components.events: self._state.for_browser(conversation),
        }

    def answer(
        self, growing: Growing | None, conversation: Conversation, settings: ReaderSettings, request: gr.Request
    ) -> Iterator[Update]:
        """The answer as it grows, then the conversation with it; nothing more once it is stopped or left."""
        if growing is None:
            return
        assistant = self._state.with_settings(settings.model_dump())
        exchange, where = growing.exchange, ANYWHERE
        if exchange.scope != EVERYTHING:
            where = exchange.scope.among(self._state.listed())
        with closing(answering(assistant, exchange, conversation.turns, where)) as events:  # type: ignore[type-var]
            for event in events:
                if self._state.expected.get(session(request)) != exchange.id:
                    return
                if isinstance(event, Exchange):
                    yield self._end(event, conversation)
                else:
                    yield {self._components.live: growing_html(event), self._components.growing: event}

    def stop(self, growing: Growing | None, conversation: Conversation, request: gr.Request) -> Update:
        """Keep the part of the answer that has been written."""
        self._state.expected.pop(session(request), None)
        if growing is None:
            return {self._components.box: gr.update(**_IDLE), self._components.live: ""}
        return self._end(stopped(growing), conversation)

    def _end(self, exchange: Exchange, conversation: Conversation) -> Update:
        after = conversation.put(exchange)
        return {
            self._components.log: conversation_html(after),
            self._components.live: "",
            self._components.box: gr.update(**_IDLE),
            self._components.conversation: after,
            self._components.growing: None,
            self._components.events: self._state.for_browser(after),
        }
