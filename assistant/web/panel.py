"""The panel beside the conversation: an answer's citations, and a document with the quoted words marked."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import gradio as gr
from markupsafe import Markup

from assistant.conversations import Conversation
from assistant.errors import AssistantError
from assistant.render import page_name, place
from assistant.types import Answer, Citation, Claim, Document, Span
from assistant.web.answers import LABELS
from assistant.web.components import PRIVATE, RELOAD, ClickEvent, Components, Update
from assistant.web.library import MOST_BYTES
from assistant.web.listing import key_points
from assistant.web.paper import DrawnPage, Marks, drawn_page, parts, position
from assistant.web.state import AppState
from assistant.web.templates import known, one_line, render

AROUND = 40_000
"""Characters of a long document shown before and after the quoted words."""

EMPTY = "Click a citation to read it in its document, with the quoted words marked."
NEAREST = "The nearest quotation; it does not answer the question."
GONE = "It cannot be shown any more."
NO_LONGER = "The document is no longer indexed."
CHANGED = "The document has changed since this answer was given."


def empty_html(text: str = EMPTY) -> str:
    """The panel when there is nothing to show."""
    return render("panel", "empty", text=text)


def sources_html(answer: Answer, exchange: str) -> str:
    """All citations of an answer, each with a warning if it does not support a claim."""
    doubts = {each.marker: [c for c in _claims(answer, each) if c.support != "supported"] for each in answer.citations}
    return render("panel", "sources", answer=answer, exchange=exchange, doubts=doubts, labels=LABELS)


def citation_html(
    answer: Answer, exchange: str, marker: int, document: Document | None, file: Path | None = None, page: int = 0
) -> str:
    """The document of citation ``marker`` with its quote marked; only the quote if the document has changed.

    If ``file`` is a PDF, its page ``page``, or the page of the quote, is drawn.

    Raises LookupError if the answer does not have this marker.
    """
    markers = [citation.marker for citation in answer.citations]
    here = markers.index(marker) if marker in markers else -1
    if here < 0:
        raise LookupError(marker)
    citation = answer.citations[here]
    head = render(
        "panel",
        "neighbours",
        exchange=exchange,
        markers=markers,
        here=here,
        doubts=[claim for claim in _claims(answer, citation) if claim.support != "supported"],
        labels=LABELS,
    )
    span = Span(citation.start, citation.end)
    if document is None or document.text[span.start : span.end] != citation.quote:
        gone = NO_LONGER if document is None else CHANGED
        return render("panel", "lost", citation=citation, head=head, gone=gone, note=note(citation))
    others = [Span(c.start, c.end) for c in answer.citations if c.source == citation.source and c.marker != marker]
    again = {"data-do": "cite", "data-exchange": exchange, "data-marker": marker}
    drawn = drawn_page(document, file, span, page)
    return document_html(document, span, others, head=head, drawn=drawn, again=again, keep=note(citation))


def note(citation: Citation) -> str:
    """A quotation with its reference, as Markdown."""
    return f"> {one_line(citation.quote)}\n\n{citation.label} ({place(citation)})"


def document_html(
    document: Document,
    marked: Span | None = None,
    faint: list[Span] | None = None,
    *,
    head: Markup | str = "",
    notice: str = "",
    drawn: DrawnPage | None = None,
    again: Mapping[str, object] | None = None,
    points: Sequence[Citation] = (),
    keep: str = "",
) -> str:
    """A document to read, with ``marked`` and ``faint`` words; of a very long one, the part around the marked ones.

    A page that was ``drawn`` is shown first, and the text on request; ``again`` shows the same with another page.
    ``points`` are its key points, which lead to their places. ``keep`` is what can be added to the notes.
    """
    first = max(0, marked.start - AROUND) if marked else 0
    last = min(len(document.text), (marked.end if marked else first) + AROUND)
    return render(
        "panel",
        "document",
        document=document,
        meta=" · ".join(filter(None, [known(document), position(document, marked.start) if marked else ""])),
        page_name=page_name(document.source),
        note=keep,
        head=head,
        notice=notice,
        before=first,
        parts=parts(document, Span(first, last), Marks(marked, tuple(faint or ()))),
        after=len(document.text) - last,
        drawn=drawn,
        points=points,
        again=again or {"data-do": "document", "data-source": document.source},
    )


def connect(state: AppState, components: Components) -> None:
    """Attach the events that show something in the panel."""

    def show(
        view: Callable[[AppState, Conversation, ClickEvent], str], conversation: Conversation, event: gr.EventData
    ) -> Update:
        click = ClickEvent.of(event)
        if click.current != conversation.id:
            return {components.events: RELOAD}
        try:
            shown = view(state, conversation, click)
        except (AssistantError, LookupError):
            shown = empty_html(GONE)
        return {components.panel: render("panel", "turn", number=click.turn) + shown}

    def attach(name: str, view: Callable[[AppState, Conversation, ClickEvent], str]) -> None:
        def handler(conversation: Conversation, event: gr.EventData) -> Update:
            return show(view, conversation, event)

        inputs, outputs = [components.conversation], [components.panel, components.events]
        getattr(components.events, name)(handler, inputs, outputs, queue=False, **PRIVATE)

    attach("sources", _show_sources)
    attach("cite", _show_citation)
    attach("near", partial(_show_document, notice=NEAREST))
    attach("hit", _show_document)
    attach("document", _show_document)


def original(state: AppState) -> Callable[[dict[str, str]], dict[str, str]]:
    """What gives the browser the file of an indexed document: its name and its bytes in base64, or what is wrong."""

    def original(request: dict[str, str]) -> dict[str, str]:
        source = request["source"]
        file = state.library.file(source) if state.document(source) else None
        if file is None:
            return {"fault": "The file is not where it was when it was indexed."}
        if file.stat().st_size > MOST_BYTES:
            return {"fault": f"The file is larger than {MOST_BYTES // 1_000_000} MB."}
        return {"name": file.name, "data": base64.b64encode(file.read_bytes()).decode()}

    return original


def _show_sources(_: AppState, conversation: Conversation, click: ClickEvent) -> str:
    return sources_html(_answer(conversation, click), click.exchange)


def _show_citation(state: AppState, conversation: Conversation, click: ClickEvent) -> str:
    answer = _answer(conversation, click)
    source = next((each.source for each in answer.citations if each.marker == click.marker), "")
    return citation_html(
        answer, click.exchange, click.marker, state.document(source), state.library.file(source), click.page
    )


def _show_document(state: AppState, _: Conversation, click: ClickEvent, notice: str = "") -> str:
    document = state.document(click.source)
    if document is None:
        raise LookupError(click.source)
    marked = Span(click.start, click.end) if click.end else None
    drawn = drawn_page(document, state.library.file(click.source), marked, click.page)
    again = {"data-do": "document", "data-source": click.source, "data-start": click.start, "data-end": click.end}
    points = () if marked or click.page else key_points(state.assistant, document)
    return document_html(document, marked, notice=notice, drawn=drawn, again=again, points=points)


def _answer(conversation: Conversation, click: ClickEvent) -> Answer:
    answer = conversation.exchange(click.exchange).answer
    if answer is None:
        raise LookupError(click.exchange)
    return answer


def _claims(answer: Answer, citation: Citation) -> list[Claim]:
    return [claim for claim in answer.claims if any(c.marker == citation.marker for c in claim.citations)]
