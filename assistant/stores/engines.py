"""The two search engines beside a catalog: a keyword index, and a Chroma collection of the passages.

Each records which generation of which catalog it holds. After publishing, a writer brings them to the catalog's
generation: by the difference if they are sound, else from scratch. This needs no model. A reader uses an engine only
if it holds the reader's generation; otherwise it searches the catalog, or an older keyword index.
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
    read_manifest,
    untouched,
)
from assistant.stores.keyword import COMMIT, FORMAT, Entry, KeywordIndex
from assistant.stores.layout import describer
from assistant.types import DocumentMetadata, OnProgress, Progress, Statement

CHROMA_DIR = "chroma"
"""The folder of the Chroma collection, beside the catalog."""

_BATCH = 1000


class SearchEngines:
    """The search engines in folders beside the catalog.

    The commit of an engine is the file that it replaces whenever it has been written.
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
        """Bring the keyword index to the catalog's generation; with ``fresh`` rebuild it even if it seems to be there.

        The caller must hold the writer's lock.
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
                pass  # rebuilt below
        shutil.rmtree(self.keyword_dir, ignore_errors=True)
        index = KeywordIndex.create(self.keyword_dir, analyzer)
        index.update(_reported(self._entries(None), chunks, on_progress), (), generation, self._keyword_owner(analyzer))

    def fill_chroma(self, on_progress: OnProgress, fresh: bool = False) -> None:
        """Bring the Chroma collection to the catalog's generation; with ``fresh`` refill it even if it seems to be
        there.

        The caller must hold the writer's lock. Documents are compared, so the collection may be any number of
        generations behind.
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
        """Update the collection to the documents in the catalog; returns whether it is sound afterwards."""
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
            return index.count == len(self._catalog.embedded_ids(self._embedder))
        except BackendError:
            return False
        finally:
            index.close()
            note_files(self.chroma_dir)

    def keyword(self, analyzer: Analyzer, generation: int | None = None) -> KeywordIndex | None:
        """The keyword index if it is sound and at ``generation``, or at any if that is None."""
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
        """A keyword index in memory, made from the catalog by a reader that has no other."""
        index = KeywordIndex.create(None, analyzer)
        index.update(self._entries(None), (), self._catalog.generation)
        return index

    def chroma(self, generation: int, searchable: bool = False) -> ChromaIndex | None:
        """The Chroma collection if it is sound and at ``generation``; imports chromadb only if there is one.

        With ``searchable``, only if its searches find what is in it.
        """
        manifest = self._manifest()
        if manifest is None or manifest["generation"] != generation or (searchable and not manifest["searchable"]):
            return None
        try:
            return ChromaIndex.open(self.chroma_dir)
        except BackendError:
            return None

    def _keyword_owner(self, analyzer: Analyzer) -> str:
        """The mark of keyword indexes of this catalog; another catalog's may have the same generation and count."""
        return f"{self._catalog.fact('token')} {analyzer} {FORMAT}"

    def _manifest(self) -> dict[str, Any] | None:
        """The manifest of a finished collection of this catalog, configuration and embedder."""
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
                describe = describer(document)
                for chunk, vector in self._catalog.embedded_chunks(source, self._embedder):
                    yield PassageEntry(chunk.id, chunk.text, vector, describe(chunk))
        on_progress(Progress(stage="indexing", done=len(sources), total=len(sources), item="passages"))


def header_words(metadata: DocumentMetadata) -> str:
    """The words about a document that the keyword index has besides its text: title, publisher, kind and date."""
    day = metadata.published
    date = f"{day.day} {day:%B %Y} {day.isoformat()}" if day else ""
    return " ".join(filter(None, (metadata.title, metadata.publisher, metadata.kind, date)))


def context_words(text: str, statements: Sequence[Statement], about: str) -> str:
    """The words about a chunk that the keyword index has besides text and header: contexts, column names, ``about``."""
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
