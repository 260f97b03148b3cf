"""The web pages of an index: fetched when a user asks for it, and kept as files that builds read without a network.

A page is a file in ``<folder>/<collection>/<host>/``. Beside it a hidden file of the same name has its address and what
the server wants to be shown the next time.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from assistant.errors import DocumentError
from assistant.ingest.fetch import Fetched, Fetcher
from assistant.ingest.parsers import SUFFIXES
from assistant.ingest.places import check_collection
from assistant.types import OnProgress, Progress, Skipped

COLLECTION = "web"
"""The collection of pages that are added to no other one."""

FOLDER = "fetched"
"""The folder of all web pages, in that of the index."""

_MARKED = ".address.json"
_LONGEST = 100  # characters of a file's name
_OFFICE = "application/vnd.openxmlformats-officedocument"
_KINDS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/rtf": ".rtf",
    "application/rtf": ".rtf",
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    f"{_OFFICE}.wordprocessingml.document": ".docx",
    f"{_OFFICE}.spreadsheetml.sheet": ".xlsx",
    f"{_OFFICE}.presentationml.presentation": ".pptx",
}


class WebPage(NamedTuple):
    """A page that was fetched: where from, where its file is, and when (UTC)."""

    address: str
    file: Path
    fetched: str
    etag: str = ""
    modified: str = ""

    @property
    def root(self) -> Path:
        """The folder of its collection."""
        return self.file.parent.parent


class WebPages:
    """The pages in ``folder``."""

    def __init__(self, folder: Path, fetcher: Fetcher) -> None:
        self._folder, self._fetcher = folder, fetcher

    def fetch(self, address: str, collection: str = "") -> WebPage:
        """Fetch the page at ``address`` into ``collection``, by default the one that it is in.

        Raises DocumentError if it cannot or may not be fetched, and ConfigError if ``collection`` is not a name.
        """
        check_collection(collection)
        address = _plain(address)
        known = [page for page in self.all() if page.address == address]
        here = [page for page in known if collection in ("", page.root.name)]
        return self._again(here[0]) if here else self._new(address, self._folder / (collection or COLLECTION))

    def refresh(self, without: Sequence[Path], on_progress: OnProgress) -> Mapping[Path, list[Skipped]]:
        """Fetch all pages again but those of the files ``without``.

        Returns each collection's folder, with the pages that stay as they are since they cannot be fetched.
        """
        known = self.all()
        failed: dict[Path, list[Skipped]] = {page.root: [] for page in known}
        pages = [page for page in known if page.file not in without]
        for done, page in enumerate(pages):
            on_progress(Progress(stage="fetching", done=done, total=len(pages), item=page.address))
            try:
                self._again(page)
            except DocumentError as exc:
                reason = f"What was fetched on {page.fetched[:10]} is kept. {exc}"
                failed[page.root].append(Skipped(source=self._source(page), reason=reason))
        on_progress(Progress(stage="fetching", done=len(pages), total=len(pages)))
        return failed

    def all(self) -> list[WebPage]:
        """The pages whose files are there, by the names of these."""
        marks = sorted(self._folder.glob(f"*/*/.*{_MARKED}"))
        return [page for mark in marks if (page := _page(mark)) and page.file.is_file()]

    def forget(self, sources: Sequence[str]) -> None:
        """Delete the files of the pages that the index had under these sources."""
        for page in self.all():
            if self._source(page) in sources:
                page.file.unlink(missing_ok=True)
                _mark(page.file).unlink(missing_ok=True)

    def _source(self, page: WebPage) -> str:
        return page.file.relative_to(self._folder).as_posix()

    def _new(self, address: str, root: Path) -> WebPage:
        fetched = self._fetcher.fetch(address)
        assert fetched is not None  # noqa: S101 - nothing was known that could be unchanged
        suffix = _suffix(fetched, address)
        host, name = _name(address)
        file = root / host / f"{name}{suffix}"
        other = _page(_mark(file))
        if other and other.address != address:
            file = file.with_name(f"{name}-{_hash(address)}{suffix}")
        return _store(address, file, fetched)

    def _again(self, page: WebPage) -> WebPage:
        fetched = self._fetcher.fetch(page.address, page.etag, page.modified)
        if fetched is None:
            return page
        suffix = _suffix(fetched, page.address)
        if suffix == page.file.suffix:
            return _store(page.address, page.file, fetched)
        changed = self._new(page.address, page.root)
        page.file.unlink()
        _mark(page.file).unlink()
        return changed


def _plain(address: str) -> str:
    """The address without the part that only a browser reads. Raises DocumentError if it is not one."""
    try:
        return urlsplit(address.strip())._replace(fragment="").geturl()
    except ValueError as exc:
        cure = "Check it in a browser, then `assistant index build ADDRESS`"
        raise DocumentError(f"{address!r} is not written as an address ({exc}). {cure}") from exc


def _suffix(fetched: Fetched, address: str) -> str:
    """The ending of the file for what was fetched: that of its address, unless it is a web page."""
    kind, written = _KINDS.get(fetched.kind, ""), PurePosixPath(urlsplit(address).path).suffix.lower()
    if kind == ".html":
        return kind
    suffix = written if written in SUFFIXES else kind
    if not suffix:
        told = fetched.kind or "of no stated kind"
        raise DocumentError(f"{address!r} cannot be read as a document: it is {told}. These can: {', '.join(SUFFIXES)}")
    return suffix


def _name(address: str) -> tuple[str, str]:
    """Folder and name, without ending, of the file for a page: its host, and the rest as far as a name can hold it."""
    parts = urlsplit(address)
    host = re.sub(r"[^\w.-]", "-", parts.netloc.rpartition("@")[2].lower()).lstrip(".") or "site"
    path = PurePosixPath(unquote(parts.path).strip("/") or "index")
    stem = path.with_suffix("") if path.suffix.lower() in SUFFIXES else path
    told = f"{stem}-{unquote(parts.query)}" if parts.query else str(stem)
    name = re.sub(r"[^\w.]+", "-", told).strip("-.") or "index"
    return host, name if len(name) <= _LONGEST else f"{name[:_LONGEST]}-{_hash(address)}"


def _hash(address: str) -> str:
    return hashlib.blake2b(address.encode(errors="replace"), digest_size=4).hexdigest()


def _store(address: str, file: Path, fetched: Fetched) -> WebPage:
    page = WebPage(address, file, datetime.now(UTC).isoformat(timespec="seconds"), fetched.etag, fetched.modified)
    file.parent.mkdir(parents=True, exist_ok=True)
    # First what was fetched: after a crash between the two, the old marks fetch it once more.
    _replace(file, _readable(fetched))
    told = {name: value for name, value in page._asdict().items() if name != "file"}
    _replace(_mark(file), json.dumps(told).encode())
    return page


def _readable(fetched: Fetched) -> bytes:
    """The data; text in another encoding than UTF-8 in that, so that it is read without the server's word on it."""
    if not fetched.kind.startswith("text/") or fetched.charset in ("", "utf-8"):
        return fetched.data
    try:
        return fetched.data.decode(fetched.charset).encode("utf-8-sig")
    except (LookupError, ValueError):
        return fetched.data


def _replace(file: Path, data: bytes) -> None:
    half = file.with_name(f".{file.name.lstrip('.')}.{os.getpid()}.part")
    half.write_bytes(data)
    half.replace(file)


def _mark(file: Path) -> Path:
    return file.with_name(f".{file.name}{_MARKED}")


def _page(mark: Path) -> WebPage | None:
    """The page that ``mark`` is about; None if there is no such file or it is damaged."""
    try:
        told = json.loads(mark.read_text(encoding="utf-8"))
        return WebPage(file=mark.with_name(mark.name[1 : -len(_MARKED)]), **told)
    except (OSError, ValueError, TypeError):
        return None
