"""Ranks the sentences of passages by how well they answer a question, and says how likely one of them does.

Both are linear models over a few features that can be read off a question and a sentence. They are fitted by
``benchmarks/fit_evidence.py`` on question sets it is pointed at. Does not read the sentences: a sentence that names
everything the question names and says the opposite scores as well as one that answers.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.ports import Hit, Vectors
from assistant.text.names import names
from assistant.text.numbers import quantities
from assistant.text.questions import QuestionParts
from assistant.text.tokens import stems
from assistant.types import Sentence

Features = NDArray[np.float64]

FEATURES = (
    "bm25", "coverage", "coverage_in_context", "closeness", "passage", "bigrams", "length", "opens",
    "type_date", "type_number", "type_duration", "type_person", "type_place", "type_reason",
)  # fmt: skip
"""One row per sentence; coverage is the share of the question's word weight, closeness a cosine."""

WEIGHTS = np.array([1.33, 1.83, 2.64, 6.36, 5.59, 1.72, 0.7, 0.44, 1.15, 1.5, 1.25, 0.98, 0.41, 0.37])

ANSWERABLE = (
    "coverage", "coverage_in_context", "coverage_of_passage", "closeness", "passage_closeness", "certainty",
    "names_missing", "type_fits", "bigrams",
)  # fmt: skip
ANSWERABLE_WEIGHTS = np.array([2.37, 0.77, 0.49, 5.92, 11.52, 0.51, -1.79, -0.38, -0.23])
ANSWERABLE_BIAS = -8.89

_CAUSES = frozenset(stems("because due since reason caused causes result resulted therefore led aimed order"))


class Ranked(NamedTuple):
    """Hits and sentences, each best first; the share of belief each sentence gets (sums to 1); whether they answer.

    ``answerability`` is the probability that the best sentence answers the question.
    """

    hits: tuple[Hit, ...]
    sentences: tuple[Sentence, ...]
    belief: tuple[float, ...]
    answerability: float


class _Words(NamedTuple):
    """What is counted in a sentence, whatever the question."""

    stems: tuple[str, ...]
    distinct: frozenset[str]
    bigrams: frozenset[tuple[str, str]]


def rank(question: QuestionParts, vector: Vectors, hits: Sequence[Hit]) -> Ranked:
    """Rank every sentence of ``hits``, and the hits by their best sentence.

    A sentence that overlapping passages share is taken once, from the passage that scored best.
    """
    places = _places(hits)
    if not places:
        return Ranked(tuple(hits), (), (), 0.0)
    features, signs = measure(question, vector, hits)
    scores = features @ WEIGHTS
    best = {h: float(max(s for (other, _), s in zip(places, scores, strict=True) if other == h)) for h, _ in places}
    order = sorted(range(len(hits)), key=lambda h: -best.get(h, -math.inf))
    ranks = {h: rank for rank, h in enumerate(order, 1)}
    by_score = np.argsort(-scores, kind="stable")
    belief = np.exp(scores[by_score] - scores[by_score[0]])
    belief /= belief.sum()
    return Ranked(
        hits=tuple(hits[h] for h in order),
        sentences=tuple(_sentence(hits[h], s, ranks[h], float(scores[i])) for i in by_score for h, s in [places[i]]),
        belief=tuple(float(b) for b in belief),
        answerability=1 / (1 + math.exp(-float(signs @ ANSWERABLE_WEIGHTS + ANSWERABLE_BIAS))),
    )


def measure(question: QuestionParts, vector: Vectors, hits: Sequence[Hit]) -> tuple[Features, Features]:
    """Feature rows of all sentences, shape (sentences, len(FEATURES)), and those of the whole, (len(ANSWERABLE),)."""
    places = _places(hits)
    texts = [_text(hits[h], s) for h, s in places]
    found = [_words(text) for text in texts]
    weight = _weights(question, found)
    total = sum(weight.values()) or 1.0
    length = sum(len(f.stems) for f in found) / max(1, len(found))
    rows = np.zeros((len(places), len(FEATURES)))
    for row, (h, s), words, text in zip(rows, places, found, texts, strict=True):
        stored = hits[h].stored
        before = _words(_text(hits[h], s - 1)).distinct if s else frozenset()
        context = words.distinct | before | _header(stored.origin.attribution + " " + stored.origin.title)
        row[0] = _bm25(words, weight, length) / total
        row[1] = sum(w for term, w in weight.items() if term in words.distinct) / total
        row[2] = sum(w for term, w in weight.items() if term in context) / total
        row[3] = float(stored.embedding.parts[s] @ vector)
        row[4] = hits[h].score
        row[5] = len(question.bigrams & words.bigrams) / max(1, len(question.bigrams))
        row[6] = math.log1p(len(words.stems)) / 4
        row[7] = float(s == 0)
        row[8:] = _fits(question, text, words)
    return rows, _signs(question, rows, hits, weight)


