"""Where writing may be, in pictures too small to read, and when to look closer."""

import numpy as np
import pytest

from summarizer.models.lettering import COLUMNS, ROWS, Lettering
from tests.clips import scenery
from tests.lettered import written

SMALL = (320, 180)
TITLE = written((("Bees and flowers", 20, 30, 26), ("They dance", 20, 90, 16)), SMALL)
OTHER = written((("Nothing of the kind", 20, 30, 26), ("No dance at all", 20, 90, 16)), SMALL)
EMPTY = written((), SMALL)


def seen(*stretches: tuple[np.ndarray, float]) -> Lettering:
    """What is noted of pictures held for so many seconds, four a second."""
    lettering, number = Lettering(), 0
    for picture, seconds in stretches:
        for _ in range(round(seconds * 4)):
            lettering.add(number / 4, picture)
            number += 1
    return lettering


def test_each_writing_is_looked_at_once():
    moments = seen((EMPTY, 3), (TITLE, 5), (EMPTY, 3), (OTHER, 5)).moments(10)
    assert len(moments) == 2
    assert 3 <= moments[0] < 8 and 11 <= moments[1] < 16


def test_cells_know_since_and_until_when_they_are_as_they_are():
    lettering = seen((EMPTY, 3), (TITLE, 5), (OTHER, 4))
    spans = lettering.spans([5.0])
    assert spans.shape == (1, ROWS, COLUMNS, 2)
    there = spans[np.isfinite(spans[..., 0])]
    assert len(there) >= 10
    assert np.median(there[:, 0]) == 3.0 and np.median(there[:, 1]) == 8.0


def test_writing_stays_the_same_though_the_picture_behind_it_moves():
    wide = scenery(3, (900, 180)) // 3 + 60
    lettering = Lettering()
    for number in range(24):
        lettering.add(
            number / 4,
            written(
                (("Bees and flowers", 20, 130, 26),),
                SMALL,
                np.ascontiguousarray(wide[:, 12 * number : 12 * number + 320]),
                (255, 255, 255),
            ),
        )
    (moment,) = lettering.moments(3)
    spans = lettering.spans([moment])[0, 15:20]
    assert np.nanmedian(spans[..., 1] - spans[..., 0]) >= 4.0


def test_one_more_slide_than_may_be_read_leaves_out_the_one_with_least_writing():
    line = written((("Bees and flowers", 20, 30, 26),), SMALL)
    lettering = seen((TITLE, 4), (EMPTY, 1), (line, 4), (EMPTY, 1), (OTHER, 4))
    first, second = lettering.moments(2)
    assert first < 4 and second >= 10


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((180, 320, 3), np.uint8),
        np.full((180, 320, 3), 255, np.uint8),
        np.zeros((1, 1, 3), np.uint8),
        np.zeros((6, 10, 3), np.uint8),
        np.full((569, 320, 3), 90, np.uint8),
    ],
)
def test_where_nothing_is_written_nothing_is_to_be_read(picture):
    lettering = seen((picture, 4))
    assert lettering.moments(5) == []
    assert np.isnan(lettering.spans([1.0])).all()


def test_noise_and_nothing_at_all():
    generator = np.random.default_rng(0)
    lettering = Lettering()
    assert lettering.moments(5) == [] and lettering.spans([]).shape == (0, ROWS, COLUMNS, 2)
    for number in range(20):
        lettering.add(number / 4, generator.integers(0, 256, (180, 320, 3), np.uint8))
    assert lettering.moments(5) == []
    one = seen((TITLE, 0.25))
    assert len(one.spans([0.0])) == 1
