"""Tables of all formats: finds titles, headers, sections and notes, and makes a block of each row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise, zip_longest
from typing import NamedTuple

from assistant.ingest.blocks import CELL_SEPARATOR, TextBuilder
from assistant.ingest.parsers.cells import (
    MAX_LABEL,
    MEASURE,
    NOTHING,
    UNIT,
    YEAR,
    is_label,
    is_number,
    is_usual_name,
    sort_of,
)
from assistant.ingest.parsers.lines import Field, field_of, is_short_field

Place = tuple[int, int]
"""Row and column of a cell, from 0."""

MAX_HEADER = 3
"""The most rows of a header, if the format does not say how many it has."""

MAX_ALIKE = 3
"""Words of the names of columns that are lists of one kind beside each other."""

MAX_COLUMNS = 2_000
"""The most cells of a row; a wider one is treated as running text."""


class Table(NamedTuple):
    """The cells of a table. A merged cell has its text once, at its upper left corner.

    ``covers`` maps the other places of a merged cell to that corner. ``header`` is the number of header rows, if the
    format gives it. ``named`` says that a header is usual, as in a CSV file.
    """

    rows: Sequence[Sequence[str]]
    covers: Mapping[Place, Place] = {}
    header: int | None = None
    named: bool = False


def lay_table(
    builder: TextBuilder, table: Table, caption: str = "", columns: Sequence[str] = (), *, sections: bool = True
) -> tuple[str, ...]:
    """Add ``table`` to ``builder`` and return the names of its columns, for a table that continues elsewhere.

    Titles above the header become captions, header rows become furniture. A row with one cell is the caption of the
    rows below it; rows after the last full one become paragraphs. A table of two columns without a header is a list
    of fields. ``columns`` are the names of a table that continues without a header of its own.
    """
    if fields := _fields_in_cells(table.rows):
        for field in fields:
            builder.field(*field)
        return ()
    table = _trimmed(table)
    rows = table.rows
    width = max(map(len, rows), default=0)
    if width > MAX_COLUMNS or width < 2:
        for row in rows:
            builder.paragraph(" ".join(filter(None, row)))
        return ()
    first = _titles(table) if sections else 0
    captions = [caption, *(_said(row) for row in rows[:first])]
    for title in captions[1:]:
        builder.caption(title)
    table = _cut(table, first)
    own, depth = header(table)
    names = own or tuple(columns)
    if own and UNIT.match(own[0]):
        captions.append(own[0])
        names = ("", *own[1:])
    body = [_filled_down(table, number) for number in range(depth, len(table.rows))]
    if depth == 1 and _are_lists(table.rows[0], body):
        _lay_lists(builder, names, body)
        return ()
    for row in table.rows[:depth]:
        builder.furniture(CELL_SEPARATOR.join(filter(None, row)))
    last = max((number for number, row in enumerate(body) if _count(row) > 1), default=len(body) - 1)
    _lay_body(builder, body[: last + 1] if sections else body, names, tuple(filter(None, captions)), sections)
    for row in body[last + 1 :] if sections else ():
        builder.paragraph(_said(row))
    return names


def _lay_body(
    builder: TextBuilder,
    body: Sequence[Sequence[str]],
    names: tuple[str, ...],
    captions: tuple[str, ...],
    sections: bool,
) -> None:
    fields = not names and _is_fields(body)
    section = ""
    for row, below in zip_longest(body, body[1:]):
        if not names and _are_labels(below or ()) and not _are_labels(row):
            builder.row(_ended(row), [cell.strip("()") for cell in below or ()])
        elif not names and _are_labels(row):
            builder.furniture(CELL_SEPARATOR.join(filter(None, row)))
        elif sections and row[0] and _count(row) == 1 < len(row) and not is_number(row[0]):
            section = _said(row)
            builder.caption(section)
        elif fields and row[0] and row[1]:
            builder.field(row[0].rstrip(":： "), row[1])
        elif not names and (pairs := _pairs(row)):
            for label, value in pairs:
                if value:
                    builder.field(label, value)
                else:
                    builder.furniture(f"{label}:")
        else:
            builder.row(
                _ended(row), names, CAPTION_SEPARATOR.join(dict.fromkeys([*captions, *([section] if section else [])]))
            )


def _are_labels(row: Sequence[str]) -> bool:
    """Whether the cells of a row say in parentheses what the cells above them are: "(State of incorporation)"."""
    said = [cell for cell in row if cell]
    return len(said) > 1 and all(_IN_PARENTHESES.fullmatch(cell) for cell in said)


_IN_PARENTHESES = re.compile(r"\([^\W\d_][^()]{2,}\)")


def _fields_in_cells(rows: Sequence[Sequence[str]]) -> list[Field]:
    """The fields of a form that has one in each cell, its label in a line above the value or before a colon."""
    cells = [
        [" ".join(line.split()) for line in cell.strip().split("\n")] for row in rows for cell in row if cell.strip()
    ]
    if len(cells) < 2 or max(map(len, rows)) < 2:
        return []
    stacked = [Field(lines[0].rstrip(":： "), " ".join(lines[1:])) for lines in cells if 1 < len(lines) < 5]
    if len(stacked) == len(cells) and all(is_label(label) for label, _ in stacked):
        return stacked if len({label for label, _ in stacked}) == len(stacked) else []
    inline = [
        field for lines in cells if len(lines) == 1 and is_short_field(lines[0]) and (field := field_of(lines[0]))
    ]
    return inline if len(inline) == len(cells) else []


def _pairs(row: Sequence[str]) -> list[Field]:
    """The fields of a row of a form that has a cell for each label, ending with a colon, and one for its value.

    A label that another one follows, or nothing, has no value.
    """
    said = [cell for cell in row if cell]
    labels = [cell.endswith((":", "：")) for cell in said]
    stray = any(not (one or other) for one, other in pairwise([False, *labels]))
    if stray or all(labels) or not all(is_label(cell) for cell, label in zip(said, labels, strict=True) if label):
        return []
    return [
        Field(cell.rstrip(":： "), "" if after_is_label else after)
        for cell, label, after, after_is_label in zip(said, labels, [*said[1:], ""], [*labels[1:], True], strict=True)
        if label
    ]


def _are_lists(head: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the columns are separate lists of one kind: "Members present", "Staff present"."""
    said = [cell for row in body for cell in row if cell]
    names = [set(cell.casefold().split()) for cell in head]
    alike = len(head) < 4 and max(map(len, names)) <= MAX_ALIKE
    shared = set.intersection(*names) - _LITTLE if alike else set()
    words = sum(len(cell.split()) for cell in said)
    return bool(shared) and bool(said) and words >= 2.5 * len(said) and not any(map(is_number, said))


