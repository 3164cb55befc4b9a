"""The lab as it would be without a keeper: Keras and the weights first, then the page."""

import app as served  # noqa: F401, it sets the environment that the networks are served in

# isort: split
import sys

from mnistlab.inference.keeper import LabKeeper
from mnistlab.inference.lab import Lab
from mnistlab.ui.layout import build_demo
from mnistlab.ui.page import launch


def main() -> None:
    """Serve it on the port of the command line until the process is ended."""
    keeper = LabKeeper(Lab.load)
    keeper.swap(Lab.load())
    launch(build_demo(keeper), "127.0.0.1", int(sys.argv[1]), quiet=True)


if __name__ == "__main__":
    main()
