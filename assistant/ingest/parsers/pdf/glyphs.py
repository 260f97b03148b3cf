"""The content of PDF pages: pieces of lines with their position and font, drawn rules, and pictures."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from assistant.ingest.parsers.pdf.printed import Box, Page, Piece, Word, grouped

WIDE_GAP = 1.15
"""A gap wider than this share of the font size separates the pieces of a line."""

MAX_RULES = 4_000
"""The most drawn lines of a page that are examined; a page with more is a drawing."""

HYPHEN = "\ufffe"
"""Stands for a hyphen at a line end that may only break the word."""

_BOLD = re.compile(rb"bold|black|heavy|semib|demi|-medi(?!um)|cmbx|sfbx|cmssbx|-bd|,b\b|\bbd\b", re.IGNORECASE)
_ITALIC = re.compile(rb"ital|obliq|cmti|sfti|slant", re.IGNORECASE)
_BOLD_WEIGHT = 600
_MONO = re.compile(rb"mono|courier|consol|typewriter|cmtt|menlo|inconsolata|fixed", re.IGNORECASE)
_REPLACED = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_BULLETS = "2d 6c 6e 71 76 77 a7 a8 b2 b7 be d6 d8 e0 f0 fc fe"  # of the fonts Symbol and Wingdings
_REPLACED.update({0xF000 + int(code, 16): "•" for code in _BULLETS.split()})
_DESCENDING = "gjpqyQ"
_ENDS = ".,;:!?)\"'”’»"
_HYPHENS = frozenset({0x02, 0xFFFE})
_SPACES = frozenset({0x20, 0xA0, 0x09, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000})
_BREAKS = frozenset({0x0A, 0x0D, 0x0B, 0x0C, 0x2028})


def read_page(page: Any) -> Page:
    """The pieces of ``page`` in drawing order, rotated upright."""
    glyphs = _Glyphs(page)
    words = list(glyphs.words())
    turn = Counter({0: 1})
    for word in words:
        turn[word.turn] += len(word.text)
    usual = turn.most_common(1)[0][0]
    upright = [_turned(word, usual) for word in words if word.turn == usual]
    aside = [word for word in words if word.turn != usual]
    return Page(
        # Line breaks in the file that are not visible are ignored.
        pieces=tuple(map(_piece, grouped(upright, _is_next))),
        aside=tuple(" ".join(word.text for word in run) for run in grouped(aside, lambda _, word: not word.breaks)),
        rules=tuple(_turned_box(rule, usual) for rule in drawn_rules(page)) if len(upright) > 1 else (),
        unmapped=glyphs.unmapped / max(1, glyphs.letters),
    )


class _Font(NamedTuple):
    bold: bool
    slanted: bool
    mono: bool
    """Whether all its letters have one width."""


class _Mark(NamedTuple):
    """A word: its box, its font, and whether a line break comes before it."""

    text: str
    box: Box
    base: float
    size: float
    font: _Font
    turn: int
    breaks: bool


class _Open:
    """A word that is being collected; y grows upwards."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.box: Box = (0.0, 0.0, 0.0, 0.0)
        self.start = 0
        self.breaks = True
        self.is_note = False
        self._foot = self._head = 0.0

    def clear(self) -> None:
        """Forget the word; the next one is on the same line."""
        if self.letters:
            self.letters, self.breaks = [], False
        self.is_note = False

    def add(self, index: int, letter: str, box: Box) -> None:
        """Add a letter."""
        if not self.letters:
            self.start, self.box = index, box
            self._foot, self._head = box[1], box[3]
        else:
            old = self.box
            self.box = (min(old[0], box[0]), min(old[1], box[1]), max(old[2], box[2]), max(old[3], box[3]))
            if letter.isalnum() and letter not in _DESCENDING:
                self._foot, self._head = box[1], max(self._head, box[3])
        self.letters.append(letter)

    def is_far(self, box: Box) -> bool:
        """Whether a letter is too far away to be part of the word."""
        x0, y0, x1, y1 = self.box
        height = max(y1 - y0, box[3] - box[1], 4.0)
        return max(box[0] - x1, x0 - box[2]) > 3 * height or max(box[1] - y1, y0 - box[3]) > 1.5 * height

    def leads_to_note(self, letter: str, box: Box) -> bool:
        """Whether a letter is a raised digit after a word, "alert\u2075": the number of a note."""
        if not letter.isdecimal() or box[1] < self._foot + max(1.0, 0.3 * (self._head - self._foot)):
            return False
        before = "".join(self.letters)
        word = before.rstrip(_ENDS)
        return word[-1:].isalpha() and (len(word) > 3 or word != before)

    def is_number_of_note(self, letter: str, box: Box) -> bool:
        """Whether the word is the raised number of a note, and the letter starts the note's text."""
        raised = letter.isalpha() and letter not in _DESCENDING and self.box[1] > box[1] + 0.25 * (box[3] - box[1])
        return raised and len(self.letters) < 4 and "".join(self.letters).isdecimal()


