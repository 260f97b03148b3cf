"""The truth of an index: every document, chunk and vector, and all questions put to them in SQL.

A build inserts documents as pending; one transaction makes them live, removes what they replace and counts
the generation up. Readers see live rows only, so at any moment they see one whole generation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.ports import Embedding, NewChunk, StoredChunk, StoredFile, Vectors
from assistant.stores.database import Database
from assistant.stores.encoding import blocks_from, blocks_json, statements_from, statements_json
from assistant.types import Chunk, Document, DocumentMetadata, IndexedDocument, Statement

_SPARE_VECTORS = 10_000  # kept although no chunk uses them: a text that comes back is not embedded again
_VARIABLES = 500  # well under SQLite's limit of parameters in a statement

_EMBEDDED = """FROM documents d CROSS JOIN chunks c ON c.document = d.id
               CROSS JOIN vectors v ON v.key = c.key AND v.embedder = ? WHERE d.state = 'live'"""

# Some root's last build was interrupted or found nothing, as where a disk is not mounted: its texts may come back.
_EXPECTED = """SELECT 1 FROM journal WHERE id IN (SELECT max(id) FROM journal GROUP BY root)
               AND started > datetime('now', '-30 days') AND (finished IS NULL OR json_extract(report, '$.unchanged')
               + json_array_length(report, '$.added') + json_array_length(report, '$.changed') = 0)"""


class Change(NamedTuple):
    """What a new generation changed: the numbers of documents that are new in it, and the chunks that went."""

    generation: int
    documents: frozenset[int]
    deleted: tuple[str, ...] = ()


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


class Catalog(Database):
    """All that is known of an index's documents, read by any number of threads and written by one build."""

    # --- what is in it

    @property
    def generation(self) -> int:
        """Counts up with every change of what is live; 0 before the first."""
        return int(self.fact("generation") or 0)

    def fact(self, name: str) -> str | None:
        """A remembered fact: ``generation``, ``config``, ``embedder`` or ``token``, which no two catalogs share."""
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
        """Locations that were synced."""
        with self._sql() as db:
            return tuple(row[0] for row in db.execute("SELECT location FROM roots ORDER BY location"))

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
        """Those of ``ids`` that are live chunks, in their order, with the number of their document."""
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

    def embedded_count(self, embedder: str) -> int:
        """How many live chunks have vectors of ``embedder``."""
        with self._sql() as db:
            row = db.execute(f"SELECT count(*) {_EMBEDDED}", (embedder,)).fetchone()
            return int(row[0])

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

    # --- a build

    def files(self) -> list[StoredFile]:
        """The files of all live documents, their locations as noted."""
        with self._sql() as db:
            rows = db.execute(
                """SELECT source, location, size, modified_ns, digest, content
                   FROM documents WHERE state = 'live'"""
            )
            return [StoredFile(*row) for row in rows]

    def begin(self, root: str) -> int:
        """Journal a new build, drop what an interrupted one left, and return the build's number."""
        with self._write() as db:
            db.execute("DELETE FROM documents WHERE state = 'pending'")
            made = db.execute("INSERT INTO journal (root, started) VALUES (?, datetime('now'))", (root,))
            return int(made.lastrowid or 0)

    def touch(self, file: StoredFile) -> None:
        """Remember where the file lies and how it looks now, although the document is the same."""
        with self._write() as db:
            db.execute(
                """UPDATE documents SET location = ?, size = ?, modified_ns = ?, content = ?
                   WHERE source = ? AND state = 'live'""",
                (file.location, file.size, file.modified_ns, file.content, file.source),
            )

    def excluded(self) -> frozenset[str]:
        """Locations of files that stay out until they are named themselves."""
        with self._sql() as db:
            return frozenset(row[0] for row in db.execute("SELECT location FROM excluded"))

    def exclude(self, locations: Iterable[str]) -> None:
        """Leave these files out from now on."""
        with self._write() as db:
            db.executemany("INSERT OR IGNORE INTO excluded VALUES (?)", ((each,) for each in locations))

    def readmit(self, locations: Iterable[str]) -> None:
        """Leave these files out no longer."""
        with self._write() as db:
            db.executemany("DELETE FROM excluded WHERE location = ?", ((each,) for each in locations))

    def invalidate(self, embedder: str) -> None:
        """Drop what an interrupted build left and what is damaged; the next build makes damaged documents anew."""
        damaged = {number for number, _ in self._damaged(embedder)}
        with self._write() as db:
            db.execute("DELETE FROM documents WHERE state = 'pending'")
            for number in damaged:
                db.execute("DELETE FROM vectors WHERE key IN (SELECT key FROM chunks WHERE document = ?)", (number,))
                db.execute("UPDATE documents SET size = -1, digest = '', content = '' WHERE id = ?", (number,))

    def insert(self, document: Document, file: StoredFile, chunks: Iterable[NewChunk]) -> None:
        """Store a pending document with its chunks; nobody sees it before ``publish``."""
        with self._write() as db:
            row = db.execute(
                """INSERT INTO documents
                   (source, state, location, size, modified_ns, digest, content, metadata, pages, text, blocks, about)
                   VALUES (?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (
                    document.source,
                    file.location,
                    file.size,
                    file.modified_ns,
                    document.digest,
                    file.content,
                    document.metadata.model_dump_json(),
                    json.dumps(document.pages),
                    document.text,
                    blocks_json(document.blocks),
                    document.about,
                ),
            ).lastrowid
            db.executemany(
                "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                ((row, n, *_columns(chunk)) for n, chunk in enumerate(chunks)),
            )

    def unembedded(self, embedder: str) -> list[tuple[int, int]]:
        """Places of pending chunks without vectors, one for each distinct text; ``new_chunks`` reads them."""
        query = """SELECT min(c.document), c.position FROM chunks c JOIN documents d ON d.id = c.document
                   WHERE d.state = 'pending'
                   AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.embedder = ? AND v.key = c.key)
                   GROUP BY c.key ORDER BY c.document, c.position"""
        with self._sql() as db:
            return db.execute(query, (embedder,)).fetchall()

    def new_chunks(self, places: Sequence[tuple[int, int]]) -> list[NewChunk]:
        """The chunks at these places."""
        query = """SELECT d.source, c."start", c."end", c.text, c.statements, c.header
                   FROM chunks c JOIN documents d ON d.id = c.document
                   WHERE c.document = ? AND c.position = ?"""
        found = []
        with self._sql() as db:
            for place in places:
                source, start, end, text, said, header = db.execute(query, place).fetchone()
                chunk = Chunk(source=source, start=start, end=end, text=text)
                found.append(NewChunk(chunk, statements_from(said), header))
        return found

    def add_vectors(self, embedder: str, keys: Sequence[bytes], embeddings: Sequence[Embedding]) -> None:
        """Keep embeddings for good; what is committed here survives an interruption."""
        with self._write() as db:
            db.executemany(
                "INSERT OR IGNORE INTO vectors (embedder, key, whole, parts) VALUES (?, ?, ?, ?)",
                (
                    (
                        embedder,
                        key,
                        e.whole.astype(np.float32).tobytes(),
                        e.parts.astype(np.float16).tobytes(),
                    )
                    for key, e in zip(keys, embeddings, strict=True)
                ),
            )

    def publish(self, removed: Iterable[str], config: str, embedder: str) -> Change:
        """At once: pending documents replace their live versions, ``removed`` sources go, the generation goes up."""
        with self._write() as db:
            db.execute("CREATE TEMP TABLE IF NOT EXISTS gone (id INTEGER PRIMARY KEY)")
            db.execute("DELETE FROM gone")
            db.executemany(
                "INSERT OR IGNORE INTO gone SELECT id FROM documents WHERE source = ? AND state = 'live'",
                ((source,) for source in removed),
            )
            db.execute(
                """INSERT OR IGNORE INTO gone SELECT old.id FROM documents old
                   JOIN documents new ON new.source = old.source AND new.state = 'pending'
                   WHERE old.state = 'live'"""
            )
            pending = "SELECT id FROM documents WHERE state = 'pending'"
            documents = [row[0] for row in db.execute(pending)]
            new = f"SELECT id FROM chunks WHERE document IN ({pending})"  # noqa: S608 - a constant
            old = "SELECT id FROM chunks WHERE document IN (SELECT id FROM gone)"
            deleted = [row[0] for row in db.execute(f"{old} EXCEPT {new}")]
            db.execute("DELETE FROM documents WHERE id IN (SELECT id FROM gone)")
            db.execute("UPDATE documents SET state = 'live' WHERE state = 'pending'")
            generation = self.generation + 1
            change = Change(generation, frozenset(documents), tuple(deleted))
            facts = {"generation": str(generation), "config": config, "embedder": embedder}
            db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())
            db.execute("INSERT OR IGNORE INTO facts VALUES ('token', lower(hex(randomblob(8))))")
        return change

    def finish(self, build: int, root: str | None, report: str) -> None:
        """Journal a complete build, remember its root, and drop unused vectors when they are many and not expected."""
        with self._write() as db:
            db.execute("UPDATE journal SET finished = datetime('now'), report = ? WHERE id = ?", (report, build))
            if root is not None:
                db.execute("INSERT OR REPLACE INTO roots VALUES (?, datetime('now'))", (root,))
            unused = "FROM vectors WHERE key NOT IN (SELECT key FROM chunks)"
            spare = db.execute(f"SELECT count(*) {unused}").fetchone()[0]
            used = db.execute("SELECT count(*) FROM vectors").fetchone()[0] - spare
            if spare > max(used, _SPARE_VECTORS) and db.execute(_EXPECTED).fetchone() is None:
                db.execute(f"DELETE {unused}")

    # --- checks

    def problems(self, embedder: str) -> list[str]:
        """What is wrong inside the catalog, in words; nothing in a sound one."""
        found = []
        with self._sql() as db:
            found += [f"catalog: {row[0]}" for row in db.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
            pending = db.execute("SELECT count(*) FROM documents WHERE state = 'pending'").fetchone()[0]
            if pending:
                found.append(f"catalog: a build is unfinished, {pending} documents are pending")
        found += [f"catalog: {what}" for _, what in self._damaged(embedder)]
        return found

    def _damaged(self, embedder: str) -> Iterator[tuple[int, str]]:
        """Live documents that are not what they should be, and how."""
        with self._sql() as db:
            for number, source, text, start, end, chunk in db.execute(
                """SELECT d.id, d.source, d.text, c."start", c."end", c.text FROM documents d
                   JOIN chunks c ON c.document = d.id WHERE d.state = 'live'"""
            ):
                if text[start:end] != chunk:
                    yield number, f"{source!r} has other text at {start}:{end} than its chunk"
            yield from (
                (number, f"a chunk of {source!r} has no vector, or none of length 1")
                for number, source, whole in db.execute(
                    """SELECT d.id, d.source, v.whole FROM documents d JOIN chunks c ON c.document = d.id
                       LEFT JOIN vectors v ON v.key = c.key AND v.embedder = ? WHERE d.state = 'live'""",
                    (embedder,),
                )
                if not _is_unit(whole)
            )


def _is_unit(whole: bytes | None) -> bool:
    length = float(np.linalg.norm(np.frombuffer(whole or b"", dtype=np.float32))) if len(whole or b"") % 4 == 0 else 0
    return abs(length - 1) < 1e-3


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _batches(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _columns(new: NewChunk) -> tuple[str, int, int, str, str, str, bytes]:
    chunk = new.chunk
    return chunk.id, chunk.start, chunk.end, chunk.text, statements_json(new.statements), new.header, new.key


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
