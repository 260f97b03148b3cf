"""Reads HTML pages."""

from __future__ import annotations

import re
from datetime import date

from assistant.ingest.parsers.content import Content, visible_text
from assistant.ingest.parsers.encoding import decode

_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_DATES = {"original_date": True, "extensive_search": False, "outputformat": "%Y-%m-%d"}


def parse_html(data: bytes, source: str) -> Content:
    """The main text of a page, with its title, publisher and date."""
    import logging

    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page without text is no error of ours
    charset = _CHARSET.search(data[:2048])
    html = decode(data, source, charset[1].decode("ascii") if charset else None)
    if not html.strip():
        return Content("")
    page = bare_extraction(
        html,
        include_comments=False,
        with_metadata=True,
        date_extraction_params=_DATES,
        prune_xpath=["//nav", "//*[@hidden]"],  # its own fallback for short pages keeps them
    )
    if page is None or isinstance(page, dict):
        return Content(visible_text(html))
    lines = (page.text or "").split("\n")
    text = "\n\n".join(line.strip() for line in lines if line.strip())
    return Content(
        text or visible_text(html),
        title=page.title,
        publisher=page.sitename,
        published=_written(page.date, html),
    )


def _written(day: str | None, html: str) -> date | None:
    """The date, if the page states it; the extractor makes up a day for "2025-05" and for "2025-02-31"."""
    try:
        when = date.fromisoformat(day or "")
    except ValueError:
        return None
    forms = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y")
    spelled = [f"{name} {when.day}, {when.year}" for name in (f"{when:%B}", f"{when:%b}", f"{when:%b}.")]
    spelled += [f"{when.day} {name} {when.year}" for name in (f"{when:%B}", f"{when:%b}", f"{when:%b}.")]
    stated = [f"{when:{form}}" for form in forms] + spelled
    return when if any(form in html for form in stated) else None
