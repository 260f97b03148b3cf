"""Answers one question: understand, retrieve, rank, plan, write, verify, assemble."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple, TypeVar

from assistant.answering.assemble import Assembly
from assistant.answering.plan import Limits, plan, statements_for_model
from assistant.answering.thresholds import Thresholds
from assistant.answering.verify import verify
from assistant.english.claims import is_order
from assistant.ports import CrossEncoder, Embedder, PassageStore, QuestionCondenser, Writer
from assistant.query.courtesy import REPLIES, small_talk
from assistant.query.understand import clean_question, split_query, understand
from assistant.retrieval.evidence import Searcher
from assistant.settings import Settings
from assistant.types import Answer, Delta, Evidence, Filter, GenerationInfo, Plan, Quotation, Trace, Turn

T = TypeVar("T")


class Engines(NamedTuple):
    """What an answer is made with."""

    store: PassageStore
    embedder: Embedder
    writer: Writer
    settings: Settings
    cross_encoder: CrossEncoder | None = None

    @property
    def searcher(self) -> Searcher:
        """What a search is made with."""
        settings = self.settings
        return Searcher(self.store, self.embedder, self.cross_encoder, settings.passages, 2 * settings.max_words)

    @property
    def condenser(self) -> QuestionCondenser | None:
        """The writer, where it can condense a follow-up question."""
        return self.writer if isinstance(self.writer, QuestionCondenser) else None


def search(question: str, where: Filter, engines: Engines) -> Evidence:
    """The evidence for a question that stands alone: all steps up to ranking.

    Raises IndexMissingError or IndexStaleError when the index cannot be searched.
    """
    query, found = engines.searcher.retrieve(split_query(question), where)
    return engines.searcher.rank(query, found, where)


def stream(question: str, history: Sequence[Turn], where: Filter, engines: Engines) -> Iterator[Delta | Answer]:
    """Yield the answer's text while it is written, then the whole Answer.

    Raises QuestionError for an empty or too long question, and IndexMissingError or IndexStaleError if the index
    cannot be searched.
    """
    if said := REPLIES.get(small_talk(question) or "documents"):
        yield _reply(said, clean_question(question), history, engines)
        return
    clock = _Clock()
    asked = clean_question(question)
    query = understand(asked, history, engines.condenser)
    clock.lap("understand")
    query, found = engines.searcher.retrieve(query, where)
    clock.lap("retrieve")
    evidence = engines.searcher.rank(query, found, where)
    clock.lap("rank")
    settings = engines.settings
    planned = plan(
        evidence, Thresholds(answer=settings.answer_threshold), Limits(settings.max_words), engines.store.document
    )
    clock.lap("plan")
    assembly = Assembly(planned, engines.store.document, drop_unsupported=settings.unsupported == "drop")
    written = GenerationInfo()
    if planned.quotations:
        written = yield from _write(planned, assembly, engines, clock)
    trace = Trace(
        question=evidence.question,
        candidates=evidence.candidates,
        sentences=evidence.sentences,
        seconds=clock.seconds(),
        notes=(*evidence.notes, *written.notes),
        **written.model_dump(exclude={"writer", "notes"}),
    )
    yield assembly.answer(asked, history, written.writer or engines.writer.name, trace)


def _reply(said: str, question: str, history: Sequence[Turn], engines: Engines) -> Answer:
    """An answer to small talk: nothing of it comes from the documents."""
    return Answer(
        question=question,
        history=tuple(history),
        text=said,
        outcome="not_in_documents",
        answerability=0.0,
        writer=engines.writer.name,
        trace=Trace(question=question),
    )


def _write(
    planned: Plan, assembly: Assembly, engines: Engines, clock: _Clock
) -> Generator[Delta, None, GenerationInfo]:
    """Write the plan and verify what a model wrote; returns how it was written.

    A plan that is not hesitant has decided that there is an answer and what it must contain. If the documents support
    nothing that the model says, the quotations take its place; if it leaves out the best statement or a side of a
    conflict, that is added. If the plan is hesitant, a model that says nothing supported has refused.
    """
    written = GenerationInfo()
    shown, document = statements_for_model(planned), engines.store.document
    drafts = clock.timed(engines.writer.write(planned), "write", "verify")
    with closing(verify(drafts, planned, shown, document, engines.embedder)) as events:
        for event in clock.timed(events, "verify", "assemble"):
            if isinstance(event, Delta):
                if event.kind == "answer" and event.text.strip():
                    clock.mark("first word")
                yield event
            elif isinstance(event, GenerationInfo):
                written = event.model_copy(update={"notes": (*written.notes, *event.notes)})
            elif piece := assembly.add(event):
                yield Delta(text=piece, verified=True)
    if written.model and not assembly.is_supported:
        assembly.discard_claims()
        if not planned.hesitant:
            note = "The documents support nothing that the model wrote, so they are quoted."
            written = written.model_copy(update={"notes": (*written.notes, note)})
            yield from _quote([q for q in planned.quotations if not is_order(q.best.text)], assembly)
    if assembly.is_supported:
        if written.model and not planned.hesitant:
            yield from _quote(assembly.missing_best(), assembly)
        yield from _quote(assembly.missing_sides(), assembly)
    if piece := assembly.conclude():
        yield Delta(text=piece, verified=True)
    clock.lap("assemble")
    return written


def _quote(quotations: Iterator[Quotation] | Sequence[Quotation], assembly: Assembly) -> Iterator[Delta]:
    for quotation in list(quotations):
        if piece := assembly.add(quotation):
            yield Delta(text=piece, verified=True)


class _Clock:
    """Wall seconds of each step, until the first word, and in total."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, step: str) -> None:
        """Add the time since the last lap to ``step``."""
        now = time.perf_counter()
        self._laps[step] = self._laps.get(step, 0.0) + now - self._last
        self._last = now

    def timed(self, events: Iterator[T], step: str, after: str) -> Iterator[T]:
        """``events``, with the time it takes to get each added to ``step``, and what is done with it to ``after``."""
        for event in events:
            self.lap(step)
            yield event
            self.lap(after)
        self.lap(step)

    def mark(self, moment: str) -> None:
        """Keep when ``moment`` came first, counted from the question."""
        self._laps.setdefault(moment, time.perf_counter() - self._started)

    def seconds(self) -> dict[str, float]:
        return {**self._laps, "total": self._last - self._started}
