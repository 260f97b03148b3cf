"""Web pages are indexed by their addresses, fetched again by a build, and read without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant import Assistant, Filter, Settings
from assistant.cli import app
from assistant.errors import ConfigError, DocumentError
from assistant.testing.fakes import FakeEmbedder
from assistant.testing.web_double import Page, WebDouble

FERRY = Page("<html><title>Ferry</title><body><p>The ferry to Osterby sails at seven every morning.</p></body></html>")
LATER = Page("<html><title>Ferry</title><body><p>The ferry to Osterby sails at nine every morning.</p></body></html>")


@pytest.fixture
def web() -> Iterator[WebDouble]:
    with WebDouble({"/ferry": FERRY}) as double:
        yield double


@pytest.fixture
def assistant(index_dir: Path) -> Iterator[Assistant]:
    with opened(index_dir) as assistant:
        yield assistant


def opened(index_dir: Path) -> Assistant:
    settings = Settings(index_dir=index_dir, writer="extractive", local_addresses=True)
    return Assistant.open(settings, embedder=FakeEmbedder())


def sources(assistant: Assistant) -> list[str]:
    return [document.source for document in assistant.documents()]


def text(assistant: Assistant) -> str:
    (document,) = (assistant.document(source) for source in sources(assistant))
    assert document
    return document.text


def test_a_page_is_indexed_by_its_address(assistant: Assistant, web: WebDouble) -> None:
    report = assistant.index(f"{web.address}/ferry#times")
    source = f"web/127.0.0.1-{web.port}/ferry.html"
    assert (report.added, sources(assistant)) == ((source,), [source])
    (passage,) = assistant.search("When does the ferry sail?", where=Filter(sources=("web",)))
    assert "seven" in passage.chunk.text
    assert assistant.documents()[0].title == "Ferry"


def test_a_page_of_this_machine_is_refused_unless_allowed(index_dir: Path, web: WebDouble) -> None:
    settings = Settings(index_dir=index_dir)
    with (
        Assistant.open(settings, embedder=FakeEmbedder()) as assistant,
        pytest.raises(DocumentError, match="ASSISTANT_LOCAL_ADDRESSES"),
    ):
        assistant.index(f"{web.address}/ferry")
    assert web.asked == []


def test_a_refresh_fetches_what_changed(assistant: Assistant, web: WebDouble) -> None:
    assistant.index(f"{web.address}/ferry")
    (same,) = assistant.refresh_web_pages()
    assert (same.changed, same.unchanged) == ((), 1)
    web.pages["/ferry"] = LATER
    (report,) = assistant.refresh_web_pages()
    assert report.changed == (f"web/127.0.0.1-{web.port}/ferry.html",)
    assert "nine" in text(assistant)
    assert assistant.verify() == []


def test_a_page_that_cannot_be_fetched_again_stays(assistant: Assistant, web: WebDouble) -> None:
    assistant.index(f"{web.address}/ferry")
    del web.pages["/ferry"]
    (report,) = assistant.refresh_web_pages()
    (skipped,) = report.skipped
    assert skipped.source == f"web/127.0.0.1-{web.port}/ferry.html"
    assert "is kept" in skipped.reason
    assert "404" in skipped.reason
    assert "seven" in text(assistant)


def test_an_index_is_built_again_without_a_network(index_dir: Path) -> None:
    with WebDouble({"/ferry": FERRY}) as web, opened(index_dir) as assistant:
        assistant.index(f"{web.address}/ferry")
    shutil.rmtree(index_dir / "store")
    with opened(index_dir) as assistant:
        (report,) = assistant.refresh_web_pages()
        assert len(report.added) == len(report.skipped) == 1
        assert "seven" in text(assistant)


def test_a_removed_page_is_not_fetched_again_until_it_is_named(assistant: Assistant, web: WebDouble) -> None:
    assistant.index(f"{web.address}/ferry")
    assistant.remove(f"web/127.0.0.1-{web.port}/ferry.html")
    web.asked.clear()
    assert (assistant.refresh_web_pages(), web.asked) == ((), [])
    assert assistant.index(f"{web.address}/ferry").added


def test_pages_are_in_the_collection_that_is_named(assistant: Assistant, web: WebDouble, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "dam.md").write_text("The dam was opened in 1931.")
    assistant.index(docs, collection="rivers")
    assistant.index(f"{web.address}/ferry", collection="rivers")
    assert sources(assistant) == [f"rivers/127.0.0.1-{web.port}/ferry.html", "rivers/dam.md"]
    assert assistant.index(f"{web.address}/ferry").unchanged == 1  # it stays where it is
    with pytest.raises(ConfigError, match="no name of a collection"):
        assistant.index(f"{web.address}/ferry", collection="../rivers")


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("/", "text/html", "index.html"),
        ("/reports/2025/may.html", "text/html; charset=utf-8", "reports-2025-may.html"),
        ("/list?page=2&order=up", "text/html", "list-page-2-order-up.html"),
        ("/notes.md", "text/plain", "notes.md"),
        ("/notes", "text/plain", "notes.txt"),
        ("/..%2f..%2fetc/passwd", "text/plain", "etc-passwd.txt"),
        ("/%E6%97%A5%E6%9C%AC", "text/html", "日本.html"),
    ],
)
def test_the_file_of_a_page_is_named_by_its_address(
    assistant: Assistant, web: WebDouble, path: str, kind: str, name: str
) -> None:
    web.pages[path] = FERRY._replace(kind=kind)
    assistant.index(f"{web.address}{path}")
    assert sources(assistant) == [f"web/127.0.0.1-{web.port}/{name}"]


def test_pages_whose_names_would_be_the_same_are_kept_apart(assistant: Assistant, web: WebDouble) -> None:
    web.pages["/ferry/"] = LATER
    assistant.index(f"{web.address}/ferry")
    assistant.index(f"{web.address}/ferry/")
    assert len(sources(assistant)) == 2
    (report,) = assistant.refresh_web_pages()
    assert (report.unchanged, report.changed) == (2, ())


def test_an_encoding_that_only_the_server_states_is_heeded(assistant: Assistant, web: WebDouble) -> None:
    page = "<html><body><p>Паром отходит в семь часов утра каждый день.</p></body></html>".encode("cp1251")
    web.pages["/ferry"] = Page(page, kind="text/html; charset=windows-1251")
    assistant.index(f"{web.address}/ferry")
    assert "Паром отходит" in text(assistant)


def test_what_is_no_document_is_refused(assistant: Assistant, web: WebDouble) -> None:
    web.pages["/film"] = Page("x", kind="video/mp4")
    with pytest.raises(DocumentError, match="it is video/mp4"):
        assistant.index(f"{web.address}/film")
    assert sources(assistant) == []


def test_a_page_that_becomes_a_file_of_another_kind_has_one_file(assistant: Assistant, web: WebDouble) -> None:
    assistant.index(f"{web.address}/ferry")
    web.pages["/ferry"] = Page("The ferry sails at ten.", kind="text/plain")
    assistant.refresh_web_pages()
    assert sources(assistant) == [f"web/127.0.0.1-{web.port}/ferry.txt"]


def test_the_command_line_takes_an_address_and_fetches_it_again(
    index_dir: Path, web: WebDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_LOCAL_ADDRESSES", "true")

    def cli(*arguments: str) -> tuple[int, str]:
        command = ["index", "build", *arguments, "--index", str(index_dir)]
        done = CliRunner().invoke(app, command, obj=lambda settings: Assistant.open(settings, embedder=FakeEmbedder()))
        return done.exit_code, done.output

    assert cli()[0] == 2  # there is nothing to build
    code, said = cli(f"{web.address}/ferry")
    assert (code, "1 added" in said) == (0, True)
    web.pages["/ferry"] = LATER
    code, said = cli()
    assert (code, "1 changed" in said) == (0, True)
    code, said = cli(f"{web.address}/missing")
    assert (code, "the server answers 404" in said) == (2, True)
    code, said = cli(f"{web.address}/ferry", "--watch")
    assert (code, "--watch follows files and folders" in said) == (2, True)
