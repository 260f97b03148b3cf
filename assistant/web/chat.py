"""The conversation: asks, keeps pace with the stream, and shows each exchange with its claims and their proof."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Literal, NamedTuple

from assistant.api import Assistant
from assistant.errors import AssistantError
from assistant.render import heading, remainder_text, render_markdown
from assistant.types import Answer, Citation, Claim, Conflict, Delta, DocumentMetadata, Turn
from assistant.web.conversations import Conversation, Exchange
from assistant.web.markup import Markup, fill, join, one_line
from assistant.web.safety import without_paths
from assistant.web.trace import trace_html

PACE = 0.1
"""Seconds between two updates of a growing answer; quicker ones make the page lag."""

THOUGHT = 400
"""Characters of a model's last thoughts that are shown while it thinks."""

BROKEN = "Something went wrong while answering. The details are in the terminal that runs this page."
STOPPED = "Stopped before the answer was complete."

_MARKER = re.compile(r"\[(\d+)\]")
_LABELS = {"partial": "Only in part", "unsupported": "Not borne out"}
_log = logging.getLogger(__name__)


class Growing(NamedTuple):
    """An answer on its way: what has been checked, what is still a draft, and what the model thinks meanwhile."""

    question: str
    checked: tuple[str, ...] = ()
    draft: str = ""
    thought: str = ""

    def with_delta(self, delta: Delta) -> Growing:
        """One piece further. A checked sentence takes the place of its draft."""
        if delta.kind == "thinking":
            return self._replace(thought=(self.thought + delta.text)[-THOUGHT:])
        if delta.kind == "waiting":
            return self
        if delta.verified:
            return self._replace(checked=(*self.checked, delta.text), draft="", thought="")
        return self._replace(draft=self.draft + delta.text, thought="")


def answering(
    assistant: Assistant, question: str, history: tuple[Turn, ...], pace: float = PACE
) -> Iterator[Growing | Exchange]:
    """The growing answer at most every ``pace`` seconds, then the exchange. Errors become its note."""
    growing = Growing(question)
    started = shown = time.perf_counter()
    try:
        # Closed at once when the reader stops: a model would go on writing for nobody.
        with closing(assistant.stream(question, history)) as events:  # type: ignore[type-var]  # it is a generator
            for event in events:
                now = time.perf_counter()
                if isinstance(event, Answer):
                    yield Exchange(question=question, answer=event, seconds=now - started)
                    return
                growing = growing.with_delta(event)
                if now - shown >= pace:
                    shown = now
                    yield growing
    except AssistantError as error:
        note = without_paths(str(error))
    except Exception:
        # Anything that leaves a handler would leave the page stuck, its box disabled.
        _log.exception("answering %r failed", question[:200])
        note = BROKEN
    yield Exchange(question=question[:4000], note=note, seconds=time.perf_counter() - started)


def stopped(growing: Growing) -> Exchange:
    """What is kept of an answer that was stopped."""
    return Exchange(question=growing.question, note=STOPPED, draft="".join((*growing.checked, growing.draft)).strip())


# --- what is shown


def welcome(documents: int, examples: tuple[str, ...]) -> Markup:
    """The page before the first question."""
    buttons = join(
        fill('<button type="button" class="example" data-do="ask" data-text="{text}">{text}</button>', text=text)
        for text in examples
    )
    held = f"{documents:,} document{'' if documents == 1 else 's'}"
    lead = (
        f"Every sentence of an answer is cited from your {held}. Click a citation to see it in its document."
        if documents
        else "There are no documents yet. Add some under Documents, then ask."
    )
    return fill(
        '<section class="welcome"><h1>What would you like to know?</h1><p>{lead}</p>'
        '<div class="examples" aria-label="Example questions">{buttons}</div></section>',
        lead=lead,
        buttons=buttons,
    )


def conversation_html(conversation: Conversation) -> Markup:
    """All exchanges."""
    return join(exchange_html(exchange, place) for place, exchange in enumerate(conversation.exchanges))


