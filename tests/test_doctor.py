"""The doctor finds what is broken, names the cure, and asks nobody but this machine and the configured server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.api import Assistant
from assistant.cli import app
from assistant.doctor import Finding, diagnose, model_servers
from assistant.models.minilm import MiniLM
from assistant.settings import Settings
from assistant.testing.fakes import FakeEmbedder
from assistant.testing.ollama_double import MODELS, DoubleModel, OllamaDouble
from assistant.testing.openai_double import OpenAIDouble
from assistant.types import Document
from tests.robustness.formats import made

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens


@pytest.fixture
def folder(index_dir: Path) -> Path:
    documents = index_dir / "documents"
    documents.mkdir()
    (documents / "dam.txt").write_text("The Harrow dam was opened in 1931 by the mayor.\n")
    return documents


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """A server that lists one model as Ollama does, and sends every other request elsewhere."""

    class Ollama(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/tags" else 302)
            self.send_header("Location", "http://example.org/")
            self.end_headers()
            self.wfile.write(json.dumps({"models": [{"name": "qwen3:4b"}]}).encode())

        def log_message(self, *_: object) -> None:
            pass

    serving = HTTPServer(("127.0.0.1", 0), Ollama)
    thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


def findings(index_dir: Path, *names: str, **more: object) -> dict[str, Finding]:
    settings = Settings.model_validate({"index_dir": index_dir, "ollama_url": NOBODY} | more)
    found = diagnose(settings, names) if names else diagnose(settings)
    return {finding.name: finding for finding in found}


class Impostor(FakeEmbedder):
    """Builds an index in no time that looks like the real embedder's."""

    fingerprint = MiniLM.fingerprint


def build(index_dir: Path, folder: Path, embedder: FakeEmbedder | None = None) -> None:
    with Assistant.open(Settings(index_dir=index_dir), embedder=embedder or Impostor()) as assistant:
        assistant.index(folder)


def test_all_well(index_dir: Path, folder: Path) -> None:
    build(index_dir, folder)
    found = findings(index_dir)
    assert [name for name, finding in found.items() if not finding.ok] == []
    assert "sound: 1 documents" in found["index"].detail
    assert "extractive writer is used" in found["writer"].detail


@pytest.mark.usefixtures("folder")
def test_fresh_checkout_is_well(index_dir: Path) -> None:
    found = findings(index_dir)
    assert all(finding.ok for finding in found.values())
    assert found["index"].cure == f"assistant index build --index {index_dir}"


def test_nothing_to_answer_from(index_dir: Path) -> None:
    index = findings(index_dir, "index")["index"]
    assert (index.ok, index.cure) == (False, f"assistant index build PATH --index {index_dir}")


@pytest.mark.parametrize("change", ["new", "changed", "gone"])
def test_stale_index(index_dir: Path, folder: Path, change: str) -> None:
    (folder / "old.txt").write_text("The old mill burned down in 1902.\n")
    build(index_dir, folder)
    assert findings(index_dir, "freshness")["freshness"].ok
    if change == "gone":
        (folder / "old.txt").unlink()
    else:
        (folder / {"new": "new.txt", "changed": "old.txt"}[change]).write_text("The mill burned down in 1903.\n")
    freshness = findings(index_dir, "freshness")["freshness"]
    assert (freshness.ok, freshness.cure) == (False, f"assistant index build --index {index_dir}")
    assert freshness.detail.startswith("1 documents")


PARSES = """
import sys
from pathlib import Path
from assistant.doctor import diagnose
from assistant.settings import Settings
print(diagnose(Settings(index_dir=Path(sys.argv[1])), ["freshness"])[0].ok, "pypdf" in sys.modules)
"""


