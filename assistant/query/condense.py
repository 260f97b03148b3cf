"""Makes a follow-up question self-contained, by code: what it lacks comes from the question before it.

In natural words where that is safe: the question before with other asking words ("Until when?"), another name ("What
about India?") or a fragment behind it ("But at any cost?"), or what a pronoun stands for in its place; what is then
still lacking stands in brackets. What names its own topic, and thanks and assents, inherit nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from assistant.english.lexicon import ASKING_WORDS, AUXILIARIES, BE, IMPERATIVES, PREPOSITIONS, any_of
from assistant.english.phrases import (
    CLAUSE,
    SAYING,
    antecedent,
    is_plural,
    named_before,
    names,
    phrases,
    proper,
)
from assistant.english.tokens import STOPWORDS, fold, is_stopword, stem, words
from assistant.query.courtesy import is_only_courteous
from assistant.types import Turn

ENOUGH = 2
"""A question with fewer content words than this cannot stand alone after another one."""
LONGEST = 14
"""What is put in a pronoun's place has at most so many words."""
MOST = 8
"""Pronouns behind so many in a question are not looked at."""

_I = re.IGNORECASE
_ASKING = any_of(ASKING_WORDS)
_AUX = any_of(AUXILIARIES)
_PREPOSITION = any_of(PREPOSITIONS)
_ORDERS = any_of(IMPERATIVES)
_LEAD = re.compile(r"\s*(?:(?:and|but|so|or|also|then|what about|how about)\b[\s,]*)+", _I)
_CONTINUES = re.compile(rf"{_LEAD.pattern}|\s*(?:says? who|who says)\b", _I)
_ASKS_THE_SAME = re.compile(r"\s*(?:and\s+)?(?:what|how) about\b", _I)
_AGAIN = re.compile(
    rf"((?:{_PREPOSITION} )?(?:where|when|why|(?:what|which|how) (?!many\b|much\b|old\b)[\w-]+)(?: from| exactly)?)"
    r"(?: (?:is|was) (?:that|this))?",
    _I,
)
_POINTS = re.compile(
    r"\b(?:then|this|that|those|these)(?=\s*(?:[?,]|$))"
    rf"|\b{_AUX} (?:that|this|those|these)\b(?! (?:who|of|year|week|month))"
    r"|\bthat (?:one|time|day|case|evening|night|morning)\b|\b(?:the|that|this)(?: \w+)? (?-i:ones?)\b(?! of)"
    r"|\bthe (?:same|former|latter|others?|first|second)(?=\s*(?:[?,]|$))"
    r"|\b(?:both|either|neither)(?=\s*(?:\?|$|of them))|\b(?:who|what|where) else\b|\bof (?:those|these)\b(?! who)"
    r"|\b(?:the|that) (?:firm|company|village|town|city|man|woman|boy|girl|country|ship|building|group|party)"
    r"(?=\s*(?:\?|$)|\s(?!(?:of|who|that|which|in|at|from|with)\b))"
    r"|\b(?:the|this|that) (?:document|article|text|file|report|story|paper|page|pdf)\b"
    r"(?! (?:(?:of|on|by|from|who|that|which|with|called)\b|about \w|in (?:the\b|(?-i:[A-Z]))))",
    _I,
)
_PRONOUN = re.compile(
    r"(?<![\w'’-])(?:(?P<person>he|him|she|hers?|his)|(?P<thing>its?)|(?P<several>they|them|theirs?)|(?P<place>there))"
    r"(?![\w'’-])",
    _I,
)
_IDLE = re.compile(  # "Were there ...?", "How long did it take to ...?", "Was it the captain who ...?"
    rf"\b(?:{_AUX}|be|been) there\b|\bthere (?:{_AUX}|be)\b"
    rf"|\bit (?:\w+ )?(?:takes?|took|costs?)\b.*\bto\b|\b{_AUX} it (?:[\w'’]+ )*?(?:who|that)\b",
    _I,
)
_PARTS = re.compile(
    r"[,:;]|\b(?:that|if|when|while|because|before|after|until|whether|though|as|so|and|or|than|says?|said|think)\b",
    _I,
)
_CLAUSE = re.compile(  # "Who is ...", "Who won ...", "Tell me ...", but not "How many in ..."
    rf"{CLAUSE.pattern}|(?:who|what)(?:['’]s)? (?!(?:{_PREPOSITION}|else|the|an?)\b)\w.*|{_ORDERS} .+", _I
)
_IS = any_of((*BE, "happens", "happened"))
_WHOLE = re.compile(rf"{_ASKING}(?:['’]s| .*?\b{_IS})\b|{_ORDERS}\b", _I)  # asks without another word
_TOPIC = re.compile(
    rf"\b(?:tell (?:me|us)|what (?:is|was) (?:said|known|reported|written)) about (?!{_ASKING}|th(?:is|at|ese|ose)\b)"
    r"|^what(?:['’]s| is) an? ",
    _I,
)
_ASKS_ONLY = SAYING | frozenset("long many much time date year day name person people".split())


