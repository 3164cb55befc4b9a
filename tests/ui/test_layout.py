import re
import subprocess
import sys
from pathlib import Path

import pytest

from mnistlab.inference.keeper import LabKeeper
from mnistlab.ui import page, widget
from mnistlab.ui.layout import TABS, build_demo


@pytest.fixture(scope="module")
def config():
    return build_demo(LabKeeper(dict)).get_config_file()


def named(config, kind):
    return [part["props"] for part in config["components"] if part["type"] == kind]


def test_every_tab_is_there_in_order(config):
    tabs = [(tab["label"], tab["id"]) for tab in named(config, "tabitem")]
    assert tabs == [(tab.TITLE, tab.NAME) for tab in TABS]


def test_every_widget_has_its_script_and_its_functions(config):
    pages = {part["elem_id"]: part for part in named(config, "html")}
    assert set(pages) == {"lab-masthead", *(f"lab-{tab.NAME}" for tab in TABS)}
    for part in pages.values():
        assert part["js_on_load"].startswith(widget.PRELUDE)
    assert "examine" in pages["lab-draw"]["server_fns"]


def test_the_head_holds_the_whole_library_and_no_other_host():
    head = page.head()
    files = {path.stem for path in (widget.STATIC / "lab").glob("*.js")}
    assert files == set(page.LIBRARY)
    assert head.count("<script>") == head.count("</script>") == 1
    assert "http:" not in head
    assert "https:" not in head


@pytest.mark.parametrize("evaluated", ["${value}", "{{x}}", "a `tick`", "a \\ slash"])
def test_what_gradio_would_evaluate_is_refused(tmp_path, monkeypatch, evaluated):
    (tmp_path / "x.html").write_text(evaluated, encoding="utf-8")
    monkeypatch.setattr(widget, "STATIC", tmp_path)
    with pytest.raises(ValueError, match=r"x\.html holds"):
        widget.widget("x")


def test_the_readme_names_every_panel_that_a_link_can_hide():
    pages = [path for path in widget.STATIC.rglob("*") if path.suffix in (".html", ".js")]
    text = "".join(path.read_text(encoding="utf-8") for path in pages)
    panels = set(re.findall(r'(?:data-panel=|dataset\.panel = )"(\w+)"', text))
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    sentence = readme[readme.index("any of `verdict`") :].split("\n\n")[0]
    assert panels == set(re.findall(r"`(\w+)`", sentence))


def test_scripts_stay_short():
    for script in widget.STATIC.rglob("*.js"):
        assert len(script.read_text(encoding="utf-8").splitlines()) < 300, script.name


def test_the_page_is_built_without_tensorflow():
    code = "import app, sys; print(sorted({'tensorflow', 'keras'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
