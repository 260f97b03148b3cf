"""Doubles of the ports that need no model: deterministic and fast, for the tests of this package and of others."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

import numpy as np

from assistant.english.tokens import content_stems
from assistant.ingest.split import split
from assistant.models.vectors import embeddings
from assistant.ports import (
    ChatChunk,
    Comparison,
    Embedding,
    Message,
    PassageScores,
    Quote,
    StoredChunk,
    Usage,
    Vectors,
)
from assistant.types import Document, Draft, Filter, Plan, Quotation, Span


class FakeEmbedder:
    """``ports.Embedder`` by hashed bag of words: texts that share words are close. The same in every process."""

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.embedded = 0
        """How many document texts were embedded so far; questions do not count."""

    @property
    def fingerprint(self) -> str:
        """Contains the dimension: fakes of different dimensions do not mix."""
        return f"fake/{self.dimension}"

    def embed_documents(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedding]:
        """Unit vectors of each text and, one by one, of its parts."""
        self.embedded += len(texts)
        return embeddings(texts, parts, self._vectors)

    def embed_query(self, text: str) -> Vectors:
        """Unit vector, shape (dimension,)."""
        return self._vector(text)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vectors:
        counts = np.zeros(self.dimension, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()) or [""]:
            digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
            counts[int.from_bytes(digest, "big") % self.dimension] += 1
        unit: Vectors = counts / np.linalg.norm(counts)
        return unit


class FakeCrossEncoder:
    """``ports.CrossEncoder`` for which ``answers`` are the answers to every question.

    A statement that contains one of them answers. Two statements with the same answer agree; two with different ones
    contradict each other.
    """

    def __init__(self, *answers: str) -> None:
        self.answers = answers

    def read(self, question: str, passages: Sequence[StoredChunk]) -> list[PassageScores]:  # noqa: ARG002 - as told
        """Log-odds of 5 for each statement that contains an answer, and of -5 for any other."""
        return [self._scores([stored.chunk.text[s.start : s.end] for s in stored.statements]) for stored in passages]

    def compare(self, question: str, pairs: Sequence[tuple[Quote, Quote]]) -> list[Comparison]:  # noqa: ARG002 - as told
        """0.9 for agreement or contradiction, whichever the answers in the two sentences show; otherwise 0.05."""
        return [self._comparison(self._answer(one.text), self._answer(other.text)) for one, other in pairs]

    def _answer(self, text: str) -> str:
        return next((answer for answer in self.answers if answer in text), "")

    def _scores(self, statements: Sequence[str]) -> PassageScores:
        found = tuple(map(self._answer, statements))
        return PassageScores(np.array([5.0 if answer else -5.0 for answer in found], dtype=np.float32), found)

    def _comparison(self, one: str, other: str) -> Comparison:
        both = bool(one and other)
        return Comparison(0.9 if both and one == other else 0.05, 0.9 if both and one != other else 0.05)


class FakeStore:
    """``ports.PassageStore`` that holds documents in memory; each chunk has up to ``size`` tokens."""

    def __init__(self, documents: Sequence[Document], size: int = 60) -> None:
        self._documents = {document.source: document for document in documents}
        self._chunks: dict[str, StoredChunk] = {}
        embedder = FakeEmbedder()
        for document in documents:
            for new in split(document, size, 0):
                text, spans = new.embedded
                (embedding,) = embedder.embed_documents([text], [spans])
                stored = StoredChunk(new.chunk, document.metadata, new.statements, embedding, document.about)
                self._chunks[new.chunk.id] = stored

    def dense(self, vector: Vectors, limit: int, where: Filter) -> Mapping[str, float]:
        """Chunk ids by cosine with ``vector``, best first."""
        return self._best(limit, where, lambda stored: float(stored.embedding.whole @ vector))

    def keyword(self, text: str, limit: int, where: Filter) -> Mapping[str, float]:
        """Chunk ids by how many content words they share with ``text``, best first; at least one."""
        asked = set(content_stems(text))
        found = self._best(len(self._chunks), where, lambda s: float(len(asked & set(content_stems(s.chunk.text)))))
        return dict([item for item in found.items() if item[1] > 0][:limit])

    def fetch(self, ids: Sequence[str]) -> Sequence[StoredChunk]:
        """The chunks among ``ids``, in that order."""
        return [self._chunks[id_] for id_ in ids if id_ in self._chunks]

    def document(self, source: str) -> Document | None:
        """The document of that source."""
        return self._documents.get(source)

    def _best(self, limit: int, where: Filter, score: Callable[[StoredChunk], float]) -> dict[str, float]:
        scores = {id_: score(stored) for id_, stored in self._chunks.items() if where.admits(stored.metadata)}
        return dict(sorted(scores.items(), key=lambda item: -item[1])[:limit])


class FakeWriter:
    """``ports.Writer`` that yields its pieces for every plan, and remembers the plans."""

    name = "fake"

    def __init__(self, pieces: Sequence[str | Draft | Quotation]) -> None:
        self.pieces = tuple(Draft(text=piece) if isinstance(piece, str) else piece for piece in pieces)
        self.seen: list[Plan] = []

    def write(self, plan: Plan) -> Iterator[Draft | Quotation]:
        """The pieces in order."""
        self.seen.append(plan)
        yield from self.pieces


class FakeChat:
    """``ports.ChatModel`` with any function from messages to an answer, which is yielded word by word."""

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
