"""What a question asks for: the type of its answer, its topic words, whether it offers options or wants a list."""

from __future__ import annotations

import re
from itertools import islice, pairwise
from typing import Literal, NamedTuple

from assistant.english.phrases import PREPOSITION, SAYING
from assistant.english.tokens import STOPWORDS, content_stems, is_stopword, stems, words

AnswerType = Literal["date", "number", "duration", "person", "place", "reason", "yes-no", "other"]


class QuestionParts(NamedTuple):
    """A question taken apart. Stems are those of ``tokens.stem``; ``names`` are those of capitalised words and figures.

    ``content`` lacks the words that only frame the question ("year" in "which year"), unless nothing else is left.
    ``options`` are the alternatives of "A or B", each by the content words that no other one has. ``negated``: it
    asks what is not so, or who did without.
    """

    text: str
    answer_type: AnswerType
    content: frozenset[str]
    bigrams: frozenset[tuple[str, str]]
    all_stems: frozenset[str]
    names: frozenset[str]
    options: tuple[frozenset[str], ...]
    wants_list: bool
    negated: bool = False


MOST_PARTS = 5
"""Questions in one text that are answered apart; what else it asks stays with the last of them."""

_FEWEST = 2  # words of a question that stands for itself
_MOST_LINKS = 20  # in one sentence; what is behind them stays together
_SHORT = 4  # words of an alternative in "X, Y or Z"
_SPAN = r"(?:second|minute|hour|day|night|week|month|year|decade)s?"
_WHICH = (
    r"\b(?:what|which|whats|what's)\s+(?:(?:is|was|were|are)\s+the\s+)?(?:(?:exact|precise|first|last|other|total)\s+)?"
)
_AUXILIARIES = (
    "is are was were am do does did has have had can could will would shall should may might must isn aren wasn weren "
    "don doesn didn hasn haven hadn couldn won wouldn shouldn mustn isnt arent wasnt werent dont doesnt didnt hasnt "
    "havent hadnt couldnt wont wouldnt shouldnt cant cannot"
).split()

_ASKING_WORDS = "what who whom whose when where why how which".split()
_ENDS = re.compile(r"(?<=[.!?])\s+")
# What follows an auxiliary only as its subject. "Who founded it and is a lawyer", "and was Catholic", "and was Prime
# Minister of", "and has the right to" do not ask anew.
_PRONOUNS = "it he she they we you i there this that these those".split()
_NAME = rf"(?:(?-i:[A-ZÀ-Þ])\S*\s+)+(?!(?-i:[A-ZÀ-Þ])|{PREPOSITION}\b)\w"
_INVERTED = (
    rf"(?:(?!ha)(?:{'|'.join(_AUXILIARIES)})(?:['’]t)?\s+(?:(?:{'|'.join(_PRONOUNS)}|the|any)\b|{_NAME})"
    rf"|ha(?:s|ve|d)\s+(?:(?:{'|'.join(_PRONOUNS)})\b|{_NAME}))"
)
_ALSO_ASKS = re.compile(
    rf",?\s+(?:and|but)\s+(?:also\s+)?(?=(?:{'|'.join(_ASKING_WORDS)})\b|{_INVERTED})", re.IGNORECASE
)
_ORDERS = "tell|list|enumerate|give|summari[sz]e|explain|describe|show|outline|recap|compare|name(?= (?:the|all)\\b)"
_ASKS = re.compile(
    rf"\b(?:{'|'.join(_ASKING_WORDS)})\b|(?:^|[,:;]\s*){_INVERTED}"
    rf"|^(?:(?:so|and|but|then|also|please)\b[,\s]*)*(?:{_ORDERS}|{'|'.join(_AUXILIARIES)})\b",
    re.IGNORECASE,
)
_NOTHING_YET = frozenset(  # "When and where", "Exactly how many and which": what is asked of it comes later
    "and or so but then also exactly else many much long often by to with from since until till in on at for of".split()
).union(_ASKING_WORDS)
_BETWEEN = re.compile(r"\bbetween(?:\s+\S+){1,3}$", re.IGNORECASE)
_RELATIVES = frozenset("who whom whose which where".split())
_COURTESIES = frozenset(
    "hi hello hey greetings good thanks thank please sorry really sure help question questions ask know idea curious "
    "ok okay welcome".split()
)
_AROUND_COURTESIES = frozenset(
    "dear there morning afternoon evening day excuse you your i i'm im i'd me my us anyone somebody am are is that "
    "this can could may might would will do answer have got want need like to for with about a an any one two three "
    "few some couple of another quick just in advance so very much many lot all and but".split()
)
_ACTS = re.compile(  # what a pronoun stands for is for ``rewrite`` to find
    rf"\b(?:{'|'.join(_ASKING_WORDS)})\s+(?:do|does|did|has|have|had)\s+"
    rf"(?!(?:{'|'.join(_PRONOUNS)}|his|her|its|their|each|both|all|either|neither)\b)(?:[\w'’.-]+\s+){{1,5}}?"
    r"(?:say|said|do|done|think|respond|responded|react|reacted|reply|replied|answer|answered|comment)\b",
    re.IGNORECASE,
)


# The one that stands first in the question decides; of those at one place, the first here.
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
LEAD = re.compile(
    r"(?:\s*(?:so|and|but|then|well|now|ok|okay|or|please|hi|hello|hey)\b[,\s]*"
    r"|(?:can|could|would|will) you (?:please )?(?=tell|say|explain|summ|sum|give|list|show|describe|outline|recap)"
    r"|(?:do you know|tell me|(?:(?<=you )|(?<=please ))(?:say|explain)|i wonder|i (?:want|need|would like) to know"
    r"|is it known|any idea)\b[,\s]*)*",
    re.IGNORECASE,
)
"""Courtesies before a question."""

