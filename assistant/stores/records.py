"""The records of an index on a Chroma server: converts documents and passages to records and back.

The server limits a value to ``_VALUE`` characters, so a longer one is split into several. Every record needs a vector;
records that are never searched by distance have a small one without meaning.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, Self

import numpy as np

from assistant.ports import Embedding, NewChunk, StoredChunk, Vectors
from assistant.stores.chroma_server import Record
from assistant.stores.encoding import blocks_from, blocks_json, statements_from, statements_json
from assistant.stores.layout import DAY, day_number, describer
from assistant.types import Chunk, Document, DocumentMetadata, Filter, Statement

FORMAT = "4"
"""The version of the record format; 1 had no location, 2 no blocks and no statements, 3 not the keys of ``layout``."""

_SLICE = 4_000  # characters: at most 16,000 bytes, and Chroma Cloud takes 16,384
_VALUE = 4_000  # characters of a value; Chroma Cloud takes 4,096 bytes


_PLAIN: Mapping[str, type] = {
    "version": str, "unfinished": bool, "root": str, "content": str, "slices": int, "characters": int, "stored": int,
    "chunks": int,
}  # fmt: skip
"""The fields of a document record that are short, and so are values of their own."""


class DocumentRecord(NamedTuple):
    """What the ``documents`` collection knows about a document. If ``version`` is empty, no version is live.

    If ``content`` is empty, a build that finds the file writes the document again. ``root`` and ``location`` are whole
    paths of the indexed folder and of the file, since two folders may have one name. The slices have ``stored``
    characters, of which the first ``characters`` are the text (see ``content``).
    """

    key: str
    version: str
    unfinished: bool
    root: str
    location: str
    content: str
    slices: int
    pages: tuple[int, ...]
    characters: int
    stored: int
    chunks: int
    metadata: DocumentMetadata

    @classmethod
    def of(cls, document: Document, content: str, root: str, location: str, chunks: int) -> Self:
        """The record of a document: ``content`` is the hash of its file, ``chunks`` the number of its passages."""
        stored = len(_content(document))
        return cls(
            key=key(document.source),
            version=document.digest,
            unfinished=False,
            root=root,
            location=location,
            content=content,
            slices=-(-stored // _SLICE),
            pages=document.pages,
            characters=len(document.text),
            stored=stored,
            chunks=chunks,
            metadata=document.metadata,
        )

    @classmethod
    def read(cls, record: Record) -> Self:
        """The document record that ``record`` was made from."""
        known = record.known
        plain: dict[str, Any] = {name: kind(known[name]) for name, kind in _PLAIN.items()}
        return cls(
            key=record.id,
            location=str(json.loads(_whole("location", known))),
            pages=tuple(json.loads(_whole("pages", known))),
            metadata=DocumentMetadata.model_validate_json(_whole("metadata", known)),
            **plain,
        )

    @property
    def forgotten(self) -> bool:
        """Whether it is being deleted, rather than announced by a build."""
        return not self.version and not self.content

    @property
    def record(self) -> Record:
        """The one record that says which version is live."""
        fields = {
            **_parts("metadata", self.metadata.model_dump_json()),
            **_parts("pages", json.dumps(self.pages)),
            **_parts("location", json.dumps(self.location)),
            **{name: getattr(self, name) for name in _PLAIN},
            "document": self.key,
            "slice": -1,
        }
        return Record(self.key, "", fields, _somewhere(self.key))

    @property
    def slice_ids(self) -> list[str]:
        """Ids of the records that hold its text and blocks, in order."""
        return [f"{self.key}.{self.version[:16]}.{number}" for number in range(self.slices)]


def key(source: str) -> str:
    """The id of a document's own record."""
    return hashlib.blake2b(source.encode(), digest_size=16).hexdigest()


def slices(document: Document, live: DocumentRecord) -> list[Record]:
    """The records with the document's text and, after it, its blocks and key facts."""
    content, found = _content(document), []
    for number, id_ in enumerate(live.slice_ids):
        fields = {"document": live.key, "version": live.version, "slice": number}
        text = content[number * _SLICE : (number + 1) * _SLICE]
        found.append(Record(id_, text, fields, _somewhere(id_)))
    return found


def document(live: DocumentRecord, content: str) -> Document:
    """The document whose slices hold ``content``."""
    structure = json.loads(content[live.characters :])
    return Document(
        **live.metadata.model_dump(),
        pages=live.pages,
        text=content[: live.characters],
        blocks=blocks_from(structure["blocks"]),
        about=structure["about"],
    )


def _content(document: Document) -> str:
    return document.text + json.dumps({"blocks": blocks_json(document.blocks), "about": document.about})


