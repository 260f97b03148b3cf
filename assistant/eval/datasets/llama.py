"""LlamaIndex's labelled RAG datasets: rag_dataset.json and the files it was made from."""

from __future__ import annotations

from pathlib import Path

from assistant.eval.cases import Case, Quotation
from assistant.eval.corpus import Corpus
from assistant.eval.datasets.base import (
    CITING,
    COSTS,
    RANKING,
    Dataset,
    Read,
    expecting,
    read_json,
    read_texts,
)

PROTOCOL = (
    "Pooled: the files of source_files are the corpus, every query of rag_dataset.json is asked against all "
    "of it. Gold evidence is each reference context where it stands in a file, and queries none of whose "
    "contexts stands in any file are left out. A reference answer of up to eight words is the key fact; "
    "longer ones are prose and are not scored. The files are read directly: the library's own class was "
    "removed."
)
_SHORT = 8


def llama_dataset(path: Path, seed: int = 0, read: Read = read_texts) -> Dataset:  # noqa: ARG001 - nothing to shuffle
    """The folder with rag_dataset.json and source_files; ``read`` turns the latter into documents. See
    PROTOCOL.
    """
    path = path.parent if path.is_file() else path
    file = path / "rag_dataset.json"
    raw = read_json(file)
    sources = path / "source_files"
    with expecting("llama-dataset", "a folder source_files beside rag_dataset.json", path):
        if not sources.is_dir():
            raise ValueError("no source_files")
        documents = dict(read(sources))
    corpus, cases, lost = Corpus(documents), [], 0
    with expecting("llama-dataset", '{"examples": [{"query", "reference_contexts", "reference_answer"}]}', file):
        for number, example in enumerate(raw["examples"], 1):
            evidence = [
                Quotation(source=source, quote=context.strip())
                for context in example["reference_contexts"] or ()
                for source in [next((s for s in corpus if corpus.locate(s, context.strip())), None)]
                if source
            ]
            if not evidence:
                lost += 1
                continue
            answer = (example["reference_answer"] or "").strip()
            cases.append(
                Case(
                    id=f"llama-{number}",
                    question=example["query"].strip(),
                    kind="fact" if len(evidence) == 1 else "multi",
                    facts=((answer,),) if 0 < len(answer.split()) <= _SHORT else (),
                    evidence=tuple(evidence),
                    answerable=True,
                )
            )
        if not cases:
            raise ValueError("no example has a context that stands in a source file")
    metrics = (*RANKING, "fact_coverage", "token_f1", "false_refusals", *CITING, *COSTS)
    warnings = (f"{lost} examples have no reference context in any source file and were left out",) if lost else ()
    return Dataset("llama-dataset", documents, tuple(cases), PROTOCOL, metrics, warnings, sources)