def _signs(question: QuestionParts, rows: Features, hits: Sequence[Hit], weight: dict[str, float]) -> Features:
    scores = rows @ WEIGHTS
    best = int(np.argmax(scores))
    belief = np.exp(scores - scores[best])
    h = _places(hits)[best][0]
    passage = _words(hits[h].stored.chunk.text).distinct | _header(hits[h].stored.origin.title)
    total = sum(weight.values()) or 1.0
    missing = sum(term not in passage for term in question.names) / max(1, len(question.names))
    return np.array([
        rows[best, 1],
        rows[best, 2],
        sum(w for term, w in weight.items() if term in passage) / total,
        rows[best, 3],
        rows[:, 3].max(),
        1 / belief.sum(),
        missing,
        rows[best, 8:].sum(),
        rows[best, 5],
    ])  # fmt: skip


def _places(hits: Sequence[Hit]) -> list[tuple[int, int]]:
    """(hit, sentence) pairs, each sentence of a document once: in the passage that scored best."""
    seen: set[tuple[str, int]] = set()
    places: list[tuple[int, int]] = []
    for h, hit in enumerate(hits):
        for s, span in enumerate(hit.stored.sentences):
            key = (hit.stored.chunk.source, hit.stored.chunk.start + span.start)
            if key not in seen:
                seen.add(key)
                places.append((h, s))
    return places


def _sentence(hit: Hit, number: int, rank: int, score: float) -> Sentence:
    chunk, span = hit.stored.chunk, hit.stored.sentences[number]
    return Sentence(
        source=chunk.source,
        start=chunk.start + span.start,
        end=chunk.start + span.end,
        text=chunk.text[span.start : span.end],
        passage=rank,
        score=score,
    )


def _text(hit: Hit, sentence: int) -> str:
    span = hit.stored.sentences[sentence]
    return hit.stored.chunk.text[span.start : span.end]


@lru_cache(maxsize=50_000)
def _words(text: str) -> _Words:
    found = tuple(stems(text))
    return _Words(found, frozenset(found), frozenset(pairwise(found)))


@lru_cache(maxsize=10_000)
def _header(text: str) -> frozenset[str]:
    return frozenset(stems(text))


@lru_cache(maxsize=50_000)
def _kinds(text: str) -> frozenset[str]:
    return frozenset(q.kind for q in quantities(text))


@lru_cache(maxsize=50_000)
def _name_stems(text: str) -> frozenset[str]:
    return frozenset(s for name in names(text) for s in stems(name.text))


def _weights(question: QuestionParts, found: Sequence[_Words]) -> dict[str, float]:
    """Inverse document frequency of the question's words among the candidate sentences.

    Among candidates, not in the corpus: words that all candidates share cannot tell them apart.
    """
    count = Counter(term for words in found for term in words.distinct & question.content)
    n = len(found)
    return {term: math.log(1 + (n - count[term] + 0.5) / (count[term] + 0.5)) for term in question.content}


def _bm25(words: _Words, weight: dict[str, float], length: float) -> float:
    """BM25 with k1 = 1.5, b = 0.75 (Robertson and Zaragoza, 2009)."""
    counts = Counter(term for term in words.stems if term in weight)
    norm = 1.5 * (0.25 + 0.75 * len(words.stems) / length)
    return sum(weight[term] * n * 2.5 / (n + norm) for term, n in counts.items())


def _fits(question: QuestionParts, text: str, words: _Words) -> list[float]:
    """+1 where the sentence holds what the answer type needs, -1 where it does not, 0 for the other types."""
    fits = [0.0] * 6
    match question.answer_type:
        case "date":
            fits[0] = 1.0 if _kinds(text) & {"date", "time"} else -1.0
        case "number":
            fits[1] = 1.0 if _kinds(text) & {"number", "percent", "money", "duration"} else -1.0
        case "duration":
            fits[2] = 1.0 if "duration" in _kinds(text) else -1.0
        case "person":
            fits[3] = 1.0 if _name_stems(text) - question.all_stems else -1.0
        case "place":
            fits[4] = 1.0 if _name_stems(text) - question.all_stems else -1.0
        case "reason":
            fits[5] = 1.0 if words.distinct & _CAUSES else -1.0
        case _:
            pass
    return fits
