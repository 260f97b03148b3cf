"""Chunks are whole statements, verbatim, complete, bounded, and end where a reader would end them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ingest.blocks import TextBuilder
from assistant.ingest.split import HEADER_TOKENS, split, word_tokens
from assistant.ingest.statements import statements
from assistant.models.minilm import MAX_TOKENS, MiniLM
from assistant.ports import NewChunk
from assistant.types import Document

scraps = st.sampled_from(
    [
        "The talks ended on Monday. ",
        "All rights reserved. ",
        "Dr. Smith, of the U.S. Army, said no; then, after a while, he left the room. ",
        "今天下雨。",
        "停火协议从周一开始生效，双方都同意",
        "👩‍👩‍👧‍👦",
        "👍🏽 ",
        "x" * 90,
        "HTTPserverKey9f86d081",
        "word ",
        "\n",
        "\t \u00a0",
    ]
)
texts = st.lists(scraps, max_size=12).map("".join) | st.text(max_size=100)
KINDS = ("heading", "paragraph", "item", "field", "code", "quotation", "caption", "furniture", "row", "page")
laid_out = st.lists(st.tuples(st.sampled_from(KINDS), texts), max_size=12)


def built(parts: Sequence[tuple[str, str]]) -> Document:
    """A document of these blocks."""
    builder = TextBuilder()
    for kind, text in parts:
        match kind:
            case "row":
                cells = text.split(" | ")
                builder.row(cells, [f"Column {n}" for n in range(len(cells))])
            case "field":
                builder.field("Label", text)
            case "page":
                builder.page()
            case _:
                getattr(builder, kind)(text)
    return Document(source="a.docx", title="A", text=builder.text, blocks=builder.blocks())


def plain(text: str) -> Document:
    return Document(source="a.txt", title="A", text=text)


def said(new: NewChunk) -> list[str]:
    """The chunk's statements."""
    return [new.chunk.text[s.start : s.end] for s in new.statements]


def tokens(text: str) -> int:
    return len(word_tokens([text])[0])


@given(parts=laid_out, size=st.integers(20, 120), overlap=st.integers(0, 4))
def test_split_keeps_every_statement_verbatim_within_the_size(
    parts: list[tuple[str, str]], size: int, overlap: int
) -> None:
    document = built(parts)
    made = split(document, size, overlap)
    assert all(document.text[new.chunk.start : new.chunk.end] == new.chunk.text for new in made)
    wanted = [s for s in statements(document) if s.kind != "furniture"]
    covered = {new.chunk.start + at for new in made for s in new.statements for at in range(s.start, s.end)}
    text = document.text
    assert all(at in covered or text[at].isspace() for s in wanted for at in range(s.start, s.end))
    assert all(s.kind != "furniture" for new in made for s in new.statements)
    assert all(sum(map(tokens, said(new))) <= size for new in made)
    assert all(a.chunk.start < b.chunk.start and a.chunk.end < b.chunk.end for a, b in pairwise(made))


@given(parts=laid_out, size=st.integers(1, 19))
def test_split_advances_and_loses_nothing_at_tiny_sizes(parts: list[tuple[str, str]], size: int) -> None:
    document = built(parts)
    made = split(document, size, 2)
    covered = {new.chunk.start + at for new in made for s in new.statements for at in range(s.start, s.end)}
    wanted = [s for s in statements(document) if s.kind != "furniture"]
    assert all(at in covered or document.text[at].isspace() for s in wanted for at in range(s.start, s.end))
    assert all(a.chunk.start < b.chunk.start for a, b in pairwise(made))


@given(parts=laid_out)
def test_split_cuts_only_what_exceeds_the_size(parts: list[tuple[str, str]]) -> None:
    document = built(parts)
    whole = {(s.start, s.end) for s in statements(document)}
    for new in split(document, 60, 1):
        for s in new.statements:
            place = (new.chunk.start + s.start, new.chunk.start + s.end)
            if place not in whole:
                start, end = next((a, b) for a, b in whole if a <= place[0] and place[1] <= b)
                assert tokens(document.text[start:end]) > 60


