"""Curves: what shorter answers and other thresholds would give, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.eval import Case, scorecard
from assistant.eval.curves import coverage_by_words, refusals, risks
from assistant.types import NOT_IN_DOCUMENTS
from tests.test_eval_metrics import CRACK, FACT, MULTI, NOTHING, SIX, answer, cite, claim
from tests.test_eval_runner import voyage

TWO_CLAIMS = answer(
    f"{SIX} [1] {CRACK} [2]",
    claims=[claim(SIX, cite("post.md", SIX, 1)), claim(CRACK, cite("herald.md", CRACK, 2))],
    sentences=[("herald.md", CRACK), ("post.md", SIX)],
    answerability=0.9,
)
REFUSED = answer(NOT_IN_DOCUMENTS, sentences=[("herald.md", CRACK)], answerability=0.2)


def case(one: Case, name: str) -> Case:
    return one.model_copy(update={"id": name})


def test_coverage_by_words_cuts_answers_after_each_claim(tmp_path: Path) -> None:
    scores = scorecard("x", [(MULTI, TWO_CLAIMS)], voyage(tmp_path), ["fact_coverage"])
    cut, whole, best = coverage_by_words(scores)
    assert (cut.xs, cut.ys) == ((8.0, 16.0), (0.5, 1.0))
    assert (whole.xs, whole.ys) == ((16.0,), (1.0,))
    assert (best.xs[:2], best.ys[:2]) == ((8.0, 16.0), (0.5, 1.0))


def test_coverage_by_words_counts_a_refusal_as_nothing_in_no_words(tmp_path: Path) -> None:
    answers = [(MULTI, TWO_CLAIMS), (case(FACT, "b"), REFUSED)]
    cut, whole, best = coverage_by_words(scorecard("x", answers, voyage(tmp_path), ["fact_coverage"]))
    assert (cut.xs[0], cut.ys[0]) == (4.0, 0.25)
    assert (whole.xs, whole.ys) == ((8.0,), (0.5,))
    assert best.ys[0] == 0.75  # the best sentence answers the refused question


def test_coverage_by_words_without_key_facts_is_empty(tmp_path: Path) -> None:
    assert coverage_by_words(scorecard("x", [(NOTHING, REFUSED)], voyage(tmp_path), ["fact_coverage"])) == []


def test_refusals_give_a_point_for_each_threshold_and_for_the_run(tmp_path: Path) -> None:
    answers = [
        (case(FACT, "a"), answer(answerability=0.9)),
        (case(FACT, "b"), answer(answerability=0.4)),
        (case(NOTHING, "c"), answer(answerability=0.6)),
        (case(NOTHING, "d"), REFUSED),
    ]
    thresholds, own = refusals(scorecard("x", answers, voyage(tmp_path), ["auroc"]))
    points = list(zip(thresholds.xs, thresholds.ys, strict=True))
    assert points == [(0.0, 1.0), (0.0, 0.5), (0.5, 0.5), (0.5, 0.0), (1.0, 0.0)]
    assert (own.xs, own.ys) == ((0.0,), (0.5,))


@pytest.mark.parametrize("curves", [refusals, risks])
def test_curves_of_one_sort_of_questions_are_empty(curves: type, tmp_path: Path) -> None:
    assert curves(scorecard("x", [(FACT, TWO_CLAIMS)], voyage(tmp_path), ["auroc"])) == []
