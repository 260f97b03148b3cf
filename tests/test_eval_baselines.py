"""Baselines are scored as any system is, and each fails the gate it should; so do broken citations."""
# ruff: noqa: E501 - a story is one line

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.eval import BASELINES, Case, Corpus, Gate, GoldQuote, Suite, scorecard
from assistant.eval.baselines import Texts, run_baseline
from assistant.eval.gates import parse_gate
from assistant.eval.scoring import check_gates
from assistant.types import Answer, Citation, Document, Filter

STORIES = {
    "ferry.md": "The ferry Ansa hit the pier at noon. Three people were hurt. The captain had been at sea for 20 years.",
    "fire.md": "Fire swept through the paint works. Five people died. The fire began in the drying room. Rain put it out.",
    "vote.md": "The council voted to build a tram. Nine members were for it. The tram will cost 40 million crowns.",
    "cup.md": "Tarrow won the cup. The crowd sang for an hour. The trophy was made by a silversmith in 1907.",
}
ASKED = {
    "Where did the fire at the paint works begin?": ("fire.md", "The fire began in the drying room.", "drying room"),
    "How much will the tram cost?": ("vote.md", "The tram will cost 40 million crowns.", "40 million"),
    "When was the trophy made?": ("cup.md", "The trophy was made by a silversmith in 1907.", "1907"),
    "How many people were hurt by the ferry?": ("ferry.md", "Three people were hurt.", "three"),
}
GATES = (
    "citation_validity >= 1",
    "words <= 40",
    "false_answers <= 0.5",
    "false_refusals <= 0.5",
    "fact_coverage >= 0.5",
)


def gate(text: str) -> Gate:
    metric, _, rest = text.partition(" ")
    return parse_gate(metric, rest)


def news(folder: Path = Path("news"), **given: Any) -> Suite:
    """A small suite on four stories, with two questions nobody can answer."""
    cases = [
        Case(id=q.split()[-1], question=q, kind="fact", facts=((fact,),), evidence=(GoldQuote(source=s, quote=e),), answerable=True)
        for q, (s, e, fact) in ASKED.items()
    ]  # fmt: skip
    cases += [
        Case(id=f"none-{n}", question=q, kind="unanswerable", answerable=False)
        for n, q in enumerate(("Who painted the moon?", "Which zebra escaped?"))
    ]
    documents = {
        source: Document(
            source=source, title=source, publisher=source[:-3].title(), published=date(2024, 1, n), text=text
        )
        for n, (source, text) in enumerate(STORIES.items(), 1)
    }
    base: dict[str, Any] = {
        "name": "news",
        "folder": folder,
        "cases": tuple(cases),
        "corpus": Corpus(documents),
        "metrics": tuple(dict.fromkeys(text.split()[0] for text in GATES)),
        "gates": tuple(gate(text) for text in GATES),
    }
    return Suite(**(base | given))


def failed(suite: Suite, answers: Sequence[tuple[Case, Answer]]) -> set[str]:
    return {v.gate.metric for v in check_gates(suite, scorecard("x", answers, suite)) if v.state == "failed"}


@pytest.mark.parametrize(
    ("baseline", "metrics"),
    [
        ("always refuse", {"false_refusals", "fact_coverage"}),
        ("first sentences", {"false_answers", "fact_coverage"}),
        ("random sentence", {"false_answers", "fact_coverage"}),
        ("dump everything", {"words", "false_answers"}),
        ("keyword search", set()),
        ("five sentences", set()),
    ],
)
def test_run_baseline_fails_the_gates_it_should(baseline: str, metrics: set[str]) -> None:
    suite = news()
    assert failed(suite, run_baseline(suite, baseline)) == metrics


def break_quote(c: Citation) -> dict[str, Any]:
    return {"quote": c.quote.replace("e", "a", 1)}


def shift(c: Citation) -> dict[str, Any]:
    return {"start": c.start + 1, "end": c.end + 1}


def move(c: Citation) -> dict[str, Any]:
    return {"source": f"nowhere/{c.source}"}


def swap_source(c: Citation) -> dict[str, Any]:
    return {"source": "cup.md" if c.source != "cup.md" else "vote.md"}


@pytest.mark.parametrize("damage", [break_quote, shift, move, swap_source])
def test_citation_validity_fails_for_one_broken_citation(damage: Any) -> None:
    suite = news()
    answers = run_baseline(suite, "keyword search")
    case, good = answers[0]
    broken = good.citations[0].model_copy(update=damage(good.citations[0]))
    claims = (good.claims[0].model_copy(update={"citations": (broken,)}),)
    answers[0] = (case, good.model_copy(update={"citations": (broken,), "claims": claims}))
    assert failed(suite, answers) == {"citation_validity"}


def test_citation_validity_fails_for_a_marker_without_citation() -> None:
    suite = news()
    answers = run_baseline(suite, "keyword search")
    case, good = answers[0]
    answers[0] = (case, good.model_copy(update={"text": good.text + " And more. [4]"}))
    assert failed(suite, answers) == {"citation_validity"}


@pytest.mark.parametrize("baseline", BASELINES)
def test_baseline_cites_truly_stays_in_scope_and_repeats_itself(baseline: str) -> None:
    suite = news()
    ask, again = (BASELINES[baseline](Texts(suite.corpus, 7)) for _ in range(2))
    where = Filter(sources=("fire.md", "cup.md"))
    for question in ASKED:
        answer = ask(question, where)
        assert answer == again(question, where)
        assert {p.chunk.source for p in answer.passages} <= set(where.sources)
        assert all(suite.corpus[c.source].text[c.start : c.end] == c.quote for c in answer.citations)


def test_texts_are_ordered_by_the_seed() -> None:
    corpus = Corpus({f"{n:02d}.md": "Text." for n in range(30)})
    assert Texts(corpus, 1).sources != Texts(corpus, 2).sources == Texts(corpus, 2).sources


def test_keyword_search_ranks_the_passage_with_the_rare_word_first() -> None:
    suite = news()
    answers = {case.question: answer for case, answer in run_baseline(suite, "keyword search")}
    answer = answers["How much will the tram cost?"]
    assert answer.passages[0].chunk.source == "vote.md"
    assert answer.claims[0].text == "The tram will cost 40 million crowns. [1]"
    assert answer.answerability > answers["Which zebra escaped?"].answerability


@given(st.lists(st.text("abc .", max_size=12), max_size=6), st.text("abc ", max_size=8))
def test_keyword_search_answers_any_question_on_any_texts(texts: list[str], question: str) -> None:
    corpus = Corpus({f"{n}.md": text for n, text in enumerate(texts)})
    answer = BASELINES["keyword search"](Texts(corpus, 0))(question, Filter())
    assert 0 <= answer.answerability <= 1
