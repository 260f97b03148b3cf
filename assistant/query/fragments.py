"""Fragments that modify the previous question: "Until when?", "What about India?", "And in 2022?"."""

from __future__ import annotations

import re

from assistant.english.lexicon import (
    ASKING_WORDS,
    AUXILIARIES,
    IMPERATIVES,
    MONTH_NAMES,
    OPPOSITES,
    PREPOSITIONS,
    any_of,
)
from assistant.english.phrases import CLAUSE, phrases
from assistant.english.quantities import Quantity, dates_in, is_vague, quantities
from assistant.english.tokens import fold, is_stopword, words
from assistant.query.conversation import Exchange, background, person_in, referent, topic, without_links

_I = re.IGNORECASE
_ASKING = any_of(ASKING_WORDS)
_AUX = any_of(AUXILIARIES)
_PREPOSITION = any_of(PREPOSITIONS)
_ORDERS = any_of(IMPERATIVES)
_AGAIN = re.compile(
    rf"((?:{_PREPOSITION} )?(?:where|when|why|(?:what|which|how) (?!many\b|much\b|old\b)[\w-]+)(?: from| exactly)?)"
    r"(?: (?:is|was) (?:that|this))?",
    _I,
)
_ATTRIBUTE = re.compile(
    r"(?P<whose>his|her|its|their) (?P<what>(?:[\w-]+ ){0,2}(?:age|name|address|number|phone|telephone|mobile|e-?mail"
    r"|extension|birthday|birthplace|nationality|job|role|title|position|salary|pay|height|weight|size|length|colour"
    r"|color|price|cost|date|owner|capital|population))",
    _I,
)
_NAMED = r"[A-Z][\w-]*"
_OTHER = re.compile(r"(?:the other(?: one| ones| two)?|the others|the second(?: one)?)", _I)
_THE_OTHER = re.compile(r"the other(?: one\b| (?P<noun>(?!one)[a-z]+)(?=$| [a-z]+ed\b)|$)", _I)
_NAMED_THING = re.compile(rf"(?<= )(?P<name>{_NAMED}(?: {_NAMED})*)(?: (?P<kind>[a-z]+))?(?!['’])")
_ONE = re.compile(r"the (?:other|(?P<which>(?!other|same|first|second|last)[a-z]+)) one", _I)
_PAIRS = {**dict(OPPOSITES), "old": "new", "new": "old", "first": "second", "second": "first"}
_KIND = re.compile(rf"the ({_NAMED}(?: {_NAMED})*) [a-z]+(?: [a-z]+)*")
_STEPS = {"before": -1, "previous": -1, "prior": -1, "preceding": -1, "after": 1, "next": 1, "following": 1}
_STEP = re.compile(
    r"(?:(?:in|for) )?(?:the )?(?:(?P<unit>year|month) (?P<way>before|after)(?: that)?"
    r"|(?P<way2>previous|prior|preceding|next|following) (?P<unit2>year|month))",
    _I,
)


def continues(question: str) -> bool:
    """Whether ``question`` begins with "and", "what about" or the like."""
    return without_links(question) != question.strip().rstrip("?.! ")


