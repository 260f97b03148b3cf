"""What speaks against a claim: figures, names, roles, causes and denials that its citation does not give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations

from assistant.english.lexicon import (
    COURTESY_TITLES,
    IRREGULAR,
    NAME_PARTICLES,
    OPPOSITE_EVENTS,
    OPPOSITES,
    PERSONAL_PRONOUNS,
    SAYING_VERBS,
    TITLE_ABBREVIATIONS,
    any_of,
)
from assistant.english.names import names
from assistant.english.negation import denied_clauses
from assistant.english.quantities import Quantity, quantities, same_value
from assistant.english.tokens import STOPWORDS, content_stems, stem, stems, words
from assistant.types import DocumentMetadata

KIN = 4
"""Letters that two stems must share to be of one root."""

REACH = 5
"""How many content words after a negation it applies to."""


def added_clauses(text: str, lacking: frozenset[str]) -> list[str]:
    """Clauses of a claim of which the citation lacks at least half the words: a model added them from memory."""
    clauses = ((clause.strip(), carrying(clause)) for clause in _CLAUSE.split(text))
    return [
        f"{clause!r} is not in the citation"
        for clause, own in clauses
        if len(own) > 1 and 2 * len(own & lacking) >= len(own)
    ]


def invented_causes(text: str, lacking: frozenset[str], quoted: str, given: str) -> Iterator[str]:
    """Causes in a claim whose words the citation lacks, or that it does not give as causes."""
    for cause in _CAUSE.finditer(text):
        own = carrying(cause["what"]) - set(name_stems(given))
        if own and 2 * len(own & lacking) >= len(own):
            yield f"the cause {cause['what'].strip(' .,')!r} is not in the citation"
        elif not given and not _LINK.search(quoted):
            yield "the citation gives no cause"


def swapped_roles(text: str, quoted: str) -> Iterator[str]:
    """Verbs between two names that stand the other way round in the citation: "A sued B" for "B sued A"."""
    there = set(_relations(quoted))
    for one, verb, other in _relations(text):
        if (other, verb, one) in there and (one, verb, other) not in there:
            yield "who does what to whom is the other way round in the citation"


def deed(text: str) -> tuple[str, str] | None:
    """The name that a claim begins with and the past verb right after it: "Pakistan", "accused"."""
    found = _DEED.match(text)
    return (found["who"], found["verb"]) if found else None


def done_to(who: str, quoted: str, start: int) -> bool:
    """Whether a citation names ``who`` only behind ``start``, and each time as whom or what it is done to."""
    at = [found.start() for found in re.finditer(rf"\b{re.escape(who)}\b", quoted)]
    return bool(at) and all(start < place and _TO_WHOM.search(quoted, 0, place) for place in at)


def _relations(text: str) -> Iterator[tuple[str, str, str]]:
    """A name, a word after it and a name behind that, as stems; in the passive the other way round."""
    opening = _OPENING.match(text)
    found = [(name.start, name.end) for name in names(text)]
    if opening and not any(start <= opening.start(1) < end for start, end in found):
        found.insert(0, opening.span(1))
    named = [(start, end, stem(text[start:end].split()[-1])) for start, end in found]
    for (_, end, one), (start, _, other) in combinations(named, 2):
        between = text[end:start]
        passive = re.search(r"\bby\s+(?:\w+\s+){0,2}$", between)
        for verb in content_stems(between):
            yield (other, verb, one) if passive else (one, verb, other)


def has_kin(root: str, others: Iterable[str]) -> bool:
    """Whether one of two stems goes on where the other ends: "serv" and "servic"."""
    return any(
        min(len(root), len(other)) >= KIN and (root.startswith(other) or other.startswith(root)) for other in others
    )


def names_others(quoted: str, told: str) -> bool:
    """Whether a citation names somebody or something that is not ``told``."""
    known = set(name_stems(told))
    return any(not set(name_stems(name.text)) & known for name in names(quoted))


def opposites(text: str, quoted: str) -> Iterator[tuple[str, str]]:
    """Words of a claim whose opposite is in the citation, with that opposite, if neither text has both words."""
    ours, theirs = set(stems(text)), set(stems(quoted))
    for one, other in _OPPOSITES:
        if one in ours and other in theirs and one not in theirs and other not in ours:
            yield one, other


def carrying(text: str) -> frozenset[str]:
    """Stems of the words that carry a claim's meaning, apart from its figures, which are compared by value."""
    bare = "".join(" " * (b - a) if i % 2 else text[a:b] for i, (a, b) in enumerate(_outside(text)))
    bare = re.sub(r"\s['’]s\b", " ", bare)  # the ending of a figure: "Sunday's"
    return frozenset(_SAME.get(root, root) for root in content_stems(bare) if root not in _COURTESIES)


