"""The Latent map and the Models tab."""

import pytest

from tests.browser.conftest import PHONE, WIDE

PLANE = "#lab-map [data-model={}]"
SIZE = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
SMALL = """(tab) => [...document.querySelectorAll(
    `${tab} button, ${tab} .lab-choice label, ${tab} summary, ${tab} input[type=range]`)]
  .filter((part) => part.getClientRects().length)
  .map((part) => [part.textContent.trim(), part.getBoundingClientRect()])
  .filter(([, box]) => box.height < 43.5 || box.width < 43.5).map(([name]) => name)"""


def open_map(visit, query="", options=WIDE):
    page = visit("?tab=map&digit=test:3" + query, options)
    for model in ("ae_2d", "vae_2d"):
        page.locator(PLANE.format(model) + " .says", has_text="Reads").wait_for()
        page.locator(PLANE.format(model) + " .yours", has_text="Your digit").wait_for()
    return page


def open_models(visit, query="", options=WIDE):
    page = visit("?tab=models" + query, options)
    page.locator("#lab-models .portrait.ready").wait_for()
    page.wait_for_function(
        "() => document.querySelector('#lab-models .epoch').textContent.trim()"
        " && document.querySelector('#lab-models .about-filters').textContent"
    )
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


@pytest.mark.parametrize("query", ["&z=x", "&z=1", "&z=1e99,0", "&z=,&only=44&view=no"])
def test_a_link_that_is_wrong_loses_nothing(visit, query):
    page = open_map(visit, query)
    assert "Your digit" in text(page, "vae_2d", ".yours")


def test_the_models_open_with_everything(visit):
    page = open_models(visit)
    assert page.locator("#lab-models .ids label").count() == 10
    assert page.locator("#lab-models .what h2").inner_text() == "Vanilla"
    assert page.locator("#lab-models .layers tbody td").count() > 4
    assert page.locator("#lab-models .chart svg path.curve").count() == 2
    assert page.locator("#lab-models .held-out tbody tr").count() >= 1
    assert "revision" in page.locator("#lab-models .weights").inner_text()
    labels = page.locator("#lab-models canvas").evaluate_all(
        "all => all.map((canvas) => canvas.getAttribute('aria-label'))"
    )
    assert len(labels) == 11
    assert all(labels)


def test_scrubbing_through_the_epochs_asks_nobody(visit):
    page = open_models(visit, "&model=vae")
    first = "#lab-models .frames canvas:first-child"
    late = picture(page, first)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#lab-models .scrub input").focus()
    page.keyboard.press("Home")
    assert picture(page, first) != late
    assert "Epoch 0 of" in page.locator("#lab-models .epoch").inner_text()
    assert "epoch=0" in page.url
    assert asked == []
    again = open_models(visit, "&model=vae&epoch=0")
    assert picture(again, first) == picture(page, first)


def test_a_model_is_one_click_away_and_so_is_its_code(visit):
    page = open_models(visit)
    page.locator("#lab-models .ids").get_by_label("Referee").check()
    page.locator("#lab-models .what h2", has_text="Referee").wait_for()
    assert "model=classifier" in page.url
    page.locator("#lab-models .code summary").click()
    page.locator("#lab-models pre", has_text="def classifier").wait_for()
    page.locator("#lab-models .formula summary").click()
    assert page.get_by_role("link", name="arXiv:1706.04599").is_visible()


def test_every_figure_of_one_model(visit):
    page = open_models(visit)
    page.get_by_label("This model, every figure").check()
    rows = page.locator("#lab-models .held-out tbody tr")
    assert rows.count() >= 1
    assert all("Vanilla" in row for row in rows.all_inner_texts())


@pytest.mark.parametrize("opened", [open_map, open_models])
@pytest.mark.parametrize("options", [WIDE, PHONE], ids=["wide", "phone"])
def test_nothing_overflows(visit, opened, options):
    page = opened(visit, options=options)
    assert page.evaluate(SIZE)[0] == options["viewport"]["width"]


@pytest.mark.parametrize(("opened", "tab"), [(open_map, "#lab-map"), (open_models, "#lab-models")])
def test_every_target_of_the_phone_can_be_hit(visit, opened, tab):
    assert opened(visit, options=PHONE).evaluate(SMALL, tab) == []
