"""Who is quoted: lines that introduce quoted mail, and the marks at the start of quoted lines."""

from __future__ import annotations

import re

QUOTE_MARK = re.compile(r"(?:>[ \t]?)+")
"""The marks at the start of a line of quoted text."""

_WROTE = (
    r"wrote|writes|said|says|asked|replied|answered|schrieb|schreibt|a écrit|écrit|escribió|escreveu|ha scritto|"
    r"schreef|skrev|napisał(?:\(a\))?|написал(?:\(а\))?|пишет"
)
_NAME = r"[^\W\d_][\w.'’@-]*(?:[ ,]+(?:[^\W\d_][\w.'’-]*)){0,4}?"
_BEFORE = re.compile(
    rf"(?P<name>{_NAME})[\"”»]?\s*(?:[<(\[][^<>\[\]]*[>)\]])*\s*(?:{_WROTE})\s*(?P<after>[^:\n]{{0,60}}):$"
)
_AFTER = re.compile(rf"\b(?:{_WROTE})\s+[\"“«]?(?P<name>{_NAME})[\"”»]?\s*(?:[<(\[][^<>\[\]]*[>)\]])*\s*:$")
_ON = re.compile(
    r"^(?:on|am|le|el|em|il|op|den|dnia|w dniu)\b.*(?:\d{1,2}[:.h]\d{2}(?::\d{2})?|\b\d{4})"
    r"(?:[\s\u202f]*[ap]\.?m\b\.?)?(?:\s*(?:Uhr|(?-i:[A-Z]{3,4})(?![a-z])|\(?(?:GMT|UTC)?[+-]\d{2}:?\d{2}\)?))?[,\s]*",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\s*[<(\[][^<>\[\]()]*[>)\]]")
_MAX_INTRODUCTION = 300  # characters
_ATTRIBUTION = re.compile(r"(?:[—–―]|--)[ \t]*(?P<name>[^\W\d_][^\n]{1,80})$")


def quoted_speaker(line: str) -> str:
    """The speaker in a line such as ``On 3 June 2024, Dora Lind <dora@park.example> wrote:``, or empty."""
    said = " ".join(line[-2 * _MAX_INTRODUCTION :].split())
    if not said.endswith(":") or len(said) > _MAX_INTRODUCTION:
        return ""
    rest = _ON.sub("", _BRACKETED.sub("", said))
    for pattern in (_BEFORE, _AFTER):
        if match := pattern.search(rest):
            name = match["name"].rpartition(",")[2].strip()
            return name.strip(" ,")
    return ""


def attribution(line: str) -> str:
    """The name in a line such as ``— Ada Lovelace`` below a quotation, or empty."""
    match = _ATTRIBUTION.fullmatch(line.strip())
    return match["name"].strip() if match else ""
