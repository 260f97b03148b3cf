"""Comparing runs: what changed, what is real, and what is noise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import SuiteError
from assistant.eval import Case, Corpus, GoldQuote, Suite, accept, report_on, rescore, run
from assistant.eval.comparison import Comparison, compare, earlier, snapshot
from assistant.types import NOT_IN_DOCUMENTS
from tests.test_eval_runner import voyage

Ask = Callable[[str], str]


def large(folder: Path, questions: int = 40) -> Suite:
    return voyage(
        folder, questions, metrics=("fact_coverage", "false_answers", "false_refusals", "refusal_f1", "words")
    )


def number(question: str) -> int:
    return int(question.removeprefix("Question ").rstrip("?"))


def refusing_above(threshold: int) -> Ask:
    """Refuses the questions with a number above the threshold."""
    return lambda question: NOT_IN_DOCUMENTS if number(question) > threshold else "It is the Dora."


def compared(folder: Path, before: Ask, after: Ask) -> Comparison:
    suite = large(folder)
    old, new = (rescore(run(suite, ask, {"ask": name}), suite) for name, ask in (("old", before), ("new", after)))
    return compare(snapshot(old, suite), snapshot(new, suite))


def test_compare_names_changed_cases_and_calls_a_small_change_noise(tmp_path: Path) -> None:
    found = compared(tmp_path, refusing_above(30), refusing_above(28))
    assert [change.case for change in found.changes] == ["q29", "q30"]
    assert (
        found.changes[1].outcome == ("not_in_documents", "answered")
        or found.changes[1].outcome[1] == "not_in_documents"
    )
    assert "real differences" not in found.summary
    assert "this is noise" in found.summary


def test_compare_tells_the_direction_of_a_large_change(tmp_path: Path) -> None:
    verdicts = {d.metric: d.verdict for d in compared(tmp_path, refusing_above(40), refusing_above(5)).differences}
    assert (verdicts["fact_coverage"], verdicts["false_refusals"]) == ("worse", "worse")
    assert verdicts["false_answers"] == "better"


def test_compare_finds_no_change_in_the_same_answers(tmp_path: Path) -> None:
    found = compared(tmp_path, refusing_above(20), refusing_above(20))
    assert found.changes == ()
    assert {d.verdict for d in found.differences} == {"same"}
    assert found.summary == "No case changed; no metric moved."


def test_compare_lists_other_words_where_no_score_moves(tmp_path: Path) -> None:
    found = compared(
        tmp_path, lambda _: "It is the Dora.", lambda q: "The Dora it is." if number(q) == 3 else "It is the Dora."
    )
    assert [(change.case, change.scores) for change in found.changes] == [("q3", ())]


def test_accept_makes_a_run_the_reference_of_later_ones(tmp_path: Path) -> None:
    suite = large(tmp_path)
    path = accept(run(suite, refusing_above(30)), suite)
    assert path == tmp_path / "reference.json"
    report = report_on(suite, run(suite, refusing_above(28), {"n": 2}), against=path, baselines=())
    assert report.comparison is not None
    assert [change.case for change in report.comparison.changes] == ["q29", "q30"]


def test_earlier_refuses_a_reference_of_another_suite(tmp_path: Path) -> None:
    path = accept(run(large(tmp_path), refusing_above(30)), large(tmp_path))
    with pytest.raises(SuiteError, match=r"reference\.json:1: .*another suite.*`assistant eval --accept`"):
        earlier(path, voyage(tmp_path, corpus=Corpus({"log.md": "The ship is called Dora."})))


@pytest.mark.parametrize(("text", "message"), [(None, "there is no reference run"), ("{}", "this is no reference run")])
def test_earlier_names_the_cure_without_a_good_reference(text: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "reference.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SuiteError, match=message):
        earlier(path, large(tmp_path))


def test_compare_leaves_out_cases_of_one_run_alone(tmp_path: Path) -> None:
    suite = large(tmp_path, 6)
    before = rescore(run(suite, refusing_above(9)), suite)
    fewer = snapshot(before._replace(cases=before.cases[:3]), suite)
    found = compare(fewer, snapshot(before, suite))
    assert {d.n for d in found.differences if d.metric == "refusal_f1"} == {3}


def test_a_case_and_its_quotation_compare_by_content() -> None:
    one, two = (
        Case(id="a", question="?", kind="fact", answerable=True, evidence=(GoldQuote(source="s", quote="q"),))
        for _ in "ab"
    )
    assert one == two


def test_compare_adjusts_gated_metrics_among_themselves(tmp_path: Path) -> None:
    suite = large(tmp_path)
    old, new = (rescore(run(suite, refusing_above(t), {"t": t}), suite) for t in (21, 40))
    before, after = snapshot(old, suite), snapshot(new, suite)
    alone = {d.metric: d for d in compare(before, after, primary=["false_answers"]).differences}
    among = {d.metric: d for d in compare(before, after).differences}
    assert alone["false_answers"].p < among["false_answers"].p
    assert alone["false_answers"].verdict == "worse"


def test_compare_leaves_out_seconds(tmp_path: Path) -> None:
    suite = voyage(tmp_path, metrics=("seconds_p50", "failures"))
    old, new = (snapshot(rescore(run(suite, refusing_above(9), {"n": n}), suite), suite) for n in (1, 2))
    assert [d.metric for d in compare(old, new).differences] == ["failures"]
