"""Evaluation: gold questions, metrics, runs and reports. It imports nothing of the machinery it measures.

``suite = load("eval", read)``, ``run(suite, ask)``, ``report_on(suite, run)``, ``write(report)``.
"""

from assistant.eval.baselines import BASELINES
from assistant.eval.cases import Case, GoldQuote, Suite, select
from assistant.eval.comparison import REFERENCE, Comparison, accept, compare
from assistant.eval.corpus import Corpus
from assistant.eval.datasets import DATASETS, OWN, open_dataset, write_documents
from assistant.eval.example import init
from assistant.eval.gates import Gate, Verdict
from assistant.eval.loading import load
from assistant.eval.log import Result, Run, read_run
from assistant.eval.metrics import METRICS, Metric, Sample, Score
from assistant.eval.report import Report, markdown, report_on, terminal, write
from assistant.eval.runner import Ask, run
from assistant.eval.scoring import Number, Scorecard, rescore, scorecard

__all__ = [
    "BASELINES",
    "DATASETS",
    "METRICS",
    "OWN",
    "REFERENCE",
    "Ask",
    "Case",
    "Comparison",
    "Corpus",
    "Gate",
    "GoldQuote",
    "Metric",
    "Number",
    "Report",
    "Result",
    "Run",
    "Sample",
    "Score",
    "Scorecard",
    "Suite",
    "Verdict",
    "accept",
    "compare",
    "init",
    "load",
    "markdown",
    "open_dataset",
    "read_run",
    "report_on",
    "rescore",
    "run",
    "scorecard",
    "select",
    "terminal",
    "write",
    "write_documents",
]
