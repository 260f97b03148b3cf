"""Trade-offs of a run: coverage of facts and words, false answers and false refusals, risk and coverage.

Each curve shows the result of other lengths or thresholds on the same run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from assistant.eval.matching import word_count
from assistant.eval.metrics.abstention import risk_coverage
from assistant.eval.metrics.answer import missing_facts
from assistant.eval.scoring import Scorecard, Scored
from assistant.eval.stats import Column, Floats
from assistant.render import claim_text
from assistant.types import Answer

Kind = Literal["own", "other", "baseline", "ideal"]

MOST_CLAIMS = 12
MOST_SENTENCES = 8


class Curve(NamedTuple):
    """A line through points, or with one point a dot; ``kind`` is its CSS class."""

    label: str
    xs: Sequence[float]
    ys: Sequence[float]
    kind: Kind = "own"


def coverage_by_words(scores: Scorecard, baselines: Sequence[Scorecard] = ()) -> list[Curve]:
    """Mean fact coverage and mean words, over the questions with key facts; a refusal has no words and covers nothing.

    One curve cuts the answers after their first 1, 2, 3, ... claims and ends at the whole answers. The others answer
    every question with its 1, 2, 3, ... best-ranked sentences and never refuse.
    """
    cases = _with_facts(scores)
    if not cases:
        return []
    most = max(len(one.answer.claims) for one in cases)
    cuts = [_point(cases, _first_claims(k)) for k in range(1, min(most, MOST_CLAIMS))]
    whole = _point(cases, lambda answer: "" if _refused(answer) else answer.text)
    curves = [
        _curve("answers, cut after each claim", [*cuts, whole]),
        _curve("whole answers", [whole]),
        *_best_sentences("best sentences, no refusal", cases, "other"),
    ]
    for other in baselines:
        curves += _best_sentences(other.name, _with_facts(other), "baseline")
    return curves


def refusals(scores: Scorecard) -> list[Curve]:
    """Share of unanswerable questions answered against answerable ones refused, at every answer threshold.

    The dot is the run as it was. Empty unless there are questions of both sorts.
    """
    column = _answerability(scores)
    if column is None:
        return []
    thresholds = np.unique(np.append(column.values, np.inf))
    yes, no = np.sort(column.values[column.truths == 1]), np.sort(column.values[column.truths == 0])
    false_refusals = np.searchsorted(yes, thresholds) / len(yes)
    false_answers = 1 - np.searchsorted(no, thresholds) / len(no)
    refused = np.array([_refused(one.answer) for one in scores.asked])
    own = (refused[column.truths == 1].mean(), 1 - refused[column.truths == 0].mean())
    return [
        Curve("answer threshold from 0 to 1", false_refusals.tolist(), false_answers.tolist()),
        _curve("this run", [own]),
    ]


def risks(scores: Scorecard, baselines: Sequence[Scorecard] = ()) -> list[Curve]:
    """Share of unanswerable questions among those answered first, at every coverage; with the perfect order."""
    column = _answerability(scores)
    if column is None:
        return []
    curves = [_risk("this run", column, "own"), _risk("perfect", Column(column.truths, column.truths), "ideal")]
    for other in baselines:
        if theirs := _answerability(other):
            curves.append(_risk(other.name, theirs, "baseline"))
    return curves


def _risk(label: str, column: Column, kind: Kind) -> Curve:
    xs, ys = risk_coverage(column)
    return Curve(label, xs.tolist(), ys.tolist(), kind)


def _answerability(scores: Scorecard) -> Column | None:
    truths: Floats = np.array([float(one.case.answerable) for one in scores.asked])
    values: Floats = np.array([one.answer.answerability for one in scores.asked])
    return Column(values, truths) if 0 < truths.sum() < len(truths) else None


def _refused(answer: Answer) -> bool:
    return answer.outcome == "not_in_documents"


def _with_facts(scores: Scorecard) -> list[Scored]:
    return [one for one in scores.asked if one.case.answerable and one.case.facts]


def _first_claims(count: int) -> Callable[[Answer], str]:
    def text(answer: Answer) -> str:
        claims = answer.claims
        if _refused(answer) or len(claims) <= count:
            return "" if _refused(answer) else answer.text
        return "".join(
            claim_text(claim, before) for before, claim in zip([None, *claims], claims[:count], strict=False)
        )

    return text


def _first_sentences(count: int) -> Callable[[Answer], str]:
    return lambda answer: " ".join(sentence.shown for sentence in answer.trace.sentences[:count])


def _best_sentences(label: str, cases: Sequence[Scored], kind: Kind) -> list[Curve]:
    if not any(one.answer.trace.sentences for one in cases):
        return []
    points = [_point(cases, _first_sentences(count)) for count in range(1, MOST_SENTENCES + 1)]
    return [_curve(label, points, kind)]


def _point(cases: Sequence[Scored], text: Callable[[Answer], str]) -> tuple[float, float]:
    """Mean words and mean fact coverage of the texts."""
    texts = [text(one.answer) for one in cases]
    pairs = zip(cases, texts, strict=True)
    covered = [1 - len(missing_facts(one.case, said)) / len(one.case.facts) for one, said in pairs]
    return float(np.mean([word_count(said) for said in texts])), float(np.mean(covered))


def _curve(label: str, points: Sequence[tuple[float, float]], kind: Kind = "own") -> Curve:
    xs, ys = zip(*points, strict=True)
    return Curve(label, xs, ys, kind)