def _outside(text: str) -> Iterator[tuple[int, int]]:
    """The spans of ``text`` that are outside its figures and those of its figures, alternating."""
    at = 0
    for figure in quantities(text):
        yield at, figure.start
        yield figure.start, figure.end
        at = figure.end
    yield at, len(text)


def denied(text: str) -> set[str]:
    """Stems of the words that a negation is about: the next few of its clause."""
    return {root for clause in denied_clauses(text) for root in content_stems(clause)[:REACH]}


def name_stems(text: str) -> list[str]:
    """Stems, titles written out and verbs in one form, without Mr. and the like: "Capt. Vosk" is "Captain Vosk"."""
    return [_SAME.get(root, root) for root in stems(text) if root not in _COURTESIES]


def without_source(text: str, metadata: DocumentMetadata, context: str) -> str:
    """A claim without its document's name and its context: ``Herald, 14 March: ...``, ``..., as per the Herald``."""
    names_of = (metadata.label, metadata.byline, metadata.publisher, metadata.title)
    named = rf"(?:the\s+)?(?:{'|'.join(re.escape(name) for name in names_of if name)})"
    within = rf"(?:,?\s*{re.escape(context)})?" if context else ""
    says = rf"(?:,?\s+(?:also\s+)?{any_of(SAYING_VERBS)}\b(?:\s+that\b)?|[,:])"
    before = rf"^\W*(?:according to\s+)?{named}{within}{says}\s*"
    after = rf",?\s*\(?\b(?:according to|as per|per|as (?:reported|stated) by)\s+{named}\)?(?=\W*$)"
    bare = re.sub(after, "", re.sub(before, "", text, flags=re.IGNORECASE), flags=re.IGNORECASE)
    return bare if re.search(r"\w", bare) else text


def attributes_to(name: str, text: str) -> bool:
    """Whether a claim mentions ``name`` only as the one who says it."""
    said = rf"{re.escape(name)}(?:['’]s)?\s+(?:also\s+)?{any_of(SAYING_VERBS)}\b"
    return bool(
        re.search(rf"\b(?:according to|reported by|told)\s+(?:the\s+)?{re.escape(name)}|{said}", text, re.IGNORECASE)
    )