def _lay_lists(builder: TextBuilder, names: Sequence[str], body: Sequence[Sequence[str]]) -> None:
    for column, name in enumerate(names):
        builder.paragraph(name)
        for row in body:
            builder.item(row[column], lead_in=name)


CAPTION_SEPARATOR = " › "
"""Stands between the caption of a table and that of a part of it."""


# --- shape ----------------------------------------------------------------------------------------


def _trimmed(table: Table) -> Table:
    """The table without empty rows and columns, with rows of the same length and each cell on one line."""
    rows = [[" ".join(cell.split()) for cell in row] for row in table.rows]
    width = max((len(row) for row in rows), default=0)
    tall = [number for number, row in enumerate(rows) if any(row)]
    if width > MAX_COLUMNS:
        return Table([rows[number] for number in tall])
    wide = [column for column in range(width) if any(column < len(row) and row[column] for row in rows)]
    row_of = {old: new for new, old in enumerate(tall)}
    column_of = {old: new for new, old in enumerate(wide)}
    kept = [[rows[r][c] if c < len(rows[r]) else "" for c in wide] for r in tall]
    covers = {
        (row_of[r], column_of[c]): (row_of[top], column_of[left])
        for (r, c), (top, left) in table.covers.items()
        if r in row_of and c in column_of and top in row_of and left in column_of
    }
    above = None if table.header is None else sum(number < table.header for number in tall)
    return table._replace(rows=kept, covers=covers, header=above)


