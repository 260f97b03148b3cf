"""Splits a document into chunks: runs of whole sentences that fit the embedder, at exact places."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from assistant.english.sentences import split_sentences
from assistant.types import Chunk, Document


def split(document: Document, size: int, overlap: int) -> tuple[Chunk, ...]:
    """Chunks of at most ``size`` tokens by ``count_tokens``; together they hold all but whitespace.

    Neighbours share up to ``overlap`` sentences, fewer where more would not fit and none across a heading.
    A chunk at least half full ends before a heading, else at its last blank line, else where it is full; a
    heading stays with the text under it. Only a sentence longer than ``size`` is cut: after a clause, a word,
    or a character. For ``size`` below 20 a scrap of a word may exceed it.
    """
    if size < 1 or overlap < 0:
        raise ValueError(f"Needs size > 0 and overlap >= 0, not size={size!r} and overlap={overlap!r}.")
    text = document.text
    pieces = _pieces(text, size)
    chunks: list[Chunk] = []
    first = done = 0
    while done < len(pieces):
        last = _end_of_chunk(pieces, first, done + 1, size)
        start, end = pieces[first].start, pieces[last - 1].end
        chunks.append(Chunk(source=document.source, start=start, end=end, text=text[start:end]))
        first, done = _shared_from(pieces, first, last, size, overlap), last
    return tuple(chunks)


def count_tokens(text: str) -> int:
    """Estimated WordPiece tokens of MiniLM's vocabulary, nearly always a little high, never far below.

    The vocabulary is English: words near an English function word are mostly one token, other words in
    Latin script about one for two letters, letters of other scripts one each. A text never counts more than
    its parts do, if it is parted at whitespace.
    """
    return sum(tokens for _, tokens in _units(text, 0, len(text)))


# --- tokens ---------------------------------------------------------------------------------------

_UNIT = re.compile(r"(?P<word>[A-Za-zÀ-ɏḀ-ỿ]{1,20})|(?P<digits>\d{1,20})|(?P<hangul>[가-힣])|\S")
_FUNCTION_WORDS = (
    "the of and to that for with by from this their his its it are were have had has been not but they which "
    "who when is was be as at on or an would"
)
_ENGLISH = frozenset(_FUNCTION_WORDS.split())
_REACH = 6  # words after an English function word that are taken for English


def _units(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each word, number or other mark of ``text[start:end]`` ends, and its estimated tokens."""
    english = 0
    for match in _UNIT.finditer(text, start, end):
        kind, tokens = match.lastgroup, 1
        if kind == "word":
            word = match[0]
            if word.lower() in _ENGLISH:
                english = _REACH
            else:
                tokens = _english_tokens(word) if english else _foreign_tokens(word)
                english = max(0, english - 1)
        elif kind == "digits":
            tokens = _divide_up(match.end() - match.start(), 2)
        elif kind == "hangul":
            tokens = 2
        yield match.end(), tokens


def _english_tokens(word: str) -> int:
    return _divide_up(len(word), 4 if word[0].isupper() else 7)


def _foreign_tokens(word: str) -> int:
    mixed = not (word.islower() or word.isupper() or word.istitle())
    if len(word) > 3 and word.isascii() and (mixed or not set("aeiouy") & set(word.lower())):
        return len(word)  # keys, hashes and the like
    return max(1, _divide_up(len(word) - 1, 2)) + (len(word) > 3 and not word.isascii())


