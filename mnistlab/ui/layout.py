"""The page as a whole: the bar at the top, the tabs, and the endpoints beside them.

How to write a tab
------------------
1. `mnistlab/ui/<name>_tab.py`: a docstring, `TITLE = "Denoise"` (what the tab is called),
   `NAME = "denoise"` (its id, `?tab=denoise`), and `build(keeper)`, which makes one
   `widget(NAME, server_functions=[...])`. A server function is
   `@answering(keeper) def denoise(lab, request) -> dict` inside `build`: a few lines that check
   `request` (a dict, anything may be in it) and call a pure function of `mnistlab.inference`. What
   is wrong with a request is a `ValueError` with a sentence for the visitor. Pictures go down as
   `inference.pictures.picture_text` (in the page, `lab.unpack(text)` gives the bytes); a digit
   comes up as `lab.toBase64(bytes)`, read by `read_picture_text`.
2. `static/<name>.html`, `.css`, `.js`: see `widget` for the four things that HTML and CSS may not
   hold. The CSS is scoped to the tab; the parts that every tab shares are the `lab-` classes of
   `static/lab/lab.css`. Mark what a lesson may hide with `data-panel="curve"` (`?hide=curve`).
   Give errors a place: `<p class="lab-status" role="status" aria-live="polite"></p>`.
3. The script gets `element`, `server` and `lab`; it runs once, when the tab is first opened:

       const status = lab.status(element.querySelector(".lab-status"));
       const show = (answer, request) => { ... };
       const call = lab.caller(server.denoise, { status, show });
       const ask = () =>
         call({ digit: lab.toBase64(lab.store.digit), strength: Number(slider.value) });
       slider.value = lab.query.number("noise", 0.5, 0, 1);
       slider.addEventListener("input", () => {
         lab.query.set("noise", slider.value);
         ask();
       });
       lab.store.follow(element, ask); // your digit: now, and whenever it changes

   `lab.caller` keeps one request in flight, newest wins; `lab.ask` is for what happens once. Then
   `paintDigit`, `paintDifference`, `codeStrip`, `drawMarker`, `lineChart`, `pad`, `names`,
   `colour`, `two`, `percent`, `describe`, `query`, `saveResult`: each is documented where it is
   written, in `static/lab/`.
4. A line in `TABS` below, a test in `tests/ui/` and one in `tests/browser/`.
"""

from types import ModuleType

import gradio as gr

from mnistlab.inference.keeper import LabKeeper
from mnistlab.ui import (
    denoise_tab,
    draw_tab,
    interpolate_tab,
    map_tab,
    models_tab,
    noise_tab,
    sample_tab,
)
from mnistlab.ui.api import add_endpoints
from mnistlab.ui.sessions import Laboratory
from mnistlab.ui.uploads import LIVES, SWEEP
from mnistlab.ui.widget import widget

# in the order of the page; a tab appears here once it is real
TABS: tuple[ModuleType, ...] = (
    draw_tab,
    noise_tab,
    denoise_tab,
    sample_tab,
    interpolate_tab,
    map_tab,
    models_tab,
)


def build_demo(keeper: LabKeeper) -> Laboratory:
    """Lay out the page. The keeper need not have a lab yet: the page waits for it."""
    with Laboratory(
        title="mnistlab",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(SWEEP, LIVES),
    ) as demo:
        widget("masthead")
        # "wrap" keeps every tab in one list; the style sheet makes it a strip that swipes
        with gr.Tabs(overflow_behavior="wrap"):
            for tab in TABS:
                with gr.Tab(tab.TITLE, id=tab.NAME, elem_id=f"tab-{tab.NAME}"):
                    tab.build(keeper)
        add_endpoints(keeper)
    return demo
