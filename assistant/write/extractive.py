"""The embedded writer: the fewest sentences that answer, in the documents' own words, each with its source named."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from assistant.text.questions import QuestionParts, parse_question
from assistant.text.tokens import content_stems, words
from assistant.types import Draft, Evidence, Origin, Sentence

FLOOR = 0.3
"""A further sentence is used when it is at least this likely to answer, relative to the best one."""

LIST_FLOOR = 0.05
"""The same where the question asks for a list."""

SAME = 0.7
"""Overlap of content words (Jaccard) from which two sentences say the same."""


class ExtractiveWriter:
    """``ports.Writer`` that quotes: each draft is one sentence of a document, verbatim, behind its attribution."""

    name = "extractive"

    def __init__(self, max_words: int = 80) -> None:
        self._max_words = max_words

    def write(self, evidence: Evidence) -> Iterator[Draft]:
        """The chosen sentences, best source first and each source's in the order of its document."""
        origins = {passage.origin.source: passage.origin for passage in evidence.passages}
        for quotes in choose(evidence, self._max_words):
            yield Draft(text=_attributed(quotes[0], origins), quotes=quotes)


def choose(evidence: Evidence, max_words: int) -> list[tuple[Sentence, ...]]:
    """Sentences to quote, each with the sentences of other sources that say the same.

    Both sides of a contrast and the best sentence for each offered option come first; then sentences by likelihood,
    as long as they are likely enough, add a source or cover more of the question, and fit ``max_words``.
    """
    if not evidence.sentences:
        return []
    question = parse_question(evidence.question)
    best = evidence.sentences[0].score
    chosen: list[list[Sentence]] = []
    for sentence in [*_required(question, evidence), *evidence.sentences]:
        if any(sentence in group for group in chosen):
            continue
        twin = next((group for group in chosen if _same(group[0], sentence)), None)
        if twin is not None:
            if all(other.source != sentence.source for other in twin) and len(twin) < 3:
                twin.append(sentence)
            continue
        likelihood = math.exp(sentence.score - best)
        if chosen and not _worth(question, sentence, likelihood, [group[0] for group in chosen], evidence):
            continue
        used = sum(_length(group[0]) for group in chosen)
        limit = max_words * 2 if question.wants_list else max_words
        if chosen and used + _length(sentence) > limit and sentence not in _required(question, evidence):
            continue
        chosen.append([sentence])
    first_use = {group[0].source: i for i, group in reversed(list(enumerate(chosen)))}
    chosen.sort(key=lambda group: (first_use[group[0].source], group[0].start))
    return [tuple(group) for group in chosen]


def _required(question: QuestionParts, evidence: Evidence) -> list[Sentence]:
    """Sentences that must be shown: the sides of contrasts, and the best one for each option of "A or B"."""
    required = [evidence.sentences[0]]
    required += [sentence for contrast in evidence.contrasts for sentence in contrast.sentences]
    if question.options:
        for option in question.options:
            holding = (s for s in evidence.sentences if option & set(content_stems(s.text)))
            required += [s for s in [next(holding, None)] if s is not None]
    return required


def _worth(
    question: QuestionParts,
    sentence: Sentence,
    likelihood: float,
    chosen: Sequence[Sentence],
    evidence: Evidence,
) -> bool:
    if sentence in _required(question, evidence):
        return True
    if likelihood < (LIST_FLOOR if question.wants_list else FLOOR):
        return False
    if question.wants_list or sentence.source not in {other.source for other in chosen}:
        return True
    covered = {term for other in chosen for term in content_stems(other.text)}
    return bool((question.content & set(content_stems(sentence.text))) - covered)


def _same(a: Sentence, b: Sentence) -> bool:
    first, second = set(content_stems(a.text)), set(content_stems(b.text))
    return len(first & second) >= SAME * len(first | second)


def _length(sentence: Sentence) -> int:
    return len(words(sentence.text))


def _attributed(sentence: Sentence, origins: Mapping[str, Origin]) -> str:
    return f"{origins[sentence.source].attribution}: {' '.join(sentence.text.split())}"
