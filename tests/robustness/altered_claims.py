"""Every sentence of documents, as it is and with one thing changed.

``python -m tests.robustness.altered_claims [FOLDER]``

Without a folder those are the 40 invented reports of ``eval/newsroom``. Each is checked like a sentence of a model that
cites nothing, against what a search for the sentence itself brings up. As it is it should be supported; with another
figure or name in it, it never should.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from assistant.answering.answer import Engines, search
from assistant.answering.verify import Checker
from assistant.answering.writers.extractive import ExtractiveWriter
from assistant.api import ANYWHERE
from assistant.english.claims import canonical
from assistant.english.names import names
from assistant.english.quantities import quantities
from assistant.english.sentences import split_sentences
from assistant.ingest.sync import sync
from assistant.models.minilm import MiniLM
from assistant.settings import Settings
from assistant.stores.embedded import Index
from assistant.types import Document, Dropped
from tests.robustness.small_models import DOCUMENTS

SHORTEST = 30
"""Characters of a sentence that is worth altering."""


def altered(sentence: str, own: list[str], foreign: list[str], chance: random.Random) -> Iterator[tuple[str, str]]:
    """The sentence as it is, with another figure, with a name of another document, and with one of its own."""
    yield "as it is", sentence
    figures = [q for q in quantities(sentence) if re.search(r"\d", q.text)]
    if figures:
        figure = chance.choice(figures)
        digits = re.search(r"\d+", sentence[figure.start :])
        assert digits is not None
        start = figure.start + digits.start()
        other = str(int(digits.group()) + chance.choice((1, 2, 3, 7, 11)))
        yield "another figure", sentence[:start] + other + sentence[start + len(digits.group()) :]
    found = names(sentence)
    if found:
        name = chance.choice(found)
        parts = set(name.text.split())
        for kind, pool in (("a name of another document", foreign), ("another name of the document", own)):
            fitting = [each for each in pool if not parts & set(each.split()) and each not in sentence]
            if fitting:
                yield kind, sentence[: name.start] + chance.choice(fitting) + sentence[name.end :]


def main(texts: Path = DOCUMENTS) -> None:
    """Print how many sentences of each kind are supported, supported in part, and unsupported."""
    chance = random.Random(3)
    embedder = MiniLM.open()
    counts: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(index_dir=Path(folder))
        index = Index(settings.index_dir, lambda: embedder)
        sync(index, texts)
        engines = Engines(index, embedder, ExtractiveWriter(), settings)
        documents = [d for listed in index.documents() if (d := index.document(listed.source))]
        every = {d.source: _names(d) for d in documents}
        for document in documents:
            foreign = sorted(
                {n for source, some in every.items() if source != document.source for n in some if " " in n}
            )
            for sentence in _sentences(document):
                evidence = search(sentence, ANYWHERE, engines)
                for kind, claim in altered(sentence, every[document.source], foreign, chance):
                    checked = Checker(evidence, (), index.document, embedder).check(canonical(claim))
                    support = "dropped" if isinstance(checked, Dropped) else checked.support
                    counts[kind, support] += 1
                    if (support == "supported") != (claim == sentence):
                        wrong.append(f"{kind}, {support}: {claim}")
        index.close()
    print("| sentence | n | supported | in part | unsupported |\n|---|--:|--:|--:|--:|")
    for kind in dict.fromkeys(kind for kind, _ in counts):
        row = [counts[kind, support] for support in ("supported", "partial", "unsupported")]
        print(f"| {kind} | {sum(row)} | {' | '.join(map(str, row))} |")
    print("\nNot caught:", *(line for line in wrong if ", supported: " in line), sep="\n")


def _names(document: Document) -> list[str]:
    return sorted({name.text for name in names(document.text)})


def _sentences(document: Document) -> Iterator[str]:
    for start, end in split_sentences(document.text):
        sentence = " ".join(document.text[start:end].split())
        if len(sentence) >= SHORTEST and '"' not in sentence:
            yield sentence


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
