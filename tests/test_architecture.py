"""The half of docs/architecture.md that runs: who may import whom."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mnistlab"

ROOMS = {
    "data": set(),
    "models": set(),
    "hub": {"models"},
    "inference": {"data", "evaluation", "hub"},
    "evaluation": {"data"},
    "training": {"data", "models", "hub", "inference", "evaluation"},
    "ui": {"data", "inference"},
}
FRONT_DOOR = {"data", "inference"}  # what mnistlab/__init__.py may import

# Where a third party that not every room may import is allowed: beginnings of paths in mnistlab/.
RESTRICTED = {
    "gradio": ("ui/",),
    "fastapi": ("ui/",),
    "keras": ("models/", "training/", "hub/", "inference/"),
    "openvino": ("inference/engine.py", "inference/sinking.py"),
    "tensorflow": ("models/gan.py", "training/", "inference/engine.py"),
}
# Rooms that need these alone.
ALONE = {"data": {"numpy", "scipy", "PIL"}, "evaluation": {"numpy", "scipy"}}

# Modules under tests/ that hold no tests of their own, besides each folder's conftest.py.
FIXTURE_MODULES = {
    "hostile_inputs.py",
    "loops.py",
    "limits_table.py",
    "hub/app_process.py",
    "hub/hub_server.py",
    "hub/tiny_weights.py",
    "small_models.py",
    "ui/fake_lab.py",
}


def source_files():
    return sorted(PACKAGE.rglob("*.py"))


def imported_modules(path):
    """Dotted names of everything a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            # `from mnistlab import data` imports the room as surely as `import mnistlab.data`.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            folder = path.relative_to(ROOT).parts[: -node.level]
            module = [*folder, *(node.module.split(".") if node.module else [])]
            yield from (".".join([*module, alias.name]) for alias in node.names)


def faults(path):
    """What a source file of the package imports and may not, a sentence each."""
    inside = path.relative_to(PACKAGE).as_posix()
    room = inside.split("/")[0] if "/" in inside else None
    allowed = ROOMS[room] | {room} if room else FRONT_DOOR
    for module in imported_modules(path):
        top, *rest = module.split(".")
        if top == "mnistlab":
            if rest and rest[0] in ROOMS and rest[0] not in allowed:
                yield f"mnistlab/{inside} imports {module}: {room or 'it'} may import {allowed}"
        elif top not in sys.stdlib_module_names:
            if not inside.startswith(RESTRICTED.get(top, ("",))):
                yield f"mnistlab/{inside} imports {module}: only {RESTRICTED[top]} may"
            if room in ALONE and top not in ALONE[room]:
                yield f"mnistlab/{inside} imports {module}: {room} has {ALONE[room]} alone"


def requirements():
    """The import names of requirements.txt."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = {re.split(r"[^\w-]", line)[0] for line in lines if line and not line.startswith("#")}
    return {{"pillow": "PIL"}.get(name, name.replace("-", "_")) for name in names}


def test_rooms_are_those_of_the_map():
    found = {path.parent.name for path in PACKAGE.glob("*/*.py")}
    assert found <= set(ROOMS)
    documented = re.findall(
        r"^\| `mnistlab/(\w+)/`", (ROOT / "docs/architecture.md").read_text(encoding="utf-8"), re.M
    )
    assert set(documented) == set(ROOMS)


@pytest.mark.parametrize(
    "path", source_files(), ids=lambda path: path.relative_to(PACKAGE).as_posix()
)
def test_file_imports_only_what_its_room_may(path):
    assert not list(faults(path))


def test_every_third_party_is_a_requirement():
    imported = {
        module.split(".")[0] for path in source_files() for module in imported_modules(path)
    }
    assert imported - sys.stdlib_module_names - {"mnistlab"} <= requirements()


@pytest.mark.parametrize(
    ("inside", "line"),
    [
        ("data/a.py", "from mnistlab.models import MODELS"),
        ("data/a.py", "import keras"),
        ("data/a.py", "def f():\n    from ..hub import store"),
        ("ui/a.py", "import mnistlab.hub.store"),
        ("ui/a.py", "from mnistlab import training"),
        ("hub/a.py", "import gradio as gr"),
        ("models/vae.py", "import tensorflow as tf"),
        ("__init__.py", "from mnistlab.training import fit"),
    ],
)
def test_a_planted_fault_is_found(tmp_path, monkeypatch, inside, line):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path / "mnistlab")
    path = tmp_path / "mnistlab" / inside
    path.parent.mkdir(parents=True)
    path.write_text(line)
    assert len(list(faults(path))) >= 1


@pytest.mark.parametrize("module", ["mnistlab", "mnistlab.ui.layout"])
def test_import_leaves_alone_what_is_slow_to_load(module):
    slow = {"tensorflow", "keras", "openvino", "scipy.ndimage", "scipy.special", "scipy.stats"}
    code = f"import sys, {module}; print(*{slow} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert not ran.stdout.split()


def test_every_test_file_is_collected():
    files = {path.relative_to(ROOT / "tests").as_posix() for path in (ROOT / "tests").rglob("*.py")}
    strays = {file for file in files if not Path(file).name.startswith(("test_", "conftest.py"))}
    assert strays == FIXTURE_MODULES
