"""Conversations as Markdown, HTML and JSON to take away."""

from __future__ import annotations

from typing import Literal

from assistant.conversations import Conversation, Exchange
from assistant.render import heading, render_markdown, search_summary
from assistant.web.markup import Markup, fill, join, markdown, one_line

Form = Literal["md", "html", "json"]


def exported(conversation: Conversation, form: Form) -> str:
    """The conversation as a text of that form; the JSON reads back as the same Conversation."""
    if form == "json":
        return conversation.model_dump_json(indent=2)
    return as_html(conversation) if form == "html" else as_markdown(conversation)


def as_markdown(conversation: Conversation) -> str:
    """The conversation as Markdown, each question a heading."""
    parts = [f"# {markdown(conversation.title)}"]
    for exchange in conversation.thread:
        parts.append(f"## {markdown(exchange.question)}")
        parts.append(render_markdown(exchange.answer) if exchange.answer else f"*{markdown(exchange.note)}*")
    return "\n\n".join(parts) + "\n"


_STYLE = """
body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1.25rem;color:#1d2430}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2.5rem}blockquote{margin:.3rem 0 1rem;color:#4b5563;
font-family:Georgia,serif}.doubt{color:#9a3412}li{margin:.2rem 0}
@media(prefers-color-scheme:dark){body{background:#14171c;color:#e5e7eb}blockquote{color:#a7b0bd}.doubt{color:#fdba74}}
"""


def as_html(conversation: Conversation) -> str:
    """The conversation as one page that runs nothing and asks for nothing."""
    return str(
        fill(
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
            '<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
            "<style>{style}</style></head><body><h1>{title}</h1>{exchanges}</body></html>\n",
            title=conversation.title,
            style=Markup(_STYLE),
            exchanges=join(_exchange_as_html(exchange) for exchange in conversation.thread),
        )
    )


def _exchange_as_html(exchange: Exchange) -> Markup:
    head = fill("<h2>{question}</h2>", question=exchange.question)
    answer = exchange.answer
    if answer is None:
        return head + fill("<p><em>{note}</em></p>", note=exchange.note)
    said = [
        fill(
            "<p>{text} {marks}{doubt}</p>",
            text=f"{heading(claim)}: {claim.text}" if heading(claim) else claim.text,
            marks="".join(f"[{citation.marker}]" for citation in claim.citations),
            doubt=""
            if claim.support == "supported"
            else fill(' <em class="doubt">({s}: {r})</em>', s=claim.support, r=claim.reason),
        )
        for claim in answer.claims
    ] or [fill("<p>{text}</p>", text=answer.text)]
    disagreements = [
        fill(
            "<p>The sources disagree ({about}):</p><ul>{sides}</ul>",
            about=conflict.about,
            sides=join(
                fill(
                    "<li>{who}: {value} [{marker}]</li>",
                    who=side.citation.label,
                    value=side.value,
                    marker=side.citation.marker,
                )
                for side in conflict.sides
            ),
        )
        for conflict in answer.conflicts
    ]
    sources = [
        fill(
            "<p>[{marker}] {who} ({source}{page})</p><blockquote>{quote}</blockquote>",
            marker=citation.marker,
            who=citation.label,
            source=citation.source,
            page=f", page {citation.page}" if citation.page else "",
            quote=one_line(citation.quote),
        )
        for citation in answer.citations
    ]
    looked = [fill("<p>{line}</p>", line=line) for line in (*answer.unanswered, *search_summary(answer))]
    return join([head, *said, *disagreements, *looked, *sources])
