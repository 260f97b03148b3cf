"""Brings the catalog in line with a folder: reads what changed, embeds what is new, publishes it at once.

Nothing is held in memory but one document and one batch of texts, and a build that is interrupted loses no
embedding: the next one goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from assistant.errors import DocumentError
from assistant.index.catalog import Catalog, Change, FileFacts, NewChunk
from assistant.index.read import FoundFile, find_files, read_document
from assistant.index.recipe import Recipe
from assistant.index.split import split
from assistant.ports import Embedder
from assistant.text.sentences import split_sentences
from assistant.types import Chunk, Document, IndexReport, OnProgress, Origin, Progress, Skipped, Span

_EMBED_BATCH = 128  # committed together: what an interruption may cost
_SETTLED_NS = 2_000_000_000  # a file younger than this may change again without a new time stamp


class Built(NamedTuple):
    """What a build did, and the new generation it published, if any."""

    report: IndexReport
    change: Change | None


class Place:
    """Where files lie as the catalog notes it: relative where the whole project may move, else absolute."""

    def __init__(self, index_dir: Path) -> None:
        self._base = index_dir.resolve().parent

    def location(self, path: Path) -> str:
        """The note for ``path``."""
        path = path.absolute()  # a link keeps its own name
        return path.relative_to(self._base).as_posix() if path.is_relative_to(self._base) else path.as_posix()

    def path(self, location: str) -> Path:
        """The path a note stands for."""
        return self._base / location


def sync(
    catalog: Catalog, place: Place, root: Path, recipe: Recipe, embedder: Embedder, on_progress: OnProgress
) -> Built:
    """Make the catalog hold what the files under ``root`` say, and leave other roots alone.

    A file that cannot be read is reported and keeps its last good version. After a change of the recipe or of
    the embedder the other roots' documents are split and embedded again from the catalog's own text.

    Raises DocumentError where ``root`` does not exist: a folder that has vanished deletes nothing.
    """
    started = time.monotonic()
    root = root.resolve()
    if not root.exists():
        raise DocumentError(
            f"There is no folder {str(root)!r}; what was indexed from it is kept. "
            "`assistant index remove SOURCE`"
        )
    found, unreadable = _files(root, catalog.path.parent.resolve())
    build = catalog.begin(place.location(root))
    work = _Work(catalog, place, root, recipe, embedder)
    for done, file in enumerate(found):
        on_progress(Progress(stage="reading", done=done, total=len(found), item=file.source))
        work.take(file)
    on_progress(Progress(stage="reading", done=len(found), total=len(found)))
    removed = work.vanished(found, unreadable)
    if work.rebuild:
        work.split_again(removed)
    embedded = _embed(catalog, embedder, on_progress)
    change = None
    if removed or work.added or work.changed or work.rebuild:
        change = catalog.publish(
            [file.document for file in removed], recipe.fingerprint, embedder.fingerprint
        )
    report = IndexReport(
        root=str(root),
        added=tuple(sorted(work.added)),
        changed=tuple(sorted(work.changed)),
        removed=tuple(sorted(file.source for file in removed)),
        unchanged=work.unchanged,
        skipped=(*unreadable, *work.skipped),
        embedded=embedded,
        seconds=time.monotonic() - started,
    )
    catalog.finish(build, place.location(root), report.model_dump_json())
    return Built(report, change)


def remove(catalog: Catalog, source: str) -> Built:
    """Forget the document of that source, or all below that folder; their files stay where they are.

    Raises DocumentError where nothing of that name is indexed.
    """
    started = time.monotonic()
    folder = source.rstrip("/") + "/"
    gone = [file for file in catalog.files() if file.source == source or file.source.startswith(folder)]
    if not gone:
        raise DocumentError(f"No document {source!r} is indexed. `assistant index list`")
    build = catalog.begin(source)
    numbers = [file.document for file in gone]
    change = catalog.publish(numbers, catalog.fact("recipe") or "", catalog.fact("embedder") or "")
    report = IndexReport(
        root="", removed=tuple(sorted(file.source for file in gone)), seconds=time.monotonic() - started
    )
    catalog.finish(build, None, report.model_dump_json())
    return Built(report, change)


def embedding_header(origin: Origin) -> str:
    """What is embedded before a chunk where the recipe asks for it: title, publisher and date, one line."""
    attribution = origin.attribution
    return f"{attribution}\n" if attribution.startswith(origin.title) else f"{origin.title}. {attribution}\n"


def _files(root: Path, store: Path) -> tuple[list[FoundFile], list[Skipped]]:
    """What lies under ``root``, the index's own files left out."""
    found, skipped = find_files(root)
    return (
        [file for file in found if not file.path.is_relative_to(store)],
        [each for each in skipped if not (root / each.source).is_relative_to(store)],
    )


