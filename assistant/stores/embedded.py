"""An index in a folder: searched by any number of readers, written by one process at a time.

A reader answers from one generation of the catalog (see ``snapshot``); each question checks whether there is a newer
one. A build writes through a ``CatalogSink`` and then brings the search engines to the catalog's generation. If the
index is so small that no search needs the Chroma collection, that is left to ``fill_chroma``, since importing chromadb
takes longer than such a build.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from assistant.errors import (
    BackendError,
    DocumentError,
    IndexLockedError,
    IndexMissingError,
    IndexStaleError,
    StoreError,
)
from assistant.index_config import IndexConfig
from assistant.ports import Embedder, Sink, StoredChunk, Vectors
from assistant.settings import command
from assistant.stores.base import BaseIndex, IndexStatus, named
from assistant.stores.catalog import Catalog, Change
from assistant.stores.catalog_sink import CatalogSink
from assistant.stores.engines import CHROMA_DIR, SearchEngines
from assistant.stores.paths import Paths
from assistant.stores.snapshot import EVERYTHING, Snapshot
from assistant.stores.writer_lock import writer_lock
from assistant.types import Document, Filter, IndexedDocument, IndexReport, OnProgress, no_progress

EXACT_UP_TO = 20_000
"""The most live chunks for which dense search is exact, which takes less time than importing chromadb."""

_STORE, _CATALOG = "store", "catalog.sqlite3"
_ATTEMPTS = 3  # a build that publishes more often than one searches leaves live rows, if fewer than asked for


class Index(BaseIndex):
    """The index in ``index_dir``, which need not exist yet. Safe to share between threads.

    ``embedder`` is called when first needed. If something is missing, stale or damaged, the method that needs it raises
    an error.
    """

    def __init__(self, index_dir: Path, embedder: Callable[[], Embedder], *, exact_up_to: int = EXACT_UP_TO) -> None:
        super().__init__(embedder)
        self._dir = index_dir
        self._exact_up_to = exact_up_to
        self._catalog: Catalog | None = None
        self._opened: tuple[int, int] | None = None  # which file the catalog is
        self._snapshot: Snapshot | None = None

    @property
    def store_dir(self) -> Path:
        """The folder of the catalog and the search engines."""
        return self._dir / _STORE

    @property
    def chroma_dir(self) -> Path:
        """The folder of the Chroma collection."""
        return self.store_dir / CHROMA_DIR

    def close(self) -> None:
        """Close all files; the index may be used again afterwards."""
        with self._mutex:
            if self._snapshot:
                self._snapshot.close()
            if self._catalog:
                self._catalog.close()
            self._snapshot = self._catalog = None

    # --- reading

    def dense(self, vector: Vectors, limit: int, where: Filter = EVERYTHING) -> Mapping[str, float]:
        """Chunk ids by cosine with ``vector``, best first, at most ``limit``.

        Raises IndexMissingError, IndexStaleError or IndexCorruptError.
        """
        embedder = self._current().embedder
        if embedder != self._embedder.fingerprint:
            raise IndexStaleError(
                f"The index was embedded by {embedder!r}, not {self._embedder.fingerprint!r}. {self._cure}"
            )
        return self._ask(lambda snapshot: snapshot.dense(vector, limit, where))

    def keyword(self, text: str, limit: int, where: Filter = EVERYTHING) -> Mapping[str, float]:
        """Chunk ids by BM25 with the words of ``text``, best first; scores are above 0, at most ``limit``.

        Raises IndexMissingError, IndexStaleError or IndexCorruptError.
        """
        return self._ask(lambda snapshot: snapshot.keyword(text, limit, where))

    def fetch(self, ids: Sequence[str]) -> Sequence[StoredChunk]:
        """The live chunks among ``ids``, in that order."""
        snapshot = self._current()
        return snapshot.catalog.fetch(ids, snapshot.embedder)

    def document(self, source: str) -> Document | None:
        """The live document of that source, with its full text."""
        return self._current().catalog.document(source)

    def documents(self) -> tuple[IndexedDocument, ...]:
        """All live documents by source; empty if there is no index."""
        catalog = self._existing()
        return catalog.documents() if catalog else ()

    def status(self) -> IndexStatus:
        """What is in the index; zeros if there is no index."""
        catalog = self._existing()
        documents, chunks = catalog.counts() if catalog else (0, 0)
        return IndexStatus(
            where=str(self._dir),
            documents=documents,
            chunks=chunks,
            generation=catalog.generation if catalog else 0,
            config=IndexConfig.read(self._dir),
            embedder=catalog.fact("embedder") if catalog else None,
            roots=tuple(map(Paths(self._dir).path, catalog.roots() if catalog else ())),
            bytes=_bytes(self.store_dir),
        )

    def verify(self) -> list[str]:
        """What is wrong with catalog, configuration and engines, one line for each problem.

        Raises IndexMissingError or IndexCorruptError.
        """
        catalog = self._existing()
        if catalog is None:
            raise self._nothing()
        config, generation = IndexConfig.read(self._dir), catalog.generation
        embedder = catalog.fact("embedder") or ""
        found = catalog.problems(embedder)
        if generation and catalog.fact("config") != config.fingerprint:
            found.append("config: the index was built with another configuration, or by another version")
        if not generation:
            return found
        _, chunks = catalog.counts()
        engines = self._engines(catalog)
        missing = f"missing, unfinished, damaged or not at generation {generation}"
        keyword = engines.keyword(config.analyzer, generation)
        if keyword is None:
            found.append(f"keyword: {missing}")
        elif keyword.ids() != set(catalog.chunk_ids(catalog.metadata_by_document())):
            found.append(f"keyword: does not hold exactly the {chunks} live chunks")
        chroma = engines.chroma(generation)
        if chroma:
            with closing(chroma):
                if chroma.ids() != set(catalog.embedded_ids(embedder)):
                    found.append(f"chroma: does not hold exactly the {chunks} live chunks")
        elif chunks > self._exact_up_to or engines.chroma_dir.exists():
            found.append(f"chroma: {missing}")
        return found

    # --- writing

    @contextmanager
    def writing(self, root: Path | None, on_progress: OnProgress = no_progress) -> Iterator[Sink]:
        """The sink for a build of ``root``, if any; at the end the engines that searches need are brought up to date.

        Raises IndexLockedError while another process writes, and IndexCorruptError, IndexStaleError or StoreError if
        the catalog cannot be used.
        """
        with self._locked() as catalog:
            config = IndexConfig.read(self._dir)
            sink = CatalogSink(catalog, root, config, self._embedder, on_progress)
            yield sink
            if catalog.generation:
                self._refresh(catalog, sink.change, on_progress)

    def fill_chroma(self, on_progress: OnProgress = no_progress) -> None:
        """Bring the Chroma collection up to date, unless another process is writing, which then does it.

        Raises StoreError if the collection cannot be written.
        """
        with suppress(IndexLockedError), self._locked() as catalog:
            if catalog.generation:
                with self._writing_engine():
                    self._engines(catalog).fill_chroma(on_progress)

    def remove(self, source: str) -> IndexReport:
        """Remove the document of that source, or all documents in that folder, from the index; their files stay.

        Later builds leave a removed file out and say so, until a build names the file itself.

        Raises DocumentError if nothing of that name is indexed, and what ``writing`` raises.
        """
        started = time.monotonic()
        with self._locked() as catalog:
            gone = [file for file in catalog.files() if named(file.source, source)]
            if not gone:
                raise DocumentError(f"No document {source!r} is indexed. `{command('index list', self._dir)}`")
            build = catalog.begin(source)
            catalog.exclude(file.location for file in gone)
            removed = sorted(file.source for file in gone)
            change = catalog.publish(removed, catalog.fact("config") or "", catalog.fact("embedder") or "")
            report = IndexReport(root="", removed=tuple(removed), seconds=time.monotonic() - started)
            catalog.finish(build, None, report.model_dump_json())
            self._refresh(catalog, change, no_progress)
            return report

    def removed(self) -> tuple[Path, ...]:
        """Existing files whose documents were removed by hand."""
        catalog, paths = self._existing(), Paths(self._dir)
        found = (Path(paths.path(location)) for location in sorted(catalog.excluded() if catalog else ()))
        return tuple(path for path in found if path.is_file())

    def unread(self) -> tuple[str, ...]:
        """The files that the last build of each root could not read, and the pages of PDF files that hold no text."""
        catalog = self._existing()
        return catalog.unread() if catalog else ()

    def readmit(self, path: Path) -> None:
        """Let the next build take in the document of a removed file again. Raises IndexLockedError."""
        with self._locked() as catalog:
            catalog.readmit([Paths(self._dir).note(path.as_posix())])

    def repair(self, on_progress: OnProgress | None = None) -> list[str]:
        """Rebuild both engines from the catalog, which needs no model; returns the problems that a build has to solve.

        These are damage in the catalog itself, and what an interrupted build has left to do.
        """
        with self._locked() as catalog:
            catalog.invalidate(catalog.fact("embedder") or "")
            if catalog.generation:
                engines, report = self._engines(catalog), on_progress or no_progress
                with self._writing_engine():
                    engines.refresh_keyword(IndexConfig.read(self._dir).analyzer, None, report, fresh=True)
                    engines.fill_chroma(report, fresh=True)
        return self.verify()

    # --- parts

    def _refresh(self, catalog: Catalog, change: Change | None, on_progress: OnProgress) -> None:
        """Bring the engines that searches need to the catalog's generation."""
        engines = self._engines(catalog)
        with self._writing_engine():
            engines.refresh_keyword(IndexConfig.read(self._dir).analyzer, change, on_progress)
            if catalog.counts()[1] > self._exact_up_to:
                engines.fill_chroma(on_progress)

    @contextmanager
    def _writing_engine(self) -> Iterator[None]:
        """Turns errors of an engine into a StoreError which says that no document is lost."""
        try:
            with self._storing():
                yield
        except BackendError as exc:
            cure = command("index verify --repair", self._dir)
            raise StoreError(
                f"All documents are stored, but a search engine's files cannot be written: {exc}. Questions are "
                f"answered without them, slower. {self._room}, `{cure}` repairs them"
            ) from exc

    @property
    def _cure(self) -> str:
        return f"`{command('index build', self._dir)}`"

    @property
    def _room(self) -> str:
        return f"`df -h {self.store_dir}` shows whether there is room"

    def _engines(self, catalog: Catalog) -> SearchEngines:
        return SearchEngines(self.store_dir, catalog)

    def _existing(self) -> Catalog | None:
        with self._mutex:
            path = self.store_dir / _CATALOG
            if self._catalog and _identity(path) != self._opened:  # another file stands where it was, or none
                self.close()
            if self._catalog is None:
                try:
                    self._opened = _identity(path)
                    self._catalog = Catalog.open(path)
                except IndexMissingError:
                    return None
            return self._catalog

    def _current(self) -> Snapshot:
        """The current generation, which another process may have published after the last question."""
        catalog = self._existing()
        generation = catalog.generation if catalog else 0
        if catalog is None or not generation:
            raise self._nothing()
        with self._mutex:
            if self._snapshot is None or self._snapshot.generation != generation:
                snapshot = self._take_snapshot(catalog)
                if self._snapshot:
                    self._snapshot.close()
                self._snapshot = snapshot
            return self._snapshot

    def _ask(self, search: Callable[[Snapshot], dict[str, float]]) -> dict[str, float]:
        """What ``search`` finds in one generation; repeated if another one was published meanwhile."""
        for _ in range(_ATTEMPTS):
            snapshot = self._current()
            found = search(snapshot)
            if snapshot is self._current():
                break
        return found

    def _take_snapshot(self, catalog: Catalog) -> Snapshot:
        config = IndexConfig.read(self._dir)
        if catalog.fact("config") != config.fingerprint:
            raise IndexStaleError(
                f"The index in {str(self._dir)!r} was built with another configuration than its `config.toml`, or by "
                f"another version. {self._cure}"
            )
        snapshot = Snapshot(catalog, config.analyzer, self._engines(catalog), self._exact_up_to)
        if not snapshot.metadata_by_document:
            raise self._nothing()
        return snapshot

    def _nothing(self) -> IndexMissingError:
        return IndexMissingError(f"There are no documents in the index {str(self._dir)!r}. {self._cure}")

    @contextmanager
    def _locked(self) -> Iterator[Catalog]:
        """The catalog, created if it does not exist, while the writer's lock is held."""
        with ExitStack() as held:
            with self._storing():
                held.enter_context(writer_lock(self.store_dir))
                catalog = held.enter_context(closing(Catalog.create(self.store_dir / _CATALOG)))
            yield catalog

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """Turns errors of the system while writing to the index into StoreError. Errors of other files are not
        affected.
        """
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


def _identity(path: Path) -> tuple[int, int] | None:
    """What distinguishes a file from another one that replaces it; None if there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _bytes(folder: Path) -> int:
    """The size of all files, except for those that a writer deletes meanwhile."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.stat(os.path.join(where, name)).st_size  # noqa: PTH116, PTH118 - names, not paths
    return total
