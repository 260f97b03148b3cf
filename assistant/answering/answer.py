"""Answers one question: rewrite, retrieve, weigh the evidence, write, verify, and decide the outcome."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache
from itertools import zip_longest
from typing import NamedTuple, TypeVar

from assistant.answering.conflict import conflict_candidates
from assistant.answering.verify import Checked, FindDocument, Judge, Place, verify
from assistant.answering.writers.extractive import ExtractiveWriter, quoted
from assistant.english.claims import is_order
from assistant.english.numbers import quantities, same_value
from assistant.errors import BackendError, IndexStaleError, QuestionError
from assistant.ports import CondensedQuestion, CrossEncoder, Embedder, Hit, PassageStore, QuestionCondenser, Writer
from assistant.query.condense import condense_question
from assistant.query.parse import QuestionParts, add_topic, parse_question, split_questions
from assistant.query.spelling import correct_spelling
from assistant.retrieval.pairwise import compare
from assistant.retrieval.rank import Ranked, rank
from assistant.retrieval.retrieve import Retrieved, retrieve
from assistant.retrieval.summarize import Scope, Summary, summarize
from assistant.settings import Settings
from assistant.types import (
    NOT_IN_DOCUMENTS,
    Answer,
    Candidate,
    Citation,
    Claim,
    Conflict,
    ConflictCandidate,
    Delta,
    Document,
    Draft,
    Dropped,
    Evidence,
    Filter,
    GenerationInfo,
    Outcome,
    Part,
    Passage,
    Sentence,
    Side,
    Trace,
    Turn,
)

T = TypeVar("T")

MAX_QUESTION = 4000
"""Characters of the longest question that is taken."""

LIKELY = 0.05
"""Sentences are compared and quoted from this chance on that they answer; the best one always."""

SUMMARIZED = 0.95
"""How likely a sentence of a digest is part of what was asked for."""

UNSUPPORTED_MARK = "[not in the documents]"
PARTIAL_MARK = "[only in part]"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Engines(NamedTuple):
    """What an answer is made with."""

    store: PassageStore
    embedder: Embedder
    writer: Writer
    settings: Settings
    reader: CrossEncoder | None = None
    judge: Judge | None = None


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


def search(question: str, where: Filter, engines: Engines) -> tuple[tuple[Candidate, ...], Evidence]:
    """What the documents hold on a self-contained question: the candidates, and the evidence weighed.

    A question that asks several things is taken apart and each is searched; their best passages and sentences come
    in turn, since scores for different questions do not compare. A misspelled word is searched as the documents that
    were found first spell it, and the evidence is that for the question so read.

    Raises IndexMissingError or IndexStaleError when the index cannot be searched.
    """
    found = _find(question, where, engines)
    chunks = [chunk for _, part in found for chunk in part.chunks]
    question, notes = correct_spelling(question, chunks, lambda word: bool(engines.store.keyword(word, 1, Filter())))
    if notes:
        found = _find(question, where, engines)
    looked = [_weigh(*part, where, engines) for part in found]
    hits = _in_turn([part.ranked.hits for part in looked], lambda hit: hit.stored.chunk.id)
    ranks = {hit.stored.chunk.id: number for number, hit in enumerate(hits, 1)}
    parts = [part.renumbered(ranks) for part in looked]
    return tuple(candidate for part in looked for candidate in part.found.candidates), Evidence(
        question=question,
        passages=_passages(hits, engines.store.document),
        sentences=_in_turn([part.ranked.sentences for part in parts], lambda s: (s.source, s.start)),
        answerability=max(part.ranked.answerability for part in parts),
        parts=tuple(
            Part(
                question=part.question.text,
                answerability=part.ranked.answerability,
                sentences=part.likely if part.answers(engines.settings) else (),
                digest=part.digest,
            )
            for part in parts
        ),
        conflict_candidates=tuple(
            conflict_candidate
            for part in parts
            if part.answers(engines.settings) and not part.digest
            for conflict_candidate in conflict_candidates(part.question, part.ranked.sentences)
        ),
        notes=notes,
    )


class _Looked(NamedTuple):
    """What was found for one thing asked."""

    question: QuestionParts
    found: Retrieved
    ranked: Ranked
    digest: bool = False

    @property
    def likely(self) -> tuple[Sentence, ...]:
        """The sentences that may answer, best first."""
        return tuple(s for n, s in enumerate(self.ranked.sentences) if not n or s.probability >= LIKELY)

    def answers(self, settings: Settings) -> bool:
        """Whether it is likely enough that one of the sentences does."""
        return self.ranked.answerability >= settings.answer_threshold

    def renumbered(self, ranks: Mapping[str, int]) -> _Looked:
        """The same with passages counted as ``ranks`` (by chunk id) has them."""
        own = {number: ranks[hit.stored.chunk.id] for number, hit in enumerate(self.ranked.hits, 1)}
        sentences = tuple(s.model_copy(update={"passage": own[s.passage]}) for s in self.ranked.sentences)
        return self._replace(ranked=self.ranked._replace(sentences=sentences))


def _find(question: str, where: Filter, engines: Engines) -> list[tuple[str, Retrieved]]:
    """Each thing asked, and what a search for it finds."""
    limit = engines.settings.passages
    return [(part, retrieve(part, engines.store, engines.embedder, limit, where)) for part in _asked(question)]


def _weigh(question: str, found: Retrieved, where: Filter, engines: Engines) -> _Looked:
    parts = parse_question(question)
    # As long as the writer lets a list be.
    if told := summarize(question, Scope(engines.store, found.vector, where), 2 * engines.settings.max_words):
        return _Looked(parts, found, _summarized(told, found, engines.settings.passages), digest=True)
    looked = _Looked(parts, found, rank(parts, found.vector, found.hits, engines.reader))
    if engines.reader and looked.answers(engines.settings):
        return looked._replace(ranked=compare(parts, looked.ranked, engines.reader))
    return looked


def _summarized(told: Summary, found: Retrieved, limit: int) -> Ranked:
    """The digest's sentences in its order, and behind the passages that hold them those that the search found."""
    hits = {hit.stored.chunk.id: hit for hit in (*told.hits, *found.hits)}
    return Ranked(
        hits=tuple(hits.values())[: max(limit, len(told.hits))],
        sentences=tuple(sentence.model_copy(update={"probability": SUMMARIZED}) for sentence in told.sentences),
        answerability=SUMMARIZED,
    )


