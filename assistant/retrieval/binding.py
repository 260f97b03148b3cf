"""Binding: whether a statement is about what the question names.

A statement about another entity, role, number, date or direction is not an answer. Each check compares what the
question names with what the statement, its context and its document name, and reports a mismatch only if the
statement names something else instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import starmap
from typing import NamedTuple

from assistant.english.lexicon import OPPOSITE_EVENTS, OPPOSITES, SEASONS, WEEKDAYS
from assistant.english.negation import asks_what_is_not, denied_words, denies
from assistant.english.quantities import Quantity, dates_in, quantities, same_value
from assistant.english.tokens import content_stems, stem, stems, words
from assistant.query.parse import QuestionParts
from assistant.retrieval.mentions import (
    asks_price,
    complements,
    held_stems,
    holds_name,
    identifiers,
    initials,
    is_year,
    item_asked,
    item_number,
    meaning_asked,
    measure_asked,
    names_thing,
    proper,
    question_names,
    role_asked,
    roles,
    weekdays,
    without_number,
)
from assistant.retrieval.premises import other_actor, unmet_premises
from assistant.types import DocumentMetadata

_ORDER = frozenset("before after above below first last".split())
_LASTING = tuple((stem(one), stem(other)) for one, other in OPPOSITES)
_OPPOSITES = (*_LASTING, *((stem(one), stem(other)) for one, other in OPPOSITE_EVENTS if one not in _ORDER))
_SEASONS = frozenset(map(stem, SEASONS))
_HOURS = frozenset(stems("hour time"))  # of opening, which tell of closing as well
_LASTS = re.compile(r"\b(?:until|till|how (?:late|long)|stay|remain|end(?:s|ed|ing)? up)", re.I)
_KNOWN = re.compile(r"\b(?:the|these|those|both|all|its|their|our|your|his|her)\s+$", re.I)
_BESIDE = re.compile(
    r"\b(?:because of|due to|owing to|after|before|during|since|amid|despite|following)\s+(?:the|its|his|her)?\s*$",
    re.I,
)
_WEEKDAYS = frozenset(map(stem, WEEKDAYS))
_LATEST = re.compile(
    r"\b(?:last|latest|most recent|newest|current)\b(?! (?:year|month|week|night|name|time|day))", re.I
)
_EARLIEST = re.compile(r"\b(?:first|earliest|oldest)\b(?! (?:name|of|time|aid|step|rule|floor|place))", re.I)
_IS_QUESTION = re.compile(r"[?？]\W*\Z")
_ASKED = re.compile(r"\b(?:ask|asks|asked|asking|question|questions|wonder|wondered|want|wants|wanted)\b", re.I)
_OTHER = re.compile(r"\bthe other\b", re.I)
_OTHER_THAN = re.compile(r"\bother than (?:the )?(?P<name>(?-i:[A-Z])[\w'’-]*(?: (?-i:[A-Z])[\w'’-]*)*)", re.I)

NAME_WEIGHT = 0.5
"""Weight of a one-word name that another candidate has and this one lacks: it may use another name for the same thing.
"""

ROLE_WEIGHT = 0.5
"""What it weighs that a statement does not name the role that is asked for: it may name it otherwise."""

APART_WEIGHT = 2.0
"""What it weighs that a statement is about the one thing that the question leaves apart: the ranking finds its name."""

TERM_WEIGHT = 2.0
"""What it weighs that a statement does not name the term whose meaning is asked for: all definitions sound alike."""

ROOT = 5
"""Letters by which words of one root are known: "chair" and "chairman"."""


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
    complements: tuple[tuple[str, ...], ...]
    proper: tuple[tuple[str, ...], ...]
    figures: tuple[Quantity, ...]
    dates: tuple[Quantity, ...]
    roles: Mapping[str, str]
    names: tuple[frozenset[str], ...]
    apart: frozenset[str]
    negated: bool
    measure: frozenset[str]
    item: str
    term: frozenset[str]
    role: str
    price: bool
    opposites: tuple[tuple[str, str], ...]


@lru_cache(maxsize=256)
def asked(question: QuestionParts) -> Asked:
    """What ``question`` names."""
    text = question.text
    found = quantities(text)
    # "... and the other one": what is named is not all that is asked for; "other than ...": it is not asked for.
    apart = _OTHER_THAN.search(text)
    named = "" if _OTHER.search(text) or apart else text
    things = identifiers(named)
    numbered = {identifier.lstrip("#") for _, identifier in things}
    return Asked(
        parts=question,
        stems=frozenset(stems(text)),
        identifiers=things,
        complements=complements(named),
        proper=proper(named),
        figures=tuple(q for q in found if _is_asked(q, text) and q.text.strip() not in numbered),
        dates=tuple(q for q in dates_in(text) if not _is_part_of_name(q, text)),
        roles=dict(roles(text)) if question.answer_type != "yes-no" else {},
        names=question_names(question),
        apart=frozenset(stems(apart["name"])) if apart else frozenset(),
        negated=question.answer_type in ("person", "other", "place") and asks_what_is_not(text),
        measure=measure_asked(text),
        item=item_asked(text),
        term=meaning_asked(text),
        role=role_asked(text),
        price=asks_price(text),
        opposites=_opposites(question),
    )


def _is_asked(figure: Quantity, text: str) -> bool:
    """Whether a figure is one that a statement must agree with: not in "the two countries", which both sides know."""
    known = figure.text.isalpha() and _KNOWN.search(text, 0, figure.start)
    return figure.kind in ("number", "money", "percent") and not known


def _opposites(question: QuestionParts) -> tuple[tuple[str, str], ...]:
    """Words of a question with those that mean the opposite; it is asked until when something is open by its close."""
    if question.answer_type == "yes-no":
        return ()
    pairs = _OPPOSITES if not _LASTS.search(question.text) else _LASTING
    return tuple((one, other) for one, other in pairs if one in question.all_stems and other not in question.all_stems)


class Mismatch(NamedTuple):
    """What a statement names instead of what was asked, and the weight of that: 1 is decisive."""

    reason: str
    weight: float = 1.0


def mismatches(question: Asked, subjects: Sequence[Subject]) -> list[tuple[Mismatch, ...]]:
    """For each of ``subjects``, what it names instead of what ``question`` names; empty if it fits."""
    held = [_held(subject) for subject in subjects]
    # "cost 19": what no candidate numbers is not numbered by the question either.
    heads = {head for subject in subjects for head, _ in identifiers(f"{subject.passage} {subject.metadata.title}")}
    question = question._replace(identifiers=tuple(pair for pair in question.identifiers if pair[0] in heads))
    named = [any(holds_name(part, stems_) for part in name for stems_ in held) for name in question.names]
    return [
        (
            *map(Mismatch, _own_mismatches(question, subject)),
            *_weighed_mismatches(question, subject),
            *(
                Mismatch(f"not {' '.join(sorted(name))}", _name_weight(name, question.parts.text))
                for name, anywhere in zip(question.names, named, strict=True)
                if anywhere and not any(holds_name(part, stems_) for part in name)
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
    found = identifiers(question.text)
    heads = [head for head, _ in found]
    things = tuple(identifier for head, identifier in found if heads.count(head) > 1)
    return things if len(things) > 1 else ()


def different_subjects(question: Asked, one: str, other: str) -> bool:
    """Whether two statements are about different things of a kind: the Elm school and the Oak school, plan A and B."""
    for find in (identifiers, proper, complements):
        first, second = ({head: other for head, other, *_ in find(text)} for text in (one, other))
        for head in first.keys() & second.keys() & question.stems:
            if first[head] != second[head]:
                return True
    return False


def order_mismatches(question: str, published: Sequence[date | None]) -> list[bool]:
    """Which of the likely statements are not from the latest (earliest) document, if ``question`` asks for that one."""
    days = [day for day in published if day]
    latest, earliest = (_asks_for(order, question) for order in (_LATEST, _EARLIEST))
    if len(set(days)) > 1 and (latest or earliest):
        wanted = max(days) if latest else min(days)
        return [day != wanted for day in published]
    return [False] * len(published)


def _asks_for(order: re.Pattern[str], question: str) -> bool:
    """Whether a question asks for what is latest (earliest), and does not only mention it: "because of the latest"."""
    return any(not _BESIDE.search(question, 0, found.start()) for found in order.finditer(question))


def _weighed_mismatches(question: Asked, subject: Subject) -> Iterator[Mismatch]:
    """A role or a term that neither a statement nor its context names, and premises that it does not bear out."""
    said = held_stems(f"{subject.text} {subject.context}")
    root = question.role[:ROOT]
    if root and not any(word.startswith(root) or (len(word) > 2 and root.startswith(word)) for word in said):
        yield Mismatch(f"no {question.role}", ROLE_WEIGHT)
    if question.apart and question.apart <= said:
        yield Mismatch("the one that is left apart", APART_WEIGHT)
    if not question.term <= said:
        yield Mismatch("another term", TERM_WEIGHT)
    yield from starmap(Mismatch, unmet_premises(question.parts, subject.text, _around(subject), subject.passage))


def is_refuted(question: QuestionParts, subject: Subject) -> bool:
    """Whether a statement says that somebody else did what ``question`` takes it that one did."""
    return other_actor(question, subject.text, _around(subject))


def _around(subject: Subject) -> str:
    return f"{subject.context} {subject.about} {subject.metadata.title} {subject.metadata.byline}"


def _own_mismatches(question: Asked, subject: Subject) -> Iterator[str]:
    about = f"{subject.context} {subject.about} {subject.metadata.title} {subject.metadata.source}"
    yield from _identifier_mismatches(question, subject, about)
    yield from _pair_mismatches(question, question.complements, complements, subject, about)
    yield from _pair_mismatches(question, question.proper, proper, subject, about)
    yield from _role_mismatches(question, subject)
    yield from _figure_mismatches(question, subject)
    yield from _date_mismatches(question, subject, about)
    said = held_stems(f"{subject.text} {subject.context}")
    for one, other in question.opposites:
        if other in said and one not in said and _HOURS.isdisjoint(said):
            yield f"{other} for {one}"
    days = question.stems & _WEEKDAYS
    if days and (told := weekdays(f"{subject.text} {subject.context}")) and days.isdisjoint(told):
        yield "another weekday"
    seasons = question.stems & _SEASONS
    if seasons and (told := said & _SEASONS or held_stems(about) & _SEASONS) and seasons.isdisjoint(told):
        yield "another season"
    if question.measure and said.isdisjoint(question.measure):
        yield "another measure"
    if question.price and not _states_amount(subject.text):
        yield "no amount"
    if question.item and item_number(subject.text) not in ("", question.item):
        yield f"another item than {question.item}"
    if subject.text.rstrip().endswith(":") and not question.parts.wants_list:
        yield "no value"
    if _IS_QUESTION.search(subject.text) and not _ASKED.search(question.parts.text):
        yield "a question"
    if question.negated and not denies(subject.text):
        yield "no negation"
    elif not question.negated and _denies_what_is_asked(question, subject):
        yield "a negation"


def _states_amount(text: str) -> bool:
    """Whether a statement has a figure behind its number, a sum in words, or says that something is free."""
    said = without_number(text)
    told = any(sign.isdigit() for sign in said) or any(q.kind == "money" for q in quantities(said))
    return told or not {"free", "money", "no"}.isdisjoint(held_stems(said))


def _denies_what_is_asked(question: Asked, subject: Subject) -> bool:
    """Whether a statement denies what is asked: "do not ship" when the question asks for those that ship."""
    if question.parts.answer_type not in ("person", "other", "place"):
        return False
    return any(stem(word) in question.parts.content for word in denied_words(subject.text))


def _identifier_mismatches(question: Asked, subject: Subject, about: str) -> Iterator[str]:
    """Identifiers that are not near the statement although it or its document has another one for the same noun."""
    told = set[str]()  # a code has two heads: its letters, and the noun before it
    for head in dict.fromkeys(head for head, _ in question.identifiers):
        wanted = [identifier for noun, identifier in question.identifiers if noun == head]
        if wanted[0] in told or any(names_thing(identifier, subject.text) for identifier in wanted):
            continue
        rivals = [other for noun, other in identifiers(subject.text) if noun == head]
        if not rivals and not any(names_thing(identifier, subject.context) for identifier in wanted):
            rivals = [other for noun, other in identifiers(subject.context) if noun == head]
        if not rivals and any(names_thing(identifier, f"{about} {subject.passage}") for identifier in wanted):
            continue
        told.add(wanted[0])
        yield f"{head} {rivals[0]} for {wanted[0]}" if rivals else f"not {head} {wanted[0]}"


def _pair_mismatches(
    question: Asked,
    wanted: Sequence[tuple[str, ...]],
    find: Callable[[str], Sequence[tuple[str, ...]]],
    subject: Subject,
    about: str,
) -> Iterator[str]:
    """A head noun that the statement has with another complement: "prize for drama" for "prize for music"."""
    for head, other, *how in wanted:
        rivals = [rival for noun, rival, *its in find(subject.text) if (noun, its) == (head, how)]
        if not rivals or not question.stems.isdisjoint(rivals) or other in held_stems(f"{subject.text} {about}"):
            continue
        if other not in held_stems(subject.passage) or (head, other, *how) in find(subject.passage):
            yield f"{head} {rivals[0]} for {head} {other}"


def _role_mismatches(question: Asked, subject: Subject) -> Iterator[str]:
    found: dict[str, set[str]] = {}
    for head, modifier in roles(subject.text):
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
        if any(_about_equal(figure, other) for other in quantities(subject.context)):
            continue  # "Cups since 67: 13"
        if same_kind and not any(_about_equal(figure, other) for other in same_kind):
            yield f"{same_kind[0].text} for {figure.text}"


def _date_mismatches(question: Asked, subject: Subject, about: str) -> Iterator[str]:
    """Dates none of which the statement, its context, its passage or its document's date agrees with."""
    if not question.dates:
        return
    own, day = dates_in(f"{subject.text} {subject.context}"), subject.metadata.published
    if any(_agrees(wanted, other) for wanted in question.dates for other in own):
        return
    if own and all(any(_excludes(wanted, other) for other in own) for wanted in question.dates):
        yield f"{own[0].text} for {question.dates[0].text}"
    elif any(_agrees(wanted, other) for wanted in question.dates for other in dates_in(f"{about} {subject.passage}")):
        return
    elif day and not any(_holds(wanted, day) for wanted in question.dates):
        yield f"{day} for {question.dates[0].text}"


def _held(subject: Subject) -> frozenset[str]:
    about = re.sub(r"[/_]", " ", subject.metadata.source)
    known = f"{subject.metadata.title} {subject.metadata.byline} {subject.about} {about}"
    said = f"{subject.text} {subject.context}"
    return held_stems(subject.passage) | initials(subject.passage) | held_stems(known) | held_stems(said)


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
    return is_year(quantity.text) and (after[:1].isalpha() or before[:1].isupper()) and before.lower() != "in"
