"""Parses EPUB books: their chapters in order, block by block."""

from __future__ import annotations

from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any
from urllib.parse import unquote

from assistant.errors import DocumentError
from assistant.ingest.blocks import TextBuilder
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.dates import stated_date
from assistant.ingest.parsers.encoding import decode
from assistant.ingest.parsers.markup.structure import lay_out, parse_tree, pieces
from assistant.ingest.parsers.packed import unpackable

_CONTAINER = "META-INF/container.xml"


def parse_epub(data: bytes, source: str) -> Content:
    """The chapters in the order of the spine. Raises DocumentError for a book that its publisher has locked."""
    archive = unpackable(data, source)
    if "META-INF/rights.xml" in archive.namelist():
        raise DocumentError(f"{source!r} is locked by its publisher. Ask for a copy that is not")
    container = _xml(archive.read(_CONTAINER))
    where = PurePosixPath(str(container.xpath("//*[local-name()='rootfile']/@full-path")[0]))
    package = _xml(archive.read(str(where)))
    items = {item.get("id"): item for item in package.xpath("//*[local-name()='manifest']/*")}
    builder = TextBuilder()
    for place in package.xpath("//*[local-name()='spine']/*/@idref"):
        item = items.get(place)
        if item is None or "html" not in item.get("media-type", "") or "nav" in (item.get("properties") or "").split():
            continue
        tree = parse_tree(decode(archive.read(normpath(where.parent / unquote(item.get("href", "")))), source))
        if tree is not None:
            for navigation in tree.xpath("//nav"):
                navigation.drop_tree()
            lay_out(builder, pieces(tree))

    def known(name: str) -> str | None:
        return next((text for text in package.xpath(f"//*[local-name()='{name}']/text()") if text.strip()), None)

    return Content(
        builder.text,
        title=known("title"),
        publisher=known("publisher") or known("creator"),
        published=stated_date((known("date") or "")[:10]),
        blocks=builder.blocks(),
    )


def _xml(data: bytes) -> Any:
    from lxml import etree  # type: ignore[import-untyped]  # publishes no types

    return etree.fromstring(data, parser=etree.XMLParser(resolve_entities=False, no_network=True))
