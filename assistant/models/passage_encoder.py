"""The encoder of the cross-encoder: features of passages and of pairs of sentences, which the heads score.

It is MiniLM, fine-tuned by ``training/train_cross_encoder.py`` and run by CTranslate2 in int8. It reads question and
passage together, so its states distinguish a sentence that answers from one that is only similar.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from assistant.errors import WeightsError
from assistant.models.engine import cores, encoder, tokenizer, vocabulary
from assistant.ports import Quote, Vectors
from assistant.types import Span

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_QUESTION_TOKENS, _HEADER_TOKENS, _PASSAGE_TOKENS, _SPAN_TOKENS = 48, 32, 200, 24
_TITLE_TOKENS, _SENTENCE_TOKENS = 16, 64


class EncodedPassage(NamedTuple):
    """The features of a passage that was read with a question.

    ``whole`` has shape (384,), ``asked``, the features of the question's tokens, (1152,), and ``sentences`` has shape
    (sentences, 1536). ``seen`` says which sentences lie within the tokens that are read; the features of the others are
    0. ``answers`` has the likeliest short answer in each.
    """

    whole: Vectors
    asked: Vectors
    sentences: Vectors
    seen: NDArray[np.bool_]
    answers: tuple[Span, ...]


def pair_tokens(tokenizer: Tokenizer, question: str, one: Quote, other: Quote) -> tuple[list[int], list[int]]:
    """Token numbers and types of a question with two sentences, each after the start of its document's header."""
    asked = tokenizer.encode(question).ids
    separator = asked[-1]
    ids = [*asked[:-1][: _QUESTION_TOKENS - 1], separator]
    types = [0] * len(ids)
    for header, text in (one, other):
        for piece, most in ((header, _TITLE_TOKENS), (text, _SENTENCE_TOKENS)):
            ids += tokenizer.encode(piece, add_special_tokens=False).ids[:most]
        ids.append(separator)
    return ids, [*types, *[1] * (len(ids) - len(types))]


