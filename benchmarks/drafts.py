"""Asks questions with a chat model, and logs each draft of the model with the answer that was made of it.

The settings name the model, as for ``assistant ask``. Each line of GOLD is a JSON object with ``question``, ``facts``
(each with all its wordings; none if the documents have no answer) and optionally ``history``. Questions that are in LOG
are not asked again, so an interrupted run can be resumed.

    python -m benchmarks.drafts DOCUMENTS GOLD LOG [--every N] [--offset N]
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any

from assistant import Answer, Assistant, Settings
from assistant.errors import BackendError
from assistant.eval.matching import says
from assistant.types import Delta, Turn
from benchmarks.articles import check


def main() -> None:
    """Ask, log, and print the totals of the log."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("documents", type=Path)
    arguments.add_argument("gold", type=Path)
    arguments.add_argument("log", type=Path)
    arguments.add_argument("--every", type=int, default=1)
    arguments.add_argument("--offset", type=int, default=0)
    given = arguments.parse_args()
    cases = [json.loads(line) for line in given.gold.read_text("utf-8").splitlines()][given.offset :: given.every]
    asked = {row["question"] for row in _rows(given.log)}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(index_dir=Path(folder))
        with Assistant.open(settings) as assistant, given.log.open("a", encoding="utf-8") as log:
            assistant.index(given.documents)
            for case in cases:
                if case["question"] not in asked:
                    log.write(json.dumps(_row(assistant, case)) + "\n")
                    log.flush()
    print(totals(_rows(given.log)))


def _rows(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []


def _row(assistant: Assistant, case: Mapping[str, Any]) -> dict[str, Any]:
    """The log of one question: the draft, the answer made of it, and its cost."""
    history = tuple(Turn(role="user", text=text) for text in case.get("history", ()))
    draft = ""
    try:
        for event in assistant.stream(case["question"], history):
            if isinstance(event, Delta):
                draft += event.text if event.kind == "answer" and not event.verified else ""
            else:
                return _answered(case, draft, event, check(event, assistant))
    except BackendError as error:
        return {"question": case["question"], "draft": draft, "error": f"{type(error).__name__}: {error}"}
    raise AssertionError("a stream ends with its answer")


def _answered(case: Mapping[str, Any], draft: str, answer: Answer, citations: int) -> dict[str, Any]:
    return {
        "question": case["question"],
        "facts": case["facts"],
        "has": [any(says(answer.text, wording) for wording in wordings) for wordings in case["facts"]],
        "draft": draft,
        "text": answer.text,
        "outcome": answer.outcome,
        "answerability": answer.answerability,
        "claims": [[c.text, c.support, c.reason, [x.quote for x in c.citations]] for c in answer.claims],
        "dropped": [[dropped.text, dropped.reason] for dropped in answer.trace.dropped],
        "notes": answer.trace.notes,
        "citations": citations,
        "prompt_tokens": answer.trace.prompt_tokens,
        "seconds": answer.trace.seconds,
    }


def totals(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table of a log."""
    done = [row for row in rows if "error" not in row]
    with_answer, without = [row for row in done if row["facts"]], [row for row in done if not row["facts"]]
    written = [row for row in done if row["prompt_tokens"]]
    refused = [row["outcome"] == "not_in_documents" for row in with_answer]
    support = Counter(claim[1] for row in written for claim in row["claims"])
    lines = {
        "questions, errors": f"{len(rows)}, {len(rows) - len(done)}",
        "fact coverage": _share([sum(row["has"]) / len(row["has"]) for row in with_answer]),
        "false refusals": _share(refused),
        "refusals right": _share([row["outcome"] == "not_in_documents" for row in without]),
        "citations, each verbatim": str(sum(row["citations"] for row in done)),
        "claims": ", ".join(f"{n} {kind}" for kind, n in support.items()),
        "drafts": str(len(written)),
    }
    if written:
        lines["tokens read (median)"] = f"{median(row['prompt_tokens'] for row in written):.0f}"
        lines["seconds to the first word (median)"] = _seconds(written, "first word")
        lines["seconds (median)"] = _seconds(written, "total")
    return "\n".join(f"| {name} | {value} |" for name, value in lines.items())


def _share(values: Sequence[float]) -> str:
    return f"{mean(values):.2f} of {len(values)}" if values else "none asked"


def _seconds(rows: Sequence[Mapping[str, Any]], step: str) -> str:
    known = [row["seconds"][step] for row in rows if step in row["seconds"]]
    return f"{median(known):.1f}" if known else "unknown"


if __name__ == "__main__":
    main()
