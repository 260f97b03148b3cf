"""Follow-ups: measured as asked, beside the same questions asked in full and asked without their history."""

from __future__ import annotations

from collections.abc import Callable

from assistant.eval.cases import Case, Variant
from assistant.eval.corpus import Corpus
from assistant.eval.metrics.answer import ANSWER
from assistant.eval.metrics.base import Metric, Score
from assistant.eval.metrics.retrieval import RETRIEVAL
from assistant.types import Answer

_MEASURED = ("fact_coverage", "answer_sentence@1", "answer_sentence@3", "document_hit@4", "passage_hit@4")
_FORMS: tuple[tuple[str, Variant, str], ...] = (
    ("follow_up", "", "as asked"),
    ("follow_up_full", "full", "asked in full"),
    ("follow_up_bare", "bare", "without its history"),
)


def _only(variant: Variant, score: Callable[[Case, Answer, Corpus], Score]) -> Callable[[Case, Answer, Corpus], Score]:
    def only(case: Case, answer: Answer, corpus: Corpus) -> Score:
        if case.variant != variant or not (case.history or variant):
            return Score(None, "not a follow-up")
        return score(case, answer, corpus)

    return only


FOLLOW_UP = tuple(
    Metric(
        f"{prefix}_{metric.name}", "follow-up", f"follow-ups {form}: {metric.about}", metric.better,
        _only(variant, metric.score), variant=variant,
    )
    for prefix, variant, form in _FORMS
    for metric in (*ANSWER, *RETRIEVAL)
    if metric.name in _MEASURED
)  # fmt: skip
