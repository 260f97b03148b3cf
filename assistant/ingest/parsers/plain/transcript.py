"""Parses transcripts (WebVTT, SubRip): what was said, by whom and when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from assistant.errors import DocumentError
from assistant.ingest.blocks import TextBuilder
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.encoding import decoded

MAX_TURN = 600
"""Characters after which a turn continues in a new block at the next end of a sentence."""

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_CUE = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}[^\n]*")
_VOICE = re.compile(r"<v(?:\.[^ >]*)?[ \t]+([^>]+)>")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<\d[\d:.]*>|\{\\[^}]*\}")
_NAME = re.compile(
    r"(?:>>|[-–—])?\s*(?:\[(?P<bracketed>[^\]\n]{1,40})\]:?|(?P<name>[^\W\d_][\w.'’-]*(?: [\w.'’()-]+){0,3}):)\s+(?=\S)"
)
_PAUSE = 4.0  # seconds of silence after which something else is said
_STOP = re.compile(r"[.!?…。！？][\"'”’»)]*$")


class _Cue(NamedTuple):
    start: float
    end: float
    speaker: str
    text: str


def parse_transcript(data: bytes, source: str) -> Content:
    """The turns of a transcript, with a block for each. Raises DocumentError if there are no times."""
    read = decoded(data, source)
    cues = list(_cues(read.text))
    if read.text.strip() and not cues:
        raise DocumentError(f"{source!r} holds no line such as `00:00:01,000 --> 00:00:04,000`. End its name in .txt")
    builder = TextBuilder()
    for turn in _turns(cues):
        if turn.speaker:
            builder.quotation(turn.text, turn.speaker, lead_in=_clock(turn.start))
        else:
            builder.paragraph(turn.text, lead_in=_clock(turn.start))
    head = re.match(r"WEBVTT[ \t]+(?:[-–—:][ \t]*)?([^\n]+)", read.text)
    return Content(
        builder.text, title=head[1] if head else None, kind="transcript", blocks=builder.blocks(), notes=read.notes
    )


def _cues(text: str) -> Iterator[_Cue]:
    speaker, shown, last = "", "", 0.0
    for part in re.split(r"\n[ \t]*\n", text):
        lines = part.strip("\n").split("\n")
        at = next((n for n, line in enumerate(lines[:3]) if _CUE.fullmatch(line)), None)
        if at is None:
            continue
        match = _CUE.fullmatch(lines[at])
        times = [float(group or 0) for group in match.groups()] if match else [0.0] * 8
        start, end = (60 * (60 * h + m) + s + f / 1000 for h, m, s, f in (times[:4], times[4:]))
        if start - last > _PAUSE:
            speaker = ""  # after a pause anybody may speak
        last = end
        for line in lines[at + 1 :]:
            voice = _VOICE.search(line)
            said = " ".join(unescape(_TAG.sub("", line)).split())
            if not said or said == shown:  # captions that roll show each line twice
                continue
            shown = said
            name = None if voice else _NAME.match(said)
            if voice:
                speaker = voice[1].strip()
            elif name:
                speaker, said = (name["bracketed"] or name["name"]).strip(), said[name.end() :]
            yield _Cue(start, end, speaker, said)


def _turns(cues: list[_Cue]) -> Iterator[_Cue]:
    """Cues of one speaker, joined up to a pause or, if they get long, to the end of a sentence."""
    turn: _Cue | None = None
    for cue in cues:
        if turn is not None:
            ended = bool(_STOP.search(turn.text))
            apart = cue.start - turn.end > _PAUSE and ended
            if cue.speaker == turn.speaker and not apart and not (ended and len(turn.text) > MAX_TURN):
                turn = turn._replace(end=cue.end, text=f"{turn.text} {cue.text}")
                continue
            yield turn
        turn = cue
    if turn is not None:
        yield turn


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
