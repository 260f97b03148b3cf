"""Courtesies around a question, and messages that are nothing but courtesies."""

from __future__ import annotations

import re

from assistant.english.lexicon import COURTESIES, DISSENTS, IMPERATIVES, any_of
from assistant.english.tokens import words

LEAD = re.compile(
    r"(?:\s*(?:so|and|but|then|well|now|ok|okay|or|please|hi|hello|hey)\b[,\s]*"
    rf"|(?:can|could|would|will) you (?:please )?(?={any_of((*IMPERATIVES, 'say'))})"
    r"|(?:do you know|tell me|(?:(?<=you )|(?<=please ))(?:say|explain)|i wonder|i (?:want|need|would like) to know"
    r"|is it known|any idea)\b[,\s]*)*",
    re.IGNORECASE,
)
"""Courtesies before a question."""

_POLITE = (COURTESIES - DISSENTS) | frozenset("really help question questions ask know idea curious welcome".split())
_AROUND = frozenset(
    "dear there morning afternoon evening day excuse you your i i'm im i'd me my us anyone somebody am are is that "
    "this can could may might would will do answer have want need like to for with about a an any one two three few "
    "some couple of another quick just in advance so very much many lot all and but".split()
)
_NO_QUESTION = frozenset("you i it that that's so very much a lot many for your the all and answer help".split())


def without_lead(question: str) -> str:
    """``question`` without the courtesies before it."""
    lead = LEAD.match(question)
    return question[lead.end() if lead else 0 :]


def is_courtesy(sentence: str) -> bool:
    """Whether a sentence beside a question only greets, thanks or says that there is a question."""
    said = _said(sentence)
    return bool(said & _POLITE) and said <= _POLITE | _AROUND


def is_only_courteous(message: str) -> bool:
    """Whether a whole message is nothing but thanks, a greeting or an assent."""
    said = _said(message)
    return "?" not in message and said <= COURTESIES | _NO_QUESTION and bool(said & COURTESIES)


def _said(text: str) -> set[str]:
    return {word.text.lower().replace("’", "'") for word in words(text)}
