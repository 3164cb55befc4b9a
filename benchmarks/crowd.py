"""Many people drawing at once: the lab with all its networks, and the stock app's queue.

Visitors without a browser, who behave as the page does (benchmarks/visitors.py), on the same cores
as the app that they visit. In a closed loop each moves the pen when the last move is answered; in
an open one the pen moves ten times a second whatever the answers do, and a move that is overtaken
before it could be sent is passed over. Each answer is held against the digit that the same drawing
gives when nobody else is there.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.apps import App, ours, running, stock, wait_for_networks, wait_for_page
from benchmarks.drawings import moves, pen_digits
from benchmarks.measure import Check, Spread, Table, keep, options, spread
from benchmarks.stock_visitors import draw_in_queue
from benchmarks.visitors import Diary, Drawing, draw, expected_inputs

RATE = 10.0  # moves of the pen a second
CROWDS = ((1, None), (50, None), (50, RATE), (200, None), (200, RATE))
DRAWN = 20  # different drawings
MOVES = 24  # of the pen in each
SETTLE = 2.0  # seconds before the figures of a crowd count


@dataclass(frozen=True)
class Visit:
    """What a crowd lived through together.

    Attributes:
        rate: answers a second, of all.
        waits: milliseconds from a move of the pen to the answer that shows it.
        fairness: Jain's index of the answers that each visitor got: 1 if all got as many.
        fewest: answers of the visitor who got fewest, as a share of the mean.
        passed_over: moves that were overtaken, as a share of all.
        wrong: answers to something that was not asked.
        largest: bytes of the longest request and answer.
        grown: megabytes by which the memory of the app grew.
        busy: processor milliseconds of the app an answer.
    """

    rate: float
    waits: Spread
    fairness: float
    fewest: float
    passed_over: float
    wrong: int
    largest: tuple[int, int]
    grown: float
    busy: float


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print and keep."""
    given = options(__doc__, argv)
    seconds = 1.0 if given.quick else 12.0
    crowds = CROWDS[:2] if given.quick else CROWDS
    with running(ours()) as app:
        wait_for_page(app)
        wait_for_networks(app, app.component("lab-draw"))
        visits = measure(app, crowds, seconds)
    with running(stock()) as app:
        wait_for_page(app)
        waiting = 4.0 if given.quick else 20.0  # the stock app has to get to the first of them
        queued = {size: draw_in_queue(app, size, waiting) for size in (1, 50)}
    keep("crowd", *summed_up(visits, queued), given.out)


def measure(
    app: App, crowds: Sequence[tuple[int, float | None]], seconds: float
) -> dict[tuple[int, float | None], Visit]:
    """Each crowd in turn."""
    component = app.component("lab-draw")
    drawings = known_drawings(app, component)
    visits = {}
    for size, rate in crowds:
        given = [drawings[i % len(drawings)] for i in range(size)]
        asyncio.run(draw(app.port, component, given, min(SETTLE, seconds), rate))
        memory, busy, start = app.resident(), app.processor_seconds(), time.perf_counter()
        diaries = asyncio.run(draw(app.port, component, given, seconds, rate))
        lasted = time.perf_counter() - start
        answers = sum(len(diary.waits) for diary in diaries)
        visits[size, rate] = together(
            diaries,
            lasted,
            grown=(app.resident() - memory) / 1e6,
            busy=1000 * (app.processor_seconds() - busy) / answers,
        )
    return visits


def together(diaries: list[Diary], seconds: float, *, grown: float, busy: float) -> Visit:
    """The diaries of a crowd in figures."""
    counts = np.array([len(diary.waits) for diary in diaries])
    passed_over = sum(diary.passed_over for diary in diaries)
    return Visit(
        rate=counts.sum() / seconds,
        waits=spread(1000 * np.concatenate([diary.waits for diary in diaries])),
        fairness=float(counts.sum() ** 2 / (len(counts) * (counts**2).sum())),
        fewest=float(counts.min() / counts.mean()),
        passed_over=passed_over / (passed_over + counts.sum()),
        wrong=sum(diary.wrong for diary in diaries),
        largest=tuple(np.max([diary.largest for diary in diaries], axis=0).tolist()),
        grown=grown,
        busy=busy,
    )


def known_drawings(app: App, component: int) -> list[Drawing]:
    """Drawings with the digits that the lab sees in them; the dot that begins each is left out."""
    drawings = []
    for strokes in pen_digits()[:DRAWN]:
        texts = moves(strokes, MOVES)
        inputs = asyncio.run(expected_inputs(app.port, component, texts))
        seen = [(text, digit) for text, digit in zip(texts, inputs, strict=True) if digit]
        drawings.append(Drawing(*map(list, zip(*seen, strict=True))))
    return drawings


def summed_up(
    visits: dict[tuple[int, float | None], Visit], queued: dict[int, tuple[float, Spread]]
) -> tuple[list[Table], list[Check]]:
    """Tables and what was asked."""
    columns = (
        "visitors", "loop", "answers a second", "wait, ms", "Jain's index",
        "fewest, of the mean", "passed over", "wrong", "memory grew, MB", "processor ms an answer",
    )  # fmt: skip
    rows = [
        (
            size, "closed" if rate is None else f"open, {rate:.0f} a second each", visit.rate,
            visit.waits, visit.fairness, visit.fewest, visit.passed_over, visit.wrong,
            visit.grown, visit.busy,
        )
        for (size, rate), visit in visits.items()
    ]  # fmt: skip
    stock_rows = [
        (size, rate, waits, visits[size, None].rate / rate)
        for size, (rate, waits) in queued.items()
        if (size, None) in visits
    ]
    tables = [
        Table("The lab", columns, rows),
        Table(
            "The stock app's queue, closed loop",
            ("visitors", "answers a second", "wait, ms", "times more answers in the lab"),
            stock_rows,
        ),
    ]
    fifty = visits[50, None]
    checks = [
        Check("answers a second, 50 visitors", fifty.rate, 400, at_least=True),
        Check("wait of 95 % at 50 visitors, ms", fifty.waits.high, 250),
        Check("wrong answers", sum(visit.wrong for visit in visits.values()), 0),
        Check("least Jain's index", min(v.fairness for v in visits.values()), 0.95, at_least=True),
        Check("memory grown in any crowd, MB", max(v.grown for v in visits.values()), 50),
    ]
    return tables, checks


if __name__ == "__main__":
    main()
