"""Reads files that hold more than text: PDF, DOCX, PPTX, EPUB, e-mail, CSV and JSON Lines.

Each reader takes the bytes of a file and its source and may raise anything; ``read`` says it in words. The
libraries behind PDF and the Office formats come with ``assistant[files]``. LlamaIndex has readers for the same
formats, but they wrap these very libraries, cost seconds of import, and give no offset of a page.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any
from urllib.parse import unquote

from assistant.errors import DocumentError
from assistant.ingest.parsers.content import Content, visible_text
from assistant.ingest.parsers.dates import stated_date
from assistant.ingest.parsers.encoding import decode
from assistant.ingest.parsers.packed import unpackable

# --- EPUB -----------------------------------------------------------------------------------------

_CONTAINER = "META-INF/container.xml"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def read_epub(data: bytes, source: str) -> Content:
    """The chapters in the order of the spine."""
    archive = unpackable(data, source)
    if "META-INF/rights.xml" in archive.namelist():
        raise DocumentError(f"{source!r} is locked by its publisher. Ask for a copy that is not")
    container = _xml(archive.read(_CONTAINER))
    where = PurePosixPath(str(container.xpath("//*[local-name()='rootfile']/@full-path")[0]))
    package = _xml(archive.read(str(where)))
    items = {item.get("id"): item for item in package.xpath("//*[local-name()='manifest']/*")}
    chapters = []
    for place in package.xpath("//*[local-name()='spine']/*/@idref"):
        if (item := items.get(place)) is not None and "html" in item.get("media-type", ""):
            name = normpath(where.parent / unquote(item.get("href", "")))
            chapters.append(visible_text(decode(archive.read(name), source)))

    def known(name: str) -> str | None:
        return next((text for text in package.xpath(f"//*[local-name()='{name}']/text()") if text.strip()), None)

    day = _DATE.match(known("date") or "")
    return Content(
        "\n\n".join(filter(None, chapters)),
        title=known("title"),
        publisher=known("publisher") or known("creator"),
        published=stated_date(day[0]) if day else None,
    )


def _xml(data: bytes) -> Any:
    from lxml import etree  # type: ignore[import-untyped]  # publishes no types

    return etree.fromstring(data, parser=etree.XMLParser(resolve_entities=False, no_network=True))


# --- mail, tables, lines --------------------------------------------------------------------------


def read_mail(data: bytes, _source: str) -> Content:
    """The body of a message, as plain text where there is such; attachments are not read."""
    from email import message_from_bytes
    from email.policy import default

    message = message_from_bytes(data, policy=default)
    body = message.get_body(("plain", "html"))
    text = str(body.get_content()) if body else ""
    if body is not None and body.get_content_type() == "text/html":
        text = visible_text(text)
    sent, senders = message["date"], getattr(message["from"], "addresses", ())
    return Content(
        _cleaned(text.replace("\r\n", "\n")).strip("\n"),
        title=message["subject"],
        publisher=(senders[0].display_name or senders[0].addr_spec) if senders else None,
        published=sent.datetime.date() if sent is not None and sent.datetime else None,
        kind="e-mail",
    )


_TEXT_KEYS = ("text", "content", "body", "passage", "article")


def read_json_lines(data: bytes, source: str) -> Content:
    """Each object as a paragraph: its text, or its fields by name. A line that is cut short stays as it is."""
    found: list[str] = []
    wrong: list[str] = []
    lines = 0
    for number, line in enumerate(decode(data, source).split("\n"), 1):
        if line.strip():
            lines += 1
            try:
                found.append(_said(json.loads(line)))
            except (ValueError, RecursionError) as exc:
                wrong.append(f"{source!r}, line {number}: not JSON ({exc}). Write one object a line")
                found.append(_cleaned(line).strip())
    if wrong and len(wrong) == lines:
        raise DocumentError(wrong[0])
    return Content("\n\n".join(filter(None, found)))


def _said(value: object) -> str:
    if not isinstance(value, dict):
        return _cleaned(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    text = next((value[key] for key in _TEXT_KEYS if isinstance(value.get(key), str)), None)
    if text is not None:
        title = value.get("title")
        return _cleaned(f"{title}\n\n{text}" if isinstance(title, str) else text)
    fields = (f"{key}: {_plain(each)}" for key, each in value.items() if each not in (None, "", [], {}))
    return _cleaned("; ".join(fields))


def _plain(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# --- common ---------------------------------------------------------------------------------------


_UNPRINTABLE = re.compile("[\0-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def _cleaned(text: str) -> str:
    """Without what no text holds; a vertical tab is a line break in Office."""
    return _UNPRINTABLE.sub("", text.replace("\x0b", "\n").replace("\x0c", "\n"))
