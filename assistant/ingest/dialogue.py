"""Dialogue: interviews, transcripts and chats, in which each turn begins with who speaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from assistant.types import Block

STAMP = (
    r"(?:[\[(]?(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?[ T])?"
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[ \u202f]?[AaPp]\.?[Mm]\.?)?[\])]?(?:[ \t]*[-–—])?[ \t]+)"
)
"""Pattern of the time before a turn: ``[10:02] ``, ``12/03/2024, 10:02 - ``."""

_TURN = re.compile(
    rf"(?P<stamp>{STAMP})?(?P<mark>\*\*|__|\*|_|)"
    r"(?P<name>[^\W\d_][\w.'’&/-]*(?:[ ][\w.'’&/(-][\w.'’&/)-]*){0,4})"
    r"(?P<stamp2>[ ]\(\d{1,2}:\d{2}(?::\d{2})?\))?"
    r"(?::(?P=mark)|(?P=mark):)[ \t\u00a0]*(?=\S)"
)
_CUE = re.compile(
    r"(?P<stamp>\d+:\d+:\d+[.,]\d+)[ ]-->[ ][\d:.,]+\n(?P<name>[^\n:]{1,40})\n(?=\S)"
    r"|(?P<name2>[^\n:\d]{1,40}?)[ \t]+(?P<stamp2>\d{1,2}:\d{2}(?::\d{2})?)\n(?=\S)"
)
"""Head of a turn as meeting programs write it into a document: ``0:0:3.2 --> 0:0:4.2`` and, below, the name."""
_NO_NAMES = frozenset(
    "note notes warning example caution tip important date time place subject from to cc re tel phone email e-mail fax "
    "address total price decision action result summary name title author version status source sources trace debug "
    "info notice warn error critical fatal".split()
)
_PROSE = re.compile(r"[.!?…。！？][\"'”’»)]*\s*$|(?:\S+\s+){5}")
_CHAT_STAMP = re.compile(r"[\[(]|\d{1,4}[./-]\d{1,2}[./-]")
_LEAST_TURNS = 2
_NAME_WORDS = 5
_LONG_WORD = 4  # letters
_TURN_LENGTH = 100  # characters that are looked at to find who speaks


class _Turn(NamedTuple):
    name: str
    stamp: str
    start: int
    timed: bool


def with_speakers(text: str, blocks: Sequence[Block]) -> list[Block]:
    """``blocks`` in which each turn of a dialogue is a quotation of its speaker, starting after the name.

    A label is a name if it looks like one and starts at least two blocks, if there are at least two such labels, and
    if mostly prose follows. After a time in brackets or with a date it is a name if there are two such turns.
    """
    turns = {at: turn for at, block in enumerate(blocks) if (turn := _turn(text, block))}
    names = Counter(turn.name for turn in turns.values())
    often = {name for name, count in names.items() if count >= _LEAST_TURNS}
    spoken = [at for at, turn in turns.items() if turn.name in often]
    prose = sum(bool(_PROSE.search(text[turns[at].start : blocks[at].end][-400:])) for at in spoken)
    known = often if len(often) > 1 and 2 * prose >= len(spoken) else set()
    timed = [turn.name for turn in turns.values() if turn.timed]
    known = known | set(timed if len(timed) >= _LEAST_TURNS else ())
    return [
        _quoted(block, turns[at]) if at in turns and turns[at].name in known else block
        for at, block in enumerate(blocks)
    ]


def _turn(text: str, block: Block) -> _Turn | None:
    if block.kind not in ("field", "paragraph"):
        return None
    stop = min(block.end, block.start + _TURN_LENGTH)
    if (cue := _CUE.match(text, block.start, stop)) and is_name(name := (cue["name"] or cue["name2"]).strip()):
        return _Turn(name, cue["stamp"] or cue["stamp2"], cue.end(), timed=True)
    match = _TURN.match(text, block.start, stop)
    if not match or match.end() >= block.end or not is_name(match["name"]):
        return None
    stamp = match["stamp"] or match["stamp2"] or ""
    return _Turn(match["name"], stamp.strip(" \t-–—[]()"), match.end(), bool(_CHAT_STAMP.match(stamp)))


def is_name(label: str) -> bool:
    """Whether a label can be a name: at most five words, and none that is longer than "von" in small letters."""
    words = label.split()
    return (
        label.lower() not in _NO_NAMES
        and len(words) <= _NAME_WORDS
        and all(
            word[0].isupper() or word[0].isdigit() or not word[0].isalpha() or len(word) < _LONG_WORD for word in words
        )
    )


def _quoted(block: Block, turn: _Turn) -> Block:
    told = {"kind": "quotation", "start": turn.start, "speaker": turn.name, "lead_in": turn.stamp}
    return block.model_copy(update=told)
