"""QACC (Liu et al. 2025): open questions over web snippets, a quarter of which disagree."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.eval.cases import Case
from assistant.eval.datasets.base import (
    CITING,
    COSTS,
    Dataset,
    Draft,
    Given,
    expecting,
    given_contexts,
    quotation,
    read_json,
)

PROTOCOL = (
    "Given contexts, shuffled: each question may use its own snippets, whose site is the publisher. A "
    "question is a conflict where annotators found a second answer; then every answer found is a key fact, "
    "else the correct one is. Gold evidence is the answer's sentence in each snippet named for it, or the "
    "snippet where none holds it."
)
_LAYOUT = 'a list of {"question", "contexts", "sources", "firstAnswer", "firstContext", "correctAnswer", ...}'
_ORDINALS = ("first", "second", "third")


def qacc(path: Path, seed: int = 0) -> Dataset:
    """A QACC file, one JSON list. See PROTOCOL."""
    raw = read_json(path)
    with expecting("qacc", _LAYOUT, path):
        items = [_given(number, record) for number, record in enumerate(raw, 1)]
        documents, cases = given_contexts("qacc", [item for item in items if item], seed)
    metrics = (
        "passage_hit@1", "passage_hit@3", "passage_hit@4", "passage_mrr@10", "fact_coverage", "token_f1",
        "conflict_precision", "conflict_recall", "conflict_f1", "false_conflicts", "both_sides_cited",
        "sides_attributed",
        "false_refusals", *CITING, *COSTS,
    )  # fmt: skip
    left = len(items) - len(cases)
    warnings = (f"{left} questions name no snippet for their answer and were left out",) if left else ()
    return Dataset("qacc", documents, cases, PROTOCOL, metrics, warnings)


def _given(number: int, record: dict[str, Any]) -> Given | None:
    contexts = record["contexts"]
    found = [
        (str(record[f"{ordinal}Answer"]), _named(record[f"{ordinal}Context"], len(contexts)))
        for ordinal in _ORDINALS
        if record[f"{ordinal}Answer"]
    ]
    found = [(answer, named) for answer, named in found if named]
    if not found:
        return None
    conflict = len(found) > 1

    def build(sources: Sequence[str]) -> Case:
        facts = (
            [(answer,) for answer, _ in found]
            if conflict
            else [tuple(dict.fromkeys((str(record["correctAnswer"]), found[0][0])))]
        )
        return Case(
            id=f"qacc-{number}",
            question=record["question"],
            kind="conflict" if conflict else "fact",
            facts=tuple(facts),
            evidence=tuple(quotation(sources[n], contexts[n], [answer]) for answer, named in found for n in named),
            answerable=True,
        )

    drafts = [Draft(text, publisher=site) for text, site in zip(contexts, record["sources"], strict=True)]
    return Given(drafts, build)


def _named(letters: str | None, count: int) -> list[int]:
    """The snippets meant by ``"['A', 'C']"``; a letter beyond the snippets is passed over."""
    places = [ord(letter) - ord("A") for letter in ast.literal_eval(letters)] if letters else []
    return [place for place in places if 0 <= place < count]
