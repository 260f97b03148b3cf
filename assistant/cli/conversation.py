"""Remembers the last conversation with each index, privately, for ``ask --continue``."""

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
    """The turns to go on from; none, and ``note`` hears why, where they cannot be read."""
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
    """Keep ``turns`` for the next question, whole or not at all, readable by their owner alone.

    A conversation that cannot be kept is not worth failing an answer for: ``note`` hears why.
    """
    from pydantic import TypeAdapter

    from assistant.conversations import write_private
    from assistant.types import Turn

    file = path(index_dir)
    text = TypeAdapter(tuple[Turn, ...]).dump_json(tuple(turns))
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(file, text)
    except OSError as error:
        note(f"The conversation cannot be kept for --continue ({error.strerror or error}).")
