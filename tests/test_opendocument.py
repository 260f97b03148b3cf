"""OpenDocument and RTF files give the same kinds of blocks as their Office counterparts."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from assistant.errors import DocumentError
from assistant.ingest.discover import FoundFile
from assistant.ingest.read import read_document
from assistant.ingest.statements import statements
from assistant.types import Document
from tests.reading import outline

_NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"),
        ("presentation", "presentation"), ("meta", "meta"),
    )
)  # fmt: skip
_STYLES = (
    '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>'
    '<style:style style:name="Title" style:family="paragraph"/>'
    '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
    '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" '
    'style:num-suffix="."/><text:list-level-style-bullet text:level="2"/></text:list-style>'
)


def made(kind: str, body: str, meta: str = "") -> bytes:
    done = BytesIO()
    with ZipFile(done, "w") as archive:
        dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
        content = f"<office:automatic-styles>{_STYLES}</office:automatic-styles><office:body><office:{kind}>{body}"
        archive.writestr("content.xml", f"<office:c {_NAMES} {dc}>{content}</office:{kind}></office:body></office:c>")
        archive.writestr("meta.xml", f"<office:m {_NAMES} {dc}><office:meta>{meta}</office:meta></office:m>")
    return done.getvalue()


def load(folder: Path, name: str, data: bytes) -> Document:
    path = folder / name
    path.write_bytes(data)
    return read_document(FoundFile(name, path, len(data), 0))


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def readings(document: Document) -> list[str]:
    return [said.reading for said in statements(document) if said.kind == "row"]


def _row(*cells: str, attributes: str = "") -> str:
    found = "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in cells)
    return f"<table:table-row {attributes}>{found}</table:table-row>"


def test_text_has_headings_lists_notes_and_comments(tmp_path: Path) -> None:
    body = (
        '<text:p text:style-name="P1">Harbour rules</text:p><text:h text:outline-level="2">Piers</text:h>'
        '<text:list text:style-name="L1"><text:list-item><text:p>Dig</text:p><text:list><text:list-item>'
        "<text:p>deep</text:p></text:list-item></text:list></text:list-item>"
        "<text:list-item><text:p>Fill</text:p></text:list-item></text:list>"
        "<text:p>A berth<text:s/>costs 12<text:tab/>euro.<text:note><text:note-body><text:p>In winter 9.</text:p>"
        "</text:note-body></text:note><office:annotation><dc:creator>Ada Voss</dc:creator><text:p>Why?</text:p>"
        "</office:annotation></text:p><text:h text:outline-level='2'>Boats</text:h>"
    )
    document = load(tmp_path, "a.odt", made("text", body, "<meta:initial-creator>Ada Voss</meta:initial-creator>"))
    assert kinds(document) == [
        ("heading", "Harbour rules"),
        ("heading", "Piers"),
        ("item", "1. Dig"),
        ("item", "deep"),
        ("item", "2. Fill"),
        ("paragraph", "A berth costs 12 euro."),
        ("paragraph", "Footnote 1: In winter 9."),
        ("heading", "Boats"),
        ("quotation", "Why?"),
    ]
    assert (document.title, document.publisher) == ("Harbour rules", "Ada Voss")
    assert document.blocks[-1].speaker == "Comment by Ada Voss"


def test_tables_of_a_text_keep_merged_headers(tmp_path: Path) -> None:
    head = (
        "<table:table-row><table:table-cell/><table:table-cell table:number-columns-spanned='2'><text:p>2024</text:p>"
        "</table:table-cell><table:covered-table-cell/></table:table-row>"
    )
    body = f"<table:table>{head}{_row('Port', 'Boats', 'Guests')}{_row('Tarn', '12', '40')}</table:table>"
    assert readings(load(tmp_path, "a.odt", made("text", body))) == ["Port: Tarn · 2024 Boats: 12 · 2024 Guests: 40"]


def test_sheets_show_what_a_person_sees(tmp_path: Path) -> None:
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    empty = f'<table:table-row table:number-rows-repeated="1048000">{empty}</table:table-row>'
    first = f'<table:table table:name="Dues">{_row("Port", "Share")}{_row("Tarn", "12.5 %")}{empty}</table:table>'
    rows = _row("Port", "Share") + _row("Odra", "3 %")
    second = f'<table:table table:name="Old" table:style-name="ta2">{rows}</table:table>'
    document = load(tmp_path, "a.ods", made("spreadsheet", first + second))
    assert readings(document) == ["Port: Tarn · Share: 12.5 %", "Port: Odra · Share: 3 %"]
    assert document.page_at(document.text.index("Odra")) == 2
    assert document.notes == ("Its sheet 'Old' is hidden; it was read.",)


def test_slides_are_pages(tmp_path: Path) -> None:
    def slide(title: str, said: str) -> str:
        box = f"<draw:text-box><text:p>{title}</text:p></draw:text-box>"
        items = f"<text:list><text:list-item><text:p>{said}</text:p></text:list-item></text:list>"
        text = f"<draw:text-box>{items}</draw:text-box>"
        frames = (
            f'<draw:frame presentation:class="outline">{text}</draw:frame><draw:frame presentation:class="title">{box}'
        )
        return f"<draw:page>{frames}</draw:frame></draw:page>"

    document = load(tmp_path, "a.odp", made("presentation", slide("Piers", "North") + slide("Boats", "Grebe")))
    assert kinds(document) == [("heading", "Piers"), ("item", "North"), ("heading", "Boats"), ("item", "Grebe")]
    assert document.page_at(document.text.index("Grebe")) == 2


@pytest.mark.parametrize(
    ("name", "data"), [("a.odt", made("spreadsheet", "")), ("b.ods", made("text", "")), ("c.odt", b"PK")]
)
def test_what_is_not_what_its_ending_says_is_told(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(DocumentError, match="is damaged, or no OD"):
        load(tmp_path, name, data)


def test_rtf_gives_paragraphs_rows_and_its_title(tmp_path: Path) -> None:
    table = r"\trowd Port\cell Boats\cell\row\trowd Tarn\cell 12\cell\row\trowd Odra\cell 3\cell\row\pard "
    data = rb"{\rtf1\ansi\ansicpg1252{\info{\title Harbour dues}{\author Ada Voss}}"
    data += rb"The mole at \'c4rh\'f8je was built in 1931.\par It is 80 metres long.\par " + table.encode() + b"}"
    document = load(tmp_path, "a.rtf", data)
    assert kinds(document)[:2] == [
        ("paragraph", "The mole at Ärhøje was built in 1931."),
        ("paragraph", "It is 80 metres long."),
    ]
    assert readings(document) == ["Port: Tarn · Boats: 12", "Port: Odra · Boats: 3"]
    assert (document.title, document.publisher) == ("Harbour dues", "Ada Voss")


def test_bullets_and_numbers_of_rtf_are_kept(tmp_path: Path) -> None:
    data = rb"{\rtf1\ansi\ansicpg1252 Bring:\par {\pntext\'B7\tab}a coat\par {\listtext 2.\tab}boots\par}"
    assert outline(load(tmp_path, "a.rtf", data))[1:] == ["item: a coat <Bring:>", "item: 2. boots <Bring:>"]


def test_rtf_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="is no RTF"):
        load(tmp_path, "a.rtf", b"Plain text.")
