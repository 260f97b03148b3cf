"""The library behind the page: what comes in, under which names, and what goes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("gradio", reason="the extra 'chat' is not installed")
from assistant import Assistant, Settings
from assistant.errors import DocumentError
from assistant.testing.fakes import FakeEmbedder
from assistant.web.components import Refused, Upload
from assistant.web.documents import hits_html, progress_html, snippet
from assistant.web.glance import glance, why_unread
from assistant.web.jobs import Row
from assistant.web.library import NAME_BYTES, Library, safe_name
from assistant.web.state import AppState
from tests.ui_values import passage


@pytest.fixture
def assistant(index_dir: Path) -> Assistant:
    return Assistant.open(Settings(index_dir=index_dir, writer="extractive"), embedder=FakeEmbedder())


@pytest.fixture
def library(assistant: Assistant) -> Library:
    return Library(assistant)


def receive(library: Library, name: str, *pieces: bytes) -> Upload:
    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return asyncio.run(library.receive(name, body()))


def last(library: Library, *uploads: Upload) -> tuple[Row, ...]:
    *_, rows = library.add(uploads)
    return rows


def test_an_upload_is_indexed_under_a_generated_name_inside_the_index(library: Library, index_dir: Path) -> None:
    (row,) = last(library, receive(library, "../../Übung <1>.TXT", b"The ferry ", b"sails."))
    assert row.state == "indexed"
    (file,) = (path for path in index_dir.rglob("*") if path.is_file() and b"ferry" in path.read_bytes()[:40])
    assert file.relative_to(index_dir / "documents" / "uploads").name == "Übung 1.txt"


@given(st.text())
def test_safe_name_is_one_file_name_of_limited_length(name: str) -> None:
    safe = safe_name(name)
    assert "/" not in safe
    assert "\\" not in safe
    assert safe.isprintable()
    assert not safe.startswith(".")
    assert len(safe.encode()) < NAME_BYTES + 12


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Bericht über Öl (2).PDF", "Bericht über Öl (2).pdf"),
        ("../../etc/日報.md", "日報.md"),
        ("C:\\docs\\a<b>|c?.txt", "a b c.txt"),
        (".hidden.txt", "hidden.txt"),
        ("\u202etxt.md", "txt.md"),
    ],
)
def test_safe_name_keeps_a_name_as_it_is_written(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("name", ["setup.exe", "noending", "a.txt.js", ""])
def test_only_kinds_that_can_be_read_are_taken(library: Library, name: str) -> None:
    with pytest.raises(DocumentError, match="of this kind"):
        receive(library, name, b"x")


def test_nothing_is_left_of_a_file_that_is_too_large(assistant: Assistant, index_dir: Path) -> None:
    with pytest.raises(DocumentError, match="larger than"):
        receive(Library(assistant, most_bytes=10), "a.txt", b"123456", b"78901")
    assert [path for path in index_dir.rglob("*") if path.is_file()] == []


def test_only_so_many_may_wait(assistant: Assistant) -> None:
    library = Library(assistant, most_files=1)
    receive(library, "a.txt", b"x")
    with pytest.raises(DocumentError, match="waiting already"):
        receive(library, "b.txt", b"x")


def test_what_cannot_be_read_is_reported_and_not_kept(library: Library, index_dir: Path) -> None:
    (row,) = last(library, receive(library, "a.txt", b"  "))
    assert (row.state, row.reason.endswith("holds no text.")) == ("skipped", True)
    assert str(index_dir) not in row.reason
    assert [path for path in (index_dir / "documents").rglob("*") if path.is_file()] == []


def test_the_same_content_is_stored_once(library: Library) -> None:
    rows = last(library, receive(library, "a.txt", b"Same."), receive(library, "b.txt", b"Same."))
    assert [row.state for row in rows] == ["indexed", "already there"]


@pytest.mark.parametrize("token", ["../../../etc/passwd", "0" * 16, ""])
def test_a_made_up_token_is_refused(library: Library, token: str) -> None:
    (row,) = last(library, Upload(token=token, name="a.txt"))
    assert row.state == "skipped"


def test_closing_the_iterator_cancels_and_cleans_up(library: Library, index_dir: Path) -> None:
    adding = library.add([receive(library, f"{n}.txt", b"word. " * (n + 1)) for n in range(30)])
    next(adding)
    adding.close()  # type: ignore[attr-defined]  # it is a generator
    indexed = len(Assistant.open(Settings(index_dir=index_dir)).documents())
    files = [path for path in (index_dir / "documents").rglob("*") if path.is_file()]
    assert len(files) == indexed < 30


def test_removed_upload_is_set_aside_and_can_be_restored(library: Library, index_dir: Path) -> None:
    last(library, receive(library, "a.txt", b"Gone soon."))
    (document,) = Assistant.open(Settings(index_dir=index_dir)).documents()
    assert library.state(document.source) == "new"
    removed = library.remove(document.source)
    assert removed
    assert library.removed() == (removed,)
    assert Assistant.open(Settings(index_dir=index_dir)).documents() == ()
    library.restore(removed.key)
    assert Assistant.open(Settings(index_dir=index_dir)).documents() == (document,)
    assert library.removed() == ()


def test_removed_upload_can_be_deleted(library: Library, index_dir: Path) -> None:
    last(library, receive(library, "a.txt", b"Gone soon."))
    (document,) = Assistant.open(Settings(index_dir=index_dir)).documents()
    removed = library.remove(document.source)
    assert removed
    library.delete(removed.key)
    assert [path for path in (index_dir / "documents").rglob("*") if path.is_file()] == []
    with pytest.raises(DocumentError, match="gone"):
        library.restore(removed.key)


def test_removed_document_of_a_folder_is_restored_under_its_source(
    library: Library, index_dir: Path, tmp_path: Path
) -> None:
    file = tmp_path / "own" / "deep" / "a.txt"
    file.parent.mkdir(parents=True)
    file.write_text("Stays.")
    Assistant.open(Settings(index_dir=index_dir), embedder=FakeEmbedder()).index(tmp_path / "own")
    removed = library.remove("deep/a.txt")
    assert removed
    assert file.exists()
    with pytest.raises(DocumentError, match="uploaded"):
        library.delete(removed.key)
    library.restore(removed.key)
    (document,) = Assistant.open(Settings(index_dir=index_dir)).documents()
    assert document.source == "deep/a.txt"


def test_removed_document_whose_file_is_gone_is_not_offered(library: Library, index_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.txt").write_text("Goes.")
    Assistant.open(Settings(index_dir=index_dir), embedder=FakeEmbedder()).index(tmp_path / "own")
    library.remove("a.txt")
    (tmp_path / "own" / "a.txt").unlink()
    assert library.removed() == ()


def test_what_changed_is_read_again(library: Library, index_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.txt").write_text("Before.")
    Assistant.open(Settings(index_dir=index_dir), embedder=FakeEmbedder()).index(tmp_path / "own")
    (tmp_path / "own" / "a.txt").write_text("After it.")
    (tmp_path / "own" / "b.bin").write_text("?")
    *_, (row,) = library.refresh()
    assert row.reason.startswith("1 updated, 0 unchanged · b.bin: Files ending in '.bin'")
    assert library.state("a.txt") == "updated"


def test_a_removed_upload_may_come_again(library: Library, index_dir: Path) -> None:
    last(library, receive(library, "a.txt", b"Again."))
    (document,) = Assistant.open(Settings(index_dir=index_dir)).documents()
    library.remove(document.source)
    (row,) = last(library, receive(library, "a.txt", b"Again."))
    assert row.state == "indexed"
    assert library.removed() == ()


def test_progress_shows_bars_states_and_reasons() -> None:
    html = progress_html([Row("a<b>.txt", "indexing", 0.5)], [Refused(name="x.exe", reason="<i>no</i>")], busy=True)
    assert 'value="0.50"' in html
    assert '<span class="state">Indexing</span>' in html
    assert ">0 of 2 done<" in html
    assert ">1 skipped<" in html
    assert "&lt;i&gt;no" in html
    assert 'data-do="cancel"' in html


def test_hits_are_ordered_by_the_score_they_show() -> None:
    html = hits_html([passage("Low", score=0.4), passage("High", "high.md", score=0.9)], "fire")
    assert html.index("High") < html.index("Low")


def test_hits_of_a_search_for_nonsense_are_none() -> None:
    assert "No passage matches." in hits_html([passage("Low", score=0.1)], "qwertz")


@pytest.mark.parametrize(
    ("words", "beginning"),
    [("who steered", "…The mate steered."), ("zebra", "Rain fell."), ("steered rain", "Rain fell.")],
    ids=["at the match", "no match", "the first of two places"],
)
def test_snippet_begins_with_the_sentence_that_matches(words: str, beginning: str) -> None:
    text = f"Rain fell. {'It was dull. ' * 30}The mate steered. {'It was dull. ' * 30}"
    assert snippet(text, words).startswith(beginning)


def test_what_is_not_read_is_named_with_the_reason(assistant: Assistant, library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("ferry.txt", "pier.txt"):
        (folder / name).write_text("The ferry sails.")
    (folder / "setup.exe").write_bytes(b"MZ")
    assistant.index(folder)
    library.remove("pier.txt")
    (folder / "late.txt").write_text("The ferry is late.")
    (folder / "empty.txt").touch()
    seen = glance(assistant, library)
    assert seen
    assert (seen.documents, seen.kinds) == (1, (("text", 1),))
    assert {each.source for each in seen.unread} == {"setup.exe", "late.txt", "empty.txt"}
    told = why_unread(AppState(assistant))({})["html"]
    assert "&#39;empty.txt&#39; holds no text." in told
    assert '<b dir="auto">late.txt</b> It is newer than the index' in told


def test_the_file_of_a_document_is_found_in_its_folder_alone(
    assistant: Assistant, library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "ferry.txt").write_text("The ferry sails.")
    (tmp_path / "secret.txt").write_text("A secret.")
    assistant.index(folder)
    assert library.file("ferry.txt") == folder / "ferry.txt"
    assert library.file("../secret.txt") is None
    assert library.file(str(tmp_path / "secret.txt")) is None
