"""Asks 52 questions about five news articles and checks every citation against the text of its document.

The articles are not part of the project: FOLDER has to hold them. 40 questions have an answer there, 12 have none. A
fact counts when the answer's text holds one of its wordings.

    python -m benchmarks.articles FOLDER
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from assistant import Answer, Assistant, Settings


def main() -> None:
    """Print one line for each question, then the totals."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    folder = arguments.parse_args().folder
    lines = Path(__file__).with_suffix(".jsonl").read_text().splitlines()
    answered = refused = citations = 0
    with tempfile.TemporaryDirectory() as index, Assistant.open(Settings(index_dir=Path(index))) as assistant:
        assistant.index(folder)
        for line in lines:
            case = json.loads(line)
            answer = assistant.ask(case["question"])
            citations += check(answer, assistant)
            right = holds(answer, case["facts"]) if case["facts"] else answer.outcome == "not_in_documents"
            answered += bool(case["facts"]) and right
            refused += not case["facts"] and right
            print(f"{'ok ' if right else '-- '} {answer.answerability:.2f} {case['question']}")
    print(f"{citations} citations, each verbatim at its offsets; {answered}/40 facts answered, {refused}/12 refused")


def holds(answer: Answer, facts: list[list[str]]) -> bool:
    """Whether the answer has each fact in one of its wordings."""
    text = " ".join(answer.text.split()).casefold()
    return all(any(wording.casefold() in text for wording in wordings) for wordings in facts)


def check(answer: Answer, assistant: Assistant) -> int:
    """The number of citations. Raises AssertionError if one is not verbatim at its offsets."""
    for citation in answer.citations:
        document = assistant.document(citation.source)
        assert document is not None, f"{citation.source!r} is not indexed"
        assert document.text[citation.start : citation.end] == citation.quote, citation
    return len(answer.citations)


if __name__ == "__main__":
    main()