class _Glyphs:
    """The characters of a page, collected into words."""

    def __init__(self, page: Any) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._text = page.get_textpage()
        self._edges = [ctypes.c_double() for _ in range(4)]
        self._origin = (ctypes.c_double(), ctypes.c_double())
        self._matrix = raw.FS_MATRIX()
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()
        self._fonts: dict[tuple[bytes, int], _Font] = {}
        self.letters = 0
        self.unmapped = 0

    def words(self) -> Iterator[_Mark]:
        """All words in drawing order, without raised numbers after words, which refer to notes."""
        raw, text = self._raw, self._text
        left, right, bottom, top = self._edges
        pointers = [ctypes.byref(edge) for edge in self._edges]
        unicode, place = raw.FPDFText_GetUnicode, raw.FPDFText_GetCharBox
        word = _Open()
        for index in range(raw.FPDFText_CountChars(text)):
            code = unicode(text, index)
            if code in _SPACES or code in _BREAKS:
                yield from self._ended(word)
                word.breaks = word.breaks or code in _BREAKS
                continue
            letter = self._letter(code)
            if not letter:
                continue
            place(text, index, *pointers)
            box = (left.value, bottom.value, right.value, top.value)
            if word.letters:
                raised = not word.is_note and word.leads_to_note(letter, box)
                if (
                    raised
                    or word.is_far(box)
                    or word.is_number_of_note(letter, box)
                    or (word.is_note and not letter.isdecimal())
                ):
                    yield from self._ended(word)
                    word.is_note = raised
            word.add(index, letter, box)
            if letter == HYPHEN and len(word.letters) > 1:  # the library marks only those at the end of a line
                yield from self._ended(word)
                word.breaks = True
        yield from self._ended(word)

    def _ended(self, word: _Open) -> Iterator[_Mark]:
        if word.letters and not word.is_note:
            yield self._word(word)
        word.clear()

    def _letter(self, code: int) -> str:
        if code in _HYPHENS:
            return HYPHEN
        if code < 0x20 or 0x7F <= code < 0xA0 or code == 0xAD or code == 0x200B:
            self.unmapped += code < 0x20 or 0x7F <= code < 0xA0
            return ""
        self.letters += 1
        self.unmapped += code == 0xFFFD or 0xE000 <= code < 0xF8FF
        return _REPLACED.get(code) or chr(code)

    def _word(self, word: _Open) -> _Mark:
        raw, text, index = self._raw, self._text, word.start
        raw.FPDFText_GetMatrix(text, index, ctypes.byref(self._matrix))
        matrix = self._matrix
        raw.FPDFText_GetCharOrigin(text, index, *map(ctypes.byref, self._origin))
        turn = round(math.degrees(math.atan2(matrix.b, matrix.a)) / 90) % 4
        size = raw.FPDFText_GetFontSize(text, index) * (math.hypot(matrix.c, matrix.d) or 1.0)
        base = self._origin[1 - turn % 2].value
        said = "".join(word.letters) if len(word.letters) > 1 else word.letters[0].replace(HYPHEN, "-")
        if any("\ud800" <= letter < "\ue000" for letter in word.letters):
            said = said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return _Mark(said, word.box, base, abs(size) or 1.0, self._font(index), turn, word.breaks)

    def _font(self, index: int) -> _Font:
        """The font of a character."""
        raw = self._raw
        raw.FPDFText_GetFontInfo(self._text, index, self._name, 128, ctypes.byref(self._flags))
        key = (self._name.value, self._flags.value)
        if key not in self._fonts:
            heavy = raw.FPDFText_GetFontWeight(self._text, index) >= _BOLD_WEIGHT
            bold = heavy or bool(_BOLD.search(key[0])) or bool(key[1] & 0x40000)
            slanted = bool(_ITALIC.search(key[0])) or bool(key[1] & 0x40)
            self._fonts[key] = _Font(bold, slanted, bool(_MONO.search(key[0])) or bool(key[1] & 1))
        return self._fonts[key]


