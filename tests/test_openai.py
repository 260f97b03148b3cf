"""The writer on a server with OpenAI's wire format: what it asks, what it says, and what goes wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from assistant import Assistant
from assistant.errors import (
    AssistantError,
    BackendError,
    ConfigError,
    ContextOverflowError,
    ModelNotFoundError,
    ModelOutputError,
    ServerUnreachableError,
)
from assistant.models.ollama import Server
from assistant.models.openai import OpenAIChat
from assistant.ports import ChatChunk, Message, Usage
from assistant.settings import Settings
from assistant.testing.openai_double import Fault, OpenAIDouble
from tests.stories import write_documents

HELLO = [Message("system", "Be brief."), Message("user", "Say hello.")]

FAULTS: dict[Fault, tuple[type[AssistantError], str]] = {
    "silent": (ServerUnreachableError, "ASSISTANT_FIRST_TOKEN_SECONDS"),
    "stall": (ModelOutputError, "ASSISTANT_IDLE_SECONDS"),
    "end": (ModelOutputError, "broke off"),
    "cut": (ModelOutputError, "broke off"),
    "malformed": (ModelOutputError, "does not answer like an OpenAI server"),
    "error line": (BackendError, "out of memory"),
    "length": (ModelOutputError, "ASSISTANT_ANSWER_TOKENS"),
    "empty": (ModelOutputError, "empty answer"),
    "401": (ConfigError, "ASSISTANT_OPENAI_KEY"),
    "context": (ContextOverflowError, "ASSISTANT_CONTEXT_TOKENS"),
    "500": (BackendError, "the runner has stopped"),
    "html": (ModelOutputError, "broke off|does not answer like an OpenAI server"),
    "redirect": (ConfigError, "ASSISTANT_OPENAI_URL"),
}


@pytest.fixture
def double() -> Iterator[OpenAIDouble]:
    with OpenAIDouble(script=lambda _: "Hello to you.") as double:
        yield double


def chat(double: OpenAIDouble, **settings: object) -> OpenAIChat:
    return OpenAIChat(Settings.model_validate({"openai_url": double.url, **settings}))


def test_it_says_what_the_model_says_and_what_it_took(double: OpenAIDouble) -> None:
    model = chat(double, openai_key="s3cret").ready()
    said = list(model.chat(HELLO))
    assert model.name == "openai/small-model"
    assert "".join(part.text for part in said if isinstance(part, ChatChunk)) == "Hello to you."
    assert said[-1] == Usage(12, 3)
    body, headers = double.seen[0]
    assert body["messages"] == [{"role": m.role, "content": m.text} for m in HELLO]
    assert (body["temperature"], body["seed"], body["max_tokens"]) == (0.0, 7, 1024)
    assert headers["authorization"] == "Bearer s3cret"


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_thoughts_come_apart_from_the_text(double: OpenAIDouble, name: str) -> None:
    double.thought = {name: "Let me see."}
    assert next(iter(chat(double).chat(HELLO))) == ChatChunk("", "Let me see.")


def test_nothing_is_taken_from_the_environment_of_the_library(
    double: OpenAIDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"API_KEY": "theirs", "ORG_ID": "theirs", "BASE_URL": "http://192.0.2.1/v1"}.items():
        monkeypatch.setenv(f"OPENAI_{name}", value)
    list(chat(double).chat(HELLO))
    assert not any("theirs" in value for value in double.seen[0][1].values())


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_a_typed_error(double: OpenAIDouble, fault: Fault) -> None:
    double.fault = fault
    kind, says = FAULTS[fault]
    patience = {"silent": {"first_token_seconds": 0.2}, "stall": {"idle_seconds": 0.2}}.get(fault, {})
    with pytest.raises(kind, match=says) as raised:
        list(chat(double, **patience).chat(HELLO))
    assert type(raised.value) is kind


def test_a_model_that_is_not_there_is_named_with_one_that_is(double: OpenAIDouble) -> None:
    with pytest.raises(ModelNotFoundError, match="ASSISTANT_OPENAI_MODEL=small-model"):
        chat(double, openai_model="large-model").ready()


def test_no_server_is_an_error_that_says_so(double: OpenAIDouble) -> None:
    with pytest.raises(ServerUnreachableError, match="No server answers"):
        OpenAIChat(Settings(openai_url="http://127.0.0.1:9/v1")).ready()
    with pytest.raises(ConfigError, match="not an address"):
        chat(double, openai_url="nowhere").ready()


@pytest.mark.parametrize(
    ("writer", "options", "model"),
    [
        ("openai", {}, "openai/small-model"),
        (
            "llamaindex:llama_index.llms.openai_like:OpenAILike",
            {"model": "small-model", "api_key": "none", "is_chat_model": True, "context_window": 8000},
            "llamaindex/OpenAILike/small-model",
        ),
    ],
    ids=["openai", "LlamaIndex by name"],
)
def test_it_writes_answers_that_are_checked(
    tmp_path: Path, writer: str, options: dict[str, str | bool | int], model: str
) -> None:
    with OpenAIDouble() as double:
        write_documents(tmp_path / "documents")
        settings = Settings(
            index_dir=tmp_path / "index",
            writer=writer,
            openai_url=double.url,
            llamaindex_options={**options, "api_base": double.url} if options else {},
            answer_threshold=0.0,
        )
        with Assistant.open(settings) as assistant:
            assistant.index(tmp_path / "documents")
            answer = assistant.ask("Who was at the wheel of the ferry?")
    assert answer.trace.model == model
    assert answer.claims[0].support == "supported"
    assert answer.citations


@pytest.mark.parametrize(
    ("writer", "says"),
    [
        ("llamaindex:nowhere.at_all:LLM", "pip install nowhere-at-all"),
        ("llamaindex:pathlib:Path", "no LlamaIndex LLM"),
        ("llamaindex:llama_index.llms.openai_like:OpenAILike", "ASSISTANT_LLAMAINDEX_OPTIONS"),
    ],
)
def test_a_named_llm_that_cannot_be_had_is_a_config_error(tmp_path: Path, writer: str, says: str) -> None:
    write_documents(tmp_path / "documents")
    wrong = Settings(index_dir=tmp_path / "index", writer=writer, llamaindex_options={"context_window": "wide"})
    with Assistant.open(wrong) as assistant:
        assistant.index(tmp_path / "documents")
        with pytest.raises(ConfigError, match=says):
            assistant.ask("Who was at the wheel of the ferry?")


def test_a_writer_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="llamaindex:<module>:<class>"):
        Settings(writer="gpt")


def test_embeddings_come_from_such_a_server_by_the_recipe_of_the_page(double: OpenAIDouble, tmp_path: Path) -> None:
    page = Path(__file__).parents[1] / "docs" / "openai.md"
    recipe = next(code for code in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL) if "np" in code)
    world: dict[str, Any] = {}
    exec(compile(recipe, str(page), "exec"), world)  # noqa: S102 - our own page
    embedder = world["ServerEmbedder"](double.url, "small-model")
    settings = Settings(index_dir=tmp_path / "index", writer="extractive", answer_threshold=0.0)
    with Assistant.open(settings, embedder=embedder) as assistant:
        assistant.index(write_documents(tmp_path / "documents"))
        assert assistant.search("Who was at the wheel of the ferry?")[0].chunk.source == "courier.md"
        assert assistant.status().embedder == f"{double.url} small-model"
    embedder._server.close()


# --- the same against the double and a real server's /v1, where there is one -------------------------


@pytest.fixture(params=["double", pytest.param("real", marks=pytest.mark.ollama)])
def there(request: pytest.FixtureRequest, double: OpenAIDouble) -> Settings:
    """Settings that name a server with OpenAI's wire format and a model that it has."""
    if request.param == "double":
        return Settings(openai_url=double.url, openai_model="small-model")
    server = Server(os.environ.get("OLLAMA_HOST", "http://127.0.0.1:11434"))
    models = server.models() if server.listens(0.3) else ()
    if not models:
        pytest.skip("no Ollama server with a model answers at OLLAMA_HOST")
    smallest = min(models, key=lambda model: model.size or 0)
    return Settings(openai_url=f"{server.url}/v1", openai_model=smallest.name, answer_tokens=32)


