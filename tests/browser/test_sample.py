"""The Sample and the Interpolate tab."""

import io
import json
import re
import zipfile

import pytest
from PIL import Image

from tests.browser.conftest import PHONE, WIDE

SHEETS = """() => [...document.querySelectorAll("#lab-sample .sheet canvas")]
  .map((canvas) => canvas.toDataURL())"""
FRAMES = """() => [...document.querySelectorAll("#lab-interpolate .now canvas")]
  .map((canvas) => canvas.toDataURL())"""
OVERFLOW = "() => document.documentElement.scrollWidth - innerWidth"


def open_sample(visit, query="", options=WIDE):
    page = visit("?tab=sample" + query, options)
    page.wait_for_function(
        """() => [...document.querySelectorAll("#lab-sample .source dl")]
          .filter((list) => list.children.length).length === 4"""
    )
    page.wait_for_function("() => !document.querySelector('#lab-sample .lab-grid i[hidden]')")
    return page


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


def test_four_sheets_beside_one_another_and_a_seed_repeats_them(visit):
    page = open_sample(visit)
    first = page.evaluate(SHEETS)
    assert len(set(first)) == 4
    page.get_by_label("Seed").fill("7")
    other = wait_for_change(page, SHEETS, first)
    assert "seed=7" in page.url
    page.get_by_label("Seed").fill("0")
    assert wait_for_change(page, SHEETS, other) == first
    page.locator("#lab-sample").get_by_role("button", name="New").click()
    wait_for_change(page, SHEETS, first)


def test_a_link_opens_with_the_same_samples(visit):
    query = "&seed=3&count=16&temperature=0.5&class=4"
    first = open_sample(visit, query)
    assert first.get_by_text("Asked for 4.").is_visible()
    assert first.get_by_text("the referee picked what reads 4").count() == 2
    assert open_sample(visit, query).evaluate(SHEETS) == first.evaluate(SHEETS)


def test_looking_at_a_sample_names_it_and_its_nearest_test_digit(visit):
    page = open_sample(visit, "&count=16")
    card = page.locator('#lab-sample [data-source="gan"]')
    assert re.search(r"reads \d [<>]?\d+\s%", card.inner_text())
    before = card.locator(".look canvas").first.evaluate("(c) => c.toDataURL()")
    assert re.search(r"sample 1, and the nearest of the [\d,]+ test digits", card.inner_text())
    asked = requests_of(page)
    card.locator(".sheet").hover(position={"x": 200, "y": 100})
    assert card.locator(".look canvas").first.evaluate("(c) => c.toDataURL()") != before
    card.locator(".sheet").focus()
    page.keyboard.press("Home")
    assert card.locator(".look canvas").first.evaluate("(c) => c.toDataURL()") == before
    page.keyboard.press("ArrowDown")
    assert "sample 5," in card.inner_text()
    assert asked == [], "it is all there already"


def test_every_dimension_turns_the_picture_and_reset_turns_it_back(visit):
    page = open_sample(visit, "&digit=test:5")
    sliders = page.locator("#lab-sample .dims input")
    sliders.first.wait_for()
    picture = """() => [document.querySelector("#lab-sample .now").toDataURL()]"""
    start = page.evaluate(picture)
    sliders.first.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    wait_for_change(page, picture, start)
    page.get_by_role("button", name="Reset").click()
    assert page.evaluate(picture) == start
    page.get_by_role("button", name="2-D autoencoder").click()
    page.wait_for_function("() => document.querySelectorAll('#lab-sample .dims li').length === 2")
    assert "code=ae_2d" in page.url


def test_samples_can_be_kept(visit, tmp_path):
    page = open_sample(visit)
    with page.expect_download() as download:
        page.locator('#lab-sample [data-do="save"]').click()
    download.value.save_as(tmp_path / "samples.zip")
    with zipfile.ZipFile(tmp_path / "samples.zip") as result:
        record = json.loads(result.read("result.json"))
        compile(result.read("reproduce.py"), "reproduce.py", "exec")
    assert set(record["sources"]) == {"real", "vae", "gan", "vae_2d"}
    assert record["seed"] == 0


def test_the_scrubber_asks_the_server_nothing(visit):
    page = open_walk(visit, "&a=test:1&b=test:2&steps=16")
    before = page.evaluate(FRAMES)
    asked = requests_of(page)
    page.get_by_role("slider", name="Frame").focus()
    page.keyboard.press("ArrowRight")
    assert all(now != then for now, then in zip(page.evaluate(FRAMES), before, strict=True))
    page.keyboard.press("End")
    assert page.locator("#lab-interpolate .place").inner_text() == "frame 16 of 16"
    page.locator("#lab-interpolate .film").first.click(position={"x": 3, "y": 10})
    assert page.locator("#lab-interpolate .place").inner_text() == "frame 1 of 16"
    assert asked == []


def test_play_goes_there_and_back_until_it_is_paused(visit):
    page = open_walk(visit, "&steps=8")
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
    page = open_walk(visit, "&steps=8&frame=5", {**WIDE, "reduced_motion": "reduce"})
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_role("button", name="Play").wait_for()
    assert page.locator("#lab-interpolate .place").inner_text() == "frame 8 of 8"


