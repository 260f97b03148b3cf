"""Answers to draw, made by hand."""

from __future__ import annotations

from datetime import date

from assistant.types import (
    Answer,
    Chunk,
    Citation,
    Claim,
    Conflict,
    Document,
    DocumentMetadata,
    Passage,
    Side,
    Support,
    Trace,
)

TEXT = "The fire began at noon. It was out after six hours. Nobody was hurt."


def citation(marker: int, quote: str, text: str = TEXT, **known: object) -> Citation:
    """A citation of ``quote`` in ``text``."""
    start = text.index(quote)
    values = {"source": "fire.md", "title": "Fire", "publisher": "The Post", "published": date(2025, 5, 8)} | known
    return Citation.model_validate(
        values | {"marker": marker, "start": start, "end": start + len(quote), "quote": quote}
    )


def claim(text: str, *citations: Citation, support: Support = "supported", reason: str = "", byline: str = "") -> Claim:
    """A claim."""
    return Claim(text=text, byline=byline, citations=citations, support=support, reason=reason)


def answer(*claims: Claim, **more: object) -> Answer:
    """An answered answer of these claims, unless ``more`` says otherwise."""
    cited = {each.marker: each for one in claims for each in one.citations}
    values = {
        "question": "When?",
        "text": "\n".join(one.text for one in claims) or "Not in the documents.",
        "outcome": "answered" if claims else "not_in_documents",
        "answerability": 0.9,
        "claims": claims,
        "citations": tuple(cited.values()),
        "writer": "extractive",
        "trace": Trace(question="When?"),
    }
    return Answer.model_validate(values | more)


def document(text: str = TEXT, **more: object) -> Document:
    """The document that ``citation`` cites."""
    return Document.model_validate({"source": "fire.md", "title": "Fire", "publisher": "The Post", "text": text} | more)


def passage(title: str, source: str = "near.md", rank: int = 1, score: float = 0.5) -> Passage:
    """A passage of a document of that title."""
    return Passage(
        chunk=Chunk(source=source, start=0, end=len(TEXT), text=TEXT),
        metadata=DocumentMetadata(source=source, title=title),
        score=score,
        rank=rank,
    )


def conflict(*sides: tuple[str, Citation]) -> Conflict:
    """A disagreement about a time."""
    return Conflict(about="time", sides=tuple(Side(value=value, citation=cited) for value, cited in sides))
