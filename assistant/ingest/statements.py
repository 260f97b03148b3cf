"""Statements: the parts of a document that can be ranked, quoted and cited, each with its context."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.english.sentences import split_sentences
from assistant.ingest.boxes import box_reading
from assistant.ingest.inline import strip_markup
from assistant.types import CONTEXT_SEPARATOR, Block, BlockKind, Document, Span, Statement

CELL_SEPARATOR = " · "
"""Stands between the cells of a row in its reading."""

MAX_READING = 1000
"""The most characters of a reading; a longer row has none."""

MAX_WHOLE = 400
"""The most characters of an item that is one statement; a longer one has a statement for each sentence."""

PROSE: frozenset[BlockKind] = frozenset({"paragraph", "quotation"})
"""Kinds of blocks that are made of sentences."""


def statements(document: Document) -> tuple[Statement, ...]:
    """All statements of ``document``, headings and furniture included, in order, with offsets in its text.

    Paragraphs, quotations, long items and long cells of a row have a statement for each sentence; the other cells are
    the context of a long cell. Every other block is one statement. A document without blocks is one paragraph.
    """
    text = document.text
    blocks = document.blocks or (Block(kind="paragraph", start=0, end=len(text)),)
    found: list[Statement] = []
    said = ""
    for block in blocks:
        context = _context(block)
        if long := _long_cells(block, text):
            found += _row_parts(block, text, long, context)
            continue
        for start, end in _spans(block, text):
            before, said = said, text[start:end] if block.kind in PROSE else ""
            around = CONTEXT_SEPARATOR.join(filter(None, [context, before])) if _OUTCOME.fullmatch(said) else context
            found.append(Statement(start, end, block.kind, around, _reading(block, text, start, end)))
    return tuple(found)


_VOTE = r"\d{1,2} ?[-–] ?\d{1,2}"
_OUTCOME = re.compile(
    r"(?:the )?(?:motion|resolution|amendment|ordinance|vote)\b:? ?(?:(?:was|is|has|duly|unanimously) ){0,2}"
    rf"(?:carried|passed|approved|adopted|defeated|failed|lost|denied|tabled|{_VOTE})\b[^.!?]{{0,40}}[.!]?"
    r"|(?:unanimously )?(?:carried|passed|approved|adopted|defeated|denied|tabled)"
    rf"(?: unanimously| {_VOTE})?[.!]?",
    re.IGNORECASE,
)
"""What became of the motion in the sentence before."""


def _context(block: Block) -> str:
    """Headings, lead-in, caption and speaker, outermost first, each only once."""
    parts = [*block.headings, block.lead_in, block.caption, f"{block.speaker}:" if block.speaker else ""]
    return CONTEXT_SEPARATOR.join(dict.fromkeys(part for part in parts if part))


def _spans(block: Block, text: str) -> Iterator[Span]:
    long = block.kind in ("item", "field") and block.end - block.start > MAX_WHOLE
    if block.kind not in PROSE and not long:
        yield Span(block.start, block.end)
        return
    said = text[block.start : block.end]
    if block.kind == "quotation":
        said = _QUOTE_MARKS.sub(lambda match: " " * len(match[0]), said)
    for start, end in split_sentences(said):
        yield Span(block.start + start, block.start + end)


# --- long rows ------------------------------------------------------------------------------------


def _long_cells(block: Block, text: str) -> list[int]:
    """The cells of a long row that are made of sentences, as the text of a review or an answer is."""
    if not block.cells or block.end - block.start <= MAX_WHOLE:
        return []
    long = [number for number, (start, end) in enumerate(block.cells) if 2 * (end - start) > MAX_WHOLE]
    return [number for number in long if len(split_sentences(text[slice(*block.cells[number])])) > 1]


def _row_parts(block: Block, text: str, long: list[int], context: str) -> Iterator[Statement]:
    """The sentences of the long cells, each with what the others say, and the cells between them."""
    short = [number for number in range(len(block.cells)) if number not in long and _is_full(block, number)]
    beside = CELL_SEPARATOR.join(_cell_reading(block, text, number) for number in short)
    around = CONTEXT_SEPARATOR.join(filter(None, [context, beside if len(beside) <= MAX_WHOLE else ""]))
    for number, (start, end) in enumerate(block.cells):
        if number in long:
            for first, last in split_sentences(text[start:end]):
                yield Statement(start + first, start + last, "paragraph", around)
        elif _is_full(block, number):
            yield Statement(start, end, block.kind, context, _cell_reading(block, text, number))


def _is_full(block: Block, number: int) -> bool:
    return block.cells[number].end > block.cells[number].start


# --- readings -------------------------------------------------------------------------------------

_QUOTE_MARKS = re.compile(r"(?<=\n)[ \t]*(?:>[ \t]?)+|^(?:>[ \t]?)+")
_BROKEN_WORD = re.compile(r"(?<![\w-])(\w*[^\W\d_]{2})(?:-|\u00ad|\ufffe)[ \t]*\n\s*([^\W\d_]{2}\w*)")
_AS_SAID = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u2011": "-"}
    | dict.fromkeys("\u200b\u2060\ufeff")
)
"""Letters that are drawn as one, the hyphen that ends no line, and what is not seen."""
_BOXED: frozenset[BlockKind] = frozenset({"item", "field"})
_FIELD_NUMBER = re.compile(r"(?<=\w) ?#(?=:|$)")
"""In a label: "Policy #"."""
_COUNT = re.compile(r"^# ?(?=[^\W\d])")
_SOFT_HYPHEN = re.compile("\u00ad(?!\\s)")


def _reading(block: Block, text: str, start: int, end: int) -> str:
    """The readable form of ``text[start:end]``; empty if the text itself is readable.

    A row has each cell after the name of its column: ``Branch: Fjordby · Staff: 31``. Other kinds are without inline
    markup and quotation marks at line starts, and words broken at a line end are joined.
    """
    if block.cells:
        return _row_reading(block, text)
    if block.kind == "code":
        return ""
    said = text[start:end]
    reading = _QUOTE_MARKS.sub("", said) if block.kind == "quotation" else said
    reading = _joined(_SOFT_HYPHEN.sub("", reading), text).translate(_AS_SAID)
    reading = strip_markup(reading)
    if block.kind == "field":
        reading = _FIELD_NUMBER.sub(" number", reading)
    boxed = box_reading(" ".join(reading.split())) if block.kind in _BOXED else ""
    return boxed or (" ".join(reading.split()) if reading != said else "")


def _joined(said: str, text: str) -> str:
    """``said`` with words joined that a line end breaks; a hyphen is kept if the document has it within a line too."""

    def join(match: re.Match[str]) -> str:
        first, second = match[1], match[2]
        if second[0].isupper() or f"{first}-{second}" in text:
            return f"{first}-{second}"
        return first + second

    return _BROKEN_WORD.sub(join, said) if "\n" in said else said


def _row_reading(block: Block, text: str) -> str:
    said = (_cell_reading(block, text, number) for number in range(len(block.cells)))
    reading = CELL_SEPARATOR.join(filter(None, said))
    return reading if len(reading) <= MAX_READING else ""


def _cell_reading(block: Block, text: str, number: int) -> str:
    """A cell behind its column: ``Staff: 31``."""
    cell = " ".join(strip_markup(text[slice(*block.cells[number])]).split())
    cell = box_reading(cell) or cell
    column = " ".join(strip_markup(block.columns[number]).split()) if number < len(block.columns) else ""
    column = _COUNT.sub("Number of ", _FIELD_NUMBER.sub(" number", column))
    return f"{column}: {cell}" if cell and column and column != cell else cell
