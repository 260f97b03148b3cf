"""Conversations as values, as files where the settings say so, and as Markdown, HTML and JSON to take away."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from assistant.errors import ConfigError
from assistant.render import heading, render_markdown, search_summary
from assistant.types import Answer, Turn, Value
from assistant.web.markup import Markup, fill, join, markdown, one_line

Form = Literal["md", "html", "json"]

_ID = re.compile(r"[0-9a-f]{16}")
_TITLE = 80


def _new_id() -> str:
    return secrets.token_hex(8)


def _now() -> datetime:
    return datetime.now(UTC)


class Exchange(Value):
    """One question, and its answer or, where there is none, a ``note`` why; ``draft`` is what was there by then."""

    question: str
    answer: Answer | None = None
    note: str = ""
    draft: str = ""
    seconds: float = Field(default=0.0, description="wall seconds until the answer was whole")


class Conversation(Value):
    """Questions and answers in order. The id is random and says nothing."""

    id: str = Field(default_factory=_new_id, pattern=_ID.pattern)
    changed: datetime = Field(default_factory=_now)
    exchanges: tuple[Exchange, ...] = ()

    @property
    def title(self) -> str:
        """The first question."""
        return one_line(self.exchanges[0].question, _TITLE) if self.exchanges else "New conversation"

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was said, as the next question's history; questions without an answer are left out."""
        return tuple(
            turn
            for exchange in self.exchanges
            if exchange.answer
            for turn in (
                Turn(role="user", text=exchange.question),
                Turn(role="assistant", text=exchange.answer.text),
            )
        )

    def with_exchange(self, exchange: Exchange) -> Conversation:
        """The conversation, gone on."""
        return self.model_copy(update={"exchanges": (*self.exchanges, exchange), "changed": _now()})

    def before(self, place: int) -> Conversation:
        """The conversation up to, and without, exchange ``place`` (from 0)."""
        return self.model_copy(update={"exchanges": self.exchanges[: max(place, 0)], "changed": _now()})

    @property
    def summary(self) -> Summary:
        """What a list shows."""
        return Summary(id=self.id, title=self.title, changed=self.changed)


class Summary(Value):
    """A conversation as the list of conversations shows it."""

    id: str
    title: str
    changed: datetime


class Shelf:
    """Conversations as files, one each, readable by their owner alone. A deleted one is gone from the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, conversation: Conversation) -> None:
        """Keep a conversation, whole or not at all."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=self._folder, prefix=".saving-")  # made with mode 600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(conversation.model_dump_json())
            Path(scratch).replace(self._file(conversation.id))
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise

    def load(self, id_: str) -> Conversation:
        """A kept conversation. Raises ConfigError where there is none, or none that can be read."""
        try:
            return Conversation.model_validate_json(self._file(id_).read_bytes())
        except (OSError, ValidationError) as exc:
            message = f"The conversation {id_!r} cannot be opened. Start a new one: `assistant chat`"
            raise ConfigError(message) from exc

    def delete(self, id_: str) -> None:
        """Remove a conversation's file."""
        self._file(id_).unlink(missing_ok=True)

    def summaries(self) -> tuple[Summary, ...]:
        """All that can be read, last changed first."""
        found = []
        for file in self._folder.glob("*.json") if self._folder.is_dir() else ():
            try:
                found.append(Conversation.model_validate_json(file.read_bytes()).summary)
            except (OSError, ValidationError):
                continue
        return tuple(sorted(found, key=lambda each: each.changed, reverse=True))

    def _file(self, id_: str) -> Path:
        if not _ID.fullmatch(id_):
            raise ConfigError(f"{id_[:40]!r} is no conversation. Start a new one: `assistant chat`")
        return self._folder / f"{id_}.json"


# --- to take away


def exported(conversation: Conversation, form: Form) -> str:
    """The conversation as a text of that form; the JSON reads back as the same Conversation."""
    if form == "json":
        return conversation.model_dump_json(indent=2)
    return as_html(conversation) if form == "html" else as_markdown(conversation)


def as_markdown(conversation: Conversation) -> str:
    """The conversation as Markdown, each question a heading."""
    parts = [f"# {markdown(conversation.title)}"]
    for exchange in conversation.exchanges:
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
            exchanges=join(_exchange_as_html(exchange) for exchange in conversation.exchanges),
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
