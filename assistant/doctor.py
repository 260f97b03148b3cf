"""Checks everything an answer depends on, and names the command that fixes what is broken."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from assistant.api import Assistant
from assistant.errors import AssistantError, BackendError, ConfigError, DocumentError, OllamaUnreachableError
from assistant.index_config import IndexConfig, config_file
from assistant.ingest.discover import FoundFile, find_files
from assistant.ingest.worker import Limits, ParserPool
from assistant.settings import LLAMAINDEX, Settings, command, host_elsewhere
from assistant.types import Value

LEAST_SPACE = 500_000_000
"""Free bytes below which a build may fail halfway."""

PATIENCE = 1.5
"""Seconds a model server has to answer in."""

SMALL_MODEL = "qwen3:1.7b"
"""What to pull where memory is short."""

USUAL_PORTS: Mapping[int, str] = {
    1234: "LM Studio",
    8080: "llama.cpp or LocalAI",
    8000: "vLLM",
    11434: "Ollama",
    1337: "Jan",
}
"""Ports on which model servers with OpenAI's wire format listen by default."""

_ENOUGH = 10_000_000  # bytes of a list of models


class Finding(Value):
    """The result of one check. ``cure`` is the command to run; it may also improve what is ok.

    ``warning`` says that questions leave this machine, which is not a fault but must not be overlooked.
    """

    name: str
    ok: bool
    detail: str
    cure: str = ""
    warning: str = ""


class _Result(NamedTuple):
    """A finding that has no name yet."""

    detail: str
    ok: bool = True
    cure: str = ""
    warning: str = ""


def diagnose(settings: Settings, names: Iterable[str] | None = None) -> tuple[Finding, ...]:
    """Run the checks with these ``names``, by default all of them.

    Faults are findings, never exceptions. Only this machine and the hosts that the settings name are contacted.
    """
    chosen = _CHECKS if names is None else names
    return tuple(Finding(name=name, **_checked(_CHECKS[name], settings)._asdict()) for name in chosen)


def _checked(check: Callable[[Settings], _Result], settings: Settings) -> _Result:
    try:
        return check(settings)
    except (AssistantError, OSError) as error:
        return _fault(str(error))


def _fault(message: str) -> _Result:
    """What is wrong, and the command that fixes it: the two halves of an error's message."""
    detail, _, cure = message.partition("`")
    return _Result(detail.rstrip(" ."), False, cure.strip("`")) if cure.count("`") == 1 else _Result(message, False)


