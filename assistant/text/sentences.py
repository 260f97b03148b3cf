"""Cuts a text into sentences with exact spans; knows layout and punctuation, no model and no language data files."""

import re
from collections.abc import Iterator
from typing import NamedTuple


class Span(NamedTuple):
    """``text[start:end]``, in characters."""

    start: int
    end: int


def split_sentences(text: str) -> list[Span]:
    """Spans of the sentences of ``text``, in order, none overlapping, without surrounding whitespace.

    Every character that is not whitespace lies in exactly one span. Headings, list items and table rows are
    sentences of their own, with their markers. Takes time linear in the length of the text.
    """
    return [
        sentence
        for block in _blocks(text)
        for sentence in ([Span(block.start, block.end)] if block.whole else _sentences(text, block))
    ]


# --- layout: blocks are what no sentence crosses -------------------------------------------------------------


class _Block(NamedTuple):
    start: int
    end: int
    whole: bool = False


_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]+\S")
_RULE = re.compile(r"[ \t]*([-=*_~])(?:[ \t]*\1){2,}[ \t]*$")
_ROW = re.compile(r"[ \t]*\||[^|\n]* \| [^|\n]* \| ")
# Strong markers begin an item anywhere. Weak ones may also begin a line of a wrapped paragraph ("he scored\n12. ...").
_STRONG_MARKER = re.compile(r"[ \t]*(?:[-*+•‣◦▪▫●○■□➢➤✓✔·]|1[.)]|\(1\))[ \t]+(?=\S)")
_MARKER = re.compile(
    r"[ \t]*(?:[-*+•‣◦▪▫●○■□➢➤✓✔·–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z]\)|\(?[ivx]{1,4}\)|\[\d{1,4}\])[ \t]+(?=\S)"
)
_OPEN_LINE_ENDS = tuple(".!?:;…。！？：；)\"”’]")
_TITLE_WIDTH = 100  # a line below this, above one beyond the next, is a title: nobody wraps lines that unevenly
_PROSE_WIDTH = 140


def _blocks(text: str) -> Iterator[_Block]:
    start = end = -1  # of the paragraph or list item that is being gathered; -1: none
    in_list = fenced = False
    last = ""  # the line before, stripped, if it belongs to what is being gathered
    offset = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        first = offset + len(line) - len(line.lstrip()) if stripped else offset
        here = _Block(first, first + len(stripped), whole=True)
        offset += len(line)
        fence = bool(_FENCE.match(line))
        alone = bool(stripped) and (
            fence or fenced or bool(_HEADING.match(line) or _RULE.match(line) or _ROW.match(line))
        )
        fenced ^= fence
        item = not alone and _begins_item(line, last, in_list)
        if start >= 0 and (not stripped or alone or item or _is_title(last, stripped)):
            yield _Block(start, end)
            start = -1
        if alone:
            yield here
        elif stripped:
            start, end = (here.start if start < 0 else start), here.end
        in_list = item or (in_list and not alone)
        last = "" if alone else stripped


def _begins_item(line: str, last: str, in_list: bool) -> bool:
    if not last or in_list or last.endswith(_OPEN_LINE_ENDS):
        return bool(_MARKER.match(line))
    return bool(_STRONG_MARKER.match(line))


def _is_title(line: str, following: str) -> bool:
    return (
        0 < len(line) < _TITLE_WIDTH
        and len(following) > _PROSE_WIDTH
        and line[-1].isalnum()
        and not following[0].islower()
    )


# --- punctuation: where a sentence ends inside a block -------------------------------------------------------

_HARD = "。！？｡．।॥؟۔።։"  # end a sentence without a space after them
_EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\u20e3"
_STOP = re.compile(
    rf"(?P<stop>\.(?:[ ]\.)+|[.!?…‽⁇⁈⁉{_HARD}]+)"
    r"(?P<close>(?:[\"'”’)\]}»›*_`」』】）》〉］]|[ \u00a0\u202f]»(?=\s|\Z))*)"
    r"(?:[ \t]?\[[ ]?(?:\d{1,4}(?:[,–-][ ]?\d{1,4})*|[a-z]{1,2}|(?:note|nb|n)[ ]\d{1,3}|[a-z]+[ ]needed)[ ]?\])*"
    rf"[⁰¹²³⁴-⁹]*(?:[ \t]*[{_EMOJI}]+)*"
    r"|(?P<open>[(\[])|(?P<shut>[)\]])"
)
# Tokenised text ("it ended . '' Then") has a space before a closing mark too.
_DETACHED_CLOSE = re.compile(r"(?:[ \u00a0\u202f](?:''|[”’»)\]]))+(?=\s|\Z)")
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
_GOES_ON = "とってはがをにのもでや、，,"  # after a closing quotation mark in Japanese and Chinese
_QUOTES = "\"'”’»›*_`」』"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What may stand before a stop without ending the sentence, by what has to follow. Titles and places count only
# with a capital: "gen", "col", "ill", "mass" and the like are words too.
_TITLES = _words(
    "mr mrs ms mx messrs mme mlle dr drs prof profs rev revd fr hon sen sens rep reps gov govs pres amb supt "
    "insp det lt lieut gen col maj capt cpt cdr cmdr comdr adm sgt cpl pvt pfc brig cmdt mt ft msgr sra srta atty"
)
_INNER = _words("vs e.g eg i.e cf viz approx ca resp feat incl excl esp aka a.k.a née nee intl natl")
_BEFORE_NUMBER = _words(
    "no nos nr fig figs pp vol vols ch chap chs sec secs sect art arts eq eqs par para paras op pt pts app appx "
    "tab ver col cols ex ref refs ser est ed"
)
_MONTHS = _words("jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri")
_BEFORE_NAME = _words(
    "inc ltd co cos corp plc llc bros jr sr al ave blvd rd min max avg ed eds trans dept depts univ assn govt "
    "esq gmbh ph.d"
)
_PLACES = _words(
    "calif cal mass pa conn fla ill wash ore tenn minn wis mich ariz colo ala okla ont que tex nev neb kan ga va md "
    "ky la mo st ste hwy prov bldg mfg"
)
_USUALLY_LAST = _words("etc a.m p.m")
_AFTER_TIME = _words(
    "eastern central pacific mountain greenwich local standard monday tuesday wednesday thursday friday saturday sunday"
)
_GERMAN_DATE = _words("januar februar märz april mai juni juli august september oktober november dezember")
_STARTERS = _words(  # a capital on these makes no name, so the stop before them ends a sentence
    "The This That These Those There It Its He She They We You I His Her Their Our My Your A An In On At By For "
    "From With Without Within After Before During Since Until While When Where Why What Who Which Whose How If As "
    "Although Though Because But And Or So Yet Nor However Moreover Furthermore Meanwhile Also Then Here Both Many "
    "Most Some Several Other Others Another Each Every All Despite Under Among According Today Yesterday Later "
    "Once To Between Through Throughout Unlike Like Thus Therefore Hence Such Only Even One Two Three Four First "
    "Second Finally Nevertheless Instead Overall Additionally Similarly Currently Recently Not More Whether Is Are "
    "Was Were Has Have Had Do Does Did Can Could Will Would Should"
)
_LOOK = 50  # characters looked at on either side of a stop: keeps the whole linear


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
        closing = sum(match[0].startswith(mark, 0) or 0 for mark in ")]")
