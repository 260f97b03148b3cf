"""Abstention: whether the system refuses exactly the questions that cannot be answered, and its answerability score."""

from __future__ import annotations

import numpy as np

from assistant.eval.metrics.answer import fact_coverage
from assistant.eval.metrics.base import Metric, Sample, Score
from assistant.eval.stats import Column, Floats


def precision(column: Column) -> float:
    """Share of the found positives that are true; NaN if none was found."""
    found, truth = column
    return float((found * truth).sum() / found.sum()) if found.sum() else float("nan")


def recall(column: Column) -> float:
    """Share of the true positives that were found; NaN if there are none."""
    found, truth = column
    return float((found * truth).sum() / truth.sum()) if truth.sum() else float("nan")


def f1(column: Column) -> float:
    """2 TP / (2 TP + FP + FN); NaN if there are no true positives to find."""
    found, truth = column
    return float(2 * (found * truth).sum() / (found.sum() + truth.sum())) if truth.sum() else float("nan")


def auroc(column: Column) -> float:
    """Probability that a true case scores above a false one, with ties counted as half (Mann-Whitney U / n1 n0)."""
    scores, truth = column
    positive, total = int(truth.sum()), len(truth)
    if not 0 < positive < total:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2  # the mean rank of each group of ties
    return float((middle[inverse][truth == 1].sum() - positive * (positive + 1) / 2) / (positive * (total - positive)))


def risk_coverage(column: Column) -> tuple[Floats, Floats]:
    """Coverage 1/n ... 1, and at each coverage the share of false cases among the best-scored.

    As El-Yaniv & Wiener (2010). Ties are spread evenly, as if broken at random very often.
    """
    scores, truth = column
    order = np.argsort(-scores, kind="stable")
    risk = 1 - truth[order]
    _, inverse, counts = np.unique(-scores[order], return_inverse=True, return_counts=True)
    even = np.bincount(inverse, weights=risk) / counts
    steps = np.arange(1, len(scores) + 1)
    return steps / len(scores), np.cumsum(even[inverse]) / steps


def aurc(column: Column) -> float:
    """Area under the risk-coverage curve: mean risk over all coverages; NaN without false cases."""
    return float(risk_coverage(column)[1].mean()) if 0 < column.truths.sum() < len(column.truths) else float("nan")


def answerability(sample: Sample) -> Score:
    """The answerability score, and whether the question can be answered."""
    found = sample.answer.answerability
    return Score(found, f"answerability {found:.2f}", float(sample.case.answerable))


def refusal(sample: Sample) -> Score:
    """Whether the system refused, and whether it should have."""
    return Score(float(sample.refused), "refused" if sample.refused else "answered", float(not sample.case.answerable))


def false_answer(sample: Sample) -> Score:
    """1.0 if an unanswerable question was answered."""
    if sample.case.answerable:
        return Score(None, "answerable")
    return Score(float(not sample.refused), "refused" if sample.refused else "answers what the documents do not hold")


def false_refusal(sample: Sample) -> Score:
    """1.0 if an answerable question was refused."""
    if not sample.case.answerable:
        return Score(None, "unanswerable")
    return Score(float(sample.refused), "refuses what the documents hold" if sample.refused else "answered")


def crag(sample: Sample) -> Score:
    """+1 for an answer with every key fact, 0 for a refusal, -1 for any other answer (Yang et al. 2024, CRAG)."""
    if sample.refused:
        return Score(0.0, "refused")
    if not sample.case.answerable:
        return Score(-1.0, "answers what the documents do not hold")
    covered = fact_coverage(sample)
    if covered.value is None:
        return covered
    return Score(1.0 if covered.value == 1.0 else -1.0, covered.reason)


_GROUP = "abstention"

ABSTENTION = (
    Metric("auroc", _GROUP, "answerability ranks answerable above unanswerable", "higher", answerability, auroc),
    Metric("aurc", _GROUP, "mean risk of answering the surest questions first", "lower", answerability, aurc),
    Metric("refusal_precision", _GROUP, "share of refusals that are right", "higher", refusal, precision),
    Metric("refusal_recall", _GROUP, "share of unanswerable questions refused", "higher", refusal, recall),
    Metric("refusal_f1", _GROUP, "harmonic mean of the two", "higher", refusal, f1),
    Metric("false_answers", _GROUP, "share of unanswerable questions answered", "lower", false_answer),
    Metric("false_refusals", _GROUP, "share of answerable questions refused", "lower", false_refusal),
    Metric("crag", _GROUP, "+1 right, 0 refused, -1 wrong", "higher", crag, bounded=False),
)
