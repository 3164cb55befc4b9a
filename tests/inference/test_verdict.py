from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from mnistlab.inference.exhibits import Exhibits
from mnistlab.inference.verdict import busyness, judge

WEIGHTS = Path(__file__).parents[2] / "weights"


def lab_of(busiest):
    return SimpleNamespace(exhibits=SimpleNamespace(busiest=busiest))


def test_ink_is_a_sum_and_edges_are_a_total_variation():
    square = np.zeros((1, 28, 28))
    square[0, 5:10, 5:12] = 0.5
    ink, edges = busyness(square)
    assert ink[0] == 5 * 7 * 0.5
    assert edges[0] == (5 + 7) * 2 * 0.5


@pytest.mark.parametrize(
    ("busiest", "strangeness", "id_", "why"),
    [
        ((10, 100), 50.0, "not", "No test digit has as much ink."),
        ((100, 10), 50.0, "not", "No test digit has as many edges."),
        ((100, 100), 50.0, "digit", "50 % of test digits"),
        ((100, 100), 4.9, "unsure", "Only 4.9 %"),
        ((100, 100), 0.9, "not", "Fewer than 1 %"),
    ],
)
def test_what_is_too_much_or_too_strange_is_no_digit(busiest, strangeness, id_, why):
    digit = np.zeros((28, 28))
    digit[5:10, 5:12] = 1
    verdict = judge(lab_of(busiest), digit, strangeness)
    assert verdict.id == id_
    assert why in verdict.why


@pytest.mark.skipif(not (WEIGHTS / "exhibits.safetensors").exists(), reason="needs weights/")
def test_digits_that_did_not_ship_are_hardly_ever_too_busy(digits):
    most_ink, most_edges = Exhibits.read(WEIGHTS).busiest
    ink, edges = busyness(np.concatenate([digits.x_train, digits.x_test]))
    assert np.mean((ink > most_ink) | (edges > most_edges)) <= 0.005
