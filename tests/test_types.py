"""Values: identity by content, attribution with its fallbacks, filters, pages."""

from datetime import date

import pytest
from pydantic import ValidationError

from assistant.types import Chunk, Document, DocumentMetadata, Filter


@pytest.mark.parametrize(
    ("metadata", "shown"),
    [
        (DocumentMetadata(source="a/b.md", title="T", publisher="P", published=date(2025, 5, 8)), "P, 8 May 2025"),
        (DocumentMetadata(source="a/b.md", title="T", published=date(2025, 5, 8)), "T, 8 May 2025"),
        (DocumentMetadata(source="a/b.md", title="T"), "T"),
        (DocumentMetadata(source="a/b.md", title=""), "a/b.md"),
    ],
    ids=["publisher", "title", "no-date", "file"],
)
def test_attribution_falls_back_from_publisher_to_title_to_file(metadata: DocumentMetadata, shown: str) -> None:
    assert metadata.byline == shown


@pytest.mark.parametrize(
    ("kind", "named"),
    [("Interview", "P, 8 May 2025, interview"), ("opinion", "P, 8 May 2025, opinion"), ("report", "P, 8 May 2025")],
)
def test_a_reader_is_told_of_an_interview_or_opinion(kind: str, named: str) -> None:
    metadata = DocumentMetadata(source="a.md", title="T", publisher="P", published=date(2025, 5, 8), kind=kind)
    assert (metadata.label, metadata.byline, metadata.header) == (named, "P, 8 May 2025", "T. P, 8 May 2025")


def test_values_cannot_be_changed_or_extended() -> None:
    document = Document(source="a", title="t", text="x")
    with pytest.raises(ValidationError):
        document.text = "y"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Document.model_validate({"source": "a", "title": "t", "text": "x", "colour": "red"})


def test_a_digest_follows_text_and_metadata() -> None:
    document = Document(source="a", title="t", text="x")
    assert document.digest == Document(source="a", title="t", text="x").digest
    for change in ({"text": "y"}, {"title": "u"}, {"published": date(2025, 1, 1)}):
        assert document.model_copy(update=change).digest != document.digest


def test_a_chunk_is_known_by_place_and_text() -> None:
    chunk = Chunk(source="a", start=0, end=1, text="x")
    assert chunk.id == Chunk(source="a", start=0, end=1, text="x").id
    for change in ({"source": "b"}, {"start": 1}, {"text": "y"}):
        assert chunk.model_copy(update=change).id != chunk.id


@pytest.mark.parametrize(("offset", "page"), [(0, 1), (99, 1), (100, 2), (250, 3), (900, 3)])
def test_an_offset_lies_on_its_page(offset: int, page: int) -> None:
    assert Document(source="a", title="t", text="x", pages=(0, 100, 200)).page_at(offset) == page
    assert Document(source="a", title="t", text="x").page_at(offset) is None


@pytest.mark.parametrize(
    ("where", "admitted"),
    [
        (Filter(), True),
        (Filter(sources=("news",)), True),
        (Filter(sources=("news/a.md",)), True),
        (Filter(sources=("new",)), False),
        (Filter(since=date(2025, 5, 8), until=date(2025, 5, 8)), True),
        (Filter(since=date(2025, 5, 9)), False),
        (Filter(until=date(2025, 5, 7)), False),
    ],
)
def test_a_filter_admits_by_folder_and_date(where: Filter, admitted: bool) -> None:
    assert where.admits(DocumentMetadata(source="news/a.md", title="t", published=date(2025, 5, 8))) is admitted


def test_a_document_without_a_date_passes_no_date_filter() -> None:
    assert not Filter(since=date(2000, 1, 1)).admits(DocumentMetadata(source="a", title="t"))
