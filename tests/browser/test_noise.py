import json
import re
import zipfile
from dataclasses import replace

import pytest

from mnistlab.data.filters import FILTERS
from mnistlab.inference.keeper import LabKeeper
from tests.browser.conftest import PHONE, WIDE, serve
from tests.ui.fake_lab import FakeLab

TABS = ["noise", "denoise"]
QUERY = "?digit=test:17&kind=gaussian&noise=0.5&seed=7&tab="
PIXELS = """(tab) => [...document.querySelectorAll(`#lab-${tab} canvas.lab-digit`)]
  .map((canvas) => canvas.toDataURL())"""
STAGE = "() => document.querySelector('#lab-{} .stage .{} canvas').toDataURL()"


def wait_for_answer(page, tab):
    page.wait_for_function(
        """(tab) => document.querySelector(`#lab-${tab} .stage`)
        && !document.querySelector(`#lab-${tab} .idle`)""",
        arg=tab,
    )
    return page.evaluate(PIXELS, tab)


def wait_for_change(page, tab, before):
    """Until the noisy digit and what the denoiser makes of it are others."""
    page.wait_for_function(
        f"([tab, before]) => {{ const now = ({PIXELS})(tab);"
        " return now[1] !== before[1] && now[2] !== before[2]; }",
        arg=[tab, before],
    )
    return page.evaluate(PIXELS, tab)


def slide(page, tab, *values):
    """What a hand on the slider does, as fast as it can."""
    page.locator(f"#lab-{tab} .strip input[type=range]").evaluate(
        """(slider, values) => {
          for (const value of values) {
            slider.value = value;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
          }
        }""",
        values,
    )


@pytest.mark.parametrize("tab", TABS)
def test_the_strength_moves_every_picture(visit, tab):
    page = visit(QUERY + tab)
    before = wait_for_answer(page, tab)
    slide(page, tab, 0.8)
    after = wait_for_change(page, tab, before)
    assert after[0] == before[0], "the clean digit stays"
    stay = sum(a == b for a, b in zip(after[1:], before[1:], strict=True))
    assert stay <= 2, "only the GAN may keep the sample that is nearest"
    page.wait_for_function("() => location.search.includes('noise=0.8')")
    assert "0.80" in page.locator(f"#lab-{tab} .strip output").inner_text()


def test_many_moves_make_few_requests_and_the_last_one_wins(visit):
    fresh = visit("?digit=test:17&kind=gaussian&noise=0.69&seed=7&tab=noise")
    wanted = wait_for_answer(fresh, "noise")
    page = visit(QUERY + "noise")
    wait_for_answer(page, "noise")
    asked = []
    page.on("request", lambda request: "component_server" in request.url and asked.append(request))
    slide(page, "noise", *(0.3 + step / 100 for step in range(40)))
    page.wait_for_function(
        f"(wanted) => ({PIXELS})('noise').every((picture, i) => picture === wanted[i])", arg=wanted
    )
    assert len(asked) == 2, "the first and the last"
    page.wait_for_function("() => location.search.includes('noise=0.69')")


def test_a_link_brings_the_same_noise_and_the_tabs_share_it(visit):
    page = visit(QUERY + "noise")
    noise = wait_for_answer(page, "noise")
    assert wait_for_answer(visit(QUERY + "noise"), "noise") == noise
    page.get_by_role("tab", name="Denoise", exact=True).click()
    assert wait_for_answer(page, "denoise")[:2] == noise[:2]
    page.locator("#lab-denoise .strip").get_by_label("Masking").check()
    page.wait_for_function("() => location.search.includes('kind=masking')")
    masked = wait_for_change(page, "denoise", noise)
    page.get_by_role("tab", name="Noise", exact=True).click()
    assert page.locator("#lab-noise .strip").get_by_label("Masking").is_checked()
    assert wait_for_change(page, "noise", noise)[1] == masked[1]


