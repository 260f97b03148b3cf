"""The two search engines beside a catalog: a keyword index, and a Chroma collection of the passages.

Both say which generation of which catalog they hold. A writer brings them to the catalog's generation after publishing
it, by the difference where they are sound, else from scratch; neither needs a model. A reader uses an engine only at
its own generation; otherwise it answers from the catalog, or by words that are behind.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import BackendError
from assistant.index_config import Analyzer
from assistant.stores.catalog import Catalog, Change
from assistant.stores.chroma import (
    MANIFEST,
    ChromaIndex,
    PassageEntry,
    note_files,
    passage_entries,
    read_manifest,
    untouched,
)
from assistant.stores.keyword import COMMIT, FORMAT, Entry, KeywordIndex
from assistant.types import DocumentMetadata, OnProgress, Progress, Statement

CHROMA_DIR = "chroma"
"""The folder of the Chroma collection, beside the catalog."""

_BATCH = 1000


class SearchEngines:
    """The engines' folders beside the catalog, and how to bring them up to date.

    An engine's commit is the file that it replaces whenever it has been written.
    """

    def __init__(self, store: Path, catalog: Catalog) -> None:
        self.keyword_dir = store / "keyword"
        self.chroma_dir = store / CHROMA_DIR
        self.keyword_commit = self.keyword_dir / COMMIT
        self.chroma_commit = self.chroma_dir / MANIFEST
        self._catalog = catalog

    def refresh_keyword(
        self, analyzer: Analyzer, change: Change | None, on_progress: OnProgress, fresh: bool = False
    ) -> None:
        """Bring the keyword index to the catalog's generation; ``fresh`` even if it seems to be there.

        Only the holder of the writer's lock may.
        """
        generation, (_, chunks) = self._catalog.generation, self._catalog.counts()
        current = None if fresh else self.keyword(analyzer, generation)
        if current and current.count == chunks:
            return
        behind = self.keyword(analyzer, change.generation - 1) if change and not fresh else None
        if change and behind:
            try:
                entries = _reported(self._entries(change.documents), len(change.documents), on_progress)
                behind.update(entries, change.deleted, generation, self._keyword_owner(analyzer))
                if behind.count == chunks:
                    return
            except BackendError:
                pass  # built anew below
        shutil.rmtree(self.keyword_dir, ignore_errors=True)
        index = KeywordIndex.create(self.keyword_dir, analyzer)
        index.update(_reported(self._entries(None), chunks, on_progress), (), generation, self._keyword_owner(analyzer))

    def fill_chroma(self, on_progress: OnProgress, fresh: bool = False) -> None:
        """Bring the Chroma collection to the catalog's generation; ``fresh`` even if it seems to be there.

        Only the holder of the writer's lock may. Documents are compared, so it does not matter how far it is behind.
        """
        generation, live = self._catalog.generation, self._catalog.digests()
        facts = {"generation": generation, "made_by": self._made_by, "documents": live}
        manifest = None if fresh else self._manifest()
        if manifest and manifest["generation"] == generation and untouched(self.chroma_dir):
            return
        if manifest and self._update_chroma(manifest["documents"], facts, on_progress):
            return
        shutil.rmtree(self.chroma_dir, ignore_errors=True)
        index = ChromaIndex.create(self.chroma_dir)
        try:
            index.update(self._passages(list(live), on_progress), (), facts)
        finally:
            index.close()
        note_files(self.chroma_dir)

    def _update_chroma(self, held: Mapping[str, str], facts: Mapping[str, Any], on_progress: OnProgress) -> bool:
        """Write the difference to what the collection holds; whether it is sound then."""
        try:
            index = ChromaIndex.open(self.chroma_dir)
        except BackendError:
            return False
        try:
            if index.generation != facts["generation"]:
                live = facts["documents"]
                gone = [source for source, digest in held.items() if live.get(source) != digest]
                new = [source for source, digest in live.items() if held.get(source) != digest]
                index.update(self._passages(new, on_progress), gone, facts)
            return index.count == self._catalog.embedded_count(self._embedder)
        except BackendError:
            return False
        finally:
            index.close()
            note_files(self.chroma_dir)

    def keyword(self, analyzer: Analyzer, generation: int | None = None) -> KeywordIndex | None:
        """The keyword index if it is sound and at ``generation``, or at any."""
        try:
            index = KeywordIndex.open(self.keyword_dir, analyzer)
            return (
                index
                if generation in (None, index.generation) and index.owner == self._keyword_owner(analyzer)
                else None
            )
        except BackendError:
            return None

    def keyword_in_memory(self, analyzer: Analyzer) -> KeywordIndex:
        """A keyword index made from the catalog, for a reader that finds none it may use."""
        index = KeywordIndex.create(None, analyzer)
        index.update(self._entries(None), (), self._catalog.generation)
        return index

    def chroma(self, generation: int, searchable: bool = False) -> ChromaIndex | None:
        """The Chroma collection if it is sound and at ``generation``; imports chromadb only where there is one.

        ``searchable`` asks for one whose searches find what is in it.
        """
        manifest = self._manifest()
        if manifest is None or manifest["generation"] != generation or (searchable and not manifest["searchable"]):
            return None
        try:
            return ChromaIndex.open(self.chroma_dir)
        except BackendError:
            return None

    def _keyword_owner(self, analyzer: Analyzer) -> str:
        """What a keyword index of this catalog carries: another's may have the same generation and count."""
        return f"{self._catalog.fact('token')} {analyzer} {FORMAT}"

    def _manifest(self) -> dict[str, Any] | None:
        """What a finished collection of this catalog, configuration and embedder says of itself."""
        manifest = read_manifest(self.chroma_dir)
        return manifest if manifest and manifest.get("made_by") == self._made_by else None

    @property
    def _made_by(self) -> str:
        return f"{self._catalog.fact('token')} {self._catalog.fact('config')} {self._embedder}"

    @property
    def _embedder(self) -> str:
        return self._catalog.fact("embedder") or ""

    def _entries(self, documents: frozenset[int] | None) -> Iterator[Entry]:
        for found in self._catalog.searchables(documents):
            yield Entry(
                found.id,
                found.text,
                header_words(found.metadata),
                context_words(found.text, found.statements, found.about),
            )

    def _passages(self, sources: Sequence[str], on_progress: OnProgress) -> Iterator[PassageEntry]:
        """The entries of these documents' passages, one document after the other."""
        for done, source in enumerate(sources):
            on_progress(Progress(stage="indexing", done=done, total=len(sources), item="passages"))
            if document := self._catalog.document(source):
                yield from passage_entries(document, self._catalog.embedded_chunks(source, self._embedder))
        on_progress(Progress(stage="indexing", done=len(sources), total=len(sources), item="passages"))


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
