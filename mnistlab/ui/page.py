"""The page around the tabs: the shared library in its head, and how it is served."""

from importlib.util import find_spec
from typing import Any

from mnistlab.ui.gate import Gate
from mnistlab.ui.lane import Lane
from mnistlab.ui.sessions import WAITING, Laboratory, keep_little
from mnistlab.ui.theme import theme
from mnistlab.ui.uploads import swept
from mnistlab.ui.widget import STATIC

# in this order: each file adds to window.mnistlab what the later ones use
LIBRARY = (
    "bytes",
    "paint",
    "code",
    "ask",
    "store",
    "pad",
    "ends",
    "chart",
    "grid",
    "plane",
    "cells",
    "noise",
    "save",
    "picture",
)

LARGEST_FILE = "4mb"  # of an upload; a picture may have 2 MB and is told so


def head() -> str:
    """Everything for `launch(head=...)`. A second insertion of the script changes nothing."""
    folder = STATIC / "lab"
    style = (folder / "lab.css").read_text(encoding="utf-8")
    scripts = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in LIBRARY]
    body = "\n".join(scripts)
    once = f"if (!window.mnistlab) {{\nwindow.mnistlab = {{}};\n{body}\n}}"
    return f"<style>{style}</style>\n<script>{once}</script>"


def launch(demo: Laboratory, host: str, port: int | None, **options: Any) -> None:
    """Serve the page behind its gate: no footer, no history, nothing kept of a visitor.

    The endpoints are MCP tools too wherever the package `mcp` is installed.
    """
    demo.queue(api_open=False, max_size=WAITING)
    demo.launch(
        server_name=host,
        server_port=port,
        theme=theme(),
        head=head(),
        ssr_mode=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        max_file_size=LARGEST_FILE,
        mcp_server=find_spec("mcp") is not None,
        # a middleware is what starlette unpacks: a class, its arguments and its keywords
        app_kwargs={
            "middleware": [(Gate, (demo.waiting_of,), {}), (Lane, (demo,), {})],
            "lifespan": swept,
        },
        **options,
    )
    keep_little(demo)
