"""Ranking metrics at three levels: documents, passages, sentences.

The targets are the gold quotations (at document level: their documents). The rank of a target is the rank of the first
item that covers it. So the numbers do not depend on how a system makes its chunks, and finding one thing twice earns
nothing. If items and quotations match one to one, the values are those of trec_eval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Literal

from assistant.eval.corpus import covers
from assistant.eval.metrics.base import Metric, Sample, Score
from assistant.types import Chunk, Sentence, Span

Level = Literal["document", "passage", "sentence"]
Ranks = Sequence[int | None]
"""For each target its rank from 1, or None if it was not found."""


@lru_cache(maxsize=16)  # a dozen metrics of one answer ask for the same ranks
def ranks(sample: Sample, level: Level) -> Ranks:
    """The rank of each piece of gold evidence."""
    case, answer, corpus = sample.case, sample.answer, sample.corpus
    if level == "document":
        sources = list(dict.fromkeys(passage.chunk.source for passage in answer.passages))
        wanted = dict.fromkeys(gold.source for gold in case.evidence)
        return [sources.index(source) + 1 if source in sources else None for source in wanted]
    items = _sentences(sample) if level == "sentence" else [_place(p.chunk) for p in answer.passages]

    def rank(gold_source: str, places: Sequence[Span]) -> int | None:
        for number, (source, span) in enumerate(items, 1):
            if source == gold_source and any(covers(span, place) for place in places):
                return number
        return None

    return [rank(gold.source, corpus.locate(gold.source, gold.quote)) for gold in case.evidence]


def _place(item: Chunk | Sentence) -> tuple[str, Span]:
    return item.source, Span(item.start, item.end)


def _sentences(sample: Sample) -> list[tuple[str, Span]]:
    """The ranked sentences, split as in the corpus. One that is a whole page counts as all its sentences, in order.

    Otherwise a system that ranks pages as sentences would find everything at rank 1.
    """
    corpus, places = sample.corpus, map(_place, sample.answer.trace.sentences)
    touched = (each for source, span in places for each in sorted(corpus.touched(source, (span,))))
    return [(source, corpus.sentences(source)[n]) for source, n in dict.fromkeys(touched)]


def hit(found: Ranks, k: int) -> float:
    """1.0 if any is among the first k."""
    return float(any(rank is not None and rank <= k for rank in found))


def recall(found: Ranks, k: int) -> float:
    """Share that is among the first k."""
    return sum(rank is not None and rank <= k for rank in found) / len(found)


def everything(found: Ranks, k: int) -> float:
    """1.0 if all are among the first k."""
    return float(all(rank is not None and rank <= k for rank in found))


def reciprocal_rank(found: Ranks, k: int) -> float:
    """1 / rank of the first find within k, else 0."""
    return max((1 / rank for rank in found if rank is not None and rank <= k), default=0.0)


def ndcg(found: Ranks, k: int) -> float:
    """Discounted cumulative gain over that of a perfect list.

    Binary gain, log2 discount (Järvelin & Kekäläinen 2002). Limited to 1: a passage that covers two quotations at
    once would beat a list that holds them one by one.
    """
    gained = sum(1 / math.log2(rank + 1) for rank in found if rank is not None and rank <= k)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(found), k) + 1))
    return min(gained / ideal, 1.0)


def average_precision(found: Ranks, k: int) -> float:
    """Mean over all wanted things of the precision at the rank each was found, 0 beyond k; precision is at most 1."""
    within = sorted(rank for rank in found if rank is not None and rank <= k)
    return sum(min(number / rank, 1.0) for number, rank in enumerate(within, 1)) / len(found)


Measure = Callable[[Ranks, int], float]


def _metric(name: str, about: str, level: Level, measure: Measure, k: int) -> Metric:
    def score(sample: Sample) -> Score:
        if not sample.case.evidence:
            return Score(None, "no gold evidence to find")
        found = ranks(sample, level)
        places = ", ".join("not found" if rank is None else f"rank {rank}" for rank in found)
        return Score(measure(found, k), f"gold {level}: {places}")

    return Metric(name, "retrieval", about, "higher", score)


_MEASURES: tuple[tuple[str, str, Measure, tuple[int, ...]], ...] = (
    ("hit", "any evidence among the first {k} {level}s", hit, (1, 3, 4, 10)),
    ("mrr", "reciprocal rank of the first evidence within {k} {level}s", reciprocal_rank, (10,)),
    ("ndcg", "normalized discounted cumulative gain within {k} {level}s", ndcg, (10,)),
    ("map", "average precision within {k} {level}s", average_precision, (10,)),
    ("recall", "share of the evidence among the first {k} {level}s", recall, (1, 4, 10)),
    ("all_evidence", "all evidence among the first {k} {level}s", everything, (4, 10)),
)

_LEVELS: tuple[Level, ...] = ("document", "passage", "sentence")

RETRIEVAL = tuple(
    _metric(f"{level}_{name}@{k}", about.format(k=k, level=level), level, measure, k)
    for level in _LEVELS
    for name, about, measure, ks in _MEASURES
    for k in ks
)
