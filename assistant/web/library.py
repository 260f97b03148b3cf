"""Adds, removes and re-reads documents for the page, one change at a time, and reports the progress of each."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple

from assistant.api import Assistant
from assistant.errors import AssistantError, DocumentError
from assistant.ingest.fetch import is_address
from assistant.ingest.parsers import SUFFIXES
from assistant.ingest.web_pages import FOLDER
from assistant.types import IndexReport, OnProgress
from assistant.web.components import Upload
from assistant.web.guard import without_command
from assistant.web.jobs import CancelledError, Job, Jobs, Row

MOST_BYTES = 20_000_000
"""The most bytes of an upload."""

MOST_FILES = 50
"""The most files in one upload, and the most files that may wait to be indexed."""

NAME_BYTES = 160
"""Bytes of an uploaded file's name at most, without its suffix."""

WEB_PAGES = "Web pages"
"""The name of the step that fetches the web pages again."""

CHANGES = (("new", "added"), ("updated", "changed"), ("gone", "removed"))

Step = Callable[[OnProgress], tuple[IndexReport, ...]]
"""A part of a build: tells its progress and returns what changed."""

_TOKEN = re.compile(r"[0-9a-f]{16}")


class RemovedFile(NamedTuple):
    """The file of a document that was removed from the index; ``uploaded`` ones may be deleted on the page."""

    path: Path
    uploaded: bool = False

    @property
    def key(self) -> str:
        """Identifies the file on the page without revealing its path."""
        return hashlib.blake2b(os.fsencode(self.path), digest_size=8).hexdigest()


