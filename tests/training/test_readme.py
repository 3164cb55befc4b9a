"""The parts of the README that are printed from files."""

import pytest

from mnistlab.training.readme import times, written_into


def test_a_part_takes_the_place_of_what_was_between_its_marks():
    page = "before <!-- times -->\nold\n<!-- /times --> after"
    once = written_into(page, {"times": "new\n"})
    assert once == "before <!-- times -->\nnew\n<!-- /times --> after"
    assert written_into(once, {"times": "new\n"}) == once


def test_a_page_without_marks_is_refused():
    with pytest.raises(ValueError, match="<!-- table -->"):
        written_into("nothing here", {"table": "| |"})


def test_the_minutes_of_the_cards_are_added_up():
    said = times({"gan": 30.4, "vae": 12.0}, 4.56)
    assert "42 minutes" in said
    assert "gan alone 30" in said
    assert "4.6 minutes" in said
