"""Parses HTML pages: their main text, without navigation and banners, and their metadata."""

from __future__ import annotations

import re
from datetime import date

from assistant.ingest.blocks import TextBuilder
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.encoding import decoded
from assistant.ingest.parsers.markup.structure import BOLD_LEVEL, Element, Piece, lay_out, parse_tree, pieces

_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_DATES = {"original_date": True, "extensive_search": False, "outputformat": "%Y-%m-%d"}


def parse_html(data: bytes, source: str) -> Content:
    """The main text of a page block by block, with its title, publisher and date."""
    charset = _CHARSET.search(data[:2048])
    read = decoded(data, source, charset[1].decode("ascii") if charset else None)
    tree = parse_tree(read.text) if read.text.strip() else None
    if tree is None:
        return Content("")
    found = _titled(_main_pieces(tree, read.text))
    builder = TextBuilder()
    lay_out(builder, found)
    title, publisher, published = _metadata(read.text)
    heading = next((piece.text for piece in found if piece.kind == "heading" and piece.level == 1), None)
    return Content(
        builder.text,
        title=_title(tree, title, heading),
        publisher=publisher,
        published=published,
        blocks=builder.blocks(),
        notes=read.notes,
    )


# --- the main text --------------------------------------------------------------------------------

_FURNITURE_ROLES = frozenset(
    "navigation banner contentinfo search complementary dialog alertdialog menu menubar".split()
)
_FURNITURE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|nav|navbar|navigation|menu|breadcrumbs?|sidebar|share|sharing|social|"
    r"newsletter|subscribe|related|advert|ads?|promo|popup|modal|pagination|pager|skip-?link|toolbar|masthead|"
    r"site-?(?:header|footer)|page-?footer|footer|toc|table-of-contents)(?:$|[\s_-])",
    re.IGNORECASE,
)
_COOKIES = re.compile(r"\bcookies?\b|\bconsent\b|\bGDPR\b", re.IGNORECASE)
_MAX_BANNER = 1_500  # characters; a longer text about cookies is one to be read
_LINKED = 0.5  # share of a list's text that is links where it leads elsewhere
_LITTLE = 0.3  # share of a page's text that furniture has at most, if only its name says so
_SHORT = 100  # characters; less is not the main text of a page
_ENOUGH = 0.5  # share of a page's text that the extractor must find for its judgement to count


def _main_pieces(tree: Element, html: str) -> list[Piece]:
    """The blocks of the main text, or all visible blocks if nothing would be left."""
    root = _root(tree)
    _drop_furniture(root)
    found = pieces(root)
    if not found:
        return pieces(_without(parse_tree(html), "//nav"))
    return found if root.tag in ("main", "article") else _between(found, _extracted(html))


def _titled(found: list[Piece]) -> list[Piece]:
    """``found`` with a first line in bold as the outermost heading, where the page has none."""
    levels = [piece.level for piece in found if piece.kind == "heading"]
    if levels and found[0].kind == "heading" and min(levels) >= BOLD_LEVEL:
        return [found[0]._replace(level=1), *found[1:]]
    return found


def _without(tree: Element, path: str) -> Element:
    for element in tree.xpath(path):
        if element.getparent() is not None:
            element.drop_tree()
    return tree


def _root(tree: Element) -> Element:
    """The only ``main`` element, or the only ``article`` if it has much of the text, else the page."""
    size = len(tree.text_content())
    for path, least in (
        ("//main|//*[@role='main']", _SHORT),
        ("//article|//*[@itemprop='articleBody']", _LITTLE * size),
    ):
        found = tree.xpath(path)
        if len(found) == 1 and len(found[0].text_content()) > least:
            return found[0]
    return tree


def _drop_furniture(root: Element) -> None:
    """Remove what a site shows on every page, except for headings at the top."""
    size = max(1, len(root.text_content()))
    for element in list(root.iter("nav", "footer", "aside", "header", "div", "section", "ul", "form", "p")):
        if element is root or element.getparent() is None or not _is_furniture(element, size):
            continue
        headings = element.xpath(".//h1") if element.tag == "header" else []
        for heading in headings:
            element.addprevious(heading)
        element.drop_tree()


