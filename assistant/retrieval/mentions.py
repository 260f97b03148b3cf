"""What texts name: things by number or letter, roles, terms, items of lists; in the forms that ``binding`` compares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.english.lexicon import ITEM_NAMES, MONTH_NAMES, ORDINALS, UNITS, WEEKDAYS, any_of
from assistant.english.names import names
from assistant.english.quantities import Quantity, quantities
from assistant.english.tokens import is_stopword, stem, stems, words
from assistant.query.parse import QuestionParts

MODIFIERS = frozenset(
    "co vice deputy assistant associate acting former ex interim sub under junior senior honorary".split()
)
"""Words before a role that make it another role: the vice president is not the president."""

_MEASURES = {
    "deep": "deep depth deepest", "high": "high height tall", "tall": "tall height high", "wide": "wide width",
    "heavy": "heavy weight weigh kg kilo gram tonne", "thick": "thick thickness", "fast": "fast speed mph hour",
    "old": "old age aged year month born birth built found founded established since",
}  # fmt: skip
_MEASURED_BY = {stem(asks): frozenset(stems(said)) for asks, said in _MEASURES.items()}
"""Words of which a statement has one where it tells how deep, high, ... something is."""

_IDENTIFIER = re.compile(
    r"([^\W\d_]{2,}):?\s+(?:no\.?\s*|number\s+)?(#?[A-Za-z]{0,3}-?\d(?:[\w./-]*\w)?|[A-Z])(?![\w%])"
)
_FORM = re.compile(r"\bYear (\d{1,2})\b(?![.,]\d)")  # of a school
_HASH = re.compile(r"#\d+\b")
_CODE = re.compile(r"\b([A-Z]{1,4})-?\d{1,4}[a-z]?\b(?![.,]\d)")  # "NH-20", "Q3"
_VERSION = re.compile(r"(?<![\d.])\d+\.\d+\.\d{1,3}(?![\d.]*\d)")
_COMPLEMENT = re.compile(r"\b([a-z]{3,})\s+(of|for|in)\s+(?:the\s+|an?\s+)?([a-z][\w-]{2,})")
_PROPER = re.compile(r"\b([A-Z][\w'’-]+)\s+([a-z]{3,})\b")
_MEANING = re.compile(
    r"what does (?:an? |the )?(?:(?:name|code ?name|word|term|phrase|acronym|abbreviation) )?(\S+(?: \S+)?) "
    r"(?:stand for|mean)|what is (\S+) short for|what is the meaning of (\S+)",
    re.I,
)
_GLOSS = re.compile(r"(\S+(?: \S+)?) \(([^()\s][^()]{0,80})\)")
_NATURE = re.compile(
    r"what (?:is|are|does) (?:an? |the )?(\S+(?: \S+){0,2}?)(?: do)?|who is ((?-i:[A-Z])\S+(?: \S+)?)", re.I
)
_NUMBERING = re.compile(r"\A\s*\(?\d+(?:\.\d+)*[.)]?\s+")
_ENUMERATED = re.compile(r"\s*\(?(\d+)[.)]\s")
_ITEM = re.compile(
    rf"\b(?P<ordinal>{any_of(ORDINALS)}) {any_of(ITEM_NAMES)}\b"
    rf"|\b{any_of(ITEM_NAMES)} (?:no\.? |number )?(?P<number>\d+)\b",
    re.I,
)
_PRICE = re.compile(
    r"what(?:['’]s| is| was) the (?:[\w-]+ ){0,2}?(?:fee|price|rent|salary|deposit|fare|charge|wage|rate|budget)\b",
    re.I,
)
_KIND = re.compile(r"\s*(?:which|what) ([a-z]{4,})\b", re.I)
_HOW = re.compile(r"\s*how (\w+)", re.I)
_ROLE = re.compile(
    r"who(?:['’]s| is| was| are| were) (?:the|our|your|its|their) (?:[\w-]+ ){0,2}?([\w-]+)"
    r"(?: (?:of|at|in|for|on|from|to|that|who)\b.*)?\W*\Z",
    re.I,
)
_MAIL = r"(?:e-?mails?|mails?|messages?|letters?)"
_LABEL = re.compile(r"(From|To|Cc|Subject|Date|Sent): *\S", re.I)
_SENT_AT = re.compile(rf"\bwhen (?:was|did)\b.*\b{_MAIL}\b.*\b(?:sent|written|dated)\b|\bdate of\b.*\b{_MAIL}\b", re.I)
_HEADERS = {
    "from": re.compile(rf"\bwho (?:wrote|sent|e-?mailed)\b|\b(?:sender|author) of\b.*\b{_MAIL}\b", re.I),
    "to": re.compile(
        rf"\bto whom\b.*\b(?:writ|wrote|sen[dt])|\bwho(?:m)? (?:did|was)\b.*\b(?:write|sen[dt]|e-?mail)\b.*\bto\b"
        rf"|\bwho (?:received|got)\b.*\b{_MAIL}\b|\b(?:recipient|addressee)s?\b",
        re.I,
    ),
    "cc": re.compile(r"\b(?:copied|cc(?:['’]?e?d)?|in copy)\b", re.I),
    "subject": re.compile(
        rf"\bsubject\b.*\b{_MAIL}\b|\b{_MAIL}['’]?s? subject\b|\bwhat\b.*\b{_MAIL}\b.*\babout\b", re.I
    ),
    "date": _SENT_AT,
    "sent": _SENT_AT,
}
"""Lines of a mail's head, each with the questions that ask for it."""

