"""The values everything speaks in: Document > Chunk > Passage > Sentence > Claim > Citation > Answer.

All are frozen and compare by content. They know nothing of storage, models or screens. Offsets count Unicode
characters of ``Document.text``, start inclusive, end exclusive. They are in one file because
most of them contain others.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

NOT_IN_DOCUMENTS = "Not in the documents."
"""The refusal: the one text that stands for "the documents do not hold the answer"."""

GENRES = frozenset({"interview", "opinion"})
"""Kinds of documents that say what somebody thinks; ``label`` names the kind wherever such a source is shown."""

Outcome = Literal["answered", "partial", "conflicting", "not_in_documents"]
Support = Literal["supported", "partial", "unsupported"]


class Span(NamedTuple):
    """``text[start:end]``, in characters."""

    start: int
    end: int


class Value(BaseModel):
    """Base of all values: frozen, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DocumentMetadata(Value):
    """What is known about a document: its file, title, publisher, date of publication and kind."""

    source: str
    title: str
    publisher: str | None = None
    published: date | None = None
    kind: str | None = Field(default=None, description="report, interview, opinion, ... as the document says")

    @property
    def byline(self) -> str:
        """How the source is named in prose: publisher (else title, else file) and date, ``News.Az, 8 May 2025``."""
        name = self.publisher or self.title or self.source
        return f"{name}, {self.published.day} {self.published:%B %Y}" if self.published else name

    @property
    def genre(self) -> str:
        """``interview`` or ``opinion`` if the document is one, else empty."""
        kind = (self.kind or "").strip().lower()
        return kind if kind in GENRES else ""

    @property
    def label(self) -> str:
        """How an answer names the source: ``News.Az, 8 May 2025, interview``."""
        return f"{self.byline}, {self.genre}" if self.genre else self.byline

    @property
    def header(self) -> str:
        """Title, publisher and date on one line: what embedder and cross-encoder see of a passage's document."""
        return self.byline if self.byline.startswith(self.title) else f"{self.title}. {self.byline}"


BlockKind = Literal[
    "heading", "paragraph", "item", "row", "field", "code", "quotation", "caption", "furniture"
]  # fmt: skip
"""What a block is: ``field`` is a ``Label: value`` line, ``furniture`` a running head, a foot or a page number."""


class Block(Value):
    """A part of a document that has one role: ``document.text[start:end]`` with the context that explains it.

    Blocks are in order and never overlap; between them there is only whitespace and markup.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = Field(default=0, description="of a heading from 1, of a list item its depth from 1")
    headings: tuple[str, ...] = Field(default=(), description="the headings it stands under, outermost first")
    lead_in: str = Field(default="", description='what introduces its list or table: "The board consists of:"')
    columns: tuple[str, ...] = Field(default=(), description="of a row: the header cell above each of its cells")
    cells: tuple[Span, ...] = Field(default=(), description="of a row: the span of each cell in the document's text")
    caption: str = Field(default="", description='of a row: the caption of its table, "in thousands of euro"')
    speaker: str = Field(default="", description="of a quotation: who is quoted")


class Document(DocumentMetadata):
    """A document with its text and blocks. ``pages`` holds the offset where each page starts, if there are pages."""

    text: str
    blocks: tuple[Block, ...] = ()
    pages: tuple[int, ...] = ()
    about: str = Field(default="", description="key facts of the whole document that its parts leave out; never quoted")
    notes: tuple[str, ...] = Field(default=(), description="what was guessed or left out in reading, a sentence each")

    @property
    def digest(self) -> str:
        """Hash of the text and everything known about it; if it is the same, nothing has to be indexed again."""
        return hashlib.blake2b(self.model_dump_json().encode(), digest_size=16).hexdigest()

    @property
    def metadata(self) -> DocumentMetadata:
        """The document without its text."""
        return DocumentMetadata(**{field: getattr(self, field) for field in DocumentMetadata.model_fields})

    def page_at(self, offset: int) -> int | None:
        """The 1-based page that holds ``offset``, or None where the format has no pages."""
        return bisect_right(self.pages, offset) if self.pages else None


class Statement(NamedTuple):
    """What can be ranked, quoted and cited: a sentence, a list item, a table row, a field, a code block.

    ``start`` and ``end`` are offsets in the text that holds it: the document's or, in a store, the chunk's.
    """

    start: int
    end: int
    kind: BlockKind = "paragraph"
    context: str = ""
    """What explains it: headings, lead-in, caption, speaker. The context is searched and shown but never quoted."""
    reading: str = ""
    """Its text in readable form, if the verbatim text is not: ``Branch: Fjordby · Manager: Tuva Lie``."""


CONTEXT_SEPARATOR = " › "
"""Stands between the parts of a statement's context."""


FindDocument = Callable[[str], Document | None]
"""Gives the document of a source, or None where there is none."""