def _is_furniture(element: Element, size: int) -> bool:
    tag, role = element.tag, element.get("role")
    if tag in ("nav", "aside") or role in _FURNITURE_ROLES:
        return True
    if tag in ("header", "footer") or element.get("id") in ("header", "footer"):
        return next(element.iterancestors("article", "main", "section", "blockquote"), None) is None
    text = element.text_content()
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    if not _FURNITURE_NAMES.search(name) or len(text) > _LITTLE * size:
        return bool(_COOKIES.search(name)) and bool(_COOKIES.search(text)) and len(text) <= _MAX_BANNER
    return bool(_COOKIES.search(name)) or _share_of_links(element, text) > _LINKED or len(text.split()) < 8


def _share_of_links(element: Element, text: str) -> float:
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    return linked / max(1, len(text.strip()))


def _extracted(html: str) -> set[str]:
    """The starts of the lines that trafilatura finds to be main text."""
    import logging

    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page without text is not an error of this program
    page = bare_extraction(html, include_comments=False, prune_xpath=["//nav", "//*[@hidden]"])
    text = "" if page is None or isinstance(page, dict) else page.text or ""
    return {_beginning(line) for line in text.split("\n")} - {""}


def _beginning(line: str) -> str:
    return "".join(mark for mark in line[:80] if mark.isalnum())[:40]


def _between(found: list[Piece], extracted: set[str]) -> list[Piece]:
    """``found`` without short blocks before and after the main text, if the main text is most of the page."""
    known = [_beginning(piece.text) in extracted for piece in found]
    sizes = [len(piece.text) for piece in found]
    if sum(size for size, kept in zip(sizes, known, strict=True) if kept) < _ENOUGH * sum(sizes):
        return found
    first = known.index(True)
    last = len(known) - 1 - known[::-1].index(True)
    while first and found[first - 1].kind == "heading":
        first -= 1
    return [
        piece
        for at, piece in enumerate(found)
        if first <= at <= last
        or piece.kind in ("row", "field")
        or (piece.kind == "heading" and piece.level == 1)
        or len(piece.text) > _MAX_SCRAP
    ]


_MAX_SCRAP = 80  # characters of a block outside the main text that is left out


# --- what a page says about itself ----------------------------------------------------------------


def _metadata(html: str) -> tuple[str | None, str | None, date | None]:
    """The title, the publisher and the date that the page states."""
    import logging

    from trafilatura import extract_metadata

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        page = extract_metadata(html, date_config=_DATES)
    except (AttributeError, TypeError, ValueError):  # what it raises for pages without a head
        return None, None, None
    return page.title, page.sitename, _written(page.date, html)


_TITLE_PARTS = re.compile(r"\s+[|–—·»:-]\s+")


def _title(tree: Element, extracted: str | None, heading: str | None) -> str | None:
    """The first heading if it is part of the page's title or the page has no title, else the title."""
    named = next(iter(tree.xpath("//head/title/text()")), "")
    if heading and (not extracted or heading in named or not named.strip()):
        return heading
    return extracted or _TITLE_PARTS.split(" ".join(named.split()))[0] or heading


def _written(day: str | None, html: str) -> date | None:
    """The date, if the page states it. The extractor invents a day for "2025-05" and for "2025-02-31"."""
    try:
        when = date.fromisoformat(day or "")
    except ValueError:
        return None
    forms = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y")
    spelled = [f"{name} {when.day}, {when.year}" for name in (f"{when:%B}", f"{when:%b}", f"{when:%b}.")]
    spelled += [f"{when.day} {name} {when.year}" for name in (f"{when:%B}", f"{when:%b}", f"{when:%b}.")]
    stated = [f"{when:{form}}" for form in forms] + spelled
    return when if any(form in html for form in stated) else None