def exchange_html(exchange: Exchange, place: int) -> Markup:
    """A question and its answer; ``place`` counts from 0 and is how the page refers to it."""
    body = answer_html(exchange.answer, place, exchange.seconds) if exchange.answer else _unanswered(exchange, place)
    return fill(
        '<article class="exchange" data-turn="{place}" aria-label="Question {number}">{question}{body}</article>',
        place=place,
        number=place + 1,
        question=_question(exchange.question, place),
        body=body,
    )


def growing_html(growing: Growing, place: int) -> Markup:
    """The answer at ``place`` while it is written; sentences that are not checked yet are set apart."""
    pieces = [_piece(text, "checked") for text in growing.checked if text.strip()]
    if growing.draft.strip():
        pieces.append(_piece(growing.draft, "draft"))
    wait = "Thinking" if growing.thought else "Checking each sentence" if pieces else "Reading the documents"
    return fill(
        '<article class="exchange busy" data-turn="{place}" aria-busy="true">{question}'
        '<div class="answer">{said}{thought}'
        '<p class="thinking" role="status"><i></i><i></i><i></i> {wait} …</p></div></article>',
        question=fill('<div class="question"><div class="bubble" dir="auto">{text}</div></div>', text=growing.question),
        said=join(pieces),
        thought=fill('<p class="thought" dir="auto">{text}</p>', text=growing.thought) if growing.thought else "",
        wait=wait,
        place=place,
    )


def _piece(text: str, kind: Literal["checked", "draft"]) -> Markup:
    parts = _MARKER.split(text.strip())
    said = join(
        fill('<span class="ghost">{part}</span>' if place % 2 else "{part}", part=part)
        for place, part in enumerate(parts)
    )
    return fill('<p class="claim {kind}" dir="auto">{said}</p>', kind=kind, said=said)


def answer_html(answer: Answer, place: int, seconds: float) -> Markup:
    """An answer with its chips, doubts, disagreements, and what can be done with it."""
    searched = (
        fill('<p class="searched">Searched as <q>{text}</q></p>', text=answer.trace.question)
        if one_line(answer.trace.question) != one_line(answer.question)
        else Markup()
    )
    refused = answer.outcome == "not_in_documents"
    claims = [claim_html(claim, place) for claim in answer.claims]
    rest = remainder_text(answer.unanswered, sum(claim.listed for claim in answer.claims), answer.omitted)
    missing = [fill('<p class="claim missing" dir="auto">{line}</p>', line=line) for line in rest.split("\n") if line]
    said = _refusal(answer, place) if refused else join([*claims, *missing])
    return fill(
        '<div class="answer {outcome}">{searched}{said}{conflicts}{notes}<footer><p class="small">{small}</p>'
        '<div class="tools" role="group" aria-label="This answer">'
        '<button type="button" data-copy="{copy}">Copy</button>'
        '<button type="button" data-do="again" data-turn="{place}">Ask again</button>'
        '<button type="button" data-do="exam" data-turn="{place}">Add to my exam</button>{sources}</div></footer>'
        "{trace}</div>",
        outcome=answer.outcome,
        searched=searched,
        said=said,
        conflicts=join(conflict_html(conflict, place) for conflict in answer.conflicts),
        notes=join(fill('<p class="small noted">{note}</p>', note=without_paths(note)) for note in answer.trace.notes),
        small=f"{answer.writer} writer · {seconds:.2f} s",
        copy=render_markdown(answer),
        place=place,
        sources=_sources_button(answer, place),
        trace=trace_html(answer),
    )


def claim_html(claim: Claim, place: int) -> Markup:
    """One sentence with its chips; a doubt is marked in words, not by colour alone."""
    doubt = (
        Markup()
        if claim.support == "supported"
        else fill(
            '<span class="doubt"><b>{label}</b>{reason}</span>',
            label=_LABELS[claim.support],
            reason=f": {claim.reason}" if claim.reason else "",
        )
    )
    lead, said = heading(claim), claim.text
    return fill(
        '<p class="claim {support}" dir="auto">{lead}<span class="said">{said}</span> {chips}{doubt}</p>',
        support=claim.support,
        lead=fill('<span class="who">{lead}</span> ', lead=lead) if lead else "",
        said=said,
        chips=join(
            (chip(citation, place, named=not lead.startswith(citation.byline)) for citation in claim.citations),
            " ",
        ),
        doubt=doubt,
    )


