"""Questions that a person would ask of a document, made from its own sentences by a few transformations.

"The school on Lark Street opens on 6 January 2025." gives "When does the school on Lark Street open?". A sentence that
is not clearly of such a form gives none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Literal, NamedTuple

from assistant.english.lexicon import (
    ASKING_WORDS,
    BE,
    DEMONSTRATIVES,
    IRREGULAR,
    PERSONAL_PRONOUNS,
    SAYING_VERBS,
    SUBJECT_PRONOUNS,
    any_of,
)
from assistant.english.names import Name, names
from assistant.english.quantities import is_vague, quantities
from assistant.ingest.statements import statements
from assistant.types import Document, Span

Kind = Literal["when", "how much", "how many", "how long", "why", "where", "who", "what", "saying"]
Asked = tuple[Kind, str]

LONGEST = 90
"""Characters of a question at most."""

_REGULAR = tuple(
    "open close start end sign approve resign announce arrive move agree launch elect arrest reopen finish return "
    "complete reject decide vote visit retire publish collapse crash explode escape marry die cost last kill injure "
    "carry employ receive".split()
)


def _forms(verb: str) -> Iterator[tuple[str, tuple[str, str]]]:
    past = f"{verb}d" if verb.endswith("e") else f"{verb}ed"
    present = f"{verb}es" if verb.endswith(("sh", "ss", "ch")) else f"{verb}s"
    yield from ((past, ("did", verb)), (present, ("does", verb)))


_DID = {past: ("did", base) for past, base in IRREGULAR.items() if not past.endswith(("n", "ne"))}
_SAME = {verb: ("did", verb) for verb in ("cost", "hurt")}
_FORMS = _DID | dict(form for verb in _REGULAR for form in _forms(verb)) | _SAME
"""Forms of verbs, each with the auxiliary and the verb of a question."""

_INVERTED = frozenset((*BE, "has", "have", "had", "can", "could", "will", "would", "must"))
_UNCLEAR = frozenset(
    (*PERSONAL_PRONOUNS, *DEMONSTRATIVES, *SUBJECT_PRONOUNS, *ASKING_WORDS, *SAYING_VERBS)
) | frozenset("my your our me us there here not never no also such one same then than but or because while".split())
"""Words that make a part of a sentence unfit for a question: they point elsewhere, or belong to another clause."""

_PLACED = frozenset("start begin open crash collapse explode die meet sink".split())
"""Verbs that are followed by a place."""

_COUNTING = frozenset("kill injure hurt carry employ receive send buy sell find build".split())
"""Verbs whose object is counted."""

_OPENS = re.compile(r"(?:an?|the|\d[\d,.]*|[^\W\d_][\w&'’.-]*) ", re.IGNORECASE)
_DATED = re.compile(r"(?:On|In) ([^,]+?), (.+)")
_ON = re.compile(r"(?:(.+?)\s+)?(?:on|in)\s+")
_AFTER_DATE = re.compile(r"\Z|,| (?:and|at|by|after|because|when|with|for|to|from|but|as|in)\b")
_BECAUSE = re.compile(r"(.+?),? because .+")
_FOR = re.compile(r"(?:(.+?)\s+)?for\s+")
_BY = re.compile(r"(\w+) by (?:an?|the|[A-Z]\w+)\b.*")
_MEANT = re.compile(r"(meant|expected|supposed|designed|intended) to .+")
_THINGS = re.compile(r"\s+((?:[\w'’-]+ ){0,2}?[\w'’-]+)(?= (?:and|or|in|on|at|by|from|to|with|of|after|when|who)\b|\Z)")
_SOMEWHERE = re.compile(r"(?:at|behind|in|inside|near|on|outside) (?:an?|the|[A-Z])\b.*")
_MORE = re.compile(r"(?:about|some|around|nearly|almost|over|only|up to|more than|at least|at most)\s*$")
_SPEECH = any_of((*SAYING_VERBS, "warned", "argued", "added", "insisted", "believes", "thinks", "called"))
_SAYS = r"\b(?:said|says|added|warned)"


class Made(NamedTuple):
    """A question, and the place in the document's text of the statement that it was made from."""

    kind: Kind
    question: str
    place: Span


def questions(document: Document) -> list[Made]:
    """The questions that the document's sentences answer, in their order, then those about its persons."""
    made: list[Made] = []
    named = names(document.text)
    known = frozenset(word for name in named for word in name.text.split())
    for statement in statements(document):
        if statement.kind == "paragraph":
            text = " ".join(document.text[statement.start : statement.end].split())
            if asked := question_of(text, known):
                made.append(Made(*asked, Span(statement.start, statement.end)))
    return [*made, *_about_persons(document.text, named)]


def question_of(sentence: str, known: Collection[str] = ()) -> tuple[Kind, str] | None:
    """The question that a sentence answers; None where it is not clearly one. ``known`` are words of proper names."""
    sentence = sentence.rstrip(".!")
    if re.search(r'[“”"();:?]', sentence):
        return None
    if reason := re.fullmatch(r"([^,]+), because [^,]+(?:, .+)?", sentence):
        clause = _clause(reason[1], known)
        return clause and _asked("why", "Why", *clause.asked, clause.rest)
    dated = _DATED.fullmatch(sentence)
    if dated and (days := quantities(dated[1])) and days[0].kind == "date" and not is_vague(days[0]):
        clause = _clause(dated[2].partition(", ")[0], known)
        return clause and _asked("when", "When", *clause.asked, clause.rest)
    clause = _clause(sentence.partition(", ")[0], known)
    ways = (_counting, _counted, _dated, _costing, _lasting, _otherwise)
    return clause and next(filter(None, (way(clause) for way in ways)), None)


