"""Reports: the numbers, the gates and the failing cases in every form, and nothing a document could inject."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assistant.eval import Case, Corpus, GoldQuote, Report, report_on, run, terminal, write
from assistant.eval.gates import parse_gate
from assistant.eval.report import junit, markdown, page
from tests.test_eval_baselines import news
from tests.test_eval_runner import dora, voyage

EVIL = "<script>alert('x')</script><img src=http://evil.example/a.png> | [x](http://evil.example) \x07"


def evil_report(folder: Path) -> Report:
    """A report whose question, gold, answer and error all try to be markup."""
    evidence = (GoldQuote(source="log.md", quote=EVIL.strip()),)
    case = Case(id="<b>id</b>", question=EVIL, kind="fact", facts=((EVIL,),), evidence=evidence, answerable=True)
    other = case.model_copy(update={"id": "crash"})
    suite = voyage(folder, cases=(case, other), corpus=Corpus({"log.md": f"Text. {EVIL}"}), name=EVIL)
    answers = iter(["wrong " + EVIL])
    return report_on(suite, run(suite, lambda _: next(answers), {"note": EVIL}))


class Tags(HTMLParser):
    """Counts elements and collects whatever could make a request."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action", "data")]


def test_page_asks_the_network_for_nothing_and_escapes_everything(tmp_path: Path) -> None:
    text = page(evil_report(tmp_path))
    tags = Tags(text)
    assert tags.links == ["data:,"]
    assert tags.names.count("script") == 1
    assert "img" not in tags.names
    assert "default-src 'none'" in text
    assert "@import" not in text
    assert not re.search(r"url\(", text)


def test_page_shows_plots_and_failing_cases_worst_first(tmp_path: Path) -> None:
    suite = voyage(tmp_path)
    report = report_on(suite, run(suite, lambda q: "It is Nora." if q == "Question 1?" else dora(q)))
    text = page(report)
    assert text.count("<svg") >= 3
    assert re.findall(r'<span class="pill">(q\d)</span>', text) == ["q2", "q5", "q1"]
    assert "lacks Dora" in text
    assert set(re.findall(r'data-kind="([^"]+)" aria', text)) == {"fact", "unanswerable"}


def test_failures_puts_a_broken_citation_before_a_wrong_answer(tmp_path: Path) -> None:
    from assistant.eval.baselines import run_baseline
    from assistant.eval.scoring import failures, scorecard

    suite = news(tmp_path)
    answers = run_baseline(suite, "keyword search")
    case, good = answers[1]
    wrong = good.citations[0].model_copy(update={"quote": "never said"})
    answers[1] = (case, good.model_copy(update={"citations": (wrong,), "claims": ()}))
    answers[0] = (answers[0][0], good)
    order = [f.scored.case.id for f in failures(scorecard("x", answers, suite))]
    assert order.index(case.id) < order.index(answers[0][0].id)


def test_terminal_has_baselines_gates_and_comparison(tmp_path: Path) -> None:
    suite = voyage(tmp_path, gates=(parse_gate("fact_coverage", ">= 1"), parse_gate("false_answers", "<= 0.5")))
    first = run(suite, dora)
    text = terminal(report_on(suite, run(suite, dora, {"n": 1}), against=first.path.parent))
    assert re.search(r"dump +keyword +five\n.* everything +search +sentences\n", text)
    assert "passed: fact_coverage >= 1 (found 1)" in text
    assert "failed: false_answers <= 0.5 (found 1)" in text
    assert "No case changed; no metric moved." in text
    assert max(map(len, text.splitlines())) < 120


def test_markdown_keeps_documents_from_being_markup(tmp_path: Path) -> None:
    text = markdown(evil_report(tmp_path))
    assert "<script>" not in text.replace("\\<script\\>", "")
    assert "[x](http" not in text
    assert "| fact_coverage | 0.500 |" in text


def test_junit_fails_on_gates_and_crashes_alone(tmp_path: Path) -> None:
    suite = voyage(tmp_path, 3, gates=(parse_gate("false_answers", "<= 0"), parse_gate("words", "<= 9")))
    report = report_on(suite, run(suite, lambda q: dora(q) if q != "Question 1?" else str(1 / 0)), baselines=())
    root = ElementTree.fromstring(junit(report))  # noqa: S314 - our own output
    assert [f.get("message") for f in root.iter("failure")] == ["failed: false_answers <= 0 (found 1)"]
    assert [e.get("message") for e in root.iter("error")] == ["ZeroDivisionError: division by zero"]
    assert {suite.get("name"): suite.get("errors") for suite in root} == {
        "gates": None,
        "fact": "1",
        "unanswerable": "0",
    }


def test_junit_of_hostile_text_is_still_xml(tmp_path: Path) -> None:
    ElementTree.fromstring(junit(evil_report(tmp_path)))  # noqa: S314


def test_write_puts_every_form_beside_the_log(tmp_path: Path) -> None:
    suite = voyage(tmp_path)
    report = report_on(suite, run(suite, dora), baselines=["always refuse"])
    assert write(report) == report.run.path.parent / "report.html"
    assert {"report.html", "report.md", "junit.xml", "answers.jsonl"} <= {
        p.name for p in report.run.path.parent.iterdir()
    }


def test_terminal_says_that_a_run_is_unfinished(tmp_path: Path) -> None:
    suite = voyage(tmp_path)
    done = run(suite, dora)
    report = report_on(suite, done.model_copy(update={"results": done.results[:4]}), baselines=())
    assert "the run is unfinished: 2 questions were not asked" in terminal(report)


@pytest.mark.parametrize(
    ("gate", "value", "state"),
    [
        (">= 1.0", 1 - 1e-12, "passed"),
        (">= 1.0", 0.999, "failed"),
        ("<= 0", 0.0, "passed"),
        ("> 0.5", 0.5, "failed"),
        ("< 2", 1.5, "passed"),
        ("== 3", 3.0, "passed"),
        (">= 0.5", None, "skipped"),
        (">= 0.5", float("nan"), "skipped"),
    ],
)
def test_gate_check_compares_with_a_little_slack(gate: str, value: float | None, state: str) -> None:
    assert parse_gate("x", gate).check(value).state == state
