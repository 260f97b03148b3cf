"""Unit vectors of texts and of their parts, from models that embed whole texts alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, chain, pairwise

import numpy as np

from assistant.ports import Embedding, Vectors
from assistant.types import Span


def embeddings(
    texts: Sequence[str], parts: Sequence[Sequence[Span]], embed: Callable[[list[str]], Vectors]
) -> list[Embedding]:
    """Embeddings of ``texts`` and, as texts of their own, of their ``parts``; ``embed`` is called at most once."""
    cut = [[text[start:end] for start, end in spans] for text, spans in zip(texts, parts, strict=True)]
    if not cut:
        return []
    vectors = embed([*texts, *chain(*cut)])
    ends = accumulate(map(len, cut), initial=len(cut))
    return [Embedding(whole, vectors[start:end]) for whole, (start, end) in zip(vectors, pairwise(ends), strict=False)]


def unit(rows: Sequence[Sequence[float]], texts: int) -> Vectors:
    """What a model gave for ``texts`` texts as unit vectors, shape (texts, dimension).

    Raises ValueError, which says what is wrong with them.
    """
    if len(rows) != texts:
        raise ValueError(f"gave {len(rows)} vectors for {texts} texts")
    if len({len(row) for row in rows}) > 1:
        raise ValueError("gave vectors of different lengths")
    vectors = np.asarray(rows, dtype=np.float32)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or not norms.all():
        raise ValueError("gave a vector that has no direction")
    scaled: Vectors = vectors / norms
    return scaled
