import asyncio
import threading
from collections import Counter

import pytest

from mnistlab.inference.crowd import Crowd, Overtaken


class Networks:
    """Answers a question with itself and keeps every batch; closed, a batch waits to be let go."""

    def __init__(self, closed=False):
        self.batches = []
        self.open = threading.Event()
        if not closed:
            self.open.set()

    def answer(self, questions):
        self.batches.append(list(questions))
        assert self.open.wait(30)
        return [f"answer to {question}" for question in questions]


def ready(question):
    if question == "bad":
        raise ValueError("That is no question.")
    return question


async def ask_all(crowd, asked):
    """Ask (asker, question) after question, in this order; what came of each."""
    tasks = [asyncio.create_task(crowd.ask(*each)) for each in asked]
    return await asyncio.gather(*tasks, return_exceptions=True)


async def until(true):
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0)


def test_who_is_alone_is_answered_at_once(finish):
    networks = Networks()

    async def run():
        crowd = Crowd(ready, networks.answer)
        return [await crowd.ask("me", i) for i in range(3)]

    assert finish(run()) == ["answer to 0", "answer to 1", "answer to 2"]
    assert networks.batches == [[0], [1], [2]]


def test_what_gathers_meanwhile_is_answered_together_and_to_each_their_own(finish):
    networks = Networks(closed=True)

    async def run():
        crowd = Crowd(ready, networks.answer, largest=4, threads=1)
        first = asyncio.create_task(crowd.ask("first", "q"))
        await until(lambda: networks.batches)
        rest = asyncio.create_task(ask_all(crowd, [(f"asker {i}", i) for i in range(9)]))
        await asyncio.sleep(0)
        networks.open.set()
        return await first, await rest

    first, rest = finish(run())
    assert first == "answer to q"
    assert rest == [f"answer to {i}" for i in range(9)]
    assert networks.batches == [["q"], [0, 1, 2, 3], [4, 5, 6, 7], [8]]


def test_the_newest_takes_the_place_of_what_waits(finish):
    networks = Networks(closed=True)

    async def run():
        crowd = Crowd(ready, networks.answer, largest=2, threads=1)
        busy = asyncio.create_task(crowd.ask("busy", "q"))
        await until(lambda: networks.batches)
        asked = [("a", "a1"), ("b", "b1"), ("c", "c1"), ("a", "a2"), ("a", "a3"), ("c", "c2")]
        rest = asyncio.create_task(ask_all(crowd, asked))
        await asyncio.sleep(0)
        networks.open.set()
        await busy
        return await rest

    outcomes = finish(run())
    assert networks.batches == [["q"], ["a3", "b1"], ["c2"]]
    assert [isinstance(outcome, Overtaken) for outcome in outcomes] == [1, 0, 1, 1, 0, 0]
    assert outcomes[4] == "answer to a3"


def test_one_who_asks_without_end_takes_no_turn_from_another(finish):
    networks = Networks()

    async def run():
        crowd = Crowd(ready, networks.answer, largest=2, threads=1)
        modest = [asyncio.create_task(crowd.ask(f"modest {i}", f"modest {i}")) for i in range(20)]
        greedy = []
        while not all(task.done() for task in modest):
            greedy.append(asyncio.create_task(crowd.ask("greedy", "greedy")))
            await asyncio.sleep(0)
        await asyncio.gather(*modest, *greedy, return_exceptions=True)

    finish(run())
    served = [question for batch in networks.batches for question in batch]
    place = served.index("modest 19")
    # in turn: no more of the greedy one's than there were rounds before the last of the others
    assert Counter(served[:place])["greedy"] <= 2


def test_a_bad_question_is_told_to_its_asker_alone(finish):
    networks = Networks()

    async def run():
        crowd = Crowd(ready, networks.answer)
        return await ask_all(crowd, [("a", 1), ("b", "bad"), ("c", 3)])

    good, bad, also_good = finish(run())
    assert (good, also_good) == ("answer to 1", "answer to 3")
    assert isinstance(bad, ValueError)
    assert networks.batches == [[1, 3]]


def test_a_batch_that_fails_leaves_the_next_alone(finish):
    fail = [True]

    def answer(questions):
        if fail.pop():
            fail.append(False)
            raise KeyError("the networks")
        fail.append(False)
        return questions

    async def run():
        crowd = Crowd(ready, answer)
        return await ask_all(crowd, [("a", 1), ("b", 2)]), await crowd.ask("a", 3)

    failed, after = finish(run())
    assert [type(outcome) for outcome in failed] == [KeyError, KeyError]
    assert after == 3


def test_who_has_gone_holds_nobody_up(finish):
    networks = Networks(closed=True)

    async def run():
        crowd = Crowd(ready, networks.answer)
        gone = asyncio.create_task(crowd.ask("gone", 1))
        await until(lambda: networks.batches)
        waits = asyncio.create_task(crowd.ask("waits", 2))
        await asyncio.sleep(0)
        gone.cancel()
        networks.open.set()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await waits

    assert finish(run()) == "answer to 2"


def test_the_next_batch_does_not_wait_for_the_networks(finish):
    networks = Networks(closed=True)

    async def run():
        crowd = Crowd(ready, networks.answer, largest=3, threads=2)
        tasks = [asyncio.create_task(crowd.ask(f"asker {i}", i)) for i in range(9)]
        await until(lambda: len(networks.batches) == 2)
        networks.open.set()
        return await asyncio.gather(*tasks)

    assert finish(run()) == [f"answer to {i}" for i in range(9)]
    assert sorted(networks.batches) == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_nothing_is_kept_of_those_who_were_served(finish):
    networks = Networks()

    async def run():
        crowd = Crowd(ready, networks.answer)
        for i in range(200):
            await crowd.ask(f"asker {i}", i)
        return crowd

    assert not finish(run())._waiting
