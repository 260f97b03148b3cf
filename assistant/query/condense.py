"""Makes a follow-up question self-contained without a model, from the question and the answer before it.

The result is in natural words: the previous question with other question words ("Until when?"), another name ("What
about India?"), another date ("And in 2022?") or a fragment added ("But at any cost?"); or the follow-up with its
pronouns replaced. What is still missing is added as a clause ("given that the ferry did crash"). A question that names
its own topic stays as it is, and so does small talk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from assistant.english.lexicon import ASKING_WORDS, AUXILIARIES, BE, IMPERATIVES, PREPOSITIONS, any_of
from assistant.english.phrases import CLAUSE, SAYING, is_plural, named_before, names, phrases, proper
from assistant.english.quantities import dates_in
from assistant.english.tokens import STOPWORDS, is_stopword, stem, stems, words
from assistant.query.conversation import Exchange, background, exchange, phrases_lacking, referent, without_links
from assistant.query.courtesy import small_talk
from assistant.query.fragments import continues, other_asked, possessive, within
from assistant.query.replies import replied
from assistant.types import Turn

ENOUGH = 2
"""A question with fewer content words than this cannot stand alone after another one."""

LONGEST = 14
"""The most words that replace a pronoun."""

MOST = 8
"""The most pronouns of a question that are looked at."""

REMEMBERED = 6
"""How many exchanges are looked at; topics from before are forgotten."""

_I = re.IGNORECASE
_ASKING = any_of(ASKING_WORDS)
_AUX = any_of(AUXILIARIES)
_PREPOSITION = any_of(PREPOSITIONS)
_ORDERS = any_of(IMPERATIVES)


def condense_question(question: str, history: Sequence[Turn]) -> str:
    """``question`` completed from the exchanges before it; unchanged if it stands alone."""
    last = _last_exchange(history)
    return _condensed(question, last) if last else question


def _last_exchange(history: Sequence[Turn]) -> Exchange | None:
    """The user's last question that is not small talk, made self-contained, with its answer."""
    last: Exchange | None = None
    asked = [at for at, turn in enumerate(history) if turn.role == "user" and not small_talk(turn.text)]
    for at in asked[-REMEMBERED:]:
        question = _condensed(history[at].text, last) if last else history[at].text
        answer = history[at + 1].text if at + 1 < len(history) and history[at + 1].role == "assistant" else ""
        last = exchange(question, answer, last)
    return last


def _condensed(question: str, last: Exchange) -> str:
    if reply := replied(question, last):
        return reply
    if small_talk(question):
        return question
    if other := other_asked(question, last):
        return f"{other}?"
    points = bool(_POINTS.search(question)) or any(_pointing(question))
    if not (points or _short(question)):
        return question
    if not points and (_stands_alone(question, last.asked) or (last.refused and not continues(question))):
        return question
    if changed := within(question, last):
        return f"{changed}?"
    return question if _BARE.fullmatch(question) else _carried(question, last)


# --- what stands alone ----------------------------------------------------------------------------

