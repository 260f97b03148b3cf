"""Parses the date in a file's metadata."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

_FORMS: tuple[Callable[[str], datetime], ...] = (
    datetime.fromisoformat,
    lambda text: datetime.strptime(text, "%d %B %Y"),
    lambda text: datetime.strptime(text, "%B %d, %Y"),
)


def stated_date(text: str | None) -> date | None:
    """The date in ``text`` ("2025-05-08", "8 May 2025", "May 8, 2025", with or without a time).

    None if ``text`` is not a date or does not exist, such as "0000-00-00": programs write such values, and the file is
    still worth reading.
    """
    for form in _FORMS:
        try:
            return form((text or "").strip()).date()
        except (ValueError, OverflowError):
            continue
    return None
