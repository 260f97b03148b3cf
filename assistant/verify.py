"""Checks a draft sentence by sentence against the documents: where each claim stands, and whether that bears it out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from assistant.ports import Embedder
from assistant.text.names import names
from assistant.text.numbers import quantities, same_value
from assistant.text.sentences import split_sentences
from assistant.text.tokens import content_stems, stems
from assistant.types import Delta, Document, Draft, Evidence, Passage, Sentence, Support

FindDocument = Callable[[str], Document | None]

CLOSE, NEAR = 0.6, 0.4
"""How much of a claim its citation must bear out to support it, and to support it in part: the mean of the share of
its content words found there and the cosine of the two."""

_MARKER = re.compile(
    r"\s*(?:[\[【(]\s*(?:(?:source|passage)s?\s*)?(\d{1,3}(?:\s*(?:[,;&]|and)\s*\d{1,3})*)\s*[\]】)])",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not?|never|none|neither|nor|without|denie[sd]|deny|denying|\w+n['’]t|cannot)\b", re.IGNORECASE
)


class Place(NamedTuple):
    """A verbatim span of a document: ``document.text[start:end]``."""

    source: str
    start: int
    end: int


class Checked(NamedTuple):
    """A sentence of a draft without its markers, the places that bear it out, and how well they do."""

    text: str
    places: tuple[Place, ...]
    support: Support
    reason: str


def verify(
    drafts: Iterable[Draft], evidence: Evidence, document: FindDocument, embedder: Embedder
) -> Iterator[Checked | Delta]:
    """Check ``drafts`` as they come; yields raw text as an unverified Delta at once, each sentence when it is checked."""
    pending = ""
    for draft in drafts:
        if draft.quotes:
            yield check_quoted(draft, evidence.passages, document)
            continue
        yield Delta(text=draft.text, verified=False)
        pending += draft.text
        *finished, pending = _whole_sentences(pending)
        for sentence in finished:
            yield check_written(sentence, evidence, document, embedder)
    for sentence in _sentences(pending):
        yield check_written(sentence, evidence, document, embedder)


def check_quoted(draft: Draft, passages: Sequence[Passage], document: FindDocument) -> Checked:
    """Check a sentence that says what it quotes: the quote must stand there, and be all the sentence says."""
    origins = {passage.origin.source: passage.origin for passage in passages}
    places = [Place(q.source, q.start, q.end) for q in draft.quotes if _stands(q, document)]
    if not places:
        return Checked(draft.text, (), "unsupported", "the quoted words are not at that place")
    first = draft.quotes[0]
    said = " ".join(first.text.split())
    origin = origins.get(first.source)
    attributed = f"{origin.attribution}: {said}" if origin else said
    if places[0] != Place(first.source, first.start, first.end) or draft.text not in (said, attributed):
        return Checked(draft.text, tuple(places), "partial", "says more than it quotes")
    return Checked(draft.text, tuple(places), "supported", "verbatim")


def check_written(sentence: str, evidence: Evidence, document: FindDocument, embedder: Embedder) -> Checked:
    """Check a sentence in a writer's own words against what it cites, or against all passages if it cites nothing.

    In turn: a marker must name a passage; every figure and every name must stand in the citation; neither may deny
    what the other says; and their meaning must be close.
    """
    text, cited = _markers(sentence)
    known = {passage.rank for passage in evidence.passages}
    pool = [s for s in evidence.sentences if s.passage in cited] or list(evidence.sentences)
    best = [s for s in _closest(text, pool, embedder) if _stands(s, document)]
    if not best:
        return Checked(text, (), "unsupported", "nothing in the documents is near it")
    support, reason = _judge(text, best, evidence.passages, embedder)
    if support == "unsupported":
        return Checked(text, (), support, reason)
    if cited - known:
        reason = f"{reason}; passage {min(cited - known)} does not exist"
    return Checked(text, tuple(Place(s.source, s.start, s.end) for s in best), support, reason)


def _judge(text: str, best: Sequence[Sentence], passages: Sequence[Passage], embedder: Embedder) -> tuple[Support, str]:
    quoted = " ".join(s.text for s in best)
    origins = {p.origin.source: f"{p.origin.attribution} {p.origin.title}" for p in passages}
    around = quoted + " " + " ".join(origins.get(s.source, "") for s in best)
    figures = quantities(around)
    for figure in quantities(text):
        if not any(same_value(figure, other) for other in figures):
            return "unsupported", f"{figure.text!r} is not in the citation"
    held = set(stems(around))
    for name in names(text):
        if not set(stems(name.text)) <= held:
            return "unsupported", f"{name.text!r} is not in the citation"
    if bool(_NEGATION.search(text)) != bool(_NEGATION.search(quoted)):
        return "partial", "one of the two says 'not'"
    likeness = _likeness(text, quoted, embedder)
    if likeness >= CLOSE:
        return "supported", "figures, names and meaning agree"
    if likeness >= NEAR:
        return "partial", "only near in meaning"
    return "unsupported", "not near in meaning"


def _closest(text: str, pool: Sequence[Sentence], embedder: Embedder) -> list[Sentence]:
    """The sentence of ``pool`` that shares most with ``text``, and a second one if it adds words that one lacks."""
    wanted = set(content_stems(text))
    if not pool or not wanted:
        return []
    shared = {s: wanted & set(content_stems(s.text)) for s in pool}
    near = sorted(pool, key=lambda s: -len(shared[s]))[:3]
    first = max(near, key=lambda s: _likeness(text, s.text, embedder))
    second = max(pool, key=lambda s: len(shared[s] - shared[first]))
    return [first, second] if len(shared[second] - shared[first]) >= max(2, len(wanted) // 4) else [first]


def _likeness(text: str, quoted: str, embedder: Embedder) -> float:
    wanted = set(content_stems(text))
    covered = len(wanted & set(content_stems(quoted))) / max(1, len(wanted))
    return (covered + float(embedder.embed_query(text) @ embedder.embed_query(quoted))) / 2


def _stands(sentence: Sentence, document: FindDocument) -> bool:
    found = document(sentence.source)
    return found is not None and found.text[sentence.start : sentence.end] == sentence.text != ""


def _markers(sentence: str) -> tuple[str, set[int]]:
    cited = {int(n) for match in _MARKER.finditer(sentence) for n in re.findall(r"\d+", match.group(1))}
    return _MARKER.sub("", sentence).strip(), cited


def _sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text)]


def _whole_sentences(text: str) -> list[str]:
    """The finished sentences of ``text`` and, last, the rest that may still grow."""
    spans = split_sentences(text)
    if len(spans) < 2:
        return [text]
    return [text[s.start : s.end] for s in spans[:-1]] + [text[spans[-1].start :]]
