"""Conversations: named, kept, taken away, deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("markupsafe", reason="the extra 'chat' is not installed")
from assistant.errors import ConfigError
from assistant.web.conversations import Conversation, Exchange, Shelf, exported
from tests.ui_values import answer, citation, claim

EVIL = "<script>x</script> ![i](http://evil) [l](javascript:x)"
SAID = answer(claim("At noon.", citation(1, "The fire began at noon.")))
TALK = Conversation().with_exchange(Exchange(question="When did it\nbegin?", answer=SAID))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def test_it_is_named_by_its_first_question() -> None:
    assert TALK.with_exchange(Exchange(question="And then?")).title == "When did it begin?"


def test_history_leaves_out_what_was_not_answered() -> None:
    talk = TALK.with_exchange(Exchange(question="Stopped", note="Stopped."))
    assert [turn.text for turn in talk.turns] == ["When did it\nbegin?", "At noon."]


def test_going_back_drops_what_came_after() -> None:
    assert TALK.with_exchange(Exchange(question="More?")).before(1).exchanges == TALK.exchanges


def test_what_is_kept_reads_back_citations_and_all(shelf: Shelf, tmp_path: Path) -> None:
    shelf.save(TALK)
    assert shelf.load(TALK.id) == TALK
    (file,) = (tmp_path / "shelf").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_last_changed_comes_first(shelf: Shelf) -> None:
    other = Conversation().with_exchange(Exchange(question="Later"))
    shelf.save(other)
    shelf.save(TALK)
    assert [each.title for each in shelf.summaries()] == ["Later", "When did it begin?"]


def test_deleted_is_gone(shelf: Shelf, tmp_path: Path) -> None:
    shelf.save(TALK)
    shelf.delete(TALK.id)
    assert list((tmp_path / "shelf").iterdir()) == []
    with pytest.raises(ConfigError):
        shelf.load(TALK.id)


@pytest.mark.parametrize("id_", ["../../etc/passwd", "", "A" * 16, "0" * 15, "0" * 16 + "/x"])
def test_an_id_never_leads_outside(shelf: Shelf, id_: str) -> None:
    with pytest.raises(ConfigError):
        shelf.load(id_)


def test_a_damaged_file_does_not_hide_the_others(shelf: Shelf, tmp_path: Path) -> None:
    shelf.save(TALK)
    (tmp_path / "shelf" / f"{'0' * 16}.json").write_text("{")
    assert len(shelf.summaries()) == 1


def test_json_reads_back_the_same() -> None:
    assert Conversation.model_validate_json(exported(TALK, "json")) == TALK


def test_markdown_has_question_answer_and_quote() -> None:
    text = exported(TALK, "md")
    assert "## When did it begin?" in text
    assert "At noon. [1]" in text
    assert "1. The Post, 8 May 2025 (fire.md): “The fire began at noon.”" in text


@pytest.mark.parametrize("form", ["md", "html"])
def test_a_refusal_that_is_taken_away_names_the_nearest_documents(form: str) -> None:
    refusal = answer(nearest=(citation(1, "Rain fell.", "Rain fell."),))
    text = exported(Conversation().with_exchange(Exchange(question="When?", answer=refusal)), form)  # type: ignore[arg-type]
    assert text.count("Rain fell.") == 1


@pytest.mark.parametrize("form", ["md", "html"])
def test_what_is_taken_away_runs_nothing(form: str) -> None:
    said = answer(claim(EVIL, citation(1, EVIL, EVIL, title=EVIL), support="unsupported", reason=EVIL))
    text = exported(Conversation().with_exchange(Exchange(question=EVIL, answer=said)), form)  # type: ignore[arg-type]
    assert "<script>x" not in text
    assert "\\!\\[i\\](" in text if form == "md" else "default-src 'none'" in text
