"""Follow-ups, measured as asked, asked in full, and asked without their history."""

from __future__ import annotations

from collections.abc import Callable

from assistant.eval.cases import Variant
from assistant.eval.metrics.answer import ANSWER
from assistant.eval.metrics.base import Sample, Score
from assistant.eval.metrics.retrieval import RETRIEVAL

_MEASURED = ("fact_coverage", "answer_sentence@1", "answer_sentence@3", "document_hit@4", "passage_hit@4")
_FORMS: tuple[tuple[str, Variant, str], ...] = (
    ("follow_up", "", "as asked"),
    ("follow_up_full", "full", "asked in full"),
    ("follow_up_bare", "bare", "without its history"),
)


def _only(variant: Variant, score: Callable[[Sample], Score]) -> Callable[[Sample], Score]:
    def only(sample: Sample) -> Score:
        if sample.case.variant != variant or not (sample.case.history or variant):
            return Score(None, "not a follow-up")
        return score(sample)

    return only


FOLLOW_UP = tuple(
    metric._replace(
        name=f"{prefix}_{metric.name}",
        group="follow-up",
        about=f"follow-ups {form}: {metric.about}",
        score=_only(variant, metric.score),
        variant=variant,
    )
    for prefix, variant, form in _FORMS
    for metric in (*ANSWER, *RETRIEVAL)
    if metric.name in _MEASURED
)
