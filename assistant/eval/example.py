"""Copies the commented example suite, from which users start their own evaluation."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from assistant.errors import SuiteError

FILES = ("suite.toml", "gold/dev.jsonl", "documents/lighthouse.md")


def init(folder: str | Path) -> list[Path]:
    """Writes suite.toml, gold/dev.jsonl with two example questions, and the document they are about.

    Returns the files. Raises SuiteError, and writes nothing, if one of them exists.
    """
    example = resources.files("assistant.eval") / "example"
    files = {Path(folder) / name: example.joinpath(name).read_text(encoding="utf-8") for name in FILES}
    taken = [path for path in files if path.exists()]
    if taken:
        raise SuiteError(f"{taken[0]}:1: is there already. Name another folder: `assistant eval --init FOLDER`.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)
