"""Builds that are killed, and disks that fill up, leave one whole state.

The test line shows it by a few crashes; ``just robustness`` by many more.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from assistant.index_config import IndexConfig
from assistant.ingest.sync import sync
from tests.robustness import crashes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and limits of file sizes")

EXACT, CHROMA = 20_000, 0


@pytest.mark.parametrize(("exact_up_to", "number"), [(EXACT, 2), (CHROMA, 1)], ids=["exact", "chroma"])
def test_a_killed_build_leaves_one_whole_state(tmp_path: Path, exact_up_to: int, number: int) -> None:
    result = crashes.kills(tmp_path / "index", exact_up_to, number, seed=11)
    assert result.faults == []
    assert result.crashes == number


def test_a_full_disk_leaves_one_whole_state() -> None:
    try:
        with crashes.small_disk(24) as folder:
            result = crashes.full_disks(folder / "trials", CHROMA, 1, seed=11)
    except PermissionError as exc:
        pytest.skip(str(exc))
    assert (result.faults, result.crashes) == ([], 1)


@pytest.mark.robustness
@pytest.mark.parametrize("kind", crashes.KINDS, ids=lambda kind: kind.name)
def test_many_crashes_leave_one_whole_state(kind: crashes.Kind) -> None:
    try:
        result = crashes.tried(kind, 1, seed=0)
    except PermissionError as exc:
        pytest.skip(str(exc))
    assert (result.faults, result.crashes) == ([], kind.number)


def test_the_check_sees_what_is_wrong(tmp_path: Path) -> None:
    place = crashes.Place(tmp_path, 20_000)
    state = {"doc1.txt": crashes.text_of("doc1.txt", 1, 3), "doc2.txt": crashes.text_of("doc2.txt", 2, 3)}
    crashes.write(place.docs, state)
    with place.open() as index:
        sync(index, place.docs)
        config = IndexConfig()
        assert crashes.difference(index, config, state) == ""
        assert "missing" in crashes.difference(index, config, {**state, "doc3.txt": "x"})
        changed = {**state, "doc2.txt": crashes.text_of("doc2.txt", 3, 3)}
        assert crashes.difference(index, config, changed) == "doc2.txt has another text"
