"""A folder at a glance: how many documents of which kinds, outlets and dates, and which files are not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import PurePosixPath
from typing import NamedTuple

from assistant.api import Assistant
from assistant.errors import AssistantError, DocumentError
from assistant.ingest.discover import FoundFile, find_files
from assistant.ingest.worker import Limits, ParserPool
from assistant.web.library import Library
from assistant.web.state import AppState
from assistant.web.templates import render

_KINDS = {
    "PDF": "pdf", "Word": "docx docm odt rtf", "web pages": "html htm", "e-mail": "eml mbox msg",
    "text": "txt text log rst adoc asciidoc", "Markdown": "md markdown", "tables": "csv tsv xlsx xlsm xls ods",
    "slides": "pptx pptm odp", "e-books": "epub", "pictures": "png jpg jpeg tif tiff", "subtitles": "vtt srt",
    "JSON": "json jsonl ndjson", "notebooks": "ipynb",
}  # fmt: skip
KINDS = tuple(_KINDS)
"""All kinds of files that are read, as they are called."""

_KIND = {suffix: kind for kind, suffixes in _KINDS.items() for suffix in suffixes.split()}

NEWER = "It is newer than the index: check for changes under Documents."


MOST = 50
"""Files that are named at most."""

SECONDS = 5.0
"""Seconds that finding out why a file is not read may take."""


class Unread(NamedTuple):
    """A file that is not read. Why that is may be known only when it is tried again."""

    source: str
    reason: str
    file: FoundFile | None = None


class Glance(NamedTuple):
    """What is indexed, counted; ``kinds`` are names with counts, most first."""

    documents: int
    outlets: int
    first: date | None
    last: date | None
    kinds: tuple[tuple[str, int], ...]
    unread: tuple[Unread, ...]


def glance(assistant: Assistant, library: Library) -> Glance | None:
    """What a reader sees first; None where nothing is indexed."""
    try:
        documents = assistant.documents()
    except AssistantError:
        return None
    if not documents:
        return None
    suffixes = [PurePosixPath(each.source).suffix[1:].lower() for each in documents]
    days = [each.published for each in documents if each.published]
    return Glance(
        documents=len(documents),
        outlets=len({each.publisher for each in documents if each.publisher}),
        first=min(days, default=None),
        last=max(days, default=None),
        kinds=tuple(Counter(_KIND.get(suffix, suffix.upper()) for suffix in suffixes).most_common()),
        unread=unread(assistant, library, {each.source for each in documents}),
    )


def unread(assistant: Assistant, library: Library, indexed: set[str]) -> tuple[Unread, ...]:
    """Files in the indexed folders that no answer draws on; not those that were removed."""
    removed = set(assistant.removed())
    missing: list[Unread] = []
    for root in library.roots():
        try:
            found, skipped = find_files(root)
        except AssistantError:  # the folder is not there at present
            continue
        left = [each for each in found if each.source not in indexed and each.path not in removed]
        missing += [
            *(Unread(each.source, each.reason) for each in skipped),
            *(Unread(each.source, "", each) for each in left),
        ]
    return tuple(missing)


def why_unread(state: AppState) -> Callable[[dict[str, str]], dict[str, str]]:
    """What tells the browser which files are not read and why, for which it tries to read them."""

    def why(_: dict[str, str]) -> dict[str, str]:
        seen = glance(state.assistant, state.library)
        files = seen.unread[:MOST] if seen else ()
        with closing(ParserPool(Limits(seconds=SECONDS))) as pool:
            told = [(each.source, each.reason or _fault(pool, each)) for each in files]
        return {"html": render("layout", "unread", files=told, more=len(seen.unread) - len(files) if seen else 0)}

    return why


def _fault(pool: ParserPool, unread: Unread) -> str:
    try:
        pool.read(unread.file) if unread.file else None
    except DocumentError as error:
        return str(error)
    return NEWER
