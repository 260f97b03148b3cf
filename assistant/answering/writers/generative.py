"""The writer with a chat model: prompts it with numbered statements inside a token budget, and cleans its output.

Nothing the model claims is trusted: ``verify`` checks every sentence against the documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from assistant import prompts
from assistant.answering.plan import statements_for_model
from assistant.english.names import names
from assistant.english.quantities import quantities, same_value
from assistant.english.tokens import content_stems, stems
from assistant.errors import ContextOverflowError
from assistant.ports import ChatChunk, ChatModel, CondensedQuestion, Message, Usage
from assistant.types import (
    NOT_IN_DOCUMENTS,
    ConflictCandidate,
    Delta,
    DocumentMetadata,
    Draft,
    GenerationInfo,
    Plan,
    Sentence,
    Turn,
)

QUESTION_SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"question": {"type": "string"}},
    "required": ["question"],
}
MAX_REWRITTEN = 400
"""Characters of the longest rewritten question that is accepted."""

TURNS = 6
"""Turns of a conversation that a model is shown to condense a question."""

_HOLDS_CITATION = re.compile(r"cit|source|passage|ref|marker|index|number|id\b", re.IGNORECASE)
_HOLDS_TEXT = re.compile(
    r"answer|text|sentence|claim|response|content|statement|fact|output|reply|result|summary", re.I
)
_JSON_BEGINS = re.compile(r"```(?:json)?\s*(?=[{\[])|\{(?=\s*(?:\"|$))|\[(?=\s*(?:\{|\"|$))")
_MAYBE_BEGINS = re.compile(r"(?:`{1,3}(?:j|js|jso|json)?\s*|\[\s*|<(?:/?t?h?i?n?k?)|&(?:l|g|lt|gt)?)$")


class GenerativeWriter:
    """``ports.Writer`` and ``ports.QuestionCondenser`` by any ``ports.ChatModel``."""

    def __init__(self, model: ChatModel, max_words: int = 80) -> None:
        self.model = model
        self._max_words = max_words

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    def write(self, plan: Plan) -> Iterator[Draft | Delta | GenerationInfo]:
        """The model's text, piece by piece; thoughts and signs of life as Deltas; at the end, how it was written.

        Raises BackendError, and ContextOverflowError if not even one statement fits.
        """
        messages = self._messages(prompts.load("answer"), plan, statements_for_model(plan))
        cleaner, usage = Cleaner(), Usage()
        for chunk in self.model.chat(messages):
            if isinstance(chunk, Usage):
                usage = chunk
                continue
            yield from _asides(chunk)
            for thought, text in cleaner.feed(chunk.text):
                yield Delta(text=text, verified=False, kind="thinking") if thought else Draft(text=text)
        for thought, text in cleaner.finish():
            yield Delta(text=text, verified=False, kind="thinking") if thought else Draft(text=text)
        yield self.describe().model_copy(update=usage._asdict())

    def describe(self) -> GenerationInfo:
        """How it writes: the model, its options, the prompt and its hash. Raises BackendError."""
        prompt = prompts.load("answer")
        return GenerationInfo(
            writer=self.name,
            prompt=prompt.name,
            prompt_hash=prompt.hash,
            model=self.model.name,
            options=dict(self.model.options),
        )

    def condense(self, question: str, history: Sequence[Turn]) -> CondensedQuestion | None:
        """The question made self-contained; None if the proposal is empty, too long, unchanged or another question.

        Raises BackendError.
        """
        prompt = prompts.load("condense")
        told = "\n".join(f"{turn.role}: {prompts.as_data(_short(turn.text))}" for turn in history[-TURNS:])
        messages = prompt.render(conversation=told, question=prompts.as_data(question))
        proposed = " ".join(prompts.from_data(self._asked(messages)).split()).strip('"“” ')
        if not proposed or len(proposed) > MAX_REWRITTEN or _invents(proposed, [question, *(t.text for t in history)]):
            return None
        asked, kept = set(content_stems(question)), set(content_stems(proposed))
        # If nothing was added, code may still complete the question. If it lost its words, it is another question.
        if kept <= asked or 2 * len(asked & kept) < len(asked):
            return None
        return CondensedQuestion(proposed, (f"rewritten by {self.name} (prompt {prompt.name} {prompt.hash})",))

    def _asked(self, messages: Sequence[Message]) -> str:
        said = "".join(s.text for s in self.model.chat(messages, QUESTION_SCHEMA) if isinstance(s, ChatChunk))
        found = json_in(_THOUGHTS.sub("", said))
        if isinstance(found, Mapping) and isinstance(found.get("question"), str):
            return str(found["question"])
        # Models that ignore the schema mostly return the bare question.
        lines = [line for line in _THOUGHTS.sub("", said).splitlines() if line.strip()]
        return next((line for line in reversed(lines) if line.rstrip().endswith("?")), "") if found is None else ""

    def _messages(self, prompt: prompts.Prompt, plan: Plan, statements: Sequence[Sentence]) -> tuple[Message, ...]:
        """The prompt with the plan's statements, numbered from 1 and with their sources, as many as fit the window."""
        metadata = {passage.metadata.source: passage.metadata for passage in plan.evidence.passages}

        def filled(shown: Sequence[Sentence]) -> tuple[Message, ...]:
            return prompt.render(
                max_words=str(self._max_words),
                refusal=f"If no statement answers this, write only: {NOT_IN_DOCUMENTS}" if plan.hesitant else "",
                statements="\n".join(
                    prompts.numbered(n, sentence, metadata.get(sentence.source)) for n, sentence in enumerate(shown, 1)
                ),
                disagreements=_disagreements(plan.conflicts, shown, metadata),
                question=prompts.as_data(plan.question),
            )

        shown = list(statements)
        while len(shown) > 1 and _tokens(filled(shown)) > self.model.room():
            shown.pop()
        if _tokens(filled(shown)) > self.model.room():
            raise ContextOverflowError(
                f"Not one statement fits the window of {self.name!r} ({self.model.room():,} tokens for the prompt). "
                "`export ASSISTANT_CONTEXT_TOKENS=8192`"
            )
        return filled(shown)