def _python(_: Settings) -> _Result:
    return _Result(f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _index_config(settings: Settings) -> _Result:
    config = IndexConfig.read(settings.index_dir)
    file = config_file(settings.index_dir) or "the default"
    return _Result(f"{file}: {config.embedder}, chunks of {config.chunk_tokens} tokens, {config.analyzer} keywords")


def _embedder(settings: Settings) -> _Result:
    embedder = IndexConfig.read(settings.index_dir).embedder
    if embedder != "minilm":
        from assistant.models.ollama import Server

        Server.of(settings).find(embedder)
        return _Result(f"{embedder} on the Ollama server; MiniLM is not needed")
    from assistant.models.minilm import MiniLM

    minilm = MiniLM.open(settings.weights_dir, download=False)
    dimension = len(minilm.embed_query("Does it work?"))
    return _Result(f"the published weights of all-MiniLM-L6-v2 are here and embed in {dimension} dimensions")


def _documents(settings: Settings) -> _Result:
    folder = settings.documents_dir
    if not folder.is_dir():
        detail = f"there is no folder {str(folder)!r}; documents elsewhere are indexed by naming them"
        return _Result(detail, cure=command("index build PATH", settings.index_dir))
    found, skipped = find_files(folder)
    passed = f", {len(skipped)} other files skipped" if skipped else ""
    return _Result(f"{len(found)} files in {str(folder)!r}{passed}")


def _index(settings: Settings) -> _Result:
    from assistant.models.minilm import MiniLM

    with Assistant.open(settings) as assistant:
        status = assistant.status()
        if not status.documents:
            return _no_index(settings)
        problems = assistant.verify()
    # The fingerprint of another embedder is known only to its server.
    if status.config.embedder == "minilm" and status.embedder != MiniLM.fingerprint:
        problems.append(f"it was embedded by {status.embedder!r}, not {MiniLM.fingerprint!r}")
    if problems:
        detail = problems[0] + (f" (and {len(problems) - 1} more)" if len(problems) > 1 else "")
        return _Result(detail, ok=False, cure=command("index build", settings.index_dir))
    return _Result(f"sound: {status.documents} documents, {status.chunks} passages in {str(settings.index_dir)!r}")


def _no_index(settings: Settings) -> _Result:
    folder = settings.documents_dir
    if folder.is_dir() and find_files(folder)[0]:
        return _Result("not built yet: the first question builds it", cure=command("index build", settings.index_dir))
    detail = f"there are no documents in {str(settings.index_dir)!r}"
    return _Result(detail, ok=False, cure=command("index build PATH", settings.index_dir))


def _freshness(settings: Settings) -> _Result:
    """Whether the index is up to date with its documents folder."""
    folder = settings.documents_dir
    with Assistant.open(settings) as assistant:
        status = assistant.status()
        if not status.documents or not folder.is_dir():
            return _Result("nothing to compare")
        found, skipped = find_files(folder)
        with closing(ParserPool(Limits())) as pool:
            roots = dict.fromkeys([folder.resolve(), *(Path(root).resolve() for root in status.roots)])
            indexed = dict(chain.from_iterable(_indexed(assistant, pool, file, roots) for file in found))
        stale = [source for source, same in indexed.items() if not same]
        if status.roots == (folder.absolute().as_posix(),):  # else the rest may be from elsewhere
            present = {*indexed, *(each.source for each in skipped)}
            stale += [document.source for document in assistant.documents() if document.source not in present]
    if not stale:
        return _Result("the index holds its documents as they are now")
    detail = f"{len(stale)} documents are new, changed or gone since the index was built, such as {stale[0]!r}"
    return _Result(detail, ok=False, cure=command("index build", settings.index_dir))


def _indexed(assistant: Assistant, pool: ParserPool, file: FoundFile, roots: Iterable[Path]) -> list[tuple[str, bool]]:
    """Each document of the file, named from any of ``roots``, and whether the index holds it as it is.

    A file that cannot be read is reported by the build.
    """
    below = [file.path.relative_to(root).as_posix() for root in roots if file.path.is_relative_to(root)]
    named = [file._replace(source=source) for source in below if assistant.document(source)]
    try:
        documents = [document for each in named or [file] for document in pool.read(each)]
    except DocumentError:
        return [(file.source, True)]
    held = ((document, assistant.document(document.source)) for document in documents)
    return [(document.source, kept is not None and kept.digest == document.digest) for document, kept in held]


def _folders(settings: Settings) -> _Result:
    from platformdirs import user_cache_path, user_state_path

    places = (
        settings.index_dir,
        user_cache_path("assistant", appauthor=False),
        user_state_path("assistant", appauthor=False),
    )
    shut = [str(place) for place in places if not os.access(_existing(place), os.W_OK | os.X_OK)]
    if shut:
        detail = f"cannot write to {', '.join(map(repr, shut))}"
        return _Result(detail, ok=False, cure=f"chmod u+rwx {shut[0]}")
    return _Result("the index, the cache and the conversations can be written")


def _existing(path: Path) -> Path:
    """The nearest existing folder above ``path``, or ``path`` itself."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())


def _space(settings: Settings) -> _Result:
    free = shutil.disk_usage(_existing(settings.index_dir)).free
    ok = free >= LEAST_SPACE
    cure = "" if ok else f"free {(LEAST_SPACE - free) / 1e9:.1f} GB, or move the index: ASSISTANT_INDEX_DIR"
    return _Result(f"{free / 1e9:.1f} GB free for the index", ok=ok, cure=cure)


def _writer(settings: Settings) -> _Result:
    """Who writes. A model server is optional: without one the extractive writer does the work."""
    if settings.writer == "extractive":
        return _Result("extractive, as the settings say")
    if settings.writer == "openai":
        return _openai_writer(settings)
    if settings.writer.startswith(LLAMAINDEX):
        return _llamaindex_writer(settings)
    wanted = settings.writer == "ollama"
    fallback = "" if wanted else "; the extractive writer is used"
    try:
        models = _models(settings)
    except OllamaUnreachableError as error:
        detail = _fault(str(error)).detail
        return _Result(detail + fallback, ok=not wanted, cure="ollama serve" if wanted else "")
    model = settings.chat_model
    if not {model, f"{model}:latest"} & models.keys():
        others = f"; it has {', '.join(sorted(models))}" if models else ""
        detail = f"the Ollama server at {settings.ollama_url} does not have {model!r}{fallback}{others}"
        return _Result(detail, ok=not wanted, cure=f"ollama pull {model}")
    away = host_elsewhere(settings.ollama_url) or models.get(model) or models.get(f"{model}:latest", "")
    return _fitness(settings, set(models))._replace(warning=_leaving(away))


def _leaving(host: str) -> str:
    """The warning about a model on another machine; empty if it is on this one."""
    return f"Questions and quotations LEAVE THIS MACHINE for {host}." if host else ""


def _fitness(settings: Settings, models: set[str]) -> _Result:
    """Whether the model fits the memory, and how much of its context window is used."""
    from assistant.models.ollama import INSTALL, Server

    name = settings.chat_model
    detail = f"{name} on the Ollama server at {settings.ollama_url}"
    others = sorted(models - {name, f"{name}:latest"})
    also = f"; also pulled: {', '.join(others)}" if others else ""
    if find_spec("ollama") is None:
        return _Result(
            f"{detail}, but the package 'ollama' is not installed", ok=settings.writer != "ollama", cure=INSTALL
        )
    try:
        server = Server.of(settings)
        model = server.describe(server.find(name))
    except (BackendError, ConfigError):  # it is there, and older servers say less of it
        return _Result(detail + also)
    window = min(settings.context_tokens, model.context or settings.context_tokens)
    detail += f": reads {window:,} of its {model.context:,} tokens" if model.context else f": reads {window:,} tokens"
    memory = None if host_elsewhere(settings.ollama_url) else _memory()
    if model.size and memory:
        detail += f", {model.size / 1e9:.1f} GB of {memory / 1e9:.1f} GB memory"
    # The context window and everything else need memory besides the weights.
    if not model.size or not memory or model.size * 1.3 <= memory:
        return _Result(detail + also)
    cure = f"ollama pull {SMALL_MODEL} && export ASSISTANT_CHAT_MODEL={SMALL_MODEL}"
    return _Result(f"{detail}, too much for comfort{also}", ok=settings.writer != "ollama", cure=cure)


def _openai_writer(settings: Settings) -> _Result:
    """Whether the server with OpenAI's wire format answers and has the model, and whether that is on this machine."""
    from assistant.models.openai import OpenAIChat

    chat = OpenAIChat(settings).ready()
    warning = _leaving(host_elsewhere(settings.openai_url))
    return _Result(f"{chat.name} at {settings.openai_url}", warning=warning)


def _llamaindex_writer(settings: Settings) -> _Result:
    from assistant.models.llamaindex import LlamaIndexChat

    chat = LlamaIndexChat.named(settings.writer.removeprefix(LLAMAINDEX), settings.llamaindex_options)
    return _Result(chat.name, warning=_leaving(settings.provider_elsewhere))


def model_servers(ports: Mapping[int, str] = USUAL_PORTS) -> dict[str, tuple[str, ...]]:
    """The servers with OpenAI's wire format on ``ports`` of this machine: where each answers, and its models."""
    found = {f"{name} at http://127.0.0.1:{port}/v1": _served(port) for port, name in ports.items()}
    return {place: models for place, models in found.items() if models is not None}


def _served(port: int) -> tuple[str, ...] | None:
    try:
        return tuple(str(model["id"]) for model in _answer(f"http://127.0.0.1:{port}/v1/models")["data"] or ())
    except _NO_ANSWER:
        return None


_NO_ANSWER = (httpx.HTTPError, ValueError, LookupError, TypeError)


def _answer(address: str, headers: Mapping[str, str] | None = None) -> Any:
    """The JSON at an address, which is the only one asked: proxies and redirects are ignored. Raises _NO_ANSWER."""
    with (
        httpx.Client(trust_env=False, timeout=PATIENCE, verify=address.startswith("https:")) as client,
        client.stream("GET", address, headers=headers) as response,
    ):
        response.raise_for_status()
        return json.loads(next(response.iter_bytes(_ENOUGH), b""))


def _model_servers(settings: Settings) -> _Result:
    """What answers on the usual ports. None has to."""
    found = model_servers()
    if not found:
        return _Result("none answers on the usual ports of this machine")
    listed = "; ".join(f"{place}: {', '.join(models) or 'no model'}" for place, models in found.items())
    others = [place.rpartition(" ")[2] for place, models in found.items() if models and not place.startswith("Ollama")]
    usable = others and settings.writer in ("auto", "extractive")
    cure = f"export ASSISTANT_WRITER=openai ASSISTANT_OPENAI_URL={others[0]}" if usable else ""
    return _Result(listed, cure=cure)


def _memory() -> int | None:
    """Bytes of memory of this machine; None if the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _models(settings: Settings) -> dict[str, str]:
    """Names of the models the Ollama server has, each with the host of the cloud that runs it, empty if it runs here.

    Raises ConfigError for an invalid address and OllamaUnreachableError if no Ollama server answers.
    """
    token = settings.ollama_token
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    try:
        listed = _answer(f"{settings.ollama_url.rstrip('/')}/api/tags", headers)["models"]
        return {str(model["name"]): urlsplit(model.get("remote_host") or "").hostname or "" for model in listed}
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as exc:
        message = f"ASSISTANT_OLLAMA_URL is {settings.ollama_url!r}, no address. `unset ASSISTANT_OLLAMA_URL`"
        raise ConfigError(message) from exc
    except _NO_ANSWER as exc:
        message = f"no Ollama server answers at {settings.ollama_url}. `ollama serve`"
        raise OllamaUnreachableError(message) from exc


_CHECKS: dict[str, Callable[[Settings], _Result]] = {
    "python": _python,
    "index config": _index_config,
    "embedder": _embedder,
    "documents": _documents,
    "index": _index,
    "freshness": _freshness,
    "folders": _folders,
    "space": _space,
    "writer": _writer,
    "model servers": _model_servers,
}
