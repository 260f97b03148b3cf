"""The doors for programs: the same Answer through Gradio, MCP over HTTP and MCP over stdio; and nothing else."""

from __future__ import annotations

import asyncio
import json
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assistant import Answer, Assistant, Settings
from assistant.testing.fakes import FakeEmbedder, FakeWriter
from tests.ui_help import NEWSROOM, ROOT, page_server
from tests.waiting import LIMIT, until

pytest.importorskip("gradio", reason="the extra 'chat' is not installed")
from assistant.web.programs import NAMES, mcp_server

PATIENT = {"timeout": LIMIT}
"""For Gradio's client, which gives up a request after five seconds; sixteen at once may take a busy machine longer."""
HURT = "How many people got hurt when the boat crashed at Port Vellan?"
QUESTIONS = {
    HURT: "nineteen",
    "How long did it take to put out the Lacquera blaze?": "fourteen hours",
    "How well does Palvex work against marsh fever?": "58 per cent",
    "What is the capital of France?": "Not in the documents.",
}


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("doors") / "index"


@pytest.fixture(scope="module")
def address(index_dir: Path) -> Iterator[str]:
    with page_server(index_dir, NEWSROOM) as served:
        yield served.home


@pytest.fixture(scope="module")
def expected(address: str, index_dir: Path) -> Answer:
    assert address
    with Assistant.open(Settings(index_dir=index_dir, writer="extractive")) as assistant:
        return assistant.ask(HURT)


def same(one: Answer, other: Answer) -> bool:
    """Equal but for the writer's name, how long each step took, and the last digits of sums of 32-bit floats."""
    timeless: dict[str, Any] = {"writer": True, "trace": {"seconds", "notes"}}
    return bool(_rounded(one.model_dump(exclude=timeless)) == _rounded(other.model_dump(exclude=timeless)))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return round(value, 4) if isinstance(value, float) else value


@pytest.mark.filterwarnings("default")
def test_gradio_client_gets_the_answer_python_gets(address: str, expected: Answer) -> None:
    from gradio_client import Client

    client = Client(address, verbose=False, httpx_kwargs=PATIENT)
    assert same(Answer.model_validate(client.predict(HURT, api_name="/ask")), expected)
    assert len(client.predict("ferry", 3, api_name="/search")) == 3
    assert len(client.predict(api_name="/list_documents")) == 40


def session(address: str, work: Any) -> Any:
    """What ``work`` makes of an MCP session over HTTP."""
    import httpx
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def run() -> Any:
        async with (
            httpx.AsyncClient(timeout=LIMIT) as http,
            streamable_http_client(f"{address}mcp", http_client=http) as (read, write, _),
            ClientSession(read, write) as client,
        ):
            await client.initialize()
            return await work(client)

    return asyncio.run(run())


@pytest.mark.filterwarnings("default")
def test_an_mcp_client_gets_the_answer_python_gets(address: str, expected: Answer) -> None:
    result = session(address, lambda client: client.call_tool("ask", {"question": HURT}))
    assert same(Answer.model_validate(result.structuredContent), expected)


@pytest.mark.filterwarnings("default")
def test_mcp_over_stdio_gives_the_same(address: str, index_dir: Path, expected: Answer) -> None:
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    assert address
    command = ["-m", "assistant", "mcp", "--index", str(index_dir), "--writer", "extractive"]

    async def run() -> tuple[set[str], Any]:
        server = StdioServerParameters(command=sys.executable, args=command, cwd=str(ROOT))
        async with stdio_client(server) as (read, write), ClientSession(read, write) as client:
            await client.initialize()
            tools = {tool.name for tool in (await client.list_tools()).tools}
            return tools, await client.call_tool("ask", {"question": HURT})

    tools, result = asyncio.run(run())
    assert tools == set(NAMES)
    assert same(Answer.model_validate(result.structuredContent), expected)


@pytest.mark.filterwarnings("default")
def test_only_the_named_endpoints_and_tools_are_public(address: str) -> None:
    with urllib.request.urlopen(f"{address}gradio_api/info") as reply:  # noqa: S310 - our own server
        told = json.load(reply)
    assert set(told["named_endpoints"]) == {f"/{name}" for name in NAMES}
    assert told["unnamed_endpoints"] == {}
    tools = session(address, lambda client: client.list_tools()).tools
    assert {tool.name for tool in tools} == set(NAMES)
    assert all(tool.description and tool.outputSchema for tool in tools)


