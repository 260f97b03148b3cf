"""SQuAD 2.0 (Rajpurkar et al. 2018), pooled."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

from assistant.english.sentences import split_sentences
from assistant.eval.cases import Case, Quotation
from assistant.eval.datasets.base import ABSTAINING, CITING, COSTS, RANKING, Dataset, expecting, read_json
from assistant.types import Document

PROTOCOL = (
    "Pooled: every paragraph of the file is a document of one corpus (titled by its article), every "
    "question is asked against all of them. Gold evidence is the sentence that holds the answer (the one "
    "most annotators chose). Unanswerable questions are those marked is_impossible, written to look "
    "answerable. The documents are shuffled."
)


def squad2(path: Path, seed: int = 0) -> Dataset:
    """A file in SQuAD layout, ``{"data": [{"title", "paragraphs": [{"context", "qas"}]}]}``."""
    raw = read_json(path)
    with expecting("squad2", 'SQuAD\'s layout, {"data": [{"title": ..., "paragraphs": [...]}]}', path):
        paragraphs = [(article["title"], p) for article in raw["data"] for p in article["paragraphs"]]
        random.Random(seed).shuffle(paragraphs)  # noqa: S311 - an order, not a secret
        documents, cases = {}, []
        for number, (title, paragraph) in enumerate(paragraphs, 1):
            source = f"squad2/{number:05d}.md"
            documents[source] = Document(source=source, title=title.replace("_", " "), text=paragraph["context"])
            cases += [_case(source, paragraph["context"], qa) for qa in paragraph["qas"]]
        if not cases:
            raise ValueError("no questions")
    metrics = (
        *RANKING, "answer_sentence@1", "answer_sentence@3", "fact_coverage", "exact_match",
        "token_f1", "crag",
        *CITING, *ABSTAINING, *COSTS,
    )  # fmt: skip
    return Dataset("squad2", documents, tuple(sorted(cases, key=lambda case: case.id)), PROTOCOL, metrics)


def _case(source: str, text: str, qa: dict[str, Any]) -> Case:
    impossible = bool(qa["is_impossible"])
    answers = [] if impossible else qa["answers"]
    sentences = split_sentences(text)
    # An answer may begin in the blank before a sentence, hence the last sentence that starts no later.
    holding = Counter(
        max((s for s in sentences if s.start <= a["answer_start"]), default=sentences[0]) for a in answers
    )
    gold = [holding.most_common(1)[0][0]] if holding else []
    return Case(
        id=qa["id"],
        question=qa["question"].strip(),
        kind="unanswerable" if impossible else "fact",
        facts=(tuple(dict.fromkeys(a["text"] for a in answers)),) if answers else (),
        evidence=tuple(Quotation(source=source, quote=text[s.start : s.end]) for s in gold),
        answerable=not impossible,
        tags=(f"document:{source}",),
    )
