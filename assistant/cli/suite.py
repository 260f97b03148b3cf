"""Connects a suite with an assistant: an index of the suite's documents, and a record of what answers depend on."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer
from platformdirs import user_cache_path

from assistant.cli.opening import build, opened
from assistant.cli.screen import one_line
from assistant.english.plural import counted
from assistant.eval import Corpus, Suite, load, open_dataset, write_documents
from assistant.index_config import NAME, IndexConfig, config_file
from assistant.ingest.read import read_folder
from assistant.types import Answer, Document, Filter, Turn

if TYPE_CHECKING:
    from pydantic import JsonValue

    from assistant.api import Assistant
    from assistant.cli.screen import Screen
    from assistant.settings import Settings

Note = Callable[[str], None]

PATIENCE = 5.0
"""Seconds to wait at the end for questions that are still being answered."""

LIBRARIES = ("ctranslate2", "tokenizers", "tantivy", "chromadb", "numpy")
"""Libraries that an answer may depend on."""

_IRRELEVANT = {
    "index_dir", "weights_dir", "ollama_url", "ollama_token", "password", "conversations", "keep_alive",
    "first_token_seconds", "idle_seconds",
}  # fmt: skip
"""Settings on which no answer depends: secrets, and addresses and time limits of one machine."""

_NOT_ANSWERING = ("cli", "web", "eval", "__pycache__")


class Evaluation(NamedTuple):
    """A suite, the folder of its documents, and the folder in the user's cache for their index."""

    suite: Suite
    documents: Path
    cache: Path


def from_folder(folder: Path, split: str | None, note: Note) -> Evaluation:
    """The suite in ``folder`` with the questions of one split, or of all. Raises SuiteError."""
    suite = load(folder, lambda corpus: read_corpus(corpus, note), split)
    documents = suite.documents or folder
    place = _hash([str(documents.resolve()).encode()])
    return Evaluation(suite, documents, _cache(f"{folder.resolve().name}-{place}"))


def from_dataset(name: str, path: Path, seed: int, note: Note) -> Evaluation:
    """A public set as a suite. Documents without files are written to the cache; the runs are stored there too.

    The name of the folder in the cache depends on the documents, so that no set is embedded twice. Raises SuiteError.
    """
    suite = open_dataset(name, path, lambda folder: read_corpus(folder, note), seed)
    texts = (f"{source} {document.digest}".encode() for source, document in sorted(suite.corpus.items()))
    cache = _cache(f"{name}-{_hash(texts)}")
    documents = suite.documents or cache / "documents"
    whole = cache / "documents.written"
    if not suite.documents and not whole.exists():
        shutil.rmtree(documents, ignore_errors=True)
        write_documents(suite.corpus, documents)
        whole.touch()
    # Offsets of citations count in the texts as the index reads the written files.
    known = {"folder": cache, "corpus": Corpus(read_corpus(documents, note)), "seed": seed}
    return Evaluation(suite.model_copy(update=known), documents, cache)


def read_corpus(folder: Path, note: Note) -> dict[str, Document]:
    """The documents of ``folder`` by source, read as the index reads them; a file that cannot be read is noted."""
    return read_folder(folder, lambda error: note(one_line(f"Left out: {error}")))


class Asker:
    """Asks an assistant, and knows whether it is still answering, perhaps a question that timed out.

    An index must not be closed while a thread reads it.
    """

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self._busy = 0
        self._changed = threading.Condition()

    def ask(self, question: str, history: Sequence[Turn] = (), where: Filter = Filter()) -> Answer:
        """The assistant's answer."""
        self._count(1)
        try:
            return self.assistant.ask(question, history, where)
        finally:
            self._count(-1)

    def close(self) -> None:
        """Close the assistant, unless it is still busy after ``PATIENCE`` seconds; the program then ends anyway."""
        with self._changed:
            idle = self._changed.wait_for(lambda: not self._busy, PATIENCE)
        if idle:
            self.assistant.close()

    def _count(self, step: int) -> None:
        with self._changed:
            self._busy += step
            self._changed.notify_all()


@contextmanager
def asker(context: typer.Context, settings: Settings, evaluation: Evaluation, screen: Screen) -> Iterator[Asker]:
    """An assistant with only the suite's documents and the index configuration of ``settings.index_dir``.

    Its index is in the evaluation's cache, which has one for each configuration. It is brought up to date first.
    """
    index_dir = evaluation.cache / f"index-{IndexConfig.read(settings.index_dir).fingerprint}"
    index_dir.mkdir(parents=True, exist_ok=True)
    if config := config_file(settings.index_dir):
        shutil.copyfile(config, index_dir / NAME)
    assistant = opened(context, settings.model_copy(update={"index_dir": index_dir}))
    with closing(Asker(assistant)) as asking:
        report = build(assistant, evaluation.documents, screen, chroma=False)
        changed = len(report.added) + len(report.changed) + len(report.removed)
        if changed:
            documents = os.path.normpath(evaluation.documents)
            screen.note(f"Indexed {counted(changed, 'document')} of {documents} in {report.seconds:.1f} s.")
        yield asking


def about(assistant: Assistant) -> dict[str, JsonValue]:
    """Everything that an answer depends on, for the header of a run.

    Raises BackendError if the chosen model is not available, and PromptError if a prompt is invalid.
    """
    import assistant as package
    from assistant import prompts

    home = Path(package.__file__).parent
    code = (p for p in home.rglob("*") if p.is_file() and p.relative_to(home).parts[0] not in _NOT_ANSWERING)
    return {
        "system": "assistant",
        **assistant.describe(),
        "settings": assistant.settings.model_dump(mode="json", exclude=_IRRELEVANT),
        "prompts": {path.stem: prompts.load(path.stem).hash for path in sorted(prompts.FOLDER.glob("*.md"))},
        "code": _hash(p.read_bytes() for p in sorted(code) if "__pycache__" not in p.parts),
        "commit": _commit(home.parent),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
    }


def _cache(name: str) -> Path:
    return user_cache_path("assistant", appauthor=False) / "evaluations" / name


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        digest.update(part + b"\0")
    return digest.hexdigest()


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _commit(checkout: Path) -> str:
    """The commit of the checkout that the package runs from; empty if it is installed."""
    git = shutil.which("git")
    if not git or not (checkout / ".git").exists():
        return ""
    command = [git, "-C", str(checkout), "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    return done.stdout.strip()
