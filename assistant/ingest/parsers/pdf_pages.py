"""What stands on the pages of a PDF: pieces of lines with their place and font, drawn rules, and pictures."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from assistant.ingest.parsers.page import Box, Page, Piece, Word

WIDE_GAP = 1.15
"""Of the font size: a wider gap parts a line into pieces."""

MAX_RULES = 4_000
"""Drawn lines of a page that are looked at; a page with more is a drawing."""

HYPHEN = "\ufffe"
"""Stands for a hyphen at the end of a line that may only break the word."""

_BOLD = re.compile(rb"bold|black|heavy|semib|demi|cmbx|cmssbx|-bd|,b\b|\bbd\b", re.IGNORECASE)
_MONO = re.compile(rb"mono|courier|consol|typewriter|cmtt|menlo|inconsolata|fixed", re.IGNORECASE)
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_HYPHENS = frozenset({0x02, 0xFFFE})
_SPACES = frozenset({0x20, 0xA0, 0x09, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000})
_BREAKS = frozenset({0x0A, 0x0D, 0x0B, 0x0C, 0x2028})


def read_page(page: Any) -> Page:
    """The pieces of ``page`` in the order they are drawn in, turned upright."""
    glyphs = _Glyphs(page)
    words = list(glyphs.words())
    turn = Counter({0: 1})
    for word in words:
        turn[word.turn] += len(word.text)
    usual = turn.most_common(1)[0][0]
    upright = [_turned(word, usual) for word in words if word.turn == usual]
    aside = [word for word in words if word.turn != usual]
    return Page(
        pieces=tuple(_pieces(upright)),
        aside=tuple(" ".join(word.text for word in run) for run in _runs(aside)),
        rules=tuple(_turned_box(rule, usual) for rule in drawn_rules(page)) if len(upright) > 1 else (),
        unmapped=glyphs.unmapped / max(1, glyphs.letters),
    )


class _Mark(NamedTuple):
    """A word as it is found: its box, its font, and whether a line break comes before it."""

    text: str
    box: Box
    base: float
    size: float
    bold: bool
    mono: bool
    turn: int
    breaks: bool


class _Glyphs:
    """The characters of a page, gathered to words."""

    def __init__(self, page: Any) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._text = page.get_textpage()
        self._edges = [ctypes.c_double() for _ in range(4)]
        self._origin = (ctypes.c_double(), ctypes.c_double())
        self._matrix = raw.FS_MATRIX()
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()
        self._fonts: dict[tuple[bytes, int], tuple[bool, bool]] = {}
        self.letters = 0
        self.unmapped = 0

    def words(self) -> Iterator[_Mark]:
        """All words in the order they are drawn in."""
        raw, text = self._raw, self._text
        left, right, bottom, top = self._edges
        pointers = [ctypes.byref(edge) for edge in self._edges]
        unicode, box = raw.FPDFText_GetUnicode, raw.FPDFText_GetCharBox
        letters: list[str] = []
        start, breaks = 0, True
        x0 = x1 = y0 = y1 = 0.0
        for index in range(raw.FPDFText_CountChars(text)):
            code = unicode(text, index)
            if code in _SPACES or code in _BREAKS:
                if letters:
                    yield self._word(letters, start, (x0, y0, x1, y1), breaks)
                    letters, breaks = [], False
                breaks = breaks or code in _BREAKS
                continue
            said = self._letter(code)
            if not said:
                continue
            box(text, index, *pointers)
            l, r, b, t = left.value, right.value, bottom.value, top.value  # noqa: E741
            if letters and self._apart((x0, y0, x1, y1), (l, b, r, t)):
                yield self._word(letters, start, (x0, y0, x1, y1), breaks)
                letters, breaks = [], False
            if not letters:
                start, x0, y0, x1, y1 = index, l, b, r, t
            else:
                x0, y0, x1, y1 = min(x0, l), min(y0, b), max(x1, r), max(y1, t)
            letters.append(said)
            if said == HYPHEN:  # the library marks only those at the end of a line
                yield self._word(letters, start, (x0, y0, x1, y1), breaks)
                letters, breaks = [], True
        if letters:
            yield self._word(letters, start, (x0, y0, x1, y1), breaks)

    @staticmethod
    def _apart(word: tuple[float, ...], letter: tuple[float, ...]) -> bool:
        """Whether a letter lies away from the word before it: on another line, or beyond a gap."""
        height = max(word[3] - word[1], letter[3] - letter[1], 4.0)
        across = max(letter[0] - word[2], word[0] - letter[2])
        along = max(letter[1] - word[3], word[1] - letter[3])
        return across > 3 * height or along > 1.5 * height

    def _letter(self, code: int) -> str:
        if code in _HYPHENS:
            return HYPHEN
        if code < 0x20 or 0x7F <= code < 0xA0 or code == 0xAD or code == 0x200B:
            self.unmapped += code < 0x20 or 0x7F <= code < 0xA0
            return ""
        self.letters += 1
        self.unmapped += code == 0xFFFD or 0xE000 <= code < 0xF8FF
        return _LIGATURES.get(code) or chr(code)

    def _word(self, letters: list[str], index: int, box: Box, breaks: bool) -> _Mark:
        raw, text = self._raw, self._text
        raw.FPDFText_GetMatrix(text, index, ctypes.byref(self._matrix))
        matrix = self._matrix
        raw.FPDFText_GetCharOrigin(text, index, *map(ctypes.byref, self._origin))
        turn = round(math.degrees(math.atan2(matrix.b, matrix.a)) / 90) % 4
        size = raw.FPDFText_GetFontSize(text, index) * (math.hypot(matrix.c, matrix.d) or 1.0)
        bold, mono = self._font(index)
        base = self._origin[1 - turn % 2].value
        said = "".join(letters)
        if any("\ud800" <= letter < "\ue000" for letter in letters):
            said = said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return _Mark(said, box, base, abs(size) or 1.0, bold, mono, turn, breaks)

    def _font(self, index: int) -> tuple[bool, bool]:
        """Whether the font of a character is bold, and whether its letters are all of one width."""
        raw = self._raw
        raw.FPDFText_GetFontInfo(self._text, index, self._name, 128, ctypes.byref(self._flags))
        key = (self._name.value, self._flags.value)
        if key not in self._fonts:
            bold = bool(_BOLD.search(key[0])) or bool(key[1] & 0x40000)
            self._fonts[key] = (bold, bool(_MONO.search(key[0])) or bool(key[1] & 1))
        return self._fonts[key]


# --- pieces ---------------------------------------------------------------------------------------


def _turned(word: _Mark, turn: int) -> _Mark:
    """A word with coordinates as a reader holds the page: x to the right, y downwards."""
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


def _runs(words: list[_Mark]) -> Iterator[list[_Mark]]:
    run: list[_Mark] = []
    for word in words:
        if run and word.breaks:
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _pieces(words: list[_Mark]) -> Iterator[Piece]:
    """Words that stand together on a line; a line break that the eye does not see parts nothing."""
    run: list[_Mark] = []
    for word in words:
        if run and not _goes_on(run[-1], word):
            yield _piece(run)
            run = []
        run.append(word)
    if run:
        yield _piece(run)


def _goes_on(before: _Mark, word: _Mark) -> bool:
    if before.text.endswith(HYPHEN):
        return False
    size = max(before.size, word.size)
    gap = word.box[0] - before.box[2]
    return abs(word.base - before.base) < 0.55 * size and -0.6 * size < gap < WIDE_GAP * size


def _piece(words: list[_Mark]) -> Piece:
    letters = sum(len(word.text) for word in words)
    sizes: Counter[float] = Counter()
    for word in words:
        sizes[round(word.size, 1)] += len(word.text)
    size = sizes.most_common(1)[0][0]
    main = [word for word in words if round(word.size, 1) == size]
    return Piece(
        words=tuple(Word(word.text, word.box[0], word.box[2]) for word in words),
        base=main[0].base,
        size=size,
        bold=2 * sum(len(word.text) for word in words if word.bold) > 1.8 * letters,
        mono=sum(len(word.text) for word in words if word.mono) > 0.9 * letters,
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
    """The straight lines of a path that draws several, as of a whole grid."""
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
    """Whether a picture, or a drawing of many strokes, stands on ``page``."""
    from pypdfium2 import raw

    count = raw.FPDFPage_CountObjects(page)
    kinds = Counter(raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, number)) for number in range(min(count, 500)))
    return bool(kinds[raw.FPDF_PAGEOBJ_IMAGE] or kinds[raw.FPDF_PAGEOBJ_FORM]) or kinds[raw.FPDF_PAGEOBJ_PATH] > 20
