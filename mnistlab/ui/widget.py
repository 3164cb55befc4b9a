"""The base of every tab: native controls in one `gr.HTML`, read from three static files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

STATIC = Path(__file__).parent / "static"
# `lab` is the shared library (static/lab/), put into the page's head by `page.head()`.
PRELUDE = "const lab = window.mnistlab;\nlab.mount();\n"


def widget(name: str, server_functions: list[Callable[..., Any]] | None = None) -> gr.HTML:
    """Make a tab's page: `static/<name>.html`, `.css` (scoped to the widget) and `.js`.

    Gradio evaluates HTML and CSS as Handlebars and then as a JavaScript template literal, so
    neither may hold `${`, `{{`, a backtick or a backslash. The script runs once, when the tab is
    first opened, with `element` (the widget), `server` (the functions, each `async`) and `lab`.
    (A function and not a subclass: for those Gradio writes a .pyi file beside the source.)

    Raises:
        ValueError: a file holds what Gradio would evaluate.
    """
    return gr.HTML(
        html_template=_template(f"{name}.html"),
        css_template=_template(f"{name}.css"),
        js_on_load=PRELUDE + (STATIC / f"{name}.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id=f"lab-{name}",
        elem_classes=["lab"],
        server_functions=server_functions,
    )


def _template(file: str) -> str:
    text = (STATIC / file).read_text(encoding="utf-8")
    for evaluated in ("${", "{{", "`", "\\"):
        if evaluated in text:
            raise ValueError(f"{file} holds {evaluated!r}, which Gradio would evaluate.")
    return text
