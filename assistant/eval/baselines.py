"""Baselines: trivial systems that answer every question. A metric on which they do well measures nothing.

Each is made from the texts and a seed, and its answers are scored like those of any other system.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain, islice
from types import MappingProxyType

import numpy as np

from assistant.english.tokens import content_stems, stems, words
from assistant.eval.cases import Case, Suite
from assistant.eval.corpus import Corpus
from assistant.eval.stats import Floats
from assistant.types import NOT_IN_DOCUMENTS, Answer, Chunk, Citation, Claim, Filter, Passage, Sentence, Span, Trace

Baseline = Callable[[str, Filter], Answer]
"""Answers a question from the documents that the filter admits."""

PASSAGE_WORDS = 256
SHOWN = 10


class Texts:
    """The corpus split into sentences and passages of whole sentences, in an order that depends on the seed."""

    def __init__(self, corpus: Corpus, seed: int) -> None:
        self.corpus, self.seed = corpus, seed
        self.sources = sorted(corpus)
        random.Random(seed).shuffle(self.sources)  # noqa: S311 - no secret; a data set may list gold documents first
        self._order = {source: place for place, source in enumerate(self.sources)}

    def within(self, where: Filter) -> list[str]:
        """The sources a question may use, in the order of the seed."""
        if where == Filter():
            return self.sources
        # A question with given contexts names its few sources among thousands, so these are looked up, not filtered.
        exact = bool(where.sources) and all(source in self.corpus for source in where.sources)
        among = sorted(set(where.sources), key=self._order.__getitem__) if exact else self.sources
        return [source for source in among if where.admits(self.corpus[source])]

    def sentences(self, source: str) -> list[Chunk]:
        """The sentences of one document."""
        return [self.corpus.chunk(source, span) for span in self.corpus.sentences(source)]

    def passages(self, source: str) -> Iterator[Chunk]:
        """Passages of whole sentences with at most PASSAGE_WORDS words, or one longer sentence."""
        run: list[Span] = []
        count = 0
        for sentence in self.sentences(source):
            size = len(words(sentence.text))
            if run and count + size > PASSAGE_WORDS:
                yield self.corpus.chunk(source, Span(run[0].start, run[-1].end))
                run, count = [], 0
            run.append(Span(sentence.start, sentence.end))
            count += size
        if run:
            yield self.corpus.chunk(source, Span(run[0].start, run[-1].end))

    def chance(self, question: str) -> random.Random:
        """A random generator for the seed and the question, so that answers do not depend on the order of asking."""
        key = hashlib.blake2b(f"{self.seed} {question}".encode(), digest_size=8).digest()
        return random.Random(int.from_bytes(key))  # noqa: S311 - no secret


def run_baseline(suite: Suite, name: str) -> list[tuple[Case, Answer]]:
    """The answers of a baseline to every question of a suite, variants of follow-ups included."""
    ask = BASELINES[name](Texts(suite.corpus, suite.seed))
    return [
        (form, ask(form.question, form.where).model_copy(update={"question": form.question, "history": form.turns}))
        for form in suite.forms
    ]


def always_refuse(texts: Texts) -> Baseline:
    """Refuses every question."""
    refusal = quoting(texts.corpus, ())
    return lambda _question, _where: refusal


def first_sentences(texts: Texts) -> Baseline:
    """The first sentences of three documents."""

    def ask(_: str, where: Filter) -> Answer:
        begun = ((source, spans[0]) for source in texts.within(where) if (spans := texts.corpus.sentences(source)))
        firsts = [texts.corpus.chunk(*first) for first in islice(begun, SHOWN)]
        return quoting(texts.corpus, firsts[:3], firsts)

    return ask


def random_sentence(texts: Texts) -> Baseline:
    """A sentence at random."""

    def ask(question: str, where: Filter) -> Answer:
        chance = texts.chance(question)
        sources = [source for source in texts.within(where) if texts.corpus.sentences(source)]
        drawn = [chance.choice(texts.sentences(s)) for s in chance.sample(sources, min(SHOWN, len(sources)))]
        return quoting(texts.corpus, drawn[:1], drawn)

    return ask


def everything(texts: Texts) -> Baseline:
    """All documents, each cited as a whole."""

    @lru_cache(maxsize=8)
    def dump(where: Filter) -> Answer:
        sources = texts.within(where)
        whole = [texts.corpus.chunk(source, Span(0, len(texts.corpus[source].text))) for source in sources]
        filled = [chunk for chunk in whole if chunk.text.strip()]
        return quoting(texts.corpus, filled, filled)

    return lambda _, where: dump(where)


def keyword_search(texts: Texts, quoted: int = 1) -> Baseline:
    """Only BM25: the ``quoted`` best sentences of the four best passages. Ties are broken randomly by the seed.

    Answerability is the share of the question's words, by idf, that the best sentence has.
    """
    passages = [passage for source in texts.sources for passage in texts.passages(source)]
    sentences = [sentence for source in texts.sources for sentence in texts.sentences(source)]
    passage_index = _Keywords([passage.text for passage in passages], texts.seed)
    sentence_index = _Keywords([sentence.text for sentence in sentences], texts.seed)
    passages_of, sentences_of = _by_source(passages), _by_source(sentences)

    def ask(question: str, where: Filter) -> Answer:
        found, scores = passage_index.scores(question), sentence_index.scores(question)
        among = [n for source in texts.within(where) for n in passages_of.get(source, ())]
        ranked = [n for n in sorted(among, key=lambda n: -found[n]) if found[n] > 0][:SHOWN]
        inside = {
            n: rank
            for rank, number in enumerate(ranked[:4], 1)
            for n in sentences_of[passages[number].source]
            if passages[number].start <= sentences[n].start and sentences[n].end <= passages[number].end
        }
        best = sorted(inside, key=lambda n: -scores[n])
        return quoting(
            texts.corpus,
            [sentences[n] for n in best[:quoted]],
            [passages[n] for n in ranked],
            [float(found[n]) for n in ranked],
            [_sentence(sentences[n], float(scores[n]), inside[n]) for n in best],
            passage_index.share(question, sentences[best[0]].text) if best else 0.0,
        )

    return ask


BASELINES: Mapping[str, Callable[[Texts], Baseline]] = MappingProxyType(
    {
        "always refuse": always_refuse,
        "first sentences": first_sentences,
        "random sentence": random_sentence,
        "dump everything": everything,
        "keyword search": keyword_search,
        "five sentences": partial(keyword_search, quoted=5),  # one sentence is too few where several answers are wanted
    }
)
"""Every baseline by the name that reports show."""


class _Keywords:
    """Okapi BM25 over the stems of texts, with Lucene's idf, k1 1.5, b 0.75. Random noise breaks ties."""

    def __init__(self, found: Sequence[str], seed: int) -> None:
        from bm25s import BM25  # a second of import

        tokens = [stems(text) for text in found]
        self._seen_in = Counter(chain.from_iterable(map(set, tokens)))
        self._noise = np.random.default_rng(seed).random(len(tokens)) * 1e-9
        self._index = BM25(dtype="float64")
        if self._seen_in:
            self._index.index(tokens, show_progress=False)

    def scores(self, question: str) -> Floats:
        """The score of each text, shape (texts,); 0 if it has no word of the question."""
        known = [term for term in _terms(question) if term in self._seen_in]
        if not known:
            return np.zeros(len(self._noise))
        found: Floats = self._index.get_scores(known)
        return np.where(found > 0, found + self._noise, 0.0)

    def share(self, question: str, text: str) -> float:
        """Share of the question's words that a text has, weighted by idf."""
        known, count = set(stems(text)), len(self._noise)
        weights = {t: np.log1p((count - self._seen_in[t] + 0.5) / (self._seen_in[t] + 0.5)) for t in _terms(question)}
        return float(sum(w for t, w in weights.items() if t in known) / (sum(weights.values()) or 1.0))


