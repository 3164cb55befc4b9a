"""The app on a free port and a Chromium to open it with."""

import os
import shutil
import socket
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from mnistlab.inference.keeper import LabKeeper
from mnistlab.ui.layout import build_demo
from mnistlab.ui.page import launch
from tests.ui.fake_lab import FakeLab

WEIGHTS = Path(__file__).parents[2] / "weights"
WHOLE = ("manifest.json", "metrics.json", "exhibits.safetensors", "gan.safetensors")
WIDE = {"viewport": {"width": 1280, "height": 900}}
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


def load_lab():
    """The shipped networks where there are any, otherwise the stand-in."""
    if not all((WEIGHTS / name).exists() for name in WHOLE):
        return FakeLab()
    from mnistlab.inference.lab import Lab

    return Lab.load(WEIGHTS)


def serve(keeper):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    demo = build_demo(keeper)
    launch(demo, "127.0.0.1", port, prevent_thread_lock=True, quiet=True)
    return demo


@pytest.fixture(scope="session")
def keeper():
    return LabKeeper(load_lab)


@pytest.fixture(scope="session")
def address(keeper):
    """Where the app answers, its lab loading as it would for a visitor."""
    demo = serve(keeper)
    keeper.start()
    yield demo.local_url
    demo.close()


@pytest.fixture(scope="session")
def chromium():
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visitors(chromium):
    """Contexts by their options, kept from test to test: what they have cached need not travel."""
    kept = {}
    yield lambda options: kept.setdefault(repr(options), [])
    for contexts in kept.values():
        for context in contexts:
            context.close()


@pytest.fixture
def visit(chromium, visitors, address):
    """`visit("?digit=test:3", PHONE)`: a visitor of their own; no error in the page is let pass.

    Two pages of one test never share a context, and a context forgets what a page had stored in it.
    `watch(page)` is called before the page goes anywhere.
    """
    pages, busy, problems = [], set(), []

    def context_for(options):
        contexts = visitors(options)
        free = next((context for context in contexts if context not in busy), None)
        if free is None:
            free = chromium.new_context(**options)
            contexts.append(free)
        busy.add(free)
        return free

    def open_page(query="", options=WIDE, at=None, watch=None):
        page = context_for(options).new_page()
        pages.append(page)
        page.set_default_timeout(60_000)  # the machine may be training meanwhile
        page.on("pageerror", lambda error: problems.append(str(error)))
        if watch:
            watch(page)
        page.goto((at or address) + query)
        # a row is made by the script, which has run then; another tab may be open
        page.wait_for_selector("#lab-draw .row", state="attached")
        return page

    yield open_page
    for page in pages:
        page.evaluate("() => [localStorage, sessionStorage].forEach((storage) => storage.clear())")
        page.close()
    assert problems == []
