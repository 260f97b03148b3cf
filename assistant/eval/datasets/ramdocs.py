"""RAMDocs (Wang et al. 2025): ambiguous questions over right, wrong and irrelevant documents."""

from __future__ import annotations

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
    read_jsonl,
)

PROTOCOL = (
    "Given contexts, shuffled: each question may use its own documents; one without a correct document is "
    "left out. Every gold answer is a key fact; strict_match is the set's own strict exact match: all gold "
    "answers and no wrong one. A question counts as a conflict when its documents give two or more "
    "different answers. Gold evidence is the answer's sentence in every correct document, or the document "
    "where no sentence holds the answer word by word. Scores by string match reward dumping all text: read "
    "them beside the dump-everything control and the words of an answer."
)
_LAYOUT = '{"question", "documents": [{"text", "type", "answer"}], "gold_answers", "wrong_answers"} on each line'


def ramdocs(path: Path, seed: int = 0) -> Dataset:
    """A RAMDocs file, one JSON object a line. See PROTOCOL."""
    items = []
    for line, record in read_jsonl(path):
        with expecting("ramdocs", _LAYOUT, path, line):
            if any(document["type"] == "correct" for document in record["documents"]):
                items.append(_given(record, line))
    documents, cases = given_contexts("ramdocs", items, seed)
    metrics = (
        "passage_hit@1", "passage_hit@4", "passage_recall@10", "strict_match", "fact_coverage",
        "conflict_precision", "conflict_recall", "conflict_f1", "false_conflicts", "both_sides_cited",
        "false_refusals", *CITING, *COSTS,
    )  # fmt: skip
    return Dataset("ramdocs", documents, cases, PROTOCOL, metrics)


def _given(record: dict[str, Any], line: int) -> Given:
    given = record["documents"]
    gold = [str(answer) for answer in record["gold_answers"]]
    told = {str(d["answer"]).casefold() for d in given if d["type"] in ("correct", "misinfo")}

    def build(sources: Sequence[str]) -> Case:
        return Case(
            id=f"ramdocs-{line}",
            question=record["question"],
            kind="conflict" if len(told) > 1 else "fact",
            facts=tuple((answer,) for answer in gold),
            evidence=tuple(
                quotation(source, document["text"], [str(document["answer"])])
                for source, document in zip(sources, given, strict=True)
                if document["type"] == "correct"
            ),
            answerable=True,
            tags=tuple(f"wrong:{answer}" for answer in record["wrong_answers"]),
        )

    return Given([Draft(document["text"]) for document in given], build)
