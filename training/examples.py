"""Makes training examples for the cross-encoder from gold questions: passages to read, and pairs of sentences.

Passages: each question with each passage that answers it; answerable questions with near passages that do not answer;
unanswerable ones with the passage they were written on, or else the nearest; and questions with a passage on another
subject. The documents of a suite (``suite:FOLDER``) are cut into passages as an index cuts them.

Pairs: two sentences of different documents that give one answer, or different answers, or of which one answers and the
other is only near. Each pair also has a counterpart in which a value is changed, so that agreement becomes difference
or the reverse. Otherwise the question alone would tell the verdict.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

from assistant.english.tokens import stems
from assistant.eval import Case
from assistant.index_config import IndexConfig
from assistant.ingest.split import split
from assistant.ingest.statements import statements
from assistant.models.minilm import MiniLM
from assistant.ports import Quote
from assistant.query.parse import parse_question
from assistant.retrieval.features import UNRANKED
from assistant.types import Document, Span
from training.gold import in_full, open_set

NEAR, NEAR_OWN, NEAREST = 0.5, 1.2, 3
"""Near passages that an answerable question gets, in public sets and in suites; how many count as near."""

ELSEWHERE = 0.1
"""Share of examples that are repeated with a passage on another subject."""

RENAMED = 0.3
"""Share of answering examples that are repeated with another name or year in the question."""

NEITHER, AGREE, DIFFER = range(3)
"""Verdicts on a pair: not both answer; both give one answer; their answers cannot both be true."""

MOST, NEAR_SENTENCES = {NEITHER: 1, AGREE: 2, DIFFER: 2}, 8
"""The most pairs of each verdict for one question; how many sentences count as near."""

VALUE_WORDS = 6
"""The most words of an answer that is replaced by another: longer ones would not read like language."""

T = TypeVar("T")

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+(?: [A-Z][\w'-]+)*|\b(?:1\d|20)\d\d\b")
_DIGITS = re.compile(r"\d+")


class Passage(NamedTuple):
    """A text that starts at ``start`` of the document ``source``, and the spans of its statements in it."""

    source: str
    group: str
    header: str
    start: int
    text: str
    statements: tuple[Span, ...] = ()


class Item(NamedTuple):
    """A question, a passage, and the spans of its text that answer it; ``short`` if they are short answers."""

    question: str
    passage: Passage
    spans: tuple[tuple[int, int], ...]
    short: bool


class Opened(NamedTuple):
    """A set with its documents and questions; ``own`` if it is a suite."""

    own: bool
    documents: dict[str, Document]
    cases: list[Case]

    def group(self, source: str) -> str:
        """Documents that belong together: those of one article in a public set, all of a suite."""
        return "" if self.own or source not in self.documents else self.documents[source].title


class Pair(NamedTuple):
    """A question, two sentences of different documents, and NEITHER, AGREE or DIFFER."""

    question: str
    one: Quote
    other: Quote
    verdict: int


def opened(name: str) -> Opened:
    """The set ``KIND:PATH``, a suite or a public set."""
    suite = open_set(name)
    return Opened(name.startswith("suite:"), dict(suite.corpus), list(suite.cases))


def weights_and_sets(about: str | None) -> tuple[Path, list[str]]:
    """What the command line names: the folder of a cross-encoder's weights, and the sets to learn from."""
    arguments = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, help="the weights of a cross-encoder")
    arguments.add_argument("sets", nargs="+", metavar="NAME:PATH[=SHARE]")
    options = arguments.parse_args()
    return options.folder, options.sets


def drawn(sets: Sequence[str], shown: Callable[[str], list[T]]) -> list[T]:
    """The examples of sets named ``KIND:PATH``, or a random share of them for ``KIND:PATH=SHARE``."""
    found = []
    for name, _, share in (given.partition("=") for given in sets):
        every = shown(name)
        found += random.sample(every, round(float(share or 1) * len(every)))
    return found


