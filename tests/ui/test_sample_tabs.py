import base64

import numpy as np
import pytest

from mnistlab.inference.keeper import LabKeeper
from mnistlab.inference.pictures import to_bytes, unpacked
from mnistlab.ui import interpolate_tab, sample_tab
from mnistlab.ui.wire import encode_ink
from tests.ui.fake_lab import FakeLab


@pytest.fixture(scope="module")
def lab():
    return FakeLab()


def functions(tab, lab):
    """The server functions of a tab, as its page calls them, by name."""
    keeper = LabKeeper(lambda: lab)
    if lab is not None:
        keeper.swap(lab)
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            tab,
            "widget",
            lambda _, server_functions: found.update(
                {function.__name__: function for function in server_functions}
            ),
        )
        tab.build(keeper)
    return found


@pytest.fixture(scope="module")
def sample(lab):
    return functions(sample_tab, lab)


@pytest.fixture(scope="module")
def walk(lab):
    return functions(interpolate_tab, lab)


@pytest.fixture(scope="module")
def digit(lab):
    return base64.b64encode(lab.exhibits.test_images[3].tobytes()).decode()


@pytest.mark.parametrize("tab", [sample_tab, interpolate_tab])
def test_a_tab_waits_for_the_networks(tab):
    for function in functions(tab, None).values():
        assert function({}) == {"waking": True}


def test_a_sheet_travels_with_the_revision_of_its_weights(lab, sample):
    drawn = sample["sheet"]({"source": "gan", "count": 36, "seed": 4, "digit": 2})
    assert len(unpacked(drawn["pictures"])) == 36 * 784
    assert drawn["weights"] == lab.revision


def test_a_sheet_without_a_seed_is_that_of_seed_0(sample):
    plain = {"source": "vae", "count": 16}
    assert sample["sheet"](plain) == sample["sheet"](
        {**plain, "seed": 0, "temperature": 1.0, "digit": None}
    )


def test_the_classes_of_500_draws(sample):
    assert sample["tally"]({"source": "vae_2d", "seed": 1})["n"] == 500


def test_sliders_start_at_the_code_of_the_digit(lab, sample, digit):
    told = sample["dimensions"]({"model": "ae_2d", "digit": digit})
    image = lab.exhibits.test_images[3:4].astype(np.float32) / 255
    np.testing.assert_allclose(told["code"], lab.encode("ae_2d", image)[0], rtol=1e-4)
    assert len(unpacked(sample["turn"]({"model": "ae_2d", "code": [0, 0]})["picture"])) == 784


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("sheet", {}),
        ("sheet", {"source": "vae", "count": 16, "seed": "7"}),
        ("sheet", {"source": ["vae"], "count": 16}),
        ("tally", {"source": "vae", "temperature": []}),
        ("dimensions", {"model": "vae"}),
        ("turn", {"model": "vae", "code": [1e999] * 16}),
    ],
)
def test_what_is_wrong_with_a_draw_is_said(sample, name, request_):
    assert set(sample[name](request_)) == {"error"}
    assert "Something went wrong" not in sample[name](request_)["error"]


REQUEST = {"a": {"test": 1}, "b": {"test": 2}, "plain": "vanilla", "steps": 9, "path": "linear"}


def test_three_strips_of_one_length_travel_once(lab, walk):
    answer = walk["ways"](REQUEST)
    assert list(answer["ways"]) == ["vae", "vanilla", "pixels"]
    for way in answer["ways"].values():
        assert len(unpacked(way["frames"])) == 9 * 784
        assert len(way["read_as"]) == len(way["confidence"]) == 9
    fade = unpacked(answer["ways"]["pixels"]["frames"])
    np.testing.assert_array_equal(fade[:784], lab.exhibits.test_images[1].ravel())
    assert answer["a"]["label"] == lab.exhibits.test_labels[1]


def test_an_end_may_be_a_drawing_or_your_digit(lab, walk, digit):
    ink = np.zeros((140, 140))
    ink[20:120, 60:75] = 1
    request = {**REQUEST, "a": {"ink": encode_ink(ink)}, "b": {"digit": digit}}
    answer = walk["ways"](request)
    assert (answer["a"]["label"], answer["b"]["label"]) == (None, None)
    np.testing.assert_array_equal(
        unpacked(answer["b"]["picture"]), lab.exhibits.test_images[3].ravel()
    )
    drawn = unpacked(answer["a"]["picture"]).reshape(28, 28)
    rows = np.flatnonzero(drawn.max(axis=1) > 128)
    assert rows[-1] - rows[0] < 20, "it went into the box of MNIST"


def test_the_square_has_its_digits_in_its_corners(lab, walk):
    request = {**REQUEST, "c": {"test": 3}, "d": {"test": 4}}
    frames = unpacked(walk["corners"](request)["frames"]).reshape(64, 784).astype(int)
    images = lab.exhibits.test_images[1:5].astype(np.float32) / 255
    rebuilt = to_bytes(lab.decode("vae", lab.encode("vae", images))).reshape(4, 784)
    assert np.abs(frames[[0, 7, 56, 63]] - rebuilt).max() <= 1


@pytest.mark.parametrize(("kind", "start"), [("gif", b"GIF89a"), ("png", b"\x89PNG")])
def test_a_strip_can_be_kept(walk, kind, start):
    assert base64.b64decode(walk["keep"]({**REQUEST, "as": kind})["file"]).startswith(start)


def test_the_shelf_names_the_classes_of_the_pictures(lab, walk):
    labels = walk["shelf"]({})["labels"]
    assert len(labels) == len(lab.exhibits.test_images)
    assert labels[5] == str(lab.exhibits.test_labels[5])


@pytest.mark.parametrize(
    ("name", "wrong", "sentence"),
    [
        ("ways", {"a": None}, "An end of the walk is missing"),
        ("ways", {"a": {"test": 100000}}, "there is no 100000"),
        ("ways", {"a": {"test": True}}, "there is no True"),
        ("ways", {"b": {"ink": encode_ink(np.zeros((140, 140)))}}, "blank"),
        ("ways", {"b": {"digit": "xx"}}, "base64"),
        ("ways", {"plain": "gan"}, "multilayer or vanilla"),
        ("ways", {"steps": 1000}, "2 to 64"),
        ("ways", {"path": "curved"}, "linear or spherical"),
        ("corners", {"path": "linear"}, "An end of the walk is missing"),
        ("keep", {"as": "exe"}, "gif or png"),
    ],
)
def test_what_is_wrong_with_a_walk_is_said(walk, name, wrong, sentence):
    assert sentence in walk[name]({**REQUEST, **wrong})["error"]
