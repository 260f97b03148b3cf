"""Reads documents that a program hands over as text, such as those of LlamaIndex's readers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from assistant.ingest.discover import FoundFile
from assistant.ingest.parsers import IN_PLACE
from assistant.ingest.read import VERSION, document_of, parsed
from assistant.ports import GivenDocument
from assistant.types import Document

NOWHERE = Path("/dev/null/documents")
"""The folder of documents that have no file. No file can be there, so no build of a folder finds or misses one."""


class GivenText:
    """One document: all texts of one file or address, in their order, as the pages or parts that they are."""

    def __init__(self, identity: str, parts: Sequence[GivenDocument]) -> None:
        known = parts[0].metadata
        self._parts, self._known = parts, known
        self.source = str(known.get("file_name") or identity)
        mark = hashlib.blake2b(identity.encode(errors="replace"), digest_size=16).hexdigest()
        self.file = FoundFile(self.source, NOWHERE / mark, -1, 0)

    @property
    def content(self) -> str:
        """A hash of the texts, of what is known of them, and of how this version reads them."""
        told = json.dumps([[part.text, dict(part.metadata)] for part in self._parts], default=str, sort_keys=True)
        return f"{VERSION}:{hashlib.blake2b(told.encode(), digest_size=16).hexdigest()}"

    def read(self) -> Document:
        """The document. Raises DocumentError if it holds no text or too much, or has invalid front matter."""
        suffix = Path(self.source).suffix.lower()
        between = "\n\f" if "page_label" in self._known else "\n\n"
        text = between.join(part.text for part in self._parts)
        content = parsed(text.encode(errors="replace"), self.source, suffix if suffix in IN_PLACE else ".txt")
        told = content._replace(
            title=self._text("title") or content.title,
            publisher=self._text("publisher") or content.publisher,
            kind=self._text("kind") or content.kind,
            published=_day(self._text("published") or self._text("date")) or content.published,
        )
        return document_of(self.source, told)

    def _text(self, name: str) -> str:
        return str(self._known.get(name) or "")


def given_texts(documents: Iterable[GivenDocument]) -> Iterator[GivenText]:
    """The documents that these are parts of: of one ``file_path`` or ``url``, else each by its id."""
    parts: dict[str, list[GivenDocument]] = {}
    for document in documents:
        known = document.metadata
        identity = next((str(known[key]) for key in ("file_path", "url", "URL") if known.get(key)), document.id_)
        parts.setdefault(identity, []).append(document)
    return (GivenText(identity, some) for identity, some in parts.items())


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said[:10])
    except ValueError:
        return None
