"""Fill the tables of benchmarks/README.md with what the scripts have kept."""

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.measure import RESULTS, shown

README = Path(__file__).with_name("README.md")
PLACE = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- /\2 -->)", re.DOTALL)


def main() -> None:
    """Write the README anew."""
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")


def filled(text: str) -> str:
    """The README, made anew between each `<!-- name -->` and `<!-- /name -->`."""

    def fill(place: re.Match[str]) -> str:
        path = RESULTS / f"{place[2]}.json"
        if not path.exists():
            return f"{place[1]}Not measured yet.\n{place[3]}"
        return place[1] + rendered(json.loads(path.read_text(encoding="utf-8"))) + place[3]

    return PLACE.sub(fill, text)


def rendered(result: dict[str, Any]) -> str:
    """The result of one script as Markdown."""
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    parts = [f"{result['cores']} cores; {versions}."]
    for table in result["tables"]:
        parts.append(f"**{table['title']}**")
        parts.append(_table(table["columns"], table["rows"]))
    if result["checks"]:
        rows = [
            (
                check["asked"],
                shown(check["figure"]),
                f"{'at least' if check['at_least'] else 'at most'} {shown(check['bound'])}",
                "yes" if check["holds"] else "**no**",
            )
            for check in result["checks"]
        ]
        parts.append(_table(("asked", "measured", "bound", "holds"), rows))
    return "\n\n".join(parts) + "\n"


def _table(columns: Any, rows: Any) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(shown(cell) for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    main()
