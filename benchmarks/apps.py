"""Apps in processes of their own: started on a free port, waited for, measured and ended."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE = 180.0  # seconds: TensorFlow starts slowly on a busy machine
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "PYTHONUNBUFFERED": "1",
}
TEST_DIGIT = {"test": 3}


@dataclass(frozen=True)
class App:
    """A running app.

    Attributes:
        port: on 127.0.0.1.
        started: `time.perf_counter()` just before the process was.
        process: the process itself.
        temporary: the folder in which Gradio keeps files.
    """

    port: int
    started: float
    process: subprocess.Popen[bytes]
    temporary: Path

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}/"

    def get(self, path: str = "") -> bytes:
        """The body of a page.

        Raises:
            OSError: it does not answer, or not with a page.
        """
        with urllib.request.urlopen(self.address + path, timeout=PATIENCE) as answer:
            return answer.read()

    def component(self, elem_id: str) -> int:
        """The number by which Gradio calls a component of the page."""
        config = json.loads(self.get("config"))
        for component in config["components"]:
            if component["props"].get("elem_id") == elem_id:
                return component["id"]
        raise LookupError(f"The page has no {elem_id}.")

    def ask(self, component: int, function: str, data: Any) -> Any:
        """One answer of a server function of a component."""
        body = {"data": data, "component_id": component, "fn_name": function}
        request = urllib.request.Request(
            f"{self.address}gradio_api/component_server/",
            json.dumps(body | {"session_hash": "benchmark"}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def files(self) -> int:
        """How many files Gradio has kept since `forget_files`."""
        return sum(path.is_file() for path in self.temporary.rglob("*"))

    def forget_files(self) -> None:
        """Delete them."""
        for path in self.temporary.rglob("*"):
            if path.is_file():
                path.unlink()

    def resident(self) -> int:
        """Bytes of memory that the process holds; Linux alone tells."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def processor_seconds(self) -> float:
        """Time that the process has computed so far; Linux alone tells."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ours() -> list[str]:
    """The command that opens the lab."""
    return ["app.py", "--port"]


def stock() -> list[str]:
    """The command that opens the app that is built as Gradio's and Keras' guides build it."""
    return ["-m", "benchmarks.stock_app"]


@contextmanager
def running(command: list[str]) -> Iterator[App]:
    """`python *command PORT`, from before its first answer until the block ends."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *command, str(port)],
            cwd=ROOT,
            env=os.environ | ENVIRONMENT | {"GRADIO_TEMP_DIR": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield App(port, started, process, Path(folder))
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for_page(app: App) -> float:
    """Seconds from the start of the process to the first whole answer."""
    wait_until(lambda: bool(app.get()), app)
    return time.perf_counter() - app.started


def wait_for_networks(app: App, draw: int) -> float:
    """Seconds from the start of the lab to its first reconstruction; `draw` is the Draw tab."""
    wait_until(lambda: "models" in app.ask(draw, "examine", TEST_DIGIT), app)
    return time.perf_counter() - app.started


def wait_until(true: Callable[[], bool], app: App, pause: float = 0.01) -> None:
    """Ask again and again.

    Raises:
        RuntimeError: the app ended, or did not get there in `PATIENCE` seconds.
    """
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        if app.process.poll() is not None:
            raise RuntimeError(f"The app ended with {app.process.returncode}.")
        try:
            if true():
                return
        except OSError:
            pass
        time.sleep(pause)
    raise RuntimeError(f"The app was not there after {PATIENCE:.0f} seconds.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
