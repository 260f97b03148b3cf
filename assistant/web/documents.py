"""The documents behind the page: what is indexed, files coming in and going out, and a look into the index."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import Literal, NamedTuple

from pydantic import ConfigDict

from assistant.api import Assistant
from assistant.errors import AssistantError, DocumentError
from assistant.ingest.parsers import SUFFIXES
from assistant.types import IndexedDocument, Passage, Progress, Skipped, Value
from assistant.web.markup import Markup, fill, join, one_line
from assistant.web.safety import without_paths

MOST_BYTES = 20_000_000
"""Bytes of the largest upload that is taken."""

MOST_FILES = 50
"""Files taken at a time, and files that may wait to be indexed."""

READING = 0.1
"""The part of the bar that reading a document takes; the rest is embedding, which takes the time."""

LISTED = 500
"""Rows the list of documents shows at most."""

_TICK = 0.1  # seconds between two looks at a build
_TOKEN = re.compile(r"[0-9a-f]{16}")

State = Literal["waiting", "reading", "embedding", "indexed", "already there", "skipped", "cancelling", "cancelled"]


class Upload(Value):
    """A file that has arrived and waits to be indexed: its token, and the name it had where it came from."""

    token: str
    name: str


class Refused(Value):
    """A file that was not taken, and why."""

    name: str
    reason: str


class Arrived(Value):
    """What the page reports after uploading: files that wait, and those that were refused at the door."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    waiting: tuple[Upload, ...] = ()
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True)
class Row:
    """How far one file has come; ``part`` is in [0, 1]."""

    name: str
    state: State = "waiting"
    part: float = 0.0
    reason: str = ""


class RemovedFile(NamedTuple):
    """The file of a document that was removed from the index; ``uploaded`` ones may be deleted on the page."""

    path: Path
    uploaded: bool = False

    @property
    def key(self) -> str:
        """Names the file on the page and says nothing of where it lies."""
        return hashlib.blake2b(os.fsencode(self.path), digest_size=8).hexdigest()


_UNDONE = ("waiting", "reading", "embedding")


class _CancelledError(Exception):
    pass


@dataclass
class _Job:
    """A build in a thread of its own, as the page watches it."""

    rows: list[Row] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        self.cancelled.set()
        self.rows = [replace(row, state="cancelling") if row.state in _UNDONE else row for row in self.rows]

    def set(self, place: int, **changes: object) -> None:
        self.rows[place] = replace(self.rows[place], **changes)  # type: ignore[arg-type]


