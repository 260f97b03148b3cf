"""Keyword search over a few thousand texts, small enough to read: the baseline every system has to beat."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.english.tokens import STOPWORDS, stems

Floats = NDArray[np.float64]


class BM25:
    """Okapi BM25 with Lucene's idf, ln(1 + (N - n + 0.5) / (n + 0.5)) (Robertson & Zaragoza 2009); k1 1.5, b
    0.75.
    """

    def __init__(self, texts: Sequence[str], k1: float = 1.5, b: float = 0.75) -> None:
        counts = [Counter(stems(text)) for text in texts]
        lengths = np.array([counted.total() for counted in counts], dtype=np.float64)
        norm = k1 * (1 - b + b * lengths / max(lengths.mean(), 1.0)) if len(texts) else lengths
        postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, counted in enumerate(counts):
            for term, times in counted.items():
                postings[term].append((number, times))
        self.size = len(texts)
        self.idf: dict[str, float] = {}
        self._postings: dict[str, tuple[NDArray[np.intp], Floats]] = {}
        for term, found in postings.items():
            numbers = np.array([number for number, _ in found], dtype=np.intp)
            often = np.array([times for _, times in found], dtype=np.float64)
            self.idf[term] = float(np.log1p((self.size - len(found) + 0.5) / (len(found) + 0.5)))
            self._postings[term] = (numbers, self.idf[term] * often * (k1 + 1) / (often + norm[numbers]))

    def scores(self, question: str) -> Floats:
        """The score of each text, shape (len(texts),); 0 where no word of the question stands in it."""
        total = np.zeros(self.size)
        for term in terms(question):
            if term in self._postings:
                numbers, weights = self._postings[term]
                total[numbers] += weights
        return total

    def weight(self, term: str) -> float:
        """The idf of a term; that of the rarest one possible where no text has it."""
        return self.idf.get(term, float(np.log1p((self.size + 0.5) / 0.5)))


def terms(question: str) -> list[str]:
    """The stems of a question's words that carry meaning, each once; of all its words where none does."""
    carrying = " ".join(word for word in question.split() if word.lower().strip("?,.!;:'\"") not in STOPWORDS)
    return list(dict.fromkeys(stems(carrying) or stems(question)))
