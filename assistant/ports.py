"""The protocols behind which engines stand. ``assistant.testing`` has a double for each of them."""

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
    """``header`` and the statements of a chunk as one readable text, and the span of each statement in it.

    Table rows appear as their ``reading``. Text between statements is left out.
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
    """A chunk to be stored: its statements, with offsets in the chunk, and the header that is embedded with it."""

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

    ``statements`` have offsets in the chunk; headings are included, furniture is not. ``embedding`` has one part for
    each of them.
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
    """How well the sentences of a passage answer, as the cross-encoder scores them.

    ``sentences`` has shape (sentences,): the log-odds that this sentence answers rather than that nothing in the
    passage does. ``answers`` is the likeliest short answer within each sentence. ``bound`` is the log-odds that the
    passage has all that the question names.
    """

    sentences: Vectors
    answers: tuple[str, ...]
    bound: float = 0.0


class Quote(NamedTuple):
    """A sentence with the header of its document."""

    header: str
    text: str


class Comparison(NamedTuple):
    """The probabilities that two sentences both answer a question: with the same answer, or with contradictory ones."""

    same_answer: float
    contradiction: float


class CrossEncoder(Protocol):
    """Reads passages with a question in mind."""

    def read(self, question: str, passages: Sequence[StoredChunk]) -> list[PassageScores]:
        """The scores of each of ``passages``."""

    def compare(self, question: str, pairs: Sequence[tuple[Quote, Quote]]) -> list[Comparison]:
        """How the two sentences of each of ``pairs`` compare as answers."""


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product measures how close they are in meaning."""

    @property
    def fingerprint(self) -> str:
        """Identifies the weights and settings; vectors of different fingerprints are never mixed."""

    def embed_documents(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedding]:
        """Vectors of texts that will be searched, and of the parts of each (spans of the text).

        An embedder that has access to tokens pools each part from the states of the whole text, so that a sentence is
        embedded in its context without extra cost. Other embedders embed the parts one by one.
        """

    def embed_query(self, text: str) -> Vectors:
        """Vector of a question, shape (dimension,)."""


