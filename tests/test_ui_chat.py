"""A question and the stream of its answer: what the page is given, and when."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("gradio", reason="the extra 'chat' is not installed")
from assistant import Assistant, Settings
from assistant.conversations import Exchange
from assistant.testing.fakes import FakeEmbedder, FakeWriter
from assistant.types import Delta
from assistant.web.answers import Growing
from assistant.web.chat import STOPPED, answering, stopped


@pytest.mark.parametrize(
    ("deltas", "checked", "draft", "thought"),
    [
        ([Delta(text="It w", verified=False), Delta(text="as", verified=False)], (), "It was", ""),
        ([Delta(text="It w", verified=False), Delta(text="It was. [1]", verified=True)], ("It was. [1]",), "", ""),
        ([Delta(text="Hm", verified=False, kind="thinking")], (), "", "Hm"),
        ([Delta(text="", verified=False, kind="waiting")], (), "", ""),
    ],
    ids=["drafts add up", "a checked sentence replaces its draft", "thoughts", "a sign of life"],
)
def test_a_growing_answer(deltas: list[Delta], checked: tuple[str, ...], draft: str, thought: str) -> None:
    growing = Growing(Exchange(question="q"))
    for delta in deltas:
        growing = growing.with_delta(delta)
    assert growing[1:] == (checked, draft, thought)


@pytest.fixture
def assistant(index_dir: Path, tmp_path: Path) -> Assistant:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "ferry.txt").write_text("The ferry sails at seven.")
    opened = Assistant.open(
        Settings(index_dir=index_dir, answer_threshold=0),
        embedder=FakeEmbedder(),
        writer=FakeWriter(["It sails. "] * 3),
    )
    opened.index(folder)
    return opened


def test_the_last_thing_that_comes_is_the_exchange(assistant: Assistant) -> None:
    *growing, last = answering(assistant, Exchange(question="When does the ferry sail?"), (), pace=0)
    assert isinstance(last, Exchange)
    assert last.answer
    assert all(isinstance(each, Growing) for each in growing)


def test_updates_keep_their_pace(assistant: Assistant) -> None:
    assert len(list(answering(assistant, Exchange(question="When does the ferry sail?"), (), pace=60))) == 1


@pytest.mark.parametrize(
    ("question", "note"), [("", "is empty"), ("x" * 5000, "at most 4,000")], ids=["empty", "endless"]
)
def test_an_error_becomes_a_note(assistant: Assistant, question: str, note: str) -> None:
    (only,) = answering(assistant, Exchange(question=question), ())
    assert isinstance(only, Exchange)
    assert note in only.note


def test_stopped_keeps_what_was_written() -> None:
    growing = Growing(Exchange(question="q"), ("It sails. ",), "At se")
    exchange = stopped(growing)
    assert (exchange.id, exchange.note, exchange.draft) == (growing.exchange.id, STOPPED, "It sails. At se")
