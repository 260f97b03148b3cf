"""Makes a follow-up question self-contained, by code: it carries over the topic words that the question lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.text.tokens import STOPWORDS, stem, words
from assistant.types import Turn

_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|there|then|this|these|those|(?:both|either|neither)(?=\s*(?:\?|$|of\b))"
    r"|the (?:same|former|latter|other|others|first|second)|that (?:one|time|day|case)|ones?|else)\b"
    r"|\bthat(?=\s*(?:\?|$|is\b|was\b|happen|mean|come|last|take|end|begin|start))",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^\s*(?:and|but|so|or|also|then|what about|how about|why(?: not| so)?\s*\?"
    r"|since when|until when|says? who|who says)\b",
    re.IGNORECASE,
)
_ASKS_THE_SAME = re.compile(r"^\s*(?:and\s+)?(?:what|how) about\b", re.IGNORECASE)
_ASKS_ONLY = frozenset(
    """say said says tell told report reported happen happened long many much time date year day name person
    people""".split()
)
ENOUGH = 2
"""A question with fewer content words than this cannot stand alone after another one."""


def rewrite(question: str, history: Sequence[Turn]) -> str:
    """``question`` with what it lacks from the user's turns before it, in brackets; as it is when it stands alone."""
    asked = [turn.text for turn in history if turn.role == "user"]
    if not asked or not _depends(question):
        return question
    topic = _topic(rewrite(asked[-1], [Turn(role="user", text=text) for text in asked[:-1]]))
    own = {stem(word) for word in _content(question)}
    # "What about India?" asks the same of another name: the old name gives way to the new one.
    named = bool(_ASKS_THE_SAME.match(question) and _names(question))
    carried = [word for word in topic if stem(word) not in own and not (named and word[:1].isupper())]
    if not carried:
        return question
    return f"{question.strip().rstrip('?. ')} ({' '.join(carried)})?"


def _depends(question: str) -> bool:
    content = [word for word in _content(question) if word.lower() not in _ASKS_ONLY]
    if _CONTINUES.match(question):
        return len(content) <= 2 * ENOUGH or bool(_POINTS_BACK.search(question))
    return len(content) < ENOUGH or bool(_POINTS_BACK.search(question))


def _topic(question: str) -> list[str]:
    return list(dict.fromkeys(word for word in _content(question) if word.lower() not in _ASKS_ONLY))


def _content(text: str) -> list[str]:
    return [word.text for word in words(text) if word.text.lower() not in STOPWORDS]


def _names(text: str) -> list[str]:
    return [word.text for word in words(text)[1:] if word.text[:1].isupper()]
