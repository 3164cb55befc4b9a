"""The Models tab with the networks that ship."""

import json
import re
import zipfile

FIRST = "#lab-models .frames canvas:first-child"
FILTERS = "#lab-models .sheet"
EPOCH = "#lab-models .epoch"


def open_models(visit, query=""):
    page = visit("?tab=models" + query)
    page.locator("#lab-models .portrait.ready").wait_for()
    page.wait_for_function(
        "() => document.querySelector('#lab-models .epoch').textContent.trim()"
        " && document.querySelector('#lab-models .about-filters').textContent"
    )
    return page


def choose(page, name):
    page.locator("#lab-models .ids").get_by_label(name, exact=True).check()
    page.locator("#lab-models .what h2", has_text=name).wait_for()


def picture(page, selector):
    return page.locator(selector).first.evaluate("(canvas) => canvas.toDataURL()")


def test_the_models_open_with_everything(visit, keeper):
    page = open_models(visit)
    assert page.locator("#lab-models .ids label").count() == 10
    assert page.locator("#lab-models .what h2").inner_text() == "Vanilla"
    assert page.locator("#lab-models .what .says").inner_text().endswith(".")
    assert page.locator("#lab-models .layers tbody td").count() > 4
    assert page.locator("#lab-models .chart svg path.curve").count() == 2
    for axis in ("Epoch", "Loss"):
        assert page.locator("#lab-models .chart .axis-label", has_text=axis).is_visible()
    assert keeper.lab.revision in page.locator("#lab-models .weights").inner_text()


def test_a_model_is_one_click_away_and_so_is_its_code(visit):
    page = open_models(visit)
    choose(page, "Referee")
    assert "model=classifier" in page.url
    page.locator("#lab-models .code summary").click()
    page.locator("#lab-models pre", has_text="def classifier").wait_for()
    page.locator("#lab-models .formula summary").click()
    assert page.get_by_role("link", name="arXiv:1706.04599").is_visible()
    assert "Nothing was kept" in page.locator("#lab-models .about-replay").inner_text()
    assert page.locator("#lab-models .play").is_disabled()


def test_scrubbing_through_the_epochs_asks_nobody(visit, keeper):
    page = open_models(visit, "&model=vae")
    epochs, frames = keeper.lab.replay("vae")
    assert page.locator("#lab-models .drawn").is_visible() == (frames.shape[1] == 20)
    late = picture(page, FIRST)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#lab-models .scrub input").focus()
    page.keyboard.press("Home")
    assert picture(page, FIRST) != late
    assert page.locator(EPOCH).inner_text() == f"Epoch 0 of {epochs[-1]}"
    assert "epoch=0" in page.url
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").click()
    chart = page.locator("#lab-models .chart").bounding_box()
    page.mouse.click(chart["x"] + chart["width"] / 2, chart["y"] + 60)
    middle = int(re.search(r"Epoch (\d+)", page.locator(EPOCH).inner_text())[1])
    assert 0 < middle < epochs[-1]
    assert page.locator("#lab-models .chart .here", has_text=f"epoch {middle}").is_visible()
    assert asked == []
    again = open_models(visit, "&model=vae&epoch=0")
    assert again.locator(EPOCH).inner_text().startswith("Epoch 0 ")


def test_a_model_can_be_kept(visit, keeper, tmp_path):
    page = open_models(visit, "&model=gan")
    with page.expect_download() as download:
        page.locator('#lab-models [data-do="save"]').click()
    download.value.save_as(tmp_path / "gan.zip")
    with zipfile.ZipFile(tmp_path / "gan.zip") as result:
        record = json.loads(result.read("result.json"))
        compile(result.read("reproduce.py"), "reproduce.py", "exec")
    assert (record["model"], record["weights"]) == ("gan", keeper.lab.revision)
    assert {row["figure"] for row in record["figures"]} >= {"coverage", "memorisation_ratio"}


def test_filters_come_a_page_at_a_time(visit):
    page = open_models(visit, "&model=sparse")
    assert "Atoms 1 to 128 of 1,024" in page.locator("#lab-models .learned h2").inner_text()
    assert page.get_by_role("button", name="Previous").is_disabled()
    first = picture(page, FILTERS)
    page.locator("#lab-models").get_by_role("button", name="Next").click()
    page.locator("#lab-models .learned h2", has_text="129 to 256").wait_for()
    assert picture(page, FILTERS) != first
    choose(page, "GAN")
    page.locator("#lab-models .learned h2", has_text="Stamps").wait_for()


def test_the_table_holds_each_figure_beside_the_bound_and_the_original(visit, keeper):
    page = open_models(visit)
    measured = keeper.lab.metrics["models"]["vanilla"]["mse"]
    row = page.locator("#lab-models .held-out tbody tr", has_text="Vanilla").first
    for label, key in (("Here", "value"), ("Original", "baseline"), ("Linear bound", "bound")):
        shown = row.locator(f'[data-label="{label}"]').inner_text().split()[0]
        assert float(shown) == float(f"{measured[key]:.3g}")
    page.get_by_label("This model, every figure").check()
    rows = page.locator("#lab-models .held-out tbody tr")
    assert rows.count() >= 1
    assert all("Vanilla" in row for row in rows.all_inner_texts())
