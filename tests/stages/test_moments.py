"""Moments to look at: right in small cases, and what must hold for any events and curves."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.schema import Event
from summarizer.stages.moments import APART, PLAIN, moments


def events_of(*lengths: float) -> tuple[Event, ...]:
    edges = np.concatenate([[0.0], np.cumsum(lengths)])
    return tuple(Event(float(a), float(b)) for a, b in pairwise(edges))


def counts(events, times) -> list[int]:
    return [sum(event.start <= time < event.end for time in times) for event in events]


def room(events) -> int:
    return sum(max(1, int(event.seconds / APART)) for event in events)


LENGTHS = st.lists(st.floats(0.3, 40), min_size=1, max_size=25)
CURVE = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@settings(deadline=None)
@given(LENGTHS, CURVE, st.integers(0, 120))
def test_all_of_the_budget_is_used_in_order_and_inside(lengths, curve, budget):
    events = events_of(*lengths)
    times = moments(events, np.resize(curve, int(events[-1].end) + 1), budget)
    assert len(times) == min(budget, room(events))
    assert list(times) == sorted(set(times))
    assert all(0 <= time < events[-1].end for time in times)
    assert sum(counts(events, times)) == len(times)
    if budget >= len(events):
        assert min(counts(events, times)) >= 1


@settings(deadline=None)
@given(LENGTHS, CURVE, st.integers(0, 120))
def test_what_is_longer_and_as_rich_gets_no_less_nor_what_is_richer_and_as_long(
    lengths, curve, budget
):
    events = events_of(*(max(1, round(length)) for length in lengths))
    rich = np.round(np.resize(curve, len(events)), 1)
    values = np.concatenate(
        [[value] * int(each.seconds) for value, each in zip(rich, events, strict=True)]
    )
    found = counts(events, moments(events, values, max(budget, len(events))))
    for one, least in zip(events, found, strict=True):
        for other, most in zip(events, found, strict=True):
            mine, its = rich[events.index(one)], rich[events.index(other)]
            if (
                one.seconds <= other.seconds
                and mine <= its
                and (one.seconds, mine) != (other.seconds, its)
            ):
                assert least <= most


@settings(deadline=None)
@given(LENGTHS, CURVE, st.integers(1, 60))
def test_one_more_takes_none_away(lengths, curve, budget):
    events = events_of(*lengths)
    budget += len(events)
    values = np.resize(curve, int(events[-1].end) + 1)
    fewer, more = (counts(events, moments(events, values, each)) for each in (budget, budget + 1))
    assert all(a <= b for a, b in zip(fewer, more, strict=True))


@settings(deadline=None)
@given(st.floats(0.5, 30), st.floats(0, 50), CURVE, st.integers(1, 12))
def test_moments_are_centres_of_parts_of_equal_mass(seconds, start, curve, count):
    event = Event(start, start + seconds)
    values = np.resize(curve, 100)
    times = moments((event,), values, count)
    # slowly: the event as many grains of sand
    grains = np.linspace(event.start, event.end, 200_001)
    grains = (grains[:-1] + grains[1:]) / 2
    mass = PLAIN + values[grains.astype(int)]
    part = np.minimum(len(times) - 1, (mass.cumsum() / mass.sum() * len(times)).astype(int))
    slow = [
        np.average(grains[part == each], weights=mass[part == each]) for each in range(len(times))
    ]
    assert times == pytest.approx(slow, abs=0.01)


def test_one_event_and_one_moment_is_its_centre_of_mass():
    assert moments(events_of(10), np.zeros(10), 1) == pytest.approx((5.0,))
    rich = np.zeros(10)
    rich[8] = 1.0
    (time,) = moments(events_of(10), rich, 1)
    assert time == pytest.approx((10 * PLAIN * 5 + 8.5) / (10 * PLAIN + 1))


def test_the_second_moment_goes_to_the_longer_or_the_richer():
    flat = np.zeros(30)
    assert counts(events_of(10, 20), moments(events_of(10, 20), flat, 3)) == [1, 2]
    rich = np.repeat([0.0, 0.9, 0.0], 10)
    assert counts(events_of(10, 10, 10), moments(events_of(10, 10, 10), rich, 8)) == [1, 6, 1]


def test_a_short_event_gets_no_two_moments_at_once():
    times = moments(events_of(0.4, 2.0, 0.9), np.ones(4), 50)
    assert counts(events_of(0.4, 2.0, 0.9), times) == [1, 4, 1]


@pytest.mark.parametrize("budget", [1, 3, 7, 24])
def test_fewer_moments_than_events_go_to_the_heaviest_all_over_the_video(budget):
    generator = np.random.default_rng(budget)
    events = events_of(*generator.uniform(2, 12, 25))
    rich = generator.random(int(events[-1].end) + 1)
    found = counts(events, moments(events, rich, budget))
    assert sum(found) == budget and max(found) == 1
    alone = np.array(
        [
            sum((PLAIN + rich[int(t)]) * 0.001 for t in np.arange(e.start, e.end, 0.001))
            for e in events
        ]
    )
    assert found[int(alone.argmax())] == 1, "the heaviest is always in"
    share = alone.sum() / budget
    heaped = alone.cumsum() - alone / 2
    stretches = np.minimum(budget - 1, (heaped / share).astype(int))
    for stretch in set(stretches):
        inside = np.flatnonzero(stretches == stretch)
        assert found[inside[alone[inside].argmax()]] == 1


def test_like_events_are_spread_over_the_video():
    events = events_of(*[4.0] * 90)
    times = moments(events, np.full(360, 0.5), 9)
    assert len(times) == 9
    assert np.diff((0, *times, 360)).max() <= 45


@pytest.mark.parametrize("curve", [[], [0.5], [float("nan")] * 20, [7.0] * 20, [-1.0] * 20])
def test_a_curve_that_is_short_or_strange_does_no_harm(curve):
    events = events_of(5, 5, 5)
    times = moments(events, np.array(curve), 6)
    assert len(times) == 6 and min(counts(events, times)) >= 1


def test_nothing_to_choose_from():
    assert moments((), np.ones(5), 9) == ()
    assert moments(events_of(5), np.ones(5), 0) == ()
    assert moments(events_of(5), np.ones(5), -3) == ()
    assert moments((Event(2.0, 2.0), Event(2.0, 4.0)), np.ones(5), 1) == pytest.approx((3.0,))
