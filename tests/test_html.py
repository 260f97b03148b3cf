"""HTML pages give their main text block by block, and leave out what a site shows on every page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reading import load, outline

SITE = """<html><head><title>Bridge reopens - Harbour Gazette</title></head><body>
<div id="cookie-banner"><p>We use cookies on this site.</p></div>
<header class="top"><a href="/">Harbour Gazette</a><ul class="menu"><li><a href="/n">News</a></li></ul></header>
<div><h1>Bridge reopens</h1>{body}</div>
<div class="related-articles"><ul><li><a href="/a">Ferry strike ends</a></li></ul></div>
<footer><p>Imprint</p></footer></body></html>"""


def lines(folder: Path, body: str) -> list[str]:
    return outline(load(folder, "a.html", f"<html><body>{body}</body></html>"))


def test_typed_bullets_and_numbers_are_items(tmp_path: Path) -> None:
    body = "<p>Bring:</p><p class='MsoListParagraph'>&middot;&nbsp;&nbsp; a coat</p><p>&middot;&nbsp; boots</p>"
    assert lines(tmp_path, body)[1:] == ["item: a coat <Bring:>", "item: boots <Bring:>"]
    assert lines(tmp_path, "<p>Bring:<br>- a coat<br>- boots</p>")[1:] == [
        "item: a coat <Bring:>",
        "item: boots <Bring:>",
    ]


def test_titles_and_depths_that_only_classes_tell(tmp_path: Path) -> None:
    body = "<p class='c1 title'>The plan</p><ul class='lst-kix_a1-0'><li>tape</li></ul>"
    body += "<ul class='lst-kix_a1-1'><li>black</li></ul>"
    assert lines(tmp_path, body) == [
        "heading: The plan",
        "item: tape <The plan>",
        "item: black <The plan › tape>",
    ]


def test_marks_of_notes_and_of_editing_are_left_out(tmp_path: Path) -> None:
    body = (
        "<h2>Huts<span class='mw-editsection'>[edit]</span></h2><p>It has 64 beds.<sup><a href='#n'>[1]</a></sup></p>"
    )
    assert lines(tmp_path, body) == ["heading: Huts", "paragraph: It has 64 beds. <Huts>"]


def test_what_a_site_shows_on_every_page_is_left_out(tmp_path: Path) -> None:
    body = "<p>The Sollow bridge reopened after eleven weeks of repairs.</p><p>It cost 3.2&nbsp;million crowns.</p>"
    document = load(tmp_path, "a.html", SITE.format(body=body))
    assert document.title == "Bridge reopens"
    assert outline(document) == [
        "heading: Bridge reopens",
        "paragraph: The Sollow bridge reopened after eleven weeks of repairs. <Bridge reopens>",
        "paragraph: It cost 3.2 million crowns. <Bridge reopens>",
    ]


def test_line_breaks_of_the_source_are_spaces_and_those_of_the_page_are_not(tmp_path: Path) -> None:
    document = load(tmp_path, "a.html", "<p>Takes away scratch\nfiles  from <b>the</b>\nfolder.<br>Then it\nends.</p>")
    assert document.text == "Takes away scratch files from the folder.\nThen it ends."


def test_lists_have_their_numbers_and_nest(tmp_path: Path) -> None:
    body = "<p>Three things:</p><ol start=4><li>Deck<li>Lamps<ul><li>ten</ul></ol><ol type=a><li>one</li></ol>"
    assert lines(tmp_path, body) == [
        "paragraph: Three things:",
        "item: 4. Deck <Three things:>",
        "item: 5. Lamps <Three things:>",
        "item: ten <Three things: 5. Lamps>",
        "item: a. one <Three things:>",
    ]


def test_definitions_are_fields(tmp_path: Path) -> None:
    body = "<dl><dt>Length</dt><dd>412 m</dd><dt>Tools</dt><dd><ul><li>saw</li></ul></dd></dl>"
    assert lines(tmp_path, body) == ["field: Length: 412 m", "heading: Tools", "item: saw <Tools>"]


def test_merged_cells_stand_in_each_of_their_rows_and_columns(tmp_path: Path) -> None:
    body = "<table><caption>Rates in euro</caption><tr><th rowspan=2>Room<th colspan=2>Summer<tr><th>Week<th>Weekend"
    body += "<tr><td rowspan=2>Single<td>70<td>85<tr><td>72<td>88</table>"
    assert [line for line in lines(tmp_path, body) if line.startswith("row")] == [
        "row: Room: Single · Summer Week: 70 · Summer Weekend: 85 <Rates in euro>",
        "row: Room: Single · Summer Week: 72 · Summer Weekend: 88 <Rates in euro>",
    ]


def test_a_table_of_labels_and_values_is_fields(tmp_path: Path) -> None:
    infobox = "<table><tr><th colspan=2>Kap Sturm<tr><th>Height<td>31 m<tr><th>Built<td>1874</table>"
    assert lines(tmp_path, infobox)[1:] == ["field: Height: 31 m", "field: Built: 1874"]
    assert lines(tmp_path, "<table><tr><td>Length<td>9.2 m<tr><td>Berths<td>5</table>")[1] == "field: Berths: 5"


def test_a_table_that_only_places_things_is_read_through(tmp_path: Path) -> None:
    body = "<table><tr><td><h2>Tides</h2><p>High water is at six.</p></td><td><p>Low water is at noon.</p></td></table>"
    assert lines(tmp_path, body) == [
        "heading: Tides",
        "paragraph: High water is at six. <Tides>",
        "paragraph: Low water is at noon. <Tides>",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "<p>Ove Lund said:</p><blockquote><p>We found rust.</p></blockquote>",
        "<blockquote><p>We found rust.</p><footer>— <cite>Ove Lund</cite></footer></blockquote>",
    ],
)
def test_a_quotation_is_of_who_is_named_beside_it(tmp_path: Path, body: str) -> None:
    assert "quotation: We found rust. <Ove Lund:>" in lines(tmp_path, body)


def test_code_keeps_its_lines(tmp_path: Path) -> None:
    assert (
        load(tmp_path, "a.html", "<p>Run:</p><pre><code>toll  --car\n  toll</code></pre>").text
        == "Run:\n\ntoll  --car\n  toll"
    )


def test_what_unfolds_is_read_below_what_it_answers(tmp_path: Path) -> None:
    body = "<details><summary>Who was first?</summary><p>Halvard Brun.</p></details><h2>Next</h2><p>It ends.</p>"
    assert lines(tmp_path, body)[1] == "paragraph: Halvard Brun. <Who was first?>"


def test_hidden_text_is_not_read(tmp_path: Path) -> None:
    body = (
        "<p>Seen here.</p><p hidden>No</p><p style='display: none'>No</p><p aria-hidden=true>No</p><script>No</script>"
    )
    assert lines(tmp_path, body) == ["paragraph: Seen here."]


@pytest.mark.parametrize(
    "body", ["<div>" * 150, "<dl><dd>" * 60, "<table><tr><td>" * 60, "<ul><li>" * 100, "<blockquote>" * 60]
)
def test_deeply_nested_pages_are_read(tmp_path: Path, body: str) -> None:
    assert "deep" in load(tmp_path, "a.html", f"{body}deep").text


def test_elements_that_html_does_not_know_stay_in_their_line(tmp_path: Path) -> None:
    body = "<ix:header><ix:hidden>0001</ix:hidden></ix:header>"
    body += "<p>There are <ix:nonFraction name='x'>23,718</ix:nonFraction> shares as of March 2022.</p>"
    assert lines(tmp_path, body) == ["paragraph: There are 23,718 shares as of March 2022."]


def test_values_above_their_labels_are_fields(tmp_path: Path) -> None:
    body = "<p>Ranger Games, Inc.</p><p>(Exact name of registrant as specified in its charter)</p>"
    body += "<table><tr><td>Nevada</td><td>20-8143439</td></tr>"
    body += "<tr><td>(State of incorporation)</td><td>(IRS identification number)</td></tr></table>"
    document = load(tmp_path, "a.html", f"<html><body>{body}</body></html>")
    assert [line for line in outline(document) if not line.startswith("furniture")] == [
        "field: Ranger Games, Inc. <Exact name of registrant as specified in its charter>",
        "row: State of incorporation: Nevada · IRS identification number: 20-8143439",
    ]
    assert document.about == "Ranger Games, Inc."


def test_bold_cells_in_the_first_row_name_the_columns(tmp_path: Path) -> None:
    body = "<p>Registered:</p><table><tr><td><p style='font-weight:bold'>Title</p></td><td><b>Symbol</b></td></tr>"
    body += "<tr><td>Common stock</td><td>RNGR</td></tr></table>"
    assert lines(tmp_path, body)[-1] == "row: Title: Common stock · Symbol: RNGR <Registered:>"


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ("<p>Ada Quill<sup>1</sup>, Bo van Dyk<sup>2</sup> and Cy Roth</p>", "item"),
        ("<p>by Ada Quill</p>", "item"),
        ("<p>Training and Evaluation Systems</p>", "paragraph"),
        ("<p>Oslo, Bergen and Tromsø</p>", "paragraph"),
    ],
)
def test_names_below_the_title_are_its_authors(tmp_path: Path, below: str, expected: str) -> None:
    said = lines(tmp_path, f"<h1>Bridges in Winter</h1>{below}<p>Bridges are closed in winter.</p>")[1]
    assert said.startswith(expected)
    assert ("Authors" in said) == (expected == "item")


def test_a_form_may_leave_values_out(tmp_path: Path) -> None:
    body = "<table><tr><td>Event:</td><td>Injuries:</td><td>1 minor</td></tr>"
    body += "<tr><td>Aircraft:</td><td>Skyhawk 172</td><td>Damage:</td></tr>"
    body += "<tr><td>☐</td><td>Report on a change of name</td></tr></table>"
    assert lines(tmp_path, body) == [
        "furniture: Event:",
        "field: Injuries: 1 minor",
        "field: Aircraft: Skyhawk 172",
        "furniture: Damage:",
        "row: ☐ · Report on a change of name",
    ]


def test_cells_keep_the_order_of_nested_words(tmp_path: Path) -> None:
    page = "<table><tr><th>Place</th><th>Staff</th></tr><tr><td><b>64<i> Cameron</i></b> – <b>Vegas</b>, NV</td>"
    page += "<td>31</td></tr></table>"
    assert outline(load(tmp_path, "a.html", page))[-1] == "row: Place: 64 Cameron – Vegas, NV · Staff: 31"
