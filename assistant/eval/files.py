"""Reading of text and records, with every fault as ``file:line: what is wrong``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from assistant.errors import SuiteError

_Model = TypeVar("_Model", bound=BaseModel)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file. Raises SuiteError if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SuiteError(f"{path}:1: cannot be opened, {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SuiteError(f"{path}:1: is not UTF-8 text.") from error


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that are not blank, with their numbers. Raises SuiteError as ``read_text`` does."""
    return ((n, line) for n, line in enumerate(read_text(path).split("\n"), 1) if line.strip())


def parsed(kind: type[_Model], line: str | bytes, path: Path, number: int, hint: str = "") -> _Model:
    """The record in one line of JSON. Raises SuiteError with one line for each fault, each followed by ``hint``."""
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        raise SuiteError("\n".join(f"{path}:{number}: {fault}{hint}" for _, fault in faults(error))) from error


def faults(error: ValidationError) -> list[tuple[str, str]]:
    """What is wrong with a record: for each fault its key and a sentence."""
    return [(key := ".".join(map(str, each["loc"])), _fault(key, each)) for each in error.errors()]


def _fault(key: str, error: Any) -> str:
    match error["type"]:
        case "extra_forbidden":
            return f"unknown key {key!r}"
        case "missing":
            return f"missing key {key!r}"
        case "json_invalid":
            return f"broken JSON, {error['ctx']['error']}"
        case _:
            return f"{key or 'record'}: {error['msg']}, not {short(str(error['input']))!r}"


def short(text: str) -> str:
    """The text, cut to 100 characters."""
    return text if len(text) <= 100 else f"{text[:97]}..."
