"""Gold questions, and the suite of questions, texts, metrics and gates that they belong to."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field

from assistant.errors import SuiteError
from assistant.eval.corpus import Corpus
from assistant.eval.gates import Gate
from assistant.types import Filter, Turn, Value

Kind = Literal["fact", "number", "date", "attribution", "multi", "conflict", "follow-up", "unanswerable"]
Variant = Literal["", "full", "bare"]


class GoldQuote(Value):
    """Gold evidence: the words of a source. It is not a chunk id, so it stays valid if chunks change."""

    source: str
    quote: str = Field(min_length=1)


class Case(Value):
    """One gold question.

    ``facts`` are the key facts of a right answer, each with its accepted wordings. ``history`` holds the user's
    earlier turns. ``scope``, if given, names the sources this question may use (data sets with given contexts).
    Tags of the form ``name:text`` carry what a kind of question needs: ``full:`` the follow-up asked in full,
    ``wrong:`` an answer that must not be given, ``document:`` the document a question was written on. The tag
    ``conversation`` marks a follow-up that refers to the answer before it. ``variant`` marks a follow-up that is asked
    a second time: in full, or bare, without its history.
    """

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    history: tuple[str, ...] = ()
    kind: Kind
    facts: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[GoldQuote, ...] = ()
    answerable: bool
    tags: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    variant: Variant = ""

    @property
    def key(self) -> str:
        """The name of this question in a run log: its id, and its variant if it has one."""
        return f"{self.id}#{self.variant}" if self.variant else self.id

    @property
    def cluster(self) -> str:
        """The document this question is about; questions about one document are not independent."""
        written_on = self.tagged("document")
        return self.evidence[0].source if self.evidence else written_on[0] if written_on else self.id

    @property
    def conflicting(self) -> bool:
        """Whether the sources disagree, so that a right answer shows every side."""
        return self.kind == "conflict" or "conflict" in self.tags

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The history in the form that a system takes."""
        return tuple(Turn(role="user", text=text) for text in self.history)

    @property
    def where(self) -> Filter:
        """The scope in the form that a system takes."""
        return Filter(sources=self.scope)

    def tagged(self, name: str) -> tuple[str, ...]:
        """The texts of all tags ``name:text``."""
        return tuple(tag.removeprefix(f"{name}:") for tag in self.tags if tag.startswith(f"{name}:"))

    def variants(self) -> tuple[Case, ...]:
        """The follow-up asked in full and asked without its history, to measure what the history contributes."""
        full = self.tagged("full")
        if not self.history or not full:
            return ()
        return (
            self.model_copy(update={"question": full[0], "history": (), "variant": "full"}),
            self.model_copy(update={"history": (), "variant": "bare"}),
        )


class Suite(Value):
    """Questions, the texts they are about, the metrics, and the gates.

    ``warnings`` are oddities of the gold that do not stop a run. ``folder`` is where runs are stored.
    """

    model_config = Value.model_config | {"arbitrary_types_allowed": True}

    name: str
    split: str = ""
    folder: Path
    cases: tuple[Case, ...]
    corpus: Corpus
    documents: Path | None = Field(default=None, description="the folder the corpus was read from")
    metrics: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    seed: int = 0
    time_limit: float = Field(default=60.0, gt=0, description="seconds a question may take")
    warnings: tuple[str, ...] = ()
    protocol: str = Field(default="", description="how the questions of a public set are asked and scored")
    part_of: str = Field(default="", description="hash of the suite this is a selection of")

    @property
    def title(self) -> str:
        """Name and split, as reports show it."""
        return f"{self.name} ({self.split})" if self.split else self.name

    @property
    def forms(self) -> tuple[Case, ...]:
        """Every question as it is asked: each case, and after a follow-up its variants."""
        return tuple(form for case in self.cases for form in (case, *case.variants()))

    @cached_property
    def hash(self) -> str:
        """Identity of all questions and texts; scores of suites with different hashes are not comparable.

        A selection of a suite keeps the hash of the whole.
        """
        if self.part_of:
            return self.part_of
        digest = hashlib.blake2b(digest_size=16)
        for case in self.cases:
            digest.update(case.model_dump_json().encode() + b"\n")
        for source in sorted(self.corpus):
            digest.update(f"{source} {self.corpus[source].digest}\n".encode())
        return digest.hexdigest()


def select(suite: Suite, kinds: Sequence[str] = (), limit: int | None = None, seed: int | None = None) -> Suite:
    """The suite with only the questions of these kinds, and only ``limit`` of them at random, in their order.

    Raises SuiteError if none is left.
    """
    seed = suite.seed if seed is None else seed
    cases = [case for case in suite.cases if not kinds or case.kind in kinds]
    if not cases:
        present = ", ".join(sorted(Counter(case.kind for case in suite.cases)))
        raise SuiteError(
            f"{suite.folder}:1: no question is of kind {', '.join(map(repr, kinds))}. Kinds here: {present}."
        )
    if limit is not None and limit < len(cases):
        chosen = sorted(random.Random(seed).sample(range(len(cases)), max(limit, 1)))  # noqa: S311 - no secret
        cases = [cases[number] for number in chosen]
    return suite.model_copy(update={"cases": tuple(cases), "seed": seed, "part_of": suite.hash})
