"""What may change at any time without rebuilding the index; every field is also ``ASSISTANT_<NAME>``."""

import ipaddress
import os
import re
import shlex
import warnings
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, JsonValue, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_index_dir() -> Path:
    """``./index`` if it exists, else a folder in the user's application data."""
    here = Path("index")
    if here.is_dir():
        return here
    from platformdirs import user_data_path

    return user_data_path("assistant", appauthor=False) / "index"


def command(words: str, index_dir: Path) -> str:
    """The command line ``assistant <words>``, with ``--index`` unless ``index_dir`` is the index it uses by default."""
    usual = Path(os.environ.get("ASSISTANT_INDEX_DIR") or default_index_dir())
    same = index_dir.resolve() == usual.resolve()
    return f"assistant {words}" if same else f"assistant {words} --index {shlex.quote(str(index_dir))}"


LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Whether an address can only be reached from this machine."""
    if host in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_elsewhere(url: str) -> str:
    """The host of an address if it is another machine; empty if it is this one, or not an address."""
    try:
        host = urlsplit(url if "://" in url else f"http://{url}").hostname or ""
    except ValueError:
        return ""
    return "" if is_loopback(host) else host


RENAMED = {"strictness": "answer_threshold", "reader": "cross_encoder"}
"""Old names of settings, which are still accepted with a warning, and their names."""

LLAMAINDEX = "llamaindex:"
"""The start of a writer's name that names a LlamaIndex LLM: ``llamaindex:<module>:<class>``."""

WRITERS = {
    "auto": "Automatic",
    "extractive": "Quotations from the documents",
    "ollama": "A local model (Ollama)",
    "openai": "Another model server (OpenAI's format)",
}
"""The other writers by their names, with what the page calls them."""


def _known_writer(name: str) -> str:
    if name in WRITERS or re.fullmatch(rf"{LLAMAINDEX}[A-Za-z_][\w.]*:[A-Za-z_]\w*", name):
        return name
    raise ValueError(f"{name!r} is not a writer: {', '.join(WRITERS)} or {LLAMAINDEX}<module>:<class>")


WriterChoice = Annotated[str, AfterValidator(_known_writer)]
"""A writer by its name."""


class Settings(BaseSettings):
    """Settings from arguments and the environment. No ``.env`` file is read: one could redirect a model."""

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_", env_file=None, frozen=True, extra="forbid")

    index_dir: Path = Field(default_factory=default_index_dir, description="config.toml, documents and store")
    weights_dir: Path | None = Field(
        default=None, description="folder with MiniLM's model.safetensors and tokenizer.json"
    )
    writer: WriterChoice = Field(default="auto", description="who writes the answer")
    chat_model: str = Field(default="qwen3:4b", description="the Ollama model that writes")
    ollama_url: str = Field(default="http://127.0.0.1:11434", description="where Ollama answers")
    ollama_token: SecretStr | None = Field(default=None, description="bearer token for a remote Ollama")
    openai_url: str = Field(
        default="http://127.0.0.1:1234/v1", description="where a server with OpenAI's wire format answers"
    )
    openai_model: str = Field(default="", description="the model that writes there; the server's first if empty")
    openai_key: SecretStr | None = Field(default=None, description="the key that it asks for")
    llamaindex_options: dict[str, JsonValue] = Field(
        default={}, description="arguments of the LlamaIndex LLM that the writer names, as JSON"
    )
    chroma_url: str | None = Field(
        default=None, description="a Chroma server that many machines share, instead of the index in index_dir"
    )
    chroma_token: SecretStr | None = Field(default=None, description="token for a Chroma server or Chroma Cloud")
    chroma_tenant: str = Field(default="default_tenant", description="the tenant that owns the database")
    chroma_database: str = Field(default="default_database", description="the database that holds the index")
    chroma_collection: str = Field(default="assistant", description="the name of the index in that database")
    local_addresses: bool = Field(
        default=False, description="let `index build ADDRESS` fetch from this machine and its network"
    )
    passages: int = Field(default=12, ge=10, le=100, description="passages an answer is built from")
    cross_encoder: bool = Field(default=True, description="read the likeliest passages with a small model")
    # Chosen for the best refusal F1 on the dev questions of eval/ and eval/newsroom together. It answers 13 of the 46
    # questions that have no answer and refuses 9 of the other 186; at .35 these are 14 and 8, at .5 11 and 16.
    answer_threshold: float = Field(
        default=0.4, ge=0, le=1, description="answerability below which the answer is 'not in the documents'"
    )
    max_words: int = Field(default=80, ge=10, le=1000, description="words an extractive answer aims to stay under")
    unsupported: Literal["mark", "drop"] = Field(
        default="mark", description="what happens to a model's sentence that no document supports"
    )
    context_tokens: int = Field(default=8192, ge=1024, le=1_000_000, description="context window the model is run with")
    answer_tokens: int = Field(
        default=1024, ge=16, le=100_000, description="tokens an answer may have, not counting thoughts"
    )
    temperature: float = Field(default=0.0, ge=0, le=2, description="0 takes the likeliest word every time")
    seed: int = Field(default=7, ge=0, description="makes a model repeat itself at temperatures above 0")
    think: bool = Field(default=False, description="let a thinking model think first: slower, shown as 'thinking'")
    keep_alive: str = Field(
        default="10m", pattern=r"^-?\d+(ms|s|m|h)?$", description="how long the server keeps the model loaded"
    )
    first_token_seconds: float = Field(default=300, gt=0, description="patience while a model loads and reads")
    idle_seconds: float = Field(default=60, gt=0, description="patience between two words of a model")
    conversations: Literal["browser", "disk"] = Field(
        default="browser", description="where the chat page keeps conversations"
    )
    password: SecretStr | None = Field(default=None, description="password of the chat page, for people and programs")

    @property
    def documents_dir(self) -> Path:
        """The folder for documents inside the index folder, which a build without a path indexes."""
        return self.index_dir / "documents"

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Other machines that may receive questions and passages: hosts, or the provider of a LlamaIndex LLM.

        Ollama's cloud is not among them: only the Ollama server knows that it runs a model there.
        """
        hosts = [host_elsewhere(url) for url in (self.ollama_url, self.openai_url, self.chroma_url) if url]
        return tuple(dict.fromkeys(host for host in (*hosts, self.provider_elsewhere) if host))

    @property
    def provider_elsewhere(self) -> str:
        """The host of the LlamaIndex LLM that writes, or its class if the host is unknown; empty for this machine."""
        if not self.writer.startswith(LLAMAINDEX):
            return ""
        base = self.llamaindex_options.get("api_base") or self.llamaindex_options.get("base_url")
        return host_elsewhere(base) if isinstance(base, str) else f"the provider of {self.writer.rpartition(':')[2]}"

    @model_validator(mode="before")
    @classmethod
    def _rename(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Take settings by their old names, from arguments and from the environment."""
        named = dict(given)
        for old, new in RENAMED.items():
            variable = f"ASSISTANT_{old.upper()}"
            value = named.pop(old, os.environ.get(variable))
            if value is None:
                continue
            warnings.warn(
                f"The setting {old!r} is now {new!r}: `ASSISTANT_{new.upper()}`.", FutureWarning, stacklevel=2
            )
            named.setdefault(new, value)
        return named
