"""docs/architecture.md: its example runs, the names and paths in it exist, and its listing is that of the contracts."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from importlib import import_module
from inspect import unwrap
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.query.parse import parse_question

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
NAMES = sorted(set(re.findall(r"`(assistant(?:\.\w+)+)\.(\w+)`", PAGE)))
PATHS = sorted(set(re.findall(r"`([\w/]+/(?:\w+\.py)?)`", PAGE)))


def layers() -> list[str]:
    """The modules of ``assistant``, from the top down, as the import contract lists them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return [re.sub(r"\W", "", name) for layer in settings["contracts"][0]["layers"] for name in layer.split("|")]


def test_the_example_shows_the_values_that_the_page_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("documents", "config.toml"):
        copy = shutil.copytree if (ROOT / "index" / name).is_dir() else shutil.copy
        (tmp_path / "index").mkdir(exist_ok=True)
        copy(ROOT / "index" / name, tmp_path / "index" / name)
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(example, "docs/architecture.md", "exec"), {})  # noqa: S102 - our own page
    shown = capsys.readouterr().out
    numbers = dict(zip(("candidates", "passages", "statements", "answerability"), shown.split(), strict=False))
    assert f"{numbers['candidates']} candidate passages; the {numbers['passages']} best" in PAGE
    assert f"{numbers['statements']} statements." in PAGE
    assert f"the answerability of the question is {numbers['answerability'].removeprefix('0')} |" in PAGE
    assert "conflicting ['Defense sources said the officers met in person" in shown


def test_a_question_passes_the_functions_of_the_page_in_their_order(tmp_path: Path) -> None:
    table = PAGE.split("| step | function |")[1].split("\n\n")[0]
    named = [getattr(import_module(m), name) for m, name in re.findall(r"`(assistant(?:\.\w+)+)\.(\w+)`", table)]
    functions = {unwrap(each).__code__: each.__name__ for each in named if not isinstance(each, type)}
    parse_question.cache_clear()
    called: list[str] = []
    with Assistant.open(Settings(index_dir=tmp_path, writer="extractive")) as assistant:
        assistant.index(ROOT / "index" / "documents", chroma=False)
        sys.setprofile(lambda frame, _event, _arg: called.append(functions.get(frame.f_code, "")))
        try:
            assistant.ask("Did the armies talk in person or by phone?")
        finally:
            sys.setprofile(None)
    assert [name for name in dict.fromkeys(called) if name] == list(functions.values())


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_every_function_of_the_page_exists(module: str, name: str) -> None:
    assert hasattr(import_module(module), name)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_of_the_page_exists(path: str) -> None:
    assert (ROOT / path).exists() or (ROOT / "assistant" / path).exists()


def test_the_listing_has_the_order_of_the_layers() -> None:
    table = PAGE.split("| `assistant/` | holds |")[1].split("\n\n")[0]
    listed = re.findall(r"^\| `(\w+)/?` \|", table, re.MULTILINE)
    assert listed == layers()