def shown_items(name: str) -> list[Item]:
    """The questions of a set, each with its passages; their number is printed."""
    own, documents, cases = given = opened(name)
    passages = _passages(documents, cut=own)
    by_group: dict[str, list[Passage]] = {}
    for passage in passages:
        by_group.setdefault(given.group(passage.source), []).append(passage)
    ranking = _Ranking(passages)
    found: list[Item] = []
    for case in cases:
        question = in_full(case)
        answering, wordings = _answering(question, case, documents, passages)
        found += answering
        scope = [p for p in passages if p.source in case.scope] if case.scope else []
        among = scope or by_group.get(given.group(case.cluster), [])
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


def _passages_of(source: str, document: Document, cut: bool) -> Iterator[Passage]:
    """The chunks of ``document`` as an index cuts them, or the document as one passage."""
    if not cut:
        spans = tuple(Span(s.start, s.end) for s in statements(document) if s.kind not in UNRANKED)
        yield Passage(source, document.title, document.header, 0, document.text, spans)
        return
    config = IndexConfig()
    for chunk, said, _ in split(document, config.chunk_tokens, config.chunk_overlap, _embedder().tokenize):
        spans = tuple(Span(s.start, s.end) for s in said if s.kind not in UNRANKED)
        yield Passage(source, document.title, document.header, chunk.start, chunk.text, spans)


@cache
def _embedder() -> MiniLM:
    return MiniLM.open()


def _passages(documents: Mapping[str, Document], cut: bool) -> list[Passage]:
    return [passage for source, document in documents.items() for passage in _passages_of(source, document, cut)]


def _answering(
    question: str, case: Case, documents: Mapping[str, Document], passages: Sequence[Passage]
) -> tuple[list[Item], set[str]]:
    """An item for each passage that answers, and the short answers in lower case."""
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
    """Passages by the words that they share with a question; rare words count more."""

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
    """Questions with a passage on another subject."""
    pairs = [random.sample(found, 2) for _ in range(int(len(found) * ELSEWHERE))]
    return [
        Item(one.question, other.passage, (), True)
        for one, other in pairs
        if one.passage.group != other.passage.group and one.passage.source != other.passage.source
    ]


def renamed(found: Sequence[Item]) -> list[Item]:
    """Questions in which a name or year is replaced by one that their passage does not hold."""
    names = [name for item in found for name in _NAME.findall(item.question)]
    answering = [item for item in found if item.spans]
    changed = []
    for item in random.sample(answering, int(len(answering) * RENAMED)):
        text = f"{item.passage.header} {item.passage.text}"
        held = [name for name in _NAME.findall(item.question) if name in text]
        if not held:
            continue
        old = random.choice(held)
        others = [name for name in random.sample(names, min(50, len(names))) if name[0].isdigit() == old[0].isdigit()]
        new = next((name for name in others if not any(word in text for word in name.split())), None)
        if new:
            changed.append(Item(item.question.replace(old, new), item.passage, (), True))
    return changed


class _Answer(NamedTuple):
    """A sentence that answers, the key facts it holds, and the words that answer if they can be replaced."""

    passage: Passage
    facts: frozenset[int]
    value: str

    def giving(self, value: str) -> Passage:
        """The sentence with another value in place of its own."""
        return self.passage._replace(text=self.passage.text.replace(self.value, value, 1))


def shown_pairs(name: str) -> list[Pair]:
    """The pairs of sentences of a set; the number of each verdict is printed."""
    given = opened(name)
    quotes = {
        source: [
            Passage(source, given.group(source), document.header, s.start, document.text[s.start : s.end])
            for s in statements(document)
            if s.kind not in UNRANKED
        ]
        for source, document in given.documents.items()
    }
    ranking = _Ranking(list(itertools.chain(*quotes.values())))
    values: dict[str, list[str]] = {}
    for case in given.cases:
        values.setdefault(_sought(case), []).extend(w for fact in case.facts for w in fact if _changeable(case, w))
    found = [pair for case in given.cases for pair in _pairs(case, quotes, ranking, values)]
    print(f"{name}: {len(found)} pairs, {Counter(pair.verdict for pair in found)}", flush=True)
    return found