def test_an_end_can_be_drawn_and_a_link_brings_it_back(visit):
    page = open_walk(visit, "&a=test:1&b=test:2")
    before = page.evaluate(FRAMES)
    box = page.locator("#lab-interpolate .end canvas").nth(1).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 20, steps=8)
    page.mouse.up()
    wait_for_change(page, FRAMES, before)
    page.wait_for_function("() => location.search.includes('b=ink:')")
    page.wait_for_timeout(200)
    again = open_walk(visit, page.url[page.url.index("&a=") :])
    assert again.get_by_text("your drawing", exact=True).is_visible()
    assert again.evaluate(FRAMES) == page.evaluate(FRAMES)


def test_your_digit_walks_on_its_own(visit):
    page = open_walk(visit, "&digit=test:5&b=test:2")
    assert page.get_by_label("A comes from").input_value() == "mine"
    before = page.evaluate(FRAMES)
    page.get_by_role("tab", name="Draw").click()
    page.get_by_role("button", name="A test digit: 0").click()
    page.get_by_text("MNIST says 0").wait_for()
    page.get_by_role("tab", name="Interpolate").click()
    wait_for_change(page, FRAMES, before)


def test_next_goes_through_the_digits_of_a_class(visit):
    page = open_walk(visit, "&a=test:1&b=test:2")
    page.get_by_label("B comes from").select_option("8")
    seen = set()
    for _ in range(3):
        page.wait_for_function("(seen) => !seen.includes(location.search)", arg=list(seen))
        seen.add(page.evaluate("location.search"))
        page.get_by_role("button", name="Another test digit for B").click()
    assert len(seen) == 3
    assert page.get_by_label("B comes from").input_value() == "8"


def test_a_blank_end_is_said_and_the_strips_stay(visit):
    page = open_walk(visit, "&a=test:1&b=test:2")
    before = page.evaluate(FRAMES)
    page.get_by_label("B comes from").select_option("ink")
    page.get_by_text("Draw a digit on pad B").wait_for()
    assert page.evaluate(FRAMES) == before


def test_steps_path_and_model_are_in_the_address(visit):
    page = open_walk(visit, "&a=test:1&b=test:2&steps=24&path=linear&plain=vanilla")
    assert page.locator("#lab-interpolate .sure").first.locator("i").count() == 24
    assert page.locator("#lab-interpolate .strip h3 b").all_inner_texts()[1] == "Vanilla"
    page.get_by_role("button", name="Spherical").click()
    assert "path=spherical" in page.url


def test_four_corners(visit):
    page = open_walk(visit, "&a=test:1&b=test:2&corners=test:3,test:4")
    square = page.locator("#lab-interpolate .sheet")
    square.locator("i:not([hidden])").wait_for()
    square.focus()
    page.keyboard.press("End")
    label = page.locator("#lab-interpolate .picked canvas").get_attribute("aria-label")
    assert label.startswith("row 8, column 8. The referee reads")
    sheet = "() => [document.querySelector('#lab-interpolate .sheet canvas').toDataURL()]"
    before = page.evaluate(sheet)
    page.get_by_role("button", name="Another lower left").click()
    wait_for_change(page, sheet, before)


@pytest.mark.parametrize(("button", "kind"), [("GIF", "GIF"), ("PNG strip", "PNG")])
def test_a_strip_is_a_picture(visit, tmp_path, button, kind):
    page = open_walk(visit, "&a=test:1&b=test:2")
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    download.value.save_as(tmp_path / "strip")
    with Image.open(io.BytesIO((tmp_path / "strip").read_bytes())) as picture:
        assert picture.format == kind


def test_a_walk_can_be_kept_whole(visit, tmp_path):
    page = open_walk(visit, "&a=test:1&b=test:2&steps=8")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all").click()
    download.value.save_as(tmp_path / "walk.zip")
    with zipfile.ZipFile(tmp_path / "walk.zip") as result:
        names = set(result.namelist())
        record = json.loads(result.read("result.json"))
        compile(result.read("reproduce.py"), "reproduce.py", "exec")
    assert names == {"strips.png", "walk.gif", "result.json", "reproduce.py"}
    assert len(record["ways"]["pixels"]["read_as"]) == record["steps"] == 8


@pytest.mark.parametrize("open_tab", [open_sample, open_walk])
def test_the_phone_scrolls_one_way_and_every_target_can_be_hit(visit, open_tab):
    page = open_tab(visit, options=PHONE)
    assert page.evaluate(OVERFLOW) <= 0
    small = page.evaluate(
        """() => [...document.querySelectorAll(".lab button, .lab select, .lab summary")]
        .filter((b) => b.getClientRects().length)
        .map((b) => [b.textContent.trim(), b.getBoundingClientRect()])
        .filter(([, r]) => r.height < 43.5 || r.width < 43.5).map(([name]) => name)"""
    )
    assert small == []


@pytest.mark.parametrize("open_tab", [open_sample, open_walk])
def test_every_picture_has_words(visit, open_tab):
    page = open_tab(visit)
    mute = page.evaluate(
        """() => [...document.querySelectorAll("#lab-sample canvas, #lab-interpolate canvas")]
        .filter((c) => !c.getAttribute("role") || !c.getAttribute("aria-label")).length"""
    )
    assert mute == 0
