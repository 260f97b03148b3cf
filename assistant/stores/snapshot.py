"""One generation of an index as a reader holds it; search engines are opened when first used.

Dense search is exact over the catalog's vectors while they are few, and Chroma's where they are many; keyword search is
tantivy's. Where an engine is being written, is behind, or is damaged, a reader does not wait and does not repair: it
searches the catalog's vectors exactly, and makes itself a keyword index in memory, or uses the one that is behind where
that would take long: words of what is newer are then not found, its meaning is.
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
"""Live chunks whose keyword index a reader makes in about a second."""

EVERYTHING = Filter()
"""Admits every document."""


class Snapshot:
    """What is live at one generation, searched through what engines are there."""

    def __init__(self, catalog: Catalog, analyzer: Analyzer, engines: SearchEngines, exact_up_to: int) -> None:
        self.catalog = catalog
        # Read first: should a build publish meanwhile, this is too old and is replaced by the next query.
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
        """Let go of Chroma for good; a question that another thread is still asking searches the catalog."""
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
        """The keyword index of this generation, or what stands in for it."""
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
        """Whether an engine was written since it was last looked at: one that is damaged is opened once."""
        try:
            found = commit.stat()
            mark = (found.st_ino, found.st_mtime_ns, found.st_size)
        except OSError:
            mark = None
        changed = commit not in self._commits or self._commits[commit] != mark
        self._commits[commit] = mark
        return changed

    def _admitted(self, where: Filter) -> frozenset[int]:
        """Numbers of the documents a search may use."""
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
    """Exact nearest neighbours: equal scores keep the catalog's order."""
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