_DOCUMENT = re.compile(
    r"\b(?:(?:the|this|that|your) (?P<noun>document|article|file|page|pdf)"
    r"|(?:this|that) (?P<noun2>text|report|story|paper))\b"
    r"(?! (?:(?:of|on|by|from|who|that|which|with|called)\b|about \w|in (?:the\b|(?-i:[A-Z]))))",
    _I,
)
_POINTS = re.compile(
    r"\bthe (?:text|report|story|paper)\b(?! (?:of|on|by|from|who|that|which|with|called|about)\b)"
    r"|\b(?:then|this|that|those|these)(?=\s*(?:[?,]|$))"
    rf"|\b{_AUX} (?:that|this|those|these)\b(?! (?:who|of|year|week|month))"
    r"|\bthat (?:one|time|day|case|evening|night|morning)\b|\b(?:the|that|this)(?: \w+)? (?-i:ones?)\b(?! of)"
    r"|\bthe (?:same|former|latter|others?|first|second)(?=\s*(?:[?,]|$))"
    r"|\b(?:both|either|neither)(?=\s*(?:\?|$|of them))|\b(?:who|what|where) else\b|\bof (?:those|these)\b(?! who)"
    r"|\b(?:the|that) (?:firm|company|village|town|city|man|woman|boy|girl|country|ship|building|group|party)"
    r"(?=\s*(?:\?|$)|\s(?!(?:of|who|that|which|in|at|from|with)\b))"
    rf"|{_DOCUMENT.pattern}",
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
_NAMING = re.compile(rf"{_CLAUSE.pattern}|(?:the|an?) ", _I)
_IS = any_of((*BE, "happens", "happened"))
_WHOLE = re.compile(rf"{_ASKING}(?:['’]s| .*?\b{_IS})\b|{_ORDERS}\b", _I)  # asks without another word
_TOPIC = re.compile(
    rf"\b(?:tell (?:me|us)|what (?:is|was) (?:said|known|reported|written)) about (?!{_ASKING}|th(?:is|at|ese|ose)\b)"
    r"|^what(?:['’]s| is) an? ",
    _I,
)
_HAPPENED = re.compile(r"what (?:all )?(?:happened|happens|has happened|occurred|took place|went on)\b", _I)
_PROPERTY = re.compile(r"(?:how|when|where|why)\b", _I)  # "How long was the crack?" is whole, not "What was the cause?"
_BARE = re.compile(  # "north pier", but not "the owner" or "Where?"
    rf"(?!.*\b(?:{_ASKING}|{_AUX})\b)(?!(?:{_ORDERS}|{_PREPOSITION}|the|an?|and|or|but|if|no|yes)\b)[\w'’ -]+", _I
)
_ASKS_ONLY = SAYING | frozenset("long many much time date year day name person people".split())


def _short(question: str) -> bool:
    content = [word for word in _content(question) if word.lower() not in _ASKS_ONLY]
    return len(content) <= 2 * ENOUGH if continues(question) else len(content) < ENOUGH


def _stands_alone(question: str, before: str) -> bool:
    """Whether a question without pronouns is complete because it asks about a name that is not in the one before.

    "What was the cause?" is not: it means the cause of what was asked about before. "And how big is Hadrane's?" and
    "What did Ossolin say?" are not either: it is missing what is asked about the name.
    """
    bare, named = without_links(question), proper(question)
    if question.isupper() or bare.endswith(("'s", "’s", "s'", "s’")):
        return False
    others = [word for word in _content(bare) if word not in named and word.lower() not in _ASKS_ONLY]
    if _TOPIC.search(bare):
        return bool(named or others)
    if dates_in(bare) and _HAPPENED.match(bare) and not continues(question):
        return True
    known = {stem(word) for word in _content(before)}
    new = any(stem(word) not in known for word in named)
    return bool(new and _CLAUSE.match(bare) and (others or len(names(question)) > 1 or _WHOLE.match(bare)))


def _pointing(question: str) -> Iterator[re.Match[str]]:
    """The pronouns that do not refer to something that the question itself names before them."""
    idle = [found.span() for found in _IDLE.finditer(question)]
    for found in islice(_PRONOUN.finditer(question), MOST):
        before = question[: found.start()]
        named = named_before(re.sub(r"\b(?:the|a) \w+ of\s*$", "", before))
        fits = [phrase for phrase in named if found["several"] or not is_plural(phrase)]
        # "How did Keld take it?": a pronoun does not refer to a name in its own clause unless it is possessive.
        free = re.search(rf"\b{_AUX}\s*$", before, _I) or not _owns(question, found)
        if (not fits or (free and not _PARTS.search(before))) and not any(a <= found.start() < b for a, b in idle):
            yield found


def _owns(question: str, pronoun: re.Match[str]) -> bool:
    after = words(question[pronoun.end() :])[:1]
    said = pronoun[0].lower()
    return said in {"his", "its", "their"} or (said == "her" and bool(after) and not is_stopword(after[0].text))


# --- pronouns, and what is lacking ----------------------------------------------------------------


def _carried(question: str, last: Exchange) -> str:
    """``question`` with pronouns and "this article" replaced where their meaning is clear, and with what else it
    lacks.
    """
    bare = without_links(question)
    bare = bare[:1].upper() + bare[1:] if question[:1].isupper() else bare
    made = _with_document(_replaced(bare, last), last)
    if _DOCUMENT.search(bare) and not _DOCUMENT.search(made):
        return f"{made}?"
    points = bool(_POINTS.search(made)) or any(_pointing(made))
    named = proper(bare)
    if not points and made == bare and _NAMING.match(bare) and any(word not in named for word in _content(bare)):
        whole = bool(_PROPERTY.match(question) and phrases(bare))
        return question if whole else _about_names(question, bare, last)
    if (points or made == bare) and (known := background(last)):
        return f"{made}, {known}?"
    told = frozenset(stems(f"{bare} {last.asked} {last.statement}"))
    named_earlier = not told.issuperset(stems(" ".join(proper(made))))
    lacking = [] if named_earlier else phrases_lacking(made, last)
    if lacking:
        return f"{made}, as for {' and '.join(lacking)}?"
    return f"{made}?" if made != bare else question


def _about_names(question: str, bare: str, last: Exchange) -> str:
    """A question with a verb of its own, asked of the names and dates of the last question, if there are any."""
    lacking = phrases_lacking(bare, last)
    named = [phrase for phrase in lacking if proper(f"of {phrase}")] or lacking
    named += [] if dates_in(bare) else [date.text for date in dates_in(last.asked)]
    return f"{bare}, as for {' and '.join(named)}?" if named else question


def _with_document(question: str, last: Exchange) -> str:
    """``question`` with "this article" replaced by the source that the answer quotes, or by what was asked about."""
    found = _DOCUMENT.search(question)
    if not found:
        return question
    lacking = phrases_lacking(question, last)
    if last.byline:
        named = f"“{last.byline}”"
    elif lacking:
        named = f"the {found['noun'] or found['noun2']} on {' and '.join(lacking)}"
    else:
        return question
    return question[: found.start()] + named + question[found.end() :]


def _replaced(question: str, last: Exchange) -> str:
    said = {stem(word) for word in _content(question)}
    done = {"": ""}
    made, at = "", 0
    for found in _pointing(question):
        kind = str(found.lastgroup)
        stands = referent(kind, last)
        while stands and stem(words(stands)[-1].text) in said:
            stands = stands[: words(stands)[-1].start].strip()
        known = {stem(word) for word in _content(stands)} <= said
        if known or kind in done or stands in done.values() or len(words(stands)) > LONGEST:
            continue
        done[kind] = stands
        stands = re.sub(r"^an? ", "the ", stands)
        placed = f"in {stands}" if kind == "place" else possessive(stands) if _owns(question, found) else stands
        made += question[at : found.start()] + placed
        at = found.end()
    return made + question[at:]


def _content(text: str) -> list[str]:
    return [word.text for word in words(text) if word.text.lower() not in STOPWORDS]
