"""The exam: gold questions, metrics, runs and reports; it never sees the machinery it judges.

``suite = load("eval", read)``, ``run(suite, ask)``, ``report_on(suite, run)``, ``write(report)``.
"""

from assistant.eval.cases import Case, Quotation, Suite, select
from assistant.eval.comparison import BASELINE, Comparison, accept, compare
from assistant.eval.controls import CONTROLS
from assistant.eval.corpus import Corpus
from assistant.eval.datasets import DATASETS, Dataset, open_dataset
from assistant.eval.gates import Gate, Verdict
from assistant.eval.loading import load
from assistant.eval.log import Result, Run, read_run
from assistant.eval.metrics import METRICS, Metric, Score
from assistant.eval.report import Report, markdown, report_on, terminal
from assistant.eval.running import Ask, run
from assistant.eval.scoring import Card, Number, card, rescore
from assistant.eval.template import init
from assistant.eval.writing import write

__all__ = [
    "BASELINE",
    "CONTROLS",
    "DATASETS",
    "METRICS",
    "Ask",
    "Card",
    "Case",
    "Comparison",
    "Corpus",
    "Dataset",
    "Gate",
    "Metric",
    "Number",
    "Quotation",
    "Report",
    "Result",
    "Run",
    "Score",
    "Suite",
    "Verdict",
    "accept",
    "card",
    "compare",
    "init",
    "load",
    "markdown",
    "open_dataset",
    "read_run",
    "report_on",
    "rescore",
    "run",
    "select",
    "terminal",
    "write",
]
