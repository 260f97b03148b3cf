"""From a query to evidence: each thing asked is searched and ranked, and the results are put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import zip_longest
from typing import NamedTuple, TypeVar

from assistant.ports import CrossEncoder, Embedder, Hit, PassageStore
from assistant.query.parse import parse_question
from assistant.query.spelling import correct_spelling
from assistant.query.synonyms import in_their_words
from assistant.query.understand import Query, split_query
from assistant.retrieval.counts import read_counts
from assistant.retrieval.pairwise import compare
from assistant.retrieval.rank import Ranked, rank
from assistant.retrieval.retrieve import Retrieved, retrieve
from assistant.retrieval.summarize import Scope, Summary, summarize
from assistant.retrieval.tables import read_tables
from assistant.types import Evidence, Filter, FindDocument, Part, Passage, Sentence

T = TypeVar("T")

SUMMARIZED = 0.95
"""Probability that a sentence of a summary is part of what was asked for."""


class Searcher(NamedTuple):
    """What a search needs. It keeps ``passages`` for each thing asked; summaries have at most ``summary_words``."""

    store: PassageStore
    embedder: Embedder
    cross_encoder: CrossEncoder | None
    passages: int
    summary_words: int

    def retrieve(self, query: Query, where: Filter) -> tuple[Query, list[Retrieved]]:
        """The query as it was searched, and what was found for each of its parts.

        A misspelled word is searched again as the documents found first spell it, and a word that the documents lack
        as they say it.
        """
        found = [self._retrieve(part, where) for part in query.parts]
        chunks = [chunk for part in found for chunk in part.chunks]
        asked, said = in_their_words(query.question, chunks, self._is_known)
        asked, spelled = correct_spelling(asked, chunks, self._is_known)
        if not said and not spelled:
            return query, found
        query = split_query(asked, (*query.notes, *said, *spelled))
        return query, [self._retrieve(part, where) for part in query.parts]

    def rank(self, query: Query, found: Sequence[Retrieved], where: Filter) -> Evidence:
        """The evidence that ``found`` holds on ``query``: sentences with their final probabilities.

        Passages and sentences of the parts alternate, since scores for different questions cannot be compared.
        """
        ranked = [self._rank(part, retrieved, where) for part, retrieved in zip(query.parts, found, strict=True)]
        hits = _in_turn([part.ranked.hits for part in ranked], lambda hit: hit.stored.chunk.id)
        ranks = {hit.stored.chunk.id: number for number, hit in enumerate(hits, 1)}
        parts = [
            Part(
                question=question,
                answerability=part.ranked.answerability,
                sentences=_renumbered(part.ranked, ranks),
                summary=part.is_summary,
                counted=part.is_counted,
            )
            for question, part in zip(query.parts, ranked, strict=True)
        ]
        return Evidence(
            question=query.question,
            passages=_passages(hits, self.store.document),
            sentences=_in_turn([part.sentences for part in parts], lambda s: (s.source, s.start)),
            answerability=max(part.answerability for part in parts),
            parts=tuple(parts),
            candidates=tuple(candidate for part in found for candidate in part.candidates),
            notes=query.notes,
        )

    def _retrieve(self, question: str, where: Filter) -> Retrieved:
        return retrieve(question, self.store, self.embedder, self.passages, where)

    def _is_known(self, word: str) -> bool:
        return bool(self.store.keyword(word, 1, Filter()))

    def _rank(self, question: str, found: Retrieved, where: Filter) -> _RankedPart:
        scope = Scope(self.store, found.vector, where)
        if summary := summarize(question, scope, self.summary_words):
            return _RankedPart(_as_ranked(summary, found, self.passages), is_summary=True)
        parsed = parse_question(question)
        ranked = rank(parsed, found.vector, found.hits, self.cross_encoder)
        ranked = compare(parsed, ranked, self.cross_encoder) if self.cross_encoder else ranked
        if counted := read_counts(parsed, ranked):
            return _RankedPart(counted, is_counted=True)
        return _RankedPart(read_tables(parsed, ranked, self.store.document))


class _RankedPart(NamedTuple):
    ranked: Ranked
    is_summary: bool = False
    is_counted: bool = False


def _as_ranked(summary: Summary, found: Retrieved, limit: int) -> Ranked:
    """The summary's sentences in its order; the passages that hold them, then those that the search found."""
    hits = {hit.stored.chunk.id: hit for hit in (*summary.hits, *found.hits)}
    return Ranked(
        hits=tuple(hits.values())[: max(limit, len(summary.hits))],
        sentences=tuple(sentence.model_copy(update={"probability": SUMMARIZED}) for sentence in summary.sentences),
        answerability=SUMMARIZED,
    )


def _renumbered(ranked: Ranked, ranks: dict[str, int]) -> tuple[Sentence, ...]:
    """The sentences with the ranks of their passages taken from ``ranks``, by chunk id."""
    own = {number: ranks[hit.stored.chunk.id] for number, hit in enumerate(ranked.hits, 1)}
    return tuple(s.model_copy(update={"passage": own[s.passage]}) for s in ranked.sentences)


def _in_turn(rows: Sequence[Sequence[T]], key: Callable[[T], object]) -> tuple[T, ...]:
    """The first of each row, then the second of each, and so on, each item once."""
    mixed = (item for group in zip_longest(*rows) for item in group if item is not None)
    return tuple({key(item): item for item in reversed(list(mixed))}.values())[::-1]


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
