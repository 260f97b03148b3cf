"""Brings the catalog in line with a folder: reads what changed, embeds what is new, publishes it at once.

Nothing is held in memory but one document and one batch of texts, and a build that is interrupted loses no
embedding: the next one goes on from there.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from assistant.errors import ConfigError, DocumentError
from assistant.ingest.discover import FoundFile, find_files
from assistant.ingest.read import MAX_BYTES, VERSION, content_hash
from assistant.ingest.split import split, tokenizer
from assistant.ingest.worker import Limits, ParserPool
from assistant.ports import Embedder
from assistant.settings import command
from assistant.stores.catalog import Catalog, Change, FileFacts
from assistant.stores.config import IndexConfig
from assistant.types import Document, IndexReport, OnProgress, Progress, Skipped

REBUILT = "The index was made by an earlier version or with another configuration: all documents were read again."

_EMBED_BATCH = 128  # committed together: what an interruption may cost
_READERS = min(8, os.cpu_count() or 1)  # files that are read at once
_SETTLED_NS = 2_000_000_000  # a file younger than this may change again without a new time stamp


class Built(NamedTuple):
    """What a build did, and the new generation it published, if any."""

    report: IndexReport
    change: Change | None


class Shard(NamedTuple):
    """Part ``number`` of ``of``, from 1: which machine takes which file is a matter of the file's name alone."""

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """``3/16``. Raises ConfigError for anything that is no part of a whole."""
        number, _, of = text.partition("/")
        if number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= 1_000_000:
            return cls(int(number), int(of))
        raise ConfigError(f"{text!r} is no part of a whole. Give the first of sixteen as `--shard 1/16`")

    def takes(self, source: str) -> bool:
        """Whether the file of that name below the root falls to this part."""
        if self.of == 1:
            return True
        mark = hashlib.blake2b(source.encode(), digest_size=8).digest()
        return int.from_bytes(mark, "big") % self.of == self.number - 1


WHOLE = Shard()


class Place:
    """Where files lie as the catalog notes it: relative where the whole project may move, else absolute."""

    def __init__(self, index_dir: Path) -> None:
        self._base = index_dir.resolve().parent
        self._prefix = self._base.as_posix().rstrip("/") + "/"

    def location(self, path: Path) -> str:
        """The note for ``path``."""
        # A link keeps its own name. By strings, for this is asked of every file of every build.
        return path.absolute().as_posix().removeprefix(self._prefix)

    def path(self, location: str) -> Path:
        """The path a note stands for."""
        return self._base / location


