"""What a conversation is about: the last question, its answer, and the people and things that they name."""

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.english.lexicon import (
    BE,
    DEMONSTRATIVES,
    PERSONAL_PRONOUNS,
    PREPOSITIONS,
    SAYING_VERBS,
    SUBJECT_PRONOUNS,
    TITLES,
    any_of,
)
from assistant.english.names import names as proper_names
from assistant.english.phrases import CLAUSE, antecedent, is_plural, is_somebody, names, phrases
from assistant.english.tokens import content_stems, stem, stems, words
from assistant.types import NOT_IN_DOCUMENTS

_I = re.IGNORECASE
_MARKER = re.compile(r"\s*\[\d+\]")
_HEAD = re.compile(r"([^\n]{1,160}?):(?:\s+|\n- )(?=\S)")
_DATED = re.compile(r"(?:, \d{1,2} [A-Z][a-z]+ \d{4})?(?:, [a-z-]+)?(?: › .*)?\Z")
_LINKS = re.compile(r"\s*(?:(?:and|but|so|or|also|then|what about|how about)\b[\s,]*)+", _I)
_CARRIED = re.compile(r", (?:given|as for) .+$", _I)
_LONGEST_CLAIM = 18
"""Words of a statement that a question may take in."""

_CLAUSE_END = re.compile(r"[;:—]|,? (?:because|which|who|while|whereas|although|so that)\b|, (?:and|but|as)\b")
_ATTRIBUTION = re.compile(rf",? (?:[\w.'’-]+ ){{1,4}}{any_of((*SAYING_VERBS, 'says', 'say'))}$")
_ACCORDING = re.compile(r"according to [^,.;]{1,60}, ", _I)
_PRONOUNS = frozenset((*SUBJECT_PRONOUNS, *PERSONAL_PRONOUNS, *DEMONSTRATIVES, "there"))
_OPENERS = frozenset((*PREPOSITIONS, "the", "a", "an", "some", "most", "all", "no"))
_OF_PLACE = re.compile(r"\b(?:in|at|from|near|to|into|outside|towards?|across|around|off|of)\s+(?:the\s+)?\Z", _I)
_ORGANISATION = frozenset(
    stems(
        "academy agency airline association authority bank board church city club college commission committee company "
        "corporation council county court department district federation foundation government group hospital "
        "institute library ltd ministry museum office organisation organization party police press republic school "
        "society state station times news union university village"
    )
)
_THINGS = _ORGANISATION | frozenset(
    stems(
        "act airport award bakery bridge brewery canal castle cathedral chapel cup dairy dam factory farm ferry "
        "festival firm garden harbour hotel house hut inn island lake law line mill mine museum pact palace park pier "
        "plant port prize railway river road ship shop street theatre tower treaty trophy tunnel works"
    )
)
_TITLES = frozenset(map(stem, TITLES))
_LONGEST_ACRONYM = 5
_PERSON_BEFORE = re.compile(rf"\b(?:{any_of(TITLES)}\.?|by|named|called|is|was|mr|mrs|ms)\s+\Z", _I)
_PERSON_AFTER = re.compile(r"(?:, \d\d\b|, (?:the|a|an|who)\b|,? (?:said|says|told|wrote|added|has|had|was|is)\b)", _I)
_WHO = re.compile(r"\b(?:who|whom|whose)\b|\b(?:which|what) (?:\w+ )?(?:person|man|woman|name)\b|\bname of\b", _I)


class Exchange(NamedTuple):
    """A question that stands alone, and its answer: who is quoted first and what is quoted; both may be empty.

    It is ``refused`` if the documents do not hold the answer. ``before`` is the exchange before it.
    """

    question: str
    byline: str = ""
    statement: str = ""
    refused: bool = False
    before: Exchange | None = None

    @property
    def asked(self) -> str:
        """The question without final punctuation, without words such as "and" before it, and without added clauses."""
        return _CARRIED.sub("", without_links(self.question))

    @property
    def claim(self) -> str:
        """The statement as it can follow "that": one clause, without final punctuation and without who says it.

        Empty if it is long or its subject is unclear ("They broke").
        """
        statement = _ACCORDING.sub("", self.statement)
        end = _CLAUSE_END.search(statement, min(len(statement), 20))
        said = statement[: end.start()] if end else statement
        said = _ATTRIBUTION.sub("", said).strip(' .!?"“”')
        found = words(said)
        opening = found[0].text if found else ""
        if not 3 <= len(found) <= _LONGEST_CLAIM or opening.lower() in _PRONOUNS:
            return ""
        return said[0].lower() + said[1:] if opening.lower() in _OPENERS and not opening.isupper() else said