def figure_faults(text: str, quoted: str, metadata: DocumentMetadata, given: str) -> Iterator[tuple[str, bool]]:
    """Figures of a claim that the citation does not give, or gives to something else, and whether that rules it out."""
    there = quantities(quoted)
    asked = quantities(given)
    said = quantities(text)
    others = {q.kind for q in there if not any(same_value(q, one) for one in said)}
    about = quantities(f"{metadata.byline} {metadata.title}")
    spans: list[tuple[int, int]] = []
    for figure in said:
        spans.append((figure.start, figure.end))
        same = [
            other for other in there if states(other, figure, metadata.published) or _part_of(other, figure, quoted)
        ]
        if same:
            if figure.kind == "number" and _swapped(figure, same, there):
                yield f"{figure.text!r} counts something else in the citation", False
        elif any(states(other, figure) for other in about):
            if not set(stems(metadata.publisher or metadata.title)) & set(stems(text)):
                yield f"{figure.text!r} is only in the heading of the document", False
        elif (figure.value == 2 and _BOTH.search(quoted)) or (
            figure.kind not in others and any(states(other, figure) for other in asked)
        ):
            continue
        else:
            vague = isinstance(figure.value, tuple) and not any(figure.value)
            yield f"{figure.text!r} is not in the citation", not vague
    digits = set(_DIGITS.findall(f"{quoted} {metadata.byline} {metadata.title}"))
    for match in _DIGITS.finditer(text):
        if not any(a <= match.start() and match.end() <= b for a, b in spans) and match.group() not in digits:
            yield f"{match.group()!r} is not in the citation", True
    for vague in _VAGUE.findall(text):
        if vague.lower() not in quoted.lower():
            yield f"{vague!r} is not in the citation", False


def states(there: Quantity, said: Quantity, published: date | None = None) -> bool:
    """Whether a figure of a document states one of a claim. The claim's date may be less precise, but not more.

    A year that the document leaves out is the year of publication. Weekdays and relative dates are compared as words.
    """
    if not same_value(said, there):
        return False
    if not isinstance(said.value, tuple) or not isinstance(there.value, tuple):
        return True
    if not any(said.value):
        return bool(set(stems(said.text)) & set(stems(there.text)))
    year, month, day = there.value
    if year is None and any(there.value) and published is not None:
        year = published.year
    return all(a is None or a == b for a, b in zip(said.value, (year, month, day), strict=True))


def torn_figures(text: str, quoted: str) -> Iterator[str]:
    """Figures of a claim that the citation gives on one side of "while" or "but", and all else of it on the other."""
    sides = _CONTRAST.split(quoted)
    if len(sides) < 2:
        return
    said, held = carrying(text), [carrying(side) for side in sides]
    for figure in quantities(text):
        own = [any(states(other, figure) for other in quantities(side)) for side in sides]
        here = [len(said & words_of) for words_of, has in zip(held, own, strict=True) if has]
        there = [len(said & words_of) for words_of, has in zip(held, own, strict=True) if not has]
        if here and not any(here) and max(there, default=0) > 1:
            yield f"{figure.text!r} stands in another part of the citation"


def half_borne(text: str, quoted: str) -> Iterator[str]:
    """What a claim says of "both A and B" where the citation has nothing of one of them."""
    held = frozenset(content_stems(quoted)) | frozenset(name_stems(quoted))
    if _SEVERAL.search(quoted):
        return
    for pair in _BOTH_AND.finditer(text):
        for part in pair.groups():
            if (own := carrying(part)) and not own & held:
                yield f"{part!r} is not in the citation"


def asked_deeds(text: str, quoted: str, given: str) -> frozenset[str]:
    """Roots of past verbs that a claim with a figure or a cause has from the question alone: "4,000 workers voted"."""
    if not _CAUSE.search(text) and not any(q.kind in ("number", "percent", "money") for q in quantities(text)):
        return frozenset()
    past = {stem(w.text) for w in words(text) if w.text.islower() and w.text.endswith("ed")}
    return frozenset(past & set(stems(given)) - set(stems(quoted)))


def _swapped(said: Quantity, same: Sequence[Quantity], there: Sequence[Quantity]) -> bool:
    """Whether the citation gives another number for what the claim's number counts."""
    unit = _unit(said)
    if not unit or any(unit & _unit(other) for other in same):
        return False
    return any(unit & _unit(other) for other in there if other not in same)


def _part_of(part: Quantity, said: Quantity, quoted: str) -> bool:
    """Whether a number has the claim's unit from the figure it is a part of: "1.3 million crowns, of which 400,000"."""
    before = quoted[: part.start]
    if (part.kind, part.value) != ("number", said.value) or not _OF_WHICH.search(before):
        return False
    return (said.kind, said.unit) == next(((q.kind, q.unit) for q in reversed(quantities(before))), None)


