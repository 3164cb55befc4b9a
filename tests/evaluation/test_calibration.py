import numpy as np
import pytest
from scipy.special import softmax
from sklearn.calibration import calibration_curve

from mnistlab.evaluation.calibration import (
    expected_calibration_error,
    fit_temperature,
    percentile_of,
    quantiles,
)


def drawn(temperature):
    """Logits, and labels that follow them once they are divided by the temperature."""
    rng = np.random.default_rng(0)
    logits = 3 * rng.standard_normal((20_000, 4))
    shares = softmax(logits / temperature, axis=1).cumsum(axis=1)
    return logits, (rng.random((20_000, 1)) > shares[:, :-1]).sum(axis=1)


def test_calibration_error_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [1, 0]])
    labels = np.array([0, 1, 1, 0])
    expected = (2 * abs(0.5 - 0.9) + abs(1 - 0.6) + 0) / 4
    assert expected_calibration_error(probabilities, labels) == pytest.approx(expected)
    assert expected_calibration_error(probabilities, labels, bins=1) == pytest.approx(0.85 - 0.75)


def test_calibration_error_is_that_of_scikit_learns_curve():
    logits, labels = drawn(2)
    probabilities = softmax(logits, axis=1)
    confidence, correct = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    accuracy, mean_confidence = calibration_curve(correct, confidence, n_bins=15)
    counts = np.histogram(confidence, bins=15, range=(0, 1))[0]
    expected = np.sum(counts[counts > 0] * np.abs(accuracy - mean_confidence)) / len(labels)
    assert expected_calibration_error(probabilities, labels) == pytest.approx(expected)


@pytest.mark.parametrize("temperature", [0.5, 1, 3])
def test_the_temperature_is_found_and_calibrates(temperature):
    logits, labels = drawn(temperature)
    found = fit_temperature(logits.astype(np.float32), labels)
    assert found == pytest.approx(temperature, rel=0.05)
    assert expected_calibration_error(softmax(logits / found, axis=1), labels) < 0.01


def test_a_calibration_that_cannot_be_measured_is_refused():
    with pytest.raises(ValueError, match=r"probabilities must lie in \[0, 1\], got 0.0 to 2.0"):
        expected_calibration_error(np.array([[2.0, 0.0]]), np.array([0]))
    with pytest.raises(ValueError, match="bins must be >= 1, got 0"):
        expected_calibration_error(np.array([[1.0, 0.0]]), np.array([0]), bins=0)
    with pytest.raises(ValueError, match="labels must be from 0 to 1, got 2 to 2"):
        fit_temperature(np.array([[1.0, 0.0]]), np.array([2]))


def test_quantiles_of_a_ramp():
    assert quantiles(np.arange(201)) == pytest.approx(np.arange(0, 201, 2))
    with pytest.raises(ValueError, match=r"finite and \(n,\) with n >= 1, got \(0,\)"):
        quantiles(np.array([]))


def test_percentile_is_the_share_that_is_worse():
    reference = np.random.default_rng(0).gamma(2, size=10_000)
    values = np.array([[0, 0.5, 1], [2, 4, 1000]])
    expected = [[100 * np.mean(reference >= value) for value in row] for row in values]
    found = percentile_of(values, quantiles(reference))
    assert found.shape == values.shape
    np.testing.assert_allclose(found, expected, atol=0.2)
    assert found[0, 0] == 100
    assert found[1, 2] == 0
    assert percentile_of(0.5, quantiles(reference)) == pytest.approx(found[0, 1])


def test_what_equals_the_reference_counts_as_worse():
    assert percentile_of([1, 2, 3], quantiles(np.full(50, 2.0))) == pytest.approx([100, 100, 0])


def test_percentile_wants_rising_quantiles():
    with pytest.raises(ValueError, match=r"\(101,\) and rising, got shape \(100,\)"):
        percentile_of(1.0, np.arange(100))
    with pytest.raises(ValueError, match="rising"):
        percentile_of(1.0, -np.arange(101))
