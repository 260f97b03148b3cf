"""Queries to a catalog: its live documents, chunks and vectors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.ports import Embedding, StoredChunk, Vectors
from assistant.stores.database import Database
from assistant.stores.encoding import blocks_from, statements_from
from assistant.types import Chunk, Document, DocumentMetadata, IndexedDocument, Statement

_VARIABLES = 500  # well under SQLite's limit of parameters in a statement

_EMBEDDED = """FROM documents d CROSS JOIN chunks c ON c.document = d.id
               CROSS JOIN vectors v ON v.key = c.key AND v.embedder = ? WHERE d.state = 'live'"""


class Searchable(NamedTuple):
    """A live chunk as the keyword index sees it."""

    id: str
    text: str
    metadata: DocumentMetadata
    statements: tuple[Statement, ...]
    about: str


class Matrix(NamedTuple):
    """All live chunks of one generation: ids and documents by row, vectors of shape (rows, dimension)."""

    ids: list[str]
    documents: NDArray[np.int64]
    vectors: Vectors


def _empty_pages(starts: Sequence[int], end: int) -> list[int]:
    """The numbers of the pages that hold at most the blank line after the page before; ``end`` is that of the text."""
    return [number for number, (start, after) in enumerate(pairwise([*starts, end]), 1) if after - start <= len("\n\n")]


class CatalogReader(Database):
    """Queries to a catalog, from any number of threads; they see only live rows."""

    @property
    def generation(self) -> int:
        """A number that increases whenever live documents change; 0 before the first build."""
        return int(self.fact("generation") or 0)

    def fact(self, name: str) -> str | None:
        """A stored fact: ``generation``, ``config``, ``embedder``, or the ``token`` that identifies this catalog."""
        with self._sql() as db:
            row = db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
            return None if row is None else str(row[0])

    def counts(self) -> tuple[int, int]:
        """How many documents and chunks are live."""
        with self._sql() as db:
            documents = db.execute("SELECT count(*) FROM documents WHERE state = 'live'").fetchone()[0]
            chunks = db.execute(
                "SELECT count(*) FROM chunks JOIN documents d ON d.id = document WHERE d.state = 'live'"
            ).fetchone()[0]
            return int(documents), int(chunks)

    def roots(self) -> tuple[str, ...]:
        """Locations of the folders and files that were indexed."""
        with self._sql() as db:
            return tuple(row[0] for row in db.execute("SELECT location FROM roots ORDER BY location"))

    def unread(self) -> tuple[str, ...]:
        """The files that the last build of each root could not read, and the pages of PDF files that hold no text."""
        query = (
            "SELECT report FROM journal WHERE id IN (SELECT max(id) FROM journal WHERE report NOT NULL GROUP BY root)"
        )
        paged = """SELECT source, pages, (SELECT max(c."end") FROM chunks c WHERE document = d.id)
                   FROM documents d WHERE state = 'live' AND source LIKE '%.pdf' ORDER BY source"""
        with self._sql() as db:
            skipped = [each for row in db.execute(query) for each in json.loads(row[0])["skipped"]]
            empty = [
                f"page {number} of {source} (no text)"
                for source, pages, end in db.execute(paged)
                for number in _empty_pages(json.loads(pages), end or 0)
            ]
        return (*sorted({each["source"] for each in skipped if not each.get("ignored")}), *empty)

    def documents(self) -> tuple[IndexedDocument, ...]:
        """The live documents by source."""
        query = """SELECT metadata, length(text), (SELECT count(*) FROM chunks WHERE document = d.id)
                   FROM documents d WHERE state = 'live' ORDER BY source"""
        with self._sql() as db:
            return tuple(
                IndexedDocument(
                    **DocumentMetadata.model_validate_json(metadata).model_dump(), characters=size, passages=n
                )
                for metadata, size, n in db.execute(query)
            )

    def document(self, source: str) -> Document | None:
        """The live document of that source."""
        with self._sql() as db:
            row = db.execute(
                """SELECT metadata, pages, text, blocks, about FROM documents
                   WHERE source = ? AND state = 'live'""",
                (source,),
            ).fetchone()
            return None if row is None else _document(*row)

    def metadata_by_document(self) -> dict[int, DocumentMetadata]:
        """Metadata of the live documents by their number."""
        with self._sql() as db:
            rows = db.execute("SELECT id, metadata FROM documents WHERE state = 'live'").fetchall()
            return {number: _metadata(metadata) for number, metadata in rows}

    def live(self, ids: Sequence[str]) -> dict[str, int]:
        """The ids among ``ids`` that are live chunks, in that order, each with the number of its document."""
        found: dict[str, int] = {}
        with self._sql() as db:
            for some in _batches(ids, _VARIABLES):
                found |= db.execute(
                    f"""SELECT c.id, d.id FROM chunks c CROSS JOIN documents d ON d.id = c.document
                        WHERE d.state = 'live' AND c.id IN ({_marks(some)})""",  # noqa: S608 - marks only
                    some,
                ).fetchall()
        return {id_: found[id_] for id_ in ids if id_ in found}

    def fetch(self, ids: Sequence[str], embedder: str) -> list[StoredChunk]:
        """The live chunks among ``ids`` that have vectors of ``embedder``, in that order."""
        # CROSS JOIN keeps the order as written: left to itself SQLite begins with all vectors of the embedder.
        found: dict[str, StoredChunk] = {}
        with self._sql() as db:
            for some in _batches(ids, _VARIABLES):
                for row in db.execute(
                    f"""SELECT c.id, d.source, c."start", c."end", c.text, c.statements, d.metadata,
                               d.about, v.whole, v.parts
                        FROM chunks c CROSS JOIN documents d ON d.id = c.document
                        CROSS JOIN vectors v ON v.key = c.key AND v.embedder = ?
                        WHERE d.state = 'live' AND c.id IN ({_marks(some)})""",  # noqa: S608 - marks only
                    (embedder, *some),
                ):
                    found[row[0]] = _stored(*row[1:])
        return [found[id_] for id_ in ids if id_ in found]

    def searchables(self, documents: frozenset[int] | None = None) -> Iterator[Searchable]:
        """The chunks of these live documents, or of all, one document after the other."""
        query = """SELECT c.id, c.text, c.statements, d.about FROM chunks c JOIN documents d ON d.id = c.document
                   WHERE d.id = ? AND d.state = 'live' ORDER BY c.position"""
        for number, metadata in self.metadata_by_document().items():
            if documents is None or number in documents:
                with self._sql() as db:
                    rows = db.execute(query, (number,)).fetchall()
                for id_, text, said, about in rows:
                    yield Searchable(id_, text, metadata, statements_from(said), about)

    def chunk_ids(self, documents: Iterable[int]) -> list[str]:
        """Ids of the chunks of these documents."""
        with self._sql() as db:
            rows = (db.execute("SELECT id FROM chunks WHERE document = ?", (number,)) for number in documents)
            return [row[0] for some in rows for row in some]

    def matrix(self, embedder: str) -> Matrix:
        """Ids, documents and vectors of all live chunks, in a stable order."""
        query = """SELECT c.id, d.id, v.whole FROM documents d JOIN chunks c ON c.document = d.id
                   JOIN vectors v ON v.key = c.key AND v.embedder = ?
                   WHERE d.state = 'live' ORDER BY d.source, c.position"""
        ids: list[str] = []
        documents: list[int] = []
        blobs = bytearray()
        with self._sql() as db:
            for id_, document, whole in db.execute(query, (embedder,)):
                ids.append(id_)
                documents.append(document)
                blobs += whole
        vectors = np.frombuffer(blobs, dtype=np.float32).reshape(len(ids), -1 if ids else 0)
        return Matrix(ids, np.array(documents, dtype=np.int64), vectors)

    def digests(self) -> dict[str, str]:
        """The digest of each live document, by source; empty for one that is damaged."""
        with self._sql() as db:
            return dict(db.execute("SELECT source, digest FROM documents WHERE state = 'live' ORDER BY source"))

    def embedded_ids(self, embedder: str) -> list[str]:
        """Ids of the live chunks that have vectors of ``embedder``."""
        with self._sql() as db:
            return [row[0] for row in db.execute(f"SELECT c.id {_EMBEDDED}", (embedder,))]

    def embedded_chunks(self, source: str, embedder: str) -> list[tuple[Chunk, Vectors]]:
        """The chunks of a live document, each with its vector of ``embedder``, shape (dimension,)."""
        query = f"""SELECT c."start", c."end", c.text, v.whole {_EMBEDDED} AND d.source = ?
                    ORDER BY c.position"""
        with self._sql() as db:
            rows = db.execute(query, (embedder, source)).fetchall()
        return [
            (
                Chunk.model_construct(source=source, start=start, end=end, text=text),
                np.frombuffer(whole, dtype=np.float32),
            )
            for start, end, text, whole in rows
        ]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _batches(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _document(metadata: str, pages: str, text: str, blocks: str, about: str) -> Document:
    return Document(
        **DocumentMetadata.model_validate_json(metadata).model_dump(),
        pages=json.loads(pages),
        text=text,
        blocks=blocks_from(blocks),
        about=about,
    )


@lru_cache(16_384)
def _metadata(text: str) -> DocumentMetadata:
    return DocumentMetadata.model_validate_json(text)


def _stored(
    source: str,
    start: int,
    end: int,
    text: str,
    statements: str,
    metadata: str,
    about: str,
    whole: bytes,
    parts: bytes,
) -> StoredChunk:
    vector = np.frombuffer(whole, dtype=np.float32)
    halves = np.frombuffer(parts, dtype=np.float16).astype(np.float32)
    return StoredChunk(
        Chunk.model_construct(source=source, start=start, end=end, text=text),  # checked when it was written
        _metadata(metadata),
        statements_from(statements),
        Embedding(vector, halves.reshape(-1, len(vector))),
        about,
    )