def test_a_document_is_parsed_in_a_process_of_its_own(index_dir: Path, folder: Path) -> None:
    document = Document(source="a", title="Mill", text="The old mill burned down in 1902.")
    (folder / "mill.pdf").write_bytes(made(document, ".pdf"))
    build(index_dir, folder)
    command = [sys.executable, "-c", PARSES, str(index_dir)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said == "True False\n"


def test_documents_from_elsewhere_are_not_gone(index_dir: Path, folder: Path, tmp_path: Path) -> None:
    build(index_dir, folder)
    (tmp_path / "mill.txt").write_text("The old mill burned down in 1902.\n")
    build(index_dir, tmp_path / "mill.txt")
    assert findings(index_dir, "freshness")["freshness"].ok


def test_a_folder_inside_is_fresh_as_it_was_indexed(index_dir: Path, folder: Path) -> None:
    build(index_dir, folder)
    (folder / "uploads").mkdir()
    (folder / "uploads" / "mill.txt").write_text("The old mill burned down in 1902.\n")
    build(index_dir, folder / "uploads")
    assert findings(index_dir, "freshness")["freshness"].ok
    (folder / "uploads" / "mill.txt").write_text("The old mill burned down in 1903.\n")
    assert not findings(index_dir, "freshness")["freshness"].ok


def test_unknown_config_key(index_dir: Path) -> None:
    (index_dir / "config.toml").write_text("chunk_size = 1\n")
    config = findings(index_dir, "index config")["index config"]
    assert not config.ok
    assert "chunk_size" in config.detail


def test_other_config_than_the_index(index_dir: Path, folder: Path) -> None:
    build(index_dir, folder)
    (index_dir / "config.toml").write_text("chunk_tokens = 100\n")
    index = findings(index_dir, "index")["index"]
    assert (index.ok, index.cure) == (False, f"assistant index build --index {index_dir}")


def test_other_embedder_than_the_index(index_dir: Path, folder: Path) -> None:
    build(index_dir, folder, FakeEmbedder(8))
    index = findings(index_dir, "index")["index"]
    assert (index.ok, index.cure) == (False, f"assistant index build --index {index_dir}")
    assert "'fake/8'" in index.detail


def test_missing_weights(index_dir: Path, tmp_path: Path) -> None:
    embedder = findings(index_dir, "embedder", weights_dir=tmp_path / "none")["embedder"]
    assert not embedder.ok
    assert "model.safetensors" in embedder.detail


def test_damaged_catalog(index_dir: Path, folder: Path) -> None:
    build(index_dir, folder)
    for file in (index_dir / "store").glob("catalog.sqlite3*"):
        file.write_bytes(b"no database at all" * 500)
    assert not findings(index_dir, "index")["index"].ok


@pytest.mark.parametrize(
    ("settings", "ok", "cure"),
    [
        ({"writer": "extractive", "ollama_url": "nonsense"}, True, ""),
        ({"writer": "auto"}, True, ""),
        ({"writer": "ollama"}, False, "ollama serve"),
        ({"ollama_url": "file:///etc/passwd"}, False, "unset ASSISTANT_OLLAMA_URL"),
        ({"ollama_url": "http://[::1"}, False, "unset ASSISTANT_OLLAMA_URL"),
    ],
    ids=["extractive", "optional", "wanted", "no address", "half an address"],
)
def test_writer_without_a_server(index_dir: Path, settings: dict[str, str], ok: bool, cure: str) -> None:
    writer = findings(index_dir, "writer", **settings)["writer"]
    assert (writer.ok, writer.cure) == (ok, cure)


@pytest.mark.parametrize(
    ("path", "model", "detail", "cure"),
    [
        ("", "qwen3:4b", "qwen3:4b on the Ollama server", ""),
        ("/", "llama9", "does not have 'llama9'; the extractive writer is used", "ollama pull llama9"),
        ("/elsewhere", "qwen3:4b", "no Ollama server answers", ""),
    ],
    ids=["there", "not pulled", "redirect not followed"],
)
def test_writer_with_a_server(
    index_dir: Path, server: HTTPServer, path: str, model: str, detail: str, cure: str
) -> None:
    url = f"http://127.0.0.1:{server.server_port}{path}"
    writer = findings(index_dir, "writer", ollama_url=url, chat_model=model)["writer"]
    assert detail in writer.detail
    assert (writer.ok, writer.cure) == (True, cure)


@pytest.mark.parametrize(
    ("settings", "ok", "says"),
    [
        ({}, True, r"reads 8,192 of its 40,960 tokens, 2\.6 GB of .* memory; also pulled: .*llama3\.2:3b"),
        ({"chat_model": "gemma3"}, False, r"does not have 'gemma3'; it has .*qwen3:4b"),
        ({"chat_model": "huge"}, False, "too much for comfort"),
    ],
    ids=["fits", "not pulled", "too large"],
)
def test_what_the_server_has(index_dir: Path, settings: dict[str, str], ok: bool, says: str) -> None:
    with OllamaDouble(models={**MODELS, "huge": DoubleModel(size=10**15)}) as double:
        writer = findings(index_dir, "writer", ollama_url=double.url, writer="ollama", **settings)["writer"]
    assert (writer.ok, bool(writer.cure)) == (ok, not ok)
    assert re.search(says, writer.detail)


@pytest.mark.usefixtures("folder")
def test_a_model_of_the_cloud_is_said_to_be_elsewhere(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with OllamaDouble(models={**MODELS, "big:cloud": DoubleModel(size=400, cloud="https://ollama.com:443")}) as double:
        here = findings(index_dir, "writer", ollama_url=double.url)["writer"]
        away = findings(index_dir, "writer", ollama_url=double.url, chat_model="big:cloud")["writer"]
        monkeypatch.setenv("ASSISTANT_OLLAMA_URL", double.url)
        monkeypatch.setenv("ASSISTANT_CHAT_MODEL", "big:cloud")
        told = CliRunner().invoke(app, ["doctor", "--index", str(index_dir)]).stdout
    assert (here.warning, away.ok) == ("", True)
    assert away.warning == "Questions and quotations LEAVE THIS MACHINE for ollama.com."
    assert away.warning in " ".join(told.split())


@pytest.mark.parametrize(("model", "cure"), [("embeddinggemma", ""), ("bge-m3", "ollama pull bge-m3")])
def test_embedder_of_a_server(index_dir: Path, model: str, cure: str) -> None:
    (index_dir / "config.toml").write_text(f'embedder = "{model}"\n')
    with OllamaDouble() as double:
        embedder = findings(index_dir, "embedder", ollama_url=double.url)["embedder"]
    assert (embedder.ok, embedder.cure) == (not cure, cure)


@pytest.mark.usefixtures("folder")
def test_command(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_OLLAMA_URL", NOBODY)
    well = CliRunner().invoke(app, ["doctor", "--index", str(index_dir)])
    assert (well.exit_code, well.stderr) == (0, "")
    assert all(line.startswith(("ok ", "    ")) for line in well.stdout.splitlines())
    monkeypatch.setenv("ASSISTANT_WRITER", "ollama")
    broken = CliRunner().invoke(app, ["doctor", "--json", "--index", str(index_dir)])
    assert broken.exit_code == 1
    assert [each["name"] for each in json.loads(broken.stdout) if not each["ok"]] == ["writer"]


def test_a_server_with_openais_format_is_examined(index_dir: Path) -> None:
    with OpenAIDouble() as double:
        found = findings(index_dir, "writer", writer="openai", openai_url=double.url)["writer"]
        assert (found.ok, found.detail) == (True, f"openai/small-model at {double.url}")
        other = findings(index_dir, "writer", writer="openai", openai_url=double.url, openai_model="large")["writer"]
        assert (other.ok, other.cure) == (False, "export ASSISTANT_OPENAI_MODEL=small-model")
        port = int(double.url.split(":")[2].split("/")[0])
        assert model_servers({port: "LM Studio"}) == {f"LM Studio at {double.url}": ("small-model",)}
        double.models = ()
        assert model_servers({port: "Ollama"}) == {f"Ollama at {double.url}": ()}
    assert model_servers({port: "LM Studio"}) == {}


def test_a_writer_of_llamaindex_is_examined(index_dir: Path) -> None:
    there = findings(index_dir, "writer", writer="llamaindex:llama_index.core.llms:MockLLM")["writer"]
    assert there.ok
    assert "MockLLM" in there.detail
    assert "the provider of MockLLM" in there.warning
    gone = findings(index_dir, "writer", writer="llamaindex:nowhere.at_all:LLM")["writer"]
    assert (gone.ok, gone.cure) == (False, "pip install nowhere-at-all")
