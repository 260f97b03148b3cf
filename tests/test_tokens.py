"""Words keep their places, and their stems meet across spellings."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.english.tokens import STOPWORDS, content_stems, is_stopword, stem, stems, words

WORDS = {
    "plain": ("It ended, then.", ["It", "ended", "then"]),
    "numbers": ("1,200 or 3.5 of 10,20", ["1,200", "or", "3.5", "of", "10,20"]),
    "missing space": ("dogs,cats", ["dogs", "cats"]),
    "apostrophes": ("didn't O’Brien's", ["didn't", "O’Brien's"]),
    "hyphens": ("a cease-fire -- twice", ["a", "cease-fire", "twice"]),
    "stops": ("News.Az of the U.S. army", ["News.Az", "of", "the", "U.S", "army"]),
    "underscores": ("snake_case", ["snake", "case"]),
    "chinese": ("停战2003年", ["停", "战", "2003", "年"]),
    "hindi": ("हिन्दी में", ["हिन्दी", "में"]),
    "decomposed": ("cafe\u0301s", ["cafe\u0301s"]),
    "nothing": (" -- … ", []),
}


@pytest.mark.parametrize(("text", "expected"), WORDS.values(), ids=WORDS)
def test_words(text: str, expected: list[str]) -> None:
    assert [word.text for word in words(text)] == expected


SAME_STEM = {
    "case and plural": ("Ceasefires", "ceasefire"),
    "hyphen": ("cease-fire", "ceasefire"),
    "odd hyphen": ("cease‑fire", "cease-fire"),
    "possessive": ("India's", "India"),
    "curly possessive": ("India’s", "India"),
    "accents": ("Müller", "Muller"),
    "decomposed accents": ("cafe\u0301", "café"),
    "letters without decomposition": ("Łódź", "lodz"),
    "acronym": ("U.S", "US"),
    "thousands": ("1,200", "1200"),
    "lakhs": ("1,50,000", "150000"),
    "inflection": ("attacking", "attacked"),
}


@pytest.mark.parametrize(("one", "other"), SAME_STEM.values(), ids=SAME_STEM)
def test_spellings_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("3.5", "35"), ("10-12", "1012"), ("1,2", "12"), ("2003", "2004")])
def test_different_numbers_do_not_share_a_stem(one: str, other: str) -> None:
    assert stem(one) != stem(other)


COMPOUNDS = {
    "hyphen": ("two-day", ["twoday", "two", "day"]),
    "name": ("al-Qaida", ["alqaida", "al", "qaida"]),
    "site": ("News.Az", ["news.az", "news", "az"]),
    "range": ("10-12", ["10-12", "10", "12"]),
    "decimal": ("3.5", ["3.5"]),
    "acronym": ("U.S.", ["us"]),
}


@pytest.mark.parametrize(("text", "expected"), COMPOUNDS.values(), ids=COMPOUNDS)
def test_compounds_give_whole_and_parts(text: str, expected: list[str]) -> None:
    assert stems(text) == expected


CONTENT = {
    "common words go": ("When did it end?", ["end"]),
    "contractions go": ("It didn't end; who's there? They’ve left.", ["end", "left"]),
    "sloppy contractions go": ("whens the truce", ["truce"]),
    "country": ("Did the US help us?", ["us", "help"]),
    "shouted": ("WHO SAID IT", ["say"]),
    "irregular verbs": ("They sold it and wrote it down.", ["sell", "write"]),
    "nothing left": ("Who is it?", ["who", "is", "it"]),
    "empty": ("", []),
}


@pytest.mark.parametrize(("text", "expected"), CONTENT.values(), ids=CONTENT)
def test_content_stems(text: str, expected: list[str]) -> None:
    assert content_stems(text) == expected


@pytest.mark.parametrize(
    ("word", "is_one"), [("The", True), ("didn’t", True), ("US", False), ("us", True), ("A", True)]
)
def test_stopwords(word: str, is_one: bool) -> None:
    assert is_stopword(word) is is_one


def test_stopwords_are_lower_case() -> None:
    assert all(word == word.lower() for word in STOPWORDS)


@given(st.text())
def test_words_stand_where_they_say_in_order(text: str) -> None:
    found = words(text)
    assert all(text[word.start : word.end] == word.text != "" for word in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(st.text())
def test_every_letter_and_digit_lies_in_a_word(text: str) -> None:
    inside = {at for word in words(text) for at in range(word.start, word.end)}
    assert all(at in inside for at, c in enumerate(text) if c.isalnum())


@given(st.text())
def test_any_text_has_stems(text: str) -> None:
    assert len(stems(text)) >= len(words(text))
    assert set(content_stems(text)) <= set(stems(text))
