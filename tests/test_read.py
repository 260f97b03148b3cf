"""Every kind of file is read or refused with a reason; the faults are caused for real."""

import os
import re
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DocumentError
from assistant.ingest import read
from assistant.ingest.discover import find_files
from assistant.ingest.read import read_document
from tests.reading import load, outline, write

PAGE = """<html><head><title>Talks resume | Example Daily</title>
<meta property="og:site_name" content="Example Daily">{head}</head>
<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article><h1>Talks resume</h1>
<p>The talks resumed on Monday in the capital after a long pause, officials said.</p>
<p>Both sides agreed to meet again <b>soon</b> &amp; often.</p></article>
<footer>Imprint</footer></body></html>"""


def reasons(root: Path) -> dict[str, str]:
    return {skipped.source: skipped.reason for skipped in find_files(root)[1]}


# --- finding


def test_finds_readable_files_sorted_and_says_what_it_passed_over(tmp_path: Path) -> None:
    for name in ("b.TXT", "a/c.md", "README.md", "d.html", ".hidden.txt", ".git/e.txt", "f.mov", "Makefile"):
        write(tmp_path, name, "text")
    found, skipped = find_files(tmp_path)
    assert [file.source for file in found] == ["README.md", "a/c.md", "b.TXT", "d.html"]
    assert [each.source for each in skipped] == ["Makefile", "f.mov"]
    assert "'.mov' cannot be read as documents" in skipped[1].reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.pages", "Open it and export it as PDF."),
        ("a.doc", "save it as DOCX or PDF"),
        ("a.zip", "Unpack it"),
        ("a.mp3", "Add a transcript"),
        ("~$a.docx", "A lock file that Office leaves"),
        ("a.xyz", "These can: .txt"),
        ("LICENSE", "Files without an ending"),
    ],
)
def test_what_is_not_read_says_what_to_do(tmp_path: Path, name: str, reason: str) -> None:
    write(tmp_path, name, "text")
    assert reason in reasons(tmp_path)[name]


def test_files_of_the_system_are_no_documents(tmp_path: Path) -> None:
    for name in ("Thumbs.db", "desktop.ini", ".DS_Store"):
        write(tmp_path, name, "text")
    assert find_files(tmp_path) == ([], [])


def test_a_file_as_root_is_found_under_its_name(tmp_path: Path) -> None:
    file = write(tmp_path, "a.md", "text")
    assert find_files(file.path) == ([file._replace(path=file.path.resolve())], [])


def test_a_root_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"'.*gone'.*`assistant index build PATH`"):
        find_files(tmp_path / "gone")


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("../outside.txt", "outside"),
        ("..", "outside"),
        (".", "read under its own name"),
        ("inside.txt", "'inside.txt'"),
        ("nowhere.txt", "nowhere"),
        ("link.txt", "nowhere"),
    ],
    ids=["file outside", "folder outside", "folder loop", "file inside", "broken", "link to itself"],
)
def test_links_are_passed_over_with_a_reason(tmp_path: Path, target: str, reason: str) -> None:
    write(tmp_path, "outside.txt", "text")
    write(tmp_path, "root/inside.txt", "text")
    (tmp_path / "root/link.txt").symlink_to(target)
    assert [file.source for file in find_files(tmp_path / "root")[0]] == ["inside.txt"]
    assert reason in reasons(tmp_path / "root")["link.txt"]


