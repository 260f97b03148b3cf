"""Fits the small models that rank statements, and measures them. Needs scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from assistant.retrieval.linear import Logistic

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DECAY = 2e-3
"""Weight of half the squared norm of the weights, beside the mean loss."""


def logistic(rows: Floats, truths: Flags, times: Floats | None = None, decay: float = DECAY) -> Logistic:
    """Logistic regression on rows of shape (examples, columns), each counted ``times``; columns are standardised."""
    counted = np.ones(len(rows)) if times is None else times
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=1 / (decay * counted.sum()), max_iter=10_000, tol=1e-8)
    model.fit(scaler.transform(rows), truths, sample_weight=counted)
    weights: Floats = model.coef_[0] / scaler.scale_
    return Logistic(weights, float(model.intercept_[0] - weights @ scaler.mean_))


def signed_logistic(rows: Floats, truths: Flags, times: Floats, signs: Floats, decay: float = DECAY) -> Logistic:
    """Logistic regression whose weights have the ``signs`` given for the columns, +1 or -1, or are 0.

    Columns that tell much the same thing would otherwise get weights against each other, which hold for no other texts.
    """
    scaler = StandardScaler().fit(rows)
    scaled, counted = scaler.transform(rows), times / times.sum()

    def loss(weights: Floats) -> tuple[float, Floats]:
        logits = scaled @ weights[:-1] + weights[-1]
        value = float(counted @ np.logaddexp(0, np.where(truths, -logits, logits)))
        slope = counted * (1 / (1 + np.exp(-logits)) - truths)
        shrunk = decay * weights[:-1]
        return value + float(shrunk @ weights[:-1]) / 2, np.append(scaled.T @ slope + shrunk, slope.sum())

    bounds = [(0, None) if sign > 0 else (None, 0) for sign in signs]
    found = minimize(loss, np.zeros(len(signs) + 1), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    weights: Floats = found[:-1] / scaler.scale_
    return Logistic(weights, float(found[-1] - weights @ scaler.mean_))


def balanced_logistic(rows: Floats, truths: Flags, decay: float) -> Logistic:
    """Logistic regression on rows as they are; both outcomes count the same."""
    model = LogisticRegression(C=1 / (decay * len(rows)), class_weight="balanced", max_iter=10_000, tol=1e-8)
    model.fit(rows, truths)
    return Logistic(model.coef_[0], float(model.intercept_[0]))


def softmax_ranking(questions: Sequence[tuple[Floats, Flags, float]], decay: float = DECAY) -> Floats:
    """Weights that make the gold rows of each question likely under a softmax over its rows.

    A question is rows of shape (sentences, columns), which of them are gold (at least one), and how often it counts.
    """
    total = sum(times for *_, times in questions)

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = decay / 2 * float(weights @ weights), decay * weights
        for rows, gold, times in questions:
            scores = rows @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            right = shares * gold
            value -= times / total * float(np.log(max(right.sum(), 1e-12)))
            slope = slope - times / total * (rows.T @ (right / max(right.sum(), 1e-12) - shares))
        return value, slope

    start = np.zeros(questions[0][0].shape[1])
    found: Floats = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return found


def auroc(scored: Sequence[tuple[bool, float]]) -> float:
    """Chance that a true example scores above a false one; NaN where one of them is missing."""
    truths, scores = zip(*scored, strict=True)
    return float(roc_auc_score(truths, scores)) if len(set(truths)) == 2 else float("nan")
