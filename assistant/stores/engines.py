"""The two engines that mirror the catalog: keywords (always) and Chroma's neighbours (for large indexes).

Both say which generation of which catalog they hold. A writer brings them to the catalog's generation after
publishing it, by the difference where they are one behind and sound, else from scratch; neither needs a model. A
reader uses an engine only at its own generation; otherwise it answers from the catalog, or by words that are behind.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import BackendError
from assistant.index_config import Analyzer
from assistant.ports import Vectors
from assistant.stores.catalog import Catalog, Change
from assistant.stores.chroma import MANIFEST, ChromaIndex, note_files, read_manifest, untouched
from assistant.stores.keyword import COMMIT, Entry, KeywordIndex
from assistant.types import DocumentMetadata, OnProgress, Progress, Statement

_BATCH = 1000


class SearchEngines:
    """The engines' folders beside the catalog, and how to bring them up to date.

    A commit is the file that an engine replaces whenever it has been written.
    """

    def __init__(self, store: Path, catalog: Catalog, exact_up_to: int) -> None:
        self.keyword_dir = store / "keyword"
        self.chroma_dir = store / "chroma"
        self.keyword_commit = self.keyword_dir / COMMIT
        self.chroma_commit = self.chroma_dir / MANIFEST
        self._catalog = catalog
        self._exact_up_to = exact_up_to

    def refresh(self, analyzer: Analyzer, change: Change | None, on_progress: OnProgress, fresh: bool = False) -> None:
        """Bring both engines to the catalog's generation; ``fresh`` even if they seem to be there.

        Only the holder of the writer's lock may.
        """
        generation = self._catalog.generation
        embedder = self._catalog.fact("embedder") or ""
        _, chunks = self._catalog.counts()
        self._refresh_keyword(analyzer, generation, None if fresh else change, chunks, on_progress, fresh)
        if chunks > self._exact_up_to:
            self._refresh_chroma(embedder, generation, None if fresh else change, on_progress, fresh)
        else:
            shutil.rmtree(self.chroma_dir, ignore_errors=True)

    def keyword(self, analyzer: Analyzer, generation: int | None = None) -> KeywordIndex | None:
        """The keyword index if it is sound and at ``generation``, or at any."""
        try:
            index = KeywordIndex.open(self.keyword_dir, analyzer)
            return index if generation in (None, index.generation) and index.owner == self._owner(analyzer) else None
        except BackendError:
            return None

    def keyword_in_memory(self, analyzer: Analyzer) -> KeywordIndex:
        """A keyword index made from the catalog, for a reader that finds none it may use."""
        index = KeywordIndex.create(None, analyzer)
        index.update(self._entries(None), (), self._catalog.generation)
        return index

    def unfit(self, generation: int) -> bool:
        """Whether Chroma's graph was built at ``generation``, whole, and does not find what is in it."""
        manifest = self._seal(generation)
        return manifest is not None and not manifest["fit"]

    def chroma(self, generation: int) -> ChromaIndex | None:
        """Chroma's index if it is sound and at ``generation``; imports chromadb only where there is one."""
        manifest = self._seal(generation)
        if manifest is None or not manifest["fit"]:
            return None
        try:
            return ChromaIndex.open(self.chroma_dir)
        except BackendError:
            return None

    def _owner(self, analyzer: str = "") -> str:
        """What an engine of this catalog carries: another catalog's may have the same generation and count."""
        token = self._catalog.fact("token")  # None until this version publishes
        return f"{token} {analyzer}".strip() if token else ""

    def _seal(self, generation: int) -> dict[str, Any] | None:
        """Chroma's manifest if it is this catalog's at ``generation``."""
        manifest = read_manifest(self.chroma_dir)
        return (
            manifest
            if manifest and (manifest["generation"], manifest.get("owner", "")) == (generation, self._owner())
            else None
        )

    def _refresh_keyword(
        self,
        analyzer: Analyzer,
        generation: int,
        change: Change | None,
        chunks: int,
        on_progress: OnProgress,
        fresh: bool,
    ) -> None:
        current = None if fresh else self.keyword(analyzer, generation)
        if current and current.count == chunks:
            return
        behind = self.keyword(analyzer, change.generation - 1) if change else None
        if change and behind:
            try:
                entries = _reported(self._entries(change.documents), len(change.documents), on_progress)
                behind.update(entries, change.deleted, generation, self._owner(analyzer))
                if behind.count == chunks:
                    return
            except BackendError:
                pass  # built anew below
        shutil.rmtree(self.keyword_dir, ignore_errors=True)
        index = KeywordIndex.create(self.keyword_dir, analyzer)
        index.update(_reported(self._entries(None), chunks, on_progress), (), generation, self._owner(analyzer))

    def _refresh_chroma(
        self,
        embedder: str,
        generation: int,
        change: Change | None,
        on_progress: OnProgress,
        fresh: bool,
    ) -> None:
        if not (fresh or change) and self._seal(generation) and untouched(self.chroma_dir):
            return
        vectors = self._catalog.vector_count()
        if not fresh and self.unfit(generation):
            return
        if not fresh and (current := self.chroma(generation)):
            sound = current.count == vectors
            current.close()
            if sound:
                note_files(self.chroma_dir)
                return
        if change and (behind := self.chroma(change.generation - 1)):
            try:
                added = self._catalog.vectors(embedder, _BATCH, change.new_vectors)
                behind.update(added, change.old_vectors, generation, self._owner())
                if behind.count == vectors:
                    return
            except BackendError:
                pass  # built anew below
            finally:
                behind.close()
                note_files(self.chroma_dir)
        shutil.rmtree(self.chroma_dir, ignore_errors=True)
        index = ChromaIndex.create(self.chroma_dir)
        try:
            index.update(self._all_vectors(embedder, vectors, on_progress), (), generation, self._owner())
        finally:
            index.close()
        note_files(self.chroma_dir)

    def _entries(self, documents: frozenset[int] | None) -> Iterator[Entry]:
        for found in self._catalog.searchables(documents):
            yield Entry(
                found.id,
                found.text,
                header_words(found.metadata),
                context_words(found.text, found.statements, found.about),
            )

    def _all_vectors(self, embedder: str, chunks: int, on_progress: OnProgress) -> Iterator[tuple[list[str], Vectors]]:
        done = 0
        for ids, vectors in self._catalog.vectors(embedder, _BATCH):
            yield ids, vectors
            done += len(ids)
            on_progress(Progress(stage="indexing", done=done, total=chunks, item="vectors"))


def header_words(metadata: DocumentMetadata) -> str:
    """What the keyword index matches of a document besides its text: title, publisher, kind and date."""
    day = metadata.published
    date = f"{day.day} {day:%B %Y} {day.isoformat()}" if day else ""
    return " ".join(filter(None, (metadata.title, metadata.publisher, metadata.kind, date)))


def context_words(text: str, statements: Sequence[Statement], about: str) -> str:
    """What the keyword index matches of a chunk besides its text and header: contexts, column names, ``about``."""
    contexts = dict.fromkeys(statement.context for statement in statements)
    columns: dict[str, None] = {}
    for statement in statements:
        if statement.reading:
            said = set(text[statement.start : statement.end].split())
            columns |= dict.fromkeys(word for word in statement.reading.split() if word not in said)
    return " ".join(filter(None, (about, *contexts, *columns)))


def _reported(entries: Iterator[Entry], total: int, on_progress: OnProgress) -> Iterator[Entry]:
    for done, entry in enumerate(entries, 1):
        yield entry
        if done % _BATCH == 0 or done == total:
            on_progress(Progress(stage="indexing", done=min(done, total), total=total, item="keywords"))
