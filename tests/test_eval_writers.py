"""The evaluation with a model as writer: against the double of a server, and against any callable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import Answer, Assistant, Settings
from assistant.answering.writers.generative import GenerativeWriter
from assistant.eval import Suite, load, markdown, report_on, run
from assistant.ingest.read import read_folder
from assistant.models.minilm import MiniLM
from assistant.prompts import load as load_prompt
from assistant.testing.fakes import FakeChat
from assistant.testing.ollama_double import OllamaDouble
from tests.stories import write_documents

SUITE = """name = "stories"
corpus = "documents"
metrics = ["fact_coverage", "citation_validity", "misattributed_claims", "false_answers", "failures"]
[gold]
dev = "gold.jsonl"
"""
QUESTIONS: list[dict[str, object]] = [
    {
        "id": "wheel",
        "question": "Who was at the wheel of the ferry?",
        "kind": "fact",
        "facts": [["Lena Storrow"]],
        "evidence": [{"source": "courier.md", "quote": "Captain Lena Storrow was at the wheel of the ferry."}],
        "answerable": True,
    },
    {"id": "moons", "question": "Which planet has the most moons?", "kind": "unanswerable", "answerable": False},
]
GOLD = "".join(json.dumps({"history": [], "facts": [], "evidence": [], "tags": []} | each) + "\n" for each in QUESTIONS)


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    write_documents(tmp_path / "documents")
    (tmp_path / "suite.toml").write_text(SUITE)
    (tmp_path / "gold.jsonl").write_text(GOLD)
    return load(tmp_path, read_folder)


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    with OllamaDouble() as double:
        settings = Settings(index_dir=tmp_path / "index", ollama_url=double.url, writer="ollama")
        with Assistant.open(settings, embedder=MiniLM.open()) as opened:
            opened.index(write_documents(tmp_path / "documents"))
            yield opened


def test_run_with_a_model_names_it_in_the_table(suite: Suite, assistant: Assistant) -> None:
    sat = run(suite, assistant.ask, assistant.describe())
    page = markdown(report_on(suite, sat))
    assert [result.error for result in sat.results] == [None, None]
    assert {r.answer.writer for r in sat.results if r.answer and r.answer.claims} == {"ollama/qwen3:4b"}
    assert "model: ollama/qwen3:4b" in page
    assert load_prompt("answer").hash in page
    assert "temperature" in page
    assert "8192" in page


def test_run_takes_any_callable(suite: Suite) -> None:
    sat = run(
        suite,
        lambda _: "Captain Lena Storrow was at the wheel.",
        {"model": "a parrot", "options": {"t": 0}, "prompt_hash": "abc"},
    )
    page = markdown(report_on(suite, sat))
    assert all(isinstance(result.answer, Answer) for result in sat.results)
    assert all(word in page for word in ("a parrot", "abc"))


def test_run_takes_any_callable_as_the_model(suite: Suite, tmp_path: Path) -> None:
    writer = GenerativeWriter(FakeChat(lambda _: "Captain Lena Storrow was at the wheel of the ferry [1].", "parrot"))
    with Assistant.open(Settings(index_dir=tmp_path / "index"), embedder=MiniLM.open(), writer=writer) as assistant:
        assistant.index(tmp_path / "documents")
        sat = run(suite, assistant.ask, assistant.describe())
    page = markdown(report_on(suite, sat))
    assert "model: parrot" in page
    assert load_prompt("answer").hash in page
    answered = [result.answer for result in sat.results if result.answer and result.answer.claims]
    assert [answer.outcome for answer in answered] == ["answered"]


def test_describe_names_every_writer(tmp_path: Path) -> None:
    settings = Settings(index_dir=tmp_path / "index", ollama_url="http://127.0.0.1:9")
    with Assistant.open(settings, embedder=MiniLM.open()) as assistant:
        about = assistant.describe()
    assert about["writer"] == "extractive"
    assert "ollama serve" in str(about["notes"])
    with Assistant.open(settings.model_copy(update={"writer": "extractive"}), embedder=MiniLM.open()) as assistant:
        assert assistant.describe()["writer"] == "extractive"
