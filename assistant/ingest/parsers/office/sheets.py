"""Parses CSV, TSV and spreadsheets: each record becomes a row with its column names."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import zip_longest
from typing import Any, NamedTuple

from assistant.errors import DocumentError
from assistant.ingest.blocks import TextBuilder
from assistant.ingest.parsers.cells import NOTHING, YEAR, is_number
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.encoding import decoded
from assistant.ingest.parsers.grid import MAX_HEADER, Place, Table, lay_table
from assistant.ingest.parsers.office.number_formats import displayed
from assistant.ingest.parsers.packed import transitional, unpackable
from assistant.ingest.parsers.properties import sensible_name, sensible_title

MAX_CELLS = 2_000_000
"""The most cells with a value in a spreadsheet."""


# --- CSV ------------------------------------------------------------------------------------------

_SEPARATORS = ("\t", ";", "|", ",")  # the first three can be in a file with decimal commas
_SAMPLE = 65_536  # characters from which the separator is determined
_MAX_BREAKS = 200  # line breaks in one cell; with more a quotation mark was never closed


def parse_csv(data: bytes, source: str) -> Content:
    """The rows of a CSV or TSV file with any separator; values stay as they are written."""
    text, _ = read = decoded(data, source)
    given = re.match(r"sep=(.)\r?\n", text)
    if given:  # Excel writes it, for Excel
        text = text[given.end() :]
    separator = given[1] if given else _separator(text, source)
    rows = _records(text, separator)
    builder = TextBuilder()
    names = lay_table(builder, Table(rows, named=True), sections=_has_titles(rows))
    if not names and not builder.text:
        return Content(text, notes=read.notes)
    return Content(builder.text, blocks=builder.blocks(), notes=read.notes)


def _separator(text: str, source: str) -> str:
    """The separator that splits most lines into the same number of cells."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, found = 0.0, "\t" if source.lower().endswith(".tsv") else ","
    for sign in _SEPARATORS:
        widths = [len(row) for row in _records(sample, sign) if any(row)]
        usual = max(set(widths), key=widths.count, default=1)
        if usual > 1:
            share = widths.count(usual) / len(widths)
            if share > best + 0.05 or (share >= best - 0.05 and sign == "\t" and source.lower().endswith(".tsv")):
                best, found = share, sign
    return found


def _records(text: str, separator: str) -> list[list[str]]:
    # A cell may be an article. The module's own limit is for all its users, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=separator == ","))
    if any(cell.count("\n") > _MAX_BREAKS for row in rows for cell in row):
        lines = (line for line in text.split("\n"))
        rows = list(csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE))
    return rows


def _has_titles(rows: Sequence[Sequence[str]]) -> bool:
    """Whether there are lines with one cell above the header."""
    filled = [sum(map(bool, row)) for row in rows[:20] if any(row)]
    return len(filled) > 2 and filled[0] == 1 and max(filled) > 1


# --- spreadsheets ---------------------------------------------------------------------------------


class Sheet(NamedTuple):
    """A sheet as it is displayed. ``cells`` has the cells that are not empty."""

    name: str
    cells: dict[Place, str]
    covers: dict[Place, Place]
    hidden: bool = False
    comments: tuple[str, ...] = ()


def lay_sheets(sheets: Sequence[Sheet]) -> tuple[TextBuilder, list[str]]:
    """A page for each sheet, under its name, and notes on hidden ones."""
    builder, notes = TextBuilder(), []
    for sheet in sheets:
        builder.page()
        if not sheet.cells:
            continue
        if len(sheets) > 1 or not _UNNAMED.fullmatch(sheet.name):
            builder.heading(sheet.name)
        if sheet.hidden:
            notes.append(f"Its sheet {sheet.name!r} is hidden; it was read.")
        lay_sheet(builder, sheet)
        for comment in sheet.comments:
            builder.paragraph(comment)
    return builder, notes


_UNNAMED = re.compile(r"(?:sheet|tabelle|feuil|hoja|planilha|foglio|blad|arkusz|лист)\s?\d*", re.IGNORECASE)


def lay_sheet(builder: TextBuilder, sheet: Sheet) -> None:
    """Add the tables of a sheet, which empty rows and columns separate; one without a header continues the last."""
    names: tuple[str, ...] = ()
    columns: tuple[int, ...] = ()
    caption = ""
    for region in _regions(sorted(sheet.cells), sheet.cells):
        rows, covers, wide = _region(sheet, region)
        if all(sum(map(bool, row)) < 2 for row in rows):
            said = [" ".join(filter(None, row)) for row in rows]
            caption = _lay_lines(builder, said)
            continue
        inherited = names if wide == columns else ()
        names, columns = lay_table(builder, Table(rows, covers), caption, inherited), wide
        caption = ""


