"""A folder has changed when two looks agree that it has."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from assistant.ingest.watch import PATIENCE, changes


def steps(*edits: Callable[[], object]) -> Callable[[float], None]:
    """A pause in which the next edit happens; after the last it ends the test's waiting."""
    left = iter(edits)

    def pause(_: float) -> None:
        edit = next(left, None)
        if edit is None:
            raise TimeoutError
        edit()

    return pause


def count(roots: list[Path], *edits: Callable[[], object]) -> int:
    found, seen = changes(roots, 1.0, steps(*edits)), 0
    with suppress(TimeoutError):
        for _ in found:
            seen += 1
    return seen


def nothing() -> None:
    pass


@pytest.mark.parametrize("edit", ["write", "grow", "delete", "rename"])
def test_each_change_is_told_once(tmp_path: Path, edit: str) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one")
    edits: dict[str, Callable[[], object]] = {
        "write": lambda: (tmp_path / "b.txt").write_text("two"),
        "grow": lambda: file.write_text("one and more"),
        "delete": file.unlink,
        "rename": lambda: file.rename(tmp_path / "c.txt"),
    }
    assert count([tmp_path], nothing, edits[edit], nothing, nothing, nothing) == 1


def test_a_file_that_still_grows_is_waited_for(tmp_path: Path) -> None:
    grow = [lambda n=n: (tmp_path / "a.txt").write_text("x" * n) for n in range(4)]
    assert count([tmp_path], *grow, nothing) == 1
    assert count([tmp_path], *grow) == 0


def test_a_change_before_the_first_look_is_told(tmp_path: Path) -> None:
    found = changes([tmp_path], 1.0, steps(nothing, nothing))
    (tmp_path / "a.txt").write_text("dropped during the first build")
    assert next(found, "told") is None


def test_a_file_that_never_stops_growing_holds_up_the_others_for_a_while(tmp_path: Path) -> None:
    grow = [lambda n=n: (tmp_path / "a.txt").write_text("x" * n) for n in range(2 * PATIENCE)]
    assert count([tmp_path], *grow) == 2


def test_a_change_of_which_nothing_came_is_told_again(tmp_path: Path) -> None:
    undone = iter([True] * (PATIENCE + 5) + [False] * PATIENCE)
    again = changes([tmp_path], 1.0, steps(*[nothing] * 2 * PATIENCE), lambda: next(undone))
    assert next(again, "told") is None
    with pytest.raises(TimeoutError):
        next(again)


def test_a_root_that_is_away_has_not_changed(tmp_path: Path) -> None:
    root, away = tmp_path / "docs", tmp_path / "away"
    root.mkdir()
    (root / "a.txt").write_text("one")
    assert count([root], lambda: root.rename(away), nothing, nothing, lambda: away.rename(root), nothing, nothing) == 0