def _divide_up(number: int, by: int) -> int:
    return -(-number // by)


# --- pieces: sentences, and the parts of those that are too long ----------------------------------


class _Piece(NamedTuple):
    start: int
    end: int
    tokens: int
    heading: bool
    after_blank: bool


_BLANK = re.compile(r"\n[^\S\n]*\n")
_MARKDOWN_HEADING = re.compile(r"#{1,6}[ \t]+\S")
_CLAUSE_ENDS = ",;:—–)]”、，；：）」"
_JOINS = "\u200d\ufe0e\ufe0f\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def _pieces(text: str, size: int) -> list[_Piece]:
    pieces: list[_Piece] = []
    spans = split_sentences(text)
    for here, (start, end) in enumerate(spans):
        tokens = sum(tokens for _, tokens in _units(text, start, end))
        before = spans[here - 1].end if here else 0
        after = spans[here + 1].start if here + 1 < len(spans) else len(text)
        blank = not here or bool(_BLANK.search(text, before, start))
        heading = bool(_MARKDOWN_HEADING.match(text, start, end)) or (
            blank and bool(_BLANK.search(text, end, after)) and _reads_as_title(text, start, end)
        )
        if tokens <= size:
            pieces.append(_Piece(start, end, tokens, heading, blank))
        else:
            pieces.extend(_cut(text, start, end, size, blank))
    return pieces


def _reads_as_title(text: str, start: int, end: int) -> bool:
    return end - start < 100 and text[start].isalnum() and text[end - 1].isalnum()


def _cut(text: str, start: int, end: int, size: int, blank: bool) -> Iterator[_Piece]:
    while start < end:
        stop, tokens = _cut_end(text, start, end, size)
        yield _Piece(start, stop, tokens, heading=False, after_blank=blank)
        blank, start = False, stop
        while start < end and text[start].isspace():
            start += 1


def _cut_end(text: str, start: int, end: int, size: int) -> tuple[int, int]:
    """Where the next part of a long sentence ends, and its tokens: at the best cut in its second half."""
    best, total = (start, 0, 0), 0  # end, rank (clause 3, word 2, character 1), tokens
    for stop, tokens in _units(text, start, end):
        if total + tokens > size:
            break
        total += tokens
        rank = _cut_rank(text, stop, end)
        if rank >= best[1] or (2 * best[2] < size and rank):
            best = (stop, rank, total)
        if stop == end:
            return stop, total
    if best[0] > start:
        return best[0], best[2]
    stop = start + 1
    while stop < end and not text[stop].isspace() and count_tokens(text[start : stop + 1]) <= size:
        stop += 1
    return stop, count_tokens(text[start:stop])


def _cut_rank(text: str, stop: int, end: int) -> int:
    if stop >= end:
        return 3
    if text[stop - 1] in _CLAUSE_ENDS and (text[stop].isspace() or text[stop - 1] > "\u2fff"):
        return 3
    if text[stop].isspace():
        return 2
    return 0 if text[stop] in _JOINS or text[stop - 1] == "\u200d" else 1


# --- chunks ---------------------------------------------------------------------------------------


def _end_of_chunk(pieces: list[_Piece], first: int, least: int, size: int) -> int:
    """One past the last piece of the chunk that begins with ``first``, and at least ``least``."""
    total, last, blank = 0, first, 0
    while last < len(pieces) and (last < least or total + pieces[last].tokens <= size):
        if last >= least and 2 * total >= size:
            if pieces[last].heading:
                return _without_last_headings(pieces, least, last)
            blank = last if pieces[last].after_blank else blank
        total += pieces[last].tokens
        last += 1
    if last < len(pieces) and not pieces[last].after_blank:
        last = blank or last
    return _without_last_headings(pieces, least, last) if last < len(pieces) else last


def _without_last_headings(pieces: list[_Piece], least: int, last: int) -> int:
    end = last
    while end > least and pieces[end - 1].heading:
        end -= 1
    return end if not pieces[end - 1].heading else last


def _shared_from(pieces: list[_Piece], first: int, last: int, size: int, overlap: int) -> int:
    """The piece the next chunk begins with: it shares what it may and still has room for a new piece."""
    start = last
    total = pieces[last].tokens if last < len(pieces) else 0
    while (
        start > max(first + 1, last - overlap)
        and not (start < len(pieces) and pieces[start].heading)
        and total + pieces[start - 1].tokens <= size
    ):
        start -= 1
        total += pieces[start].tokens
    return start
