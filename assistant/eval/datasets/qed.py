"""QED (Lamm et al. 2020): the one sentence of a paragraph that answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.eval.cases import Case, GoldQuote, Suite
from assistant.eval.datasets.base import CITING, COSTS, Draft, Given, Record, RecordReader, given_contexts

PROTOCOL = (
    "Given contexts: each question may use its own paragraph alone. Only questions with a single selected sentence "
    "count (explanation type single_sentence); that sentence is the gold evidence, the marked answers are the fact."
)


class _Text(Record):
    string: str | None = None


class _Answer(Record):
    paragraph_reference: _Text


class _Annotation(Record):
    explanation_type: str | None
    selected_sentence: _Text | None = None
    answer: list[_Answer] | None = None

    @property
    def sentence(self) -> str:
        """The selected sentence, if it is the only one."""
        selected = self.selected_sentence if self.explanation_type == "single_sentence" else None
        return ((selected and selected.string) or "").strip()


class _Question(Record):
    example_id: str
    question_text: str
    paragraph_text: str
    title_text: str | None = None
    original_nq_answers: list[list[_Text]] | None = None
    annotation: _Annotation

    @property
    def answers(self) -> tuple[str, ...]:
        """The accepted wordings, each once."""
        marked = [answer.paragraph_reference for answer in self.annotation.answer or ()]
        texts = [text for texts in self.original_nq_answers or () for text in texts]
        return tuple(dict.fromkeys(text.string for text in (*texts, *marked) if text.string and text.string.strip()))


def qed(path: Path, seed: int) -> Suite:
    """A QED file, one JSON object a line. See PROTOCOL."""
    records = RecordReader("qed", path)
    parsed = (records.parsed(_Question, raw, line) for line, raw in records.jsonl())
    items = [_given(question) for question in parsed if question and question.annotation.sentence and question.answers]
    metrics = (
        "sentence_hit@1", "sentence_hit@3", "sentence_mrr@10", "fact_coverage", "exact_match", "token_f1",
        "false_refusals", *CITING, *COSTS,
    )  # fmt: skip
    return given_contexts(items, seed, PROTOCOL, metrics, [records])


def _given(question: _Question) -> Given:
    def build(sources: Sequence[str]) -> Case:
        return Case(
            id=f"qed-{question.example_id}",
            question=question.question_text,
            kind="fact",
            facts=(question.answers,),
            evidence=(GoldQuote(source=sources[0], quote=question.annotation.sentence),),
            answerable=True,
        )

    return Given([Draft(question.paragraph_text, question.title_text or "")], build)