@pytest.mark.parametrize("text", ["", " \n\n\t "], ids=["empty", "blank"])
def test_split_of_nothing_gives_no_chunks(text: str) -> None:
    assert split(plain(text), 200, 1) == ()


def test_split_of_furniture_alone_gives_no_chunks() -> None:
    assert split(built([("furniture", "Page 1"), ("furniture", "Page 2")]), 200, 1) == ()


@pytest.mark.parametrize(("size", "overlap"), [(0, 0), (10, -1)])
def test_split_refuses_senseless_sizes(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match=f"overlap={overlap}"):
        split(plain("A."), size, overlap)


def test_neighbours_share_whole_statements() -> None:
    sentences = [f"The delegation of year {1900 + year} left the city." for year in range(40)]
    made = split(plain(" ".join(sentences)), 60, 2)
    assert len(made) > 5
    assert all(said(after)[:2] == said(before)[-2:] for before, after in pairwise(made))


def test_identical_statements_keep_their_own_places() -> None:
    made = split(plain("All rights reserved. " * 50), 20, 0)
    assert [new.chunk.start % 21 for new in made] == [0] * len(made)
    assert sum(len(new.statements) for new in made) == 50


TALKS = "The talks went on for days."


def test_a_half_full_chunk_ends_before_a_heading_and_shares_nothing_across_it() -> None:
    document = built(
        [("heading", "One"), ("paragraph", f"{TALKS} " * 6), ("heading", "Two"), ("paragraph", "It began again.")]
    )
    assert [said(new) for new in split(document, 70, 2)] == [["One", *[TALKS] * 6], ["Two", "It began again."]]


def test_short_sections_share_a_chunk() -> None:
    document = built([("heading", "One"), ("paragraph", "It began."), ("heading", "Two"), ("paragraph", "It ended.")])
    (new,) = split(document, 60, 1)
    assert new.chunk.text == document.text


def test_a_heading_is_never_the_last_statement_of_a_chunk() -> None:
    parts = [block for n in range(30) for block in (("heading", f"Part {n}"), ("paragraph", f"{TALKS} " * (n % 7 + 1)))]
    assert all(new.statements[-1].kind != "heading" for new in split(built(parts), 50, 1))


def test_a_heading_before_a_large_block_moves_to_the_next_chunk() -> None:
    document = built([("paragraph", TALKS), ("heading", "Code"), ("code", "step " * 55)])
    assert [[s.kind for s in new.statements] for new in split(document, 60, 0)] == [["paragraph"], ["heading", "code"]]


def test_a_chunk_prefers_to_end_between_paragraphs() -> None:
    made = split(built([("paragraph", f"{TALKS} " * 3)] * 6), 60, 0)
    assert all(len(new.statements) % 3 == 0 for new in made)


def test_a_list_stays_with_its_lead_in_where_both_fit() -> None:
    items = [("item", f"Member number {n} of the board") for n in range(5)]
    document = built([("paragraph", f"{TALKS} " * 5), ("paragraph", "The board consists of:"), *items])
    first, second = split(document, 60, 0)
    assert said(first) == [TALKS] * 5
    assert said(second) == ["The board consists of:", *(text for _, text in items)]


def test_items_and_rows_are_never_cut_and_know_what_introduces_them() -> None:
    rows = [("row", f"Branch {n} of Fjordby | Tuva Lie | {n}") for n in range(40)]
    made = split(built([("paragraph", "Our branches:"), *rows]), 60, 1)
    assert len(made) > 5
    for new in made[1:]:
        assert all(text.count(" | ") == 2 for text in said(new))
        assert all(s.context == "Our branches:" and s.reading.startswith("Column 0:") for s in new.statements)
        assert new.header == "A\nOur branches:\n"


