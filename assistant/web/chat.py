"""The conversation: asks, keeps pace with the stream, and shows each exchange with its claims and their proof."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Literal, NamedTuple

from assistant.api import Assistant
from assistant.conversations import Conversation, Exchange
from assistant.errors import AssistantError
from assistant.render import heading, remainder_text, render_markdown
from assistant.types import Answer, Citation, Claim, Conflict, Delta, DocumentMetadata, Turn
from assistant.web.markup import Markup, fill, join, one_line
from assistant.web.safety import without_paths
from assistant.web.trace import trace_html

PACE = 0.1
"""Seconds between two updates of a growing answer; quicker ones make the page lag."""

THOUGHT = 400
"""Characters of a model's last thoughts that are shown while it thinks."""

BROKEN = "Something went wrong while answering. The details are in the terminal that runs this page."
STOPPED = "Stopped before the answer was complete."
INTERRUPTED = "The page was closed or loaded again before this question was answered."

_MARKER = re.compile(r"\[(\d+)\]")
_LABELS = {"partial": "Only in part", "unsupported": "Not borne out"}
_log = logging.getLogger(__name__)


class Growing(NamedTuple):
    """An answer on its way: what has been checked, what is still a draft, and what the model thinks meanwhile."""

    exchange: Exchange
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
    assistant: Assistant, exchange: Exchange, history: tuple[Turn, ...], pace: float = PACE
) -> Iterator[Growing | Exchange]:
    """The growing answer at most every ``pace`` seconds, then the finished exchange. Errors become its note."""
    growing = Growing(exchange)
    started = shown = time.perf_counter()
    try:
        # Closed at once when the reader stops: a model would go on writing for nobody.
        with closing(assistant.stream(exchange.question, history)) as events:  # type: ignore[type-var]  # it is a generator
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
        note = without_paths(str(error))
    except Exception:
        # Anything that leaves a handler would leave the page stuck, its box disabled.
        _log.exception("answering %r failed", exchange.question[:200])
        note = BROKEN
    yield exchange.model_copy(update={"note": note, "seconds": time.perf_counter() - started})


def stopped(growing: Growing) -> Exchange:
    """What is kept of an answer that was stopped."""
    draft = "".join((*growing.checked, growing.draft)).strip()
    return growing.exchange.model_copy(update={"note": STOPPED, "draft": draft})


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


def conversation_html(conversation: Conversation, *, growing: bool = False) -> Markup:
    """The shown thread; without its last exchange where that is ``growing``, which ``growing_html`` shows."""
    thread = conversation.thread[:-1] if growing else conversation.thread
    return join(
        exchange_html(exchange, number, conversation.versions(exchange)) for number, exchange in enumerate(thread, 1)
    )


def exchange_html(exchange: Exchange, number: int, versions: Sequence[Exchange] = ()) -> Markup:
    """A question and its answer, ``number`` in its thread; ``versions`` are all that stand in its place."""
    body = answer_html(exchange.answer, exchange) if exchange.answer else _unanswered(exchange)
    return fill(
        '<article class="exchange" data-exchange="{id}" aria-label="Question {number}">{question}{body}</article>',
        id=exchange.id,
        number=number,
        question=_question(exchange, versions),
        body=body,
    )


def growing_html(growing: Growing) -> Markup:
    """The answer while it is written; sentences that are not checked yet are set apart."""
    pieces = [_piece(text, "checked") for text in growing.checked if text.strip()]
    if growing.draft.strip():
        pieces.append(_piece(growing.draft, "draft"))
    wait = "Thinking" if growing.thought else "Checking each sentence" if pieces else "Reading the documents"
    return fill(
        '<article class="exchange busy" data-exchange="{id}" aria-busy="true">{question}'
        '<div class="answer">{said}{thought}'
        '<p class="thinking" role="status"><i></i><i></i><i></i> {wait} …</p></div></article>',
        question=fill(
            '<div class="question"><div class="bubble" dir="auto">{text}</div></div>', text=growing.exchange.question
        ),
        said=join(pieces),
        thought=fill('<p class="thought" dir="auto">{text}</p>', text=growing.thought) if growing.thought else "",
        wait=wait,
        id=growing.exchange.id,
    )


def _piece(text: str, kind: Literal["checked", "draft"]) -> Markup:
    parts = _MARKER.split(text.strip())
    said = join(
        fill('<span class="ghost">{part}</span>' if place % 2 else "{part}", part=part)
        for place, part in enumerate(parts)
    )
    return fill('<p class="claim {kind}" dir="auto">{said}</p>', kind=kind, said=said)


def answer_html(answer: Answer, exchange: Exchange) -> Markup:
    """An answer with its chips, doubts, disagreements, and what can be done with it."""
    searched = (
        fill('<p class="searched">Searched as <q>{text}</q></p>', text=answer.trace.question)
        if one_line(answer.trace.question) != one_line(answer.question)
        else Markup()
    )
    refused = answer.outcome == "not_in_documents"
    claims = [claim_html(claim, exchange.id) for claim in answer.claims]
    rest = remainder_text(answer.unanswered, sum(claim.listed for claim in answer.claims), answer.omitted)
    missing = [fill('<p class="claim missing" dir="auto">{line}</p>', line=line) for line in rest.split("\n") if line]
    said = _refusal(answer, exchange.id) if refused else join([*claims, *missing])
    return fill(
        '<div class="answer {outcome}">{searched}{said}{conflicts}{notes}<footer><p class="small">{small}</p>'
        '<div class="tools" role="group" aria-label="This answer">'
        '<button type="button" data-copy="{copy}">Copy</button>'
        '<button type="button" data-do="again" data-exchange="{id}">Ask again</button>'
        '<button type="button" data-do="exam" data-exchange="{id}">Add to my exam</button>{sources}</div></footer>'
        "{trace}</div>",
        outcome=answer.outcome,
        searched=searched,
        said=said,
        conflicts=join(conflict_html(conflict, exchange.id) for conflict in answer.conflicts),
        notes=join(fill('<p class="small noted">{note}</p>', note=without_paths(note)) for note in answer.trace.notes),
        small=f"{answer.writer} writer · {exchange.seconds:.2f} s",
        copy=render_markdown(answer),
        id=exchange.id,
        sources=_sources_button(answer, exchange.id),
        trace=trace_html(answer),
    )


