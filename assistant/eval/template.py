"""Writes a commented example suite to start one's own exam from."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.errors import SuiteError

_SUITE = """\
# An exam for your own documents. Run it with:  assistant eval {folder}
name = "{name}"

# The folder of your documents, relative to this file. Point it at your own ("../my-documents").
corpus = "documents"

# Random choices (--limit, controls, intervals) start from this number, so that a run can be repeated.
seed = 0

# Seconds a question may take before it counts as failed.
time_limit = 60.0

# What is measured. All there is: python -c 'from assistant.eval import METRICS; print(*METRICS)'
metrics = [
{metrics}
]

# The questions, one JSON object a line. Write dev while you tune; keep test for the end and look at it rarely.
# id          a name of your own, used once
# question    as a reader would ask it, not in the document's words
# history     the user's earlier turns, for follow-ups (else [])
# kind        fact | number | date | attribution | multi | conflict | follow-up | unanswerable
# facts       the key facts of a right answer, each a list of accepted wordings
# evidence    quotations, word by word, from the documents: {{"source": file, "quote": "..."}}
# answerable  false if the documents do not hold it (then kind is "unanswerable", facts and evidence are [])
# tags        free; "full:..." gives a follow-up's question in full, to see what the history is worth
[gold]
dev = "gold/dev.jsonl"

# What must hold; the command exits with 1 when one does not.
[gates]
citation_validity = ">= 1.0"
false_answers = "<= 0.2"
failures = "<= 0"
"""

_METRICS = (
    "document_hit@1", "passage_hit@4", "passage_mrr@10", "passage_ndcg@10", "passage_all_evidence@10",
    "fact_coverage",
    "token_f1", "answer_sentence@1", "answer_sentence@3", "words", "citation_validity", "citation_precision",
    "citation_recall", "citation_f1", "uncited_claims", "misattributed_claims", "auroc", "aurc",
    "refusal_precision",
    "refusal_recall", "refusal_f1", "false_answers", "false_refusals", "crag", "conflict_precision",
    "conflict_recall",
    "conflict_f1", "false_conflicts", "both_sides_cited", "sides_attributed", "follow_up_fact_coverage",
    "follow_up_full_fact_coverage", "follow_up_bare_fact_coverage", "seconds_p50", "seconds_p95", "failures",
)  # fmt: skip

_DOCUMENT = """\
---
title: The lighthouse at Brannock Head
publisher: Harbour Notes
published: 2024-03-02
---

The lighthouse at Brannock Head was lit for the first time on 4 May 1871. Its lamp stands 38 metres above the sea and
can be seen for 19 nautical miles.

The last keeper, Ines Calloway, left the tower in 1986, when the lamp was made automatic. Since then a volunteer
climbs the 142 steps once a month to clean the glass.
"""

_QUESTIONS = (
    {
        "id": "example-1",
        "question": "In which year did the Brannock Head light start to shine?",
        "history": [],
        "kind": "date",
        "facts": [["1871"]],
        "evidence": [
            {
                "source": "lighthouse.md",
                "quote": "The lighthouse at Brannock Head was lit for the first time on 4 May 1871.",
            }
        ],
        "answerable": True,
        "tags": [],
    },
    {
        "id": "example-2",
        "question": "What does a ticket to the tower at Brannock Head cost?",
        "history": [],
        "kind": "unanswerable",
        "facts": [],
        "evidence": [],
        "answerable": False,
        "tags": ["near-miss"],
    },
)


def init(folder: str | Path) -> list[Path]:
    """Writes suite.toml, gold/dev.jsonl with two example questions, and the document they are about.

    Returns the files. Raises SuiteError, and writes nothing, where one of them exists.
    """
    folder = Path(folder)
    metrics = "\n".join(f'    "{metric}",' for metric in _METRICS)
    name = folder.resolve().name.replace("\\", "").replace('"', "")
    files = {
        folder / "suite.toml": _SUITE.format(folder=folder, name=name, metrics=metrics),
        folder / "gold" / "dev.jsonl": "".join(json.dumps(question) + "\n" for question in _QUESTIONS),
        folder / "documents" / "lighthouse.md": _DOCUMENT,
    }
    taken = [path for path in files if path.exists()]
    if taken:
        raise SuiteError(f"{taken[0]}:1: is there already. Name another folder: `assistant eval --init FOLDER`.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)
