"""LlamaIndex models: any ``LLM`` as a chat model, any ``BaseEmbedding`` as an embedder."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from assistant.errors import BackendError, ConfigError, ModelOutputError
from assistant.models.vectors import embeddings, unit
from assistant.ports import ChatChunk, Embedding, Message, Usage, Vectors
from assistant.types import Span

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.llms import LLM

LEAST_ANSWER = 256
"""Tokens kept for the answer of a model that does not state its limit."""


class LlamaIndexChat:
    """``ports.ChatModel`` with any LlamaIndex ``LLM``: ``GenerativeWriter(LlamaIndexChat(llm))`` is a writer."""

    def __init__(self, llm: LLM) -> None:
        self.llm = llm

    @classmethod
    def named(cls, place: str, options: Mapping[str, object]) -> LlamaIndexChat:
        """The LLM ``<module>:<class>``, made with ``options``.

        Raises ConfigError for what cannot be imported, is no LLM or does not take the options.
        """
        module, _, name = place.partition(":")
        try:
            from llama_index.core.llms import LLM

            kind = getattr(import_module(module), name)
        except (ImportError, AttributeError) as exc:
            package = module.replace("_", "-").replace("llama-index.", "llama-index-").replace(".", "-")
            raise ConfigError(
                f"The LlamaIndex LLM {place!r} cannot be imported: {exc}. `pip install {package}`"
            ) from exc
        if not (isinstance(kind, type) and issubclass(kind, LLM)):
            raise ConfigError(f"{place!r} is no LlamaIndex LLM. `export ASSISTANT_WRITER=llamaindex:<module>:<class>`")
        try:
            return cls(kind(**options))
        except (TypeError, ValueError) as exc:
            raise ConfigError(
                f"The LlamaIndex LLM {place!r} does not take these options: {exc}. "
                '`export ASSISTANT_LLAMAINDEX_OPTIONS=\'{"model": "..."}\'`'
            ) from exc

    @property
    def name(self) -> str:
        """The class, and the model where it is known: ``llamaindex/OpenAI/gpt-4o-mini``."""
        model = self.llm.metadata.model_name
        return "/".join(["llamaindex", self.llm.class_name(), *([model] if model != "unknown" else [])])

    @property
    def options(self) -> Mapping[str, str | int | float | bool]:
        """The options that the model reports. They are set where the ``LLM`` is made."""
        about = self.llm.metadata
        temperature = getattr(self.llm, "temperature", None)
        known = {"temperature": float(temperature)} if isinstance(temperature, int | float) else {}
        return {"context_window": about.context_window, "num_output": about.num_output, **known}

    def room(self) -> int:
        """Tokens that a prompt may have."""
        about = self.llm.metadata
        return about.context_window - max(about.num_output, LEAST_ANSWER) - 64

    def chat(
        self,
        messages: Sequence[Message],
        schema: Mapping[str, object] | None = None,  # noqa: ARG002 - not every LLM takes one
    ) -> Generator[ChatChunk | Usage, None, None]:
        """Streams the answer. Raises BackendError, and ModelOutputError for an answer that is cut off or empty."""
        from llama_index.core.llms import ChatMessage

        asked = [ChatMessage(role=m.role, content=m.text) for m in messages]
        spoke, last = False, None
        with _translated(f"model {self.name!r}"):
            for last in self.llm.stream_chat(asked):
                text, thought = last.delta or "", str(last.additional_kwargs.get("thinking_delta") or "")
                spoke = spoke or bool(text.strip())
                if text or thought:
                    yield ChatChunk(text, thought)
        raw = last.raw if last is not None else None
        if _field(raw, "done_reason", "finish_reason") in ("length", "max_tokens"):
            raise ModelOutputError(f"The answer of {self.name!r} was cut off. Make the LLM with a larger `max_tokens`")
        if not spoke:
            raise ModelOutputError(f"{self.name!r} gave an empty answer. Ask again, or choose another model")
        yield Usage(_count(raw, "prompt_eval_count"), _count(raw, "eval_count"))


class LlamaIndexEmbedder:
    """``ports.Embedder`` with any LlamaIndex ``BaseEmbedding``. Parts of a text are embedded one by one."""

    def __init__(self, model: BaseEmbedding) -> None:
        self.model = model

    @cached_property
    def fingerprint(self) -> str:
        """Holds class, model and dimension. A change of the weights under the same name is not noticed."""
        return f"llamaindex/{self.model.class_name()}/{self.model.model_name}/{len(self.embed_query('fingerprint'))}"

    def embed_documents(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedding]:
        """Vectors of the texts and of their parts, each of shape (dimension,). Raises BackendError."""
        return embeddings(texts, parts, self._embed)

    def embed_query(self, text: str) -> Vectors:
        """Vector of a question, of shape (dimension,). Raises BackendError."""
        with _translated(self._what):
            row = self.model.get_query_embedding(text)
        vector: Vectors = self._unit([row], 1)[0]
        return vector

    def _embed(self, texts: list[str]) -> Vectors:
        with _translated(self._what):
            rows = self.model.get_text_embedding_batch(texts)
        return self._unit(rows, len(texts))

    def _unit(self, rows: Sequence[Sequence[float]], texts: int) -> Vectors:
        try:
            return unit(rows, texts)
        except ValueError as exc:
            raise self._wrong(str(exc)) from exc

    def _wrong(self, what: str) -> ModelOutputError:
        return ModelOutputError(f"The {self._what} {what}. Choose another one")

    @property
    def _what(self) -> str:
        return f"embedding model {self.model.model_name!r}"


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """Turns every exception into a BackendError. Those of the providers share no base class."""
    try:
        yield
    except Exception as exc:
        raise BackendError(f"The {what} failed: {type(exc).__name__}: {exc}. Ask again, or see its provider") from exc


def _field(raw: Any, *names: str) -> Any:
    """The first of ``names`` that a provider's raw answer has, as a key or an attribute, or in its first choice."""
    if raw is None:
        return None

    def get(name: str) -> Any:
        return raw.get(name) if isinstance(raw, Mapping) else getattr(raw, name, None)

    for name in names:
        if (value := get(name)) is not None:
            return value
    choices = get("choices")
    return _field(choices[0], *names) if isinstance(choices, Sequence) and choices else None


def _count(raw: Any, name: str) -> int | None:
    value = _field(raw, name)
    return value if isinstance(value, int) else None
