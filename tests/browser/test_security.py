"""The page under its content security policy: every tab works, and nothing is refused to it."""

import json

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mnistlab.ui.gate import HEADERS
from mnistlab.ui.layout import TABS
from mnistlab.ui.widget import STATIC


def test_no_tab_does_what_the_policy_forbids(visit):
    said, elsewhere = [], []

    def watch(page):
        page.on("console", lambda message: said.append((message.type, message.text)))
        page.on("request", lambda request: elsewhere.append(request.url))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', (event) =>"
            " console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI));"
        )

    page = visit("?digit=test:3", watch=watch)
    for tab in TABS:
        page.get_by_role("tab", name=tab.TITLE, exact=True).click()
        page.wait_for_selector(f"#lab-{tab.NAME} canvas, #lab-{tab.NAME} svg", state="visible")
    assert [text for kind, text in said if kind == "error"] == []
    home = page.url.split("/?")[0]
    assert [url for url in elsewhere if not url.startswith((home, "data:", "blob:"))] == []


@pytest.mark.parametrize(
    "query",
    [
        "tab=%00&noise=NaN&seed=-1",
        "digit=%3Cimg%20src=x%20onerror=alert(1)%3E",
        "digit=test:99999999&tab=nowhere&hide=everything,%22%3E",
        "tab=noise&noise=1e999&seed=1e99&kind=constructor",
        "tab=map&z=NaN,Infinity&__theme=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "tab=sample&count=-5&temperature=x&source=__proto__",
    ],
)
def test_an_odd_query_string_opens_the_page_all_the_same(visit, query):
    dialogs = []

    def watch(page):
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))

    page = visit(f"?{query}", watch=watch)
    page.locator("canvas:visible").first.wait_for()
    assert dialogs == []


NUMBERS = st.one_of(st.floats().map(repr), st.integers().map(str), st.text(max_size=12))


@settings(max_examples=60)
@given(texts=st.lists(NUMBERS, max_size=8))
@example(texts=["NaN", "-Infinity", "1e999", "0x10", " ", "", "0.5", "²", "%ff", "1_0"])
def test_a_number_of_an_address_is_within_its_bounds(reading, texts):
    for value in reading(texts):
        assert 0 <= value <= 1


@pytest.fixture(scope="module")
def reading(chromium):
    """What the page makes of numbers in its address: its own script, and an address to read."""
    page = chromium.new_page()
    page.set_content("<p></p>")
    page.evaluate("window.mnistlab = {}")
    page.add_script_tag(content=(STATIC / "lab/store.js").read_text(encoding="utf-8"))
    page.evaluate(
        """() => {
             window.queryOf = (text) => {
               URLSearchParams.prototype.get = (name) => text;
               return mnistlab.query.number("noise", 0.5, 0, 1);
             };
           }"""
    )
    yield lambda texts: page.evaluate("(texts) => texts.map(window.queryOf)", texts)
    page.close()


def test_every_answer_has_the_headers(address):
    with httpx.Client(base_url=address) as client:
        for path in ("/", "/config", "/gradio_api/info", "/nowhere", "/assets/nothing.js"):
            headers = client.get(path).headers
            assert {name: headers[name] for name in HEADERS} == HEADERS


def test_nothing_is_counted(address):
    config = json.loads(httpx.get(f"{address}config").text)
    assert config["analytics_enabled"] is False
    assert config["run_history"] is False
