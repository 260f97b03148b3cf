"""Chat models behind OpenAI's wire format: LM Studio, llama.cpp's server, vLLM, LocalAI, OpenRouter, OpenAI."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.errors import (
    BackendError,
    ConfigError,
    ContextOverflowError,
    ModelNotFoundError,
    ModelOutputError,
    ServerUnreachableError,
)
from assistant.models.streaming import SilenceError, watched
from assistant.ports import ChatChunk, Message, Usage
from assistant.settings import Settings

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionChunk

CONNECT_SECONDS = 5.0
"""Limit for accepting a connection."""

ASK_SECONDS = 10.0
"""Limit for listing models."""

INSTALL = "pip install 'assistant[openai]'"


class OpenAIChat:
    """``ports.ChatModel`` on any server that speaks OpenAI's chat completions.

    No other host is contacted: proxy settings and the variables OPENAI_* are ignored, redirects are not followed.
    """

    def __init__(self, settings: Settings) -> None:
        self.url = settings.openai_url
        self._settings = settings

    @property
    def name(self) -> str:
        """The name of the model after ``openai/``."""
        return f"openai/{self._model}"

    def ready(self) -> OpenAIChat:
        """Checks that the server answers and has the model, and returns itself.

        Raises ServerUnreachableError, ModelNotFoundError, ConfigError.
        """
        self._model  # noqa: B018 - looked up once
        return self

    def models(self) -> tuple[str, ...]:
        """The models that the server lists. Raises BackendError, ConfigError."""
        with self._translated(), self._client("OpenAI", ASK_SECONDS) as client:
            return tuple(model.id for model in client.models.list())

    @cached_property
    def _model(self) -> str:
        """The model of the settings; the first of the server's where they name none."""
        wanted, found = self._settings.openai_model, self.models()
        if wanted in found or (wanted and not found):  # some servers list nothing and take any name
            return wanted
        if not wanted and found:
            return found[0]
        cure = f"`export ASSISTANT_OPENAI_MODEL={found[0] if found else '...'}`"
        raise ModelNotFoundError(f"The server at {self.url!r} does not have the model {wanted!r}. {cure}")

    @property
    def options(self) -> Mapping[str, str | int | float | bool]:
        """The options of a request."""
        wanted = self._settings
        return {
            "max_tokens": min(wanted.answer_tokens, wanted.context_tokens // 2),
            "temperature": wanted.temperature,
            "seed": wanted.seed,
        }

    def room(self) -> int:
        """Tokens that a prompt may have: the window of the settings less the answer and the chat template."""
        return self._settings.context_tokens - int(self.options["max_tokens"]) - 64

    def chat(
        self, messages: Sequence[Message], schema: Mapping[str, object] | None = None
    ) -> Generator[ChatChunk | Usage, None, None]:
        """Streams the answer. Raises BackendError, and ModelOutputError for an answer that is cut off or empty."""
        request: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": m.role, "content": m.text} for m in messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            **self.options,
        }
        if schema is not None:
            shape = {"name": "answer", "schema": schema}
            request["response_format"] = {"type": "json_schema", "json_schema": shape}
        spoke, ended, usage = False, "", Usage()
        for part in self._parts(request):
            if isinstance(part, float):
                yield ChatChunk(waited=part)
                continue
            if part.usage is not None:
                usage = Usage(part.usage.prompt_tokens, part.usage.completion_tokens)
            for choice in part.choices or ():
                ended = choice.finish_reason or ended
                text = choice.delta.content or ""
                extra = choice.delta.model_extra or {}
                thought = str(extra.get("reasoning_content") or extra.get("reasoning") or "")
                spoke = spoke or bool(text.strip())
                if text or thought:
                    yield ChatChunk(text, thought)
        self._check(spoke, ended)
        yield usage

    def _check(self, spoke: bool, ended: str) -> None:
        if not ended:
            raise ModelOutputError(f"The answer of {self._model!r} broke off. Ask again")
        if ended == "length":
            raise ModelOutputError(
                f"The answer of {self._model!r} was cut off after {self.options['max_tokens']:,} tokens. "
                f"`export ASSISTANT_ANSWER_TOKENS={2 * self._settings.answer_tokens}`"
            )
        if not spoke:
            raise ModelOutputError(f"{self._model!r} gave an empty answer. Ask again, or choose another model")

    def _parts(self, request: Mapping[str, Any]) -> Iterator[ChatCompletionChunk | float]:
        wanted = self._settings

        async def parts() -> AsyncIterator[ChatCompletionChunk]:
            async with self._client("AsyncOpenAI", None) as client:
                async for part in await client.chat.completions.create(**request):
                    yield part

        try:
            with self._translated():
                yield from watched(parts(), wanted.first_token_seconds, wanted.idle_seconds)
        except SilenceError as exc:
            setting = "IDLE" if exc.started else "FIRST_TOKEN"
            error = ModelOutputError if exc.started else ServerUnreachableError
            raise error(
                f"{self._model!r} was silent for {exc.seconds:g} s. "
                f"`export ASSISTANT_{setting}_SECONDS={2 * exc.seconds:g}`"
            ) from exc

    def _client(self, kind: str, seconds: float | None) -> Any:
        """A client of the library, which is handed all that it would take from the environment."""
        import httpx

        openai = _library()
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).hostname:
            raise ConfigError(f"ASSISTANT_OPENAI_URL is {self.url!r}, not an address. `unset ASSISTANT_OPENAI_URL`")
        transport = httpx.AsyncClient if kind == "AsyncOpenAI" else httpx.Client
        timeout = httpx.Timeout(seconds, connect=CONNECT_SECONDS)
        key = self._settings.openai_key
        return getattr(openai, kind)(
            base_url=self.url,
            api_key=key.get_secret_value() if key else "none",
            organization="",
            project="",
            max_retries=0,
            http_client=transport(timeout=timeout, trust_env=False, follow_redirects=False),
        )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turns every exception of the client library into a BackendError or ConfigError."""
        import httpx

        openai = _library()
        try:
            yield
        except openai.APIStatusError as exc:
            raise self._refused(exc.status_code, " ".join(str(exc.message).split())[:200]) from exc
        except (openai.APITimeoutError, openai.APIConnectionError) as exc:
            raise ServerUnreachableError(
                f"No server answers at {self.url!r}. Start it, or `export ASSISTANT_OPENAI_URL=...`"
            ) from exc
        except httpx.TransportError as exc:
            raise ModelOutputError(
                f"The server at {self.url!r} broke off in the middle of an answer. Ask again"
            ) from exc
        except openai.APIError as exc:  # an error in the middle of a stream
            raise self._refused(500, " ".join(str(exc.message).split())[:200]) from exc
        except (ValueError, AttributeError, TypeError) as exc:  # pages and JSON that are no completions
            raise ModelOutputError(
                f"{self.url!r} does not answer like an OpenAI server. `export ASSISTANT_OPENAI_URL=http://.../v1`"
            ) from exc

    def _refused(self, status: int, said: str) -> BackendError | ConfigError:
        if status in (401, 403):
            return ConfigError(f"The server at {self.url!r} refuses the key. `export ASSISTANT_OPENAI_KEY=...`")
        if "context" in said and ("length" in said or "size" in said or "window" in said):
            return ContextOverflowError(
                f"The server at {self.url!r} cannot read a prompt of this length: {said!r}. "
                f"`export ASSISTANT_CONTEXT_TOKENS={self._settings.context_tokens // 2}`"
            )
        if status == 404 and "model" in said.lower():
            return ModelNotFoundError(f"The server at {self.url!r} says {said!r}. `export ASSISTANT_OPENAI_MODEL=...`")
        if 300 <= status < 400 or status == 404:
            return ConfigError(
                f"{self.url!r} does not answer like an OpenAI server ({status}). "
                "`export ASSISTANT_OPENAI_URL=http://.../v1`"
            )
        return BackendError(f"The server at {self.url!r} failed ({status}): {said!r}. Ask again, or see its log")


def _library() -> Any:
    try:
        import openai
    except ImportError as exc:
        raise BackendError(f"The package 'openai' is not installed. `{INSTALL}`") from exc
    return openai
