"""One generation of an index, as readers search it; search engines are opened when first used.

Dense search is exact over the catalog's vectors if they are few, and uses Chroma if they are many; keyword search uses
tantivy. If an engine is being written, is out of date or is damaged, a reader neither waits nor repairs it. It searches
the catalog's vectors exactly and makes a keyword index in memory. If that would take long, it uses the outdated keyword
index: new documents are then found by meaning but not by keywords.
"""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import BackendError
from assistant.index_config import Analyzer
from assistant.ports import Vectors
from assistant.stores.catalog import Catalog
from assistant.stores.catalog_reader import Matrix
from assistant.stores.chroma import ChromaIndex
from assistant.stores.engines import SearchEngines
from assistant.stores.keyword import KeywordIndex
from assistant.types import DocumentMetadata, Filter

IN_MEMORY_UP_TO = 2_000
"""The most live chunks for which a reader makes a keyword index, which takes about a second."""

EVERYTHING = Filter()
"""Admits every document."""


class Snapshot:
    """The live chunks of one generation, searched with the engines that are available."""

    def __init__(self, catalog: Catalog, analyzer: Analyzer, engines: SearchEngines, exact_up_to: int) -> None:
        self.catalog = catalog
        # Read first: if a build publishes meanwhile, this number is too old, and the next query makes a new snapshot.
        self.generation = catalog.generation
        self.embedder = catalog.fact("embedder") or ""
        self.metadata_by_document: dict[int, DocumentMetadata] = catalog.metadata_by_document()
        self._analyzer = analyzer
        self._engines = engines
        self._exact = catalog.counts()[1] <= exact_up_to
        self._mutex = threading.RLock()
        self._filtered: tuple[Filter, frozenset[int]] = (EVERYTHING, frozenset(self.metadata_by_document))
        self._keyword: KeywordIndex | None = None
        self._in_memory = False
        self._chroma: ChromaIndex | None = None
        self._closed = False
        self._commits: dict[Path, tuple[int, int, int] | None] = {}  # how engines' commits looked when last opened

    def close(self) -> None:
        """Close Chroma for good; searches that other threads are still running use the catalog."""
        with self._mutex:
            self._closed = True
            self._drop()

    def _drop(self) -> None:
        with self._mutex:
            if self._chroma:
                self._chroma.close()
            self._chroma = None

    def dense(self, vector: Vectors, limit: int, where: Filter) -> dict[str, float]:
        """Chunk ids by cosine with ``vector``, best first, at most ``limit``."""
        admitted = self._admitted(where)
        if chroma := self._chroma_index():
            try:
                among = None if where == EVERYTHING else self.catalog.chunk_ids(admitted)
                found = chroma.search(vector, limit, among)
                live = self.catalog.live(list(found))
                return {id_: found[id_] for id_, document in live.items() if document in admitted}
            except BackendError:
                self._drop()
        with self._mutex:
            matrix = self._matrix
        return _nearest(matrix, vector, limit, None if where == EVERYTHING else admitted)

    def keyword(self, text: str, limit: int, where: Filter) -> dict[str, float]:
        """Chunk ids by BM25 with the words of ``text``, best first, at most ``limit``. Raises BackendError."""
        admitted = self._admitted(where)
        wanted = limit
        while True:
            found = self._search_words(text, wanted)
            live = self.catalog.live(list(found))
            kept = [id_ for id_, document in live.items() if document in admitted]
            if len(kept) >= limit or len(found) < wanted:
                return {id_: found[id_] for id_ in kept[:limit]}
            wanted *= 8

    def _search_words(self, text: str, limit: int) -> dict[str, float]:
        engine = self._keyword_index()
        try:
            return engine.search(text, limit)
        except BackendError:
            with self._mutex:
                if self._in_memory:
                    raise
                self._keyword, self._in_memory = self._engines.keyword_in_memory(self._analyzer), True
                engine = self._keyword
            return engine.search(text, limit)

    def _keyword_index(self) -> KeywordIndex:
        """The keyword index of this generation, or one in its place."""
        with self._mutex:
            if self._changed(self._engines.keyword_commit) and (
                engine := self._engines.keyword(self._analyzer, self.generation)
            ):
                self._keyword, self._in_memory = engine, False
            if self._keyword is None:
                few = self.catalog.counts()[1] <= IN_MEMORY_UP_TO
                self._keyword = None if few else self._engines.keyword(self._analyzer)
            if self._keyword is None:
                self._keyword, self._in_memory = self._engines.keyword_in_memory(self._analyzer), True
            return self._keyword

    def _chroma_index(self) -> ChromaIndex | None:
        """Chroma's index of this generation, if there is one."""
        with self._mutex:
            if (
                self._chroma is None
                and not (self._exact or self._closed)
                and self._changed(self._engines.chroma_commit)
            ):
                self._chroma = self._engines.chroma(self.generation, searchable=True)
                if self._chroma:
                    self.__dict__.pop("_matrix", None)
            return self._chroma

    def _changed(self, commit: Path) -> bool:
        """Whether an engine was written after it was last opened; so a damaged one is opened only once."""
        try:
            found = commit.stat()
            mark = (found.st_ino, found.st_mtime_ns, found.st_size)
        except OSError:
            mark = None
        changed = commit not in self._commits or self._commits[commit] != mark
        self._commits[commit] = mark
        return changed

    def _admitted(self, where: Filter) -> frozenset[int]:
        """Numbers of the documents that a search may use."""
        known, documents = self._filtered
        if where == EVERYTHING:
            return frozenset(self.metadata_by_document) if known != EVERYTHING else documents
        if known != where:
            documents = frozenset(n for n, metadata in self.metadata_by_document.items() if where.admits(metadata))
            self._filtered = (where, documents)
        return documents

    @cached_property
    def _matrix(self) -> Matrix:
        return self.catalog.matrix(self.embedder)


def _nearest(matrix: Matrix, vector: Vectors, limit: int, among: frozenset[int] | None) -> dict[str, float]:
    """The exact nearest neighbors; equal scores keep the catalog's order."""
    if limit < 1 or not matrix.ids:
        return {}
    scores: NDArray[np.float32] = matrix.vectors @ vector
    rows: NDArray[Any] = np.arange(len(scores))
    if among is not None:
        rows = rows[np.isin(matrix.documents, list(among))]
    if len(rows) > limit:
        least = np.partition(scores[rows], -limit)[-limit]
        rows = rows[scores[rows] >= least]
    best = rows[np.argsort(-scores[rows], kind="stable")][:limit]
    return {matrix.ids[row]: float(scores[row]) for row in best}
