"""The seams of the program: small Protocols that engines implement, and ``assistant.testing`` doubles."""

import hashlib
import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from assistant.index_config import IndexConfig
from assistant.types import (
    Chunk,
    Delta,
    Document,
    DocumentMetadata,
    Draft,
    Filter,
    GenerationInfo,
    IndexReport,
    OnProgress,
    Plan,
    Quotation,
    Span,
    Statement,
    Turn,
)

Vectors = NDArray[np.float32]
"""Row vectors of unit length, shape (n, dimension); a single vector has shape (dimension,)."""


class Embedding(NamedTuple):
    """A text as one vector, shape (dimension,), and each of its parts as one, shape (parts, dimension)."""

    whole: Vectors
    parts: Vectors


def readable(text: str, statements: Sequence[Statement], header: str = "") -> tuple[str, tuple[Span, ...]]:
    """The statements of a chunk as a person reads them, behind ``header``, and each one's span in that.

    A row is there by its reading, and nothing of what lies between statements is.
    """
    spans: list[Span] = []
    made, end = header, 0
    for statement in statements:
        between = text[end : statement.start]
        made += ("\n" if "\n" in between else " ") if spans else ""
        said = statement.reading or text[statement.start : statement.end]
        spans.append(Span(len(made), len(made) + len(said)))
        made, end = made + said, statement.end
    return made, tuple(spans)


class NewChunk(NamedTuple):
    """A chunk to be stored: its statements, with offsets in the chunk, and the lines that are embedded before it."""

    chunk: Chunk
    statements: tuple[Statement, ...]
    header: str = ""

    @property
    def embedded(self) -> tuple[str, tuple[Span, ...]]:
        """The text that is embedded, the header first, and each statement's span in it."""
        return readable(self.chunk.text, self.statements, self.header)

    @property
    def key(self) -> bytes:
        """Equal for equal embedded texts and spans; 16 bytes."""
        return hashlib.blake2b(json.dumps(self.embedded).encode(), digest_size=16).digest()


class StoredChunk(NamedTuple):
    """A live chunk with its document's metadata and ``about``.

    ``statements`` are those of the chunk, with offsets in it, headings included and furniture left out; the parts of
    ``embedding`` are theirs, one each.
    """

    chunk: Chunk
    metadata: DocumentMetadata
    statements: tuple[Statement, ...]
    embedding: Embedding
    about: str = ""


class Hit(NamedTuple):
    """A stored chunk that a search found, with its fused score."""

    stored: StoredChunk
    score: float


class PassageScores(NamedTuple):
    """What a reader makes of a passage.

    ``sentences`` holds, for each sentence, the log-odds that it answers rather than that nothing in the passage does,
    shape (sentences,). ``answers`` is the likeliest short answer within each sentence.
    """

    sentences: Vectors
    answers: tuple[str, ...]


class Quote(NamedTuple):
    """A sentence behind the headline of its document."""

    header: str
    text: str


class Comparison(NamedTuple):
    """How likely two sentences both answer a question: with one answer, or with answers that cannot both be true."""

    same_answer: float
    contradiction: float


class CrossEncoder(Protocol):
    """Reads passages with a question in mind."""

    def read(self, question: str, passages: Sequence[StoredChunk]) -> list[PassageScores]:
        """One reading for each of ``passages``."""
        ...

    def compare(self, question: str, pairs: Sequence[tuple[Quote, Quote]]) -> list[Comparison]:
        """How the two sentences of each of ``pairs`` compare as answers."""
        ...


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product is their closeness in meaning."""

    @property
    def fingerprint(self) -> str:
        """Name of exactly these weights and settings; vectors of different fingerprints never mix."""
        ...

    def embed_documents(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedding]:
        """Vectors of texts that will be searched, each with those of its parts (spans of the text).

        An embedder that sees tokens pools a part from the whole text's states, so that a sentence is embedded
        in its context at no further cost; any other embeds the parts one by one.
        """
        ...

    def embed_query(self, text: str) -> Vectors:
        """Vector of a question, shape (dimension,)."""
        ...


@runtime_checkable
class Tokenizer(Protocol):
    """An embedder that can tell where its tokens are."""

    def tokenize(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """The (start, end) of each token in each of ``texts``, in characters."""
        ...


class PassageStore(Protocol):
    """Searchable chunks. Only chunks of documents that are live now are ever returned."""

    def dense(self, vector: Vectors, limit: int, where: Filter) -> Mapping[str, float]:
        """Chunk ids by cosine with ``vector``, best first, at most ``limit``."""
        ...

    def keyword(self, text: str, limit: int, where: Filter) -> Mapping[str, float]:
        """Chunk ids by BM25 with the words of ``text``, best first; scores are above 0, at most ``limit``."""
        ...

    def fetch(self, ids: Sequence[str]) -> Sequence[StoredChunk]:
        """The live chunks among ``ids``, in that order."""
        ...

    def document(self, source: str) -> Document | None:
        """The live document of that source, with its full text."""
        ...


class StoredFile(NamedTuple):
    """What an index remembers of the file that a document was read from, by which a build sees whether it changed.

    ``live`` documents are found by searches. An ``unfinished`` one was announced by a build that was interrupted. An
    ``excluded`` file's document was removed by hand: it stays out, and has no source, until a build names the file.
    """

    source: str
    location: str
    """The file's absolute path, with ``/``."""
    size: int = -1
    modified_ns: int = 0
    """Time of the last change; 0 where the file has to be read to see whether it changed."""
    digest: str = ""
    """The document's; empty where it has to be written anew whatever it holds."""
    content: str = ""
    """Hash of the file's bytes, and of how they were read."""
    state: Literal["live", "unfinished", "excluded"] = "live"


