"""The command line: what goes to which stream, the exit codes, and what can never reach a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter
from typer.testing import CliRunner, Result

from assistant.api import Assistant
from assistant.cli import app, conversation
from assistant.cli.screen import clean, one_line
from assistant.errors import BackendError
from assistant.ports import Embedding
from assistant.settings import Settings
from assistant.testing.fakes import FakeEmbedder
from assistant.types import Answer, Document, Span, Turn
from tests.programs import ENGINES, children_hear_ctrl_c
from tests.robustness.formats import made
from tests.waiting import until

Cli = Callable[..., Result]

DAM = """---
title: "The old dam"
publisher: "River Post"
published: 2024-03-05
---

The Harrow dam was opened in 1931 by the mayor. It holds nine million litres of water.
"""
FERRY = "The ferry to Osterby sails every morning at seven. Its captain is called Brandt.\n"
QUESTION = "When was the Harrow dam opened?"


@pytest.fixture
def folder(index_dir: Path) -> Path:
    documents = index_dir / "documents"
    documents.mkdir()
    (documents / "dam.md").write_text(DAM)
    (documents / "ferry.txt").write_text(FERRY)
    return documents


@pytest.fixture
def cli(index_dir: Path) -> Cli:
    """Runs the app on ``index_dir`` with the fake embedder, and takes whatever it finds for an answer."""

    def run(*args: str, stdin: str | None = None) -> Result:
        def opener(settings: Settings) -> Assistant:
            lenient = settings.model_copy(update={"answer_threshold": 0.0})
            return Assistant.open(lenient, embedder=FakeEmbedder())

        return CliRunner().invoke(app, [*args, "--index", str(index_dir)], input=stdin, obj=opener)

    return run


def shell(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assistant", *args]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | env, check=False)


# --- starting


def test_help_loads_no_engine() -> None:
    show = "import sys; from assistant.cli import app; app(['-h'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "assistant.cli.root" in loaded
    assert not loaded.intersection({*ENGINES, "pydantic"})


@pytest.mark.parametrize("args", [["--help"], ["ask", "-h"], ["index", "build", "--help"]], ids=" ".join)
def test_help_exits_0(args: list[str]) -> None:
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 0
    assert "Usage: assistant" in result.stdout


def test_module_is_the_program() -> None:
    done = shell("ask", "--help", COLUMNS="80")
    assert done.returncode == 0
    assert "Usage: assistant ask" in done.stdout


# --- asking


@pytest.mark.usefixtures("folder")
def test_first_question_builds_the_index(cli: Cli) -> None:
    first, second = cli("ask", QUESTION), cli("ask", QUESTION)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "opened in 1931" in first.stdout
    assert "[1] River Post, 5 March 2024 (dam.md)\n" in first.stdout
    assert "Indexed 2 documents" in first.stderr
    assert "Indexed" not in second.stderr


def test_an_index_is_never_rebuilt_by_a_question(cli: Cli, folder: Path) -> None:
    cli("index", "build")
    (folder / "new.txt").write_text("The lighthouse keeper is called Imogen.\n")
    assert "new.txt" not in cli("search", "Who is the lighthouse keeper called Imogen?").stdout
    cli("index", "build")
    assert "new.txt" in cli("search", "Who is the lighthouse keeper called Imogen?").stdout


@pytest.mark.usefixtures("folder")
def test_json_is_the_answer_and_nothing_else(cli: Cli) -> None:
    result = cli("ask", QUESTION, "--json")
    assert Answer.model_validate_json(result.stdout).question == QUESTION
    assert result.stdout.count("\n") == 1


@pytest.mark.usefixtures("folder")
def test_question_from_stdin(cli: Cli) -> None:
    answer = Answer.model_validate_json(cli("ask", "-", "--json", stdin=f"{QUESTION}\n").stdout)
    assert answer.question == QUESTION


@pytest.mark.usefixtures("folder")
def test_ask_without_an_answer_exits_3_and_names_the_nearest(cli: Cli, index_dir: Path) -> None:
    cli("index", "build")
    embedder = FakeEmbedder()
    strict = Settings(index_dir=index_dir, answer_threshold=1.0)
    result = CliRunner().invoke(app, ["ask", "Zyx wvu?"], obj=lambda _: Assistant.open(strict, embedder=embedder))
    assert result.exit_code == 3
    assert result.stdout.startswith("Not in the documents.")
    assert "River Post, 5 March 2024 (dam.md)" in result.stdout


@pytest.mark.usefixtures("folder")
def test_long_lines_stay_whole_in_a_pipe(cli: Cli, folder: Path) -> None:
    sentence = f"The Harrow dam was opened in 1931 {'and again ' * 30}by the mayor."
    (folder / "dam.md").write_text(sentence)
    assert f"“{sentence}”" in cli("ask", QUESTION).stdout


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("option", "found"),
    [
        (["--source", "dam.md"], {"dam.md"}),
        (["--source", "dam.md", "--source", "ferry.txt"], {"dam.md", "ferry.txt"}),
        (["--since", "2024-03-05"], {"dam.md"}),
        (["--until", "2024-03-04"], set()),
    ],
    ids=["one source", "two sources", "since", "until"],
)
def test_search_applies_filters(cli: Cli, option: list[str], found: set[str]) -> None:
    result = cli("search", "dam ferry", "--json", *option)
    assert {passage["chunk"]["source"] for passage in json.loads(result.stdout)} == found
    assert ("No indexed document passes the filters" in result.stderr) is (not found)
    assert result.exit_code == (0 if found else 3)


@pytest.mark.usefixtures("folder")
def test_search_limits_what_it_lists(cli: Cli) -> None:
    assert len(json.loads(cli("search", "dam ferry", "-k", "1", "--json").stdout)) == 1
    assert "The ferry to Osterby sails" in cli("search", "ferry to Osterby").stdout


# --- errors


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["ask", ""], "question"),
        (["ask", "a" * 100_001], "question"),
        (["ask"], "Missing argument 'question'. `assistant ask --help`"),
        (
            ["ask", "Why?", "--since", "May"],
            "'May' does not match the formats '%Y-%m-%d'. `assistant ask --help`",
        ),
        (["ask", "Why?", "--since", "2025-02-01", "--until", "2025-01-01"], "it is after --until 2025-01-01"),
        (["ask", "Why?", "--writer", "me"], "'me' is not a writer: auto, "),
        (["search", "Why?", "-k", "0"], "greater than or equal to 1. `assistant search --help`"),
        (["index", "remove", "no.md"], "'no.md'"),
        (["index", "build", "/no/such/folder"], "'/no/such/folder'"),
        (["index", "build", "--shard", "3/16"], "`export ASSISTANT_CHROMA_URL="),
        (["index", "burn"], "No such command 'burn'. `assistant index --help`"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_an_error_is_one_line_and_code_2(cli: Cli, args: list[str], message: str) -> None:
    result = cli(*args)
    assert result.exit_code == 2
    assert not result.stdout
    assert result.stderr.splitlines()[-1].startswith("error: ")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_ask_and_build_without_documents_name_the_command_that_helps(cli: Cli) -> None:
    asked, built = cli("ask", QUESTION), cli("index", "build")
    assert (asked.exit_code, built.exit_code) == (2, 2)
    assert "`assistant index build" in asked.stderr
    assert "There is no folder" in built.stderr


def test_invalid_setting_names_its_variable(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_PASSAGES", "3")
    result = cli("ask", QUESTION)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ASSISTANT_PASSAGES is '3': ")


def test_an_error_of_the_system_is_one_line_without_traceback(cli: Cli, index_dir: Path) -> None:
    (index_dir / "store").write_text("a file where a folder has to be")
    (index_dir / "a.txt").write_text(FERRY)
    result = cli("index", "build", str(index_dir / "a.txt"))
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")


def test_a_bug_keeps_its_traceback() -> None:
    def broken(_: Settings) -> Assistant:
        raise ZeroDivisionError

    result = CliRunner().invoke(app, ["ask", QUESTION], obj=broken)
    assert isinstance(result.exception, ZeroDivisionError)


@pytest.mark.usefixtures("folder")
def test_broken_pipe_is_quiet(index_dir: Path) -> None:
    command = [sys.executable, "-m", "assistant", "index", "path", "--index", str(index_dir)]
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writer)
    assert done.returncode == 141
    assert not done.stderr


def asking(index_dir: Path, hear: bool, *before: str) -> subprocess.Popen[bytes]:
    """``assistant ask -`` in a session of its own; what is ``before`` it starts it."""
    command = [sys.executable, *before, "-m", "assistant", "ask", "-", "--index", str(index_dir)]
    out = subprocess.DEVNULL
    with children_hear_ctrl_c(hear):
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.PIPE, start_new_session=True
        )


def interrupt(program: subprocess.Popen[bytes], question: bytes = b"") -> tuple[int, str]:
    """The exit code and stderr of a program that gets a SIGINT while it reads, and then the question."""
    assert program.stdin is not None
    program.stdin.write(b" " * (1 << 20))  # a pipe does not hold so much: this returns once the program reads
    program.stdin.flush()
    program.send_signal(signal.SIGINT)
    _, complaints = program.communicate(question)
    return program.returncode, complaints.decode()


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
@pytest.mark.parametrize("hear", [True, False], ids=["started plainly", "started with SIGINT ignored"])
def test_interrupt_exits_130_without_traceback(index_dir: Path, hear: bool) -> None:
    code, complaints = interrupt(asking(index_dir, hear))
    assert code == 130
    assert "Traceback" not in complaints


ON_A_TERMINAL = """
import os, sys
terminal = os.open(sys.argv[1], os.O_RDWR)  # a session that has no terminal is given the first one it opens
if sys.argv[2] == "foreground":
    os.dup2(terminal, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[3:]])
