"""How well the answerability tells what the documents hold from what they do not, and where its threshold lies.

First SQuAD 2.0: questions on the last articles of the file (those that the reader has not learnt from), asked against
all paragraphs. Adversarial: answerable ones against those written to look so. Absent: answerable ones against
themselves with their own article left out. Then the risk-coverage table of the own suites' dev questions, which the
shipped strictness was read from: at each threshold the share answered, the share of these that is wrong (a question
without answer, or an answer without any key fact), and refusals.

    python -m benchmarks.refusal PATH/dev.json [--last 4] [--questions 400]
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from pathlib import Path

import numpy as np
from rich.progress import track

from assistant import Assistant, Filter, Settings
from assistant.eval import METRICS, load
from benchmarks.fit_evidence import auroc, read_folder

SUITES = (Path("eval"), Path("eval/newsroom"))
RESAMPLES = 2000


def main() -> None:
    """Print both."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("path", type=Path)
    arguments.add_argument("--last", type=int, default=4)
    arguments.add_argument("--questions", type=int, default=400, help="of each sort")
    options = arguments.parse_args()
    held, adversarial, absent = squad(options.path, options.last, options.questions)
    for name, other in (("adversarial", adversarial), ("absent", absent)):
        value, low, high = interval(held, other)
        print(f"AUROC {name}: {value:.3f} ({low:.3f} to {high:.3f}), {len(held)} against {len(other)}")
    for suite in SUITES:
        risk_coverage(suite)


def squad(path: Path, last: int, limit: int) -> tuple[list[float], list[float], list[float]]:
    """Answerability of answerable questions, of adversarial ones, and of the first with their article left out."""
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    asked: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
    for number, article in enumerate(articles):
        for paragraph in article["paragraphs"] if number >= len(articles) - last else ():
            for qa in paragraph["qas"]:
                asked[not qa["is_impossible"]].append((qa["question"], f"{number:02}"))
    chance = random.Random(0)
    chosen = {kind: chance.sample(found, min(limit, len(found))) for kind, found in asked.items()}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "documents")
        for number, article in enumerate(articles):
            (folder / f"{number:02}").mkdir(parents=True)
            title = json.dumps(article["title"].replace("_", " "), ensure_ascii=False)
            for place, paragraph in enumerate(article["paragraphs"]):
                text = f"---\ntitle: {title}\n---\n{paragraph['context']}"
                (folder / f"{number:02}" / f"{place:04}.md").write_text(text, encoding="utf-8")
        others = {
            f"{number:02}": Filter(sources=tuple(f"{n:02}" for n in range(len(articles)) if n != number))
            for number in range(len(articles))
        }
        with Assistant.open(Settings(index_dir=Path(scratch, "index"), writer="extractive")) as assistant:
            assistant.index(folder)
            held = [assistant.ask(text).answerability for text, _ in track(chosen[True], "answerable")]
            adversarial = [assistant.ask(text).answerability for text, _ in track(chosen[False], "adversarial")]
            absent = [
                assistant.ask(text, where=others[own]).answerability for text, own in track(chosen[True], "absent")
            ]
    return held, adversarial, absent


def interval(held: list[float], others: list[float]) -> tuple[float, float, float]:
    """AUROC with its 95 % bootstrap interval over questions."""
    chance = random.Random(0)
    drawn = [
        auroc(
            [(True, score) for score in chance.choices(held, k=len(held))]
            + [(False, score) for score in chance.choices(others, k=len(others))]
        )
        for _ in range(RESAMPLES)
    ]
    value = auroc([*((True, s) for s in held), *((False, s) for s in others)])
    low, high = np.percentile(drawn, [2.5, 97.5])
    return value, float(low), float(high)


def risk_coverage(path: Path) -> None:
    """The table of one suite."""
    suite = load(path, read_folder, split="dev")
    with tempfile.TemporaryDirectory() as scratch:
        made = Settings(index_dir=Path(scratch), writer="extractive", strictness=0.01)
        with Assistant.open(made) as assistant:
            assistant.index(suite.documents or path)
            asked = [(case, assistant.ask(case.question, case.turns, case.where)) for case in suite.cases]
    chances = np.array([answer.answerability for _, answer in asked])
    answerable = np.array([case.answerable for case, _ in asked])
    facts = [METRICS["fact_coverage"].score(case, answer, suite.corpus).value for case, answer in asked]
    wrong = ~answerable | np.array([value == 0 for value in facts])
    print(f"\n{path}, {len(asked)} questions, {int(answerable.sum())} of them answerable")
    print("| strictness | answered | of these wrong | false answers | false refusals | refusal F1 |")
    print(f"|{'--:|' * 6}")
    for threshold in np.arange(0.2, 0.71, 0.05):
        told = chances >= threshold
        right = int((~told & ~answerable).sum())
        f1 = 2 * right / max(1, int((~told).sum()) + int((~answerable).sum()))
        cells = (told.mean(), wrong[told].mean(), told[~answerable].mean(), (~told)[answerable].mean(), f1)
        print(f"| {threshold:.2f} | {' | '.join(f'{cell:.3f}' for cell in cells)} |")


if __name__ == "__main__":
    main()
