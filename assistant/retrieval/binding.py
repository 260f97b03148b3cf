"""Binding: whether a statement is about what the question names.

A statement about another entity, role, number, date or direction is not an answer. Each check compares what the
question names with what the statement, its context and its document name, and reports a mismatch only if the
statement names something else instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from assistant.english.lexicon import MONTH_NAMES, OPPOSITES, UNITS
from assistant.english.names import names
from assistant.english.negation import asks_what_is_not, denied_words, denies
from assistant.english.quantities import Quantity, is_vague, quantities, same_value
from assistant.english.tokens import content_stems, is_stopword, stem, stems, words
from assistant.query.parse import QuestionParts
from assistant.types import DocumentMetadata

MODIFIERS = frozenset(
    "co vice deputy assistant associate acting former ex interim sub under junior senior honorary".split()
)
"""Words before a role that make it another role: the vice president is not the president."""

_OPPOSITES = tuple((stem(one), stem(other)) for one, other in OPPOSITES)

_IDENTIFIER = re.compile(r"([^\W\d_]{2,})\s+(?:no\.?\s*|number\s+)?(#?[A-Za-z]{0,3}-?\d[\w./-]*\w|#?\d|[A-Z])(?![\w%])")
_HASH = re.compile(r"#\d+\b")
_COMPLEMENT = re.compile(r"\b([a-z]{3,})\s+(?:of|for|in)\s+(?:the\s+|an?\s+)?([a-z][\w-]{2,})")
_PROPER = re.compile(r"\b([A-Z][\w'’-]+)\s+([a-z]{3,})\b")
_LATEST = re.compile(
    r"\b(?:last|latest|most recent|newest|current)\b(?! (?:year|month|week|night|name|time|day))", re.I
)
_EARLIEST = re.compile(r"\b(?:first|earliest|oldest)\b(?! (?:name|of|time|aid|step|rule|floor|place))", re.I)
_NO_KIND = frozenset(MONTH_NAMES) | frozenset(
    "in on at by to of from since until year years day page the and or about over under nearly almost".split()
)
"""Words before a number that do not say what it numbers."""


_LONGEST_IDENTIFIER = 4  # digits; longer numbers are amounts
_MEASURED = frozenset({"money", "percent", "duration", "date", "time"})

NAME_WEIGHT = 0.5
"""Weight of a one-word name that another candidate has and this one lacks: it may use another name for the same thing.
"""


class Subject(NamedTuple):
    """What a statement is known to be about: its own text, its context, its passage, and its document."""

    text: str
    context: str
    about: str
    passage: str
    metadata: DocumentMetadata


class Asked(NamedTuple):
    """What a question names, in the forms in which it is compared."""

    parts: QuestionParts
    stems: frozenset[str]
    identifiers: tuple[tuple[str, str], ...]
    complements: tuple[tuple[str, str], ...]
    proper: tuple[tuple[str, str], ...]
    figures: tuple[Quantity, ...]
    dates: tuple[Quantity, ...]
    roles: Mapping[str, str]
    names: tuple[frozenset[str], ...]
    negated: bool


@lru_cache(maxsize=256)
def asked(question: QuestionParts) -> Asked:
    """What ``question`` names."""
    text = question.text
    found = quantities(text)
    identifiers = _identifiers(text)
    numbered = {identifier.lstrip("#") for _, identifier in identifiers}
    return Asked(
        parts=question,
        stems=frozenset(stems(text)),
        identifiers=identifiers,
        complements=_complements(text),
        proper=_proper(text),
        figures=tuple(q for q in found if q.kind in ("number", "money", "percent") and q.text.strip() not in numbered),
        dates=tuple(q for q in found if q.kind == "date" and not is_vague(q) and not _is_part_of_name(q, text)),
        roles=dict(_roles(text)),
        names=_names(question),
        negated=question.answer_type in ("person", "other", "place") and asks_what_is_not(text),
    )


class Mismatch(NamedTuple):
    """What a statement names instead of what was asked, and the weight of that: 1 is decisive."""

    reason: str
    weight: float = 1.0


def mismatches(question: Asked, subjects: Sequence[Subject]) -> list[tuple[Mismatch, ...]]:
    """For each of ``subjects``, what it names instead of what ``question`` names; empty if it fits."""
    held = [_held(subject) for subject in subjects]
    # "cost 19": what no candidate numbers is not numbered by the question either.
    heads = {head for subject in subjects for head, _ in _identifiers(f"{subject.passage} {subject.metadata.title}")}
    question = question._replace(identifiers=tuple(pair for pair in question.identifiers if pair[0] in heads))
    named = [any(not name.isdisjoint(stems_) for stems_ in held) for name in question.names]
    return [
        (
            *map(Mismatch, _own_mismatches(question, subject)),
            *(
                Mismatch(f"not {' '.join(sorted(name))}", _name_weight(name, question.parts.text))
                for name, anywhere in zip(question.names, named, strict=True)
                if anywhere and name.isdisjoint(stems_)
            ),
        )
        for subject, stems_ in zip(subjects, held, strict=True)
    ]


def _name_weight(name: frozenset[str], question: str) -> float:
    """1 for an acronym or a name of several words, NAME_WEIGHT for one word."""
    acronym = any(word.text.isupper() and len(word.text) > 1 and stem(word.text) in name for word in words(question))
    return 1.0 if acronym and not question.isupper() else min(1.0, NAME_WEIGHT * len(name))


def compared_things(question: QuestionParts) -> tuple[str, ...]:
    """The identifiers of several things of one kind that a question names; empty if it names fewer than two."""
    found = _identifiers(question.text)
    heads = [head for head, _ in found]
    things = tuple(identifier for head, identifier in found if heads.count(head) > 1)
    return things if len(things) > 1 else ()


def different_subjects(question: Asked, one: str, other: str) -> bool:
    """Whether two statements are about different things of a kind: the Elm school and the Oak school, plan A and plan
    B.
    """
    for find in (_identifiers, _proper, _complements):
        first, second = dict(find(one)), dict(find(other))
        for head in first.keys() & second.keys() & question.stems:
            if first[head] != second[head]:
                return True
    return False


def order_mismatches(question: str, published: Sequence[date | None]) -> list[bool]:
    """Which of the likely statements are not from the latest (earliest) document, if ``question`` asks for that one."""
    days = [day for day in published if day]
    if len(set(days)) > 1 and (_LATEST.search(question) or _EARLIEST.search(question)):
        wanted = max(days) if _LATEST.search(question) else min(days)
        return [day != wanted for day in published]
    return [False] * len(published)


def _own_mismatches(question: Asked, subject: Subject) -> Iterator[str]:
    about = f"{subject.context} {subject.about} {subject.metadata.title} {subject.metadata.source}"
    yield from _identifier_mismatches(question, subject, about)
    yield from _pair_mismatches(question.complements, _complements(subject.text), subject, about)
    yield from _pair_mismatches(question.proper, _proper(subject.text), subject, about)
    yield from _role_mismatches(question, subject)
    yield from _figure_mismatches(question, subject)
    yield from _date_mismatches(question, subject, about)
    said = _held_stems(f"{subject.text} {subject.context}")
    for one, other in _OPPOSITES if question.parts.answer_type != "yes-no" else ():
        if one in question.stems and other not in question.stems and other in said and one not in said:
            yield f"{other} for {one}"
    if question.negated and not denies(subject.text):
        yield "no negation"
    elif not question.negated and _denies_what_is_asked(question, subject):
        yield "a negation"


def _denies_what_is_asked(question: Asked, subject: Subject) -> bool:
    """Whether a statement denies what is asked: "do not ship" when the question asks for those that ship."""
    if question.parts.answer_type not in ("person", "other", "place"):
        return False
    return any(stem(word) in question.parts.content for word in denied_words(subject.text))


def _identifier_mismatches(question: Asked, subject: Subject, about: str) -> Iterator[str]:
    """Identifiers that are not near the statement although it or its document has another one for the same noun."""
    for head in dict.fromkeys(head for head, _ in question.identifiers):
        wanted = [identifier for noun, identifier in question.identifiers if noun == head]
        if any(names_thing(identifier, subject.text) for identifier in wanted):
            continue
        rivals = [other for noun, other in _identifiers(subject.text) if noun == head]
        if rivals:
            yield f"{head} {rivals[0]} for {wanted[0]}"
        elif not any(names_thing(identifier, f"{about} {subject.passage}") for identifier in wanted):
            yield f"not {head} {wanted[0]}"


def _pair_mismatches(
    wanted: Sequence[tuple[str, str]], found: Sequence[tuple[str, str]], subject: Subject, about: str
) -> Iterator[str]:
    """A head noun that the statement has with another complement: "prize for drama" for "prize for music"."""
    for head, other in wanted:
        rivals = [rival for noun, rival in found if noun == head]
        if rivals and other not in rivals and other not in _held_stems(f"{subject.passage} {about}"):
            yield f"{head} {rivals[0]} for {head} {other}"


def _role_mismatches(question: Asked, subject: Subject) -> Iterator[str]:
    found: dict[str, set[str]] = {}
    for head, modifier in _roles(subject.text):
        found.setdefault(head, set()).add(modifier)
    for head, modifier in question.roles.items():
        if head in found and modifier not in found[head]:
            yield f"{' '.join(sorted(found[head]))} {head} for {modifier} {head}"


def _figure_mismatches(question: Asked, subject: Subject) -> Iterator[str]:
    if not question.figures:
        return
    there = [q for q in quantities(subject.text) if q.kind in ("number", "money", "percent")]
    for figure in question.figures:
        same_kind = [other for other in there if _comparable(figure, other)]
        if same_kind and not any(_about_equal(figure, other) for other in same_kind):
            yield f"{same_kind[0].text} for {figure.text}"


def _date_mismatches(question: Asked, subject: Subject, about: str) -> Iterator[str]:
    """Dates none of which the statement, its context, its passage or its document's date agrees with."""
    if not question.dates:
        return
    own, day = _dates(f"{subject.text} {subject.context}"), subject.metadata.published
    if any(_agrees(wanted, other) for wanted in question.dates for other in own):
        return
    if own and all(any(_excludes(wanted, other) for other in own) for wanted in question.dates):
        yield f"{own[0].text} for {question.dates[0].text}"
    elif any(_agrees(wanted, other) for wanted in question.dates for other in _dates(f"{about} {subject.passage}")):
        return
    elif day and not any(_holds(wanted, day) for wanted in question.dates):
        yield f"{day} for {question.dates[0].text}"


