"""How a build writes to an index on a server: in batches of documents, each going live when it is complete."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from assistant.index_config import IndexConfig
from assistant.ports import Embedder, NewChunk, StoredFile
from assistant.stores import records
from assistant.stores.chroma_server import Record
from assistant.stores.records import DocumentRecord
from assistant.stores.server_documents import ServerDocuments
from assistant.types import Document, IndexReport

_GROUP = 256  # chunks that are embedded and written together


class _New(NamedTuple):
    document: Document
    file: StoredFile
    chunks: Sequence[NewChunk]


class ServerSink:
    """``ports.Sink`` for a server. Several may write at the same time if they write different documents."""

    outdated = False
    """Always False: an index with another configuration cannot be opened."""

    def __init__(self, stored: ServerDocuments, root: Path | None, config: IndexConfig, embedder: Embedder) -> None:
        self.config, self.embedder = config, embedder
        self._stored = stored
        self._root = str(root or "")
        self._known = {known.metadata.source: known for known in stored.all()}
        self._group: list[_New] = []
        self._moved: list[DocumentRecord] = []
        self._embedded = 0

    def files(self) -> list[StoredFile]:
        """The files of all documents, including those that a build announced but did not finish."""
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
        """Update location and content hash of a live document's file if they changed."""
        known = self._known[file.source]
        if (known.location, known.content) != (file.location, file.content):
            self._moved.append(known._replace(root=self._root, location=file.location, content=file.content))

    def add(self, document: Document, file: StoredFile, chunks: Sequence[NewChunk]) -> None:
        """Add a document. It is written together with others and is then live."""
        self._group.append(_New(document, file, chunks))
        if sum(len(new.chunks) for new in self._group) >= _GROUP:
            self._write()

    def publish(self, removed: Sequence[StoredFile]) -> int:
        """Write the remaining documents and forget ``removed``."""
        self._write()
        self._stored.put(self._moved)
        self._stored.forget([self._known[file.source] for file in removed])
        return self._embedded

    def finish(self, report: IndexReport) -> None:
        """Do nothing: a server keeps no journal."""

    def _write(self) -> None:
        """Announce the documents, write them, make them live, and delete what they replace.

        After a crash at any step, the next build of these documents repairs the index.
        """
        group, self._group = self._group, []
        if not group:
            return
        chunks = [chunk for new in group for chunk in new.chunks]
        texts, statements = zip(*(chunk.embedded for chunk in chunks), strict=True) if chunks else ((), ())
        embeddings = iter(self.embedder.embed_documents(texts, statements))
        self._embedded += len(chunks)
        coming: list[DocumentRecord] = []
        passages: list[Record] = []
        slices: list[Record] = []
        for document, file, made in group:
            new = DocumentRecord.of(document, file.content, self._root, file.location, len(made))
            coming.append(new)
            slices += records.slices(document, new)
            passages += records.passages(made, document, new, embeddings)
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
