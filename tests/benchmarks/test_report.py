import json
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks.drawings import moves, pen_digits
from benchmarks.figure import Curve, draw_curves
from benchmarks.measure import RESULTS, Check, Spread, Table, keep, shown, slope, spread
from benchmarks.report import PLACE, README, filled, rendered
from mnistlab.ui.wire import decode_ink

SCRIPTS = {
    "inference",
    "pen_to_pixel",
    "cold_start",
    "crowd",
    "training",
    "growth",
    "pen_digits",
    "compared",
}


def test_readme_says_what_was_measured():
    text = README.read_text(encoding="utf-8")
    assert {place[2] for place in PLACE.finditer(text)} == SCRIPTS
    assert filled(text) == text, "run python -m benchmarks.report"


def test_every_result_has_its_place():
    assert {path.stem for path in RESULTS.glob("*.json")} <= SCRIPTS


def test_a_result_is_rendered_as_it_was_kept(tmp_path, capsys):
    tables = [Table("Waits", ("who", "ms"), [("all", spread([1.0, 2.0, 3.0])), ("none", None)])]
    checks = [Check("wait, ms", 2.0, 1.5), Check("answers", 1234.5, 400, at_least=True)]
    path = keep("crowd", tables, checks, tmp_path)
    text = rendered(json.loads(path.read_text(encoding="utf-8")))
    assert "| all | 2 (1.1 to 2.9, n = 3) |" in text
    assert "| wait, ms | 2 | at most 1.5 | **no** |" in text
    assert "| answers | 1,234 | at least 400 | yes |" in text
    assert "DOES NOT HOLD: wait, ms" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (0.012345, "0.0123"),
        (7, "7"),
        (1500, "1,500"),
        (99.96, "100"),
        (None, ""),
        ("as is", "as is"),
    ],
)
def test_figures_have_three_digits(cell, text):
    assert shown(cell) == text


def test_the_slope_of_a_power_is_the_power():
    sizes = np.array([1, 10, 100])
    assert slope(sizes, 3 * sizes**1.5) == pytest.approx(1.5)
    with pytest.raises(ValueError, match="Nothing"):
        spread([])


def test_a_figure_is_an_svg_that_says_its_slopes():
    costs = {1: Spread(3, 1.0, 0.9, 1.2), 10: Spread(3, 10.0, 9.0, 12.0)}
    picture = ElementTree.fromstring(draw_curves([Curve("visitors", costs)] * 2))
    words = [node.text for node in picture.iter() if node.text]
    assert words[0] == "Milliseconds an update against visitors: slope 1; visitors: slope 1"
    assert words.count("slope 1") == 2


def test_a_drawing_grows_with_every_move():
    strokes = pen_digits()[7]
    ink = [decode_ink(text).sum() for text in moves(strokes, 12)]
    assert len(ink) == 12
    assert ink == sorted(ink)
    assert ink[0] > 0