def sync(
    catalog: Catalog,
    place: Place,
    root: Path,
    recipe: IndexConfig,
    embedder: Embedder,
    on_progress: OnProgress,
    shard: Shard = WHOLE,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Built:
    """Make the catalog hold what the files under ``root`` say, and leave other roots alone.

    With a ``shard``, the files of other shards and their documents are left alone.

    A file that cannot be read is reported and keeps its last good version. After a change of the recipe or of
    the embedder the other roots' documents are split and embedded again from the catalog's own text.

    Raises DocumentError where ``root`` does not exist: a folder that has vanished deletes nothing.
    """
    started = time.monotonic()
    root = root.resolve()
    if not root.exists():
        raise DocumentError(
            f"There is no folder {str(root)!r}; what was indexed from it is kept. "
            f"`{command('index remove SOURCE', catalog.index_dir)}`"
        )
    found, unreadable = files(root, catalog.path.parent.resolve(), shard)
    build = catalog.begin(place.location(root))
    work = _Work(catalog, place, root, recipe, embedder)
    found = work.admitted(found, unreadable, shard)
    for done, (file, outcome) in enumerate(work.read(found, limits)):
        on_progress(Progress(stage="reading", done=done, total=len(found), item=file.source))
        work.take(file, outcome)
    on_progress(Progress(stage="reading", done=len(found), total=len(found)))
    removed = work.vanished(found, unreadable, shard)
    if work.rebuild:
        work.split_again(removed)
    embedded = _embed(catalog, embedder, on_progress)
    change = None
    if removed or work.added or work.changed or work.rebuild:
        change = catalog.publish([file.document for file in removed], recipe.fingerprint, embedder.fingerprint)
    report = IndexReport(
        root=str(root),
        added=tuple(sorted(work.added)),
        changed=tuple(sorted(work.changed)),
        removed=tuple(sorted(file.source for file in removed)),
        unchanged=work.unchanged,
        skipped=(*unreadable, *work.skipped),
        notes=(*((REBUILT,) if work.rebuild else ()), *_notes(work.notes)),
        embedded=embedded,
        seconds=time.monotonic() - started,
    )
    catalog.finish(build, place.location(root), report.model_dump_json())
    return Built(report, change)


def remove(catalog: Catalog, source: str) -> Built:
    """Forget the document of that source, or all below that folder; their files stay where they are.

    A file whose document was removed stays out of later builds, which say so, until it is named itself.

    Raises DocumentError where nothing of that name is indexed.
    """
    started = time.monotonic()
    folder = source.rstrip("/") + "/"
    gone = [file for file in catalog.files() if file.source == source or file.source.startswith(folder)]
    if not gone:
        raise DocumentError(f"No document {source!r} is indexed. `{command('index list', catalog.index_dir)}`")
    build = catalog.begin(source)
    catalog.exclude(file.location for file in gone)
    numbers = [file.document for file in gone]
    change = catalog.publish(numbers, catalog.fact("recipe") or "", catalog.fact("embedder") or "")
    report = IndexReport(
        root="", removed=tuple(sorted(file.source for file in gone)), seconds=time.monotonic() - started
    )
    catalog.finish(build, None, report.model_dump_json())
    return Built(report, change)


def files(root: Path, store: Path, shard: Shard = WHOLE) -> tuple[list[FoundFile], list[Skipped]]:
    """What of ``root`` falls to ``shard``, the index's own files left out; the files, and what is passed over."""
    found, skipped = find_files(root)
    own = store.as_posix() + "/"
    return (
        [file for file in found if not file.path.as_posix().startswith(own) and shard.takes(file.source)],
        [each for each in skipped if not (root / each.source).is_relative_to(store)],
    )


def looked_at(path: Path, root: Path, blocked: Sequence[Path], shard: Shard) -> bool:
    """Whether a build of ``root`` would have found a file at ``path``: of no other root or shard, not ``blocked``."""
    if not path.is_relative_to(root) or any(path.is_relative_to(place) for place in blocked):
        return False
    return shard.takes(path.relative_to(root).as_posix() if path != root else path.name)


def free_source(source: str, root: Path, taken: Container[str]) -> str:
    """``source``, below the root's name if another root has such a file, numbered if that is taken."""
    name, wanted, number = root.name or "root", source, 1
    while wanted in taken:
        wanted = f"{name}/{source}" if number == 1 else f"{name}-{number}/{source}"
        number += 1
    return wanted


class _Outcome(NamedTuple):
    """What reading a file gave: a document, or a problem, or neither where the file is the same as before."""

    document: Document | None = None
    content: str = ""
    problem: str = ""
    read_ns: int = 0


_SAME = _Outcome()


def _notes(sources: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Each note with the first of its documents, and how many more there are."""
    for note, about in sorted(sources.items()):
        more = f" and {len(about) - 1:,} more" if len(about) > 1 else ""
        yield f"{about[0]!r}{more}: {note}"


def _read(readers: ParserPool, file: FoundFile, known: FileFacts | None) -> _Outcome:
    """What ``file`` holds, unless its bytes are the ``known`` ones; hashing is a thousand times parsing's speed."""
    now = time.time_ns()
    try:
        # What is too large is refused by reading its beginning; hashing would go through it to its end.
        content = content_hash(file) if file.size <= MAX_BYTES else ""
        same = bool(content) and known is not None and known.content == content
        return _Outcome(None if same else readers.read(file), content, read_ns=now)
    except DocumentError as exc:
        return _Outcome(problem=str(exc))


def _done(file: FoundFile, outcome: Future[_Outcome] | _Outcome) -> tuple[FoundFile, _Outcome]:
    return file, outcome if isinstance(outcome, _Outcome) else outcome.result()


def _current(known: FileFacts) -> bool:
    """Whether this version read the file; what an older one read may read differently now."""
    return known.content.startswith(f"{VERSION}:")


def _removed_by_hand(file: FoundFile, index_dir: Path) -> str:
    cure = command(f"index build {file.path}", index_dir)
    return f"{file.source!r} was removed from the index. `{cure}` takes it back"


class _Work:
    """One pass over the files of a root."""

    def __init__(self, catalog: Catalog, place: Place, root: Path, recipe: IndexConfig, embedder: Embedder) -> None:
        self._catalog, self._place, self._root, self._recipe = catalog, place, root, recipe
        self._tokenize = tokenizer(embedder)
        self.rebuild = catalog.generation > 0 and (
            (catalog.fact("recipe"), catalog.fact("embedder")) != (recipe.fingerprint, embedder.fingerprint)
        )
        self._known = {file.location: file for file in catalog.files()}
        self._taken = {file.source: file for file in self._known.values()}
        self._seen: set[str] = set()
        self.added: list[str] = []
        self.changed: list[str] = []
        self.skipped: list[Skipped] = []
        self.notes: dict[str, list[str]] = {}
        self.unchanged = 0

    def admitted(
        self, found: Sequence[FoundFile], unreadable: Sequence[Skipped] = (), shard: Shard = WHOLE
    ) -> list[FoundFile]:
        """What of ``found`` is to be indexed: not what was removed by hand, until it is named itself."""
        excluded = self._catalog.excluded()
        if not excluded:
            return list(found)
        locations = {self._place.location(file.path): file for file in found}
        gone = self._gone(excluded, found, unreadable, shard)
        named = {self._place.location(self._root)} & locations.keys()
        self._catalog.readmit({*gone, *named})
        for location in sorted((excluded - named) & locations.keys()):
            file = locations.pop(location)
            self.skipped.append(Skipped(source=file.source, reason=_removed_by_hand(file, self._catalog.index_dir)))
        return list(locations.values())

    def read(self, found: Sequence[FoundFile], limits: Limits) -> Iterator[tuple[FoundFile, _Outcome]]:
        """Each file with what it holds, in their order; several are read at once, few are held in memory."""
        readers = ParserPool(limits)
        with ThreadPoolExecutor(_READERS) as pool:
            waiting: deque[tuple[FoundFile, Future[_Outcome] | _Outcome]] = deque()
            try:
                for file in found:
                    known = self._known.get(self._place.location(file.path))
                    if known and (known.size, known.modified_ns) == (file.size, file.mtime_ns) and _current(known):
                        waiting.append((file, _SAME if not self.rebuild else pool.submit(_read, readers, file, None)))
                    else:
                        waiting.append((file, pool.submit(_read, readers, file, None if self.rebuild else known)))
                    if len(waiting) > 2 * _READERS:
                        yield _done(*waiting.popleft())
                while waiting:
                    yield _done(*waiting.popleft())
            finally:
                # In this order: what still waits would start workers anew.
                pool.shutdown(wait=False, cancel_futures=True)
                readers.close()

    def take(self, file: FoundFile, outcome: _Outcome) -> None:
        """Store what ``file`` holds as pending if that is new."""
        location = self._place.location(file.path)
        if location in self._seen:
            return
        self._seen.add(location)
        if outcome.problem:
            self.skipped.append(Skipped(source=file.source, reason=outcome.problem))
            return
        known = self._known.get(location)
        settled = file.mtime_ns if outcome.read_ns - file.mtime_ns - _SETTLED_NS >= 0 else 0
        if known and outcome.document is None:
            if outcome.content:
                self._catalog.touch(known._replace(size=file.size, modified_ns=settled, content=outcome.content))
            self.unchanged += 1
            return
        if outcome.document is None:
            return
        document = outcome.document
        if known is None:
            known = self._moved(document, location, file.size, settled)
        source = known.source if known else free_source(file.source, self._root, self._taken)
        document = document.model_copy(update={"source": source})
        for note in document.notes:
            self.notes.setdefault(note, []).append(source)
        facts = FileFacts(
            known.document if known else 0, source, location, file.size, settled, document.digest, outcome.content
        )
        self._taken.setdefault(source, facts)
        if known and known.digest == document.digest:
            self._catalog.touch(facts)
            if not self.rebuild:
                self.unchanged += 1
            return
        self._insert(document, facts)
        (self.changed if known else self.added).append(source)

    def vanished(
        self, found: Sequence[FoundFile], unreadable: Sequence[Skipped], shard: Shard = WHOLE
    ) -> list[FileFacts]:
        """Live documents under the root whose files are gone."""
        return [self._known[location] for location in self._gone(self._known, found, unreadable, shard)]

    def _gone(
        self, noted: Iterable[str], found: Sequence[FoundFile], unreadable: Sequence[Skipped], shard: Shard
    ) -> list[str]:
        """Which of the ``noted`` places under the root have lost their files; what cannot be read is not gone."""
        kept = {self._place.location(file.path) for file in found}
        blocked = [self._root / skipped.source for skipped in unreadable]
        gone = []
        for location in noted:
            if location not in kept and looked_at(self._place.path(location), self._root, blocked, shard):
                gone.append(location)
        return gone

    def split_again(self, removed: Sequence[FileFacts]) -> None:
        """Store every live document that stays, and has no new version, as pending under the new recipe."""
        done = {*self.added, *self.changed, *(file.source for file in removed)}
        for file in self._known.values():
            document = None if file.source in done else self._catalog.document(file.source)
            if document is not None:
                self._insert(document, file)
                self.changed.append(file.source)

    def _insert(self, document: Document, file: FileFacts) -> None:
        recipe = self._recipe
        chunks = split(document, recipe.chunk_tokens, recipe.chunk_overlap, self._tokenize, header=recipe.header)
        self._catalog.insert(document, file, chunks)

    def _moved(self, document: Document, location: str, size: int, modified_ns: int) -> FileFacts | None:
        """The live document this one was before its file moved: same source and content, old file gone."""
        holder = self._taken.get(document.source)
        if holder and holder.digest == document.digest and not self._place.path(holder.location).exists():
            self._known.pop(holder.location)
            return self._known.setdefault(
                location, holder._replace(location=location, size=size, modified_ns=modified_ns)
            )
        return None


def _embed(catalog: Catalog, embedder: Embedder, on_progress: OnProgress) -> int:
    """Embed what pending chunks lack, batch by batch for good; returns how many texts that were."""
    places = catalog.unembedded(embedder.fingerprint)
    for start in range(0, len(places), _EMBED_BATCH):
        on_progress(Progress(stage="embedding", done=start, total=len(places)))
        chunks = catalog.new_chunks(places[start : start + _EMBED_BATCH])
        texts, statements = zip(*(chunk.embedded for chunk in chunks), strict=True)
        embeddings = embedder.embed_documents(texts, statements)
        catalog.add_vectors(embedder.fingerprint, [chunk.key for chunk in chunks], embeddings)
    if places:
        on_progress(Progress(stage="embedding", done=len(places), total=len(places)))
    return len(places)
