"""Who holds the lab: loads it in a thread once the page is up, swaps it whole."""

import gc
import logging
import threading
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)


class LabKeeper:
    """Holds the current lab, or none yet.

    Args:
        load: makes the lab; called once, in a thread, by `start`. A `ValueError` that it raises
            is a sentence for the visitor; anything else is logged.
        fetch: makes a lab of the Hub's weights to put in its place: called once, in the same
            thread, when the first one answers already.
    """

    def __init__(self, load: Callable[[], Any], fetch: Callable[[], Any] | None = None) -> None:
        self._load, self._fetch = load, fetch
        self._lab: Any | None = None
        self._problem: str | None = None
        self._fetch_problem: str | None = None
        self._thread: threading.Thread | None = None

    @property
    def lab(self) -> Any | None:
        """The lab that answers, or None while it is still loading."""
        return self._lab

    @property
    def problem(self) -> str | None:
        """Why there is no lab, in a sentence; None while all is well."""
        return self._problem

    @property
    def fetch_problem(self) -> str | None:
        """Why the Hub's weights are not in use, in a sentence; None if none are missed."""
        return self._fetch_problem

    def start(self) -> None:
        """Begin to load. A second call does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="lab", daemon=True)
            self._thread.start()

    def swap(self, lab: Any) -> None:
        """Put another lab in place; requests under way finish on the old one."""
        self._lab, self._problem = lab, None
        # Whatever is here now is here to stay: to look it all through for garbage again and again
        # would hold up a visitor each time. Of an earlier lab this is the end.
        gc.unfreeze()
        gc.collect()
        gc.freeze()

    def _run(self) -> None:
        self._problem = self._try(self._load, "The networks could not be loaded")
        if self._fetch is not None:
            self._fetch_problem = self._try(self._fetch, "The Hub's weights are not in use")

    def _try(self, make: Callable[[], Any], failed: str) -> str | None:
        """Swap in what `make` gives, or say why not."""
        try:
            self.swap(make())
        except ValueError as problem:
            logger.error("%s. %s", failed, problem)
            return f"{failed}. {problem}"
        except Exception:  # of which a visitor could make nothing
            logger.exception(failed)
            return f"{failed}; the log of the app says why."
        return None
