import base64

import numpy as np
import pytest

from mnistlab.inference import latent_map
from mnistlab.inference.latent_map import BINS, GRID, count_in_cells, hole_share, neighbours, window
from mnistlab.inference.pictures import picture_text, unpacked
from tests.ui.fake_lab import FakeLab


@pytest.fixture(scope="module")
def lab():
    return FakeLab()


@pytest.fixture(scope="module")
def overview(lab):
    return latent_map.overview(lab)


def test_the_window_holds_nearly_all_codes_and_is_a_square():
    codes = np.random.default_rng(0).normal((3, -1), (2, 0.5), (10_000, 2))
    codes[0] = (1000, 1000)
    centre, half = window(codes)
    assert centre == pytest.approx((3, -1), abs=0.2)
    inside = np.all(np.abs(codes - centre) <= half, axis=1)
    assert 0.97 < inside.mean() < 1
    assert half < 10


def test_a_single_point_has_a_window_too():
    centre, half = window(np.full((5, 2), 2.0))
    assert centre.tolist() == [2, 2]
    assert half > 0


def test_cells_are_counted_from_the_top_left():
    codes = np.array([[-0.9, 0.9], [-0.9, 0.9], [0.9, -0.9], [5, 5]])
    counts = count_in_cells(codes, np.zeros(2), 1.0, 2)
    assert counts.tolist() == [[2, 0], [0, 1]]


def test_a_normal_has_few_holes_and_islands_have_many_on_whatever_scale():
    rng = np.random.default_rng(1)
    normal = rng.standard_normal((10_000, 2))
    islands = rng.normal(0, 0.1, (10_000, 2)) + rng.choice([-2, 2], (10_000, 2))
    assert hole_share(normal) < 0.02
    assert hole_share(islands) > 0.8
    slanted = normal @ np.array([[30.0, 5.0], [0.0, 0.2]]) + (100, -7)
    assert hole_share(slanted) < 0.02


def test_along_an_axis_every_test_digit_is_counted(lab):
    axes = latent_map.axes(lab)
    assert list(axes) == ["ae_2d", "vae_2d"]
    codes = lab.exhibits.maps["vae_2d"]
    for i, counts in enumerate(axes["vae_2d"]["counts"]):
        assert sum(counts) == len(codes)
        low, high = axes["vae_2d"]["low"][i], axes["vae_2d"]["high"][i]
        half = len(counts) // 2
        assert sum(counts[:half]) == pytest.approx((codes[:, i] < (low + high) / 2).sum(), abs=1)


def test_without_maps_there_are_no_axes(lab, monkeypatch):
    monkeypatch.setattr(lab, "models", ("vanilla",))
    assert latent_map.axes(lab) == {}


def test_neighbours_are_the_nearest_first():
    codes = np.array([[0, 0], [3, 0], [1, 0], [0, 2]], float)
    nearest, distance = neighbours(codes, np.array([0.9, 0]))
    assert nearest.tolist() == [2, 0, 1, 3]
    assert distance[0] == pytest.approx(0.1)
    assert np.all(np.diff(distance) >= 0)


def test_the_overview_holds_both_maps_whole(lab, overview):
    shown = len(lab.exhibits.test_images)
    assert list(overview["models"]) == ["ae_2d", "vae_2d"]
    assert len(overview["labels"]) == shown
    for name, plane in overview["models"].items():
        points = np.frombuffer(base64.b64decode(plane["points"]), "<f4").reshape(-1, 2)
        assert points == pytest.approx(lab.exhibits.maps[name][:shown], rel=1e-5)
        assert len(unpacked(plane["grid"])) == GRID**2 * 784
        assert len(plane["counts"]) == BINS**2
        assert 0.85 * overview["digits"] < sum(plane["counts"]) <= overview["digits"]
        assert 0 <= plane["holes"] <= 1


def test_the_grid_is_what_the_model_decodes_in_the_middle_of_each_cell(lab, overview):
    plane = overview["models"]["vae_2d"]
    (c1, c2), half = plane["centre"], plane["half"]
    step = 2 * half / GRID
    corner = [c1 - half + step / 2, c2 + half - step / 2]
    row = [c1 - half + step / 2, c2 + half - 1.5 * step]
    grid = unpacked(plane["grid"]).reshape(-1, 784).astype(int)
    for place, code in [(0, corner), (GRID, row)]:
        wanted = lab.decode("vae_2d", np.array([code], np.float32)).reshape(784) * 255
        assert np.abs(grid[place] - wanted).max() < latent_map.FAINT + 1


def test_only_the_vae_has_a_width_where_a_digit_lies(lab):
    digit = lab.exhibits.test_images[3].astype(np.float32) / 255
    places = latent_map.locate(lab, digit)["places"]
    assert places["ae_2d"]["sd"] is None
    assert places["vae_2d"]["sd"] == pytest.approx([0.2, 0.2])
    for name, place in places.items():
        assert place["z"] == pytest.approx(lab.exhibits.maps[name][3], rel=1e-3)


def test_a_point_is_decoded_read_and_given_its_neighbours(lab):
    z = [float(v) for v in lab.exhibits.maps["ae_2d"][7]]
    answer = latent_map.decode_at(lab, "ae_2d", z)
    assert answer["picture"] == picture_text(lab.decode("ae_2d", np.array([z], np.float32)))
    assert answer["nearest"][0] == 7
    assert answer["distance"][0] == pytest.approx(0, abs=1e-4)
    assert (
        unpacked(answer["pictures"])[:784].tolist() == lab.exhibits.test_images[7].ravel().tolist()
    )
    assert len(answer["nearest"]) == len(answer["distance"]) == latent_map.NEIGHBOURS
    assert 0 <= answer["read_as"] <= 9


@pytest.mark.parametrize("z", [None, [], [1], [1, 2, 3], ["a", 1], [float("nan"), 0], [1e9, 0], 4])
def test_what_is_no_point_is_refused(lab, z):
    with pytest.raises(ValueError, match="two numbers"):
        latent_map.decode_at(lab, "vae_2d", z)


@pytest.mark.parametrize("model", ["vae", "nobody", None, ["ae_2d"]])
def test_a_model_without_a_map_is_refused(lab, model):
    with pytest.raises(ValueError, match="ae_2d and vae_2d"):
        latent_map.decode_at(lab, model, [0, 0])


def test_weights_without_a_map_say_so(monkeypatch):
    lab = FakeLab()
    lab.exhibits.maps.clear()
    with pytest.raises(ValueError, match="no model with a code of two"):
        latent_map.overview(lab)
