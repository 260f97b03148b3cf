from __future__ import annotations

import http.client
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
import pytest

from assistant import Assistant
from assistant.answering.writers.generative import QUESTION_SCHEMA
from assistant.errors import (
    BackendError,
    ConfigError,
    ContextOverflowError,
    IndexStaleError,
    ModelNotPulledError,
    ModelOutputError,
    OllamaUnreachableError,
)
from assistant.models.ollama import OllamaChat, Server
from assistant.models.ollama_embedder import OllamaEmbedder
from assistant.ports import ChatChunk, Message, Usage
from assistant.settings import Settings
from assistant.testing.ollama_double import MODELS, DoubleModel, Fault, OllamaDouble, Reply
from assistant.types import Span
from tests.stories import write_documents
from tests.waiting import LIMIT

HELLO = [Message("system", "Be brief."), Message("user", "Say hello.")]


class Broken(NamedTuple):
    reply: Reply
    error: type[Exception]
    says: str


FAULTS: dict[str, Broken] = {
    "slow first token": Broken(Reply(first=3600), OllamaUnreachableError, "ASSISTANT_FIRST_TOKEN_SECONDS"),
    "stall": Broken(Reply(["a ", "b "], fault="stall"), ModelOutputError, "ASSISTANT_IDLE_SECONDS"),
    "ends without a last part": Broken(Reply(["a ", "b "], fault="end"), ModelOutputError, "broke off"),
    "cut in mid-line": Broken(Reply(["a ", "b "], fault="cut"), ModelOutputError, "qwen3:4b"),
    "malformed line": Broken(Reply(["a ", "b "], fault="malformed"), ModelOutputError, "not Ollama's JSON"),
    "line that is no object": Broken(Reply(["a ", "b "], fault="not an object"), ModelOutputError, "not Ollama's JSON"),
    "error line": Broken(Reply(["a ", "b "], fault="error line"), BackendError, "CUDA error"),
    "500": Broken(Reply(fault="500"), BackendError, "unexpectedly stopped"),
    "html": Broken(Reply(fault="html"), ModelOutputError, "not Ollama's JSON"),
    "redirect": Broken(Reply(fault="redirect"), ConfigError, "ASSISTANT_OLLAMA_URL"),
    "length stop": Broken(Reply(["a "], fault="length", after=9), ModelOutputError, "ASSISTANT_ANSWER_TOKENS"),
    "says nothing": Broken(Reply(pieces=()), ModelOutputError, "an empty answer"),
    "only thinks": Broken(Reply(pieces=(), thoughts=["hm"]), ModelOutputError, "an empty answer"),
    "huge context": Broken(Reply(prompt_tokens=90_000), ContextOverflowError, "ASSISTANT_CONTEXT_TOKENS"),
}


@pytest.fixture
def double() -> Iterator[OllamaDouble]:
    with OllamaDouble() as double:
        yield double


def chat(double: OllamaDouble, **settings: object) -> OllamaChat:
    return OllamaChat(Settings.model_validate({"ollama_url": double.url, **settings}))


def text(chat: OllamaChat) -> str:
    return "".join(said.text for said in chat.chat(HELLO) if isinstance(said, ChatChunk))


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_a_typed_error(double: OllamaDouble, fault: str) -> None:
    broken = FAULTS[fault]
    double.script = lambda _: broken.reply
    patience = {"slow first token": {"first_token_seconds": 0.2}, "stall": {"idle_seconds": 0.2}}.get(fault, {})
    with pytest.raises(broken.error, match=broken.says) as raised:
        text(chat(double, think=True, **patience))
    assert type(raised.value) is broken.error
    assert "`" in str(raised.value) or "Ask again" in str(raised.value)


def test_a_server_that_is_down_is_unreachable(double: OllamaDouble) -> None:
    url = double.url
    double.__exit__(None, None, None)
    model = OllamaChat(Settings(ollama_url=url))
    for call in (model.ready, lambda: text(model), Server(url).models):
        with pytest.raises(OllamaUnreachableError, match="`ollama serve`"):
            call()
    double.__enter__()


def test_a_model_that_is_not_pulled_names_its_cure(double: OllamaDouble) -> None:
    for call in (chat(double, chat_model="gemma3:4b").ready, lambda: text(chat(double, chat_model="gemma3:4b"))):
        with pytest.raises(ModelNotPulledError, match="`ollama pull gemma3:4b`"):
            call()


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "http://[", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_a_config_error(url: str) -> None:
    with pytest.raises((ConfigError, OllamaUnreachableError), match=r"ASSISTANT_OLLAMA_URL|ollama serve"):
        Server(url).models()


