"""Training examples for the cross-encoder have the labels that it will be asked for."""

import json
import random
from pathlib import Path

import pytest

from training.examples import AGREE, DIFFER, NEITHER, Pair, renamed, shown_items, shown_pairs

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
