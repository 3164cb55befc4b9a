"""The app as a process of its own, asked over HTTP as its page asks it."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[2]
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "HF_HOME", "HF_ENDPOINT", "HF_HUB_DISABLE_XET")


class App:
    """An app that has been started; `first_answer` waits for its networks."""

    def __init__(self, process, port, log):
        self.process, self.port, self._log = process, port, log
        self.began = time.monotonic()
        self._draw = None

    def get(self, path):
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as reply:
            return reply.read()

    def examine(self, index=0):
        """What the Draw tab is told of a test digit; None while nobody listens yet."""
        try:
            if self._draw is None:
                components = json.loads(self.get("/config"))["components"]
                self._draw = next(
                    c["id"] for c in components if c["props"].get("elem_id") == "lab-draw"
                )
            body = {
                "session_hash": "test",
                "component_id": self._draw,
                "fn_name": "examine",
                "data": {"test": index},
            }
            request = Request(
                f"http://127.0.0.1:{self.port}/gradio_api/component_server/",
                json.dumps(body).encode(),
                {"Content-Type": "application/json"},
            )
            with urlopen(request, timeout=60) as reply:
                return json.loads(reply.read())
        except (URLError, ConnectionError, TimeoutError):
            return None

    def answer_when(self, accept, within=800):
        """The first answer that is accepted, and how many seconds after the start it came."""
        while time.monotonic() - self.began < within:
            assert self.process.poll() is None, self.said()
            answer = self.examine()
            if answer and accept(answer):
                return answer, time.monotonic() - self.began
            time.sleep(0.1)
        raise AssertionError(f"The last answer within {within} s was {str(answer)[:300]}")

    def said(self):
        """What the process has written, warnings among it."""
        self._log.seek(0)
        return self._log.read()

    def first_answer(self):
        return self.answer_when(lambda answer: "waking" not in answer)


@contextlib.contextmanager
def running(*arguments, tree=ROOT, python=sys.executable, **environment):
    """`python app.py` in a tree, with no more of this environment than it would have elsewhere."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    with tempfile.TemporaryFile("w+") as log:  # a pipe that nobody reads would stop it when full
        process = subprocess.Popen(
            [python, "app.py", *map(str, arguments)],
            cwd=tree,
            env={**kept, "GRADIO_SERVER_PORT": str(port), **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield App(process, port, log)
        finally:
            process.kill()
            process.wait()
