"""The Latent map tab."""

import json
import zipfile

import pytest

from tests.browser.conftest import PHONE, WIDE

PLANE = "#lab-map [data-model={}]"


def open_map(visit, query="", options=WIDE):
    page = visit("?tab=map&digit=test:3" + query, options)
    for model in ("ae_2d", "vae_2d"):
        page.locator(PLANE.format(model) + " .says", has_text="Reads").wait_for()
        page.locator(PLANE.format(model) + " .yours", has_text="Your digit").wait_for()
    return page


def text(page, model, part):
    return page.locator(PLANE.format(model) + " " + part).inner_text()


def numbers(page, model):
    where = text(page, model, ".where").replace("−", "-")
    return [float(part.split()[1]) for part in where.split(",")]


def picture(page, selector):
    return page.locator(selector).evaluate("(canvas) => canvas.toDataURL()")


def over(page, model, x, y):
    """A point of the chart in shares of its size, on the page."""
    page.locator(PLANE.format(model) + " .chart").scroll_into_view_if_needed()
    box = page.locator(PLANE.format(model) + " .chart").bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def wait_for_answer(page, model, before):
    page.wait_for_function(
        "([part, before]) => document.querySelector(part).textContent !== before",
        arg=[PLANE.format(model) + " .where", before],
    )


def test_hovering_decodes_before_the_server_has_answered(visit):
    page = open_map(visit)
    decoded = PLANE.format("vae_2d") + " .decoded"
    before, other = picture(page, decoded), text(page, "ae_2d", ".where")
    held = []  # requests that have to wait
    page.route("**/component_server/**", lambda route: held.append(route))
    page.mouse.move(*over(page, "vae_2d", 0.9, 0.2))
    page.wait_for_function(
        "([part, before]) => document.querySelector(part).toDataURL() !== before",
        arg=[decoded, before],
    )
    page.wait_for_timeout(100)
    assert len(held) == 1, "the exact picture is asked for, and not waited for"
    assert text(page, "ae_2d", ".where") == other
    held[0].continue_()


def test_a_click_pins_the_point_and_the_address_keeps_it(visit):
    page = open_map(visit)
    before = text(page, "vae_2d", ".where")
    page.mouse.click(*over(page, "vae_2d", 0.3, 0.7))
    wait_for_answer(page, "vae_2d", before)
    pinned = text(page, "vae_2d", ".where")
    page.wait_for_function("() => location.search.includes('z=')")
    page.mouse.move(*over(page, "vae_2d", 0.8, 0.2))
    assert text(page, "vae_2d", ".where") == pinned
    again = open_map(visit, "&z=" + page.url.split("&z=")[1].split("&")[0])
    assert text(again, "vae_2d", ".where") == pinned
    page.locator(PLANE.format("vae_2d")).get_by_role("button", name="Back to your digit").click()
    wait_for_answer(page, "vae_2d", pinned)
    assert "z=" not in page.url


def test_the_arrow_keys_move_the_point(visit):
    page = open_map(visit, "&z=0,0")
    chart = page.locator(PLANE.format("vae_2d") + " .chart")
    chart.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    wait_for_answer(page, "vae_2d", "z1 0.00, z2 0.00")
    z1, z2 = numbers(page, "vae_2d")
    assert 0 < z1 < z2
    page.locator("#lab-map .heard", has_text="the referee reads").wait_for(state="attached")


def test_zoom_keeps_the_place_under_the_pointer(visit):
    page = open_map(visit)
    chart = PLANE.format("ae_2d") + " .chart"
    before = picture(page, chart)
    x, y = map(round, over(page, "ae_2d", 0.7, 0.3))  # a click has whole pixels, a wheel parts
    page.mouse.click(x, y)
    where = numbers(page, "ae_2d")
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(200)
    page.mouse.click(x, y)
    page.wait_for_timeout(100)
    assert numbers(page, "ae_2d") == pytest.approx(where, abs=0.011)  # two decimals are shown
    assert picture(page, chart) != before


def test_the_page_scrolls_past_a_plane_that_nobody_has_clicked(visit):
    page = open_map(visit, options={"viewport": {"width": 1280, "height": 500}})
    page.mouse.move(*over(page, "ae_2d", 0.5, 0.5))
    start = page.evaluate("scrollY")
    page.mouse.wheel(0, 200)
    page.wait_for_function("(start) => scrollY !== start", arg=start)


def test_views_and_classes_change_what_is_drawn_and_the_address(visit):
    page = open_map(visit)
    chart = PLANE.format("vae_2d") + " .chart"
    seen = {picture(page, chart)}
    for name in ("Decoded grid", "Both"):
        page.locator("#lab-map").get_by_label(name, exact=True).check()
        page.wait_for_timeout(150)
        seen.add(picture(page, chart))
    assert "view=both" in page.url
    only = page.get_by_role("button", name="Only 4")
    only.click()
    page.wait_for_timeout(150)
    seen.add(picture(page, chart))
    assert len(seen) == 4
    assert only.get_attribute("aria-pressed") == "true"
    assert "only=4" in page.url
    only.click()
    assert "only=" not in page.url


def test_a_place_can_be_kept(visit, tmp_path):
    page = open_map(visit, "&z=0.5,-1")
    with page.expect_download() as download:
        page.locator('#lab-map [data-do="save"]').click()
    download.value.save_as(tmp_path / "map.zip")
    with zipfile.ZipFile(tmp_path / "map.zip") as result:
        record = json.loads(result.read("result.json"))
        compile(result.read("reproduce.py"), "reproduce.py", "exec")
    assert list(record["maps"]) == ["ae_2d", "vae_2d"]
    assert record["maps"]["vae_2d"]["z"] == [0.5, -1]
    assert len(record["maps"]["vae_2d"]["nearest"]) == 8
    assert record["weights"]


def test_a_finger_puts_the_point_down_and_two_zoom(visit):
    page = open_map(visit, options=PHONE)
    x, y = over(page, "ae_2d", 0.6, 0.6)
    before = text(page, "ae_2d", ".where")
    page.touchscreen.tap(x, y)
    wait_for_answer(page, "ae_2d", before)
    chart = PLANE.format("ae_2d") + " .chart"
    page.wait_for_timeout(150)
    still = picture(page, chart)
    client = page.context.new_cdp_session(page)

    def touch(kind, reach):
        points = [{"x": x - reach, "y": y, "id": 0}, {"x": x + reach, "y": y, "id": 1}]
        event = {"type": kind, "touchPoints": points if reach else []}
        client.send("Input.dispatchTouchEvent", event)

    touch("touchStart", 20)
    for reach in (30, 45, 60):
        touch("touchMove", reach)
    touch("touchEnd", 0)
    page.wait_for_timeout(200)
    assert picture(page, chart) != still


@pytest.mark.parametrize("query", ["&z=1&only=x", "&z=1e99,0&only=44&view=no"])
def test_a_link_that_is_wrong_loses_nothing(visit, query):
    page = open_map(visit, query)
    assert "Your digit" in text(page, "vae_2d", ".yours")
