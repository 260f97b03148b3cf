"""Escaping: whatever the text, it never becomes a tag, an attribute or Markdown."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("markupsafe", reason="the extra 'chat' is not installed")
from assistant.web.markup import Markup, clean, fill, join, markdown, one_line

HOSTILE = st.text() | st.lists(
    st.sampled_from(["<", ">", '"', "'", "&", "{", "}", "{value}", "${", "`", "\u202e", "onerror=", "<script>", "\0"])
).map("".join)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(HOSTILE)
def test_a_value_stays_the_text_and_the_attribute_it_was_put_into(text: str) -> None:
    tags = Tags()
    tags.feed(fill('<p title="{text}">{text}</p>', text=text))
    tags.close()
    assert tags.found == [("p", [("title", clean(text))])]
    assert tags.text == clean(text)


def test_markup_goes_in_as_it_is_and_joins() -> None:
    parts = join([fill("<b>{x}</b>", x="<"), fill("{x}", x=1)], " ")
    assert fill("<p>{parts}</p>", parts=parts) == Markup("<p><b>&lt;</b> 1</p>")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [("a\u202eb\u2066c", "abc"), ("a\x00\x1b[31mb", "a[31mb"), ("a\nb\tc", "a\nb\tc"), ("a\ud800b", "ab")],
    ids=["overrides", "controls", "lines stay", "surrogates"],
)
def test_clean_takes_out_what_deceives(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_one_line_is_cut_with_an_ellipsis() -> None:
    assert one_line("one\n two   three", 8) == "one two…"


@pytest.mark.parametrize(
    "text", ["![x](http://evil)", "[a](javascript:b)", "<img src=x>", "`code`", "# head", "&lt;", "**b**"]
)
def test_markdown_is_made_literal(text: str) -> None:
    escaped = markdown(text)
    assert escaped.replace("\\", "") == text
    assert all(escaped[i - 1] == "\\" for i, mark in enumerate(escaped) if mark in "[]<>`#*!&")
