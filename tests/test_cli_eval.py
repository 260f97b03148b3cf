"""``assistant eval``: exit codes, resuming after a kill, comparisons, and suites of one's own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from assistant.api import Assistant
from assistant.cli import app
from assistant.cli.suite import about
from assistant.eval import read_run
from assistant.prompts import FOLDER, load
from assistant.settings import Settings
from assistant.testing.fakes import FakeEmbedder
from assistant.testing.ollama_double import OllamaDouble, Reply, quoting
from tests.programs import children_hear_ctrl_c
from tests.waiting import LIMIT

Cli = Callable[..., Result]


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """The template of one's own evaluation, as ``--init`` writes it."""
    folder = tmp_path / "mine"
    assert CliRunner().invoke(app, ["eval", "--init", str(folder)]).exit_code == 0
    return folder


@pytest.fixture
def cli(suite: Path, index_dir: Path) -> Cli:
    """Runs ``assistant eval`` on the suite with the fake embedder and the given settings."""

    def run(*args: str, folder: Path | None = suite, **changes: Any) -> Result:
        def opener(settings: Settings) -> Assistant:
            chosen = settings.model_copy(update={"writer": "extractive", "answer_threshold": 0.0, **changes})
            return Assistant.open(chosen, embedder=FakeEmbedder())

        where = [str(folder)] if folder else []
        return CliRunner().invoke(app, ["eval", *where, *args, "--index", str(index_dir)], obj=opener)

    return run


def gates(suite: Path, **said: str) -> None:
    """Give the suite these gates and no others."""
    path = suite / "suite.toml"
    lines = [f'{metric} = "{bound}"' for metric, bound in said.items()]
    path.write_text("\n".join([path.read_text().split("[gates]")[0], "[gates]", *lines, ""]))


def only_run(suite: Path) -> Path:
    (run,) = (suite / "runs").iterdir()
    return run


def numbers(result: Result) -> dict[str, float]:
    return {metric: number["value"] for metric, number in json.loads(result.stdout)["numbers"].items()}


# --- running


def test_eval_runs_a_new_suite_and_names_its_page(cli: Cli, suite: Path) -> None:
    gates(suite, citation_validity=">= 1.0", failures="<= 0")
    result = cli()
    assert result.exit_code == 0, result.output
    assert "Indexed 1 document of" in result.stderr
    assert result.stdout.startswith("mine (dev): 2 questions")
    assert "passed: citation_validity >= 1 (found 1)" in result.stdout
    assert result.stdout.rstrip().endswith(f"Page: {only_run(suite) / 'report.html'}")
    assert {"report.html", "report.md", "junit.xml"} <= {path.name for path in only_run(suite).iterdir()}


def test_eval_indexes_the_documents_apart_and_once(cli: Cli, index_dir: Path, suite: Path) -> None:
    assert "Indexed" in cli().stderr
    assert "Indexed" not in cli().stderr
    assert not (index_dir / "store").exists()
    assert not (suite / "store").exists()
    document = suite / "documents" / "lighthouse.md"
    document.write_text(document.read_text() + "\nIts first keeper was Tobias Reeve.\n")
    assert "Indexed 1 document" in cli().stderr


def test_eval_uses_the_configuration_of_the_index(cli: Cli, index_dir: Path, suite: Path) -> None:
    cli()
    (index_dir / "config.toml").write_text("chunk_tokens = 20\n")
    assert "Indexed 1 document" in cli().stderr
    first, second = (read_run(run) for run in sorted((suite / "runs").iterdir()))
    assert first.header.about["index_config"] != second.header.about["index_config"]


@pytest.mark.parametrize(
    ("gate", "settings", "state"),
    [
        ({"false_answers": "<= 0"}, {"answer_threshold": 0.0}, 1),
        ({"false_answers": "<= 0"}, {"answer_threshold": 1.0}, 0),
        ({"false_refusals": "<= 0"}, {"answer_threshold": 1.0}, 1),
        ({"conflict_f1": ">= 1"}, {}, 0),
    ],
    ids=["answers all", "refuses all", "refuses too much", "nothing to measure"],
)
def test_a_failed_gate_exits_1(
    cli: Cli, suite: Path, gate: dict[str, str], settings: dict[str, float], state: int
) -> None:
    gates(suite, **gate)
    result = cli(**settings)
    assert result.exit_code == state
    assert ("failed: " in result.stdout) is bool(state)


def test_json_is_one_line_and_nothing_else(cli: Cli) -> None:
    result = cli("--json")
    found = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1
    assert found["numbers"]["citation_validity"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 2}
    assert found["beside"]["dump everything"]["fact_coverage"]["value"] == 1.0
    assert {gate["state"] for gate in found["gates"]} <= {"passed", "failed"}


