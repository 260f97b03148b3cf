"""Markdown keeps its text, and its marks say what each line is and are not read aloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.ingest.inline import strip_markup
from tests.reading import load, outline


def lines(folder: Path, text: str) -> list[str]:
    return outline(load(folder, "a.md", text))


def test_headings_lists_tables_and_code_are_blocks(tmp_path: Path) -> None:
    text = "# Gritsort\n\nIt *sorts* [logs](x.md).\n\n## Use\n\nYou need:\n\n1. a log\n   - or two\n"
    text += "2. time\n\n```sh\ngritsort\n```\n\n"
    text += "| Option | Default |\n|---|---|\n| `port` | 8417 |\n"
    document = load(tmp_path, "a.md", text)
    assert document.text == text
    assert outline(document) == [
        "heading: Gritsort",
        "paragraph: It sorts logs. <Gritsort>",
        "heading: Use <Gritsort>",
        "paragraph: You need: <Gritsort › Use>",
        "item: 1. a log <Gritsort › Use › You need:>",
        "item: or two <Gritsort › Use › You need: 1. a log>",
        "item: 2. time <Gritsort › Use › You need:>",
        "code: gritsort <Gritsort › Use>",
        "furniture: Option | Default <Gritsort › Use>",
        "row: Option: port · Default: 8417 <Gritsort › Use>",
    ]


def test_a_header_with_empty_cells_goes_on_in_the_row_below(tmp_path: Path) -> None:
    text = "| | Adults | |\n|---|---|---|\n| Ward | Men | Women |\n| Surgery | 41 | 38 |\n| Eyes | 12 | 19 |\n"
    assert lines(tmp_path, text)[2] == "row: Ward: Surgery · Adults Men: 41 · Adults Women: 38"


def test_the_title_of_a_table_is_the_context_of_its_rows(tmp_path: Path) -> None:
    text = "Table 1: Income (in thousands of euro)\n\n| Item | 2021 |\n|---|---|\n| Revenue | 3,910 |\n"
    assert lines(tmp_path, text)[-1] == "row: Item: Revenue · 2021: 3,910 <Table 1: Income (in thousands of euro)>"


def test_lines_with_bold_labels_are_fields(tmp_path: Path) -> None:
    text = "**Fender**: a cushion.\n\n**Port:** 8417\n**Host:** localhost\n\n**Painter** - the rope.\n"
    document = load(tmp_path, "a.md", text)
    assert [block.kind for block in document.blocks] == ["field"] * 4
    assert outline(document)[3] == "field: Painter - the rope."


def test_a_line_that_is_bold_throughout_is_a_heading(tmp_path: Path) -> None:
    assert (
        lines(tmp_path, "# A\n\n**Opening hours**\n\nNine to five.\n")[2]
        == "paragraph: Nine to five. <A › Opening hours>"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Ada Lovelace wrote:\n\n> The engine weaves\n> patterns. It does.\n",
        "It is known.\n\n> The engine weaves\n> patterns. It does.\n>\n> — Ada Lovelace\n",
    ],
    ids=["before", "after"],
)
def test_a_quotation_is_of_who_is_named_beside_it(tmp_path: Path, text: str) -> None:
    said = lines(tmp_path, text)
    assert "quotation: The engine weaves patterns. <Ada Lovelace:>" in said
    assert "quotation: It does. <Ada Lovelace:>" in said


def test_rows_without_a_line_of_dashes_are_a_table(tmp_path: Path) -> None:
    text = "| Name | Role | Since |\n| Ana | Chair | 2019 |\n| Bo | Clerk | 2021 |\n"
    assert lines(tmp_path, text)[1] == "row: Name: Ana · Role: Chair · Since: 2019"


def test_html_in_markdown_gives_its_text_only(tmp_path: Path) -> None:
    text = '# A\n\n<!-- no -->\n\n<p align="center"><img src="x.png"></p>\n\n<details>\n'
    text += "<summary>More</summary>\n</details>\n\nText.\n"
    assert lines(tmp_path, text) == ["heading: A", "paragraph: More <A>", "paragraph: Text. <A>"]


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("**bold** and *italic* and __both__", "bold and italic and both"),
        ("a `code *x*` b", "a code *x* b"),
        ("see [here](https://x.example/a_(b)) and ![a cat](c.png)", "see here and a cat"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("**half of it", "half of it"),
        ("Dora <dora@park.example> & AT&amp;T", "Dora <dora@park.example> & AT&T"),
        ("a<br>b", "ab"),
        (r"1\. not a list \*", "1. not a list *"),
    ],
)
def test_inline_markup_is_not_read(marked: str, plain: str) -> None:
    assert strip_markup(marked) == plain
