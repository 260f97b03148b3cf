"""When sources disagree: is it noticed, is every side cited and named, are clean questions left alone."""

from __future__ import annotations

from assistant.eval.cases import Case, Quotation
from assistant.eval.corpus import Corpus
from assistant.eval.metrics.abstention import f1, precision, recall
from assistant.eval.metrics.base import Metric, Score
from assistant.eval.metrics.citation import cited_sentences, fault
from assistant.eval.normal import says
from assistant.types import Answer, Side, Span


def reported(answer: Answer) -> bool:
    """Whether the answer tells its reader that the sources disagree."""
    return answer.outcome == "conflicting" or bool(answer.conflicts)


def sides(case: Case) -> list[list[Quotation]]:
    """The evidence of each side: the quotations that hold one of its wordings, a side for each fact.

    Quotations that hold no wording of any fact are a side of their own.
    """
    groups = [[e for e in case.evidence if any(says(e.quote, wording) for wording in fact)] for fact in case.facts]
    placed = [e for group in groups for e in group]
    return [group for group in groups if group] + [[e] for e in case.evidence if e not in placed]


def detection(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001 - the shape of a metric
    """Whether a conflict was reported beside whether there is one."""
    said = "reports a conflict" if reported(answer) else "reports no conflict"
    return Score(float(reported(answer)), said, float(case.conflicting))


def false_conflict(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001
    """1.0 if a conflict was reported where the sources agree or only one speaks."""
    if case.conflicting:
        return Score(None, "the sources do disagree")
    return Score(float(reported(answer)), "reports a conflict that is none" if reported(answer) else "reports none")


def both_sides(case: Case, answer: Answer, corpus: Corpus) -> Score:
    """1.0 if a valid citation points to the evidence of every side."""
    if not case.conflicting or len(sides(case)) < 2:
        return Score(None, "no conflict")
    cited = cited_sentences(answer, corpus)
    missed = [
        group
        for group in sides(case)
        if not any(cited & corpus.touched(e.source, corpus.locate(e.source, e.quote)) for e in group)
    ]
    return Score(
        float(not missed),
        "; ".join(f"does not cite {g[0].source}: {g[0].quote}" for g in missed) or "cites all",
    )


def attributed_sides(case: Case, answer: Answer, corpus: Corpus) -> Score:
    """Share of the sides that are shown to the reader under the right publisher (else title) and date.

    A side is shown when a side of a reported conflict cites its evidence with the publisher and date that the
    document has, and the answer's text names that publisher.
    """
    if not case.conflicting or len(sides(case)) < 2:
        return Score(None, "no conflict")
    shown = [side for conflict in answer.conflicts for side in conflict.sides]
    missed = [group for group in sides(case) if not any(_shows(s, e, answer, corpus) for s in shown for e in group)]
    reason = "; ".join(f"does not attribute {g[0].source}" for g in missed) or "attributes all"
    return Score(1 - len(missed) / len(sides(case)), reason)


def _shows(side: Side, evidence: Quotation, answer: Answer, corpus: Corpus) -> bool:
    cited = side.citation
    if cited.source != evidence.source or fault(cited, corpus) is not None:
        return False
    metadata = corpus.metadata(cited.source)
    touched = corpus.touched(cited.source, (Span(cited.start, cited.end),))
    return (
        bool(touched & corpus.touched(evidence.source, corpus.locate(evidence.source, evidence.quote)))
        and (cited.publisher, cited.published) == (metadata.publisher, metadata.published)
        and says(answer.text, metadata.publisher or metadata.title or metadata.source)
    )


CONFLICT = (
    Metric(
        "conflict_precision",
        "conflict",
        "share of reported conflicts that are real",
        "higher",
        detection,
        precision,
    ),
    Metric(
        "conflict_recall",
        "conflict",
        "share of real conflicts that are reported",
        "higher",
        detection,
        recall,
    ),
    Metric("conflict_f1", "conflict", "harmonic mean of the two", "higher", detection, f1),
    Metric(
        "false_conflicts",
        "conflict",
        "share of clean questions with a conflict reported",
        "lower",
        false_conflict,
    ),
    Metric("both_sides_cited", "conflict", "share of conflicts with every side cited", "higher", both_sides),
    Metric(
        "sides_attributed",
        "conflict",
        "share of sides under the right publisher and date",
        "higher",
        attributed_sides,
    ),
)
