"""Every metric by name, in the order reports show them."""

from collections.abc import Mapping
from types import MappingProxyType

from assistant.eval.metrics.abstention import ABSTENTION
from assistant.eval.metrics.answer import ANSWER
from assistant.eval.metrics.base import FAILED, PLAIN, Metric, Sample, Score
from assistant.eval.metrics.citation import CITATION
from assistant.eval.metrics.conflict import CONFLICT
from assistant.eval.metrics.cost import COST, WALL
from assistant.eval.metrics.follow_up import FOLLOW_UP
from assistant.eval.metrics.retrieval import RETRIEVAL

_ALL = (*RETRIEVAL, *ANSWER, *CITATION, *ABSTENTION, *CONFLICT, *FOLLOW_UP, *COST)

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})
"""Every metric by its name."""

__all__ = ["FAILED", "METRICS", "PLAIN", "WALL", "Metric", "Sample", "Score"]
