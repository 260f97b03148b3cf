"""What a stored index depends on. If it changes, the index has to be built again."""

from __future__ import annotations

import hashlib
import tomllib
import warnings
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from assistant.errors import IndexConfigError
from assistant.types import Value

NAME = "config.toml"
"""The file in an index folder."""

OLD_NAME = "recipe.toml"
"""The old name of the file, which is still read, with a warning, if there is no file with the new name."""

CHUNKING = 3
"""Increase it when documents are split or embedded differently: indexes with another number are then built again."""

Analyzer = Literal["english", "plain"]
"""``english`` stems Latin words and leaves out stop words of questions; ``plain`` keeps words as they are."""


class IndexConfig(Value):
    """How documents become searchable; every key may be left out."""

    embedder: str = Field(
        default="minilm",
        min_length=1,
        description="'minilm', or an Ollama embedding model such as 'embeddinggemma' or 'bge-m3'",
    )
    chunk_tokens: int = Field(default=200, ge=20, le=8000, description="tokens that a chunk has at most")
    chunk_overlap: int = Field(default=1, ge=0, le=10, description="statements a chunk repeats from the one before")
    analyzer: Analyzer = Field(default="english", description="how words are matched: 'english' stems, 'plain' not")
    header: bool = Field(
        default=True, description="embed a chunk behind its title, publisher, date, headings and what it is about"
    )

    @classmethod
    def read(cls, index_dir: Path) -> IndexConfig:
        """The configuration of ``index_dir``, or the default one if there is no file.

        Raises IndexConfigError, which names the file and the key, if the file cannot be read or is invalid.
        """
        path = config_file(index_dir)
        if path is None:
            return cls()
        if path.name == OLD_NAME:
            _tell_new_name(path)
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as exc:
            raise IndexConfigError(f"{str(path)!r} cannot be read: {exc}. Fix the file, or `rm {path}`") from exc
        try:
            return cls.model_validate(found, strict=True)
        except ValidationError as exc:
            wrong = exc.errors()[0]
            key = ".".join(map(str, wrong["loc"]))
            raise IndexConfigError(
                f"{str(path)!r}: {key!r} is {wrong['input']!r}: {wrong['msg']}. "
                f"Known keys are {', '.join(cls.model_fields)}; edit the file, or `rm {path}`"
            ) from exc

    @property
    def fingerprint(self) -> str:
        """Identity of the configuration: equal if documents are split and embedded in the same way."""
        return hashlib.blake2b(f"{CHUNKING} {self.model_dump_json()}".encode(), digest_size=8).hexdigest()


@cache
def _tell_new_name(path: Path) -> None:
    cure = f"`mv {path} {path.with_name(NAME)}`"
    warnings.warn(f"The file {str(path)!r} is called {NAME!r} in this version. {cure}", FutureWarning, stacklevel=3)


def config_file(index_dir: Path) -> Path | None:
    """The configuration file of ``index_dir``, if there is one."""
    return next((path for path in (index_dir / NAME, index_dir / OLD_NAME) if path.exists()), None)
