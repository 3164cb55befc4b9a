"""What holds on every tab: your digit, the address, other visitors, room, access."""

import base64
import json
import time
from pathlib import Path

import pytest

from mnistlab.inference.pictures import picture_text
from mnistlab.ui.layout import TABS
from tests.browser.conftest import PHONE, WIDE

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
NAMES = [tab.NAME for tab in TABS]
# Of the tabs this one is about the networks themselves: it shows the test digits they trained with.
WITHOUT_DIGIT = {"models"}

# For each tab an address, and what the controls show when it was followed.
LINKS = {
    "draw": ("digit=test:17&normalize=0", {".normalize": False}),
    "noise": (
        "digit=test:17&kind=masking&noise=0.35&seed=11&model=vae",
        {
            "[value=masking]": True,
            ".strength input": "0.35",
            ".seed input": "11",
            ".card [value=vae]": True,
        },
    ),
    "denoise": (
        "digit=test:17&kind=salt_and_pepper&noise=0.2&seed=3&measure=ssim",
        {
            "[value=salt_and_pepper]": True,
            ".strength input": "0.2",
            ".seed input": "3",
            "[value=ssim]": True,
        },
    ),
    "sample": (
        "digit=test:17&seed=5&temperature=0.8&class=4&count=16&code=ae_2d",
        {
            ".seed": "5",
            ".temperature": "0.8",
            ".class": "4",
            ".counts [value='16']": "pressed",
            ".models [value=ae_2d]": "pressed",
        },
    ),
    "interpolate": (
        "digit=test:17&a=test:3&b=mine&steps=12&frame=4&path=linear&plain=vanilla",
        {
            ".end:nth-child(2) select": "mine",
            ".steps": "12",
            ".frame": "4",
            ".paths button:nth-child(2)": "pressed",
            ".plains button:nth-child(2)": "pressed",
        },
    ),
    "map": (
        "digit=test:17&view=both&only=4&z=0.5,-1",
        {"[value=both]": True, "[aria-label='Only 4']": "pressed"},
    ),
    "models": ("model=vae", {"[value=vae]": True}),
}
CONTROL = """(control) => control.hasAttribute("aria-pressed")
  ? (control.getAttribute("aria-pressed") === "true" ? "pressed" : "not pressed")
  : ["checkbox", "radio"].includes(control.type) ? control.checked : control.value"""
PICTURES = """(tab) => [...document.querySelectorAll(`#lab-${tab} canvas`)]
  .filter((canvas) => canvas.getClientRects().length).map((canvas) => canvas.toDataURL())"""
WIDTHS = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
BEYOND = """() => [...document.querySelectorAll(".lab *")]
  .filter((part) => part.getClientRects().length)
  .filter((part) => part.getBoundingClientRect().right > innerWidth + 0.5)
  .map((part) => part.tagName.toLowerCase() + "." + (part.getAttribute("class") ?? ""))"""
# What a hand can reach on a tab and above it. A label is the target of what is in it.
SMALL = """(tab) => [...document.querySelectorAll(
    `:is(#lab-${tab}, #lab-masthead) :is(button, input, select, summary), [role="tab"]`)]
  .filter((part) => part.checkVisibility() && !part.closest("dialog:not([open])"))
  .map((part) => [part.outerHTML, (part.closest("label") ?? part).getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.height < 43.5 || box.width < 43.5))
  .map(([html]) => html)"""
MUTE = """(tab) => [...document.querySelectorAll(`#lab-${tab} canvas:not([aria-hidden])`)]
  .filter((canvas) => !canvas.getAttribute("role") || !canvas.getAttribute("aria-label"))
  .map((canvas) => canvas.outerHTML)"""
