"""How fast a folder of mixed files is read, split and stored, and how much memory that takes.

Files of every format that ``tests.robustness.formats`` makes are written from the shipped documents, in turn, each with
a sentence of its own. They are indexed without embedding, which would take most of the time, and then once more with
nothing changed.

    python -m benchmarks.mixed [--files 1000] [--documents index/documents]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from assistant.ingest.read import read_folder
from assistant.ingest.sync import sync
from assistant.stores.embedded import Index
from assistant.testing.fakes import FakeEmbedder
from tests.robustness.formats import SUFFIXES, made


def main() -> None:
    """Print what the two builds took."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=1000)
    arguments.add_argument("--documents", type=Path, default=Path("index/documents"))
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        docs = Path(name, "docs")
        docs.mkdir()
        size = write(docs, options.documents, options.files)
        embedder = FakeEmbedder()
        with Index(Path(name, "index"), lambda: embedder) as index:
            print(f"{options.files:,} files of {len(SUFFIXES)} formats, {size / 1e6:.1f} MB")
            for build in ("first build", "with nothing changed"):
                began = time.perf_counter()
                report = sync(index, docs)
                took = time.perf_counter() - began
                print(f"{build}: {took:.1f} s, {options.files / took:,.0f} files a second")
                print(f"  {len(report.added)} added, {report.unchanged} unchanged, {len(report.skipped)} not read")
            print(f"{index.status().chunks:,} passages")
    here, workers = (
        resource.getrusage(who).ru_maxrss >> 10 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"{here} MB here at most, {workers} MB in the largest worker")


def write(docs: Path, documents: Path, number: int) -> int:
    """Write ``number`` files; returns their bytes."""
    found = list(read_folder(documents, lambda error: print(error)).values())
    size = 0
    for at, (document, suffix) in enumerate(islice(zip(cycle(found), cycle(SUFFIXES), strict=False), number)):
        own = document.model_copy(update={"text": f"{document.text}\n\nThis is file {at} of {number}.", "blocks": ()})
        size += Path(docs, f"file-{at:04}{suffix}").write_bytes(made(own, suffix))
    return size


if __name__ == "__main__":
    main()
