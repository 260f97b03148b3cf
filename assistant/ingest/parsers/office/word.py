"""Parses Word documents (DOCX): headings, numbered lists, tables, notes, comments and text boxes in order.

One pass lays out all of these, so they are in one file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from assistant.ingest.blocks import TextBuilder
from assistant.ingest.parsers.content import Content, printed
from assistant.ingest.parsers.grid import Place, Table, lay_table
from assistant.ingest.parsers.lines import (
    Marker,
    Outline,
    field_of,
    fields_beside,
    is_capitals,
    is_short_field,
    marker_of,
    states_amount,
)
from assistant.ingest.parsers.office.numbering import Numbering, W, value_of
from assistant.ingest.parsers.packed import publish_date, transitional, unpackable
from assistant.ingest.parsers.properties import sensible_name, sensible_title

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"

UNSTYLED = 8
"""Level of a heading that has no heading style but looks like one; below that of every heading style."""

MAX_UNSTYLED = 120
"""Characters of the longest heading without a style."""


def parse_docx(data: bytes, source: str) -> Content:
    """Everything in the printed document, and comments; tracked deletions are left out."""
    import docx

    archive = unpackable(data, source)
    document = docx.Document(io.BytesIO(transitional(archive, data)))
    laying = _Laying(document)
    laying.run()
    known = document.core_properties
    return Content(
        laying.builder.text,
        title=laying.title or sensible_title(known.title) or laying.first_heading,
        publisher=sensible_name(known.author),
        published=publish_date(archive),
        blocks=laying.builder.blocks(),
        notes=tuple(laying.notes()),
    )


class _Style(NamedTuple):
    """A paragraph style, including the styles it is based on."""

    name: str
    level: int = 0
    """Of a heading, from 1; else 0."""
    numbering: tuple[str, int] | None = None
    bold: bool = False


class _Laying:
    """Lays out a document. What is anchored in a paragraph comes after it, notes at the end of their section."""

    def __init__(self, document: Any) -> None:
        self.builder = TextBuilder()
        self.title = ""
        self.first_heading = ""
        self._document = document
        self._body = document.element.body
        parts = _parts(document.part)
        self._styles = _styles(document.styles.element)
        self._headed = set(_headed_styles(document.styles.element))
        self._numbering = Numbering.of(parts.get("numbering"))
        self._notes = {kind: _bodies(parts.get(kind + "s"), kind) for kind in ("footnote", "endnote")}
        self._comments = dict(_comments(parts.get("comments")))
        self._waiting: list[tuple[str, str]] = []
        self._typed = Outline()
        self._code: list[str] = []

    def run(self) -> None:
        """Lay out the whole document."""
        heads, feet = self._margins()
        for line in heads:
            self.builder.furniture(line)
        self._blocks(self._body)
        self._end_code()
        self._flush()
        for line in feet:
            self.builder.furniture(line)

    def notes(self) -> Iterator[str]:
        """Notes for the report of a build."""
        if count := len(self._comments):
            many = f"{count:,} comments; they were read as quotations"
            yield f"It has {'a comment; it was read as a quotation' if count == 1 else many}."

    # --- blocks

    def _blocks(self, parent: Any) -> None:
        children = list(_children(parent))
        for number, child in enumerate(children):
            after = children[number + 1] if number + 1 < len(children) else None
            if child.tag == f"{W}p":
                self._paragraph(child, after)
            else:
                self._end_code()
                self._table(child)

    def _paragraph(self, element: Any, after: Any = None) -> None:
        said = paragraph_text(element)
        style = self._style(element)
        if self._code and not _CODE.search(style.name):
            self._end_code()
        if said:
            self._lay(element, said, style, after)
        self._note(element)
        for box in _boxes(element):
            self._blocks(box)

    def _note(self, element: Any) -> None:
        """Store the notes and comments that an element refers to."""
        for kind, known in (*self._notes.items(), ("comment", self._comments)):
            marks = (mark.get(f"{W}id") for mark in element.iter(f"{W}{kind}Reference"))
            self._waiting += [known[mark] for mark in marks if mark in known]

    def _lay(self, element: Any, said: str, style: _Style, after: Any) -> None:
        if re.match(r"(?:toc|table of figures)\b", style.name):
            self.builder.furniture(said)
        elif style.name == "title" and not self.title:
            self.title = " ".join(said.split())
            self._heading(said, 1)
        elif style.name == "caption":
            self.builder.caption(said)
        elif style.name in ("quote", "intense quote"):
            self.builder.quotation(said)
        elif _CODE.search(style.name):
            self._code.append(code_line(element))
        elif level := self._level(element, style):
            number = self._numbering.next(*where) if (where := self._list(element, style)) else None
            self._heading(f"{number.text} {said}" if number and number.text else said, level)
        elif where := self._list(element, style):
            number = self._numbering.next(*where)
            self.builder.item(said, number.depth, number.text or "-")
        elif (typed := marker_of(said)) and not typed.number:
            self._item(said, typed)
        elif self._looks_like_heading(element, said, style, after):
            self._heading(said, UNSTYLED)
        elif typed and len(said) > typed.width:
            self._item(said, typed)
        else:
            self._prose(element, said)

    def _prose(self, element: Any, said: str) -> None:
        """Add a paragraph, or the fields that it consists of."""
        self._typed = Outline()
        line = code_line(element).strip()
        parts = [" ".join(line[start:end].split()) for start, end in fields_beside(line)] or [said]
        for part in parts:
            if is_short_field(part) and (field := field_of(part)):
                self.builder.field(field.label, field.value)
            else:
                self.builder.paragraph(part)

    def _item(self, said: str, marker: Marker) -> None:
        """Add an item whose marker is typed, which says nothing of how deep it is."""
        self._typed = self._typed.below(0, marker)
        self.builder.item(said[marker.width :], self._typed.depth, marker.number or "-")

    def _heading(self, said: str, level: int) -> None:
        self._flush()
        self._typed = Outline()
        if level < UNSTYLED:
            self.first_heading = self.first_heading or " ".join(said.split())
        self.builder.heading(" ".join(said.split()), level)

    def _end_code(self) -> None:
        self.builder.code("\n".join(self._code))
        self._code.clear()

    def _flush(self) -> None:
        for speaker, said in self._waiting:
            if speaker:
                self.builder.quotation(said, speaker)
            else:
                self.builder.paragraph(said)
        self._waiting.clear()

    def _style(self, element: Any) -> _Style:
        named = element.find(f"{W}pPr/{W}pStyle")
        return self._styles.get(named.get(f"{W}val") if named is not None else "", _Style("normal"))

    def _level(self, element: Any, style: _Style) -> int:
        own = value_of(element.find(f"{W}pPr/{W}outlineLvl"))
        return min(int(own) + 1, 9) if own.isdigit() and int(own) < 9 else style.level

    def _list(self, element: Any, style: _Style) -> tuple[str, int] | None:
        own = _numbered(element.find(f"{W}pPr/{W}numPr"))
        if own is None:
            return style.numbering
        number, depth = own
        if number == "0":  # the style's number is taken away
            return None
        return number or (style.numbering[0] if style.numbering else ""), depth

    def _looks_like_heading(self, element: Any, said: str, style: _Style, after: Any) -> bool:
        """Whether a short paragraph in bold is above one that is not, or one is a number and capitals."""
        if len(said) > MAX_UNSTYLED or "\n" in said or said.endswith((".", ",", ";", ":", "?", "!")) or after is None:
            return False
        if _NUMBERED_CAPITALS.match(said) and is_capitals(said):
            return True
        if states_amount(said) or not _all_bold(element, style) or not any(map(str.isalpha, said)):
            return False
        return bool(after.tag == f"{W}tbl" or not _all_bold(after, self._style(after)) or not paragraph_text(after))

    # --- tables

    def _table(self, element: Any) -> None:
        table = read_table(element)._replace(named=self._has_header(element))
        if _is_layout(element, table):
            for cell in element.iter(f"{W}tc"):
                if next(cell.iterancestors(f"{W}tbl")) is element:
                    self._blocks(cell)
        else:
            lay_table(self.builder, table)
            self._note(element)

    def _has_header(self, element: Any) -> bool:
        """Whether the style of a table highlights its first row, and the table uses that."""
        looks, style = element.find(f"{W}tblPr/{W}tblLook"), value_of(element.find(f"{W}tblPr/{W}tblStyle"))
        wanted = looks is not None and (
            looks.get(f"{W}firstRow") in ("1", "true") or int(looks.get(f"{W}val") or "0", 16) & 0x20 > 0
        )
        return wanted and style in self._headed

    # --- headers and footers

    def _margins(self) -> tuple[list[str], list[str]]:
        """The lines of all headers and footers, each once, without page numbers."""
        heads: dict[str, None] = {}
        feet: dict[str, None] = {}
        for section in self._document.sections:
            tops = (section.header, section.first_page_header, section.even_page_header)
            ends = (section.footer, section.first_page_footer, section.even_page_footer)
            for found, parts in ((heads, tops), (feet, ends)):
                for part in parts:
                    if not part.is_linked_to_previous:
                        lines = (paragraph_text(each) for each in part._element.iter(f"{W}p"))
                        found.update(dict.fromkeys(" ".join(line.split()) for line in lines if _says_something(line)))
        return list(heads), list(feet)


_NUMBERED_CAPITALS = re.compile(r"(?:[A-Z]|[IVX]{1,5}|\d{1,2})\.\s+[A-Z]{2}")
_CODE = re.compile(r"\bcode\b|preformatted|listing|macro text")
_PAGE = re.compile(r"(?:page|seite)?\s*[-–]?\s*\d*\s*(?:(?:of|von|/)\s*\d*)?\s*[-–]?", re.IGNORECASE)


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not _PAGE.fullmatch(line.strip())


# --- elements -------------------------------------------------------------------------------------

_WRAPPERS = frozenset(f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "tbl"))


def _children(parent: Any) -> Iterator[Any]:
    """The paragraphs and tables directly below an element, those in content controls and insertions too."""
    for child in parent.iterchildren():
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child)


_GONE = frozenset({f"{W}del", f"{W}moveFrom", f"{W}pPr", f"{W}rPr", f"{W}txbxContent", _CHOICE})
_MARKS = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
    f"{W}ptab": "\t",
}


def paragraph_text(element: Any) -> str:
    """The text of a paragraph as it is printed, without soft hyphens and without the text boxes anchored in it."""
    return printed(_pieces(element))


def code_line(element: Any) -> str:
    """The text of a paragraph with all its spaces, for code."""
    return "".join(_pieces(element)).rstrip()


def _pieces(element: Any) -> Iterator[str]:
    for child in element.iterchildren():
        if child.tag in _GONE:
            continue
        if child.tag in (f"{W}t", _MATH):
            yield child.text or ""
        elif child.tag == f"{W}r" and child.find(f"{W}rPr/{W}vanish") is not None:
            continue
        elif child.tag in _MARKS:
            yield _MARKS[child.tag] if child.get(f"{W}type") != "page" else ""
        else:
            yield from _pieces(child)


def _boxes(element: Any) -> Iterator[Any]:
    """The text boxes anchored in a paragraph, each once."""
    for box in element.iter(f"{W}txbxContent"):
        if next(box.iterancestors(_CHOICE), None) is None and next(box.iterancestors(f"{W}p")) is element:
            yield box


def _all_bold(element: Any, style: _Style) -> bool:
    runs = [run for run in element.iter(f"{W}r") if "".join(_pieces(run)).strip()]
    return bool(runs) and all(_is_bold(run, style) for run in runs)


def _is_bold(run: Any, style: _Style) -> bool:
    own = run.find(f"{W}rPr/{W}b")
    return own.get(f"{W}val", "1") not in ("0", "false", "off") if own is not None else style.bold


# --- tables ---------------------------------------------------------------------------------------

_PROSE = 200
"""The number of characters from which a cell has running text."""


def read_table(element: Any) -> Table:
    """A table with its merged cells; header rows are those marked as such, or a first row in bold."""
    rows: list[list[str]] = []
    covers: dict[Place, Place] = {}
    above: dict[int, Place] = {}
    marked = 0
    bold: list[bool] = []
    for row in _rows(element):
        number = len(rows)
        cells: list[str] = [""] * _integer(row.find(f"{W}trPr/{W}gridBefore"), 0)
        marked += number == marked and _is_on(row.find(f"{W}trPr/{W}tblHeader"))
        for cell in _cells(row):
            column = len(cells)
            span = min(_integer(cell.find(f"{W}tcPr/{W}gridSpan"), 1), 64)
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            goes_on = merged is not None and merged.get(f"{W}val", "continue") == "continue" and column in above
            corner = above[column] if goes_on else (number, column)
            cells += ["" if goes_on else cell_text(cell), *[""] * (span - 1)]
            for place in ((number, column + offset) for offset in range(span)):
                above[place[1]] = corner
                if place != corner:
                    covers[place] = corner
        rows.append(cells)
        bold.append(_is_bold_row(row))
    width = max(map(len, rows), default=0)
    full = [row + [""] * (width - len(row)) for row in rows]
    stands_out = len(bold) > 1 and bold[0] and not any(bold[1:])
    return Table(full, covers, header=marked or (1 if stands_out and sum(map(bool, full[0])) > 1 else None))


def cell_text(cell: Any) -> str:
    """The paragraphs of a cell, a line each."""
    return "\n".join(filter(None, map(paragraph_text, cell.iter(f"{W}p"))))


def _rows(table: Any) -> Iterator[Any]:
    for child in table.iterchildren():
        if child.tag == f"{W}tr":
            if child.find(f"{W}trPr/{W}del") is None:
                yield child
        elif child.tag in _WRAPPERS:
            yield from _rows(child)


def _cells(row: Any) -> Iterator[Any]:
    for child in row.iterchildren():
        if child.tag == f"{W}tc":
            yield child
        elif child.tag in _WRAPPERS:
            yield from _cells(child)


def _is_bold_row(row: Any) -> bool:
    plain = _Style("normal")
    said = [paragraph for cell in _cells(row) for paragraph in cell.iter(f"{W}p") if paragraph_text(paragraph)]
    return bool(said) and all(_all_bold(paragraph, plain) for paragraph in said)


def _is_layout(element: Any, table: Table) -> bool:
    """Whether a table is only used for layout: one cell, tables in cells, or few cells with several paragraphs."""
    cells = [cell for row in _rows(element) for cell in _cells(row)]
    if len(cells) == 1 or any(cell.find(f".//{W}tbl") is not None for cell in cells):
        return True
    width = max(map(len, table.rows), default=0)
    full = [cell for cell in cells if len(cell_text(cell)) > _PROSE or len(list(_said_in(cell))) > 3]
    return len(table.rows) <= 2 and width <= 3 and bool(full)


def _said_in(cell: Any) -> Iterator[str]:
    return filter(None, map(paragraph_text, cell.iter(f"{W}p")))


# --- parts ----------------------------------------------------------------------------------------


def _parts(main: Any) -> dict[str, Any]:
    """The root elements of the parts beside the main one, by kind: numbering, footnotes, endnotes, comments."""
    from lxml import etree  # type: ignore[import-untyped]  # publishes no types

    found = {}
    for relation in main.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if not relation.is_external and kind in ("numbering", "footnotes", "endnotes", "comments"):
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            found[kind] = etree.fromstring(relation.target_part.blob, parser=parser)
    return found


def _bodies(root: Any, kind: str) -> dict[str, tuple[str, str]]:
    """The text of each footnote or endnote, which nobody speaks, by its id."""
    notes = {}
    for number, note in enumerate(_real_notes(root, kind), 1):
        said = " ".join(filter(None, map(paragraph_text, note.iter(f"{W}p"))))
        if said:
            notes[note.get(f"{W}id")] = ("", f"{kind.capitalize()} {number}: {said}")
    return notes


def _real_notes(root: Any, kind: str) -> Iterable[Any]:
    """All notes, without the lines that separate them from the text."""
    every = root.iter(f"{W}{kind}") if root is not None else ()
    return (note for note in every if note.get(f"{W}type", "normal") == "normal")


def _comments(root: Any) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each comment by its id: who makes it, and what it says."""
    for comment in root.iter(f"{W}comment") if root is not None else ():
        if said := " ".join(filter(None, map(paragraph_text, comment.iter(f"{W}p")))):
            author = comment.get(f"{W}author")
            yield comment.get(f"{W}id"), (f"Comment by {author}" if author else "Comment", said)


