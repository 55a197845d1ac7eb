"""One decode drives every sense."""

import numpy as np
import pytest

from summarizer.schema import Pictures
from summarizer.senses.light import Light
from summarizer.senses.view import View
from summarizer.stages.watch import watch
from tests.scenes import batches, plain, video


class Notes:
    """A sense that remembers what it was shown."""

    def __init__(self):
        self.shown: list[View] = []

    def take(self, material):
        self.shown.append(material)


def test_every_sense_sees_every_batch_once_and_in_order():
    one, other = Notes(), Notes()
    reached = list(watch(batches(np.arange(30) / 4, plain(9, 30)), [one, other], 7.5))
    assert reached == [2.75, 5.75, 7.25]
    assert [len(view.times) for view in one.shown] == [12, 12, 6]
    assert all(a is b for a, b in zip(one.shown, other.shown, strict=True))


def test_what_is_derived_is_shared_and_remembers_the_picture_before():
    notes = Notes()
    list(watch(batches(np.arange(24) / 4, plain(9, 24)), [notes], 6.0))
    first, second = notes.shown
    assert first.before is None
    np.testing.assert_array_equal(second.before.frames, first.frames[-1:])
    assert second.before.before is None  # no chain that keeps the whole video in memory


def test_it_can_be_stopped_and_sees_no_further():
    notes = Notes()
    work = watch(batches(np.arange(36) / 4, plain(9, 36)), [notes], 9.0)
    next(work)
    work.close()
    assert len(notes.shown) == 1


def test_no_pictures_and_empty_batches_are_fine():
    empty = Pictures(np.zeros(0), np.zeros((0, 4, 4, 3), np.uint8))
    assert list(watch(iter([]), [Light(video(3))], 3.0)) == []
    assert list(watch(iter([empty]), [Light(video(3))], 3.0)) == []


def test_the_time_reached_never_passes_the_end():
    times = np.arange(8) / 2
    assert list(watch(batches(times, plain(9, 8)), [], 3.0)) == [pytest.approx(3.0)]
