"""Fits the weights of ``assistant/retrieval/agreement.py`` on gold questions and prints them.

Wordings of one fact in different sources agree, wordings of different facts differ. The weights are fitted on the even
lines of GOLD and measured on the odd ones. Each pair is also used with answers a word or two too long or too short, as
a model gives them. Agreeing and differing pairs count the same.

    uv run --group train python -m training.fit_agreement training/practice/gold/dev.jsonl
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from assistant.english.tokens import words
from assistant.eval import Case
from assistant.query.parse import QuestionParts, parse_question
from assistant.retrieval.agreement import THRESHOLD, AgreementFeatures, AnswerSpan, agreement_features
from training.fitting import auroc, balanced_logistic
from training.gold import in_full

Numbers = np.ndarray[tuple[Any, ...], np.dtype[np.float64]]
Verdicts = np.ndarray[tuple[Any, ...], np.dtype[np.bool_]]

MOVES = ((0, 0), (-1, 0), (0, 1), (-2, 1), (-1, 2), (1, 0), (0, -1))
"""By how many words an answer's start and end are moved."""


DECAY = 0.001


class Pair(NamedTuple):
    """Two wordings of different sources, whether they give different facts, and whether the line is odd."""

    question: QuestionParts
    one: AnswerSpan
    other: AnswerSpan
    differ: bool
    odd: bool


def main() -> None:
    """Fit on the even lines; print measures of the odd ones to stderr and the weights to stdout."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("gold", nargs="+", type=Path)
    arguments.add_argument("--threshold", type=float, default=THRESHOLD)
    arguments.add_argument("--failures", action="store_true", help="print the pairs with the largest error")
    options = arguments.parse_args()
    found = [pair for gold in options.gold for pair in pairs(gold)]
    even, odd = ([pair for pair in found if pair.odd == side] for side in (False, True))
    weights = fit([moved for pair in even for moved in _moved(pair)])
    lines = [f"    {name}={weight:.2f},\n" for name, weight in zip(AgreementFeatures._fields, weights, strict=True)]
    print(f"WEIGHTS = AgreementFeatures(\n{''.join(lines)})")
    for name, sample in (("exact spans", odd), ("moved spans", [m for pair in odd for m in _moved(pair)[1:]])):
        report(name, sample, weights, options.threshold)
    if options.failures:
        _failures(even, weights)


def pairs(gold: Path) -> Iterator[Pair]:
    """The pairs of all questions that ask for one fact and not for yes or no."""
    for number, line in enumerate(gold.read_text(encoding="utf-8").splitlines()):
        case = Case.model_validate_json(line)
        question = parse_question(in_full(case))
        if case.kind in ("multi", "unanswerable") or question.answer_type == "yes-no":
            continue
        wordings = [
            (fact, evidence.source, AnswerSpan(evidence.quote, at, at + len(wording)))
            for fact, listed in enumerate(case.facts)
            for wording in listed
            for evidence in case.evidence
            if (at := evidence.quote.find(wording)) >= 0
        ]
        for (fact, source, one), (fact2, source2, other) in itertools.combinations(wordings, 2):
            if source != source2:
                yield Pair(question, one, other, fact != fact2, bool(number % 2))


def fit(found: Sequence[Pair]) -> Numbers:
    """Weights of a logistic regression in the order of ``AgreementFeatures``; both outcomes count the same."""
    rows = np.array([agreement_features(pair.question, pair.one, pair.other) for pair in found])
    constant = AgreementFeatures._fields.index("always")  # this column is 1 throughout, so its weight is the intercept
    model = balanced_logistic(np.delete(rows, constant, axis=1), np.array([pair.differ for pair in found]), DECAY)
    return np.insert(model.weights, constant, model.bias)


def report(name: str, sample: Sequence[Pair], weights: Numbers, threshold: float) -> None:
    """Measures by answer type."""
    print(f"{name}, threshold {threshold}", file=sys.stderr)
    heads = ("pairs", "differ", "AUROC", "right", "precision", "recall")
    print(f"{'':9}" + "".join(f"{head:>12}" for head in heads), file=sys.stderr)
    chances = _chances(sample, weights)
    for kind in ("", *sorted({pair.question.answer_type for pair in sample})):
        chosen = [n for n, pair in enumerate(sample) if kind in ("", pair.question.answer_type)]
        truth = np.array([sample[n].differ for n in chosen])
        ours = chances[chosen] >= threshold
        cells = [
            len(chosen),
            truth.mean(),
            auroc(list(zip(truth, chances[chosen], strict=True))),
            *_measures(ours, truth),
        ]
        print(
            f"{kind or 'all':9}" + "".join(f"{c:>12}" if isinstance(c, int) else f"{c:>12.3f}" for c in cells),
            file=sys.stderr,
        )
    for cut in (0.5, 0.6, 0.7, 0.8, 0.9):
        right, precision, recall = _measures(chances >= cut, np.array([p.differ for p in sample]))
        alarms = float((chances >= cut)[[not p.differ for p in sample]].mean())
        print(
            f"   at {cut}: right {right:.3f} precision {precision:.3f} recall {recall:.3f} false alarms {alarms:.3f}",
            file=sys.stderr,
        )


def _chances(sample: Sequence[Pair], weights: Numbers) -> Numbers:
    rows = np.array([agreement_features(pair.question, pair.one, pair.other) for pair in sample])
    return np.asarray(1 / (1 + np.exp(-(rows @ weights))))


def _measures(said: Verdicts, truth: Verdicts) -> tuple[float, float, float]:
    both = float((said & truth).sum())
    return float((said == truth).mean()), both / max(1.0, float(said.sum())), both / max(1.0, float(truth.sum()))


def _moved(pair: Pair) -> list[Pair]:
    chance = random.Random(pair.one.text + pair.other.text)
    moves = [(0, 0), *((chance.randrange(len(MOVES)), chance.randrange(len(MOVES))) for _ in range(3))]
    return [pair._replace(one=_move(pair.one, *MOVES[a]), other=_move(pair.other, *MOVES[b])) for a, b in moves]


def _move(said: AnswerSpan, before: int, after: int) -> AnswerSpan:
    found = words(said.text)
    inside = [n for n, word in enumerate(found) if word.start < said.end and word.end > said.start]
    if not inside:
        return said
    first = min(max(0, inside[0] + before), inside[-1])
    last = max(first, min(len(found) - 1, inside[-1] + after))
    return AnswerSpan(said.text, found[first].start, found[last].end)


def _failures(sample: Sequence[Pair], weights: Numbers) -> None:
    chances = _chances(sample, weights)
    for n in sorted(range(len(sample)), key=lambda n: -abs(chances[n] - sample[n].differ))[:60]:
        pair = sample[n]
        truth = "differ" if pair.differ else "agree"
        on = {name: round(value, 2) for name, value in agreement_features(*pair[:3])._asdict().items() if value}
        print(
            f"{truth}, predicted {chances[n]:.2f}: {pair.question.text}",
            *map(_shown, pair[1:3]),
            on,
            sep="\n    ",
            file=sys.stderr,
        )


def _shown(said: AnswerSpan) -> str:
    before, after = said.text[max(0, said.start - 60) : said.start], said.text[said.end :][:60]
    return f"{before}[{said.text[said.start : said.end]}]{after}"


if __name__ == "__main__":
    main()
