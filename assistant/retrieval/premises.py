"""Premises: what a question takes for granted, and a statement does not bear out.

"When did the army buy the mill?" takes it that the army did: "The parish bought it in 1952" is about somebody else.
"Who stole the mower?" is not answered by "The mower was stolen", nor "How much garlic is in it?" where nothing is said
of garlic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from assistant.english.lexicon import BE, CALENDAR_NAMES, CONSEQUENCES, DAYS_IN, EVENTS, REASONS, TITLES, UNITS, any_of
from assistant.english.phrases import CLAUSE
from assistant.english.quantities import quantities
from assistant.english.tokens import Word, content_stems, is_stopword, stem, stems, words
from assistant.query.parse import QuestionParts
from assistant.retrieval.mentions import holds_name, initials, weekdays

RIVAL, STRANGER = 0.5, 0.4
"""What it weighs that somebody else did it: in a passage that names who is asked about, and in one that does not."""

OTHER_EVENT, NO_EVENT = 1.0, 0.4
"""What it weighs that a statement tells another event than the one that is asked for, and that a passage tells none."""

UNMEASURED = 0.4
"""What it weighs that a passage never names what is asked how much of there is."""

_DID = frozenset("did does has had".split())
_ONE_FORM = frozenset("cost cut hit put set shut let hurt quit spread".split())
_HAVE = frozenset("have has had".split())
_TITLES = frozenset(map(stem, TITLES))
_OTHERS = re.compile(r"\b(?:the other|others|another|else)\b", re.IGNORECASE)
_WHO_DID = re.compile(r"\s*who (?:has |had )?([a-z]+)\b", re.IGNORECASE)
_PASSIVE = rf"\b(?:{any_of(BE)}|been|being)\s+(?:\w+ly\s+)?"
_CALENDAR = frozenset(map(stem, CALENDAR_NAMES))
_CAUSE = re.compile(
    rf"\b(?:{any_of((*REASONS, *CONSEQUENCES))}|because|since|due|reasons?|caused?|so that|in order)\b", re.I
)
_MAY = re.compile(r"\b(?:should|can|could|will|would|may|might|must|shall)\b", re.IGNORECASE)  # it has not happened
_AMOUNT = re.compile(r"\bhow much (?:more |other )?([a-z]+)\b", re.IGNORECASE)


_EVENTS = tuple(frozenset(stem(word) for word in group) for group in EVENTS)


class Premise(NamedTuple):
    """What a statement says otherwise than a question takes it, and the weight of that: 1 is decisive."""

    reason: str
    weight: float


def unmet_premises(question: QuestionParts, text: str, around: str, passage: str) -> Iterator[Premise]:
    """What ``question`` takes for granted and a statement, with what is ``around`` it and its passage, does not say."""
    said = frozenset(stems(f"{text} {around}"))
    known = said | frozenset(stems(passage))
    other = _other_actor(question.text, text, said)
    if other and (other.apart or other.missing <= known):
        yield Premise(f"{other.actor} did it", RIVAL if other.apart and other.missing & known else STRANGER)
    if question.answer_type == "person" and _hides_actor(question.text, text):
        yield Premise("nobody named", 1.0)
    if question.answer_type == "reason" and _restates(question, text, around) and not _CAUSE.search(passage):
        yield Premise("no reason", 1.0)
    if missing := _event_missing(question, text, around, passage):
        yield Premise("another event", missing)
    if (noun := _amount_of(question.text)) and noun not in known:
        yield Premise(f"no {noun}", UNMEASURED)
    named = question.names - {"i"}.union(*question.options)
    there = known | weekdays(f"{text} {around} {passage}") | initials(passage)
    if question.answer_type == "yes-no" and not all(holds_name(name, there) for name in named):
        yield Premise("a name that is not there", 1.0)


def other_actor(question: QuestionParts, text: str, around: str) -> bool:
    """Whether a statement says that somebody else did what ``question`` takes it that one did."""
    return _other_actor(question.text, text, frozenset(stems(f"{text} {around}"))) is not None


# --- who did it -----------------------------------------------------------------------------------


class _Doing(NamedTuple):
    """Who is said to do what: the words before the verb, and the verb."""

    subject: tuple[Word, ...]
    verb: Word


@lru_cache(maxsize=256)
def _doings(question: str) -> tuple[_Doing, ...]:
    """The ways to read "did the army buy the mill": each word behind the first may be the verb."""
    found = CLAUSE.match(question)
    if not found or found[2].lower() not in _DID or _OTHERS.search(question):
        return ()
    rest = words(found[3])
    return tuple(
        _Doing(tuple(word for word in rest[:at] if not is_stopword(word.text)), rest[at])
        for at in range(1, len(rest))
        if not (is_stopword(rest[at].text) and rest[at].text not in _HAVE) and not rest[at].text[0].isupper()
    )


class _Other(NamedTuple):
    """Who did it in a statement, what it lacks of who did it in the question, and whether the two share no word."""

    actor: str
    missing: frozenset[str]
    apart: bool


def _other_actor(question: str, text: str, said: frozenset[str]) -> _Other | None:
    """Who does in a statement what a question says that another does; None where that is not clear."""
    told = words(text)
    for subject, verb in _doings(question):
        wanted = frozenset(stem(word.text) for word in subject) - _TITLES
        at = next((n for n, word in enumerate(told) if _is_verb(word.text, verb.text)), None)
        if not wanted or at is None:
            continue
        before = _phrase_before(told, at)
        other = frozenset(stem(word.text) for word in before)
        missing = wanted - other - said
        if before and missing and not other <= wanted and _is_name(before) == _is_name(subject):
            return _Other(" ".join(word.text for word in before), missing, wanted.isdisjoint(other))
        return None
    return None


def _is_verb(word: str, asked: str) -> bool:
    """Whether a word is the form of the verb that "did" and "does" leave bare: "bought" for "buy"."""
    if asked in _HAVE:
        return word.lower() in _HAVE
    bare = word.lower() == asked.lower() and asked.lower() not in _ONE_FORM
    return not bare and not is_stopword(word) and stem(word) == stem(asked)


def _phrase_before(told: list[Word], at: int) -> list[Word]:
    """The words of the noun phrase that ends before the word with number ``at``, with the name before a comma that it
    explains; none behind a pronoun.
    """
    start = at
    while start and not is_stopword(told[start - 1].text):
        gap = told[start].start - told[start - 1].end
        explains = told[start].text.islower() and (start == at or told[start - 1].text[0].isupper())
        if gap != 1 and not (gap == len(", ") and explains):
            break
        start -= 1
    return told[start:at]


def _is_name(phrase: tuple[Word, ...] | list[Word]) -> bool:
    return any(word.text[0].isupper() and word.start for word in phrase)  # not for opening a sentence


def _hides_actor(question: str, text: str) -> bool:
    """Whether a statement says that it was done, and not by whom."""
    found = _WHO_DID.match(question)
    if not found:
        return False
    same = next((event for event in _EVENTS if stem(found[1]) in event), frozenset([stem(found[1])]))
    for passive in re.finditer(rf"{_PASSIVE}(\w+)", text, re.IGNORECASE):
        if stem(passive[1]) in same:
            return re.search(r"\bby\b", text[passive.end() :]) is None
    return False


def _restates(question: QuestionParts, text: str, around: str) -> bool:
    """Whether a statement says no more than the question takes for granted, but for its time."""
    timed = [q for q in quantities(text) if q.kind in ("date", "time", "duration")]
    bare = "".join(text[start:end] for start, end in _between([(q.start, q.end) for q in timed], len(text)))
    told = frozenset(content_stems(bare)) - _CALENDAR
    return told <= question.all_stems | frozenset(stems(around))


def _between(spans: list[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """What lies between ``spans``."""
    at = 0
    for start, end in sorted(spans):
        yield at, start
        at = max(at, end)
    yield at, length


# --- what happened ---------------------------------------------------------------------------------


def _event_missing(question: QuestionParts, text: str, around: str, passage: str) -> float:
    """What it weighs that the events which a question asks for are not those of a statement; 0 if one of them is.

    Who did it must be told by the statement itself; when, where and why it happened may be told by its passage.
    """
    asks = question.answer_type
    if asks not in ("person", "date", "place", "reason") or _MAY.search(question.text):
        return 0.0
    wanted = [event for event in _EVENTS if not event.isdisjoint(question.all_stems)]
    if not wanted:
        return 0.0
    said = frozenset(stems(f"{text} {around}"))
    known = said if asks == "person" else said | frozenset(stems(passage))
    if any(not event.isdisjoint(known) for event in wanted):
        return 0.0
    if any(not event.isdisjoint(stems(text)) for event in _EVENTS):
        return OTHER_EVENT
    return 0.0 if asks == "person" else NO_EVENT


# --- of what ---------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _amount_of(question: str) -> str:
    """The stem of what is asked how much of there is: "garlic"; empty for time, measures and money."""
    found = _AMOUNT.search(question.lower())
    noun = found[1] if found else ""
    measured = noun in UNITS or noun in DAYS_IN or noun in ("money", "time")
    return "" if not noun or measured or is_stopword(noun) else stem(noun)
