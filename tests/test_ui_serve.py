"""Where the page may be served, and that its address is told."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant import Assistant, Settings
from assistant.cli import app
from assistant.errors import ConfigError
from assistant.testing.fakes import FakeEmbedder
from assistant.web import serve
from assistant.web.examples import examples


@pytest.fixture
def assistant(index_dir: Path) -> Assistant:
    return Assistant.open(Settings(index_dir=index_dir, writer="extractive"), embedder=FakeEmbedder())


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [("127.0.0.1", 1, "http://127.0.0.1:1/"), ("0.0.0.0", 2, "http://127.0.0.1:2/"), ("::1", 3, "http://[::1]:3/")],  # noqa: S104
)
def test_the_address_is_one_a_browser_can_open(host: str, port: int, address: str) -> None:
    assert serve.address(host, port) == address


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.7", "desk.example"])  # noqa: S104
def test_other_machines_need_a_password(assistant: Assistant, host: str) -> None:
    with pytest.raises(ConfigError, match="ASSISTANT_PASSWORD"):
        serve.run(lambda: assistant, host)


def test_a_taken_port_names_the_next(assistant: Assistant) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"--port {port + 1}"):
            serve.run(lambda: assistant, port=port)


def test_the_command_line_tells_both_before_anything_slow(index_dir: Path) -> None:
    said = CliRunner().invoke(app, ["chat", "--host", "0.0.0.0", "--index", str(index_dir)])  # noqa: S104
    assert said.exit_code == 2
    assert "a password is needed" in said.stderr


def test_no_option_takes_a_password() -> None:
    assert "--password" not in CliRunner().invoke(app, ["chat", "--help"]).stdout


def test_there_are_no_examples_without_documents(assistant: Assistant) -> None:
    assert examples(assistant) == ()


def test_examples_are_answered_by_the_documents(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    text = "Ada Lorne said the Brannock Light was lit in 1871. The Brannock Light stands on a rock, Ada Lorne said."
    (tmp_path / "docs" / "light.txt").write_text(text)
    assistant.index(tmp_path / "docs")
    drawn = examples(assistant)
    assert drawn
    assert all("Ada Lorne" in question or "Brannock Light" in question for question in drawn)