class Library:
    """Adds, removes and re-reads documents, one change at a time.

    An upload lies in ``<index>/documents/uploads/<digest>/<plain name>``: nothing of the name it came with but
    plain letters and digits reaches the disk, and the same content is stored once.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._documents = assistant.settings.index_dir / "documents"
        self._uploads = self._documents / "uploads"
        self._incoming = self._uploads / ".incoming"
        self._removed = self._uploads / ".removed"
        self._mutex = threading.Lock()
        self._news: dict[str, str] = {}
        self._jobs: dict[str, list[_Job]] = {}

    # --- at the door

    async def receive(self, name: str, body: AsyncIterator[bytes]) -> Upload:
        """Store the bytes of one upload under a random name.

        Raises DocumentError for a kind that cannot be read, too many bytes or too many files waiting.
        """
        suffix = Path(name).suffix.lower()
        if suffix not in SUFFIXES:
            raise DocumentError(f"Only these kinds can be read: {', '.join(SUFFIXES)}.")
        self._incoming.mkdir(parents=True, exist_ok=True)
        if sum(1 for _ in self._incoming.iterdir()) >= MOST_FILES:
            raise DocumentError(f"{MOST_FILES} files are waiting already. Let them be indexed first.")
        token = secrets.token_hex(8)
        path = self._incoming / token
        size = 0
        try:
            with path.open("xb") as file:
                async for piece in body:
                    size += len(piece)
                    if size > MOST_BYTES:
                        raise DocumentError(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
                    file.write(piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Upload(token=token, name=name)

    def sweep(self) -> None:
        """Throw away what was uploaded to an earlier page and never indexed."""
        for path in self._incoming.glob("*") if self._incoming.is_dir() else ():
            path.unlink(missing_ok=True)

    # --- changes

    def add(self, uploads: Sequence[Upload], owner: str = "") -> Iterator[tuple[Row, ...]]:
        """Index uploads one by one, telling how far each has come, until ``cancel(owner)`` or closing ends it."""
        job = _Job([Row(upload.name) for upload in uploads])
        return self._watched(job, owner, lambda: self._add_all(job, uploads))

    def refresh(self, owner: str = "") -> Iterator[tuple[Row, ...]]:
        """Read again what changed in every folder that was ever indexed, a row for each folder."""
        roots = self.roots()
        job = _Job([Row(root.name) for root in roots])
        return self._watched(job, owner, lambda: self._refresh_all(job, roots))

    def cancel(self, owner: str) -> None:
        """End what ``owner`` has begun; what is indexed by then stays."""
        for job in self._jobs.get(owner, ()):
            job.cancel()

    def remove(self, source: str) -> RemovedFile | None:
        """Take a document out of the index; returns its file, for ``restore``, where that is still there.

        The file of an upload is set aside, any other stays where it is. Raises DocumentError where there is no such
        document.
        """
        with self._mutex:
            file = self._uploaded(source)
            if file is None:
                before = set(self._assistant.removed())
                self._assistant.remove(source)
                gone = [path for path in self._assistant.removed() if path not in before]
                return RemovedFile(gone[0]) if gone else None
            aside = self._removed / file.relative_to(self._uploads)
            aside.parent.mkdir(parents=True, exist_ok=True)
            file.replace(aside)
            if file.parent != self._uploads:
                file.parent.rmdir()
            self._assistant.index(self._uploads)  # not removed by name: the same file may be uploaded again
            return RemovedFile(aside, uploaded=True)

    def removed(self) -> tuple[RemovedFile, ...]:
        """Files of removed documents that can be taken back."""
        aside = sorted(path for path in self._removed.rglob("*") if path.is_file())
        return (
            *(RemovedFile(path, uploaded=True) for path in aside),
            *(RemovedFile(path) for path in self._assistant.removed()),
        )

    def restore(self, key: str) -> str:
        """Take a removed document back; returns its file's name. Raises DocumentError where the file is gone."""
        with self._mutex:
            removed = self._removed_file(key)
            if not removed.uploaded:
                self._assistant.restore(removed.path)
                return removed.path.name
            file = self._uploads / removed.path.relative_to(self._removed)
            file.parent.mkdir(parents=True, exist_ok=True)
            removed.path.replace(file)
            self._assistant.index(self._uploads)
            return removed.path.name

    def delete(self, key: str) -> str:
        """Delete the file of a removed upload for good; returns its name. Raises DocumentError for any other file."""
        with self._mutex:
            removed = self._removed_file(key)
            if not removed.uploaded:
                raise DocumentError("Only files that were uploaded here can be deleted here.")
            removed.path.unlink()
            return removed.path.name

    def _removed_file(self, key: str) -> RemovedFile:
        found = next((each for each in self.removed() if each.key == key), None)
        if found is None:
            raise DocumentError("The file of this document is gone.")
        return found

    def _uploaded(self, source: str) -> Path | None:
        """The uploaded file behind a source, whether uploads or all documents were indexed as one folder."""
        for path in (self._uploads / source, self._documents / source):
            if path.resolve().is_relative_to(self._uploads.resolve()) and path.is_file():
                return path
        return None

    def roots(self) -> list[Path]:
        """The folders that were ever indexed."""
        return [Path(root) for root in self._assistant.status().roots] or [self._documents]

    def state(self, source: str) -> str:
        """``new`` or ``updated`` since the page was started, else ``indexed``."""
        return self._news.get(source, "indexed")

    # --- in the thread

    def _watched(self, job: _Job, owner: str, work: Callable[[], None]) -> Iterator[tuple[Row, ...]]:
        thread = threading.Thread(target=work, daemon=True)
        jobs = self._jobs.setdefault(owner, [])
        jobs.append(job)
        thread.start()
        try:
            yield tuple(job.rows)
            while thread.is_alive():
                thread.join(_TICK)
                yield tuple(job.rows)
        finally:
            job.cancelled.set()
            thread.join()
            jobs.remove(job)

    def _add_all(self, job: _Job, uploads: Sequence[Upload]) -> None:
        for place, upload in enumerate(uploads):
            waiting = self._incoming / upload.token
            try:
                if job.cancelled.is_set():
                    raise _CancelledError
                self._add(job, place, upload, waiting)
            except _CancelledError:
                job.set(place, state="cancelled")
            except AssistantError as error:
                job.set(place, state="skipped", reason=_without_cure(str(error)))
            except OSError as error:
                job.set(place, state="skipped", reason=error.strerror or "It cannot be stored.")
            finally:
                if _TOKEN.fullmatch(upload.token):
                    waiting.unlink(missing_ok=True)

    def _add(self, job: _Job, place: int, upload: Upload, waiting: Path) -> None:
        if not _TOKEN.fullmatch(upload.token) or not waiting.is_file():
            raise DocumentError("The upload has gone. Upload it again.")
        content = waiting.read_bytes()
        folder = self._uploads / hashlib.blake2b(content, digest_size=8).hexdigest()
        if folder.is_dir() and any(folder.iterdir()):
            job.set(place, state="already there", part=1.0)
            return
        rmtree(self._removed / folder.name, ignore_errors=True)  # it comes back
        file = folder / plain_name(upload.name)
        folder.mkdir(parents=True, exist_ok=True)
        waiting.replace(file)
        with self._mutex:
            try:
                report = self._assistant.index(self._uploads, partial(self._told, job, place))
            except BaseException:
                file.unlink(missing_ok=True)
                folder.rmdir()
                raise
            source = file.relative_to(self._uploads).as_posix()
            skipped = next((each for each in report.skipped if each.source == source), None)
            if skipped:
                file.unlink()
                folder.rmdir()
                job.set(place, state="skipped", reason=_reason(skipped))
                return
        self._news |= dict.fromkeys(report.added, "new")
        job.set(place, state="indexed", part=1.0)

    def _refresh_all(self, job: _Job, roots: Sequence[Path]) -> None:
        for place, root in enumerate(roots):
            try:
                with self._mutex:
                    if job.cancelled.is_set():
                        raise _CancelledError
                    report = self._assistant.index(root, partial(self._told, job, place))
            except _CancelledError:
                job.set(place, state="cancelled")
            except AssistantError as error:
                job.set(place, state="skipped", reason=_without_cure(str(error)))
            else:
                self._news |= dict.fromkeys(report.added, "new") | dict.fromkeys(report.changed, "updated")
                changes = (("new", report.added), ("updated", report.changed), ("gone", report.removed))
                counts = [f"{len(sources)} {what}" for what, sources in changes if sources]
                told = [", ".join([*counts, f"{report.unchanged} unchanged"])]
                told += [f"{skipped.source}: {_reason(skipped)}" for skipped in report.skipped]
                job.set(place, state="indexed", part=1.0, reason=" · ".join(told))

    def _told(self, job: _Job, place: int, step: Progress) -> None:
        if job.cancelled.is_set():
            raise _CancelledError
        done = step.done / step.total if step.total else 0.0
        if step.stage == "embedding":
            job.set(place, state="embedding", part=READING + (1 - READING) * done)
        else:
            job.set(place, state="reading", part=READING * done)


