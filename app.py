"""Open the lab in a browser: `python app.py`, or as a Hugging Face Space."""

import argparse
import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# A drawing is small: handing parts of it to a second thread costs more than the whole, on a busy
# machine ten times more. NumPy's library reads this when it is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Nothing is trained here, and TensorFlow takes longer to import than all the rest to start.
os.environ.setdefault("KERAS_BACKEND", "openvino")
# Gradio sums up all past events after every event; never is often enough. Blocks reads it.
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000")

from mnistlab.inference.keeper import LabKeeper
from mnistlab.ui.layout import build_demo
from mnistlab.ui.page import launch


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Arguments; the environment gives the defaults, which is how a Space is told."""
    env = os.environ.get
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", default=env("MNISTLAB_WEIGHTS"), help="folder of weights")
    parser.add_argument(
        "--hub",
        default=env("MNISTLAB_HUB"),
        metavar="USER/REPO[@REVISION]",
        help="weights on the Hub, which take the place of the others once they are here",
    )
    everywhere = "0.0.0.0" if env("SPACE_ID") else "127.0.0.1"
    parser.add_argument("--host", default=env("GRADIO_SERVER_NAME", everywhere))
    parser.add_argument("--port", type=_port, default=env("GRADIO_SERVER_PORT", "7860"))
    return parser.parse_args(argv)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65,535, not {text[:40]}")
    return int(text)


def main(argv: list[str] | None = None) -> None:
    """Bring the page up first; the networks follow in a thread."""
    arguments = parse(argv)

    def load() -> object:
        from mnistlab.inference.lab import Lab  # imports Keras, so only here

        return Lab.load(arguments.weights) if arguments.weights else Lab.load()

    def fetch() -> object:
        from mnistlab.inference.lab import Lab

        repo, _, revision = arguments.hub.partition("@")
        return Lab.from_hub(repo, revision or None)

    keeper = LabKeeper(load, fetch if arguments.hub else None)
    demo = build_demo(keeper)
    register_with_zerogpu()
    try:
        launch(demo, arguments.host, arguments.port, prevent_thread_lock=True)
    except OSError:
        place = f"{arguments.host}:{arguments.port}"
        raise SystemExit(f"app.py: nothing can listen at {place}; give another --port.") from None
    keeper.start()
    demo.block_thread()


def register_with_zerogpu() -> None:
    """On ZeroGPU hardware, declare a GPU function: a Space without one is not let start there.

    It is never called, since the networks run on the processor.
    """
    if os.environ.get("SPACES_ZERO_GPU"):
        import spaces

        spaces.GPU(lambda: None)


if __name__ == "__main__":
    main()
