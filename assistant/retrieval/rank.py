"""Ranks the sentences of passages by how well they answer a question, and estimates how likely one of them does.

A linear model over ``features`` scores every sentence. Then the cross-encoder, if there is one, reads the likeliest
passages, and its log-odds become another feature. ``training/fit_rank.py`` fits the models and prints
``rank_weights.py``. A sentence loses score and probability for each mismatch that ``binding`` finds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from assistant.english.lexicon import CONSEQUENCES, any_of
from assistant.ports import CrossEncoder, Hit, PassageScores, Vectors
from assistant.query.parse import QuestionParts
from assistant.retrieval.answerability import (
    FOREIGN,
    FOREIGN_SCORE,
    FOREIGN_SHARE,
    dated_above,
    foreign_shares,
    holds_asked,
    holds_nothing,
    structural_answerability,
)
from assistant.retrieval.binding import Subject, asked, is_refuted, mismatches, order_mismatches
from assistant.retrieval.features import (
    Features,
    SentencePlace,
    Table,
    answerability_features,
    measure,
    text_at,
)
from assistant.retrieval.mentions import header_asked, opens_with_term, tells_hours
from assistant.retrieval.rank_weights import BASE_MODEL, CROSS_ENCODER_MODEL
from assistant.types import Sentence

READ = 5
"""How many passages the cross-encoder reads."""

MISMATCH_SCORE, MISMATCH_FACTOR = 4.0, 0.1
"""For each mismatch, what is subtracted from a statement's score, and the factor of its probability."""

DEFINING_SCORE, CONSEQUENCE_SCORE = 4.0, 2.0
"""What a statement gains that begins with what the question asks the nature of or is the line of a mail's head that it
asks for, and for "why" one that begins with
"As a result": the sentence before it gives the reason.
"""

NOTHING_HELD, SURE = 0.5, 3.0
"""The weight, as a mismatch, of a best passage without any word of the question; it has no weight from these log-odds
of the cross-encoder on.
"""

REFUTED = 0.5
"""What it weighs, as a mismatch of the best statement, that a likelier one says that somebody else did it."""

LIKELY_SHARE = 0.02
"""Share of the best probability from which a sentence counts when the latest or earliest document is determined."""

_CONSEQUENCE = re.compile(rf"{any_of(CONSEQUENCES)}\b", re.IGNORECASE)

LEAST, MOST = -8.0, 8.0
"""Bounds of the cross-encoder's log-odds; a sentence that it has not read has the least."""


class Ranked(NamedTuple):
    """Hits and sentences, each best first; ``answerability`` is the probability that the best sentence answers."""

    hits: tuple[Hit, ...]
    sentences: tuple[Sentence, ...]
    answerability: float


def rank(
    question: QuestionParts, vector: Vectors, hits: Sequence[Hit], cross_encoder: CrossEncoder | None = None
) -> Ranked:
    """Rank every sentence of ``hits``, and the hits by their best sentence."""
    table = measure(question, vector, hits)
    if not table.places:
        return Ranked(tuple(hits), (), 0.0)
    rows, seen, fitted = table.rows, None, BASE_MODEL
    readings: dict[int, PassageScores] = {}
    if cross_encoder is not None:
        readings = read(question, table.places, rows @ BASE_MODEL.ranking, hits, cross_encoder)
        seen, fitted = cross_encoder_logits(table.places, readings), CROSS_ENCODER_MODEL
        rows = np.column_stack([rows, seen])
    faults = binding_faults(question, table.places, hits)
    texts = [text_at(hits, place) for place in table.places]
    introduced = [f"{_context(hits, place)} {text}" for place, text in zip(table.places, texts, strict=True)]
    foreign = np.array(foreign_shares(question, introduced))
    openings = np.array([_openings(question, hits, place) for place in table.places])
    scores = rows @ fitted.ranking - MISMATCH_SCORE * faults + openings + FOREIGN_SCORE * foreign
    answers = float(fitted.answers.logit(answerability_row(question, table, scores, hits, seen, readings)))
    probabilities = _probability(fitted.probabilities.logit(sentence_rows(scores, seen))) * MISMATCH_FACTOR**faults
    late = order_faults(question, table.places, hits, probabilities)
    scores, probabilities, faults = scores - MISMATCH_SCORE * late, probabilities * MISMATCH_FACTOR**late, faults + late
    top = int(np.argmax(scores))
    answerability = max(float(_probability(answers)), FOREIGN if foreign[top] >= FOREIGN_SHARE else 0.0)
    sure = seen is not None and seen[top] >= SURE
    nothing = not sure and holds_nothing(question, subject_at(hits, table.places[top]))
    likeliest = table.places[int(np.argmax(scores + MISMATCH_SCORE * faults))]
    refuted = likeliest != table.places[top] and is_refuted(question, subject_at(hits, likeliest))
    answerability *= MISMATCH_FACTOR ** (faults[top] + NOTHING_HELD * nothing + REFUTED * refuted)
    by_score = np.argsort(-scores, kind="stable")
    first_use: dict[int, int] = {}
    for i in by_score:
        first_use.setdefault(table.places[i].hit, len(first_use) + 1)
    unused = [h for h in range(len(hits)) if h not in first_use]
    return Ranked(
        hits=tuple(hits[h] for h in [*first_use, *unused]),
        sentences=tuple(
            _sentence(
                hits, place, readings.get(place.hit), first_use[place.hit], float(scores[i]), float(probabilities[i])
            )
            for i in by_score
            for place in [table.places[i]]
        ),
        answerability=float(answerability),
    )


