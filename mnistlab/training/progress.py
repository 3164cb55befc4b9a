"""A line per model: steps done, time left, the running held-out figure."""

import sys

from tqdm import tqdm

SHOWN = ("val_accuracy", "val_nll", "val_mse", "val_g_loss")  # the first that a model has


class Bar:
    """The line of one run; several keep below each other on a terminal.

    Args:
        model_id: what it is called.
        epochs: passes in all.
        steps: batches in an epoch.
    """

    def __init__(self, model_id: str, epochs: int, steps: int) -> None:
        self.steps = steps
        self.line = tqdm(
            total=epochs * steps,
            desc=f"{model_id:14}",
            unit="step",
            dynamic_ncols=True,
            leave=True,
            position=None if sys.stderr.isatty() else 0,  # a file has no line above to go back to
        )

    def step(self) -> None:
        """One batch more."""
        self.line.update()

    def epoch(self, done: int, figures: dict[str, float]) -> None:
        """So many epochs are done, and these are the figures of the last."""
        self.line.update(done * self.steps - self.line.n)  # jumps where a run was resumed
        for name in SHOWN:
            if name in figures:
                self.line.set_postfix_str(f"{name[4:]} {figures[name]:.4g} held out")
                break

    def close(self) -> None:
        """Leave the line as it is."""
        self.line.close()
