"""A folder or a web address added on the page: what is refused, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("gradio", reason="the extra 'chat' is not installed")
from assistant import Assistant, Settings
from assistant.testing.fakes import FakeEmbedder
from assistant.testing.web_double import Page, WebDouble
from assistant.web.jobs import Row
from assistant.web.library import Library


@pytest.fixture
def assistant(index_dir: Path) -> Assistant:
    settings = Settings(index_dir=index_dir, writer="extractive", local_addresses=True)
    return Assistant.open(settings, embedder=FakeEmbedder())


def added(library: Library, place: str) -> Row:
    *_, (row,) = library.add_place(place)
    return row


def test_a_web_page_is_indexed_with_its_title(assistant: Assistant) -> None:
    report = Page("<title>The ferry</title><p>The ferry sails at seven.</p>")
    with WebDouble({"/report": report}) as web:
        row = added(Library(assistant), f" {web.address}/report ")
    assert (row.state, row.reason) == ("indexed", "1 new, 0 unchanged")
    assert [document.title for document in assistant.documents()] == ["The ferry"]


def test_a_check_for_changes_fetches_web_pages_again(assistant: Assistant) -> None:
    library = Library(assistant)
    with WebDouble({"/report": Page("<title>The ferry</title><p>The ferry sails at seven.</p>")}) as web:
        added(library, f"{web.address}/report")
        web.pages["/report"] = Page("<title>The ferry</title><p>The ferry sails at nine.</p>")
        *_, rows = library.refresh()
    assert [(row.name, row.reason) for row in rows] == [("Web pages", "1 updated, 0 unchanged")]
    (document,) = assistant.documents()
    assert "at nine" in str(assistant.document(document.source))


def test_a_web_page_that_is_not_there_says_so(assistant: Assistant) -> None:
    with WebDouble({}) as web:
        row = added(Library(assistant), f"{web.address}/report")
    assert row.state == "skipped"
    assert "the server answers 404" in row.reason


def test_a_folder_is_indexed_where_it_is(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("The ferry sails.")
    row = added(Library(assistant), f'"{tmp_path / "docs"}"')
    assert (row.name, row.state, row.reason) == ("docs", "indexed", "1 new, 0 unchanged")
    assert assistant.status().roots == (str(tmp_path / "docs"),) or tmp_path.name in str(assistant.status().roots)


@pytest.mark.parametrize("place", ["docs", "/nowhere/at all", "../x", "~nobody-here/x"])
def test_a_folder_that_is_not_there_says_so(assistant: Assistant, place: str) -> None:
    row = added(Library(assistant), place)
    assert row.state == "skipped"
    assert "no such folder" in row.reason


def test_no_folder_is_added_from_another_machine(assistant: Assistant, tmp_path: Path) -> None:
    row = added(Library(assistant, local=False), str(tmp_path))
    assert row.state == "skipped"
    assert "only on the machine" in row.reason
    assert assistant.empty