def _lay_lines(builder: TextBuilder, lines: Sequence[str]) -> str:
    """Add single lines: a title is the caption of the table below it, a sentence is a paragraph."""
    caption = ""
    for line in lines:
        if line.endswith((".", "!", "?")) and " " in line:
            builder.paragraph(line)
        else:
            builder.caption(line)
            caption = line
    return caption


def _region(sheet: Sheet, places: Sequence[Place]) -> tuple[list[list[str]], dict[Place, Place], tuple[int, ...]]:
    tall, wide = sorted({row for row, _ in places}), sorted({column for _, column in places})
    at = {(r, c): (i, j) for i, r in enumerate(tall) for j, c in enumerate(wide)} if sheet.covers else {}
    covers = {at[place]: at[corner] for place, corner in sheet.covers.items() if place in at and corner in at}
    return [[sheet.cells.get((r, c), "") for c in wide] for r in tall], covers, tuple(wide)


def _regions(places: Sequence[Place], cells: Mapping[Place, str]) -> Iterator[list[Place]]:
    """The groups of cells that empty rows, or empty columns within these groups, separate."""
    for band in _with_headers(list(_apart(places, 0)), cells):
        parts = list(_apart(sorted(band, key=lambda place: place[1]), 1))
        # A column with single cells beside a table is a part of it: notes, totals. So are figures without labels.
        apart = len(parts) > 1 and all(len({column for _, column in part}) > 1 for part in parts)
        if apart and not any(_starts_with_figures(part, cells) for part in parts[1:]):
            for part in parts:
                yield from _regions(sorted(part), cells)
        else:
            yield sorted(band)


def _with_headers(bands: Sequence[list[Place]], cells: Mapping[Place, str]) -> Iterator[list[Place]]:
    """``bands`` of rows, each that only names columns together with the figures below the empty row behind it."""
    head: list[Place] = []
    for band, after in zip_longest(bands, bands[1:]):
        band = [*head, *band]
        rows = {row for row, _ in band}
        wide, below = {column for _, column in band}, {column for _, column in after or ()}
        is_head = (
            not head
            and len(rows) <= MAX_HEADER
            and len(wide) > 1
            and wide <= below
            and min(after or band)[0] == max(rows) + 2
            and not any(is_number(cells[place]) for place in band)
            and any(is_number(cells[place]) for place in after or ())
        )
        head = band if is_head else []
        if not is_head:
            yield band


def _starts_with_figures(part: Sequence[Place], cells: Mapping[Place, str]) -> bool:
    """Whether the first column of a part of a band holds mostly figures other than years."""
    first = min(column for _, column in part)
    said = [cells[place] for place in part if place[1] == first]
    figures = [cell for cell in said if is_number(cell) or cell in NOTHING]
    return 2 * len(figures) > len(said) and not all(YEAR.fullmatch(cell) for cell in figures)


def _apart(places: Sequence[Place], axis: int) -> Iterator[list[Place]]:
    group: list[Place] = []
    for place in places:
        if group and place[axis] - group[-1][axis] > 1:
            yield group
            group = []
        group.append(place)
    if group:
        yield group


# --- XLSX -----------------------------------------------------------------------------------------

_LARGE = 40_000_000  # bytes of unpacked sheets; larger ones are read row by row, without merged cells


def parse_xlsx(data: bytes, source: str) -> Content:
    """The sheets of a workbook, values as Excel displays them; formulas as they were last computed."""
    import openpyxl

    archive = unpackable(data, source)
    parts = [entry for entry in archive.infolist() if _SHEET_PART.search(entry.filename)]
    large = (
        sum(entry.file_size for entry in parts) > _LARGE or sum(map(_merged, map(archive.read, parts))) > _MAX_MERGED
    )
    with warnings.catch_warnings(action="ignore"):  # of pictures and rules that are left out
        book = openpyxl.load_workbook(io.BytesIO(transitional(archive, data)), read_only=large, data_only=True)
        sheets = [_xlsx_sheet(sheet, source) for sheet in book.worksheets]
    builder, notes = lay_sheets(sheets)
    if lost := sum(len(_UNCOMPUTED.findall(archive.read(part))) for part in parts):
        many = "a formula without a result" if lost == 1 else f"{lost:,} formulas without results"
        notes.append(f"It has {many}; open it in a spreadsheet program, and save it.")
    known = book.properties
    return Content(
        builder.text,
        title=sensible_title(known.title),
        publisher=sensible_name(known.creator),
        pages=builder.pages,
        blocks=builder.blocks(),
        notes=tuple(notes),
    )


