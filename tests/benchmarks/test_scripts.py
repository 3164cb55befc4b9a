"""A try of each script: that it measures, not what. Figures are made by `make bench`."""

import json
from dataclasses import replace

import pytest

from benchmarks import cold_start, crowd, growth, inference, pen_to_pixel, training
from benchmarks.stock_visitors import draw_in_queue
from benchmarks.training import Run
from mnistlab.training.recipes import RECIPES

pytestmark = pytest.mark.slow


def holding(checks):
    return {check.asked: check.holds for check in checks}


@pytest.mark.browser
def test_pen_to_pixel(apart, lab_app, stock_app):
    lab = apart(pen_to_pixel.draw_in_lab, lab_app, 1)
    stock = apart(pen_to_pixel.draw_in_stock, stock_app, 1)
    assert len(lab.live) > 10
    assert lab.answers > 1, "answers come while the pen is down"
    assert len(lab.lifted) == lab.strokes
    assert len(stock.lifted) == 1
    # what does not depend on how busy the machine is
    held = holding(pen_to_pixel.summed_up(lab, stock)[1])
    assert held["bytes up"]
    assert held["bytes down"]
    assert held["files a stroke"]


def test_crowd(apart, lab_app, stock_app):
    visits = apart(crowd.measure, lab_app, ((1, None), (5, 10.0)), 1.0)
    queued = {1: apart(draw_in_queue, stock_app, 1, 5.0)}
    assert sum(visit.wrong for visit in visits.values()) == 0
    assert visits[5, 10.0].fewest > 0, "everybody is answered"
    visits[50, None] = visits[5, 10.0]
    assert holding(crowd.summed_up(visits, queued)[1])["wrong answers"]


def test_inference(tmp_path):
    inference.main(["--quick", "--out", str(tmp_path)])
    result = json.loads((tmp_path / "inference.json").read_text())
    assert {check["asked"] for check in result["checks"] if check["bound"] == 50} == {
        "interpolation, 3 x 32 frames, ms",
        "100 samples of the VAE, ms",
        "100 samples of the GAN, ms",
        "a map of 20 x 20, ms",
    }


@pytest.mark.browser
def test_cold_start(apart, lab_app):
    lab = apart(cold_start.start, cold_start.COMMANDS[cold_start.LAB])
    assert lab["page"] < lab["pad"] < lab["reconstruction"]
    assert lab["told"], "the pad says that the networks are waking"
    traffic, hosts = apart(cold_start.weigh, lab_app)
    starts = {
        cold_start.EMPTY: [{"page": lab["page"]}],
        cold_start.LAB: [lab],
        cold_start.EAGER: [lab],
    }
    assert holding(cold_start.summed_up(starts, traffic, hosts)[1])["hosts besides our own"]


@pytest.mark.training
def test_training():
    digits = training.some_digits(512)
    recipe = replace(RECIPES["vanilla"], batch=64)
    assert training.rate_of_ours("vanilla", digits, recipe) > 0
    assert training.rate_of_plain("vanilla", digits, recipe) > 0
    seconds, peak = training.trained(Run(width=0.5), 512)
    assert seconds > 0
    assert peak > 10**8


def test_growth(apart, lab_app):
    assert list(growth.by_networks((1,), 1)) == [1]
    assert list(growth.by_canvas((28, 140), 1)) == [28, 140]
    waits, shares = apart(growth.by_visitors, lab_app, (1, 2), 0.5)
    assert waits[2].median == pytest.approx(2 * shares[2].median)
