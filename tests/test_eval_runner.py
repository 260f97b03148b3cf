"""Runs: one line for each answer, nothing asked twice, and no question that can stop the rest."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from assistant.errors import SuiteError
from assistant.eval import Case, Corpus, GoldQuote, Suite, read_run, rescore, run, select
from assistant.types import NOT_IN_DOCUMENTS, Answer, Filter, Progress, Turn

TEXT = "The crew has 12 members. The ship is called Dora. The voyage took nine days."


def voyage(folder: Path, questions: int = 6, **given: Any) -> Suite:
    """A suite of so many questions; every third is unanswerable."""
    cases = [
        Case(id=f"q{n}", question=f"Question {n}?", kind="unanswerable", answerable=False)
        if n % 3 == 2
        else Case(
            id=f"q{n}",
            question=f"Question {n}?",
            kind="fact",
            facts=(("Dora",),),
            evidence=(GoldQuote(source="log.md", quote="The ship is called Dora."),),
            answerable=True,
        )
        for n in range(questions)
    ]
    base: dict[str, Any] = {
        "name": "voyage",
        "folder": folder,
        "cases": tuple(cases),
        "corpus": Corpus({"log.md": TEXT}),
        "metrics": ("fact_coverage", "false_answers", "failures", "auroc"),
        "time_limit": 5.0,
    }
    return Suite(**(base | given))


def dora(question: str) -> str:
    return "It is the Dora." if question else ""


def test_run_asks_and_logs_every_question_once(tmp_path: Path) -> None:
    asked: list[str] = []
    done = run(voyage(tmp_path), lambda q: asked.append(q) or dora(q), {"index_config": "r1"}, workers=3)  # type: ignore[func-returns-value]
    assert sorted(asked) == [f"Question {n}?" for n in range(6)]
    lines = done.path.read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0])["about"] == {"index_config": "r1"}
    assert sorted(json.loads(line)["case"] for line in lines[1:]) == [f"q{n}" for n in range(6)]


def test_run_takes_strings_as_answers_and_refusals(tmp_path: Path) -> None:
    said = {"Question 0?": "Dora", "Question 1?": NOT_IN_DOCUMENTS, "Question 2?": "  "}
    done = run(voyage(tmp_path, 3), lambda q: said[q])
    outcomes = {r.case: r.answer.outcome for r in done.results if r.answer}
    assert outcomes == {"q0": "answered", "q1": "not_in_documents", "q2": "not_in_documents"}


def crash(question: str) -> str:
    raise ValueError(f"no idea about {question}")


def quit_(question: str) -> str:
    raise SystemExit(question)


def hang(question: str) -> str:
    threading.Event().wait()
    return question


def wrong_type(question: str) -> Any:
    return {"text": question}


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (crash, "ValueError: no idea about Question 1?"),
        (quit_, "SystemExit: Question 1?"),
        (hang, "no answer within 0.3 s"),
        (wrong_type, "ask returned dict, neither an Answer nor a string"),
    ],
)
def test_run_goes_on_after_a_question_that_fails(ask: Callable[[str], str], error: str, tmp_path: Path) -> None:
    suite = voyage(tmp_path, 4, time_limit=0.3)
    done = run(suite, lambda q: ask(q) if q == "Question 1?" else dora(q))
    failed = {r.case: r.error for r in done.results if r.error}
    assert list(failed) == ["q1"]
    assert error in str(failed["q1"])
    scores = rescore(done, suite)
    failures = scores.numbers["failures"]
    assert failures is not None
    assert failures.value == 0.25
    assert {one.case.id: one.scores["fact_coverage"].value for one in scores.cases}["q1"] == 0.0


def test_rescore_counts_a_failure_as_the_worst_answer(tmp_path: Path) -> None:
    suite = voyage(tmp_path, 6)
    scores = rescore(run(suite, crash), suite)
    numbers = {name: number.value for name, number in scores.numbers.items() if number}
    assert numbers == {"fact_coverage": 0.0, "false_answers": 1.0, "failures": 1.0, "auroc": 0.0}


def test_run_passes_history_and_scope_only_where_a_case_has_them(tmp_path: Path) -> None:
    plain = voyage(tmp_path, 2).cases[0]
    follow_up = plain.model_copy(
        update={"id": "f", "kind": "follow-up", "history": ("The ship?",), "tags": ("full:What is the ship called?",)}
    )
    scoped = plain.model_copy(update={"id": "s", "scope": ("log.md",)})
    seen: list[tuple[str, dict[str, Any]]] = []

    def ask(question: str, **given: Any) -> str:
        seen.append((question, given))
        return "Dora"

    run(voyage(tmp_path, cases=(plain, follow_up, scoped)), ask)
    assert seen == [
        ("Question 0?", {}),
        ("Question 0?", {"history": (Turn(role="user", text="The ship?"),)}),
        ("What is the ship called?", {}),
        ("Question 0?", {}),
        ("Question 0?", {"where": Filter(sources=("log.md",))}),
    ]


def test_run_asks_the_turns_of_a_conversation_first(tmp_path: Path) -> None:
    plain = voyage(tmp_path, 2).cases[0]
    update = {"id": "c", "kind": "follow-up", "history": ("Which ship?", "Is it fast?"), "tags": ("conversation",)}
    heard: list[tuple[str, list[str]]] = []

    def ask(question: str, history: Sequence[Turn] = ()) -> str:
        heard.append((question, [turn.text for turn in history]))
        return f"Answer {len(heard)}."

    run(voyage(tmp_path, cases=(plain.model_copy(update=update),)), ask)
    assert heard == [
        ("Which ship?", []),
        ("Is it fast?", ["Which ship?", "Answer 1."]),
        ("Question 0?", ["Which ship?", "Answer 1.", "Is it fast?", "Answer 2."]),
    ]


def test_run_after_a_finished_run_is_a_new_run(tmp_path: Path) -> None:
    first, second = run(voyage(tmp_path), dora), run(voyage(tmp_path), dora)
    assert first.path != second.path
    assert len(second.results) == 6


def cut(path: Path, keep: int, tail: bytes = b"") -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:keep]) + tail)


def test_run_resumes_an_unfinished_run_without_asking_twice(tmp_path: Path) -> None:
    first = run(voyage(tmp_path), dora)
    cut(first.path, keep=4, tail=b'{"case": "q5", "answ')
    assert "the last line is cut off" in read_run(first.path).notes[0]
    asked: list[str] = []
    again = run(voyage(tmp_path), lambda q: asked.append(q) or dora(q))  # type: ignore[func-returns-value]
    assert again.path == first.path
    assert [note.split(": ")[1] for note in again.notes] == [
        "the last line is cut off and was dropped",
        "resumed after 3 answers",
    ]
    assert len(asked) == 3
    assert sorted(r.case for r in again.results) == [f"q{n}" for n in range(6)]


def test_run_leaves_a_log_with_a_cut_header_alone(tmp_path: Path) -> None:
    first = run(voyage(tmp_path), dora)
    first.path.write_bytes(first.path.read_bytes().splitlines()[0])
    assert len(run(voyage(tmp_path), dora).results) == 6


@pytest.mark.parametrize("change", ["about", "selection", "text", "locked"])
def test_run_resumes_only_the_same_run(change: str, tmp_path: Path) -> None:
    first = run(voyage(tmp_path), dora, {"threshold": 1})
    cut(first.path, keep=3)
    suite = {
        "text": voyage(tmp_path, corpus=Corpus({"log.md": TEXT + "!"})),
        "selection": select(voyage(tmp_path), limit=5),
    }.get(change, voyage(tmp_path))
    lock = FileLock(first.path.with_suffix(".lock"))
    if change == "locked":
        lock.acquire()
    again = run(suite, dora, {"threshold": 2 if change == "about" else 1})
    lock.release()
    assert again.path != first.path


KILLED = """
import sys
from pathlib import Path
from tests.test_eval_runner import voyage
from assistant.eval import run

