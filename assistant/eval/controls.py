"""Trivial answerers that sit every exam beside the real one: a metric they do well on measures nothing.

Each is made from the corpus and a seed, and then answers as any other system does.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from types import MappingProxyType

import numpy as np

from assistant.english.tokens import words
from assistant.eval.bm25 import BM25, Floats, terms
from assistant.eval.cases import Case, Suite
from assistant.eval.corpus import Corpus
from assistant.types import (
    NOT_IN_DOCUMENTS,
    Answer,
    Chunk,
    Citation,
    Claim,
    Filter,
    Passage,
    Sentence,
    Span,
    Trace,
    Turn,
)

Control = Callable[..., Answer]

PASSAGE_WORDS = 256
SHOWN = 10


class Texts:
    """The corpus cut into sentences and passages of whole sentences, as the controls use it."""

    def __init__(self, corpus: Corpus, seed: int) -> None:
        self.corpus, self.seed = corpus, seed
        self.sources = sorted(corpus)
        random.Random(seed).shuffle(self.sources)  # noqa: S311 - an order, not a secret; files may list the gold first
        self._place = {source: place for place, source in enumerate(self.sources)}
        self.passages = [chunk for source in self.sources for chunk in _passages(corpus, source)]

    def within(self, where: Filter) -> list[str]:
        """The sources a question may use, in the order of the seed."""
        if where == Filter():
            return self.sources
        # A question of a set with given contexts names its few sources among thousands.
        exact = bool(where.sources) and all(source in self.corpus for source in where.sources)
        among = sorted(set(where.sources), key=self._place.__getitem__) if exact else self.sources
        return [source for source in among if where.admits(self.corpus.metadata(source))]

    def chance(self, question: str) -> random.Random:
        """Chance that depends on seed and question alone, so that a control answers alike in any order."""
        key = hashlib.blake2b(f"{self.seed} {question}".encode(), digest_size=8).digest()
        return random.Random(int.from_bytes(key))  # noqa: S311 - a draw, not a secret


def _passages(corpus: Corpus, source: str) -> Iterable[Chunk]:
    text = corpus[source].text
    start, count, end = -1, 0, 0
    for sentence in corpus.sentences(source):
        size = len(words(text[sentence.start : sentence.end]))
        if start >= 0 and count + size > PASSAGE_WORDS:
            yield Chunk(source=source, start=start, end=end, text=text[start:end])
            start, count = -1, 0
        start, count, end = (sentence.start if start < 0 else start), count + size, sentence.end
    if start >= 0:
        yield Chunk(source=source, start=start, end=end, text=text[start:end])


def sit(suite: Suite, name: str) -> list[tuple[Case, Answer]]:
    """The answers of a control to every question of a suite, variants of follow-ups included."""
    ask = CONTROLS[name](Texts(suite.corpus, suite.seed))
    forms = (form for case in suite.cases for form in (case, *case.variants()))
    return [(form, ask(form.question, history=form.turns, where=form.where)) for form in forms]


def refuse(texts: Texts) -> Control:
    """Always says that the documents do not hold it."""

    def ask(question: str, history: Sequence[Turn] = (), where: Filter = Filter()) -> Answer:  # noqa: ARG001
        return _answer(texts, question, history, (), outcome_of_nothing=True)

    return ask


def first_sentences(texts: Texts) -> Control:
    """The first sentences of three documents."""

    def ask(question: str, history: Sequence[Turn] = (), where: Filter = Filter()) -> Answer:
        spans = [(s, texts.corpus.sentences(s)[0]) for s in texts.within(where) if texts.corpus.sentences(s)]
        return _answer(texts, question, history, spans[:3], spans)

    return ask


def random_sentence(texts: Texts) -> Control:
    """A sentence at random."""

    def ask(question: str, history: Sequence[Turn] = (), where: Filter = Filter()) -> Answer:
        chance, sources = (
            texts.chance(question),
            [s for s in texts.within(where) if texts.corpus.sentences(s)],
        )
        drawn = [
            (s, chance.choice(texts.corpus.sentences(s))) for s in chance.sample(sources, min(SHOWN, len(sources)))
        ]
        return _answer(texts, question, history, drawn[:1], drawn)

    return ask


def everything(texts: Texts) -> Control:
    """All there is, each document cited as a whole."""

    @lru_cache(maxsize=8)
    def dump(where: Filter) -> Answer:
        whole = [(s, Span(0, len(texts.corpus[s].text))) for s in texts.within(where) if texts.corpus[s].text.strip()]
        return _answer(texts, "", (), whole, whole)

    def ask(question: str, history: Sequence[Turn] = (), where: Filter = Filter()) -> Answer:
        return dump(where).model_copy(update={"question": question, "history": tuple(history)})

    return ask


def keyword(texts: Texts, said: int = 1) -> Control:
    """BM25 alone: the ``said`` best sentences of the four best passages.

    Answerability is the share of the question's words, by idf, that the sentence has. Ties are broken at
    random by the seed.
    """
    index = BM25([chunk.text for chunk in texts.passages])
    noise = np.random.default_rng(texts.seed).random(len(texts.passages)) * 1e-9
    by_source: dict[str, list[int]] = {}
    for number, chunk in enumerate(texts.passages):
        by_source.setdefault(chunk.source, []).append(number)

    def ask(question: str, history: Sequence[Turn] = (), where: Filter = Filter()) -> Answer:
        scores = index.scores(question)
        admitted = (
            [n for source in texts.within(where) for n in by_source.get(source, ())] if where != Filter() else None
        )
        ranked = _best(scores + noise, admitted, SHOWN)
        chunks = [(texts.passages[n], float(scores[n])) for n in ranked if scores[n] > 0]
        # The texts a question comes with are a collection of their own; else a handful of sentences have no idf.
        weights = index if admitted is None else None
        sentences = _sentences(texts, weights, question, [chunk for chunk, _ in chunks[:4]])
        return _answer(
            texts, question, history, [(s.source, Span(s.start, s.end)) for s in sentences[:said]],
            passages=chunks, sentences=sentences, answerability=_shared(index, question, sentences),
        )  # fmt: skip

    return ask


CONTROLS: Mapping[str, Callable[[Texts], Control]] = MappingProxyType(
    {
        "always refuse": refuse,
        "first sentences": first_sentences,
        "random sentence": random_sentence,
        "dump everything": everything,
        "keyword search": keyword,
        "five sentences": partial(keyword, said=5),  # where several answers are wanted, one sentence is no rival
    }
)
"""Every control by the name reports show, each made from the texts."""


def _best(scores: Floats, admitted: Sequence[int] | None, count: int) -> list[int]:
    among = np.arange(len(scores)) if admitted is None else np.asarray(admitted, dtype=np.intp)
    return [int(n) for n in among[np.argsort(-scores[among], kind="stable")][:count]]


def _sentences(texts: Texts, index: BM25 | None, question: str, chunks: Sequence[Chunk]) -> list[Sentence]:
    """The sentences of the passages by BM25, with the idf of ``index`` or, without one, their own."""
    spans = [
        (rank, chunk.source, span)
        for rank, chunk in enumerate(chunks, 1)
        for span in texts.corpus.sentences(chunk.source)
        if chunk.start <= span.start and span.end <= chunk.end
    ]
    local = BM25([texts.corpus[source].text[span.start : span.end] for _, source, span in spans])
    if index:
        for term, (_, weights) in local._postings.items():
            weights *= index.weight(term) / local.idf[term]
    chance = texts.chance(question)
    scored = [
        Sentence(
            source=source, start=span.start, end=span.end, text=texts.corpus[source].text[span.start :
            span.end],
            passage=rank, score=float(score),
        )
        for (rank, source, span), score in zip(spans, local.scores(question), strict=True)
    ]  # fmt: skip
    return sorted(scored, key=lambda s: (-s.score, chance.random()))


def _shared(index: BM25, question: str, sentences: Sequence[Sentence]) -> float:
    """Share of the question's words, by idf, that the best sentence has."""
    wanted = terms(question)
    if not wanted or not sentences:
        return 0.0
    have = set(terms(sentences[0].text))
    return sum(index.weight(t) for t in wanted if t in have) / sum(index.weight(t) for t in wanted)


