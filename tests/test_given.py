"""Documents that a program hands over as text: what they become, and what a later hand-over changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assistant import Assistant, Settings
from assistant.testing.fakes import FakeEmbedder


class Given(NamedTuple):
    """``ports.GivenDocument``."""

    id_: str
    text: str
    metadata: Mapping[str, Any] = {}


@pytest.fixture
def assistant(index_dir: Path) -> Iterator[Assistant]:
    with Assistant.open(Settings(index_dir=index_dir), embedder=FakeEmbedder()) as opened:
        yield opened


def sources(assistant: Assistant) -> list[str]:
    return [document.source for document in assistant.documents()]


def test_metadata_is_that_of_the_document(assistant: Assistant) -> None:
    known = {"file_name": "pier.txt", "title": "The pier", "publisher": "Courier", "published": "2025-04-02T10:00"}
    assistant.index(documents=[Given("a", "The east pier is closed.", known)])
    (document,) = assistant.documents()
    assert (document.source, document.title, document.byline) == ("pier.txt", "The pier", "Courier, 2 April 2025")
    assert document.published == date(2025, 4, 2)


def test_texts_of_one_file_are_its_pages_and_those_of_one_address_its_parts(assistant: Assistant) -> None:
    pages = [
        Given(str(n), text, {"file_path": "/a/fees.pdf", "file_name": "fees.pdf", "page_label": str(n)})
        for n, text in enumerate(("The fee is four.", "It was paid in May."), 1)
    ]
    parts = [
        Given(text, text, {"url": "https://pier.example/open"}) for text in ("Closed on Monday.", "Open on Friday.")
    ]
    assert assistant.index(documents=[*pages, *parts]).added == ("fees.pdf", "https://pier.example/open")
    fees, opening = assistant.document("fees.pdf"), assistant.document("https://pier.example/open")
    assert fees
    assert opening
    assert fees.page_at(fees.text.index("paid")) == 2
    assert opening.text == "Closed on Monday.\n\nOpen on Friday."


def test_the_ending_of_its_name_says_how_a_text_is_read(assistant: Assistant) -> None:
    assistant.index(documents=[Given("a", "# Fees\n\n- Four", {"file_name": "fees.md"})])
    document = assistant.document("fees.md")
    assert document
    assert [block.kind for block in document.blocks] == ["heading", "item"]


def test_what_is_handed_over_again_is_replaced_and_nothing_is_removed(assistant: Assistant) -> None:
    assistant.index(documents=[Given("a", "The pier is closed."), Given("b", "The ferry sails.")])
    report = assistant.index(documents=[Given("a", "The pier is open."), Given("c", "The dam holds.")])
    assert (report.changed, report.added, report.removed) == (("a",), ("c",), ())
    again = assistant.index(documents=[Given("a", "The pier is open.")])
    assert (again.unchanged, again.embedded, again.root) == (1, 0, "")
    assert sources(assistant) == ["a", "b", "c"]
    assert assistant.status().roots == ()
    assert assistant.verify() == []


def test_a_text_that_holds_nothing_is_reported(assistant: Assistant) -> None:
    report = assistant.index(documents=[Given("a", " "), Given("b", "The ferry sails.")])
    assert (report.added, [(each.source, each.reason) for each in report.skipped]) == (
        ("b",),
        [("a", "'a' holds no text. Write some, then `assistant index build`")],
    )


def test_folders_and_documents_without_files_leave_each_other_alone(
    assistant: Assistant, tmp_path: Path, index_dir: Path
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("The dam holds.")
    given = Given("a", "The pier is closed.", {"file_name": "a.txt"})
    assistant.index(documents=[given])
    assert assistant.index(folder).added == ("texts/a.txt",)
    (folder / "a.txt").unlink()
    assert assistant.index(tmp_path).removed == ("texts/a.txt",)
    assert assistant.index(documents=[given]).unchanged == 1
    (index_dir / "config.toml").write_text("chunk_tokens = 30")
    assert assistant.index(folder).changed == ("a.txt",)
    assert (sources(assistant), assistant.verify()) == (["a.txt"], [])


def test_a_removed_one_comes_back_when_it_is_handed_over(assistant: Assistant) -> None:
    assistant.index(documents=[Given("a", "The pier is closed.")])
    assistant.remove("a")
    assert (sources(assistant), assistant.removed()) == ([], ())
    assert assistant.index(documents=[Given("a", "The pier is closed.")]).added == ("a",)


def test_a_path_or_documents_are_needed(assistant: Assistant) -> None:
    with pytest.raises(TypeError, match="a path or documents"):
        assistant.index()  # type: ignore[call-overload]  # the fault
