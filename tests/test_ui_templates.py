"""Templates: whatever the text, it never becomes a tag or an attribute."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("jinja2", reason="the extra 'chat' is not installed")
from assistant.english.plural import counted
from assistant.types import DocumentMetadata
from assistant.web.components import Refused
from assistant.web.documents import progress_html
from assistant.web.templates import clean, day, known, one_line

HOSTILE = st.text() | st.lists(
    st.sampled_from(
        ["<", ">", '"', "'", "&", "{", "}", "{{value}}", "{%", "${", "`", "\u202e", "onerror=", "<script>", "\0"]
    )
).map("".join)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.labels: list[str | None] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.labels += [value for name, value in attrs if name == "aria-label"]

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(html: str) -> Tags:
    tags = Tags()
    tags.feed(str(html))
    tags.close()
    return tags


@given(HOSTILE)
def test_render_keeps_a_value_the_text_and_the_attribute_it_was_put_into(text: str) -> None:
    harmless, tags = (
        parsed(progress_html((), [Refused(name="a", reason="b")])),
        parsed(progress_html((), [Refused(name=text, reason=text)])),
    )
    assert tags.names == harmless.names or not clean(text)
    assert tags.labels == [one_line(text, 120)]
    assert clean(text) in tags.text


def test_no_template_marks_a_value_as_safe() -> None:
    templates = sorted((Path(__file__).parent.parent / "assistant" / "web" / "templates").glob("*.html"))
    safe = [line for file in templates for line in file.read_text().splitlines() if "|safe" in line]
    assert all("' id=\"quoted\"'|safe" in line for line in safe)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [("a\u202eb\u2066c", "abc"), ("a\x00\x1b[31mb", "a[31mb"), ("a\nb\tc", "a\nb\tc"), ("a\ud800b", "ab")],
    ids=["overrides", "controls", "lines stay", "surrogates"],
)
def test_clean_takes_out_what_deceives(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_one_line_is_cut_with_an_ellipsis() -> None:
    assert one_line("one\n two   three", 8) == "one two…"


@pytest.mark.parametrize(("number", "text"), [(0, "0 questions"), (1, "1 question"), (1200, "1,200 questions")])
def test_counted_takes_the_plural_where_it_belongs(number: int, text: str) -> None:
    assert counted(number, "question") == text


def test_known_names_what_is_known_of_a_document() -> None:
    document = DocumentMetadata(
        source="a.md", title="A", publisher="The Post", published=date(2025, 5, 8), kind="interview"
    )
    assert known(document, 3) == "The Post · 8 May 2025 · interview · page 3"
    assert known(DocumentMetadata(source="a.md", title="A")) == ""
    assert day(document.published, short=True) == "8 May 2025"
