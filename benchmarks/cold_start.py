"""From `python app.py` to a page, to a pad that draws, to the first reconstruction.

Beside it a page of Gradio with nothing on it, which shows what of the wait is Gradio's, and the
lab started eagerly: Keras and the weights first, then the page. Each is started several times,
in turn, and opened in Chromium as soon as it answers.
"""

import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request

from benchmarks.apps import App, ours, running, wait_for_page
from benchmarks.browser import FILLED, PAD, Traffic, draw_stroke, page_of
from benchmarks.drawings import pen_digits
from benchmarks.measure import Check, Table, keep, options, spread

EMPTY, LAB, EAGER = "an empty page of Gradio", "the lab", "the lab, started eagerly"
COMMANDS = {
    EMPTY: ["-m", "benchmarks.empty_app"],
    LAB: ours(),
    EAGER: ["-m", "benchmarks.eager_app"],
}
INK = f"""() => {{
  const {{ data }} = document.querySelector("{PAD}").getContext("2d").getImageData(0, 0, 280, 280);
  return data.filter((v, i) => i % 4 === 0 && v > 127).length;
}}"""
DRAWS = f"(before) => ({INK})() !== before"
# Notes whether the page has ever said that the networks are waking.
WATCH_WAKING = """
window.told = false;
new MutationObserver(() => {
  told ||= document.querySelector("#lab-draw .lab-status")?.textContent.startsWith("Waking");
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print and keep."""
    given = options(__doc__, argv)
    starts: dict[str, list[dict[str, float]]] = {name: [] for name in COMMANDS}
    for _ in range(1 if given.quick else 5):
        for name, command in COMMANDS.items():
            starts[name].append(start(command))
    with running(ours()) as app:
        wait_for_page(app)
        weight = weigh(app)
    keep("cold_start", *summed_up(starts, *weight), given.out)


def start(command: list[str]) -> dict[str, float]:
    """Seconds from the start of the process, by what was there then."""
    with page_of("about:blank", WATCH_WAKING) as page, running(command) as app:
        moments = {"page": wait_for_page(app)}
        if command == COMMANDS[EMPTY]:
            return moments
        page.goto(app.address)
        page.wait_for_selector("#lab-draw .row", state="attached")
        before = page.evaluate(INK)
        draw_stroke(page, PAD, pen_digits()[7][0])
        page.wait_for_function(DRAWS, arg=before)
        moments["pad"] = time.perf_counter() - app.started
        page.wait_for_function(FILLED)
        moments["reconstruction"] = time.perf_counter() - app.started
        moments["told"] = float(page.evaluate("() => told"))
        return moments


def weigh(app: App) -> tuple[Traffic, set[str]]:
    """What the page fetches when it is opened for the first time, and from which hosts."""
    hosts: set[str] = set()
    traffic = Traffic()

    def note(page: Page) -> None:
        page.on("request", lambda request: hosts.add(host_of(request)))
        page.on("requestfinished", traffic.note)

    with page_of("about:blank", "") as page:
        note(page)
        page.goto(app.address)
        page.wait_for_function(FILLED)
    return traffic, hosts


def host_of(request: Request) -> str:
    """Where a request goes; what the page holds itself, as data, goes nowhere."""
    parts = urlsplit(request.url)
    return parts.hostname or parts.scheme


def summed_up(
    starts: dict[str, list[dict[str, float]]], traffic: Traffic, hosts: set[str]
) -> tuple[list[Table], list[Check]]:
    """Tables and what was asked."""

    def seconds(name: str, moment: str) -> list[float]:
        return [run[moment] for run in starts[name] if moment in run]

    moments = ("page", "pad", "reconstruction")
    rows = [
        (name, *[spread(times) if (times := seconds(name, m)) else None for m in moments])
        for name in COMMANDS
    ]
    page, first = (
        {name: spread(seconds(name, moment)).median for name in COMMANDS if seconds(name, moment)}
        for moment in ("page", "reconstruction")
    )
    tables = [
        Table(
            "Seconds from the start of the process",
            ("", "first answer by HTTP", "a pad that draws", "first reconstruction"),
            rows,
        ),
        Table(
            "What the page fetches the first time",
            ("requests", "bytes down", "hosts"),
            [(len(traffic.requests), traffic.down, ", ".join(sorted(hosts)))],
        ),
    ]
    elsewhere = hosts - {"127.0.0.1", "data", "blob"}
    told = [run["told"] for run in starts[LAB]]
    checks = [
        Check("first answer, against the empty page", page[LAB] / page[EMPTY], 1.15),
        Check("first reconstruction, against the eager start", first[LAB] / first[EAGER], 1.0),
        Check("told that the networks wake, share", min(told), 1.0, at_least=True),
        Check("hosts besides our own", len(elsewhere), 0),
    ]
    return tables, checks


if __name__ == "__main__":
    main()
