"""Where uploaded pictures lie, and how those go that nobody deletes.

Gradio deletes what it has written down, if it lives to do so. A process that is killed leaves its
pictures behind, an upload that breaks off its beginning, and a tool call that is refused its
picture. They all lie in a folder of the app's own, which is swept by age: what is too old there is
nobody's, whichever process it came from, and what another one has just received stays.
"""

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

NAME = "mnistlab-uploads"
SWEEP = 60  # seconds between two sweeps
LIVES = 600  # seconds that Gradio keeps an uploaded picture
FORGOTTEN = 900  # seconds after which a file is one that Gradio does not know of


def use_own_folder() -> None:
    """Let Gradio, which reads this when it is imported, keep uploads in a folder of our own."""
    parent = os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir()
    os.environ["GRADIO_TEMP_DIR"] = str(Path(parent).resolve() / NAME)


def sweep(folder: Path, age: float = FORGOTTEN) -> None:
    """Delete what is older than so many seconds: files, and folders once they are empty.

    A link is deleted, never followed. What vanishes meanwhile, or is not ours, is passed over.
    """
    before = time.time() - age
    for place, folders, files in os.walk(folder, topdown=False):
        for name in files + folders:
            path = Path(place, name)
            with contextlib.suppress(OSError):
                if path.lstat().st_mtime >= before:
                    continue
                if path.is_dir() and not path.is_symlink():
                    path.rmdir()  # fails if there is anything in it
                else:
                    path.unlink()


@contextlib.asynccontextmanager
async def swept(_: object) -> AsyncIterator[None]:
    """The folder is swept while an app is served: at its start, and then again and again."""
    task = asyncio.create_task(_sweep_on(Path(os.environ["GRADIO_TEMP_DIR"])))
    try:
        yield
    finally:
        task.cancel()


async def _sweep_on(folder: Path) -> None:
    while True:
        await asyncio.to_thread(sweep, folder)
        await asyncio.sleep(SWEEP)
