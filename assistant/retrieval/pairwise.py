"""Compares the likeliest sentences of other sources with the best one: do they answer too, and can both be true?

A sentence alone may seem unrelated to the question; next to one that answers, the cross-encoder sees that both are
about the same thing. ``training/fit_pairwise.py`` fits the model and prints ``pairwise_weights.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.ports import Comparison, CrossEncoder, Quote
from assistant.query.parse import QuestionParts
from assistant.retrieval.agreement import answer_in, differs
from assistant.retrieval.pairwise_weights import ANSWERS
from assistant.retrieval.rank import Ranked
from assistant.types import Sentence

RIVALS, OF_ONE_SOURCE = 5, 2
"""The most sentences that are compared with the best one, and the most of one source."""

LEAST = 0.05
"""Probability from which a sentence is compared. At .004 three times as many are compared, and no result changes."""

OWN = 0.3
"""Exponent of a rival's own probability in its contradiction score. At 0 anything that differs would contradict; at 1 a
rival in other words than the question's never would.
"""

ALIKE = 0.5
"""Short answers that differ by less than this agree, whatever the cross-encoder says: it compares figures badly."""

_BOUND = 6.0


def compare(question: QuestionParts, ranked: Ranked, cross_encoder: CrossEncoder) -> Ranked:
    """``ranked`` with the probabilities of the rivals next to the best sentence, and how much they contradict it."""
    found = rivals(ranked.sentences)
    if not found:
        return ranked
    best = ranked.sentences[0]
    compared = cross_encoder.compare(question.text, [(quote(ranked, best), quote(ranked, rival)) for rival in found])
    rows = np.array([pairwise_row(best, rival, comparison) for rival, comparison in zip(found, compared, strict=True)])
    probabilities = 1 / (1 + np.exp(-ANSWERS.logit(rows)))
    told = {
        rival: rival.model_copy(
            update={"probability": float(probability), "contradiction": _opposes(question, best, rival, comparison)}
        )
        for rival, probability, comparison in zip(found, probabilities, compared, strict=True)
    }
    return ranked._replace(sentences=tuple(told.get(sentence, sentence) for sentence in ranked.sentences))


def rivals(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The likeliest sentences of sources other than that of the best one."""
    chosen: list[Sentence] = []
    count: Counter[str] = Counter()
    for sentence in sorted(sentences[1:], key=lambda s: -s.probability):
        if (
            sentence.source != sentences[0].source
            and sentence.probability >= LEAST
            and count[sentence.source] < OF_ONE_SOURCE
        ):
            chosen.append(sentence)
            count[sentence.source] += 1
    return chosen[:RIVALS]


def pairwise_row(best: Sentence, rival: Sentence, found: Comparison) -> NDArray[np.float64]:
    """The features of a rival: log-odds that the best sentence answers, that the rival does, and that both do."""
    return np.array(
        [
            _log_odds(probability)
            for probability in (best.probability, rival.probability, found.same_answer + found.contradiction)
        ]
    )


def _opposes(question: QuestionParts, best: Sentence, rival: Sentence, found: Comparison) -> float:
    one, other = (answer_in(sentence.text, sentence.answer) for sentence in (best, rival))
    if question.answer_type != "yes-no" and one and other and differs(question, one, other) < ALIKE:
        return 0.0
    return float(found.contradiction * rival.probability**OWN)


def quote(ranked: Ranked, sentence: Sentence) -> Quote:
    """A sentence of ``ranked`` as the cross-encoder is shown it."""
    return Quote(ranked.hits[sentence.passage - 1].stored.metadata.header, sentence.text)


def _log_odds(probability: float) -> float:
    inside = min(max(probability, 1e-9), 1 - 1e-9)
    return float(np.clip(np.log(inside / (1 - inside)), -_BOUND, _BOUND))