def condense_question(question: str, history: Sequence[Turn]) -> str:
    """``question`` with what it lacks from the user's turns before it; as it is when it stands alone."""
    asked = [turn.text for turn in history if turn.role == "user" and not is_only_courteous(turn.text)]
    if not asked or is_only_courteous(question):
        return question
    points = bool(_POINTS.search(question)) or any(_pointing(question))
    if not (points or _short(question)):
        return question
    before = _bare(condense_question(asked[-1], [Turn(role="user", text=text) for text in asked[:-1]]))
    if not points and _stands_alone(question, before):
        return question
    changed = _changed(question, re.sub(r" \(([^()]*)\)$", r", \1", before))
    return f"{changed}?" if changed else _carried(question, before)


def _short(question: str) -> bool:
    content = [word for word in _content(question) if word.lower() not in _ASKS_ONLY]
    return len(content) <= 2 * ENOUGH if _CONTINUES.match(question) else len(content) < ENOUGH


def _stands_alone(question: str, before: str) -> bool:
    """Whether a question that points to nothing asks something whole of a name that the question before lacks.

    "The cause" is that of what was asked about; a name is not. "And how big is Hadrane's?" and "What did Ossolin say?"
    lack what is asked of the name.
    """
    bare, named = _bare(question), proper(question)
    if question.isupper() or bare.endswith(("'s", "’s", "s'", "s’")):
        return False
    others = [word for word in _content(bare) if word not in named and word.lower() not in _ASKS_ONLY]
    if _TOPIC.search(bare):
        return bool(named or others)
    known = {stem(word) for word in _content(before)}
    new = any(stem(word) not in known for word in named)
    return bool(new and _CLAUSE.match(bare) and (others or len(names(question)) > 1 or _WHOLE.match(bare)))


def _pointing(question: str) -> Iterator[re.Match[str]]:
    """The pronouns that stand for nothing that the question itself names before them."""
    idle = [found.span() for found in _IDLE.finditer(question)]
    lead = _LEAD.match(question)
    for found in islice(_PRONOUN.finditer(question), MOST):
        before = question[lead.end() if lead else 0 : found.start()]
        named = named_before(re.sub(r"\b(?:the|a) \w+ of\s*$", "", before))
        fits = [phrase for phrase in named if found["several"] or not is_plural(phrase)]
        # "How did Keld take it?": a pronoun is not what stands in the same clause, unless it says whose.
        free = re.search(rf"\b{_AUX}\s*$", before, _I) or not _owns(question, found)
        if (not fits or (free and not _PARTS.search(before))) and not any(a <= found.start() < b for a, b in idle):
            yield found


def _owns(question: str, pronoun: re.Match[str]) -> bool:
    after = words(question[pronoun.end() :])[:1]
    said = pronoun[0].lower()
    return said in {"his", "its", "their"} or (said == "her" and bool(after) and not is_stopword(after[0].text))


