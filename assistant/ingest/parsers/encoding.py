"""Decodes the bytes of a text file, and says if the encoding was guessed."""

from __future__ import annotations

import codecs
from typing import NamedTuple

from assistant.errors import DocumentError


class Decoded(NamedTuple):
    """The characters of a file. ``guessed`` is the encoding if neither a mark nor the bytes determine it."""

    text: str
    guessed: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """A note about a guessed encoding, if it was guessed."""
        return (f"Its encoding is not stated; it was read as {self.guessed}.",) if self.guessed else ()


_PREFIX = 65_536  # bytes an encoding is guessed from
_BOMS = (  # UTF-32 before UTF-16, whose little-endian mark it begins with
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\a\b\t\n\v\f\r\x1b") | {127})
_MOST_WRONG = 100  # one character in so many may be wrong in a guessed encoding
_PYTHON_NAMES = {"gbk": "gb18030", "shift_jis": "cp932", "euc-kr": "cp949", "iso-8859-8-i": "iso-8859-8"}
_WESTERN_TWINS = frozenset("ăŕĺńŁ")  # windows-1250 for the bytes that are ã à å ñ £ in windows-1252


def decoded(data: bytes, source: str, declared: str | None = None) -> Decoded:
    """The characters of ``data``, without a byte order mark and with newlines as ``\\n``.

    The encoding is that of the mark, UTF-16 if zero bytes show it, UTF-8 if the bytes are valid, the ``declared`` one,
    or a guess, in this order. Raises DocumentError if the data is not text.
    """
    marked = next((name for mark, name in _BOMS if data.startswith(mark)), None) or _wide(data)
    guessed = ""
    if marked:
        text = data.decode(marked, "replace").removeprefix("\ufeff")
    else:
        sample = data[:_PREFIX]
        if b"\0" in data or len(sample) - len(sample.translate(None, _CONTROLS)) > len(sample) // 20:
            raise _binary(source)
        text, guessed = _decode_unmarked(data, declared)
    if "\0" in text:
        raise _binary(source)
    return Decoded(text.replace("\r\n", "\n").replace("\r", "\n"), guessed)


def decode(data: bytes, source: str, declared: str | None = None) -> str:
    """The characters of ``data``, as ``decoded`` reads them."""
    return decoded(data, source, declared).text


def _binary(source: str) -> DocumentError:
    return DocumentError(f"{source!r} is binary, not text. Move it out of the folder: `mv {source!r} ..`")


def _wide(data: bytes) -> str | None:
    """UTF-16 if one half of the byte pairs is often zero, the other never, and the pairs are text."""
    sample = data[: _PREFIX & ~1]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if not (even or odd) or (even and odd) or len(data) % 2 or max(even, odd) * 20 < len(sample):
        return None
    name = "utf-16-le" if odd else "utf-16-be"
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return None
    return name if all(sign.isprintable() or sign in "\t\n\r\f" for sign in text) else None


def _decode_unmarked(data: bytes, declared: str | None) -> tuple[str, str]:
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError as exc:
        wrong = exc.start
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if 4 * bad <= len(text) - len(text.encode("ascii", "ignore")) - bad:
        return text, ""  # UTF-8 with a few broken bytes: any other encoding would garble the rest
    stated = _as_browsers_do(declared)
    guess = _guess(data, wrong)
    for encoding in (stated, guess):
        try:
            return data.decode(encoding), "" if encoding == stated else encoding
        except (UnicodeError, LookupError):
            continue
    text = data.decode(guess, "replace")
    if _MOST_WRONG * text.count("\ufffd") <= len(text):
        return text, guess
    return data.decode("cp1252", "replace"), "windows-1252"


def _as_browsers_do(declared: str | None) -> str:
    """The declared encoding, as browsers read it: Latin-1 means Windows-1252. A declared UTF was already ruled out."""
    name = (declared or "").lower()
    if name in ("iso-8859-1", "latin1", "us-ascii"):
        return "cp1252"
    return "" if name.startswith("utf") else name


def _guess(data: bytes, wrong: int) -> str:
    """The likely encoding, guessed from the text around the first byte that is not UTF-8."""
    from chardetng_py import detect  # type: ignore[import-untyped]  # publishes no types

    start = data.rfind(b"\n", max(0, wrong - _PREFIX // 2), wrong) + 1 or max(0, wrong - _PREFIX // 2)
    stretch = data[start : start + _PREFIX]
    name = detect(stretch, allow_utf8=False).lower()
    name = _PYTHON_NAMES.get(name, name)
    return "windows-1252" if _may_be_western(stretch, name) else name


def _may_be_western(data: bytes, guess: str) -> bool:
    """Whether the guess differs from Windows-1252 only in letters that are common in Western texts."""
    if guess != "windows-1250":
        return False
    central, western = data.decode(guess, "replace"), data.decode("cp1252", "replace")
    return {a for a, b in zip(central, western, strict=True) if a != b} <= _WESTERN_TWINS
