"""Checks a model's draft, sentence by sentence: finds the places that each claim cites and whether they support it."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import date
from functools import cache, cached_property
from typing import NamedTuple

from assistant.english.claims import canonical, claim_in, is_order, is_refusal, is_small_talk, may_be_marker
from assistant.english.lexicon import (
    COURTESY_TITLES,
    NAME_PARTICLES,
    OPPOSITE_EVENTS,
    OPPOSITES,
    PERSONAL_PRONOUNS,
    SAYING_VERBS,
    TITLE_ABBREVIATIONS,
    any_of,
)
from assistant.english.names import names
from assistant.english.negation import denied_clauses
from assistant.english.quantities import Quantity, quantities, same_value
from assistant.english.sentences import split_sentences
from assistant.english.tokens import STOPWORDS, content_stems, stem, stems, words
from assistant.ports import Embedder
from assistant.types import (
    Delta,
    DocumentMetadata,
    Draft,
    Dropped,
    Evidence,
    FindDocument,
    GenerationInfo,
    Plan,
    Quotation,
    Sentence,
    Support,
)

CLOSE, NEAR = 0.6, 0.4
"""Scores from which a citation supports a claim, and supports it in part. The score is the mean of the share of the
claim's content words that the citation has and the cosine of the two."""

COVERED = 0.7
"""Share of a claim's content words that its citation must have, however close the two are in meaning."""

ALIKE = 0.6
"""Cosine from which two words count as the same one: "truce" and "ceasefire"."""

REACH = 5
"""How many content words after a negation it applies to."""

TRIED = 4
"""Sentences tried as the citation of one claim, by the words they share with it."""

_RANK: dict[Support, int] = {"unsupported": 0, "partial": 1, "supported": 2}


class Place(NamedTuple):
    """A verbatim span of a document: ``document.text[start:end]``."""

    source: str
    start: int
    end: int


class Checked(NamedTuple):
    """A sentence of a draft without its markers, the places that support it, and how well they do."""

    text: str
    places: tuple[Place, ...]
    support: Support
    reason: str


def verify(
    drafts: Iterable[Draft | Quotation | Delta | GenerationInfo],
    plan: Plan,
    shown: Sequence[Sentence],
    document: FindDocument,
    embedder: Embedder,
) -> Generator[Checked | Quotation | Delta | Dropped | GenerationInfo, None, None]:
    """Check a model's prose while it is written: yield raw text at once as an unverified Delta, then each sentence.

    ``[n]`` in the prose cites the n-th of ``shown``. A sentence that claims nothing (a heading, a list of sources,
    talk about the documents) becomes a Dropped. Quotations, which code has taken from the documents, and anything
    else a writer yields are passed on.
    """
    pending = ""
    checker = Checker(plan.evidence, shown, document, embedder)
    for draft in drafts:
        if not isinstance(draft, Draft):
            yield draft
        else:
            yield Delta(text=draft.text, verified=False)
            *finished, pending = _finished(canonical(pending + draft.text))
            yield from map(checker.check, finished)
    yield from map(checker.check, _sentences(pending))


class _Try(NamedTuple):
    """Sentences tried as a citation, and why they can support a claim only in part."""

    quotes: tuple[Sentence, ...]
    doubt: str = ""


