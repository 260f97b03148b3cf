"""What the reader learns from, made from gold questions: passages that answer or do not, and sentences side by side.

Examples to read: questions with each passage that answers them; answerable ones again with near passages that do not;
those that nothing answers with the passage they were written on, or else the nearest; and questions with a passage on
something else. Documents of an own suite (``suite:FOLDER``) are cut into the passages that the index would hold.

Examples to compare, of own suites alone: two sentences of different documents that give one answer, or different ones,
or of which one answers and the other only stands near.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from assistant.eval import load, open_dataset
from assistant.eval.cases import Case
from assistant.index.recipe import Recipe
from assistant.index.split import split
from assistant.ports import Quote
from assistant.text.sentences import split_sentences
from assistant.text.tokens import stems
from assistant.types import Document, Span
from benchmarks.fit_evidence import read_folder

NEAR, NEAR_OWN, NEAREST = 0.5, 1.2, 3
"""Near passages an answerable question is shown with, in public sets and own suites; how many count as near."""

ELSEWHERE = 0.1
"""Share of examples that are shown again with a passage on something else."""

SIDES, NEAR_SENTENCES = 4, 16
"""Pairs of answering sentences that a question gives at most, of each verdict; how many sentences count as near."""

NEITHER, AGREE, DIFFER = range(3)
"""What a pair of sentences may be: not both answers, one answer twice, or answers that cannot both be true."""


class Passage(NamedTuple):
    """A text as the reader is shown it, from ``start`` of the document ``source``."""

    source: str
    group: str
    headline: str
    start: int
    text: str


class Item(NamedTuple):
    """A question, a passage, and the spans of its text that answer it; ``short`` if they are short answers."""

    question: str
    passage: Passage
    spans: tuple[tuple[int, int], ...]
    short: bool


class Pair(NamedTuple):
    """A question, two sentences of different documents, and NEITHER, AGREE or DIFFER."""

    question: str
    one: Quote
    other: Quote
    verdict: int


def shown_items(name: str) -> list[Item]:
    """The questions of a set, each with the passages it is shown with; how many is said on standard output."""
    kind, _, path = name.partition(":")
    own = kind == "suite"
    if own:
        suite = load(Path(path), read_folder, split="dev")
        documents, cases = dict(suite.corpus), list(suite.cases)
    else:
        dataset = open_dataset(kind, path)
        documents, cases = dict(dataset.documents), list(dataset.cases)
    passages = _passages(documents, cut=own)
    by_group: dict[str, list[Passage]] = {}
    for passage in passages:
        by_group.setdefault("" if own else passage.group, []).append(passage)
    ranking = _Ranking(passages)
    found: list[Item] = []
    for case in cases:
        question = next(iter(case.tagged("full")), case.question)
        answering, wordings = _answering(question, case, documents, passages)
        found += answering
        scope = [p for p in passages if p.source in case.scope] if case.scope else []
        among = scope or by_group.get("" if own else _group(documents.get(case.cluster)), [])
        written_on = [p for p in among if p.source == case.cluster]
        if not case.answerable and written_on:
            found += [Item(question, passage, (), True) for passage in written_on]
            continue
        answers = {item.passage for item in answering}
        others = [p for p in among if p not in answers and not any(w in p.text.lower() for w in wordings)]
        near = ranking.nearest(question, others)
        wanted = NEAREST - 1 if not case.answerable else _about(NEAR_OWN if own else NEAR)
        found += [Item(question, passage, (), True) for passage in random.sample(near, min(wanted, len(near)))]
    print(f"{name}: {len(cases)} questions, {len(found)} examples", flush=True)
    return found


def _about(number: float) -> int:
    return int(number) + (random.random() < number % 1)


def _group(document: Document | None) -> str:
    return document.title if document else ""


def _chunks(document: Document) -> list[Span]:
    recipe = Recipe()
    return [Span(c.start, c.end) for c in split(document, recipe.chunk_tokens, recipe.chunk_overlap)]


def _passages(documents: Mapping[str, Document], cut: bool) -> list[Passage]:
    return [
        Passage(source, document.title, document.headline, start, document.text[start:end])
        for source, document in documents.items()
        for start, end in (_chunks(document) if cut else [Span(0, len(document.text))])
    ]


def _answering(
    question: str, case: Case, documents: Mapping[str, Document], passages: Sequence[Passage]
) -> tuple[list[Item], set[str]]:
    """An item for each passage that answers; and the short answers, in lower case."""
    spans: dict[str, list[tuple[int, int, bool]]] = {}
    wordings: set[str] = set()
    for evidence in case.evidence:
        start = documents[evidence.source].text.find(evidence.quote)
        inside = [(evidence.quote.find(w), w) for fact in case.facts for w in fact if w in evidence.quote]
        wordings |= {wording.lower() for _, wording in inside}
        at, wording = min(inside, default=(0, evidence.quote))
        spans.setdefault(evidence.source, []).append((start + at, start + at + len(wording), bool(inside)))
    found = []
    for passage in passages:
        own = [
            (a - passage.start, b - passage.start, short)
            for a, b, short in spans.get(passage.source, [])
            if a >= passage.start and b <= passage.start + len(passage.text)
        ]
        if own:
            found.append(Item(question, passage, tuple((a, b) for a, b, _ in own), all(short for *_, short in own)))
    return found, wordings


class _Ranking:
    """Passages by the words they share with a question, rare words first."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._bags = {passage: frozenset(stems(passage.text)) for passage in passages}
        self._holding: dict[str, list[Passage]] = {}
        for passage, bag in self._bags.items():
            for term in bag:
                self._holding.setdefault(term, []).append(passage)

    def nearest(self, question: str, among: Sequence[Passage]) -> list[Passage]:
        """The NEAREST of ``among``."""
        asked = set(stems(question))
        shared = {p: sum(1 / len(self._holding[term]) for term in asked & self._bags[p]) for p in among}
        return sorted(among, key=lambda p: -shared[p])[:NEAREST]

    def among_all(self, question: str, limit: int) -> list[Passage]:
        """The ``limit`` nearest of all."""
        shared: dict[Passage, float] = {}
        for term in set(stems(question)):
            for passage in self._holding.get(term, []):
                shared[passage] = shared.get(passage, 0.0) + 1 / len(self._holding[term])
        return sorted(shared, key=lambda p: -shared[p])[:limit]