def _terms(question: str) -> list[str]:
    return list(dict.fromkeys(content_stems(question)))


def _by_source(chunks: Sequence[Chunk]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, chunk in enumerate(chunks):
        found.setdefault(chunk.source, []).append(number)
    return found


def _sentence(chunk: Chunk, score: float, rank: int) -> Sentence:
    return Sentence(**chunk.model_dump(), passage=rank, score=score)


def quoting(
    corpus: Corpus,
    quoted: Sequence[Chunk],
    shown: Sequence[Chunk] = (),
    scores: Sequence[float] = (),
    sentences: Sequence[Sentence] | None = None,
    answerability: float = 0.5,
) -> Answer:
    """An answer that quotes the chunks ``quoted``.

    The chunks ``shown`` are its passages, with ``scores`` if given, and by default its ranked sentences.
    """
    claims = []
    for marker, chunk in enumerate(quoted, 1):
        known = corpus[chunk.source].metadata.model_dump()
        citation = Citation(**known, marker=marker, start=chunk.start, end=chunk.end, quote=chunk.text)
        text = f"{chunk.text} [{marker}]"
        claims.append(Claim(text=text, citations=(citation,), support="supported", reason="quoted"))
    shown = shown[:SHOWN]
    passages = [
        Passage(chunk=chunk, metadata=corpus[chunk.source].metadata, score=score, rank=rank)
        for rank, (chunk, score) in enumerate(zip(shown, scores or [1.0] * len(shown), strict=True), 1)
    ]
    if sentences is None:
        sentences = [_sentence(chunk, 1.0, rank) for rank, chunk in enumerate(shown, 1)]
    return Answer(
        question="",
        text=" ".join(claim.text for claim in claims) or NOT_IN_DOCUMENTS,
        outcome="answered" if claims else "not_in_documents",
        answerability=answerability,
        claims=tuple(claims),
        citations=tuple(claim.citations[0] for claim in claims),
        passages=tuple(passages),
        writer="baseline",
        trace=Trace(question="", sentences=tuple(sentences)),
    )
