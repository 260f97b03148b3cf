"""The noun phrases of a question, and the one that a pronoun refers to; found by position and short lists of words."""

from __future__ import annotations

import re

from assistant.english.lexicon import AUXILIARIES, BE, CALENDAR_NAMES, PREPOSITIONS, any_of
from assistant.english.tokens import Word, is_stopword, words

_AUX = any_of(AUXILIARIES)
_PREPOSITION = any_of(PREPOSITIONS)
CLAUSE = re.compile(
    rf"((?:(?:{_PREPOSITION} )?(?:who|whom|where|when|why|(?:what|which|whose|how)(?: (?!that\b)[\w'’-]+){{0,6}}?) )?)"
    rf"({_AUX}) (.+)",
    re.IGNORECASE,
)
"""What a question asks for ("In which year"; empty for yes or no), its auxiliary, and the rest."""

SAYING = frozenset("say said says tell told report reported happen happens happened according hear heard".split())
"""Verbs which say that something was reported or happened, but not what."""

_LINKS = frozenset("across against among around away back inside near onto outside per since till to towards".split())
_CLOSES = _LINKS | SAYING - {"report"}
_DETERMINERS = frozenset("the a an this that these those his her its their both some any another".split())
_ASKED = frozenset("which what many who anyone somebody someone".split())
_SOMEBODY = re.compile(
    r"\b(?:\w*(?:m[ae]n|ist|minister)|ambassador|attendant|author|baker|bishop|boy|captain|chief|child|consul|commander"
    r"|daughter|director|doctor|driver|farmer|father|general|girl|governor|guard|head|husband|judge|king|lady|lawyer"
    r"|leader|manager|mayor|mother|nurse|officer|owner|person|pilot|president|priest|professor|queen|son|teacher"
    r"|victim|wife|youth)\b"
)
_NOUNS_IN_ING = frozenset(
    "meeting building hearing wedding painting evening morning funding training ceiling parking crossing landing "
    "opening reading warning drawing".split()
)
_PARTICIPLES = frozenset(
    "held built made sold found lost won told sent shot hit put paid kept taught cut brought bought caught met known "
    "drawn thrown begun born done gone set shut spent".split()
)
_TRAILING = frozenset(("of", "first", "last", "again"))
_STATES = frozenset("available due free late ready shut".split())
_OWNER = re.compile(r"['’]s?$")
_VERB = re.compile(rf"\s*(?:who|what) (\w+s)\b(?! {_AUX}\b)", re.IGNORECASE)  # "Who buys the boats?"


def phrases(question: str) -> list[str]:
    """The noun phrases that a determiner, a capital or a plural ending shows, in order."""
    clause = CLAUSE.match(question)
    runs = _runs(question, _DETERMINERS, _CLOSES)
    return _told([_subject(run, clause) for run in runs], question, _DETERMINERS)


def named_before(text: str) -> list[str]:
    """The noun phrases at the start of a question, including what it asks for: "which farmer", "who"."""
    return _told(_runs(text, _DETERMINERS | _ASKED, _CLOSES), text, _DETERMINERS | _ASKED)


def names(question: str) -> list[str]:
    """The noun phrases that begin with a capital, except for the first word."""
    return [phrase for phrase in phrases(question) if phrase[0].isupper()]


def proper(question: str) -> list[str]:
    """The words that begin with a capital, except for the first one, common words, months and weekdays."""
    return [word.text for word in words(question) if _capital(word) and not is_stopword(word.text)]


def is_plural(phrase: str) -> bool:
    """Whether the noun of ``phrase`` looks like a plural."""
    head = phrase.split(" of ")[0].lower()
    return head.endswith(("people", "men", "children", "police")) or bool(re.search(r"(?<![sui'’])s$", head))


def antecedent(kind: str, before: str) -> str:
    """What a pronoun most likely refers to in the question; empty if that is not clear.

    ``kind`` is "person" (he, her), "thing" (it), "several" (they) or "place" (there), for which it is never clear.
    """
    named, clause = names(before), CLAUSE.match(before)
    others = [phrase for phrase in phrases(before) if phrase not in named]
    # What "Who did it?" and "What was saved from it?" ask for is not named in the question.
    asking = {"person": "who", "thing": "what"}.get(kind, "$")
    nameless = re.match(rf"(?i:{asking}) (?!(?i:do|does|did)\b|{_AUX} (?:the|an?|his|her|their|[A-Z]))", before)
    # "Which farmer was killed?" asks for the farmer killed, "How many rafts failed?" for the rafts failed.
    asks = re.match(
        rf"(which|what(?= .*{_AUX} )|how many) (?:of )?(?:the )?(?!{_AUX} |time |day |date |year |age )(.+)",
        before,
        re.IGNORECASE,
    )
    if asks and kind != "several" and re.match(r"(?:two|three|four|five|these|those) ", asks[2], re.IGNORECASE):
        asks = None  # "Which of the two boats is faster?"
    asked = ["the " + re.sub(rf"(?i)\b{_AUX} (?:there\b ?)?", "", asks[2], count=1).strip()] if asks else []
    several = asks is not None and asks[1].lower() == "how many"
    does = clause is not None and clause[2].lower() in {"do", "does", "did"}
    if kind == "several":
        subject = [phrase for phrase in others if does and clause and clause[3].startswith(phrase)]
        sides = [name for name in named if not _place(name, before)]
        likely = [*(asked if several or not does else []), *filter(is_plural, others), *sides, *subject]
    elif kind == "person":
        likely = [*(asked if not several and not does else []), *_persons(before)]
    else:
        things = [phrase for phrase in others if not is_plural(phrase) and not is_somebody(phrase)]
        likely = things if several else [*asked, *things] if does else [*things, *asked]
    return likely[0] if likely and kind != "place" and (asked or not nameless) else ""