def subject_at(hits: Sequence[Hit], place: SentencePlace) -> Subject:
    """What the sentence at ``place`` is known to be about."""
    stored = hits[place.hit].stored
    statement = stored.statements[place.sentence]
    return Subject(
        text=statement.reading or text_at(hits, place),
        context=statement.context,
        about=stored.about,
        passage=stored.chunk.text,
        metadata=stored.metadata,
    )


def _context(hits: Sequence[Hit], place: SentencePlace) -> str:
    return hits[place.hit].stored.statements[place.sentence].context


def binding_faults(question: QuestionParts, places: Sequence[SentencePlace], hits: Sequence[Hit]) -> Features:
    """The weight of each sentence's mismatches with what the question names, shape (sentences,); 0 if it fits."""
    found = mismatches(asked(question), [subject_at(hits, place) for place in places])
    return np.array([sum(each.weight for each in of_one) for of_one in found])


def order_faults(
    question: QuestionParts, places: Sequence[SentencePlace], hits: Sequence[Hit], probabilities: Features
) -> Features:
    """1 for each likely sentence that is not from the latest (earliest) document, if the question asks for that one."""
    likely = np.flatnonzero(probabilities >= LIKELY_SHARE * probabilities.max())
    published = [hits[places[int(i)].hit].stored.metadata.published for i in likely]
    faults = np.zeros(len(places))
    faults[likely] = order_mismatches(question.text, published)
    return faults


def answerability_row(
    question: QuestionParts,
    table: Table,
    scores: Features,
    hits: Sequence[Hit],
    seen: Features | None,
    readings: Mapping[int, PassageScores],
) -> Features:
    """Features of the best sentence: ANSWERABILITY_FEATURES, its share of the softmax over scores, what its place in
    the document says, its and the highest log-odds by the cross-encoder, and how well its passage is bound.
    """
    best = int(np.argmax(scores))
    place = table.places[best]
    kind = hits[place.hit].stored.statements[place.sentence].kind
    belief = 1 / float(np.exp(scores - scores[best]).sum())
    structural = structural_answerability(question, subject_at(hits, place), kind)
    # The head of what a question names has learnt from running text alone.
    bound = readings[place.hit].bound if kind == "paragraph" and place.hit in readings else 0.0
    read_ = [] if seen is None else [seen[best], seen.max(), bound]
    return np.array([*answerability_features(question, table, best, hits), belief, structural, *read_])


def sentence_rows(scores: Features, seen: Features | None) -> Features:
    """The features of each sentence's probability, shape (sentences, 2 or 3): its distance to the best score, whether
    it is the best, and its log-odds by the cross-encoder.
    """
    behind = scores - scores.max()
    return np.column_stack([behind, behind == 0, *([] if seen is None else [seen])])


def read(
    question: QuestionParts,
    places: Sequence[SentencePlace],
    scores: Features,
    hits: Sequence[Hit],
    cross_encoder: CrossEncoder,
) -> dict[int, PassageScores]:
    """The cross-encoder's scores of the READ hits whose best sentences score highest, by the hit's number."""
    best: dict[int, float] = {}
    for place, score in zip(places, scores, strict=True):
        best[place.hit] = max(best.get(place.hit, -math.inf), float(score))
    chosen = sorted(best, key=lambda h: -best[h])[:READ]
    readings = cross_encoder.read(question.text, [hits[h].stored for h in chosen])
    return dict(zip(chosen, readings, strict=True))


def cross_encoder_logits(places: Sequence[SentencePlace], readings: dict[int, PassageScores]) -> Features:
    """The cross-encoder's log-odds of each sentence, shape (sentences,)."""
    found = [
        float(readings[place.hit].sentences[place.sentence]) if place.hit in readings else LEAST for place in places
    ]
    clipped: Features = np.clip(np.array(found), LEAST, MOST)
    return clipped


def _openings(question: QuestionParts, hits: Sequence[Hit], place: SentencePlace) -> float:
    """What a statement gains by how it begins, by the day that it stands under, or by holding all that is asked for."""
    text, statement = text_at(hits, place), hits[place.hit].stored.statements[place.sentence]
    if question.answer_type == "reason":
        return CONSEQUENCE_SCORE * bool(_CONSEQUENCE.match(text))
    fits = any(fit(question.text, text) for fit in (opens_with_term, header_asked, tells_hours))
    dated = statement.kind != "paragraph" and dated_above(question, statement.context)
    return DEFINING_SCORE * (fits or dated or holds_asked(question, text))


def _probability(logit: Features | float) -> Features:
    probability: Features = 1 / (1 + np.exp(-np.asarray(logit)))
    return probability


def _sentence(
    hits: Sequence[Hit],
    place: SentencePlace,
    reading: PassageScores | None,
    passage: int,
    score: float,
    probability: float,
) -> Sentence:
    chunk, statement = hits[place.hit].stored.chunk, hits[place.hit].stored.statements[place.sentence]
    return Sentence(
        source=chunk.source,
        start=chunk.start + statement.start,
        end=chunk.start + statement.end,
        text=text_at(hits, place),
        kind=statement.kind,
        context=statement.context,
        reading=statement.reading,
        passage=passage,
        score=score,
        probability=probability,
        answer=reading.answers[place.sentence] if reading else "",
    )
