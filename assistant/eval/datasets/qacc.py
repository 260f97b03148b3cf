"""QACC (Liu et al. 2025): open questions over web snippets, a quarter of which disagree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from assistant.eval.cases import Case, Suite
from assistant.eval.datasets.base import (
    CITING,
    CONFLICTING,
    COSTS,
    Draft,
    Given,
    Record,
    RecordReader,
    given_contexts,
    quotation,
)

PROTOCOL = (
    "Given contexts, shuffled: each question may use its own snippets, whose site is the publisher. A question is a "
    "conflict where annotators found a second answer; then every answer found is a key fact, else the correct one is. "
    "Gold evidence is the answer's sentence in each snippet named for it, or the snippet where none holds it."
)


class _Question(Record):
    model_config = ConfigDict(alias_generator=to_camel)

    question: str
    contexts: list[str | None]
    sources: list[str | None]
    first_answer: str | None
    first_context: str | None
    second_answer: str | None = None
    second_context: str | None = None
    third_answer: str | None = None
    third_context: str | None = None
    correct_answer: str | None = None

    @property
    def answers(self) -> list[tuple[str, list[int]]]:
        """Each answer with the numbers of the snippets that hold text and are named for it, as in ``"['A', 'C']"``."""
        given = (
            (self.first_answer, self.first_context),
            (self.second_answer, self.second_context),
            (self.third_answer, self.third_context),
        )
        held = {chr(ord("A") + n): n for n, text in enumerate(self.contexts) if text and text.strip()}
        found = [
            (answer, [held[a] for a in re.findall("[A-Z]", letters or "") if a in held]) for answer, letters in given
        ]
        return [(answer, named) for answer, named in found if answer and answer.strip() and named]


def qacc(path: Path, seed: int) -> Suite:
    """A QACC file, one JSON list. See PROTOCOL."""
    records = RecordReader("qacc", path)
    items = []
    for number, (line, raw) in enumerate(records.json_list(), 1):
        if question := records.parsed(_Question, raw, line):
            if question.answers:
                items.append(_given(number, question))
            else:
                records.leave_out("no answer names a snippet", line)
    metrics = (
        "passage_hit@1", "passage_hit@3", "passage_hit@4", "passage_mrr@10", "fact_coverage", "token_f1",
        *CONFLICTING, "false_conflicts", "false_refusals", *CITING, *COSTS,
    )  # fmt: skip
    return given_contexts(items, seed, PROTOCOL, metrics, [records])


def _given(number: int, question: _Question) -> Given:
    found = question.answers
    texts = [text or "" for text in question.contexts]
    conflict = len(found) > 1

    def build(sources: Sequence[str]) -> Case:
        first = dict.fromkeys(filter(None, (question.correct_answer, found[0][0])))
        return Case(
            id=f"qacc-{number}",
            question=question.question,
            kind="conflict" if conflict else "fact",
            facts=tuple((answer,) for answer, _ in found) if conflict else (tuple(first),),
            evidence=tuple(quotation(sources[n], texts[n], [answer]) for answer, named in found for n in named),
            answerable=True,
        )

    sites = question.sources[: len(texts)]
    return Given([Draft(text, publisher=site) for text, site in zip_longest(texts, sites)], build)
