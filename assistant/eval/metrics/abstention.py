"""Does it know when it does not know: refusals against answerability, and the answerability score itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assistant.eval.cases import Case
from assistant.eval.corpus import Corpus
from assistant.eval.metrics.answer import fact_coverage
from assistant.eval.metrics.base import Floats, Metric, Score, refused
from assistant.types import Answer


def precision(found: Floats, truth: Floats) -> float:
    """Share of the positives found that are true; NaN where none was found."""
    return float((found * truth).sum() / found.sum()) if found.sum() else float("nan")


def recall(found: Floats, truth: Floats) -> float:
    """Share of the true positives that were found; NaN where there are none."""
    return float((found * truth).sum() / truth.sum()) if truth.sum() else float("nan")


def f1(found: Floats, truth: Floats) -> float:
    """2 TP / (2 TP + FP + FN); NaN where there are no true positives to find."""
    return float(2 * (found * truth).sum() / (found.sum() + truth.sum())) if truth.sum() else float("nan")


def auroc(scores: Floats, truth: Floats) -> float:
    """Chance that a true case scores above a false one, ties counting half (Mann-Whitney U / n1 n0)."""
    positive, total = int(truth.sum()), len(truth)
    if not 0 < positive < total:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2  # the mean rank of each group of ties
    return float((middle[inverse][truth == 1].sum() - positive * (positive + 1) / 2) / (positive * (total - positive)))


def risk_coverage(scores: Floats, truth: Floats) -> tuple[Floats, Floats]:
    """Coverage 1/n ... 1, and at each the share of false cases among the best-scored.

    As El-Yaniv & Wiener (2010). Ties are spread evenly, as if broken at random very often.
    """
    order = np.argsort(-scores, kind="stable")
    risk = 1 - truth[order]
    _, inverse, counts = np.unique(-scores[order], return_inverse=True, return_counts=True)
    even = np.bincount(inverse, weights=risk) / counts
    steps = np.arange(1, len(scores) + 1)
    return steps / len(scores), np.cumsum(even[inverse]) / steps


def aurc(scores: Floats, truth: Floats) -> float:
    """Area under the risk-coverage curve: mean risk over all coverages; lower is better, NaN without false
    cases.
    """
    return float(risk_coverage(scores, truth)[1].mean()) if 0 < truth.sum() < len(truth) else float("nan")


def answerability(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001 - the shape of a metric
    """The answerability score beside whether the question can be answered."""
    return Score(answer.answerability, f"answerability {answer.answerability:.2f}", float(case.answerable))


def refusal(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001
    """Whether it refused beside whether it should have."""
    said = "refused" if refused(answer) else "answered"
    return Score(float(refused(answer)), said, float(not case.answerable))


def false_answer(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001
    """1.0 if an unanswerable question was answered."""
    if case.answerable:
        return Score(None, "answerable")
    return Score(float(not refused(answer)), "refused" if refused(answer) else "answers what the documents do not hold")


def false_refusal(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001
    """1.0 if an answerable question was refused."""
    if not case.answerable:
        return Score(None, "unanswerable")
    return Score(float(refused(answer)), "refuses what the documents hold" if refused(answer) else "answered")


def crag(case: Case, answer: Answer, corpus: Corpus) -> Score:
    """+1 for an answer with every key fact, 0 for a refusal, -1 for any other answer (Yang et al. 2024,
    CRAG).
    """
    if refused(answer):
        return Score(0.0, "refused")
    if not case.answerable:
        return Score(-1.0, "answers what the documents do not hold")
    covered = fact_coverage(case, answer, corpus)
    if covered.value is None:
        return Score(None, covered.reason)
    return Score(1.0 if covered.value == 1.0 else -1.0, covered.reason)


def _over(
    score: Callable[[Case, Answer, Corpus], Score],
    name: str,
    about: str,
    measure: Callable[[Floats, Floats], float],
) -> Metric:
    return Metric(name, "abstention", about, "lower" if name == "aurc" else "higher", score, measure)


ABSTENTION = (
    _over(answerability, "auroc", "answerability ranks answerable above unanswerable", auroc),
    _over(answerability, "aurc", "mean risk of answering the surest questions first", aurc),
    _over(refusal, "refusal_precision", "share of refusals that are right", precision),
    _over(refusal, "refusal_recall", "share of unanswerable questions refused", recall),
    _over(refusal, "refusal_f1", "harmonic mean of the two", f1),
    Metric("false_answers", "abstention", "share of unanswerable questions answered", "lower", false_answer),
    Metric("false_refusals", "abstention", "share of answerable questions refused", "lower", false_refusal),
    Metric("crag", "abstention", "+1 right, 0 refused, -1 wrong", "higher", crag),
)
