"""How a build writes to an index on a server: some documents at a time, each made live when it is wholly there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from assistant.index_config import IndexConfig
from assistant.ports import Embedder, NewChunk, StoredFile
from assistant.stores import records
from assistant.stores.records import DocumentRecord
from assistant.stores.server_documents import ServerDocuments
from assistant.types import Document, IndexReport

_GROUP = 256  # chunks that are embedded and written together


class _New(NamedTuple):
    document: Document
    file: StoredFile
    chunks: Sequence[NewChunk]


class ServerSink:
    """``ports.Sink`` over a server. Several may write at once, each other documents."""

    outdated = False
    """An index of another configuration is not opened in the first place."""

    def __init__(self, stored: ServerDocuments, root: Path | None, config: IndexConfig, embedder: Embedder) -> None:
        self.config, self.embedder = config, embedder
        self._stored = stored
        self._root = str(root or "")
        self._known = {known.metadata.source: known for known in stored.all()}
        self._group: list[_New] = []
        self._moved: list[DocumentRecord] = []
        self._embedded = 0

    def files(self) -> list[StoredFile]:
        """The files of all documents, those that a build announced and did not finish included."""
        return [
            StoredFile(
                source=source,
                location=known.location,
                digest="" if known.unfinished or not known.content else known.version,
                content=known.content,
                state="live" if known.version else "unfinished",
            )
            for source, known in self._known.items()
        ]

    def document(self, source: str) -> Document | None:
        """The live document of that source."""
        return self._stored.document(source)

    def keep(self, file: StoredFile) -> None:
        """Note where a live document's file is and what its bytes hash to, where that changed."""
        known = self._known[file.source]
        if (known.location, known.content) != (file.location, file.content):
            self._moved.append(known._replace(root=self._root, location=file.location, content=file.content))

    def add(self, document: Document, file: StoredFile, chunks: Sequence[NewChunk]) -> None:
        """Take a document; it is written with others, and live from then on."""
        self._group.append(_New(document, file, chunks))
        if sum(len(new.chunks) for new in self._group) >= _GROUP:
            self._write()

    def publish(self, removed: Sequence[StoredFile]) -> int:
        """Write what is left, and forget ``removed``."""
        self._write()
        self._stored.put(self._moved)
        self._stored.forget([self._known[file.source] for file in removed])
        return self._embedded

    def finish(self, report: IndexReport) -> None:
        """A server keeps no journal."""

    def _write(self) -> None:
        """Announce what is coming, write it, make it live, delete what it replaces.

        A crash after any step is made good by the next build of these documents.
        """
        group, self._group = self._group, []
        if not group:
            return
        chunks = [chunk for new in group for chunk in new.chunks]
        texts, statements = zip(*(chunk.embedded for chunk in chunks), strict=True) if chunks else ((), ())
        embeddings = iter(self.embedder.embed_documents(texts, statements))
        self._embedded += len(chunks)
        coming, passages, slices = [], [], []
        for document, file, made in group:
            new = DocumentRecord.of(document, file.content, self._root, file.location, len(made))
            coming.append(new)
            slices += records.slices(document, new)
            passages += [records.passage(chunk, document, new, next(embeddings)) for chunk in made]
        before = [self._known.get(new.metadata.source) for new in coming]
        self._stored.put(
            (old or new)._replace(version=old.version if old else "", content=new.content, unfinished=True)
            for old, new in zip(before, coming, strict=True)
        )
        self._stored.documents.put(slices)
        self._stored.passages.put(passages)
        replacing = [new._replace(unfinished=old is not None) for old, new in zip(before, coming, strict=True)]
        self._stored.put(replacing)
        self._stored.delete_others([new for new in replacing if new.unfinished])
