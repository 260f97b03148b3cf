"""An index on a Chroma server, shared by any number of machines: some index shards of the files, all can answer."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from assistant.errors import DocumentError, IndexMissingError, IndexStaleError
from assistant.index_config import IndexConfig
from assistant.ports import Embedder, Sink, StoredChunk, Vectors
from assistant.stores import records
from assistant.stores.base import BaseIndex, IndexStatus, named
from assistant.stores.chroma_server import BATCH, ChromaServer, Record
from assistant.stores.engines import context_words, header_words
from assistant.stores.keyword import Entry, KeywordIndex, patterns
from assistant.stores.records import DocumentRecord
from assistant.stores.server_documents import ServerDocuments
from assistant.stores.server_sink import ServerSink
from assistant.types import Document, Filter, IndexedDocument, IndexReport, OnProgress, Progress, no_progress

CANDIDATES = 100
"""How many nearest passages are scored by keywords."""

RARE_WORDS = 4
"""How many words of a question, at most, are looked up on the server because few of the nearest passages hold them."""

_RARE = 10  # a word that fewer passages hold is rare; as many passages that hold it are fetched

_CACHED = 2_000
_FRESH_SECONDS = 0.5  # dense and keyword search of one question come within that
_EVERYTHING = Filter()


class _Search(NamedTuple):
    """The last search for the nearest passages, and what it found."""

    vector: bytes
    where: Filter
    limit: int
    when: float
    found: list[Record]


class RemoteIndex(BaseIndex):
    """The index ``name`` on a Chroma server. Safe to share between threads.

    The server is contacted, and ``embedder`` called, when first needed.
    """

    def __init__(self, server: ChromaServer, name: str, config: IndexConfig, embedder: Callable[[], Embedder]) -> None:
        super().__init__(embedder)
        self._server, self._name, self._config = server, name, config
        self._open: ServerDocuments | None = None
        self._seen: OrderedDict[str, Record] = OrderedDict()
        self._asked = _Search(b"", _EVERYTHING, 0, 0.0, [])

    @property
    def store_dir(self) -> None:
        """None: the server keeps the files."""

    def close(self) -> None:
        """Close the connection; the index may be used again afterwards."""
        with self._mutex:
            self._open = None
            self._server.close()

    # --- reading

    def dense(self, vector: Vectors, limit: int, where: Filter = _EVERYTHING) -> Mapping[str, float]:
        """Chunk ids by cosine with ``vector``, best first, at most ``limit`` and 300.

        Raises IndexMissingError, IndexStaleError, and BackendError while no server answers.
        """
        found = self._nearest(vector, max(limit, CANDIDATES), where)
        return {records.chunk_id(record): 1.0 - record.distance for record in found[:limit]}

    def keyword(self, text: str, limit: int, where: Filter = _EVERYTHING) -> Mapping[str, float]:
        """Chunk ids by BM25 among candidates, best first; scores are above 0.

        Candidates are the CANDIDATES nearest in meaning, and the nearest that hold words of ``text`` that few of those
        hold.
        """
        vector = self._embedder.embed_query(text)
        found = {record.id: record for record in self._nearest(vector, CANDIDATES, where)}
        found |= {record.id: record for record in self._with_rare_words(text, vector, where, list(found.values()))}
        words = KeywordIndex.create(None, self._config.analyzer)
        words.update(map(_entry, found.values()), (), 0)
        return words.search(text, limit)

    def fetch(self, ids: Sequence[str]) -> Sequence[StoredChunk]:
        """The live chunks among ``ids``, in that order."""
        stored = self.stored
        with self._mutex:
            found = {id_: self._seen[id_] for id_ in ids if id_ in self._seen}
        missing = [id_ for id_ in ids if id_ not in found]
        for start in range(0, len(missing), BATCH):
            condition = {"chunk": {"$in": missing[start : start + BATCH]}}
            there = stored.live_only(stored.passages.where(condition))
            found |= {records.chunk_id(record): record for record in there}
        live = {records.chunk_id(record) for record in stored.live_only(found.values())}
        return [records.stored(found[id_]) for id_ in ids if id_ in live]

    def document(self, source: str) -> Document | None:
        """The live document of that source, with its full text.

        Raises IndexCorruptError if some of the text is lost.
        """
        return self.stored.document(source)

    def documents(self) -> tuple[IndexedDocument, ...]:
        """All live documents by source; empty if there is no index."""
        listed = [
            IndexedDocument(**known.metadata.model_dump(), characters=known.characters, passages=known.chunks)
            for known in self._live()
        ]
        return tuple(sorted(listed, key=lambda document: document.source))

    def status(self) -> IndexStatus:
        """What is in the index; zeros if there is no index. The size in bytes is not known."""
        known = list(self._live())
        return IndexStatus(
            where=f"{self._server.url}/{self._name}",
            documents=len(known),
            chunks=sum(each.chunks for each in known),
            generation=1 if known else 0,
            config=self._config,
            embedder=str(self._open.passages.known.get("embedder")) if self._open else None,
            roots=tuple(sorted({each.root for each in known if each.root})),
            bytes=0,
        )

    @property
    def empty(self) -> bool:
        """Whether no document is in the index; only the first ones are requested."""
        return next(self._live(), None) is None

    def verify(self) -> list[str]:
        """What is wrong, one line for each problem. Reads the whole index."""
        stored = self.stored
        known, held, strays = _survey(stored)
        problems = [f"passages: {record.id!r} belongs to no live document" for record in strays]
        for key, each in known.items():
            source = each.metadata.source
            if each.unfinished or not each.version:
                problems.append(f"documents: a build of {source!r} is unfinished")
            if each.version and held[key] != each.chunks:
                problems.append(f"passages: {held[key]} of {source!r}, not {each.chunks}")
            if each.version and not stored.is_whole(each):
                problems.append(f"documents: {source!r} lacks some of its text")
        return problems

    # --- writing

    @contextmanager
    def writing(self, root: Path | None, on_progress: OnProgress = no_progress) -> Iterator[Sink]:  # noqa: ARG002 - nothing to do
        """The sink for a build of ``root``, if any. Only one machine may build a shard at a time.

        Raises IndexStaleError if the index was made with another configuration, and BackendError while no server
        answers.
        """
        stored = self._make()
        yield ServerSink(stored, root, self._config, self._embedder)

    def remove(self, source: str) -> IndexReport:
        """Remove a document, or all documents in a folder, until its root is indexed again.

        Raises DocumentError if nothing of that name is indexed.
        """
        started = time.monotonic()
        gone = [known for known in self._live() if named(known.metadata.source, source)]
        if not gone:
            raise DocumentError(f"No document {source!r} is indexed. `assistant index list`")
        self.stored.forget(gone)
        removed = tuple(sorted(known.metadata.source for known in gone))
        return IndexReport(root="", removed=removed, seconds=time.monotonic() - started)

    def repair(self, on_progress: OnProgress | None = None) -> list[str]:
        """Delete what belongs to no live document, and mark incomplete documents to be written again by the next
        build.

        Documents that a build has announced are left alone, since it may be running. Returns what a build has to
        repair.
        """
        (on_progress or no_progress)(Progress(stage="sweeping", done=0, total=0))
        stored = self.stored
        stored.delete_others([each for each in stored.all() if each.forgotten])
        known, held, strays = _survey(stored)
        # Read again: a build announces a document before it writes the passages that were just seen.
        owners = stored.by_key(list({records.owner(record)[0] for record in strays}))
        kept = {key for key, each in owners.items() if each.unfinished}
        live = {(key, each.version) for key, each in owners.items()}
        owned = [(record.id, records.owner(record)) for record in strays]
        stored.passages.delete([id_ for id_, owner in owned if owner[0] not in kept and owner not in live])
        lacking = [
            key
            for key, each in known.items()
            if each.version and (held[key] != each.chunks or not stored.is_whole(each))
        ]
        same = [each for key, each in stored.by_key(lacking).items() if each == known[key]]
        stored.put(each._replace(content="") for each in same)
        return self.verify()

    # --- parts

    @property
    def stored(self) -> ServerDocuments:
        """The collections. Raises IndexMissingError if there are none."""
        there = self._existing()
        if there is None:
            raise self._nothing()
        return there

    def _live(self) -> Iterator[DocumentRecord]:
        """Records of the live documents; none if there is no index."""
        there = self._existing()
        return (known for known in there.all() if known.version) if there else iter(())

    def _existing(self) -> ServerDocuments | None:
        with self._mutex:
            if self._open is None:
                found = [self._server.existing(name) for name in self._names]
                passages, documents = found
                if passages is None or documents is None:
                    return None
                self._open = self._checked(ServerDocuments(self._name, passages, documents))
            return self._open

    def _make(self) -> ServerDocuments:
        with self._mutex:
            if self._open is None:
                passages, documents = (self._server.collection(name, self._wanted) for name in self._names)
                self._open = self._checked(ServerDocuments(self._name, passages, documents))
            return self._open

    @property
    def _names(self) -> tuple[str, str]:
        return f"{self._name}-passages", f"{self._name}-documents"

    @property
    def _wanted(self) -> dict[str, str]:
        """The metadata of the collections, which identifies the configuration of an index."""
        return {
            "config": self._config.fingerprint,
            "embedder": self._embedder.fingerprint,
            "format": records.FORMAT,
        }

    def _checked(self, there: ServerDocuments) -> ServerDocuments:
        known, wanted = there.passages.known, self._wanted
        if {name: known.get(name) for name in wanted} != wanted:
            raise IndexStaleError(
                f"The index {self._name!r} at {self._server.url!r} was built by another version or configuration. "
                f"Build one beside it: `ASSISTANT_CHROMA_COLLECTION={self._name}-2 assistant index build`"
            )
        return there

    def _nearest(self, vector: Vectors, limit: int, where: Filter) -> list[Record]:
        """Live passages, nearest first; dense and keyword search of one question share one request."""
        key, now = vector.tobytes(), time.monotonic()
        with self._mutex:
            asked = self._asked
        if (asked.vector, asked.where) == (key, where) and asked.limit >= limit and now - asked.when < _FRESH_SECONDS:
            live = self.stored.live_only(asked.found)
            if len(live) == len(asked.found):
                return live
        stored = self.stored
        found = stored.live_only(stored.passages.nearest(vector, limit, records.condition(where)))
        if not found and self.empty:
            raise self._nothing()
        self._asked = _Search(key, where, limit, now, found)
        self._remember(found)
        return found

    def _with_rare_words(self, text: str, vector: Vectors, where: Filter, near: Sequence[Record]) -> list[Record]:
        """The nearest live passages that hold one of the words of ``text`` that few of those ``near`` hold."""
        held = {
            each: sum(bool(each.search(record.text)) for record in near)
            for each in patterns(text, self._config.analyzer)
        }
        rare = sorted((each for each in held if held[each] < min(_RARE, len(near))), key=lambda each: held[each])
        stored, condition = self.stored, records.condition(where)
        found = [
            record
            for pattern in rare[:RARE_WORDS]
            for record in stored.passages.nearest(vector, _RARE, condition, pattern)
        ]
        live = stored.live_only(found)
        self._remember(live)
        return live

    def _remember(self, found: Sequence[Record]) -> None:
        """Keep what was found for ``fetch``."""
        with self._mutex:
            for record in found:
                self._seen[records.chunk_id(record)] = record
                self._seen.move_to_end(records.chunk_id(record))
            while len(self._seen) > _CACHED:
                self._seen.popitem(last=False)

    def _nothing(self) -> IndexMissingError:
        where = f"index {self._name!r} at {self._server.url!r}"
        return IndexMissingError(f"There are no documents in the {where}. `assistant index build`")


def _survey(stored: ServerDocuments) -> tuple[dict[str, DocumentRecord], Counter[str], list[Record]]:
    """The document records by key, how many passages of its live version each has, and the passages of no live one."""
    known = {each.key: each for each in stored.all()}
    held: Counter[str] = Counter()
    strays = []
    for record in stored.passages.where(None):
        key, version = records.owner(record)
        if key in known and known[key].version == version:
            held[key] += 1
        else:
            strays.append(record)
    return known, held, strays


def _entry(record: Record) -> Entry:
    said, metadata = records.statements(record), records.metadata(record)
    context = context_words(record.text, said, records.about(record))
    return Entry(records.chunk_id(record), record.text, header_words(metadata), context)
