"""What a stored index depends on: change it and the index has to be built again."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

from pydantic import Field, ValidationError

from assistant.errors import IndexConfigError
from assistant.stores.keyword import Analyzer
from assistant.types import Value

CHUNKING = 2
"""Raised when documents are split or embedded otherwise; an index of another number is built again."""


class IndexConfig(Value):
    """How documents become searchable; read from ``recipe.toml``, where every key may be left out."""

    embedder: str = Field(
        default="minilm",
        min_length=1,
        description="'minilm', or an Ollama embedding model such as 'embeddinggemma' or 'bge-m3'",
    )
    chunk_tokens: int = Field(default=200, ge=20, le=8000, description="tokens that a chunk has at most")
    chunk_overlap: int = Field(default=1, ge=0, le=10, description="statements a chunk repeats from the one before")
    analyzer: Analyzer = Field(default="english", description="how words are matched: 'english' stems, 'plain' not")
    header: bool = Field(default=True, description="put title, publisher and date before a chunk when embedding it")

    @classmethod
    def read(cls, index_dir: Path) -> IndexConfig:
        """The recipe of ``index_dir``; without a ``recipe.toml`` there, the default one.

        Raises IndexConfigError, which names the file and the key, for what cannot be read or is not a recipe.
        """
        path = index_dir / "recipe.toml"
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError) as exc:
            raise IndexConfigError(f"{str(path)!r} cannot be read: {exc}. Mend the file, or `rm {path}`") from exc
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
        """Equal for equal configurations that this version splits and embeds alike."""
        return hashlib.blake2b(f"{CHUNKING} {self.model_dump_json()}".encode(), digest_size=8).hexdigest()
