"""A conversation as Markdown, HTML, JSON or a Word document."""

from __future__ import annotations

import base64
import io
from typing import Any, Literal

from assistant.conversations import Conversation
from assistant.render import escape_markdown, heading, place, remainder, render_markdown, search_summary
from assistant.types import Answer
from assistant.web.templates import clean, one_line, render

Format = Literal["md", "html", "json"]


def export(request: dict[str, str]) -> dict[str, str]:
    """The bytes in base64 of the conversation that the browser sends as ``conversation``, in the form ``form``."""
    conversation, form = Conversation.model_validate_json(request["conversation"]), request["form"]
    made = as_word(conversation) if form == "docx" else exported(conversation, _form(form)).encode()
    return {"data": base64.b64encode(made).decode()}


def notes(request: dict[str, str]) -> dict[str, str]:
    """The bytes in base64 of a Word document with the notes that the browser sends as ``text``."""
    from docx import Document

    word = Document()
    for block in filter(str.strip, clean(request["text"]).split("\n\n")):
        quoted = block.startswith("> ")
        word.add_paragraph(block.removeprefix("> ").strip(), style="Quote" if quoted else None)
    return {"data": base64.b64encode(_saved(word)).decode()}


def _saved(word: Any) -> bytes:
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _form(form: str) -> Format:
    return "html" if form == "html" else "json" if form == "json" else "md"


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
    helpers = {"heading": heading, "remainder": remainder, "search_summary": search_summary}
    return str(render("export", "page", conversation=conversation, **helpers))


def as_word(conversation: Conversation) -> bytes:
    """The shown thread as a Word document, each question a heading."""
    from docx import Document

    word = Document()
    word.add_heading(one_line(conversation.title), 0)
    for exchange in conversation.thread:
        word.add_heading(one_line(exchange.question), 1)
        if exchange.answer is None:
            word.add_paragraph(clean(exchange.note), style="Intense Quote")
            continue
        for line in _lines(exchange.answer):
            word.add_paragraph(line)
        for citation in exchange.answer.citations:
            word.add_paragraph(clean(f"[{citation.marker}] {citation.label} ({place(citation)})"))
            word.add_paragraph(one_line(citation.quote), style="Quote")
    return _saved(word)


def _lines(answer: Answer) -> list[str]:
    said = [
        f"{heading(claim) + ': ' if heading(claim) else ''}{claim.text} "
        + "".join(f"[{citation.marker}]" for citation in claim.citations)
        + (f" ({claim.support}: {claim.reason})" if claim.support != "supported" else "")
        for claim in answer.claims
    ] or [answer.text]
    for conflict in answer.conflicts:
        said.append(f"The sources disagree ({conflict.about}):")
        said += [f"{side.citation.label}: {side.value} [{side.citation.marker}]" for side in conflict.sides]
    return [clean(line) for line in [*said, *remainder(answer).splitlines()]]
