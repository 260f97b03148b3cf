"""Splits a document into chunks: runs of whole statements that fit the embedder, with exact offsets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from assistant.ingest.blocks import LISTED
from assistant.ingest.statements import statements
from assistant.ports import Embedder, NewChunk, Tokenizer
from assistant.types import Chunk, Document, Statement

HEADER_TOKENS = 50
"""The most tokens of the header of an embedded chunk: byline, headings and key facts of the document."""

Tokenize = Callable[[Sequence[str]], Sequence[Sequence[tuple[int, int]]]]
"""Returns the places of the tokens of each text, as (start, end) in characters."""

_BATCH = 1000  # statements that are tokenized together; limits memory
_LONGEST_TOKEN = 30  # characters; longer ones are what a tokenizer does not know, and count by characters
_WINDOW = 10  # characters for each token of a chunk: how far the cut of a long statement looks


def tokenizer(embedder: Embedder) -> Tokenize:
    """The embedder's own tokenizer, or ``word_tokens`` if it has none."""
    return embedder.tokenize if isinstance(embedder, Tokenizer) else word_tokens


def word_tokens(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Approximate tokens: up to six letters or digits, a character of an unspaced script, or any other character."""
    return [[match.span() for match in _WORD.finditer(text)] for text in texts]


_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w{1,6}|[^\w\s]")


def split(
    document: Document, size: int, overlap: int, tokenize: Tokenize = word_tokens, *, header: bool = True
) -> tuple[NewChunk, ...]:
    """Chunks of at most ``size`` tokens, which together hold all statements of ``document`` except furniture.

    Neighbors share up to ``overlap`` statements: fewer if more would not fit, none across a heading. A chunk that is at
    least half full ends before a heading, else between two blocks, else where it is full. A heading stays with what
    follows it, and a list or table with its introduction if both fit. Only a statement longer than ``size`` is cut: at
    the end of a line, a clause or a word, or between two characters.

    With ``header``, the embedded text of a chunk starts with up to HEADER_TOKENS of title and byline, the context of
    its first statement, and the key facts of the document.

    Raises ValueError for a size below 1 or a negative overlap.
    """
    if size < 1 or overlap < 0:
        raise ValueError(f"Needs size > 0 and overlap >= 0, not size={size!r} and overlap={overlap!r}.")
    pieces = list(_pieces(document, size, tokenize))
    headers = _Headers(document, tokenize) if header else None
    chunks: list[NewChunk] = []
    first = done = 0
    while done < len(pieces):
        last = _end_of_chunk(pieces, first, done + 1, size)
        said = [piece.statement for piece in pieces[first:last]]
        before = headers.of(said[0].context) if headers else ""
        chunks.append(NewChunk(*_chunk(document, said), before))
        first, done = _shared_from(pieces, first, last, size, overlap), last
    return tuple(chunks)


def _chunk(document: Document, said: Sequence[Statement]) -> tuple[Chunk, tuple[Statement, ...]]:
    start, end = said[0].start, said[-1].end
    chunk = Chunk(source=document.source, start=start, end=end, text=document.text[start:end])
    return chunk, tuple(each._replace(start=each.start - start, end=each.end - start) for each in said)


class _Headers:
    """Makes the lines that are embedded before a chunk."""

    def __init__(self, document: Document, tokenize: Tokenize) -> None:
        self._document = document
        self._tokenize = tokenize
        self._made: dict[str, str] = {}

    def of(self, context: str) -> str:
        if context not in self._made:
            lines = "\n".join(filter(None, (self._document.header, context, self._document.about)))
            (tokens,) = self._tokenize([lines])
            cut = lines if len(tokens) <= HEADER_TOKENS else lines[: tokens[HEADER_TOKENS - 1][1]]
            self._made[context] = f"{cut}\n"
        return self._made[context]


# --- pieces: statements, and the parts of those that are too long ---------------------------------


class _Piece(NamedTuple):
    """A statement with its tokens, and how good a place it is to start a chunk (see ``_opening``)."""

    statement: Statement
    tokens: int
    opening: int


_NEVER, _INSIDE, _BLOCK, _SECTION = range(4)
_BLANK = re.compile(r"\n[^\S\n]*\n")


def _pieces(document: Document, size: int, tokenize: Tokenize) -> Iterator[_Piece]:
    text = document.text
    before: Statement | None = None
    said = (statement for statement in statements(document) if statement.kind != "furniture")
    for statement, tokens in _counted(text, said, tokenize):
        opening = _opening(text, before, statement)
        before = statement
        long = tokens > size
        if long and statement.reading:  # a row may fit although its reading does not
            tokens = len(_tokens([text[statement.start : statement.end]], tokenize)[0])
        if tokens <= size:
            yield _Piece(statement, tokens, opening)
            continue
        for start, end, some in _cut(text, statement.start, statement.end, size, tokenize):
            yield _Piece(statement._replace(start=start, end=end, reading=""), some, opening)
            opening = _INSIDE


def _counted(text: str, said: Iterable[Statement], tokenize: Tokenize) -> Iterator[tuple[Statement, int]]:
    """Each statement with its number of tokens when embedded; many are tokenized at once."""
    batch: list[Statement] = []
    for statement in said:
        batch.append(statement)
        if len(batch) == _BATCH:
            yield from _batch_counted(text, batch, tokenize)
            batch = []
    yield from _batch_counted(text, batch, tokenize)


def _batch_counted(text: str, batch: Sequence[Statement], tokenize: Tokenize) -> Iterator[tuple[Statement, int]]:
    texts = [s.reading or text[s.start : s.end] for s in batch]
    return zip(batch, map(len, _tokens(texts, tokenize)), strict=True)


def _tokens(texts: Sequence[str], tokenize: Tokenize) -> list[Sequence[tuple[int, int]]]:
    """The tokens of each text; a word too long for the tokenizer counts as one token for each character."""
    found = []
    for text, tokens in zip(texts, tokenize(texts) if texts else (), strict=True):
        if len(text) > _LONGEST_TOKEN and any(end - start > _LONGEST_TOKEN for start, end in tokens):
            tokens = [span for start, end in tokens for span in _characters(start, end)]
        found.append(tokens)
    return found


def _characters(start: int, end: int) -> Iterable[tuple[int, int]]:
    return [(start, end)] if end - start <= _LONGEST_TOKEN else [(at, at + 1) for at in range(start, end)]


def _opening(text: str, before: Statement | None, statement: Statement) -> int:
    """How good a place a statement is to start a chunk, after ``before``."""
    if before is None:
        return _SECTION
    if before.kind == "heading" or (statement.kind in LISTED and _introduces(text, before)):
        return _NEVER
    if statement.kind == "heading":
        return _SECTION
    together = statement.kind in LISTED and before.kind == statement.kind
    return _BLOCK if not together and _BLANK.search(text, before.end, statement.start) else _INSIDE


def _introduces(text: str, statement: Statement) -> bool:
    return statement.kind == "caption" or (statement.kind not in LISTED and text[statement.end - 1] in ":：")


# --- cutting a long statement ---------------------------------------------------------------------

_CLAUSE_ENDS = ",;:—–)]”、，；：）」"
_JOINS = "\u200d\ufe0e\ufe0f\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def _cut(text: str, start: int, end: int, size: int, tokenize: Tokenize) -> Iterator[tuple[int, int, int]]:
    """The parts of ``text[start:end]`` with their tokens, each cut at the best place in its second half."""
    while start < end:
        window = text[start : min(end, start + _WINDOW * size)]
        (tokens,) = _tokens([window], tokenize)
        if start + len(window) == end and len(tokens) <= size:
            yield start, end, len(tokens)
            return
        stop, count = _cut_end(window, tokens, size)
        yield start, start + stop, count
        start += stop
        while start < end and text[start].isspace():
            start += 1


def _cut_end(window: str, tokens: Sequence[tuple[int, int]], size: int) -> tuple[int, int]:
    """The end of the first part of ``window``, and its tokens."""
    best = (0, 0, 0)  # rank, end, tokens
    for count, (_, stop) in enumerate(tokens[:size], 1):
        rank = _cut_rank(window, stop)
        if rank >= best[0] or (2 * best[2] < size and rank):
            best = (rank, stop, count)
    if best[1]:
        return best[1:]
    return next((at for at in range(1, len(window)) if _cut_rank(window, at)), len(window)), min(size, len(tokens))


def _cut_rank(text: str, stop: int) -> int:
    """How good a cut before ``text[stop]`` is: best at the end of a line, then a clause, then a word; 0 if none."""
    if stop >= len(text):
        return 1
    here = text[stop]
    if here == "\n":
        return 4
    if text[stop - 1] in _CLAUSE_ENDS and (here.isspace() or text[stop - 1] > "\u2fff"):
        return 3
    if here.isspace():
        return 2
    return 0 if here in _JOINS or text[stop - 1] == "\u200d" else 1


# --- chunks ---------------------------------------------------------------------------------------


def _end_of_chunk(pieces: Sequence[_Piece], first: int, least: int, size: int) -> int:
    """One past the last piece of the chunk that starts with ``first``, and at least ``least``.

    The chunk ends at the first heading in its second half. Without one, it ends in that half at the best place for
    another chunk to start, the last of equally good ones. It ends earlier only to keep together what belongs together.
    """
    total, last = 0, first
    best = (False, False, _NEVER, least)  # whether it may end there, whether half full, how good, where
    while last < len(pieces) and (last < least or total + pieces[last].tokens <= size):
        opening, half = pieces[last].opening, 2 * total >= size
        if last >= least:
            if half and opening == _SECTION:
                return last
            best = max(best, (opening > _NEVER, half, opening, last))
        total += pieces[last].tokens
        last += 1
    if last == len(pieces):
        return last
    return max(best, (pieces[last].opening > _NEVER, True, pieces[last].opening, last))[-1]


def _shared_from(pieces: Sequence[_Piece], first: int, last: int, size: int, overlap: int) -> int:
    """The piece with which the next chunk starts, so that it shares statements and has room for a new one."""
    start = last
    total = pieces[last].tokens if last < len(pieces) else 0
    while (
        start > max(first + 1, last - overlap)
        and not (start < len(pieces) and pieces[start].opening == _SECTION)
        and total + pieces[start - 1].tokens <= size
    ):
        start -= 1
        total += pieces[start].tokens
    return start
