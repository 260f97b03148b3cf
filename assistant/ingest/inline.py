"""Removes inline markup: the characters that mark bold, code and links."""

from __future__ import annotations

import re
from html import unescape

_MARKED = re.compile(r"[*_`\[<\\&~|]")
_IMAGE = re.compile(r"!\[([^\]\n]*)\](?:\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)|\[[^\]\n]*\])")
_LINK = re.compile(r"\[([^\[\]\n]+)\](?:\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)|\[[^\[\]\n]*\])")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|code|del|em|font|i|img|ins|kbd|mark|p|s|small|span|strong|sub|sup|u)(?=[\s/>])[^<>]*>", re.I
)
_ROLE = re.compile(
    r":[a-z][\w:.+-]*:`~?([^`<\n]+?)(?:\s*<[^`>\n]*>)?`|`([^`<\n]+?)\s*<[^`>\s]+>`__?"
)  # reStructuredText
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)\s?(.+?)\s?(?<!`)\1(?!`)", re.DOTALL)
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_STAR = re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])")
_UNDERSCORE = re.compile(r"(?<![\w\\])_(?=[^\s_])([^_\n]+?)(?<=\S)_(?!\w)")
_STRAY = re.compile(r"^(?:\*\*|__)(?=\w)|(?<=\S)(?:\*\*|__)$")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def strip_markup(text: str) -> str:
    """``text`` without the characters of Markdown's inline markup; everything else stays, including line breaks."""
    if not _MARKED.search(text):
        return text
    if "`" in text:
        text = _ROLE.sub(lambda match: match[1] or match[2], text)
    parts: list[str] = []
    at = 0
    for code in _CODE.finditer(text):  # text between backticks has no markup
        parts += [_outside_code(text[at : code.start()]), code[2]]
        at = code.end()
    return _STRAY.sub("", "".join([*parts, _outside_code(text[at:])]).strip(" "))


def _outside_code(text: str) -> str:
    said = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    said = _TAG.sub("", _AUTOLINK.sub(r"\1", said))
    for _ in range(2):  # bold may hold italics
        said = _UNDERSCORE.sub(r"\1", _STAR.sub(r"\1", _STRONG.sub(r"\2", said)))
    return unescape(_ESCAPE.sub(r"\1", said))
