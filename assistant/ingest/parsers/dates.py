"""Reads the date that a file states about itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

_FORMS: tuple[Callable[[str], datetime], ...] = (
    datetime.fromisoformat,
    lambda text: datetime.strptime(text, "%d %B %Y"),
    lambda text: datetime.strptime(text, "%B %d, %Y"),
)


def stated_date(text: str | None) -> date | None:
    """Return the date in ``text`` ("2025-05-08", "8 May 2025", "May 8, 2025", with or without a time).

    Return None where ``text`` is no date or one that no calendar has, such as "0000-00-00": programs write such values
    into files, and a file is worth reading without its date.
    """
    for form in _FORMS:
        try:
            return form((text or "").strip()).date()
        except (ValueError, OverflowError):
            continue
    return None