def passages(
    chunks: Sequence[NewChunk], document: Document, live: DocumentRecord, embeddings: Iterator[Embedding]
) -> Iterator[Record]:
    """The records of a document's passages, which can be found by their vectors, their folders and their day.

    Besides the keys of every Chroma collection of passages they have what searches here need.
    """
    about, describe = document.metadata, describer(document)
    shared: dict[str, Any] = {
        **_parts("metadata", about.model_dump_json()),
        **_parts("about", json.dumps(document.about)),
        "document": live.key,
        "version": live.version,
        "folders": [part for part in _ancestors(about.source) if len(part.encode()) <= _VALUE],
    }
    for new, embedding in zip(chunks, embeddings, strict=False):
        fields = {
            **{name: _cut(value) for name, value in describe(new.chunk).items()},
            **shared,
            **_parts("statements", statements_json(new.statements)),
            **_parts("vectors", _packed(embedding.parts)),
            # A second, small copy: as JSON the server's own vector takes eight times the bytes to fetch.
            **_parts("whole", base64.b64encode(embedding.whole.astype(np.float16).tobytes()).decode()),
            "chunk": new.chunk.id,
        }
        yield Record(f"{new.chunk.id}.{live.version[:16]}", new.chunk.text, fields, embedding.whole)


def stored(record: Record) -> StoredChunk:
    """The passage that ``record`` was made from, with vectors in the stored precision."""
    known, found = record.known, metadata(record)
    halves = np.frombuffer(base64.b64decode(_whole("whole", known)), dtype=np.float16).astype(np.float32)
    vector = (halves / np.linalg.norm(halves)).astype(np.float32)
    chunk = Chunk(source=found.source, start=int(known["start"]), end=int(known["end"]), text=record.text)
    embedding = Embedding(vector, _unpacked(_whole("vectors", known), len(vector)))
    return StoredChunk(chunk, found, statements(record), embedding, about(record))


def owner(record: Record) -> tuple[str, str]:
    """Key and version of the document that the passage of ``record`` belongs to."""
    return str(record.known["document"]), str(record.known["version"])


def chunk_id(record: Record) -> str:
    """The id of the chunk in a passage's record."""
    return str(record.known["chunk"])


def metadata(record: Record) -> DocumentMetadata:
    """The metadata of the document of ``record``'s passage."""
    return DocumentMetadata.model_validate_json(_whole("metadata", record.known))


def statements(record: Record) -> tuple[Statement, ...]:
    """The statements of the passage of ``record``."""
    return statements_from(_whole("statements", record.known))


def about(record: Record) -> str:
    """The key facts of the document of ``record``'s passage."""
    return str(json.loads(_whole("about", record.known)))


def condition(where: Filter) -> dict[str, Any] | None:
    """``where`` as a Chroma filter."""
    places: list[dict[str, Any]] = [{"folders": {"$contains": source.rstrip("/")}} for source in where.sources]
    demands: list[dict[str, Any]] = [{"$or": places}] if len(places) > 1 else places
    if where.since or where.until:
        since, until = where.since or date.min, where.until or date.max
        demands += [{DAY: {"$gte": day_number(since)}}, {DAY: {"$lte": day_number(until)}}]
    return {"$and": demands} if len(demands) > 1 else next(iter(demands), None)


# --- values ---------------------------------------------------------------------------------------


def _somewhere(mark: str) -> Vectors:
    """A unit vector of two dimensions from a hash, for records that are never searched by distance but need a
    vector.
    """
    angle = int.from_bytes(hashlib.blake2b(mark.encode(), digest_size=4).digest(), "big") / 2**32 * 2 * np.pi
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)


def _cut(value: str | int) -> str | int:
    return value.encode()[:_VALUE].decode(errors="ignore") if isinstance(value, str) else value


def _ancestors(source: str) -> list[str]:
    parts = source.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _packed(parts: Vectors) -> str:
    """Unit vectors with one byte for each number, which changes cosines by about a thousandth."""
    peaks = np.abs(parts).max(axis=1, keepdims=True, initial=1e-9)
    return base64.b64encode(np.round(parts * 127 / peaks).astype(np.int8).tobytes()).decode()


def _unpacked(packed: str, dimension: int) -> Vectors:
    rows = np.frombuffer(base64.b64decode(packed), dtype=np.int8).reshape(-1, dimension).astype(np.float32)
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    unit: Vectors = (rows / lengths).astype(np.float32)
    return unit


def _parts(name: str, text: str) -> dict[str, str]:
    """A long value split into values that the server accepts; all characters are ASCII, as in JSON and base 64."""
    plain = text if text.isascii() else json.dumps(json.loads(text))
    return {f"{name}{n}": plain[start : start + _VALUE] for n, start in enumerate(range(0, len(plain) or 1, _VALUE))}


def _whole(name: str, known: Mapping[str, Any]) -> str:
    values: list[str] = []
    while (value := known.get(f"{name}{len(values)}")) is not None:
        values.append(str(value))
    return "".join(values)
