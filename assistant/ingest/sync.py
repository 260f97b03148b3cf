"""Brings an index in line with a folder: reads the files that changed, splits them, and adds them to the index.

The loop is the same for an index in a folder and one on a server; the differences are behind ``ports.Sink``. Only a few
documents are in memory at a time.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from assistant.errors import DocumentError
from assistant.ingest.discover import FoundFile, find_files
from assistant.ingest.given import NOWHERE, GivenText, given_texts
from assistant.ingest.places import WHOLE, Shard, check_collection, exists, free_source, location_of, messages_above
from assistant.ingest.read import MAX_BYTES, VERSION, content_hash
from assistant.ingest.split import split, tokenizer
from assistant.ingest.worker import Limits, ParserPool
from assistant.ports import BuildTarget, GivenDocument, Sink, StoredFile
from assistant.settings import command
from assistant.types import Document, IndexReport, OnProgress, Progress, Skipped, no_progress

REBUILT = "The index was made by an earlier version or with another configuration: all documents were read again."
"""The note in the report of such a build."""

_PARALLEL = min(8, os.cpu_count() or 1)  # files that are read at once
_SETTLED_NS = 2_000_000_000  # a file that changed more recently may change again without a new time stamp


def sync(
    index: BuildTarget,
    root: Path,
    on_progress: OnProgress = no_progress,
    shard: Shard = WHOLE,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    collection: str = "",
) -> IndexReport:
    """Bring ``index`` in line with the files under ``root``; other roots stay as they are.

    With a ``collection``, sources start with that folder, also in later builds of ``root``. With a ``shard``, files of
    other shards and their documents stay as they are. ``limits`` apply to the parsing of each file. A file that cannot
    be read is reported and keeps its last good version. After a change of the configuration or the embedder, documents
    of other roots are split and embedded again from their stored text.

    Raises ConfigError if ``collection`` is not a name, DocumentError if ``root`` does not exist (nothing is deleted
    then), IndexLockedError while another process writes, and StoreError or BackendError if the index cannot be written
    to.
    """
    started = time.monotonic()
    check_collection(collection)
    root = root.resolve()
    if not root.exists():
        cure = _command(index, "index remove SOURCE")
        raise DocumentError(f"There is no folder {str(root)!r}; what was indexed from it is kept. `{cure}`")
    found, unreadable = _files(root, index.store_dir, shard)
    with index.writing(root, on_progress) as sink:
        work = _Work(sink, root, partial(_command, index), shard, unreadable, collection)
        admitted = work.admitted(work.placed(found))
        for done, (file, known, outcome) in enumerate(work.read(admitted, limits)):
            on_progress(Progress(stage="reading", done=done, total=len(admitted), item=file.source))
            work.take(file, known, outcome)
        on_progress(Progress(stage="reading", done=len(admitted), total=len(admitted)))
        gone = work.gone(found)
        if sink.outdated:
            work.split_again(gone)
        report = work.report(gone, sink.publish(gone))
        sink.finish(report)
    return report.model_copy(update={"seconds": time.monotonic() - started})


def sync_documents(
    index: BuildTarget, documents: Iterable[GivenDocument], on_progress: OnProgress = no_progress
) -> IndexReport:
    """Make ``index`` hold ``documents`` in place of what it holds of them, and leave all others alone.

    Raises what ``sync`` raises, but for a missing folder. A document that cannot be read is reported.
    """
    started = time.monotonic()
    texts = list(given_texts(documents))
    with index.writing(None, on_progress) as sink:
        work = _Work(sink, NOWHERE, partial(_command, index))
        for done, text in enumerate(texts):
            on_progress(Progress(stage="reading", done=done, total=len(texts), item=text.source))
            work.take_given(text)
        on_progress(Progress(stage="reading", done=len(texts), total=len(texts)))
        if sink.outdated:
            work.split_again(())
        report = work.report((), sink.publish(())).model_copy(update={"root": ""})
        sink.finish(report)
    return report.model_copy(update={"seconds": time.monotonic() - started})


def _command(index: BuildTarget, words: str) -> str:
    return command(words, index.store_dir.parent) if index.store_dir else f"assistant {words}"


def _files(root: Path, store: Path | None, shard: Shard) -> tuple[list[FoundFile], list[Skipped]]:
    """The files of ``root`` that belong to ``shard``, without the index's own, and the skipped ones."""
    found, skipped = find_files(root)
    own = store.resolve() if store else None
    prefix = f"{own.as_posix()}/" if own else "\0"
    return (
        [file for file in found if not file.path.as_posix().startswith(prefix) and shard.takes(file.source)],
        [each for each in skipped if own is None or not (root / each.source).is_relative_to(own)],
    )


