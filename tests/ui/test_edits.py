"""Edits by hand, proven through the real selection: what is pinned, dropped and nudged comes out
so, whatever the video, the length and the order of the edits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.config import SelectionConfig
from summarizer.schema import (
    Answer,
    Curve,
    Event,
    Highlight,
    Length,
    Perception,
    Preference,
    Saliency,
    Score,
)
from summarizer.stages.selection import SELECTORS
from tests.perceptions import even, perception, said, video
from ui.edits import LEAST, Edits, drop, nudge, pin, restore, unpin

RATE = 25.0
WHOLE = 60.0


def chosen(seen: Perception, values, edits: Edits, **wanted) -> list[Highlight]:
    """What the real selection makes of the edits."""
    wanted = {"length": Length(15, "seconds"), "variety": 0.0, **wanted}
    preference = Preference(keep=edits.keep, drop=edits.drop, **wanted)
    curve = Curve.of("interest", "test", np.asarray(values))
    everywhere = np.ones(len(curve.values), bool)
    score = Score(Saliency((curve,), (1.0,)), Answer("open"), everywhere, ("interest",))
    select = SELECTORS[preference.selector or "knapsack"]
    return list(select(seen, preference, score, SelectionConfig()))


def spans(found) -> list[tuple[float, float]]:
    return [(round(each.start, 2), round(each.end, 2)) for each in found]


@pytest.fixture
def seen() -> Perception:
    lines = said((4.0, 7.0, "Somebody begins to talk."), (13.8, 16.1, "And goes on over a cut."))
    return perception(video(WHOLE), lines=lines)


@pytest.fixture
def values() -> np.ndarray:
    values = np.full(60, 0.1)
    values[10:15], values[15:20], values[40:45] = 0.9, 0.8, 0.85
    return values


# -- by example ------------------------------------------------------------------------------------


def test_a_pin_survives_every_length_wish_and_selector(seen, values):
    edits = pin(Edits(), Event(30.0, 33.0))
    for seconds in (3, 4, 10, 30, 60):
        for selector in SELECTORS:
            for fill in (False, True):
                wanted = {"length": Length(seconds, "seconds"), "fill": fill, "selector": selector}
                assert (30, 33) in spans(chosen(seen, values, edits, **wanted))


def test_pins_longer_than_the_length_are_all_there_is(seen, values):
    edits = pin(pin(Edits(), Event(30.0, 33.0)), Event(2.0, 6.0))
    assert spans(chosen(seen, values, edits, length=Length(5, "seconds"))) == [(2, 6), (30, 33)]


def test_what_is_unpinned_is_free_again(seen, values):
    edits = unpin(pin(Edits(), Event(30.0, 33.0)), Event(30.0, 33.0))
    assert edits == Edits()
    assert unpin(edits, Event(1.0, 2.0)) == edits


def test_what_is_dropped_is_out_until_it_is_restored(seen, values):
    before = chosen(seen, values, Edits())
    gone = before[0]
    edits = drop(Edits(), gone)
    for fill in (False, True):
        for each in chosen(seen, values, edits, fill=fill, length=Length(1, "share")):
            assert each.end <= gone.start or each.start >= gone.end
    assert chosen(seen, values, restore(edits, edits.dropped[0])) == before


@pytest.mark.parametrize("edge", ["start", "end"])
@pytest.mark.parametrize("by", [-0.5, 0.5])
def test_a_nudge_gives_just_that_edge(seen, values, edge, by):
    first = chosen(seen, values, Edits())[0]
    edits = nudge(Edits(), first, edge, by, WHOLE)
    wanted = replace(first, **{edge: getattr(first, edge) + by})
    for share in (0.2, 0.5, 1.0):
        found = chosen(seen, values, edits, length=Length(share, "share"), fill=True)
        [mine] = [each for each in found if each.why == "you kept it"]
        assert abs(mine.start - wanted.start) <= 1 / RATE
        assert abs(mine.end - wanted.end) <= 1 / RATE


def test_what_was_nudged_away_does_not_come_back(seen, values):
    edits, moment = Edits(), Event(10.0, 15.0)
    for _ in range(3):
        edits = nudge(edits, moment, "end", -0.5, WHOLE)
        [moment] = [each for each in chosen(seen, values, edits) if each.why == "you kept it"]
    assert (moment.start, moment.end) == (10.0, 13.48)  # on a frame
    for each in chosen(seen, values, edits, length=Length(1, "share"), fill=True):
        assert each.end <= 13.5 or each.start >= 15
    assert edits.dropped == ()


def test_there_and_back_again_is_where_it_was(seen, values):
    edits = pin(Edits(), Event(10.0, 15.0))
    there = nudge(nudge(edits, Event(10, 15), "end", -0.5, WHOLE), Event(10, 15), "start", -0.5, 60)
    back = nudge(
        nudge(there, Event(9.5, 14.48), "end", 0.5, WHOLE), Event(10, 15), "start", 0.5, 60
    )
    assert back.keep == edits.keep
    # what the start reached and gave back stays out; the end only came back
    assert back.drop == (Event(9.5, 15.0),)
    assert (10, 15) in spans(chosen(seen, values, back, length=Length(1, "share")))


def test_a_nudge_stops_at_the_video_and_at_the_next_pin():
    edits = pin(pin(Edits(), Event(0.2, 5.0)), Event(5.3, 59.8))
    edits = nudge(edits, Event(0.2, 5.0), "start", -0.5, WHOLE)
    edits = nudge(edits, Event(0.0, 5.0), "end", 0.5, WHOLE)
    edits = nudge(edits, Event(5.3, 59.8), "end", 0.5, WHOLE)
    assert sorted(edits.keep, key=lambda each: each.start) == [Event(0.0, 5.3), Event(5.3, 60.0)]
    assert nudge(edits, Event(0.0, 5.3), "end", 0.5, WHOLE) == edits


def test_a_nudge_leaves_something_of_a_moment():
    edits = Edits()
    for _ in range(20):
        edits = nudge(edits, edits.keep[0] if edits.keep else Event(3.0, 6.0), "start", 0.5, WHOLE)
    assert edits.keep == (Event(6.0 - LEAST, 6.0),)


def test_to_drop_a_nudged_moment_drops_all_it_was():
    edits = nudge(Edits(), Event(10.0, 15.0), "end", -0.5, WHOLE)
    assert drop(edits, Event(10.0, 14.5)) == Edits((), (Event(10.0, 15.0),))


def test_to_unpin_a_nudged_moment_frees_what_was_nudged_away():
    edits = nudge(drop(Edits(), Event(15.0, 20.0)), Event(10.0, 15.0), "end", -0.5, WHOLE)
    assert unpin(edits, Event(10.0, 14.5)) == Edits((), (Event(15.0, 20.0),))


def test_a_pin_over_a_drop_leaves_only_the_rest_dropped():
    edits = pin(drop(Edits(), Event(10.0, 20.0)), Event(12.0, 14.0))
    assert edits == Edits((Event(12.0, 14.0),), (Event(10.0, 12.0), Event(14.0, 20.0)))
    assert restore(edits, Event(14.0, 20.0)).dropped == (Event(10.0, 12.0),)


def test_edits_read_back_from_a_preference_are_the_same():
    edits = nudge(drop(Edits(), Event(20.0, 25.0)), Event(10.0, 15.0), "end", -0.5, WHOLE)
    preference = Preference(keep=edits.keep, drop=edits.drop)
    again = Edits(preference.keep, preference.drop)
    assert again == edits and again.dropped == (Event(20.0, 25.0),)


# -- whatever the video and the order of the edits -------------------------------------------------

orders = st.lists(
    st.tuples(
        st.sampled_from(["pin", "unpin", "drop", "restore", "nudge", "nudge", "nudge"]),
        st.integers(0, 20),
        st.sampled_from(["start", "end"]),
        st.sampled_from([-0.5, 0.5]),
    ),
    min_size=1,
    max_size=12,
)


def edited(edits: Edits, order: tuple, moment: Highlight) -> Edits:
    do, place, edge, by = order
    if do == "nudge":
        return nudge(edits, moment, edge, by, WHOLE)
    if do == "restore":
        return restore(edits, edits.dropped[place % len(edits.dropped)]) if edits.dropped else edits
    return {"pin": pin, "unpin": unpin, "drop": drop}[do](edits, moment)


def seconds_in_common(one, other) -> float:
    return min(one.end, other.end) - max(one.start, other.start)


def total(events) -> float:
    return sum(each.end - each.start for each in events)


@settings(max_examples=150, deadline=None)
@given(
    orders,
    st.integers(0, 10_000),
    st.sampled_from([0.05, 0.2, 0.5, 1.0]),
    st.booleans(),
    st.sampled_from(sorted(SELECTORS)),
)
def test_whatever_is_done_comes_out_so(orders, seed, share, fill, selector):
    rng = np.random.default_rng(seed)
    starts = np.sort(rng.uniform(0, 58, 6))
    lines = said(*((at, at + rng.uniform(0.3, 2), "something") for at in starts))
    seen = perception(video(WHOLE), events=even(WHOLE, rng.uniform(2, 9)), lines=lines)
    values, length = rng.random(60), Length(share, "share")
    wanted = {"length": length, "fill": fill, "selector": selector, "variety": 0.3}
    edits = Edits()
    found = chosen(seen, values, edits, **wanted)
    for order in orders:
        moment = found[order[1] % len(found)] if found else Highlight(20.0, 24.0, 0.5, "")
        before, edits = edits, edited(edits, order, moment)
        found = chosen(seen, values, edits, **wanted)
        own = [each for each in found if each.why == "you kept it"]
        rest = [each for each in found if each.why != "you kept it"]
        # every pin is a highlight with just its edges, and nothing else is a pin
        pins = sorted(edits.keep, key=lambda each: each.start)
        assert len(own) == len(pins)
        for one, event in zip(own, pins, strict=True):
            assert event.start - 1e-6 <= one.start < event.start + 1 / RATE
            assert event.end - 1 / RATE < one.end <= event.end + 1e-6
        # nothing else touches what stays out, nor breaks the length
        for each in rest:
            assert all(seconds_in_common(each, out) < 1e-6 for out in (*edits.drop, *edits.keep))
        assert total(rest) <= max(0.0, length.of(WHOLE) - total(pins)) + 1 / RATE
        check_order(order, moment, before, edits)


def check_order(order: tuple, moment: Highlight, before: Edits, after: Edits) -> None:
    """What an order has to do to the edits, and what it has to leave alone."""
    do, _, edge, by = order
    for one, other in zip(sorted_(after.keep), sorted_(after.keep)[1:], strict=False):
        assert one.end <= other.start + 1e-3
    old = before.pinned(moment) or moment
    if do == "pin" and moment not in before.keep and before.pinned(moment) is None:
        assert Event(moment.start, moment.end) in after.keep
    if do == "drop":
        assert any(each.start <= moment.start and moment.end <= each.end for each in after.dropped)
    if do == "nudge" and after != before:
        mine = after.keep[-1]
        still = "end" if edge == "start" else "start"
        assert getattr(mine, still) == pytest.approx(getattr(old, still))
        assert abs(getattr(mine, edge) - getattr(old, edge)) <= abs(by) + 1e-9
        freed = [
            Event(*span)
            for span in ((old.start, mine.start), (mine.end, old.end))
            if span[1] - span[0] > 1e-6
        ]
        for stretch in freed:
            assert any(
                each.start <= stretch.start + 1e-6 and stretch.end <= each.end + 1e-6
                for each in after.drop
            )
        assert set(before.keep) - {old} <= set(after.keep)


def sorted_(events):
    return sorted(events, key=lambda each: each.start)