def _cut(table: Table, first: int) -> Table:
    """The table from row ``first`` on."""
    covers = {
        (r - first, c): (top - first, left) for (r, c), (top, left) in table.covers.items() if min(r, top) >= first
    }
    header = None if table.header is None else max(0, table.header - first)
    return table._replace(rows=table.rows[first:], covers=covers, header=header)


def _titles(table: Table) -> int:
    """How many rows above the header are titles: rows with a single cell that starts at the left or spans the table."""
    rows = table.rows
    full = next((n for n, (row, after) in enumerate(zip_longest(rows, rows[1:])) if not _is_title(row, after)), 0)
    for number in range(full):
        at = next(column for column, cell in enumerate(rows[number]) if cell)
        known = table.header is not None and number < table.header
        if at > 0 and (known or (number, at + 1) in table.covers):  # it heads the columns below it
            return number
    return full


def _is_title(row: Sequence[str], after: Sequence[str] | None) -> bool:
    """Whether a row is not yet the header: it has one cell, or a unit and what the table is about."""
    many = _count(row)
    return many < 2 or (many == 2 and bool(UNIT.match(row[0])) and _count(after or ()) > 2)


def _filled_down(table: Table, number: int) -> list[str]:
    """A row with the text of merged cells that reach down into it, in the first place of each."""
    row = list(table.rows[number])
    for column in range(len(row)):
        top, left = table.covers.get((number, column), (number, column))
        if top < number and left == column:
            row[column] = table.rows[top][left]
    return row


def _ended(row: Sequence[str]) -> Sequence[str]:
    """A row without the empty cells at its end."""
    return row[: max((number for number, cell in enumerate(row, 1) if cell), default=0)]


def _count(row: Sequence[str]) -> int:
    return sum(map(bool, row))


def _said(row: Sequence[str]) -> str:
    return " ".join(filter(None, row))


# --- header ---------------------------------------------------------------------------------------


def header(table: Table) -> tuple[tuple[str, ...], int]:
    """The name of each column, and the number of header rows; no names if there is no header."""
    width = max(map(len, table.rows), default=0)
    table = table._replace(rows=[[*row, *[""] * (width - len(row))] for row in table.rows])
    depth = _header_depth(table)
    return (_names(table, depth) if depth else ()), depth


def _header_depth(table: Table) -> int:
    """How many rows of ``table`` are its header."""
    rows = table.rows
    if table.header is not None:
        return table.header if table.header < len(rows) else 0
    if len(rows) < 2 or not _names_columns(table, 0) or rows[0][0].endswith((":", "：")):
        return 0
    depth = _stacked(table)
    return depth if depth and (table.named or _proven(table, depth)) else 0


def _names_columns(table: Table, number: int) -> bool:
    """Whether the cells of a row can be names of columns: short, and without numbers other than years."""
    row = table.rows[number]
    said = [cell for cell in row if cell]
    merged = any(place[0] == number for place in table.covers)
    if len(said) < (1 if merged else 2) or any(len(cell) > MAX_NAME or MEASURE.fullmatch(cell) for cell in said):
        return False
    figures = [cell for cell in said if is_number(cell)]
    years = all(YEAR.fullmatch(cell) for cell in figures) and len(set(figures)) == len(figures)
    return not figures or (years and not _years_below(table, number))


def _years_below(table: Table, number: int) -> bool:
    below = table.rows[number + 1 : number + 4]
    places = [column for column, cell in enumerate(table.rows[number]) if YEAR.fullmatch(cell)]
    cells = [row[column] for row in below for column in places if row[column]]
    return bool(cells) and all(YEAR.fullmatch(cell) for cell in cells)


def _stacked(table: Table) -> int:
    """How many rows from the first on name the columns together: a row with merged or empty cells continues below."""
    rows = table.rows
    depth = 1
    while depth < min(MAX_HEADER, len(rows) - 1):
        reaches = any(row >= depth > top for (row, _), (top, _) in table.covers.items() if top < depth and row == depth)
        wide = any(row == depth - 1 == top for (row, _), (top, _) in table.covers.items())
        gaps = any(below and not above for above, below in zip(rows[depth - 1], rows[depth], strict=True))
        # Once the first column has a name, a row with something there is the first record.
        named = any(row[0] for row in rows[:depth]) and rows[depth][0]
        if named or not (reaches or wide or gaps) or not _names_columns(table, depth):
            break
        if not (reaches or wide) and not _has_numbers(rows[depth + 1 :], rows[depth]):
            break
        depth += 1
    return depth


