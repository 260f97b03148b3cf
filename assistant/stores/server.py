"""An index on a Chroma server, shared by any number of machines: some build shards of it, all answer from it.

The truth is two collections. ``passages`` holds chunks with their text, spans, vectors and metadata; ``documents``
holds for each document one record that says which version of it is live, and its text in slices. Writing that one
record is what makes a new version live, so at any moment a document is wholly its old version or wholly its new one;
what is found of any other version is not shown, and is swept by the next build of that document.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import DocumentError, IndexCorruptError, IndexMissingError, IndexStaleError
from assistant.ingest.discover import FoundFile
from assistant.ingest.read import content_hash
from assistant.ingest.split import split, tokenizer
from assistant.ingest.sync import WHOLE, Shard, files, free_source, looked_at
from assistant.ingest.worker import Limits, ParserPool
from assistant.ports import NewChunk, StoredChunk, Vectors
from assistant.stores import records
from assistant.stores.base import BaseIndex, IndexStatus, silently
from assistant.stores.chroma_server import BATCH, ChromaCollection, ChromaServer, Record
from assistant.stores.config import IndexConfig
from assistant.stores.engines import context_words, header_words
from assistant.stores.keyword import Entry, KeywordIndex
from assistant.stores.records import Live
from assistant.types import (
    Document,
    Filter,
    IndexedDocument,
    IndexReport,
    OnProgress,
    Progress,
    Skipped,
)

CANDIDATES = 100
"""Nearest passages whose words are scored; what is further away in meaning is not found by its words alone."""

_GROUP = 256  # chunks that are embedded and written together
_CACHED = 2_000
_FRESH_SECONDS = 0.5  # dense and keyword search of one question come within that
_EVERYTHING = Filter()


class _Asked(NamedTuple):
    """The last question, and what was found for it."""

    mark: bytes
    where: Filter
    limit: int
    when: float
    found: list[Record]


class RemoteIndex(BaseIndex):
    """``ports.PassageStore`` over a Chroma server, and what keeps it up to date. Safe to share between threads."""

    def __init__(self, server: ChromaServer, name: str, recipe: IndexConfig, embedder: Any, limits: Limits) -> None:
        super().__init__(embedder)
        self._server, self._name, self._recipe, self._limits = server, name, recipe, limits
        self._open: tuple[ChromaCollection, ChromaCollection] | None = None
        self._seen: OrderedDict[str, Record] = OrderedDict()
        self._asked = _Asked(b"", _EVERYTHING, 0, 0.0, [])

    @classmethod
    def open(
        cls,
        server: ChromaServer,
        name: str,
        recipe: IndexConfig,
        embedder: Any,
        *,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> RemoteIndex:
        """The index ``name`` on ``server``; the server is asked, and ``embedder`` called, when first needed."""
        return cls(server, name, recipe, embedder, limits)

    def close(self) -> None:
        """Let go of the connection; the index may be used again afterwards."""
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
        """Of the CANDIDATES nearest in meaning, chunk ids by BM25 among these, best first; scores are above 0."""
        found = self._nearest(self._embedder.embed_query(text), CANDIDATES, where)
        words = KeywordIndex.create(None, self._recipe.analyzer)
        words.update(map(_entry, found), (), 0)
        return words.search(text, limit)

    def fetch(self, ids: Sequence[str]) -> Sequence[StoredChunk]:
        """The live chunks among ``ids``, in that order."""
        with self._mutex:
            found = {id_: self._seen[id_] for id_ in ids if id_ in self._seen}
        missing = [id_ for id_ in ids if id_ not in found]
        for start in range(0, len(missing), BATCH):
            condition = {"chunk": {"$in": missing[start : start + BATCH]}}
            found |= {records.chunk_id(r): r for r in self._live_only(self._passages.where(condition))}
        live = {records.chunk_id(record) for record in self._live_only(found.values())}
        return [records.stored(found[id_]) for id_ in ids if id_ in live]

    def document(self, source: str) -> Document | None:
        """The live document of that source, with its full text.

        Raises IndexCorruptError where some of the text is lost.
        """
        key, before = records.key(source), None
        while (known := self._known([key]).get(key)) and known.version:
            content = self._content(known)
            if len(content) == known.stored:
                return records.document(known, content)
            # A build may have replaced the version between the two requests, and deleted what was asked for.
            if known == before:
                cure = "`assistant index verify --repair`, then `assistant index build`"
                raise IndexCorruptError(f"The index {self._name!r} lacks some of the text of {source!r}. {cure}")
            before = known
        return None

    def documents(self) -> tuple[IndexedDocument, ...]:
        """All live documents by source; none where there is no index."""
        listed = [
            IndexedDocument(**known.metadata.model_dump(), characters=known.characters, passages=known.chunks)
            for known in self._all()
            if known.version
        ]
        return tuple(sorted(listed, key=lambda document: document.source))

    def status(self) -> IndexStatus:
        """What is in the index; zeros where there is none. Bytes are the server's affair."""
        known = [each for each in self._all() if each.version]
        there = self._collections(make=False)
        return IndexStatus(
            where=f"{self._server.url}/{self._name}",
            documents=len(known),
            chunks=sum(each.chunks for each in known),
            generation=1 if known else 0,
            recipe=self._recipe,
            embedder=str(there[0].known.get("embedder")) if there else None,
            roots=tuple(sorted({each.root for each in known})),
            bytes=0,
        )

    @property
    def empty(self) -> bool:
        """Whether no document is in the index; the server is asked for its first ones alone."""
        return not any(each.version for each in self._all())

    def verify(self) -> list[str]:
        """What is wrong, in words; nothing where all is well. Reads the whole index."""
        problems = []
        known = {each.key: each for each in self._all()}
        held: dict[str, int] = {}
        for record in self._passages.where(None):
            owner = known.get(str(record.known["document"]))
            if owner is None or owner.version != record.known["version"]:
                problems.append(f"passages: {record.id!r} belongs to no live document")
            else:
                held[owner.key] = held.get(owner.key, 0) + 1
        for each in known.values():
            if each.needs_gc or not each.version:
                problems.append(f"documents: a build of {each.metadata.source!r} is unfinished")
            if each.version and held.get(each.key, 0) != each.chunks:
                problems.append(f"passages: {held.get(each.key, 0)} of {each.metadata.source!r}, not {each.chunks}")
            if each.version and len(self._content(each)) != each.stored:
                problems.append(f"documents: {each.metadata.source!r} lacks some of its text")
        return problems

    # --- writing

    def sync(self, root: Path, on_progress: OnProgress | None = None, shard: Shard = WHOLE) -> IndexReport:
        """Bring the index in line with the files under ``root`` that fall to ``shard``, and leave all others alone.

        One machine may build a shard at a time. Raises DocumentError where ``root`` does not exist, IndexStaleError
        where the index was made by another recipe, and BackendError while no server answers.
        """
        started, report = time.monotonic(), on_progress or silently
        root = root.resolve()
        found, skipped = files(root, root / ".none", shard)
        self._collections(make=True)
        work = _Work(self, root, report)
        work.take(found, self._limits)
        removed = work.vanished(found, skipped, shard)
        return IndexReport(
            root=str(root),
            added=tuple(sorted(work.added)),
            changed=tuple(sorted(work.changed)),
            removed=tuple(sorted(removed)),
            unchanged=work.unchanged,
            skipped=(*skipped, *work.skipped),
            embedded=work.embedded,
            seconds=time.monotonic() - started,
        )

    def remove(self, source: str) -> IndexReport:
        """Forget a document, or all below a folder, until its root is synced again.

        Raises DocumentError where nothing of that name is indexed.
        """
        started, folder = time.monotonic(), source.rstrip("/") + "/"
        gone = [
            known
            for known in self._all()
            if known.version and (known.metadata.source == source or known.metadata.source.startswith(folder))
        ]
        if not gone:
            raise DocumentError(f"No document {source!r} is indexed. `assistant index list`")
        self._forget(gone)
        removed = tuple(sorted(known.metadata.source for known in gone))
        return IndexReport(root="", removed=removed, seconds=time.monotonic() - started)

    def repair(self, on_progress: OnProgress | None = None) -> list[str]:
        """Delete what no live document owns, and have the next build write anew what lacks a part.

        What a build has announced is left to builds, for one may be running. Returns what a build has to mend.
        """
        report = on_progress or silently
        report(Progress(stage="sweeping", done=0, total=0))
        known = {each.key: each for each in self._all()}
        self._sweep([each for each in known.values() if each.forgotten])
        strays: list[tuple[str, str, str]] = []
        held: Counter[str] = Counter()
        for record in self._passages.where(None):
            key, version = str(record.known["document"]), str(record.known["version"])
            if key in known and known[key].version == version:
                held[key] += 1
            else:
                strays.append((record.id, key, version))
        # Asked again: a build announces a document before it writes the passages that were just seen.
        owners = self._known(list({key for _, key, _ in strays}))
        owned = {key for key, owner in owners.items() if owner.needs_gc}
        live = {(key, owner.version) for key, owner in owners.items()}
        self._passages.delete([id_ for id_, key, version in strays if key not in owned and (key, version) not in live])
        lacking = [
            key
            for key, each in known.items()
            if each.version and (held[key] != each.chunks or len(self._content(each)) != each.stored)
        ]
        same = [each for key, each in self._known(lacking).items() if each == known[key]]
        self._documents.put([each._replace(content="").record for each in same])
        return self.verify()

    # --- parts

    @property
    def _passages(self) -> ChromaCollection:
        return self._needed()[0]

    @property
    def _documents(self) -> ChromaCollection:
        return self._needed()[1]

    def _needed(self) -> tuple[ChromaCollection, ChromaCollection]:
        there = self._collections(make=False)
        if there is None:
            raise self._nothing()
        return there

    def _collections(self, make: bool) -> tuple[ChromaCollection, ChromaCollection] | None:
        with self._mutex:
            if self._open is None:
                wanted = {
                    "recipe": self._recipe.fingerprint,
                    "embedder": self._embedder.fingerprint,
                    "format": records.FORMAT,
                }
                names = (f"{self._name}-passages", f"{self._name}-documents")
                if make:
                    there = [self._server.collection(name, wanted) for name in names]
                else:
                    there = [each for name in names if (each := self._server.existing(name))]
                if len(there) < len(names):
                    return None
                if {name: there[0].known.get(name) for name in wanted} != wanted:
                    raise IndexStaleError(
                        f"The index {self._name!r} at {self._server.url!r} was built by another version or recipe. "
                        f"Build one beside it: `ASSISTANT_CHROMA_COLLECTION={self._name}-2 assistant index build`"
                    )
                self._open = (there[0], there[1])
            return self._open

    def _nearest(self, vector: Vectors, limit: int, where: Filter) -> list[Record]:
        """Live passages, nearest first; dense and keyword search of one question share one request."""
        mark, now = vector.tobytes(), time.monotonic()
        with self._mutex:
            asked = self._asked
        if (asked.mark, asked.where) == (mark, where) and asked.limit >= limit and now - asked.when < _FRESH_SECONDS:
            live = self._live_only(asked.found)
            if len(live) == len(asked.found):
                return live
        found = self._live_only(self._passages.nearest(vector, limit, records.condition(where)))
        if not found and self.empty:
            raise self._nothing()
        with self._mutex:
            self._asked = _Asked(mark, where, limit, now, found)
            for record in found:
                self._seen[records.chunk_id(record)] = record
                self._seen.move_to_end(records.chunk_id(record))
            while len(self._seen) > _CACHED:
                self._seen.popitem(last=False)
        return found

    def _nothing(self) -> IndexMissingError:
        where = f"index {self._name!r} at {self._server.url!r}"
        return IndexMissingError(f"There are no documents in the {where}. `assistant index build`")

    def _live_only(self, records: Iterable[Record]) -> list[Record]:
        """Those of ``records`` that belong to the live version of their document, as the server says now."""
        some = list(records)
        known = self._known(list({str(record.known["document"]) for record in some}))
        return [
            record
            for record in some
            if (owner := known.get(str(record.known["document"]))) and owner.version == record.known["version"]
        ]

    def _known(self, keys: Sequence[str]) -> dict[str, Live]:
        return {record.id: Live.read(record) for record in self._documents.get(keys)}

    def _content(self, known: Live) -> str:
        return "".join(record.text for record in self._documents.get(known.slice_ids))

    def _all(self) -> Iterator[Live]:
        there = self._collections(make=False)
        return map(Live.read, there[1].where({"slice": -1})) if there else iter(())

    def _forget(self, gone: Sequence[Live]) -> None:
        forgotten = [known._replace(version="", content="", needs_gc=True) for known in gone]
        self._documents.put([known.record for known in forgotten])
        self._sweep(forgotten)

    def _sweep(self, dirty: Sequence[Live]) -> None:
        """Delete what these documents own beside their live version, and those that have none."""
        for known in dirty:
            other = {"$and": [{"document": known.key}, {"version": {"$ne": known.version}}]}
            for collection in (self._passages, self._documents):
                collection.delete([record.id for record in collection.where(other) if record.id != known.key])
        self._documents.delete([known.key for known in dirty if not known.version])
        self._documents.put([known._replace(needs_gc=False).record for known in dirty if known.version])


