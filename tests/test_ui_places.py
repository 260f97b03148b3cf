"""A folder or a web address added on the page: what is fetched, what is refused, and what becomes of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("gradio", reason="the extra 'chat' is not installed")
from assistant import Assistant, Settings
from assistant.errors import DocumentError
from assistant.testing.fakes import FakeEmbedder
from assistant.web.address import Fetched, fetched, is_public
from assistant.web.jobs import Row
from assistant.web.library import Library

PAGES = {
    "/report": ("text/html", b"<title>The ferry</title><p>The ferry sails at seven.</p>"),
    "/plan.md": ("application/octet-stream", b"The plan."),
    "/tool": ("application/x-dosexec", b"MZ"),
}
AWAY = {"/away": "/report", "/file": "file:///etc/passwd", "/ftp": "ftp://127.0.0.1/x", "/round": "/round"}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path in AWAY:
            self.send_response(302)
            self.send_header("Location", AWAY[self.path])
            self.end_headers()
            return
        kind, content = PAGES.get(self.path, ("text/plain", b"none"))
        self.send_response(200 if self.path in PAGES else 404)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def everywhere(_: str) -> bool:
    return True


def test_a_page_is_fetched_under_a_name_that_tells_its_kind(site: str) -> None:
    assert fetched(f"{site}/away", 1000, everywhere) == Fetched("127.0.0.1 report.html", PAGES["/report"][1])
    assert fetched(f"{site}/plan.md", 1000, everywhere).name == "127.0.0.1 plan.md"


@pytest.mark.parametrize(
    ("path", "most", "why"),
    [
        ("/tool", 1000, "cannot be read"),
        ("/none", 1000, "answers 404"),
        ("/report", 10, "larger than"),
        ("/file", 1000, "answers 302"),
        ("/ftp", 1000, "cannot be reached"),
        ("/round", 1000, "answers 302"),
    ],
)
def test_what_is_not_fetched(site: str, path: str, most: int, why: str) -> None:
    with pytest.raises(DocumentError, match=why):
        fetched(site + path, most, everywhere)


@pytest.mark.parametrize(
    "address", ["ftp://a.example/b", "http://[", "http://", "file:///etc/passwd", "http://127.0.0.1:1/"]
)
def test_an_address_that_leads_nowhere(address: str) -> None:
    with pytest.raises(DocumentError, match="cannot be reached"):
        fetched(address, 1000, everywhere)


def test_nothing_is_asked_of_this_machine_and_its_network(site: str) -> None:
    with pytest.raises(DocumentError, match="public web"):
        fetched(f"{site}/report", 1000)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *(
            ("127.0.0.1", False),
            ("10.1.2.3", False),
            ("169.254.169.254", False),
            ("::1", False),
            ("fe80::1%eth0", False),
        ),
        *(("::ffff:10.0.0.1", False), ("0.0.0.0", False), ("8.8.8.8", True), ("2606:4700::1111", True)),  # noqa: S104
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.fixture
def assistant(index_dir: Path) -> Assistant:
    return Assistant.open(Settings(index_dir=index_dir, writer="extractive"), embedder=FakeEmbedder())


def added(library: Library, place: str) -> Row:
    *_, (row,) = library.add_place(place)
    return row


def test_a_web_page_is_indexed_with_its_title(assistant: Assistant) -> None:
    library = Library(assistant, fetch=lambda _, __: Fetched("news.example report.html", PAGES["/report"][1]))
    assert added(library, " https://news.example/report ").state == "indexed"
    assert [document.title for document in assistant.documents()] == ["The ferry"]


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