@runtime_checkable
class Tokenizer(Protocol):
    """An embedder that can say which characters each token has."""

    def tokenize(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """The (start, end) of each token in each of ``texts``, in characters."""


class PassageStore(Protocol):
    """Searchable chunks. Only chunks of live documents are returned."""

    def dense(self, vector: Vectors, limit: int, where: Filter) -> Mapping[str, float]:
        """Chunk ids by cosine with ``vector``, best first, at most ``limit``."""

    def keyword(self, text: str, limit: int, where: Filter) -> Mapping[str, float]:
        """Chunk ids by BM25 with the words of ``text``, best first; scores are above 0, at most ``limit``."""

    def fetch(self, ids: Sequence[str]) -> Sequence[StoredChunk]:
        """The live chunks among ``ids``, in that order."""

    def document(self, source: str) -> Document | None:
        """The live document of that source, with its full text."""


class StoredFile(NamedTuple):
    """What an index knows about the file of a document, so that a build can see whether it changed.

    ``live`` documents are found by searches. An ``unfinished`` one belongs to a build that was interrupted. The
    document of an ``excluded`` file was removed by hand: it has no source and is not indexed again until a build
    names the file itself.
    """

    source: str
    location: str
    """The file's absolute path, with ``/``."""
    size: int = -1
    modified_ns: int = 0
    """Time of the last change; 0 if the file has to be read to see whether it changed."""
    digest: str = ""
    """The digest of the document; empty if it has to be written again even if its content is the same."""
    content: str = ""
    """Hash of the file's bytes, and the version of the parsers that read them."""
    state: Literal["live", "unfinished", "excluded"] = "live"


class GivenDocument(Protocol):
    """A text from a program, with its metadata; for example a LlamaIndex ``Document``."""

    @property
    def id_(self) -> str:
        """Its identity: a text with the same id replaces it."""

    @property
    def text(self) -> str:
        """The text."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """``file_path`` or ``url`` of its document, ``file_name``, ``title``, ``publisher``, ``published``."""


class Sink(Protocol):
    """An index while a build writes to it. Searches never see a partly written document."""

    @property
    def config(self) -> IndexConfig:
        """How documents are split."""

    @property
    def embedder(self) -> Embedder:
        """The embedder of the chunks, whose tokens limit the length of a chunk."""

    @property
    def outdated(self) -> bool:
        """Whether every document has to be added again because the configuration or the embedder has changed."""

    def files(self) -> Sequence[StoredFile]:
        """All files that the index knows of."""

    def document(self, source: str) -> Document | None:
        """The live document of that source."""

    def keep(self, file: StoredFile) -> None:
        """Update what is known about the file of a live document that has not changed."""

    def add(self, document: Document, file: StoredFile, chunks: Sequence[NewChunk]) -> None:
        """Add a new document or a new version of the live one. It goes live with ``publish`` at the latest."""

    def publish(self, removed: Sequence[StoredFile]) -> int:
        """Make the added documents live and forget ``removed``; returns how many texts had to be embedded."""

    def finish(self, report: IndexReport) -> None:
        """Record that the build is complete."""


class BuildTarget(Protocol):
    """An index that a build can write to."""

    @property
    def store_dir(self) -> Path | None:
        """The folder of the index's own files, which are not documents; None if they are on a server."""

    def writing(self, root: Path | None, on_progress: OnProgress) -> AbstractContextManager[Sink]:
        """A sink for what the folder or file ``root`` holds; None for documents that have no file.

        At the end the search engines are brought up to date. They are left as they are if the build failed. Raises
        IndexLockedError while another build is writing.
        """


class Writer(Protocol):
    """Writes an answer from a plan. A model's prose is verified afterwards."""

    @property
    def name(self) -> str:
        """How the answer names its writer."""

    def write(self, plan: Plan) -> Iterator[Draft | Quotation | Delta | GenerationInfo]:
        """The draft, piece by piece. A Delta is only shown meanwhile; a GenerationInfo says how the draft was made."""


class CondensedQuestion(NamedTuple):
    """A question that stands alone, and notes for the reader on how it was changed."""

    question: str
    notes: tuple[str, ...] = ()


@runtime_checkable
class QuestionCondenser(Protocol):
    """A writer that can also rewrite a follow-up question so that it stands alone."""

    def condense(self, question: str, history: Sequence[Turn]) -> CondensedQuestion | None:
        """The question completed from ``history``; None if that failed and code has to do it."""


@runtime_checkable
class Describable(Protocol):
    """A writer that can say before writing how it will write."""

    def describe(self) -> GenerationInfo:
        """Writer, model, options, prompt and its hash. Raises BackendError if the model cannot be asked."""


class Message(NamedTuple):
    """A message to a chat model."""

    role: Literal["system", "user", "assistant"]
    text: str


class ChatChunk(NamedTuple):
    """A piece of a chat model's output: text, a thought, or neither after ``waited`` seconds of silence."""

    text: str = ""
    thought: str = ""
    waited: float = 0.0


class Usage(NamedTuple):
    """The tokens that a chat model read and wrote, if it counts them; the last thing that ``chat`` yields."""

    prompt_tokens: int | None = None
    answer_tokens: int | None = None


class ChatModel(Protocol):
    """A model that answers messages with text."""

    @property
    def name(self) -> str:
        """What runs the model, and the model: ``ollama/qwen3:4b``."""

    @property
    def options(self) -> Mapping[str, str | int | float | bool]:
        """The options it runs with, for the trace."""

    def room(self) -> int:
        """How many tokens a prompt may have: the context window without the share of the answer."""

    def chat(
        self, messages: Sequence[Message], schema: Mapping[str, object] | None = None
    ) -> Generator[ChatChunk | Usage, None, None]:
        """The answer, piece by piece. It should follow the JSON schema ``schema``, but models may ignore that.

        Closing the iterator stops the model. Raises BackendError, also if the answer is cut off.
        """
