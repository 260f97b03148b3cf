"""The documents of an index on a Chroma server, and which version of each is live.

The truth is in two collections. ``passages`` has chunks with their text, statements, vectors and metadata.
``documents`` has one record for each document that says which of its versions is live, and its text in slices. Writing
that record makes a new version live, so a document is always either its whole old or its whole new version. Records of
other versions are not shown, and the next build of the document deletes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from assistant.errors import IndexCorruptError
from assistant.stores import records
from assistant.stores.chroma_server import ChromaCollection, Record
from assistant.stores.records import DocumentRecord
from assistant.types import Document


class ServerDocuments(NamedTuple):
    """Both collections of one index."""

    name: str
    passages: ChromaCollection
    documents: ChromaCollection

    def all(self) -> Iterator[DocumentRecord]:
        """All document records, including those of documents that are not live."""
        return map(DocumentRecord.read, self.documents.where({"slice": -1}))

    def by_key(self, keys: Sequence[str]) -> dict[str, DocumentRecord]:
        """The document records with these keys, read from the server."""
        return {record.id: DocumentRecord.read(record) for record in self.documents.get(keys)}

    def put(self, known: Iterable[DocumentRecord]) -> None:
        """Add or replace document records."""
        self.documents.put([each.record for each in known])

    def content(self, known: DocumentRecord) -> str:
        """The content of a document's slices; shorter than ``known.stored`` if some are lost."""
        return "".join(record.text for record in self.documents.get(known.slice_ids))

    def is_whole(self, known: DocumentRecord) -> bool:
        """Whether a live document has all its slices."""
        return len(self.content(known)) == known.stored

    def document(self, source: str) -> Document | None:
        """The live document of that source. Raises IndexCorruptError if some of its text is lost."""
        key, before = records.key(source), None
        while (known := self.by_key([key]).get(key)) and known.version:
            content = self.content(known)
            if len(content) == known.stored:
                return records.document(known, content)
            # Between the two requests a build may have replaced the version and deleted its records.
            if known == before:
                cure = "`assistant index verify --repair`, then `assistant index build`"
                raise IndexCorruptError(f"The index {self.name!r} lacks some of the text of {source!r}. {cure}")
            before = known
        return None

    def live_only(self, found: Iterable[Record]) -> list[Record]:
        """The passages among ``found`` that belong to the live version of their document."""
        some = list(found)
        known = self.by_key(list({records.owner(record)[0] for record in some}))
        live = {(key, each.version) for key, each in known.items()}
        return [record for record in some if records.owner(record) in live]

    def forget(self, gone: Sequence[DocumentRecord]) -> None:
        """Remove documents and all their records from the index."""
        forgotten = [known._replace(version="", content="", unfinished=True) for known in gone]
        self.put(forgotten)
        self.delete_others(forgotten)

    def delete_others(self, changed: Sequence[DocumentRecord]) -> None:
        """Delete the records of these documents that do not belong to a live version."""
        for known in changed:
            other = {"$and": [{"document": known.key}, {"version": {"$ne": known.version}}]}
            for collection in (self.passages, self.documents):
                collection.delete([record.id for record in collection.where(other) if record.id != known.key])
        self.documents.delete([known.key for known in changed if not known.version])
        self.put([known._replace(unfinished=False) for known in changed if known.version])