class PassageEncoder:
    """An encoder with loaded weights; safe to share between threads. Made by ``PassageEncoder.open``."""

    def __init__(self, encoder: Any, tokenizer: Tokenizer, ends: tuple[Vectors, Vectors]) -> None:
        self._encoder = encoder
        self._tokenizer = tokenizer
        self._ends = ends

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Load the weights in ``folder``. Raises WeightsError if they are missing or damaged."""
        try:
            pieces = tokenizer((folder / "tokenizer.json").read_bytes())
            files = {name: (folder / name).read_bytes() for name in ("config.json", "model.bin")}
            # CTranslate2 needs the vocabulary as a separate file; the tokenizer already has it.
            files["vocabulary.json"] = json.dumps(vocabulary(pieces)).encode()
            heads = arrays(folder / "heads.npz")
            return cls(encoder(folder, "int8", files), pieces, (heads["span_weight"], heads["span_bias"]))
        except Exception as exc:  # tokenizers raises nothing narrower
            raise damaged(folder, exc) from exc

    def look(self, question: str, passages: Sequence[tuple[Quote, Sequence[Span]]]) -> list[EncodedPassage]:
        """The features of each of ``passages``, read with its sentences, its document's header and ``question``."""
        *asked, separator = self._tokenizer.encode(question).ids
        asked = asked[: _QUESTION_TOKENS - 1]
        rows, places = [], []
        for (header, text), sentences in passages:
            title = self._tokenizer.encode(header, add_special_tokens=False).ids[:_HEADER_TOKENS]
            said = self._tokenizer.encode(text, add_special_tokens=False)
            ids = [*asked, separator, *title, *said.ids[:_PASSAGE_TOKENS], separator]
            rows.append((ids, [0] * (len(asked) + 1) + [1] * (len(ids) - len(asked) - 1)))
            places.append((len(asked) + 1 + len(title), said.offsets[:_PASSAGE_TOKENS], sentences))
        return [
            self._look(states[: len(asked)], states[first : first + len(offsets)], offsets, sentences)
            for states, (first, offsets, sentences) in zip(self._states(rows), places, strict=True)
        ]

    def look_beside(self, question: str, pairs: Sequence[tuple[Quote, Quote]]) -> list[Vectors]:
        """The features of each pair of sentences, shape (384,)."""
        return [states[0] for states in self._states([pair_tokens(self._tokenizer, question, *pair) for pair in pairs])]

    def _states(self, rows: Sequence[tuple[list[int], list[int]]]) -> list[Vectors]:
        """The encoder's states for each row's token numbers and types, shape (tokens, 384)."""

        def states(i: int) -> Vectors:
            ids, types = rows[i]
            return np.asarray(self._encoder.forward_batch([ids], token_type_ids=[types]).last_hidden_state)

        longest_first = sorted(range(len(rows)), key=lambda i: -len(rows[i][0]))
        with ThreadPoolExecutor(cores()) as pool:
            found = dict(zip(longest_first, pool.map(states, longest_first), strict=True))
        return [found[i][0] for i in range(len(rows))]

    def _look(
        self, question: Vectors, tokens: Vectors, offsets: Sequence[tuple[int, int]], sentences: Sequence[Span]
    ) -> EncodedPassage:
        whole, asked = question[0], question[1:] if len(question) > 1 else question
        starts = np.array([start for start, _ in offsets])
        features = np.zeros((len(sentences), 4 * len(whole)), dtype=np.float32)
        seen = np.zeros(len(sentences), dtype=bool)
        answers = list(sentences)
        for n, sentence in enumerate(sentences):
            own = np.flatnonzero((starts >= sentence.start) & (starts < sentence.end))
            if not len(own):  # beyond the last token that was read
                continue
            seen[n] = True
            said = tokens[own]
            mean, answering = self._pooled(said)
            features[n] = np.concatenate([mean, answering, said.max(axis=0), mean * whole])
            first, last = _best_span(self._as_ends(said))
            answers[n] = Span(offsets[own[first]][0], offsets[own[last]][1])
        states = np.concatenate([asked.mean(axis=0), asked.max(axis=0), asked.min(axis=0)])
        return EncodedPassage(whole, states, features, seen, tuple(answers))

    def _as_ends(self, tokens: Vectors) -> Vectors:
        """Scores that each token begins or ends a short answer, shape (tokens, 2)."""
        weight, bias = self._ends
        scores: Vectors = tokens @ weight.T + bias
        return scores

    def _pooled(self, tokens: Vectors) -> tuple[Vectors, Vectors]:
        """The mean of a sentence's tokens, and their mean by how likely each begins or ends the answer."""
        scores = self._as_ends(tokens)
        shares = np.exp(scores - scores.max(axis=0))
        return tokens.mean(axis=0), (shares / shares.sum(axis=0)).mean(axis=1) @ tokens


def arrays(path: Path) -> dict[str, Any]:
    """What ``np.savez`` wrote to a file."""
    with np.load(io.BytesIO(path.read_bytes())) as stored:  # of a damaged file numpy would leave the handle open
        return dict(stored)


def damaged(folder: Path, exc: Exception) -> WeightsError:
    """The error for weights in ``folder`` that do not load."""
    cure = "`pip install --force-reinstall assistant`"
    return WeightsError(f"The cross-encoder in {str(folder)!r} does not load ({exc}). {cure}")


def _best_span(scores: Vectors) -> tuple[int, int]:
    """(first, last) token of the likeliest span, at most _SPAN_TOKENS long; scores has shape (tokens, 2)."""
    sums = scores[:, None, 0] + scores[None, :, 1]
    length = np.arange(len(scores))[None, :] - np.arange(len(scores))[:, None]
    sums[(length < 0) | (length >= _SPAN_TOKENS)] = -np.inf
    first, last = np.unravel_index(int(np.argmax(sums)), sums.shape)
    return int(first), int(last)
