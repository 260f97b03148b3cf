"""OpenDocument texts, spreadsheets and presentations (ODT, ODS, ODP) from their XML."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any, NamedTuple

from assistant.errors import DocumentError
from assistant.ingest.blocks import TextBuilder
from assistant.ingest.parsers.content import Content, printed
from assistant.ingest.parsers.grid import Place, Table, lay_table
from assistant.ingest.parsers.lines import field_of, is_short_field
from assistant.ingest.parsers.office.numbering import spelled
from assistant.ingest.parsers.office.sheets import MAX_CELLS, Sheet, lay_sheets
from assistant.ingest.parsers.packed import unpackable
from assistant.ingest.parsers.properties import sensible_name, sensible_title

_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, TABLE, DRAW, STYLE, FO, SHOW = (
    f"{{{_NAMES}{name}:1.0}}"
    for name in ("office", "text", "table", "drawing", "style", "xsl-fo-compatible", "presentation")
)
DC = "{http://purl.org/dc/elements/1.1/}"
META = f"{{{_NAMES}meta:1.0}}"


def parse_odt(data: bytes, source: str) -> Content:
    """A text: headings, lists with their numbers, tables, notes, comments."""
    package = _Package(unpackable(data, source), source)
    builder = TextBuilder()
    laying = _Laying(builder, package)
    for line in package.margins("header"):
        builder.furniture(line)
    laying.blocks(package.body("text"))
    laying.flush()
    for author, said in laying.comments:
        builder.quotation(said, speaker=f"Comment by {author}" if author else "Comment")
    for line in package.margins("footer"):
        builder.furniture(line)
    title = laying.title or sensible_title(package.known(f"{DC}title")) or laying.first_heading
    return Content(builder.text, title=title, publisher=package.author(), blocks=builder.blocks())


def parse_ods(data: bytes, source: str) -> Content:
    """A spreadsheet: each sheet a page, values as they are displayed."""
    package = _Package(unpackable(data, source), source)
    sheets = [_sheet(table, package, source) for table in package.body("spreadsheet").iterchildren(f"{TABLE}table")]
    builder, notes = lay_sheets(sheets)
    return Content(
        builder.text,
        title=sensible_title(package.known(f"{DC}title")),
        publisher=package.author(),
        pages=builder.pages,
        blocks=builder.blocks(),
        notes=tuple(notes),
    )


def parse_odp(data: bytes, source: str) -> Content:
    """A presentation: each slide a page with its title, text and notes."""
    package = _Package(unpackable(data, source), source)
    builder = TextBuilder()
    laying = _Laying(builder, package)
    for slide in package.body("presentation").iterchildren(f"{DRAW}page"):
        builder.page()
        frames = sorted(slide.iter(f"{DRAW}frame"), key=lambda frame: frame.get(f"{SHOW}class") != "title")
        for frame in frames:
            if frame.get(f"{SHOW}class") == "title":
                laying.heading(_text(frame), 1)
            elif frame.get(f"{SHOW}class") not in ("footer", "date-time", "page-number", "header", "page"):
                laying.blocks(frame)
        for shape in slide.iterchildren(f"{DRAW}custom-shape"):
            laying.blocks(shape)
        laying.flush()
    title = sensible_title(package.known(f"{DC}title")) or laying.first_heading
    return Content(builder.text, title=title, publisher=package.author(), pages=builder.pages, blocks=builder.blocks())


# --- the package ----------------------------------------------------------------------------------


class _Package:
    """The parts of a file; all except the content may be missing."""

    def __init__(self, archive: zipfile.ZipFile, source: str) -> None:
        if b"encryption-data" in self._bytes(archive, "META-INF/manifest.xml"):
            raise DocumentError(f"{source!r} is encrypted. Open it, and save it without a password")
        self._content = _xml(archive.read("content.xml"))
        self._meta = self._part(archive, "meta.xml")
        self._looks = self._part(archive, "styles.xml")
        self.styles = {
            style.get(f"{STYLE}name"): style for root in self._roots() for style in root.iter(f"{STYLE}style")
        }
        self.lists = {
            style.get(f"{STYLE}name"): style for root in self._roots() for style in root.iter(f"{TEXT}list-style")
        }

    @staticmethod
    def _bytes(archive: zipfile.ZipFile, name: str) -> bytes:
        return archive.read(name) if name in archive.namelist() else b""

    def _part(self, archive: zipfile.ZipFile, name: str) -> Any:
        data = self._bytes(archive, name)
        return _xml(data) if data else None

    def _roots(self) -> Iterator[Any]:
        return (root for root in (self._looks, self._content) if root is not None)

    def body(self, kind: str) -> Any:
        """The element with the text, spreadsheet or presentation. Raises ValueError if there is none."""
        found = self._content.find(f"{OFFICE}body/{OFFICE}{kind}")
        if found is None:
            raise ValueError(f"it holds no {kind}")
        return found

    def known(self, name: str) -> str | None:
        """The value of a property."""
        found = next(self._meta.iter(name), None) if self._meta is not None else None
        return found.text if found is not None else None

    def author(self) -> str | None:
        """The author, if that is the name of a person or an organization."""
        return sensible_name(self.known(f"{META}initial-creator") or self.known(f"{DC}creator"))

    def margins(self, kind: str) -> Iterator[str]:
        """The lines of all page headers or footers, each once, without page numbers."""
        lines: dict[str, None] = {}
        for part in self._looks.iter(f"{STYLE}{kind}", f"{STYLE}{kind}-first") if self._looks is not None else ():
            for paragraph in part.iter(f"{TEXT}p"):
                said = " ".join(_text(paragraph).split())
                if any(map(str.isalpha, said)) and not re.fullmatch(r"(?:page|seite)\s*\d*", said, re.IGNORECASE):
                    lines[said] = None
        return iter(lines)

    def names(self, style: str | None) -> Iterator[Any]:
        """The names of a style and of those it is based on."""
        seen: set[str] = set()
        while style and style not in seen and (element := self.styles.get(style)) is not None:
            seen.add(style)
            yield element
            style = element.get(f"{STYLE}parent-style-name")


def _xml(data: bytes) -> Any:
    from lxml import etree  # type: ignore[import-untyped]  # publishes no types

    return etree.fromstring(data, parser=etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


# --- text -----------------------------------------------------------------------------------------

_SKIPPED = frozenset(
    {f"{TEXT}note", f"{OFFICE}annotation", f"{TEXT}tracked-changes", f"{DRAW}frame", f"{TEXT}ruby-text", f"{SHOW}notes"}
)


def _text(element: Any) -> str:
    """The displayed text of an element, without notes, comments and frames in it."""
    return printed(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element.iterchildren():
        if child.tag == f"{TEXT}s":
            yield " "
        elif child.tag == f"{TEXT}tab":
            yield "\t"
        elif child.tag == f"{TEXT}line-break":
            yield "\n"
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
            yield from _pieces(child)
            if child.tag in (f"{TEXT}p", f"{TEXT}h"):
                yield "\n"
        yield child.tail or ""


class _Level(NamedTuple):
    numbered: str
    before: str
    after: str
    start: int


class _Laying:
    """Lays out the elements of a body; notes come at the end of their section, comments at that of the document."""

    def __init__(self, builder: TextBuilder, package: _Package) -> None:
        self.builder = builder
        self.title = ""
        self.first_heading = ""
        self.comments: list[tuple[str, str]] = []
        self._package = package
        self._waiting: list[str] = []
        self._notes = 0
        self._counts: dict[tuple[str, int], int] = {}

    def blocks(self, parent: Any) -> None:
        """Add what is below ``parent``."""
        for child in parent.iterchildren():
            if child.tag == f"{TEXT}h":
                self.heading(_text(child), int(child.get(f"{TEXT}outline-level") or 1))
                self._anchored(child)
            elif child.tag == f"{TEXT}p":
                self._paragraph(child)
            elif child.tag == f"{TEXT}list":
                self._list(child, 1, child.get(f"{TEXT}style-name") or "")
            elif child.tag == f"{TABLE}table":
                lay_table(self.builder, read_table(child))
                self._anchored(child)
            elif child.tag in (f"{TEXT}table-of-content", f"{TEXT}alphabetical-index", f"{TEXT}illustration-index"):
                for paragraph in child.iter(f"{TEXT}p"):
                    self.builder.furniture(_text(paragraph))
            elif isinstance(child.tag, str) and child.tag not in _SKIPPED - {f"{DRAW}frame"}:
                self.blocks(child)

    def heading(self, said: str, level: int) -> None:
        """Add a heading."""
        self.flush()
        said = " ".join(said.split())
        self.first_heading = self.first_heading or said
        self.builder.heading(said, level)

    def flush(self) -> None:
        """Add the notes that wait for the end of their section."""
        for note in self._waiting:
            self.builder.paragraph(note)
        self._waiting.clear()

    def _paragraph(self, element: Any) -> None:
        said = _text(element)
        names = [style.get(f"{STYLE}name") or "" for style in self._package.names(element.get(f"{TEXT}style-name"))]
        level = next(
            (
                int(level)
                for style in self._package.names(element.get(f"{TEXT}style-name"))
                if (level := style.get(f"{STYLE}default-outline-level") or "").isdigit()
            ),
            0,
        )
        if "Title" in names and not self.title:
            self.title = " ".join(said.split())
            self.heading(said, 1)
        elif level:
            self.heading(said, level)
        elif {"Caption", "Table", "Illustration", "Figure", "Text", "Drawing"} & set(names):
            self.builder.caption(said)
        elif "Quotations" in names:
            self.builder.quotation(said)
        elif is_short_field(said) and (field := field_of(said)):
            self.builder.field(field.label, field.value)
        else:
            self.builder.paragraph(said)
        self._anchored(element)

    def _anchored(self, element: Any) -> None:
        """Remember the notes and comments in an element, and add the text boxes in it."""
        for note in element.iter(f"{TEXT}note"):
            if (body := note.find(f"{TEXT}note-body")) is not None and (said := _text(body)):
                self._notes += 1
                kind = "Endnote" if note.get(f"{TEXT}note-class") == "endnote" else "Footnote"
                self._waiting.append(f"{kind} {self._notes}: {' '.join(said.split())}")
        for comment in element.iter(f"{OFFICE}annotation"):
            author = comment.find(f"{DC}creator")
            said = " ".join(" ".join(_text(each).split()) for each in comment.iter(f"{TEXT}p"))
            if said:
                self.comments.append((author.text or "" if author is not None else "", said))
        if element.tag != f"{TABLE}table":
            for box in element.iter(f"{DRAW}text-box"):
                if next(box.iterancestors(f"{TEXT}p", f"{TEXT}h"), None) is element:
                    self.blocks(box)

    # --- lists

    def _list(self, element: Any, depth: int, style: str) -> None:
        if element.get(f"{TEXT}continue-numbering") != "true" and not element.get(f"{TEXT}continue-list"):
            self._counts[style, depth] = 0
        for item in element.iterchildren(f"{TEXT}list-item", f"{TEXT}list-header"):
            first = True
            for child in item.iterchildren():
                if child.tag == f"{TEXT}list":
                    self._list(child, depth + 1, child.get(f"{TEXT}style-name") or style)
                elif child.tag in (f"{TEXT}p", f"{TEXT}h"):
                    said = _text(child)
                    marker = self._marker(style, depth) if first and said else ""
                    if child.tag == f"{TEXT}h":
                        self.heading(f"{marker} {said}".strip(" -"), int(child.get(f"{TEXT}outline-level") or depth))
                    elif said:
                        self.builder.item(said, depth, marker)
                    first = first and not said
                    self._anchored(child)

    def _marker(self, style: str, depth: int) -> str:
        level = self._level(style, depth)
        count = self._counts[style, depth] = self._counts.get((style, depth), 0) + 1
        if not level.numbered:
            return "-"
        return f"{level.before}{spelled(level.start + count - 1, level.numbered)}{level.after}"

    def _level(self, style: str, depth: int) -> _Level:
        found = self._package.lists.get(style)
        for level in found.iterchildren(f"{TEXT}list-level-style-number") if found is not None else ():
            if level.get(f"{TEXT}level") == str(depth):
                form = _FORMS.get(level.get(f"{STYLE}num-format") or "", "")
                start = level.get(f"{TEXT}start-value") or "1"
                before, after = level.get(f"{STYLE}num-prefix") or "", level.get(f"{STYLE}num-suffix") or ""
                return _Level(form, before, after, int(start) if start.isdigit() else 1)
        return _Level("", "", "", 1)


_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


# --- tables ---------------------------------------------------------------------------------------

_MAX_REPEATED = 1_000


def read_table(element: Any) -> Table:
    """A table with its merged cells and its header rows."""
    cells, covers, header = _cells(element)
    width = max((column for _, column in cells), default=-1) + 1
    tall = max((row for row, _ in cells), default=-1) + 1
    rows = [[cells.get((row, column), "") for column in range(width)] for row in range(tall)]
    return Table(rows, covers, header=header or None)


def _cells(element: Any) -> tuple[dict[Place, str], dict[Place, Place], int]:
    """The cells that are not empty, the places that merged cells cover, and the number of header rows."""
    cells: dict[Place, str] = {}
    covers: dict[Place, Place] = {}
    number = header = 0
    for row, heads in _rows(element, False):
        times = _integer(row, "number-rows-repeated")
        found = list(_row_cells(row))
        for again in range(min(times, _MAX_REPEATED) if found else 0):
            for column, said, wide, tall in found:
                place = (number + again, column)
                if said:
                    cells[place] = said
                if wide * tall <= _MAX_REPEATED:
                    spread = ((place[0] + r, column + c) for r in range(tall) for c in range(wide) if r or c)
                    covers.update(dict.fromkeys(spread, place))
        number += times
        header = number if heads else header
    return cells, covers, min(header, 5)


def _rows(element: Any, heads: bool) -> Iterator[tuple[Any, bool]]:
    for child in element.iterchildren():
        if child.tag == f"{TABLE}table-row":
            yield child, heads
        elif child.tag in (f"{TABLE}table-rows", f"{TABLE}table-row-group"):
            yield from _rows(child, heads)
        elif child.tag == f"{TABLE}table-header-rows":
            yield from _rows(child, True)


def _row_cells(row: Any) -> Iterator[tuple[int, str, int, int]]:
    """Column, text, width and height of the cells of a row that are not empty or cover others."""
    column = 0
    for cell in row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
        times = _integer(cell, "number-columns-repeated")
        said = " ".join(_text(cell).split()) if cell.tag == f"{TABLE}table-cell" else ""
        wide, tall = _integer(cell, "number-columns-spanned"), _integer(cell, "number-rows-spanned")
        if said or wide * tall > 1:
            for again in range(min(times, _MAX_REPEATED)):
                yield column + again, said, wide, tall
        column += times


def _integer(element: Any, name: str) -> int:
    value = element.get(f"{TABLE}{name}") or "1"
    return max(1, int(value)) if value.isdigit() else 1


def _sheet(table: Any, package: _Package, source: str) -> Sheet:
    cells, covers, _ = _cells(table)
    if len(cells) > MAX_CELLS:
        raise DocumentError(f"{source!r} has more than {MAX_CELLS:,} cells. Divide it, then `assistant index build`")
    hidden = any(
        properties.get(f"{TABLE}display") == "false"
        for style in package.names(table.get(f"{TABLE}style-name"))
        for properties in style.iter(f"{STYLE}table-properties")
    )
    comments = (" ".join(_text(each).split()) for each in table.iter(f"{OFFICE}annotation"))
    return Sheet(
        table.get(f"{TABLE}name") or "",
        cells,
        covers,
        hidden,
        tuple(f"Comment: {said}" for said in comments if said),
    )