class _New(NamedTuple):
    """A document to be written: what its file's bytes hash to, where the file is, and the chunks."""

    document: Document
    content: str
    location: str
    chunks: tuple[NewChunk, ...]


class _Work:
    """One pass over the files of a root, written group by group."""

    def __init__(self, index: RemoteIndex, root: Path, on_progress: OnProgress) -> None:
        self._index, self._root, self._report = index, root, on_progress
        self._tokenize = tokenizer(index._embedder)
        self._known = {known.location: known for known in index._all()}
        self._taken: dict[str, Live | None] = {known.metadata.source: known for known in self._known.values()}
        self._moved: list[Live] = []
        self.added: list[str] = []
        self.changed: list[str] = []
        self.skipped: list[Skipped] = []
        self.unchanged = self.embedded = 0

    def take(self, found: Sequence[FoundFile], limits: Limits) -> None:
        """Read what changed, and write it in groups."""
        group: list[_New] = []
        with closing(ParserPool(limits)) as readers:
            for done, file in enumerate(found):
                self._report(Progress(stage="embedding", done=done, total=len(found), item=file.source))
                try:
                    if new := self._changed(file, readers):
                        group.append(new)
                except DocumentError as exc:
                    self.skipped.append(Skipped(source=file.source, reason=str(exc)))
                if sum(len(new.chunks) for new in group) >= _GROUP:
                    self._write(group)
                    group = []
            self._write(group)
        self._index._documents.put([known.record for known in self._moved])
        if found:
            self._report(Progress(stage="embedding", done=len(found), total=len(found)))

    def vanished(self, found: Sequence[FoundFile], unreadable: Sequence[Skipped], shard: Shard) -> list[str]:
        """Forget the documents of this root and shard whose files are gone; returns their sources."""
        kept = {_location(file) for file in found}
        blocked = [self._root / skipped.source for skipped in unreadable]
        gone = [
            known
            for location, known in self._known.items()
            if location not in kept and looked_at(Path(location), self._root, blocked, shard)
        ]
        self._index._forget(gone)
        return [known.metadata.source for known in gone if known.version]

    def _changed(self, file: FoundFile, readers: ParserPool) -> _New | None:
        content, location = content_hash(file), _location(file)
        known = self._known.get(location) or self._found_again(file, content)
        if known and known.version and known.content == content and not known.needs_gc:
            self.unchanged += 1
            return None
        source = known.metadata.source if known else free_source(file.source, self._root, self._taken)
        self._taken.setdefault(source)
        document = readers.read(file).model_copy(update={"source": source})
        recipe = self._index._recipe
        chunks = split(document, recipe.chunk_tokens, recipe.chunk_overlap, self._tokenize, header=recipe.header)
        (self.changed if known and known.version else self.added).append(source)
        return _New(document, content, location, chunks)

    def _found_again(self, file: FoundFile, content: str) -> Live | None:
        """The document this file was before its folder moved, or on a machine that sees the folder elsewhere."""
        holder = self._taken.get(file.source)
        if not holder or not holder.version or holder.content != content or Path(holder.location).exists():
            return None
        self._known.pop(holder.location)
        moved = holder._replace(root=str(self._root), location=_location(file))
        self._known[moved.location] = moved
        if not moved.needs_gc:  # else it is written anew
            self._moved.append(moved)
        return moved

    def _write(self, group: Sequence[_New]) -> None:
        """Note what is coming, write it, make it live, sweep what it replaces: a crash after any step is mended."""
        if not group:
            return
        chunks = [chunk for new in group for chunk in new.chunks]
        texts, statements = zip(*(chunk.embedded for chunk in chunks), strict=True)
        embeddings = self._index._embedder.embed_documents(texts, statements)
        self.embedded += len(chunks)
        coming, passages, slices = [], [], []
        vectors = iter(embeddings)
        for new in group:
            live = Live.of(new.document, new.content, str(self._root), new.location, len(new.chunks))
            coming.append(live)
            slices += records.slices(new.document, live)
            passages += [records.passage(chunk, new.document, live, next(vectors)) for chunk in new.chunks]
        before = [self._known.get(live.location) for live in coming]
        announced = [
            (old or live)._replace(version=old.version if old else "", content=live.content, needs_gc=True)
            for old, live in zip(before, coming, strict=True)
        ]
        self._index._documents.put([live.record for live in announced])
        self._index._documents.put(slices)
        self._index._passages.put(passages)
        replacing = [live._replace(needs_gc=old is not None) for old, live in zip(before, coming, strict=True)]
        self._index._documents.put([live.record for live in replacing])
        self._index._sweep([live for live in replacing if live.needs_gc])


def _entry(record: Record) -> Entry:
    said, metadata = records.statements(record), records.metadata(record)
    context = context_words(record.text, said, records.about(record))
    return Entry(records.chunk_id(record), record.text, header_words(metadata), context)


def _location(file: FoundFile) -> str:
    return file.path.absolute().as_posix()