def test_a_chat_streams_and_counts(double: OllamaDouble) -> None:
    double.script = lambda _: Reply(["Hello ", "you."], prompt_tokens=12)
    assert list(chat(double).chat(HELLO)) == [ChatChunk("Hello "), ChatChunk("you."), Usage(12, 2)]


def test_the_request_fixes_window_temperature_seed_and_keep_alive(double: OllamaDouble) -> None:
    text(chat(double, context_tokens=4096, answer_tokens=300, keep_alive="1h"))
    body = double.chats[0].body
    assert body["options"] == {"num_ctx": 4096, "num_predict": 300, "temperature": 0.0, "seed": 7}
    assert (body["keep_alive"], body["think"], body["stream"]) == ("1h", False, True)


@pytest.mark.parametrize(("set_to", "sent"), [("-1", -1.0), ("600", 600.0), ("90s", "90s")])
def test_a_number_without_its_unit_is_sent_as_seconds(double: OllamaDouble, set_to: str, sent: float | str) -> None:
    text(chat(double, keep_alive=set_to))
    assert double.chats[0].body["keep_alive"] == sent


def test_a_model_that_only_embeds_is_not_asked_to_chat(double: OllamaDouble) -> None:
    with pytest.raises(ConfigError, match="does not support chat"):
        text(chat(double, chat_model="embeddinggemma"))


def test_the_window_is_never_larger_than_the_models_own(double: OllamaDouble) -> None:
    double.models = {"tiny:1b": DoubleModel(context=2048, capabilities=("completion",))}
    model = chat(double, chat_model="tiny:1b", context_tokens=32_000, answer_tokens=500)
    assert model.options["num_ctx"] == 2048
    assert model.room() == 2048 - 500 - 64
    text(model)
    assert "think" not in double.chats[0].body, "a model that cannot think refuses the word"


def test_thoughts_come_apart_from_the_text(double: OllamaDouble) -> None:
    double.script = lambda _: Reply(["Yes."], thoughts=["Let me ", "see."])
    said = [s for s in chat(double, think=True).chat(HELLO) if isinstance(s, ChatChunk)]
    assert "".join(s.text for s in said) == "Yes."
    assert "".join(s.thought for s in said) == "Let me see."


def test_silence_is_reported_by_a_heartbeat(double: OllamaDouble) -> None:
    gate = threading.Event()
    double.script = lambda _: Reply(["Yes."], gate=gate, after=0)
    beats: list[float] = []
    for part in Server(double.url).chat({"model": "qwen3:4b", "messages": []}, first_token=600, idle=600, beat=0.02):
        beats += [part] if isinstance(part, float) else []
        if len(beats) == 3:
            gate.set()
    assert beats == sorted(beats)


def test_closing_the_stream_stops_the_servers_work(double: OllamaDouble) -> None:
    double.script = lambda _: Reply(["word "] * 1000, gate=threading.Event())
    stream = chat(double).chat(HELLO)
    next(stream)
    stream.close()
    assert double.chats[0].left.wait(LIMIT)
    assert double.chats[0].sent == 1


def test_no_key_leaves_but_the_one_that_was_set(double: OllamaDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "of-another-host")
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    Server(double.url).models()
    Server(double.url, "mine").models()
    assert [seen.headers.get("authorization") for seen in double.seen] == [None, "Bearer mine"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [("500", BackendError), ("html", ModelOutputError), ("redirect", ConfigError)],
)
def test_faults_outside_a_chat(double: OllamaDouble, fault: Fault, error: type[Exception]) -> None:
    double.fault = fault
    with pytest.raises(error):
        Server(double.url).models()


def test_models_are_described(double: OllamaDouble) -> None:
    server = Server(double.url)
    assert {model.name for model in server.models()} == set(MODELS)
    described = server.describe(server.find("embeddinggemma"))
    assert (described.context, described.thinks, described.size) == (2048, False, 620_000_000)


# --- embedding ------------------------------------------------------------------------------------


def inputs(double: OllamaDouble) -> list[str]:
    return [t for seen in double.seen if seen.path == "/api/embed" for t in seen.body["input"]]


@pytest.mark.parametrize(
    ("model", "query", "document"),
    [
        ("embeddinggemma", "task: search result | query: fish", "title: none | text: fish"),
        ("nomic-embed-text", "search_query: fish", "search_document: fish"),
        ("bge-m3", "fish", "fish"),
        ("qwen3-embedding:0.6b", "Instruct: ", "fish"),
        ("someone/their-model:v2", "fish", "fish"),
    ],
)
def test_texts_are_given_as_the_model_wants_them(double: OllamaDouble, model: str, query: str, document: str) -> None:
    double.models = {model: DoubleModel()}
    embedder = OllamaEmbedder(Server(double.url), model)
    embedder.embed_query("fish")
    embedder.embed_documents(["fish"], [[]])
    first, second = inputs(double)
    assert first.startswith(query)
    assert first.endswith("fish")
    assert second == document


