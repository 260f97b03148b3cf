"""The structure of HTML in web pages, EPUB and mail: headings, paragraphs, lists, tables and quotations.

One walk over the tree finds all kinds of blocks, so they are in one file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, NamedTuple

from assistant.ingest.blocks import TextBuilder
from assistant.ingest.parsers.cells import is_number
from assistant.ingest.parsers.grid import MAX_HEADER, Place, Table, lay_table
from assistant.ingest.parsers.lines import Field, field_of, is_short_field, is_title, marker_of
from assistant.ingest.parsers.plain.quoting import attribution, quoted_speaker
from assistant.types import BlockKind

Element = Any
"""An element of lxml, which publishes no types."""


class Piece(NamedTuple):
    """A block of a page before it has a place in a text."""

    kind: BlockKind
    text: str
    level: int = 0
    marker: str = ""
    label: str = ""
    caption: str = ""
    speaker: str = ""
    table: Table | None = None


def parse_tree(html: str) -> Element | None:
    """The tree of a page, or None if it is empty."""
    from lxml import etree  # type: ignore[import-untyped]  # publishes no types
    from lxml import html as parser

    try:
        return parser.fromstring(html.encode(), parser=parser.HTMLParser(encoding="utf-8", remove_comments=True))
    except etree.ParserError:
        return None


def pieces(root: Element) -> list[Piece]:
    """Everything that a browser would show of ``root``, block by block."""
    walk = _Walk()
    walk.element(root, 0)
    walk.flush()
    return walk.pieces


def lay_out(builder: TextBuilder, found: Sequence[Piece]) -> None:
    """Add ``found`` to a text."""
    for piece in found:
        if piece.kind == "heading":
            builder.heading(piece.text, piece.level)
        elif piece.kind == "item":
            builder.item(piece.text, piece.level, piece.marker)
        elif piece.kind == "row":
            lay_table(builder, piece.table or Table([[piece.text]]), piece.caption)
        elif piece.kind == "field":
            label = piece.label or (field_of(piece.text) or Field("", "")).label
            builder.field(label, piece.text[len(label) :].lstrip(" :："))
        elif piece.kind == "code":
            builder.code(piece.text)
        elif piece.kind == "quotation":
            builder.quotation(piece.text, piece.speaker)
        elif piece.kind == "caption":
            builder.caption(piece.text)
        elif piece.kind == "furniture":
            builder.furniture(piece.text)
        else:
            builder.paragraph(piece.text)


# --- the walk -------------------------------------------------------------------------------------

INVISIBLE = frozenset(
    "script style noscript template head link meta title object embed iframe svg math canvas audio video map area "
    "select option button input textarea progress meter dialog frameset".split()
)
"""Tags whose text a page does not show or shows as a control."""

_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span "
    "strike strong sub sup time tt u var wbr img".split()
)
_UNSHOWN = frozenset({"ix:header", "ix:hidden"})  # of Inline XBRL, in filings
_BOLD = frozenset({"b", "strong"})
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
BOLD_LEVEL = 7
"""Level of a heading that is one for being bold alone."""

_SUMMARY_LEVEL = 8
_BREAK = "\u2028"  # stands for <br> until white space is collapsed
_DEEPEST = 150  # what is nested deeper is read as text alone
_SPACE = re.compile(r"[ \t\r\n\f\u200b]+")
_HIDDEN = re.compile(r"display:\s*none|visibility:\s*hidden", re.IGNORECASE)
_UNSEEN = re.compile(
    r"(?:^|\s)(?:mw-editsection|mw-cite-backlink|mw-jump-link|noprint|sr-only|visually-hidden|screen-reader-text|"
    r"headerlink|anchor-link)(?:$|\s)"
)
_TITLE_CLASS = re.compile(r"(?:^|\s)(?:title|MsoTitle)(?:$|\s)")
_DEEPER = re.compile(r"\blst-kix_\w+-(\d)\b")
_TEXT_QUOTED = re.compile(r"\bgmail_quote\b|\bmoz-cite-prefix\b|\byahoo_quoted\b|\bprotonmail_quote\b")


class _List(NamedTuple):
    numbers: Iterator[int] | None
    style: str
    deeper: int = 0
    """How deep a list is below the one before it, where only its class tells."""


class _Walk:
    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._buffer: list[str] = []
        self._bold = 0  # how many elements of bold text are open
        self._plain = False  # the buffer holds text that is not bold
        self._lists: list[_List] = []
        self._marker: str | None = None  # of an item that holds nothing yet
        self._heading = 0
        self._quotes: list[str] = []  # the speakers of the quotations that are open

    def element(self, node: Element, depth: int) -> None:
        """Add ``node`` with everything in it, but without its tail."""
        tag = node.tag if isinstance(node.tag, str) else ""
        if not tag or tag in INVISIBLE | _UNSHOWN or _is_hidden(node):
            return
        if tag == "br":
            self._buffer.append(_BREAK)
        elif depth > _DEEPEST:
            self._text(" ".join(node.itertext()))
        elif _is_inline(tag):
            self._inline(node, tag, depth)
        else:
            self.flush()
            self._block(node, tag, depth)
            self.flush()

    def _children(self, node: Element, depth: int) -> None:
        self._text(node.text)
        for child in node:
            self.element(child, depth + 1)
            self._text(child.tail)

    def _text(self, text: str | None) -> None:
        if text:
            self._buffer.append(text)
            self._plain = self._plain or (not self._bold and bool(text.strip()))

    def _inline(self, node: Element, tag: str, depth: int) -> None:
        self._bold += tag in _BOLD
        self._children(node, depth)
        self._bold -= tag in _BOLD

    def _block(self, node: Element, tag: str, depth: int) -> None:
        titles = tag == "p" and bool(_TITLE_CLASS.search(node.get("class") or ""))
        if tag in _HEADINGS or titles or node.get("role") == "heading":
            level = node.get("aria-level", "1" if titles else "2")
            self._heading = _HEADINGS.get(tag, int(level) if level.isdecimal() else 2)
            self._children(node, depth)
            self.flush()
            self._heading = 0
        elif tag in ("ul", "ol", "menu", "dir"):
            self._list(node, tag, depth)
        elif tag == "li":
            self._item(node, depth)
        elif tag == "dl":
            self._definitions(node, depth)
        elif tag == "table":
            self._table(node, depth)
        elif tag == "pre":
            self._code(node)
        elif tag == "blockquote" or _TEXT_QUOTED.search(node.get("class") or ""):
            self._quotation(node, depth)
        elif tag in ("figcaption", "caption"):
            text = cell_text(node)
            self.pieces += [Piece("caption", text)] if text else []
        elif tag == "summary":
            self._heading = _SUMMARY_LEVEL
            self._children(node, depth)
            self.flush()
            self._heading = 0
        else:
            self._children(node, depth)

    def flush(self) -> None:
        """End the current block."""
        text = _collapsed("".join(self._buffer))
        bold = not self._plain
        self._buffer, self._plain = [], False
        if not text:
            return
        if self._heading:
            self.pieces.append(Piece("heading", text.replace("\n", " "), level=self._heading))
        elif self._quotes:
            self._quoted(text)
        elif self._lists:
            fresh = self._marker is not None
            depth = len(self._lists) + self._lists[-1].deeper + (not fresh)
            self.pieces.append(Piece("item", text, level=depth, marker=self._marker or ""))
            self._marker = None if fresh else self._marker
        else:
            self._prose(text, bold)

    def _prose(self, text: str, bold: bool) -> None:
        lines = text.split("\n")
        if bold and len(lines) == 1 and is_title(text.rstrip(":?")):
            self.pieces.append(Piece("heading", text, level=BOLD_LEVEL))
        elif any(map(marker_of, lines)) and 2 * sum(map(bool, map(marker_of, lines))) >= len(lines):
            self._typed(lines)
        elif len(lines) > 1 and 2 * sum(map(is_short_field, lines)) > len(lines):
            self.pieces += (Piece("field" if is_short_field(line) else "paragraph", line) for line in lines if line)
        elif is_short_field(text):
            self.pieces.append(Piece("field", text))
        else:
            self.pieces += (Piece("paragraph", part) for part in re.split("\n{2,}", text))

    def _typed(self, lines: Sequence[str]) -> None:
        """Add lines of which most begin with a bullet or a number that is typed."""
        for line in filter(None, lines):
            marker = marker_of(line)
            if marker and len(line) > marker.width:
                self.pieces.append(Piece("item", line[marker.width :], level=1, marker=marker.number or "-"))
            else:
                self.pieces.append(Piece("paragraph", line))

    def _quoted(self, text: str) -> None:
        if name := attribution(text):
            self._name_speaker(name)
            self.pieces.append(Piece("caption", text))
            return
        self.pieces += (Piece("quotation", part, speaker=self._quotes[-1]) for part in re.split("\n{2,}", text))

    # --- lists

    def _list(self, node: Element, tag: str, depth: int) -> None:
        start = node.get("start", "1")
        first = int(start) if re.fullmatch(r"-?\d{1,6}", start) else 1
        numbers = count(first) if tag == "ol" else None
        deeper = _DEEPER.search(node.get("class") or "")
        self._lists.append(_List(numbers, node.get("type", "1"), int(deeper[1]) if deeper else 0))
        self._children(node, depth)
        self.flush()
        self._lists.pop()
        self._marker = None

    def _item(self, node: Element, depth: int) -> None:
        if not self._lists:
            self._lists.append(_List(None, ""))
            self._item(node, depth)
            self._lists.pop()
            return
        numbers, style, _ = self._lists[-1]
        self._marker = "-" if numbers is None else f"{_number(next(numbers), style)}."
        self._children(node, depth)
        self.flush()
        self._marker = None

    def _definitions(self, node: Element, depth: int) -> None:
        """``dt`` and ``dd``: a field if the definition is one short block, else a heading with blocks under it."""
        label = ""
        parts = [part for child in node for part in (child if child.tag == "div" else (child,))]
        for child in parts:
            if child.tag not in ("dt", "dd"):
                self.element(child, depth + 1)
            elif child.tag == "dt":
                label = cell_text(child).rstrip(":")
            else:
                self._definition(label, child, depth)

    def _definition(self, label: str, node: Element, depth: int) -> None:
        parted = any(child.tag in ("ul", "ol", "table", "pre", "dl") for child in node)
        value = "" if parted else cell_text(node)
        if label and value and len(value) <= _MAX_DEFINITION:
            self.pieces.append(_field(label, value))
            return
        self.pieces += [Piece("heading", label, level=BOLD_LEVEL)] if label else []
        self._children(node, depth + 1)
        self.flush()

    # --- quotations, code

    def _quotation(self, node: Element, depth: int) -> None:
        cited = next((cell_text(each) for each in node.iter("cite", "footer")), "")
        before = self.pieces[-1].text.rpartition("\n")[2] if self.pieces else ""
        speaker = quoted_speaker(before) or (self._quotes[-1] if self._quotes and not cited else "")
        self._quotes.append(speaker or attribution(cited) or cited.lstrip("—–- "))
        lists, self._lists = self._lists, []
        self._children(node, depth)
        self.flush()
        self._lists = lists
        self._quotes.pop()

    def _name_speaker(self, name: str) -> None:
        self._quotes[-1] = name
        for at in range(len(self.pieces) - 1, -1, -1):
            if self.pieces[at].kind != "quotation" or self.pieces[at].speaker:
                break
            self.pieces[at] = self.pieces[at]._replace(speaker=name)

    def _code(self, node: Element) -> None:
        for line_break in node.iter("br"):
            line_break.tail = "\n" + (line_break.tail or "")
        text = "".join(node.itertext()).strip("\n").expandtabs(4)
        if text.strip():
            self.pieces.append(Piece("code", text))

    # --- tables

    def _table(self, node: Element, depth: int) -> None:
        rows = _rows(node)
        if _is_layout(node, rows):
            self._children(node, depth)
            return
        captions = [cell_text(each) for each in node if each.tag == "caption"]
        caption = captions[0] if captions else ""
        self.pieces += [Piece("caption", caption)] if caption else []
        table = _grid(rows)
        said = " ".join(cell for row in table.rows for cell in row if cell)
        if said:
            self.pieces.append(Piece("row", said, caption=caption, table=table))


def _is_inline(tag: str) -> bool:
    """Whether a browser shows an element within a line, as it does those that HTML does not know: ``ix:nonNumeric``."""
    return tag in _INLINE or ":" in tag or "-" in tag


def _field(label: str, value: str) -> Piece:
    name = label.rstrip(":")
    return Piece("field", f"{name}: {value}", label=name)


_MAX_DEFINITION = 300


def cell_text(node: Element) -> str:
    """The text of ``node`` on one line."""
    return " ".join(_SPACE.sub(" ", "".join(_said_in(node, 0))).split(" ")).strip()


def _said_in(node: Element, depth: int) -> Iterator[str]:
    yield node.text or ""
    for child in node:
        if isinstance(child.tag, str) and child.tag not in INVISIBLE:
            apart = "" if _is_inline(child.tag) else " "
            yield apart
            yield from [" ".join(child.itertext())] if depth > _DEEPEST else _said_in(child, depth + 1)
            yield apart
        yield child.tail or ""


def _collapsed(text: str) -> str:
    """Whitespace as a browser shows it: runs are one space, and lines end only at ``<br>``."""
    lines = (_SPACE.sub(" ", line).strip(" \u00a0") for line in text.split(_BREAK))
    return "\n".join(lines).strip("\n")


def _is_hidden(node: Element) -> bool:
    if node.tag == "sup" and any((link.get("href") or "").startswith("#") for link in node.iter("a")):
        return True  # the number of a note
    return (
        node.get("hidden") is not None
        or bool(_UNSEEN.search(node.get("class") or ""))
        or node.get("aria-hidden") == "true"
        or bool(_HIDDEN.search(node.get("style") or ""))
    )


def _number(number: int, style: str) -> str:
    if style in ("a", "A") and 1 <= number <= 26:
        return chr(ord(style) + number - 1)
    if style in ("i", "I") and 1 <= number <= 39:
        tens, ones = divmod(number, 10)
        roman = "x" * tens + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[ones]
        return roman if style == "i" else roman.upper()
    return str(number)


def _rows(table: Element) -> list[Element]:
    parts = (part if part.tag in ("thead", "tbody", "tfoot") else (part,) for part in table)
    return [row for part in parts for row in part if row.tag == "tr"]


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row if cell.tag in ("td", "th")]


_LONG_CELL = 500


def _is_layout(table: Element, rows: Sequence[Element]) -> bool:
    """Whether a table is only used for layout."""
    if table.get("role") in ("presentation", "none") or len(rows) == 0:
        return True
    cells = [_cells(row) for row in rows]
    if any(cell.tag == "th" for row in cells for cell in row):
        return False
    if max(map(len, cells)) <= 1:
        return True
    return any(
        next(cell.iter("table", "h1", "h2", "h3", "ul", "ol", "pre"), None) is not None
        or len("".join(cell.itertext())) > _LONG_CELL
        for row in cells
        for cell in row
    )


_MOST_COLUMNS = 200


def _span(cell: Element, name: str, most: int) -> int:
    said = cell.get(name, "1")
    return min(int(said), most) if said.isdecimal() and said.isascii() and len(said) < 7 and int(said) else 1


def _grid(rows: Sequence[Element]) -> Table:
    """The cells of a table. Its header are the rows of ``thead``, or else the first rows with only header cells."""
    texts: list[list[str]] = []
    covers: dict[Place, Place] = {}
    for number, row in enumerate(rows):
        line: list[str] = []
        for cell in _cells(row):
            while (number, len(line)) in covers:
                line.append("")
            corner = (number, len(line))
            wide, high = _span(cell, "colspan", _MOST_COLUMNS), _span(cell, "rowspan", len(rows) - number)
            covers.update(
                ((r, c), corner)
                for r in range(number, number + high)
                for c in range(corner[1], corner[1] + wide)
                if (r, c) != corner
            )
            line += [cell_text(cell), *[""] * (wide - 1)]
            if len(line) > _MOST_COLUMNS:
                break
        while (number, len(line)) in covers:
            line.append("")
        texts.append(line)
    known = any(cell.tag == "th" for row in rows for cell in _cells(row)) or rows[0].getparent().tag == "thead"
    heads = next((at for at, row in enumerate(rows) if not (_is_head(row) if known else _is_bold(row))), len(rows))
    return Table(texts, covers, header=heads if known or 0 < heads <= min(MAX_HEADER, len(rows) - 1) else None)


def _is_head(row: Element) -> bool:
    cells = _cells(row)
    return row.getparent().tag == "thead" or (bool(cells) and all(cell.tag == "th" for cell in cells))


_BOLD_STYLE = re.compile(r"font-weight:\s*(?:bold|[6-9]00)", re.IGNORECASE)


def _is_bold(row: Element) -> bool:
    """Whether a row names at least two columns in bold letters."""
    said = [cell for cell in _cells(row) if cell_text(cell)]
    return (
        len(said) > 1
        and not any(is_number(cell_text(cell)) for cell in said)
        and all(
            any(cell_text(each) == cell_text(cell) for each in cell.iter() if _is_styled_bold(each)) for cell in said
        )
    )


def _is_styled_bold(node: Element) -> bool:
    return node.tag in _BOLD or bool(_BOLD_STYLE.search(node.get("style") or ""))
