"""Sentences are found where a reader sees them, at exact places."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.english.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


# In each text "|" marks where a sentence has to end; it is taken out before the text is split.
RUNNING = {
    "plain": "It began. |It went on! |Did it end? |Yes.",
    "country": "The U.S. Army left the U.S. in May. |He saw the U.K. |The rest saw Rome, D.C. |It fell.",
    "ranks": "Lt. Gen. Asim Khan met Dr. Smith, Prof. Lee and Mr. and Mrs. Brown. |Sgt. York waited.",
    "initials": "J. K. Rowling met J.R.R. Tolkien and John F. Kennedy Jr. in Rome. |They talked.",
    "number sign": "It is No. 4 of vol. 2, pp. 3 and fig. 7. |Did he? |No. |I did not.",
    "times": "It began at 5 p.m. Monday and at 9 a.m. EST. |It ended at 11 p.m. |Officials left.",
    "latin": "Fruit, e.g. apples, i.e. Malus, cf. Fig. 2, vs. Brown et al. was eaten, etc. |Then he slept.",
    "months": "On Jan. 5 and Sept. 11, 2001 it rained. |In Dec. the snow came.",
    "dates": "It was 8 May 2025. |Then 9 May came. |It was May 10, 2025. |26 people came.",
    "units": "It cost Rs. 500 and was 5 ft. 3 in. tall. |It rose 5 km. |That was all.",
    "decimals": "Version 2.5.1 grew 3.5% to 1,200.75. |It was $4.50. |$5 is more.",
    "firms": "Apple Inc. said Google LLC. was late, and Smith & Co. agreed. |The end.",
    "saints": "From St. Louis to Mt. Everest. |It is far.",
    "ellipsis": "Well... maybe so… and on. |He waited... |Then he left. |Wait… |What?",
    "elision": "He said \u201cthe talks [...] went on\u201d and left (...) again. |It ended.",
    "straight quotes": 'He said "it ended." |Then he left. |"Why?" |She knew.',
    "curly quotes": "He said \u201cit ended.\u201d |Then \u2018it began.\u2019 |\u201cGood.\u201d |It was.",
    "asked": '"Why now?" he asked. |"Why now?" Mr. Smith said. |"Stop!" the guard cried.',
    "two in quotes": "\u201cIt began. |It ended,\u201d he said.",
    "attributed": '"Never tile before noon." — Ilse Vang',
    "brackets": "He left (in May.) |Then he (b. 1930 in Ulm. It grew.) came. |(It ended. |He left.) |Next.",
    "runs": "Really?! |No!! |What?? |Yes.",
    "digits first": "It rose. |26 people came in 2005. |3 left.",
    "brands": "Phones sold. |iPhone sales grew! |eBay fell. |adidas rose.",
    "web": "See https://a.org/b.c?d=e.F or a.b@c.org. |News.Az wrote to Node.js. |Example.com. |It is.",
    "cited": "It ended. [1] |Then it began.[2][3] |So.[citation needed] |It rose.\u00b9 |Yes.",
    "emoji": "Great! \U0001f389 |Then we left. \U0001f44d\U0001f3fd |Yes.",
    "letters": "They took plan B. |It failed. |World War I. |The end. |Is P equal to C? |Of course.",
    "steps": "Steps: 1. Open it. |2. Close it. |3. Go.",
    "glued": "The talks had ended.|The next began.",
    "tokenised": "It ended . |He said `` no . '' |Then , he left ( at noon ) .",
    "chinese": "今天下雨。|他走了！|真的？|是的，他说：“好。”|完了。",
    "japanese": "「行くよ。」と言った。|終わり。|３．５です。",
    "hindi": "यह शुरू हुआ। |यह समाप्त हुआ।",
    "urdu": "بات شروع ہوئی۔ |کیا ختم ہوئی؟ |ہاں۔",
    "german": "Er kam am 8. Mai 2025. |Dann ging er.",
    "french": "« Il vient. » |Puis il part. |Quoi ? dit-il.",
    "spanish": "¿Qué pasa? |¡Nada! |Él se fue.",
}
LAID_OUT = {
    "blank line": "No stop here\n\n|But here.",
    "blank line with spaces": "one\n \t\n|two",
    "wrapped": "The talks, which\nwere held in\nGeneva, ended. |They\nbegan again.",
    "wrapped number": "In the match he scored\n12. |Then he left.",
    "title above prose": "Talks in Geneva\n|" + "The talks went on in the city, and " * 5 + "ended.",
    "headings": "# What? Nothing. More\n|Text that goes\non\n|## Two\n|Text",
    "underlined": "Title\n|=====\n|Text",
    "bullets": "They brought\n|- apples. |Red ones\n|- pears\n  and plums\n|* nuts",
    "numbers": "Do this:\n|1. Open it\n|2. Close it. |Well\n|10) Go",
    "after a blank": "Steps\n\n|3. Third\n|4. Fourth",
    "code": "Run\n|```\n|pip install x. Y\n|run it\n|```\n|Done",
}


@pytest.mark.parametrize("marked", RUNNING.values(), ids=RUNNING)
def test_punctuation_ends_sentences(marked: str) -> None:
    parts = marked.split("|")
    assert sentences("".join(parts)) == [part.strip() for part in parts]


@pytest.mark.parametrize("marked", LAID_OUT.values(), ids=LAID_OUT)
def test_layout_ends_sentences(marked: str) -> None:
    parts = marked.split("|")
    assert sentences("".join(parts)) == [part.strip() for part in parts]


def test_table_rows_are_sentences() -> None:
    rows = ["| a. B | c |", "|---|---|", "| 1 | 2 |"]
    assert sentences("Text\n" + "\n".join(rows) + "\nafter") == ["Text", *rows, "after"]


SCRAPS = (
    'It ended.~ ~\n~\n\n~Dr. ~(~)~"~[1]~。~「~」~...~?!~1. ~- ~# ~|~```~===~a~U.S.~\r\n~\u2028~\x1f~e.g.'
    "~\U0001f389~\u00a0~\u200b"
)
scraps = st.sampled_from(SCRAPS.split("~"))


@given(st.lists(scraps, max_size=40).map("".join) | st.text(max_size=200))
def test_every_visible_character_lies_in_exactly_one_span(text: str) -> None:
    spans = split_sentences(text)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    places = {place for span in spans for place in range(span.start, span.end)}
    assert {place for place, mark in enumerate(text) if not mark.isspace()} <= places