def without_links(question: str) -> str:
    """``question`` without final punctuation and without words such as "And what about" before it."""
    links = _LINKS.match(question)
    return question[links.end() if links else 0 :].strip().rstrip("?.! ")


def exchange(question: str, answer: str, before: Exchange | None = None) -> Exchange:
    """``question``, which stands alone, with the first statement in the text of its ``answer``."""
    if not answer or answer.startswith(NOT_IN_DOCUMENTS.rstrip(".")):
        return Exchange(question, refused=bool(answer), before=before)
    first = _MARKER.split(answer, maxsplit=1)[0]
    head = _HEAD.match(first)
    statement = first[head.end() :] if head else first
    return Exchange(question, _DATED.sub("", head[1]) if head else "", " ".join(statement.split()), before=before)


def topic(last: Exchange) -> str:
    """What the last question is about: its name, its subject, or its last noun phrase."""
    question = last.asked
    clause = CLAUSE.match(question)
    told = phrases(question)
    subject = [phrase for phrase in told if clause and clause[3].startswith(phrase)]
    found = [*(phrase for phrase in names(question) if phrase in told), *subject, *reversed(told)]
    return found[0] if found else ""


def referent(kind: str, last: Exchange) -> str:
    """What a pronoun refers to after ``last``, as it is written there; empty if that is not clear.

    ``kind`` is "person" (he, her), "thing" (it), "several" (they) or "place" (there). After a question for a person,
    the pronoun refers to the person whom the answer names; otherwise, to what the question names. A person may be named
    in an exchange before that.
    """
    found = _referent(kind, last)
    if kind != "person" or _is_person(found) or not last.before:
        return found
    earlier = referent(kind, last.before)
    return earlier if _is_person(earlier) else found


def _is_person(phrase: str) -> bool:
    """Whether ``phrase`` is a word for a person, or a name that no word or number shows to be a thing's."""
    named = phrase[:1].isupper() and not any(map(str.isdigit, phrase)) and not frozenset(stems(phrase)) & _THINGS
    return named or is_somebody(phrase)


def _referent(kind: str, last: Exchange) -> str:
    asked = _with_complement(antecedent(kind, last.asked), last)
    if kind == "place":
        return _place_in(last)
    if kind == "thing":
        return asked or _named_thing(last)
    if kind != "person":
        return asked
    if _WHO.search(last.asked):
        return person_in(last) or asked
    asked = asked or _subject(last)
    return _named_in_answer(asked, last) if asked else person_in(last)


def _with_complement(phrase: str, last: Exchange) -> str:
    """The phrase with a name after a preposition that belongs to it: "the ferry service to Lund Island"."""
    pattern = rf"{re.escape(phrase)} {any_of(PREPOSITIONS)} (?:the )?[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*(?= [a-z])"
    found = re.search(pattern, last.asked) if phrase else None
    return found[0] if found else phrase


def person_in(last: Exchange) -> str:
    """The person whom the answer names and the question does not; empty if there is none or several are possible."""
    text, known = last.statement, frozenset(stems(last.asked))
    best, most = "", 1
    for name in proper_names(text):
        own = frozenset(content_stems(name.text))
        before, after = text[: name.start], text[name.end :]
        if own <= known or own & _ORGANISATION or _OF_PLACE.search(before) or any(c.isdigit() for c in name.text):
            continue
        if name.text.isupper() and len(name.text) <= _LONGEST_ACRONYM:
            continue
        titled = bool(_PERSON_BEFORE.search(before)) or bool(own & _TITLES)
        score = 1 + (" " in name.text) + 2 * titled + bool(_PERSON_AFTER.match(after))
        if score > most:
            best, most = name.text, score
    return best


def _named_thing(last: Exchange) -> str:
    """The name of a thing in the question: "Halden Dairy", "Aster-2"."""
    told = [
        name
        for name in names(last.asked)
        if frozenset(stems(name)) & _THINGS or name.isupper() or any(map(str.isdigit, name))
    ]
    return told[0] if len(told) == 1 else ""


def _subject(last: Exchange) -> str:
    """The subject of a question, if that is one thing or person: "the inspector"."""
    found = CLAUSE.match(last.asked)
    told = [phrase for phrase in phrases(last.asked) if found and found[3].startswith(phrase)]
    return told[0] if told and told[0].lower().startswith("the ") and not is_plural(told[0]) else ""


