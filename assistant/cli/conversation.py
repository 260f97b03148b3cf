"""Stores the last conversation with each index for ``ask --continue``; only its owner can read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.types import Turn


def path(index_dir: Path) -> Path:
    """Where the conversation with the index in ``index_dir`` is kept."""
    from assistant.conversations import conversations_path

    return conversations_path(index_dir).with_suffix(".json")


def load(index_dir: Path, note: Callable[[str], None]) -> tuple[Turn, ...]:
    """The turns to continue from; none if they cannot be read, and ``note`` gets the reason."""
    from pydantic import TypeAdapter

    from assistant.types import Turn

    file = path(index_dir)
    try:
        return TypeAdapter(tuple[Turn, ...]).validate_json(file.read_bytes())
    except FileNotFoundError:
        note("There is no conversation to continue; this question starts one.")
    except (OSError, ValueError):
        note(f"The saved conversation {str(file)!r} is damaged and is ignored.")
    return ()


def save(index_dir: Path, turns: Sequence[Turn], note: Callable[[str], None]) -> None:
    """Store ``turns`` for the next question. If that fails, ``note`` gets the reason, and the answer still counts."""
    from pydantic_core import to_json

    from assistant.conversations import write_private

    file = path(index_dir)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(file, to_json(turns))
    except OSError as error:
        note(f"The conversation cannot be kept for --continue ({error.strerror or error}).")
