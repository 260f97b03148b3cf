"""SVG pictures for reports. Positions are computed here; the markup is in ``templates/plots.svg``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from assistant.eval.curves import Curve
from assistant.eval.jinja import template


class Bar(NamedTuple):
    """A row of an interval plot: a value in [0, 1], its interval, and the values of the baselines."""

    label: str
    value: float
    low: float | None
    high: float | None
    baselines: Sequence[tuple[str, float]]
    lower_is_better: bool = False


class Mark(NamedTuple):
    """A label at a place on an axis, given as a fraction of its length."""

    label: str
    at: float


def intervals(bars: Sequence[Bar]) -> str:
    """Values with their intervals on one axis from 0 to 1; hollow dots are the baselines."""
    return _draw("intervals", bars)


def curves(lines: Sequence[Curve], across: str, up: str, most: float = 1.0) -> str:
    """Curves over an axis from 0 to ``most`` across and from 0 to 1 up, with a key."""
    scaled = [line._replace(xs=[x / most for x in line.xs]) for line in lines]
    ticks = [Mark(f"{most * part:.3g}", part) for part in (0, 0.25, 0.5, 0.75, 1)]
    return _draw("curves", scaled, ticks, across, up)


def histogram(seconds: Sequence[float], marks: Sequence[tuple[str, float]], across: str) -> str:
    """How often each length of time occurred, on a logarithmic axis, with marked percentiles."""
    powers = np.log10(np.maximum(np.asarray(seconds, dtype=np.float64), 1e-5))
    low = float(np.floor(powers.min() * 2) / 2)
    high = max(float(np.ceil(powers.max() * 2) / 2), low + 0.5)
    counts, edges = np.histogram(powers, bins=24, range=(low, high))

    def mark(label: str, power: float) -> Mark:
        return Mark(label, (power - low) / (high - low))

    ticks = [mark(_duration(10**power), power) for power in np.arange(low, high + 0.01, 0.5)]
    placed = [mark(f"{name} {_duration(value)}", float(np.log10(max(value, 1e-5)))) for name, value in marks]
    bars = [(int(count), mark("", edge).at) for count, edge in zip(counts, edges[:-1], strict=True)]
    return _draw("histogram", bars, int(counts.max()), ticks, placed, across)


def _draw(macro: str, *values: object) -> str:
    drawn: str = getattr(template("plots.svg").module, macro)(*values)
    return drawn  # markup that a template does not escape again


def _duration(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.3g} s"
    return f"{1000 * seconds:.0f} ms" if seconds >= 0.01 else f"{1000 * seconds:.2g} ms"
