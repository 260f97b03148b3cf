"""RAMDocs (Wang et al. 2025): ambiguous questions over right, wrong and irrelevant documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.eval.cases import Case, Suite
from assistant.eval.datasets.base import CITING, COSTS, Draft, Given, Record, RecordReader, given_contexts, quotation

PROTOCOL = (
    "Given contexts, shuffled: each question may use its own documents; one without a correct document is left out. "
    "Every gold answer is a key fact; strict_match is the set's own strict exact match: all gold answers and no wrong "
    "one. A question counts as a conflict when its documents give two or more different answers. Gold evidence is the "
    "answer's sentence in every correct document, or the document where no sentence holds the answer word by word. "
    "Scores by string match reward dumping all text: read them beside the baseline that dumps everything and the words "
    "of an answer."
)


class _Document(Record):
    text: str
    type: str | None
    answer: str | None = None


class _Question(Record):
    question: str
    documents: list[_Document]
    gold_answers: list[str]
    wrong_answers: list[str] | None = None

    @property
    def correct(self) -> list[int]:
        """The numbers of the documents that are right."""
        return [n for n, d in enumerate(self.documents) if d.type == "correct" and d.answer and d.text.strip()]


def ramdocs(path: Path, seed: int) -> Suite:
    """A RAMDocs file, one JSON object a line. See PROTOCOL."""
    records = RecordReader("ramdocs", path)
    parsed = [(line, records.parsed(_Question, raw, line)) for line, raw in records.jsonl()]
    items = [_given(line, question) for line, question in parsed if question and question.correct]
    metrics = (
        "passage_hit@1", "passage_hit@4", "passage_recall@10", "strict_match", "fact_coverage",
        "conflict_precision", "conflict_recall", "conflict_f1", "false_conflicts", "both_sides_cited",
        "false_refusals", *CITING, *COSTS,
    )  # fmt: skip
    return given_contexts(items, seed, PROTOCOL, metrics, [records])


def _given(line: int, question: _Question) -> Given:
    documents = question.documents
    told = {d.answer.casefold() for d in documents if d.answer and d.type in ("correct", "misinfo")}

    def build(sources: Sequence[str]) -> Case:
        correct = [(sources[n], documents[n]) for n in question.correct]
        return Case(
            id=f"ramdocs-{line}",
            question=question.question,
            kind="conflict" if len(told) > 1 else "fact",
            facts=tuple((answer,) for answer in question.gold_answers if answer.strip()),
            evidence=tuple(quotation(source, d.text, [d.answer or ""]) for source, d in correct),
            answerable=True,
            tags=tuple(f"wrong:{answer}" for answer in question.wrong_answers or ()),
        )

    return Given([Draft(document.text) for document in documents], build)
