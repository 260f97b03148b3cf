"""What a question asks for: the type of its answer, its topic words, whether it offers options or wants a list."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from assistant.text.tokens import content_stems, stems, words

AnswerType = Literal["date", "number", "duration", "person", "place", "reason", "yes-no", "other"]


class QuestionParts(NamedTuple):
    """A question taken apart. Stems are those of ``tokens.stem``; ``names`` are those of capitalised words and figures."""

    text: str
    answer_type: AnswerType
    content: frozenset[str]
    bigrams: frozenset[tuple[str, str]]
    all_stems: frozenset[str]
    names: frozenset[str]
    options: tuple[frozenset[str], ...]
    wants_list: bool


_TYPES: tuple[tuple[AnswerType, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("duration", r"\bhow long\b|\bfor how (many|much) (second|minute|hour|day|week|month|year)s?\b"
                     r"|\bhow many (second|minute|hour|day|week|month|year)s\b"),
        ("date", r"\bwhen\b|\b(what|which) (exact )?(year|date|day|month|decade|century|time)\b|\bsince when\b|\buntil when\b"),
        ("number", r"\bhow (many|much)\b|\b(what|which) (percentage|percent|number|amount|proportion|share|population)\b"
                   r"|\bhow (large|big|high|tall|deep|far|fast|old|wide|heavy|often)\b"),
        ("person", r"\bwho(m|se)?\b"),
        ("place", r"\bwhere\b|\b(what|which) (city|country|place|town|village|region|state|continent|river)\b"),
        ("reason", r"\bwhy\b|\bwhat (caused|led to|was the reason)\b"),
    )
)  # fmt: skip
_YES_NO = re.compile(
    r"^(?:(?:so|and|but|then|well|now)[,\s]+)?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b"
)
_LIST = re.compile(
    r"^\s*(?:list|name all|enumerate|summari[sz]e)\b|\b(?:which|what|who) (?:are|were) (?:all )?the\b.*s\b"
    r"|\b(?:all|list) (?:of )?the\b"
)
_NAMED = re.compile(r"(?<=\s)[A-Z][\w'’.\-]*|\d[\d.,]*")
_OPTIONS = re.compile(r"\b(?:was|were|is|are|did|does|do|by|in|on|at|whether)?\s*([^,?]+?),?\s+or\s+([^,?]+?)\s*(?:\?|$)")


def parse_question(text: str) -> QuestionParts:
    """The parts of ``text`` that search, scoring and writing look at."""
    lower = text.lower()
    every = stems(text)
    return QuestionParts(
        text=text,
        answer_type=_answer_type(lower),
        content=frozenset(content_stems(text)),
        bigrams=frozenset(zip(every, every[1:], strict=False)),
        all_stems=frozenset(every),
        names=frozenset(s for run in _NAMED.findall(text) for s in content_stems(run)),
        options=_options(lower),
        wants_list=bool(_LIST.search(lower)),
    )


def _answer_type(lower: str) -> AnswerType:
    for kind, pattern in _TYPES:
        if pattern.search(lower):
            return kind
    return "yes-no" if _YES_NO.match(lower.strip()) else "other"


def _options(lower: str) -> tuple[frozenset[str], ...]:
    """The alternatives of "in person or by phone", each by the content words it does not share with the other."""
    match = _OPTIONS.search(lower)
    if not match:
        return ()
    right = match.group(2)
    size = len(words(right))
    left = " ".join(w.text for w in words(match.group(1))[-max(size, 2) :])
    a, b = frozenset(content_stems(left)), frozenset(content_stems(right))
    return (a - b, b - a) if a - b and b - a else ()


