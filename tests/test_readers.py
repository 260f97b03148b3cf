"""Whatever a file of any format holds: blocks and statements lie in the text in order, and chunks are verbatim."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.errors import DocumentError
from assistant.ingest.parsers import parser_for
from assistant.ingest.parsers.content import Content
from assistant.ingest.split import split
from assistant.types import Document
from tests.properties import fewer
from tests.reading import assert_sound
from tests.robustness.formats import SUFFIXES, made
from tests.robustness.hostile import spoiled

SAID = "berth Ölfaß 12,5 £12 (b) Dr. z.B. naïve re-use 東京。 العربية a\u00adb ** _x_ | > https://x.org 5% U.S."
WORDS = st.sampled_from([*SAID.split(), "\u200b"])
PROSE = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
LINES = st.one_of(
    PROSE,
    PROSE.map(lambda said: f"{said}. {said}!"),
    st.builds(
        "{}{} {}".format, st.sampled_from(["", "  ", "\t"]), st.sampled_from("- * 1. 2) (a) • 3.1".split()), PROSE
    ),
    st.builds("{}: {}".format, st.sampled_from(["From", "Date", "**Rent**", "Label"]), PROSE),
    st.lists(PROSE, min_size=2, max_size=4).map(" | ".join),
    st.lists(PROSE, min_size=2, max_size=4).map("   ".join),
    st.sampled_from(
        ["", "", "# Rent", "== Rent", "====", "---", "```", "> On 5 May Ada wrote:", "> said", "Rent:", "\f"]
    ),
)
TEXTS = st.lists(LINES, min_size=1, max_size=25).map("\n".join).filter(str.strip)
DOCUMENTS = st.builds(Document, source=st.just("a"), title=PROSE, publisher=st.none() | PROSE, text=TEXTS)
RIVERS = "\n\n".join(f"# River {n}\n\nIt rose by {3 * n} metres.\n\n- in May\n- in June: twice" for n in range(12))
GOOD = {
    suffix: made(Document(source="a", title="Rivers", published=date(2025, 5, 8), text=RIVERS), suffix)
    for suffix in SUFFIXES
}


def assert_faithful(content: Content) -> None:
    """What a document of ``content`` is cut into is what stands there."""
    document = Document(source="a", title="a", text=content.text, blocks=content.blocks, pages=content.pages)
    assert_sound(document)
    for chunk, said in (each[:2] for each in split(document, 40, 1)):
        assert document.text[chunk.start : chunk.end] == chunk.text
        assert all(chunk.text[start:end].strip() for start, end, *_ in said)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(document=DOCUMENTS)
@fewer(10)
def test_quotations_of_any_file_are_verbatim(suffix: str, document: Document) -> None:
    try:
        content = parser_for(suffix)(made(document, suffix), f"a{suffix}")
    except DocumentError:
        return  # text without words may be taken for unreadable letters, which is told
    assert_faithful(content)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(seed=st.integers(0, 1_000_000))
@example(seed=1623)  # leaves of a message nothing but its date
@fewer(10)
def test_quotations_of_what_is_left_of_a_file_are_verbatim(suffix: str, seed: int) -> None:
    data = spoiled(GOOD[suffix], GOOD, random.Random(seed))  # noqa: S311 - spoiling is no cryptography
    try:
        content = parser_for(suffix)(data, f"a{suffix}")
    except DocumentError:
        return
    except Exception:  # what libraries raise for damaged files; ``read_document`` puts it into words
        return
    assert_faithful(content)
