"""CLAPNQ (Rosenthal et al. 2025): long answers from one passage, and passages that do not answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.errors import SuiteError
from assistant.eval.cases import Case, GoldQuote, Suite
from assistant.eval.datasets.base import (
    ABSTAINING,
    CITING,
    COSTS,
    Draft,
    Given,
    Record,
    RecordReader,
    given_contexts,
)

PROTOCOL = (
    "Given contexts: each question may use its own passage alone. Gold evidence is every sentence any annotator "
    "selected (an answer without any is left out); unanswerable questions come with a passage on their topic. Answers "
    "are long prose, so key facts are not scored. Sentence selection (sentence and citation metrics) and abstention "
    "are."
)


class _Passage(Record):
    text: str
    title: str | None = None


class _Output(Record):
    answer: str | None = None
    selected_sentences: list[str] | None = None


class _Question(Record):
    id: str
    input: str
    passages: list[_Passage]
    output: list[_Output]

    @property
    def gold(self) -> list[str]:
        """Every selected sentence, each once."""
        selected = [sentence.strip() for output in self.output for sentence in output.selected_sentences or ()]
        return list(dict.fromkeys(filter(None, selected)))


def clapnq(path: Path, seed: int) -> Suite:
    """A CLAPNQ file, or a folder with answerable.jsonl and unanswerable.jsonl. See PROTOCOL."""
    files = sorted(path.glob("*answerable.jsonl")) if path.is_dir() else [path]
    if not files:
        raise SuiteError(f"{path}:1: the folder has neither answerable.jsonl nor unanswerable.jsonl.")
    items: list[Given] = []
    readers = [RecordReader("clapnq", file) for file in files]
    for records in readers:
        for line, raw in records.jsonl():
            if question := records.parsed(_Question, raw, line):
                if question.passages and (question.gold or not all(output.answer for output in question.output)):
                    items.append(_given(question))
                else:
                    records.leave_out("no passage, or an answer without a selected sentence", line)
    metrics = (
        "sentence_hit@1", "sentence_hit@3", "sentence_mrr@10", "sentence_ndcg@10", "sentence_recall@4",
        *CITING, *ABSTAINING, *COSTS,
    )  # fmt: skip
    return given_contexts(items, seed, PROTOCOL, metrics, readers)


def _given(question: _Question) -> Given:
    def build(sources: Sequence[str]) -> Case:
        gold = question.gold
        return Case(
            id=f"clapnq-{question.id}",
            question=question.input,
            kind="fact" if gold else "unanswerable",
            evidence=tuple(GoldQuote(source=sources[0], quote=quote) for quote in gold),
            answerable=bool(gold),
            tags=(f"document:{sources[0]}",),
        )

    passage = question.passages[0]
    return Given([Draft(passage.text, passage.title or "")], build)
