"""Is the answer right: key facts, SQuAD's exact match and F1, the answer sentence, and how long it is."""

from __future__ import annotations

from collections.abc import Callable

from assistant.eval.cases import Case
from assistant.eval.corpus import Corpus
from assistant.eval.metrics.base import Metric, Score, refused
from assistant.eval.metrics.retrieval import hit, ranks
from assistant.eval.normal import exact_match, says, token_f1, without_markers
from assistant.types import Answer


def fact_coverage(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001 - the shape of a metric
    """Share of the key facts of which the answer holds an accepted wording, as whole words."""
    if not case.answerable or not case.facts:
        return Score(None, "no key facts")
    if refused(answer):
        return Score(0.0, "refused")
    missing = [f for f in case.facts if not any(says(answer.text, wording) for wording in f)]
    reason = "lacks " + "; ".join(" | ".join(wordings) for wordings in missing) if missing else "holds every fact"
    return Score(1 - len(missing) / len(case.facts), reason)


def strict_match(case: Case, answer: Answer, corpus: Corpus) -> Score:
    """1.0 if the answer holds every key fact and none of the answers tagged ``wrong:`` (strict EM of
    RAMDocs).
    """
    covered = fact_coverage(case, answer, corpus)
    if covered.value is None:
        return covered
    wrong = [text for text in case.tagged("wrong") if says(answer.text, text)]
    if wrong:
        return Score(0.0, "gives the wrong answer " + "; ".join(wrong))
    return Score(float(covered.value == 1.0), covered.reason)


def _best(measure: Callable[[str, str], float]) -> Callable[[Case, Answer, Corpus], Score]:
    def score(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001
        if not case.answerable or len(case.facts) != 1:
            return Score(None, "not a question with one short answer")
        given = "" if refused(answer) else without_markers(answer.text)
        value, wording = max((measure(given, wording), wording) for wording in case.facts[0])
        return Score(value, f"closest to {wording!r}")

    return score


def _answer_sentence(k: int) -> Metric:
    def score(case: Case, answer: Answer, corpus: Corpus) -> Score:
        if not case.evidence:
            return Score(None, "no gold evidence to find")
        found = ranks(case, answer, corpus, "sentence")
        return Score(hit(found, k), f"gold sentence at {', '.join('no rank' if r is None else str(r) for r in found)}")

    return Metric(f"answer_sentence@{k}", "answer", f"a gold sentence among the {k} ranked first", "higher", score)


def words(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001
    """Words of the answer, markers not counted; a refusal has no length."""
    if refused(answer) or not answer.text.strip():
        return Score(None, "no answer was given")
    return Score(float(len(without_markers(answer.text).split())))


ANSWER = (
    Metric("fact_coverage", "answer", "share of the key facts the answer holds", "higher", fact_coverage),
    Metric("strict_match", "answer", "all key facts and no wrong answer", "higher", strict_match),
    Metric("exact_match", "answer", "SQuAD exact match with the short answer", "higher", _best(exact_match)),
    Metric("token_f1", "answer", "SQuAD word F1 with the short answer", "higher", _best(token_f1)),
    _answer_sentence(1),
    _answer_sentence(3),
    Metric("words", "answer", "words of an answer", "neither", words),
)