def test_furniture_lies_within_chunks_but_is_no_statement_of_theirs() -> None:
    document = built([("paragraph", "It began."), ("furniture", "Page 7"), ("paragraph", "It ended.")])
    (new,) = split(document, 60, 0)
    assert (said(new), "Page 7" in new.chunk.text) == (["It began.", "It ended."], True)
    assert "Page 7" not in new.embedded[0]


def test_the_header_is_byline_headings_and_about_within_its_bound() -> None:
    document = built([("heading", "Fees"), ("paragraph", f"{TALKS} " * 12)]).model_copy(
        update={"about": "Employee: Sybil Moor", "publisher": "Moor Ltd"}
    )
    first, second = split(document, 60, 0)
    assert first.header == "A. Moor Ltd\nEmployee: Sybil Moor\n"
    assert second.header == "A. Moor Ltd\nFees\nEmployee: Sybil Moor\n"
    long = split(document.model_copy(update={"about": "word " * 500}), 60, 0)
    assert all(tokens(new.header) == HEADER_TOKENS for new in long)
    assert all(new.header == "" for new in split(document, 60, 0, header=False))


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("we met the men, who were old and grey, " * 20, ","),
        ("somewhere " * 200, "e"),
        ("停火协议从周一开始生效，双方都同意，" * 20, "，"),
        ("k" * 5000, "k"),
    ],
    ids=["clauses", "words", "cjk", "characters"],
)
def test_a_statement_beyond_the_size_is_cut_at_the_best_place(text: str, ends: str) -> None:
    made = split(plain(text), 60, 0)
    assert len(made) > 3
    assert all(new.chunk.text.endswith(ends) for new in made)


def test_long_code_is_cut_at_line_ends() -> None:
    code = "\n".join(f"value_{n} = compute(first, second, third)" for n in range(30))
    made = split(built([("code", code)]), 60, 0)
    assert len(made) > 3
    assert [line for new in made for line in new.chunk.text.splitlines()] == code.splitlines()


def test_an_emoji_of_several_characters_stays_whole() -> None:
    family = "👩‍👩‍👧‍👦"
    assert all(set(new.chunk.text.split(family)) == {""} for new in split(plain(family * 100), 50, 0))


@pytest.mark.parametrize(
    "text",
    [
        "The heads of the two armies spoke by telephone on Monday, and both sides agreed that Pahlgam, "
        "Rajouri and Kupwara should be spared. ",
        "Die Bundesregierung hat am Donnerstag beschlossen, die Verhandlungen fortzusetzen. ",
        "Правительство объявило в четверг, что переговоры о прекращении огня возобновятся. ",
        "Chính phủ hôm thứ Năm thông báo rằng các cuộc đàm phán sẽ được nối lại. ",
        "외무장관은 상황이 우려스럽다고 말했다. ",
        "سرحدی علاقوں میں جنگ بندی کے معاہدے پر مذاکرات دوبارہ شروع ہوں گے۔ ",
        "9f86d081884c7d659a2feaa0c55ad015 3.14159 +92-300-1234567 ",
        "def split(text: str) -> list[Span]: return [Span(a, b) for a, b in _blocks(text)] ",
        "k" * 3000,
    ],
    ids=["english", "german", "russian", "vietnamese", "korean", "urdu", "hashes", "code", "one word"],
)
def test_what_is_embedded_of_a_chunk_of_200_fits_the_embedder(text: str, embedder: MiniLM) -> None:
    document = plain(text * 30).model_copy(update={"about": "Employee: " + "Sybil Moor, " * 40})
    made = split(document, 200, 1, embedder.tokenize)
    sizes = [len(found) for found in embedder.tokenize([new.embedded[0] for new in made])]
    assert len(made) > 1
    assert max(sizes) + 2 <= MAX_TOKENS


def test_word_tokens_count_words_signs_and_characters_of_unspaced_scripts() -> None:
    counts = [len(found) for found in word_tokens(["", " \n", "今天下雨。", "the ceasefire.", "2025", "🎉🎉"])]
    assert counts == [0, 0, 5, 4, 1, 2]
