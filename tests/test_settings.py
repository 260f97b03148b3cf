"""Commands that messages advise: what a user can paste as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.settings import Settings, command


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that one stands in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("here")
def test_the_index_used_anyway_is_not_named() -> None:
    assert command("index build", Settings().index_dir) == "assistant index build"


def test_an_index_in_this_folder_is_not_named(here: Path) -> None:
    (here / "index").mkdir()
    assert command("index build", here / "index") == "assistant index build"


def test_an_index_from_the_environment_is_not_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_INDEX_DIR", str(here / "mine"))
    assert command("index list", here / "mine") == "assistant index list"


@pytest.mark.usefixtures("here")
def test_another_index_is_named() -> None:
    assert command("index build", Path("my index")) == "assistant index build --index 'my index'"


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
