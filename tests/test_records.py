"""JSON, notebooks and transcripts give records as rows, cells in order, and turns of who speaks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import DocumentError
from tests.reading import load, outline


def test_objects_are_rows_with_their_keys(tmp_path: Path) -> None:
    lines = '{"name": "Oona", "age": 41, "tags": ["a", "b"]}\n'
    lines += '{"name": "Ben", "home": {"city": "Oslo"}, "age": null}\n'
    assert outline(load(tmp_path, "a.jsonl", lines)) == [
        "row: name: Oona · age: 41 · tags: a, b",
        "row: name: Ben · home city: Oslo",
    ]
    both = [{"name": "Ana", "role": "Chair"}, {"name": "Bo", "role": "Clerk"}]
    assert outline(load(tmp_path, "a.json", json.dumps(both)))[1] == "row: name: Bo · role: Clerk"


def test_an_object_is_fields_and_headings(tmp_path: Path) -> None:
    value = {"berths": [{"id": 1, "length": 9.2}], "name": "harbour", "scripts": {"build": "make", "test": "make test"}}
    document = load(tmp_path, "a.json", json.dumps(value))
    assert document.title == "harbour"
    assert outline(document) == [
        "field: name: harbour",
        "heading: berths",
        "row: id: 1 · length: 9.2 <berths>",
        "heading: scripts",
        "field: build: make <scripts>",
        "field: test: make test <scripts>",
    ]


def test_text_in_an_object_is_laid_out(tmp_path: Path) -> None:
    line = json.dumps({"title": "Talks", "text": "They resumed.\n\n- on Monday\n- at noon\n", "id": 7})
    assert outline(load(tmp_path, "a.jsonl", line))[1:] == [
        "paragraph: They resumed. <Talks>",
        "item: on Monday <Talks>",
        "item: at noon <Talks>",
    ]


@pytest.mark.parametrize("content", ["{a}", "[" * 100_000, '{"a": "b'], ids=["no key", "deep", "cut"])
def test_what_is_no_json_says_where(tmp_path: Path, content: str) -> None:
    with pytest.raises(DocumentError, match=r"'a\.json', line 1: not JSON"):
        load(tmp_path, "a.json", content)


def test_a_notebook_gives_text_code_and_output(tmp_path: Path) -> None:
    table = "<table><thead><tr><th></th><th>a</th></tr></thead><tr><th>0</th><td>1</td></tr></table>"
    outputs = [{"text": ["2\n"]}, {"data": {"text/html": table}}, {"data": {"image/png": "x"}}]
    cells = [
        {"cell_type": "markdown", "source": ["# Tides\n", "\n", "High water is *late*.\n"]},
        {"cell_type": "code", "source": "print(1 + 1)", "outputs": outputs},
    ]
    document = load(tmp_path, "a.ipynb", json.dumps({"cells": cells, "nbformat": 4}))
    assert document.title == "Tides"
    assert outline(document)[1:] == [
        "paragraph: High water is late. <Tides>",
        "code: print(1 + 1) <Tides>",
        "code: 2 <Tides>",
        "furniture: a <Tides>",
        "row: 0 · a: 1 <Tides>",
    ]
    with pytest.raises(DocumentError, match="no cells"):
        load(tmp_path, "a.ipynb", "{}")


def test_turns_of_a_transcript_say_who_and_when(tmp_path: Path) -> None:
    captions = "WEBVTT - Council\n\n1\n00:00:01.000 --> 00:00:04.000\n<v Tilda Orne>We begin with\n\n"
    captions += "00:00:04.000 --> 00:00:06.500\n<v Tilda Orne>the budget.\n\n"
    captions += "01:01:05.000 --> 01:01:07.000\n<v Bo Lind>I second.\n"
    document = load(tmp_path, "a.vtt", captions)
    assert (document.title, document.kind) == ("Council", "transcript")
    assert outline(document) == [
        "quotation: We begin with the budget. <0:01 › Tilda Orne:>",
        "quotation: I second. <1:01:05 › Bo Lind:>",
    ]


def test_subtitles_without_names_say_when(tmp_path: Path) -> None:
    subtitles = "1\n00:00:01,000 --> 00:00:04,000\nANNA: Where is it?\n\n2\n"
    subtitles += "00:01:06,500 --> 00:01:08,000\n<i>Sold</i> in May.\n"
    assert outline(load(tmp_path, "a.srt", subtitles)) == [
        "quotation: Where is it? <0:01 › ANNA:>",
        "paragraph: Sold in May. <1:06>",
    ]
    with pytest.raises(DocumentError, match="holds no line such as"):
        load(tmp_path, "a.srt", "Only text.\n")
