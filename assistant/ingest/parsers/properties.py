"""Checks the properties of a file: programs fill in titles and names that no person would use."""

from __future__ import annotations

import re

_NOBODY = frozenset(
    "anonymous (anonymous) unknown untitled (unspecified) unspecified none user users admin administrator owner author "
    "root guest python-docx openpyxl default test scanner unnamed".split()
) | {"edgar online", "windows user", "microsoft office user", "office user", "un-named", "no name", "your name"}
_PROGRAM = re.compile(
    r"\b(?:microsoft|adobe|acrobat|distiller|libreoffice|openoffice|word|excel|powerpoint|writer|latex|pdftex|tex|"
    r"dvips|ghostscript|quartz|indesign|quarkxpress|framemaker|pscript|pdf|crystal reports|wkhtmltopdf|chromium|skia|"
    r"reportlab|weasyprint|prince|itext|fpdf|edgar|copier|scanner|xerox|ricoh|konica)\b",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(
    r"\S+\.(?:docx?|dotx?|pptx?|xlsx?|pdf|dvi|tex|rtf|odt|indd|qxd|ps|p65|fm|html?|txt|wpd|pub)\b", re.IGNORECASE
)
_LEFT_OVER = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel)\s*-\s*.*|(?:powerpoint|power point|pdf)[ -]?(?:presentation|document)?|"
    r"document\s?\d*|presentation\s?\d*|slide\s?\d*|book\s?\d+|page \d+|title|no title|.*untitled.*|[\W\d_]*|"
    r"\w*\d{4,}\w*|[a-z]+[_-]\S+|layout \d+|print|präsentation\s?\d*|dokument\s?\d*)",
    re.IGNORECASE,
)


def sensible_name(name: str | None) -> str | None:
    """The name of a person or an organization, or None for names of programs and user accounts."""
    said = " ".join((name or "").split())
    if not said or said.casefold() in _NOBODY or _PROGRAM.search(said) or _FILE_NAME.search(said):
        return None
    words = [word for word in re.split(r"[\s,;&]+", said) if any(map(str.isalpha, word))]
    if len(words) < 2 and not (said.istitle() and len(said) > 3 and "." in said):  # "jsmith", "ADMS", but "News.Az"
        return None
    return said if len(said) <= MAX_NAME else None


MAX_NAME = 120
MAX_TITLE = 250


def sensible_title(title: str | None) -> str | None:
    """A title that a person gave, or None for file names and titles of templates."""
    said = " ".join((title or "").split())
    if not said or said.casefold() in _NOBODY or _FILE_NAME.fullmatch(said) or _LEFT_OVER.fullmatch(said):
        return None
    return said if len(said) <= MAX_TITLE and not _FILE_NAME.search(said.partition(" - ")[2]) else None
