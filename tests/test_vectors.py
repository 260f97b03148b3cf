"""Unit vectors of texts and their parts, and what a model may give that is none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from assistant.models.vectors import embeddings, unit
from assistant.types import Span


def test_embeddings_are_those_of_texts_and_of_their_parts_made_at_once() -> None:
    asked: list[list[str]] = []

    def embed(texts: list[str]) -> np.ndarray:
        asked.append(texts)
        return np.array([[len(text)] for text in texts], dtype=np.float32)

    one, none, two = embeddings(["one two", "", "three"], [[Span(0, 3), Span(4, 7)], [], [Span(0, 2)]], embed)
    assert asked == [["one two", "", "three", "one", "two", "th"]]
    assert [each.whole.tolist() for each in (one, none, two)] == [[7], [0], [5]]
    assert [each.parts.tolist() for each in (one, none, two)] == [[[3], [3]], [], [[2]]]
    assert embeddings([], [], embed) == []


def test_unit_scales_each_row() -> None:
    assert unit([[3, 4], [0, 2]], 2).tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 1]]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([[1.0]], "1 vectors for 2 texts"),
        ([[1.0], [1.0, 2.0]], "different lengths"),
        ([[1.0], [0.0]], "no direction"),
        ([[1.0], [math.nan]], "no direction"),
    ],
    ids=["too few", "lengths", "zero", "nan"],
)
def test_unit_refuses_what_is_no_vector(rows: list[list[float]], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        unit(rows, 2)