def _proven(table: Table, depth: int) -> bool:
    """Whether the rows below differ from the header in the way that data differ from names."""
    head, body = table.rows[depth - 1], table.rows[depth:]
    said = [cell for cell in head if cell]
    if depth > 1 or _has_numbers(body, head):
        return True
    usual = sum(is_usual_name(cell) for cell in said)
    if 2 * usual >= len(said) and not (len(head) == 2 and usual == 1 and _is_form(table.rows)):
        return True
    if all(cell.isupper() for cell in said) and not any(_said(row).isupper() for row in body):
        return True
    if not head[0] and len(head) > 2 and all(row[0] for row in body):  # both sides name something, as in a timetable
        return all(head[1:]) and len(set(head)) == len(head)
    repeated = any(cell and cell in {row[column] for row in body} for column, cell in enumerate(head))
    return len(head) > 2 and len(body) > 1 and all(head) and len(set(head)) == len(head) and not repeated


def _is_form(rows: Sequence[Sequence[str]]) -> bool:
    """Whether two columns hold labels and values from the first row on: "Name | Ines Haddad", "Department | Sales"."""
    labels = [row[0] for row in rows if row[0]]
    named = any(word[:1].isupper() or word[:1].isdigit() for word in rows[0][1].split()[1:])
    return all(map(is_label, labels)) and (named or sum(map(is_usual_name, labels)) > 1)


def _has_numbers(body: Sequence[Sequence[str]], head: Sequence[str]) -> bool:
    """Whether a column with a name has almost only numbers; in a table of two columns, of one sort."""
    for column, name in enumerate(head):
        cells = [row[column] for row in body if row[column] and row[column] not in NOTHING]
        sorts = [sort_of(cell) for cell in cells]
        usual = max(set(sorts), key=sorts.count, default="")
        enough = sorts.count(usual) if len(head) == 2 else len(sorts) - sorts.count("")
        if name and usual and 5 * enough >= 4 * len(cells):
            return True
    return False


def _names(table: Table, depth: int) -> tuple[str, ...]:
    """The name of each column: the header cells above it, outermost first."""
    rows = table.rows
    names: list[list[str]] = [[] for _ in rows[0]]
    for number in range(depth):
        # If merged cells are not marked, a name extends over empty cells to the next name, except in the last row.
        extends = not any(row == number for row, _ in table.covers) and number < depth - 1
        reach = _reach(rows[number]) if extends else rows[number]
        for column, cell in enumerate(reach):
            top, left = table.covers.get((number, column), (number, column))
            name = rows[top][left] or cell
            if name and name not in names[column]:
                names[column].append(name)
    return tuple(" ".join(parts) for parts in names)


def _reach(row: Sequence[str]) -> list[str]:
    """A row of names with each one in all places it heads: up to the next, or from the one before if they end there."""
    first, *others = row
    backward = bool(others) and bool(others[-1]) and not others[0]
    said, reached = "", []
    for cell in reversed(others) if backward else others:
        said = cell or said
        reached.append(said)
    return [first, *(reversed(reached) if backward else reached)]


def _is_fields(body: Sequence[Sequence[str]]) -> bool:
    """Whether a table of two columns holds labels and their values."""
    pairs = [row for row in body if _count(row) > 1]
    labels = [row[0] for row in pairs]
    return (
        bool(pairs)
        and all(len(row) == 2 for row in body)
        and all(len(label) <= MAX_LABEL and any(map(str.isalnum, label)) and not is_number(label) for label in labels)
        and len(set(labels)) > 0.8 * len(labels)
    )


# --- names ----------------------------------------------------------------------------------------

MAX_NAME = 120
"""Characters that the name of a column has at most."""

_LITTLE = frozenset("a an and by for from in no of on or per the to name names date".split())
