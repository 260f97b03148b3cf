"""The passages of an index in a folder as one Chroma collection, which any Chroma client can open and filter.

The collection is a copy of the catalog, which is the truth. Chroma's HNSW files are not crash-safe: a process killed
while it saves them leaves a collection that fails, answers wrongly, or grows until the disk is full. Therefore the
folder has a manifest that is removed before the first write and written after the last. A folder without a valid
manifest has to be removed and filled again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from assistant.errors import BackendError
from assistant.ports import Vectors
from assistant.stores.layout import HNSW

COLLECTION = "passages"
"""The collection's name."""

MANIFEST = "manifest.json"
"""The file in the folder that is removed before the collection is written and written again afterwards."""

_FORMAT = 1  # of the collection; one of another format is filled again
_FILES = "files.json"
_BATCH = 1000  # the most Chroma takes is 5461
_DELETED = 100  # documents that are deleted together
_PROBES = 5

_MADE: Counter[str] = Counter()  # how often this process has made each folder

T = TypeVar("T")


class PassageEntry(NamedTuple):
    """A passage of the collection: the chunk's id and text, its vector, and where it comes from."""

    id: str
    text: str
    vector: Vectors
    metadata: Mapping[str, str | int]


class ChromaIndex:
    """A Chroma folder. One process may write to it at a time; any number of threads may search it."""

    def __init__(self, folder: Path, client: Any, collection: Any) -> None:
        self.folder = folder
        self._client = client
        self._collection = collection

    @classmethod
    def open(cls, folder: Path) -> ChromaIndex:
        """The index in ``folder``. Raises BackendError if it is missing, unfinished or damaged."""
        manifest = read_manifest(folder)
        if manifest is None:
            raise BackendError(f"The vector index {str(folder)!r} is unfinished. `assistant index build`")
        with _translated(folder):  # a writer may delete a file after it was listed
            oversized = [path.name for path in folder.rglob("*.bin") if path.stat().st_size > _largest(manifest)]
        if oversized:
            raise BackendError(
                f"{oversized[0]!r} in {str(folder)!r} is larger than its content. `assistant index build`"
            )
        index = cls(folder, *_connect(folder))
        try:
            index.probe(manifest)
        except BackendError:
            index.close()
            raise
        return index

    @classmethod
    def create(cls, folder: Path) -> ChromaIndex:
        """An empty, unfinished collection in the empty or missing ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        _MADE[str(folder)] += 1
        return cls(folder, *_connect(folder))

    @property
    def generation(self) -> int | None:
        """The catalog's generation that the folder holds; None while it is being written."""
        manifest = read_manifest(self.folder)
        return None if manifest is None else int(manifest["generation"])

    @property
    def count(self) -> int:
        """The number of vectors."""
        with _translated(self.folder):
            return int(self._collection.count())

    def update(self, entries: Iterable[PassageEntry], deleted: Sequence[str], facts: Mapping[str, Any]) -> None:
        """Delete the passages of the sources ``deleted``, add or replace ``entries``, and write the manifest.

        The manifest has ``facts``, which include ``generation``, and whether searches find what is in the collection.
        """
        old = read_manifest(self.folder) or {"probes": {}, "dimension": 0}
        (self.folder / MANIFEST).unlink(missing_ok=True)
        with _translated(self.folder):
            dimension, expected = int(old["dimension"]), self.count
            for some in _batches(deleted, _DELETED):
                with _file_size_limit(expected, dimension):
                    self._collection.delete(where={"source": {"$in": list(some)}})
            probes = self._remaining(old["probes"]) if deleted else dict(old["probes"])
            for batch in _batches(entries, _BATCH):
                expected, dimension = expected + len(batch), len(batch[0].vector)
                with _file_size_limit(expected, dimension):
                    self._collection.upsert(
                        ids=[entry.id for entry in batch],
                        embeddings=np.stack([entry.vector for entry in batch]),
                        documents=[entry.text for entry in batch],
                        metadatas=[dict(entry.metadata) for entry in batch],
                    )
                replaced = {entry.id for entry in batch}
                probes = {id_: vector for id_, vector in probes.items() if id_ not in replaced}
                if len(probes) < _PROBES:
                    probes[batch[0].id] = batch[0].vector.tolist()
            manifest = {**facts, "format": _FORMAT, "count": self.count, "dimension": dimension, "probes": probes}
            # If many vectors are nearly equal, some may not be reachable by searches in the graph.
            manifest["searchable"] = self._finds(manifest)
            unfinished = self.folder / f"{MANIFEST}.new"
            unfinished.write_text(json.dumps(manifest))
            unfinished.replace(self.folder / MANIFEST)

    def _remaining(self, probes: Mapping[str, list[float]]) -> dict[str, list[float]]:
        there = set(self._collection.get(ids=list(probes), include=[])["ids"]) if probes else set()
        return {id_: vector for id_, vector in probes.items() if id_ in there}

    def probe(self, manifest: dict[str, Any]) -> None:
        """Raise BackendError unless the count is right and searches for known vectors find them."""
        if self.count != manifest["count"]:
            raise BackendError(
                f"The vector index {str(self.folder)!r} holds {self.count} vectors, not {manifest['count']}. "
                "`assistant index build`"
            )
        if manifest["searchable"] and not self._finds(manifest):
            raise BackendError(
                f"The vector index {str(self.folder)!r} does not find what is in it. `assistant index build`"
            )

    def _finds(self, manifest: dict[str, Any]) -> bool:
        """Whether searches for known vectors find something as close as the vectors themselves."""
        rows = [np.array(vector, dtype=np.float32) for vector in manifest["probes"].values()]
        return all(max(self.search(row, min(10, manifest["count"])).values(), default=0.0) > 0.999 for row in rows)

    def search(self, vector: Vectors, limit: int, among: Sequence[str] | None = None) -> dict[str, float]:
        """Ids by cosine with ``vector``, best first, at most ``limit``; only ids of ``among``, if given.

        Every id of ``among`` must be in the index; Chroma refuses unknown ones.
        """
        if limit < 1 or (among is not None and not among):
            return {}
        with _translated(self.folder):
            found = self._collection.query(
                query_embeddings=vector[None],
                n_results=limit,
                include=["distances"],
                ids=None if among is None else list(among),
            )
            ids, distances = found["ids"][0], found["distances"][0]
            return {id_: 1.0 - float(distance) for id_, distance in zip(ids, distances, strict=True)}

    def ids(self) -> set[str]:
        """All ids in the collection."""
        with _translated(self.folder):
            return set(self._collection.get(include=[])["ids"])

    def close(self) -> None:
        """Close the files."""
        with _translated(self.folder):
            self._client.close()