def test_kind_limit_and_seed_choose_questions(cli: Cli) -> None:
    assert json.loads(cli("--kind", "date", "--json").stdout)["questions"] == 1
    assert json.loads(cli("--limit", "1", "--seed", "3", "--json").stdout)["questions"] == 1
    unknown = cli("--kind", "riddle")
    assert unknown.exit_code == 2
    assert "Kinds here: date, unanswerable" in unknown.stderr


def test_a_question_that_takes_too_long_is_a_failure_of_that_question(cli: Cli, suite: Path) -> None:
    gates(suite, failures="<= 0")
    result = cli("--time-limit", "0.001", "--json")
    assert result.exit_code == 1
    assert numbers(result)["failures"] == 1.0
    assert {r.error for r in read_run(only_run(suite)).results} == {"no answer within 0.001 s"}


# --- the log of a run


def test_a_run_names_all_its_answers_depend_on_and_no_secret(cli: Cli, suite: Path) -> None:
    secret = SecretStr("hush")
    cli(password=secret, ollama_token=secret)
    told = read_run(only_run(suite)).header.about
    assert {"system", "index_config", "embedder", "settings", "prompts", "code", "commit", "libraries"} <= told.keys()
    assert "hush" not in json.dumps(told)
    assert str(suite.parent) not in json.dumps(told)


def test_about_is_the_same_every_time(index_dir: Path) -> None:
    with Assistant.open(Settings(index_dir=index_dir, writer="extractive"), embedder=FakeEmbedder()) as assistant:
        assert about(assistant) == about(assistant)