"""


@pytest.fixture
def terminal() -> Iterator[str]:
    """The name of a terminal that nobody sits at."""
    pty = pytest.importorskip("pty")
    ends = pty.openpty()
    yield os.ttyname(ends[1])
    for end in ends:
        os.close(end)


def test_interrupt_is_not_for_a_background_job_of_a_terminal(index_dir: Path, terminal: str) -> None:
    program = asking(index_dir, False, "-c", ON_A_TERMINAL, terminal, "background")
    code, complaints = interrupt(program, b"Who?")
    assert code == 2
    assert "`assistant index build" in complaints


def test_interrupt_ends_a_foreground_job_started_with_it_ignored(index_dir: Path, terminal: str) -> None:
    with asking(index_dir, False, "-c", ON_A_TERMINAL, terminal, "foreground") as program:

        def ended() -> bool:
            program.send_signal(signal.SIGINT)  # ignored until the program has seen to it
            return program.poll() is not None

        until(ended, "the program ends, though its terminal says nothing")


# --- the index


def test_build_reports_every_change(cli: Cli, folder: Path) -> None:
    (folder / "broken.txt").write_bytes(b"\0\1\2")
    first = cli("index", "build").stdout
    assert "2 added" in first
    assert "skipped broken.txt" in first.replace("'", "")
    assert "nothing changed, 2 up to date" in cli("index", "build").stdout
    (folder / "dam.md").write_text(DAM.replace("1931", "1932"))
    (folder / "ferry.txt").unlink()
    assert "1 changed, 1 removed, 0 unchanged" in cli("index", "build").stdout


def test_a_collection_is_built_and_asked(cli: Cli, folder: Path) -> None:
    cli("index", "build", str(folder), "--collection", "rivers")
    found = {
        arguments: [
            passage["chunk"]["source"] for passage in json.loads(cli("search", "dam", "--json", *arguments).stdout)
        ]
        for arguments in (("--in", "rivers"), ("--in", "rivers", "--source", "ferry.txt"))
    }
    assert set(found["--in", "rivers"]) == {"rivers/dam.md", "rivers/ferry.txt"}
    assert found["--in", "rivers", "--source", "ferry.txt"] == ["rivers/ferry.txt"]
    assert "No indexed document passes the filters" in cli("search", "dam", "--in", "lakes").stderr


@pytest.mark.usefixtures("folder")
def test_index_commands_print_json(cli: Cli, index_dir: Path) -> None:
    assert [report["added"] for report in json.loads(cli("index", "build", "--json").stdout)] == [
        ["dam.md", "ferry.txt"]
    ]
    assert json.loads(cli("index", "status", "--json").stdout)["documents"] == 2
    assert json.loads(cli("index", "verify", "--json").stdout) == []
    assert [each["source"] for each in json.loads(cli("index", "list", "--json").stdout)] == [
        "dam.md",
        "ferry.txt",
    ]
    assert json.loads(cli("index", "remove", "dam.md", "--json").stdout)["removed"] == ["dam.md"]
    assert cli("index", "path").stdout == f"{index_dir.resolve()}\n"


@pytest.mark.usefixtures("folder")
def test_index_commands_print_text(cli: Cli, index_dir: Path) -> None:
    cli("index", "build")
    assert cli("index", "list").stdout.splitlines()[0] == "dam.md\t2024-03-05\tRiver Post\t1"
    assert f"where       {index_dir}" in cli("index", "status").stdout
    assert cli("index", "verify").stdout == "The index is sound: 2 documents.\n"
    assert "1 removed" in cli("index", "remove", "dam.md").stdout
    assert "dam.md" not in cli("index", "list").stdout


@pytest.mark.usefixtures("folder")
def test_failed_verify_exits_1(cli: Cli, index_dir: Path) -> None:
    cli("index", "build")
    (index_dir / "config.toml").write_text("chunk_tokens = 100\n")
    result = cli("index", "verify")
    assert result.exit_code == 1
    assert result.stdout.startswith("- ")


@pytest.mark.parametrize(("empty", "told"), [(1, False), (200, True)])
def test_build_names_a_pdf_that_is_mostly_images(cli: Cli, folder: Path, empty: int, told: bool) -> None:
    document = Document(source="a", title="Talks", text="The talks on the dam went on for days.\n\n" * 400)
    writer = PdfWriter(BytesIO(made(document, ".pdf")))
    for _ in range(empty):
        writer.add_blank_page(200, 200)
    writer.write(folder / "talks.pdf")
    result = cli("index", "build")
    assert "3 added" in result.stdout
    assert ("1 PDF file with pages that hold no text" in result.stderr) is told


class Busy(FakeEmbedder):
    """Each file it embeds makes somebody drop the next into the folder; it fails at "b" and is interrupted at "c"."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder, self._names = folder, iter("bc")

    def embed_documents(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedding]:
        if (name := next(self._names, None)) is None:
            raise KeyboardInterrupt
        (self._folder / f"{name}.txt").write_text(f"The keeper of lighthouse {name} is called Imogen.\n")
        if name == "c":
            raise BackendError("The model is away. `ollama serve`")
        return super().embed_documents(texts, parts)