def test_many_texts_and_their_parts_are_embedded_in_batches(double: OllamaDouble) -> None:
    embedder = OllamaEmbedder(Server(double.url), "embeddinggemma")
    texts = [f"ship {n} sank" for n in range(40)]
    found = embedder.embed_documents(texts, [[Span(0, 4), Span(5, len(t))] for t in texts])
    sizes = [len(seen.body["input"]) for seen in double.seen if seen.path == "/api/embed"]
    assert sizes == [32, 32, 32, 24]
    assert all(e.parts.shape == (2, 64) and abs(float(np.linalg.norm(e.whole)) - 1) < 1e-5 for e in found)
    assert np.allclose(
        found[7].whole, OllamaEmbedder(Server(double.url), "embeddinggemma").embed_documents([texts[7]], [[]])[0].whole
    )


def test_a_query_is_embedded_once(double: OllamaDouble) -> None:
    embedder = OllamaEmbedder(Server(double.url), "embeddinggemma")
    assert np.array_equal(embedder.embed_query("fish"), embedder.embed_query("fish"))
    assert len(inputs(double)) == 1


def test_the_fingerprint_follows_the_digest(double: OllamaDouble) -> None:
    before = OllamaEmbedder(Server(double.url), "embeddinggemma").fingerprint
    double.models = {"embeddinggemma:latest": DoubleModel(digest="sha256:" + "f" * 64)}
    assert OllamaEmbedder(Server(double.url), "embeddinggemma").fingerprint != before


def test_missing_vectors_are_noticed(double: OllamaDouble) -> None:
    double.short_by = 1
    with pytest.raises(ModelOutputError, match="1 vectors for 2 texts"):
        OllamaEmbedder(Server(double.url), "embeddinggemma").embed_documents(["a", "b"], [[], []])


def test_an_embedder_that_is_not_pulled_names_its_cure(double: OllamaDouble) -> None:
    embedder = OllamaEmbedder(Server(double.url), "bge-m3")
    for call in (lambda: embedder.fingerprint, lambda: embedder.embed_query("fish")):
        with pytest.raises(ModelNotPulledError, match="`ollama pull bge-m3`"):
            call()


def test_the_index_configuration_can_name_an_embedder_of_the_server(double: OllamaDouble, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "config.toml").write_text('embedder = "embeddinggemma"\n')
    settings = Settings(index_dir=folder, ollama_url=double.url, writer="extractive", answer_threshold=0.0)
    with Assistant.open(settings) as assistant:
        assistant.index(write_documents(tmp_path / "documents"))
        assert assistant.search("Who was at the wheel of the ferry?")[0].chunk.source == "courier.md"
    double.models = {"embeddinggemma:latest": DoubleModel(digest="sha256:" + "f" * 64)}
    with Assistant.open(settings) as assistant, pytest.raises(IndexStaleError, match="`assistant index build"):
        assistant.search("Who was at the wheel?")


def test_the_example_of_the_page_runs() -> None:
    page = Path(__file__).parents[1] / "docs" / "ollama.md"
    (example,) = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    world: dict[str, object] = {}
    exec(compile(example, str(page), "exec"), world)  # noqa: S102 - our own page
    assert isinstance(world["settings"], Settings)


# --- the same table against the double and a real server, where there is one ------------------------


@pytest.fixture(params=["double", pytest.param("real", marks=pytest.mark.ollama)])
def there(request: pytest.FixtureRequest, double: OllamaDouble) -> Settings:
    """Settings that name a server and a chat model it has."""
    if request.param == "double":
        double.script = lambda body: Reply(
            ["1, 2, 3 "] * 40 if "500" in body["messages"][-1]["content"] else ["Hello."]
        )
        return Settings(ollama_url=double.url, chat_model="llama3.2:3b")
    server = Server(os.environ.get("OLLAMA_HOST", "http://127.0.0.1:11434"))
    if not server.listens(0.3):
        pytest.skip("no Ollama server answers at OLLAMA_HOST")
    for model in sorted(server.models(), key=lambda model: model.size or 0):
        if "embed" not in model.name and not server.describe(model).thinks:
            return Settings(ollama_url=server.url, chat_model=model.name)
    return pytest.skip("the Ollama server has no chat model that does not think")