def test_tools_tell_what_they_take_and_give() -> None:
    tools = asyncio.run(mcp_server(None).list_tools())  # type: ignore[arg-type]  # nothing is asked
    ask = next(tool for tool in tools if tool.name == "ask")
    assert set(ask.inputSchema["properties"]) == {"question", "history", "sources", "since", "until"}
    assert {"text", "outcome", "claims", "citations", "conflicts"} <= set(ask.outputSchema["properties"])  # type: ignore[index]


def test_a_refusal_is_told_to_an_mcp_client_as_to_a_reader(tmp_path: Path) -> None:
    (tmp_path / "ferry.txt").write_text("The ferry sails at seven.")
    settings = Settings(index_dir=tmp_path / "index", answer_threshold=1)
    with Assistant.open(settings, embedder=FakeEmbedder(), writer=FakeWriter(())) as assistant:
        assistant.index(tmp_path / "ferry.txt")
        result: Any = asyncio.run(mcp_server(assistant).call_tool("ask", {"question": "When does the train leave?"}))
    refusal = Answer.model_validate(result.structuredContent)
    assert [text.text for text in result.content] == [refusal.model_dump_json(), str(refusal)]
    assert "The nearest are:\n- ferry (ferry.txt): “The ferry sails at seven.”" in str(refusal)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("ask", {"question": " "}, "is empty"),
        ("ask", {"question": "Will it fail at Port Vellan?"}, "No server answers for 'model'"),
        ("search", {"question": "x", "limit": 0}, "between 1 and 100"),
    ],
    ids=["empty", "backend", "limit"],
)
def test_errors_reach_the_client_without_paths(address: str, tool: str, arguments: dict[str, Any], told: str) -> None:
    result = session(address, lambda client: client.call_tool(tool, arguments))
    assert result.isError
    assert told in result.content[0].text
    assert "/home" not in result.content[0].text


def upload(address: str, name: str, body: bytes) -> str:
    """Upload a file; its token."""
    request = urllib.request.Request(f"{address}upload?name={name}", data=body, method="POST")  # noqa: S310
    with urllib.request.urlopen(request) as reply:  # noqa: S310
        return str(json.load(reply)["token"])


def index_upload(address: str, name: str, token: str) -> str:
    """Have an upload indexed as the page does, through its own private event; all that is told of it."""
    with urllib.request.urlopen(f"{address}config") as reply:  # noqa: S310
        config = json.load(reply)
    event = next(each for each in config["dependencies"] if any(name == "uploaded" for _, name in each["targets"]))
    told = {"waiting": [{"token": token, "name": name}]}
    joining = {"data": [], "event_data": told, "fn_index": event["id"], "trigger_id": event["targets"][0][0]}
    request = urllib.request.Request(  # noqa: S310
        f"{address}gradio_api/queue/join",
        data=json.dumps(joining | {"session_hash": "uploader"}).encode(),
        headers={"content-type": "application/json"},
    )
    urllib.request.urlopen(request).close()  # noqa: S310
    with urllib.request.urlopen(f"{address}gradio_api/queue/data?session_hash=uploader") as stream:  # noqa: S310
        return "".join(iter(lambda: stream.readline().decode(), ""))


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("turns", [1, pytest.param(4, marks=pytest.mark.robustness)])
def test_sixteen_ask_at_once_while_a_document_is_uploaded(address: str, turns: int) -> None:
    from gradio_client import Client

    clients = [Client(address, verbose=False, httpx_kwargs=PATIENT) for _ in range(16)]

    def work(number: int) -> list[str]:
        wrong = []
        for turn in range(turns):
            question, right = list(QUESTIONS.items())[(number + turn) % len(QUESTIONS)]
            said = clients[number].predict(question, api_name="/ask")["text"]
            if right not in said:
                wrong.append(f"{question} {said}")
        return wrong

    def add() -> None:
        buoys = "\n\n".join(f"Buoy {n} was painted in {n % 12 + 1} days." for n in range(1000)).encode()
        index_upload(address, "buoys.txt", upload(address, "buoys.txt", buoys))

    with ThreadPoolExecutor(17) as pool:
        adding = pool.submit(add)
        assert list(pool.map(work, range(16))) == [[]] * 16
        adding.result()
    # The queue's own stream may end before the last message on a busy machine.
    until(lambda: "buoys.txt" in str(clients[0].predict(api_name="/list_documents")), "buoys.txt is listed")
