"""How the cost of an update grows: with the networks asked, the size of the canvas, the visitors.

Networks and canvas are measured in one process, visitors on the running app. A slope is the power
of the size by which the time grows: 0 if it does not, 1 if twice as much takes twice as long.
"""

import app as served  # noqa: F401, it sets the environment that the networks are served in

# isort: split
import asyncio
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from benchmarks.apps import App, ours, running, wait_for_networks, wait_for_page
from benchmarks.crowd import known_drawings
from benchmarks.drawings import moves, pen_digits
from benchmarks.figure import Curve, draw_curves
from benchmarks.inference import timed_in_turn
from benchmarks.measure import Check, Spread, Table, keep, options, shown, spread
from benchmarks.visitors import draw
from mnistlab.data.drawing import drawing_steps
from mnistlab.inference.examiner import REFEREE, Examiner
from mnistlab.inference.lab import Lab
from mnistlab.ui.wire import decode_ink

NETWORKS = (1, 2, 4, 8)
CANVASES = (28, 56, 140, 280, 560, 1120, 2240)
VISITORS = (1, 2, 5, 10, 20, 50, 100, 200)
FIGURE = "growth.svg"


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, keep and draw."""
    given = options(__doc__, argv)
    rounds, sizes = (3, slice(2)) if given.quick else (30, slice(None))
    networks = by_networks(NETWORKS[sizes], rounds)
    canvases = by_canvas(CANVASES[sizes], rounds)
    with running(ours()) as app:
        wait_for_page(app)
        wait_for_networks(app, app.component("lab-draw"))
        waits, turns = by_visitors(app, VISITORS[sizes], 0.5 if given.quick else 5.0)
    curves = [
        Curve("networks besides the referee", networks),
        Curve("pixels a side of the canvas", canvases),
        Curve("visitors who draw at once", waits),
        Curve("visitors, the share of each", turns),
    ]
    keep(
        "growth",
        [
            Table(
                f"Milliseconds an update by {curve.title}: slope {shown(curve.slope)}",
                (curve.title, "ms"),
                list(curve.costs.items()),
            )
            for curve in curves
        ],
        [
            Check(f"slope by {curve.title}", curve.slope, bound)
            for curve, bound in zip(curves, (1.0, 1.0, 1.0, 0.0), strict=True)
        ],
        given.out,
    )
    (given.out / FIGURE).write_text(draw_curves(curves), encoding="utf-8")


def by_networks(counts: Sequence[int], rounds: int) -> dict[int, Spread]:
    """One digit through the referee and the first few networks."""
    lab = Lab.load()
    nets = {name: net for name, net in lab.networks.items() if name not in ("gan", REFEREE)}
    exhibits = replace(lab.exhibits, oddness={})  # to tell a scribble takes a network of its own
    digit = lab.exhibits.test_images[:1].astype(np.float32) / 255
    examiners = {
        count: Examiner(
            {**dict(list(nets.items())[:count]), REFEREE: lab.networks[REFEREE]},
            exhibits,
            None,
        )
        for count in counts
    }
    return timed_in_turn(
        {count: (lambda some=some: some(digit)) for count, some in examiners.items()}, rounds
    )


def by_canvas(sides: Sequence[int], rounds: int) -> dict[int, Spread]:
    """Normalising one drawing on canvases of several sizes."""
    ink = Image.fromarray(decode_ink(moves(pen_digits()[7], 1)[-1]))
    drawings = {side: np.asarray(ink.resize((side, side), Image.Resampling.BOX)) for side in sides}
    return timed_in_turn(
        {side: (lambda one=one: drawing_steps(one)) for side, one in drawings.items()}, rounds
    )


def by_visitors(
    app: App, sizes: Sequence[int], seconds: float
) -> tuple[dict[int, Spread], dict[int, Spread]]:
    """Crowds in a closed loop.

    Returns:
        How long each waits, and what of it falls to one of them: the wait over their number, which
        falls as long as sharing a batch pays.
    """
    component = app.component("lab-draw")
    drawings = known_drawings(app, component)
    waits, shares = {}, {}
    for size in sizes:
        given = [drawings[i % len(drawings)] for i in range(size)]
        diaries = asyncio.run(draw(app.port, component, given, seconds, None))
        waited = 1000 * np.concatenate([diary.waits for diary in diaries])
        waits[size], shares[size] = spread(waited), spread(waited / size)
    return waits, shares


if __name__ == "__main__":
    main()
