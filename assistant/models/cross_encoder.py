"""The reader: a small cross-encoder that reads a passage with the question and says which sentence answers, if any.

``PassageEncoder`` sees; the heads here judge. Those of reading are perceptrons that ``training/train_heads.py`` fits
to the finished encoder; that of pairs is linear, as it was trained. Loaded when it is first used.
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
"""The file of the perceptrons."""

UNSEEN = -20.0
"""The score of a sentence that lies beyond what is read."""


@cache
def vocabulary() -> frozenset[str]:
    """The 22,501 words that its tokenizer knows whole: English that is often written, common names included."""
    pieces = json.loads((FOLDER / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(filter(str.isalpha, pieces))


class Perceptron(NamedTuple):
    """Scores from features, by way of one hidden layer of rectified units."""

    inner: Vectors
    inner_bias: Vectors
    outer: Vectors
    outer_bias: Vectors

    @classmethod
    def among(cls, stored: Mapping[str, Any], name: str) -> Self:
        """The one that ``named`` wrote down."""
        return cls(*(stored[f"{name}_{part}"] for part in cls._fields))

    def named(self, name: str) -> dict[str, Any]:
        """Its arrays by the names that they are stored under."""
        return {f"{name}_{part}": values for part, values in zip(self._fields, self, strict=True)}

    def __call__(self, features: Vectors) -> Vectors:
        """Scores of features: shape (..., inputs) to (..., outputs)."""
        scores: Vectors = np.maximum(features @ self.inner.T + self.inner_bias, 0) @ self.outer.T + self.outer_bias
        return scores


class Linear(NamedTuple):
    """Scores that are linear in features."""

    weight: Vectors
    bias: Vectors

    def __call__(self, features: Vectors) -> Vectors:
        """Scores of features: shape (..., inputs) to (..., outputs)."""
        scores: Vectors = features @ self.weight.T + self.bias
        return scores


class MiniCrossEncoder:
    """``ports.Reader`` over loaded weights; safe to share between threads. Made by ``MiniCrossEncoder.open``.

    ``sentence`` scores a sentence, ``nothing`` that none of a passage answers, ``pair`` whether two sentences do not
    both answer, agree, or differ.
    """

    def __init__(self, encoder: PassageEncoder, sentence: Perceptron, nothing: Perceptron, pair: Linear) -> None:
        self._encoder = encoder
        self._sentence, self._nothing, self._pair = sentence, nothing, pair

    @classmethod
    def open(cls, folder: Path = FOLDER) -> Self:
        """Load the weights of ``folder``. Raises WeightsError when they are missing or damaged."""
        encoder = PassageEncoder.open(folder)
        try:
            heads, judges = arrays(folder / "heads.npz"), arrays(folder / JUDGES)
            pair = Linear(heads["pair_weight"], heads["pair_bias"])
            return cls(encoder, Perceptron.among(judges, "sentence"), Perceptron.among(judges, "nothing"), pair)
        except Exception as exc:  # of a damaged file zipfile and numpy raise this and that
            raise damaged(folder, exc) from exc

    def read(self, question: str, passages: Sequence[StoredChunk]) -> list[PassageScores]:
        """Read each of ``passages``, behind its document's headline, with ``question``."""
        shown = []
        for passage in passages:
            text, spans = readable(passage.chunk.text, passage.statements)
            shown.append((Quote(f"{passage.metadata.header} {passage.about}".strip(), text), spans))
        looks = self._encoder.look(question, shown)
        return [self._reading(look, quote.text) for look, (quote, _) in zip(looks, shown, strict=True)]

    def compare(self, question: str, pairs: Sequence[tuple[Quote, Quote]]) -> list[Comparison]:
        """How the two sentences of each pair stand to each other as answers to ``question``."""
        found = []
        for seen in self._encoder.look_beside(question, pairs):
            scores = self._pair(seen)
            chances = np.exp(scores - scores.max())
            found.append(Comparison(*map(float, chances[1:] / chances.sum())))
        return found

    def _reading(self, look: EncodedPassage, text: str) -> PassageScores:
        against = float(self._nothing(look.whole)[0])
        scores = np.where(look.seen, self._sentence(look.sentences)[:, 0] - against, UNSEEN)
        answers = tuple(text[start:end] for start, end in look.answers)
        return PassageScores(scores.astype(np.float32), answers)
