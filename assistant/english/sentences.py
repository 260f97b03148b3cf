"""Splits a text into sentences with exact spans, by layout and punctuation and without a model."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from assistant.english.abbreviations import (
    AFTER_TIME,
    BEFORE_ORDINAL,
    GERMAN_MONTHS,
    Abbreviations,
    abbreviations_in,
)
from assistant.types import Span


def split_sentences(text: str) -> list[Span]:
    """Spans of the sentences of ``text``, in order, none overlapping, without surrounding whitespace.

    Every character that is not whitespace lies in exactly one span. Headings, list items and table rows are
    sentences of their own, with their markers; a blank line always ends one. Time is linear in the text.
    """
    known = abbreviations_in(text)
    spans: list[Span] = []
    for block in _blocks(text):
        spans.extend([Span(block.start, block.end)] if block.whole else _sentences(text, block, known))
    return spans


# --- layout: blocks, which no sentence crosses ----------------------------------------------------


class _Block(NamedTuple):
    start: int
    end: int
    whole: bool  # one sentence, even if it has periods inside


_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]+\S")
_RULE = re.compile(r"[ \t]*([-=*_~])(?:[ \t]*\1){2,}[ \t]*$")
_ROW = re.compile(r"[ \t]*\||[^|\n]* \| [^|\n]* \| ")
_BULLETS = "-*+•‣◦▪▫●○■□➢➤✓✔·"
# A number or a dash can also begin a line of a wrapped paragraph ("he scored\n12. ..."), so only a strong
# marker interrupts one; CommonMark draws the same line.
_STRONG_MARKER = re.compile(rf"[ \t]*(?:[{_BULLETS}]|1[.)]|\(1\))[ \t]+(?=\S)")
_MARKER = re.compile(
    rf"[ \t]*(?:[{_BULLETS}–—]|\(?\d{{1,3}}[.)]|\(?[a-zA-Z]\)|\(?[ivx]{{1,4}}\)|\[\d{{1,4}}\])[ \t]+(?=\S)"
)
_LINE_ENDS = tuple('.!?:;…。！？：；)"”’]')
# A line shorter than the first number before one longer than the second is a title: wrapping does not make that.
_TITLE_WIDTH = 100
_PROSE_WIDTH = 140


def _blocks(text: str) -> Iterator[_Block]:
    start = end = -1  # of the paragraph or list item being gathered; -1: none
    in_list = fenced = False
    last = ""  # the line before, if it belongs to what is being gathered
    offset = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        first = offset + len(line) - len(line.lstrip())
        offset += len(line)
        fence = bool(_FENCE.match(line))
        alone = bool(stripped) and (fence or fenced or _stands_alone(line))
        fenced ^= fence
        item = not alone and _begins_item(line, last, in_list)
        if start >= 0 and (not stripped or alone or item or _is_title(last, stripped)):
            yield _Block(start, end, whole=False)
            start = -1
        if alone:
            yield _Block(first, first + len(stripped), whole=True)
        elif stripped:
            start, end = (first if start < 0 else start), first + len(stripped)
        in_list = item or (in_list and not alone)
        last = "" if alone else stripped
    if start >= 0:
        yield _Block(start, end, whole=False)


def _stands_alone(line: str) -> bool:
    return bool(_HEADING.match(line) or _RULE.match(line) or _ROW.match(line))


def _begins_item(line: str, last: str, in_list: bool) -> bool:
    if not last or in_list or last.endswith(_LINE_ENDS):
        return bool(_MARKER.match(line))
    return bool(_STRONG_MARKER.match(line))


def _is_title(line: str, following: str) -> bool:
    return (
        0 < len(line) < _TITLE_WIDTH
        and len(following) > _PROSE_WIDTH
        and line[-1].isalnum()
        and not following[0].islower()
    )


# --- punctuation: where a sentence ends inside a block --------------------------------------------

_HARD = "。！？｡．।॥؟۔।։"  # end a sentence even without a space after them
_QUOTES = "\"'”’»›*_`」』"
_EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\u20e3"
_STOP = re.compile(
    rf"(?P<stop>\.(?:[ ]\.)+|[.!?…‽⁇⁈⁉{_HARD}]+)"
    rf"(?P<close>(?:[{_QUOTES})\]}}）】》〉］]|[ \u00a0\u202f]»(?=\s|\Z)|“(?=\s|\Z))*)"
    r"(?:[ \t]?\[[ ]?"  # citation markers belong to the sentence before them
    r"(?:\d{1,4}(?:[,–-][ ]?\d{1,4})*|[a-z]{1,2}|(?:note|nb|n)[ ]\d{1,3}|[a-z]+[ ]needed)"
    r"[ ]?\])*[⁰¹²³⁴-⁹]*"
    rf"(?:[ \t]*[{_EMOJI}]+)*"
    r"|(?P<open>[(\[（])|(?P<shut>[)\]）])"
)
# Tokenised text has a space before closing marks too: "it ended . '' Then".
_DETACHED_CLOSE = re.compile(r"(?:[ \u00a0\u202f](?:''?|[”’»)\]]))+(?=\s|\Z)")
_NEXT_WORD = re.compile(r"[^\W_][\w’']*")
_BRAND = re.compile(r"[a-z]{1,5}[A-Z0-9]|[a-z]+\.(?:com|org|net|io|ai|js)\b")
_SAID = re.compile(
    r"(?!(?:He|She|It|They|We|I|You|Nobody|No|Who)\b)(?:[A-Z][\w.’'-]*,?\s+(?:of\s+)?){1,4}"
    r"(?:said|says|asked|asks|added|adds|told|wrote|writes|replied|answered|exclaimed|shouted)\b"
)
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
_DOUBLED = re.compile(r"([A-Z])\1")  # a Spanish plural: "EE. UU."
_AFTER_NUMBER = ("r", "г", "h")  # a year or an hour: "w 1998 r.", "в 1998 г.", "à 9 h."
_ELISION = re.compile(r"[^\W\d_]{1,5}['’](?=[^\W\d_]{2})")  # "l'art. 5", "dell'ing. Fabbri"
_ENUMERATOR = re.compile(r"\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4}")
_NUMERAL = re.compile(r"\d|(?!I\b|A\b)(?:[IVXLC]+|[A-Z])\b")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
# A quotation inside a longer sentence: 「...。」と言った, “……？”她问。
_QUOTE_GOES_ON = re.compile("[とってはがをにのもでや、，,]|[\u4e00-\u9fff]{1,3}[问問说說道答喊叫]")
_OPENING = "\"'“‘`´«»„‚([{<*_–—-「『（【《〈"
_WHO = re.compile(r"\s*(?:[—–―]|--)\s*[^\W\d_][^.!?\n]*\.?")  # says a quotation: "Never." — Ilse Vang
_LOOK = 50  # characters looked at on either side of a stop; a bound keeps the whole linear


def _sentences(text: str, block: _Block, known: Abbreviations) -> Iterator[Span]:
    marker = _MARKER.match(text, block.start, block.end)
    start, position = block.start, marker.end() if marker else block.start
    depth = opened = 0  # of brackets, and where the outermost began
    while match := _STOP.search(text, position, block.end):
        position = match.end()
        if match["open"]:
            opened = opened if depth else match.start()
            depth += 1
            continue
        inside = depth > 0 and opened > start
        depth = max(0, depth - (1 if match["shut"] else sum(map(match["close"].count, ")]）"))))
        if match["shut"] or (inside and depth and _bracket_closes(text, position, block.end)):
            continue
        if text[match.start() - 1].isspace() and (close := _DETACHED_CLOSE.match(text, position, block.end)):
            position = close.end()
        if match.start() > start and position < block.end and _ends(text, start, match, position, block.end, known):
            yield Span(start, position)
            depth = 0
            while text[position].isspace():
                position += 1
            start = position
    yield Span(start, block.end)


def _bracket_closes(text: str, position: int, end: int) -> bool:
    limit = min(end, position + 6 * _LOOK)
    return any(text.find(mark, position, limit) >= 0 for mark in ")]）")


def _ends(text: str, start: int, stop: re.Match[str], position: int, end: int, known: Abbreviations) -> bool:
    """Whether the sentence that began at ``start`` ends with this period and the marks up to ``position``."""
    run, here = stop["stop"], text[position]
    if any(mark in _HARD for mark in run):
        inner = run == "．" and here.isdigit()
        return not inner and not (stop["close"] and _QUOTE_GOES_ON.match(text, position))
    word = _NEXT_WORD.search(text, position, min(end, position + _LOOK))
    if word is None or (stop["close"] and end - position < 2 * _LOOK and _WHO.fullmatch(text, position, end)):
        return False
    if not here.isspace():
        return _ends_without_space(text, start, stop, word, end, known)
    if run == ".":
        return _full_stop_ends(text, start, stop, word, end, known)
    starts = not word[0][0].islower() or bool(_BRAND.match(text, word.start()))
    if "?" in run or "!" in run:
        quoted = any(mark in _QUOTES for mark in stop["close"])
        said = quoted and _SAID.match(text, word.start(), min(end, word.start() + 2 * _LOOK))
        return starts and not said and text[max(0, stop.start() - 5) : stop.start()] != "Yahoo"
    elided = text[stop.start() - 1] in "([" and bool(stop["close"])
    return starts and not elided and not word[0][0].isdigit()


def _ends_without_space(
    text: str, start: int, stop: re.Match[str], word: re.Match[str], end: int, known: Abbreviations
) -> bool:
    if _CJK.match(text, stop.end()):
        return stop["stop"] != "." and bool(_CJK.match(text, stop.start() - 1))
    glued = word.start() == stop.end() and len(word[0]) > 2 and word[0] in known.starters  # "it ended.The next"
    alone = word.end() < end and text[word.end()].isspace()
    return glued and alone and _is_plain(_token(text, start, stop.start()), known)


_RANGE = re.compile(r"\s*[-–—]\s*\d")


def _full_stop_ends(
    text: str, start: int, stop: re.Match[str], word: re.Match[str], end: int, known: Abbreviations
) -> bool:
    following, token = word[0], _token(text, start, stop.start())
    if elision := _ELISION.match(token):
        token = token[elision.end() :]
    if token.casefold() in known.inner:
        return False
    if token.casefold() in known.usually_last and _RANGE.match(text, stop.end(), end):  # "6 a.m. - 7 p.m."
        return False
    if not token[-1:].isalnum():  # a closing quotation mark, bracket or sign stands before the stop
        return not following[0].islower() or bool(_BRAND.match(text, word.start()))
    if _ENUMERATOR.fullmatch(token) and _enumerates(text, start, stop.start() - len(token)):
        return False
    if following[0].islower() and not _BRAND.match(text, word.start()):
        return _is_plain(token, known) and not stop["close"]
    starter = following in known.starters and not (word.end() < end and text[word.end()] == ".")
    before = _token(text, start, stop.start() - len(token) - 1)
    if _is_ordinal(token, before, following, starter, known):
        return False
    verdict = _abbreviation_ends(token, before, following, starter, known)
    return True if verdict is None else verdict


def _is_ordinal(token: str, before: str, following: str, starter: bool, known: Abbreviations) -> bool:
    """Whether a number and its stop are a German ordinal: "29. Juli", "im 3. Stock"."""
    if not token.isdecimal() or len(token) > 2:
        return False
    if following.casefold() in GERMAN_MONTHS:
        # English words too, and no ordinals
        return known.single_letters or following not in ("April", "August", "September", "November")
    return known.single_letters and before.casefold() in BEFORE_ORDINAL and following[0].isalpha() and not starter


def _abbreviation_ends(token: str, before: str, following: str, starter: bool, known: Abbreviations) -> bool | None:
    """Whether a sentence ends after this token and its period, or None if the token is not an abbreviation."""
    key, proper = token.casefold(), token[0].isupper()
    if proper and key in known.titles:
        return False
    if key in known.before_number and _NUMERAL.match(following):
        return False
    if key.endswith("str") and len(key) > len("str") and following[0].isdigit():  # "Torfstr. 7"
        return False
    if key in known.usually_last:
        zone = key.endswith(".m") and (
            following.casefold() in AFTER_TIME or (following.isupper() and 1 < len(following) < 5)
        )
        return not zone
    if key in _AFTER_NUMBER and before.isdecimal():
        return not following[0].isdigit()
    initial = len(token) == 1 and (proper or (known.single_letters and token.isalpha()))
    if initial or key in known.before_name or _DOTTED.fullmatch(token) or _DOUBLED.fullmatch(token):
        return starter
    if proper and key in known.places:
        return starter
    if (proper or known.single_letters) and key in known.days and following[0].isdigit():
        return False
    return None


def _token(text: str, start: int, end: int) -> str:
    """The characters directly before a period, back to whitespace or a hyphen, without opening marks."""
    words = text[max(start, end - _LOOK) : end].split()
    token = words[-1].lstrip(_OPENING) if words and not text[end - 1].isspace() else ""
    return token[max(map(token.rfind, "-–—/([")) + 1 :]


def _enumerates(text: str, start: int, at: int) -> bool:
    before = text[max(start, at - _LOOK) : at].rstrip().rstrip(_OPENING).rstrip()
    return not before or before[-1] in ":;"


def _is_plain(token: str, known: Abbreviations) -> bool:
    """Whether a token is certainly not an abbreviation, so that the next sentence may begin in lower case."""
    if token.isdecimal():
        return len(token) > 2
    return len(token) > 3 and token.islower() and not known.holds(token.casefold()) and not _DOTTED.fullmatch(token)