def note_files(folder: Path) -> None:
    """Record names, sizes and times of the files of a closed collection, for ``untouched``."""
    (folder / _FILES).write_text(json.dumps(_looks(folder)))


def untouched(folder: Path) -> bool:
    """Whether the files have the recorded names, sizes and times. Unlike opening them, this needs no chromadb."""
    try:
        return bool(json.loads((folder / _FILES).read_text()) == _looks(folder))
    except (OSError, ValueError):
        return False


def _looks(folder: Path) -> dict[str, list[int]]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in (MANIFEST, _FILES))
    found = ((path.relative_to(folder).as_posix(), path.stat()) for path in sorted(files))
    return {name: [status.st_size, status.st_mtime_ns] for name, status in found}


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a finished collection, read without chromadb; None if there is no valid one."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        return None
    return (
        manifest
        if isinstance(manifest, dict)
        and manifest.get("format") == _FORMAT
        and {"format", "generation", "count", "dimension", "probes", "searchable"} <= manifest.keys()
        else None
    )


def _connect(folder: Path) -> tuple[Any, Any]:
    with _translated(folder):
        import chromadb

        # Chroma shares open collections by the name of their folder. A folder that was made again needs another name:
        # otherwise the old files, which a reader of this process may still have open, would be written to.
        client: Any = chromadb.PersistentClient(str(folder) + "/." * _MADE[str(folder)])
        try:
            # Without embedding_function=None Chroma downloads a model.
            collection = client.get_or_create_collection(
                COLLECTION, embedding_function=None, configuration={"hnsw": HNSW}
            )
        except BaseException:
            client.close()
            raise
        return client, collection


def _largest(manifest: dict[str, Any]) -> int:
    """The size in bytes that no sound file exceeds: HNSW has about 8 bytes of links and a row for each vector."""
    return (1 << 28) + 4 * int(manifest["count"]) * (int(manifest["dimension"]) * 4 + 512)


@contextmanager
def _file_size_limit(count: int, dimension: int) -> Iterator[None]:
    """Limits the size of files, so that one that grows without end becomes an error.

    The limit applies to the whole process and is therefore never low.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = (1 << 33) + 8 * count * (dimension * 4 + 512)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    if soft != resource.RLIM_INFINITY:
        limit = min(limit, soft)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Turns everything that Chroma raises into BackendError, also a panic of its Rust core, which is not an
    Exception.
    """
    try:
        yield
    except BackendError:
        raise
    except BaseException as exc:
        if not isinstance(exc, Exception) and type(exc).__name__ != "PanicException":
            raise
        raise BackendError(
            f"The vector index {str(folder)!r} does not work ({type(exc).__name__}: {exc}). `assistant index build`"
        ) from exc