# What the Tab key stops at, in the order of the page: of a group of radios the one that is chosen.
STOPS = """(tab) => {
  window.stops = [...document.querySelectorAll(
      `#lab-${tab} :is(button, input, select, summary, a[href], [tabindex="0"])`)]
    .filter((part) => part.checkVisibility() && !part.disabled)
    .filter((part) => part.type !== "radio" || part.checked);
  window.met = [];
  document.addEventListener("focusin", ({ target }) => {
    const marked = [target, target.nextElementSibling, target.closest("label")];
    const seen = marked.some((part) => part && getComputedStyle(part).outlineStyle !== "none");
    met.push([stops.indexOf(target), seen]);
  });
  return stops.length;
}"""
# Observers and scripts that a frame sets off have run by the end of the next one.
FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
QUIET = 5
OPEN_DETAILS = """(tab) => document.querySelectorAll(`#lab-${tab} details`)
  .forEach((details) => (details.open = true))"""


class Wire:
    """What a page asks the server, and whether an answer is outstanding."""

    def __init__(self, page):
        self.page, self.requests = page, []
        self._open = set()
        page.on("request", self._begin)
        for over in ("requestfinished", "requestfailed"):
            page.on(over, lambda request: self._open.discard(request))

    @property
    def asked(self):
        return [request.post_data or "" for request in self.requests]

    @property
    def told(self):
        return [request.response().text() for request in self.requests]

    def settle(self):
        """Wait until nothing is asked for some frames of the page, and no answer is outstanding."""
        until, quiet = time.monotonic() + 90, 0
        while quiet < QUIET:
            assert time.monotonic() < until, "the page never comes to rest"
            before = len(self.requests)
            self.page.evaluate(FRAME)
            quiet = 0 if self._open or len(self.requests) > before else quiet + 1

    def _begin(self, request):
        if "component_server" in request.url:
            self.requests.append(request)
            self._open.add(request)


@pytest.fixture
def arrive(visit, keeper, address):
    """`arrive("noise", "seed=7", PHONE)`: the page at rest on a tab, and its wire."""

    def open_page(name, query="", options=WIDE):
        until = time.monotonic() + 240
        while keeper.lab is None:
            assert keeper.problem is None
            assert time.monotonic() < until, "the networks never woke"
            time.sleep(0.2)
        wires = []
        page = visit(f"?tab={name}&{query}", options, watch=lambda page: wires.append(Wire(page)))
        page.locator(f"#lab-{name} *").first.wait_for(state="attached")
        wires[0].settle()
        return page, wires[0]

    return open_page


def open_tab(page, wire, name):
    """Go to a tab and look at all of it: what is out of sight may wait until it is seen."""
    page.evaluate("scrollTo(0, 0)")
    page.locator(f'[role="tab"][data-tab-id="{name}"]').click()
    page.locator(f"#lab-{name} *").first.wait_for(state="attached")
    wire.settle()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    wire.settle()
    page.evaluate("scrollTo(0, 0)")


