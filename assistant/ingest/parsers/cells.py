"""What one cell of a table holds: a number, a date, a year, a unit, a label, the name of a column, or nothing."""

from __future__ import annotations

import re

MAX_LABEL = 60
"""Characters that the label of a field has at most."""

UNIT = re.compile(
    r"\(?(?:(?:amounts |figures |all |values |dollars )*(?:(?:expressed |shown |stated )?in |en )"
    r"(?:[€$£¥]|[A-Z]{3} )?\s?(?:thousand|million|billion|tausend|mio|million|mille|milliers|miles|millones|percent|%)|"
    r"(?:[€$£¥]|[A-Z]{3})\s?(?:thousand|million|billion|000))",
    re.IGNORECASE,
)
"""What the first cell above a column of labels says of the figures: "In millions of CHF"."""

NOTHING = frozenset({"-", "–", "—", "n/a", "N/A", "na", "NA", "NaN", "nil", "*", ".", "..", "...", "?", "#N/A"})
"""What stands in a cell without a value."""

YEAR = re.compile(r"(?:FY\s?)?(?:19|20)\d\d(?:\s?[/–-]\s?\d\d(?:\d\d)?)?\s?[AEFBP]?\*?", re.IGNORECASE)
"""A year or a financial year, which may be a name of a column."""

_CURRENCY = r"(?:[€$£¥₹]|\b[A-Z]{3}\b|kr\.?|zł|CHF|Fr\.)"
_NUMBER = re.compile(
    rf"[(\[]?\s*[-+−–±~<>≤≥]?\s*{_CURRENCY}?\s*[-+−–]?\d[\d.,'’\u00a0\u202f ]*(?:[eE][-+]?\d+)?"
    rf"\s*(?:%|‰|°C?|{_CURRENCY})?\s*[)\]]?[*†‡]?"
)
MEASURE = re.compile(r"[<>~]?\d[\d.,]*\s?[^\W\d_°µ²³]{1,4}[²³]?\.?")
"""A number with its unit: "9.2 m", "45 kg"."""

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\d{{1,4}}[-./]\d{{1,2}}[-./]\d{{1,4}}(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?)?"
    rf"|\d{{1,2}}[.:]\d\d(?::\d\d)?(?:\s?[ap]\.?m\.?)?"
    rf"|\d{{1,2}}\.?\s{_MONTH}(?:\s\d{{4}})?|{_MONTH}\s\d{{1,2}},?(?:\s\d{{4}})?",
    re.IGNORECASE,
)
_RANGE = re.compile(rf"(?:(?:max|min)\.?|{_NUMBER.pattern}\s*(?:[-–—]|to))\s*{_NUMBER.pattern}", re.IGNORECASE)


def is_number(cell: str) -> bool:
    """Whether a cell holds a number, a range, an amount, a percentage, a date or a time and nothing else."""
    return len(cell) <= 40 and bool(_NUMBER.fullmatch(cell) or _DATE.fullmatch(cell) or _RANGE.fullmatch(cell))


def sort_of(cell: str) -> str:
    """The sort of a number: "date", "%" or "number"; empty for anything else."""
    if not is_number(cell):
        return ""
    return "date" if _DATE.fullmatch(cell) else "%" if "%" in cell else "number"


def is_label(cell: str) -> bool:
    """Whether a text can be the label of a field: short, without a stop, and no number."""
    return (
        0 < len(cell) <= MAX_LABEL
        and any(map(str.isalnum, cell))
        and not cell.endswith((".", ",", ";", "!"))
        and not is_number(cell)
    )


_USUAL = frozenset(
    "name names role position title item items description type category status date day time year month quarter "
    "amount price cost total value unit quantity qty number no id code country city address phone telephone e-mail "
    "email department location office branch site product service article size colour color weight notes note remark "
    "remarks comment comments owner responsible contact person task action deadline due start end from to "
    "version author reference question answer term definition parameter property option setting default meaning "
    "member members symbol abbreviation key result score grade room event activity duration rate".split()
) | {"end date", "start date", "due date", "part number", "unit price"}


def is_usual_name(cell: str) -> bool:
    """Whether a cell holds what columns are often named."""
    return cell.casefold().rstrip(".: ") in _USUAL