class Checker:
    """Checks a model's sentences against what they cite, and against all evidence if that does not support them.

    Every figure and every name must be in the citation, and the citation may not be an order to the reader. Neither
    may deny what the other says. Their words and meaning must be close.
    """

    def __init__(
        self, evidence: Evidence, shown: Sequence[Sentence], document: FindDocument, embedder: Embedder
    ) -> None:
        self._evidence = evidence
        self._shown = tuple(shown)
        self._document = document
        self._vector = cache(embedder.embed_query)
        self._metadata = {p.metadata.source: p.metadata for p in evidence.passages}
        self._asked = frozenset(_name_stems(evidence.question))
        self._known = frozenset(range(1, len(self._shown) + 1))

    @cached_property
    def _pool(self) -> list[Sentence]:
        every = dict.fromkeys([*self._evidence.sentences, *self._shown])
        return [s for s in every if not is_order(s.text)]

    @cached_property
    def _words(self) -> dict[Sentence, frozenset[str]]:
        return {s: frozenset(content_stems(s.text)) | _carrying(s.text) for s in self._pool}

    @cached_property
    def _lower(self) -> frozenset[str]:
        """Roots of words that the passages or the question write in lower case, so they are not names."""
        texts = [*(p.chunk.text for p in self._evidence.passages), self._evidence.question]
        return frozenset(stem(w.text) for text in texts for w in words(text) if w.text.islower())

    @cached_property
    def _capital(self) -> frozenset[str]:
        """Roots of the words of names in the passages."""
        texts = [p.chunk.text for p in self._evidence.passages]
        return frozenset(root for text in texts for name in names(text) for root in stems(name.text))

    def check(self, sentence: str) -> Checked | Dropped:
        """The sentence with its markers in canonical form, checked."""
        text, cited = claim_in(sentence, self._known)
        if reason := self._claims_nothing(text):
            return Dropped(text=sentence.strip(), reason=reason)
        near = [self._shown[n - 1] for n in sorted(cited & self._known)]
        found = self._best(text, near)
        reason = found.reason
        if cited - self._known:
            reason = f"{reason}; statement {min(cited - self._known)} is missing"
        if found.support != "supported":
            other = self._best(text, self._pool)
            if found.support == "unsupported" or _RANK[other.support] > _RANK[found.support]:
                found = other
                if near and other.support != "unsupported":
                    found = found._replace(reason=f"{found.reason}; not in statement {min(cited)}, which it cites")
                elif cited - self._known:
                    found = found._replace(reason=f"{found.reason}; statement {min(cited - self._known)} is missing")
        return found

    def _claims_nothing(self, text: str) -> str:
        """Why a sentence is not a claim; empty if it is one."""
        if not any(w.text.lower() not in STOPWORDS for w in words(text)) and not quantities(text):
            return "no words"
        if is_small_talk(text):
            return "announces an answer"
        if is_refusal(text):
            return "says that the documents are silent; the evidence decides that"
        said = set(stems(text))
        if not _VERBAL.search(text) and any(said <= self._named(metadata) for metadata in self._metadata.values()):
            return "names a source and says nothing"
        return ""

    def _named(self, metadata: DocumentMetadata) -> set[str]:
        return set(stems(f"{metadata.byline} {metadata.title} {metadata.source} by on")) | {"document", "titl"}

    def _best(self, text: str, pool: Sequence[Sentence]) -> Checked:
        """The verdict on the citation, of one sentence or two, that supports ``text`` best."""
        wanted = _carrying(text) or frozenset(content_stems(text))
        near = sorted(pool, key=lambda s: -len(wanted & self._words[s]))[:TRIED]
        near = [s for s in near if wanted & self._words[s]]
        tries = [_Try((s,)) for s in near] + list(self._pairs(wanted, near))
        best, score = Checked(text, (), "unsupported", "nothing in the documents is near it"), (-1, 0.0)
        for quotes, doubt in tries:
            support, reason, likeness = self._weigh(text, wanted, quotes)
            if doubt and support == "supported":
                support, reason = "partial", doubt
            # A second sentence has to earn its place.
            rank = (_RANK[support], likeness - 0.05 * len(quotes))
            if rank > score and all(_stands(s, self._document) for s in quotes):
                places = tuple(Place(s.source, s.start, s.end) for s in quotes) if support != "unsupported" else ()
                best, score = Checked(text, places, support, reason), rank
        return best

    def _pairs(self, wanted: frozenset[str], near: Sequence[Sentence]) -> Iterator[_Try]:
        """Pairs of sentences of one document, each of which has words of the claim that the other lacks.

        Names do not count: a claim that takes only a name from another sentence has usually mixed up two people. If a
        sentence has a pronoun, the name may come from the sentence before it, but the pair then has a doubt.
        """
        enough = max(2, len(wanted) // 5)
        for first in near[:2]:
            others = [s for s in self._pool if s.source == first.source and s != first]
            own = self._words[first]
            second = max(others, key=lambda s: len(wanted & self._words[s] - own - self._capital), default=None)
            before = max((s for s in others if s.start < first.start), key=lambda s: s.start, default=None)
            if second is not None:
                theirs = self._words[second]
                gains = (wanted & theirs - own - self._capital, wanted & own - theirs - self._capital)
                if min(map(len, gains)) >= enough:
                    yield _Try((first, second) if first.start <= second.start else (second, first))
            if before is not None and wanted & self._words[before] - own and _PRONOUN.search(first.text):
                yield _Try((before, first), "the name is only in the sentence before")

    def _weigh(self, text: str, wanted: frozenset[str], quotes: Sequence[Sentence]) -> tuple[Support, str, float]:
        quoted = " ".join(s.text for s in quotes)
        metadata = self._metadata[quotes[0].source]
        about = f"{metadata.byline} {metadata.title}"
        shared = len(wanted & frozenset(content_stems(quoted))) / max(1, len(wanted))
        doubts: list[str] = []
        for fault, fatal in self._faults(text, quoted, metadata):
            if fatal:
                return "unsupported", fault, shared
            doubts.append(fault)
        lacking = self._lacking(text, wanted, quoted)
        # A title may name what the sentence calls "it", but it is not a statement itself.
        unnamed = lacking - set(_name_stems(about))
        covered = 1 - len(unnamed) / max(1, len(wanted))
        doubts += _added(text, unnamed)
        likeness = (covered + float(self._vector(text) @ self._vector(quoted))) / 2
        if likeness < NEAR or 1 - len(lacking) / max(1, len(wanted)) < NEAR:
            return "unsupported", "not near in meaning", shared
        if likeness < CLOSE or covered < COVERED:
            return "partial", "only near in meaning", likeness
        if doubts:
            return "partial", doubts[0], likeness
        return "supported", "figures, names and meaning agree", likeness

    def _lacking(self, text: str, wanted: frozenset[str], quoted: str) -> frozenset[str]:
        """Content words of the claim that the citation neither has nor has a word of nearly the same meaning for."""
        lacking = wanted - set(content_stems(quoted)) - set(_name_stems(quoted))
        if not lacking or len(lacking) > len(wanted) * (1 - NEAR):
            return lacking
        theirs = [w.text.lower() for w in words(quoted) if w.text.lower() not in STOPWORDS and w.text[0].isalpha()]
        ours = {stem(w.text): w.text for w in words(text) if w.text.islower() and w.text[0].isalpha()}
        return frozenset(root for root in lacking if root not in ours or not self._has_like(ours[root], theirs))

    def _has_like(self, word: str, others: Sequence[str]) -> bool:
        return any(float(self._vector(word) @ self._vector(other)) >= ALIKE for other in others)

    def _faults(self, text: str, quoted: str, metadata: DocumentMetadata) -> Iterator[tuple[str, bool]]:
        """What speaks against a citation, and whether that rules it out."""
        yield from _figure_faults(text, quoted, metadata)
        held = _name_stems(quoted)
        heading = set(_name_stems(f"{metadata.byline} {metadata.title}"))
        for said, sure in self._names(text):
            parts = [root for root in _name_stems(said) if root not in _JOINING]
            missing = set(parts) - set(held)
            if missing - heading:
                yield f"{said!r} is not in the citation", sure
            elif missing and not (missing <= self._asked or _attributes_to(said, text)):
                # A heading names the topic of a document, not who did what a sentence reports.
                yield f"{said!r} is only in the heading of the document", False
            elif not missing and not set(parts) <= self._asked and not _together(parts, held):
                yield f"{said!r} is not one name in the citation", False
        if bool(_denied(text)) != bool(_denied(quoted) & set(content_stems(text))):
            yield "one of the two says 'not'", False
        for one, other in _opposites(text, quoted):
            yield f"it says {one!r}, the citation {other!r}", False

    def _names(self, text: str) -> Iterator[tuple[str, bool]]:
        """Names in ``text``, and whether each is certainly one; the documents decide about a sentence's first word."""
        found = names(text)
        for name in found:
            yield from ((part, True) for part in re.split(r"\s+and\s+", name.text))
        opening = next(iter(words(text)), None)
        if opening is None or not opening.text[:1].isupper() or opening.text.lower() in STOPWORDS:
            return
        if any(name.start <= opening.start < name.end for name in found):
            return
        root = stem(opening.text)
        if root in self._capital or _ATTRIBUTES.match(text):
            yield opening.text, True
        elif root not in self._lower and not _WORDLIKE.search(opening.text):
            yield opening.text, False


def _added(text: str, lacking: frozenset[str]) -> list[str]:
    """Clauses of a claim of which the citation lacks at least half the words: a model added them from memory."""
    clauses = ((clause.strip(), _carrying(clause)) for clause in _CLAUSE.split(text))
    return [
        f"{clause!r} is not in the citation"
        for clause, own in clauses
        if len(own) > 1 and 2 * len(own & lacking) >= len(own)
    ]


def _opposites(text: str, quoted: str) -> Iterator[tuple[str, str]]:
    """Words of the claim whose opposite is in the citation, with that opposite, if neither text has both words."""
    ours, theirs = set(stems(text)), set(stems(quoted))
    for one, other in _OPPOSITES:
        if one in ours and other in theirs and one not in theirs and other not in ours:
            yield one, other


def _carrying(text: str) -> frozenset[str]:
    """Stems of the words that carry a claim's meaning, apart from its figures, which are compared by value."""
    bare = "".join(" " * (b - a) if i % 2 else text[a:b] for i, (a, b) in enumerate(_outside(text)))
    return frozenset(_TITLES.get(root, root) for root in content_stems(bare) if root not in _COURTESIES)


def _outside(text: str) -> Iterator[tuple[int, int]]:
    """The spans of ``text`` that are outside its figures and those of its figures, alternating."""
    at = 0
    for figure in quantities(text):
        yield at, figure.start
        yield figure.start, figure.end
        at = figure.end
    yield at, len(text)


def _denied(text: str) -> set[str]:
    """Stems of the words that a negation is about: the next few of its clause."""
    return {root for clause in denied_clauses(text) for root in content_stems(clause)[:REACH]}


def _name_stems(text: str) -> list[str]:
    """Stems with titles spelled out and without Mr. and the like: "Capt." and "Captain" name the same person."""
    return [_TITLES.get(root, root) for root in stems(text) if root not in _COURTESIES]


def _attributes_to(name: str, text: str) -> bool:
    """Whether a claim mentions ``name`` only as the one who says it."""
    said = rf"{re.escape(name)}(?:['’]s)?\s+(?:also\s+)?{any_of(SAYING_VERBS)}\b"
    return bool(
        re.search(rf"\b(?:according to|reported by|told)\s+(?:the\s+)?{re.escape(name)}|{said}", text, re.IGNORECASE)
    )


def _figure_faults(text: str, quoted: str, metadata: DocumentMetadata) -> Iterator[tuple[str, bool]]:
    there = quantities(quoted)
    about = quantities(f"{metadata.byline} {metadata.title}")
    spans: list[tuple[int, int]] = []
    for figure in quantities(text):
        spans.append((figure.start, figure.end))
        same = [other for other in there if states(other, figure, metadata.published)]
        if same:
            if figure.kind == "number" and _swapped(figure, same, there):
                yield f"{figure.text!r} counts something else in the citation", False
        elif any(states(other, figure) for other in about):
            if not set(stems(metadata.publisher or metadata.title)) & set(stems(text)):
                yield f"{figure.text!r} is only in the heading of the document", False
        else:
            vague = isinstance(figure.value, tuple) and not any(figure.value)
            yield f"{figure.text!r} is not in the citation", not vague
    digits = set(_DIGITS.findall(f"{quoted} {metadata.byline} {metadata.title}"))
    for match in _DIGITS.finditer(text):
        if not any(a <= match.start() and match.end() <= b for a, b in spans) and match.group() not in digits:
            yield f"{match.group()!r} is not in the citation", True
    for vague in _VAGUE.findall(text):
        if vague.lower() not in quoted.lower():
            yield f"{vague!r} is not in the citation", False


def states(there: Quantity, said: Quantity, published: date | None = None) -> bool:
    """Whether a figure of a document states one of a claim. The claim's date may be less precise, but not more.

    A year that the document leaves out is the year of publication. Weekdays and relative dates are compared as words.
    """
    if not same_value(said, there):
        return False
    if not isinstance(said.value, tuple) or not isinstance(there.value, tuple):
        return True
    if not any(said.value):
        return bool(set(stems(said.text)) & set(stems(there.text)))
    year, month, day = there.value
    if year is None and any(there.value) and published is not None:
        year = published.year
    return all(a is None or a == b for a, b in zip(said.value, (year, month, day), strict=True))


def _swapped(said: Quantity, same: Sequence[Quantity], there: Sequence[Quantity]) -> bool:
    """Whether the citation gives another number for what the claim's number counts."""
    unit = _unit(said)
    if not unit or any(unit & _unit(other) for other in same):
        return False
    return any(unit & _unit(other) for other in there if other not in same)


def _unit(figure: Quantity) -> frozenset[str]:
    return frozenset(stem(w.text) for w in words(figure.unit) if w.text not in STOPWORDS)


def _together(parts: Sequence[str], held: Sequence[str], window: int = 6) -> bool:
    """Whether all parts of a name are close together somewhere in the citation."""
    wanted = set(parts)
    reach = max(window, len(parts) + 2)
    return any(wanted <= set(held[at : at + reach]) for at, root in enumerate(held) if root in wanted)


# --- words that decide ---------------------------------------------------------------------------

_ATTRIBUTES = re.compile(rf"^\W*[\w'’.\-]+(?:\s+(?:also|has|had|have))?\s+{any_of(SAYING_VERBS)}\b")
_WORDLIKE = re.compile(r"(?:ing|ed|ly|tion|sion|ment|ness|ity|ists?|ics|ials?|ances?|ences?|[^s]s)$")
_VERBAL = re.compile(
    r"\b(?:is|are|was|were|has|have|had|be|been|will|would|said|says|reported|reports)\b", re.IGNORECASE
)
_VAGUE = re.compile(
    r"\b(?:dozens|hundreds|thousands|millions|billions|trillions|half|double|twice|triple)\b", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+(?:[.,:–-]\d+)*")  # scores and ranges too: "2-1"
_CLAUSE = re.compile(r"[,;:—–]|\b(?:and|but|which|who|while|whereas|because|although|after|before|when)\b")
_OPPOSITES = tuple((stem(one), stem(other)) for one, other in OPPOSITES + OPPOSITE_EVENTS)
_PRONOUN = re.compile(rf"\b{any_of(PERSONAL_PRONOUNS)}\b", re.IGNORECASE)
_COURTESIES = frozenset(map(stem, COURTESY_TITLES))
_TITLES = {stem(short): stem(word) for short, word in TITLE_ABBREVIATIONS.items()}
_JOINING = frozenset(map(stem, (*NAME_PARTICLES, "and")))


def _stands(sentence: Sentence, document: FindDocument) -> bool:
    found = document(sentence.source)
    return found is not None and found.text[sentence.start : sentence.end] == sentence.text != ""


def _sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text)]


def _finished(text: str) -> list[str]:
    """The finished sentences of ``text`` and, last, the rest that may still grow.

    A sentence is finished when words of the next one have arrived: what follows its stop may be its marker.
    """
    spans = split_sentences(text)
    if len(spans) > 1 and may_be_marker(text[spans[-1].start :]):
        spans = spans[:-1]
    if len(spans) < 2:
        return [text]
    return [text[s.start : s.end] for s in spans[:-1]] + [text[spans[-1].start :]]