def stroke(page, *points):
    pad = page.locator("#lab-draw .pad").bounding_box()
    places = [(pad["x"] + x * pad["width"], pad["y"] + y * pad["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def own_digit(page):
    """The visitor's digit as it travels: base64 of its bytes."""
    return page.evaluate("() => mnistlab.toBase64(mnistlab.store.digit)")


def controls(page, name, selectors):
    tab = page.locator(f"#lab-{name}")
    return {part: tab.locator(part).first.evaluate(CONTROL) for part in selectors}


def test_every_tab_is_tested_here():
    assert set(LINKS) == set(NAMES)
    assert set(NAMES) >= WITHOUT_DIGIT


def test_a_digit_drawn_in_the_first_tab_is_there_in_every_other(arrive):
    page, wire = arrive("draw")
    pictures, earlier = {}, []
    for points in ([(0.3, 0.2), (0.7, 0.2), (0.45, 0.85)], [(0.5, 0.15), (0.5, 0.85)]):
        page.locator('#lab-draw [data-do="clear"]').click()
        stroke(page, *points)
        wire.settle()
        mine = own_digit(page)
        assert mine not in earlier
        for name in NAMES[1:]:
            if name in WITHOUT_DIGIT:
                continue
            wire.requests.clear()
            open_tab(page, wire, name)
            assert any(mine in request for request in wire.asked)
            assert not any(digit in request for request in wire.asked for digit in earlier)
            before, pictures[name] = pictures.get(name), page.evaluate(PICTURES, name)
            assert pictures[name] != before
        open_tab(page, wire, "draw")
        earlier.append(mine)


@pytest.mark.parametrize("name", NAMES)
def test_a_link_brings_the_tab_and_its_controls_and_so_does_a_reload(arrive, name):
    query, expected = LINKS[name]
    selected = f'[role="tab"][data-tab-id="{name}"][aria-selected="true"]'
    page, wire = arrive(name, query)
    page.locator(selected).wait_for()
    assert controls(page, name, expected) == expected
    address, pictures = page.url, page.evaluate(PICTURES, name)
    for part in query.split("&"):
        assert part in address, "the address still says so"
    page.reload()
    page.locator(selected).wait_for()
    page.locator(f"#lab-{name} *").first.wait_for(state="attached")
    wire.settle()
    assert page.url == address
    assert controls(page, name, expected) == expected
    assert page.evaluate(PICTURES, name) == pictures


def test_two_visitors_at_once_never_see_each_others_digit(arrive, keeper):
    visitors = {index: arrive("draw", f"digit=test:{index}") for index in (3, 4)}
    images = keeper.lab.exhibits.test_images
    sent = {index: base64.b64encode(images[index].tobytes()).decode() for index in visitors}
    painted = {index: json.dumps(picture_text(images[index] / 255)) for index in visitors}
    for name in NAMES[1:]:
        for page, wire in visitors.values():
            open_tab(page, wire, name)
    for mine, other in ((3, 4), (4, 3)):
        page, wire = visitors[mine]
        assert own_digit(page) == sent[mine]
        assert any(sent[mine] in request for request in wire.asked)
        assert not any(sent[other] in request for request in wire.asked)
        assert any(painted[mine] in answer for answer in wire.told)
        assert not any(painted[other] in answer for answer in wire.told)


@pytest.mark.parametrize("name", NAMES)
def test_a_small_phone_has_room_and_every_target_can_be_hit(arrive, name):
    page, wire = arrive(name, LINKS[name][0], PHONE)
    assert page.evaluate(WIDTHS) == [360, 360], page.evaluate(BEYOND)
    page.evaluate(OPEN_DETAILS, name)
    wire.settle()
    assert page.evaluate(WIDTHS) == [360, 360], page.evaluate(BEYOND)
    assert page.evaluate(SMALL, name) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_tab_key_goes_through_every_control_in_order_and_shows_where_it_is(arrive, name):
    page, wire = arrive(name, LINKS[name][0])
    assert page.evaluate(WIDTHS) == [1280, 1280], page.evaluate(BEYOND)
    page.evaluate(OPEN_DETAILS, name)
    wire.settle()
    assert page.evaluate(MUTE, name) == []
    page.locator(f'[role="tab"][data-tab-id="{name}"]').focus()
    count = page.evaluate(STOPS, name)
    assert count > 5
    while page.evaluate("() => !document.activeElement.matches('.lab *, [tabindex=\"0\"].lab')"):
        page.keyboard.press("Tab")  # past the other tabs
    for _ in range(count - 1):
        page.keyboard.press("Tab")
    met = page.evaluate("() => met.filter(([place]) => place >= 0)")
    assert met == [[place, True] for place in range(count)]


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm install")
@pytest.mark.parametrize("name", NAMES)
def test_no_barrier_in_light_or_dark(arrive, name):
    page, wire = arrive(name, LINKS[name][0], {**WIDE, "reduced_motion": "reduce"})
    page.evaluate(OPEN_DETAILS, name)
    wire.settle()
    page.add_script_tag(path=AXE)
    barriers = {}
    for scheme in ("light", "dark"):
        if scheme == "dark":
            page.get_by_role("button", name="Light or dark").click()
            page.wait_for_timeout(400)  # colours fade
        found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
        barriers[scheme] = [
            f"{barrier['id']} ({barrier['impact']}): {node['target']} {node['failureSummary']}"
            for barrier in found["violations"]
            for node in barrier["nodes"]
        ]
    assert barriers == {"light": [], "dark": []}
