"""An index folder as everyone else sees it: searched by any number of readers, written by one process.

A reader answers from one generation. Dense search is exact over the catalog's vectors while they are few, and
Chroma's where they are many; keyword search is tantivy's. Where an engine is being written, is behind, or is
damaged, a reader does not wait and does not mend: it searches the catalog's vectors exactly, and makes itself
a keyword index in memory, or uses the one that is behind where that would take long: words of what is newer are
then not found, its meaning is. Each question sees whether the engine is back. The next writer mends.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import BackendError, IndexLockedError, IndexMissingError, IndexStaleError, StoreError
from assistant.ingest import sync as build
from assistant.ingest.sync import WHOLE, Shard
from assistant.ingest.worker import Limits
from assistant.ports import Embedder, StoredChunk, Vectors
from assistant.settings import command
from assistant.stores.base import BaseIndex, IndexStatus, silently
from assistant.stores.catalog import Catalog, Change, Matrix
from assistant.stores.chroma import ChromaIndex
from assistant.stores.config import IndexConfig
from assistant.stores.engines import SearchEngines
from assistant.stores.keyword import Analyzer, KeywordIndex
from assistant.types import Document, DocumentMetadata, Filter, IndexedDocument, IndexReport, OnProgress

EXACT_UP_TO = 20_000
"""Live chunks up to which dense search is exact: quicker than importing Chroma, and never approximate."""

_IN_MEMORY_UP_TO = 2_000  # live chunks whose keyword index a reader makes in about a second
_STORE, _CATALOG, _LOCK, _WRITER = "store", "catalog.sqlite3", "lock", "writer.json"
_EVERYTHING = Filter()
_ATTEMPTS = 3  # a build that publishes more often than one searches leaves live rows, if fewer than asked for


class Index(BaseIndex):
    """``ports.PassageStore`` over a folder, and what keeps it up to date. Safe to share between threads."""

    def __init__(self, index_dir: Path, embedder: Callable[[], Embedder], exact_up_to: int, limits: Limits) -> None:
        super().__init__(embedder)
        self._dir = index_dir
        self._store = index_dir / _STORE
        self._exact_up_to = exact_up_to
        self._limits = limits
        self._catalog: Catalog | None = None
        self._opened: tuple[int, int] | None = None  # which file the catalog is
        self._view: _View | None = None

    @classmethod
    def open(
        cls,
        index_dir: Path,
        embedder: Callable[[], Embedder],
        *,
        exact_up_to: int = EXACT_UP_TO,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> Index:
        """The index in ``index_dir``, which need not exist yet; ``embedder`` is called when first needed.

        ``limits`` are what reading one file may take. Raises nothing: what is missing, stale or damaged is said
        by the method that needs it.
        """
        return cls(index_dir, embedder, exact_up_to, limits)

    def close(self) -> None:
        """Let go of all files; the index may be used again afterwards."""
        with self._mutex:
            if self._view:
                self._view.close()
            if self._catalog:
                self._catalog.close()
            self._view = self._catalog = None

    # --- reading

    def dense(self, vector: Vectors, limit: int, where: Filter = _EVERYTHING) -> Mapping[str, float]:
        """Chunk ids by cosine with ``vector``, best first, at most ``limit``.

        Raises IndexMissingError, IndexStaleError or IndexCorruptError.
        """
        embedder = self._current().embedder
        if embedder != self._embedder.fingerprint:
            raise IndexStaleError(
                f"The index was embedded by {embedder!r}, not {self._embedder.fingerprint!r}. {self._cure}"
            )
        return self._ask(lambda view: view.dense(vector, limit, where))

    def keyword(self, text: str, limit: int, where: Filter = _EVERYTHING) -> Mapping[str, float]:
        """Chunk ids by BM25 with the words of ``text``, best first; scores are above 0, at most ``limit``.

        Raises IndexMissingError, IndexStaleError or IndexCorruptError.
        """
        return self._ask(lambda view: view.keyword(text, limit, where))

    def fetch(self, ids: Sequence[str]) -> Sequence[StoredChunk]:
        """The live chunks among ``ids``, in that order."""
        view = self._current()
        return view.catalog.fetch(ids, view.embedder)

    def document(self, source: str) -> Document | None:
        """The live document of that source, with its full text."""
        return self._current().catalog.document(source)

    def documents(self) -> tuple[IndexedDocument, ...]:
        """All live documents by source; none where there is no index."""
        catalog = self._existing()
        return catalog.documents() if catalog else ()

    def status(self) -> IndexStatus:
        """What is in the index; zeros where there is none."""
        catalog = self._existing()
        documents, chunks = catalog.counts() if catalog else (0, 0)
        return IndexStatus(
            where=str(self._dir),
            documents=documents,
            chunks=chunks,
            generation=catalog.generation if catalog else 0,
            recipe=IndexConfig.read(self._dir),
            embedder=catalog.fact("embedder") if catalog else None,
            roots=catalog.roots() if catalog else (),
            bytes=_bytes(self._store),
        )

    def verify(self) -> list[str]:
        """What is wrong with catalog, recipe and engines, in words; nothing where all is well.

        Raises IndexMissingError or IndexCorruptError.
        """
        catalog = self._existing()
        if catalog is None:
            raise self._nothing()
        recipe, generation = IndexConfig.read(self._dir), catalog.generation
        embedder = catalog.fact("embedder") or ""
        found = catalog.problems(embedder)
        if generation and catalog.fact("recipe") != recipe.fingerprint:
            found.append("recipe: the index was built by another recipe")
        if not generation:
            return found
        _, chunks = catalog.counts()
        derived = self._derived(catalog)
        missing = f"missing, unfinished, damaged or not at generation {generation}"
        keyword = derived.keyword(recipe.analyzer, generation)
        if keyword is None:
            found.append(f"keyword: {missing}")
        elif keyword.ids() != set(catalog.chunk_ids(catalog.metadata_by_source())):
            found.append(f"keyword: does not hold exactly the {chunks} live chunks")
        if chunks > self._exact_up_to and not derived.unfit(generation):
            chroma = derived.chroma(generation)
            if chroma is None:
                found.append(f"chroma: {missing}")
            else:
                with closing(chroma):
                    if chroma.ids() != set(catalog.vector_keys()):
                        found.append(f"chroma: does not hold exactly the vectors of the {chunks} live chunks")
        return found

    # --- writing

    def sync(self, root: Path, on_progress: OnProgress | None = None, shard: Shard = WHOLE) -> IndexReport:
        """Bring the index in line with the files under ``root`` that fall to ``shard``; see ``build.sync``.

        Raises IndexLockedError while another process writes, DocumentError where ``root`` does not exist, and
        IndexCorruptError or IndexStaleError where the catalog cannot be used.
        """
        report, started = on_progress or silently, time.monotonic()
        with self._writing() as catalog:
            recipe = IndexConfig.read(self._dir)
            place = build.Place(self._dir)
            built = build.sync(catalog, place, root, recipe, self._embedder, report, shard, self._limits)
            if catalog.generation:
                self._refresh(catalog, recipe.analyzer, built.change, report)
            return built.report.model_copy(update={"seconds": time.monotonic() - started})

    def remove(self, source: str) -> IndexReport:
        """Forget a document, or all below a folder, until its file is named to ``sync``; see ``build.remove``."""
        with self._writing() as catalog:
            built = build.remove(catalog, source)
            self._refresh(catalog, IndexConfig.read(self._dir).analyzer, built.change, silently)
            return built.report

    def repair(self, on_progress: OnProgress | None = None) -> list[str]:
        """Build both engines anew from the catalog, which needs no model; returns what a build has to mend.

        That is what is damaged in the catalog itself, and what an interrupted build left to do.
        """
        with self._writing() as catalog:
            catalog.invalidate(catalog.fact("embedder") or "")
            if catalog.generation:
                analyzer = IndexConfig.read(self._dir).analyzer
                self._refresh(catalog, analyzer, None, on_progress or silently, fresh=True)
        return self.verify()

    # --- parts

    def _refresh(
        self, catalog: Catalog, analyzer: Analyzer, change: Change | None, report: OnProgress, fresh: bool = False
    ) -> None:
        try:
            with self._storing():
                self._derived(catalog).refresh(analyzer, change, report, fresh)
        except BackendError as exc:
            mend = command("index verify --repair", self._dir)
            raise StoreError(
                f"All documents are stored, but a search engine's files cannot be written: {exc}. Questions are "
                f"answered without them, slower. {self._room}, `{mend}` mends them"
            ) from exc

    @property
    def _cure(self) -> str:
        return f"`{command('index build', self._dir)}`"

    @property
    def _room(self) -> str:
        return f"`df -h {self._store}` shows whether there is room"

    def _derived(self, catalog: Catalog) -> SearchEngines:
        return SearchEngines(self._store, catalog, self._exact_up_to)

    def _existing(self) -> Catalog | None:
        with self._mutex:
            path = self._store / _CATALOG
            if self._catalog and _identity(path) != self._opened:  # another file stands where it was, or none
                self.close()
            if self._catalog is None:
                try:
                    self._opened = _identity(path)
                    self._catalog = Catalog.open(path)
                except IndexMissingError:
                    return None
            return self._catalog

    def _current(self) -> _View:
        """The view of the catalog's generation now; another process may have published one since."""
        catalog = self._existing()
        generation = catalog.generation if catalog else 0
        if catalog is None or not generation:
            raise self._nothing()
        with self._mutex:
            if self._view is None or self._view.generation != generation:
                view = self._look(catalog)
                if self._view:
                    self._view.close()
                self._view = view
            return self._view

    def _ask(self, search: Callable[[_View], dict[str, float]]) -> dict[str, float]:
        """What ``search`` finds in one generation; asked again if another was published meanwhile."""
        for _ in range(_ATTEMPTS):
            view = self._current()
            found = search(view)
            if view is self._current():
                break
        return found

    def _look(self, catalog: Catalog) -> _View:
        recipe = IndexConfig.read(self._dir)
        if catalog.fact("recipe") != recipe.fingerprint:
            raise IndexStaleError(
                f"The index in {str(self._dir)!r} was built by another recipe than its `recipe.toml`. {self._cure}"
            )
        view = _View(catalog, recipe, self._derived(catalog), self._exact_up_to)
        if not view.metadata_by_source:
            raise self._nothing()
        return view

    def _nothing(self) -> IndexMissingError:
        return IndexMissingError(f"There are no documents in the index {str(self._dir)!r}. {self._cure}")

    @contextmanager
    def _writing(self) -> Iterator[Catalog]:
        """The writer's lock and the catalog, made where there is none."""
        from filelock import FileLock, Timeout

        with ExitStack() as held:
            with self._storing():
                self._store.mkdir(parents=True, exist_ok=True)
                try:
                    # The system lets go of a lock whose holder died, so none is ever stale.
                    held.enter_context(FileLock(self._store / _LOCK, timeout=0))
                except Timeout as exc:
                    raise IndexLockedError(
                        f"{self._writer()} is writing to the index {str(self._dir)!r}. Try again when it is done"
                    ) from exc
                self._sign()
                catalog = held.enter_context(closing(Catalog.create(self._store / _CATALOG)))
            yield catalog

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """What the system refuses here is refused to the index; a file that is read, or a terminal, is not."""
        try:
            yield
        except OSError as exc:
            if exc.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
                raise StoreError(
                    f"The index {str(self._dir)!r} cannot be written to: {exc.strerror}. {self._room}"
                ) from exc
            raise StoreError(
                f"The index {str(self._dir)!r} cannot be written to: {exc.strerror}. "
                "`export ASSISTANT_INDEX_DIR=<a folder you can write to>`"
            ) from exc

    def _sign(self) -> None:
        """Say who holds the lock; only for the message to a second writer, so it may fail."""
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        with suppress(OSError):
            signed = {"pid": os.getpid(), "host": platform.node(), "since": since}
            (self._store / _WRITER).write_text(json.dumps(signed))

    def _writer(self) -> str:
        try:
            writer = json.loads((self._store / _WRITER).read_text())
            return f"Process {writer['pid']} on {writer['host']} since {writer['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "Another process"


