"""The proof panel: an answer's citations, and a document scrolled to the words that were quoted."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from assistant.types import Answer, Citation, Claim, Document, DocumentMetadata, Span
from assistant.web.markup import Markup, fill, join, one_line

AROUND = 40_000
"""Characters of a long document shown before and after the quoted words."""

_SUPPORT = {"supported": "Borne out", "partial": "Borne out in part", "unsupported": "Not borne out"}

EMPTY = fill(
    '<div class="panel-empty"><p>{text}</p></div>',
    text="Click a citation to read it in its document, with the quoted words marked.",
)


class Place(NamedTuple):
    """Where a document is opened: the marked words, others marked faintly, and how to get to the neighbours."""

    marked: Span | None = None
    faint: tuple[Span, ...] = ()
    head: Markup = Markup()
    notice: str = ""


def sources_html(answer: Answer, id_: str) -> Markup:
    """All citations of an answer, and for each the claims it stands for."""
    items = join(
        fill(
            '<li><button type="button" class="source" data-do="cite" data-exchange="{id}" data-marker="{marker}">'
            '<span class="source-head"><b>{marker}</b> {who}</span><span class="source-title">{title}{page}</span>'
            '<span class="quote" dir="auto">“{quote}”</span>{badge}</button></li>',
            id=id_,
            marker=citation.marker,
            who=citation.label,
            title=citation.title if citation.publisher else citation.source,
            page=_page(citation),
            quote=one_line(citation.quote, 500),
            badge=join(_badge(claim) for claim in _claims(answer, citation) if claim.support != "supported"),
        )
        for citation in answer.citations
    )
    return fill(
        '<section class="sheet" aria-label="Citations">{bar}<ol class="sources">{items}</ol></section>',
        bar=_bar("Citations", Markup()),
        items=items,
    )


def citation_html(answer: Answer, id_: str, marker: int, document: Document | None) -> Markup:
    """The document of citation ``marker``, its quote marked; the quote alone where the document is gone."""
    by_marker = {citation.marker: citation for citation in answer.citations}
    citation = by_marker.get(marker)
    if citation is None:
        return EMPTY
    head = join([_neighbours(answer, id_, marker), *(_claim(claim) for claim in _claims(answer, citation))])
    span = Span(citation.start, citation.end)
    if document is None or document.text[span.start : span.end] != citation.quote:
        gone = "no longer indexed" if document is None else "changed since this answer was given"
        return fill(
            '<section class="sheet" aria-label="Citation {marker}">{bar}{head}<p class="notice" role="status">'
            'The document is {gone}. These were its words:</p><blockquote class="kept-words" dir="auto">{quote}'
            "</blockquote></section>",
            marker=marker,
            bar=_bar(citation.title, _meta(citation, citation.page)),
            head=head,
            gone=gone,
            quote=citation.quote,
        )
    faint = tuple(Span(c.start, c.end) for c in answer.citations if c.source == citation.source and c.marker != marker)
    return document_html(document, Place(span, faint, head))


def document_html(document: Document, place: Place | None = None) -> Markup:
    """A document to read; of a very long one, the part around the marked words."""
    place = place or Place()
    marked = place.marked
    first = max(0, marked.start - AROUND) if marked else 0
    last = min(len(document.text), (marked.end if marked else first) + AROUND)
    page = document.page_at(marked.start) if marked else None
    return fill(
        '<section class="sheet" aria-label="{title}">{bar}{head}{notice}'
        '<div class="paper" tabindex="0" role="document" dir="auto" aria-label="Text of {title}">'
        "{before}{text}{after}</div></section>",
        title=one_line(document.title, 120),
        bar=_bar(document.title, _meta(document, page)),
        head=place.head,
        notice=fill('<p class="notice">{text}</p>', text=place.notice) if place.notice else "",
        before=_left_out(first),
        text=_body(document, Span(first, last), marked, place.faint),
        after=_left_out(len(document.text) - last),
    )


def _body(document: Document, window: Span, marked: Span | None, faint: tuple[Span, ...]) -> Markup:
    """The text of the window, cut where a mark or a page begins or ends."""
    cuts = {window.start, window.end}
    for span in (*faint, *((marked,) if marked else ())):
        cuts |= {min(max(edge, window.start), window.end) for edge in span}
    pages = {offset: number for number, offset in enumerate(document.pages, 1) if window.start <= offset < window.end}
    edges = sorted(cuts | set(pages))
    parts: list[Markup] = []
    for start, end in pairwise(edges):
        if start in pages:
            parts.append(fill('<span class="page" role="separator">Page {n}</span>', n=pages[start]))
        text = document.text[start:end]
        if marked and marked.start <= start < marked.end:
            first = ' id="quoted"' if start == marked.start else ""
            parts.append(fill("<mark" + first + ">{text}</mark>", text=text))
        elif any(span.start <= start < span.end for span in faint):
            parts.append(fill('<mark class="faint">{text}</mark>', text=text))
        else:
            parts.append(fill("{text}", text=text))
    return join(parts)


def _left_out(count: int) -> Markup:
    if count <= 0:
        return Markup()
    return fill('<p class="left-out">… {count} characters are not shown here …</p>', count=f"{count:,}")


def _bar(title: str, meta: Markup) -> Markup:
    return fill(
        '<header class="bar"><div><h2 dir="auto">{title}</h2>{meta}</div>'
        '<button type="button" class="close" data-do="close" aria-label="Close the panel">×</button></header>',
        title=title,
        meta=meta,
    )


def _meta(metadata: DocumentMetadata, page: int | None) -> Markup:
    day = f"{metadata.published.day} {metadata.published:%B %Y}" if metadata.published else ""
    known = (metadata.publisher or "", day, metadata.genre, f"page {page}" if page else "")
    return fill(
        '<p class="meta">{known}<span class="file">{source}</span></p>',
        known=" · ".join(filter(None, known)),
        source=metadata.source,
    )


def _neighbours(answer: Answer, id_: str, marker: int) -> Markup:
    markers = [citation.marker for citation in answer.citations]
    here = markers.index(marker)
    before = markers[here - 1] if here else None
    after = markers[here + 1] if here + 1 < len(markers) else None
    return fill(
        '<nav class="neighbours" aria-label="Citations of this answer">{before}<span>Citation <b>{n}</b> of {total}'
        "</span>{after}</nav>",
        before=_step(id_, before, "Previous", "previous"),
        n=here + 1,
        total=len(markers),
        after=_step(id_, after, "Next", "next"),
    )


def _step(id_: str, marker: int | None, label: str, kind: str) -> Markup:
    if marker is None:
        return fill('<button type="button" disabled>{label}</button>', label=label)
    return fill(
        '<button type="button" data-do="cite" data-exchange="{id}" data-marker="{marker}" data-step="{kind}">'
        "{label}</button>",
        id=id_,
        marker=marker,
        label=label,
        kind=kind,
    )


def _claims(answer: Answer, citation: Citation) -> list[Claim]:
    return [claim for claim in answer.claims if any(c.marker == citation.marker for c in claim.citations)]


def _claim(claim: Claim) -> Markup:
    return fill(
        '<p class="stands-for"><span class="label">The answer says</span> <span dir="auto">{text}</span> {badge}</p>',
        text=claim.text,
        badge=_badge(claim),
    )


def _badge(claim: Claim) -> Markup:
    return fill(
        '<span class="badge {support}">{label}{reason}</span>',
        support=claim.support,
        label=_SUPPORT[claim.support],
        reason=f": {claim.reason}" if claim.reason and claim.support != "supported" else "",
    )


def _page(citation: Citation) -> str:
    return f", page {citation.page}" if citation.page else ""
