"""Negation: whether a text says that something is not so, and what."""

from __future__ import annotations

import re

from assistant.english.lexicon import DENYING_VERBS, NEGATORS, any_of
from assistant.types import Span

_DENIES = rf"(?:\b{any_of((*NEGATORS, *DENYING_VERBS, 'false', 'untrue'))}\b|n['’]t\b)"
_DENIAL = re.compile(_DENIES, re.IGNORECASE)
_DENIED_CLAUSE = re.compile(rf"{_DENIES}(?P<clause>[^.,;:!?]*)", re.IGNORECASE)
_ASKED_DENIAL = re.compile(
    r"\b(?:not(?! only\b)|never|nobody|none|neither|without|cannot|\w+n[’']t)\b(?<!\bor not)", re.IGNORECASE
)
_DENIED_WORD = re.compile(r"\b(?:not|never|n[’']t|cannot)\s+(?:\w+ly\s+|be\s+)?(\w+)", re.IGNORECASE)
_CONTRAST = re.compile(
    r"(?:\b(?:not(?! only\b)|nor|never|rather than|instead of|no longer|neither)\b|n['’]t\b)"
    r"(?P<not>(?:[ \-][\w'’]+){1,5})"
    r"|\b(?:moved|postponed|put off|brought forward|changed|raised|lowered|cut|corrected|revised|shifted) from"
    r"(?P<from>(?: \w+){1,4}?)(?= to\b)",
    re.IGNORECASE,
)


def denies(text: str) -> bool:
    """Whether ``text`` says that something is not so."""
    return bool(_DENIAL.search(text))


def asks_what_is_not(question: str) -> bool:
    """Whether ``question`` asks for what is not so: "Who did not vote?", but not "Did she vote or not?"."""
    return bool(_ASKED_DENIAL.search(question))


def denied_words(text: str) -> list[str]:
    """The word after each "not", "never" and "cannot": "ship" in "do not ship"."""
    return [match[1] for match in _DENIED_WORD.finditer(text)]


def denied_clauses(text: str) -> list[str]:
    """The rest of the clause after each negation of ``text``."""
    return [match["clause"] for match in _DENIED_CLAUSE.finditer(text)]


def excluded(text: str) -> list[Span]:
    """The few words after each "not", "rather than" and the like, and those that something was "moved from".

    An answer there is one that ``text`` excludes: "on 30 October, not on 23 October".
    """
    return [Span(*match.span(match.lastgroup or 0)) for match in _CONTRAST.finditer(text)]