class _View:
    """One generation as a reader holds it; engines are opened when first used."""

    def __init__(self, catalog: Catalog, recipe: IndexConfig, derived: SearchEngines, exact_up_to: int) -> None:
        self.catalog = catalog
        # Read first: should a build publish meanwhile, the view is too old and is replaced by the next query.
        self.generation = catalog.generation
        self.embedder = catalog.fact("embedder") or ""
        self.metadata_by_source: dict[int, DocumentMetadata] = catalog.metadata_by_source()
        self._recipe = recipe
        self._derived = derived
        self._exact_up_to = exact_up_to
        self._mutex = threading.RLock()
        self._filtered: tuple[Filter, frozenset[int]] = (_EVERYTHING, frozenset(self.metadata_by_source))
        self._keyword: KeywordIndex | None = None
        self._mended = False
        self._chroma: ChromaIndex | None = None
        self._closed = False
        self._looked: dict[Path, tuple[int, int, int] | None] = {}  # how engines' commits looked when last opened

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
        admitted = self._admitted(where)
        if chroma := self._neighbours():
            try:
                among = None if where == _EVERYTHING else self.catalog.vector_keys(admitted)
                found = chroma.search(vector, limit, among)
                chunks = self.catalog.chunks_with(list(found))
                ranked = ((i, found[key]) for key in found for i, document in chunks[key] if document in admitted)
                return dict(islice(ranked, limit))
            except BackendError:
                self._drop()
        with self._mutex:
            matrix = self._matrix
        return _nearest(matrix, vector, limit, None if where == _EVERYTHING else admitted)

    def keyword(self, text: str, limit: int, where: Filter) -> dict[str, float]:
        admitted = self._admitted(where)
        wanted = limit
        while True:
            found = self._keyword_search(text, wanted)
            live = self.catalog.live(list(found))
            kept = [id_ for id_, document in live.items() if document in admitted]
            if len(kept) >= limit or len(found) < wanted:
                return {id_: found[id_] for id_ in kept[:limit]}
            wanted *= 8

    def _keyword_search(self, text: str, limit: int) -> dict[str, float]:
        engine = self._words()
        try:
            return engine.search(text, limit)
        except BackendError:
            with self._mutex:
                if self._mended:
                    raise
                self._keyword, self._mended = self._derived.keyword_in_memory(self._recipe.analyzer), True
                engine = self._keyword
            return engine.search(text, limit)

    def _words(self) -> KeywordIndex:
        """The keyword index of this generation, or what stands in for it."""
        with self._mutex:
            if self._changed(self._derived.keyword_commit) and (
                engine := self._derived.keyword(self._recipe.analyzer, self.generation)
            ):
                self._keyword, self._mended = engine, False
            if self._keyword is None:
                few = self.catalog.counts()[1] <= _IN_MEMORY_UP_TO
                self._keyword = None if few else self._derived.keyword(self._recipe.analyzer)
            if self._keyword is None:
                self._keyword, self._mended = self._derived.keyword_in_memory(self._recipe.analyzer), True
            return self._keyword

    def _neighbours(self) -> ChromaIndex | None:
        """Chroma's index of this generation, if there is one."""
        with self._mutex:
            if self._chroma is None and not self._closed and self._changed(self._derived.chroma_commit):
                self._chroma = self._derived.chroma(self.generation)
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
        changed = commit not in self._looked or self._looked[commit] != mark
        self._looked[commit] = mark
        return changed

    def _admitted(self, where: Filter) -> frozenset[int]:
        """Numbers of the documents a search may use."""
        known, documents = self._filtered
        if where == _EVERYTHING:
            return frozenset(self.metadata_by_source) if known != _EVERYTHING else documents
        if known != where:
            documents = frozenset(n for n, metadata in self.metadata_by_source.items() if where.admits(metadata))
            self._filtered = (where, documents)
        return documents

    @cached_property
    def _matrix(self) -> Matrix:
        return self.catalog.matrix(self.embedder)


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another that takes its place; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _bytes(folder: Path) -> int:
    """The size of all files; those that a writer takes away meanwhile have none."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.stat(os.path.join(where, name)).st_size  # noqa: PTH116, PTH118 - names, not paths
    return total


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