class Chunk(Value):
    """A run of whole statements: ``document.text[start:end] == text``, always."""

    source: str
    start: int
    end: int
    text: str

    @property
    def id(self) -> str:
        """A hash of place and content: the same text at the same place has the same id in every build."""
        key = f"{self.source}\0{self.start}\0{self.end}\0{self.text}"
        return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


class Passage(Value):
    """A chunk that a search returned, with its document's metadata; ``rank`` counts from 1."""

    chunk: Chunk
    metadata: DocumentMetadata
    score: float
    rank: int
    page: int | None = None


class Sentence(Value):
    """One sentence of a passage, with its place in the document and how well it answers the question.

    ``passage`` is the rank of the passage that holds it. ``score`` orders sentences; higher is better. ``probability``
    is the probability that it answers if any sentence does. If the cross-encoder has read it, ``answer`` holds the
    answering words; if it was compared with the best sentence, ``contradiction`` says how much it contradicts it
    (0 to 1).
    """

    source: str
    start: int
    end: int
    text: str
    passage: int
    score: float
    probability: float = Field(default=0.0, ge=0, le=1)
    kind: BlockKind = "paragraph"
    context: str = Field(default="", description="headings, lead-in, caption or speaker; never part of the quotation")
    reading: str = Field(default="", description="how a person reads it, where that is not its text")
    answer: str = ""
    contradiction: float | None = Field(default=None, ge=0, le=1)

    @property
    def shown(self) -> str:
        """Its readable form on one line: its reading, else its text."""
        return one_line(self.reading or self.text)

    @property
    def span(self) -> Span:
        """Its place in the document."""
        return Span(self.start, self.end)


class Citation(DocumentMetadata):
    """A verbatim span of a document: ``quote == document.text[start:end]``. Markers count from 1 by first use."""

    marker: int
    start: int
    end: int
    quote: str
    page: int | None = None

    def __str__(self) -> str:
        from assistant.render import quoted

        return f"[{self.marker}] {quoted(self)}"


class Claim(Value):
    """One statement of the answer, where it comes from, and whether its citations support it."""

    text: str
    byline: str = Field(default="", description="who says it; empty in a model's prose")
    context: str = Field(default="", description="what the cited statement needs to be understood; never quoted")
    listed: bool = Field(default=False, description="one of several items of a list or rows of a table")
    citations: tuple[Citation, ...]
    support: Support
    reason: str = Field(description="why the support is what it is, in a few words")


class Side(Value):
    """What one source says in a conflict."""

    value: str
    citation: Citation


class Conflict(Value):
    """Two or more sources that give different values for the same thing, newest first."""

    about: str
    sides: tuple[Side, ...] = Field(min_length=2)


class Turn(Value):
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    text: str


class Filter(Value):
    """Which documents a search may use: path prefixes of ``source``, and dates of publication, both inclusive.

    A document without a date never passes a date filter.
    """

    sources: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(prefix.rstrip("/") for prefix in self.sources)

    def admits(self, metadata: DocumentMetadata) -> bool:
        """Whether a document with this metadata may be used."""
        if self.sources and self._folders.isdisjoint(_above(metadata.source)):
            return False
        if self.since is None and self.until is None:
            return True
        day = metadata.published
        if day is None:
            return False
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)


def _above(source: str) -> Iterator[str]:
    """The source and all folders it lies in."""
    yield source
    yield from (source[:at] for at, sign in enumerate(source) if sign == "/")


class Candidate(Value):
    """A passage before selection, with the score each retriever gave it (None: not found by that one)."""

    source: str
    start: int
    end: int
    dense: float | None
    keyword: float | None
    fused: float


class Dropped(Value):
    """A sentence that was left out of the answer, and why."""

    text: str
    reason: str


class Generation(Value):
    """What a model wrote with, if one wrote."""

    prompt: str | None = Field(default=None, description="name of the prompt")
    prompt_hash: str | None = None
    model: str | None = None
    options: dict[str, str | int | float | bool] = {}
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    notes: tuple[str, ...] = Field(default=(), description="what a reader should know: who stood in, what did not fit")


class Trace(Generation):
    """How an answer was made: everything needed to see, replay and criticize it."""

    question: str = Field(description="the question as searched: made self-contained, spelling corrected")
    candidates: tuple[Candidate, ...] = ()
    sentences: tuple[Sentence, ...] = Field(default=(), description="ranked sentences before selection")
    dropped: tuple[Dropped, ...] = ()
    seconds: dict[str, float] = Field(default={}, description="wall seconds of each step of the answer, and in total")


