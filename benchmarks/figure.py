"""Curves on logarithmic axes as an SVG, a panel each, its slope beside the title."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from benchmarks.measure import Spread, shown, slope

WIDTH, HEIGHT = 300, 220  # of a panel
LEFT, TOP, RIGHT, BOTTOM = 52, 46, 16, 40  # margins within it
INK, FAINT, LINE = "#444c56", "#8b949e", "#1f77b4"  # readable on light and dark pages alike


@dataclass(frozen=True)
class Curve:
    """Milliseconds by size, for one thing that grows."""

    title: str
    costs: Mapping[int, Spread]

    @property
    def slope(self) -> float:
        """The power of the size by which the median grows."""
        return slope(list(self.costs), [cost.median for cost in self.costs.values()])


def draw_curves(curves: list[Curve]) -> str:
    """All curves side by side: the line is the median, the band holds 90 % of the measurements."""
    panels = "".join(_panel(curve, place * WIDTH) for place, curve in enumerate(curves))
    words = "; ".join(f"{curve.title}: slope {shown(curve.slope)}" for curve in curves)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(curves) * WIDTH} {HEIGHT}" '
        f'role="img" font-family="sans-serif" font-size="11">'
        f"<title>Milliseconds an update against {escape(words)}</title>{panels}</svg>\n"
    )


def _panel(curve: Curve, left: int) -> str:
    sizes, costs = list(curve.costs), list(curve.costs.values())
    x = _axis(min(sizes), max(sizes), left + LEFT, left + WIDTH - RIGHT)
    low, high = min(cost.low for cost in costs), max(cost.high for cost in costs)
    y = _axis(low, high, HEIGHT - BOTTOM, TOP)
    up = [f"{x(size):.1f},{y(cost.high):.1f}" for size, cost in curve.costs.items()]
    down = [f"{x(size):.1f},{y(cost.low):.1f}" for size, cost in curve.costs.items()]
    median = [f"{x(size):.1f},{y(cost.median):.1f}" for size, cost in curve.costs.items()]
    parts = [
        _text(left + LEFT, 18, curve.title, INK, size=13),
        _text(left + LEFT, 34, f"slope {shown(curve.slope)}", FAINT),
        f'<polygon points="{" ".join(up + down[::-1])}" fill="{LINE}" fill-opacity="0.2"/>',
        f'<polyline points="{" ".join(median)}" fill="none" stroke="{LINE}" stroke-width="2"/>',
    ]
    parts += [_text(x(size), HEIGHT - BOTTOM + 18, f"{size:,}", INK, "middle") for size in sizes]
    for value in (low, math.sqrt(low * high), high):
        parts.append(_text(left + LEFT - 6, y(value) + 4, f"{shown(value)} ms", INK, "end"))
    return "".join(parts)


def _axis(low: float, high: float, start: float, end: float):  # noqa: ANN202, a function
    """A logarithmic scale from values to places."""
    span = math.log(high / low) or 1.0
    return lambda value: start + (end - start) * math.log(value / low) / span


def _text(
    x: float, y: float, words: str, colour: str, anchor: str = "start", size: int = 11
) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
    return f'<text {place} fill="{colour}">{escape(words)}</text>'
