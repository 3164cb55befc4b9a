"""The Sample tab with the networks that ship."""

import json
import re
import zipfile

import pytest

SHEETS = """() => [...document.querySelectorAll("#lab-sample .sheet canvas")]
  .map((canvas) => canvas.toDataURL())"""
BARS = """() => [...document.querySelectorAll("#lab-sample .bars")]
  .map((bars) => bars.getAttribute("aria-label"))"""
DECODED = """() => [document.querySelector("#lab-sample .now").toDataURL()]"""
SOURCES = ["real", "vae", "gan", "vae_2d"]


def open_sample(visit, query=""):
    page = visit("?tab=sample&digit=test:5" + query)
    page.wait_for_function(
        """() => [...document.querySelectorAll("#lab-sample .source")].filter((card) =>
          card.querySelector("dl").children.length
          && !card.querySelector(".lab-grid i").hidden).length === 4"""
    )
    return page


def source(page, name):
    return page.locator(f'#lab-sample [data-source="{name}"]')


def wait_for_change(page, what, before):
    page.wait_for_function(
        f"(before) => ({what})().every((picture, i) => picture !== before[i])", arg=before
    )
    return page.evaluate(what)


def test_four_sheets_beside_one_another_and_a_seed_repeats_them(visit):
    page = open_sample(visit)
    assert [card.get_attribute("data-source") for card in page.locator(".source").all()] == SOURCES
    first, classes = page.evaluate(SHEETS), page.evaluate(BARS)
    assert len(set(first)) == 4
    page.get_by_label("Seed").fill("7")
    other = wait_for_change(page, SHEETS, first)
    assert "seed=7" in page.url
    wait_for_change(page, BARS, classes)
    page.get_by_label("Seed").fill("0")
    assert wait_for_change(page, SHEETS, other) == first
    page.locator("#lab-sample").get_by_role("button", name="New").click()
    wait_for_change(page, SHEETS, first)


def test_count_temperature_and_class_are_asked_of_every_sheet(visit):
    page = open_sample(visit, "&seed=3&count=16&temperature=0.5&class=4")
    assert source(page, "gan").get_by_text("Asked for 4.").is_visible()
    assert page.get_by_text("the referee picked what reads 4").count() == 2
    for name in SOURCES[1:]:
        label = source(page, name).locator(".sheet canvas").get_attribute("aria-label")
        read = label.split("reads ")[1].split()
        assert len(read) == 16
        assert read.count("4") >= 14, "what a GAN was asked for it may miss"
    drawn = f"() => ({SHEETS})().slice(1)"  # real digits have no temperature
    first = page.evaluate(drawn)
    page.get_by_role("slider", name="Temperature").fill("1.5")
    wait_for_change(page, drawn, first)
    page.get_by_role("button", name="64").click()
    page.wait_for_function(
        "() => document.querySelector('#lab-sample .sheet canvas').width === 224"
    )


def test_beside_each_sample_is_the_nearest_digit_and_nobody_is_asked_for_it(visit, keeper):
    page = open_sample(visit, "&count=16")
    card = source(page, "gan")
    compared = len(keeper.lab.exhibits.train_labels)
    kind = "training" if compared else "test"
    among = f"{compared or len(keeper.lab.exhibits.test_images):,}"
    assert f"sample 1, and the nearest of {among} {kind} digits" in card.inner_text()
    assert re.search(r"\d[.\d]* away on average over the sheet", card.inner_text())
    look = card.locator(".look canvas")
    mine, near = look.first, look.nth(1)
    before = [picture.evaluate("(c) => c.toDataURL()") for picture in (mine, near)]
    assert before[0] != before[1], "it has not been learned by heart"
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    card.locator(".sheet").hover(position={"x": 200, "y": 100})
    assert mine.evaluate("(c) => c.toDataURL()") != before[0]
    card.locator(".sheet").focus()
    page.keyboard.press("Home")
    assert [p.evaluate("(c) => c.toDataURL()") for p in (mine, near)] == before
    page.keyboard.press("ArrowDown")
    assert "sample 5," in card.inner_text()
    draws = page.evaluate(SHEETS)
    page.get_by_label(f"Nearest {kind} digits").check()
    assert all(now != then for now, then in zip(page.evaluate(SHEETS), draws, strict=True))
    assert "show=nearest" in page.url
    page.get_by_label("The draws").check()
    assert page.evaluate(SHEETS) == draws
    assert asked == []


def test_classes_of_500_draws_and_how_good_they_are(visit, keeper):
    page = open_sample(visit)
    for name in SOURCES:
        label = source(page, name).locator(".bars").get_attribute("aria-label")
        shares = [int(share) for share in re.findall(r"\d: <?(\d+) %", label)]
        assert "500 draws" in label
        assert len(shares) == 10
        assert sum(shares) == pytest.approx(100, abs=6), "rounded"
    figures = source(page, "gan").locator("dl").inner_text()
    assert "class imbalance" in figures
    measured = keeper.lab.metrics.get("models", {}).get("gan", {})
    shown = {"frechet_ratio": "Fréchet ratio", "memorisation_ratio": "memorisation ratio"}
    for name, title in shown.items():
        assert (title in figures) == (name in measured)


def test_every_dimension_turns_the_picture_and_reset_turns_it_back(visit):
    page = open_sample(visit)
    sliders = page.locator("#lab-sample .dims input")
    sliders.first.wait_for()
    page.wait_for_function("() => document.querySelector('#lab-sample .says').textContent")
    assert sliders.count() == 32
    start = page.evaluate(DECODED)
    sliders.first.focus()
    page.keyboard.press("End")
    assert wait_for_change(page, DECODED, start)
    assert "changed" in page.locator("#lab-sample .change").get_attribute("aria-label")
    page.get_by_role("button", name="Reset").click()
    assert page.evaluate(DECODED) == start
    page.locator("#lab-sample").get_by_role("button", name="2-D autoencoder").click()
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
    assert list(record["sources"]) == SOURCES
    assert (record["seed"], record["count"], record["temperature"]) == (0, 36, 1)
    assert len(record["sources"]["gan"]["nearest_distance"]) == 36
