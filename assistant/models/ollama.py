"""The client of an Ollama server, and its models as chat models. Errors of the server become BackendErrors here."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.errors import (
    BackendError,
    ConfigError,
    ContextOverflowError,
    ModelNotPulledError,
    ModelOutputError,
    OllamaUnreachableError,
)
from assistant.models.streaming import HEARTBEAT_SECONDS, SilenceError, watched
from assistant.models.vectors import unit
from assistant.ports import ChatChunk, Message, Usage, Vectors
from assistant.settings import Settings
from assistant.types import Value

if TYPE_CHECKING:
    import httpx
    import ollama

CONNECT_SECONDS = 2.0
"""Limit for accepting a connection; the server accepts connections while a model is loading."""

ASK_SECONDS = 10.0
"""Limit for listing or describing models."""

EMBED_SECONDS = 120.0
"""Limit for embedding one batch, loading the model included."""

BATCH = 32
"""Texts embedded in one request."""

INSTALL = "pip install 'assistant[ollama]'"


class Model(Value):
    """A model on the server. ``size`` is in bytes, ``context`` in tokens; both are None if the server does not say."""

    name: str
    digest: str
    size: int | None = None
    context: int | None = None
    thinks: bool = False


class Server:
    """One Ollama server. No other host is contacted: proxy settings are ignored and redirects are not followed."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        self._token = token

    @classmethod
    def of(cls, settings: Settings) -> Server:
        """The server that the settings name."""
        token = settings.ollama_token
        return cls(settings.ollama_url, token.get_secret_value() if token else None)

    def listens(self, seconds: float = CONNECT_SECONDS) -> bool:
        """Whether anything accepts connections at its address. Works without the client library."""
        try:
            url = urlsplit(self.url if "://" in self.url else f"http://{self.url}")
            port = url.port or {"http": 80 if "://" in self.url else 11434, "https": 443}[url.scheme]
            socket.create_connection((url.hostname or "127.0.0.1", port), timeout=seconds).close()
        except (OSError, ValueError, LookupError):
            return False
        return True

    def models(self) -> tuple[Model, ...]:
        """The pulled models, without context lengths. Raises OllamaUnreachableError."""
        with self._client(ASK_SECONDS) as client, self._translated():
            return tuple(
                Model(name=m.model or "", digest=m.digest or "", size=int(m.size) if m.size is not None else None)
                for m in client.list().models
            )

    def find(self, name: str) -> Model:
        """The pulled model of that name. Raises ModelNotPulledError, OllamaUnreachableError."""
        found = {model.name: model for model in self.models()}
        for form in (name, f"{name}:latest"):
            if form in found:
                return found[form]
        raise self._not_pulled(name)

    def describe(self, model: Model) -> Model:
        """``model`` with its context length and whether it can think. Raises BackendError."""
        with self._client(ASK_SECONDS) as client, self._translated(model.name):
            shown = client.show(model.name)
        known = (shown.modelinfo or {}).items()
        lengths = [value for key, value in known if key.endswith(".context_length") and isinstance(value, int)]
        thinks = "thinking" in (shown.capabilities or ())
        return model.model_copy(update={"context": lengths[0] if lengths else None, "thinks": thinks})

    def embed(self, model: str, texts: Sequence[str], context: int) -> Vectors:
        """Unit vectors of shape (texts, dimension). The server cuts texts that are longer than ``context`` tokens."""
        rows: list[Sequence[float]] = []
        with self._client(EMBED_SECONDS) as client:
            for at in range(0, len(texts), BATCH):
                batch = texts[at : at + BATCH]
                with self._translated(model):
                    answer = client.embed(model, batch, truncate=True, options={"num_ctx": context})
                rows += answer.embeddings
        try:
            return unit(rows, len(texts))
        except ValueError as exc:
            raise self._garbled(model, str(exc)) from exc

    def chat(
        self, request: Mapping[str, Any], first_token: float, idle: float, beat: float = HEARTBEAT_SECONDS
    ) -> Iterator[ollama.ChatResponse | float]:
        """The parts of a streamed chat as they arrive, and for every ``beat`` seconds of silence the seconds waited.

        Closing the iterator closes the connection, which stops the server. Raises BackendError.
        """
        model = str(request["model"])

        async def parts() -> AsyncIterator[ollama.ChatResponse]:
            async with self._open(_library().AsyncClient, None) as client:
                async for part in await client.chat(**request, stream=True):
                    yield part

        try:
            with self._translated(model):
                yield from watched(parts(), first_token, idle, beat)
        except SilenceError as exc:
            raise self._silent(model, exc.seconds, exc.started) from exc

    @contextmanager
    def _client(self, seconds: float) -> Iterator[ollama.Client]:
        client = self._open(_library().Client, seconds)
        try:
            yield client
        finally:
            client.close()

    def _open(self, kind: Callable[..., Any], seconds: float | None) -> Any:
        import httpx

        with self._translated():
            return kind(
                self.url,
                timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS),
                follow_redirects=False,
                trust_env=False,
                # Certificates take longer to load than a local server to answer.
                verify=self.url.lower().startswith("https:"),
                auth=self._authorize,
            )

    def _authorize(self, request: httpx.Request) -> httpx.Request:
        # The library would send the key in OLLAMA_API_KEY to whatever host it talks to.
        request.headers.pop("authorization", None)
        if self._token:
            request.headers["authorization"] = f"Bearer {self._token}"
        return request

    @contextmanager
    def _translated(self, model: str = "") -> Iterator[None]:
        """Turns every exception of the client library into a BackendError or ConfigError."""
        import httpx

        ollama = _library()
        try:
            yield
        except ollama.ResponseError as exc:
            raise self._refused(exc, model) from exc
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as exc:
            if isinstance(exc, httpx.InvalidURL | httpx.UnsupportedProtocol) or not _is_garbled(exc):
                raise ConfigError(
                    f"ASSISTANT_OLLAMA_URL is {self.url!r}, not an address ({exc}). `unset ASSISTANT_OLLAMA_URL`"
                ) from exc
            raise self._garbled(model, "sent an answer that is not Ollama's JSON") from exc
        except (ConnectionError, httpx.ConnectError, httpx.ConnectTimeout) as exc:
            raise OllamaUnreachableError(f"No Ollama server answers at {self.url!r}. `ollama serve`") from exc
        except httpx.TimeoutException as exc:
            raise OllamaUnreachableError(
                f"The Ollama server at {self.url!r} did not answer in time. `ollama ps` shows what keeps it busy"
            ) from exc
        except httpx.TransportError as exc:
            raise ModelOutputError(
                f"The Ollama server at {self.url!r} broke off while {model!r} was answering. "
                "Ask again, or see `ollama ps`"
            ) from exc
        except (AttributeError, TypeError) as exc:  # a line of JSON that is not an object
            raise self._garbled(model, "sent an answer that is not Ollama's JSON") from exc

    def _refused(self, exc: ollama.ResponseError, model: str) -> BackendError | ConfigError:
        said = " ".join(exc.error.split())[:200]
        if exc.status_code == 404 and model and "model" in said.lower():
            return self._not_pulled(model)
        if exc.status_code in (401, 403):
            cure = "`export ASSISTANT_OLLAMA_TOKEN=...`, or for a model of Ollama's cloud `ollama signin`"
            return ConfigError(f"The Ollama server at {self.url!r} refuses the token. {cure}")
        if "context length" in said:
            return ContextOverflowError(
                f"{model!r} cannot read a text of this length: {said!r}. Lower `chunk_tokens` in config.toml"
            )
        if "does not support" in said:  # an embedding model cannot chat, and some that chat cannot embed
            return ConfigError(f"{model!r} cannot do this: {said!r}. Choose another: `ollama list`")
        if exc.status_code == 400 and model:
            return ConfigError(f"The Ollama server at {self.url!r} refuses the request: {said!r}. `assistant doctor`")
        if 300 <= exc.status_code < 500:
            return ConfigError(
                f"{self.url!r} does not answer like an Ollama server ({exc.status_code}: {said!r}). "
                "`export ASSISTANT_OLLAMA_URL=http://127.0.0.1:11434`"
            )
        return BackendError(
            f"The Ollama server failed while running {model!r}: {said!r}. `ollama ps`, or a smaller model"
        )

    def _not_pulled(self, name: str) -> ModelNotPulledError:
        return ModelNotPulledError(
            f"The Ollama server at {self.url!r} does not have the model {name!r}. `ollama pull {name}`"
        )

    def _garbled(self, model: str, what: str) -> ModelOutputError:
        return ModelOutputError(f"The Ollama server at {self.url!r} {what} (model {model!r}). `ollama --version`")

    def _silent(self, model: str, limit: float, started: bool) -> BackendError:
        if started:
            return ModelOutputError(
                f"{model!r} stopped in the middle of its answer and was silent for {limit:g} s. "
                f"`export ASSISTANT_IDLE_SECONDS={2 * limit:g}`"
            )
        return OllamaUnreachableError(
            f"{model!r} did not begin to answer within {limit:g} s. "
            f"`export ASSISTANT_FIRST_TOKEN_SECONDS={2 * limit:g}`"
        )