class _Outcome(NamedTuple):
    """The result of reading a file: its documents, a problem, or neither if the file has not changed."""

    documents: tuple[Document, ...] = ()
    content: str = ""
    problem: str = ""
    read_ns: int = 0


_SAME = _Outcome()


def _notes(sources: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Each note with the first document it applies to, and the number of further ones."""
    for note, about in sorted(sources.items()):
        more = f" and {len(about) - 1:,} more" if len(about) > 1 else ""
        yield f"{about[0]!r}{more}: {note}"


def _read(parsers: ParserPool, file: FoundFile, known: StoredFile | None) -> _Outcome:
    """The document in ``file``, unless its hash is the ``known`` one: hashing is a thousand times as fast as
    parsing.
    """
    now = time.time_ns()
    try:
        # A file that is too large is refused by its first bytes; hashing would go through it to its end.
        content = content_hash(file) if file.size <= MAX_BYTES else ""
        same = bool(content) and known is not None and bool(known.digest) and known.content == content
        return _Outcome(() if same else parsers.read(file), content, read_ns=now)
    except DocumentError as exc:
        return _Outcome(problem=str(exc))


_ReadFile = tuple[FoundFile, StoredFile | None, _Outcome]  # with what the index knows of it


def _done(file: FoundFile, known: StoredFile | None, outcome: Future[_Outcome] | _Outcome) -> _ReadFile:
    return file, known, outcome if isinstance(outcome, _Outcome) else outcome.result()


def _looks_the_same(known: StoredFile, file: FoundFile) -> bool:
    """Whether ``file`` has the path, size and time of the ``known`` one, and that was read by this version."""
    if (known.size, known.modified_ns) != (file.size, file.mtime_ns) or not known.digest:
        return False
    return known.location == location_of(file.path) and known.content.startswith(f"{VERSION}:")


class _Work:
    """One pass over the files of a root."""

    def __init__(
        self,
        sink: Sink,
        root: Path,
        to_command: Callable[[str], str],
        shard: Shard = WHOLE,
        unreadable: Sequence[Skipped] = (),
        collection: str = "",
    ) -> None:
        self._sink, self._root, self._shard, self._collection = sink, root, shard, collection
        self._to_command = to_command
        self._tokenize = tokenizer(sink.embedder)
        files = sink.files()
        self._known = {file.location: file for file in files if file.state != "excluded"}
        self._excluded = {file.location: file for file in files if file.state == "excluded"}
        self._taken = {file.source: file for file in self._known.values()}
        self._attached: dict[str, list[StoredFile]] = {}
        for file in files:
            for message in messages_above(file.location):
                self._attached.setdefault(message, []).append(file)
        self._blocked = [root / skipped.source for skipped in unreadable]
        self._seen: set[str] = set()
        self._present: set[str] = set()  # locations of attachments
        self._renamed: list[StoredFile] = []
        self._added: list[str] = []
        self._changed: list[str] = []
        self._unchanged = 0
        self._skipped = list(unreadable)
        self._notes: dict[str, list[str]] = {}

    def placed(self, found: Sequence[FoundFile]) -> Sequence[FoundFile]:
        """``found`` with the sources that they get: in the collection, or in the folder where all of the root are."""
        folder = self._collection or self._folder_of_all()
        return [file._replace(source=f"{folder}/{file.source}") for file in found] if folder else found

    def _folder_of_all(self) -> str:
        """What the sources of the root's documents begin with, before their paths below the root."""
        if self._root.is_file():
            return ""
        root = f"{location_of(self._root)}/"
        folders = {
            file.source.removesuffix(file.location.removeprefix(root))
            for file in self._known.values()
            if file.state == "live" and file.location.startswith(root)
        }
        folder = folders.pop() if len(folders) == 1 else ""
        return folder.removesuffix("/") if folder.endswith("/") else ""

    def admitted(self, found: Sequence[FoundFile]) -> list[FoundFile]:
        """The files of ``found`` to index. One that was removed by hand is included only if it is the root itself."""
        kept = []
        for file in found:
            if location_of(file.path) in self._excluded and file.path != self._root:
                self._skipped.append(self._left_out(file, file))
            else:
                kept.append(file)
        return kept

    def read(self, found: Sequence[FoundFile], limits: Limits) -> Iterator[_ReadFile]:
        """Each file with its outcome, in order. Several are read at the same time, and few are in memory."""
        parsers = ParserPool(limits)
        with ThreadPoolExecutor(_PARALLEL) as pool:
            waiting: deque[tuple[FoundFile, StoredFile | None, Future[_Outcome] | _Outcome]] = deque()
            try:
                for file in found:
                    known = self._known_as(file)
                    again = self._sink.outdated or self._lacks_attached(file)
                    if known and _looks_the_same(known, file) and not again:
                        waiting.append((file, known, _SAME))
                    else:
                        same_as = None if again else known
                        waiting.append((file, known, pool.submit(_read, parsers, file, same_as)))
                    if len(waiting) > 2 * _PARALLEL:
                        yield _done(*waiting.popleft())
                while waiting:
                    yield _done(*waiting.popleft())
            finally:
                # In this order: files that still wait would start new workers.
                pool.shutdown(wait=False, cancel_futures=True)
                parsers.close()

    def take(self, file: FoundFile, known: StoredFile | None, outcome: _Outcome) -> None:
        """Add the documents of ``file`` that are new."""
        location = location_of(file.path)
        if location in self._seen:
            return
        self._seen.add(location)
        if outcome.problem:
            if known:
                self._keep_attached(known)
            self._skipped.append(Skipped(source=file.source, reason=outcome.problem))
            return
        settled = file.mtime_ns if outcome.read_ns - file.mtime_ns - _SETTLED_NS >= 0 else 0
        facts = StoredFile(
            "", location, file.size, settled, digest=known.digest if known else "", content=outcome.content
        )
        if outcome.documents:
            self._take_documents(outcome.documents, known, facts, file)
        elif known is not None:
            if outcome.content:
                self._sink.keep(facts._replace(source=known.source))
            self._keep_attached(known, facts)
            self._move(known, location)
            self._unchanged += 1

    def take_given(self, text: GivenText) -> None:
        """Add a document that has no file if it is new."""
        known = self._known.get(location_of(text.file.path))
        try:
            same = known is not None and bool(known.digest) and known.content == text.content
            outcome = _Outcome(() if same and not self._sink.outdated else (text.read(),), text.content)
        except DocumentError as exc:
            outcome = _Outcome(problem=str(exc))
        self.take(text.file, known, outcome)

    def gone(self, found: Sequence[FoundFile]) -> list[StoredFile]:
        """Stored files under the root and in the shard that no longer exist; unreadable ones do exist."""
        kept = {location_of(file.path) for file in found} | self._present
        known = (*self._known.values(), *self._excluded.values())
        vanished = [file for file in known if file.location not in kept and self._looked_at(Path(file.location))]
        return vanished + self._renamed

    def split_again(self, gone: Sequence[StoredFile]) -> None:
        """Add again every live document that stays and has no new version."""
        done = {*self._added, *self._changed, *(file.source for file in gone)}
        for file in self._known.values():
            document = None if file.source in done else self._sink.document(file.source)
            if document is not None:
                self._add(document, file)
                self._changed.append(file.source)

    def report(self, gone: Sequence[StoredFile], embedded: int) -> IndexReport:
        """What the build did."""
        return IndexReport(
            root=str(self._root),
            added=tuple(sorted(self._added)),
            changed=tuple(sorted(self._changed)),
            removed=tuple(sorted(file.source for file in gone if file.state == "live")),
            unchanged=self._unchanged,
            skipped=tuple(self._skipped),
            notes=(*((REBUILT,) if self._sink.outdated else ()), *_notes(self._notes)),
            embedded=embedded,
        )

    def _known_as(self, file: FoundFile) -> StoredFile | None:
        """The stored file at that path, or one of the same name that has gone and was probably moved here."""
        if known := self._known.get(location_of(file.path)):
            renamed = self._collection and known.state == "live" and known.source != file.source
            return None if renamed else known
        before = self._taken.get(file.source)
        if before is None or before.state != "live" or Path(before.location).is_relative_to(NOWHERE):
            return None
        return None if exists(before.location) else before

    def _lacks_attached(self, file: FoundFile) -> bool:
        """Whether something attached to ``file`` is to be written again: it is damaged, or is taken back by hand."""
        attached = self._attached.get(location_of(file.path), ())
        return any(not each.digest and (each.state != "excluded" or file.path == self._root) for each in attached)

    def _keep_attached(self, known: StoredFile, facts: StoredFile | None = None) -> None:
        """Leave what is attached to ``known`` as it is; ``facts`` are those of a file that can be read."""
        for each in self._attached.get(known.location, ()):
            location = (facts or known).location + each.location.removeprefix(known.location)
            self._present.add(location)
            if facts and each.state != "excluded":
                if facts.content:
                    self._sink.keep(facts._replace(source=each.source, location=location, digest=each.digest))
                self._move(each, location)
                self._unchanged += 1

    def _take_documents(
        self, documents: Sequence[Document], known: StoredFile | None, facts: StoredFile, file: FoundFile
    ) -> None:
        """Take the document of a file after what is attached to it: an interrupted build then reads the file again."""
        document, known = self._identified(documents[0], known, facts, file)
        for each in documents[1:]:
            name = each.source.removeprefix(file.source)
            inner = file._replace(source=document.source + name, path=Path(f"{file.path}{name}"))
            its = facts._replace(location=location_of(inner.path))
            self._present.add(its.location)
            if known and its.location in self._excluded and file.path != self._root:
                self._skipped.append(self._left_out(inner, file))
            else:
                self._take_document(*self._identified(each, self._known_as(inner), its, inner), its)
        self._take_document(document, known, facts)

    def _left_out(self, file: FoundFile, built: FoundFile) -> Skipped:
        cure = f"`{self._to_command(f'index build {built.path}')}` takes it back"
        return Skipped(source=file.source, reason=f"{file.source!r} was removed from the index. {cure}", ignored=True)

    def _identified(
        self, document: Document, known: StoredFile | None, facts: StoredFile, file: FoundFile
    ) -> tuple[Document, StoredFile | None]:
        """``document`` with the source that it has or gets, and what the index knows of it, if anything."""
        if known:
            document = document.model_copy(update={"source": known.source})
            same = known.content == facts.content or known.digest == document.digest
            known = known if known.location == facts.location or same else None  # another file of that name
        if known is None:
            if before := self._known.get(facts.location):
                self._renamed.append(before)
            source = free_source(file.source, self._root, self._taken)
            document = document.model_copy(update={"source": source})
        self._taken.setdefault(document.source, facts._replace(source=document.source, digest=document.digest))
        return document, known

    def _take_document(self, document: Document, known: StoredFile | None, facts: StoredFile) -> None:
        for note in document.notes:
            self._notes.setdefault(note, []).append(document.source)
        facts = facts._replace(source=document.source, digest=document.digest)
        if known:
            self._move(known, facts.location)
        if known and known.digest == document.digest:
            self._sink.keep(facts)
            if not self._sink.outdated:
                self._unchanged += 1
                return
        self._add(document, facts)
        (self._changed if known and known.state == "live" else self._added).append(document.source)

    def _move(self, known: StoredFile, location: str) -> None:
        if known.location != location:
            self._known.pop(known.location, None)
            self._known[location] = known._replace(location=location)

    def _add(self, document: Document, file: StoredFile) -> None:
        config = self._sink.config
        chunks = split(document, config.chunk_tokens, config.chunk_overlap, self._tokenize, header=config.header)
        self._sink.add(document, file, chunks)

    def _looked_at(self, path: Path) -> bool:
        """Whether this build would have found a file at ``path``."""
        if not path.is_relative_to(self._root) or path.is_relative_to(NOWHERE):
            return False
        if any(path.is_relative_to(place) for place in self._blocked):
            return False
        return self._shard.takes(path.relative_to(self._root).as_posix() if path != self._root else path.name)
