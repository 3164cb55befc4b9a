"""What the README prints from files, so that no figure in it can drift.

python -m mnistlab.training.readme
"""

import json
from collections.abc import Mapping
from pathlib import Path

from mnistlab.hub.manifest import MODEL_IDS
from mnistlab.training.table import table
from mnistlab.training.targets import ORIGINALS

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


def times(minutes: Mapping[str, float], quick: float) -> str:
    """How long training takes, as a sentence.

    Args:
        minutes: by model, of its full run, as its card has them.
        quick: minutes of a whole run with `--quick`, as `benchmarks/originals.py` has measured it.
    """
    longest = max(minutes, key=lambda name: minutes[name])
    return (
        f"A full run took {sum(minutes.values()):.0f} minutes of one core, the cards in `weights/` "
        f"added up ({longest} alone {minutes[longest]:.0f}); `--quick` {quick:.1f} "
        "minutes on two cores, scoring included.\n"
    )


def written_into(text: str, parts: Mapping[str, str]) -> str:
    """A page with each part between its marks, in place of what is there.

    Raises:
        ValueError: the page lacks a mark.
    """
    for name, part in parts.items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, found, rest = text.partition(start)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"The page has no {start} ... {end}.")
        text = f"{before}{start}\n{part}{end}{after}"
    return text


def parts_of_readme() -> dict[str, str]:
    """The parts that are printed from files, by the name of their marks."""
    weights = ROOT / "weights"
    cards = {name: json.loads((weights / f"{name}.json").read_text()) for name in MODEL_IDS}
    return {
        "table": table(json.loads((weights / "metrics.json").read_text())),
        "times": times(
            {name: card["minutes"] for name, card in cards.items()},
            json.loads(ORIGINALS.read_text())["ours"]["minutes"],
        ),
    }


if __name__ == "__main__":
    README.write_text(written_into(README.read_text(), parts_of_readme()))
