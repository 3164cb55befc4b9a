"""Figures: medians, spreads, what was asked of them, and the JSON that the README is made from."""

import argparse
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).with_name("results")
PACKAGES = ("gradio", "tensorflow", "openvino", "keras", "numpy", "scipy")


@dataclass(frozen=True)
class Spread:
    """What repeated measurements gave: how many, the median, and between what 90 % of them lie."""

    n: int
    median: float
    low: float
    high: float


def spread(values: Sequence[float] | np.ndarray) -> Spread:
    """Median and the 5th and 95th percentile.

    Raises:
        ValueError: nothing was measured.
    """
    if len(values) == 0:
        raise ValueError("Nothing was measured.")
    low, median, high = np.percentile(values, (5, 50, 95))
    return Spread(len(values), float(median), float(low), float(high))


def slope(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """By which power of the size a cost grows: of the straight line through the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


@dataclass(frozen=True)
class Table:
    """Rows of figures and words under a title."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Check:
    """One figure beside what was asked of it: at most `bound`, or at least."""

    asked: str
    figure: float
    bound: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the figure is on the right side of its bound."""
        return self.figure >= self.bound if self.at_least else self.figure <= self.bound


def options(description: str | None, argv: Sequence[str] | None) -> argparse.Namespace:
    """`--quick` for a run that only shows that all works, `--out` for a folder of one's own."""
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few repetitions: a try, no figures")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the JSON")
    return parser.parse_args(argv)


def keep(name: str, tables: Sequence[Table], checks: Sequence[Check], out: Path) -> Path:
    """Write `<name>.json`, and print what is in it."""
    result = {
        "versions": {"python": platform.python_version()}
        | {package: version(package) for package in PACKAGES},
        "cores": len(os.sched_getaffinity(0)),
        "tables": [asdict(table) for table in tables],
        "checks": [asdict(check) | {"holds": check.holds} for check in checks],
    }
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}.json"
    text = json.dumps(result, indent=1, ensure_ascii=False, default=np.generic.item)
    path.write_text(text + "\n", encoding="utf-8")
    for table in tables:
        print(f"\n{table.title}")
        for row in (table.columns, *table.rows):
            print("  " + " | ".join(shown(cell) for cell in row))
    for check in checks:
        sign = "at least" if check.at_least else "at most"
        verdict = "holds" if check.holds else "DOES NOT HOLD"
        print(f"{verdict}: {check.asked}: {shown(check.figure)}, {sign} {shown(check.bound)}")
    return path


def shown(cell: Any) -> str:
    """A cell as people read it: three significant digits, thousands apart, spreads in brackets."""
    if isinstance(cell, Spread):
        cell = asdict(cell)
    if isinstance(cell, dict):
        low, high = shown(cell["low"]), shown(cell["high"])
        return f"{shown(cell['median'])} ({low} to {high}, n = {cell['n']})"
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return "" if cell is None else str(cell)
    if isinstance(cell, int) or abs(cell) >= 100:
        return f"{round(cell):,}"
    return f"{cell:.3g}"
