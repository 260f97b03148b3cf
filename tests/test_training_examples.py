"""Training examples for the cross-encoder have the labels that it will be asked for."""

import json
import random
import re
from pathlib import Path

import pytest

from training.examples import AGREE, DIFFER, NEITHER, Item, Pair, Passage, renamed, shown_items, shown_pairs
from training.swaps import Swaps

DOCUMENTS = {
    "herald.md": "The storm hit Ostrel on Monday. It killed 26 people in Ostrel. The harbour was shut.",
    "post.md": "Ostrel buried its dead. In all 31 people died in Ostrel. The port closed for a week.",
    "mail.md": "Officials in Ostrel counted 26 dead. Fishermen lost nine boats.",
}
EVIDENCE = {
    "herald.md": "It killed 26 people in Ostrel.",
    "post.md": "In all 31 people died in Ostrel.",
    "mail.md": "Officials in Ostrel counted 26 dead.",
}


@pytest.fixture
def suite(tmp_path: Path) -> str:
    (tmp_path / "documents").mkdir()
    (tmp_path / "gold").mkdir()
    for name, text in DOCUMENTS.items():
        (tmp_path / "documents" / name).write_text(text)
    case = {
        "id": "one", "question": "How many people in Ostrel were killed?", "history": [], "kind": "conflict",
        "facts": [["26 people", "26 dead"], ["31 people"]], "answerable": True, "tags": [],
        "evidence": [{"source": source, "quote": quote} for source, quote in EVIDENCE.items()],
    }  # fmt: skip
    (tmp_path / "gold" / "dev.jsonl").write_text(json.dumps(case) + "\n")
    (tmp_path / "suite.toml").write_text(
        'name = "tiny"\ncorpus = "documents"\nmetrics = ["fact_coverage"]\n[gold]\ndev = "gold/dev.jsonl"\n'
    )
    return f"suite:{tmp_path}"


def _counts(pair: Pair) -> set[str]:
    return {word for text in (pair.one.text, pair.other.text) for word in text.split() if word.isdigit()}


@pytest.mark.parametrize("seed", range(5))
def test_pairs_agree_where_their_values_do_whatever_is_asked(suite: str, seed: int) -> None:
    random.seed(seed)
    pairs = shown_pairs(suite)
    assert {pair.verdict for pair in pairs} == {NEITHER, AGREE, DIFFER}
    for pair in pairs:
        if pair.verdict != NEITHER:
            assert (len(_counts(pair)) == 1) == (pair.verdict == AGREE), pair


def test_a_renamed_question_asks_for_what_its_passage_does_not_hold(suite: str) -> None:
    random.seed(0)
    items = shown_items(suite) * 10
    elsewhere = [item._replace(question="How many people in Cray Fell were killed?") for item in items]
    changed = renamed([*items, *elsewhere])
    assert changed
    assert all("Cray Fell" in item.question and not item.spans for item in changed)


# --- swaps


def swapped(question: str, text: str) -> list[str]:
    random.seed(0)
    item = Item(question, Passage("a.md", "", "A day in Aldwick", 0, text), ((0, 5),), True)
    made = Swaps([question, "Which boats did Kestrel Bay lose?", "Who painted cellars for Ola Berg?"]).of(item)
    assert all(not swap.item.spans and swap.item.passage == item.passage and 0 < swap.weight <= 1 for swap in made)
    return [swap.item.question for swap in made]


def test_swaps_put_what_the_passage_lacks_in_place_of_what_the_question_names() -> None:
    question = "Who became treasurer before Aldwick Rovers had 14 boats?"
    made = swapped(question, "Petra Holm became treasurer of Aldwick Rovers in 1911, before the club had its boats.")
    assert question not in made
    assert "Who became treasurer after Aldwick Rovers had 14 boats?" in made
    assert any("Aldwick" not in each for each in made)
    assert any("treasurer" not in each and "became" in each for each in made)
    assert any(re.search(r"had (?!14)\d+ boats", each) for each in made)


def test_a_negation_follows_the_word_behind_an_auxiliary() -> None:
    made = swapped("When did it open?", "It opened in May.")
    assert {"When did it not open?", "When did it never open?"} & set(made)