def _changed(question: str, before: str) -> str:
    """The whole question before, asked with the words of ``question``; nothing where that is not safe."""
    bare, clause = _bare(question), CLAUSE.match(before)
    if _CONTINUES.match(question) and _is_name(bare) and (exchanged := _exchanged(bare, before)):
        return exchanged
    again = _AGAIN.fullmatch(bare)
    # Asking words that are the subject or the object of the question before must not be lost.
    if again and clause and re.match(rf"$|{_PREPOSITION} |where|when|why|how $", clause[1], _I):
        return f"{again[1][0].upper()}{again[1][1:]} {clause[2].lower()} {clause[3]}"
    condition = bare.lower().startswith("if ")
    verb = re.search(rf"\b{_ASKING}(?:['’ ]|$)|\b{_AUX}\b|^{_ORDERS}\b", bare, _I)
    if not bare or not _CONTINUES.match(question) or (verb and not condition):
        return ""
    place = re.match(rf"{_PREPOSITION}\b", bare, _I)
    twice = place and re.search(rf"\b{place[0]}\b", before, _I)
    return before + (" " if place and not twice else ", " if condition else ", and ") + bare


def _exchanged(name: str, before: str) -> str:
    """The question before with ``name`` for its subject, or for its only name; nothing where that is not safe.

    Where the question before has ``name`` elsewhere, the two change places.
    """
    old = [owner for phrase in phrases(before) if _is_name(owner := re.split(r"['’]s? ", phrase)[0])]
    clause = CLAUSE.match(before)
    subjects = [one for one in old if clause and re.match(rf"{re.escape(one)}(?!\w|,| (?:and|or|of) )", clause[3])]
    gives = (subjects or (old if len(old) == 1 else [""]))[0]
    if not gives or fold(gives) == fold(name):
        return ""
    places = {gives: name, name: gives}
    either = "|".join(map(re.escape, places))
    made = re.sub(rf"(?<!\w)(?:{either})(?!\w)", lambda found: places[found[0]], before)
    return made if name in made else ""


def _is_name(phrase: str) -> bool:
    """Whether all words of ``phrase`` begin with a capital, but for the article in "the United Nations"."""
    said = [word.text for word in words(phrase.removeprefix("the "))]
    return bool(said) and all(word[0].isupper() and not is_stopword(word) for word in said)


def _carried(question: str, before: str) -> str:
    """``question`` with its pronouns replaced where that can be told, and the topic words that it lacks in brackets."""
    bare = question.strip().rstrip("?. ")
    made = _replaced(bare, before)
    own = {stem(word) for word in _content(made)}
    # "What about India?" asks the same of another name: the old name gives way to the new one.
    named = bool(_ASKS_THE_SAME.match(question)) and bool(names(question))
    clear = made != bare and not _POINTS.search(question)
    topic = dict.fromkeys(_content(" ".join(phrases(before)) if clear else before))
    lacks = [word for word in topic if word.lower() not in _ASKS_ONLY and stem(word) not in own]
    lacks = [word for word in lacks if not (named and word[0].isupper())]
    return f"{made} ({' '.join(lacks)})?" if lacks else f"{made}?" if made != bare else question


def _replaced(question: str, before: str) -> str:
    said = {stem(word) for word in _content(question)}
    done = {"": ""}
    made, at = "", 0
    for found in _pointing(question):
        kind, stands = str(found.lastgroup), antecedent(str(found.lastgroup), before)
        while stands and stem(words(stands)[-1].text) in said:
            stands = stands[: words(stands)[-1].start].strip()
        known = {stem(word) for word in _content(stands)} <= said
        if known or kind in done or stands in done.values() or len(words(stands)) > LONGEST:
            continue
        done[kind] = stands
        whose = "" if not _owns(question, found) else "'" if stands.endswith("s") else "'s"
        made += question[at : found.start()] + re.sub(r"^an? ", "the ", stands) + whose
        at = found.end()
    return made + question[at:]


def _content(text: str) -> list[str]:
    return [word.text for word in words(text) if word.text.lower() not in STOPWORDS]


def _bare(question: str) -> str:
    lead = _LEAD.match(question)
    return question[lead.end() if lead else 0 :].strip().rstrip("?. ")
