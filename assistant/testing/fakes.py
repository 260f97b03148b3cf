"""Doubles of the ports that need no model: deterministic, quick, and shipped for everyone's tests."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

import numpy as np

from assistant.ports import ChatChunk, Embedding, Message, Usage, Vectors
from assistant.types import Draft, Plan, Quotation, Span


class FakeEmbedder:
    """``ports.Embedder`` by hashed bag of words: texts that share words are close, in every process alike."""

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.embedded = 0
        """How many document texts were embedded so far; questions do not count."""

    @property
    def fingerprint(self) -> str:
        """Names the dimension: fakes of different dimensions do not mix."""
        return f"fake/{self.dimension}"

    def embed_documents(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedding]:
        """Unit vectors of each text and, one by one, of its parts."""
        self.embedded += len(texts)
        return [
            Embedding(self._vector(text), self._vectors([text[start:end] for start, end in spans]))
            for text, spans in zip(texts, parts, strict=True)
        ]

    def embed_query(self, text: str) -> Vectors:
        """Unit vector, shape (dimension,)."""
        return self._vector(text)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._vector(text)
        return vectors

    def _vector(self, text: str) -> Vectors:
        counts = np.zeros(self.dimension, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()) or [""]:
            digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
            counts[int.from_bytes(digest, "big") % self.dimension] += 1
        unit: Vectors = counts / np.linalg.norm(counts)
        return unit


class FakeWriter:
    """``ports.Writer`` that says its pieces, whatever the evidence, and remembers what it was shown."""

    name = "fake"

    def __init__(self, pieces: Sequence[str | Draft | Quotation]) -> None:
        self.pieces = tuple(Draft(text=piece) if isinstance(piece, str) else piece for piece in pieces)
        self.seen: list[Plan] = []

    def write(self, plan: Plan) -> Iterator[Draft | Quotation]:
        """The pieces in order, whatever the evidence."""
        self.seen.append(plan)
        yield from self.pieces


class FakeChat:
    """``ports.ChatModel`` by any function from the messages to what is said; says it word by word."""

    def __init__(self, say: Callable[[Sequence[Message]], str], name: str = "fake", room: int = 8000) -> None:
        self.name = name
        self.options: Mapping[str, str | int | float | bool] = {"num_ctx": room}
        self._say = say

    def room(self) -> int:
        """Tokens that a prompt may have."""
        return int(self.options["num_ctx"])

    def chat(
        self,
        messages: Sequence[Message],
        schema: Mapping[str, object] | None = None,  # noqa: ARG002 - the function says what it says
    ) -> Generator[ChatChunk | Usage, None, None]:
        """The function's words, one by one."""
        said = re.findall(r"\s*\S+", self._say(messages))
        yield from map(ChatChunk, said)
        yield Usage(sum(len(message.text.split()) for message in messages), len(said))
