"""What every test runs under: no network, none of the user's folders, none of the user's settings."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from platformdirs import user_cache_path

from tests.properties import load_profile

if TYPE_CHECKING:
    from assistant.models.minilm import MiniLM

load_profile()
os.environ["HF_HUB_OFFLINE"] = "1"  # read when the library is imported; it would try again for half a minute

CONVERTED_WEIGHTS = user_cache_path("assistant", appauthor=False) / "minilm"
"""The one of the user's folders that tests share: converting the weights for each test costs a second."""


@pytest.fixture(autouse=True)
def _own_world(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("ASSISTANT_"):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    for name in ("DATA", "CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    CONVERTED_WEIGHTS.mkdir(parents=True, exist_ok=True)
    own = user_cache_path("assistant", appauthor=False) / "minilm"
    if own != CONVERTED_WEIGHTS:
        own.parent.mkdir(parents=True)
        own.symlink_to(CONVERTED_WEIGHTS, target_is_directory=True)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def local(address: Any) -> bool:
        return isinstance(address, str | bytes) or address[0] in ("127.0.0.1", "::1", "localhost")

    def guarded(real: Any) -> Any:
        def call(self: socket.socket, address: Any) -> Any:
            if not local(address):
                raise OSError(f"tests may not reach {address!r}")
            return real(self, address)

        return call

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in (None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0"):  # noqa: S104 - compared only
            raise socket.gaierror(f"tests may not look up {host!r}")
        return getaddrinfo(host, *args, **kwargs)

    getaddrinfo = socket.getaddrinfo
    monkeypatch.setattr(socket.socket, "connect", guarded(connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    """An empty folder for an index."""
    folder = tmp_path / "index"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def embedder() -> MiniLM:
    """The embedded embedder, loaded once."""
    from assistant.models.minilm import MiniLM

    return MiniLM.open()


@pytest.fixture(scope="session")
def stories(tmp_path_factory: pytest.TempPathFactory, embedder: MiniLM) -> Path:
    """A folder with an index of ``tests.stories``, for tests that only ask it."""
    from assistant import Assistant, Settings
    from tests.stories import write_documents

    folder = tmp_path_factory.mktemp("stories")
    with Assistant.open(Settings(index_dir=folder / "index"), embedder=embedder) as assistant:
        assistant.index(write_documents(folder / "documents"))
    return folder / "index"
