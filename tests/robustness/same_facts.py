"""Asks the gold questions of the shipped corpus, of the same corpus in every format that is made, and compares.

A question is right when the answer names every fact that the gold question demands, or refuses where the documents
hold no answer. For each format: how many are right, how many answers differ in that from those of the Markdown
corpus, and for PDF how many citations name the page on which pypdf itself finds the beginning of their quote.

    python -m tests.robustness.same_facts [--documents index/documents] [--gold eval/gold/dev.jsonl] [--formats .pdf]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from assistant import Answer, Assistant, Citation, Settings, Turn
from assistant.ingest.discover import find_files
from assistant.ingest.read import read_document
from assistant.models.minilm import MiniLM
from tests.robustness.formats import SUFFIXES, made


def main() -> None:
    """Print a row for each format, and the questions whose answers differ."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--documents", type=Path, default=Path("index/documents"))
    arguments.add_argument("--gold", type=Path, default=Path("eval/gold/dev.jsonl"))
    arguments.add_argument("--questions", type=int, default=0, help="ask only the first so many")
    arguments.add_argument("--formats", nargs="*", default=[each for each in SUFFIXES if each != ".md"])
    options = arguments.parse_args()
    gold = [json.loads(line) for line in options.gold.read_text().splitlines() if line.strip()]
    gold = gold[: options.questions or None]
    embedder = MiniLM.open()
    first: dict[str, bool] = {}
    print(f"{len(gold)} questions")
    print(f"{'':8}{'right':>8}{'lost':>8}{'won':>8}{'citations':>11}{'right page':>12}{'dated':>8}")
    for suffix in (".md", *options.formats):
        with tempfile.TemporaryDirectory() as name:
            right, citations, pages, dated = ask_all(options.documents, Path(name), suffix, gold, embedder)
        first = first or right
        lost = [question for question, good in right.items() if first[question] and not good]
        won = [question for question, good in right.items() if good and not first[question]]
        row = f"{suffix:8}{sum(right.values()):8}{len(lost):8}{len(won):8}{citations:11}"
        print(f"{row}{pages if suffix == '.pdf' else '-':>12}{dated:8}", flush=True)
        for question in lost:
            print(f"{'':10}lost: {question}")


def ask_all(
    documents: Path, folder: Path, suffix: str, gold: list[dict[str, Any]], embedder: MiniLM
) -> tuple[dict[str, bool], int, int, int]:
    """Which questions are answered right; and citations: all, those with the right page, those with a date."""
    docs = folder / "docs"
    for file in find_files(documents)[0]:
        path = docs / Path(file.source).with_suffix(suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made(read_document(file), suffix))
    settings = Settings(index_dir=folder / "index", writer="extractive")
    right: dict[str, bool] = {}
    citations = pages = dated = 0
    with Assistant.open(settings, embedder=embedder) as assistant:
        report = assistant.index(docs)
        assert not report.skipped, report.skipped
        for case in gold:
            history: tuple[Turn, ...] = ()
            for earlier in case["history"]:
                history = assistant.ask(earlier, history).turns()
            answer = assistant.ask(case["question"], history)
            right[case["id"]] = is_right(answer, case)
            for citation in answer.citations:
                document = assistant.document(citation.source)
                assert document is not None
                assert document.text[citation.start : citation.end] == citation.quote
                citations += 1
                dated += citation.published is not None
                pages += suffix == ".pdf" and names_its_page(citation, letters_of_pages(docs / citation.source))
    return right, citations, pages, dated


@cache
def letters_of_pages(path: Path) -> tuple[str, ...]:
    """The letters of each page of a PDF, as pypdf gives them."""
    from pypdf import PdfReader

    return tuple(_letters(page.extract_text()) for page in PdfReader(path).pages)


def names_its_page(citation: Citation, pages: Sequence[str]) -> bool:
    """Whether the quote begins on the page that the citation names; it may end on the next one."""
    if citation.page is None or not 0 < citation.page <= len(pages):
        return False
    page, after = pages[citation.page - 1], "".join(pages[citation.page : citation.page + 1])
    return 0 <= (page + after).find(_letters(citation.quote)) < len(page)


def _letters(text: str) -> str:
    # Where lines end, and what is done about hyphens there, must not matter.
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def is_right(answer: Answer, case: dict[str, Any]) -> bool:
    """Whether the answer names every fact in one of its wordings, or refuses where it has to."""
    if not case["answerable"]:
        return answer.outcome == "not_in_documents"
    text = " ".join(answer.text.split()).casefold()
    return all(any(wording.casefold() in text for wording in fact) for fact in case["facts"])


if __name__ == "__main__":
    main()