def ask(question):
    with open(sys.argv[2], "a") as file:
        file.write(question + "\\n")
    if sys.argv[3] == "slow" and question == "Question 7?":
        print("asked", flush=True)
        sys.stdin.read()
    return "Dora"

run(voyage(Path(sys.argv[1]), 12, time_limit=100.0), ask, {"index_config": "r"})
"""


def test_run_resumes_a_killed_run_without_answering_twice(tmp_path: Path) -> None:
    asked = tmp_path / "asked.txt"
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(asked)]
    with subprocess.Popen([*command, "slow"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"asked\n"
        process.send_signal(signal.SIGKILL)
    answered = len(next(tmp_path.glob("runs/*/answers.jsonl")).read_bytes().splitlines()) - 1
    assert answered == 7
    subprocess.run([*command, "quick"], check=True)
    (log,) = tmp_path.glob("runs/*/answers.jsonl")
    assert len(read_run(log).results) == 12
    questions = asked.read_text(encoding="utf-8").splitlines()
    assert sorted(questions) == sorted([*(f"Question {n}?" for n in range(12)), "Question 7?"])  # it had no answer yet


def test_rescore_reads_the_log_alone(tmp_path: Path) -> None:
    suite = voyage(tmp_path)
    done = run(suite, dora)
    first, second = rescore(done.path, suite), rescore(done.path.parent, suite)
    assert first.numbers == second.numbers
    wider = rescore(done, suite, ["words"])
    words = wider.numbers["words"]
    assert words is not None
    assert words.value == 4.0


def test_rescore_refuses_the_log_of_another_suite(tmp_path: Path) -> None:
    done = run(voyage(tmp_path), dora)
    with pytest.raises(SuiteError, match="a run of another suite"):
        rescore(done, voyage(tmp_path, corpus=Corpus({"log.md": "Other text. The ship is called Dora."})))


BROKEN: Sequence[tuple[str, bytes, str]] = [
    ("middle", b'{"case": 1}\n{"case": "q1"}\n', "answers.jsonl:2: case: Input should be a valid string"),
    ("header", b"", "answers.jsonl:1: "),
]


@pytest.mark.parametrize(("name", "lines", "message"), BROKEN, ids=[row[0] for row in BROKEN])
def test_read_run_names_the_broken_line(name: str, lines: bytes, message: str, tmp_path: Path) -> None:
    done = run(voyage(tmp_path), dora)
    header = done.path.read_bytes().splitlines(keepends=True)[0]
    done.path.write_bytes(header + lines if name == "middle" else lines)
    with pytest.raises(SuiteError) as error:
        read_run(done.path)
    assert message in str(error.value)


def test_run_reports_progress_and_notes_seconds(tmp_path: Path) -> None:
    seen: list[Progress] = []
    done = run(voyage(tmp_path), dora, on_progress=seen.append)
    assert [(p.done, p.total) for p in seen] == [(n, 6) for n in range(1, 7)]
    answers = [r.answer for r in done.results if isinstance(r.answer, Answer)]
    assert all(answer.trace.seconds["wall"] >= 0 for answer in answers)
