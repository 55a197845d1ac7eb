"""Single peaks: against a search that looks at every second anew, and by the promises made."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.config import SelectionConfig
from summarizer.errors import PresetError
from summarizer.schema import Answer, Curve, Event, Length, Preference, Saliency, Score
from summarizer.stages.selection import SELECTORS, spaced
from tests.perceptions import perception, video


def scored(values, admitted=None) -> Score:
    curve = Curve.of("felt", "test", np.asarray(values, float))
    there = np.ones(len(values), bool) if admitted is None else admitted
    return Score(Saliency((curve,), (1.0,)), Answer("open"), there, ("felt",))


def peaks(values, wish=None, **config):
    seen = perception(video(float(len(values))))
    wish = wish or Preference(length=Length(30.0, "seconds"))
    return SELECTORS["peaks"](seen, wish, scored(values), SelectionConfig(**config))


def slowly(values: list[float], count: int, apart: float) -> list[int]:
    """The same peaks by trying every second again each time, highest and then earliest first."""
    taken: list[int] = []
    order = sorted(range(len(values)), key=lambda at: (-values[at], at))
    for at in order:
        around = values[max(0, at - 2) : at + 3]
        far = all(abs(at - other) >= apart for other in taken)
        if values[at] > -np.inf and values[at] == max(around) and far and len(taken) < count:
            taken.append(at)
    return taken


heights = st.lists(
    st.sampled_from([-np.inf, 0.0, 0.1, 0.2, 0.5, 0.7, 1.0]), min_size=1, max_size=40
)


@settings(max_examples=300, deadline=None)
@given(heights, st.integers(1, 8), st.floats(1.0, 12.0))
def test_the_peaks_are_those_of_a_plain_search(values, count, apart):
    assert spaced(np.array(values), count, apart) == slowly(values, count, apart)


def test_the_highest_second_is_always_in():
    rng = np.random.default_rng(3)
    for _ in range(20):
        values = rng.random(80)
        best = int(values.argmax())
        assert any(each.start <= best < each.end for each in peaks(values))


@settings(max_examples=200, deadline=None)
@given(
    st.integers(3, 200),
    st.integers(0, 5000),
    st.floats(1.0, 60.0),
    st.integers(1, 9),
    st.sampled_from(["noise", "hill", "flat", "plateau"]),
)
def test_never_ten_seconds_in_a_row_and_never_more_than_the_length(
    rows, seed, length, count, shape
):
    rng = np.random.default_rng(seed)
    values = {
        "noise": rng.random(rows),
        "hill": np.exp(-(((np.arange(rows) - rows / 3) / (rows / 4)) ** 2)),
        "flat": np.full(rows, 0.4),
        "plateau": np.where(np.arange(rows) < rows / 2, 0.9, 0.1),
    }[shape]
    found = peaks(values, Preference(length=Length(length, "seconds")), peaks=count)
    assert 1 <= len(found) <= count
    assert sum(each.seconds for each in found) <= min(length, rows) + 1e-6
    runs = [[found[0].start, found[0].end]]
    for before, after in pairwise(found):
        assert after.start > before.end
        if after.start - before.end < 0.4:
            runs[-1][1] = after.end
        else:
            runs.append([after.start, after.end])
    assert all(end - start < 10 for start, end in runs)


def test_one_wide_hill_is_one_moment():
    values = np.exp(-(((np.arange(60) - 30.0) / 12) ** 2))
    [only] = peaks(values)
    assert only.start <= 30 < only.end <= only.start + 6 + 3


def test_few_peaks_share_the_whole_length():
    values = np.zeros(12)
    values[5] = 1.0
    [only] = peaks(values, Preference(length=Length(10.0, "seconds")), apart=20.0)
    assert only.seconds >= 5.9


def test_two_near_peaks_give_one_moment_and_two_far_ones_two():
    near, far = np.zeros(60), np.zeros(60)
    near[[20, 24]] = 0.9, 0.8
    far[[20, 44]] = 0.9, 0.8
    first = [each for each in peaks(near) if each.score > 0.1]
    assert len(first) == 1 and first[0].start <= 20 < first[0].end
    assert [
        each.start <= at < each.end
        for each, at in zip(
            [each for each in peaks(far) if each.score > 0.1], (20, 44), strict=True
        )
    ] == [True, True]


def test_what_is_kept_stays_and_what_is_dropped_is_out():
    values = np.zeros(60)
    values[[10, 40]] = 1.0, 0.8
    kept, dropped = Event(50.0, 54.0), Event(6.0, 16.0)
    wish = Preference(length=Length(12.0, "seconds"), keep=(kept,), drop=(dropped,))
    found = peaks(values, wish)
    assert any(each.why == "you kept it" and each.start == 50 for each in found)
    assert all(each.end <= 6 or each.start >= 16 for each in found)
    assert any(each.start <= 40 < each.end for each in found)


def test_settings_that_can_make_no_moments_are_refused():
    for wrong in ({"peaks": 0}, {"longest": 8.0}, {"longest": 5.5, "apart": 6.0}):
        with pytest.raises(PresetError, match=r"selection\."):
            SelectionConfig(**wrong)