def _unit(figure: Quantity) -> frozenset[str]:
    return frozenset(stem(w.text) for w in words(figure.unit) if w.text not in STOPWORDS)


def stand_together(parts: Sequence[str], held: Sequence[str], window: int = 6) -> bool:
    """Whether all parts of a name are close together somewhere in the citation."""
    wanted = set(parts)
    reach = max(window, len(parts) + 2)
    return any(wanted <= set(held[at : at + reach]) for at, root in enumerate(held) if root in wanted)


# --- words that decide ---------------------------------------------------------------------------

ATTRIBUTES = re.compile(rf"^\W*[\w'’.\-]+(?:\s+(?:also|has|had|have))?\s+{any_of(SAYING_VERBS)}\b")
WORDLIKE = re.compile(r"(?:ing|ed|ly|tion|sion|ment|ness|ity|ists?|ics|ials?|ances?|ences?|[^s]s)$")
VERBAL = re.compile(
    r"\b(?:is|are|was|were|has|have|had|be|been|will|would|said|says|reported|reports)\b", re.IGNORECASE
)
_VAGUE = re.compile(
    r"\b(?:dozens|hundreds|thousands|millions|billions|trillions|half|double|twice|triple)\b", re.IGNORECASE
)
_DEED = re.compile(r"\W*(?P<who>[A-Z][\w'’]+(?:\s[A-Z][\w'’]+)*)\s(?P<verb>[a-z]+ed)\b")
_TO_WHOM = re.compile(r"\b(?:of|against|on|at|to|with|from|for|upon)\s(?:the\s)?$", re.IGNORECASE)
_OPENING = re.compile(r"\W*([A-Z][\w'’]+)")
_DIGITS = re.compile(r"\d+(?:[.,:–-]\d+)*")  # scores and ranges too: "2-1"
_CLAUSE = re.compile(r"[,;:—–]|\b(?:and|but|which|who|while|whereas|because|although|after|before|when)\b")
_CAUSE = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|thanks to|caused by|as a result of|in order to)\b(?P<what>[^,;:]*)",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\b(?:because|since|due|owing|thanks|caus\w+|result\w*|reason\w*|led|lead\w*|trigger\w*|blam\w+|after|over|following"
    r"|as|so|therefore|to|for|from|by|with)\b",
    re.IGNORECASE,
)
_CONTRAST = re.compile(r";|,?\s+\b(?:while|whereas|but|although|though)\b", re.IGNORECASE)
_BOTH_AND = re.compile(r"\bboth\s+([^,;.]{2,40}?)\s+and\s+(\w+(?:\s+\w+)?)", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:both|two|sides?|each|either|neither|all)\b", re.IGNORECASE)
_OF_WHICH = re.compile(r"\bof (?:which|these|those|them|that)\s(?:\w+\s){0,2}$", re.IGNORECASE)
_BOTH = re.compile(r"\b(?:both|pair|twice|couple|either|neither)\b", re.IGNORECASE)
_OPPOSITES = tuple((stem(one), stem(other)) for one, other in OPPOSITES + OPPOSITE_EVENTS)
PRONOUN = re.compile(rf"\b{any_of(PERSONAL_PRONOUNS)}\b", re.IGNORECASE)
_COURTESIES = frozenset(map(stem, COURTESY_TITLES))
_SAME = {stem(form): stem(word) for form, word in (*TITLE_ABBREVIATIONS.items(), *IRREGULAR.items())}
LIGHT = frozenset(map(stem, "people person persons total number amount exactly roughly approximately around".split()))
"""Words of a claim that say nothing which a citation would have to bear out."""

JOINING = frozenset(map(stem, (*NAME_PARTICLES, "and")))