_NO_KIND = frozenset(MONTH_NAMES) | frozenset(
    "in on at by to of from since until year years day page the and or about over under nearly almost".split()
)
"""Words before a number that do not say what it numbers."""


_WEEKDAYS = tuple(map(stem, WEEKDAYS))
_DAY = re.compile(rf"\b({any_of(WEEKDAYS)})s?\b", re.I)
_DAY_RANGE = re.compile(rf"\b({any_of(WEEKDAYS)})s?\s*(?:to|until|till|through|-|–|—)\s*({any_of(WEEKDAYS)})\b", re.I)
_DAILY = re.compile(r"\b(?:daily|(?:every|each) day|seven days a week)\b", re.I)

GENERAL = frozenset(
    stems(
        "work place use used mean meaning say give get have include contain need want find know take make list show "
        "name called there many much kind type which person people offer sure allow possible available really still"
    )
) | frozenset(map(stem, ITEM_NAMES))
"""Words of questions that items, rows and fields rarely repeat."""

_OPEN = re.compile(r"\b(?:open|opens|opened|opening|close|closes|closed|closing|hours)\b", re.I)
_SHUT = re.compile(r"\b(?:open|closed|shut)\b", re.I)

_OF_A_COUNTRY = ("i", "n", "an", "ian", "ese", "ish")
"""Endings that make a country's name that of its people: "Pakistani", "Indian"."""

_CAPITALIZED = re.compile(r"\b[A-Z][\w’'-]*(?: (?:of |the |and |for |on )*[A-Z][\w’'-]*)+")

_LONGEST_IDENTIFIER = 4  # digits; longer numbers are amounts
_MEASURED = frozenset({"money", "percent", "duration", "date", "time"})

# --- what questions ask for -----------------------------------------------------------------------


def item_asked(question: str) -> str:
    """The number of the item that a question asks for: "rule 4", "the third step"; nothing where it asks for none."""
    found = _ITEM.search(question)
    if not found:
        return ""
    return found["number"] or str(ORDINALS[found["ordinal"].lower()])


def names_kind(question: str, statement: str) -> bool:
    """Whether a statement has a name of the kind that is asked for: "Indus Waters Treaty" for "Which treaty ...?"."""
    kind = _KIND.match(question)
    if not kind:
        return False
    named = re.findall(rf"((?:[A-Z][\w’'-]*\s)+){kind[1].capitalize()}\b", statement)
    return any(word not in question for name in named for word in name.split() if word != "The")


def opens_with_term(question: str, statement: str) -> bool:
    """Whether ``statement`` begins with what ``question`` asks the nature of: "What is Kelp?", "What does Kelp do?"."""
    term = _term(_NATURE, question)
    return bool(term) and re.match(rf"\W*(?:the |an? )?{re.escape(term)}\W+\w+\W+\w", statement, re.I) is not None


