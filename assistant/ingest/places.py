"""Where files are: parts of a folder, the names of sources, and files that are attached to messages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterator
from pathlib import Path
from typing import NamedTuple

from assistant.errors import ConfigError


class Shard(NamedTuple):
    """Part ``number`` of ``of``, from 1. A file's name alone decides to which part it belongs."""

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """The shard written as ``3/16``. Raises ConfigError for anything else."""
        number, _, of = text.partition("/")
        if number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= 1_000_000:
            return cls(int(number), int(of))
        raise ConfigError(f"{text!r} is no part of a whole. Give the first of sixteen as `--shard 1/16`")

    def takes(self, source: str) -> bool:
        """Whether the file with that path below the root belongs to this part, and all that is attached to it."""
        if self.of == 1:
            return True
        mark = hashlib.blake2b(next(messages_above(source), source).encode(), digest_size=8).digest()
        return int.from_bytes(mark, "big") % self.of == self.number - 1


WHOLE = Shard()
_NAME = re.compile(r"[^/\\.][^/\\]*")  # of a collection: one folder


def check_collection(name: str) -> None:
    """Raises ConfigError if ``name`` cannot be that of a collection; it may be empty."""
    if name and not _NAME.fullmatch(name):
        raise ConfigError(f"{name!r} is no name of a collection: give one like `--collection reports`")


def location_of(path: Path) -> str:
    """The absolute path with ``/``; a link keeps its own name."""
    return path.absolute().as_posix()


def free_source(source: str, root: Path, taken: Container[str]) -> str:
    """``source``; if another root has it, with the root's name before it; if that is taken too, with a number."""
    name, wanted, number = root.name or "root", source, 1
    while wanted in taken:
        wanted = f"{name}/{source}" if number == 1 else f"{name}-{number}/{source}"
        number += 1
    return wanted


def messages_above(path: str) -> Iterator[str]:
    """What a file at ``path`` may be attached to, outermost first: ``mail.eml`` for ``mail.eml/plan.pdf``."""
    return (path[: match.end()] for match in _MESSAGE.finditer(path))


_MESSAGE = re.compile(r"\.(?:eml|msg|mbox)(?=/)", re.IGNORECASE)


def exists(location: str) -> bool:
    """Whether there is a file at ``location``, or a message that it may be attached to."""
    return Path(location).exists() or any(Path(message).is_file() for message in messages_above(location))