def _asides(said: ChatChunk) -> Iterator[Delta]:
    if said.thought:
        yield Delta(text=said.thought, verified=False, kind="thinking")
    if said.waited:
        yield Delta(text=f"{said.waited:.0f} s without a word", verified=False, kind="waiting")


def _tokens(messages: Sequence[Message]) -> int:
    return sum(prompts.estimate_tokens(message.text) for message in messages)


def _disagreements(
    conflicts: Sequence[ConflictCandidate], shown: Sequence[Sentence], metadata: Mapping[str, DocumentMetadata]
) -> str:
    """What the model is told about conflicts: it must give both sides of each."""
    numbers = {(sentence.source, sentence.start): n for n, sentence in enumerate(shown, 1)}
    lines = [
        f"- {prompts.as_data(metadata[s.source].byline)} says {prompts.as_data(value)} [{numbers[s.source, s.start]}]"
        for conflict in conflicts
        for value, s in zip(conflict.values, conflict.sentences, strict=True)
        if (s.source, s.start) in numbers and s.source in metadata
    ]
    return "\n".join(["", "These statements disagree. Give every side:", *lines, ""]) if lines else ""


def _short(text: str, limit: int = 1200) -> str:
    return text if len(text) <= limit else text[:limit] + " ..."


def _invents(proposed: str, told: Sequence[str]) -> bool:
    """Whether a rewritten question has a name or a figure that nobody mentioned."""
    known = " ".join(told)
    held, figures = set(stems(known)), quantities(known)
    if any(not set(stems(name.text)) <= held for name in names(proposed)):
        return True
    # same_value accepts a less precise date as equal: "12 May" and "Wednesday".
    return any(
        not any(other.value == figure.value and same_value(other, figure) for other in figures)
        for figure in quantities(proposed)
    )


# --- cleaning what a model says -------------------------------------------------------------------

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_OPENS = re.compile(r"<think(?:ing)?>\s*")
_CLOSES = re.compile(r"</think(?:ing)?>\s*")


