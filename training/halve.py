"""Splits the public sets into a part that the cross-encoder learns from and a part that it is measured on.

Writes OUT/learn and OUT/held in the layout of PATH, so that every command takes either. The last four articles of
SQuAD's development set are held out, and half of the pages of CLAPNQ and QED and of the questions of QACC, chosen by a
hash. RAMDocs is held out whole. SQuAD's training articles are learnt from.

    python -m training.halve PATH OUT
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

HELD_ARTICLES = 4


def main() -> None:
    """Write both parts."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("path", type=Path)
    arguments.add_argument("out", type=Path)
    given = arguments.parse_args()
    path, out = given.path, given.out
    for part in ("learn", "held"):
        for name in ("squad2", "clapnq", "qed", "qacc", "ramdocs"):
            (out / part / name).mkdir(parents=True, exist_ok=True)
    squad = json.loads((path / "squad2/dev.json").read_text(encoding="utf-8"))
    articles = squad["data"]
    _write(out / "learn/squad2/dev.json", {**squad, "data": articles[:-HELD_ARTICLES]})
    _write(out / "held/squad2/dev.json", {**squad, "data": articles[-HELD_ARTICLES:]})
    shutil.copyfile(path / "squad2/train-sample.json", out / "learn/squad2/train-sample.json")
    for name in ("answerable", "unanswerable"):
        _halve_lines(out, path, f"clapnq/{name}.jsonl", lambda record: record["passages"][0]["title"])
    _halve_lines(out, path, "qed/dev.jsonl", lambda record: record["title_text"])
    questions = json.loads((path / "qacc/dev.json").read_text(encoding="utf-8"))
    for part in ("learn", "held"):
        _write(out / part / "qacc/dev.json", [q for q in questions if _part(q["question"]) == part])
    shutil.copyfile(path / "ramdocs/dev.jsonl", out / "held/ramdocs/dev.jsonl")


def _halve_lines(out: Path, path: Path, name: str, group: Callable[[Any], str]) -> None:
    lines = [line for line in (path / name).read_text(encoding="utf-8").split("\n") if line.strip()]
    for part in ("learn", "held"):
        kept = [line for line in lines if _part(group(json.loads(line))) == part]
        (out / part / name).write_text("\n".join(kept) + "\n", encoding="utf-8")


def _part(text: str) -> str:
    """The part of a text; equal texts are in the same part."""
    return "held" if hashlib.blake2b(text.encode(), digest_size=1).digest()[0] % 2 else "learn"


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
