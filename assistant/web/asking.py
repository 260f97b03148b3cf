"""From a question to its answer on the page: every way to ask, to stop, and to ask again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant.conversations import Conversation, Exchange
from assistant.web import chat, proof
from assistant.web.desk import Desk
from assistant.web.parts import LOST, QUIET, Choice, Parts, Update, told

_IDLE: dict[str, Any] = {"submit_btn": True, "stop_btn": False}
_BUSY: dict[str, Any] = {"submit_btn": False, "stop_btn": True}


def connect(desk: Desk, parts: Parts) -> list[Any]:
    """Connect everything that asks; returns the events that write an answer, for others to cancel."""
    asking = _Asking(desk, parts)
    begun = [parts.log, parts.live, parts.box, parts.talk, parts.growing, parts.bridge]
    ended = [*begun, parts.panel]
    starts = (
        (parts.bridge.ask, asking.asked),
        (parts.bridge.again, asking.again),
    )
    answers = [
        event(start, [parts.talk], begun, **QUIET).success(
            asking.answer,
            [parts.growing, parts.talk, parts.choice],
            ended,
            concurrency_limit=8,
            concurrency_id="answer",
            trigger_mode="multiple",  # "once" would swallow a question asked while a stopped one winds down
            **QUIET,
        )
        for event, start in starts
    ]
    parts.box.stop(asking.stop, [parts.growing, parts.talk], ended, cancels=answers, **QUIET)
    return answers


class _Asking:
    """The events: a question is begun, its answer grows, and ends whole, stopped or with an error's words."""

    def __init__(self, desk: Desk, parts: Parts) -> None:
        self._desk, self._parts = desk, parts

    def asked(self, talk: Conversation, event: gr.EventData) -> Update:
        """A question from the box, an example, or a question of the exam."""
        click = told(event)
        return self._begin(talk.asking(click.text.strip())) if click.current == talk.id else self._lost()

    def again(self, talk: Conversation, event: gr.EventData) -> Update:
        """A question of this conversation once more, perhaps edited; the version before it is kept."""
        click = told(event)
        if click.current != talk.id:
            return self._lost()
        question = click.text.strip() or talk.exchange(click.exchange).question
        return self._begin(talk.asking_instead(click.exchange, question))

    def _lost(self) -> Update:
        return {self._parts.growing: None, self._parts.bridge: LOST}

    def _begin(self, talk: Conversation) -> Update:
        exchange = talk.exchange(talk.last)
        if not exchange.question:
            return {self._parts.growing: None}
        growing = chat.Growing(exchange)
        return {
            self._parts.log: str(chat.conversation_html(talk, growing=True)),
            self._parts.live: str(chat.growing_html(growing)),
            self._parts.box: gr.update(value="", **_BUSY),
            self._parts.talk: talk,
            self._parts.growing: growing,
            self._parts.bridge: self._desk.kept(talk),
        }

    def answer(self, growing: chat.Growing | None, talk: Conversation, choice: Choice) -> Iterator[Update]:
        """The answer as it grows, then the conversation with it."""
        if growing is None:
            return
        for event in chat.answering(self._desk.under(choice.model_dump()), growing.exchange, talk.turns):
            if isinstance(event, Exchange):
                yield self._end(event, talk)
            else:
                yield {self._parts.live: str(chat.growing_html(event)), self._parts.growing: event}

    def stop(self, growing: chat.Growing | None, talk: Conversation) -> Update:
        """What there is of the answer, kept as it is."""
        if growing is None:
            return {self._parts.box: gr.update(**_IDLE), self._parts.live: ""}
        return self._end(chat.stopped(growing), talk)

    def _end(self, exchange: Exchange, talk: Conversation) -> Update:
        after = talk.put(exchange)
        return {
            self._parts.log: str(chat.conversation_html(after)),
            self._parts.live: "",
            self._parts.box: gr.update(**_IDLE),
            self._parts.talk: after,
            self._parts.growing: None,
            self._parts.bridge: self._desk.kept(after),
            self._parts.panel: proof_of(after),
        }


def proof_of(talk: Conversation) -> str:
    """What the panel shows after the last answer: its citations."""
    given = talk.thread[-1].answer if talk.last else None
    return str(proof.sources_html(given, talk.last) if given and given.citations else proof.EMPTY)
