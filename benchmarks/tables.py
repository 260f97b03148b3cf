"""Makes the tables of eval/README.md: runs the command above each table and writes its numbers below it.

PATH is a folder with the public sets: squad2/dev.json, clapnq/, qed/dev.jsonl, ramdocs/dev.jsonl, qacc/dev.json.
Without names it makes all tables. The tables of the suites need no public sets: give "." as PATH.

    python -m benchmarks.tables PATH [NAME ...]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

PAGE = Path("eval/README.md")
OURS, PEER = "assistant", "LlamaIndex"
BESIDE = ("keyword search", "five sentences", "dump everything", "first sentences", "random sentence", "always refuse")
NAMES = {"keyword search": "BM25", "five sentences": "BM25, five sentences"}

ABSTAINING = ("auroc", "false_answers", "false_refusals")
COSTS = ("words", "seconds_p50")
OWN = (
    "passage_hit@4", "passage_all_evidence@10", "answer_sentence@1", "fact_coverage", "citation_validity",
    "citation_f1", *ABSTAINING, "crag", "conflict_f1", "false_conflicts", "both_sides_cited",
    "follow_up_fact_coverage", *COSTS, "seconds_p95",
)  # fmt: skip
EVERYDAY = (*OWN[:4], "strict_match", *OWN[4:])


class Table(NamedTuple):
    """The arguments of ``assistant eval``, the metrics that are shown, and whether the LlamaIndex pipeline runs too."""

    arguments: tuple[str, ...]
    metrics: tuple[str, ...]
    peer: bool = False

    @property
    def command(self) -> str:
        """The command line."""
        return " ".join(["assistant", "eval", *self.arguments])


TABLES: Mapping[str, Table] = {
    "shipped": Table((), OWN, peer=True),
    "shipped-test": Table(("--split", "test"), OWN, peer=True),
    "newsroom": Table(("eval/newsroom",), OWN, peer=True),
    "newsroom-test": Table(("eval/newsroom", "--split", "test"), OWN, peer=True),
    "everyday": Table(("eval/everyday",), EVERYDAY),
    "everyday-test": Table(("eval/everyday", "--split", "test"), EVERYDAY),
    "squad2": Table(
        ("--dataset", "squad2:PATH/squad2/dev.json"),
        ("passage_hit@1", "passage_hit@4", "answer_sentence@1", "answer_sentence@3", "fact_coverage",
         "citation_validity", "citation_f1", *ABSTAINING, *COSTS),
        peer=True,
    ),
    "clapnq": Table(
        ("--dataset", "clapnq:PATH/clapnq"),
        ("sentence_hit@1", "sentence_hit@3", "citation_validity", "citation_f1", *ABSTAINING, *COSTS),
    ),
    "qed": Table(
        ("--dataset", "qed:PATH/qed/dev.jsonl"),
        ("sentence_hit@1", "sentence_hit@3", "fact_coverage", "citation_validity", "citation_f1", "false_refusals",
         *COSTS),
    ),
    "ramdocs": Table(
        ("--dataset", "ramdocs:PATH/ramdocs/dev.jsonl"),
        ("strict_match", "fact_coverage", "passage_hit@1", "citation_validity", "conflict_precision", "conflict_recall",
         "conflict_f1", "false_conflicts", "both_sides_cited", "false_refusals", *COSTS),
    ),
    "qacc": Table(
        ("--dataset", "qacc:PATH/qacc/dev.json"),
        ("passage_hit@1", "passage_hit@3", "fact_coverage", "citation_validity", "conflict_precision",
         "conflict_recall", "conflict_f1", "false_conflicts", "both_sides_cited", "false_refusals", *COSTS),
    ),
}  # fmt: skip


def main() -> None:
    """Make the tables that were named, or all."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("path", help="folder of the public sets")
    arguments.add_argument("names", nargs="*", choices=[*TABLES, []], metavar="NAME", help=", ".join(TABLES))
    arguments.add_argument("--limit", type=int, help="ask only so many; the page is not changed")
    given = arguments.parse_args()
    for name in given.names or TABLES:
        made = section(TABLES[name], measured(TABLES[name], given.path, given.limit))
        print(made, end="\n\n", flush=True)
        if not given.limit:
            PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), name, made), encoding="utf-8")


def measured(table: Table, path: str, limit: int | None) -> Any:
    """The output of ``assistant eval --json``, with a run of the LlamaIndex pipeline if the table has one."""
    asked = [argument.replace("PATH", path) for argument in table.arguments]
    asked += ["--limit", str(limit)] if limit else []
    beside = ["--beside", _said("benchmarks.peer_llamaindex", *asked).strip()] if table.peer else []
    return json.loads(_said("assistant", "eval", *asked, *beside, "--json"))


def _said(module: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 1) or not done.stdout.strip():  # 1 is a failed gate
        sys.exit(f"{module} {' '.join(arguments)} ended with {done.returncode}")
    return done.stdout


def section(table: Table, found: Any) -> str:
    """The command and its numbers, as Markdown."""
    columns = [name for name in (PEER, *BESIDE) if name in found["beside"]]
    heading = ["metric", OURS, "95 %", "n", *(NAMES.get(name, name) for name in columns)]
    gates = [
        f"{g['gate']['metric']} {g['gate']['sign']} {g['gate']['threshold']:g} {g['state']}" for g in found["gates"]
    ]
    about = found["about"]
    made = f"{found['questions']} questions, {platform.machine()} with {os.cpu_count()} cores, Python {about['python']}"
    lines = [
        f"`{table.command}` — {made}, writer {about['writer']}, code `{about['code']}`.",
        *(["", f"Gates: {'; '.join(gates)}."] if gates else []),
        "",
        f"| {' | '.join(heading)} |",
        f"|---{'|--:' * (len(heading) - 1)}|",
    ]
    for metric in table.metrics:
        number = found["numbers"].get(metric)
        if number is None:
            continue
        # The peer does not rank sentences.
        others = [
            "" if name == PEER and "sentence" in metric else shown(found["beside"][name].get(metric))
            for name in columns
        ]
        lines.append(f"| {' | '.join([metric, f'**{shown(number)}**', spread(number), str(number['n']), *others])} |")
    return "\n".join(lines)


def shown(number: Mapping[str, float] | None) -> str:
    """A value as the tables show it; empty if the metric does not apply."""
    if number is None:
        return ""
    value = number["value"]
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.0f}"


def spread(number: Mapping[str, float | None]) -> str:
    """The 95 % interval as the tables show it."""
    low, high = number["low"], number["high"]
    return "" if low is None or high is None else f"{shown({'value': low})} to {shown({'value': high})}"


def replaced(page: str, name: str, made: str) -> str:
    """The page with the text between the marks of ``name`` replaced. Raises ValueError if it has no such marks."""
    before, after = f"<!-- table: {name} -->", "<!-- end -->"
    found, count = re.subn(
        rf"{re.escape(before)}.*?{re.escape(after)}", lambda _: f"{before}\n{made}\n{after}", page, flags=re.DOTALL
    )
    if count != 1:
        raise ValueError(f"{PAGE} needs {before!r} and {after!r} once, and has them {count} times")
    return found


if __name__ == "__main__":
    main()