def test_new_noise_is_other_noise_and_its_seed_brings_it_back(visit):
    page = visit(QUERY + "noise")
    before = wait_for_answer(page, "noise")
    page.locator("#lab-noise").get_by_role("button", name="New noise").click()
    wait_for_change(page, "noise", before)
    seed = page.locator("#lab-noise .strip input[type=number]")
    assert seed.input_value() != "7"
    seed.fill("7")
    page.wait_for_function(f"(before) => ({PIXELS})('noise')[1] === before", arg=before[1])
    seed.fill("-5")
    seed.blur()
    assert seed.input_value() == "7"


def test_a_network_is_shown_large_when_chosen(visit):
    page = visit(QUERY + "noise")
    before = wait_for_answer(page, "noise")
    page.locator('#lab-noise [data-model="vae"]').click()
    after = page.evaluate(PIXELS, "noise")
    assert after[2] != before[2]
    assert after[:2] == before[:2]
    assert page.locator("#lab-noise .result b").inner_text() == "VAE"
    assert "model=vae" in page.url
    page.keyboard.press("ArrowRight")
    assert page.locator("#lab-noise .result b").inner_text() == "2-D autoencoder"


def test_the_sentence_says_what_the_table_shows(visit):
    page = visit(QUERY + "denoise")
    wait_for_answer(page, "denoise")
    table = page.locator("#lab-denoise table")
    for measure in ("PSNR", "SSIM"):
        page.locator("#lab-denoise").get_by_label(measure, exact=True).check()
        gains = {
            row.get_attribute("data-method"): float(
                row.locator(f'[data-measure="{measure.lower()}"]').inner_text().replace("−", "-")
            )
            for row in table.locator(".row").all()
        }
        first = table.locator(".first")
        assert first.count() == 1
        best = first.get_attribute("data-method")
        assert gains[best] == max(gains.values())
        says = page.locator("#lab-denoise .says").inner_text()
        assert ("A filter wins" in says) == (best in FILTERS and gains[best] > 0)
        assert ("The denoiser wins" in says) == (best == "denoising" and gains[best] > 0)
    assert "measure=ssim" in page.url


def test_without_noise_nothing_helps(visit):
    page = visit("?digit=test:17&noise=0&tab=denoise")
    wait_for_answer(page, "denoise")
    assert page.locator("#lab-denoise .says").inner_text() == "Nothing helps here"


@pytest.fixture(scope="module")
def measured():
    """A lab whose weights came with curves for one kind of noise."""
    lab = FakeLab()
    names = ["noisy", *FILTERS, "denoising", "vanilla"]
    falling = {name: [20.0 - i - place for i in range(10)] for place, name in enumerate(names)}
    shares = {name: [value / 20 for value in values] for name, values in falling.items()}
    strengths = [round(0.1 * i, 1) for i in range(1, 11)]
    curves = {"strengths": strengths, "n": 1000, "seed": 0, "psnr": falling, "ssim": shares}
    lab.metrics = {"noise_curves": {"gaussian": curves}}
    lab.cards["denoising"] = replace(lab.cards["denoising"], configuration={"sigma": 0.5})
    keeper = LabKeeper(dict)
    keeper.swap(lab)
    demo = serve(keeper)
    yield demo.local_url
    demo.close()


def test_the_curves_come_once_and_show_where_you_are(visit, measured):
    page = visit(QUERY + "denoise", at=measured)
    wait_for_answer(page, "denoise")
    chart = page.locator("#lab-denoise .chart")
    assert chart.locator(".curve").count() == 3 + len(FILTERS)
    assert chart.get_by_text("training level").is_visible()
    asked = []
    page.on("request", lambda request: asked.append(request.post_data or ""))
    where = chart.locator(".here").get_attribute("transform")
    slide(page, "denoise", 0.9)
    assert chart.locator(".here").get_attribute("transform") != where
    page.wait_for_function("() => location.search.includes('noise=0.9')")
    assert not any('"curves"' in body for body in asked)
    box = chart.bounding_box()
    page.mouse.click(box["x"] + 60, box["y"] + 100)
    page.wait_for_function("() => /noise=0[.][01]/.test(location.search)")
    assert chart.get_by_text("PSNR, dB").is_visible()
    page.locator("#lab-denoise").get_by_label("SSIM", exact=True).check()
    assert chart.get_by_text("SSIM").is_visible()
    page.locator("#lab-denoise .strip").get_by_label("Blur").check()
    assert not chart.is_visible()
    assert page.get_by_text("came without curves for this kind").is_visible()