def _answer(
    texts: Texts,
    question: str,
    history: Sequence[Turn],
    cited: Sequence[tuple[str, Span]],
    shown: Sequence[tuple[str, Span]] = (),
    *,
    passages: Sequence[tuple[Chunk, float]] | None = None,
    sentences: Sequence[Sentence] = (),
    answerability: float = 0.5,
    outcome_of_nothing: bool = False,
) -> Answer:
    """An answer that says the cited spans and shows the others as what it found."""
    claims = []
    for marker, (source, span) in enumerate(cited, 1):
        quote = texts.corpus[source].text[span.start : span.end]
        said = f"{quote} [{marker}]"
        citation = Citation(
            **texts.corpus.metadata(source).model_dump(),
            marker=marker,
            start=span.start,
            end=span.end,
            quote=quote,
        )
        claims.append(
            Claim(
                text=said,
                citations=(citation,),
                support="supported",
                reason="quoted",
            )
        )
    if passages is None:
        passages = [(_chunk(texts, source, span), 1.0) for source, span in shown[:SHOWN]]
        sentences = [
            Sentence(source=c.source, start=c.start, end=c.end, text=c.text, passage=rank, score=1.0)
            for rank, (c, _) in enumerate(passages, 1)
        ]
    return Answer(
        question=question,
        history=tuple(history),
        text=" ".join(claim.text for claim in claims) or NOT_IN_DOCUMENTS,
        outcome="answered" if claims and not outcome_of_nothing else "not_in_documents",
        answerability=answerability,
        claims=tuple(claims),
        citations=tuple(claim.citations[0] for claim in claims),
        passages=tuple(
            Passage(chunk=chunk, metadata=texts.corpus.metadata(chunk.source), score=score, rank=rank)
            for rank, (chunk, score) in enumerate(passages, 1)
        ),
        writer="control",
        trace=Trace(question=question, sentences=tuple(sentences)),
    )


def _chunk(texts: Texts, source: str, span: Span) -> Chunk:
    return Chunk(source=source, start=span.start, end=span.end, text=texts.corpus[source].text[span.start : span.end])
