"""Answers one question: rewrite, retrieve, weigh the evidence, write, verify, and decide the outcome."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.conflict import contrasts
from assistant.errors import IndexStaleError, QuestionError
from assistant.evidence import rank
from assistant.ports import Embedder, Hit, PassageStore, Writer
from assistant.retrieve import Retrieved, retrieve
from assistant.rewrite import rewrite
from assistant.settings import Settings
from assistant.text.questions import parse_question
from assistant.types import (
    NOT_IN_DOCUMENTS,
    Answer,
    Citation,
    Claim,
    Conflict,
    Contrast,
    Delta,
    Dropped,
    Evidence,
    Filter,
    Outcome,
    Passage,
    Side,
    Trace,
    Turn,
)
from assistant.verify import Checked, FindDocument, Place, verify

MAX_QUESTION = 4000
"""Characters of the longest question that is taken."""

COMPARED = 0.1
"""Sentences at least this likely to answer, relative to the best one, are compared for disagreement."""

UNSUPPORTED_MARK = "[not in the documents]"
PARTIAL_MARK = "[only in part]"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Engines(NamedTuple):
    """What an answer is made with."""

    store: PassageStore
    embedder: Embedder
    writer: Writer
    settings: Settings


def clean_question(question: str) -> str:
    """``question`` without control characters and surrounding space.

    Raises QuestionError when nothing is left or it is longer than MAX_QUESTION characters.
    """
    text = _CONTROL.sub(" ", question).strip()
    if not text:
        raise QuestionError(f'The question {question[:40]!r} is empty. Ask one: `assistant ask "Who agreed to what?"`')
    if len(text) > MAX_QUESTION:
        raise QuestionError(
            f"The question {text[:40] + '...'!r} has {len(text):,} characters, at most {MAX_QUESTION:,} are taken. "
            "Index a long text as a document and ask about it: `assistant index build FOLDER`"
        )
    return text


def search(question: str, where: Filter, engines: Engines) -> tuple[Retrieved, Evidence]:
    """What the documents hold on a self-contained question: the candidates, and the evidence weighed.

    Raises IndexMissingError or IndexStaleError when the index cannot be searched.
    """
    found = retrieve(question, engines.store, engines.embedder, engines.settings.passages, where)
    parts = parse_question(question)
    ranked = rank(parts, found.vector, found.hits)
    floor = COMPARED * ranked.belief[0] if ranked.belief else 0.0
    likely = [s for s, belief in zip(ranked.sentences, ranked.belief, strict=True) if belief >= floor]
    return found, Evidence(
        question=question,
        passages=_passages(ranked.hits, engines.store.document),
        sentences=ranked.sentences,
        answerability=ranked.answerability,
        contrasts=contrasts(parts, likely),
    )


def stream(question: str, history: Sequence[Turn], where: Filter, engines: Engines) -> Iterator[Delta | Answer]:
    """Yield the answer's text as it comes about, then the whole Answer.

    Raises QuestionError for what is no question, IndexMissingError or IndexStaleError when the index cannot be
    searched.
    """
    started = time.perf_counter()
    asked = clean_question(question)
    searched = rewrite(asked, history)
    found, evidence = search(searched, where, engines)
    searching = time.perf_counter()
    composer = _Composer(evidence, engines.store.document)
    if evidence.answerability >= engines.settings.strictness:
        drafts = engines.writer.write(evidence)
        for event in verify(drafts, evidence, engines.store.document, engines.embedder):
            if isinstance(event, Delta):
                yield event
            elif piece := composer.add(event):
                yield Delta(text=piece, verified=True)
        if piece := composer.contrast():
            yield Delta(text=piece, verified=True)
    written = time.perf_counter()
    trace = Trace(
        question=searched,
        candidates=found.candidates,
        sentences=evidence.sentences,
        seconds={"search": searching - started, "write": written - searching, "total": written - started},
    )
    yield composer.answer(asked, history, engines.writer.name, trace)


def _passages(hits: Sequence[Hit], document: FindDocument) -> tuple[Passage, ...]:
    found = []
    for rank_, hit in enumerate(hits, 1):
        chunk, origin = hit.stored.chunk, hit.stored.origin
        whole = document(chunk.source)
        page = whole.page_at(chunk.start) if whole else None
        found.append(Passage(chunk=chunk, origin=origin, score=hit.score, rank=rank_, page=page))
    return tuple(found)


class _Composer:
    """Puts checked sentences together: numbers citations by first use and notes where each claim stands."""

    def __init__(self, evidence: Evidence, document: FindDocument) -> None:
        self._evidence = evidence
        self._document = document
        self._text = ""
        self._claims: list[Claim] = []
        self._conflicts: list[Conflict] = []
        self._citations: dict[Place, Citation] = {}

    def add(self, checked: Checked) -> str:
        """Take a checked sentence in; returns what it adds to the text, nothing for one without words."""
        if not checked.text.strip():
            return ""
        citations = tuple(self._cite(place) for place in checked.places)
        lead = "\n" if self._text else ""
        start = len(self._text) + len(lead)
        marks = "".join(f"[{citation.marker}]" for citation in citations)
        if checked.support != "supported":
            marks = f"{marks} {UNSUPPORTED_MARK if checked.support == 'unsupported' else PARTIAL_MARK}".strip()
        piece = f"{lead}{checked.text} {marks}"
        self._text += piece
        self._claims.append(
            Claim(
                text=checked.text,
                start=start,
                end=start + len(checked.text),
                citations=citations,
                support=checked.support,
                reason=checked.reason,
            )
        )
        return piece

    def contrast(self) -> str:
        """State each disagreement below the claims, one side a line; returns what that adds to the text."""
        before = len(self._text)
        for contrast in self._evidence.contrasts if self._claims else ():
            conflict = self._conflict(contrast)
            self._conflicts.append(conflict)
            self._text += f"\n\nThe sources disagree ({conflict.about}):"
            for side in conflict.sides:
                self._text += f"\n- {side.citation.attribution}: {side.value} [{side.citation.marker}]"
        return self._text[before:]

    def answer(self, question: str, history: Sequence[Turn], writer: str, trace: Trace) -> Answer:
        """The finished answer; a refusal when no claim is borne out, with what was dropped in the trace."""
        outcome = self._outcome()
        shared = {
            "question": question,
            "history": tuple(history),
            "outcome": outcome,
            "answerability": self._evidence.answerability,
            "passages": self._evidence.passages,
            "writer": writer,
        }
        if outcome == "not_in_documents":
            dropped = tuple(Dropped(text=claim.text, reason=claim.reason) for claim in self._claims)
            return Answer(text=NOT_IN_DOCUMENTS, trace=trace.model_copy(update={"dropped": dropped}), **shared)
        return Answer(
            text=self._text,
            claims=tuple(self._claims),
            citations=tuple(self._citations.values()),
            conflicts=tuple(self._conflicts),
            trace=trace,
            **shared,
        )

    def _outcome(self) -> Outcome:
        support = {claim.support for claim in self._claims}
        if not support - {"unsupported"}:
            return "not_in_documents"
        if self._conflicts:
            return "conflicting"
        return "answered" if support == {"supported"} else "partial"

    def _conflict(self, contrast: Contrast) -> Conflict:
        sides = [
            Side(value=value, citation=self._cite(Place(s.source, s.start, s.end)))
            for value, s in zip(contrast.values, contrast.sentences, strict=True)
        ]
        # Newest first; what has no date comes last.
        sides.sort(
            key=lambda side: side.citation.published.toordinal() if side.citation.published else 0,
            reverse=True,
        )
        return Conflict(about=contrast.about, sides=tuple(sides))

    def _cite(self, place: Place) -> Citation:
        if place not in self._citations:
            document = self._document(place.source)
            if document is None:  # another process took it out of the index while this answer was written
                raise IndexStaleError(f"The document {place.source!r} is no longer indexed. Ask again.")
            self._citations[place] = Citation(
                **document.origin.model_dump(),
                marker=len(self._citations) + 1,
                start=place.start,
                end=place.end,
                quote=document.text[place.start : place.end],
                page=document.page_at(place.start),
            )
        return self._citations[place]
