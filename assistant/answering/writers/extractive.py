"""The embedded writer: the fewest sentences that answer, in the documents' own words, each with its source named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.english.names import names
from assistant.english.numbers import quantities
from assistant.english.tokens import content_stems, overlap, words
from assistant.query.parse import QuestionParts, parse_question
from assistant.retrieval.agreement import denies
from assistant.types import DocumentMetadata, Draft, Evidence, Sentence

FURTHER = 0.2
"""A further sentence of a source is quoted from this chance on that it answers."""

OTHER = 0.06
"""The same for the first sentence of another source."""

OPTION = 0.02
"""The same for the best sentence that holds an alternative of "A or B"."""

LISTED = 0.15
"""The same where the question asks for a list."""

BESIDE = 3
"""Characters between a sentence and the one before it at most."""

_PRONOUN = re.compile(r"\b(?:he|she)\b", re.IGNORECASE)

MOST_QUOTES = 3
"""Sources cited for one sentence at most."""

SAME = 0.7
"""Overlap of content words (Jaccard) from which two sentences say the same."""


class ExtractiveWriter:
    """``ports.Writer`` that quotes: each draft is one sentence of a document, verbatim, behind its attribution."""

    name = "extractive"

    def __init__(self, max_words: int = 80) -> None:
        self._max_words = max_words

    def write(self, evidence: Evidence) -> Iterator[Draft]:
        """The chosen sentences, best source first and each source's in the order of its document."""
        metadata_by_source = {passage.metadata.source: passage.metadata for passage in evidence.passages}
        for quotes in choose(evidence, self._max_words):
            yield quoted(quotes, metadata_by_source[quotes[0].source])


def quoted(quotes: tuple[Sentence, ...], metadata: DocumentMetadata) -> Draft:
    """The first of ``quotes``, verbatim but for line breaks, behind the attribution of its ``metadata``."""
    return Draft(text=f"{metadata.byline}: {' '.join(quotes[0].text.split())}", quotes=quotes)


def choose(evidence: Evidence, max_words: int) -> list[tuple[Sentence, ...]]:
    """Sentences to quote, each with the sentences of other sources that say the same.

    For each thing asked, its best sentence comes first; then both sides of conflicts and the best sentence for each
    offered option; then sentences by likelihood, as long as they are likely enough and fit ``max_words``: the first of
    another source sooner than a further one of the same. A digest is taken as it is, in its order.
    """
    chosen: list[list[Sentence]] = []
    required = _required(evidence)
    for sentence in required:
        _take(sentence, chosen)
    for part in evidence.parts:
        question = parse_question(part.question)
        limit = max_words * 2 if question.wants_list or part.digest else max_words
        for sentence in part.sentences:
            used = sum(_length(group[0]) for group in chosen)
            if _worth(question, sentence, chosen) and used + _length(sentence) <= limit:
                _take(sentence, chosen)
    if evidence.parts and all(part.digest for part in evidence.parts):
        return [tuple(group) for group in chosen]
    first_use = {group[0].source: i for i, group in reversed(list(enumerate(chosen)))}
    chosen.sort(key=lambda group: (first_use[group[0].source], group[0].start))
    return [tuple(group) for group in chosen]


def _take(sentence: Sentence, chosen: list[list[Sentence]]) -> None:
    """Add ``sentence``, to the group of one that says the same where there is one."""
    for group in chosen:
        if sentence in group:
            return
        if _same(group[0], sentence):
            if all(other.source != sentence.source for other in group) and len(group) < MOST_QUOTES:
                group.append(sentence)
            return
    chosen.append([sentence])


def _required(evidence: Evidence) -> list[Sentence]:
    """Sentences that must be shown: each part's best, the sides of conflicts, the best one for each offered option."""
    required = []
    for part in evidence.parts:
        if part.sentences:
            asks_who = parse_question(part.question).answer_type == "person"
            required += [*(_named_before(part.sentences[0], evidence) if asks_who else ()), part.sentences[0]]
    required += [
        sentence for conflict_candidate in evidence.conflict_candidates for sentence in conflict_candidate.sentences
    ]
    for option in parse_question(evidence.question).options:
        holding = (s for s in evidence.sentences if s.probability >= OPTION and option & set(content_stems(s.text)))
        required += [s for s in [next(holding, None)] if s is not None]
    return required


def _named_before(sentence: Sentence, evidence: Evidence) -> list[Sentence]:
    """The sentence before one that calls whom it speaks of "he" or "she", if that one has a name."""
    if names(sentence.text) or not _PRONOUN.search(sentence.text):
        return []
    earlier = [s for s in evidence.sentences if s.source == sentence.source and s.end <= sentence.start]
    before = max(earlier, key=lambda s: s.end, default=None)
    near = before is not None and sentence.start - before.end <= BESIDE and names(before.text)
    return [before] if before is not None and near else []


def _worth(question: QuestionParts, sentence: Sentence, chosen: Sequence[Sequence[Sentence]]) -> bool:
    if question.wants_list:
        return sentence.probability >= LISTED
    same_source = [quote for group in chosen for quote in group if quote.source == sentence.source]
    if sentence.answer and any(content_stems(quote.answer) == content_stems(sentence.answer) for quote in same_source):
        return False
    return sentence.probability >= (FURTHER if same_source else OTHER)


def _same(a: Sentence, b: Sentence) -> bool:
    """Whether two sentences have nearly the same words, and no name, figure or "not" sets them apart."""
    if overlap(set(content_stems(a.text)), set(content_stems(b.text))) < SAME:
        return False
    return denies(a.text) == denies(b.text) and _told_apart(a.text) == _told_apart(b.text)


def _told_apart(text: str) -> frozenset[str]:
    """What makes another statement of the same words: figures, weekdays and months, and the words of names."""
    named = {word.casefold() for name in names(text) for word in name.text.split()}
    return frozenset({*named, *(q.text.casefold() for q in quantities(text))})


def _length(sentence: Sentence) -> int:
    return len(words(sentence.text))
