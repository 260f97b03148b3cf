"""The reader: a small cross-encoder that reads a passage with the question and says which sentence answers, if any.

MiniLM fine-tuned by ``benchmarks/train_reader.py`` and run by CTranslate2 in int8. It sees question and passage
together, so it knows a sentence that answers from one that is only near. Loaded when it is first used.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from assistant.backends.cores import cores
from assistant.errors import WeightsError
from assistant.ports import Comparison, Quote, Reading, StoredChunk
from assistant.types import Span

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FOLDER = Path(__file__).parent / "reader_weights"
"""The trained weights, part of the package."""

_QUESTION_TOKENS, _HEADLINE_TOKENS, _PASSAGE_TOKENS, _SPAN_TOKENS = 48, 32, 200, 24
_TITLE_TOKENS, _SENTENCE_TOKENS = 16, 64


@cache
def vocabulary() -> frozenset[str]:
    """The 22,501 words that its tokenizer knows whole: English that is often written, common names included."""
    pieces = json.loads((FOLDER / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(filter(str.isalpha, pieces))


def pair_tokens(tokenizer: Tokenizer, question: str, one: Quote, other: Quote) -> tuple[list[int], list[int]]:
    """Token numbers and types of a question with two sentences, each behind the start of its headline."""
    asked = tokenizer.encode(question).ids
    separator = asked[-1]
    ids = [*asked[:-1][: _QUESTION_TOKENS - 1], separator]
    types = [0] * len(ids)
    for headline, text in (one, other):
        for piece, most in ((headline, _TITLE_TOKENS), (text, _SENTENCE_TOKENS)):
            ids += tokenizer.encode(piece, add_special_tokens=False).ids[:most]
        ids.append(separator)
    return ids, [*types, *[1] * (len(ids) - len(types))]


class MiniReader:
    """``ports.Reader`` over loaded weights; safe to share between threads. Made by ``MiniReader.open``."""

    def __init__(self, encoder: Any, tokenizer: Any, heads: dict[str, NDArray[np.float32]]) -> None:
        self._encoder = encoder
        self._tokenizer = tokenizer
        self._heads = heads

    @classmethod
    def open(cls, folder: Path = FOLDER) -> Self:
        """Load the weights of ``folder``. Raises WeightsError when they are missing or damaged."""
        import ctranslate2
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            # CTranslate2 wants the vocabulary as a file of its own; the tokenizer has it already.
            vocabulary = tokenizer.get_vocab()
            files = {name: (folder / name).read_bytes() for name in ("config.json", "model.bin")}
            files["vocabulary.json"] = json.dumps(sorted(vocabulary, key=vocabulary.__getitem__)).encode()
            # Cores read rows of their own; together on one they wait for each other, for a third of the time.
            encoder = ctranslate2.Encoder(
                str(folder), device="cpu", compute_type="int8", files=files, inter_threads=cores(), intra_threads=1
            )
            with np.load(folder / "heads.npz") as stored:
                heads = dict(stored)
        except Exception as exc:  # tokenizers raises nothing narrower
            raise WeightsError(
                f"The reader in {str(folder)!r} does not load ({exc}). `pip install --force-reinstall assistant`"
            ) from exc
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return cls(encoder, tokenizer, heads)

    def read(self, question: str, passages: Sequence[StoredChunk]) -> list[Reading]:
        """Read each of ``passages``, behind its document's headline, with ``question``."""
        asked = self._tokenizer.encode(question).ids[:-1][: _QUESTION_TOKENS - 1]
        separator = self._tokenizer.token_to_id("[SEP]")
        headlines = [
            self._tokenizer.encode(passage.origin.headline, add_special_tokens=False).ids[:_HEADLINE_TOKENS]
            for passage in passages
        ]
        inputs = [self._tokenizer.encode(passage.chunk.text, add_special_tokens=False) for passage in passages]
        rows = []
        for headline, passage in zip(headlines, inputs, strict=True):
            ids = [*asked, separator, *headline, *passage.ids[:_PASSAGE_TOKENS], separator]
            rows.append((ids, [0] * (len(asked) + 1) + [1] * (len(ids) - len(asked) - 1)))
        found = []
        for states, headline, passage, stored in zip(self._states(rows), headlines, inputs, passages, strict=True):
            offsets = passage.offsets[:_PASSAGE_TOKENS]
            first = len(asked) + 1 + len(headline)
            found.append(self._reading(states[0], states[first : first + len(offsets)], offsets, stored.sentences))
        return found

    def compare(self, question: str, pairs: Sequence[tuple[Quote, Quote]]) -> list[Comparison]:
        """How the two sentences of each pair stand to each other as answers to ``question``."""
        found = []
        for states in self._states([pair_tokens(self._tokenizer, question, *pair) for pair in pairs]):
            scores = self._heads["pair_weight"] @ states[0] + self._heads["pair_bias"]
            chances = np.exp(scores - scores.max())
            found.append(Comparison(*map(float, chances[1:] / chances.sum())))
        return found

    def _states(self, rows: Sequence[tuple[list[int], list[int]]]) -> list[NDArray[np.float32]]:
        """What the encoder makes of each row's token numbers and types, shape (tokens, width)."""

        def states(i: int) -> NDArray[np.float32]:
            ids, types = rows[i]
            return np.asarray(self._encoder.forward_batch([ids], token_type_ids=[types]).last_hidden_state)

        longest_first = sorted(range(len(rows)), key=lambda i: -len(rows[i][0]))
        with ThreadPoolExecutor(cores()) as pool:
            found = dict(zip(longest_first, pool.map(states, longest_first), strict=True))
        return [found[i][0] for i in range(len(rows))]

    def _reading(
        self,
        whole: NDArray[np.float32],
        tokens: NDArray[np.float32],
        offsets: Sequence[tuple[int, int]],
        sentences: Sequence[Span],
    ) -> Reading:
        heads = self._heads
        null = float(whole @ heads["null_weight"][0] + heads["null_bias"][0])
        ends = tokens @ heads["span_weight"].T + heads["span_bias"]
        starts = np.array([start for start, _ in offsets])
        scores = np.full(len(sentences), -20.0, dtype=np.float32)
        answers = []
        for n, sentence in enumerate(sentences):
            own = np.flatnonzero((starts >= sentence.start) & (starts < sentence.end))
            if not len(own):  # beyond the last token that was read
                answers.append(sentence)
                continue
            mean = tokens[own].mean(axis=0)
            scores[n] = float(mean @ heads["sent_weight"][0] + heads["sent_bias"][0]) - null
            first, last = _best_span(ends[own])
            answers.append(Span(offsets[own[first]][0], offsets[own[last]][1]))
        return Reading(scores, tuple(answers))


def _best_span(scores: NDArray[np.float32]) -> tuple[int, int]:
    """(first, last) token of the likeliest span, at most _SPAN_TOKENS long; scores has shape (tokens, 2)."""
    sums = scores[:, None, 0] + scores[None, :, 1]
    length = np.arange(len(scores))[None, :] - np.arange(len(scores))[:, None]
    sums[(length < 0) | (length >= _SPAN_TOKENS)] = -np.inf
    first, last = np.unravel_index(int(np.argmax(sums)), sums.shape)
    return int(first), int(last)
