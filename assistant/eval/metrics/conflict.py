"""Conflicts: whether they are reported, with every side cited and named, and only if sources disagree."""

from __future__ import annotations

from assistant.eval.cases import Case, GoldQuote
from assistant.eval.matching import says
from assistant.eval.metrics.abstention import f1, precision, recall
from assistant.eval.metrics.base import Metric, Sample, Score
from assistant.types import Side, Span


def reported(sample: Sample) -> bool:
    """Whether the answer says that the sources disagree."""
    return sample.answer.outcome == "conflicting" or bool(sample.answer.conflicts)


def sides(case: Case) -> list[list[GoldQuote]]:
    """The evidence of each side: the quotations with one of its wordings, with a side for each fact.

    Quotations without a wording of any fact are sides of their own. Empty unless the sources disagree.
    """
    if not case.conflicting:
        return []
    groups = [[e for e in case.evidence if any(says(e.quote, wording) for wording in fact)] for fact in case.facts]
    placed = [e for group in groups for e in group]
    return [group for group in groups if group] + [[e] for e in case.evidence if e not in placed]


def detection(sample: Sample) -> Score:
    """Whether a conflict was reported, and whether there is one."""
    reason = "reports a conflict" if reported(sample) else "reports no conflict"
    return Score(float(reported(sample)), reason, float(sample.case.conflicting))


def false_conflict(sample: Sample) -> Score:
    """1.0 if a conflict was reported although the sources agree or there is only one."""
    if sample.case.conflicting:
        return Score(None, "the sources do disagree")
    reason = "reports a conflict that is none" if reported(sample) else "reports none"
    return Score(float(reported(sample)), reason)


def both_sides(sample: Sample) -> Score:
    """1.0 if a valid citation points to the evidence of every side."""
    groups = sides(sample.case)
    if len(groups) < 2:
        return Score(None, "no conflict")
    corpus, cited = sample.corpus, sample.cited
    missed = [group for group in groups if not any(cited & corpus.quoted(e.source, e.quote) for e in group)]
    reason = "; ".join(f"does not cite {g[0].source}: {g[0].quote}" for g in missed) or "cites all"
    return Score(float(not missed), reason)


def attributed_sides(sample: Sample) -> Score:
    """Share of the sides that are shown to the reader under the right publisher (else title) and date.

    A side is shown when a side of a reported conflict cites its evidence with the publisher and date that the
    document has, and the answer's text names that publisher.
    """
    groups = sides(sample.case)
    if len(groups) < 2:
        return Score(None, "no conflict")
    shown = [side for conflict in sample.answer.conflicts for side in conflict.sides]
    missed = [group for group in groups if not any(_shows(s, e, sample) for s in shown for e in group)]
    reason = "; ".join(f"does not attribute {g[0].source}" for g in missed) or "attributes all"
    return Score(1 - len(missed) / len(groups), reason)


def _shows(side: Side, evidence: GoldQuote, sample: Sample) -> bool:
    cited, corpus = side.citation, sample.corpus
    if cited.source != evidence.source or corpus.fault(cited) is not None:
        return False
    document = corpus[cited.source]
    touched = corpus.touched(cited.source, (Span(cited.start, cited.end),))
    return (
        bool(touched & corpus.quoted(evidence.source, evidence.quote))
        and (cited.publisher, cited.published) == (document.publisher, document.published)
        and says(sample.answer.text, document.publisher or document.title or document.source)
    )


_GROUP = "conflict"

CONFLICT = (
    Metric("conflict_precision", _GROUP, "share of reported conflicts that are real", "higher", detection, precision),
    Metric("conflict_recall", _GROUP, "share of real conflicts that are reported", "higher", detection, recall),
    Metric("conflict_f1", _GROUP, "harmonic mean of the two", "higher", detection, f1),
    Metric("false_conflicts", _GROUP, "share of clean questions with a conflict reported", "lower", false_conflict),
    Metric("both_sides_cited", _GROUP, "share of conflicts with every side cited", "higher", both_sides),
    Metric("sides_attributed", _GROUP, "share of sides under the right publisher and date", "higher", attributed_sides),
)