# --- what texts name ------------------------------------------------------------------------------


@lru_cache(maxsize=20_000)
def _identifiers(text: str) -> tuple[tuple[str, str], ...]:
    """Numbers and letters that distinguish things of one kind, each with the stem of its head noun: (invoic, 102)."""
    found = [
        ((stem(match[1]), match[2]), match.start(2))
        for match in _IDENTIFIER.finditer(text)
        if match[1].lower() not in _NO_KIND and not is_stopword(match[1]) and not _is_year(match[2])
        if len(match[2]) <= _LONGEST_IDENTIFIER or not match[2].isdigit()
    ]
    measured = [(q.start, q.end) for q in quantities(text) if q.kind in _MEASURED or _is_amount(q)]
    return (
        *(pair for pair, at in found if not any(start <= at < end for start, end in measured)),
        *(("#", match[0]) for match in _HASH.finditer(text)),
    )


def _is_amount(quantity: Quantity) -> bool:
    """Whether a number counts or measures: "2.8 kg", not "invoice 102"."""
    counted = quantity.unit.split(" ")[0]
    plural = counted.endswith("s") and not is_stopword(counted) and counted.isalpha()
    return quantity.kind == "number" and ("." in quantity.text or counted in UNITS or plural)


def _is_year(text: str) -> bool:
    return bool(re.fullmatch(r"(?:1[5-9]|20)\d\d", text))