def elsewhere(found: Sequence[Item]) -> list[Item]:
    """Questions with a text on something else."""
    pairs = [random.sample(found, 2) for _ in range(int(len(found) * ELSEWHERE))]
    return [
        Item(one.question, other.passage, (), True)
        for one, other in pairs
        if one.passage.group != other.passage.group and one.passage.source != other.passage.source
    ]


def shown_pairs(name: str) -> list[Pair]:
    """The questions of an own suite with pairs of sentences; none of another set."""
    kind, _, path = name.partition(":")
    if kind != "suite":
        return []
    suite = load(Path(path), read_folder, split="dev")
    quotes = {
        source: [Passage(source, "", document.headline, s.start, document.text[s.start : s.end]) for s in spans]
        for source, document in suite.corpus.items()
        for spans in [split_sentences(document.text)]
    }
    ranking = _Ranking(list(itertools.chain(*quotes.values())))
    found = [pair for case in suite.cases for pair in _pairs(case, quotes, ranking)]
    print(f"{name}: {len(found)} pairs, {Counter(pair.verdict for pair in found)}", flush=True)
    return found


def _pairs(case: Case, quotes: Mapping[str, Sequence[Passage]], ranking: _Ranking) -> list[Pair]:
    question = next(iter(case.tagged("full")), case.question)
    answering: dict[Passage, frozenset[int]] = {}
    for evidence in case.evidence:
        for passage in quotes[evidence.source]:
            if passage.text in evidence.quote or evidence.quote in passage.text:
                answering[passage] = frozenset(
                    n for n, fact in enumerate(case.facts) if any(w in passage.text for w in fact)
                )
    disagree = case.kind == "conflict" or "conflict" in case.tags
    judged: dict[int, list[Pair]] = {NEITHER: [], AGREE: [], DIFFER: []}
    for (one, facts), (other, facts2) in itertools.combinations(answering.items(), 2):
        if one.source != other.source and facts and facts2:
            verdict = AGREE if facts & facts2 else DIFFER if disagree else NEITHER
            judged[verdict].append(_pair(question, one, other, verdict))
    wordings = {wording.lower() for fact in case.facts for wording in fact}
    near = [
        passage
        for passage in ranking.among_all(question, NEAR_SENTENCES)
        if passage not in answering and not any(wording in passage.text.lower() for wording in wordings)
    ]
    for one in random.sample(list(answering), min(2, len(answering))) or random.sample(near, min(1, len(near))):
        elsewhere = [other for other in near if other.source != one.source]
        judged[NEITHER] += [_pair(question, one, o, NEITHER) for o in random.sample(elsewhere, min(1, len(elsewhere)))]
    return [pair for made in judged.values() for pair in random.sample(made, min(SIDES, len(made)))]


def _pair(question: str, one: Passage, other: Passage, verdict: int) -> Pair:
    return Pair(question, Quote(one.headline, one.text), Quote(other.headline, other.text), verdict)
