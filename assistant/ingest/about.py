"""What a document is about: the key facts that are stated once at its start and that its parts leave out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from assistant.ingest.inline import strip_markup
from assistant.ingest.parsers.lines import field_of
from assistant.types import Document

MAX_ABOUT = 200
"""Characters of the longest line."""

SEPARATOR = " · "
"""Stands between the facts."""

_HEAD_BLOCKS = 16  # from the start of a document in which fields are looked for
_HEAD = 4_000  # characters from the start in which parties and the period are looked for
_MAX_FACT = 80
_FEW_WORDS = 5
_SHORT = 60  # characters; a longer paragraph is prose, and the facts of a form come before it
_NAME = r"\b[^\W\d_][\w&.'’-]{0,40}(?:,? (?:[A-Z0-9][\w&.'’-]*|&|of|the|de|der|van|von|und|and|y|et)){0,8}"
_PARTY = re.compile(
    rf"(?P<name>{_NAME})[ ]?(?:,[^,()\"“”]{{0,120}},?[ ])?\((?:the |hereinafter |hereafter |each |jointly |together )*"
    r"(?:referred to as |called )?(?:the )?[\"“”'](?P<term>[A-Z][\w /-]{1,30})[\"“”']\)"
)
_DAY = r"[A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]+ \d{4}|\d{4}-\d\d-\d\d"
_PERIOD = re.compile(
    r"\b(?:for the )?(?P<said>(?:(?:fiscal|financial|calendar) (?:year|quarter)|(?:three|six|nine|twelve) months|"
    r"(?:quarterly|annual|reporting|billing|statement) period|year|quarter|period|month)"
    rf" (?:ended|ending|from|of) (?:{_DAY}|[A-Z][a-z]+ \d{{4}})(?:\s?(?:to|until|-|–)\s?(?:{_DAY}))?)"
)
_NAME_LABEL = re.compile(r"(?:exact )?(?:full |legal |company )*name of\b", re.IGNORECASE)
_LITTLE = frozenset("a an and for in is made of on the this to by between with from as at".split())


def about(document: Document) -> str:
    """The form fields at the start, the parties ("Asta Quill (the "Employee")") and the period, on one line.

    For example ``Employer: Norvik Boats Ltd · Employee: Asta Quill``. Empty if the start has no such facts.
    """
    line = ""
    facts = (*_named(document), *_parties(document), *_fields(document), *_period(document))
    for fact in dict.fromkeys(facts):
        longer = f"{line}{SEPARATOR}{fact}" if line else fact
        if len(longer) <= MAX_ABOUT:
            line = longer
    return line


def _named(document: Document) -> Iterator[str]:
    """What stands above "(Exact name of registrant)" on a cover page."""
    for block in document.blocks[: 2 * _HEAD_BLOCKS]:
        if block.kind == "field" and _NAME_LABEL.match(block.lead_in):
            yield " ".join(document.text[block.start : block.end].split())


def _fields(document: Document) -> Iterator[str]:
    """The short fields before the first prose and under the first headings; none in a list of records."""
    head = document.blocks[:_HEAD_BLOCKS]
    labeled = [block for block in head if block.kind == "field" and field_of(document.text[block.start : block.end])]
    introduced = {bool(block.lead_in) for block in labeled}  # by the last line of the record above
    if len(introduced) > 1 or _holds_several(document):
        return
    found: set[str] = set()
    for block in head:
        prose = block.kind in ("paragraph", "quotation", "item") and block.end - block.start > _SHORT
        if prose or (block.kind == "heading" and found):
            return
        if block.kind == "field":
            said = " ".join(strip_markup(document.text[block.start : block.end]).split())
            field = field_of(said)
            if field and field.label in found:
                return
            if field and len(said) <= _MAX_FACT and not said.endswith(("!", "?", ";")) and not _is_sentence(said):
                found.add(field.label)
                yield said


def _holds_several(document: Document) -> bool:
    """Whether several headings are followed by the same first field, as in an archive of messages."""
    firsts = [
        field.label
        for heading, block in pairwise(document.blocks[: 4 * _HEAD_BLOCKS])
        if heading.kind == "heading" and block.kind == "field"
        if (field := field_of(document.text[block.start : block.end]))
    ]
    return len(firsts) > len(set(firsts))


def _is_sentence(field: str) -> bool:
    """Whether the value is a statement, as in a definition, rather than a name."""
    return field.endswith(".") and len(field.split()) > _FEW_WORDS


def _parties(document: Document) -> Iterator[str]:
    for match in _PARTY.finditer(" ".join(document.text[:_HEAD].split())):
        words = match["name"].split()
        while words and (words[0].lower() in _LITTLE or not words[0][0].isupper()):
            words.pop(0)
        if words and words[0][0].isupper():
            yield f"{match['term']}: {' '.join(words).strip(', ')}"


def _period(document: Document) -> Iterator[str]:
    if match := _PERIOD.search(" ".join(document.text[:_HEAD].split())):
        yield match["said"]
