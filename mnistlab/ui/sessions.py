"""What Gradio keeps of its visitors, bounded: no state, few unread answers, sentences for errors.

Gradio holds a copy of the page's configuration for each visitor and puts every answer into it, and
it holds answers until they are fetched. Nothing here needs either: what a visitor has drawn is in
the page alone.
"""

import asyncio
import logging
from typing import Any

import gradio as gr
from gradio.state_holder import SessionState, StateHolder
from gradio.utils import LRUCache

from mnistlab.ui.gate import MISUNDERSTOOD

logger = logging.getLogger(__name__)

WAITING = 32  # calls of the endpoints that may wait; the next is told that the queue is full
UNREAD = 64  # clients whose answers are held until they fetch them; an answer takes up to 1.3 MB
ELSEWHERE = "Send the picture itself: this app fetches nothing from other addresses."


class Laboratory(gr.Blocks):
    """The page and its endpoints; a request that Gradio cannot take apart gets a sentence."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *rest: Any) -> Any:
        """Gradio's own, which would answer what it cannot take with `{"error": null}`.

        Raises:
            gr.Error: a sentence.
        """
        try:
            if _names_another_address(inputs):
                raise gr.Error(ELSEWHERE, print_exception=False)
            return await super().preprocess_data(block_fn, inputs, *rest)
        except gr.Error:
            raise
        except Exception as problem:
            logger.warning("/%s: %.200r", block_fn.api_name, problem)
            raise gr.Error(MISUNDERSTOOD[1], print_exception=False) from None

    def waiting_of(self, address: str) -> int:
        """How many calls of an address wait in the queue."""
        queues = self._queue.event_queue_per_concurrency_id.values()
        waiting = [event.request.client for queue in queues for event in queue.queue]
        return sum(client is not None and client.host == address for client in waiting)


def keep_little(demo: gr.Blocks) -> None:
    """Let a Blocks that has a queue and is served keep no more than is said above."""
    demo._queue.pending_messages_per_session = _Unread(demo._queue.pending_event_ids_session)
    demo.app.state_holder = _OneState(demo)


def _names_another_address(value: object) -> bool:
    """Whether there is a file in it, at any depth, that Gradio would have to download."""
    if isinstance(value, list):
        return any(map(_names_another_address, value))
    if not isinstance(value, dict):
        return False
    path = value.get("path")
    fetched = isinstance(path, str) and path.lower().startswith(("http:", "https:"))
    return fetched or any(map(_names_another_address, value.values()))


class _NoState(SessionState):
    """A state that is as the app was built, whatever is answered."""

    def _update_value_in_config(self, key: int, value: Any) -> None:
        pass


class _OneState(StateHolder):
    """The same state for everybody, which is none."""

    def __init__(self, demo: gr.Blocks) -> None:
        super().__init__()
        self.set_blocks(demo)
        self._state = _NoState(demo)

    def __getitem__(self, session_id: str) -> SessionState:
        return self._state


class _Unread(LRUCache[str, Any]):
    """Answers that wait to be fetched, by session; those longest untouched are given up.

    Args:
        pending: ids of the calls, by session, of which Gradio forgets none by itself.
    """

    def __init__(self, pending: dict[str, set[str]]) -> None:
        super().__init__(UNREAD)
        self._pending = pending

    def __getitem__(self, session: str) -> Any:
        if session in self:
            self.move_to_end(session)
        return super().__getitem__(session)

    def __missing__(self, session: str) -> Any:
        return asyncio.Queue()  # nobody waits for this answer any more

    def popitem(self, last: bool = True) -> tuple[str, Any]:
        session, messages = super().popitem(last)
        self._pending.pop(session, None)
        return session, messages
