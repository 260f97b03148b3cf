"""QED (Lamm et al. 2020): the one sentence of a paragraph that answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.eval.cases import Case, Quotation
from assistant.eval.datasets.base import (
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
    "Given contexts: each question may use its own paragraph alone. Only questions with a single selected "
    "sentence count (explanation type single_sentence); that sentence is the gold evidence, the marked "
    "answers are the fact."
)
_LAYOUT = (
    '{"example_id", "question_text", "title_text", "paragraph_text", "annotation": {"explanation_type"}} on each line'
)


def qed(path: Path, seed: int = 0) -> Dataset:
    """A QED file, one JSON object a line. See PROTOCOL."""
    items = []
    for line, record in read_jsonl(path):
        with expecting("qed", _LAYOUT, path, line):
            if record["annotation"]["explanation_type"] == "single_sentence":
                items.append(_given(record))
    documents, cases = given_contexts("qed", items, seed)
    metrics = (
        "sentence_hit@1", "sentence_hit@3", "sentence_mrr@10", "fact_coverage", "exact_match", "token_f1",
        "false_refusals",
        *CITING, *COSTS,
    )  # fmt: skip
    return Dataset("qed", documents, cases, PROTOCOL, metrics)


def _given(record: dict[str, Any]) -> Given:
    annotation = record["annotation"]
    said = [span["string"] for spans in record["original_nq_answers"] for span in spans]
    said += [answer["paragraph_reference"]["string"] for answer in annotation["answer"]]
    quote = annotation["selected_sentence"]["string"].strip()

    def build(sources: Sequence[str]) -> Case:
        return Case(
            id=f"qed-{record['example_id']}",
            question=record["question_text"],
            kind="fact",
            facts=(tuple(dict.fromkeys(text for text in said if text.strip())),),
            evidence=(Quotation(source=sources[0], quote=quote),),
            answerable=True,
        )

    return Given([Draft(record["paragraph_text"], record["title_text"])], build)
