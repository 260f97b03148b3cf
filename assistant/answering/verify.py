"""Checks a model's draft, sentence by sentence: finds the places that each claim cites and whether they support it."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from assistant.answering.faults import (
    ATTRIBUTES,
    JOINING,
    LIGHT,
    PRONOUN,
    VERBAL,
    WORDLIKE,
    added_clauses,
    asked_deeds,
    attributes_to,
    carrying,
    deed,
    denied,
    done_to,
    figure_faults,
    half_borne,
    has_kin,
    invented_causes,
    name_stems,
    names_others,
    opposites,
    stand_together,
    states,
    swapped_roles,
    torn_figures,
    without_source,
)
from assistant.english.claims import (
    canonical,
    claim_in,
    is_order,
    is_refusal,
    is_small_talk,
    marked_parts,
    may_be_marker,
)
from assistant.english.names import names
from assistant.english.quantities import quantities
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

ANSWERS = 0.3
"""Probability of a statement from which it counts as answering: it bears out the question's own words."""

FIGURE = 3
"""Words that a shared figure counts for in the choice of sentences to try."""

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
    may deny what the other says. Their words and meaning must be close. A claim is read as an answer: a statement that
    answers need not repeat what the question says, unless it names something else in its place.
    """

    def __init__(
        self, evidence: Evidence, shown: Sequence[Sentence], document: FindDocument, embedder: Embedder
    ) -> None:
        self._evidence = evidence
        self._shown = tuple(shown)
        self._document = document
        self._vector = cache(embedder.embed_query)
        self._metadata = {p.metadata.source: p.metadata for p in evidence.passages}
        self._question = evidence.question
        self._asked = frozenset(name_stems(evidence.question))
        self._known = frozenset(range(1, len(self._shown) + 1))

    @cached_property
    def _pool(self) -> list[Sentence]:
        every = dict.fromkeys([*self._evidence.sentences, *self._shown])
        return [s for s in every if not is_order(s.text)]

    @cached_property
    def _words(self) -> dict[Sentence, frozenset[str]]:
        return {s: frozenset(content_stems(s.text)) | carrying(s.text) for s in self._pool}

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
        found = self._part_by_part(sentence, text) or self._best(text, near)
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

    def _part_by_part(self, sentence: str, text: str) -> Checked | None:
        """Where each part of a sentence has its own marker and is borne out, all of it is."""
        parts = [claim_in(part, self._known) for part in marked_parts(sentence)]
        if len(parts) < 2:
            return None
        found = [self._among(part, cited) for part, cited in parts]
        if any(part.support != "supported" for part in found):
            return None
        places = dict.fromkeys(place for part in found for place in part.places)
        return Checked(text, tuple(places), "supported", "each part agrees with what it cites")

    def _among(self, text: str, cited: set[int]) -> Checked:
        """The verdict on what ``text`` cites, or on any statement where that falls short."""
        found = self._best(text, [self._shown[n - 1] for n in sorted(cited & self._known)])
        return found if found.support == "supported" else self._best(text, self._pool)

    def _claims_nothing(self, text: str) -> str:
        """Why a sentence is not a claim; empty if it is one."""
        if not any(w.text.lower() not in STOPWORDS for w in words(text)) and not quantities(text):
            return "no words"
        if is_small_talk(text):
            return "announces an answer"
        if is_refusal(text):
            return "says that the documents are silent; the evidence decides that"
        said = set(stems(text))
        figures = {root for figure in quantities(text) if figure.kind != "date" for root in stems(figure.text)}
        bare = not VERBAL.search(text) and not said <= figures
        if bare and any(said <= self._named(metadata) for metadata in self._metadata.values()):
            return "names a source and says nothing"
        return ""

    def _named(self, metadata: DocumentMetadata) -> set[str]:
        return set(stems(f"{metadata.byline} {metadata.title} {metadata.source} by on")) | {"document", "titl"}

    def _best(self, text: str, pool: Sequence[Sentence]) -> Checked:
        """The verdict on the citation, of one sentence or two, that supports ``text`` best."""
        wanted = carrying(text)
        figures = quantities(text)

        def shares(sentence: Sentence) -> int:
            said = quantities(sentence.text) if figures else ()
            return len(wanted & self._words[sentence]) + FIGURE * sum(any(states(q, f) for q in said) for f in figures)

        near = [s for s in sorted(pool, key=lambda s: -shares(s))[:TRIED] if shares(s)]
        tries = [_Try((s,)) for s in near] + list(self._pairs(wanted, near))
        best, score = Checked(text, (), "unsupported", "no statement is near it"), (-1, 0.0)
        for quotes, doubt in tries:
            support, reason, likeness = self._weigh(text, quotes)
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
            if before is not None and wanted & self._words[before] - own and PRONOUN.search(first.text):
                yield _Try((before, first), "the name is only in the sentence before")

    def _weigh(self, said: str, quotes: Sequence[Sentence]) -> tuple[Support, str, float]:
        quoted = " ".join(map(_read, quotes))
        metadata = self._metadata[quotes[0].source]
        text = without_source(said, metadata, " ".join(quotes[0].context.split()))
        wanted = carrying(text)
        about = f"{metadata.byline} {metadata.title}"
        shared = len(wanted & frozenset(content_stems(quoted))) / max(1, len(wanted))
        given = self._question if any(s.probability >= ANSWERS for s in quotes) else ""
        doubts: list[str] = []
        for fault, fatal in self._faults(text, quoted, metadata, given):
            if fatal:
                return "unsupported", fault, shared
            doubts.append(fault)
        own = wanted - set(name_stems(given)) - LIGHT
        lacking = self._lacking(text, own, quoted)
        # A title may name what the sentence calls "it", but it states nothing.
        unnamed = lacking - set(name_stems(about))
        covered = 1 - len(unnamed) / max(1, len(own))
        doubts += [
            *added_clauses(text, unnamed),
            *invented_causes(text, unnamed, quoted, given),
            *swapped_roles(text, quoted),
            *torn_figures(text, quoted),
            *half_borne(text, quoted),
        ]
        if self._suffered(text, quoted):
            doubts.append("the citation says that it was done to the one who does it here")
        if self._unlike(text, asked_deeds(text, quoted, given), quoted):
            doubts.append("what it says was done is in the question, not in the citation")
        likeness = (covered + self._closeness(text, quoted, given)) / 2
        if likeness < NEAR or 1 - len(unnamed if given else lacking) / max(1, len(own)) < NEAR:
            return "unsupported", "no statement says so", shared
        if likeness < CLOSE or covered < COVERED:
            return "partial", "only near in meaning", likeness
        if doubts:
            return "partial", doubts[0], likeness
        return "supported", "figures, names and meaning agree", likeness

    def _suffered(self, text: str, quoted: str) -> bool:
        """Whether a claim says that somebody did what the citation says was done to them."""
        if not (said := deed(text)):
            return False
        who, verb = said
        told = (w for w in words(quoted) if w.text.islower() and w.text not in STOPWORDS)
        return any(done_to(who, quoted, w.start) and self._has_like(verb, [w.text], NEAR) for w in told)

    def _lacking(self, text: str, wanted: frozenset[str], quoted: str) -> frozenset[str]:
        """Content words of the claim that the citation neither has nor has a like of."""
        lacking = wanted - set(content_stems(quoted)) - set(name_stems(quoted))
        if not lacking or len(lacking) > len(wanted) * (1 - NEAR):
            return lacking
        return self._unlike(text, lacking, quoted)

    def _unlike(self, text: str, lacking: frozenset[str], quoted: str) -> frozenset[str]:
        """Those of the words that the citation has no word of nearly the same root or meaning for."""
        theirs = [w.text.lower() for w in words(quoted) if w.text.lower() not in STOPWORDS and w.text[0].isalpha()]
        ours = {stem(w.text): w.text for w in words(text) if w.text.islower() and w.text[0].isalpha()}
        roots = {stem(word) for word in theirs}
        return frozenset(
            root
            for root in lacking
            if not has_kin(root, roots) and (root not in ours or not self._has_like(ours[root], theirs))
        )

    def _closeness(self, text: str, quoted: str, given: str) -> float:
        """Cosine of claim and citation; of the question with the claim where the citation answers it."""
        forms = [text, *([f"{given} {text}"] if given else [])]
        return max(float(self._vector(form) @ self._vector(quoted)) for form in forms)

    def _has_like(self, word: str, others: Sequence[str], enough: float = ALIKE) -> bool:
        return any(float(self._vector(word) @ self._vector(other)) >= enough for other in others)

    def _faults(self, text: str, quoted: str, metadata: DocumentMetadata, given: str) -> Iterator[tuple[str, bool]]:
        """What speaks against a citation, and whether it rules it out; a claim may say what the question has given."""
        yield from figure_faults(text, quoted, metadata, given)
        spared = set(name_stems(given)) if given and not names_others(quoted, text) else set()
        held = name_stems(quoted)
        heading = set(name_stems(f"{metadata.byline} {metadata.title}"))
        for said, sure in self._names(text):
            parts = [root for root in name_stems(said) if root not in JOINING]
            missing = set(parts) - set(held) - spared
            if missing - heading:
                meant = given and missing <= self._asked and PRONOUN.search(quoted)
                yield f"{said!r} is not in the citation", sure and not meant
            elif missing and not (
                (missing <= self._asked and not names_others(quoted, text)) or attributes_to(said, text)
            ):
                # A heading names the topic of a document, not who did what a sentence reports.
                yield f"{said!r} is only in the heading of the document", False
            elif not missing and not set(parts) <= self._asked and not stand_together(parts, held):
                yield f"{said!r} is not one name in the citation", False
        ours, theirs, told = denied(text), denied(quoted), set(content_stems(quoted))
        agree = bool(ours) == bool(theirs & set(content_stems(text)))
        if not agree and not (ours and theirs and ours.isdisjoint(told - theirs)):
            yield "one of the two says 'not'", False
        for one, other in opposites(text, quoted):
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
        if root in self._capital or ATTRIBUTES.match(text):
            yield opening.text, True
        elif root not in self._lower and not WORDLIKE.search(opening.text):
            yield opening.text, False


def _read(sentence: Sentence) -> str:
    """What a statement says: of a row or an item, with its columns and what introduces it."""
    return sentence.text if sentence.kind == "paragraph" else f"{sentence.context}: {sentence.shown}"


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
