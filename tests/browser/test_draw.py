import base64
import json
import re
import zipfile

import pytest
from PIL import Image, ImageDraw

from mnistlab.inference.keeper import LabKeeper
from tests.browser.conftest import PHONE, WIDE, serve
from tests.ui.fake_lab import FakeLab

NETWORKS = 9
# what every row shows, as one text: the pixels of both pictures and the error
ROWS = """() => [...document.querySelectorAll("#lab-draw .row")].map((row) =>
  [...row.querySelectorAll("canvas.lab-digit")].map((c) => c.toDataURL()).join()
  + row.querySelector(".error b").textContent)"""
PAD = "() => document.querySelector('#lab-draw .pad').toDataURL()"
INK = """() => {
  const pen = document.querySelector("#lab-draw .pad").getContext("2d");
  const { data } = pen.getImageData(0, 0, 280, 280);
  return data.filter((v, i) => i % 4 === 0 && v > 127).length;
}"""


PASTE = """(text) => {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], "seven.png", { type: "image/png" }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
}"""


def wait_for_rows(page):
    page.wait_for_function("() => !document.querySelector('#lab-draw .row.idle')")
    return page.evaluate(ROWS)


def wait_for_change(page, before):
    """Until every row shows something else."""
    page.wait_for_function(
        f"(before) => ({ROWS})().every((row, i) => row !== before[i])", arg=before
    )
    return page.evaluate(ROWS)


