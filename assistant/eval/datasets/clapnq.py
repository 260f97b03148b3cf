"""CLAPNQ (Rosenthal et al. 2025): long answers from one passage, and passages that do not answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.eval.cases import Case, Quotation
from assistant.eval.datasets.base import (
    ABSTAINING,
    CITING,
    COSTS,
    Dataset,
    Draft,
    Given,
    expecting,
    given_contexts,
    read_jsonl,
)

PROTOCOL = (
    "Given contexts: each question may use its own passage alone. Gold evidence is every sentence any "
    "annotator selected (an answer without any is left out); unanswerable questions come with a passage on "
    "their topic. Answers are long prose, so key facts are not scored; sentence selection (sentence and "
    "citation metrics) and abstention are."
)
_LAYOUT = '{"id", "input", "passages": [{"title", "text"}], "output": [{"selected_sentences": [...]}]} on each line'


def clapnq(path: Path, seed: int = 0) -> Dataset:
    """A CLAPNQ file, or a folder with answerable.jsonl and unanswerable.jsonl. See PROTOCOL."""
    files = sorted(path.glob("*answerable.jsonl")) if path.is_dir() else [path]
    with expecting("clapnq", "a folder with answerable.jsonl and unanswerable.jsonl, or one of them", path):
        files[0]
    items = []
    for file in files:
        for line, record in read_jsonl(file):
            with expecting("clapnq", _LAYOUT, file, line):
                if any(output["selected_sentences"] or not output["answer"] for output in record["output"]):
                    items.append(_given(record))
    documents, cases = given_contexts("clapnq", items, seed)
    metrics = (
        "sentence_hit@1", "sentence_hit@3", "sentence_mrr@10", "sentence_ndcg@10", "sentence_recall@4",
        *CITING, *ABSTAINING, *COSTS,
    )  # fmt: skip
    return Dataset("clapnq", documents, cases, PROTOCOL, metrics)


def _given(record: dict[str, Any]) -> Given:
    gold = list(dict.fromkeys(s.strip() for output in record["output"] for s in output["selected_sentences"]))

    def build(sources: Sequence[str]) -> Case:
        return Case(
            id=f"clapnq-{record['id']}",
            question=record["input"],
            kind="fact" if gold else "unanswerable",
            evidence=tuple(Quotation(source=sources[0], quote=quote) for quote in gold),
            answerable=bool(gold),
            tags=(f"document:{sources[0]}",),
        )

    passages = record["passages"][:1]
    return Given([Draft(passage["text"], passage["title"]) for passage in passages], build)