def names_thing(identifier: str, text: str) -> bool:
    """Whether ``text`` names what ``identifier`` stands for."""
    return re.search(rf"(?<![\w.]){re.escape(identifier.lstrip('#'))}(?![\w]|[.,]\d)", text) is not None


@lru_cache(maxsize=20_000)
def _complements(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (stem(match[1]), stem(match[2]))
        for match in _COMPLEMENT.finditer(text)
        if not (is_stopword(match[1]) or is_stopword(match[2]))
    )


@lru_cache(maxsize=20_000)
def _proper(text: str) -> tuple[tuple[str, str], ...]:
    """A noun with the capitalized word before it: (school, elm)."""
    return tuple(
        (stem(match[2]), stem(match[1]))
        for match in _PROPER.finditer(text)
        if not (is_stopword(match[1]) or is_stopword(match[2])) and match.start()
    )


def _roles(text: str) -> Iterator[tuple[str, str]]:
    """Each word with the modifier before it, or an empty one: ("presid", "vice"), ("pi", "co")."""
    before = ""
    for word in words(text):
        prefix, hyphen, rest = word.text.partition("-")
        modifier = prefix.lower() if hyphen and prefix.lower() in MODIFIERS else before
        yield stem(rest if hyphen and prefix.lower() in MODIFIERS else word.text), modifier
        before = word.text.lower() if word.text.lower() in MODIFIERS else ""
        if hyphen and prefix.lower() in MODIFIERS:
            before = prefix.lower() if rest and rest[0].isupper() and len(rest) > 3 else ""