def test_a_prompt_has_one_hash_in_runs_and_in_traces(index_dir: Path) -> None:
    with Assistant.open(Settings(index_dir=index_dir, writer="extractive"), embedder=FakeEmbedder()) as assistant:
        told = about(assistant)["prompts"]
    assert told == {path.stem: load(path.stem).hash for path in FOLDER.glob("*.md")}


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "ctrl-c"])
def test_a_stopped_run_is_finished_without_asking_twice(suite: Path, index_dir: Path, end: signal.Signals) -> None:
    example = json.loads((suite / "gold" / "dev.jsonl").read_text().splitlines()[0])
    lines = [json.dumps({**example, "id": f"q{n}"}) for n in range(8)]
    (suite / "gold" / "dev.jsonl").write_text("\n".join(lines))
    reached, gate = threading.Event(), threading.Event()

    def script(body: Mapping[str, Any]) -> Reply:
        if len(double.chats) == 4:
            reached.set()
            return Reply([quoting(body)], gate=gate, after=0)
        return Reply([quoting(body)])

    with OllamaDouble(script) as double:
        command = [sys.executable, "-m", "assistant", "eval", str(suite), "--index", str(index_dir)]
        command += ["--writer", "ollama"]
        environment = os.environ | {"ASSISTANT_OLLAMA_URL": double.url}
        with children_hear_ctrl_c():
            program = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        assert reached.wait(LIMIT)
        program.send_signal(end)
        _, complaints = program.communicate()
        gate.set()
        assert ("the same command resumes the run" in complaints) is (end is signal.SIGINT)
        log = only_run(suite) / "answers.jsonl"
        before = log.read_bytes()
        assert [result.case for result in read_run(log).results] == [f"q{n}" for n in range(3)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert "resumed after" in done.stdout, done.stderr
    assert log.read_bytes().startswith(before)
    assert sorted(result.case for result in read_run(log).results) == sorted(f"q{n}" for n in range(8))
    assert log.read_bytes().count(b"\n") == 9


# --- comparing


def test_a_changed_threshold_names_the_cases_that_changed(cli: Cli, suite: Path) -> None:
    cli(answer_threshold=0.0)
    first = only_run(suite).name
    result = cli("--compare", first, answer_threshold=1.0)
    assert f"Since {first}" in result.stdout
    assert "example-1: answered to not_in_documents" in result.stdout
    assert "this is noise" in result.stdout


def test_eval_accept_makes_the_run_the_reference(cli: Cli, suite: Path) -> None:
    missing = cli("--compare", "reference")
    assert (missing.exit_code, "`assistant eval --accept`" in missing.stderr) == (2, True)
    assert cli("--accept").exit_code in (0, 1)
    assert (suite / "reference.json").is_file()
    result = cli("--compare", "reference")
    assert "No case changed; no metric moved." in result.stdout
    part = cli("--accept", "--limit", "1")
    assert part.exit_code == 2
    assert "a reference run needs all questions" in part.stderr


def test_rescore_asks_nothing(cli: Cli, suite: Path, index_dir: Path) -> None:
    before = numbers(cli("--json"))
    path = only_run(suite)

    def closed(_: Settings) -> Assistant:
        raise AssertionError("nothing is to be asked")

    args = ["eval", str(suite), "--rescore", path.name, "--json", "--index", str(index_dir)]
    assert numbers(CliRunner().invoke(app, args, obj=closed)) == before
    assert only_run(suite) == path


def test_rescoring_a_part_compares_it_with_the_baselines(cli: Cli, suite: Path) -> None:
    before = json.loads(cli("--limit", "1", "--json").stdout)
    again = json.loads(cli("--rescore", only_run(suite).name, "--json").stdout)
    assert again["questions"] == 1
    assert (again["numbers"], again["beside"]) == (before["numbers"], before["beside"])


def test_beside_adds_another_system_to_the_table(cli: Cli, suite: Path) -> None:
    from assistant.cli.suite import from_folder
    from assistant.eval import run

    other = run(from_folder(suite, "dev", print).suite, lambda _: "It was 1871.", {"system": "Guesser"})
    found = json.loads(cli("--beside", other.path.parent.name, "--json").stdout)
    assert found["beside"]["Guesser"]["fact_coverage"]["value"] == 1.0
    assert found["beside"]["Guesser"]["false_answers"]["value"] == 1.0


# --- public sets

SQUAD = {
    "data": [
        {
            "title": "Brannock_Head",
            "paragraphs": [
                {
                    "context": "The light at Brannock Head was lit in 1871. It has 142 steps.",
                    "qas": [
                        {
                            "id": "a",
                            "question": "When was the light at Brannock Head lit?",
                            "is_impossible": False,
                            "answers": [{"text": "1871", "answer_start": 38}],
                        },
                        {"id": "b", "question": "Who built it?", "is_impossible": True, "answers": []},
                    ],
                }
            ],
        }
    ]
}


def test_dataset_is_indexed_once_and_cited_right(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(SQUAD))
    first, second = (cli("--dataset", f"squad2:{path}", "--json", folder=None) for _ in range(2))
    assert first.exit_code == 0, first.output
    assert ("Indexed 1 document" in first.stderr, "Indexed" in second.stderr) == (True, False)
    found = numbers(first)
    assert found["citation_validity"] == found["passage_hit@1"] == found["citation_recall"] == 1.0


def test_dataset_with_its_own_files_is_read_from_them(cli: Cli, suite: Path, tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    document = suite / "documents" / "lighthouse.md"
    (tmp_path / "documents" / "lighthouse.txt").write_text(document.read_text().rpartition("---")[2])
    gold = tmp_path / "gold.jsonl"
    gold.write_text((suite / "gold" / "dev.jsonl").read_text().replace("lighthouse.md", "lighthouse.txt"))
    found = numbers(cli("--dataset", f"jsonl:{gold}", "--json", folder=None))
    assert found["citation_validity"] == found["passage_hit@1"] == 1.0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--dataset", "squad2"], "'squad2' is not NAME:PATH"),
        (["--dataset", "squad3:{tmp}"], "there is no data set 'squad3'"),
        (["--dataset", "squad2:{tmp}/none.json"], "there is no such file"),
        (["--dataset", "squad2:{tmp}/mine/gold/dev.jsonl"], "broken JSON"),
        (["--split", "final"], "there is no split 'final'"),
        (["--compare", "never"], "there is no such run log"),
        (["--rescore", "never"], "there is no such run log"),
        (["--beside", "never"], "there is no such run log"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else "",
)
def test_an_error_is_one_line_and_code_2(cli: Cli, tmp_path: Path, args: list[str], message: str) -> None:
    result = cli(*(arg.format(tmp=tmp_path) for arg in args))
    assert result.exit_code == 2
    assert not result.stdout
    assert message in result.stderr.splitlines()[-1]


def test_faults_of_the_gold_come_with_file_and_line(cli: Cli, suite: Path) -> None:
    gold = suite / "gold" / "dev.jsonl"
    gold.write_text(gold.read_text().replace("4 May 1871", "5 May 1871"))
    result = cli()
    assert result.exit_code == 2
    assert f"{gold}:1: 'lighthouse.md' does not hold the quote" in result.stderr


def test_many_faults_are_one_line_each(cli: Cli, suite: Path) -> None:
    gold = suite / "gold" / "dev.jsonl"
    gold.write_text("{\n" + gold.read_text().replace("lighthouse.md", "tower.md") + '{"id": 7}\n')
    told = cli().stderr.splitlines()
    assert {line.split(": ")[0] for line in told[:-1]} == {f"{gold}:{line}" for line in (1, 2, 4)}
    assert told[-1].startswith(f"error: {suite} has {len(told) - 1} faults.")


def test_eval_names_and_leaves_out_an_unreadable_document(cli: Cli, suite: Path) -> None:
    (suite / "documents" / "broken.txt").write_bytes(b"\0\1\2")
    result = cli()
    assert result.exit_code in (0, 1)
    assert "Left out: " in result.stderr
    assert "broken.txt" in result.stderr


def test_eval_without_a_suite_names_the_command_that_helps(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["eval", str(tmp_path)])
    assert result.exit_code == 2
    assert f"`assistant eval --init {tmp_path}`" in result.stderr
    twice = [CliRunner().invoke(app, ["eval", "--init", str(tmp_path / "new")]).exit_code for _ in range(2)]
    assert twice == [0, 2]