class Cleaner:
    """Cleans a model's text as it streams in; returns pairs of (whether it is a thought, text).

    The tags around thoughts are removed. JSON is held back until it is complete and then returned as the sentences
    in it, each followed by the passage numbers it names as markers.
    """

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False

    def feed(self, text: str) -> list[tuple[bool, str]]:
        """The pieces that are complete after ``text``."""
        self._held += text
        found: list[tuple[bool, str]] = []
        while step := self._step():
            found.append(step)
        return [(thought, piece) for thought, piece in found if piece]

    def finish(self) -> list[tuple[bool, str]]:
        """The rest."""
        rest, self._held = self._held, ""
        if self._thinking or not rest:
            return [(True, rest)] if rest else []
        begins = _JSON_BEGINS.search(rest)
        if begins is None:
            return [(False, prompts.from_data(rest))]
        return [(False, prompts.from_data(f"{rest[: begins.start()]}\n\n{sentences_in(rest[begins.start() :])}"))]

    def _step(self) -> tuple[bool, str] | None:
        text = self._held
        if self._thinking:
            if closes := _CLOSES.search(text):
                self._thinking, self._held = False, text[closes.end() :]
                return True, text[: closes.start()]
            keep = text.rfind("<")
            return self._give(True, text, keep if keep >= 0 else len(text))
        if opens := _OPENS.search(text):
            self._thinking, self._held = True, text[opens.end() :]
            return (False, prompts.from_data(text[: opens.start()])) if text[: opens.start()] else (True, "")
        text = self._held = _CLOSES.sub("", text)
        if begins := _JSON_BEGINS.search(text):
            if begins.start():
                return self._give(False, text, begins.start())
            end = _json_end(text)
            return self._json(end) if end else None
        maybe = _MAYBE_BEGINS.search(text)
        return self._give(False, text, maybe.start() if maybe else len(text))

    def _json(self, end: int) -> tuple[bool, str]:
        text, self._held = self._held[:end], self._held[end:].removeprefix("```")
        return False, prompts.from_data(f"\n\n{sentences_in(text)}\n\n")

    def _give(self, thought: bool, text: str, end: int) -> tuple[bool, str] | None:
        self._held = text[end:]
        if not end:
            return None
        return thought, text[:end] if thought else prompts.from_data(text[:end])


def _json_end(text: str) -> int | None:
    """The end of the JSON value at the start of ``text``, perhaps in a code fence; None while it is incomplete."""
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        return None
    try:
        _, end = json.JSONDecoder(strict=False).raw_decode(text, start)
    except json.JSONDecodeError:
        return None
    fence = re.compile(r"\s*```").match(text, end)
    if text.startswith("```") and fence is None:
        return None
    return fence.end() if fence else end


def json_in(text: str) -> object | None:
    """The first JSON object or list in ``text``, or None."""
    for begins in re.finditer(r"[{\[]", text):
        try:
            found, _ = json.JSONDecoder(strict=False).raw_decode(text, begins.start())
        except json.JSONDecodeError:
            continue
        if isinstance(found, dict | list):
            return found
    return None


def sentences_in(text: str) -> str:
    """The sentences in a JSON text, each followed by its passage numbers as ``[n]``; other text is left as it is."""
    found = json_in(text)
    if found is None:
        return text
    said = list(_told(found))
    return "\n".join(said) if said else text


def _told(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _told(item)
    elif isinstance(value, Mapping):
        cited = sorted(
            {
                n
                for k, v in value.items()
                if _HOLDS_CITATION.search(k) and not _HOLDS_TEXT.search(k)
                for n in _numbers(v)
            }
        )
        texts = [
            piece
            for key, item in value.items()
            if _HOLDS_TEXT.search(key) or (isinstance(item, Mapping | list) and not _HOLDS_CITATION.search(key))
            for piece in _told(item)
        ]
        mark = "".join(f" [{n}]" for n in cited)
        yield from (piece if re.search(r"\[\d", piece) else piece.rstrip() + mark for piece in texts if piece.strip())


def _numbers(value: object) -> Iterator[int]:
    if isinstance(value, bool):
        return
    if isinstance(value, int) and 0 < value < 1000:
        yield value
    elif isinstance(value, str):
        yield from (int(n) for n in re.findall(r"\b\d{1,3}\b", value))
    elif isinstance(value, list):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if _HOLDS_CITATION.search(key):
                yield from _numbers(item)
