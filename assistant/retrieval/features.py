"""Features of a question and a candidate sentence that need no model to compute."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.english.names import names
from assistant.english.quantities import quantities
from assistant.english.tokens import stems
from assistant.ingest.blocks import LISTED
from assistant.ports import Hit, Vectors
from assistant.query.parse import QuestionParts
from assistant.retrieval.mentions import holds_name, initials

_VAGUE = re.compile(r"\b(?:dozens|scores|hundreds|thousands|millions|billions|none|nobody|once|twice)\b", re.I)

Features = NDArray[np.float64]

FEATURES = (
    "bm25", "coverage", "coverage_in_context", "closeness", "passage", "bigrams", "length", "opens",
    "type_date", "type_number", "type_duration", "type_person", "type_place", "type_reason",
)  # fmt: skip
"""Columns of a sentence's row; coverage is the share of the question's word weight, closeness a cosine."""

ANSWERABILITY_FEATURES = (
    "coverage", "coverage_in_context", "coverage_of_passage", "closeness", "best_closeness", "names_missing",
    "type_fits", "bigrams",
)  # fmt: skip
"""How much of the question the best sentence and its passage cover: signs of whether they answer it."""

UNRANKED = frozenset({"heading", "furniture"})
"""Kinds of statements that never answer: they only introduce others."""

IN_CONTEXT = LISTED | {"code"}
"""Kinds of statements that say little without their context."""

_CAUSES = frozenset(stems("because due since reason caused causes result resulted therefore led aimed order"))


class SentencePlace(NamedTuple):
    """A sentence among the hits: the hit's number and the sentence's number in it."""

    hit: int
    sentence: int


class _Words(NamedTuple):
    """The counts of a sentence that do not depend on the question."""

    stems: tuple[str, ...]
    distinct: frozenset[str]
    bigrams: frozenset[tuple[str, str]]


class Table(NamedTuple):
    """The candidate sentences of a search, each with its row of features, shape (sentences, len(FEATURES))."""

    places: tuple[SentencePlace, ...]
    rows: Features
    weight: dict[str, float]


def measure(question: QuestionParts, vector: Vectors, hits: Sequence[Hit]) -> Table:
    """The features of all sentences of ``hits``; a sentence that overlapping passages share is included once."""
    places = _places(hits)
    texts = [matched_at(hits, place) for place in places]
    found = [_words(text) for text in texts]
    weight = _weights(question, found)
    total = sum(weight.values()) or 1.0
    length = sum(len(f.stems) for f in found) / max(1, len(found))
    rows = np.zeros((len(places), len(FEATURES)))
    for row, (h, s), words, text in zip(rows, places, found, texts, strict=True):
        stored = hits[h].stored
        before = _words(text_at(hits, SentencePlace(h, s - 1))).distinct if s else frozenset()
        header = f"{stored.metadata.byline} {stored.metadata.title} {stored.about} {stored.statements[s].context}"
        context = words.distinct | before | _header(header)
        row[0] = _bm25(words, weight, length) / total
        row[1] = sum(w for term, w in weight.items() if term in words.distinct) / total
        row[2] = sum(w for term, w in weight.items() if term in context) / total
        row[3] = float(stored.embedding.parts[s] @ vector)
        row[4] = hits[h].score
        row[5] = len(question.bigrams & words.bigrams) / max(1, len(question.bigrams))
        row[6] = math.log1p(len(words.stems)) / 4
        row[7] = float(s == 0)
        row[8:] = _fits(question, text, words)
    return Table(places, rows, weight)


def answerability_features(question: QuestionParts, table: Table, best: int, hits: Sequence[Hit]) -> Features:
    """The ANSWERABILITY_FEATURES of the sentence with number ``best``, shape (len(ANSWERABILITY_FEATURES),)."""
    row, stored = table.rows[best], hits[table.places[best].hit].stored
    statement = stored.statements[table.places[best].sentence]
    passage = _words(stored.chunk.text).distinct | _header(
        f"{stored.metadata.title} {stored.about} {statement.context} {statement.reading}"
    )
    total = sum(table.weight.values()) or 1.0
    # ``binding`` compares figures; of "A or B" a statement need not name both.
    named = [term for term in question.names.difference(*question.options) if not term[0].isdigit()]
    there = passage | initials(stored.chunk.text)
    missing = sum(not holds_name(term, there) for term in named) / max(1, len(named))
    covered = sum(w for term, w in table.weight.items() if term in passage) / total
    return np.array([row[1], row[2], covered, row[3], table.rows[:, 3].max(), missing, row[8:].sum(), row[5]])


def text_at(hits: Sequence[Hit], place: SentencePlace) -> str:
    """The sentence at ``place``, verbatim."""
    stored = hits[place.hit].stored
    span = stored.statements[place.sentence]
    return stored.chunk.text[span.start : span.end]


def matched_at(hits: Sequence[Hit], place: SentencePlace) -> str:
    """The text of a statement that is compared with a question: its reading; in a list or table, with its context."""
    statement = hits[place.hit].stored.statements[place.sentence]
    said = statement.reading or text_at(hits, place)
    return f"{statement.context}: {said}" if statement.context and statement.kind in IN_CONTEXT else said


def _places(hits: Sequence[Hit]) -> tuple[SentencePlace, ...]:
    seen: set[tuple[str, int]] = set()
    places: list[SentencePlace] = []
    for h, hit in enumerate(hits):
        for s, statement in enumerate(hit.stored.statements):
            key = (hit.stored.chunk.source, hit.stored.chunk.start + statement.start)
            if key not in seen and statement.kind not in UNRANKED:
                seen.add(key)
                places.append(SentencePlace(h, s))
    return tuple(places)


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

    Frequencies among the candidates, not in the corpus: a word that all candidates share cannot distinguish them.
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
    """+1 if the sentence has what the answer type needs, -1 if it does not, 0 for types that need nothing."""
    fits = [0.0] * 6
    match question.answer_type:
        case "date":
            fits[0] = 1.0 if _kinds(text) & {"date", "time"} else -1.0
        case "number":
            fits[1] = 1.0 if _kinds(text) & {"number", "percent", "money", "duration"} or _VAGUE.search(text) else -1.0
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
