"""Measures what each part of answering contributes: runs the suites with one part left out at a time.

For each part it prints how the numbers change without it, with the 95 % interval of the paired difference (bootstrap
over questions). A star marks an interval that does not contain 0. A part without a star contributes nothing that
these suites can measure.

    python -m benchmarks.leave_out [SUITE ...]        # default: eval eval/newsroom, their dev questions
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant import Assistant, Settings
from assistant.eval import METRICS, Sample, Suite, load
from assistant.eval.stats import Column
from assistant.ingest.read import read_folder
from assistant.retrieval.features import FEATURES
from assistant.retrieval.linear import Fitted
from assistant.retrieval.rank_weights import CROSS_ENCODER_MODEL

SHOWN = (
    "passage_hit@4", "answer_sentence@1", "fact_coverage", "citation_precision", "citation_recall", "words",
    "auroc", "both_sides_cited", "conflict_f1",
)  # fmt: skip
RESAMPLES = 2000


class Part(NamedTuple):
    """A part, and how it is left out: settings, or a module attribute with the value that switches the part off."""

    name: str
    settings: Mapping[str, object] = {}
    module: str = ""
    attribute: str = ""
    value: object = None


def _without(*columns: str) -> Fitted:
    """The fitted weights without some features of a sentence."""
    kept = np.array([name not in columns for name in (*FEATURES, "reader")], dtype=np.float64)
    return CROSS_ENCODER_MODEL._replace(ranking=CROSS_ENCODER_MODEL.ranking * kept)


def _features(name: str, *columns: str) -> Part:
    return Part(name, module="assistant.retrieval.rank", attribute="CROSS_ENCODER_MODEL", value=_without(*columns))


PARTS = (
    Part("the cross-encoder", {"cross_encoder": False}),
    Part("keyword search", {}, "assistant.retrieval.retrieve", "KEYWORD_WEIGHT", 0.0),
    Part("spread over sources", {}, "assistant.retrieval.retrieve", "SPREAD", 0),
    Part("copies last", {}, "assistant.retrieval.retrieve", "COPY", 2.0),
    _features("word features", "bm25", "coverage", "bigrams"),
    _features("words of the context", "coverage_in_context"),
    _features("sentence vectors", "closeness"),
    _features("passage score", "passage"),
    _features("answer types", *(name for name in FEATURES if name.startswith("type_"))),
    Part("sentences side by side", {}, "assistant.retrieval.evidence", "compare", lambda _, ranked, __: ranked),
    Part("several questions in one", {}, "assistant.query.understand", "split_questions", lambda text: (text,)),
    Part("follow-ups condensed", {}, "assistant.query.understand", "condense_question", lambda question, _: question),
    Part(
        "binding to what is named",
        {},
        "assistant.retrieval.rank",
        "binding_faults",
        lambda _, places, __: np.zeros(len(places)),
    ),
    Part("conflicts", {}, "assistant.answering.plan", "find_conflicts", lambda *_: ()),
)


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("suites", nargs="*", type=Path, default=[Path("eval"), Path("eval/newsroom")])
    suites = [load(path, read_folder, split="dev") for path in arguments.parse_args().suites]
    with tempfile.TemporaryDirectory() as scratch:
        indexed = [_indexed(suite, Path(scratch, str(number))) for number, suite in enumerate(suites)]
        whole = _scores(suites, indexed, {})
        print(f"| without | {' | '.join(SHOWN)} |\n|---{'|--:' * len(SHOWN)}|")
        print(f"| (nothing) | {' | '.join(_mean(whole[name]) for name in SHOWN)} |", flush=True)
        for part in PARTS:
            with _left_out(part):
                columns = _scores(suites, indexed, part.settings)
            print(f"| {part.name} | {' | '.join(_lost(whole[n], columns[n]) for n in SHOWN)} |", flush=True)


def _indexed(suite: Suite, folder: Path) -> Path:
    with Assistant.open(Settings(index_dir=folder, writer="extractive")) as assistant:
        assistant.index(suite.documents or suite.folder)
    return folder


@contextmanager
def _left_out(part: Part) -> Iterator[None]:
    if not part.module:
        yield
        return
    module = import_module(part.module)
    before = getattr(module, part.attribute)
    setattr(module, part.attribute, part.value)
    try:
        yield
    finally:
        setattr(module, part.attribute, before)


class Scores(NamedTuple):
    """One metric over all questions; a value is NaN where the metric does not apply."""

    name: str
    column: Column

    def overall(self, rows: NDArray[np.intp]) -> float:
        """The metric's number over some of the questions; NaN where it applies to none."""
        kept = rows[~np.isnan(self.column.values[rows])]
        return METRICS[self.name].overall(self.column.rows(kept)) if len(kept) else float("nan")


def _scores(suites: Sequence[Suite], indexed: Sequence[Path], settings: Mapping[str, object]) -> dict[str, Scores]:
    samples: list[Sample] = []
    for suite, folder in zip(suites, indexed, strict=True):
        made = Settings.model_validate({"index_dir": folder, "writer": "extractive", **settings})
        with Assistant.open(made) as assistant:
            answers = [(case, assistant.ask(case.question, case.turns, case.where)) for case in suite.cases]
            samples += [Sample(case, answer, suite.corpus) for case, answer in answers]
    found = {}
    for name in SHOWN:
        scores = [METRICS[name].score(sample) for sample in samples]
        values = np.array([np.nan if score.value is None else score.value for score in scores])
        found[name] = Scores(name, Column(values, np.array([score.truth for score in scores])))
    return found


def _mean(scores: Scores) -> str:
    return f"{scores.overall(np.arange(len(scores.column.values))):.3f}"


def _lost(whole: Scores, without: Scores) -> str:
    everything = np.arange(len(whole.column.values))
    lost = without.overall(everything) - whole.overall(everything)
    chance = np.random.default_rng(0)
    drawn = []
    for _ in range(RESAMPLES if lost else 0):
        rows = chance.integers(0, len(everything), len(everything))
        drawn.append(without.overall(rows) - whole.overall(rows))
    if not drawn or np.isnan(drawn).all():
        return "0"
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return f"{lost:+.3f}{'*' if low > 0 or high < 0 else ''} ({low:+.2f} to {high:+.2f})"


if __name__ == "__main__":
    main()
