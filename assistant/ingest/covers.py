"""Cover pages: the authors below a title, and values that stand above their labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.types import Block, BlockKind

AUTHORS = "Authors, who wrote this paper"
"""What introduces the names below a title."""

_HEAD_BLOCKS = 8  # from the start of a document in which its authors are looked for
_MOST_AUTHORS_TEXT = 1_500  # characters
_MOST_VALUE = 120  # characters of a value that stands above its label
_CLOSED = tuple(".!?…:;,。：")
_SHOWN: frozenset[BlockKind] = frozenset({"heading", "paragraph", "item"})


def with_covers(text: str, blocks: Sequence[Block]) -> list[Block]:
    """``blocks`` with the authors below the first heading as an item, and values above their labels as fields."""
    first = next((at for at, block in enumerate(blocks) if block.kind == "heading"), len(blocks))
    named = [
        _as_authors(block) if first < at < _HEAD_BLOCKS and _are_authors(text, block) else block
        for at, block in enumerate(blocks)
    ]
    return list(_labeled_from_below(text, named))


# --- authors --------------------------------------------------------------------------------------

_MARKS = re.compile(r"[\d∗*†‡§¶‖#\u00b9\u00b2\u00b3\u2070-\u2079\u02c0-\u02df✉]+|\([^\w()]*\)")
_BY = re.compile(r"(?:written )?by:?\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:[,;|·•]|\band\b|&)\s*")
_NAME = re.compile(
    r"[A-ZÀ-ÞŁŚŻŠŽČ][\w'’.-]*(?: (?:[A-ZÀ-ÞŁŚŻŠŽČ][\w'’.-]*|(?:de|da|del|der|den|van|von|di|bin|al|el|la|le)))+"
)
_MOST_WORDS = 5  # of a name
_NOT_NAMES = re.compile(
    r"\b(?:Inc|Ltd|LLC|Corp|Company|University|Institute|Department|School|College|Center|Centre|Street|Road|Avenue|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|Table|Figure|Page|Version|"
    r"United|States|The|New|North|South|East|West|San|Los|Saint)\b"
)

_NO_PERSON = re.compile(r"\w{3}(?:ing|ions?|ments?|logy|logies|ness|ics|ances?|ences?|ware|ity|ities|tems?|ports?)\b")


def _are_authors(text: str, block: Block) -> bool:
    """Whether a block lists people: two names or more, or one behind "by"."""
    if block.kind not in ("paragraph", "heading") or block.end - block.start > _MOST_AUTHORS_TEXT:
        return False
    first, *rest = text[block.start : block.end].split("\n", 1)
    if rest and len(first.split()) == 1:
        return False  # a label above names
    said = " ".join(_MARKS.sub(" ", text[block.start : block.end]).split())
    by = _BY.match(said)
    parts = [part for part in _BETWEEN.split(said[by.end() :] if by else said) if part.strip(" .")]
    people = [part for part in parts if _is_person(part)]
    few = len(parts) < 3 and not by
    if few and _NO_PERSON.search(said):  # "Training and Evaluation Systems"
        return False
    return len(people) >= (1 if by else 2) and 4 * len(people) >= 3 * len(parts)


def _is_person(said: str) -> bool:
    return bool(_NAME.fullmatch(said)) and len(said.split()) <= _MOST_WORDS and not _NOT_NAMES.search(said)


def _as_authors(block: Block) -> Block:
    return block.model_copy(update={"kind": "item", "level": 1, "lead_in": AUTHORS})


# --- labels below ---------------------------------------------------------------------------------

_LABEL_BELOW = re.compile(r"\(([A-Z][\w’']* [^()]{4,110})\)")


def _labeled_from_below(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """A short line above its label is a field: ``Ranger Ltd`` above "(Exact name of registrant)"."""
    labels = [_LABEL_BELOW.fullmatch(text, block.start, block.end) for block in blocks]
    values = [block.kind in _SHOWN and _may_be_value(text[block.start : block.end]) for block in blocks]
    for at, block in enumerate(blocks):
        below = labels[at + 1] if at + 1 < len(blocks) else None
        if below and values[at]:
            yield block.model_copy(update={"kind": "field", "level": 0, "lead_in": " ".join(below[1].split())})
        elif at and labels[at] and values[at - 1] and block.kind in _SHOWN:
            yield block.model_copy(update={"kind": "furniture", "level": 0})
        else:
            yield block


def _may_be_value(said: str) -> bool:
    named = not said.endswith(_CLOSED) or (said.endswith(".") and len(said.split()) <= _MOST_WORDS)  # "Ranger Inc."
    return len(said) <= _MOST_VALUE and named and not _LABEL_BELOW.fullmatch(said)