class _Work:
    """One pass over the files of a root."""

    def __init__(
        self, catalog: Catalog, place: Place, root: Path, recipe: Recipe, embedder: Embedder
    ) -> None:
        self._catalog, self._place, self._root, self._recipe = catalog, place, root, recipe
        self.rebuild = catalog.generation > 0 and (
            (catalog.fact("recipe"), catalog.fact("embedder")) != (recipe.fingerprint, embedder.fingerprint)
        )
        self._known = {file.location: file for file in catalog.files()}
        self._taken = {file.source: file for file in self._known.values()}
        self._seen: set[str] = set()
        self.added: list[str] = []
        self.changed: list[str] = []
        self.skipped: list[Skipped] = []
        self.unchanged = 0

    def take(self, file: FoundFile) -> None:
        """See what ``file`` holds, and store it as pending if that is new."""
        location = self._place.location(file.path)
        if location in self._seen:
            return
        self._seen.add(location)
        known = self._known.get(location)
        if known and (known.size, known.modified_ns) == (file.size, file.mtime_ns):
            if not self.rebuild:
                self.unchanged += 1
            return
        try:
            document = read_document(file)
        except DocumentError as exc:
            self.skipped.append(Skipped(source=file.source, reason=str(exc)))
            return
        settled = file.mtime_ns if time.time_ns() - file.mtime_ns > _SETTLED_NS else 0
        if known is None:
            known = self._moved(document, location, file.size, settled)
        source = known.source if known else self._free_source(file.source)
        document = document.model_copy(update={"source": source})
        if known and known.digest == document.digest:
            self._catalog.touch(known.document, self._place.location(file.path), file.size, settled)
            if not self.rebuild:
                self.unchanged += 1
            return
        self._insert(document, FileFacts(0, source, location, file.size, settled, document.digest))
        (self.changed if known else self.added).append(source)

    def vanished(self, found: Sequence[FoundFile], unreadable: Iterable[Skipped]) -> list[FileFacts]:
        """Live documents under the root whose files are gone; what merely cannot be read is not gone."""
        kept = {self._place.location(file.path) for file in found}
        blocked = [self._root / skipped.source for skipped in unreadable]
        gone = []
        for location, file in self._known.items():
            path = self._place.path(location)
            if location in kept or not path.is_relative_to(self._root):
                continue
            if not any(path.is_relative_to(place) for place in blocked):
                gone.append(file)
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
        header = embedding_header(document.origin) if self._recipe.header else ""
        chunks = split(document, self._recipe.chunk_tokens, self._recipe.chunk_overlap)
        self._catalog.insert(document, file, [NewChunk(c, _sentences(c), header) for c in chunks])

    def _moved(self, document: Document, location: str, size: int, modified_ns: int) -> FileFacts | None:
        """The live document this one was before its file moved: same source and content, old file gone."""
        holder = self._taken.get(document.source)
        if holder and holder.digest == document.digest and not self._place.path(holder.location).exists():
            self._known.pop(holder.location)
            return self._known.setdefault(
                location, holder._replace(location=location, size=size, modified_ns=modified_ns)
            )
        return None

    def _free_source(self, source: str) -> str:
        """``source``, below the root's name if another root has such a file, numbered if that is taken."""
        name, wanted, number = self._root.name or "root", source, 1
        while wanted in self._taken:
            wanted = f"{name}/{source}" if number == 1 else f"{name}-{number}/{source}"
            number += 1
        self._taken[wanted] = FileFacts(0, wanted, "", 0, 0, "")
        return wanted


def _sentences(chunk: Chunk) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in split_sentences(chunk.text))


def _embed(catalog: Catalog, embedder: Embedder, on_progress: OnProgress) -> int:
    """Embed what pending chunks lack, batch by batch for good; returns how many texts that were."""
    places = catalog.unembedded(embedder.fingerprint)
    for start in range(0, len(places), _EMBED_BATCH):
        on_progress(Progress(stage="embedding", done=start, total=len(places)))
        chunks = catalog.new_chunks(places[start : start + _EMBED_BATCH])
        texts, sentences = zip(*(chunk.embedded for chunk in chunks), strict=True)
        embeddings = embedder.embed_documents(texts, sentences)
        catalog.add_vectors(embedder.fingerprint, [chunk.key for chunk in chunks], embeddings)
    if places:
        on_progress(Progress(stage="embedding", done=len(places), total=len(places)))
    return len(places)
