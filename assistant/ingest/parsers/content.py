"""What the readers of all formats share: what they return, and how bytes and markup become text."""

import codecs
from datetime import date
from typing import NamedTuple

from assistant.errors import DocumentError
from assistant.types import Block


class Content(NamedTuple):
    """What a parser makes of a file.

    The title falls back to the file's name. ``pages`` holds where each page begins. ``notes`` tell what was guessed
    or left out, a sentence each.
    """

    text: str
    title: str | None = None
    publisher: str | None = None
    published: date | None = None
    kind: str | None = None
    pages: tuple[int, ...] = ()
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()


# --- characters -----------------------------------------------------------------------------------

_PREFIX = 65_536  # bytes an encoding is guessed from
_BOMS = (  # UTF-32 before UTF-16, whose little-endian mark it begins with
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\a\b\t\n\v\f\r\x1b") | {127})
# Without bounds a guess from a few bytes lands on EBCDIC, DOS code pages or UTF-16.
_PLAUSIBLE = ["cp1252", "cp1250", "iso8859_2", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"]
_PLAUSIBLE += ["gb18030", "big5", "cp932", "euc_jp", "cp949"]


def decode(data: bytes, source: str, declared: str | None = None) -> str:
    """The characters of ``data``, without a byte order mark and with newlines as ``\\n``."""
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if encoding:
        text = data.decode(encoding, "replace").removeprefix("\ufeff")
    else:
        sample = data[:_PREFIX]
        if b"\0" in data or len(sample) - len(sample.translate(None, _CONTROLS)) > len(sample) // 20:
            raise _binary(source)
        text = _decode_unmarked(data, declared)
    if "\0" in text:
        raise _binary(source)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _binary(source: str) -> DocumentError:
    return DocumentError(f"{source!r} is binary, not text. Move it out of the folder: `mv {source!r} ..`")


def _decode_unmarked(data: bytes, declared: str | None) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as exc:
        wrong = exc.start
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if 4 * bad <= len(text) - len(text.encode("ascii", "ignore")) - bad:
        return text  # UTF-8 with a few broken bytes: any other encoding would garble the rest
    for encoding in (_as_browsers_do(declared), _guess(data, wrong)):
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return text


def _as_browsers_do(declared: str | None) -> str:
    """The declared encoding; Latin-1 means Windows-1252, and a declared UTF has been found untrue before."""
    name = (declared or "").lower()
    if name in ("iso-8859-1", "latin1", "us-ascii"):
        return "cp1252"
    return "" if name.startswith("utf") else name


def _guess(data: bytes, wrong: int) -> str:
    """The likely encoding of the stretch around the first byte that is not UTF-8, cut at whitespace."""
    from charset_normalizer import from_bytes

    start = data.rfind(b"\n", max(0, wrong - _PREFIX // 2), wrong) + 1 or max(0, wrong - _PREFIX // 2)
    stretch = data[start : start + _PREFIX]
    if start + _PREFIX < len(data):
        stretch = stretch[: max(stretch.rfind(b"\n"), stretch.rfind(b" ")) + 1] or stretch
    best = from_bytes(stretch, cp_isolation=_PLAUSIBLE).best()
    return best.encoding if best else "cp1252"


# --- markup ---------------------------------------------------------------------------------------

_INVISIBLE = "//script|//style|//noscript|//template|//nav|//head|//comment()|//*[@hidden]"
_INLINE_TAGS = "a abbr b bdi bdo big cite code em font i kbd mark q s samp small span strong sub sup time u var wbr"
_INLINE = frozenset(_INLINE_TAGS.split())


def visible_text(html: str) -> str:
    """All text of a page that a browser would show, a paragraph for each block."""
    from lxml import etree  # type: ignore[import-untyped]  # publishes no types
    from lxml import html as parser

    try:
        tree = parser.fromstring(html.encode(), parser=parser.HTMLParser(encoding="utf-8"))
    except etree.ParserError:
        return ""
    for element in tree.xpath(_INVISIBLE):
        if element.getparent() is not None:
            element.drop_tree()
    for element in tree.iter(etree.Element):
        if element.tag not in _INLINE:
            element.text = "\n" + (element.text or "")
            element.tail = "\n" + (element.tail or "")
    lines = (" ".join(line.split()) for line in str(tree.text_content()).split("\n"))
    return "\n\n".join(line for line in lines if line)
