"""docs/limits.md as the tests read it: the sentences of its tables."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[1] / "docs/limits.md"


def rows(heading):
    """(input, bounds, sentence) of the tables below a heading, sentences without their quotes."""
    text = DOCUMENT.read_text(encoding="utf-8")
    part = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.M | re.S)[1]
    cells = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return [
        tuple(row)
        for row in cells
        if len(row) == 3 and not row[0].startswith(("---", "input", "what"))
    ]


def pattern(sentence):
    """A sentence of the table: "…" stands for whatever was received, or for a list of ids."""
    return re.compile(".+".join(map(re.escape, sentence.strip("`").split("…"))), re.S)


def sentences_in_table(heading):
    """One pattern for each sentence below a heading."""
    return {
        pattern(sentence): None for _, _, cell in rows(heading) for sentence in cell.split(" · ")
    }


def counted(what):
    """A count of the last table."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return int(re.search(rf"^\| {what} \| ([\d,]+)", text, re.M)[1].replace(",", ""))
