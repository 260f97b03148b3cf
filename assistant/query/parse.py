"""What a question asks for: the type of its answer, its topic words, whether it offers options or wants a list."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from assistant.english.lexicon import (
    ASKING_WORDS,
    AUXILIARIES,
    DAYS_IN,
    IMPERATIVES,
    NEGATED_AUXILIARIES,
    any_of,
)
from assistant.english.tokens import STOPWORDS, content_stems, is_stopword, stems, words
from assistant.query.courtesy import LEAD

AnswerType = Literal["date", "number", "duration", "person", "place", "reason", "yes-no", "other"]


class QuestionParts(NamedTuple):
    """A question taken apart. Stems are those of ``tokens.stem``; ``names`` are those of capitalized words and figures.

    ``content`` is without words that only frame the question ("year" in "which year"), unless nothing else is left.
    ``options`` are the alternatives of "A or B", each by the content words that no other one has.
    """

    text: str
    answer_type: AnswerType
    content: frozenset[str]
    bigrams: frozenset[tuple[str, str]]
    all_stems: frozenset[str]
    names: frozenset[str]
    options: tuple[frozenset[str], ...]
    wants_list: bool


MOST_WORDS = 5
"""Words of a message that is no question at most."""

_ASKS = frozenset((*ASKING_WORDS, *AUXILIARIES, *NEGATED_AUXILIARIES, *IMPERATIVES))
_SHORT = 4  # words of an alternative in "X, Y or Z"
_SPAN = rf"{any_of(DAYS_IN)}s?"
_WHICH = (
    r"\b(?:what|which|whats|what's)\s+(?:(?:is|was|were|are)\s+the\s+)?(?:(?:exact|precise|first|last|other|total)\s+)?"
)
_AUXILIARIES = (*AUXILIARIES, *NEGATED_AUXILIARIES)

# The match that is first in the question decides; of several at one place, the first in this list.
_PATTERNS: tuple[tuple[AnswerType, str], ...] = (
    (
        "duration",
        rf"\bhow long(?! ago\b)|\bhow (?:many|much)(?: more)? {_SPAN}\b(?! (?:old|ago)\b)|\bhow soon\b"
        rf"|{_WHICH}(?:duration|period)\b",
    ),
    (
        "date",
        r"\b(?:when|whens|when's)\b|\bhow (?:long ago|recently|early|late)\b"
        rf"|{_WHICH}(?:year|date|day|month|decade|century|time|hour|season|weekday|era)s?\b",
    ),
    (
        "number",
        r"\bhow (?:many|much|large|big|high|tall|deep|far|fast|old|wide|heavy|often|small|low|short|hot"
        r"|cold|thick)\b"
        rf"|^(?:the )?(?:number|amount) of\b|{_WHICH}(?:[\w-]+ )?(?:percentage|percent|number|amount|proportion"
        r"|share|population|price|cost|size|length|height|width|depth|speed|distance|score|toll|temperature|total)\b",
    ),
    (
        "reason",
        r"\b(?:why|whys|how come|what for)\b|\b(?:what|which) (?:caused|led to|prompted|reasons?)\b"
        r"|\bwhat (?:is|was|were|are) the (?:[\w-]+ )?(?:reason|cause|motive)s?\b|\bfor (?:what|which) reasons?\b",
    ),
    (
        "person",
        rf"\b(?:who|whom|whose|whos|who'[sd])\b|{_WHICH}(?:[\w-]+ )?(?:person|man|woman|president|minister|leader"
        r"|author|writer|actor|actress|singer|player|king|queen|scientist|artist|founder|expert|analyst)\b",
    ),
    (
        "place",
        rf"\b(?:where|wheres|where's)\b|{_WHICH}(?:[\w-]+ )?(?:city|country|place|town|village|region|state|continent"
        r"|river|province|district|location|island|cities|countries|places|towns|villages|regions|states)\b",
    ),
    ("other", r"\b(?:what|whats|what's|which|how|hows|how's)\b"),
)
_TYPES = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
_ASKING = re.compile(  # "when" asks here, and only joins in "what happened when it rained"
    r"(?:^|[^\w\s]\s*|\b(?:and|but|or|so|then|to|by|for|with|from|of|on|at|in|since|until|till|about|know|me|exactly"
    r"|say|says|is|are|was|were|did|does|do|if|under|after|before|into) )\Z"
)
_YES_NO = re.compile(
    rf"(?:{any_of(_AUXILIARIES)}(?:'t)?|whether|if)\b"
    r"|[^?]*, (?:is|was|did|does|has|are|were|do|have|will)(?:n't)? (?:it|he|she|they|there)\s*\?*$"
)
_PLURAL = r"(?:(?!has|was|does|this|its|his)[a-z]+[^\Ws]s|people|men|women|children)"
_LIST = re.compile(
    r"\s*(?i:who (?:is|are|was|were|sits?|serves?|works?) (?:on|in|at) (?!charge|control|command|call|duty))"
    r"|\s*(?i:please\s+)?(?i:list|enumerate|summari[sz]e|name(?! of\b)|give (?:me )?(?:all|a list))\b"
    r"|.*?\b(?i:which|what|who)\s+(?:all\s+)?(?:are|were)\s+(?:all\s+)?(?:the|some|its|their|his|her|these|those)\s"
    rf"(?:of\s+the\s+)?(?:[\w-]+\s+){{0,3}}?{_PLURAL}\b"
    rf"|.*?\b(?i:which|what)\s+(?:[a-z-]+\s+){{0,2}}?{_PLURAL}\s+(?:of\s+(?:[\w-]+\s+){{1,3}}?)?"
    r"(?:are|were|do|did|does|have|had|can|could|will|would|should|[a-z]+ed)\b"
)
_ALL = re.compile(r"\b(?:all|list) (?:of )?the\b")
_CLAUSE = re.compile(r"[?;]|[.!] ")
_OPTION_ENDS = re.compile(r"[?,;!]|\.(?: |$)")
_NO_OPTION = frozenset(
    "not so less more else other others later earlier even any anything anyone something rather".split()
)
_BEFORE_OPTIONS = frozenset([*_AUXILIARIES, "whether", "either", "between", "it", "there"])
_LINKS = frozenset(
    "in on at by with from to for of via through over under after before during a an the his her its".split()
)
_AFTER_OPTIONS = frozenset("that who which when where while because if".split())


_FRAMES = re.compile(r"\b(?:stands? for|short for|meaning of|going to)\b", re.IGNORECASE)  # no answer repeats them
_APART = re.compile(r"(?: one)? other than (?:the )?(?:[A-Z][\w'’-]*(?: |$))+(?:[a-z]+(?=\?|$))?")
_GIVEN = re.compile(r", given (?:that )?", re.IGNORECASE)  # how a follow-up question carries what was asked before

# Words for time in a question about time, which answers do not repeat. Measured on SQuAD 2.0: leaving these out ranks
# sentences better, leaving out "people", "name" or "city" does not.
_FRAMING: dict[AnswerType, frozenset[str]] = {
    "date": frozenset(stems("year date day month decade century time hour exact exactly precise")),
    "duration": frozenset(stems("long duration period many")),
    "number": frozenset(stems("many")),
}


@lru_cache(maxsize=1000)
def parse_question(text: str) -> QuestionParts:
    """The parts of ``text`` that search, scoring and writing use."""
    lower = " ".join(text.lower().replace("’", "'").split())
    answer_type = _answer_type(lower)
    every = stems(text)
    said = _APART.sub("", text)
    content = content_stems(_FRAMES.sub(" ", _GIVEN.sub(", ", said)))
    return QuestionParts(
        text=text,
        answer_type=answer_type,
        content=frozenset(content) - _FRAMING.get(answer_type, frozenset()) or frozenset(content),
        bigrams=frozenset(pairwise(every)),
        all_stems=frozenset(every),
        names=frozenset(_named(said)),
        options=_options(lower),
        wants_list=bool(_LIST.match(text)) or (answer_type != "yes-no" and bool(_ALL.search(lower))),
    )


def asks_figure(question: str) -> bool:
    """Whether a question asks for a number, a date or a duration."""
    return parse_question(question).answer_type in ("number", "date", "duration")


def is_words(text: str) -> bool:
    """Whether a message is no question, only words to look up: "north pier", "deposit Kestrel 2025"."""
    said = [word.text.lower() for word in words(text)]
    return bool(said) and "?" not in text and len(said) <= MOST_WORDS and _ASKS.isdisjoint(said)


def _answer_type(lower: str) -> AnswerType:
    lead = LEAD.match(lower)
    start = lead.end() if lead else 0
    if _YES_NO.match(lower, start):
        return "yes-no"
    asking: list[tuple[int, int]] = []  # where, and which type
    joining: list[tuple[int, int]] = []
    for order, (_, pattern) in enumerate(_TYPES):
        for match in pattern.finditer(lower, start):
            asks = match.start() == start or _ASKING.search(lower, max(0, match.start() - 12), match.start())
            (asking if asks else joining).append((match.start(), order))
    if not asking and not joining:
        return "other"
    return _TYPES[min(asking or joining)[1]][0]


def _named(text: str) -> list[str]:
    """The stems of capitalized words except the first word, and of words with figures."""
    return [
        found
        for number, word in enumerate(words(text))
        if any(c.isdigit() for c in word.text) or (number and word.text != word.text.lower() and _means(word.text))
        for found in stems(word.text)
    ]


def _means(word: str) -> bool:
    return word == "May" or not is_stopword(word)


def _options(lower: str) -> tuple[frozenset[str], ...]:
    """The alternatives of "in person or by phone", each by the content words it does not share with the others."""
    before, found, after = lower.partition(" or ")
    left = _CLAUSE.split(before)[-1].rstrip(", ")
    if not found or not left:
        return ()
    right = _until(_OPTION_ENDS.split(after, maxsplit=1)[0].split(), _AFTER_OPTIONS)
    *earlier, last = [piece.split() for piece in left.split(",")]
    if not last or not right or right[0].strip(".!") in _NO_OPTION or right[0] in _AUXILIARIES:
        return ()
    if earlier and all(0 < len(piece) <= _SHORT and not _BEFORE_OPTIONS & set(piece) for piece in (*earlier[1:], last)):
        first = [] if _asks_which(earlier[0]) else [_last_option(earlier[0], last)]
        pieces = [*first, *earlier[1:], last, right]
    else:
        free = _since(last, _BEFORE_OPTIONS)
        right = right[: len(free)] if 0 < len(free) < len(right) and right[0] not in _LINKS else right
        pieces = [_last_option(last, right), right]
    options = [frozenset(content_stems(" ".join(piece))) - STOPWORDS for piece in pieces]
    distinct = [one - frozenset().union(*(o for o in options if o is not one)) for one in options]
    return tuple(distinct) if all(distinct) else ()


def _asks_which(clause: list[str]) -> bool:
    """Whether a clause before a comma asks which of the alternatives behind it: "Which is cheaper, plan A or B?"."""
    return bool(clause) and clause[0] in ASKING_WORDS and not {"of", "among", "between"} & set(clause)


def _last_option(before: list[str], like: list[str]) -> list[str]:
    """The words at the end of ``before`` that are an alternative to ``like``: from the same link, or as many words."""
    free = _since(before, _BEFORE_OPTIONS) or before
    if like[0] in _LINKS:
        for links in ({like[0]}, _LINKS):
            at = max((i for i, word in enumerate(free) if word in links), default=None)
            if at is not None:
                return free[at:]
    return free[-len(like) :]


def _since(said: list[str], stops: frozenset[str]) -> list[str]:
    at = max((i + 1 for i, word in enumerate(said) if word in stops), default=0)
    return said[at:]


def _until(said: list[str], stops: frozenset[str]) -> list[str]:
    return said[: next((i for i, word in enumerate(said) if word in stops), len(said))]
