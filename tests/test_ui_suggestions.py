"""Suggested questions, the whole of a cut list, key points: what a reader is offered, without a browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytest.importorskip("gradio", reason="the extra 'chat' is not installed")
from assistant import Assistant, Settings
from assistant.testing.fakes import FakeEmbedder
from assistant.web.examples import examples, further
from assistant.web.listing import CHANGED, key_points, list_shower
from assistant.web.questions import question_of
from assistant.web.state import AppState
from tests.ui_help import ROOT

REPORT = """\
The repair of the Mill Bridge will cost 4 million euros, two members of the council said. The Mill Bridge closed on 3
June 2024 because rust was found in two pillars. Helen Marsh, the mayor of Harwick, said the figure was wrong.
"""
CHAIRS = "# Chairs\n\nThe chairs in the town hall are:\n\n" + "".join(f"- chair {n} of oak\n" for n in range(130))


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The new school on Lark Street opens on 6 January 2025.", "When does the new school on Lark Street open?"),
        ("On 3 June 2024, the Mill Bridge was closed.", "When was the Mill Bridge closed?"),
        ("The lighthouse was lit on 4 May 1871 by Ada.", "When was the lighthouse lit?"),
        ("The repairs cost some 310,000 euros.", "How much did the repairs cost?"),
        ("The repair will cost the town 3 million euros.", None),
        ("Fourteen houses were buried, by her count.", "How many houses were buried?"),
        ("Lorries are banned because a pillar is cracked.", "Why are lorries banned?"),
        ("The fire started in the drying room.", "Where did the fire start?"),
        ("The storm raged on for two days and broke 3 masts.", None),
        ("The recent fighting went on for four days and saw shelling.", "How long did the recent fighting go on?"),
        ("The strike lasted six weeks.", "How long did the strike last?"),
        ("The blast killed 26 dock workers and broke the crane.", "How many dock workers did the blast kill?"),
        ("The bridge was not closed, because one lane is safe.", None),
        ("The bridge has long been closed, because a pillar broke.", "Why has the bridge long been closed?"),
        ("The sale was approved by the agency.", "Who was the sale approved by?"),
        ("The boat weighs 4 tons and was built by the Ada Works.", None),
        ("The sale was approved by Friday.", None),
        ("The truce is meant to bring back calm.", "What is the truce meant to do?"),
        ("It was closed on 3 June 2024.", None),
        ("She said the bridge was closed on 3 June 2024.", None),
        ("The bridge was closed on Monday.", None),
        ("“The bridge” was closed on 3 June 2024.", None),
        ("Die Brücke wurde 1931 gebaut.", None),
        ("", None),
    ],
)
def test_a_sentence_of_a_clear_form_gives_a_question(sentence: str, question: str | None) -> None:
    made = question_of(sentence, {"Mill", "Bridge", "Ada"})
    assert (made and made[1]) == question


@pytest.fixture
def assistant(index_dir: Path, tmp_path: Path) -> Assistant:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "report.md").write_text(REPORT)
    (folder / "chairs.md").write_text(CHAIRS)
    opened = Assistant.open(Settings(index_dir=index_dir, writer="extractive"), embedder=FakeEmbedder())
    opened.index(folder)
    return opened


def test_questions_that_the_documents_answer_are_suggested(assistant: Assistant) -> None:
    suggested = examples(assistant)
    assert "How much will the repair of the Mill Bridge cost?" in suggested
    assert all(assistant.ask(question).outcome != "not_in_documents" for question in suggested)


def test_what_is_suggested_under_an_answer_has_not_been_told(assistant: Assistant) -> None:
    answer = assistant.ask("How much will the repair of the Mill Bridge cost?")
    suggested = further(assistant, answer, answer.turns())
    assert "Who is Helen Marsh?" in suggested
    assert answer.question not in suggested
    assert further(assistant, assistant.ask("Who is the king of Spain?"), ()) == ()


def test_the_whole_of_a_list_is_shown_with_its_places(assistant: Assistant) -> None:
    document = assistant.document("chairs.md")
    assert document
    show = list_shower(AppState(assistant))
    html = show({"source": "chairs.md", "start": str(document.text.index("chair 7 of"))})["html"]
    assert html.count("<li>") == 130
    assert f'data-start="{document.text.index("chair 129")}"' in html
    assert show({"source": "gone.md", "start": "0"}) == {"fault": CHANGED}
    assert show({"source": "chairs.md", "start": "99999"}) == {"fault": CHANGED}


def test_a_long_document_has_key_points_and_a_short_one_has_none(assistant: Assistant, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "index" / "documents", tmp_path / "more")
    assistant.index(tmp_path / "more")
    long, short = assistant.document("akram-interview.md"), assistant.document("report.md")
    assert long
    assert short
    points = key_points(assistant, long)
    assert len(points) > 1
    assert all(point.quote in long.text for point in points)
    assert key_points(assistant, short) == ()