def _asked(question: str) -> list[str]:
    """The questions in ``question``, each made self-contained from those before it."""
    asked: list[str] = []
    topic = ""
    for part in split_questions(question):
        made = add_topic(part, topic)
        if made == part:
            topic = made = condense_question(part, [Turn(role="user", text=text) for text in asked])
        asked.append(made)
    return asked


def _in_turn(rows: Sequence[Sequence[T]], key: Callable[[T], object]) -> tuple[T, ...]:
    """The first of each row, then the second of each, and so on, each item once."""
    mixed = (item for group in zip_longest(*rows) for item in group if item is not None)
    return tuple({key(item): item for item in reversed(list(mixed))}.values())[::-1]


def stream(question: str, history: Sequence[Turn], where: Filter, engines: Engines) -> Iterator[Delta | Answer]:
    """Yield the answer's text as it comes about, then the whole Answer.

    Raises QuestionError for what is no question, IndexMissingError or IndexStaleError when the index cannot be
    searched.
    """
    started = time.perf_counter()
    asked = clean_question(question)
    searched = _rewritten(asked, history, engines.writer)
    rewriting = time.perf_counter()
    candidates, evidence = search(searched.question, where, engines)
    searching = time.perf_counter()
    composer = _Composer(evidence, engines.store.document, drop=engines.settings.unsupported == "drop")
    written = GenerationInfo()
    if evidence.answerability >= engines.settings.answer_threshold:
        written = yield from _compose(composer, evidence, engines)
    ended = time.perf_counter()
    trace = Trace(
        question=evidence.question,
        candidates=candidates,
        sentences=evidence.sentences,
        seconds={
            "rewrite": rewriting - started,
            "search": searching - rewriting,
            "write": ended - searching,
            "total": ended - started,
        },
        notes=(*searched.notes, *evidence.notes, *written.notes),
        **written.model_dump(exclude={"writer", "notes"}),
    )
    yield composer.answer(asked, history, written.writer or engines.writer.name, trace)


