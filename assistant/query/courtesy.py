"""Courtesies around a question, and messages that are only small talk."""

from __future__ import annotations

import re
from typing import Literal

from assistant.english.lexicon import (
    AUXILIARIES,
    COURTESIES,
    DISSENTS,
    FAREWELLS,
    GREETINGS,
    IMPERATIVES,
    THANKS,
    any_of,
)
from assistant.english.tokens import is_stopword, words

SmallTalk = Literal["greeting", "thanks", "farewell", "acknowledgement", "abilities", "documents"]
"""What a message without a question to the documents is: "hello", "thanks!", "bye", "ok", "what can you do?", "what
are these documents about?"."""

REPLIES: dict[SmallTalk, str] = {
    "greeting": "Hello. What would you like to know from your documents?",
    "thanks": "You are welcome.",
    "farewell": "Goodbye.",
    "acknowledgement": "All right. What else would you like to know from your documents?",
    "abilities": (
        "Ask a question about your documents, in your own words. The answer quotes them and says where each quotation "
        "stands, shows where sources disagree, and says so when the documents hold no answer."
    ),
}
"""What is said to small talk that needs no look at the documents."""

LEAD = re.compile(
    r"(?:\s*(?:so|and|but|then|well|now|ok|okay|or|please|pls|plz|hi|hello|hey)\b[,\s]*"
    rf"|(?:can|could|would|will) you (?:please )?(?={any_of((*IMPERATIVES, 'say'))})"
    r"|(?:do you know|tell me|(?:(?<=you )|(?<=please ))(?:say|explain)|i wonder|i (?:want|need|would like) to know"
    r"|is it known|any idea)\b[,\s]*)*",
    re.IGNORECASE,
)
"""Courtesies before a question."""

_TAIL = re.compile(r"[,\s]+(?:(?:thx|ty|cheers|thanks|thank you|please|pls|plz)\b[\s,.!]*)+(?=\?*$)", re.IGNORECASE)
_POLITE = (COURTESIES - DISSENTS) | frozenset("really help question questions ask know idea curious welcome".split())
_AROUND = frozenset(
    "dear there morning afternoon evening day excuse you your i i'm im i'd me my us anyone somebody am are is that "
    "this can could may might would will do answer have want need like to for with about a an any one two three few "
    "some couple of another quick just in advance so very much many lot all and but".split()
)
_BESIDE = frozenset(  # words of small talk that are not courtesies by themselves
    "you i it that that's this is so very much a lot many for your the all and again now morning afternoon evening day "
    "night there everyone have answer help was me then well i'm later soon too what".split()
)
_GREETING = re.compile(
    r"good (?:morning|afternoon|evening|day)(?: to you| everyone| all)?|how are you(?: doing| today)*|how is it going"
    r"|how's it going|nice to meet you|what's up"
)
_FAREWELL = re.compile(r"good night|see you(?: later| soon| then)?|that (?:is|was) all|that's all")
_TOOL = r"(?:tool|app|assistant|program|page|chat|bot|thing)"
_ABILITIES = re.compile(
    r"what (?:can|could|do) you do(?: for (?:me|us))?(?: here)?|(?:who|what) are you|what is your (?:name|purpose|job)"
    r"|how (?:can|could|do) you (?:help|work)(?: (?:me|us))?(?: here)?|(?:can|could|will) you help(?: me| us)?|help"
    r"|help me|i need(?: some)? help|what (?:can|could|should) (?:i|we) ask(?: you)?(?: here)?(?: about)?"
    r"|(?:what|which)(?: kinds? of| sorts? of)? questions (?:can|could|do) you answer"
    r"|(?:what|which)(?: kinds? of| sorts? of)? questions (?:can|could|should) (?:i|we) ask(?: you)?"
    rf"|how (?:do|can|should) (?:i|we) (?:use|work with) (?:you|this)(?: {_TOOL})?"
    rf"|(?:what|who) (?:is|can|does) this {_TOOL}(?: do| for)?|what is this {_TOOL} for|how does this(?: {_TOOL})? work"
    r"|are you (?:an? )?(?:robot|bot|human|person|machine|ai|language model)"
)
_HELD = r"(?:documents|files|sources|papers|articles|texts|folder|collection|corpus)"
_DOCUMENTS = re.compile(
    rf"what (?:is|are) (?:all )?(?:the|these|those|this|your|my|our) {_HELD} (?:all )?about"
    rf"|(?:what|which) (?:kinds? of |sorts? of )?{_HELD} do you (?:have|know|hold)"
    rf"|(?:what|which) (?:kinds? of |sorts? of )?{_HELD} are (?:there|here|indexed|loaded)"
    rf"|what is in(?:side)? (?:the|these|those|this|your|my|our) {_HELD}"
    rf"|what (?:do|does) (?:the|these|those|this|your|my|our) {_HELD} (?:cover|contain|hold|deal with|talk about)"
    rf"|(?:list|show)(?: me)? (?:all )?(?:the|these|your|my) {_HELD}"
    r"|what (?:do you know|topics do you (?:know|cover|have))(?: about)?|what can you tell me(?: about)?"
)


def without_lead(question: str) -> str:
    """``question`` without the courtesies before it."""
    lead = LEAD.match(question)
    return question[lead.end() if lead else 0 :]


def without_courtesies(question: str) -> str:
    """``question`` without the courtesies before and behind it; as it is where nothing else would be left."""
    bare = _TAIL.sub("", without_lead(question)).strip()
    return bare if not all(is_stopword(word) or word in COURTESIES for word in _said(bare)) else question


def is_courtesy(sentence: str) -> bool:
    """Whether a sentence next to a question only greets, thanks or announces the question."""
    said = _said(sentence)
    return bool(said & _POLITE) and said <= _POLITE | _AROUND


def small_talk(message: str) -> SmallTalk | None:
    """The kind of small talk that ``message`` is; None if it asks something about the documents."""
    plain = " ".join(message.lower().replace("’", "'").split()).strip(" ?!.,;:)(")
    for text in (plain, without_lead(plain)):
        for kind, pattern in _PHRASES:
            if pattern.fullmatch(text):
                return kind
    said = _said(message)
    if "?" in message or not said & COURTESIES or not said <= COURTESIES | _BESIDE:
        return None
    if plain.split()[0] in AUXILIARIES:  # "is that right"
        return None
    return next(kind for kind, listed in _WORDS if said & listed)


_PHRASES: tuple[tuple[SmallTalk, re.Pattern[str]], ...] = (
    ("greeting", _GREETING),
    ("farewell", _FAREWELL),
    ("abilities", _ABILITIES),
    ("documents", _DOCUMENTS),
)
_WORDS: tuple[tuple[SmallTalk, frozenset[str]], ...] = (
    ("thanks", THANKS),
    ("farewell", FAREWELLS),
    ("greeting", GREETINGS),
    ("acknowledgement", COURTESIES),
)


def _said(text: str) -> set[str]:
    return {word.text.lower().replace("’", "'") for word in words(text)}