def claim_html(claim: Claim, id_: str) -> Markup:
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
            (chip(citation, id_, named=not lead.startswith(citation.byline)) for citation in claim.citations),
            " ",
        ),
        doubt=doubt,
    )


def chip(citation: Citation, id_: str, *, named: bool) -> Markup:
    """A citation to point at (the quote appears) and to click (the document opens)."""
    page = f", page {citation.page}" if citation.page else ""
    who = _with_voice(one_line(citation.byline, 48), citation)
    return fill(
        '<button type="button" class="chip" data-do="cite" data-exchange="{id}" data-marker="{marker}" '
        'data-byline="{who}{page}" data-quote="{quote}" aria-label="Citation {marker}, {who}{page}: show it">'
        "<b>{marker}</b>{name}</button>",
        id=id_,
        marker=citation.marker,
        who=who,
        page=page,
        quote=one_line(citation.quote, 400),
        name=fill("<span>{who}{page}</span>", who=who, page=page) if named else "",
    )


def conflict_html(conflict: Conflict, id_: str) -> Markup:
    """What the sources disagree on, one column a side, in the order given: newest first."""
    sides = join(
        fill(
            '<div class="side"><p class="side-date">{day}</p><p class="side-who">{who}</p>'
            '<p class="side-value" dir="auto">{value}</p><blockquote dir="auto">{quote}</blockquote>{chip}</div>',
            day=_day(side.citation) or "No date",
            who=_with_voice(side.citation.publisher or side.citation.title or side.citation.source, side.citation),
            value=side.value,
            quote=one_line(side.citation.quote, 600),
            chip=chip(side.citation, id_, named=False),
        )
        for side in conflict.sides
    )
    return fill(
        '<section class="conflict" aria-label="The sources disagree"><h3><span>The sources disagree</span> {about}</h3>'
        '<div class="sides">{sides}</div></section>',
        about=conflict.about,
        sides=sides,
    )


def _question(exchange: Exchange, versions: Sequence[Exchange]) -> Markup:
    return fill(
        '<div class="question"><div class="bubble" dir="auto">{text}</div><div class="under">{versions}'
        '<div class="tools"><button type="button" data-edit="{id}">Edit</button></div></div></div>',
        text=exchange.question,
        id=exchange.id,
        versions=_versions(exchange, versions),
    )


def _versions(exchange: Exchange, versions: Sequence[Exchange]) -> Markup:
    """Which version of the question is shown, and the way to the others; nothing where there is only one."""
    if len(versions) < 2:
        return Markup()
    here = [each.id for each in versions].index(exchange.id)
    before = versions[here - 1] if here else None
    after = versions[here + 1] if here + 1 < len(versions) else None
    return fill(
        '<div class="versions" role="group" aria-label="Versions of this question">{before}<span>{n} of {total}</span>'
        "{after}</div>",
        before=_version(before, "Previous version", "‹"),
        n=here + 1,
        total=len(versions),
        after=_version(after, "Next version", "›"),
    )


def _version(exchange: Exchange | None, label: str, sign: str) -> Markup:
    return fill(
        '<button type="button" data-do="version" data-exchange="{id}" aria-label="{label}" title="{label}"{state}>'
        "{sign}</button>",
        id=exchange.id if exchange else "",
        label=label,
        state=Markup(" disabled") if exchange is None else "",
        sign=sign,
    )


def _unanswered(exchange: Exchange) -> Markup:
    draft = fill('<p class="claim draft">{text}</p>', text=exchange.draft) if exchange.draft else Markup()
    return fill(
        '<div class="answer unanswered">{draft}<p class="note" role="{role}">{note}</p><footer>'
        '<div class="tools"><button type="button" data-do="again" data-exchange="{id}">Ask again</button></div>'
        "</footer></div>",
        draft=draft,
        role="alert" if exchange.note else "status",
        note=exchange.note or INTERRUPTED,
        id=exchange.id,
    )


def _refusal(answer: Answer, id_: str) -> Markup:
    ranks = {passage.metadata.source: passage.rank for passage in reversed(answer.passages)}
    near = join(
        fill(
            '<li><button type="button" class="near" data-do="near" data-exchange="{id}" data-rank="{rank}">'
            "<b>{quote}</b><span>{meta}</span></button></li>",
            id=id_,
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


def _sources_button(answer: Answer, id_: str) -> Markup:
    if not answer.citations:
        return Markup()
    count = len(answer.citations)
    return fill(
        '<button type="button" data-do="sources" data-exchange="{id}">{count} citation{s}</button>',
        id=id_,
        count=count,
        s="" if count == 1 else "s",
    )


def _with_voice(name: str, metadata: DocumentMetadata) -> str:
    """``name`` with the kind of its document where that is to be told."""
    return f"{name}, {metadata.genre}" if metadata.genre else name


def _day(metadata: DocumentMetadata) -> str:
    return f"{metadata.published.day} {metadata.published:%B %Y}" if metadata.published else ""