def _names(question: QuestionParts) -> tuple[frozenset[str], ...]:
    """The proper names of a question, each as the stems of its words."""
    runs = [frozenset(stems(name.text)) for name in names(question.text)]
    return tuple(run & question.names for run in runs if run & question.names)


@lru_cache(maxsize=20_000)
def _held_stems(text: str) -> frozenset[str]:
    return frozenset(stems(text))


def _held(subject: Subject) -> frozenset[str]:
    about = re.sub(r"[/_]", " ", subject.metadata.source)
    known = f"{subject.metadata.title} {subject.metadata.byline} {subject.about} {about}"
    return _held_stems(subject.passage) | _held_stems(known) | _held_stems(f"{subject.text} {subject.context}")


# --- figures and dates ----------------------------------------------------------------------------


def _comparable(one: Quantity, other: Quantity) -> bool:
    if one.kind != other.kind:
        return False
    if one.kind == "money":
        return not one.unit or not other.unit or one.unit == other.unit
    first, second = set(content_stems(one.unit)), set(content_stems(other.unit))
    return one.kind == "percent" or not first or not second or bool(first & second)


def _about_equal(asked_: Quantity, other: Quantity) -> bool:
    """Whether a figure is the one that is asked for, which may be rounded: 4.5 million for 4,523,000."""
    if same_value(asked_, other) or asked_.text.split()[0].strip("$€£") == other.text.split()[0].strip("$€£"):
        return True  # the unit of a table's figures may stand in its header
    one, two = asked_.value, other.value
    if isinstance(one, tuple) or isinstance(two, tuple) or not one or not two:
        return False
    digits = len(re.sub(r"\D", "", asked_.text.split()[0]).strip("0")) or 1
    scale = 10 ** (math.floor(math.log10(abs(two))) - digits + 1)
    return digits > 1 and math.isclose(round(two / scale) * scale, one, rel_tol=1e-9)


@lru_cache(maxsize=20_000)
def _dates(text: str) -> tuple[Quantity, ...]:
    return tuple(q for q in quantities(text) if q.kind == "date" and not is_vague(q))


def _agrees(wanted: Quantity, other: Quantity) -> bool:
    """Whether a date lies within the one asked for, as far as both are given."""
    return same_value(wanted, other) and _told(wanted) <= _told(other)


def _excludes(wanted: Quantity, other: Quantity) -> bool:
    return not same_value(wanted, other) and bool(_told(wanted) & _told(other))


def _told(quantity: Quantity) -> frozenset[int]:
    value = quantity.value
    return frozenset(n for n, part in enumerate(value) if part is not None) if isinstance(value, tuple) else frozenset()


def _holds(wanted: Quantity, day: date) -> bool:
    value = wanted.value
    parts = (day.year, day.month, day.day)
    if not isinstance(value, tuple) or wanted.unit in ("decade", "century"):
        return True
    return all(part is None or part == own for part, own in zip(value, parts, strict=True))


def _is_part_of_name(quantity: Quantity, text: str) -> bool:
    """Whether a year belongs to a name, as in "the 2003 agreement" or "Expo 2020"."""
    after = text[quantity.end :].lstrip()
    before = text[: quantity.start].rstrip().rpartition(" ")[2]
    return _is_year(quantity.text) and (after[:1].isalpha() or before[:1].isupper()) and before.lower() != "in"