def _rewritten(question: str, history: Sequence[Turn], writer: Writer) -> CondensedQuestion:
    """The question made self-contained, by the writer's model if it has one, else by code."""
    note: tuple[str, ...] = ()
    if history and isinstance(writer, QuestionCondenser):
        try:
            if proposed := writer.rewrite(question, history):
                return proposed
        except BackendError as error:
            note = (f"rewritten by code: {error}",)
    return CondensedQuestion(condense_question(question, history), note)


def _compose(composer: _Composer, evidence: Evidence, engines: Engines) -> Generator[Delta, None, GenerationInfo]:
    """Have the answer written and checked, yielding its text as it comes; returns how it was written.

    The evidence has decided that there is an answer, and what must be in it: where a model says otherwise or leaves
    out a side of a disagreement, the documents' own sentences are added.
    """
    written = GenerationInfo()

    def checked(drafts: Iterator[Draft | Delta | GenerationInfo], judge: Judge | None = None) -> Iterator[Delta]:
        nonlocal written
        with closing(verify(drafts, evidence, engines.store.document, engines.embedder, judge)) as events:
            for event in events:
                if isinstance(event, Delta):
                    yield event
                elif isinstance(event, GenerationInfo):
                    written = event.model_copy(update={"notes": (*written.notes, *event.notes)})
                elif piece := composer.add(event):
                    yield Delta(text=piece, verified=True)

    yield from checked(engines.writer.write(evidence), engines.judge)
    if written.model and not composer.borne_out:
        quoting = ExtractiveWriter(engines.settings.max_words)
        yield from checked(quoting.write(_without_orders(evidence)))
        note = "the model gave nothing that the documents bear out; they are quoted"
        written = written.model_copy(update={"notes": (*written.notes, note)})
    if composer.borne_out:
        metadata_by_source = {passage.metadata.source: passage.metadata for passage in evidence.passages}
        yield from checked(
            iter([quoted((side,), metadata_by_source[side.source]) for side in composer.sides_left_out()])
        )
    for piece in (composer.conflict_candidate(), composer.unanswered()):
        if piece:
            yield Delta(text=piece, verified=True)
    return written


