"""Shows exchanges: an answer while it is written, its claims and their proof, conflicts and refusals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from assistant.conversations import Conversation, Exchange
from assistant.render import heading, remainder, render_markdown
from assistant.types import Answer, Claim, Conflict, Delta
from assistant.web.scope import choices
from assistant.web.templates import one_line, render

THOUGHT = 400
"""The most characters of a model's latest thoughts that are shown while it thinks."""

TRACED = 15
"""Rows of each table below an answer; the JSON export has them all."""

LABELS = {"supported": "Supported", "partial": "Partly", "unsupported": "Not supported"}
"""How the page names the support of a claim."""

_MARKER = re.compile(r"\[(\d+)\]")
_QUESTION_WORD = re.compile(r"(what|when|where|which|who|whose|whom|why|how)\b", re.IGNORECASE)


class Growing(NamedTuple):
    """An answer while it is written: what has been checked, what is still a draft, and the model's thoughts."""

    exchange: Exchange
    checked: tuple[str, ...] = ()
    draft: str = ""
    thought: str = ""

    def with_delta(self, delta: Delta) -> Growing:
        """The answer with the next piece. A checked sentence replaces its draft."""
        if delta.kind == "thinking":
            return self._replace(thought=(self.thought + delta.text)[-THOUGHT:])
        if delta.kind == "waiting":
            return self
        if delta.verified:
            return self._replace(checked=(*self.checked, delta.text), draft="", thought="")
        return self._replace(draft=self.draft + delta.text, thought="")


class ClaimGroup(NamedTuple):
    """Consecutive claims under one heading, as one paragraph or as one list."""

    heading: str
    listed: bool
    claims: tuple[Claim, ...]


def grouped(claims: Sequence[Claim]) -> list[ClaimGroup]:
    """The claims grouped by heading: who says it, and the context."""
    return [
        ClaimGroup(*key, tuple(group)) for key, group in groupby(claims, lambda claim: (heading(claim), claim.listed))
    ]


def divided(answer: Answer) -> tuple[list[Claim], list[Claim]]:
    """The claims of an answer in two parts: those to show, and those that only repeat the sides of its conflicts."""
    sides = {side.citation.marker for conflict in answer.conflicts for side in conflict.sides}
    read: list[Claim] = []
    repeated: list[Claim] = []
    for claim in answer.claims:
        cited = {citation.marker for citation in claim.citations}
        (repeated if cited and cited <= sides and claim.support == "supported" else read).append(claim)
    return read, repeated


def topic(conflict: Conflict) -> str:
    """What the sources disagree about, as it follows a colon: ``where did the fire start?``."""
    about = one_line(conflict.about).rstrip("?")
    return f"{about[0].lower()}{about[1:]}?" if _QUESTION_WORD.match(about) else about


def made_by(answer: Answer, seconds: float) -> str:
    """Who wrote an answer, and how long it took."""
    if answer.outcome == "not_in_documents":
        who = "Searched your documents"
    elif model := answer.trace.model:
        return f"Written by {model}, checked against your documents · {_effort(answer)}{seconds:.1f} s"
    else:
        who = "Quoted from your documents"
    return f"{who} · {seconds:.1f} s"


def _effort(answer: Answer) -> str:
    """What a model read, and when it began to write, where it is known."""
    read, first = answer.trace.prompt_tokens, answer.trace.seconds.get("first word")
    told = [f"{read:,} tokens read"] if read else []
    return "".join(f"{each} · " for each in [*told, *([f"first word after {first:.1f} s"] if first else [])])


def conversation_html(conversation: Conversation, *, growing: bool = False) -> Markup:
    """The shown thread; without its last exchange if that is ``growing``, which ``growing_html`` shows."""
    thread = conversation.thread[:-1] if growing else conversation.thread
    return Markup("").join(
        exchange_html(exchange, number, conversation.versions(exchange)) for number, exchange in enumerate(thread, 1)
    )


def exchange_html(exchange: Exchange, number: int, versions: Sequence[Exchange] = ()) -> Markup:
    """A question and its answer, the ``number``-th of its thread; ``versions`` are all its versions."""
    answer = exchange.answer
    values: dict[str, object] = {"exchange": exchange, "number": number, "versions": versions}
    if answer is None:
        return render("answers", "unanswered", **values)
    read, repeated = divided(answer)
    listed = [claim for claim in answer.claims if claim.listed]
    return render(
        "answers",
        "answered",
        **values,
        answer=answer,
        asked_of=[choice.label for choice in choices(exchange.scope)],
        condensed=one_line(answer.trace.question) != one_line(answer.question),
        groups=grouped(read),
        repeated=grouped(repeated),
        conflicts=[(topic(conflict), conflict.sides) for conflict in answer.conflicts],
        remainder=remainder(answer).splitlines(),
        cut=listed[0].citations[0] if answer.omitted and listed and listed[0].citations else None,
        made_by=made_by(answer, exchange.seconds),
        markdown=render_markdown(answer),
        labels=LABELS,
        traced=TRACED,
    )


def growing_html(growing: Growing) -> Markup:
    """The answer while it is written; sentences that are not checked yet are set apart."""
    checked = [_MARKER.split(text.strip()) for text in growing.checked if text.strip()]
    draft = _MARKER.split(growing.draft.strip()) if growing.draft.strip() else []
    wait = "Thinking" if growing.thought else "Checking each sentence" if checked or draft else "Reading the documents"
    return render("answers", "growing", growing=growing, checked=checked, draft=draft, wait=wait)