def possessive(name: str) -> str:
    """ "Keld's"."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def within(question: str, last: Exchange) -> str:
    """The last question, modified by the fragment ``question``; empty if that is not safe."""
    before = last.asked
    bare = without_links(question)
    attribute = _ATTRIBUTE.fullmatch(bare)
    if attribute and (owner := referent(_kind_of(attribute["whose"]), last)):
        what = attribute["what"]
        return f"What is {possessive(owner)} {what}" if _is_name(owner) else f"What is the {what} of {owner}"
    if dated := _with_date(bare, before):
        return dated
    if continues(question) and bare.lower() in {"he", "she"}:
        person = person_in(last) or (referent("person", last.before) if last.before else "")
        return _exchanged(person, before) if person else ""
    if counterpart := _counterpart(bare, before):
        return counterpart
    if continues(question) and _OTHER.fullmatch(bare):
        return _with_other(bare, before, last)
    if continues(question) and _is_name(bare) and (exchanged := _exchanged(bare, before)):
        return exchanged
    again = _AGAIN.fullmatch(bare)
    if again and (asked := _asked_of(again[1], before, last)):
        return asked
    return _with_fragment(question, bare, before)


def other_asked(question: str, last: Exchange) -> str:
    """ "How long is the weir other than the Heron weir" for "How long is the other one?"; empty if there is no name."""
    found = _THE_OTHER.search(bare := without_links(question))
    named = list(_NAMED_THING.finditer(last.asked))
    if not found or len(named) != 1:
        return ""
    name, kind = named[0]["name"], named[0]["kind"] or ""
    if not any(phrase.endswith(f"{name} {kind}") for phrase in phrases(last.asked)):
        kind = ""  # "When does the Red Maud ripen?"
    noun, name = found["noun"] or kind or "one", f"{name} {kind}".strip()
    # The kind of thing is not known, or only from the name: "the bridge other than the Lund Bridge" is no bridge.
    vague = noun == "one" or (noun in name.lower().split() and not kind)
    other = _paired(name, last) or (f"the other {noun}" if vague else f"the {noun} other than the {name}")
    if found[0] != bare:
        return bare[: found.start()] + other + bare[found.end() :]
    if not continues(question):
        return ""
    told = re.sub(rf"(?:\bthe )?{re.escape(name)}(?!\w|['’])", other, last.asked, count=1)
    return told if told != last.asked else ""


def _paired(name: str, last: Exchange) -> str:
    """What the answer joins with ``name`` by "and" or "or"; empty if it joins nothing."""
    plain = re.escape(name)
    pair = re.search(
        rf"\b{plain} (?:and|or) (?P<after>(?:the )?[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*)"
        rf"|(?P<before>(?:[Tt]he )?[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*) (?:and|or) (?:the )?{plain}\b",
        last.statement,
    )
    return (pair["after"] or pair["before"]) if pair else ""


def _asked_of(asking: str, before: str, last: Exchange) -> str:
    """The previous question with the question words ``asking``: "Until when was the ceasefire reached"."""
    found = CLAUSE.match(before)
    opening = asking[0].upper() + asking[1:]
    # Question words that are the subject or the object of the previous question must not be lost.
    if found and re.match(rf"$|{_PREPOSITION} |where|when|why|how $", found[1], _I):
        return f"{opening} {found[2].lower()} {found[3]}"
    known = background(last)
    said = last.claim if asking.lower() == "why" else known.removeprefix("given that ")
    if said and (said == last.claim or said != known):
        return f"{opening} was it that {said}"
    return f"{opening}, {known}" if known else ""


def _with_fragment(question: str, bare: str, before: str) -> str:
    """The previous question followed by a fragment: "Will Mumm resign, if they vote her out"."""
    condition = bare.lower().startswith("if ")
    verb = re.search(rf"\b{_ASKING}(?:['’ ]|$)|\b{_AUX}\b|^{_ORDERS}\b", bare, _I)
    if not bare or not continues(question) or (verb and not condition):
        return ""
    place = re.match(rf"{_PREPOSITION}\b", bare, _I)
    twice = place and re.search(rf"\b{place[0]}\b", before, _I)
    if twice and place and (made := _with_place(place[0], bare, before)):
        return made
    return before + (" " if place and not twice else ", " if condition else ", and ") + bare


def _with_place(preposition: str, bare: str, before: str) -> str:
    """ "And of the D60?" after "How long is the warranty of the D45?": the phrase behind the same preposition."""
    phrase = rf"{preposition} (?:the )?[\w'’-]+(?: (?:{_NAMED}))*"
    if not re.fullmatch(phrase, bare, _I):
        return ""
    made = re.sub(
        rf"(?<!\w){phrase}$|(?<!\w){preposition} (?:the )?{_NAMED}(?: {_NAMED})*(?=$| {_PREPOSITION}\b)",
        bare,
        before,
        count=1,
    )
    return made if made != before else ""


def _with_date(bare: str, before: str) -> str:
    """The previous question with another date: "What about 2024?", "And the year before?"."""
    old = dates_in(before)
    if not old:
        return ""
    date = old[-1]
    if step := _STEP.fullmatch(bare):
        said = _stepped(date, (step["unit"] or step["unit2"]).lower(), _STEPS[(step["way"] or step["way2"]).lower()])
        return before[: date.start] + said + before[date.end :] if said else ""
    found = re.match(rf"(?:{_PREPOSITION} )?(?:the )?", bare, _I)
    new = quantities(bare)
    whole = found and len(new) == 1 and (new[0].start, new[0].end) == (found.end(), len(bare))
    if not whole or new[0].kind != "date" or is_vague(new[0]):
        return ""
    said, year = new[0].text, date.value[0] if isinstance(date.value, tuple) else None
    if isinstance(new[0].value, tuple) and new[0].value[0] is None and year is not None:
        said = f"{said} {year}"
    return before[: date.start] + said + before[date.end :]


def _stepped(date: Quantity, unit: str, step: int) -> str:
    """The year or month before or after a date; empty if the date does not have one."""
    if not isinstance(date.value, tuple):
        return ""
    year, month, _ = date.value
    if unit == "year" and year is not None and str(year) in date.text:
        return date.text.replace(str(year), str(year + step))
    if unit == "month" and month is not None:
        name = MONTH_NAMES[(month - 1 + step) % len(MONTH_NAMES)].capitalize()
        turned = year + (month + step - 1) // len(MONTH_NAMES) if year is not None else None
        return f"{name} {turned}" if turned is not None else name
    return ""


def _counterpart(bare: str, before: str) -> str:
    """The previous question with "the south pier" for "the north pier": "And the other one?", "The south one?"."""
    found = _ONE.fullmatch(bare)
    for phrase in phrases(before) if found else []:
        told = re.search(r"\bthe ([a-z]+)( [a-z]+)$", phrase)
        if found and told and (new := found["which"] or _PAIRS.get(told[1])):
            return before.replace(told[0], f"the {new}{told[2]}")
    return ""


def _with_other(bare: str, before: str, last: Exchange) -> str:
    """The previous question about the other of two things, with its name if the answer names both."""
    about = topic(last).removeprefix("the ")
    pair = _paired(about, last) if about in before else ""
    return before.replace(about, pair) if pair else f"{before}, and {bare}"


def _exchanged(name: str, before: str) -> str:
    """The previous question with ``name`` as its subject, or as its only name; empty if that is not safe.

    If the previous question has ``name`` in another place, the two are exchanged.
    """
    old = [owner for phrase in phrases(before) if _is_name(owner := _owner(phrase))]
    found = CLAUSE.match(before)
    subjects = [one for one in old if found and re.match(rf"{re.escape(one)}(?!\w|,| (?:and|or|of) )", found[3])]
    kinds = [] if old else [found for phrase in phrases(before) if (found := _KIND.fullmatch(phrase))]
    if len(kinds) == 1:  # "And the Heron?" means the whole "the Grebe skiff", "And Heron?" means "Grebe"
        old = [kinds[0][0] if name.startswith("the ") else kinds[0][1]]
    gives = (subjects or (old if len(old) == 1 else [""]))[0]
    if not gives or fold(gives) == fold(name):
        return ""
    if f"the {gives}" in before:
        name = name.removeprefix("the ")
    places = {gives: name, name: gives}
    either = "|".join(map(re.escape, places))
    made = re.sub(rf"(?<!\w)(?:{either})(?!\w)", lambda match: places[match[0]], before)
    return made if name in made else ""


def _owner(phrase: str) -> str:
    """The name in "Keld's population" or "the population of Keld", else ``phrase``."""
    owner = re.split(r"['’]s? ", phrase)[0]
    return owner if owner[:1].isupper() else owner.split(" of ")[-1]


def _is_name(phrase: str) -> bool:
    """Whether all words of ``phrase`` begin with a capital, except for the article in "the United Nations"."""
    said = [word.text for word in words(phrase.removeprefix("the "))]
    return bool(said) and all(word[0].isupper() and not is_stopword(word) for word in said)


def _kind_of(whose: str) -> str:
    return {"its": "thing", "their": "several"}.get(whose.lower(), "person")