def test_there_it_answers_and_counts(there: Settings) -> None:
    *said, spent = OpenAIChat(there).ready().chat([Message("user", "Reply with the word hello.")])
    assert "hello" in "".join(part.text for part in said if isinstance(part, ChatChunk)).lower()
    assert isinstance(spent, Usage)
    assert spent.prompt_tokens
    assert spent.answer_tokens


def test_there_a_missing_model_is_named(there: Settings) -> None:
    missing = OpenAIChat(there.model_copy(update={"openai_model": "no-such-model:0b"}))
    with pytest.raises(ModelNotFoundError, match="no-such-model:0b"):
        missing.ready()
    missing.__dict__["_model"] = "no-such-model:0b"  # as if it had been removed since
    with pytest.raises(ModelNotFoundError, match="ASSISTANT_OPENAI_MODEL"):
        list(missing.chat(HELLO))


def test_there_a_long_answer_is_an_error(there: Settings, double: OpenAIDouble) -> None:
    double.fault = "length"
    with pytest.raises(ModelOutputError, match="ASSISTANT_ANSWER_TOKENS"):
        list(OpenAIChat(there).chat([Message("user", "Count from 1 to 500.")]))


def test_there_a_stream_can_be_closed_in_the_middle(there: Settings) -> None:
    stream = OpenAIChat(there).chat([Message("user", "Count from 1 to 500.")])
    assert isinstance(next(stream), ChatChunk)
    stream.close()
    assert OpenAIChat(there).models()
