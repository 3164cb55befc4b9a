"""Visitors come, draw, look around and leave, for minutes on end: no error, no growth.

    python -m benchmarks.soak                  ten minutes, eight visitors at a time
    python -m benchmarks.soak --minutes 1

The app is a process of its own on a free port of this machine, and nothing is sent anywhere else.
A line a minute; status 1 if an answer was wrong or the process grew.
"""

import argparse
import base64
import contextlib
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import numpy as np

from mnistlab.inference.pictures import unpacked
from mnistlab.ui.wire import GRID, encode_ink
from tests.hostile_inputs import API, SERVER, drawing, png, widget_cases
from tests.hub.app_process import running

GROWTH = 100  # MB, from when all is warm, after a fifth of the time, to the end
PACE = 0.1  # seconds between the strokes of one visitor
MOST_MINUTES, MOST_VISITORS = 60, 50
SPOILT = [case for case in widget_cases() if case[1] not in ("tally", "keep", "overview")]


class Visitor(threading.Thread):
    """Somebody who opens the page, draws, visits a few tabs and comes back as somebody else."""

    def __init__(self, address: str, until: float, seed: int, counts: Counter) -> None:
        super().__init__(daemon=True)
        self.address, self.until, self.counts = address, until, counts
        self.random = random.Random(seed)
        self.faults: list[str] = []

    def run(self) -> None:
        """Visit again and again."""
        while time.monotonic() < self.until:
            try:
                with httpx.Client(base_url=self.address, timeout=60) as client:
                    self.visit(client)
                self.counts["visits"] += 1
            except Exception as problem:  # whatever it is, it counts
                self.faults.append(repr(problem)[:300])

    def visit(self, client: httpx.Client) -> None:
        """One visit: a page, a stroke in twenty parts, three tabs, a call, something spoilt."""
        page = client.get("/config").json()
        ids = {c["props"].get("elem_id", ""): c["id"] for c in page["components"]}
        session = f"{self.random.random():.12f}"

        def ask(widget: str, function: str, data: object) -> dict:
            body = {"session_hash": session, "fn_name": function, "data": data}
            body["component_id"] = ids[f"lab-{widget}"]
            answer = client.post(SERVER, json=body)
            self.counts["answers"] += 1
            if answer.status_code != 200:
                self.faults.append(f"{function}: {answer.status_code} {answer.text[:200]}")
            return answer.json()

        bend = self.random.uniform(-1, 1)
        answer = {}
        for part in range(5, 25):
            answer = ask("draw", "examine", {"ink": _stroke(bend, part * 5), "normalize": True})
            self.expect("models" in answer, answer)
            time.sleep(PACE)
        digit = base64.b64encode(unpacked(answer["input"]).tobytes()).decode()
        seed = self.random.randrange(2**32)
        noise = {"digit": digit, "kind": "gaussian", "strength": 0.5, "seed": seed}
        draw = {"source": "gan", "count": 16, "seed": seed, "temperature": 1.0, "digit": None}
        ends = {"a": {"digit": digit}, "b": {"test": seed % 2000}}
        for widget, function, data in self.random.sample(
            [
                ("noise", "spoil", noise),
                ("denoise", "denoise", noise),
                ("sample", "sheet", draw),
                (
                    "interpolate",
                    "ways",
                    {**ends, "plain": "vanilla", "steps": 16, "path": "linear"},
                ),
                ("map", "locate", {"digit": digit}),
                ("models", "portrait", {"model": "vae"}),
            ],
            3,
        ):
            answer = ask(widget, function, data)
            self.expect("error" not in answer, answer)
        if self.random.random() < 0.3:
            self.call(client)
        with contextlib.suppress(ValueError):  # NaN and infinity are none of JSON's numbers
            answer = ask(*self.random.choice(SPOILT))
            self.expect("Something went wrong" not in str(answer.get("error")), answer)

    def call(self, client: httpx.Client) -> None:
        """An endpoint with an uploaded picture; now and then nobody fetches the answer."""
        path = client.post(f"{API}/upload", files={"files": ("one.png", png(drawing()))}).json()[0]
        picture = {"path": path, "meta": {"_type": "gradio.FileData"}}
        event = client.post(f"{API}/call/reconstruct", json={"data": [picture, True]}).json()
        self.counts["calls"] += 1
        if self.random.random() < 0.8:
            told = client.get(f"{API}/call/reconstruct/{event['event_id']}").text
            self.expect("event: complete" in told, told)

    def expect(self, well: bool, told: object) -> None:
        """Note what was answered if all is not well."""
        if not well:
            self.faults.append(str(told)[:300])


def _stroke(bend: float, rows: int) -> str:
    down, across = np.mgrid[:GRID, :GRID]
    line = 70 + 30 * bend * np.sin(down / 25)
    return encode_ink((np.abs(across - line) < 8) & (down > 10) & (down < 15 + rows))


def memory(process: subprocess.Popen) -> float:
    """Of a process, in MB, where Linux keeps it."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1000


def main() -> int:
    """Soak the app; the exit status says whether it held."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--visitors", type=int, default=8, help="at a time")
    options = parser.parse_args()
    seconds = 60 * min(options.minutes, MOST_MINUTES)
    counts: Counter = Counter()
    with running() as app:
        app.first_answer()
        began = time.monotonic()
        visitors = [
            Visitor(f"http://127.0.0.1:{app.port}", began + seconds, seed, counts)
            for seed in range(min(options.visitors, MOST_VISITORS))
        ]
        for visitor in visitors:
            visitor.start()
        warm = None
        while any(visitor.is_alive() for visitor in visitors):
            time.sleep(min(60, seconds / 10))
            passed = time.monotonic() - began
            if warm is None and passed >= seconds / 5:
                warm = memory(app.process)
            faults = sum(len(visitor.faults) for visitor in visitors)
            held = f"{memory(app.process):.0f} MB"
            print(f"{passed:5.0f} s  {dict(counts)}  {held}  {faults} faults", flush=True)
        growth = memory(app.process) - (warm or 0)
        handles = len(list(Path(f"/proc/{app.process.pid}/fd").iterdir()))
    faults = [fault for visitor in visitors for fault in visitor.faults]
    print(f"{dict(counts)}, {growth:+.0f} MB since it was warm, {handles} open files")
    print("\n".join(faults[:20]))
    return 1 if faults or growth > GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
