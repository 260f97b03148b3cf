"""Packed files (Office, OpenDocument, EPUB): opened within limits, and the date on their cover page."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

from assistant.errors import DocumentError
from assistant.ingest.parsers.dates import stated_date

MAX_UNPACKED = 500_000_000
"""Bytes that a packed file may unpack to."""

_OLE = b"\xd0\xcf\x11\xe0"  # how Office stores a file with a password, and its old formats


def unpackable(data: bytes, source: str, limit: int = MAX_UNPACKED) -> zipfile.ZipFile:
    """The archive in ``data``. Raises DocumentError if it is encrypted or unpacks to more than ``limit`` bytes."""
    if data.startswith(_OLE):
        raise DocumentError(f"{source!r} is encrypted or of an old format. Open it, and save it without a password")
    archive = zipfile.ZipFile(io.BytesIO(data))
    size = sum(entry.file_size for entry in archive.infolist())
    if size > limit:
        raise DocumentError(f"{source!r} unpacks to {size // 1_000_000:,} MB. Divide it: `unzip {source!r}`")
    return archive


_PUBLISH_DATE = re.compile(rb"<(?:\w+:)?PublishDate>\s*(\d{4}-\d\d-\d\d)")


def publish_date(archive: zipfile.ZipFile) -> date | None:
    """What stands in the field "Publish Date" of a cover page; the days of making and saving say nothing."""
    parts = (archive.read(name) for name in archive.namelist() if name.startswith("customXml/item"))
    found = next((match for match in map(_PUBLISH_DATE.search, parts) if match), None)
    return stated_date(found[1].decode()) if found else None
