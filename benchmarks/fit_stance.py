"""Fits the weights of ``assistant/text/stance.py`` on the practice questions and prints them, with what they achieve.

A pair is two wordings of one question's facts: of one fact they say the same, of different facts they differ. Each is
taken twice, as the answering words alone and as the sentences that hold them. Fitted on the questions with an even line
number, with same and different made equally likely; measured on the odd ones.

    python -m benchmarks.fit_stance > /dev/null   # measures only
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.text.questions import parse_question
from assistant.text.stance import Evidence, differs, evidence, likeness

GOLD = Path(__file__).parents[1] / "eval" / "practice" / "gold" / "dev.jsonl"

PRIOR = np.array([0.8, 0.8, 0.4, 0.4, -0.3, 1.5, -0.5, -0.4, 0.2, 0.0])
"""Weights set by hand, towards which the fitted ones are drawn: WEIGHTS, BIAS, PRODUCT, LIKENESS, OFFSET."""

PULL = 0.01
SIGNS = len(Evidence._fields) - 1
_DENIAL = re.compile(
    r"\b(?:no|not|never|none|neither|nor|without|nobody|nothing|den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|dismiss(?:es|ed)"
    r"|refut(?:e|es|ed)|rule[sd]? out|false|untrue|fail(?:s|ed)|refus(?:e|es|ed)|cannot)\b|\w+n['’]t\b",
    re.IGNORECASE,
)

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Truth = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


class Pair(NamedTuple):
    """Two texts that answer a question; ``line`` is the question's in the file."""

    line: int
    question: str
    one: str
    other: str
    differ: bool


def main() -> None:
    """Weights to stdout, measures to stderr."""
    wordings, sentences = list(pairs(whole=False)), list(pairs(whole=True))
    print(fit([pair for pair in (*wordings, *sentences) if pair.line % 2 == 0]))
    for name, found in (("answering words", wordings), ("whole sentences", sentences)):
        for half, odd in (("even", 0), ("odd", 1)):
            part = [pair for pair in found if pair.line % 2 == odd]
            truth = np.array([pair.differ for pair in part])
            scores = np.array([differs(pair.question, pair.one, pair.other) for pair in part])
            report(f"{name}, {half}", scores, truth)
            report("  a denying word in one only", np.array([_one_denies(pair) for pair in part]), truth)


def pairs(*, whole: bool) -> Iterator[Pair]:
    """Pairs of wordings, or of the ``whole`` sentences that hold them; sentences that hold two sides are left out."""
    for line, text in enumerate(GOLD.read_text(encoding="utf-8").splitlines(), 1):
        case = json.loads(text)
        if case["kind"] in ("multi", "unanswerable") or parse_question(case["question"]).answer_type != "yes-no":
            continue
        quotes = [held["quote"] for held in case["evidence"]]
        first: dict[tuple[int, str], str] = {}
        for side, wordings in enumerate(case["facts"]):
            for wording in wordings:
                for quote in quotes:
                    if wording in quote:
                        first.setdefault((side, quote), wording)
        told = [quote for _, quote in first]
        once = [(side, quote, wording) for (side, quote), wording in first.items() if told.count(quote) == 1]
        for (a, quote, wording), (b, quote2, wording2) in combinations(once, 2):
            yield Pair(line, case["question"], *((quote, quote2) if whole else (wording, wording2)), a != b)


def fit(found: list[Pair], steps: int = 6000, rate: float = 0.02) -> str:
    """The weights that make the outcome of each pair likely; pairs that figures or options settle are left out."""
    told = [(evidence(pair.question, pair.one), evidence(pair.question, pair.other), pair) for pair in found]
    told = [row for row in told if not row[0].settled and not row[1].settled]
    first = np.array([[*one[:SIGNS], 1.0] for one, _, _ in told])
    second = np.array([[*other[:SIGNS], 1.0] for _, other, _ in told])
    alike = np.array([[*likeness(pair.one, pair.other), 1.0] for *_, pair in told])
    truth = np.array([pair.differ for *_, pair in told])
    way = np.where(truth, 1.0, -1.0)
    share = np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean())) / len(told)
    weights, mean, spread = PRIOR.copy(), np.zeros_like(PRIOR), np.zeros_like(PRIOR)
    for step in range(1, steps + 1):
        slope = _slope(weights, first, second, alike, way, share) + 2 * PULL * (weights - PRIOR)
        mean, spread = 0.9 * mean + 0.1 * slope, 0.999 * spread + 0.001 * slope**2
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-9)
    signs, bias, product, like, offset = np.split(weights.round(2), (SIGNS, SIGNS + 1, SIGNS + 2, len(PRIOR) - 1))
    names = ("WEIGHTS", "BIAS", "PRODUCT", "LIKENESS", "OFFSET")
    values = (tuple(signs.tolist()), bias[0], product[0], tuple(like.tolist()), offset[0])
    return "\n".join(f"{name} = {value}" for name, value in zip(names, values, strict=True))


def _slope(weights: Array, first: Array, second: Array, alike: Array, way: Array, share: Array) -> Array:
    signs, product, like = weights[: SIGNS + 1], weights[SIGNS + 1], weights[SIGNS + 2 :]
    one, other = np.tanh(first @ signs), np.tanh(second @ signs)
    odds = alike @ like - product * one * other
    pull = -way * share / (1 + np.exp(way * odds))
    turn = (1 - one**2)[:, None] * first * other[:, None] + (1 - other**2)[:, None] * second * one[:, None]
    return np.concatenate([-product * pull @ turn, [-(pull * one * other).sum()], pull @ alike])


def report(name: str, scores: Array, truth: Truth) -> None:
    """AUROC, accuracy with the cut at 0, precision and recall with the cut at 0.5; to stderr."""
    ahead = scores[truth][:, None] - scores[~truth]
    sure, right = scores > 0.5, (scores > 0) == truth
    print(
        f"{name:32} {len(truth)} pairs, {truth.mean():.2f} differ:"
        f" AUROC {(ahead > 0).mean() + (ahead == 0).mean() / 2:.3f}, right {right.mean():.3f}"
        f" (where they differ {right[truth].mean():.3f}, where not {right[~truth].mean():.3f});"
        f" above 0.5 precision {truth[sure].mean() if sure.any() else 0:.3f}, recall {sure[truth].mean():.3f},"
        f" false alarms {sure[~truth].mean():.3f}",
        file=sys.stderr,
    )


def _one_denies(pair: Pair) -> float:
    return float(bool(_DENIAL.search(pair.one)) != bool(_DENIAL.search(pair.other)))


if __name__ == "__main__":
    main()
