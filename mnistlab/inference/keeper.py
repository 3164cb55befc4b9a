"""Who holds the lab: loads it in a thread once the page is up, swaps it whole."""

import logging
import threading
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)

# What people are told when loading failed for a reason that is not theirs to act on.
UNLOADED = "The networks could not be loaded; the log of the app says why."


class LabKeeper:
    """Holds the current lab, or none yet.

    Args:
        load: makes the lab; called once, in a thread, by `start`. A `ValueError` that it raises
            is a sentence for the visitor; anything else is logged.
    """

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load
        self._lab: Any | None = None
        self._problem: str | None = None
        self._thread: threading.Thread | None = None

    @property
    def lab(self) -> Any | None:
        """The lab that answers, or None while it is still loading."""
        return self._lab

    @property
    def problem(self) -> str | None:
        """Why there is no lab, in a sentence; None while all is well."""
        return self._problem

    def start(self) -> None:
        """Begin to load. A second call does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="lab", daemon=True)
            self._thread.start()

    def swap(self, lab: Any) -> None:
        """Put another lab in place; requests under way finish on the old one."""
        self._lab, self._problem = lab, None

    def _run(self) -> None:
        try:
            self.swap(self._load())
        except ValueError as problem:
            logger.exception("The lab could not be loaded")
            self._problem = f"The networks could not be loaded. {problem}"
        except Exception:
            logger.exception("The lab could not be loaded")
            self._problem = UNLOADED
