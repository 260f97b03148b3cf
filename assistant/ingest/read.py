"""Reads a file as a document: its text, blocks, title, publisher and date."""

import hashlib
import unicodedata
from collections.abc import Callable
from pathlib import Path

from assistant.errors import DocumentError
from assistant.ingest.about import about
from assistant.ingest.dated import date_in_head, date_in_name
from assistant.ingest.discover import FoundFile, find_files
from assistant.ingest.parsers import parser_for
from assistant.ingest.parsers.content import Content
from assistant.types import Document

MAX_BYTES = 100_000_000
"""A larger file is refused."""

MAX_CHARACTERS = 50_000_000
"""A longer text is refused."""

VERSION = 3
"""Raise it when the same file reads differently: what an older version read is then read again."""


def read_document(file: FoundFile) -> Document:
    """The document in ``file``.

    Raises DocumentError if the file cannot be opened, is larger than ``MAX_BYTES``, is not what its ending says,
    is encrypted, holds no text or too much, or has invalid front matter.
    """
    suffix = Path(file.source).suffix.lower()
    data = _bytes(file)
    if not data:
        raise DocumentError(f"{file.source!r} holds no text. It is empty; save it anew, or `rm {str(file.path)!r}`")
    try:
        content = parser_for(suffix)(data, file.source)
    except (DocumentError, MemoryError):
        raise
    except ImportError as exc:
        cure = "`pip install 'assistant[files]'`"
        raise DocumentError(f"{file.source!r} needs {exc.name!r}, which is not installed. {cure}") from exc
    except Exception as exc:  # parsers raise whatever a damaged file leads them to
        what = _one_line(f"{type(exc).__name__}: {exc}"[:200])
        cure = f"Save it anew, or `mv {str(file.path)!r} ..`"
        raise DocumentError(f"{file.source!r} is damaged, or no {suffix[1:].upper()} ({what}). {cure}") from exc
    if len(content.text) > MAX_CHARACTERS:
        limit = f"{MAX_CHARACTERS // 1_000_000} million characters"
        raise DocumentError(f"{file.source!r} holds more than {limit}. Divide it, then `assistant index build`")
    if not content.text.strip():
        raise DocumentError(f"{file.source!r} holds no text. Write some, then `assistant index build`")
    return _document(file.source, content)


def read_folder(folder: Path, on_error: Callable[[DocumentError], None] = lambda _: None) -> dict[str, Document]:
    """The documents of ``folder`` by source, as a build reads them; a file that cannot be read is left out.

    Raises DocumentError where there is no such folder.
    """
    documents = {}
    for file in find_files(folder)[0]:
        try:
            documents[file.source] = read_document(file)
        except DocumentError as error:
            on_error(error)
    return documents


def _document(source: str, content: Content) -> Document:
    dated = None
    if content.published is None:
        dated = date_in_name(source) or date_in_head(content.text, content.blocks)
    document = Document(
        source=source,
        title=_one_line(content.title) or _title_from_name(source),
        publisher=_one_line(content.publisher),
        published=dated.day if dated else content.published,
        kind=_one_line(content.kind),
        text=content.text,
        blocks=content.blocks,
        pages=content.pages,
        notes=(*content.notes, *((dated.note,) if dated else ())),
    )
    return document.model_copy(update={"about": about(document)})


def pages_without_text(document: Document) -> int:
    """How many of the document's pages hold no text, as images of pages do."""
    ends = [*document.pages[1:], len(document.text)]
    return sum(not document.text[start:end].strip() for start, end in zip(document.pages, ends, strict=False))


def content_hash(file: FoundFile) -> str:
    """Of the bytes of ``file``, and of how this version reads them. Raises DocumentError if it cannot be opened."""
    mark = hashlib.blake2b(digest_size=16)
    try:
        with file.path.open("rb") as stream:
            while block := stream.read(1 << 20):
                mark.update(block)
    except OSError as exc:
        raise _unreadable(file, exc) from exc
    return f"{VERSION}:{mark.hexdigest()}"


# --- bytes and names ------------------------------------------------------------------------------


def _bytes(file: FoundFile) -> bytes:
    try:
        with file.path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as exc:
        raise _unreadable(file, exc) from exc
    if len(data) > MAX_BYTES:
        size = f"{MAX_BYTES // 1_000_000} MB"
        raise DocumentError(
            f"{file.source!r} is larger than {size}. Divide it: `split -C {MAX_BYTES} {str(file.path)!r}`"
        )
    return data


def _unreadable(file: FoundFile, exc: OSError) -> DocumentError:
    return DocumentError(f"Cannot open {file.source!r}: {exc.strerror}. Allow it: `chmod u+r {str(file.path)!r}`")


def _one_line(text: str | None) -> str | None:
    printable = "".join(mark if mark.isprintable() else " " for mark in text or "")
    return " ".join(printable.split()) or None


def _title_from_name(source: str) -> str:
    """The name of the file as it is written, with spaces for underscores."""
    name = unicodedata.normalize("NFC", Path(source).stem)
    return _one_line(name.replace("_", " ")) or source