def _persons(question: str) -> list[str]:
    """Phrases that may be persons: names except for places, then words for people; of "Varga's reign", Varga."""
    told = phrases(question)
    named = [phrase for phrase in told if phrase[0].isupper() and not _place(phrase, question)]
    owners = [phrase if is_somebody(phrase) else re.split(r"['’]s ", phrase)[0] for phrase in named]
    return [*owners, *(phrase for phrase in told if not phrase[0].isupper() and is_somebody(phrase))]


def is_somebody(phrase: str) -> bool:
    """Whether ``phrase`` is a word for a person: "the mayor of Brenholt"."""
    return bool(_SOMEBODY.search(phrase.split(" of ")[0]))


def _runs(text: str, opens: frozenset[str], closes: frozenset[str]) -> list[list[Word]]:
    runs: list[list[Word]] = [[]]
    verb = _VERB.match(text)
    for word in words(text):
        run, low = runs[-1], word.text.lower()
        joined = bool(run) and not text[run[-1].end : word.start].strip(" '’")
        if joined and (low == "of" or (run[-1].text == "of" and low in _DETERMINERS)):
            run.append(word)
        elif low in opens:
            runs.append([word])
        elif is_stopword(word.text) or low in closes or (verb and word.start == verb.start(1)):
            runs.append([])
        elif joined and _goes_on(run, word):
            run.append(word)
        else:
            runs.append([word])
    return runs


def _goes_on(run: list[Word], word: Word) -> bool:
    """Whether ``word`` belongs to the phrase before it: a name ends, or begins, with its capitals."""
    if run[-1].text == "of":
        return True
    if _capital(run[-1]) and not _capital(word):
        owner = bool(_OWNER.search(run[-1].text))
        return owner or not (_capital(run[0]) or any(part.text == "of" for part in run))
    return _capital(run[-1]) == _capital(word) or (len(run) == 1 and run[0].text.lower() in _DETERMINERS)


def _subject(run: list[Word], clause: re.Match[str] | None) -> list[Word]:
    """The subject without a verb or predicate directly after it: "did the tram strike end"."""
    least = 1 + bool(run and run[0].text.lower() in _DETERMINERS)
    if not clause or len(run) <= least or run[0].start != clause.start(3):
        return run
    last = run[-1]
    # "When was the tram stop?" says nothing more of it, "Why was the tram late?" does.
    asks_only = clause[2].lower() in BE and clause[1] and not re.search("(?i)why", clause[1])
    ends = not asks_only or last.text.endswith(("ed", "en", "ing")) or last.text in _PARTICIPLES | _STATES
    noun = _capital(last) or is_somebody(last.text) or last.text.lower() in _NOUNS_IN_ING or _verb_follows(clause, last)
    return run[:-1] if ends and not noun else run


def _verb_follows(clause: re.Match[str], last: Word) -> bool:
    """Whether the verb follows after a later name: "did the ferry service to Lund Island start"."""
    after = clause.string[last.end :]
    return bool(re.match(rf" {_PREPOSITION} (?:the )?(?:[A-Z][\w'’-]+ )+[a-z]\w+$", after.rstrip("?. ")))


def _told(runs: list[list[Word]], text: str, opens: frozenset[str]) -> list[str]:
    found = []
    for run in runs:
        end = len(run)
        while end and run[end - 1].text.lower() in opens - {"who"} | _TRAILING:
            end -= 1
        if end and (run[0].text.lower() in opens or _capital(run[0]) or is_plural(run[end - 1].text)):
            found.append(_OWNER.sub("", text[run[0].start : run[end - 1].end]))
    return found


def _place(name: str, text: str) -> bool:
    return bool(re.search(rf"\b(?:in|at|from|near) {re.escape(name)}", text))


def _capital(word: Word) -> bool:
    return word.start > 0 and word.text[0].isupper() and word.text.lower() not in CALENDAR_NAMES