def pad_point(page, x, y):
    box = page.locator("#lab-draw .pad").bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def stroke(page, *points, lift=True):
    page.mouse.move(*pad_point(page, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*pad_point(page, *point), steps=6)
    if lift:
        page.mouse.up()


def finger(page):
    """What a finger does: `touch("touchMove", 0.5, 0.2)`, in shares of the pad."""
    client = page.context.new_cdp_session(page)

    def touch(kind, *point):
        points = [dict(zip("xy", pad_point(page, *point), strict=True))] if point else []
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return touch


def press(page, name):
    page.locator(f'#lab-draw [data-do="{name}"]').click()


def test_opens_with_a_digit_and_every_row_filled(visit):
    page = visit()
    rows = wait_for_rows(page)
    assert len(rows) == len(set(rows)) == NETWORKS
    assert page.evaluate(INK) > 1000
    assert page.get_by_text("Draw over it").is_visible()


def test_rows_move_before_the_pen_is_lifted(visit):
    page = visit()
    before = wait_for_rows(page)
    stroke(page, (0.5, 0.2), (0.5, 0.8), lift=False)
    half = wait_for_change(page, before)
    page.mouse.move(*pad_point(page, 0.8, 0.5), steps=4)
    wait_for_change(page, half)
    page.mouse.up()


def test_the_first_stroke_wipes_the_example(visit):
    page = visit()
    wait_for_rows(page)
    stroke(page, (0.3, 0.9), (0.4, 0.9))
    dot = page.evaluate(INK)
    assert dot < 2500
    stroke(page, (0.5, 0.1), (0.5, 0.5))
    assert page.evaluate(INK) > dot + 1500, "the second stroke adds"


def test_a_finger_draws_and_the_page_stays_where_it_is(visit):
    page = visit(options=PHONE)
    before = wait_for_rows(page)
    touch = finger(page)
    touch("touchStart", 0.5, 0.1)
    for step in range(1, 9):
        touch("touchMove", 0.5, 0.1 + step / 10)
    wait_for_change(page, before)
    assert page.evaluate("scrollY") == 0
    touch("touchEnd")


def test_off_the_edge_and_back_is_one_stroke(visit):
    page = visit()
    wait_for_rows(page)
    stroke(page, (0.5, 0.5), (-0.3, 0.5), (-0.3, 0.7), (0.5, 0.7))
    wide = page.evaluate(INK)
    assert wide > 4000
    press(page, "undo")
    assert page.locator('#lab-draw [data-do="undo"]').is_disabled()


def test_undo_brings_back_stroke_by_stroke_and_the_example(visit):
    page = visit()
    example = page.evaluate(PAD)
    wait_for_rows(page)
    stroke(page, (0.2, 0.2), (0.2, 0.8))
    one = page.evaluate(PAD)
    stroke(page, (0.7, 0.2), (0.7, 0.8))
    page.keyboard.press("Control+z")
    assert page.evaluate(PAD) == one
    press(page, "undo")
    assert page.evaluate(PAD) == example
    assert page.get_by_text("Draw over it").is_visible()


def test_clear_empties_the_rows_and_undo_is_the_way_back(visit):
    page = visit()
    rows = wait_for_rows(page)
    press(page, "clear")
    assert page.locator("#lab-draw .row.idle").count() == NETWORKS
    assert page.get_by_text("The pad is blank").is_visible()
    press(page, "undo")
    assert wait_for_rows(page) == rows


def test_a_test_digit_is_one_click_and_the_next_click_another(visit):
    page = visit()
    before = wait_for_rows(page)
    button = page.get_by_role("button", name="A test digit: 4")
    button.click()
    rows = wait_for_change(page, before)
    first = page.url
    assert re.search(r"digit=test:\d+", first)
    button.click()
    wait_for_change(page, rows)
    assert page.url != first
    assert "MNIST says 4" in page.locator("#lab-draw .verdict").inner_text()


def test_the_keyboard_draws(visit):
    page = visit()
    before = wait_for_rows(page)
    page.locator("#lab-draw .pad").focus()
    page.keyboard.press("Space")
    for _ in range(8):
        page.keyboard.press("ArrowDown")
    wait_for_change(page, before)
    page.keyboard.press("Space")
    assert page.evaluate(INK) > 1500
    ink = page.evaluate(PAD)
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(PAD) == ink, "the pen is up"


def test_normalising_can_be_switched_off(visit):
    page = visit()
    wait_for_rows(page)
    stroke(page, (0.1, 0.1), (0.1, 0.3))
    page.wait_for_function("() => location.search.includes('ink:')")
    other = page.locator("#lab-draw .other").first
    other.filter(has_text="raw").wait_for()
    page.get_by_label("Normalise").uncheck()
    other.filter(has_text="normalised").wait_for()
    assert "normalize=0" in page.url
    assert page.locator("#lab-draw figure.seen").inner_text() == "raw"


def test_a_link_opens_with_the_same_digit(visit):
    page = visit("?digit=test:17")
    rows = wait_for_rows(page)
    assert wait_for_rows(visit("?digit=test:17")) == rows
    stroke(page, (0.2, 0.2), (0.8, 0.4), (0.4, 0.9))
    wait_for_change(page, rows)
    page.wait_for_function("() => location.search.includes('ink:')")
    page.wait_for_timeout(100)
    assert wait_for_rows(visit(page.url[page.url.index("?") :])) == page.evaluate(ROWS)


@pytest.mark.parametrize("query", ["?digit=test:99999", "?digit=ink:xx", "?digit=test:-1&tab=no"])
def test_a_link_that_is_wrong_loses_nothing(visit, query):
    page = visit(query)
    if "99999" in query:
        page.get_by_text("there is no 99999").wait_for()
    stroke(page, (0.5, 0.2), (0.5, 0.8))
    wait_for_rows(page)


@pytest.mark.parametrize("size", [1, 12], ids=["small", "photograph"])
def test_a_picture_can_be_uploaded_or_pasted(visit, tmp_path, size):
    picture = Image.effect_noise((300 * size, 400 * size), 20).point(lambda v: v // 4 + 190)
    path = [(60 * size, 60 * size), (240 * size, 60 * size), (120 * size, 340 * size)]
    ImageDraw.Draw(picture).line(path, fill=0, width=30 * size)
    picture.save(tmp_path / "seven.png")
    page = visit()
    before = wait_for_rows(page)
    page.locator("#lab-draw input[type=file]").set_input_files(tmp_path / "seven.png")
    uploaded = wait_for_change(page, before)
    assert page.evaluate(INK) > 2000
    press(page, "undo")
    assert wait_for_change(page, uploaded) == before
    page.evaluate(PASTE, base64.b64encode((tmp_path / "seven.png").read_bytes()).decode())
    assert wait_for_change(page, before) == uploaded


def test_what_is_no_picture_is_said_and_nothing_is_lost(visit, tmp_path):
    (tmp_path / "digit.png").write_text("not a picture")
    page = visit()
    rows = wait_for_rows(page)
    page.locator("#lab-draw input[type=file]").set_input_files(tmp_path / "digit.png")
    page.locator('#lab-draw .lab-status[data-kind="problem"]').wait_for()
    assert page.evaluate(ROWS) == rows


def test_resampling_draws_again_from_the_posterior(visit):
    page = visit()
    before = wait_for_rows(page)
    page.locator('#lab-draw .row[data-model="vae"] button').click()
    page.wait_for_function(
        f"(before) => ({ROWS})().filter((row, i) => row !== before[i]).length === 1", arg=before
    )


def test_a_result_can_be_kept(visit, tmp_path):
    page = visit("?digit=test:3")
    wait_for_rows(page)
    with page.expect_download() as download:
        press(page, "save")
    download.value.save_as(tmp_path / "result.zip")
    with zipfile.ZipFile(tmp_path / "result.zip") as result:
        assert result.testzip() is None
        assert set(result.namelist()) == {"picture.png", "result.json", "reproduce.py"}
        record = json.loads(result.read("result.json"))
        compile(result.read("reproduce.py"), "reproduce.py", "exec")
    assert record["request"] == {"test": 3}
    assert len(record["models"]) == NETWORKS


def test_every_picture_has_words(visit):
    page = visit("?digit=test:2")
    wait_for_rows(page)
    labels = page.locator("#lab-draw canvas[role=img]").evaluate_all(
        "all => all.map((c) => c.getAttribute('aria-label'))"
    )
    assert len(labels) == 3 + 3 * NETWORKS
    assert re.fullmatch(
        r"Vanilla: reconstruction of your \d, error [\d.]+, better than [<>\d]+ % of test digits",
        labels[3],
    )


def test_two_visitors_do_not_meet(visit):
    one, other = visit(), visit()
    rows = wait_for_rows(other)
    before = wait_for_rows(one)
    stroke(one, (0.2, 0.2), (0.8, 0.8))
    wait_for_change(one, before)
    assert other.evaluate(ROWS) == rows


@pytest.mark.parametrize("options", [WIDE, PHONE], ids=["wide", "phone"])
def test_nothing_overflows_and_nothing_jumps(visit, options):
    page = visit(options=options)
    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    wait_for_rows(page)
    width, height = page.evaluate(size)
    assert width == options["viewport"]["width"]
    page.get_by_role("button", name="A test digit: 8").click()
    page.get_by_text("MNIST says 8").wait_for()
    assert page.evaluate(size) == [width, height]
    press(page, "clear")
    assert page.evaluate(size) == [width, height]


def test_the_pad_stays_while_the_rows_scroll_by_on_a_phone(visit):
    page = visit(options=PHONE)
    wait_for_rows(page)
    page.evaluate("scrollTo(0, 900)")
    assert 0 <= page.locator("#lab-draw .pad").bounding_box()["y"] < 40


def test_waits_for_the_networks_to_wake(visit):
    asleep = LabKeeper(FakeLab)
    demo = serve(asleep)
    try:
        page = visit(at=demo.local_url)
        page.get_by_text("Waking the networks").wait_for()
        stroke(page, (0.3, 0.2), (0.3, 0.8))
        assert page.locator("#lab-draw .row.idle").count() == NETWORKS
        asleep.start()
        wait_for_rows(page)
        assert page.locator("#lab-draw .lab-status").inner_text() == ""
    finally:
        demo.close()


def test_panels_can_be_hidden_for_a_lesson(visit):
    page = visit("?hide=code,steps")
    wait_for_rows(page)
    assert not page.locator("#lab-draw .steps").is_visible()
    assert not page.locator("#lab-draw .row .code").first.is_visible()


def test_says_what_one_is_looking_at(visit):
    page = visit()
    page.get_by_role("button", name="What am I looking at?").click()
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