@pytest.mark.skipif(os.name == "nt", reason="there are no named pipes there")
def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert reasons(tmp_path) == {"pipe.txt": "A named pipe, not a file."}


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that the test uses as a plain user, since root may open everything."""
    with tempfile.TemporaryDirectory() as name:
        user = os.geteuid()
        Path(name).chmod(0o755)
        yield Path(name)
        os.seteuid(user)
        (Path(name) / "locked").chmod(0o700)


def become_plain_user() -> None:
    if os.geteuid() == 0:
        os.seteuid(65534)


@pytest.mark.skipif(os.name == "nt", reason="permissions work differently there")
def test_what_may_not_be_opened_is_listed(shared_folder: Path) -> None:
    file = write(shared_folder, "open/a.txt", "text")
    write(shared_folder, "locked/a.txt", "text")
    file.path.chmod(0)
    (shared_folder / "locked").chmod(0)
    become_plain_user()
    with pytest.raises(DocumentError, match=r"Permission denied.*`chmod"):
        read_document(file)
    assert reasons(shared_folder) == {"locked": "Cannot be opened: Permission denied."}


def test_a_file_that_vanished_is_an_error(tmp_path: Path) -> None:
    file = write(tmp_path, "a.txt", "text")
    file.path.unlink()
    with pytest.raises(DocumentError, match=r"'a\.txt': No such file"):
        read_document(file)


def test_a_name_that_is_no_unicode_is_listed(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("text")
    except OSError:
        pytest.skip("this file system takes Unicode only")
    assert "not valid Unicode" in reasons(tmp_path)[r"caf\udce9.txt"]


# --- bytes and characters

RUSSIAN = "Переговоры начались утром. Стороны встретились в столице. "


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("é one\n".encode(), "é one\n"),
        ("é one".encode("utf-8-sig"), "é one"),
        (b"\xff\xfe" + "é one".encode("utf-16-le"), "é one"),
        (b"\xfe\xff" + "é one".encode("utf-16-be"), "é one"),
        ("Il a 41 ans.\né".encode("utf-16-le"), "Il a 41 ans.\né"),
        ("Il a 41 ans.\né".encode("utf-16-be"), "Il a 41 ans.\né"),
        ("é one".encode("utf-32"), "é one"),
        ("Le café est fermé".encode("latin-1"), "Le café est fermé"),
        ("He said “no”.".encode("cp1252"), "He said “no”."),
        ((RUSSIAN * 3).encode("cp1251"), RUSSIAN * 3),
        (b"a" * 100_000 + b"\n" + (RUSSIAN * 3).encode("cp1251"), "a" * 100_000 + "\n" + RUSSIAN * 3),
        (RUSSIAN.encode() + b"\xff.", RUSSIAN + "\ufffd."),
        (b"a\r\nb\rc\n\n d \t\n", "a\nb\nc\n\n d \t\n"),
    ],
    ids=[
        "utf8",
        "bom",
        "utf16le",
        "utf16be",
        "16le",
        "16be",
        "utf32",
        "latin1",
        "cp1252",
        "1251",
        "late",
        "broken",
        "nl",
    ],
)
def test_plain_text_is_decoded_and_nothing_else(tmp_path: Path, content: bytes, text: str) -> None:
    document = load(tmp_path, "the_long-name.txt", content)
    assert (document.text, document.title) == (text, "the long-name")
    assert (document.publisher, document.published, document.kind) == (None, None, None)


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_utf8_text_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    document = load(tmp_path_factory.mktemp("any"), "a.txt", f"x{text}")
    assert document.text == f"x{text}"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "", "holds no text"),
        ("a.txt", " \n\t\n", "holds no text"),
        ("a.md", "---\ntitle: T\n---\n\n", "holds no text"),
        ("a.html", "<html><body><script>x()</script><nav>Home</nav></body></html>", "holds no text"),
        ("a.html", "", "holds no text"),
        ("a.txt", b"PK\x03\x04\0\0 text", "binary"),
        ("a.txt", bytes(range(1, 9)) * 40, "binary"),
        ("a.md", b"\xff\xfea\0\0\0b\0", "binary"),
    ],
    ids=["empty", "blank", "front matter", "script", "empty html", "nul", "controls", "nul in utf16"],
)
def test_a_file_without_text_is_refused(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=f"{re.escape(repr(name))}.*{message}"):
        load(tmp_path, name, content)


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, "a.txt", "a")
    os.truncate(file.path, read.MAX_BYTES + 1)
    with pytest.raises(DocumentError, match="larger than 100 MB"):
        read_document(file)


@pytest.mark.parametrize("end", [b"", b"\xe9"], ids=["utf8", "latin1"])
def test_fifty_megabytes_are_read_whole(tmp_path: Path, end: bytes) -> None:
    file = write(tmp_path, "a.txt", b"The talks went on for days.\r\n" * 1_750_000 + end)
    assert len(read_document(file).text) == 49_000_000 + len(end)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "L’école coûte 5 €. Où êtes-vous ?"),
        ("cp1252", "El señor Núñez es el dueño."),
        ("cp1252", "Båten ligger på Öland."),
        ("cp1252", "A reunião será amanhã."),
        ("cp1250", "Dyrektor szkoły mówił, że środa będzie wolna."),
        ("iso8859_2", "Ředitel školy řekl, že zítra bude volno."),
        ("koi8_r", "Кто директор библиотеки?"),
        ("cp1251", "Кто директор библиотеки?"),
        ("gbk", "石门镇的图书馆藏有两千本书。馆长是林晓梅。"),
        ("big5", "圖書館九點開門。"),
        ("cp932", "図書館は九時に開きます。"),
        ("euc_jp", "図書館は九時に開きます。"),
        ("cp949", "도서관은 아홉 시에 문을 엽니다."),
        ("cp1253", "Η βιβλιοθήκη ανοίγει στις εννέα."),
        ("cp1254", "Kütüphane saat dokuzda açılır."),
    ],
)
def test_the_encoding_of_a_short_text_is_guessed_and_told(tmp_path: Path, encoding: str, text: str) -> None:
    document = load(tmp_path, "a.txt", text.encode(encoding))
    assert document.text == text
    assert [note.startswith("Its encoding is not stated") for note in document.notes] == [True]


# --- what a document is


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("x.txt", "Annual report 2024\n\nThe year was good.\n", "Annual report 2024"),
        ("Bericht_über_Öl.txt", "Es ist teuer. Wir sparen.\n", "Bericht über Öl"),
        ("my-file.txt", "It rained. All day.\n", "my-file"),
        ("x.md", "# The *plan* #\n\nWe go.\n", "The plan"),
        ("x.html", "<title>Plan - Site</title><h1>Plan</h1><p>We go.</p>", "Plan"),
    ],
)
def test_a_title_is_what_a_person_would_use(tmp_path: Path, name: str, text: str, title: str) -> None:
    assert load(tmp_path, name, text).title == title


@pytest.mark.parametrize(
    ("name", "text", "day"),
    [
        ("minutes-2024-03-11.md", "# Meeting\n\nIt was short.", date(2024, 3, 11)),
        ("20240311 Protokoll.txt", "Es war kurz.", date(2024, 3, 11)),
        ("Brief 11.03.2024.txt", "Es war kurz.", date(2024, 3, 11)),
        ("March 11, 2024.txt", "It was short.", date(2024, 3, 11)),
        ("a.txt", "TOWN COUNCIL\n11 March 2024\n\nThe mayor opened it.\n", date(2024, 3, 11)),
        ("a.txt", "Anna Holm\nMill Lane 4\n\nOslo, 3 May 2023\n\nDear Bo,\n\nthank you.\n", date(2023, 5, 3)),
        ("a.txt", "Invoice 7\nDate: 11 March 2024\nDue: 1 April 2024\n", date(2024, 3, 11)),
        ("a.md", "# Minutes of the meeting of 11 March 2024\n\nIt was short.\n", date(2024, 3, 11)),
        (
            "a.txt",
            "Bridges in Winter\n\nThey are closed.\n\narXiv:2103.15348v2 [cs.CV] 21 Jun 2021\n",
            date(2021, 6, 21),
        ),
        ("2024-01-01_2024-03-31.txt", "It was short.", None),
        ("20080104X00020.txt", "It was short.", None),
        ("03-04-2024.txt", "It was short.", None),
        ("a.txt", "Invoice 7\nDue: 1 April 2024\n", None),
        ("a.txt", "The bridge was built on 11 March 1924. It stands.\n", None),
        ("a.md", "# The storm of 11 March 1924\n\nIt was strong.\n", None),
        ("2024-02-31.txt", "It was short.", None),
    ],
)
def test_a_date_in_the_name_or_the_first_lines_is_that_of_the_document(
    tmp_path: Path, name: str, text: str, day: date | None
) -> None:
    document = load(tmp_path, name, text)
    assert document.published == day
    assert bool(document.notes) == (day is not None)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (
            'AGREEMENT\n\nThis is made on 3 March 2019 between Norvik Boats Ltd (the "Employer") and Asta Quill (the '
            '"Employee").\n\n1.1 The Employee sails.\n',
            "Employer: Norvik Boats Ltd · Employee: Asta Quill",
        ),
        ("FORM\n\nPlace: Hollin Sound\nCraft: Elva\n\nDamage\nHull: none\n", "Place: Hollin Sound · Craft: Elva"),
        ("Report for the year ended 31 December 2023\n\nIt was good.\n", "year ended 31 December 2023"),
        ("Name: Anna\nTown: Oslo\n\nName: Bo\nTown: Bergen\n", ""),
        ("# Glossary\n\nFender: a cushion that protects the hull of a boat.\n", ""),
    ],
    ids=["parties", "form", "period", "records", "definitions"],
)
def test_a_document_knows_the_facts_at_its_head(tmp_path: Path, text: str, about: str) -> None:
    assert load(tmp_path, "a.txt", text).about == about


@pytest.mark.parametrize("content", ["word " * 800_000, "x" * 3_000_000], ids=["a line of 4 MB", "no space"])
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_huge_line_is_read(tmp_path: Path, name: str, content: str) -> None:
    document = load(tmp_path, name, content)
    assert document.text == content
    assert len(outline(document)) == 1


# --- Markdown


@pytest.mark.parametrize(
    ("matter", "publisher", "published"),
    [
        ("publisher: News.Az\npublished: 2025-05-08", "News.Az", date(2025, 5, 8)),
        ('Author: [A. One, B. Two]\ndate: "2025-05-08T10:00:00Z"', "A. One, B. Two", date(2025, 5, 8)),
        ("source: The Paper\npublished: 8 May 2025\nunknown: {a: 1}", "The Paper", date(2025, 5, 8)),
        ("publisher:\ndate: May 8, 2025", None, date(2025, 5, 8)),
        ("", None, None),
        ("published: soon", None, None),
        ("published: 2025-02-31", None, None),
        ("published: 0000-00-00", None, None),
        ("published: 99999-01-01T00:00:00Z", None, None),
        ("published: 9999-12-31", None, date.max),
    ],
    ids="plain list spelled-out empty-value empty no-date impossible-day zeros beyond-the-calendar last-day".split(),
)
def test_front_matter_is_taken_off(tmp_path: Path, matter: str, publisher: str | None, published: date | None) -> None:
    document = load(tmp_path, "a.md", f"---\r\n{matter}\n---\n\n# The *heading* #\n\nText.\n")
    assert document.text == "# The *heading* #\n\nText.\n"
    assert (document.title, document.publisher, document.published) == ("The heading", publisher, published)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ('---\ntitle: "T\\0i\\ttle"\n---\n# H\n', "T i tle"),
        ("Text\n\n## Heading\n\n# Second", "Heading"),
        ("Text", "my file"),
        ("---\nText above a rule", "my file"),
    ],
    ids=["given", "heading", "file name", "rule, not front matter"],
)
def test_a_markdown_title_comes_from_the_best_place(tmp_path: Path, text: str, title: str) -> None:
    assert load(tmp_path, "my_file.md", text).title == title


@pytest.mark.parametrize(
    ("matter", "message"),
    [
        ("title: a\npublisher: [b", "line [34]: invalid front matter"),
        ("title: a: b", "line 2: invalid front matter"),
        ("just words", "not a mapping"),
        ("- a", "not a mapping"),
        ("title: {a: b}", "'title' is not text"),
        ("[" * 5000, "nested too deeply|invalid front matter"),
    ],
    ids=["unclosed", "colon", "words", "list", "mapping", "deep"],
)
def test_invalid_front_matter_names_its_place(tmp_path: Path, matter: str, message: str) -> None:
    with pytest.raises(DocumentError, match=rf"'a\.md'.*({message}).*`"):
        load(tmp_path, "a.md", f"---\n{matter}\n---\nText")


# --- HTML


def test_a_page_gives_its_main_text_and_origin(tmp_path: Path) -> None:
    head = '<meta property="article:published_time" content="2025-05-08T10:00:00Z">'
    document = load(tmp_path, "a.html", PAGE.format(head=head))
    assert "officials said.\n\nBoth sides agreed to meet again soon & often." in document.text
    assert "Sport" not in document.text
    assert (document.title, document.publisher) == ("Talks resume", "Example Daily")
    assert document.published == date(2025, 5, 8)


@pytest.mark.parametrize("day", ["2025-02-31", "2025-05", "soon", ""])
def test_a_date_a_page_does_not_state_is_not_made_up(tmp_path: Path, day: str) -> None:
    head = f'<meta property="article:published_time" content="{day}">'
    assert load(tmp_path, "a.htm", PAGE.format(head=head)).published is None


def test_a_page_without_main_text_gives_what_is_visible(tmp_path: Path) -> None:
    body = "<nav>Home</nav><footer><p>Your <b>name</b></p>Send</footer><script>x()</script>"
    document = load(tmp_path, "the_form.html", f"<html><body>{body}</body></html>")
    assert document.text == "Your name\n\nSend"
    assert document.title == "the form"


def test_a_declared_encoding_is_believed(tmp_path: Path) -> None:
    page = PAGE.format(head='<meta charset="koi8-r">').replace("officials", "представители")
    assert "представители" in load(tmp_path, "a.html", page.encode("koi8-r")).text