def _sought(case: Case) -> str:
    return _answer_type(in_full(case))


@cache
def _answer_type(question: str) -> str:
    return parse_question(question).answer_type


def _changeable(case: Case, value: str) -> bool:
    return _sought(case) != "yes-no" and "type:yes-no" not in case.tags and len(value.split()) <= VALUE_WORDS


def _pairs(
    case: Case, quotes: Mapping[str, Sequence[Passage]], ranking: _Ranking, values: Mapping[str, Sequence[str]]
) -> list[Pair]:
    question = in_full(case)
    answers = list(_answers(case, quotes))
    disagree = case.kind == "conflict" or "conflict" in case.tags
    made: dict[int, list[Pair]] = {NEITHER: [], AGREE: [], DIFFER: []}

    def add(one: Passage, other: Passage, verdict: int) -> None:
        pair = Pair(question, Quote(one.header, one.text), Quote(other.header, other.text), verdict)
        made[verdict].append(pair)

    for first, second in itertools.combinations(answers, 2):
        if first.passage.source != second.passage.source and first.facts and second.facts:
            verdict = AGREE if first.facts & second.facts else DIFFER if disagree else NEITHER
            add(first.passage, second.passage, verdict)
            if verdict == DIFFER and first.value and second.value:
                add(first.passage, second.giving(first.value), AGREE)
            elif verdict == AGREE and (changed := _changed(second.value, values.get(_sought(case), ()))):
                add(first.passage, second.giving(changed), DIFFER)
    near = [
        passage
        for passage in ranking.among_all(question, NEAR_SENTENCES)
        if (not case.scope or passage.source in case.scope)
        and passage not in {answer.passage for answer in answers}
        and not any(wording.lower() in passage.text.lower() for fact in case.facts for wording in fact)
    ]
    answering = [answer.passage for answer in answers]
    for passage in random.sample(answering, min(2, len(answers))) or random.sample(near, min(1, len(near))):
        elsewhere = [other for other in near if other.source != passage.source]
        for other in random.sample(elsewhere, min(1, len(elsewhere))):
            add(passage, other, NEITHER)
    if len(answers) == 1 and near and (changed := _changed(answers[0].value, values.get(_sought(case), ()))):
        copy = answers[0].passage._replace(header=random.choice(near).header)
        turned = answers[0].giving(changed)._replace(header=copy.header)
        add(answers[0].passage, *((turned, DIFFER) if random.random() < 0.5 else (copy, AGREE)))
    return [pair for verdict, some in made.items() for pair in random.sample(some, min(MOST[verdict], len(some)))]


def _answers(case: Case, quotes: Mapping[str, Sequence[Passage]]) -> Iterator[_Answer]:
    """The sentences of the gold evidence with the key facts that they hold; the only fact there is counts as held."""
    named = {
        passage: evidence.quote
        for evidence in case.evidence
        for passage in quotes[evidence.source]
        if passage.text in evidence.quote or evidence.quote in passage.text
    }
    for passage, quote in named.items():
        held = {
            number: value
            for number, fact in enumerate(case.facts)
            if (value := next((wording for wording in fact if wording in passage.text), None))
        }
        alone = {0: ""} if len(case.facts) == 1 and quote in passage.text else {}
        short = [value for value in held.values() if _changeable(case, value)]
        yield _Answer(passage, frozenset(held or alone), short[0] if len(short) == 1 else "")


def _changed(value: str, others: Sequence[str]) -> str:
    """Another value: with another number in it, or one that answers another question of the kind; "" for none."""
    if not value:
        return ""
    if numbers := list(_DIGITS.finditer(value)):
        number = random.choice(numbers)
        kept = len(number[0]) // 2 if len(number[0]) > 2 else 0
        drawn = str(random.randrange(10 ** (len(number[0]) - kept - 1), 10 ** (len(number[0]) - kept)))
        new = value[: number.start() + kept] + drawn + value[number.end() :]
        return new if new != value else ""
    tries = random.sample(others, min(10, len(others)))
    words = set(value.lower().split())
    return next((o for o in tries if not words & set(o.lower().split())), "")