def test_a_file_dropped_during_a_build_is_followed_even_after_an_error(index_dir: Path, folder: Path) -> None:
    command = ["index", "build", "--watch", "--index", str(index_dir)]
    result = CliRunner().invoke(app, command, obj=lambda each: Assistant.open(each, embedder=Busy(folder)))
    assert result.exit_code == 130
    assert "Watching" in result.stderr
    assert "error: The model is away." in result.stderr


# --- conversations


@pytest.mark.usefixtures("folder")
def test_continue_carries_the_last_conversation(cli: Cli, index_dir: Path) -> None:
    cli("ask", QUESTION)
    answer = Answer.model_validate_json(cli("ask", "And by whom?", "-c", "--json").stdout)
    assert [turn.text for turn in answer.history if turn.role == "user"] == [QUESTION]
    assert Answer.model_validate_json(cli("ask", "And by whom?", "--json").stdout).history == ()
    file = conversation.path(index_dir)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [each.name for each in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("content", ["", "{", '[{"role": "god", "text": ""}]', "\0"], ids=repr)
def test_continue_ignores_a_damaged_conversation(index_dir: Path, content: str) -> None:
    notes: list[str] = []
    conversation.save(index_dir, [Turn(role="user", text="Who?")], notes.append)
    assert conversation.load(index_dir, notes.append) == (Turn(role="user", text="Who?"),)
    conversation.path(index_dir).write_text(content)
    assert conversation.load(index_dir, notes.append) == ()
    assert ["damaged" in note for note in notes] == [True]


def test_continue_without_a_conversation_starts_one(index_dir: Path) -> None:
    notes: list[str] = []
    assert conversation.load(index_dir, notes.append) == ()
    assert "no conversation" in notes[0]


def test_ask_answers_although_the_conversation_cannot_be_saved(index_dir: Path) -> None:
    notes: list[str] = []
    conversation.path(index_dir).parent.parent.mkdir(parents=True)
    conversation.path(index_dir).parent.write_text("a file where a folder has to be")
    conversation.save(index_dir, (), notes.append)
    assert "cannot be kept" in notes[0]


# --- what documents may do to a terminal: nothing


@given(st.text())
def test_clean_removes_what_controls_a_terminal(text: str) -> None:
    steering = {
        *map(chr, range(0x20)),
        *map(chr, range(0x7F, 0xA0)),
        *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    }
    assert not (steering - {"\n"}).intersection(clean(text))
    assert not steering.intersection(one_line(text))
    assert clean(clean(text)) == clean(text)
    clean(text).encode()


def test_clean_keeps_words() -> None:
    words = "Türkiye 🇹🇷 👩‍🔬 [bold]not markup[/bold]\n“quoted”"
    assert clean(words) == words


def test_hostile_documents_are_shown_harmless(cli: Cli, folder: Path) -> None:
    evil = "The Harrow dam was opened \x1b[2J\x9b31m\u202ein 1931 by [red]the[/red] mayor."
    (folder / "dam.md").write_text(evil, encoding="utf-8")
    (folder / "e\x1b[31mvil.txt").write_text("The Harrow dam was opened in 1931 by nobody.")
    outputs = [
        cli("ask", QUESTION),
        cli("search", QUESTION),
        cli("index", "list"),
        cli("ask", QUESTION, "--json"),
    ]
    for result in outputs:
        assert not {"\x1b", "\x9b", "\u202e", "\x9d"}.intersection(result.output)
    assert "[red]the[/red] mayor" in outputs[1].stdout
    assert "\x9b" in Answer.model_validate_json(outputs[3].stdout).model_dump_json()
