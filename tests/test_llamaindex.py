"""LlamaIndex both ways, with its own mock models; and every example of its page."""

from __future__ import annotations

import asyncio
import gc
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("llama_index.core")

from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.schema import TextNode

from assistant import Answer, Assistant, Filter, Settings
from assistant.answering.writers.generative import GenerativeWriter
from assistant.errors import BackendError, ModelOutputError
from assistant.integrations.llamaindex import AssistantQueryEngine, AssistantRetriever, answer_of
from assistant.models.llamaindex import LlamaIndexChat, LlamaIndexEmbedder
from assistant.models.minilm import MiniLM
from assistant.ports import ChatChunk, Message, Usage
from assistant.testing.ollama_double import OllamaDouble
from assistant.types import Span
from tests.stories import ASKED

PAGE = Path(__file__).parents[1] / "docs" / "llamaindex.md"


@pytest.fixture
def assistant(stories: Path, embedder: MiniLM) -> Iterator[Assistant]:
    with Assistant.open(Settings(index_dir=stories, writer="extractive"), embedder=embedder) as opened:
        yield opened


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_every_example_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(examples) == 9
    world: dict[str, Any] = {}
    with OllamaDouble(lambda _: "Captain Lena Storrow.") as ollama:
        for example in examples:
            # chromadb shares clients by the path as it is written, in whatever folder that is.
            here = example.replace("http://127.0.0.1:11434", ollama.url).replace(
                '"index/store', f'"{tmp_path}/index/store'
            )
            exec(compile(here, str(PAGE), "exec"), world)  # noqa: S102 - our own page
            said = str(world.get("answer", ""))
            assert "llm = Ollama" not in example or said == "Captain Lena Storrow."
    world.clear()
    asyncio.set_event_loop(None)
    gc.collect()  # LlamaIndex leaves an event loop and connections open
    (asked,) = (chat.body["messages"][-1]["content"] for chat in ollama.chats)
    assert "Captain Lena Storrow was at the wheel" in asked


def test_nodes_carry_exact_spans(assistant: Assistant) -> None:
    nodes = AssistantRetriever(assistant, limit=3).retrieve(ASKED)
    assert nodes[0].metadata["source"] == "courier.md"
    for node in nodes:
        document = assistant.document(node.metadata["source"])
        assert document is not None
        assert document.text[node.metadata["start"] : node.metadata["end"]] == node.text
        assert isinstance(node.node, TextNode)
        assert node.node.start_char_idx == node.metadata["start"]
        assert node.node.ref_doc_id == node.metadata["source"]


def test_metadata_is_that_of_the_document(assistant: Assistant) -> None:
    (first, *_) = AssistantRetriever(assistant, where=Filter(sources=("herald.md",))).retrieve("Who was steering?")
    about = {key: first.metadata[key] for key in ("source", "title", "publisher", "published")}
    assert about == {
        "source": "herald.md",
        "title": "More hurt than first thought",
        "publisher": "Osterby Herald",
        "published": "2025-03-14",
    }


def test_the_query_engine_gives_the_same_answer(assistant: Assistant) -> None:
    response = AssistantQueryEngine(assistant).query(ASKED)
    direct = assistant.ask(ASKED)
    assert str(response) == direct.text
    answer = answer_of(response)
    assert isinstance(answer, Answer)
    assert answer.citations == direct.citations
    assert [n.text for n in response.source_nodes] == [c.quote for c in direct.citations]


def test_both_work_asynchronously(assistant: Assistant) -> None:
    async def both() -> tuple[str, int]:
        response = await AssistantQueryEngine(assistant).aquery(ASKED)
        return str(response), len(await AssistantRetriever(assistant, limit=2).aretrieve(ASKED))

    assert asyncio.run(both()) == (assistant.ask(ASKED).text, 2)


def test_a_refusal_has_no_sources(assistant: Assistant) -> None:
    response = AssistantQueryEngine(assistant).query("Which planet has the most moons?")
    assert (str(response), response.source_nodes) == ("Not in the documents.", [])


class Talker(MockLLM):
    """Says its words, ends as it is told, or fails."""

    words: tuple[str, ...] = ()
    ending: Any = None
    failure: str = ""

    def stream_chat(self, messages: Any, **_: Any) -> Any:  # noqa: ARG002
        if self.failure:
            raise RuntimeError(self.failure)
        for word in self.words:
            yield ChatResponse(message=ChatMessage(role="assistant", content=word), delta=word, raw=self.ending)


def talker(**about: Any) -> LlamaIndexChat:
    llm = Talker(max_tokens=None)
    for name, value in about.items():
        setattr(llm, name, value)
    return LlamaIndexChat(llm)


def test_an_llm_streams_and_counts() -> None:
    model = talker(words=("Hello ", "you."), ending={"prompt_eval_count": 5, "eval_count": 2})
    assert list(model.chat([Message("user", "Hi")])) == [ChatChunk("Hello "), ChatChunk("you."), Usage(5, 2)]


@pytest.mark.parametrize(
    ("about", "error", "says"),
    [
        ({"failure": "quota"}, BackendError, "RuntimeError: quota"),
        ({"words": ()}, ModelOutputError, "an empty answer"),
        ({"words": ("a",), "ending": {"done_reason": "length"}}, ModelOutputError, "cut off"),
        ({"words": ("a",), "ending": {"choices": [{"finish_reason": "length"}]}}, ModelOutputError, "cut off"),
    ],
    ids=["fails", "empty", "length", "length in a choice"],
)
def test_faults_of_an_llm_are_ours(about: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        list(talker(**about).chat([Message("user", "Hi")]))


def test_what_an_llm_claims_is_checked(stories: Path, embedder: MiniLM) -> None:
    said = ("Captain Lena Storrow was at the wheel [1]. ", "Reuters says that she slept.")
    writer = GenerativeWriter(talker(words=said))
    with Assistant.open(Settings(index_dir=stories), embedder=embedder, writer=writer) as assistant:
        answer = assistant.ask(ASKED)
    assert [claim.support for claim in answer.claims] == ["supported", "unsupported"]
    assert answer.writer == "llamaindex/MockLLM"
    assert answer.trace.prompt == "answer"


class Wrong(MockEmbedding):
    """Gives fewer vectors than it is asked for."""

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [self._get_vector() for _ in texts[1:]]


def test_embeddings_are_unit_vectors_of_texts_and_parts() -> None:
    ours = LlamaIndexEmbedder(MockEmbedding(embed_dim=4))
    (found,) = ours.embed_documents(["one two"], [[Span(0, 3), Span(4, 7)]])
    assert np.allclose(found.whole, 0.5)
    assert found.parts.shape == (2, 4)
    assert ours.fingerprint == "llamaindex/MockEmbedding/unknown/4"
    assert ours.embed_documents([], []) == []


def test_missing_vectors_are_noticed() -> None:
    with pytest.raises(ModelOutputError, match="1 vectors for 2 texts"):
        LlamaIndexEmbedder(Wrong(embed_dim=4)).embed_documents(["a", "b"], [[], []])
