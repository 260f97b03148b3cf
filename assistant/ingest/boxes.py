"""What forms leave open: boxes that are ticked or not, and fields that nobody filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.types import Block

_BOX = re.compile(
    r"(?<!\S)(?:\[(?P<square>[xX✓✔ _]?)\](?![(\w])|(?P<on>[☑☒☓✅🗹])|☐|\((?P<round>[xX✓ ])\))(?=\s|$|[^\W\d_])"
)
_LABEL = re.compile(r"^.*[:：?]\s*")
_OPEN = re.compile(r"[^:：\n]{1,60}[:：?]?[\s/()*-]*(?:_{2,}|\.{4,}|…{2,})[\s_.…/()€$£%-]*")
BOX = r"\[[xX✓✔ ]\]|[☐☑☒☓✅🗹]|\([xX✓ ]\)"
"""Pattern of a box before its label."""


def is_open_field(said: str) -> bool:
    """Whether a line is a label with room for a value that nobody gave: ``Phone: ____``."""
    return bool(_OPEN.fullmatch(said))


def with_choices(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """``blocks`` with a question and the boxes below it as one item, if some of them are ticked, but not all."""
    boxed = [_is_choice(text, block) for block in blocks]
    blocks = [
        block.model_copy(update={"kind": "item", "level": max(block.level, 1)}) if choice else block
        for block, choice in zip(blocks, boxed, strict=True)
    ]
    at = 0
    while at < len(blocks):
        stop = at + 1
        while stop < len(blocks) and boxed[stop]:
            stop += 1
        block, end = blocks[at], blocks[stop - 1].end
        asks = block.kind in ("item", "paragraph") and text[block.start : block.end].endswith(("?", ":"))
        boxes = list(_BOX.finditer(text, block.end, end)) if asks and end - block.start <= MAX_CHOICE else []
        if {_is_ticked(box) for box in boxes} == {True, False}:
            yield block.model_copy(update={"kind": "item", "level": max(block.level, 1), "end": end})
        else:
            yield from blocks[at:stop]
        at = stop


def _is_choice(text: str, block: Block) -> bool:
    short = block.kind in ("item", "paragraph") and block.end - block.start <= MAX_CHOICE
    return short and bool(_BOX.match(text, block.start))


MAX_CHOICE = 400
"""The most characters of a question with its boxes."""


def box_reading(said: str) -> str:
    """A line with boxes as a person reads it: ``Pets: No`` for ``Pets: ☐ Yes ☒ No``; empty if there are none.

    One box before a label says whether that is ticked: ``Fire door closed: not ticked``.
    """
    boxes = list(_BOX.finditer(said))
    if not boxes:
        return ""
    if len(boxes) == 1 and not said[: boxes[0].start()].strip():
        label = said[boxes[0].end() :].strip()
        return f"{label}: {'ticked' if _is_ticked(boxes[0]) else 'not ticked'}" if label else ""
    head = said[: boxes[0].start()]
    if said[boxes[-1].end() :].strip():  # labels stand behind their boxes
        ends = [*(box.start() for box in boxes[1:]), len(said)]
        labels = [said[box.end() : end] for box, end in zip(boxes, ends, strict=True)]
    else:
        first = _LABEL.sub("", head)
        head = head.removesuffix(first)
        labels = [first, *(said[one.end() : two.start()] for one, two in pairwise(boxes))]
    ticked = [label.strip(" ,;") for label, box in zip(labels, boxes, strict=True) if _is_ticked(box)]
    return f"{head.strip()} {', '.join(ticked)}".strip() if ticked else ""


def _is_ticked(box: re.Match[str]) -> bool:
    return bool(box["on"] or (box["square"] or box["round"] or "").strip(" _"))