class Library:
    """The documents behind the page.

    An upload is stored as ``<index>/documents/uploads/<digest>/<name>``: the same content is stored once, under its
    original name made safe. The file of a removed upload is moved to ``uploads/.removed``. Folders may be added
    where the page is ``local``: open to this machine alone.
    """

    def __init__(
        self,
        assistant: Assistant,
        most_bytes: int = MOST_BYTES,
        most_files: int = MOST_FILES,
        *,
        local: bool = True,
    ) -> None:
        self._assistant, self._most_bytes, self._most_files = assistant, most_bytes, most_files
        self.local = local
        self._documents = assistant.settings.documents_dir
        self._uploads = self._documents / "uploads"
        self._incoming = self._uploads / ".incoming"
        self._removed = self._uploads / ".removed"
        self._mutex = threading.Lock()
        self._news: dict[str, str] = {}
        self._jobs = Jobs()

    async def receive(self, name: str, body: AsyncIterator[bytes]) -> Upload:
        """Store the bytes of one upload under a random name.

        Raises DocumentError for a kind that cannot be read, too many bytes or too many files waiting.
        """
        if Path(name).suffix.lower() not in SUFFIXES:
            raise DocumentError("Files of this kind cannot be read.")
        self._incoming.mkdir(parents=True, exist_ok=True)
        if sum(1 for _ in self._incoming.iterdir()) >= self._most_files:
            raise DocumentError(f"{self._most_files} files are waiting already. Let them be indexed first.")
        token = secrets.token_hex(8)
        path = self._incoming / token
        size = 0
        try:
            with path.open("xb") as file:
                async for piece in body:
                    size += len(piece)
                    if size > self._most_bytes:
                        raise DocumentError(f"The file is larger than {self._most_bytes // 1_000_000} MB.")
                    file.write(piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Upload(token=token, name=name)

    def sweep(self) -> None:
        """Delete files that were uploaded before a restart and never indexed."""
        rmtree(self._incoming, ignore_errors=True)

    def roots(self) -> list[Path]:
        """The folders that have been indexed."""
        return [Path(root) for root in self._assistant.status().roots] or [self._documents]

    def file(self, source: str) -> Path | None:
        """The file of an indexed document, where it still lies in its folder."""
        for root in self.roots():
            file = root / source
            if file.is_file() and file.resolve().is_relative_to(root.resolve()):
                return file
        return None

    def state(self, source: str) -> str:
        """``new`` or ``updated`` since the page was started, else ``indexed``."""
        return self._news.get(source, "indexed")

    # --- builds, each watched by an iterator of rows; closing the iterator cancels the build

    def add(self, uploads: Sequence[Upload], owner: str = "") -> Iterator[tuple[Row, ...]]:
        """Index uploads one by one, until all are done or ``cancel(owner)`` ends it."""
        job = Job([Row(upload.name) for upload in uploads])

        def work(place: int, upload: Upload) -> None:
            try:
                self._attempt(job, place, lambda: self._add(job, place, upload))
            finally:
                if _TOKEN.fullmatch(upload.token):
                    (self._incoming / upload.token).unlink(missing_ok=True)

        return self._jobs.watched(job, owner, [partial(work, *each) for each in enumerate(uploads)])

    def refresh(self, owner: str = "") -> Iterator[tuple[Row, ...]]:
        """Index what changed in every folder that has been indexed, with a row for each folder.

        Web pages are fetched again.
        """
        pages = (self._assistant.settings.index_dir / FOLDER).absolute()
        roots = [root for root in self.roots() if not root.is_relative_to(pages)]
        steps: list[tuple[str, Step]] = [(root.name, partial(self._index, root=root)) for root in roots]
        if len(roots) < len(self.roots()):
            steps.append((WEB_PAGES, self._assistant.refresh_web_pages))
        job = Job([Row(name) for name, _ in steps])

        def work(place: int, step: Step) -> None:
            self._attempt(job, place, lambda: self._refresh(job, place, step))

        return self._jobs.watched(job, owner, [partial(work, n, step) for n, (_, step) in enumerate(steps)])

    def add_place(self, place: str, owner: str = "") -> Iterator[tuple[Row, ...]]:
        """Index what a web address holds, or a folder or file of this machine; a row says what becomes of it."""
        place = place.strip().strip("\"'")
        place = f"https://{place}" if place.startswith("www.") else place
        folder = Path(os.path.expanduser(place))  # noqa: PTH111 - that of pathlib raises for an unknown user
        job = Job([Row(place if is_address(place) else folder.name or place)])

        def work() -> None:
            if is_address(place):
                self._refresh(job, 0, partial(self._index, root=place))
            elif not self.local:
                raise DocumentError("Folders can be added only on the machine that runs this page.")
            elif not folder.is_absolute() or not folder.exists():
                raise DocumentError(
                    "There is no such folder here. Type its whole path, or a web address with https://."
                )
            else:
                self._refresh(job, 0, partial(self._index, root=folder))

        return self._jobs.watched(job, owner, [lambda: self._attempt(job, 0, work)])

    def latest(self, owner: str) -> Job | None:
        """The last build that ``owner`` has started."""
        return self._jobs.latest.get(owner)

    def cancel(self, owner: str) -> None:
        """Stop what ``owner`` has started; documents indexed by then stay."""
        self._jobs.cancel(owner)

    def _attempt(self, job: Job, place: int, step: Callable[[], None]) -> None:
        try:
            job.check()
            step()
        except CancelledError:
            job.set(place, state="cancelled")
        except AssistantError as error:
            job.set(place, state="skipped", reason=without_command(str(error)))
        except OSError as error:
            job.set(place, state="skipped", reason=error.strerror or "It cannot be stored.")

    def _add(self, job: Job, place: int, upload: Upload) -> None:
        waiting = self._incoming / upload.token
        if not _TOKEN.fullmatch(upload.token) or not waiting.is_file():
            raise DocumentError("The upload has gone. Upload it again.")
        folder = self._uploads / hashlib.blake2b(waiting.read_bytes(), digest_size=8).hexdigest()
        if folder.is_dir() and any(folder.iterdir()):
            job.set(place, state="already there", part=1.0)
            return
        rmtree(self._removed / folder.name, ignore_errors=True)  # it comes back
        file = folder / safe_name(upload.name)
        folder.mkdir(parents=True, exist_ok=True)
        waiting.replace(file)
        with self._mutex:
            try:
                (report,) = self._build(job, place, partial(self._index, root=self._uploads))
                source = file.relative_to(self._uploads).as_posix()
                if skipped := next((each for each in report.skipped if each.source == source), None):
                    raise DocumentError(skipped.reason)
            except BaseException:
                rmtree(folder)
                raise
        job.set(place, state="indexed", part=1.0)

    def _refresh(self, job: Job, place: int, step: Step) -> None:
        with self._mutex:
            reports = self._build(job, place, step)
        job.set(place, state="indexed", part=1.0, reason=told(reports))

    def _build(self, job: Job, place: int, step: Step) -> tuple[IndexReport, ...]:
        reports = step(partial(job.progress, place))
        for report in reports:
            self._news |= dict.fromkeys(report.added, "new") | dict.fromkeys(report.changed, "updated")
        return reports

    def _index(self, on_progress: OnProgress, root: str | Path) -> tuple[IndexReport, ...]:
        return (self._assistant.index(root, on_progress),)

    # --- removing, and the way back

    def remove(self, source: str) -> RemovedFile | None:
        """Take a document out of the index; returns its file, for ``restore``, if that still exists.

        The file of an upload is moved aside; any other file stays where it is. Raises DocumentError if there is no such
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
        """Files of removed documents that can be restored."""
        aside = sorted(path for path in self._removed.rglob("*") if path.is_file())
        return (
            *(RemovedFile(path, uploaded=True) for path in aside),
            *(RemovedFile(path) for path in self._assistant.removed()),
        )

    def restore(self, key: str) -> str:
        """Restore a removed document; returns its file's name. Raises DocumentError if the file is gone."""
        with self._mutex:
            removed = self._removed_file(key)
            if removed.uploaded:
                file = self._uploads / removed.path.relative_to(self._removed)
                file.parent.mkdir(parents=True, exist_ok=True)
                removed.path.replace(file)
                self._assistant.index(self._uploads)
            else:
                self._assistant.restore(removed.path)
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
        """The uploaded file of a source, whether the folder of uploads or that of all documents was indexed."""
        for path in (self._uploads / source, self._documents / source):
            if path.resolve().is_relative_to(self._uploads.resolve()) and path.is_file():
                return path
        return None


def told(reports: Sequence[IndexReport]) -> str:
    """How many documents are new, updated, gone and unchanged, and what was skipped."""
    changes = [(what, sum(len(getattr(each, name)) for each in reports)) for what, name in CHANGES]
    counts = [f"{count} {what}" for what, count in changes if count]
    unchanged = f"{sum(report.unchanged for report in reports)} unchanged"
    skipped = [each for report in reports for each in report.skipped]
    reasons = [(each.source, without_command(each.reason)) for each in skipped]
    named = [reason if source in reason else f"{source}: {reason}" for source, reason in reasons]
    return " · ".join([", ".join([*counts, unchanged]), *named])


def safe_name(name: str) -> str:
    """``name`` as a file name that is safe on every system: letters, digits and ``_-.,()'&+`` of any script stay."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    stem, suffix = Path(last).stem, Path(last).suffix.lower()
    kept = "".join(sign if unicodedata.category(sign)[0] in "LNM" or sign in "_-.,()'&+" else " " for sign in stem)
    whole = " ".join(kept.split()).encode()[:NAME_BYTES].decode(errors="ignore").strip(" .")
    return f"{whole or 'document'}{suffix if suffix in SUFFIXES else '.txt'}"
