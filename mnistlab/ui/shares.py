"""Shares of the server: how much all visitors together may hold of something, and one address.

An address is not a visitor: a lecture hall has one for everybody in it, and so may the visitors who
come through a proxy. The share of an address is therefore most of the whole, and what the page
itself sends with every stroke is not shared out at all.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable

REMEMBERED = 1000  # addresses whose allowance is kept; the longest silent is forgotten


class Places:
    """So many places, of which one address may take no more than its share.

    Args:
        total: places for everybody.
        each: places for one address.
    """

    def __init__(self, total: int, each: int) -> None:
        self.total, self.each = total, each
        self._taken: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Take a place if there is one; whoever has it must `leave`."""
        if self._taken.total() >= self.total or self._taken[address] >= self.each:
            return False
        self._taken[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Give the place back."""
        self._taken[address] -= 1
        if not self._taken[address]:
            del self._taken[address]


class Allowance:
    """An amount that is used up and grows again, for everybody and for each address.

    Args:
        most: what everybody together may use at once.
        each: what one address may use at once.
        per_second: by how much either grows again, until it is whole.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        most: float,
        each: float,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most, self.each, self.per_second = most, each, per_second
        self._clock = clock
        self._all = (most, clock())  # what was left, and when
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, amount: float) -> bool:
        """Use some, if there is as much left."""
        now = self._clock()
        of_all = self._grown(self._all, self.most, now)
        of_one = self._grown(self._left.get(address, (self.each, now)), self.each, now)
        if amount > min(of_all, of_one):
            return False
        self._all = (of_all - amount, now)
        self._left[address] = (of_one - amount, now)
        self._left.move_to_end(address)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return True

    def _grown(self, left: tuple[float, float], most: float, now: float) -> float:
        amount, then = left
        return min(most, amount + self.per_second * (now - then))
