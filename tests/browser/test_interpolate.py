"""The Interpolate tab with the networks that ship."""

import io
import json
import re
import zipfile

import pytest
from PIL import Image

from tests.browser.conftest import WIDE

FRAMES = """() => [...document.querySelectorAll("#lab-interpolate .now canvas")]
  .map((canvas) => canvas.toDataURL())"""
SQUARE = """() => [document.querySelector("#lab-interpolate .sheet canvas").toDataURL()]"""
PLACE = "#lab-interpolate .place"
TWO = "&a=test:1&b=test:2"


def open_walk(visit, query="", options=WIDE):
    page = visit("?tab=interpolate" + query, options)
    page.locator("#lab-interpolate .cursor:not([hidden])").first.wait_for()
    return page


def wait_for_change(page, what, before):
    page.wait_for_function(
        f"(before) => ({what})().every((picture, i) => picture !== before[i])", arg=before
    )
    return page.evaluate(what)


def requests_of(page):
    """What the page asks the server from now on."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def test_three_strips_with_the_confidence_of_the_referee_under_each_frame(visit):
    page = open_walk(visit, TWO + "&steps=24&path=linear&plain=vanilla")
    strips = page.locator("#lab-interpolate .strip")
    assert strips.locator("h3 b").all_inner_texts() == ["VAE", "Vanilla", "Cross-fade"]
    for strip in strips.all():
        assert strip.locator(".sure i").count() == 24
        told = strip.locator(".sure").get_attribute("aria-label")
        assert len(re.findall(r"[<>]?\d+ %", told)) == 24
        runs = strip.locator(".read span").all()
        spans = [run.evaluate("(s) => Number(s.style.gridColumn.match(/\\d+/)[0])") for run in runs]
        assert sum(spans) == 24
        assert re.search(r"least sure [<>]?\d+ % at frame \d+", strip.inner_text())
    before = page.evaluate(FRAMES)
    page.get_by_role("button", name="Spherical").click()
    page.wait_for_function(f"(before) => ({FRAMES})()[0] !== before", arg=before[0])
    assert "path=spherical" in page.url
    assert page.evaluate(FRAMES)[2] == before[2], "a cross-fade has no arc"


def test_scrubbing_asks_the_server_nothing(visit):
    page = open_walk(visit, TWO + "&steps=16")
    before = page.evaluate(FRAMES)
    asked = requests_of(page)
    page.get_by_role("slider", name="Frame").focus()
    page.keyboard.press("ArrowRight")
    assert all(now != then for now, then in zip(page.evaluate(FRAMES), before, strict=True))
    page.keyboard.press("End")
    assert page.locator(PLACE).inner_text() == "frame 16 of 16"
    page.locator("#lab-interpolate .film").first.click(position={"x": 3, "y": 10})
    assert page.locator(PLACE).inner_text() == "frame 1 of 16"
    assert asked == []


def test_play_goes_there_and_back_until_it_is_paused(visit):
    page = open_walk(visit, TWO + "&steps=8")
    page.evaluate("""() => {
      window.seen = [];
      new MutationObserver(() => seen.push(document.querySelector("#lab-interpolate .frame").value))
        .observe(document.querySelector("#lab-interpolate .place"), { childList: true });
    }""")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => seen.includes('7') && seen.lastIndexOf('0') > seen.indexOf('7')")
    page.get_by_role("button", name="Pause").click()
    assert page.get_by_role("button", name="Play").is_visible()


def test_with_reduced_motion_play_goes_once(visit):
    page = open_walk(visit, TWO + "&steps=8&frame=5", {**WIDE, "reduced_motion": "reduce"})
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_role("button", name="Play").wait_for()
    assert page.locator(PLACE).inner_text() == "frame 8 of 8"


def test_a_second_drawing_can_be_an_end_and_a_link_brings_it_back(visit):
    page = open_walk(visit, TWO)
    before = page.evaluate(FRAMES)
    pad = page.locator("#lab-interpolate .end canvas").nth(1).bounding_box()
    middle = pad["x"] + pad["width"] / 2
    page.mouse.move(middle, pad["y"] + 20)
    page.mouse.down()
    page.mouse.move(middle, pad["y"] + pad["height"] - 20, steps=8)
    drawing = wait_for_change(page, FRAMES, before)
    page.mouse.up()
    assert drawing != before, "the strips move before the pen is lifted"
    page.wait_for_function("() => location.search.includes('b=ink:')")
    again = open_walk(visit, page.url[page.url.index("&a=") :])
    assert again.get_by_text("your drawing", exact=True).is_visible()
    page.wait_for_function(
        f"(wanted) => ({FRAMES})().join() === wanted.join()", arg=again.evaluate(FRAMES)
    )


def test_your_digit_walks_on_its_own(visit):
    page = open_walk(visit, "&digit=test:5&b=test:2")
    assert page.get_by_label("A comes from").input_value() == "mine"
    before = page.evaluate(FRAMES)
    page.get_by_role("tab", name="Draw").click()
    page.get_by_role("button", name="A test digit: 0").click()
    page.get_by_text("MNIST says 0").wait_for()
    page.get_by_role("tab", name="Interpolate").click()
    wait_for_change(page, FRAMES, before)


def test_next_goes_through_the_digits_of_a_class_and_a_blank_pad_is_said(visit):
    page = open_walk(visit, TWO)
    page.get_by_label("B comes from").select_option("8")
    seen = set()
    for _ in range(3):
        page.wait_for_function("(seen) => !seen.includes(location.search)", arg=list(seen))
        seen.add(page.evaluate("location.search"))
        page.get_by_role("button", name="Next test digit for B").click()
    assert len(seen) == 3
    assert page.get_by_label("B comes from").input_value() == "8"
    page.wait_for_function("(seen) => !seen.includes(location.search)", arg=list(seen))
    page.locator("#lab-interpolate .end h2 span").nth(1).filter(has_text="test digit").wait_for()
    page.get_by_label("B comes from").select_option("ink")
    page.get_by_text("Draw a digit on pad B").wait_for()
    assert page.locator("#lab-interpolate .cursor:not([hidden])").count() == 3, "the strips stay"


def test_a_square_between_four_digits(visit):
    page = open_walk(visit, TWO + "&corners=test:3,test:4")
    square = page.locator("#lab-interpolate .sheet")
    square.scroll_into_view_if_needed()
    square.locator("i:not([hidden])").wait_for()
    square.focus()
    page.keyboard.press("End")
    label = page.locator("#lab-interpolate .picked canvas").get_attribute("aria-label")
    assert label.startswith("row 8, column 8. The referee reads")
    before = page.evaluate(SQUARE)
    page.get_by_role("button", name="Another lower left").click()
    wait_for_change(page, SQUARE, before)
    assert re.search(r"corners=test:\d+,test:4", page.url)


def test_a_walk_can_be_kept_as_a_gif_a_strip_or_whole(visit, tmp_path):
    page = open_walk(visit, TWO + "&steps=8")

    def kept(button):
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        download.value.save_as(tmp_path / button)
        return (tmp_path / button).read_bytes()

    with Image.open(io.BytesIO(kept("GIF"))) as picture:
        assert (picture.format, picture.n_frames) == ("GIF", 14), "there and back"
    with Image.open(io.BytesIO(kept("PNG strip"))) as picture:
        assert picture.format == "PNG"
        assert picture.width > 8 * 56
    with zipfile.ZipFile(io.BytesIO(kept("Download all"))) as result:
        names = set(result.namelist())
        record = json.loads(result.read("result.json"))
        compile(result.read("reproduce.py"), "reproduce.py", "exec")
    assert names == {"strips.png", "walk.gif", "result.json", "reproduce.py"}
    assert len(record["ways"]["pixels"]["read_as"]) == record["steps"] == 8


@pytest.mark.parametrize(
    "query", ["&a=test:99999&b=test:2", "&a=ink:xx&steps=1e9&frame=-3&path=no"]
)
def test_a_link_that_is_wrong_loses_nothing(visit, query):
    page = visit("?tab=interpolate" + query)
    if "99999" in query:
        page.get_by_text("there is no 99999").wait_for()
        page.get_by_label("A comes from").select_option("4")
    page.locator("#lab-interpolate .cursor:not([hidden])").first.wait_for()
