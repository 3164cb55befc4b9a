"""A Chromium that draws with a real pointer, and notes when what it drew is on screen.

A picture counts as seen in the frame after its pixels were set. Times are of the page's own clock.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Page, Request, sync_playwright

from benchmarks.drawings import Stroke

FRAME = 1 / 60  # seconds between two moves of the pen
VIEW = {"width": 1280, "height": 900}

PAD = "#lab-draw .pad"
# every row of the lab shows an answer
FILLED = """() => document.querySelector("#lab-draw .row")
  && !document.querySelector("#lab-draw .row.idle")"""

# Notes what the pen does, when requests leave, and in which frame something is seen.
WATCH = """
window.diary = { moves: [], ups: [], sent: [], back: [], painted: [], seen: [] };
const note = (list) => (event) =>
  event.target.matches?.("canvas") && list.push(event.timeStamp);
document.addEventListener("pointermove", (e) => e.buttons && note(diary.moves)(e), true);
document.addEventListener("pointerup", note(diary.ups), true);
diary.see = (what) => requestAnimationFrame(() => diary.seen.push([what, performance.now()]));
"""
# Of the lab: an answer is read and painted, every row of it, before anything else happens, the last
# row last. Requests are counted as they leave.
WATCH_LAB = """
const fetched = window.fetch;
let read = -1; // the last answer that was
window.fetch = async (url, options) => {
  if (!String(options?.body).includes("examine")) return fetched(url, options);
  const request = diary.sent.push(performance.now()) - 1;
  const response = await fetched(url, options);
  const json = response.json.bind(response);
  response.json = async () => {
    const answer = await json();
    diary.back[request] = performance.now();
    read = request;
    return answer;
  };
  return response;
};
const put = CanvasRenderingContext2D.prototype.putImageData;
let painted = -1;
CanvasRenderingContext2D.prototype.putImageData = function (...args) {
  put.apply(this, args);
  if (painted === read || !this.canvas.matches?.("#lab-draw .row:last-child .lost")) return;
  painted = read;
  diary.painted[read] = performance.now();
  diary.see(read);
};
"""
# Of the stock app: every picture of an answer is a file that has to be loaded.
WATCH_STOCK = """
document.addEventListener("load", (event) => {
  if (event.target.matches?.(".answer img")) diary.see(0);
}, true);
"""


@dataclass
class Traffic:
    """What a page sends and gets: of each request the address, and its bodies in bytes."""

    requests: list[tuple[str, int, int]] = field(default_factory=list)

    def note(self, request: Request) -> None:
        """A listener for `requestfinished`."""
        up = len(request.post_data_buffer or b"")
        self.requests.append((request.url, up, request.sizes()["responseBodySize"]))

    @property
    def down(self) -> int:
        """Bytes of all answers."""
        return sum(down for _, _, down in self.requests)


@contextmanager
def page_of(address: str, watch: str) -> Iterator[Page]:
    """A page with one of the two diaries in it; software alone draws."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport=VIEW)
        page.set_default_timeout(60_000)
        page.add_init_script(WATCH + watch)
        page.goto(address)
        yield page
        browser.close()


def draw_stroke(page: Page, canvas: str, stroke: Stroke) -> None:
    """Draw with the mouse, sixty moves a second, and lift it."""
    box = page.locator(canvas).first.bounding_box()
    if box is None:
        raise LookupError(f"There is no {canvas} to draw on.")
    side = min(box["width"], box["height"])
    left = box["x"] + (box["width"] - side) / 2
    points = [(left + x * side, box["y"] + y * side) for x, y in stroke]
    page.mouse.move(*points[0])
    page.mouse.down()
    start = time.perf_counter()
    for count, point in enumerate(points[1:], 1):
        time.sleep(max(0.0, start + count * FRAME - time.perf_counter()))
        page.mouse.move(*point)
    page.mouse.up()


def chromium_path() -> str | None:
    """The Chromium to launch as Playwright's `executable_path`; None means Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return os.environ.get("CHROMIUM") or found
