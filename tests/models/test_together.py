"""Several threads at one model: each gets its own answer, and what can be done at once is."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
import torch

from summarizer.models import loading
from summarizer.models.captioner import load_captioner
from summarizer.models.loading import kept
from summarizer.models.tiny_audio import save_blip
from summarizer.models.together import Together


class Slow:
    """Doubles rows, counts them, and begins only when told to."""

    def __init__(self):
        self.begun, self.go = Event(), Event()
        self.passes: list[int] = []

    def __call__(self, rows):
        self.begun.set()
        assert self.go.wait(30)
        self.passes.append(len(rows))
        if (rows == 13).any():
            raise ValueError("no thirteen")
        return rows * 2, [float(row.sum()) for row in rows]


def asked(slow: Slow, some: list[torch.Tensor], most: int) -> list:
    """What each thread gets; all but the first ask while the first is worked for."""
    together = Together(slow)
    with ThreadPoolExecutor(len(some)) as pool:
        first = pool.submit(together, some[0], most)
        assert slow.begun.wait(30)
        rest = [pool.submit(together, rows, most) for rows in some[1:]]
        while len(together.waiting) < len(rest):
            pass
        slow.go.set()
        return [each.exception() or each.result() for each in (first, *rest)]


def rows(*values: float, width: int = 2) -> torch.Tensor:
    return torch.tensor(values)[:, None].repeat(1, width)


def test_each_gets_its_own_rows_and_those_who_wait_share_a_pass():
    some = [rows(1.0), rows(2.0, 3.0), rows(4.0), rows(5.0, 6.0, 7.0)]
    slow = Slow()
    for mine, (doubled, sums) in zip(some, asked(slow, some, 8), strict=True):
        assert torch.equal(doubled, mine * 2)
        assert sums == [float(row.sum()) for row in mine]
    assert slow.passes == [1, 6]


def test_a_pass_has_no_more_rows_than_it_may_and_only_like_ones():
    some = [rows(1.0), rows(2.0, 3.0), rows(4.0, width=5), rows(5.0, 6.0), rows(7.0)]
    slow = Slow()
    for mine, (doubled, _) in zip(some, asked(slow, some, 3), strict=True):
        assert torch.equal(doubled, mine * 2)
    assert sorted(slow.passes) == [1, 1, 2, 3] and slow.passes[0] == 1
    slow = Slow()
    slow.go.set()
    doubled, _ = Together(slow)(rows(1.0, 2.0, 3.0), 2)  # too many for one pass, but all its own
    assert len(doubled) == 3


def test_an_error_reaches_who_shared_the_pass_and_nobody_after():
    some = [rows(1.0), rows(13.0), rows(2.0)]
    first, *others = asked(Slow(), some, 8)
    assert torch.equal(first[0], rows(2.0))
    assert all(isinstance(each, ValueError) for each in others)
    slow = Slow()
    slow.go.set()
    together = Together(slow)
    with pytest.raises(ValueError, match="thirteen"):
        together(rows(13.0), 8)
    assert torch.equal(together(rows(3.0), 8)[0], rows(6.0)) and not together.waiting


def test_captions_of_several_threads_are_those_of_one(tmp_path):
    captioner = load_captioner(save_blip(tmp_path), most=6)
    generator = np.random.default_rng(0)
    films = [generator.integers(0, 255, (3, 40, 60, 3), dtype=np.uint8) for _ in range(6)]
    alone = [captioner.caption(film) for film in films]
    with ThreadPoolExecutor(6) as pool:
        assert [*pool.map(captioner.caption, films)] == alone


def test_a_model_stays_only_in_a_process_that_works_for_many(monkeypatch):
    loads = []

    @kept
    def load(folder, *, batch=8):
        loads.append((folder, batch))
        return object()

    assert load("a") is not load("a")
    monkeypatch.setattr(loading, "KEEPING", Event())
    monkeypatch.setattr(loading, "KEPT", {})
    loading.keep()
    first = load("a")
    assert load("a") is first and load("a", batch=4) is not first and load("b") is not first
    assert loads == [("a", 8)] * 3 + [("a", 4), ("b", 8)]
