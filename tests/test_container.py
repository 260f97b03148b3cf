"""The Dockerfile and the compose file say what there is: files, extras, options, settings, versions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from assistant.cli import app
from assistant.settings import Settings

ROOT = Path(__file__).parents[1]
STEPS = [line.split(" ", 1) for line in (ROOT / "Dockerfile").read_text().splitlines() if line and line[0] != "#"]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def steps(kind: str) -> list[str]:
    return [rest for word, rest in STEPS if word == kind]


def test_what_is_copied_is_there_and_let_in() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {name for step in steps("COPY") if not step.startswith("--from") for name in step.split()[:-1]}
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_its_extras_are_those_of_the_project() -> None:
    (sync,) = (step for step in steps("RUN") if step.startswith("uv sync"))
    extras = re.findall(r"--extra (\S+)", sync)
    assert "chat" in extras
    assert set(extras) <= set(PROJECT["project"]["optional-dependencies"])
    assert "weights" in PROJECT["tool"]["uv"]["default-groups"]


def test_it_starts_a_command_that_there_is_as_somebody_else_than_root() -> None:
    program, *arguments = yaml.safe_load(steps("CMD")[0])
    assert program in PROJECT["project"]["scripts"]
    said = CliRunner().invoke(app, [*arguments, "--help"])
    assert said.exit_code == 0, said.output
    (user,) = steps("USER")
    assert f"useradd --create-home --uid 10001 {user}" in steps("RUN")[2]


def test_what_it_runs_in_python_is_there() -> None:
    (code,) = (found for step in steps("RUN") for found in re.findall('^python -c "(.*)"$', step))
    module, name = re.findall(r"from (\S+) import (\S+);", code)[0]
    assert callable(getattr(import_module(module), name).open)


def test_settings_are_settings() -> None:
    (set_here,) = steps("ENV")
    names = re.findall(r"ASSISTANT_(\w+)", set_here + " ".join(COMPOSE["services"]["page"]["environment"]))
    assert {name.lower() for name in names} <= set(Settings.model_fields)
    assert set(names) == {"INDEX_DIR", "CHROMA_URL", "PASSWORD"}


def test_the_server_has_the_version_of_its_client() -> None:
    version = COMPOSE["services"]["chroma"]["image"].partition(":")[2]
    assert f"chromadb=={version}" in PROJECT["tool"]["uv"]["constraint-dependencies"]


@contextmanager
def page(status: int, password: str) -> Iterator[int]:
    """The port of a page that answers so to whoever has the password."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            admitted = self.headers["Authorization"] == f"Bearer {password}"
            self.send_response(status if admitted else 401)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(("status", "password", "code"), [(200, "a b", 0), (503, "a b", 1), (200, "other", 1)])
def test_it_is_healthy_once_the_page_is_whole(status: int, password: str, code: int) -> None:
    (check,) = steps("HEALTHCHECK")
    python = re.findall('CMD python -c "(.*)"$', check)[0]
    with page(status, password) as port:
        command = [sys.executable, "-c", python.replace("7860", str(port))]
        done = subprocess.run(command, env={**os.environ, "ASSISTANT_PASSWORD": "a b"}, capture_output=True)
    assert done.returncode == code
