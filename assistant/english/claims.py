"""Sentences of a model: what they claim and cite, and which are refusals or small talk. Also orders in documents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from assistant.types import NOT_IN_DOCUMENTS

_SOURCE = r"(?:sources?|passages?|documents?|docs?|refs?|references?|citations?|articles?|texts?)"
_NUMBERS = r"#?\d{1,3}(?:\s*(?:,|;|&|–|-|/|and)\s*(?:and\s+)?#?\d{1,3})*"
_NUMBERED = rf"(?:{_SOURCE}|statements?)\s*(?:no\.?|nos\.?|number)?\s*:?\s*"
_CANONICAL = r"\[(\d{1,3}(?:, \d{1,3})*)\]"

_ANY_MARKER = re.compile(
    rf"[\[【]\s*\^?(?:{_NUMBERED})?({_NUMBERS})\s*(?:[†:|][^\]】\n]{{0,40}})?[\]】]"
    rf"|\(\s*(?:see\s+|cf\.?\s+)?{_NUMBERED}[\[【]?({_NUMBERS})[\]】]?\s*\)"
    rf"|[\[【]\s*{_SOURCE}\s*:?\s*[\[【]({_NUMBERS})[\]】]\s*[\]】]",
    re.IGNORECASE,
)
_MARKER = re.compile(rf"\s*{_CANONICAL}")
_AFTER_STOP = re.compile(r"([.!?])((?:\s*\[\d{1,3}(?:, \d{1,3})*\])+)(?=\s|$)")
# Only at the end of a sentence: elsewhere a number in brackets is mostly a number.
_BARE_MARKER = re.compile(r"\(\s*(\d{1,2}(?:\s*,\s*\d{1,2})*)\s*\)(?=\s*[.!?]?\s*$)")
_JOINED = re.compile(r"^[\s,;:/]*(?:(?:and|or|but|while|whereas|vs\.?|versus|against)\s+)?", re.IGNORECASE)
_BEGUN_MARKER = re.compile(r"\s*(?:[\[【(][^\[\]【】()\n]{0,30})?$")
_LEADING = re.compile(rf"^(\s*{_CANONICAL})[.:)](?=\s)", re.MULTILINE)  # a list that is numbered by its markers
_REPORTS = "(?:states?|says?|reports?|mentions?|notes?|confirms?|indicates?|explains?)"
_SUBJECT = re.compile(  # markers that a sentence is about: "[3], [4] and [5] all say that ..."
    rf"(?P<before>^|[.!?]\s+)(?P<marks>{_CANONICAL}(?:\s*,?\s*(?:and\s+)?{_CANONICAL})*)\s+"
    rf"(?P<reports>(?:(?:all|both|also)\s+)?{_REPORTS}\b)",
    re.MULTILINE,
)
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# Not after a short word: "5 km²" is a unit.
_RAISED = re.compile(r"(?:(?<=[.!?,\"”’])|(?<=[^\W\d_]{4}))([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})")


def canonical(text: str) -> str:
    """``text`` with every form of marker as ``[1]`` or ``[1, 2]``, before the stop that ends its sentence.

    Knows ``[1]``, ``[1, 2]``, ``[1-3]``, ``【1†source】``, ``(source 2)``, ``[Passage 3]``, ``[^1]`` and raised
    figures. Idempotent, so it can be applied to a growing text.
    """
    marked = _ANY_MARKER.sub(lambda m: _mark(next(group for group in m.groups() if group)), text)
    marked = _SUBJECT.sub(_named, marked)
    marked = _LEADING.sub(r"\1 ", marked)
    marked = _RAISED.sub(lambda m: f" [{int(m.group(1).translate(_SUPERSCRIPT))}]", marked)
    return _AFTER_STOP.sub(lambda m: f" {m.group(2).strip()}{m.group(1)}", marked)


def marked_parts(sentence: str) -> list[str]:
    """The parts of a sentence where each ends with markers of its own, else nothing: ``64 [1], against 57 [3].``"""
    ends = [match.end() for match in re.finditer(rf"(?:\s*{_CANONICAL})+", sentence)]
    if len(ends) < 2 or sentence[ends[-1] :].strip(" .!?"):
        return []
    parts = [_JOINED.sub("", sentence[start:end]) for start, end in pairwise([0, *ends])]
    return parts if all(re.search(r"\w", _MARKER.sub("", part)) for part in parts) else []


def may_be_marker(text: str) -> bool:
    """Whether ``text``, with canonical markers, is nothing but markers and perhaps the beginning of one."""
    return bool(_BEGUN_MARKER.fullmatch(_MARKER.sub("", text)))


def _named(subject: re.Match[str]) -> str:
    return f"{subject['before']}Sources {', '.join(re.findall(r'[0-9]+', subject['marks']))} {subject['reports']}"


def _mark(listed: str) -> str:
    numbers: list[int] = []
    for first, last in re.findall(r"(\d+)(?:\s*[–-]\s*(\d+))?", listed):
        low, high = int(first), int(last or first)
        numbers += range(low, high + 1) if low <= high < low + 20 else [low, high]
    return f"[{', '.join(map(str, dict.fromkeys(numbers)))}]"


# --- the claim inside a sentence ------------------------------------------------------------------

_BULLET = re.compile(r"^\s*(?:(?:[-*+•‣◦▪–—]|\d{1,2}[.)]|#{1,6})\s+)+")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=[\w.!?])[*_](?!\w)|`")
_SUMMARY = r"(?:answer|summary|response)"
_OPENING = (
    r"(?:so|thus|therefore|overall|in summary|in short|to summari[sz]e"
    rf"|(?:final )?{_SUMMARY}|here(?:['’]s| is) (?:the|my|a) (?:\w+ )?{_SUMMARY})\s*[,:]\s*"
)
_ACCORDING = (
    r"(?:according to|as (?:stated|reported|mentioned|noted|described) (?:in|by)|based on|per|from|in)\s+"
    rf"(?:(?:the|these|all|provided|given|above|numbered|available)\s+)*(?:{_SOURCE}|statements)(?:\s+(?:no\.?|number))?"
    rf"(?:\s+(?P<a>{_NUMBERS}))?(?:\s+(?:provided|given|above))?(?:\s*\[(?P<b>\d{{1,3}}(?:, \d{{1,3}})*)\])?\s*[,:]\s*"
)
_SAYS_THAT = (
    rf"(?:the\s+)?{_SOURCE}(?:\s+(?P<c>{_NUMBERS})|\s*\[(?P<d>\d{{1,3}})\])?\s+(?:(?:all|both|also)\s+)?"
    rf"{_REPORTS}\s+(?:that\s+)?"
)
_STATEMENT = (  # with its number alone: documents speak of statements too
    r"(?:(?:according to|as (?:stated|reported) in|based on|per|from|in)\s+)?(?:the\s+)?statements?\s*"
    rf"(?:(?P<e>{_NUMBERS})|\[(?P<f>\d{{1,3}}(?:, \d{{1,3}})*)\])"
    rf"\s*(?:[,:]|(?:(?:all|both|also)\s+)?{_REPORTS}(?:\s+that)?)\s*"
)
_ENDING = re.compile(  # what is left of ", according to statements [1] and [2]" without its markers
    r",?\s*\b(?:according to|as (?:stated|reported|mentioned|noted|described|seen|shown) (?:in|by)|based on|per)\s+"
    rf"(?:the\s+)?(?:{_SOURCE}|statements?)(?:,|\s+and\b)*\s*(?=[.!]?$)",
    re.IGNORECASE,
)
_FRAME = re.compile(rf"^(?:{_OPENING})?(?:{_ACCORDING}|{_SAYS_THAT}|{_STATEMENT})?", re.IGNORECASE)


def claim_in(sentence: str, known: Iterable[int] = ()) -> tuple[str, set[int]]:
    """The claim of a sentence without markers, bullets, emphasis and "According to passage 2,"; and what it cites.

    ``sentence`` has canonical markers. ``known`` are the numbers of the passages; ``(2)`` at the end is a citation only
    if there is a passage with that number.
    """
    bare = _BARE_MARKER.search(sentence)
    if bare and {int(n) for n in re.findall(r"\d+", bare.group(1))} <= set(known):
        sentence = sentence[: bare.start()] + _mark(bare.group(1)) + sentence[bare.end() :]
    text = _EMPHASIS.sub("", _BULLET.sub("", sentence)).strip()
    frame = _FRAME.match(text)
    named, rest = (frame.groupdict().values(), text[frame.end() :]) if frame else ((), text)
    cited = [*(group for group in named if group), *(match.group(1) for match in _MARKER.finditer(rest))]
    claim = " ".join(_MARKER.sub("", rest).split())
    claim = _ENDING.sub("", re.sub(r"\s+([.,;:!?])", r"\1", claim))
    claim = re.sub(r"(?<=\w)\.\.$", ".", claim)  # "at 7 a.m. [1]." has two stops
    if claim != text and claim[:1].islower():
        claim = claim[0].upper() + claim[1:]
    return claim, {int(n) for listed in cited for n in re.findall(r"\d+", listed)}


# --- sentences that claim nothing -----------------------------------------------------------------

_SMALL_TALK = re.compile(
    "|".join(
        (
            r"(?:sure|certainly|of course|okay|ok|great question|hello|hi)\b[^\d]{0,40}",
            r"(?:i )?hope (?:this|that|it) helps\b.{0,40}",
            r"(?:please )?(?:let me know|feel free)\b.{0,80}",
            r"(?:here(?:['’]s| is| are)|this is|below (?:is|are)|the following (?:is|are))\b[^:.\d]{0,40}"
            r"(?:answer|summary|response|points?|facts?|sentences?)"
            r"(?: (?:to|from|for|based on|of|using|in)\b[^:.]{0,60})?\s*[:.]?",
            rf"(?:the )?(?:final )?(?:answer|summary|response|{_SOURCE}|question|note|explanation|conclusion)s?\s*:?",
            rf"(?:based on|according to)\b[^.\d]{{0,60}}\b{_SOURCE}\s*[:,.]?",
            r"(?:this|that|it|which)(?: (?:information|answer|fact))? (?:is|was|can be)(?: also| all)? (?:stated|said"
            r"|reported|mentioned|found|confirmed|supported|given|noted|seen|shown|provided|based|taken)"
            rf" (?:in|by|on|from) (?:the )?(?:{_SOURCE}|statements?)(?:,? and)*\s*[:,.]?",
        )
    ),
    re.IGNORECASE,
)
_DOCUMENTS = (
    r"(?:the |these |this |any of the |provided |given |available |numbered )*"
    rf"(?:{_SOURCE}|context|information|excerpts?)"
)
_REFUSAL = re.compile(
    "|".join(
        (
            r"\bnot (?:in|(?:mentioned|stated|specified|provided|given|found|available|contained|covered|addressed"
            rf"|answered|clear|described) (?:in|by|from)) {_DOCUMENTS}\b",
            rf"\b{_DOCUMENTS}\s+(?:\[[\d, ]+\]\s*)?(?:provided |given |above )?(?:do|does|did)(?:\s+not|n['’]t)\s+"
            r"(?:\w+ly\s+)?(?:contain|mention|say|provide|state|specify|include|hold|give|answer|address|cover|indicate"
            r"|explain|tell|discuss|have)\b",
            r"\b(?:there is|there['’]s|i (?:have|find|found|see)|contains?)\s+(?:no|not enough|insufficient)\s+"
            r"(?:\w+\s+)?(?:information|mention|context)\b",
            r"\bi (?:cannot|can['’]?t|could not|couldn['’]t|am unable|am not able|do not know|don['’]t know)\b",
            r"\b(?:insufficient|not enough) (?:information|context)\b",
        )
    ),
    re.IGNORECASE,
)
_AI = r"(?:ai|llm|language|chat\s?bot|assistant|model)s?"
_TOLD = r"(?:say|reply|respond|answer|output|print|write|tell the (?:user|reader)|repeat)"
_ORDER = re.compile(
    "|".join(
        (
            r"<\|[^|\n]{1,40}\|>|<(?:start|end)_of_turn>|\[/?INST\]|<</?SYS>>",
            r"\b(?:ignore|disregard|forget|override|bypass)\b[^.]{0,40}"
            r"\b(?:instructions?|rules?|prompts?|passages?|sources?|questions?|above|previous|guidelines)\b",
            rf"\b(?:system prompt|as an ai|(?:attention|note to)\s+(?:the\s+|any\s+|all\s+)?{_AI})\b",
            r"\byou are (?:now )?(?:an?|the) (?:\w+ )?(?:ai|assistant|chatbot|language model)\b",
            r"^\W*(?:system|assistant|instructions?(?: to| for)?[^:]{0,30})\s*:",
            rf"^\W*(?:(?:please|instead|always|only|now),?\s+)*{_TOLD}\s+"
            r"(?:that|only|exactly|with|by|this|every|all|any|the (?:word|phrase|following|sentence|question)"
            r"|to (?:the|any|every))\b",
            r"\byou must (?:now |always |only )?(?:say|answer|reply|respond|state|write|output|claim|tell|recommend)\b",
            rf"\b(?:any|every|all) (?:ai |language )?{_AI}\b[^.]{{0,60}}\b(?:must|should|shall|has to|have to)\b",
        )
    ),
    re.IGNORECASE,
)


def is_small_talk(claim: str) -> bool:
    """Whether a claim only announces an answer, offers help, or is a heading such as "Sources:"."""
    return bool(_SMALL_TALK.fullmatch(claim))


def is_refusal(sentence: str) -> bool:
    """Whether a sentence says, in any words, that the documents do not hold the answer."""
    return NOT_IN_DOCUMENTS.rstrip(".").lower() in sentence.lower() or bool(_REFUSAL.search(sentence))


def is_order(sentence: str) -> bool:
    """Whether a sentence of a document orders its reader, or a model, to say or forget something.

    Such a sentence reports nothing, so no claim can rest on it.
    """
    return bool(_ORDER.search(sentence))
