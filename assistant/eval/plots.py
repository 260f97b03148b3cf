"""Small SVG pictures for the report; colours and fonts come from the page's style sheet."""
# ruff: noqa: E501 - lines of markup read better unbroken

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np


class Bar(NamedTuple):
    """A row of an interval plot: a value in [0, 1], its interval, and the controls' values beside it."""

    label: str
    value: float
    low: float | None
    high: float | None
    controls: Sequence[tuple[str, float]]
    lower_is_better: bool = False


class Curve(NamedTuple):
    """A line through points; ``kind`` names its CSS class."""

    label: str
    xs: Sequence[float]
    ys: Sequence[float]
    kind: str


def intervals(bars: Sequence[Bar]) -> str:
    """Values with their intervals on one axis from 0 to 1; hollow dots are the controls."""
    left, right, step, top = 200, 450, 22, 26
    height = top + step * len(bars) + 12

    def x(value: float) -> float:
        return round(left + (right - left) * min(max(value, 0.0), 1.0), 1)

    out = [_open(520, height, "Metrics with 95 % intervals, controls as hollow dots")]
    for tick in (0, 0.25, 0.5, 0.75, 1):
        out.append(f'<line class="grid" x1="{x(tick)}" x2="{x(tick)}" y1="{top - 6}" y2="{height - 10}"/>')
        out.append(f'<text class="tick" x="{x(tick)}" y="14" text-anchor="middle">{tick:g}</text>')
    for number, bar in enumerate(bars):
        y = top + step * number + step / 2
        arrow = " ↓" if bar.lower_is_better else ""
        out.append(
            f'<text class="label" x="{left - 12}" y="{y + 4}" text-anchor="end">{escape(bar.label)}{arrow}</text>'
        )
        for name, value in bar.controls:
            title = f"<title>{escape(name)}: {value:.3f}</title>"
            out.append(f'<circle class="control" cx="{x(value)}" cy="{y}" r="4">{title}</circle>')
        if bar.low is not None and bar.high is not None:
            out.append(f'<line class="whisker" x1="{x(bar.low)}" x2="{x(bar.high)}" y1="{y}" y2="{y}"/>')
        out.append(f'<circle class="value" cx="{x(bar.value)}" cy="{y}" r="5"><title>{bar.value:.3f}</title></circle>')
        out.append(f'<text class="number" x="{right + 16}" y="{y + 4}">{bar.value:.3f}</text>')
    return "".join([*out, "</svg>"])


def curves(lines: Sequence[Curve], across: str, up: str) -> str:
    """Curves in the unit square, with a key."""
    left, right, top, bottom = 52, 400, 14, 250
    out = [_open(420, 300, f"{up} against {across}")]
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x, y = left + (right - left) * tick, bottom - (bottom - top) * tick
        out.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>')
        out.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>')
        out.append(f'<text class="tick" x="{x}" y="{bottom + 16}" text-anchor="middle">{tick:g}</text>')
        out.append(f'<text class="tick" x="{left - 6}" y="{y + 4}" text-anchor="end">{tick:g}</text>')
    for number, line in enumerate(lines):
        points = " ".join(
            f"{left + (right - left) * px:.1f},{bottom - (bottom - top) * py:.1f}"
            for px, py in zip(line.xs, line.ys, strict=True)
        )
        out.append(
            f'<polyline class="curve {line.kind}" points="{points}"><title>{escape(line.label)}</title></polyline>'
        )
        y = top + 14 + 16 * number
        out.append(f'<line class="curve {line.kind}" x1="{left + 10}" x2="{left + 34}" y1="{y}" y2="{y}"/>')
        out.append(f'<text class="key" x="{left + 40}" y="{y + 4}">{escape(line.label)}</text>')
    out.append(
        f'<text class="axis" x="{(left + right) / 2}" y="{bottom + 36}" text-anchor="middle">{escape(across)}</text>'
    )
    out.append(
        f'<text class="axis" transform="translate(12 {(top + bottom) / 2}) rotate(-90)" text-anchor="middle">{escape(up)}</text>'
    )
    return "".join([*out, "</svg>"])


def histogram(values: Sequence[float], marks: Sequence[tuple[str, float]], across: str) -> str:
    """How often each length of time came up, on a logarithmic axis, with marked percentiles."""
    left, right, top, bottom = 30, 390, 30, 250
    safe = np.log10(np.maximum(np.asarray(values, dtype=np.float64), 1e-5))
    low, high = float(np.floor(safe.min() * 2) / 2), float(np.ceil(safe.max() * 2) / 2)
    high = high if high > low else low + 0.5
    counts, edges = np.histogram(safe, bins=24, range=(low, high))

    def x(power: float) -> float:
        return round(left + (right - left) * (power - low) / (high - low), 1)

    out = [_open(420, 300, f"How long answers took, {across}")]
    for count, start, end in zip(counts, edges[:-1], edges[1:], strict=True):
        height = (bottom - top) * count / max(counts.max(), 1)
        out.append(
            f'<rect class="bar" x="{x(start) + 0.5}" width="{max(x(end) - x(start) - 1, 1):.1f}" '
            f'y="{bottom - height:.1f}" height="{height:.1f}"><title>{count}</title></rect>'
        )
    for tick in np.arange(low, high + 0.01, 0.5):
        out.append(
            f'<text class="tick" x="{x(tick)}" y="{bottom + 16}" text-anchor="middle">{_seconds(10**tick)}</text>'
        )
    for number, (name, value) in enumerate(marks):
        place = x(float(np.log10(max(value, 1e-5))))
        y = 12 + 13 * (number % 2)
        out.append(f'<line class="mark" x1="{place}" x2="{place}" y1="{y + 4}" y2="{bottom}"/>')
        out.append(
            f'<text class="key" x="{place}" y="{y}" text-anchor="middle">{escape(name)} {_seconds(value)}</text>'
        )
    out.append(
        f'<text class="axis" x="{(left + right) / 2}" y="{bottom + 36}" text-anchor="middle">{escape(across)}</text>'
    )
    return "".join([*out, "</svg>"])


def _open(width: float, height: float, title: str) -> str:
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>'


def _seconds(value: float) -> str:
    if value >= 1:
        return f"{value:.3g} s"
    return f"{1000 * value:.0f} ms" if value >= 0.01 else f"{1000 * value:.2g} ms"
