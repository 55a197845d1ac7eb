"""Work that keeps the machine busy takes turns, in the order in which people came.

Not gradio's queue: that one counts all that waits as one, so that people who wait for a video would
keep others from choosing a wish, and it tells a place only in its own words.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from summarizer import SummarizerError

AT_ONCE = 2  # people served at a time
WAITING = 20  # people who wait at most
LOOK = 0.5  # seconds between two looks at one's place


class Turns:
    """So many are served at once, so many wait, and the others are told that they can't."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING):
        self.at_once, self.waiting = at_once, waiting
        self._line: list[object] = []  # those who are served, then those who wait
        self._moved = Condition()

    @contextmanager
    def taken(self) -> Iterator[Iterator[int]]:
        """Stand in line until the block ends. What it gives counts how many wait before oneself,
        again and again, and ends when it is one's turn."""
        me = object()
        with self._moved:
            if len(self._line) >= self.at_once + self.waiting:
                raise SummarizerError(
                    f"This could not start: {self.waiting} people wait already; try again in a "
                    "minute."
                )
            self._line.append(me)
        try:
            yield self._before(me)
        finally:
            with self._moved:
                self._line.remove(me)
                self._moved.notify_all()

    def _before(self, me: object) -> Iterator[int]:
        while (before := self._place(me)) >= 0:
            yield before
            with self._moved:
                self._moved.wait_for(lambda: self._place(me) != before, LOOK)

    def _place(self, me: object) -> int:
        """How many wait before; below 0 for those who are served."""
        with self._moved:
            return self._line.index(me) - self.at_once
