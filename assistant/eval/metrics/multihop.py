"""The scorer of MultiHop-RAG as its authors define it (Tang & Yang 2024), kept apart from our own metrics.

A passage is relevant when it holds a gold fact once blanks and line breaks are removed from both. Its average
precision counts, at each rank, only the facts found there for the first time, looks at eleven ranks, and is
divided by the number of facts, ten at most; so it differs from the usual definition on purpose. Questions
without evidence are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.eval.cases import Case
from assistant.eval.corpus import Corpus
from assistant.eval.metrics.base import Metric, Score, refused
from assistant.types import Answer


def new_facts(facts: Sequence[str], passages: Sequence[str]) -> list[tuple[bool, int]]:
    """For the first eleven passages: whether they hold any gold fact, and how many not held before."""
    gold = [_packed(fact) for fact in facts]
    seen: list[str] = []
    held = []
    for text in map(_packed, passages[:11]):
        # A gold list may repeat a fact; the second copy is not new.
        fresh = 0
        for fact in gold:
            if fact in text and fact not in seen:
                seen.append(fact)
                fresh += 1
        held.append((any(fact in text for fact in gold), fresh))
    return held


def _packed(text: str) -> str:
    return text.replace(" ", "").replace("\n", "")


def hits(k: int) -> Callable[[Sequence[tuple[bool, int]], int], float]:
    """Whether any of the first k passages holds a fact."""
    return lambda held, facts: float(any(relevant for relevant, _ in held[:k]))  # noqa: ARG005


def mrr(held: Sequence[tuple[bool, int]], facts: int) -> float:  # noqa: ARG001
    """Reciprocal rank of the first relevant passage within ten."""
    return next((1 / rank for rank, (relevant, _) in enumerate(held[:10], 1) if relevant), 0.0)


def average_precision(held: Sequence[tuple[bool, int]], facts: int) -> float:
    """Sum of new facts / rank, over the number of facts, ten at most."""
    return sum(fresh / rank for rank, (_, fresh) in enumerate(held, 1)) / min(facts, 10)


def _metric(name: str, about: str, measure: Callable[[Sequence[tuple[bool, int]], int], float]) -> Metric:
    def score(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001 - the shape of a metric
        if not case.evidence:
            return Score(None, "a question without evidence is left out")
        facts = [e.quote for e in case.evidence]
        return Score(measure(new_facts(facts, [p.chunk.text for p in answer.passages]), len(facts)))

    return Metric(f"multihop_rag_{name}", "official", f"MultiHop-RAG's own scorer: {about}", "higher", score)


def shares_word(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001
    """1.0 if answer and gold answer share a word, in lower case. Lenient by definition: dumping text scores
    high.
    """
    if not case.answerable or not case.facts:
        return Score(None, "no gold answer")
    given = "" if refused(answer) else answer.text
    return Score(float(bool(set(given.lower().split()) & set(case.facts[0][0].lower().split()))))


OFFICIAL = (
    _metric("hits@4", "any fact in the first 4 passages", hits(4)),
    _metric("hits@10", "any fact in the first 10 passages", hits(10)),
    _metric("map@10", "new facts by rank", average_precision),
    _metric("mrr@10", "reciprocal rank of the first passage with a fact", mrr),
    Metric(
        "multihop_rag_accuracy",
        "official",
        "MultiHop-RAG's own scorer: answer and gold share a word",
        "higher",
        shares_word,
    ),
)
