"""The exam leaf: runs, worst answers first, and one's own exam that can be sat."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("markupsafe", reason="the extra 'chat' is not installed")
from assistant.eval import init, load, run
from assistant.types import NOT_IN_DOCUMENTS, Turn
from assistant.web import exam
from tests.ui_values import TEXT, answer, citation, claim

EVIL = "<script>x</script>"


@pytest.fixture
def sat(tmp_path: Path) -> Path:
    """An exam that was sat by someone who knows nothing, and says so in markup."""
    init(tmp_path / "mine")
    run(load(tmp_path / "mine", exam.read_documents), lambda question: f"{EVIL} {question}")
    return tmp_path / "mine"


def test_a_run_is_shown_with_its_worst_answers_to_ask_again(sat: Path) -> None:
    html = exam.exam_html([sat])
    assert "<svg" in html
    assert 'data-do="ask" data-text="What does a ticket to the tower at Brannock Head cost?"' in html
    assert html.index("Worst answers first") < html.index("Ask this again")
    assert EVIL not in html


def test_a_run_is_chosen_by_a_key_that_tells_no_path(sat: Path) -> None:
    (sitting,) = exam.sittings([sat])
    html = exam.exam_html([sat], sitting.key)
    assert f'data-text="{sitting.key}" aria-pressed="true"' in html
    assert str(sat.parent) not in html


def test_without_a_run_it_says_how_to_get_one(tmp_path: Path) -> None:
    assert "assistant eval" in exam.exam_html([tmp_path])


def test_a_run_of_another_exam_is_no_crash(sat: Path) -> None:
    (sat / "documents" / "lighthouse.md").write_text("Changed since.")
    assert 'class="notice"' in exam.exam_html([sat])


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "fire.md").write_text(TEXT)
    return tmp_path / "docs"


def test_an_answer_becomes_a_question_of_ones_own_exam(tmp_path: Path, corpus: Path) -> None:
    said = answer(
        claim("At noon.", citation(1, "The fire began at noon.")),
        history=(Turn(role="user", text="Which fire?"), Turn(role="assistant", text="That one.")),
    )
    for given in (said, answer()):
        assert exam.added(tmp_path / "exam", given, [tmp_path / "empty", corpus]).startswith("Added")
    asked, refused = load(tmp_path / "exam", exam.read_documents).cases
    assert (asked.kind, asked.history, asked.evidence[0].quote) == (
        "follow-up",
        ("Which fire?",),
        "The fire began at noon.",
    )
    assert (refused.kind, refused.answerable) == ("unanswerable", False)
    assert run(load(tmp_path / "exam", exam.read_documents), lambda _: NOT_IN_DOCUMENTS).results


def test_sources_of_several_folders_make_no_question(tmp_path: Path) -> None:
    said = answer(claim("At noon.", citation(1, "The fire began at noon.")))
    assert "several folders" in exam.added(tmp_path / "exam", said, [tmp_path])
    assert not (tmp_path / "exam").exists()
