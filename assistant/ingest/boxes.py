"""What forms leave open: boxes that are ticked or not, and fields that nobody filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.types import Block

_BOX = re.compile(
    r"(?<!\S)(?:\[(?P<square>[xX✓✔ _]?)\](?![(\w])|(?P<on>[☑☒☓✅🗹])|☐|\((?P<round>[xX✓ ])\))(?=\s|$|[^\W\d_])"
)
_LABEL = re.compile(r"(?:^|(?<=[:：?.!;]\s))[^:：?.!;]{0,40}$|\S*\s*$")
"""What a box follows, at the end of a line."""
_OPEN = re.compile(r"[^:：\n]{1,60}[:：?]?[\s/()*-]*(?:_{2,}|\.{4,}|…{2,})[\s_.…/()€$£%-]*")
BOX = r"\[[xX✓✔ ]\]|[☐☑☒☓✅🗹]|\([xX✓ ]\)"
"""Pattern of a box before its label."""


_YES_OR_NO = re.compile(rf"\s*(?:(?:{BOX})?\s*(?:yes|no)\b\s*(?:{BOX})?[\s,]*){{2}}", re.IGNORECASE)


def is_box(marker: str) -> bool:
    """Whether a marker of an item is a box."""
    return bool(re.fullmatch(BOX, marker))


def is_open_field(said: str) -> bool:
    """Whether a line is a label with room for a value that nobody gave: ``Phone: ____``."""
    return bool(_OPEN.fullmatch(said))


def with_choices(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """``blocks`` with a question and the boxes below it as one item, if some of them are ticked, but not all."""
    boxed = [_is_choice(text, block) for block in blocks]
    blocks = [
        block.model_copy(update={"kind": "item", "level": max(block.level, 1)})
        if choice or _has_choices(text, block)
        else block
        for block, choice in zip(blocks, boxed, strict=True)
    ]
    at = 0
    while at < len(blocks):
        stop = at + 1
        while stop < len(blocks) and boxed[stop]:
            stop += 1
        block, end = blocks[at], blocks[stop - 1].end
        asks = block.kind in ("item", "paragraph") and text[block.start : block.end].endswith(("?", ":"))
        asks = asks or (stop == at + 2 and bool(_YES_OR_NO.fullmatch(text, block.end, blocks[at + 1].end)))
        boxes = list(_BOX.finditer(text, block.end, end)) if asks and end - block.start <= MAX_CHOICE else []
        if {_is_ticked(box) for box in boxes} == {True, False}:
            yield block.model_copy(update={"kind": "item", "level": max(block.level, 1), "end": end})
        elif stop == at + 1 and _is_open_item(text, block, blocks[stop] if stop < len(blocks) else None):
            yield block.model_copy(update={"kind": "furniture", "level": 0})
        else:
            yield from blocks[at:stop]
        at = stop


def _is_open_item(text: str, block: Block, after: Block | None) -> bool:
    """Whether a numbered item is a label without a value: "2. Phone:"."""
    last = after is None or (after.kind == "item" and after.level <= block.level)
    return block.kind == "item" and last and bool(_OPEN_ITEM.fullmatch(text, block.start, block.end))


_OPEN_ITEM = re.compile(r"\(?\d{1,2}[.)]\s+[^:：\n]{1,60}[:：]")


def _is_choice(text: str, block: Block) -> bool:
    """Whether a block begins with a box."""
    short = block.kind in ("item", "paragraph") and block.end - block.start <= MAX_CHOICE
    return short and bool(_BOX.match(text, block.start) or _YES_OR_NO.fullmatch(text, block.start, block.end))


def _has_choices(text: str, block: Block) -> bool:
    """Whether a paragraph has several boxes."""
    if block.kind != "paragraph" or block.end - block.start > MAX_CHOICE:
        return False
    return len(_BOX.findall(text, block.start, block.end)) > 1


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
        first = match[0] if (match := _LABEL.search(head)) else head
        head = head.removesuffix(first)
        labels = [first, *(said[one.end() : two.start()] for one, two in pairwise(boxes))]
    options = [(label.strip(" ,;"), _is_ticked(box)) for label, box in zip(labels, boxes, strict=True)]
    ticked = ", ".join(label for label, is_on in options if is_on)
    others = ", ".join(label for label, is_on in options if not is_on)
    whole = f"{head.strip()} {ticked}{f'; unticked: {others}' if others and len(boxes) > _EITHER else ''}"
    return whole.strip() if ticked else ""


_EITHER = 2  # boxes; of a pair the one that is ticked says all


def _is_ticked(box: re.Match[str]) -> bool:
    return bool(box["on"] or (box["square"] or box["round"] or "").strip(" _"))