_UNCOMPUTED = re.compile(rb"<f[ >][^<]{0,8192}</f>(?:<v\s*/>|<v></v>)?</c>")


_SHEET_PART = re.compile(r"worksheets/[^/]*\.xml$")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


def _merged(sheet: bytes) -> int:
    """How many cells the merged cells of a sheet cover; the library makes an object of each."""
    return sum(
        (int(bottom) - int(top) + 1) * (_column(right) - _column(left) + 1)
        for left, top, right, bottom in _MERGED.findall(sheet)
    )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _xlsx_sheet(sheet: Any, source: str) -> Sheet:
    cells: dict[Place, str] = {}
    covers: dict[Place, Place] = {}
    comments = []
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # a file may claim a million empty rows
        found = (cell for row in sheet.iter_rows() for cell in row if cell.value is not None)
    else:
        # A large empty area has no cells, so iterating over the cells is fast.
        found = (cell for _, cell in sorted(sheet._cells.items()) if cell.value is not None or cell.comment)
        for merged in sheet.merged_cells.ranges:
            _cover(covers, merged.min_row, merged.min_col, merged.max_row, merged.max_col)
    for cell in found:
        place = (cell.row, cell.column)
        said = displayed(cell.value, cell.number_format).strip() if cell.value is not None else ""
        if said:
            cells[place] = said
        if comment := getattr(cell, "comment", None):
            comments.append(f"Comment on {said or cell.coordinate}: {' '.join(comment.text.split())}")
        _check_size(len(cells), source)
    return Sheet(sheet.title, cells, covers, sheet.sheet_state != "visible", tuple(comments))


def _check_size(cells: int, source: str) -> None:
    if cells > MAX_CELLS:
        raise DocumentError(f"{source!r} has more than {MAX_CELLS:,} cells. Divide it, then `assistant index build`")


_MAX_MERGED = 100_000  # cells


def _cover(covers: dict[Place, Place], top: int, left: int, bottom: int, right: int) -> None:
    """Record the cells that a merged one at ``top``, ``left`` covers, unless they are too many to be intended."""
    if (bottom - top + 1) * (right - left + 1) <= _MAX_MERGED:
        places = ((r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
        covers.update({place: (top, left) for place in places if place != (top, left)})


# --- XLS ------------------------------------------------------------------------------------------


def parse_xls(data: bytes, source: str) -> Content:
    """The sheets of an Excel 97 to 2003 workbook, values as Excel displays them."""
    if data.startswith(b"PK"):
        return parse_xlsx(data, source)
    if data[:512].lstrip()[:1] == b"<":  # programs export HTML under this ending
        raise DocumentError(f"{source!r} is a web page, no XLS. Rename it to end in '.html'")
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except xlrd.XLRDError as exc:
        if "encrypted" in str(exc).lower():
            raise DocumentError(f"{source!r} is encrypted. Open it, and save it without a password") from exc
        raise
    sheets = [_xls_sheet(book, sheet, source) for sheet in book.sheets()]
    builder, notes = lay_sheets(sheets)
    return Content(
        builder.text,
        publisher=sensible_name(book.user_name),
        pages=builder.pages,
        blocks=builder.blocks(),
        notes=tuple(notes),
    )


def _xls_sheet(book: Any, sheet: Any, source: str) -> Sheet:
    cells: dict[Place, str] = {}
    covers: dict[Place, Place] = {}
    for top, bottom, left, right in sheet.merged_cells:
        _cover(covers, top, left, bottom - 1, right - 1)
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            if said := _xls_value(book, sheet.cell(row, column)).strip():
                cells[(row, column)] = said
        _check_size(len(cells), source)
    notes = sheet.cell_note_map.items()
    comments = tuple(f"Comment on {cells.get(place, 'a cell')}: {' '.join(note.text.split())}" for place, note in notes)
    return Sheet(sheet.name, cells, covers, sheet.visibility != 0, comments)


def _xls_value(book: Any, cell: Any) -> str:
    import xlrd

    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return ""
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#ERROR"))
    form = book.format_map.get(book.xf_list[cell.xf_index].format_key) if cell.xf_index is not None else None
    code = form.format_str if form else "General"
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return displayed(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_DATE:
        return displayed(_moment(cell.value, book.datemode), code)
    return displayed(cell.value, code)


def _moment(number: float, mode: int) -> date | time | float:
    """The date and time of a serial number, or the number itself if it is not one."""
    import xlrd

    try:
        year, month, day, hour, minute, second = xlrd.xldate_as_tuple(number, mode)
    except (xlrd.XLDateError, ValueError):
        return number
    if (year, month, day) == (0, 0, 0):
        return time(hour, minute, second)
    return datetime(year, month, day, hour, minute, second)