_YES_NO = re.compile(
    rf"(?:(?:{'|'.join(_AUXILIARIES)})(?:'t)?|whether|if)\b"
    r"|[^?]*, (?:is|was|did|does|has|are|were|do|have|will)(?:n't)? (?:it|he|she|they|there)\s*\?*$"
)
_PLURAL = r"(?:(?!has|was|does|this|its|his)[a-z]+[^\Ws]s|people|men|women|children)"
_LIST = re.compile(
    r"\s*(?i:please\s+)?(?i:list|enumerate|summari[sz]e|name(?! of\b)|give (?:me )?(?:all|a list))\b"
    r"|.*?\b(?i:which|what|who)\s+(?:all\s+)?(?:are|were)\s+(?:all\s+)?(?:the|some|its|their|his|her|these|those)\s"
    rf"(?:of\s+the\s+)?(?:[\w-]+\s+){{0,3}}?{_PLURAL}\b"
    rf"|.*?\b(?i:which|what)\s+(?:[a-z-]+\s+){{0,2}}?{_PLURAL}\s+(?:of\s+(?:[\w-]+\s+){{1,3}}?)?"
    r"(?:are|were|do|did|does|have|had|can|could|will|would|should|[a-z]+ed)\b"
)
_ALL = re.compile(r"\b(?:all|list) (?:of )?the\b")
_NEGATION = re.compile(
    r"\b(?:not(?! only\b)|never|no|nobody|none|neither|nor|without|cannot|\w+n't"
    r"|(?:do|does|did|is|are|was|were|has|have|had|could|would|should|ca|wo)nt)\b(?<!\bor not)"
)
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


# What a question about time says of time itself, and no answer repeats. Measured on SQuAD 2.0: leaving these out
# ranks sentences better, leaving out "people", "name" or "city" does not.
_FRAMING: dict[AnswerType, frozenset[str]] = {
    "date": frozenset(stems("year date day month decade century time hour exact exactly precise")),
    "duration": frozenset(stems("long duration period many")),
    "number": frozenset(stems("many")),
}


def split_questions(text: str) -> tuple[str, ...]:
    """The questions in ``text``: "Who met, and where did they meet? Why?" asks three.

    At least one and at most MOST_PARTS, the last with all that is over. Courtesies are left out, unless there is
    nothing else.
    """
    found = [piece for sentence in _sentences(text.strip()) for piece in _pieces(sentence)]
    last = " and ".join(found[MOST_PARTS - 1 :]).replace("? and ", "? ")
    return (*found[: MOST_PARTS - 1], last) if last else tuple(found) or (text,)


def add_topic(part: str, before: str) -> str:
    """``part`` with the topic words of the question ``before`` in brackets, where it names only who says or does."""
    lead = LEAD.match(part)
    bare = part[lead.end() if lead else 0 :].strip(" ?.!,")
    if not _ACTS.fullmatch(bare):
        return part
    own = set(stems(part))
    # Without who says or does there: "what did Pakistan say about the raid" lends "raid".
    topic = dict.fromkeys(word.text for word in words(_ACTS.sub("", before)) if _means(word.text))
    lacks = [word for word in topic if word.lower() not in SAYING and own.isdisjoint(stems(word))]
    return f"{bare} ({' '.join(lacks)})?" if lacks else part


def _sentences(text: str) -> list[str]:
    """Each question with what is told before it, the last one also with what is told after it; no courtesies."""
    found: list[str] = []
    for sentence in _ENDS.split(text):
        if not sentence or _is_courtesy(sentence):
            continue
        if found and not found[-1].endswith("?"):
            found[-1] = f"{found[-1]} {sentence}"
        else:
            found.append(sentence)
    if len(found) > 1 and not found[-1].endswith("?") and not _ASKS.search(found[-1]):
        *found, last = found
        found[-1] = f"{found[-1]} {last}"
    return found


def _is_courtesy(sentence: str) -> bool:
    said = {word.text.lower().replace("’", "'") for word in words(sentence)}
    return bool(said & _COURTESIES) and said <= _COURTESIES | _AROUND_COURTESIES


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


def parse_question(text: str) -> QuestionParts:
    """The parts of ``text`` that search, scoring and writing look at."""
    lower = " ".join(text.lower().replace("’", "'").split())
    answer_type = _answer_type(lower)
    every = stems(text)
    content = content_stems(text)
    return QuestionParts(
        text=text,
        answer_type=answer_type,
        content=frozenset(content) - _FRAMING.get(answer_type, frozenset()) or frozenset(content),
        bigrams=frozenset(pairwise(every)),
        all_stems=frozenset(every),
        names=frozenset(_named(text)),
        options=_options(lower),
        wants_list=bool(_LIST.match(text)) or (answer_type != "yes-no" and bool(_ALL.search(lower))),
        negated=bool(_NEGATION.search(lower)),
    )


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
    """The stems of capitalised words, but for the first, and of words with figures."""
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
        pieces = [_last_option(earlier[0], last), *earlier[1:], last, right]
    else:
        free = _since(last, _BEFORE_OPTIONS)
        right = right[: len(free)] if 0 < len(free) < len(right) and right[0] not in _LINKS else right
        pieces = [_last_option(last, right), right]
    options = [frozenset(content_stems(" ".join(piece))) - STOPWORDS for piece in pieces]
    distinct = [one - frozenset().union(*(o for o in options if o is not one)) for one in options]
    return tuple(distinct) if all(distinct) else ()


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