def _styles(root: Any) -> dict[str, _Style]:
    """All paragraph styles by id; the default one under the empty id."""
    elements = {style.get(f"{W}styleId"): style for style in root.iter(f"{W}style")}
    made: dict[str, _Style] = {}
    for key, element in elements.items():
        if element.get(f"{W}type") == "paragraph":
            made[key] = _one_style(element, elements)
            if element.get(f"{W}default") in ("1", "true"):
                made[""] = made[key]
    return made


def _headed_styles(root: Any) -> Iterator[str]:
    """The ids of the table styles that highlight the first row."""
    for style in root.iter(f"{W}style"):
        if any(part.get(f"{W}type") == "firstRow" for part in style.iter(f"{W}tblStylePr")):
            yield style.get(f"{W}styleId")


def _one_style(element: Any, elements: dict[str, Any]) -> _Style:
    name = value_of(element.find(f"{W}name")).lower()
    level, bold = 0, False
    number, depth = "", 0
    seen: set[Any] = set()
    at = element
    while at is not None and at not in seen and len(seen) < 20:
        seen.add(at)
        outline = value_of(at.find(f"{W}pPr/{W}outlineLvl"))
        heading = re.fullmatch(r"heading (\d)", value_of(at.find(f"{W}name")).lower())
        level = level or (
            int(heading[1]) if heading else int(outline) + 1 if outline.isdigit() and int(outline) < 9 else 0
        )
        own = _numbered(at.find(f"{W}pPr/{W}numPr"))
        if own:
            number, depth = number or own[0], depth or own[1]
        bold = bold or _is_on(at.find(f"{W}rPr/{W}b"))
        at = elements.get(value_of(at.find(f"{W}basedOn")))
    return _Style(name, level, (number, depth) if number and number != "0" else None, bold)


def _numbered(element: Any) -> tuple[str, int] | None:
    """The list and the level that a ``numPr`` names; the list may be left to the style."""
    if element is None:
        return None
    level = value_of(element.find(f"{W}ilvl"))
    return value_of(element.find(f"{W}numId")), int(level) if level.isdigit() else 0


def _integer(element: Any, default: int) -> int:
    value = value_of(element)
    return int(value) if value.isdigit() else default


def _is_on(element: Any) -> bool:
    return element is not None and element.get(f"{W}val", "1") not in ("0", "false", "off")