class _Clause(NamedTuple):
    """A sentence of one plain clause: its subject, and the auxiliary, the verb and what follows it in a question."""

    subject: str
    auxiliary: str
    verb: str
    rest: str

    @property
    def asked(self) -> tuple[str, str, str]:
        return self.auxiliary, self.subject, self.verb


def _clause(sentence: str, known: Collection[str]) -> _Clause | None:
    words = sentence.split(" ")
    place = next((n for n, word in enumerate(words) if n and (word in _INVERTED or word in _FORMS)), 0)
    subject, rest = words[:place], " ".join(words[place + 1 :])
    if not 1 <= place <= 9 or not rest or not _OPENS.match(sentence) or _UNCLEAR & {word.lower() for word in subject}:
        return None
    if subject[-1] in ("and", "or"):  # a second verb of the same subject
        return None
    if subject[0] not in known or subject[0] in ("The", "A", "An"):
        subject = [subject[0][0].lower() + subject[0][1:], *subject[1:]]
    auxiliary, verb = (words[place], "") if words[place] in _INVERTED else _FORMS[words[place]]
    return _Clause(" ".join(subject), auxiliary, verb, rest)


def _counting(clause: _Clause) -> Asked | None:
    found = quantities(clause.subject)
    if not found or found[0].start or found[0].kind != "number" or found[0].value == 1 or clause.verb:
        return None
    counted = clause.subject[found[0].end :].strip()
    return _asked("how many", f"How many {counted}", clause.auxiliary, clause.rest) if counted else None


def _counted(clause: _Clause) -> Asked | None:
    found = quantities(clause.rest)
    if clause.verb not in _COUNTING or not found or found[0].start or found[0].kind != "number":
        return None
    things = _THINGS.match(clause.rest, found[0].end)
    return _asked("how many", f"How many {things[1]}", *clause.asked) if things and found[0].value != 1 else None


def _lasting(clause: _Clause) -> Asked | None:
    for span in quantities(clause.rest):
        before = _FOR.fullmatch(clause.rest[: span.start])
        if span.kind == "duration" and (before or (clause.verb == "last" and not span.start)):
            return _asked("how long", "How long", *clause.asked, (before and before[1]) or "")
    return None


def _dated(clause: _Clause) -> Asked | None:
    if clause.auxiliary in ("has", "have", "had"):  # "When has he agreed" is not asked
        return None
    for day in quantities(clause.rest):
        before = _ON.fullmatch(clause.rest[: day.start])
        if day.kind == "date" and not is_vague(day) and before and _AFTER_DATE.match(clause.rest[day.end :]):
            return _asked("when", "When", *clause.asked, before[1] or "")
    return None


def _costing(clause: _Clause) -> Asked | None:
    costs = clause.rest if clause.verb == "cost" else clause.rest.removeprefix("cost ")
    amounts = [each for each in quantities(costs) if each.kind == "money"]
    if (clause.verb != "cost" and costs == clause.rest) or not amounts:
        return None
    alone = not _MORE.sub("", costs[: amounts[0].start]).strip()
    return _asked("how much", "How much", clause.auxiliary, clause.subject, "cost") if alone else None


def _otherwise(clause: _Clause) -> Asked | None:
    if reason := _BECAUSE.fullmatch(clause.rest):
        return _asked("why", "Why", *clause.asked, reason[1])
    if clause.verb in _PLACED and _SOMEWHERE.fullmatch(clause.rest) and not quantities(clause.rest):
        return _asked("where", "Where", *clause.asked)
    plain = " and " not in clause.subject and not quantities(clause.rest)
    if clause.auxiliary in BE and plain:
        if (done := _BY.fullmatch(clause.rest)) and not done[1].endswith("ly"):
            return _asked("who", "Who", clause.auxiliary, clause.subject, f"{done[1]} by")
        if meant := _MEANT.fullmatch(clause.rest):
            return _asked("what", "What", clause.auxiliary, clause.subject, f"{meant[1]} to do")
    return None


def _asked(kind: Kind, *parts: str) -> Asked | None:
    """The question of these parts, unless it is too long or would not be understood by itself."""
    question = " ".join(filter(None, parts)).strip() + "?"
    pointing = _UNCLEAR & {word.lower().strip(".?") for word in question.split(" ")[2:]}
    return None if pointing or len(question) > LONGEST else (kind, question)


def _about_persons(text: str, named: Sequence[Name]) -> Iterator[Made]:
    """Who the persons are that a text names, and what they said."""
    counted = Counter(name.text for name in named)
    persons: dict[str, str] = {}
    for name, _ in counted.most_common(12):
        if _presentable(name):
            persons.setdefault(name.rpartition(" ")[2], name)
    for person in persons.values():
        name = rf"(?<!of\s)(?<!in\s)(?<!at\s)(?<!from\s)\b{re.escape(person)}"
        if told := re.search(rf"{name}, (?:an?|the|who|head|chair|chief|director|spokes\w+)\b[^.\n]*?,", text):
            yield Made("who", f"Who is {person}?", Span(*told.span()))
        if said := re.search(rf"{name},? {_SPEECH}\b|{_SAYS} (?:(?!that)[a-z]+ ){{0,3}}{name}", text):
            yield Made("saying", f"What did {person} say?", Span(*said.span()))


def _presentable(name: str) -> bool:
    """Whether a name reads well in a question: two or three whole words."""
    parts = name.split()
    return 2 <= len(parts) <= 3 and all(len(part) > 2 and part.isalpha() and part[0].isupper() for part in parts)
