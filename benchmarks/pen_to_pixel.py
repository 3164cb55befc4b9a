"""From the pen to the pixels: real strokes in Chromium, in the lab and in the stock app.

All networks answer, drawings normalised, figures and pictures painted. The pen moves sixty times a
second. Of each move counts how long it takes until an answer to a request that was sent after it is
on screen; of each stroke, how long after the pen is lifted the last picture is. Chromium runs
without a graphics card and on the same cores as the app, which costs the stock pad a slow read-back
of its canvas: of the ratio, on such a card, perhaps a third is left.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from playwright.sync_api import Page

from benchmarks.apps import App, ours, running, stock, wait_for_networks, wait_for_page
from benchmarks.browser import FILLED, PAD, WATCH_LAB, WATCH_STOCK, Traffic, draw_stroke, page_of
from benchmarks.drawings import pen_digits
from benchmarks.measure import Check, Table, keep, options, spread

SKETCHPAD = ".pixi-target canvas"
LIVE = "component_server"  # of the address of an update
STOCK_PICTURES = 8
# of a move's way to the screen, and where in the diary the end of each is
PARTS = {
    "until the last request is back and the next leaves": "sent",
    "there, through the networks, and back": "back",
    "the answer read and painted": "painted",
    "until the next frame": "seen",
}
PAUSE = 600  # milliseconds between strokes, for what is still under way


@dataclass(frozen=True)
class Session:
    """What one page did under the pen.

    Attributes:
        live: milliseconds from each move of the pen to the pixels that show it.
        parts: the same, part by part, under the names of `PARTS`.
        lifted: milliseconds from each lift of the pen to the last pixel.
        strokes: how many.
        answers: how many of them were seen.
        traffic: what travelled meanwhile.
        files: left on the server's disk a stroke.
    """

    live: list[float]
    parts: dict[str, list[float]]
    lifted: list[float]
    strokes: int
    answers: int
    traffic: Traffic
    files: float


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print and keep."""
    given = options(__doc__, argv)
    with running(ours()) as app:
        wait_for_page(app)
        wait_for_networks(app, app.component("lab-draw"))
        lab = draw_in_lab(app, 1 if given.quick else 20)
    with running(stock()) as app:
        wait_for_page(app)
        stock_app = draw_in_stock(app, 1 if given.quick else 10)
    keep("pen_to_pixel", *summed_up(lab, stock_app), given.out)


def draw_in_lab(app: App, digits: int) -> Session:
    """Draw some digits on the pad of the lab, stroke by stroke."""
    strokes = 0
    with page_of(app.address, WATCH_LAB) as page:
        page.wait_for_function(FILLED)
        draw_stroke(page, PAD, pen_digits()[0][0])  # what a page loads late it loads now
        page.wait_for_load_state("networkidle")
        before, since = page.evaluate("() => [diary.ups.length, performance.now()]")
        with counted(page, app) as traffic:
            for digit in pen_digits()[:digits]:
                page.locator('#lab-draw [data-do="clear"]').click()
                for stroke in digit:
                    draw_stroke(page, PAD, stroke)
                    page.wait_for_timeout(PAUSE)
                    strokes += 1
        diary = page.evaluate("() => diary")
    diary["seen"] = dict(diary["seen"])
    answered = sorted(diary["seen"])
    sent = [diary["sent"][request] for request in answered]

    def answer_to(moment: float) -> int | None:
        """The first request that was sent at that moment or later and whose answer was seen."""
        place = bisect_left(sent, moment)
        return answered[place] if place < len(sent) else None

    def waits(moments: list[float]) -> list[float]:
        answers = map(answer_to, moments)
        return [
            diary["seen"][answer] - moment
            for moment, answer in zip(moments, answers, strict=True)
            if answer is not None
        ]

    parts: dict[str, list[float]] = {part: [] for part in PARTS}
    for moment in diary["moves"]:
        answer = answer_to(moment)
        if answer is not None:
            times = [moment, *(diary[stage][answer] for stage in PARTS.values())]
            for part, took in zip(PARTS, np.diff(times), strict=True):
                parts[part].append(float(took))
    return Session(
        live=waits(diary["moves"]),
        parts=parts,
        lifted=waits(diary["ups"][before:]),
        strokes=strokes,
        answers=sum(at >= since for at in sent),
        traffic=traffic,
        files=app.files() / strokes,
    )


