"""Whatever a file holds, its blocks are in order, apart and inside the text, and every statement is verbatim."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DocumentError
from assistant.ingest.parsers import PARSERS, SUFFIXES, parser_for
from assistant.types import Document
from tests.properties import fewer
from tests.reading import assert_sound, load
from tests.robustness import formats

TALKS = Document(
    source="a.md",
    title="Truce talks",
    text="# Talks\n\nThe truce came in May. It held.\n\n## Sides\n\nBoth sides met:\n\n- north\n- south\n",
)
TEXTUAL = (
    ".txt",
    ".md",
    ".rst",
    ".adoc",
    ".html",
    ".eml",
    ".mbox",
    ".msg",
    ".vtt",
    ".srt",
    ".jsonl",
    ".json",
    ".ipynb",
)

SCRAPS = """
The talks ended on Monday. Both sides left.|a line that goes on|Short title|ALL CAPITALS|3.2 Scope|1. one|- two
  * three|    four|Label: value|**Bold:** value|Name:|Branch    Staff|Fjordby      31|=====|-----|~~~|```|> quoted
>> deeper|On 3 June 2024, Dora Lind wrote:|-- |Sent from my phone|[10:02] Mira: hi|Anna: Where is it?|Page 3 of 9
.. note:: x|   :opt: y|::|== Section|----|term:: def|# Heading|<p>tag|</table>|<table><tr><td colspan=3>x|<ul><li>
<blockquote>|<br>|From: a@b.example|Subject: x|From a@b Mon Jun 3 08:00:00 2024|WEBVTT
00:00:01.000 --> 00:00:02.000|{"a": 1, "b": {"c": [2]}}|{"text": "- x\\n- y"}|broken wo-|rd here
図書館は九時に開きます。
"""
scraps = st.sampled_from(
    [scrap for line in SCRAPS.strip("\n").split("\n") for scrap in line.split("|")]
    + ["a | b | c", "| d | e |", "|---|---|", "|===", "\ttab\tcells\there", "\f", "\u2028", "é\u0301"]
)
texts = st.lists(
    st.tuples(scraps, st.sampled_from(["\n", "\n\n", "\n\n\n", " ", "\r\n"])).map("".join), max_size=25
).map("".join)


@pytest.mark.parametrize("suffix", TEXTUAL)
@fewer(2)
@given(text=texts)
def test_any_text_gives_sound_blocks_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, text: str
) -> None:
    try:
        document = load(tmp_path_factory.mktemp("any"), f"a{suffix}", text)
    except DocumentError:
        return
    assert_sound(document)
    assert Document.model_validate_json(document.model_dump_json()) == document


@pytest.mark.parametrize("suffix", TEXTUAL)
@fewer(4)
@given(content=st.binary(max_size=200))
def test_any_bytes_give_sound_blocks_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, content: bytes
) -> None:
    try:
        document = load(tmp_path_factory.mktemp("any"), f"a{suffix}", content)
    except DocumentError:
        return
    assert document.text.strip()
    assert_sound(document)


@given(text=texts)
def test_plain_text_keeps_every_character_and_covers_all_but_marks(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    document = load(tmp_path_factory.mktemp("any"), "a.txt", f"x\n{text}")
    assert document.text == f"x\n{text}".replace("\r\n", "\n").replace("\r", "\n")
    covered = {at for block in document.blocks for at in range(block.start, block.end)}
    lost = "".join(sign for at, sign in enumerate(document.text) if at not in covered)
    # Bullets, drawn lines, marks of quotations, code fences, and the times and names of a dialogue.
    marks = "".join(lost.split())
    for said in ("[10:02]", *(f"{block.speaker}:" for block in document.blocks if block.speaker)):
        marks = marks.replace(said.replace(" ", ""), "")
    assert not any(map(str.isalnum, marks.replace("x", "")))


@pytest.mark.parametrize("suffix", formats.SUFFIXES)
def test_every_format_gives_sound_blocks(tmp_path: Path, suffix: str) -> None:
    document = load(tmp_path, f"a{suffix}", formats.made(TALKS, suffix))
    assert_sound(document)
    assert "The truce came in May." in " ".join(document.text.split())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_ending_has_a_parser(suffix: str) -> None:
    assert callable(parser_for(suffix))
    assert suffix == suffix.lower() in PARSERS
