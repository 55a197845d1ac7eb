"""Work on rows for several threads: who asks while it works is answered together, in one pass."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(eq=False)
class Asked:
    rows: "Tensor"
    answer: Any = None
    error: BaseException | None = None
    done: bool = False


class Together:
    """A function of rows that gives several things with as many rows; safe to call in threads.

    One thread works; it takes along what others asked for meanwhile, where the rows are alike and
    there are at most `most` of them. A thread by itself waits for nobody.
    """

    def __init__(self, work: "Callable[[Tensor], Sequence[Any]]"):
        self.work = work
        self.waiting: list[Asked] = []
        self._list, self._turn = Lock(), Lock()

    def __call__(self, rows: "Tensor", most: int) -> Sequence[Any]:
        mine = Asked(rows)
        with self._list:
            self.waiting.append(mine)
        with self._turn:
            while not mine.done:
                self._answer(self._next(most))
        if mine.error is not None:
            raise mine.error
        return mine.answer

    def _next(self, most: int) -> list[Asked]:
        """Who has waited longest, and all who fit beside."""
        with self._list:
            first, *rest = self.waiting
            taken, count = [first], len(first.rows)
            for each in rest:
                if each.rows.shape[1:] == first.rows.shape[1:] and count + len(each.rows) <= most:
                    taken.append(each)
                    count += len(each.rows)
            self.waiting = [each for each in self.waiting if each not in taken]
        return taken

    def _answer(self, asked: Sequence[Asked]) -> None:
        from torch import cat

        try:
            made = self.work(cat([each.rows for each in asked]) if asked[1:] else asked[0].rows)
            first = 0
            for each in asked:
                part = slice(first, first + len(each.rows))
                each.answer = tuple(rows[part] for rows in made)
                first = part.stop
        except BaseException as error:
            for each in asked:
                each.error = error
        finally:
            for each in asked:
                each.done = True
