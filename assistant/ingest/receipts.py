"""Receipts: the amounts below the name of what was bought."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.types import Block, one_line

_LONGEST = 80  # characters of a line of a receipt
_LEAST = 3  # things bought
_AMOUNT = re.compile(r"[€$£¥]\s?-?\d|(?<![\w.,])-?\d[\d.,]*\s?(?:€|£|EUR\b|USD\b|CHF\b)")
_ENDS = (".", "!", "?", ":", ";", ",")


def with_bought(text: str, blocks: Sequence[Block]) -> list[Block]:
    """``blocks`` with the name of a thing as the lead-in of the amounts below it: "Oar", "2 @ $14.00", "$28.00"."""
    names: dict[int, str] = {}
    name, open_ = "", True  # further lines of the name may follow
    for at, block in enumerate(blocks):
        said = one_line(text[block.start : block.end])
        if block.kind not in ("paragraph", "field") or len(said) > _LONGEST or ": " in said or said.endswith(_ENDS):
            name = ""
        elif _AMOUNT.search(said):
            names |= {at: name} if name else {}
            open_ = False
        else:
            name, open_ = (f"{name} {said}" if name and open_ else said), True
    if len(set(names.values())) < _LEAST:
        return list(blocks)
    return [
        block.model_copy(update={"lead_in": names[at]}) if at in names and not block.lead_in else block
        for at, block in enumerate(blocks)
    ]
