"""A finished folder finds neighbours; a broken or unfinished one is never believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import BackendError
from assistant.ports import Vectors
from assistant.stores.chroma import ChromaIndex, PassageEntry, read_manifest

IDS = [f"id{n}" for n in range(1200)]


def entries(ids: Sequence[str], vectors: Vectors) -> list[PassageEntry]:
    """Each from a source of its own."""
    return [PassageEntry(id_, id_, vector, {"source": id_}) for id_, vector in zip(ids, vectors, strict=True)]


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    rows = np.random.default_rng(0).normal(size=(len(IDS), 16)).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


@pytest.fixture
def folder(tmp_path: Path, vectors: Vectors) -> Path:
    index = ChromaIndex.create(tmp_path / "chroma")
    index.update(entries(IDS, vectors), [], {"generation": 3})
    index.close()
    return tmp_path / "chroma"


def test_neighbours_are_the_exact_ones(folder: Path, vectors: Vectors) -> None:
    index = ChromaIndex.open(folder)
    for row in range(0, 1200, 100):
        found = index.search(vectors[row], 5)
        cosines = vectors @ vectors[row]
        assert list(found) == [IDS[n] for n in np.argsort(-cosines)[:5]]
        assert np.allclose(list(found.values()), np.sort(cosines)[::-1][:5], atol=1e-5)
    index.close()


def test_only_among_these(folder: Path, vectors: Vectors) -> None:
    index = ChromaIndex.open(folder)
    assert set(index.search(vectors[0], 5, among=IDS[7:9])) == set(IDS[7:9])
    assert index.search(vectors[0], 5, among=[]) == {}
    with pytest.raises(BackendError):
        index.search(vectors[0], 5, among=["nobody"])
    index.close()


def test_update_replaces_and_deletes(folder: Path, vectors: Vectors) -> None:
    index = ChromaIndex.open(folder)
    index.update(entries(["id1"], vectors[:1]), IDS[:1], {"generation": 4})
    index.close()
    index = ChromaIndex.open(folder)
    assert (index.generation, index.count, index.ids()) == (4, 1199, set(IDS[1:]))
    assert next(iter(index.search(vectors[0], 1))) == "id1"
    index.close()


def test_an_interrupted_update_leaves_no_manifest(folder: Path, vectors: Vectors) -> None:
    def interrupted() -> Iterator[PassageEntry]:
        yield from entries(["new"], vectors[:1])
        raise KeyboardInterrupt

    index = ChromaIndex.open(folder)
    with pytest.raises(KeyboardInterrupt):
        index.update(interrupted(), [], {"generation": 4})
    index.close()
    assert read_manifest(folder) is None
    with pytest.raises(BackendError, match="unfinished"):
        ChromaIndex.open(folder)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("no folder", "unfinished"),
        ("torn manifest", "unfinished"),
        ("sqlite", "does not work"),
        ("no vectors", "does not (work|find)"),
        ("runaway", "larger than its content"),
        ("listed but gone", "does not work"),
        ("count", "1200 vectors, not 1199"),
    ],
)
def test_damage_is_noticed_at_open(folder: Path, damage: str, says: str) -> None:
    manifest = folder / "manifest.json"
    if damage == "no folder":
        folder.rename(folder.parent / "elsewhere")
    elif damage == "torn manifest":
        manifest.write_text(manifest.read_text()[:20])
    elif damage == "sqlite":
        (folder / "chroma.sqlite3").write_bytes(b"no database at all" * 1000)
    elif damage == "no vectors":
        for path in folder.rglob("*.bin"):
            path.unlink()
    elif damage == "runaway":
        with next(folder.rglob("link_lists.bin")).open("r+b") as file:
            file.truncate(1 << 40)
    elif damage == "listed but gone":
        (folder / "data.bin").symlink_to("nowhere")
    elif damage == "count":
        manifest.write_text(manifest.read_text().replace('"count": 1200', '"count": 1199'))
    with pytest.raises(BackendError, match=says):
        ChromaIndex.open(folder)