def _term(pattern: re.Pattern[str], question: str) -> str:
    found = pattern.fullmatch(question.strip(" ?!."))
    return next(group for group in found.groups() if group) if found else ""


def meaning_asked(question: str) -> frozenset[str]:
    """The stems of the term that a question asks the meaning of: "What does RPO stand for?"."""
    term = _term(_MEANING, question)
    return frozenset(stems(term)) if term else frozenset()


def explains(term: frozenset[str], text: str) -> bool:
    """Whether ``text`` puts the meaning of ``term`` beside it: "Safety Board (SB)", "‘Selkie’ (‘seal’)"."""
    return any(
        term <= frozenset(stems(inside)) or (term <= frozenset(stems(before)) and not inside[0].isdigit())
        for before, inside in _GLOSS.findall(text)
    )


def asks_price(question: str) -> bool:
    """Whether a question asks for an amount by its name: "What is the annual fee?"."""
    return _PRICE.match(question) is not None


def role_asked(question: str) -> str:
    """The stem of the role that a question asks the holder of: "Who is the treasurer of the club?"."""
    found = _ROLE.match(question)
    return stem(found[1]) if found and stem(found[1]) != "member" else ""


def header_asked(question: str, statement: str) -> bool:
    """Whether ``statement`` is the line of a mail's head that is asked for: "From:" for "Who wrote the mail?"."""
    label = _LABEL.match(statement)
    pattern = _HEADERS.get(label[1].lower()) if label else None
    return pattern is not None and pattern.search(question) is not None


def tells_hours(question: str, statement: str) -> bool:
    """Whether ``statement`` has the hours of the weekday for which ``question`` asks when something is open."""
    days = weekdays(question)
    if not days or not _OPEN.search(question) or not days <= weekdays(statement):
        return False
    return bool(_SHUT.search(statement)) or any(sign.isdigit() for sign in statement)


def without_number(text: str) -> str:
    """An item of a list without the number that it begins with: "2.3 Fees are due" without "2.3"."""
    return _NUMBERING.sub("", text)


def item_number(text: str) -> str:
    """The number that an item of a list begins with; nothing where it has none."""
    found = _ENUMERATED.match(text)
    return found[1] if found else ""


def measure_asked(text: str) -> frozenset[str]:
    """What a statement must name of the measure that a question asks for: "How deep is ...?"."""
    found = _HOW.match(text)
    return _MEASURED_BY.get(stem(found[1]), frozenset()) if found else frozenset()


# --- what texts name ------------------------------------------------------------------------------


@lru_cache(maxsize=20_000)
def identifiers(text: str) -> tuple[tuple[str, str], ...]:
    """Numbers and letters that tell one thing of a kind from another, each with its head noun: (invoic, 102).

    The head of a code is its letters: (NH-, NH-20); that of the number of a version is a dot.
    """
    found = [
        ((stem(match[1]), match[2]), match.start(2))
        for match in _IDENTIFIER.finditer(text)
        if match[1].lower() not in _NO_KIND and not is_stopword(match[1]) and not is_year(match[2])
        if len(match[2]) <= _LONGEST_IDENTIFIER or not match[2].isdigit()
    ]
    measured = [(q.start, q.end) for q in quantities(text) if q.kind in _MEASURED or _is_amount(q)]
    dated = [q for q in quantities(text) if q.kind == "date"]
    return (
        *(pair for pair, at in found if not any(start <= at < end for start, end in measured)),
        *(("#", match[0]) for match in _HASH.finditer(text)),
        *((stem("year"), match[1]) for match in _FORM.finditer(text)),
        *((f"{match[1]}-", match[0]) for match in _CODE.finditer(text)),
        *((".", match[0]) for match in _VERSION.finditer(text) if match.start() not in {q.start for q in dated}),
    )


