"""Sentences of real small models, labelled by hand, and what the checks make of them.

``python -m tests.robustness.drafted``

``drafted.jsonl`` has sentences that Qwen2.5-Coder 0.5B and 1.5B wrote as answers to questions on the invented reports
and the shipped corpus (kind "drafted"), the same facts put freely by hand ("freely"), and both with one thing changed
by hand: a figure, a name, roles, a denial, a cause. ``supported`` says whether the documents bear the sentence out.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from assistant.answering.answer import Engines, search
from assistant.answering.plan import Limits, plan, statements_for_model
from assistant.answering.thresholds import Thresholds
from assistant.answering.verify import Checker
from assistant.answering.writers.extractive import ExtractiveWriter
from assistant.api import ANYWHERE
from assistant.english.claims import canonical
from assistant.ingest.sync import sync
from assistant.models.cross_encoder import MiniCrossEncoder
from assistant.models.minilm import MiniLM
from assistant.settings import Settings
from assistant.stores.embedded import Index
from assistant.types import Dropped

ROOT = Path(__file__).parents[2]
SUITES = {"newsroom": ROOT / "eval" / "newsroom" / "documents", "shipped": ROOT / "index" / "documents"}


class Said(NamedTuple):
    """A sentence said in answer to a question."""

    suite: str
    question: str
    said: str
    supported: bool
    kind: str


class Judged(NamedTuple):
    """A sentence and what the checks call it: its support, or "dropped"."""

    sentence: Said
    verdict: str
    reason: str

    @property
    def right(self) -> bool:
        """Whether it is labelled supported where it is, and only there."""
        return (self.verdict == "supported") == self.sentence.supported


SENTENCES = tuple(
    Said(**json.loads(line)) for line in Path(__file__).with_suffix(".jsonl").read_text("utf-8").splitlines()
)


def judged(folder: Path, embedder: MiniLM, sentences: Sequence[Said] = SENTENCES) -> list[Judged]:
    """All sentences as the checks see them; the indexes are made in ``folder``."""
    found: list[Judged] = []
    for suite in dict.fromkeys(sentence.suite for sentence in sentences):
        with Index(folder / suite, lambda: embedder) as index:
            sync(index, SUITES[suite])
            engines = Engines(index, embedder, ExtractiveWriter(), Settings(), MiniCrossEncoder.open())
            mine = [sentence for sentence in sentences if sentence.suite == suite]
            for question in dict.fromkeys(sentence.question for sentence in mine):
                checker = _checker(question, engines)
                found += [_judged(checker, sentence) for sentence in mine if sentence.question == question]
    return found


def _checker(question: str, engines: Engines) -> Checker:
    evidence = search(question, ANYWHERE, engines)
    planned = plan(evidence, Thresholds(), Limits(), engines.store.document)
    return Checker(evidence, statements_for_model(planned), engines.store.document, engines.embedder)


def _judged(checker: Checker, sentence: Said) -> Judged:
    found = checker.check(canonical(sentence.said))
    return Judged(sentence, "dropped" if isinstance(found, Dropped) else found.support, found.reason)


def table(found: Sequence[Judged]) -> str:
    """How many of each kind are labelled right, and each that is not."""
    every = Counter((j.sentence.kind, j.sentence.supported) for j in found)
    right = Counter((j.sentence.kind, j.sentence.supported) for j in found if j.right)
    rows = [f"| {kind} | {true} | {n} | {right[kind, true]} |" for (kind, true), n in every.items()]
    wrong = [
        f"{j.sentence.kind}, {j.sentence.supported}: {j.sentence.said} -> {j.verdict}: {j.reason}"
        for j in found
        if not j.right
    ]
    return "\n".join(["| kind | supported | n | right |", "|---|---|--:|--:|", *rows, "", *wrong])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print(table(judged(Path(name), MiniLM.open())))