def draw_in_stock(app: App, strokes: int) -> Session:
    """Draw some strokes on the Sketchpad of the stock app."""
    with page_of(app.address, WATCH_STOCK) as page:
        page.wait_for_selector(SKETCHPAD)
        page.wait_for_timeout(PAUSE)
        page.get_by_label("Brush").first.click()
        drawn = [stroke for digit in pen_digits() for stroke in digit][: strokes + 1]
        lifted = []
        with counted(page, app) as traffic:
            for turn, stroke in enumerate(drawn):
                draw_stroke(page, SKETCHPAD, stroke)
                page.wait_for_function(f"() => diary.seen.length >= {STOCK_PICTURES * (turn + 1)}")
                page.wait_for_timeout(PAUSE)
                up, last = page.evaluate("() => [diary.ups.at(-1), diary.seen.at(-1)[1]]")
                lifted.append(last - up)
    return Session(
        live=[],
        parts={},
        lifted=lifted[1:],  # the first builds the functions of `predict`
        strokes=len(drawn),
        answers=len(drawn),
        traffic=traffic,
        files=app.files() / len(drawn),
    )


@contextmanager
def counted(page: Page, app: App) -> Iterator[Traffic]:
    """Note the requests of a page from here on."""
    traffic = Traffic()
    page.on("requestfinished", traffic.note)
    app.forget_files()
    yield traffic
    page.remove_listener("requestfinished", traffic.note)


def summed_up(lab: Session, stock_app: Session) -> tuple[list[Table], list[Check]]:
    """Tables and what was asked."""
    live, lifted, stock_lifted = map(spread, (lab.live, lab.lifted, stock_app.lifted))
    ratio = stock_lifted.median / lifted.median
    asked = [request for request in lab.traffic.requests if LIVE in request[0]]
    others = len(lab.traffic.requests) - len(asked)
    up, down = (max(request[way] for request in asked) for way in (1, 2))
    stock_up = sum(up for _, up, _ in stock_app.traffic.requests)
    tables = [
        Table(
            "Milliseconds until it is seen",
            ("", "the lab", "the stock app", "times faster"),
            [
                ("while drawing, from a move of the pen", live, "nothing is seen", None),
                ("from the lift of the pen to the last picture", lifted, stock_lifted, ratio),
            ],
        ),
        Table(
            "Of a live update, milliseconds by part",
            ("part", "the lab"),
            [(part, spread(times)) for part, times in lab.parts.items()],
        ),
        Table(
            "What travels",
            ("", "the lab", "the stock app"),
            [
                (
                    "requests",
                    f"{len(asked) / lab.answers:.3g} an update",
                    f"{len(stock_app.traffic.requests) / stock_app.strokes:.0f} a stroke",
                ),
                (
                    "bytes up",
                    f"{up:,} at most, an update",
                    f"{stock_up / stock_app.strokes:,.0f} a stroke",
                ),
                (
                    "bytes down",
                    f"{down:,} at most, an update",
                    f"{stock_app.traffic.down / stock_app.strokes:,.0f} a stroke",
                ),
                ("files left on the server a stroke", lab.files, stock_app.files),
            ],
        ),
    ]
    checks = [
        Check("live, median, ms", live.median, 33),
        Check("live, 95 %, ms", live.high, 50),
        Check("live, median, ms, aimed at", live.median, 17),
        Check("pen-up to last pixel, times faster than stock", ratio, 40, at_least=True),
        Check("requests that are no updates, a stroke", others / lab.strokes, 0),
        Check("bytes up", up, 2048),
        Check("bytes down", down, 16384),
        Check("files a stroke", lab.files, 0),
    ]
    return tables, checks


if __name__ == "__main__":
    main()
