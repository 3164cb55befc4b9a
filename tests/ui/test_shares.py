import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistlab.ui.shares import REMEMBERED, Allowance, Places


def test_one_address_leaves_places_for_the_others():
    places = Places(3, 2)
    assert places.enter("a")
    assert places.enter("a")
    assert not places.enter("a")
    assert places.enter("b")
    assert not places.enter("c"), "all are taken"
    places.leave("a")
    assert places.enter("c")


@given(st.lists(st.sampled_from(["a", "b", "-a", "-b"]), max_size=60))
def test_no_more_are_inside_than_there_are_places(steps):
    places, inside = Places(5, 3), {"a": 0, "b": 0}
    for step in steps:
        address = step[-1]
        if step.startswith("-"):
            if inside[address]:
                places.leave(address)
                inside[address] -= 1
        else:
            fits = sum(inside.values()) < 5 and inside[address] < 3
            assert places.enter(address) == fits
            inside[address] += fits
    assert set(places._taken) == {address for address, n in inside.items() if n}


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_an_allowance_is_used_up_and_grows_again(clock):
    allowance = Allowance(10, 6, 1, clock)
    assert allowance.take("a", 6)
    assert not allowance.take("a", 1)
    assert allowance.take("b", 4)
    assert not allowance.take("b", 1), "of all there is nothing left"
    clock.now = 3
    assert not allowance.take("a", 4)
    assert allowance.take("a", 3)
    clock.now = 1000
    assert allowance.take("a", 6)
    assert not allowance.take("a", 1), "it grows no further than it was"


def test_what_does_not_fit_costs_nothing(clock):
    allowance = Allowance(10, 6, 1, clock)
    assert not allowance.take("a", 7)
    assert allowance.take("a", 6)


def test_not_every_address_is_remembered(clock):
    allowance = Allowance(1e9, 6, 0, clock)
    for address in range(2 * REMEMBERED):
        assert allowance.take(str(address), 1)
    assert len(allowance._left) == REMEMBERED
