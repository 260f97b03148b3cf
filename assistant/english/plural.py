"""Numbers with their nouns, in the singular or the plural."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """``1 document``, ``2 documents``, ``12,000 documents``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
