"""Splits a message into the questions it asks."""

from __future__ import annotations

import re
from itertools import islice

from assistant.english.lexicon import (
    ASKING_WORDS,
    AUXILIARIES,
    DEMONSTRATIVES,
    IMPERATIVES,
    NEGATED_AUXILIARIES,
    PREPOSITIONS,
    SUBJECT_PRONOUNS,
    any_of,
)
from assistant.english.phrases import phrases
from assistant.english.tokens import content_stems, words
from assistant.query.courtesy import LEAD, is_courtesy, without_lead

MOST_PARTS = 5
"""The most questions of one text that are answered separately; any others stay with the last of them."""

_FEWEST = 2  # words of a question that stands for itself
_MOST_LINKS = 20  # in one sentence; the rest stays together

_ASKING = any_of(ASKING_WORDS)
_AUXILIARY = any_of((*AUXILIARIES, *NEGATED_AUXILIARIES))
_SUBJECT = any_of((*SUBJECT_PRONOUNS, *DEMONSTRATIVES, "there"))
_ENDS = re.compile(r"(?<=[.!?])\s+")
# What follows an auxiliary only as its subject. "Who founded it and is a lawyer", "and was Catholic", "and was Prime
# Minister of", "and has the right to" do not start another question.
_NAME = rf"(?:(?-i:[A-ZÀ-Þ])\S*\s+)+(?!(?-i:[A-ZÀ-Þ])|{any_of(PREPOSITIONS)}\b)\w"
_INVERTED = (
    rf"(?:(?!ha){_AUXILIARY}(?:['’]t)?\s+(?:(?:{_SUBJECT}|the|any)\b|{_NAME})"
    rf"|ha(?:s|ve|d)\s+(?:{_SUBJECT}\b|{_NAME}))"
)
_ALSO_ASKS = re.compile(rf",?\s+(?:and|but)\s+(?:also\s+)?(?={_ASKING}\b|{_INVERTED})", re.IGNORECASE)
_ORDER = any_of((*IMPERATIVES, r"name(?= (?:the|all)\b)"))
_ASKS = re.compile(
    rf"\b{_ASKING}\b|(?:^|[,:;]\s*){_INVERTED}"
    rf"|^(?:(?:so|and|but|then|also|please)\b[,\s]*)*(?:{_ORDER}|{_AUXILIARY})\b",
    re.IGNORECASE,
)
_NOTHING_YET = frozenset(  # "When and where", "Exactly how many and which": what is asked of it comes later
    "and or so but then also exactly else many much long often by to with from since until till in on at for of".split()
).union(ASKING_WORDS)
_BETWEEN = re.compile(r"\bbetween(?:\s+\S+){1,3}$", re.IGNORECASE)
_RELATIVES = frozenset("who whom whose which where".split())
_ACTS = re.compile(  # what a pronoun stands for is for ``condense_question`` to find
    rf"\b{_ASKING}\s+(?:do|does|did|has|have|had)\s+"
    rf"(?!(?:{_SUBJECT}|his|her|its|their|each|both|all|either|neither)\b)(?:[\w'’.-]+\s+){{1,5}}?"
    r"(?P<verb>say|said|do|done|think|respond|responded|react|reacted|reply|replied|answer|answered|comment)\b",
    re.IGNORECASE,
)


def split_questions(text: str) -> tuple[str, ...]:
    """The questions in ``text``: "Who met, and where did they meet? Why?" asks three.

    There is at least one and there are at most MOST_PARTS, the last of which has the rest. Courtesies are left out
    unless there is nothing else.
    """
    found = [piece for sentence in _sentences(text.strip()) for piece in _pieces(sentence)]
    last = " and ".join(found[MOST_PARTS - 1 :]).replace("? and ", "? ")
    return (*found[: MOST_PARTS - 1], last) if last else tuple(found) or (text,)


def add_topic(part: str, before: str) -> str:
    """``part`` with the topic of the question ``before``, if it only names who says or does something.

    "What did India say?" after "What did Pakistan say about the raid?" becomes "What did India say about the raid?".
    """
    bare = without_lead(part).strip(" ?.!,")
    acts = _ACTS.fullmatch(bare)
    if not acts:
        return part
    own = frozenset(content_stems(part))
    # Without who says or does it: "what did Pakistan say about the raid" contributes "the raid".
    told = [phrase for phrase in phrases(_ACTS.sub("", before)) if not own & frozenset(content_stems(phrase))]
    if not told:
        return part
    link = "to" if re.match("respond|react|repl", acts["verb"], re.IGNORECASE) else "about"
    return f"{bare} {link} {' and '.join(told)}?"


def _sentences(text: str) -> list[str]:
    """Each question with the statements before it, the last one also with those after it; no courtesies."""
    found: list[str] = []
    for sentence in _ENDS.split(text):
        if not sentence or is_courtesy(sentence):
            continue
        if found and not found[-1].endswith("?"):
            found[-1] = f"{found[-1]} {sentence}"
        else:
            found.append(sentence)
    if len(found) > 1 and not found[-1].endswith("?") and not _ASKS.search(found[-1]):
        *found, last = found
        found[-1] = f"{found[-1]} {last}"
    return found


def _pieces(sentence: str) -> list[str]:
    """What ``sentence`` asks, joined by "and" or "but"."""
    found: list[str] = []
    start = 0
    for link in islice(_ALSO_ASKS.finditer(sentence), _MOST_LINKS):
        before, after = sentence[start : link.start()], sentence[link.end() :]
        if _are_two(before, after):
            found.append(before)
            start = link.end()
    return [*found, sentence[start:]]


def _are_two(before: str, after: str) -> bool:
    """Whether two pieces of a sentence each ask something by themselves."""
    lead = LEAD.match(before)
    asks = _ASKS.search(before, lead.end() if lead else 0) or _ASKS.search(before)
    said, follows = [word.text.lower() for word in words(before)], words(after)
    if not asks or len(follows) < _FEWEST or _NOTHING_YET.issuperset(said) or _BETWEEN.search(before):
        return False
    # "Who is the man who led them and who later ...": the second relative clause asks nothing either.
    first = follows[0].text.lower()
    return first not in _RELATIVES or not re.search(rf"\b{first}\b", before[asks.end() :], re.IGNORECASE)
