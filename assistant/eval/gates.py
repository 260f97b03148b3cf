"""Gates: thresholds that a run must meet, such as ``citation_validity = ">= 1.0"``."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Literal

from assistant.types import Value

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
}
_GATE = re.compile(r"\s*(>=|<=|==|>|<)\s*(-?\d+(?:\.\d+)?)\s*")
_SLACK = 1e-9  # a mean of ones may be a rounding error below one


class Gate(Value):
    """A metric, a comparison sign, and the number the metric is compared with."""

    metric: str
    sign: str
    threshold: float

    def __str__(self) -> str:
        return f"{self.metric} {self.sign} {self.threshold:g}"

    def check(self, value: float | None) -> Verdict:
        """Whether the gate holds for the measured value; None means that nothing was measured."""
        if value is None or math.isnan(value):
            return Verdict(gate=self, value=None, state="skipped")
        near = math.isclose(value, self.threshold, abs_tol=_SLACK)
        holds = "=" in self.sign if near else _COMPARE[self.sign](value, self.threshold)
        return Verdict(gate=self, value=value, state="passed" if holds else "failed")


class Verdict(Value):
    """The result of a gate; ``skipped`` if no question of the run could be measured."""

    gate: Gate
    value: float | None
    state: Literal["passed", "failed", "skipped"]

    def __str__(self) -> str:
        found = "nothing to measure" if self.value is None else f"{self.value:.4g}"
        return f"{self.state}: {self.gate} (found {found})"


def parse_gate(metric: str, text: str) -> Gate:
    """The gate written as a comparison and a number. Raises ValueError for anything else."""
    match = _GATE.fullmatch(text)
    if not match:
        raise ValueError(f"a gate reads like '>= 0.9', not {text!r}")
    return Gate(metric=metric, sign=match[1], threshold=float(match[2]))