def chip(citation: Citation, place: int, *, named: bool) -> Markup:
    """A citation to point at (the quote appears) and to click (the document opens)."""
    page = f", page {citation.page}" if citation.page else ""
    who = _with_voice(one_line(citation.byline, 48), citation)
    return fill(
        '<button type="button" class="chip" data-do="cite" data-turn="{place}" data-marker="{marker}" '
        'data-byline="{who}{page}" data-quote="{quote}" aria-label="Citation {marker}, {who}{page}: show it">'
        "<b>{marker}</b>{name}</button>",
        place=place,
        marker=citation.marker,
        who=who,
        page=page,
        quote=one_line(citation.quote, 400),
        name=fill("<span>{who}{page}</span>", who=who, page=page) if named else "",
    )


def conflict_html(conflict: Conflict, place: int) -> Markup:
    """What the sources disagree on, one column a side, in the order given: newest first."""
    sides = join(
        fill(
            '<div class="side"><p class="side-date">{day}</p><p class="side-who">{who}</p>'
            '<p class="side-value" dir="auto">{value}</p><blockquote dir="auto">{quote}</blockquote>{chip}</div>',
            day=_day(side.citation) or "No date",
            who=_with_voice(side.citation.publisher or side.citation.title or side.citation.source, side.citation),
            value=side.value,
            quote=one_line(side.citation.quote, 600),
            chip=chip(side.citation, place, named=False),
        )
        for side in conflict.sides
    )
    return fill(
        '<section class="conflict" aria-label="The sources disagree"><h3><span>The sources disagree</span> {about}</h3>'
        '<div class="sides">{sides}</div></section>',
        about=conflict.about,
        sides=sides,
    )


def _question(text: str, place: int) -> Markup:
    return fill(
        '<div class="question"><div class="bubble" dir="auto">{text}</div>'
        '<div class="tools"><button type="button" data-edit="{place}">Edit</button></div></div>',
        text=text,
        place=place,
    )


def _unanswered(exchange: Exchange, place: int) -> Markup:
    draft = fill('<p class="claim draft">{text}</p>', text=exchange.draft) if exchange.draft else Markup()
    return fill(
        '<div class="answer unanswered">{draft}<p class="note" role="alert">{note}</p><footer>'
        '<div class="tools"><button type="button" data-do="again" data-turn="{place}">Ask again</button></div>'
        "</footer></div>",
        draft=draft,
        note=exchange.note,
        place=place,
    )


def _refusal(answer: Answer, place: int) -> Markup:
    ranks = {passage.metadata.source: passage.rank for passage in reversed(answer.passages)}
    near = join(
        fill(
            '<li><button type="button" class="near" data-do="near" data-turn="{place}" data-rank="{rank}">'
            "<b>{quote}</b><span>{meta}</span></button></li>",
            place=place,
            rank=ranks.get(citation.source, 1),
            quote=one_line(citation.quote, 300),
            meta=_with_voice(citation.byline, citation),
        )
        for citation in answer.nearest
    )
    return fill(
        '<p class="refusal">{text}</p><p class="looked">Searched for <q>{question}</q>. No sentence answers it.</p>'
        "{nearest}",
        text=answer.text,
        question=answer.trace.question,
        nearest=fill('<p class="label">The nearest are</p><ul class="nearest">{near}</ul>', near=near) if near else "",
    )


def _sources_button(answer: Answer, place: int) -> Markup:
    if not answer.citations:
        return Markup()
    count = len(answer.citations)
    return fill(
        '<button type="button" data-do="sources" data-turn="{place}">{count} citation{s}</button>',
        place=place,
        count=count,
        s="" if count == 1 else "s",
    )


def _with_voice(name: str, metadata: DocumentMetadata) -> str:
    """``name`` with the kind of its document where that is to be told."""
    return f"{name}, {metadata.genre}" if metadata.genre else name


def _day(metadata: DocumentMetadata) -> str:
    return f"{metadata.published.day} {metadata.published:%B %Y}" if metadata.published else ""