class OllamaChat:
    """``ports.ChatModel`` on the Ollama server of the settings, which is first contacted by ``ready``."""

    def __init__(self, settings: Settings) -> None:
        self.server = Server.of(settings)
        self._settings = settings

    @property
    def name(self) -> str:
        """The name of the model after ``ollama/``: ``ollama/qwen3:4b``."""
        return f"ollama/{self._settings.chat_model}"

    def ready(self) -> OllamaChat:
        """Checks that the server answers and has the model, and returns itself.

        Raises OllamaUnreachableError, ModelNotPulledError, ConfigError.
        """
        if not self.server.listens():
            raise OllamaUnreachableError(f"No Ollama server answers at {self.server.url!r}. `ollama serve`")
        self.server.find(self._settings.chat_model)
        return self

    @cached_property
    def _model(self) -> Model:
        return self.server.describe(self.server.find(self._settings.chat_model))

    @property
    def options(self) -> Mapping[str, str | int | float | bool]:
        """The options of a request; ``num_ctx`` is the setting, or the model's context window where that is smaller."""
        wanted = self._settings
        thoughts = 3 * wanted.answer_tokens if self._thinking else 0
        context = min(wanted.context_tokens, self._model.context or wanted.context_tokens)
        return {
            "num_ctx": context,
            "num_predict": min(wanted.answer_tokens + thoughts, context // 2),
            "temperature": wanted.temperature,
            "seed": wanted.seed,
            "think": self._thinking,
            "keep_alive": wanted.keep_alive,
        }

    @property
    def _thinking(self) -> bool:
        return self._settings.think and self._model.thinks

    def room(self) -> int:
        """Tokens that a prompt may have: the window less the answer and the chat template."""
        return int(self.options["num_ctx"]) - int(self.options["num_predict"]) - 64

    def chat(
        self, messages: Sequence[Message], schema: Mapping[str, object] | None = None
    ) -> Generator[ChatChunk | Usage, None, None]:
        """Streams the answer. Raises BackendError, and ModelOutputError for an answer that is cut off or empty."""
        options = dict(self.options)
        request: dict[str, Any] = {
            "model": self._settings.chat_model,
            "messages": [{"role": m.role, "content": m.text} for m in messages],
            "format": schema,
            "keep_alive": _seconds_or_duration(str(options.pop("keep_alive"))),
            "think": think if (think := options.pop("think")) or self._model.thinks else None,
            "options": options,
        }
        last: ollama.ChatResponse | None = None
        spoke = False
        for part in self.server.chat(request, self._settings.first_token_seconds, self._settings.idle_seconds):
            if isinstance(part, float):
                yield ChatChunk(waited=part)
                continue
            last = part
            text, thought = part.message.content or "", part.message.thinking or ""
            spoke = spoke or bool(text.strip())
            if text or thought:
                yield ChatChunk(text, thought)
            if part.done:
                break
        yield self._ended(last, spoke, options)

    def _ended(self, last: ollama.ChatResponse | None, spoke: bool, options: Mapping[str, Any]) -> Usage:
        model = self._settings.chat_model
        # So ends a connection that is closed between two lines, and an answer that repeats one token thirty times.
        if last is None or not last.done:
            raise ModelOutputError(f"The answer of {model!r} broke off. Ask again, or see `ollama ps`")
        spent = Usage(last.prompt_eval_count, last.eval_count)
        window = int(options["num_ctx"])
        # The server silently drops the oldest text of a prompt that is too long.
        if (spent.prompt_tokens or 0) >= window - 1 or (
            last.done_reason == "length" and (spent.prompt_tokens or 0) + (spent.answer_tokens or 0) >= window
        ):
            raise ContextOverflowError(
                f"The prompt of {spent.prompt_tokens:,} tokens filled the window of {model!r} ({window:,} tokens). "
                f"`export ASSISTANT_CONTEXT_TOKENS={2 * window}`"
            )
        if last.done_reason == "length":
            raise ModelOutputError(
                f"The answer of {model!r} was cut off after {options['num_predict']:,} tokens. "
                f"`export ASSISTANT_ANSWER_TOKENS={2 * self._settings.answer_tokens}`"
            )
        if not spoke:
            raise ModelOutputError(f"{model!r} gave an empty answer. Ask again, or `ollama pull` another model")
        return spent


def _seconds_or_duration(keep_alive: str) -> float | str:
    """A number of seconds as a number, since the server reads a string only with its unit: "10m"."""
    try:
        return float(keep_alive)
    except ValueError:
        return keep_alive


def _is_garbled(exc: ValueError) -> bool:
    """Whether a ValueError comes from the server's answer (JSON, UTF-8, pydantic) and not from the address."""
    import json

    import pydantic

    return isinstance(exc, json.JSONDecodeError | UnicodeError | pydantic.ValidationError)


def _library() -> Any:
    try:
        import ollama
    except ImportError as exc:
        raise BackendError(f"The package 'ollama' is not installed. `{INSTALL}`") from exc
    return ollama
