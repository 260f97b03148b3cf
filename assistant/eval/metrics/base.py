"""The types of metrics: a metric is a pure function of one answered question, and a way to sum up its scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from assistant.eval.cases import Case, Variant
from assistant.eval.corpus import Corpus, Sentences
from assistant.eval.stats import Overall, mean
from assistant.types import Answer, Citation, Span

FAILED = "failed"
"""The writer of an answer that represents a crash or a timeout."""

PLAIN = "plain text"
"""The writer of an answer that is a plain string without citations."""

Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, eq=False)
class Sample:
    """One answered question as a metric sees it: the case, the answer, and the texts that the answer is about."""

    case: Case
    answer: Answer
    corpus: Corpus

    @property
    def refused(self) -> bool:
        """Whether the answer says that the documents do not hold it."""
        return self.answer.outcome == "not_in_documents"

    @property
    def silent(self) -> bool:
        """Whether there is no answer text: a refusal, or nothing at all."""
        return self.refused or not self.answer.text.strip()

    @cached_property
    def citations(self) -> tuple[Citation, ...]:
        """All citations of the answer, its claims and its conflicts, each once."""
        answer = self.answer
        claimed = (citation for claim in answer.claims for citation in claim.citations)
        sides = (side.citation for conflict in answer.conflicts for side in conflict.sides)
        return tuple(dict.fromkeys((*answer.citations, *claimed, *sides)))

    @cached_property
    def cited(self) -> Sentences:
        """The sentences that valid citations point to."""
        valid = [c for c in self.citations if self.corpus.fault(c) is None]
        return frozenset().union(*(self.corpus.touched(c.source, (Span(c.start, c.end),)) for c in valid))

    @cached_property
    def gold(self) -> tuple[Sentences, ...]:
        """For each gold quotation the sentences that it covers."""
        return tuple(self.corpus.quoted(e.source, e.quote) for e in self.case.evidence)


class Score(NamedTuple):
    """The score of one answer by one metric. If ``value`` is None, the metric does not apply to this case.

    ``truth`` is the gold value, for metrics that compare two columns over all cases (AUROC, precision, ...).
    """

    value: float | None
    reason: str = ""
    truth: float = 0.0


class Metric(NamedTuple):
    """A named measure.

    ``score`` sees one answered question. ``overall`` turns the scores of all cases into the number that is reported.
    ``variant`` is the form of the question that the metric is taken on. ``bounded`` says that its scores are from 0 to
    1; others are in the table but not in the plots.
    """

    name: str
    group: str
    about: str
    better: Better
    score: Callable[[Sample], Score]
    overall: Overall = mean
    variant: Variant = ""
    bounded: bool = True