def _without_orders(evidence: Evidence) -> Evidence:
    """The evidence without sentences that give a reader orders."""

    def reports(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
        return tuple(s for s in sentences if not is_order(s.text))

    parts = tuple(part.model_copy(update={"sentences": reports(part.sentences)}) for part in evidence.parts)
    return evidence.model_copy(update={"sentences": reports(evidence.sentences), "parts": parts})


def _passages(hits: Sequence[Hit], document: FindDocument) -> tuple[Passage, ...]:
    found = []
    # A document's text may be long, and most passages of a search share few documents.
    once = cache(document)
    for rank_, hit in enumerate(hits, 1):
        chunk, metadata = hit.stored.chunk, hit.stored.metadata
        whole = once(chunk.source)
        page = whole.page_at(chunk.start) if whole else None
        found.append(Passage(chunk=chunk, metadata=metadata, score=hit.score, rank=rank_, page=page))
    return tuple(found)


class _Composer:
    """Puts checked sentences together: numbers citations by first use and notes where each claim stands."""

    def __init__(self, evidence: Evidence, document: FindDocument, drop: bool = False) -> None:
        self._evidence = evidence
        self._document = document
        self._drop = drop
        self._dropped: list[Dropped] = []
        self._text = ""
        self._claims: list[Claim] = []
        self._conflicts: list[Conflict] = []
        self._citations: dict[Place, Citation] = {}

    @property
    def borne_out(self) -> bool:
        """Whether the documents bear out any claim so far, at least in part."""
        return any(claim.support != "unsupported" for claim in self._claims)

    def sides_left_out(self) -> list[Sentence]:
        """Sentences of conflict_candidates whose source and value no claim that is borne out gives."""
        left_out = [
            sentence
            for conflict_candidate in self._evidence.conflict_candidates
            for value, sentence in zip(conflict_candidate.values, conflict_candidate.sentences, strict=True)
            if not self._gives(value, sentence)
        ]
        return list(dict.fromkeys(left_out))

    def _gives(self, value: str, sentence: Sentence) -> bool:
        for claim in self._claims:
            cited = [c for c in claim.citations if c.source == sentence.source]
            if any((c.start, c.end) == (sentence.start, sentence.end) for c in cited):
                return True
            figures = quantities(claim.text)
            if cited and any(same_value(figure, other) for figure in quantities(value) for other in figures):
                return True
        return False

    def add(self, checked: Checked | Dropped) -> str:
        """Take a checked sentence in; returns what it adds to the text, nothing for one that is dropped."""
        if isinstance(checked, Dropped):
            self._dropped.append(checked)
            return ""
        if not checked.text.strip():
            return ""
        if any(claim.text == checked.text for claim in self._claims):
            self._dropped.append(Dropped(text=checked.text, reason="said already"))
            return ""
        if self._drop and checked.support == "unsupported":
            self._dropped.append(Dropped(text=checked.text, reason=checked.reason))
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

    def conflict_candidate(self) -> str:
        """State each disagreement below the claims, one side a line; returns what that adds to the text."""
        before = len(self._text)
        for conflict_candidate in self._evidence.conflict_candidates if self._claims else ():
            conflict = self._conflict(conflict_candidate)
            self._conflicts.append(conflict)
            self._text += f"\n\nThe sources disagree ({conflict.about}):"
            for side in conflict.sides:
                self._text += f"\n- {side.citation.byline}: {side.value} [{side.citation.marker}]"
        return self._text[before:]

    def unanswered(self) -> str:
        """Name the things asked that the documents do not hold; returns what that adds to the text."""
        if not self._claims or not self._left_out:
            return ""
        piece = "\n\n" + "\n".join(self._left_out)
        self._text += piece
        return piece

    @property
    def _left_out(self) -> tuple[str, ...]:
        lead = NOT_IN_DOCUMENTS.rstrip(".")
        return tuple(f"{lead}: {part.question}" for part in self._evidence.parts if not part.sentences)

    def answer(self, question: str, history: Sequence[Turn], writer: str, trace: Trace) -> Answer:
        """The finished answer; a refusal when no claim is borne out, with what was dropped in the trace.

        Raises IndexStaleError when what it cites was changed or taken out of the index while it was written.
        """
        once = cache(self._found)  # a document's text may be long, and answers cite few documents often
        for citation in self._citations.values():
            if once(citation.source).text[citation.start : citation.end] != citation.quote:
                raise IndexStaleError(f"The document {citation.source!r} changed while it was quoted. Ask again.")
        outcome = self._outcome()
        refused = self._claims if outcome == "not_in_documents" else ()
        dropped = (*self._dropped, *(Dropped(text=claim.text, reason=claim.reason) for claim in refused))
        trace = trace.model_copy(update={"dropped": dropped})
        shared = {
            "question": question,
            "history": tuple(history),
            "outcome": outcome,
            "answerability": self._evidence.answerability,
            "passages": self._evidence.passages,
            "writer": writer,
        }
        if outcome == "not_in_documents":
            return Answer(text=NOT_IN_DOCUMENTS, trace=trace, **shared)
        return Answer(
            text=self._text,
            claims=tuple(self._claims),
            citations=tuple(self._citations.values()),
            conflicts=tuple(self._conflicts),
            unanswered=self._left_out,
            trace=trace,
            **shared,
        )

    def _outcome(self) -> Outcome:
        support = {claim.support for claim in self._claims}
        if not support - {"unsupported"}:
            return "not_in_documents"
        if self._conflicts:
            return "conflicting"
        return "answered" if support == {"supported"} and not self._left_out else "partial"

    def _conflict(self, conflict_candidate: ConflictCandidate) -> Conflict:
        sides = [
            Side(value=value, citation=self._cite(Place(s.source, s.start, s.end)))
            for value, s in zip(conflict_candidate.values, conflict_candidate.sentences, strict=True)
        ]
        # Newest first; what has no date comes last.
        sides.sort(
            key=lambda side: side.citation.published.toordinal() if side.citation.published else 0,
            reverse=True,
        )
        return Conflict(about=conflict_candidate.about, sides=tuple(sides))

    def _cite(self, place: Place) -> Citation:
        if place not in self._citations:
            document = self._found(place.source)
            self._citations[place] = Citation(
                **document.metadata.model_dump(),
                marker=len(self._citations) + 1,
                start=place.start,
                end=place.end,
                quote=document.text[place.start : place.end],
                page=document.page_at(place.start),
            )
        return self._citations[place]

    def _found(self, source: str) -> Document:
        document = self._document(source)
        if document is None:  # another process took it out of the index while this answer was written
            raise IndexStaleError(f"The document {source!r} is no longer indexed. Ask again.")
        return document
