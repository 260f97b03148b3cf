"""Every format gives its text, what it knows of itself, and pages where it has some."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from assistant.errors import DocumentError
from assistant.ingest.discover import FoundFile
from assistant.ingest.parsers.packed import unpackable
from assistant.ingest.read import read_document
from assistant.types import Document
from tests.robustness.formats import SUFFIXES, made
from tests.robustness.hostile import made_to_hurt

TEXT = "# Talks\n\nThe truce came in May.\n\n" + "\n\n".join(
    f"Paragraph {n} says that river {n} rose by {3 * n} metres on the first day." for n in range(30)
)
TALKS = Document(source="a", title="Truce talks", publisher="News & Co", published=date(2025, 5, 8), text=TEXT)
GOOD = {suffix: made(TALKS, suffix) for suffix in SUFFIXES}
HURTING = made_to_hurt(GOOD)


def load(folder: Path, name: str, data: bytes) -> Document:
    path = folder / name
    path.write_bytes(data)
    return read_document(FoundFile(name, path, len(data), 0))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_all_text_is_there_in_order(tmp_path: Path, suffix: str) -> None:
    text = " ".join(load(tmp_path, f"a{suffix}", GOOD[suffix]).text.split())
    places = [text.index(f"river {n} rose by {3 * n} metres") for n in range(30)]
    assert places == sorted(places)
    assert text.index("The truce came in May.") < places[0]


@pytest.mark.parametrize(
    ("suffix", "known"),
    [
        (".pdf", ("Truce talks", "News & Co", date(2025, 5, 8))),
        (".epub", ("Truce talks", "News & Co", date(2025, 5, 8))),
        (".html", ("Truce talks", "News & Co", date(2025, 5, 8))),
        (".eml", ("Truce talks", "News & Co", date(2025, 5, 8))),
        (".docx", ("Truce talks", "News & Co", date(2025, 5, 8))),
        (".pptx", ("Truce talks", "News & Co", date(2025, 5, 8))),
        (".csv", ("a", None, None)),
        (".jsonl", ("a", None, None)),
    ],
)
def test_what_a_file_knows_of_itself(tmp_path: Path, suffix: str, known: tuple[str, str | None, date | None]) -> None:
    document = load(tmp_path, f"a{suffix}", GOOD[suffix])
    assert (document.title, document.publisher, document.published) == known


ABSURD = ("2025-02-31", "0000-00-00", "9999-99-99")


@pytest.mark.parametrize("day", ABSURD)
@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".pptx", ".epub"])
def test_a_day_that_no_calendar_has_is_no_date(tmp_path: Path, suffix: str, day: str) -> None:
    data = _dated(GOOD[suffix], day.encode())
    assert data != GOOD[suffix]
    assert load(tmp_path, f"a{suffix}", data).published is None


def _dated(data: bytes, day: bytes) -> bytes:
    """The file with another date of publication in place of 2025-05-08."""
    if not data.startswith(b"PK"):
        return data.replace(b"2025-05-08", day)
    made = BytesIO()
    with ZipFile(BytesIO(data)) as good, ZipFile(made, "w") as other:
        for name in good.namelist():
            other.writestr(name, good.read(name).replace(b"2025-05-08", day))
    return made.getvalue()


@pytest.mark.parametrize("sent", ["Mon, 32 Jan 2020 00:00:00 +0000", "Mon, 1 Jan 99999 00:00:00 +0000", "soon", ""])
def test_mail_without_a_day_of_the_calendar_has_no_date(tmp_path: Path, sent: str) -> None:
    mail = f"Subject: Hi\nFrom: a@example.org\nDate: {sent}\n\nThe truce held.\n".encode()
    assert load(tmp_path, "a.eml", mail).published is None


@pytest.mark.parametrize("suffix", [".pdf", ".pptx"])
def test_pages_begin_where_they_say(tmp_path: Path, suffix: str) -> None:
    document = load(tmp_path, f"a{suffix}", GOOD[suffix])
    assert len(document.pages) > 3
    assert document.pages[0] == 0
    assert document.page_at(document.text.index("river 0 ")) in (1, 3)
    assert document.page_at(document.text.index("river 29 ")) == len(document.pages)
    assert all(not document.text[start].isspace() for start in document.pages)


def test_json_lines_give_their_text_or_their_fields(tmp_path: Path) -> None:
    lines = b'{"title": "T", "text": "The truce held."}\n\n{"city": "Oslo", "year": 1987, "none": null}\n"plain"\n'
    assert load(tmp_path, "a.jsonl", lines).text == "T\n\nThe truce held.\n\nOslo | 1987\n\nplain"


def test_a_line_that_is_cut_short_costs_no_other(tmp_path: Path) -> None:
    lines = b'{"text": "The truce held."}\n{"text": "The talks fai\n{"text": "The dam broke."}\n'
    assert load(tmp_path, "a.jsonl", lines).text == 'The truce held.\n\n{"text": "The talks fai\n\nThe dam broke.'


def test_a_chapter_may_lie_beside_the_folder_of_the_package(tmp_path: Path) -> None:
    with ZipFile(BytesIO(GOOD[".epub"])) as good, ZipFile(tmp_path / "b.epub", "w") as other:
        for name in good.namelist():
            other.writestr(name, good.read(name).replace(b'href="one', b'href="../OPS/one'))
    assert "The truce came in May." in load(tmp_path, "a.epub", (tmp_path / "b.epub").read_bytes()).text


def test_mail_in_html_is_read_as_a_page(tmp_path: Path) -> None:
    mail = b"Subject: Hi\nFrom: a@example.org\nContent-Type: text/html\n\n"
    mail += b"<p>The truce <b>held</b>.</p><script>x</script>"
    document = load(tmp_path, "a.eml", mail)
    assert (document.text, document.publisher, document.kind) == (
        "From: a@example.org\nSubject: Hi\n\nThe truce held.",
        "a@example.org",
        "e-mail",
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("encrypted.pdf", "is encrypted. `qpdf --decrypt"),
        ("images.pdf", "only images of pages. `pip install 'assistant[ocr]'`"),
        ("empty.pdf", "It is empty"),
        ("old-format.docx", "is encrypted or of an old format"),
        ("other.docx", "is damaged, or no DOCX"),
        ("plain-zip.pptx", "is damaged, or no PPTX"),
        ("locked.epub", "is locked by its publisher"),
        ("no-container.epub", "is damaged, or no EPUB"),
        ("nested.jsonl", "line 1: not JSON"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load(tmp_path, name, HURTING[name]())
    assert reason in str(caught.value)
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".epub"])
def test_what_unpacks_to_too_much_is_refused(suffix: str) -> None:
    with pytest.raises(DocumentError, match="unpacks to"):
        unpackable(GOOD[suffix], f"a{suffix}", limit=1000)


def test_an_entity_reads_no_other_file(tmp_path: Path) -> None:
    with pytest.raises(DocumentError):
        load(tmp_path, "outside.epub", HURTING["outside.epub"]())
