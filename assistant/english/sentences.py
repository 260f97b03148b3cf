"""Cuts a text into sentences with exact spans, by layout and punctuation; needs no model."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from assistant.types import Span


def split_sentences(text: str) -> list[Span]:
    """Spans of the sentences of ``text``, in order, none overlapping, without surrounding whitespace.

    Every character that is not whitespace lies in exactly one span. Headings, list items and table rows are
    sentences of their own, with their markers; a blank line always ends one. Time is linear in the text.
    """
    spans: list[Span] = []
    for block in _blocks(text):
        spans.extend([Span(block.start, block.end)] if block.whole else _sentences(text, block))
    return spans


HEADLINE = 12
"""Words up to which a line without a stop is taken for a heading, unless it is an item, a row, or gives a value."""


def is_heading(text: str) -> bool:
    """Whether a sentence only says what follows: a Markdown heading, or a short line that nothing marks as more."""
    if text.startswith("#"):
        return True
    return len(text.split()) <= HEADLINE and not _TELLS.search(text) and not _MARKER.match(text)


# --- layout: blocks, which no sentence crosses ----------------------------------------------------


class _Block(NamedTuple):
    start: int
    end: int
    whole: bool  # one sentence, whatever stops it holds


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
_TELLS = re.compile(r"[.!?…。！？।؟][\"'”’»)\]]*$|[\d|=]|^(?:\S+\s+)?\S+:\s*\S")
_LINE_ENDS = tuple('.!?:;…。！？：；)"”’]')
# A line shorter than the first before one longer than the second is a title: no wrapping does that.
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
    rf"(?P<close>(?:[{_QUOTES})\]}}）】》〉］]|[ \u00a0\u202f]»(?=\s|\Z))*)"
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
_ENUMERATOR = re.compile(r"\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4}")
_NUMERAL = re.compile(r"\d|(?!I\b|A\b)(?:[IVXLC]+|[A-Z])\b")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_QUOTE_GOES_ON = "とってはがをにのもでや、，,"  # 「...。」と言った: a quotation inside a longer sentence
_OPENING = "\"'“‘`´«»„‚([{<*_–—-「『（【《〈"
_LOOK = 50  # characters looked at on either side of a stop; a bound keeps the whole linear


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Abbreviations, by what the stop after them means. Those marked as proper count only with a capital: "gen",
# "col", "ill" and "mass" are words too.
_TITLES = _words(  # proper, always before a name
    "mr mrs ms mx messrs mme mlle dr drs prof profs rev revd fr hon sen sens rep reps gov govs pres amb "
    "supt insp det lt lieut gen col maj capt cpt cdr cmdr comdr adm sgt cpl pvt pfc brig cmdt mt ft msgr "
    "sra srta atty"
)
_INNER = _words("vs e.g eg i.e cf viz approx ca resp incl excl esp aka a.k.a née nee intl natl")
_BEFORE_NUMBER = _words(
    "no nos nr fig figs pp vol vols ch chap chs sec secs sect art arts eq eqs par para paras op pt pts "
    "app appx tab ver cols ex ref refs ser est ed rs ft lb lbs oz"
)
_BEFORE_NAME = _words(
    "inc ltd co cos corp plc llc bros jr sr al ave blvd rd min max avg ed eds trans dept depts univ assn "
    "govt esq gmbh ph.d feat lit b c d f l m n p r s v"
)
_PLACES = _words(  # proper
    "calif cal mass pa conn fla ill wash ore tenn minn wis mich ariz colo ala okla ont que tex nev neb "
    "kan ga va md ky la mo st ste hwy prov bldg mfg"
)
_DAYS = _words(  # proper
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri"
)
_USUALLY_LAST = _words("etc a.m p.m")
_AFTER_TIME = _words(
    "eastern central pacific mountain greenwich local standard monday tuesday wednesday thursday friday saturday sunday"
)
_AFTER_ORDINAL = _words("januar februar märz april mai juni juli august september oktober november dezember")
_STARTERS = _words(  # a capital on these makes no name, so the stop before them ends a sentence
    "The This That These Those There It Its He She They We You I His Her Their Our My Your A An In On At "
    "By For From With Without Within After Before During Since Until While When Where Why What Who Which "
    "Whose How If As Although Though Because But And Or So Yet Nor However Moreover Furthermore Meanwhile "
    "Also Then Here Both Many Most Some Several Other Others Another Each Every All Despite Under Among "
    "According Today Yesterday Later Once To Between Through Throughout Unlike Like Thus Therefore Hence "
    "Such Only Even One Two Three Four First Second Finally Nevertheless Instead Overall Additionally "
    "Similarly Currently Recently Again Of Not More Whether Is Are Was Were Has Have Had Do Does Did Can "
    "Could Will Would Should"
)


def _sentences(text: str, block: _Block) -> Iterator[Span]:
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
        if match.start() > start and position < block.end and _ends(text, start, match, position, block.end):
            yield Span(start, position)
            depth = 0
            while text[position].isspace():
                position += 1
            start = position
    yield Span(start, block.end)


def _bracket_closes(text: str, position: int, end: int) -> bool:
    limit = min(end, position + 6 * _LOOK)
    return any(text.find(mark, position, limit) >= 0 for mark in ")]）")


def _ends(text: str, start: int, stop: re.Match[str], position: int, end: int) -> bool:
    """Whether the sentence that began at ``start`` ends with this stop and the marks up to ``position``."""
    run, here = stop["stop"], text[position]
    if any(mark in _HARD for mark in run):
        inner = run == "．" and here.isdigit()
        return not inner and not (stop["close"] and here in _QUOTE_GOES_ON)
    word = _NEXT_WORD.search(text, position, min(end, position + _LOOK))
    if word is None:
        return False
    if not here.isspace():
        return _ends_without_space(text, start, stop, word, end)
    if run == ".":
        return _full_stop_ends(text, start, stop, word, end)
    starts = not word[0][0].islower() or bool(_BRAND.match(text, word.start()))
    if "?" in run or "!" in run:
        quoted = any(mark in _QUOTES for mark in stop["close"])
        said = quoted and _SAID.match(text, word.start(), min(end, word.start() + 2 * _LOOK))
        return starts and not said and text[max(0, stop.start() - 5) : stop.start()] != "Yahoo"
    elided = text[stop.start() - 1] in "([" and bool(stop["close"])
    return starts and not elided and not word[0][0].isdigit()


def _ends_without_space(text: str, start: int, stop: re.Match[str], word: re.Match[str], end: int) -> bool:
    if _CJK.match(text, stop.end()):
        return stop["stop"] != "." and bool(_CJK.match(text, stop.start() - 1))
    glued = word.start() == stop.end() and len(word[0]) > 2 and word[0] in _STARTERS  # "it ended.The next"
    alone = word.end() < end and text[word.end()].isspace()
    return glued and alone and _is_plain(_token(text, start, stop.start()))


def _full_stop_ends(text: str, start: int, stop: re.Match[str], word: re.Match[str], end: int) -> bool:
    following = word[0]
    token = _token(text, start, stop.start())
    if not token[-1:].isalnum():  # a closing quotation mark, bracket or sign stands before the stop
        return not following[0].islower() or bool(_BRAND.match(text, word.start()))
    if _ENUMERATOR.fullmatch(token) and _enumerates(text, start, stop.start() - len(token)):
        return False
    if following[0].islower() and not _BRAND.match(text, word.start()):
        return _is_plain(token) and not stop["close"]
    starter = following in _STARTERS and not (word.end() < end and text[word.end()] == ".")
    verdict = _abbreviation_ends(token, following, starter)
    return True if verdict is None else verdict


def _abbreviation_ends(token: str, following: str, starter: bool) -> bool | None:
    """Whether a sentence ends after this token and its stop, or None if the token is no abbreviation."""
    key, proper = token.casefold(), token[0].isupper()
    if key in _INNER or (proper and key in _TITLES):
        return False
    if key in _BEFORE_NUMBER and _NUMERAL.match(following):
        return False
    if key in _USUALLY_LAST:
        zone = key != "etc" and (
            following.casefold() in _AFTER_TIME or (following.isupper() and 1 < len(following) < 5)
        )
        return not zone
    initial = len(token) == 1 and proper
    if initial or key in _BEFORE_NAME or _DOTTED.fullmatch(token):
        return starter
    if proper and key in _PLACES:
        return starter
    if proper and key in _DAYS and following[0].isdigit():
        return False
    if len(token) < 3 and token.isdecimal() and following.casefold() in _AFTER_ORDINAL:
        return following in ("April", "August", "September", "November")  # English words too, and no ordinals
    return None


def _token(text: str, start: int, end: int) -> str:
    """What stands right before a stop, up to whitespace or a hyphen, without opening marks."""
    words = text[max(start, end - _LOOK) : end].split()
    token = words[-1].lstrip(_OPENING) if words and not text[end - 1].isspace() else ""
    return token[max(map(token.rfind, "-–—/([")) + 1 :]


def _enumerates(text: str, start: int, at: int) -> bool:
    before = text[max(start, at - _LOOK) : at].rstrip().rstrip(_OPENING).rstrip()
    return not before or before[-1] in ":;"


def _is_plain(token: str) -> bool:
    """Whether a token is surely no abbreviation, so that even a small letter may begin the next sentence."""
    if token.isdecimal():
        return len(token) > 2
    key = token.casefold()
    known = key in _INNER or key in _BEFORE_NUMBER or key in _BEFORE_NAME or key in _USUALLY_LAST
    return len(token) > 3 and token.islower() and not known and not _DOTTED.fullmatch(token)