class Answer(Value):
    """An answer with its proof. ``text`` alone is enough to read it."""

    question: str
    history: tuple[Turn, ...] = ()
    text: str
    outcome: Outcome
    answerability: float = Field(ge=0, le=1, description="how likely the shown evidence answers the question")
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = Field(default=(), description="by marker, sides of conflicts included")
    conflicts: tuple[Conflict, ...] = ()
    unanswered: tuple[str, ...] = Field(
        default=(), description="of several things asked, the questions that the documents do not answer"
    )
    omitted: int = Field(default=0, ge=0, description="items of a list that the answer leaves out")
    counted: int = Field(default=0, ge=0, description="items of a list that the question counts")
    nearest: tuple[Citation, ...] = Field(
        default=(), description="of a refusal: the statements that come nearest, quoted, never counted as an answer"
    )
    unread: tuple[str, ...] = Field(
        default=(), description="of a refusal: files of the indexed folders that were not read, and pages without text"
    )
    passages: tuple[Passage, ...] = ()
    writer: str
    trace: Trace

    def turns(self) -> tuple[Turn, ...]:
        """The conversation with this exchange added: the history of the next question."""
        return (*self.history, Turn(role="user", text=self.question), Turn(role="assistant", text=self.text))

    def __str__(self) -> str:
        from assistant.render import render_text

        return render_text(self)


def one_line(text: str) -> str:
    """``text`` with every run of whitespace as one space."""
    return " ".join(text.split())


class Delta(Value):
    """A piece of an answer while it is written; ``verified`` once its sentence has been checked.

    ``kind`` separates the answer from what is only shown while waiting for it: a model's thoughts and signs of life.
    """

    text: str
    verified: bool
    kind: Literal["answer", "thinking", "waiting"] = "answer"


class Draft(Value):
    """A piece of a model's prose, which ``verify`` splits into sentences and checks.

    ``[n]`` in it cites the n-th statement that the model was shown.
    """

    text: str


class GenerationInfo(Generation):
    """How a draft was written. A writer may yield one at the end; it goes into the answer and its trace."""

    writer: str | None = Field(default=None, description="who wrote, if not the writer that was asked")


class ConflictCandidate(Value):
    """Sentences of different sources that give different values for the same thing; a Conflict is made from it."""

    about: str
    values: tuple[str, ...] = Field(min_length=2)
    sentences: tuple[Sentence, ...] = Field(min_length=2)


class Part(Value):
    """One of the things a question asks: how likely the documents answer it, and all ranked sentences, best first."""

    question: str
    answerability: float
    sentences: tuple[Sentence, ...]
    summary: bool = Field(default=False, description="the sentences answer together, all and in this order")
    counted: bool = Field(default=False, description="the items of the first sentence's list are to be counted")


class Evidence(Value):
    """What was found for a question: passages, their sentences best first, and how likely these answer it.

    ``parts`` has one entry for each thing asked; ``answerability`` is the highest of the parts.
    """

    question: str
    passages: tuple[Passage, ...]
    sentences: tuple[Sentence, ...]
    answerability: float
    parts: tuple[Part, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    notes: tuple[str, ...] = Field(default=(), description="how the question was read, where that is not as it says")


class Quotation(Value):
    """A statement that an answer quotes, and statements of other sources that say the same."""

    sentences: tuple[Sentence, ...] = Field(min_length=1)
    listed: bool = Field(default=False, description="one of several items of a list or rows of a table")

    @property
    def best(self) -> Sentence:
        """The statement that is shown; the others are only cited."""
        return self.sentences[0]


class Plan(Value):
    """What an answer will say: its quotations and conflicts, and which questions stay unanswered.

    A plan without quotations is a refusal, and ``nearest`` holds the nearest statements. The quotations of a hesitant
    plan may or may not answer: a language model may write from them, and its verified claims decide.
    """

    question: str
    quotations: tuple[Quotation, ...] = ()
    conflicts: tuple[ConflictCandidate, ...] = ()
    earlier: frozenset[str] = Field(default=frozenset(), description="quoted sources that another one replaces")
    unanswered: tuple[str, ...] = ()
    omitted: int = 0
    counted: int = 0
    hesitant: bool = False
    nearest: tuple[Sentence, ...] = ()
    evidence: Evidence


class Skipped(Value):
    """A file that was not indexed, and why."""

    source: str
    reason: str
    ignored: bool = Field(default=False, description="it holds no text that is not read elsewhere: a lock file, a link")


class IndexReport(Value):
    """What a build changed; sources are relative to the indexed root."""

    root: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = Field(default=(), description="what a user should know of the build as a whole")
    embedded: int = Field(default=0, description="texts that had to be embedded; the rest were known")
    seconds: float = 0.0


class IndexedDocument(DocumentMetadata):
    """A document as the index lists it."""

    characters: int
    passages: int


class Progress(Value):
    """The progress of a long task; ``total`` is 0 while unknown."""

    stage: str
    done: int
    total: int
    item: str = ""


OnProgress = Callable[[Progress], None]


def no_progress(progress: Progress) -> None:
    """Ignore ``progress``."""
