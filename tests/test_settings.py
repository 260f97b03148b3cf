"""Commands that messages advise: what a user can paste as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.settings import Settings, command


@pytest.mark.parametrize(
    ("folder", "environment", "index_dir", "said"),
    [
        ("", "", None, "assistant index build"),
        ("index", "", "index", "assistant index build"),
        ("", "mine", "mine", "assistant index build"),
        ("", "", "my index", "assistant index build --index 'my index'"),
    ],
    ids=["used anyway", "in this folder", "from the environment", "another"],
)
def test_command_names_only_an_index_that_is_not_used_anyway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, environment: str, index_dir: str | None, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / folder).mkdir(exist_ok=True)
    if environment:
        monkeypatch.setenv("ASSISTANT_INDEX_DIR", environment)
    assert command("index build", Path(index_dir) if index_dir else Settings().index_dir) == said


def test_old_names_of_settings_are_taken_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.warns(FutureWarning, match="answer_threshold"):
        assert Settings.model_validate({"strictness": 0.6}).answer_threshold == 0.6
    monkeypatch.setenv("ASSISTANT_READER", "false")
    with pytest.warns(FutureWarning, match="ASSISTANT_CROSS_ENCODER"):
        assert not Settings().cross_encoder


@pytest.mark.parametrize(
    ("given", "elsewhere"),
    [
        ({}, ()),
        ({"openai_url": "https://models.example.org/v1"}, ("models.example.org",)),
        ({"ollama_url": "box.example.org:11434", "chroma_url": "http://127.0.0.2:8000"}, ("box.example.org",)),
        ({"writer": "llamaindex:some.package:Model"}, ("the provider of Model",)),
        ({"writer": "llamaindex:some.package:Model", "llamaindex_options": {"api_base": "http://localhost:1/v1"}}, ()),
    ],
)
def test_where_questions_may_go_is_known(given: dict[str, object], elsewhere: tuple[str, ...]) -> None:
    assert Settings.model_validate(given).elsewhere == elsewhere
