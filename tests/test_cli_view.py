"""How an answer looks: on a terminal of any width, in a pipe, and without colour."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rich.cells import cell_len
from rich.text import Text

from assistant.cli.screen import Screen
from assistant.cli.view import show_answer, show_passages, small_print
from assistant.types import (
    Answer,
    Chunk,
    Citation,
    Claim,
    Conflict,
    DocumentMetadata,
    Outcome,
    Passage,
    Side,
    Support,
    Trace,
)

POST = Citation(
    marker=1,
    source="post.md",
    title="The dam",
    publisher="River Post",
    published=date(2024, 3, 5),
    start=0,
    end=25,
    quote="The dam was opened\nin 1931.",
    page=4,
)
ECHO = Citation(
    marker=2,
    source="echo.txt",
    title="Old dams",
    start=0,
    end=24,
    quote="It was opened in 1935 by \x1b[2Jme.",
)
TEXT = "The dam was opened in 1931. [1] It was opened in 1935. [2]"


def answer(support: Support = "supported", outcome: Outcome = "conflicting", **more: Any) -> Answer:
    claims = (
        Claim(text=TEXT[:27], citations=(POST,), support="supported", reason="verbatim"),
        Claim(text=TEXT[32:54], citations=(ECHO,), support=support, reason="another year"),
    )
    conflict = Conflict(about="opened", sides=(Side(value="1931", citation=POST), Side(value="1935", citation=ECHO)))
    content = {"claims": claims, "citations": (POST, ECHO), "conflicts": (conflict,), "text": TEXT} | more
    return Answer(
        question="When?",
        outcome=outcome,
        answerability=0.5,
        writer="fake",
        trace=Trace(question="When?"),
        **content,
    )


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "90")
    return monkeypatch


def shown(capsys: pytest.CaptureFixture[str], value: Answer) -> str:
    show_answer(Screen(), value)
    return capsys.readouterr().out


def plain(output: str) -> str:
    return Text.from_ansi(output).plain


def test_show_answer_in_a_pipe_is_the_text_and_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, answer()) == (
        f"{TEXT}\n"
        "\n"
        "The sources disagree (opened):\n"
        "- River Post, 5 March 2024: 1931 [1]\n"
        "- Old dams: 1935 [2]\n"
        "\n"
        "Sources\n"
        "[1] River Post, 5 March 2024 (post.md, page 4)\n"
        "    “The dam was opened in 1931.”\n"
        "[2] Old dams (echo.txt)\n"
        "    “It was opened in 1935 by [2Jme.”\n"
    )


@pytest.mark.parametrize(
    ("support", "mark"), [("partial", "[only in part]"), ("unsupported", "[not in the documents]")]
)
def test_doubt_is_visible_without_colour(capsys: pytest.CaptureFixture[str], support: Support, mark: str) -> None:
    output = shown(capsys, answer(support))
    assert f"It was opened in 1935. [2] {mark} (another year)" in output


@pytest.mark.usefixtures("terminal")
def test_terminal_sets_sides_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    output = shown(capsys, answer())
    assert "\x1b[2m[1]\x1b[0m" in output
    assert "\x1b[2J" not in output
    sides = [line.split() for line in plain(output).splitlines() if "1931" in line and "1935" in line]
    assert ["1931", "│", "1935"] in sides


@pytest.mark.usefixtures("terminal")
def test_terminal_names_a_document_once_in_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    again = POST.model_copy(update={"marker": 2, "quote": "It leaks."})
    output = plain(shown(capsys, answer(citations=(POST, again), conflicts=())))
    assert output.count("post.md") == 1
    assert "[2] “It leaks.”" in output


@pytest.mark.parametrize("width", [24, 40, 60, 90, 300])
def test_any_terminal_holds_the_answer(
    capsys: pytest.CaptureFixture[str], terminal: pytest.MonkeyPatch, width: int
) -> None:
    terminal.setenv("COLUMNS", str(width))
    lines = plain(shown(capsys, answer("unsupported"))).splitlines()
    assert max(map(cell_len, lines)) <= min(width, 100)
    assert "".join(TEXT.split())[:20] in "".join("".join(lines).split())


def test_show_answer_without_color_has_none(capsys: pytest.CaptureFixture[str], terminal: pytest.MonkeyPatch) -> None:
    terminal.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in shown(capsys, answer("unsupported")).replace("\x1b[3m", "")


def passage(rank: int, source: str) -> Passage:
    chunk = Chunk(source=source, start=0, end=4, text="A\n\x9btext")
    return Passage(
        chunk=chunk, metadata=DocumentMetadata(source=source, title=f"Title {source}"), score=1 / rank, rank=rank
    )


def test_refusal_quotes_what_comes_nearest_and_what_was_searched(capsys: pytest.CaptureFixture[str]) -> None:
    near = ECHO.model_copy(update={"title": "Why dams fail", "publisher": "Echo", "kind": "opinion"})
    refused = {"outcome": "not_in_documents", "text": "Not in the documents.", "nearest": (near,), "citations": ()}
    refusal = answer(claims=(), conflicts=()).model_copy(update=refused | {"trace": Trace(question="When was it?")})
    assert str(refusal).splitlines()[:4] == [
        "Not in the documents.",
        "",
        "Searched for: When was it?",
        "No sentence answers this. The nearest are:",
    ]
    assert "- Echo, opinion (echo.txt): “It was opened in 1935 by" in shown(capsys, refusal)


@pytest.mark.usefixtures("terminal")
def test_interview_is_named_as_one_in_sources_and_sides(capsys: pytest.CaptureFixture[str]) -> None:
    spoken = POST.model_copy(update={"kind": "interview"})
    sides = (Side(value="1931", citation=spoken), Side(value="1935", citation=ECHO))
    output = plain(shown(capsys, answer(citations=(spoken, ECHO), conflicts=(Conflict(about="opened", sides=sides),))))
    assert output.count("River Post, 5 March 2024, interview") == 2
    assert "River Post, 5 March 2024, interview (post.md, page 4)" in str(spoken)


def test_show_passages_numbers_them_with_source_and_score(capsys: pytest.CaptureFixture[str]) -> None:
    show_passages(Screen(), (passage(1, "a"), passage(2, "b")))
    assert capsys.readouterr().out == (" 1. Title a (a) 1.000\n    A text\n\n 2. Title b (b) 0.500\n    A text\n")


def test_small_print_tells_what_was_searched() -> None:
    rewritten = answer().model_copy(update={"trace": Trace(question="When was \x1bthe dam opened?")})
    assert small_print(answer(), 0.123) == "fake writer · 0.12 s"
    assert small_print(rewritten, 2) == "fake writer · 2.00 s · searched as: When was the dam opened?"
