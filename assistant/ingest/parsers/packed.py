"""Zip-based files (Office, OpenDocument, EPUB): opens them within limits, and finds the date on a cover page."""

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
    """The field "Publish Date" of a cover page. The days of creating and saving a file are not used."""
    parts = (archive.read(name) for name in archive.namelist() if name.startswith("customXml/item"))
    found = next((match for match in map(_PUBLISH_DATE.search, parts) if match), None)
    return stated_date(found[1].decode()) if found else None


_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/"


def transitional(archive: zipfile.ZipFile, data: bytes) -> bytes:
    """An Office file converted to the usual variant of its format if it has the "strict" one, which libraries
    cannot read.
    """
    relations = "_rels/.rels"
    if relations not in archive.namelist() or _STRICT not in archive.read(relations):
        return data
    done = io.BytesIO()
    with zipfile.ZipFile(done, "w", zipfile.ZIP_DEFLATED) as usual:
        for name in archive.namelist():
            part = archive.read(name)
            usual.writestr(name, _STRICT_NAME.sub(_usual_name, part) if name.endswith((".xml", ".rels")) else part)
    return done.getvalue()


_STRICT_NAME = re.compile(re.escape(_STRICT) + rb"(\w+)/([\w/]+)")


def _usual_name(match: re.Match[bytes]) -> bytes:
    """``.../ooxml/drawingml/main`` is ``.../drawingml/2006/main``."""
    rest = {b"extendedProperties": b"extended-properties", b"customProperties": b"custom-properties"}
    return _TRANSITIONAL + match[1] + b"/2006/" + rest.get(match[2], match[2])