@pytest.mark.parametrize("tab", TABS)
def test_a_blank_pad_is_said_and_a_new_digit_fills_the_tab(visit, tab):
    page = visit(QUERY + tab)
    before = wait_for_answer(page, tab)
    page.get_by_role("tab", name="Draw", exact=True).click()
    page.locator('#lab-draw [data-do="clear"]').click()
    page.locator(f'[role=tab][data-tab-id="{tab}"]').click()
    page.locator(f"#lab-{tab}").get_by_text("Draw a digit first").wait_for()
    page.get_by_role("tab", name="Draw", exact=True).click()
    page.get_by_role("button", name="A test digit: 3").click()
    page.wait_for_function("() => window.mnistlab.store.digit")
    page.locator(f'[role=tab][data-tab-id="{tab}"]').click()
    assert wait_for_answer(page, tab)[0] != before[0]
    assert page.locator(f"#lab-{tab} .lab-status").inner_text() == ""


@pytest.mark.parametrize("query", ["kind=fog&noise=9&seed=-1", "kind=&noise=x&seed=1e99&model=no"])
@pytest.mark.parametrize("tab", TABS)
def test_a_link_that_is_wrong_opens_all_the_same(visit, tab, query):
    page = visit(f"?digit=test:17&{query}&tab={tab}")
    wait_for_answer(page, tab)
    assert page.locator(f"#lab-{tab} .lab-status").inner_text() == ""


@pytest.mark.parametrize("tab", TABS)
def test_a_result_can_be_kept(visit, tmp_path, tab):
    page = visit(QUERY + tab)
    wait_for_answer(page, tab)
    with page.expect_download() as download:
        page.locator(f'#lab-{tab} [data-do="save"]').click()
    download.value.save_as(tmp_path / "result.zip")
    with zipfile.ZipFile(tmp_path / "result.zip") as result:
        record = json.loads(result.read("result.json"))
        compile(result.read("reproduce.py"), "reproduce.py", "exec")
    assert (record["kind"], record["strength"], record["seed"]) == ("gaussian", 0.5, 7)
    assert {"digit", "weights", "rows"} <= set(record)


@pytest.mark.parametrize("tab", TABS)
def test_every_picture_has_words(visit, tab):
    page = visit(QUERY + tab)
    wait_for_answer(page, tab)
    labels = page.locator(f"#lab-{tab} canvas").evaluate_all(
        "all => all.map((c) => c.getAttribute('role') === 'img' && c.getAttribute('aria-label'))"
    )
    assert all(labels)
    assert re.search(r"Gaussian noise, σ = 0.50", labels[1])


@pytest.mark.parametrize("options", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("tab", TABS)
def test_nothing_overflows_and_nothing_jumps(visit, tab, options):
    page = visit(QUERY + tab, options=options)
    before = wait_for_answer(page, tab)
    tops = """(tab) => [document.documentElement.scrollWidth,
      ...[...document.querySelectorAll(`#lab-${tab} canvas`)]
      .map((canvas) => Math.round(canvas.getBoundingClientRect().top + scrollY))]"""
    places = page.evaluate(tops, tab)
    assert places[0] == options["viewport"]["width"]
    slide(page, tab, 1)
    wait_for_change(page, tab, before)
    assert page.evaluate(tops, tab) == places


@pytest.mark.parametrize("tab", TABS)
def test_the_slider_stays_while_the_results_scroll_by_on_a_phone(visit, tab):
    page = visit(QUERY + tab, options=PHONE)
    wait_for_answer(page, tab)
    page.evaluate("scrollTo(0, 700)")
    assert 0 <= page.locator(f"#lab-{tab} .strip input[type=range]").bounding_box()["y"] < 60
