"""The date of a document that only the name of its file or its first lines give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import NamedTuple

from assistant.ingest.inline import strip_markup
from assistant.ingest.parsers.lines import field_of
from assistant.types import Block


class Dated(NamedTuple):
    """A date and where it was read."""

    day: date
    note: str


FROM_NAME = "Its date was read from the name of its file."
FROM_TEXT = "Its date was read from its first lines."

_MONTHS = (
    ("january januar jänner janvier enero gennaio janeiro januari styczeń stycznia jan", 1),
    ("february februar février fevrier febrero febbraio fevereiro februari luty lutego feb", 2),
    ("march märz maerz mars marzo março maart marzec marca mar", 3),
    ("april avril abril aprile kwiecień kwietnia apr", 4),
    ("may mai mayo maggio maio mei maj maja", 5),
    ("june juni juin junio giugno junho czerwiec czerwca jun", 6),
    ("july juli juillet julio luglio julho lipiec lipca jul", 7),
    ("august août aout agosto augustus augusti sierpień sierpnia aug", 8),
    ("september septembre septiembre settembre setembro wrzesień września sept sep", 9),
    ("october oktober octobre octubre ottobre outubro październik października oct okt", 10),
    ("november novembre noviembre novembro listopad listopada nov", 11),
    ("december dezember décembre decembre diciembre dicembre dezembro grudzień grudnia dec dez", 12),
)
_MONTH = {name: number for names, number in _MONTHS for name in names.split()}
_MONTH_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_FORMS = (
    re.compile(
        r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<s>[-_./]?)(?P<m>0\d|1[0-2])(?P=s)(?P<d>[0-2]\d|3[01])(?!\d|[A-SU-Z]\d)"
    ),
    re.compile(r"(?<!\d)(?P<d>[0-2]?\d|3[01])\.[ ]?(?P<m>0?\d|1[0-2])\.[ ]?(?P<y>(?:19|20)\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<a>\d?\d)(?P<s>[-/_])(?P<b>\d?\d)(?P=s)(?P<y>(?:19|20)\d\d)(?!\d)"),
    re.compile(
        rf"(?<!\w)(?P<d>[0-2]?\d|3[01])(?:st|nd|rd|th|er|º|\.)?[ _-](?:of |de )?(?P<name>{_MONTH_NAMES})\.?,?[ _-]"
        r"(?:de |del )?(?P<y>(?:19|20)\d\d)(?!\d)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![^\W_])(?P<name>{_MONTH_NAMES})\.?[ _-](?P<d>[0-2]?\d|3[01])(?:st|nd|rd|th)?,?[ _-]"
        r"(?P<y>(?:19|20)\d\d)(?!\d)",
        re.IGNORECASE,
    ),
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)年(?P<m>\d?\d)月(?P<d>\d?\d)日"),
)
_DATE_LABELS = re.compile(
    r"(?:date|dated|date issued|issue date|issued|published|publication date|posted|created|last (?:updated|modified)|"
    r"updated|as of|meeting date|date of (?:issue|publication|meeting|report)|report date|invoice date|datum|"
    r"veröffentlicht|stand|fecha|data|date de publication|publié le|sitzungsdatum|rechnungsdatum)",
    re.IGNORECASE,
)
_DATED_TITLE = re.compile(
    r"\b(?:minutes|meeting|agenda|report|newsletter|memo(?:randum)?|bulletin|letter|release|statement|protokoll|"
    r"sitzung|bericht|rundbrief|acta|sesión|procès-verbal|compte rendu|séance|verbale|notulen|diary|journal|log)\b",
    re.IGNORECASE,
)
_ARXIV = re.compile(r"\barXiv:\s?[\d.v]*\s+\[[\w.-]+\]\s+(\d{1,2} \w{3,9} \d{4})")
_STAMPED = 10_000  # characters in which the first page of a paper ends
_HEAD_BLOCKS = 12
_LONGEST_LINE = 60  # characters of a line that holds a date and little else
_MOST_WORDS_BESIDE = 3  # "Oslo, Friday"
_BESIDE = frozenset("den der dem le el am on dated date datum vom".split()) | {""}


def date_in_name(source: str) -> Dated | None:
    """The date in the name of the file, or None if it has none or more than one."""
    day = _only(_days(PurePosixPath(source).stem))
    return Dated(day, FROM_NAME) if day else None


def date_in_head(text: str, blocks: Sequence[Block]) -> Dated | None:
    """The date that is alone on a line, in a field such as ``Date:``, or in a title such as ``Minutes of ...``.

    Only the text before the first long paragraph counts, and only if there is exactly one date.
    """
    days: set[date] = set()
    for block in blocks[:_HEAD_BLOCKS]:
        if block.kind in ("paragraph", "item", "row") and block.end - block.start > 4 * _LONGEST_LINE:
            break
        said = " ".join(strip_markup(text[block.start : min(block.end, block.start + 500)]).split())
        if block.kind in ("field", "heading"):
            days.update(_days(said) if _states_date(block, said) else ())
        elif block.kind == "paragraph":
            lines = (strip_markup(line).strip() for line in text[block.start : block.end].split("\n")[:4])
            days.update(day for line in lines if _is_date_line(line) for day in _days(line))
    if stamp := _ARXIV.search(text[:_STAMPED]):  # at the edge of the first page
        days.update(_days(stamp[1]))
    day = _only(days)
    return Dated(day, FROM_TEXT) if day else None


def _states_date(block: Block, said: str) -> bool:
    if block.kind == "field" and (field := field_of(said)):
        return bool(_DATE_LABELS.fullmatch(field.label))
    return bool(_DATED_TITLE.search(said)) or _is_date_line(said)


def _is_date_line(line: str) -> bool:
    """Whether a line is a date, perhaps with a place or a weekday."""
    if len(line) > _LONGEST_LINE:
        return False
    match = next(filter(None, (form.search(line) for form in _FORMS)), None)
    rest = (line[: match.start()] + line[match.end() :]).split() if match else []
    beside = all(word[0].isupper() or word.lower().strip(",.:") in _BESIDE for word in rest)
    return bool(match) and len(rest) <= _MOST_WORDS_BESIDE and beside and not any(map(str.isdigit, "".join(rest)))


def _days(text: str) -> Iterator[date]:
    for form in _FORMS:
        for match in form.finditer(text):
            if day := _day(match.groupdict()):
                yield day


def _day(said: dict[str, str]) -> date | None:
    """The day of a match; None if it does not exist or if day and month cannot be distinguished."""
    year = int(said["y"])
    if "a" in said:
        first, second = int(said["a"]), int(said["b"])
        if first <= 12 and second <= 12 and first != second:
            return None
        day, month = (first, second) if second <= 12 else (second, first)
    else:
        day, month = int(said["d"]), _MONTH[said["name"].lower()] if "name" in said else int(said["m"])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _only(days: Iterable[date]) -> date | None:
    found = set(days)
    return found.pop() if len(found) == 1 else None
