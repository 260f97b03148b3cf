"""How well the answerability tells what the documents hold from what they do not, and where its threshold lies.

First SQuAD 2.0: questions on the last articles of the file (those that the reader has not learnt from), asked against
all paragraphs. Adversarial: answerable ones against those written to look so. Absent: answerable ones against
themselves with their own article left out. Then the risk-coverage table of the own suites' dev questions, which the
answer threshold was read from: at each threshold the share answered, the share of these that is wrong (a question
without answer, or an answer without any key fact), and refusals.

    python -m benchmarks.refusal PATH/dev.json [--last 4] [--questions 400]
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import tempfile
from pathlib import Path

import numpy as np
from rich.progress import track

from assistant import Assistant, Filter, Settings
from assistant.eval import METRICS, Case, load, open_dataset
from assistant.eval.stats import Interval, bootstrap
from training.fit_rank import read_folder

SUITES = (Path("eval"), Path("eval/newsroom"))

Asked = list[tuple[float, str]]
"""The answerability of questions, each with the document it hangs on."""


def main() -> None:
    """Print both."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("path", type=Path)
    arguments.add_argument("--last", type=int, default=4)
    arguments.add_argument("--questions", type=int, default=400, help="of each sort")
    options = arguments.parse_args()
    held, adversarial, absent = squad(options.path, options.last, options.questions)
    for name, other in (("adversarial", adversarial), ("absent", absent)):
        found = interval(held, other)
        print(
            f"AUROC {name}: {found.value:.3f} ({found.low:.3f} to {found.high:.3f}), {len(held)} against {len(other)}"
        )
    for suite in SUITES:
        risk_coverage(suite)


def squad(path: Path, last: int, limit: int) -> tuple[Asked, Asked, Asked]:
    """Answerable questions, adversarial ones, and the first with their article left out."""
    dataset = open_dataset("squad2", str(path))
    titles = list(dict.fromkeys(article["title"].replace("_", " ") for article in json.loads(path.read_text())["data"]))
    by_title: dict[str, list[str]] = {}
    for source, document in dataset.documents.items():
        by_title.setdefault(document.title, []).append(source)
    chance = random.Random(0)
    chosen: dict[bool, list[Case]] = {}
    for answerable in (True, False):
        held = [
            case
            for case in dataset.cases
            if case.answerable == answerable and dataset.documents[case.cluster].title in titles[-last:]
        ]
        chosen[answerable] = chance.sample(held, min(limit, len(held)))
    others = {
        title: Filter(sources=tuple(itertools.chain(*(found for name, found in by_title.items() if name != title))))
        for title in titles[-last:]
    }
    with tempfile.TemporaryDirectory() as scratch:
        made = Settings(index_dir=Path(scratch, "index"), writer="extractive")
        with Assistant.open(made) as assistant:
            assistant.index(dataset.write(Path(scratch, "documents")))

            def ask(case: Case, where: Filter | None = None) -> tuple[float, str]:
                return assistant.ask(case.question, where=where or Filter()).answerability, case.cluster

            return (
                [ask(case) for case in track(chosen[True], "answerable")],
                [ask(case) for case in track(chosen[False], "adversarial")],
                [ask(case, others[dataset.documents[case.cluster].title]) for case in track(chosen[True], "absent")],
            )


def interval(held: Asked, others: Asked) -> Interval:
    """AUROC with its 95 % bootstrap interval over paragraphs."""
    values, clusters = zip(*held, *others, strict=True)
    truths = np.array([1.0] * len(held) + [0.0] * len(others))
    return bootstrap(METRICS["auroc"].overall, np.array(values), truths, clusters)


def risk_coverage(path: Path) -> None:
    """The table of one suite."""
    suite = load(path, read_folder, split="dev")
    with tempfile.TemporaryDirectory() as scratch:
        made = Settings(index_dir=Path(scratch), writer="extractive", answer_threshold=0.01)
        with Assistant.open(made) as assistant:
            assistant.index(suite.documents or path)
            asked = [(case, assistant.ask(case.question, case.turns, case.where)) for case in suite.cases]
    chances = np.array([answer.answerability for _, answer in asked])
    answerable = np.array([case.answerable for case, _ in asked])
    facts = [METRICS["fact_coverage"].score(case, answer, suite.corpus).value for case, answer in asked]
    wrong = ~answerable | np.array([value == 0 for value in facts])
    print(f"\n{path}, {len(asked)} questions, {int(answerable.sum())} of them answerable")
    print("| answer_threshold | answered | of these wrong | false answers | false refusals | refusal F1 |")
    print(f"|{'--:|' * 6}")
    for threshold in np.arange(0.2, 0.71, 0.05):
        told = chances >= threshold
        right = int((~told & ~answerable).sum())
        f1 = 2 * right / max(1, int((~told).sum()) + int((~answerable).sum()))
        cells = (told.mean(), wrong[told].mean(), told[~answerable].mean(), (~told)[answerable].mean(), f1)
        print(f"| {threshold:.2f} | {' | '.join(f'{cell:.3f}' for cell in cells)} |")


if __name__ == "__main__":
    main()