# --- pieces ---------------------------------------------------------------------------------------


def _turned(word: _Mark, turn: int) -> _Mark:
    """A word with coordinates of the upright page: x to the right, y downwards."""
    base = {0: -word.base, 1: word.base, 2: word.base, 3: -word.base}[turn]
    return word._replace(box=_turned_box(word.box, turn), base=base)


def _turned_box(box: Box, turn: int) -> Box:
    x0, y0, x1, y1 = box
    if turn == 1:
        return (y0, x0, y1, x1)
    if turn == 2:
        return (-x1, y0, -x0, y1)
    if turn == 3:
        return (-y1, -x1, -y0, -x0)
    return (x0, -y1, x1, -y0)


def _leftward(text: str) -> bool:
    """Whether a word is written from right to left, as in Arabic and Hebrew."""
    return any("\u0590" <= letter < "\u0900" or "\ufb1d" <= letter < "\uff00" for letter in text)


def _is_next(run: list[_Mark], word: _Mark) -> bool:
    """Whether ``word`` is next to the last word of ``run`` on the same line."""
    before = run[-1]
    if before.text.endswith(HYPHEN):
        return False
    size = max(before.size, word.size)
    gap = word.box[0] - before.box[2]
    if _leftward(before.text) and _leftward(word.text):
        gap = before.box[0] - word.box[2]
    return abs(word.base - before.base) < 0.55 * size and -0.6 * size < gap < WIDE_GAP * size


def _piece(words: list[_Mark]) -> Piece:
    letters = sum(len(word.text) for word in words)
    sizes: Counter[float] = Counter()
    for word in words:
        sizes[round(word.size, 1)] += len(word.text)
    size = sizes.most_common(1)[0][0]
    main = [word for word in words if round(word.size, 1) == size]

    def mostly(told: Callable[[_Font], bool]) -> bool:
        return sum(len(word.text) for word in words if told(word.font)) > 0.9 * letters

    return Piece(
        words=tuple(Word(word.text, word.box[0], word.box[2]) for word in words),
        base=main[0].base,
        size=size,
        bold=mostly(lambda font: font.bold),
        slanted=mostly(lambda font: font.slanted),
        mono=mostly(lambda font: font.mono),
    )


# --- drawings -------------------------------------------------------------------------------------


def drawn_rules(page: Any) -> Iterator[Box]:
    """The boxes of the lines and rectangles that are drawn on ``page``, with y upwards."""
    from pypdfium2 import raw

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for number in range(min(raw.FPDFPage_CountObjects(page), MAX_RULES)):
        drawn = raw.FPDFPage_GetObject(page, number)
        if raw.FPDFPageObj_GetType(drawn) != raw.FPDF_PAGEOBJ_PATH:
            continue
        segments = raw.FPDFPath_CountSegments(drawn)
        if segments <= 6:
            if raw.FPDFPageObj_GetBounds(drawn, *map(ctypes.byref, (left, bottom, right, top))):
                yield (left.value, bottom.value, right.value, top.value)
        elif segments <= 400:
            yield from _strokes(drawn, segments)


def _strokes(drawn: Any, segments: int) -> Iterator[Box]:
    """The straight lines of a path that draws several, such as a whole grid."""
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(drawn, ctypes.byref(matrix))
    x, y = ctypes.c_float(), ctypes.c_float()
    at = (0.0, 0.0)
    for number in range(segments):
        segment = raw.FPDFPath_GetPathSegment(drawn, number)
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        to = (matrix.a * x.value + matrix.c * y.value + matrix.e, matrix.b * x.value + matrix.d * y.value + matrix.f)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_LINETO:
            yield (min(at[0], to[0]), min(at[1], to[1]), max(at[0], to[0]), max(at[1], to[1]))
        at = to


def has_pictures(page: Any) -> bool:
    """Whether ``page`` has a picture or a drawing of many strokes."""
    from pypdfium2 import raw

    count = raw.FPDFPage_CountObjects(page)
    kinds = Counter(raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, number)) for number in range(min(count, 500)))
    return bool(kinds[raw.FPDF_PAGEOBJ_IMAGE] or kinds[raw.FPDF_PAGEOBJ_FORM]) or kinds[raw.FPDF_PAGEOBJ_PATH] > 20