def _is_amount(quantity: Quantity) -> bool:
    """Whether a number counts or measures: "2.8 kg", not "invoice 102"."""
    counted = quantity.unit.split(" ")[0]
    plural = counted.endswith("s") and not is_stopword(counted) and counted.isalpha()
    return quantity.kind == "number" and ("." in quantity.text or counted in UNITS or plural)


def is_year(text: str) -> bool:
    """Whether a number is written as a year."""
    return bool(re.fullmatch(r"(?:1[5-9]|20)\d\d", text))


def names_thing(identifier: str, text: str) -> bool:
    """Whether ``text`` names what ``identifier`` stands for."""
    return re.search(rf"(?<![\w.£$€]){re.escape(identifier.lstrip('#'))}(?![\w]|[.,]\d)", text) is not None


@lru_cache(maxsize=20_000)
def weekdays(text: str) -> frozenset[str]:
    """Stems of the weekdays that a text names, with those between two: "Monday to Thursday"; "daily" names all."""
    if _DAILY.search(text):
        return frozenset(_WEEKDAYS)
    found = {stem(day) for day in _DAY.findall(text)}
    for first, last in _DAY_RANGE.findall(text):
        start, end = (_WEEKDAYS.index(stem(day)) for day in (first, last))
        found |= {_WEEKDAYS[n % 7] for n in range(start, (end if end >= start else end + 7) + 1)}
    return frozenset(found)


@lru_cache(maxsize=20_000)
def complements(text: str) -> tuple[tuple[str, str, str], ...]:
    """A noun with what follows it behind a preposition: (priz, poetri, for)."""
    return tuple(
        (stem(match[1]), stem(match[3]), match[2])
        for match in _COMPLEMENT.finditer(text)
        if not (is_stopword(match[1]) or is_stopword(match[3]))
    )


@lru_cache(maxsize=20_000)
def proper(text: str) -> tuple[tuple[str, str], ...]:
    """A noun with the capitalised word before it: (school, elm)."""
    return tuple(
        (stem(match[2]), stem(match[1]))
        for match in _PROPER.finditer(text)
        if not (is_stopword(match[1]) or is_stopword(match[2])) and match.start()
    )


def roles(text: str) -> Iterator[tuple[str, str]]:
    """Each word with the modifier before it, or an empty one: ("presid", "vice"), ("pi", "co")."""
    before = ""
    for word in words(text):
        prefix, hyphen, rest = word.text.partition("-")
        modifier = prefix.lower() if hyphen and prefix.lower() in MODIFIERS else before
        modifier = "" if is_stopword(word.text) else modifier
        yield stem(rest if hyphen and prefix.lower() in MODIFIERS else word.text), modifier
        before = word.text.lower() if word.text.lower() in MODIFIERS else ""
        if hyphen and prefix.lower() in MODIFIERS:
            before = prefix.lower() if rest and rest[0].isupper() and len(rest) > 3 else ""


@lru_cache(maxsize=20_000)
def initials(text: str) -> frozenset[str]:
    """The initials of the names in a text, with and without small words: "loc" and "lc" for "Line of Control"."""
    named = [found[0].split() for found in _CAPITALIZED.finditer(text)]
    every = ("".join(word[0] for word in name).lower() for name in named)
    large = ("".join(word[0] for word in name if word[0].isupper()).lower() for name in named)
    return frozenset((*every, *large))


def holds_name(name: str, text: frozenset[str]) -> bool:
    """Whether the stems of a text have that of a name, or of the country or the people that share it."""
    people = (f"{name}{ending}" for ending in _OF_A_COUNTRY)
    countries = (name.removesuffix(ending) for ending in _OF_A_COUNTRY)
    return name in text or (len(name) > _SHORTEST_COUNTRY and any(form in text for form in (*people, *countries)))


_SHORTEST_COUNTRY = 3


def question_names(question: QuestionParts) -> tuple[frozenset[str], ...]:
    """The proper names of a question, each as the stems of its words."""
    runs = [frozenset(stems(name.text)) for name in names(question.text)]
    return tuple(run & question.names for run in runs if run & question.names)


@lru_cache(maxsize=20_000)
def held_stems(text: str) -> frozenset[str]:
    """The stems of a text."""
    return frozenset(stems(text))
