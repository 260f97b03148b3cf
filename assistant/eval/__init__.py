"""Evaluation: gold questions, metrics, runs and reports. It imports nothing of the machinery it measures.

``suite = load("eval", read)``, ``run(suite, ask)``, ``report_on(suite, run)``, ``write(report)``.
"""

from assistant.eval.baselines import BASELINES
from assistant.eval.cases import Case, GoldQuote, Suite, select
from assistant.eval.comparison import accept, compare, reference
from assistant.eval.corpus import Corpus
from assistant.eval.datasets import DATASETS, OWN, open_dataset, write_documents
from assistant.eval.example import init
from assistant.eval.gates import Gate
from assistant.eval.loading import load
from assistant.eval.log import Run, read_run
from assistant.eval.metrics import METRICS, Sample
from assistant.eval.report import Report, markdown, report_on, terminal, write
from assistant.eval.runner import run
from assistant.eval.scoring import Scorecard, rescore, scorecard

__all__ = [
    "BASELINES",
    "DATASETS",
    "METRICS",
    "OWN",
    "Case",
    "Corpus",
    "Gate",
    "GoldQuote",
    "Report",
    "Run",
    "Sample",
    "Scorecard",
    "Suite",
    "accept",
    "compare",
    "init",
    "load",
    "markdown",
    "open_dataset",
    "read_run",
    "reference",
    "report_on",
    "rescore",
    "run",
    "scorecard",
    "select",
    "terminal",
    "write",
    "write_documents",
]
