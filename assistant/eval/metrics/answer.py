"""Correctness of answers: key facts, SQuAD's exact match and F1, the answer sentence, and the length of the answer."""

from __future__ import annotations

from collections.abc import Callable

from assistant.eval.cases import Case
from assistant.eval.matching import exact_match, says, token_f1, without_markers, word_count
from assistant.eval.metrics.base import Metric, Sample, Score
from assistant.eval.metrics.retrieval import hit, ranks


def missing_facts(case: Case, text: str) -> list[tuple[str, ...]]:
    """The key facts without an accepted wording in ``text``, compared as whole words."""
    return [wordings for wordings in case.facts if not any(says(text, wording) for wording in wordings)]


def fact_coverage(sample: Sample) -> Score:
    """Share of the key facts that the answer has."""
    case = sample.case
    if not case.answerable or not case.facts:
        return Score(None, "no key facts")
    if sample.refused:
        return Score(0.0, "refused")
    missing = missing_facts(case, sample.answer.text)
    reason = "lacks " + "; ".join(" | ".join(wordings) for wordings in missing) if missing else "holds every fact"
    return Score(1 - len(missing) / len(case.facts), reason)


def strict_match(sample: Sample) -> Score:
    """1.0 if the answer has every key fact and none of the answers tagged ``wrong:`` (strict EM of RAMDocs)."""
    covered = fact_coverage(sample)
    if covered.value is None:
        return covered
    wrong = [text for text in sample.case.tagged("wrong") if says(sample.answer.text, text)]
    if wrong:
        return Score(0.0, "gives the wrong answer " + "; ".join(wrong))
    return Score(float(covered.value == 1.0), covered.reason)


def _best(measure: Callable[[str, str], float]) -> Callable[[Sample], Score]:
    def score(sample: Sample) -> Score:
        if not sample.case.answerable or len(sample.case.facts) != 1:
            return Score(None, "not a question with one short answer")
        given = "" if sample.refused else without_markers(sample.answer.text)
        value, wording = max((measure(given, wording), wording) for wording in sample.case.facts[0])
        return Score(value, f"closest to {wording!r}")

    return score


def _answer_sentence(k: int) -> Metric:
    def score(sample: Sample) -> Score:
        if not sample.case.evidence:
            return Score(None, "no gold evidence to find")
        found = ranks(sample, "sentence")
        return Score(hit(found, k), f"gold sentence at {', '.join('no rank' if r is None else str(r) for r in found)}")

    return Metric(f"answer_sentence@{k}", "answer", f"a gold sentence among the {k} ranked first", "higher", score)


def words(sample: Sample) -> Score:
    """Words of the answer, markers not counted; a refusal has no length."""
    if sample.silent:
        return Score(None, "no answer was given")
    return Score(float(word_count(sample.answer.text)))


ANSWER = (
    Metric("fact_coverage", "answer", "share of the key facts the answer holds", "higher", fact_coverage),
    Metric("strict_match", "answer", "all key facts and no wrong answer", "higher", strict_match),
    Metric("exact_match", "answer", "SQuAD exact match with the short answer", "higher", _best(exact_match)),
    Metric("token_f1", "answer", "SQuAD word F1 with the short answer", "higher", _best(token_f1)),
    _answer_sentence(1),
    _answer_sentence(3),
    Metric("words", "answer", "words of an answer", "neither", words, bounded=False),
)
