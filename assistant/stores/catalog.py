"""The truth of an index: every document, chunk and vector, in one SQLite file.

A build inserts documents as pending. One transaction makes them live, removes what they replace and increases the
generation. Readers see only live rows, so at any moment they see one whole generation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from assistant.ports import Embedding, NewChunk, StoredFile
from assistant.stores.catalog_reader import CatalogReader
from assistant.stores.encoding import blocks_json, statements_from, statements_json
from assistant.types import Chunk, Document

_SPARE_VECTORS = 10_000  # kept although no chunk uses them: a text that comes back is not embedded again

# Some root's last build was interrupted or found nothing, as where a disk is not mounted: its texts may come back.
_EXPECTED = """SELECT 1 FROM journal WHERE id IN (SELECT max(id) FROM journal GROUP BY root)
               AND started > datetime('now', '-30 days') AND (finished IS NULL OR json_extract(report, '$.unchanged')
               + json_array_length(report, '$.added') + json_array_length(report, '$.changed') = 0)"""


class Change(NamedTuple):
    """What a new generation changed: the numbers of its new documents, and the ids of removed chunks."""

    generation: int
    documents: frozenset[int]
    deleted: tuple[str, ...] = ()


class Catalog(CatalogReader):
    """The documents of an index, read by any number of threads and written by one build at a time."""

    def files(self) -> list[StoredFile]:
        """The files of all live documents, with their locations as ``Paths`` stores them."""
        with self._sql() as db:
            rows = db.execute(
                """SELECT source, location, size, modified_ns, digest, content
                   FROM documents WHERE state = 'live'"""
            )
            return [StoredFile(*row) for row in rows]

    def begin(self, root: str) -> int:
        """Record a new build in the journal, delete what an interrupted one left, and return the build's number."""
        with self._write() as db:
            db.execute("DELETE FROM documents WHERE state = 'pending'")
            made = db.execute("INSERT INTO journal (root, started) VALUES (?, datetime('now'))", (root,))
            return int(made.lastrowid or 0)

    def touch(self, file: StoredFile) -> None:
        """Update location, size and time of the file of a document that has not changed."""
        with self._write() as db:
            db.execute(
                """UPDATE documents SET location = ?, size = ?, modified_ns = ?, content = ?
                   WHERE source = ? AND state = 'live'""",
                (file.location, file.size, file.modified_ns, file.content, file.source),
            )

    def excluded(self) -> frozenset[str]:
        """Locations of files that stay out of the index until a build names them."""
        with self._sql() as db:
            return frozenset(row[0] for row in db.execute("SELECT location FROM excluded"))

    def exclude(self, locations: Iterable[str]) -> None:
        """Keep these files out of the index."""
        with self._write() as db:
            db.executemany("INSERT OR IGNORE INTO excluded VALUES (?)", ((each,) for each in locations))

    def readmit(self, locations: Iterable[str]) -> None:
        """Let these files into the index again."""
        with self._write() as db:
            db.executemany("DELETE FROM excluded WHERE location = ?", ((each,) for each in locations))

    def invalidate(self, embedder: str) -> None:
        """Delete what an interrupted build left and vectors that are damaged; the next build reads damaged
        documents again.
        """
        damaged = {number for number, _ in self._damaged(embedder)}
        with self._write() as db:
            db.execute("DELETE FROM documents WHERE state = 'pending'")
            for number in damaged:
                db.execute("DELETE FROM vectors WHERE key IN (SELECT key FROM chunks WHERE document = ?)", (number,))
                db.execute("UPDATE documents SET size = -1, digest = '', content = '' WHERE id = ?", (number,))

    def insert(self, document: Document, file: StoredFile, chunks: Iterable[NewChunk]) -> None:
        """Store a pending document with its chunks; searches do not see it before ``publish``."""
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
        """Places of pending chunks without vectors, one for each distinct text, for ``new_chunks``."""
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
        """Store embeddings. They are committed at once and survive an interruption of the build."""
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
        """In one transaction: make pending documents live, delete old versions and ``removed``, increase the
        generation.
        """
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
        """Record a complete build and its root, and delete unused vectors if there are many and none may be needed
        again.
        """
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
        """What is wrong inside the catalog, one line for each problem."""
        found = []
        with self._sql() as db:
            found += [f"catalog: {row[0]}" for row in db.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
            pending = db.execute("SELECT count(*) FROM documents WHERE state = 'pending'").fetchone()[0]
            if pending:
                found.append(f"catalog: a build is unfinished, {pending} documents are pending")
        found += [f"catalog: {what}" for _, what in self._damaged(embedder)]
        return found

    def _damaged(self, embedder: str) -> Iterator[tuple[int, str]]:
        """Damaged live documents, and what is wrong with each."""
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


def _columns(new: NewChunk) -> tuple[str, int, int, str, str, str, bytes]:
    chunk = new.chunk
    return chunk.id, chunk.start, chunk.end, chunk.text, statements_json(new.statements), new.header, new.key