def plain_name(name: str) -> str:
    """A file name of plain lower-case letters, digits and hyphens that keeps the sense and the kind of ``name``."""
    last = re.split(r"[/\\]", name)[-1]
    stem, suffix = Path(last).stem, Path(last).suffix.lower()
    ascii_ = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    plain = "-".join(re.findall(r"[a-z0-9]+", ascii_.lower()))[:60].strip("-")
    return f"{plain or 'document'}{suffix if suffix in SUFFIXES else '.txt'}"


def _reason(skipped: Skipped) -> str:
    return _without_cure(skipped.reason)


def _without_cure(message: str) -> str:
    """The part of an error's message that says what is wrong: the cure is a command, which a page cannot run."""
    what, _, cure = without_paths(message).partition("`")
    return what.strip() if not cure or what.rstrip().endswith(".") else f"{what.rpartition('. ')[0] or what.strip()}."


# --- what is shown


def dropzone() -> Markup:
    """Where files are dropped or picked."""
    return fill(
        '<div id="dropzone" data-most="{most}"><p><b>Drop documents here</b> or '
        '<button type="button" data-pick="">choose files</button></p>'
        '<p class="small">{kinds} · up to {size} MB each, {most} at a time</p>'
        '<input id="picked" type="file" multiple hidden accept="{accept}" aria-label="Documents to add">'
        '<ul id="sending" aria-live="polite"></ul></div>',
        most=MOST_FILES,
        kinds=", ".join(suffix.removeprefix(".") for suffix in SUFFIXES),
        accept=",".join(SUFFIXES),
        size=MOST_BYTES // 1_000_000,
    )


def rows_html(rows: Iterable[Row], refused: Iterable[Refused] = (), *, busy: bool = False) -> Markup:
    """Each file with its bar and stage, then what was skipped and why."""
    every = [*rows, *(Row(each.name, "skipped", 0.0, each.reason) for each in refused)]
    if not every:
        return Markup()
    items = join(
        fill(
            '<li class="{kind}"><span class="name" dir="auto">{name}</span>'
            '<progress max="1" value="{part}" aria-label="{name}"></progress>'
            '<span class="state">{state}</span>{reason}</li>',
            kind=row.state.replace(" ", "-"),
            name=one_line(row.name, 120),
            part=f"{row.part:.2f}",
            state=row.state.capitalize(),
            reason=fill('<span class="reason">{reason}</span>', reason=row.reason) if row.reason else "",
        )
        for row in every
    )
    done = sum(row.state in ("indexed", "already there") for row in every)
    skipped = sum(row.state == "skipped" for row in every)
    busy = busy and all(row.state != "cancelling" for row in every)
    cancel = '<button type="button" data-do="cancel">Cancel</button>' if busy else ""
    return fill(
        '<section class="progress" aria-live="polite"><h3>{head}' + cancel + "</h3><ul>{items}</ul></section>",
        head=f"{done} of {len(every)} done" + (f", {skipped} skipped" if skipped else ""),
        items=items,
    )