def _named_in_answer(asked: str, last: Exchange) -> str:
    """The name that the answer has next to the noun of ``asked`` ("the driver, Marit Oldenbarn"), else ``asked``."""
    nouns = any_of(re.escape(word.text) for word in words(asked.removeprefix("the ")))
    ends = {found.end() for found in re.finditer(rf"\b{nouns},? ", last.statement, _I)}
    return next((name.text for name in proper_names(last.statement) if name.start in ends), asked)


def _place_in(last: Exchange) -> str:
    """The place that the answer to "where" states, else one that the question names."""
    if re.match(
        r"(?:from |to )?where\b|(?:in |at |to |from )?(?:which|what) (?:city|town|village|country|place)",
        last.question,
        _I,
    ):
        known = frozenset(stems(last.question))
        for name in proper_names(last.statement):
            if _OF_PLACE.search(last.statement[: name.start]) and not frozenset(stems(name.text)) <= known:
                return name.text
    found = re.search(r"\b(?:in|at|near|to) ((?:the )?(?:[A-Z][\w'’-]+ ?)+)", last.question)
    return found[1].strip() if found else ""


def background(last: Exchange) -> str:
    """What the last question is about, as a clause to add to another one: "given that the ferry did crash".

    Empty if it only asks who or what something is, or is not a question.
    """
    said = _as_clause(last)
    if said:
        return f"given that {said}"
    found = CLAUSE.match(last.asked)
    rest = found[3] if found else ""
    noun = _asked_noun(found[1]) if found else ""
    plain = rest.replace(topic(last), "").strip()
    return f"given {' '.join(filter(None, [noun, rest]))}" if plain else ""


def _as_clause(last: Exchange) -> str:
    """ "The ferry did crash" for "Where did the ferry crash?"; empty if the subject is not clear."""
    asked = last.asked
    if found := CLAUSE.match(asked):
        return _clause_with_auxiliary(asked, found)
    if found := re.match(r"(who|what)(?! (?:else|about|the|an?|to)\b) (.+)", asked, _I):
        said = frozenset(content_stems(found[2])) <= frozenset(content_stems(last.statement))
        somebody = (person_in(last) if said else "") or "somebody"
        return f"{somebody if found[1].lower() == 'who' else 'something'} {found[2]}"
    if found := re.match(r"(?:which|whose|how many|how much) (?:of )?(?:the )?(.+)", asked, _I):
        return f"the {found[1]}"
    return ""


def _clause_with_auxiliary(asked: str, found: re.Match[str]) -> str:
    asks, auxiliary, rest = found[1].strip(), found[2].lower(), found[3]
    starts = (phrase for phrase in phrases(asked) if re.match(rf"{re.escape(phrase)}(?!\w|['’])", rest))
    subject = max(starts, key=len, default="")
    noun = _asked_noun(asks)
    if noun and auxiliary in BE and not subject:  # "Which farmer was killed?"
        return f"{noun} {auxiliary} {rest}"
    if not subject and (first := re.match(rf"(?:{any_of(SUBJECT_PRONOUNS)}|there)\b", rest, _I)):
        subject = first[0]
    if not subject and asks.lower() == "who":  # "Who will repair the pump?"
        return f"somebody {auxiliary} {rest}"
    verb, _, more = rest[len(subject) :].strip().partition(" ")
    if not subject or not verb or (verb.lower() in PREPOSITIONS and auxiliary not in BE):
        return ""
    return " ".join(filter(None, [subject, auxiliary, verb, noun, more]))


def _asked_noun(asks: str) -> str:
    """The noun that is asked for, if there is one: "the farmer" of "Which farmer"."""
    found = re.search(r"\b(?:which|what|whose|how many|how much) (?:of )?(?:the )?(.+)$", asks.strip(), _I)
    frames = ("time", "day", "date", "year", "month", "kind", "extent")
    return f"the {found[1]}" if found and found[1].lower() not in frames else ""


def phrases_lacking(question: str, last: Exchange) -> list[str]:
    """The noun phrases of the last question with a word that ``question`` does not have."""
    own = frozenset(content_stems(question))
    told = [phrase.removeprefix("many ") for phrase in phrases(last.asked)]
    return [phrase for phrase in told if not own.issuperset(content_stems(phrase))]
