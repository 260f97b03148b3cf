"""Names are found as a reader would mark them, at exact places."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.english.names import names

NAMES = {
    "titles": ("Today Lt. Gen. Asim Munir met Dr. Smith.", ["Lt. Gen. Asim Munir", "Dr. Smith"]),
    "initials": ("It was J. K. Rowling and John F. Kennedy.", ["J. K. Rowling", "John F. Kennedy"]),
    "sites and channels": ("It told News.Az and CNN-News18.", ["News.Az", "CNN-News18"]),
    "small first part": ("They blame al-Qaida and Omar al-Baghdadi fled.", ["al-Qaida", "Omar al-Baghdadi"]),
    "hyphens inside": ("Then Operation Bunyan-um-Marsus began.", ["Operation Bunyan-um-Marsus"]),
    "prefix and suffix": ("A pro-India, US-brokered and Delhi-based group.", ["India", "US", "Delhi"]),
    "number in name": ("Then COVID-19 came.", ["COVID-19"]),
    "possessives": ("Then India's Narendra Modi and Pakistan’s army met.", ["India", "Narendra Modi", "Pakistan"]),
    "joined": (
        "At the Line of Control and the Chief of the Army Staff.",
        ["Line of Control", "Chief of the Army Staff"],
    ),
    "particles": ("Here Ludwig van Beethoven met Charles de Gaulle.", ["Ludwig van Beethoven", "Charles de Gaulle"]),
    "and separates": ("Both India and Pakistan agreed.", ["India", "Pakistan"]),
    "comma separates": ("From Paris, London and Rome.", ["Paris", "London", "Rome"]),
    "acronyms": ("The US, the U.S. and the WHO left.", ["US", "U.S.", "WHO"]),
    "acronym first": ("NATO left.", ["NATO"]),
    "brands": ("She bought an iPhone from AT&T.", ["iPhone", "AT&T"]),
    "irish": ("They asked O'Brien.", ["O'Brien"]),
    "accents": ("In Łódź and Évian he met Šarić.", ["Łódź", "Évian", "Šarić"]),
    "opening word": ("Officials left. Nobody came.", []),
    "opening name known elsewhere": ("Pakistan said no. It was Pakistan.", ["Pakistan", "Pakistan"]),
    "opening name unknown": ("Pakistan said no.", []),
    "opening run": ("Prime Minister Sharif spoke.", ["Prime Minister Sharif"]),
    "article opens": ("The Pakistani army left.", ["Pakistani"]),
    "adverb opens": ("However India left. Yesterday Modi spoke.", ["India", "Modi"]),
    "quotation opens": ("He said: “Peace is good,” and left.", []),
    "name in quotation": ("He said “Sindoor” began.", ["Sindoor"]),
    "sentences end names": ("He is in Islamabad. The talks of Delhi.", ["Islamabad", "Delhi"]),
    "calendar": ("It came on Monday, 5 May and I left in June.", []),
    "headline": ("INDIA AND PAKISTAN AGREE TO TRUCE\n\nBoth India and China met.", ["INDIA", "India", "China"]),
    "bullet": ("- Pakistan left\n- In Pakistan", ["Pakistan", "Pakistan"]),
    "lower case": ("nothing here at all", []),
    "empty": ("", []),
}


@pytest.mark.parametrize(("text", "expected"), NAMES.values(), ids=NAMES)
def test_names(text: str, expected: list[str]) -> None:
    assert [name.text for name in names(text)] == expected


def test_title_case_heading_keeps_its_names_apart() -> None:
    found = [name.text for name in names("India and Norway Army Leaders Meet in Oslo Amid Tensions")]
    assert len(found) > 1
    assert not any(" and " in name for name in found)


@given(
    st.text()
    | st.lists(st.sampled_from("India Lt. of the al-Qaida said \n\n . “ US's I-I -A May".split(" "))).map(" ".join)
)
def test_names_stand_where_they_say_in_order(text: str) -> None:
    found = names(text)
    assert all(text[name.start : name.end] == name.text for name in found)
    assert all(name.text == name.text.strip() != "" for name in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(name.text != name.text.lower() for name in found)