def table_html(documents: Sequence[IndexedDocument], library: Library) -> Markup:
    """All indexed documents, newest first."""
    if not documents:
        return fill('<p class="none">{text}</p>', text="Nothing is indexed yet. Drop some documents above.")
    ordered = sorted(documents, key=lambda each: each.published.toordinal() if each.published else 0, reverse=True)
    rows = join(
        fill(
            '<tr><td><button type="button" class="link" data-do="document" data-source="{source}" dir="auto">{title}'
            '</button><span class="file">{source}</span></td><td>{publisher}</td><td class="day">{day}</td>'
            '<td class="number">{passages}</td><td><span class="state {state}">{state}</span></td>'
            '<td><button type="button" class="quiet" data-do="remove" data-source="{source}" data-text="{title}" '
            'aria-label="Remove {title}">Remove</button></td></tr>',
            source=each.source,
            title=one_line(each.title, 140),
            publisher=one_line(each.publisher or "–", 60),
            day=f"{each.published.day} {each.published:%b %Y}" if each.published else "–",
            passages=f"{each.passages:,}",
            state=library.state(each.source),
        )
        for each in ordered[:LISTED]
    )
    more = f"The newest {LISTED} of {len(ordered):,} are listed." if len(ordered) > LISTED else ""
    return fill(
        '<div class="scroll"><table class="documents"><caption class="sr">Indexed documents</caption><thead><tr>'
        '<th scope="col">Document</th><th scope="col">Outlet</th><th scope="col">Date</th>'
        '<th scope="col">Passages</th><th scope="col">State</th><th scope="col"><span class="sr">Remove</span></th>'
        '</tr></thead><tbody>{rows}</tbody></table></div><p class="small">{more}</p>',
        rows=rows,
        more=more,
    )


def removed_html(removed: Sequence[RemovedFile]) -> Markup:
    """Documents that were removed and can be taken back; nothing where there is none."""
    if not removed:
        return Markup()
    items = join(
        fill(
            '<li><span class="name" dir="auto">{name}</span><button type="button" class="action" data-do="restore" '
            'data-text="{key}" aria-label="Put {name} back">Put back</button>{delete}</li>',
            name=one_line(each.path.name, 120),
            key=each.key,
            delete=fill(
                '<button type="button" class="quiet" data-do="delete" data-text="{key}" '
                'data-confirm="Delete the file “{name}” for good?" aria-label="Delete {name}">Delete file</button>',
                key=each.key,
                name=one_line(each.path.name, 120),
            )
            if each.uploaded
            else "",
        )
        for each in removed
    )
    return fill('<section class="removed"><h3>Removed</h3><ul>{items}</ul></section>', items=items)


def removed_note(title: str, removed: RemovedFile | None) -> Markup:
    """Says that a document was removed, with the way back where there is one."""
    undo = (
        fill('<button type="button" class="action" data-do="restore" data-text="{key}">Undo</button>', key=removed.key)
        if removed
        else Markup()
    )
    return fill('<p class="none" role="status">Removed “{title}”. {undo}</p>', title=title, undo=undo)


def hits_html(passages: Sequence[Passage]) -> Markup:
    """Passages a search found, best first, with their scores."""
    if not passages:
        return fill('<p class="none">{text}</p>', text="No passage matches.")
    top = max((passage.score for passage in passages), default=1.0) or 1.0
    items = join(
        fill(
            '<li><button type="button" class="hit" data-do="hit" data-source="{source}" data-start="{start}" '
            'data-end="{end}"><span class="hit-head"><b dir="auto">{title}</b> <span>{who}</span></span>'
            '<span class="quote" dir="auto">{text}</span></button><span class="score" title="score">'
            '<meter min="0" max="1" value="{part}" aria-hidden="true"></meter>{score}</span></li>',
            source=passage.chunk.source,
            start=passage.chunk.start,
            end=passage.chunk.end,
            title=one_line(passage.metadata.title, 120),
            who=_known(passage),
            text=one_line(passage.chunk.text, 320),
            part=f"{max(0.0, passage.score / top):.2f}",
            score=f"{passage.score:.3f}",
        )
        for passage in passages
    )
    return fill('<ol class="hits">{items}</ol>', items=items)


def _known(passage: Passage) -> str:
    day = passage.metadata.published
    known = (
        passage.metadata.publisher,
        f"{day.day} {day:%B %Y}" if day else "",
        passage.metadata.genre,
        f"page {passage.page}" if passage.page else "",
    )
    return " · ".join(filter(None, known))
