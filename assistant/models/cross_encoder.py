"""The cross-encoder: a small model that reads a passage with the question and says which sentence answers, if any.

``PassageEncoder`` computes features, and the heads in this module score them. The heads for passages are perceptrons
that ``training/train_heads.py`` fits to the finished encoder. The head for pairs is linear, as it was trained, and so
is the head of what a question names, which ``training/fit_binding.py`` fits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from assistant.models.passage_encoder import EncodedPassage, PassageEncoder, arrays, damaged
from assistant.ports import Comparison, PassageScores, Quote, StoredChunk, Vectors, readable

FOLDER = Path(__file__).parent / "cross_encoder_weights"
"""The trained weights, part of the package."""

JUDGES = "judges.npz"
"""The file with the heads that are fitted to the finished encoder."""

UNSEEN = -20.0
"""The score of a sentence that lies beyond the tokens that are read."""


@cache
def vocabulary() -> frozenset[str]:
    """The 22,501 words that the tokenizer has as single tokens: common English words and names."""
    pieces = json.loads((FOLDER / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(filter(str.isalpha, pieces))


class Perceptron(NamedTuple):
    """Computes scores from features with one hidden layer of rectified linear units."""

    inner: Vectors
    inner_bias: Vectors
    outer: Vectors
    outer_bias: Vectors

    @classmethod
    def among(cls, stored: Mapping[str, Any], name: str) -> Self:
        """The perceptron that ``named`` stored under this name."""
        return cls(*(stored[f"{name}_{part}"] for part in cls._fields))

    def named(self, name: str) -> dict[str, Any]:
        """The arrays of the perceptron, by the names under which they are stored."""
        return {f"{name}_{part}": values for part, values in zip(self._fields, self, strict=True)}

    def __call__(self, features: Vectors) -> Vectors:
        """Scores of features: shape (..., inputs) to (..., outputs)."""
        scores: Vectors = np.maximum(features @ self.inner.T + self.inner_bias, 0) @ self.outer.T + self.outer_bias
        return scores


class Linear(NamedTuple):
    """Computes scores that are linear in the features."""

    weight: Vectors
    bias: Vectors

    def __call__(self, features: Vectors) -> Vectors:
        """Scores of features: shape (..., inputs) to (..., outputs)."""
        scores: Vectors = features @ self.weight.T + self.bias
        return scores


class MiniCrossEncoder:
    """``ports.CrossEncoder`` with the shipped weights; safe to share between threads. Made by
    ``MiniCrossEncoder.open``.

    ``sentence`` scores that a sentence answers, ``nothing`` that no sentence of a passage does, ``asked`` that a
    passage has all that the question names, and ``pair`` that two sentences do not both answer, agree, or contradict
    each other.
    """

    def __init__(
        self, encoder: PassageEncoder, sentence: Perceptron, nothing: Perceptron, asked: Linear, pair: Linear
    ) -> None:
        self._encoder = encoder
        self._sentence, self._nothing, self._asked, self._pair = sentence, nothing, asked, pair

    @classmethod
    def open(cls, folder: Path = FOLDER) -> Self:
        """Load the weights in ``folder``. Raises WeightsError if they are missing or damaged."""
        encoder = PassageEncoder.open(folder)
        try:
            heads, judges = arrays(folder / "heads.npz"), arrays(folder / JUDGES)
            sentence, nothing = Perceptron.among(judges, "sentence"), Perceptron.among(judges, "nothing")
            asked = Linear(judges["asked_weight"], judges["asked_bias"])
            return cls(encoder, sentence, nothing, asked, Linear(heads["pair_weight"], heads["pair_bias"]))
        except Exception as exc:  # zipfile and numpy raise various exceptions for a damaged file
            raise damaged(folder, exc) from exc

    def read(self, question: str, passages: Sequence[StoredChunk]) -> list[PassageScores]:
        """Score the sentences of each of ``passages``, read with ``question`` and the document's header."""
        shown = []
        for passage in passages:
            text, spans = readable(passage.chunk.text, passage.statements)
            shown.append((Quote(f"{passage.metadata.header} {passage.about}".strip(), text), spans))
        looks = self._encoder.look(question, shown)
        return [self._reading(look, quote.text) for look, (quote, _) in zip(looks, shown, strict=True)]

    def compare(self, question: str, pairs: Sequence[tuple[Quote, Quote]]) -> list[Comparison]:
        """Whether the two sentences of each pair agree or contradict each other as answers to ``question``."""
        found = []
        for seen in self._encoder.look_beside(question, pairs):
            scores = self._pair(seen)
            probabilities = np.exp(scores - scores.max())
            found.append(Comparison(*map(float, probabilities[1:] / probabilities.sum())))
        return found

    def _reading(self, look: EncodedPassage, text: str) -> PassageScores:
        against = float(self._nothing(look.whole)[0])
        scores = np.where(look.seen, self._sentence(look.sentences)[:, 0] - against, UNSEEN)
        answers = tuple(text[start:end] for start, end in look.answers)
        return PassageScores(scores.astype(np.float32), answers, float(self._asked(look.asked)[0]))
