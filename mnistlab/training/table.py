"""Print `metrics.json`: a table for pages, and a summary for the end of a run."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from mnistlab.training.targets import FIGURES

BESIDE = ("baseline", "bound", "floor", "goal")
HEADS = ("model", "figure", "ours", "original notebook", "linear bound", "floor", "goal", "N")


class _Row(NamedTuple):
    model_id: str
    title: str
    entry: dict[str, Any]


def table(metrics: dict[str, Any]) -> str:
    """The figures that stand beside another number, as a table in Markdown.

    Args:
        metrics: the contents of `metrics.json`.

    Returns:
        A row for each figure that has a baseline, a linear bound, a floor or a goal.
    """
    lines = [_markdown(HEADS), _markdown(("---",) * 2 + ("---:",) * (len(HEADS) - 2))]
    for model_id, title, entry in _rows(metrics, metrics["models"]):
        beside = (_number(entry.get(key)) for key in BESIDE)
        cells = (f"`{model_id}`", title, f"**{_ours(entry)}**", *beside, f"{entry['n']:,}")
        lines.append(_markdown(cells))
    return "\n".join(lines) + "\n"


def summary(metrics: dict[str, Any], model_ids: Sequence[str]) -> str:
    """The same for a terminal, of some models, with a word on how far each figure has come."""
    rows = [
        (model_id, title, _ours(entry), _number(entry.get("floor")), _verdict(entry))
        for model_id, title, entry in _rows(metrics, model_ids)
    ]
    heads = ("model", "figure", "ours", "floor", "")
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return "\n".join(
        f"{model_id:<{widths[0]}}  {title:<{widths[1]}}  {ours:>{widths[2]}}  "
        f"{floor:>{widths[3]}}  {verdict}".rstrip()
        for model_id, title, ours, floor, verdict in [heads, *rows]
    )


def _rows(metrics: dict[str, Any], model_ids: Sequence[str]) -> Iterator[_Row]:
    """Models in the order of `metrics`, figures in that of `FIGURES`."""
    for model_id, entries in metrics["models"].items():
        for name, figure in FIGURES.items():
            entry = entries.get(name)
            if model_id in model_ids and entry and any(key in entry for key in BESIDE):
                unit = f" ({figure.unit})" if figure.unit else ""
                yield _Row(model_id, figure.title + unit, entry)


def _verdict(entry: dict[str, Any]) -> str:
    if "goal" in entry and _reaches(entry, "goal"):
        return "goal reached"
    if "floor" in entry and not _reaches(entry, "floor"):
        return "short of the floor"
    return ""


def _reaches(entry: dict[str, Any], key: str) -> bool:
    sign = 1 if entry["better"] == "higher" else -1
    return sign * entry["value"] >= sign * entry[key]


def _ours(entry: dict[str, Any]) -> str:
    spread = f" ± {_number(entry['spread'], 2)}" if "spread" in entry else ""
    return _number(entry["value"]) + spread


def _number(value: float | None, digits: int = 4) -> str:
    """Four significant digits, never an exponent; empty where there is none."""
    if value is None:
        return ""
    return np.format_float_positional(
        value, precision=digits, unique=False, fractional=False, trim="-"
    )


def _markdown(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
