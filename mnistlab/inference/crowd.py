"""Many who ask at once, answered together: in shared batches, in turn, each what is newest.

A batch costs the networks far less than its questions would alone. While one is answered the next
gathers; nobody is waited for, so somebody who is alone is answered at once.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, NamedTuple

THREADS = 2  # while one batch is in the networks, the other is read or written
LARGEST_BATCH = 32  # beyond it a question gets hardly cheaper, and each batch takes longer


class Overtaken(Exception):  # noqa: N818, nothing went wrong
    """The asker has asked something newer, which took the place of this question."""


class _Waiting(NamedTuple):
    question: Any
    answer: asyncio.Future[Any]


class Crowd:
    """Lets one function answer the questions of many.

    Each asker has one place in the queue: who asks again before being served keeps it, with the
    newer question. So nobody is served twice while another waits, and no more can wait than there
    are askers.

    Args:
        prepare: makes of a question what `answer` takes; what it raises is told to that asker
            alone.
        answer: some of what `prepare` made -> as many answers, in the same order.
        largest: questions in one batch.
        threads: of the crowd's own, in which both are called: batches under way at a time.
    """

    def __init__(
        self,
        prepare: Callable[[Any], Any],
        answer: Callable[[Sequence[Any]], Sequence[Any]],
        largest: int = LARGEST_BATCH,
        threads: int = THREADS,
    ) -> None:
        self._prepare, self._answer = prepare, answer
        self._largest, self._at_a_time = largest, threads
        self._waiting: dict[str, _Waiting] = {}
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="crowd")
        self._serving: set[asyncio.Task[None] | None] = set()  # one for each thread in use

    async def ask(self, asker: str, question: Any) -> Any:
        """The answer to a question.

        Raises:
            Overtaken: the asker has asked something newer.
            Exception: what `prepare` raised on this question, or `answer` on its batch.
        """
        mine = _Waiting(question, asyncio.get_running_loop().create_future())
        earlier = self._waiting.get(asker)
        self._waiting[asker] = mine  # in the place of the earlier one, if there is one
        if earlier and not earlier.answer.done():
            earlier.answer.set_exception(Overtaken())
        if len(self._serving) < self._at_a_time:
            self._serving.add(asyncio.create_task(self._serve()))
        return await mine.answer

    async def _serve(self) -> None:
        """Batch after batch until nobody waits."""
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                first = list(islice(self._waiting, self._largest))
                turn = [self._waiting.pop(asker) for asker in first]
                questions = [waiting.question for waiting in turn]
                outcomes = await loop.run_in_executor(self._threads, self._outcomes, questions)
                for waiting, outcome in zip(turn, outcomes, strict=True):
                    if waiting.answer.done():  # whoever asked is gone
                        continue
                    if isinstance(outcome, Exception):
                        waiting.answer.set_exception(outcome)
                    else:
                        waiting.answer.set_result(outcome)
        finally:
            self._serving.discard(asyncio.current_task())

    def _outcomes(self, questions: list[Any]) -> list[Any]:
        """For each question its answer, or the exception that it or its batch met."""
        outcomes = [_tried(self._prepare, question) for question in questions]
        ready = [at for at, outcome in enumerate(outcomes) if not isinstance(outcome, Exception)]
        if not ready:
            return outcomes
        answers = _tried(self._answer, [outcomes[at] for at in ready])
        if isinstance(answers, Exception):
            answers = [answers] * len(ready)
        for at, answer in zip(ready, answers, strict=True):
            outcomes[at] = answer
        return outcomes


def _tried(function: Callable[[Any], Any], argument: Any) -> Any:
    """What the function returns, or raises."""
    try:
        return function(argument)
    except Exception as problem:
        return problem
