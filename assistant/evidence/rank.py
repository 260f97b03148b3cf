"""Ranks the sentences of passages by how well they answer a question, and says how likely one of them does.

First every sentence is scored by a linear model over ``features``. Then, where there is a reader, it reads the
likeliest passages, and its log-odds join the features. The models are fitted by ``benchmarks/fit_evidence.py``, which
prints ``weights.py``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from assistant.evidence.features import Features, Place, measure, signs, text_at
from assistant.evidence.weights import ANSWERS, READ_ANSWERS, READ_WEIGHTS, WEIGHTS
from assistant.ports import Hit, Reader, Reading, Vectors
from assistant.text.questions import QuestionParts
from assistant.types import Sentence

READ = 5
"""How many passages the reader reads."""

LEAST, MOST = -8.0, 8.0
"""Bounds of the reader's log-odds; a sentence that was not read has the least."""


class Ranked(NamedTuple):
    """Hits and sentences, each best first; the share of belief each sentence gets (sums to 1); whether they answer.

    ``answerability`` is the probability that the best sentence answers the question.
    """

    hits: tuple[Hit, ...]
    sentences: tuple[Sentence, ...]
    belief: tuple[float, ...]
    answerability: float


def rank(question: QuestionParts, vector: Vectors, hits: Sequence[Hit], reader: Reader | None = None) -> Ranked:
    """Rank every sentence of ``hits``, and the hits by their best sentence."""
    table = measure(question, vector, hits)
    if not table.places:
        return Ranked(tuple(hits), (), (), 0.0)
    scores = table.rows @ WEIGHTS
    readings: dict[int, Reading] = {}
    if reader is not None:
        readings = read(question, table.places, scores, hits, reader)
        scores = np.column_stack([table.rows, odds(table.places, readings)]) @ READ_WEIGHTS
    by_score = np.argsort(-scores, kind="stable")
    first_use: dict[int, int] = {}
    for i in by_score:
        first_use.setdefault(table.places[i].hit, len(first_use) + 1)
    unused = [h for h in range(len(hits)) if h not in first_use]
    belief = _softmax(scores[by_score])
    known = [*signs(question, table, int(by_score[0]), hits), float(belief[0])]
    weights, bias = ANSWERS
    if reader is not None:
        seen = odds(table.places, readings)
        known += [float(seen[by_score[0]]), float(seen.max())]
        weights, bias = READ_ANSWERS
    return Ranked(
        hits=tuple(hits[h] for h in [*first_use, *unused]),
        sentences=tuple(
            _sentence(hits, table.places[i], first_use[table.places[i].hit], float(scores[i]), readings)
            for i in by_score
        ),
        belief=tuple(float(b) for b in belief),
        answerability=1 / (1 + math.exp(-float(np.array(known) @ weights + bias))),
    )


def read(
    question: QuestionParts, places: Sequence[Place], scores: Features, hits: Sequence[Hit], reader: Reader
) -> dict[int, Reading]:
    """What the reader makes of the READ hits whose best sentences score highest, by the hit's number."""
    best: dict[int, float] = {}
    for place, score in zip(places, scores, strict=True):
        best[place.hit] = max(best.get(place.hit, -math.inf), float(score))
    chosen = sorted(best, key=lambda h: -best[h])[:READ]
    readings = reader.read(question.text, [hits[h].stored for h in chosen])
    return dict(zip(chosen, readings, strict=True))


def odds(places: Sequence[Place], readings: dict[int, Reading]) -> Features:
    """The reader's log-odds of each sentence, shape (sentences,)."""
    found = [
        float(readings[place.hit].sentences[place.sentence]) if place.hit in readings else LEAST for place in places
    ]
    clipped: Features = np.clip(np.array(found), LEAST, MOST)
    return clipped


def _softmax(scores: Features) -> Features:
    weights = np.exp(scores - scores.max())
    shares: Features = weights / weights.sum()
    return shares


def _sentence(hits: Sequence[Hit], place: Place, rank: int, score: float, readings: dict[int, Reading]) -> Sentence:
    chunk, span = hits[place.hit].stored.chunk, hits[place.hit].stored.sentences[place.sentence]
    reading = readings.get(place.hit)
    answer = reading.answers[place.sentence] if reading else None
    return Sentence(
        source=chunk.source,
        start=chunk.start + span.start,
        end=chunk.start + span.end,
        text=text_at(hits, place),
        passage=rank,
        score=score,
        odds=float(reading.sentences[place.sentence]) if reading else None,
        answer=chunk.text[answer.start : answer.end] if answer else "",
    )