def asked(settings: Settings, question: str, **changed: object) -> list[ChatChunk | Usage]:
    model = OllamaChat(settings.model_copy(update={"answer_tokens": 64, "context_tokens": 2048, **changed}))
    return list(model.chat([Message("user", question)]))


@pytest.mark.parametrize("run", range(2))
def test_there_it_answers_and_counts(there: Settings, run: int) -> None:
    *said, spent = asked(there, "Reply with the word hello.")
    assert "hello" in "".join(s.text for s in said if isinstance(s, ChatChunk)).lower(), run
    assert isinstance(spent, Usage)
    assert spent.prompt_tokens
    assert spent.answer_tokens


def test_there_a_missing_model_is_not_pulled(there: Settings) -> None:
    with pytest.raises(ModelNotPulledError):
        asked(there.model_copy(update={"chat_model": "no-such-model:0b"}), "Hello?")


def test_there_a_long_answer_is_an_error(there: Settings) -> None:
    with pytest.raises(ModelOutputError, match="ASSISTANT_ANSWER_TOKENS"):
        asked(there, "Count from 1 to 500.", answer_tokens=16)


def test_there_models_are_listed_and_described(there: Settings) -> None:
    server = Server(there.ollama_url)
    described = server.describe(server.find(there.chat_model))
    assert described.digest
    assert (described.context or 0) >= 1024


def test_there_a_prompt_that_does_not_fit_is_an_error(there: Settings) -> None:
    with pytest.raises(ContextOverflowError, match="ASSISTANT_CONTEXT_TOKENS"):
        asked(there, "What is said here? " + "The ferry sank at noon. " * 600, context_tokens=1024)


def test_there_a_stream_can_be_closed_in_the_middle(there: Settings) -> None:
    model = OllamaChat(there.model_copy(update={"answer_tokens": 512, "context_tokens": 2048}))
    stream = model.chat([Message("user", "Count from 1 to 500.")])
    assert isinstance(next(stream), ChatChunk)
    stream.close()
    assert asked(there, "Reply with the word hello.")


def test_there_a_model_that_cannot_think_is_not_told_to(there: Settings) -> None:
    assert isinstance(asked(there, "Reply with the word hello.", think=True)[-1], Usage)


def test_there_it_is_kept_in_memory_for_as_long_as_the_setting_says(there: Settings) -> None:
    assert isinstance(asked(there, "Reply with the word hello.", keep_alive="-1")[-1], Usage)


def test_there_a_schema_shapes_the_answer(there: Settings, double: OllamaDouble) -> None:
    double.script = lambda _: '{"question": "Who sank?"}'
    model = OllamaChat(there.model_copy(update={"answer_tokens": 64, "context_tokens": 2048}))
    said = model.chat([Message("user", "Say who sank, as JSON.")], QUESTION_SCHEMA)
    assert "question" in json.loads("".join(s.text for s in said if isinstance(s, ChatChunk)))


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("GET", "/api/nothing", None, 404, "404 page not found"),
        ("GET", "/api/chat", None, 405, "405 method not allowed"),
        ("POST", "/api/tags", {}, 405, "405 method not allowed"),
        ("POST", "/api/chat", b"", 400, '{"error":"missing request body"}'),
        ("POST", "/api/chat", b"{", 400, '{"error":"unexpected EOF"}'),
        ("POST", "/api/chat", {"model": ""}, 400, '{"error":"model is required"}'),
        ("POST", "/api/chat", {"model": "no-such:0b"}, 404, '{"error":"model \'no-such:0b\' not found"}'),
        ("POST", "/api/show", {"model": "no-such:0b"}, 404, '{"error":"model \'no-such:0b\' not found"}'),
        ("POST", "/api/embed", {"model": "no-such:0b", "input": "a"}, 404, "not found, try pulling it first"),
        ("POST", "/api/embed", {"input": 3}, 400, '{"error":"invalid input type"}'),
        ("POST", "/api/embed", {"input": []}, 200, '"embeddings":[]'),
        ("POST", "/api/chat", {"keep_alive": "600"}, 400, "missing unit in duration"),
        ("POST", "/api/chat", {"think": True}, 400, "does not support thinking"),
    ],
)
def test_there_is_the_same_wire_format(
    there: Settings, method: str, path: str, body: bytes | dict[str, object] | None, status: int, says: str
) -> None:
    url = urlsplit(there.ollama_url)
    sent = json.dumps({"model": there.chat_model, **body}) if isinstance(body, dict) else body
    with closing(http.client.HTTPConnection(url.hostname or "", url.port)) as connection:
        connection.request(method, path, sent)
        answer = connection.getresponse()
        told = answer.read().decode()
    assert answer.status == status
    assert says in told
