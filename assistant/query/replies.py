"""Replies to an answer as a whole: "Are you sure?", "Explain that more", "Who says so?"."""

from __future__ import annotations

import re

from assistant.query.conversation import Exchange, background, topic, without_links
from assistant.query.courtesy import without_lead

_I = re.IGNORECASE
_DOUBTS = re.compile(
    r"(?:are|r) (?:you|u) (?:really |quite |very )?(?:sure|certain|positive)(?: (?:about|of) (?:that|this|it))?"
    r"|(?:is|was) (?:that|this|it) (?:really |actually )?(?:right|true|correct|so|the case)|really|seriously|for real"
    r"|(?:say|repeat|tell me) (?:that|it)(?: to me)?(?: (?:again|once more))?|(?:come )?again|pardon"
    r"|(?:can|could) you (?:say|repeat) (?:that|it)(?: again)?|(?:double|re)[ -]?check(?: (?:that|this|it))?|no way"
    r"|(?:where|which page) does it say (?:that|this|so)"
    r"|(?:where|which page) (?:is|was) (?:that|this|it) (?:written|on|from|said|stated)"
    r"|(?:on )?(?:what|which) page(?: (?:is|was) (?:that|this|it)(?: on)?)?",
    _I,
)
_SHORTER = re.compile(
    r"(?:summari[sz]e|sum up|recap|shorten|rephrase|simplify|say|put|explain) (?:that|this|it|your answer|the answer)"
    r"(?: (?:again|up))?(?:,? (?:please|briefly|shortly|simply|more simply|in (?:short|brief|other words|simple(?:r)? "
    r"(?:words|terms)|plain (?:words|english)|(?:one|a|two|three|\d+|fewer|a few) (?:\w+ )?"
    r"(?:sentences?|words?|lines?|points?)|(?:a|one) nutshell)))*"
    r"|(?:shorter|briefly|in short|in (?:one|a) (?:sentence|nutshell))(?: please)?",
    _I,
)
_MORE = re.compile(
    r"(?:(?:can|could) you )?(?:please )?(?:(?:tell|give) (?:me|us) )?(?:some |a (?:bit|little) )?(?:more|further)"
    r"(?: (?:details?|information|info|about|on))*(?: (?:that|this|it))?"
    r"|(?:(?:can|could) you )?(?:please )?(?:explain|elaborate|expand|describe|clarify|go (?:on|into))"
    r"(?: (?:on|upon|about|that|this|it|a bit|a little|more|further|in (?:more )?detail|into (?:more )?detail))*"
    r"|(?:any|some)thing (?:else|more)(?: (?:about|on) (?:that|this|it))?|what else(?: is there)?|keep going|continue"
    r"|how so|what do you mean(?: by (?:that|this))?|what does (?:that|this) mean",
    _I,
)
_SOURCE = re.compile(
    r"(?:says? who|(?:and )?who (?:said|says|claims|claimed|states|stated)(?: (?:so|that|this|it))?"
    r"|who (?:told|reported|wrote|confirmed) (?:so|you)|according to (?:who|whom|what|which source)"
    r"|(?:where|who) did you (?:get|find|read|hear) (?:that|this|it)(?: from)?"
    r"|(?:what|which) (?:is|was) (?:the|your) source(?: (?:for|of) (?:that|this))?"
    r"|(?:how|where) do you know(?: (?:that|this))?)",
    _I,
)


def replied(question: str, last: Exchange) -> str:
    """The question that a reply to the last answer means; empty if it is not such a reply."""
    return _asked_again(question, last) or _asked_for_more(question, last) or _asked_for_source(question, last)


def _asked_again(question: str, last: Exchange) -> str:
    """ "Are you sure?", "Say that again", "Summarize that in one sentence": the same question again."""
    bare = without_lead(without_links(question))
    return last.question if _DOUBTS.fullmatch(bare) or _SHORTER.fullmatch(bare) else ""


def _asked_for_more(question: str, last: Exchange) -> str:
    """ "Explain that more": more about the topic of the last question."""
    bare = without_lead(without_links(question))
    about = topic(last) if _MORE.fullmatch(bare) else ""
    return f"Tell me more about {about}" if about else ""


def _asked_for_source(question: str, last: Exchange) -> str:
    """ "Who says so?": who says what the answer states, or what was asked."""
    if not _SOURCE.fullmatch(without_links(question)):
        return ""
    if last.claim:
        return f"Who said that {last.claim}?"
    known = background(last)
    return f"Who said so, {known}?" if known else ""
