"""From a question to ranked passages: dense and keyword search, fused, and spread over sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from assistant.ports import Embedder, Hit, PassageStore, StoredChunk, Vectors
from assistant.types import Candidate, Filter

DEPTH = 30
"""How many candidates each retriever returns; on SQuAD 2.0 pooled, 50 find .002 more and take twice as long."""

KEYWORD_WEIGHT = 0.5
"""Weight of the best keyword score of a search, relative to a cosine of 1; values from .3 to .8 differ little."""

SPREAD = 4
"""The fewest sources that the passages come from, if that many were found."""

ATTEMPTS = 3
"""How often a search is tried if documents are replaced while it runs."""

COPY = 0.985
"""Cosine from which two passages of different sources count as copies of one text."""


class Retrieved(NamedTuple):
    """What a search found: the question's vector, the selected hits best first, all candidates and their chunks."""

    vector: Vectors
    hits: tuple[Hit, ...]
    candidates: tuple[Candidate, ...]
    chunks: tuple[StoredChunk, ...] = ()


def retrieve(question: str, store: PassageStore, embedder: Embedder, limit: int, where: Filter) -> Retrieved:
    """The ``limit`` passages that most likely answer ``question``, among documents that ``where`` admits.

    The fused score is cosine + KEYWORD_WEIGHT * BM25 / best BM25 of this search. Unlike reciprocal ranks it preserves
    how much better one candidate is than the next.
    """
    vector = embedder.embed_query(question)
    for _ in range(ATTEMPTS):
        dense = store.dense(vector, DEPTH, where)
        keyword = store.keyword(question, DEPTH, where)
        stored = store.fetch(list(dict.fromkeys([*dense, *keyword])))
        if len(stored) == len(dense.keys() | keyword.keys()):
            break  # otherwise a document was replaced during the search, and its new version was not searched
    best = max(keyword.values(), default=1.0)
    named = [(s.chunk.id, s) for s in stored]  # an id is a hash that is computed on every access
    ranked = sorted(
        (
            (id_, Hit(s, float(s.embedding.whole @ vector) + KEYWORD_WEIGHT * keyword.get(id_, 0.0) / best))
            for id_, s in named
        ),
        key=lambda each: (-each[1].score, each[1].stored.chunk.source, each[1].stored.chunk.start),
    )
    hits = [hit for _, hit in ranked]
    candidates = tuple(_candidate(hit, dense.get(id_), keyword.get(id_)) for id_, hit in ranked)
    return Retrieved(vector, select(hits, limit), candidates, tuple(hit.stored for hit in hits))


def select(ranked: Sequence[Hit], limit: int) -> tuple[Hit, ...]:
    """The best ``limit`` of ``ranked``: copies last, and from at least SPREAD sources if there are that many."""
    originals: list[Hit] = []
    copies: list[Hit] = []
    kept = np.zeros(len(ranked), dtype=bool)
    vectors = np.array([hit.stored.embedding.whole for hit in ranked])
    # In such a small product, the threads of ``@`` wait for each other longer than they work.
    alike = np.einsum("id,jd->ij", vectors, vectors) >= COPY if ranked else vectors
    for row, hit in enumerate(ranked):
        if any(_source(ranked[int(other)]) != _source(hit) for other in np.flatnonzero(alike[row] & kept)):
            copies.append(hit)
        else:
            originals.append(hit)
            kept[row] = True
    ordered = [*originals, *copies]
    chosen, rest = ordered[:limit], ordered[limit:]
    while rest and len({_source(hit) for hit in chosen}) < SPREAD:
        newcomer = next((hit for hit in rest if _source(hit) not in map(_source, chosen)), None)
        # The last hit whose source has another hit makes room.
        repeated = [hit for hit in chosen if [_source(h) for h in chosen].count(_source(hit)) > 1]
        if newcomer is None or not repeated:
            break
        chosen.remove(repeated[-1])
        chosen.append(newcomer)
        rest.remove(newcomer)
    return tuple(chosen)


def _source(hit: Hit) -> str:
    return hit.stored.chunk.source


def _candidate(hit: Hit, dense: float | None, keyword: float | None) -> Candidate:
    chunk = hit.stored.chunk
    return Candidate(
        source=chunk.source, start=chunk.start, end=chunk.end, dense=dense, keyword=keyword, fused=hit.score
    )
