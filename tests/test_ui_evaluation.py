"""The Evaluation tab: runs, worst answers first, and answers saved as test questions that can be run."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("gradio", reason="the extra 'chat' is not installed")
from assistant import Assistant, Settings
from assistant.errors import SuiteError
from assistant.eval import init, load, run
from assistant.ingest.read import read_folder
from assistant.testing.fakes import FakeEmbedder
from assistant.types import NOT_IN_DOCUMENTS, Turn
from assistant.web.evaluation import evaluate, save_question
from assistant.web.jobs import Job, Row
from assistant.web.runs import evaluation_html, logged_runs
from tests.ui_values import TEXT, answer, citation, claim

EVIL = "<script>x</script>"


@pytest.fixture
def evaluated(tmp_path: Path) -> Path:
    """An evaluation that was run on someone who knows nothing, and says so in markup."""
    init(tmp_path / "mine")
    run(load(tmp_path / "mine", read_folder), lambda question: f"{EVIL} {question}")
    return tmp_path / "mine"


def test_run_is_shown_with_its_worst_answers_to_ask_again(evaluated: Path) -> None:
    html = evaluation_html([evaluated])
    assert "<svg" in html
    assert 'data-do="ask" data-text="What does a ticket to the tower at Brannock Head cost?"' in html
    assert html.index("Worst answers first") < html.index("Ask this again")
    assert EVIL not in html


def test_run_is_chosen_by_a_key_that_tells_no_path(evaluated: Path) -> None:
    (logged,) = logged_runs([evaluated])
    html = evaluation_html([evaluated], logged.key)
    assert f'data-text="{logged.key}" aria-pressed="true"' in html
    assert str(evaluated.parent) not in html


def test_page_without_a_run_says_how_to_get_one(tmp_path: Path) -> None:
    assert "Save as test question" in evaluation_html([])
    assert 'data-do="evaluate" data-text="mine"' in evaluation_html([tmp_path / "mine"])


def test_two_runs_are_compared_answer_by_answer(evaluated: Path) -> None:
    run(load(evaluated, read_folder), lambda _: NOT_IN_DOCUMENTS, {"system": "other"})
    after, before = logged_runs([evaluated])
    html = evaluation_html([evaluated], after.key, before.key)
    assert f'data-text="{after.key}" data-id="{before.key}" aria-pressed="true"' in html
    assert "What it means" in html
    assert f"<b>After</b> {NOT_IN_DOCUMENTS}" in html
    assert EVIL not in html


@pytest.fixture
def assistant(index_dir: Path) -> Assistant:
    return Assistant.open(Settings(index_dir=index_dir, writer="extractive"), embedder=FakeEmbedder())


def test_an_evaluation_is_run_on_the_page_and_shows_how_far_it_is(tmp_path: Path, assistant: Assistant) -> None:
    init(tmp_path / "mine")
    job = Job([Row("mine")])
    evaluate(tmp_path / "mine", assistant, job)
    assert job.rows[0].state == "skipped"
    assert "not indexed here" in job.rows[0].reason
    assistant.index(tmp_path / "mine" / "documents")
    evaluate(tmp_path / "mine", assistant, job)
    assert (job.rows[0].state, job.rows[0].part) == ("evaluated", 1.0)
    assert "questions" in job.rows[0].reason
    assert "<svg" in evaluation_html([tmp_path / "mine"])


def test_a_run_that_was_cancelled_goes_on_where_it_stopped(tmp_path: Path, assistant: Assistant) -> None:
    init(tmp_path / "mine")
    assistant.index(tmp_path / "mine" / "documents")
    job = Job([Row("mine")])
    job.cancel()
    evaluate(tmp_path / "mine", assistant, job)
    assert job.rows[0].state == "cancelled"
    (begun,) = logged_runs([tmp_path / "mine"])
    evaluate(tmp_path / "mine", assistant, Job([Row("mine")]))
    assert logged_runs([tmp_path / "mine"]) == [begun]


def test_run_of_other_documents_is_a_notice(evaluated: Path) -> None:
    (evaluated / "documents" / "lighthouse.md").write_text("Changed since.")
    assert 'class="notice"' in evaluation_html([evaluated])


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "fire.md").write_text(TEXT)
    return tmp_path / "docs"


def test_saved_answers_are_questions_that_can_be_run(tmp_path: Path, corpus: Path) -> None:
    said = answer(
        claim("At noon.", citation(1, "The fire began at noon.")),
        history=(Turn(role="user", text="Which fire?"), Turn(role="assistant", text="That one.")),
    )
    for given in (said, answer()):
        save_question(tmp_path / "own", given, [tmp_path / "empty", corpus])
    asked, refused = load(tmp_path / "own", read_folder).cases
    assert (asked.kind, asked.history, asked.evidence[0].quote) == (
        "follow-up",
        ("Which fire?",),
        "The fire began at noon.",
    )
    assert (refused.kind, refused.answerable) == ("unanswerable", False)
    assert run(load(tmp_path / "own", read_folder), lambda _: NOT_IN_DOCUMENTS).results


def test_answer_from_several_folders_is_not_saved(tmp_path: Path) -> None:
    said = answer(claim("At noon.", citation(1, "The fire began at noon.")))
    with pytest.raises(SuiteError, match="several folders"):
        save_question(tmp_path / "own", said, [tmp_path])
    assert not (tmp_path / "own").exists()