class GivenDocument(Protocol):
    """A text that a program hands over, with what it knows of it: a LlamaIndex ``Document`` is one."""

    @property
    def id_(self) -> str:
        """What tells it from others; one that is handed over again replaces it."""
        ...

    @property
    def text(self) -> str:
        """The text."""
        ...

    @property
    def metadata(self) -> Mapping[str, Any]:
        """``file_path`` or ``url`` of what it is a part of, ``file_name``, ``title``, ``publisher``, ``published``."""
        ...


class Sink(Protocol):
    """An index while a build writes to it. No document is ever seen half written."""

    @property
    def config(self) -> IndexConfig:
        """How documents are split."""
        ...

    @property
    def embedder(self) -> Embedder:
        """What chunks will be embedded by; its tokens are counted."""
        ...

    @property
    def outdated(self) -> bool:
        """Whether every document has to be added again: the index was made with another configuration or embedder."""
        ...

    def files(self) -> Sequence[StoredFile]:
        """All files that the index knows of."""
        ...

    def document(self, source: str) -> Document | None:
        """The live document of that source."""
        ...

    def keep(self, file: StoredFile) -> None:
        """Note where a live document's file is and what it looks like; the document is the same."""
        ...

    def add(self, document: Document, file: StoredFile, chunks: Sequence[NewChunk]) -> None:
        """Take a new document, or a new version of the live one of its source; it is live after ``publish`` at last."""
        ...

    def publish(self, removed: Sequence[StoredFile]) -> int:
        """Make live what was added, and forget ``removed``; returns how many texts had to be embedded."""
        ...

    def finish(self, report: IndexReport) -> None:
        """Note that the build is complete."""
        ...


class BuildTarget(Protocol):
    """An index that a build can write to."""

    @property
    def store_dir(self) -> Path | None:
        """The folder of its own files, which are no documents; None where they are on a server."""
        ...

    def writing(self, root: Path | None, on_progress: OnProgress) -> AbstractContextManager[Sink]:
        """The one place to write what the folder or file ``root`` holds, or what has no file where that is None.

        Raises IndexLockedError while there is one.
        Search engines are brought up to date at the end, unless the build failed.
        """
        ...


class Writer(Protocol):
    """Writes what a plan says; the prose of a model is verified afterwards."""

    @property
    def name(self) -> str:
        """How the answer names its writer."""
        ...

    def write(self, plan: Plan) -> Iterator[Draft | Quotation | Delta | GenerationInfo]:
        """The draft, piece by piece; a Delta is shown and is no part of it, a GenerationInfo says how it came about."""
        ...


class CondensedQuestion(NamedTuple):
    """A question made self-contained, by whom, and what a reader should know about it."""

    question: str
    notes: tuple[str, ...] = ()


@runtime_checkable
class QuestionCondenser(Protocol):
    """A writer that can also make a follow-up question self-contained."""

    def condense(self, question: str, history: Sequence[Turn]) -> CondensedQuestion | None:
        """The question with what it lacks from ``history``; None where that failed and code has to do it."""
        ...


@runtime_checkable
class Describable(Protocol):
    """A writer that can say beforehand how it writes."""

    def describe(self) -> GenerationInfo:
        """Writer, model, options, prompt and its hash; raises BackendError where the model cannot be asked."""
        ...


class Message(NamedTuple):
    """What is said to a chat model."""

    role: Literal["system", "user", "assistant"]
    text: str


class ChatChunk(NamedTuple):
    """A piece of what a chat model says: text, a thought, or neither after ``waited`` seconds of silence."""

    text: str = ""
    thought: str = ""
    waited: float = 0.0


class Usage(NamedTuple):
    """Tokens that a chat read and wrote, as far as the model counts them; comes last."""

    prompt_tokens: int | None = None
    answer_tokens: int | None = None


class ChatModel(Protocol):
    """A model that answers messages with text."""

    @property
    def name(self) -> str:
        """The model, behind what runs it: ``ollama/qwen3:4b``."""
        ...

    @property
    def options(self) -> Mapping[str, str | int | float | bool]:
        """What it is run with, for the trace."""
        ...

    def room(self) -> int:
        """Tokens that a prompt may have, with the answer's share of the context window taken off."""
        ...

    def chat(
        self, messages: Sequence[Message], schema: Mapping[str, object] | None = None
    ) -> Generator[ChatChunk | Usage, None, None]:
        """The answer, piece by piece; ``schema`` is the JSON schema it should obey, which models may ignore.

        Closing the iterator stops the model. Raises BackendError, also for an answer that was cut off.
        """
        ...
