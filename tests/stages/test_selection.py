"""The highlights: exact where that is promised, within the length always, kind to sentences."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.config import SelectionConfig
from summarizer.models.likeness import Likeness
from summarizer.schema import (
    Answer,
    Curve,
    Event,
    Length,
    Line,
    Perception,
    Preference,
    Saliency,
    Score,
    Track,
)
from summarizer.stages.selection import (
    SELECTORS,
    Board,
    knapsack,
    likeness,
    spoken,
    talks,
    varied,
    worth,
)
from tests.perceptions import even, perception, said, video

CONFIG = SelectionConfig()
EVERY = pytest.mark.parametrize("selector", SELECTORS)
FILLING = pytest.mark.parametrize("selector", [each for each in SELECTORS if each != "peaks"])
BY_EVENTS = pytest.mark.parametrize("selector", ["knapsack", "dpp"])
PLAIN = settings(max_examples=150, deadline=None)


def scored(values, admitted=None, barred=(), most=0) -> Score:
    curve = Curve.of("interest", "test", np.asarray(values, float))
    rows = len(curve.values)
    admitted = np.ones(rows, bool) if admitted is None else np.asarray(admitted, bool)
    return Score(Saliency((curve,), (1.0,)), Answer("open"), admitted, ("interest",), barred, most)


def chosen(seen: Perception, values, *, admitted=None, barred=(), most=0, **wanted):
    preference = Preference(**{"variety": 0.0, **wanted})
    select = SELECTORS[preference.selector or "knapsack"]
    return select(seen, preference, scored(values, admitted, barred, most), CONFIG)


def spans(highlights):
    return [(round(each.start, 3), round(each.end, 3)) for each in highlights]


def seconds(amount: float) -> Length:
    return Length(amount, "seconds")


def bumps(rows: int, *peaks: tuple[int, int, float], ground: float = 0.1) -> np.ndarray:
    values = np.full(rows, ground)
    for start, end, height in peaks:
        values[start:end] = height
    return values


# -- the searches against brute force --------------------------------------------------------------

items = st.lists(st.tuples(st.floats(-1, 5, width=32), st.integers(1, 60)), min_size=1, max_size=9)


def subsets(count: int, costs, budget: float):
    for size in range(count + 1):
        for subset in combinations(range(count), size):
            if sum(costs[index] for index in subset) <= budget + 1e-9:
                yield list(subset)


@PLAIN
@given(items, st.integers(0, 200))
def test_the_knapsack_is_exact(items, tenths):
    values = np.array([value for value, _ in items])
    costs = np.array([cost for _, cost in items]) / 10
    found = knapsack(values, costs, tenths / 10)
    best = max(values[subset].sum() for subset in subsets(len(items), costs, tenths / 10))
    assert values[found].sum() == pytest.approx(best)
    assert costs[found].sum() <= tenths / 10 + 1e-9
    assert found == sorted(set(found))


@PLAIN
@given(items, st.integers(1, 200), st.floats(0.01, 1), st.integers(0, 10_000))
def test_the_varied_choice_is_close_to_the_best(items, tenths, variety, seed):
    rng = np.random.default_rng(seed)
    values = np.array([value for value, _ in items])
    costs = np.array([cost for _, cost in items]) / 10
    places = rng.normal(size=(len(items), 2))
    apart = ((places[:, None] - places[None]) ** 2).sum(-1)
    alike = Likeness.of(variety * np.exp(-apart))
    found = varied(values, costs, tenths / 10, alike)
    best = max(worth(subset, values, alike) for subset in subsets(len(items), costs, tenths / 10))
    assert costs[found].sum() <= tenths / 10 + 1e-5
    assert worth(found, values, alike) >= 0.7 * best - 1e-9


def test_worth_counts_a_repetition_less():
    matrix = np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 1.0]])
    alike = Likeness.of(matrix)
    values = np.array([1.0, 0.8, 0.5])
    assert worth([0, 1], values, alike) == pytest.approx(1.0 + 0.8 * 0.1)
    assert worth([0, 2], values, alike) == pytest.approx(1.5)
    assert varied(values, np.ones(3), 2.0, alike) == [0, 2]
    assert varied(values, np.ones(3), 2.0, Likeness.of(matrix * 0)) == [0, 1]


@PLAIN
@given(st.integers(1, 30), st.integers(0, 10_000), st.floats(0, 1))
def test_the_likeness_of_stretches_is_a_kernel(count, seed, balance):
    rng = np.random.default_rng(seed)
    times = np.arange(0, 60, 0.5)
    tracks = [
        Track(name, times, rng.normal(size=(len(times), 3)).astype(np.float16), "test")
        for name in ("look", "timbre")
    ]
    seen = perception(video(60.0), tracks=tracks)
    board = Board.of(seen, Preference(balance=balance, variety=1.0), scored(np.ones(60)))
    starts = rng.uniform(0, 55, count)
    alike = likeness(board, [(start, start + 4) for start in starts]).whole()
    assert np.linalg.eigvalsh((alike + alike.T) / 2).min() > -1e-5


def test_a_long_reel_is_weighed_more_coarsely_but_never_too_long():
    rng = np.random.default_rng(0)
    costs, values = rng.uniform(2, 12, 1500), rng.uniform(0, 1, 1500)
    found = knapsack(values, costs, 3000.0)
    assert 2950 < costs[found].sum() <= 3000


# -- promises that hold whatever the video ---------------------------------------------------------


@st.composite
def cases(draw):
    """A video with events, a curve, lines, perhaps a voice, and a preference."""
    tenths = draw(st.integers(5, 900))
    whole = tenths / 10
    inner = draw(st.lists(st.integers(1, max(1, tenths - 1)), max_size=12, unique=True))
    edges = [0.0, *sorted(each / 10 for each in inner if each < tenths), whole]
    events = [Event(a, b) for a, b in pairwise(edges) if b > a]
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    rows = math.ceil(whole - 1e-6)
    starts = np.sort(rng.uniform(0, whole, draw(st.integers(0, 8))))
    lines = said(
        *(
            (a, min(b, a + rng.uniform(0.3, 4)), "words")
            for a, b in zip(starts, [*starts[1:], whole], strict=False)
        )
    )
    tracks = []
    if draw(st.booleans()):
        times = np.arange(0, whole, 0.032)
        tracks = [Track("voice", times, rng.random((len(times), 1)).astype(np.float16), "test")]
    rate = draw(st.sampled_from([Fraction(25), Fraction(30000, 1001), Fraction(0)]))
    of = video(whole, blind=True)
    object.__setattr__(of, "rate", rate)
    seen = perception(of, events=events, lines=lines, tracks=tracks)

    def stretches():
        pairs = st.tuples(st.integers(0, tenths), st.integers(1, 100))
        return tuple(Event(a / 10, (a + b) / 10) for a, b in draw(st.lists(pairs, max_size=3)))

    preference = Preference(
        length=draw(
            st.one_of(
                st.floats(0.2, 100).map(seconds),
                st.floats(0.05, 1).map(lambda share: Length(share, "share")),
            )
        ),
        variety=draw(st.sampled_from([0.0, 0.3, 1.0])),
        fill=draw(st.booleans()),
        keep=stretches(),
        drop=stretches(),
    )
    admitted = rng.random(rows) < draw(st.sampled_from([0.0, 0.3, 0.8, 1.1]))
    return seen, preference, scored(rng.random(rows), admitted)


@settings(max_examples=400, deadline=None)
@given(cases(), st.sampled_from(sorted(SELECTORS)))
def test_the_promises_hold(case, selector):
    seen, preference, score = case
    whole, rate = seen.video.seconds, float(seen.video.rate) or 100.0
    budget = max(preference.length.of(whole), together(preference.keep, whole))
    found = SELECTORS[selector](seen, preference, score, CONFIG)
    assert sum(each.seconds for each in found) <= max(budget, 1 / rate) + 1e-6
    for each in found:
        assert -1e-9 <= each.start < each.end <= whole + 1 / rate
        assert each.start * rate == pytest.approx(round(each.start * rate), abs=1e-4)
        assert each.end * rate == pytest.approx(round(each.end * rate), abs=1e-4)
        assert 0 <= each.score <= 1
    for before, after in pairwise(found):
        assert before.end <= after.start + 1e-9
    kept = {each for each in found if each.why == "you kept it"}
    for each in set(found) - kept:
        for event in () if preference.keep else preference.drop:
            assert min(each.end, event.end) - max(each.start, event.start) < 1e-6
    if not preference.keep and not preference.drop and (score.admitted.any() or preference.fill):
        assert found


def together(events, whole: float) -> float:
    """How many seconds some events cover, counted in milliseconds."""
    covered = np.zeros(round(whole * 1000), bool)
    for event in events:
        covered[max(0, round(event.start * 1000)) : max(0, round(event.end * 1000))] = True
    return covered.sum() / 1000


@settings(max_examples=200, deadline=None)
@given(cases(), st.sampled_from(sorted(SELECTORS)))
def test_what_is_kept_is_in_with_just_its_edges_at_any_length(case, selector):
    seen, preference, score = case
    frame = 1 / (float(seen.video.rate) or 100.0)
    whole = seen.video.seconds
    [kept] = preference.keep[:1] or [Event(0.0, min(2.0, whole))]
    found = SELECTORS[selector](seen, replace(preference, keep=(kept,)), score, CONFIG)
    start, end = max(0, kept.start), min(kept.end, whole)
    if end - start > 2 * frame:
        [mine] = [each for each in found if each.why == "you kept it"]
        assert start - 1e-6 <= mine.start < start + frame
        assert end - frame < mine.end <= end + 1e-6
    others = [each for each in found if each.why != "you kept it"]
    left = max(0.0, preference.length.of(whole) - max(0.0, end - start))
    assert sum(each.seconds for each in others) <= max(left, frame) + 1e-6
    for each in others:
        for event in preference.drop:
            assert min(each.end, event.end) - max(each.start, event.start) < 1e-6


# -- by example ------------------------------------------------------------------------------------


def test_the_best_events_win():
    seen = perception(video(60.0))
    found = chosen(seen, bumps(60, (10, 15, 0.9), (40, 45, 0.8), (50, 55, 0.3)), length=seconds(10))
    assert spans(found) == [(10, 15), (40, 45)]
    assert [each.score for each in found] == pytest.approx([0.9, 0.8])


def test_only_admitted_seconds_enter_and_the_length_is_a_ceiling():
    seen = perception(video(60.0))
    admitted = bumps(60, (12, 16, 1), ground=0) > 0.5
    found = chosen(seen, bumps(60, (30, 60, 0.9)), admitted=admitted, length=seconds(20))
    assert spans(found) == [(12, 16)]


def test_fill_tops_up_with_others():
    seen = perception(video(60.0))
    admitted = bumps(60, (12, 16, 1), ground=0) > 0.5
    found = chosen(seen, bumps(60, (30, 35, 0.9)), admitted=admitted, length=seconds(9), fill=True)
    assert spans(found) == [(12, 16), (30, 35)]


def test_fill_respects_what_is_barred():
    seen = perception(video(60.0))
    found = chosen(
        seen,
        bumps(60, (30, 35, 0.9)),
        admitted=np.zeros(60),
        barred=(Event(25, 60),),
        length=seconds(10),
        fill=True,
    )
    assert found and all(each.end <= 25 for each in found)


def test_nothing_admitted_is_nothing():
    assert chosen(perception(video(60.0)), np.ones(60), admitted=np.zeros(60)) == ()


def test_an_event_longer_than_the_length_is_trimmed_around_its_peak():
    seen = perception(video(20.0), events=(Event(0, 12), Event(12, 20)))
    [only] = chosen(seen, bumps(20, (7, 10, 1.0)), length=seconds(3))
    assert (only.start, only.end) == (7, 10)


def test_a_length_for_several_is_not_spent_on_one():
    seen = perception(video(60.0), events=even(60, 12))
    found = chosen(seen, bumps(60, (4, 8, 1.0), (40, 44, 0.9)), length=seconds(8))
    assert spans(found) == [(4, 8), (40, 44)]


def test_left_over_time_is_spent():
    seen = perception(video(60.0), events=(Event(0, 8), Event(8, 15), Event(15, 60)))
    found = chosen(seen, bumps(60, (0, 15, 0.9)), length=seconds(12))
    assert sum(each.seconds for each in found) == pytest.approx(12, abs=0.1)


def test_the_whole_video_may_be_asked_for():
    found = chosen(perception(video(60.0)), np.ones(60), length=Length(1, "share"))
    assert spans(found) == [(0, 60)]


def test_a_flat_curve_still_gives_highlights():
    for level in (0.0, 0.5, 1.0):
        found = chosen(perception(video(60.0)), np.full(60, level), length=seconds(10))
        assert sum(each.seconds for each in found) == pytest.approx(10, abs=0.1)


def test_what_is_dropped_stays_out_and_its_place_goes_to_others():
    seen = perception(video(60.0))
    values = bumps(60, (10, 15, 0.9), (40, 45, 0.8))
    assert spans(chosen(seen, values, length=seconds(5))) == [(10, 15)]
    assert spans(chosen(seen, values, length=seconds(5), drop=(Event(10, 15),))) == [(40, 45)]


@FILLING
def test_what_is_kept_stays_whole_and_the_rest_fills_what_is_left(selector):
    seen = perception(video(60.0))
    values = bumps(60, (10, 15, 0.9), (23, 24, 0.5))
    keep = (Event(30, 34), Event(20, 26))
    found = chosen(seen, values, length=seconds(15), keep=keep, selector=selector)
    assert spans(found) == [(10, 15), (20, 26), (30, 34)]
    assert [each.why for each in found] == ["interest", "you kept it", "you kept it"]
    found = chosen(seen, values, length=seconds(7), keep=keep, selector=selector)
    assert spans(found) == [(20, 26), (30, 34)]


def test_what_is_kept_is_one_where_it_overlaps_and_two_where_it_touches():
    seen = perception(video(60.0))
    keep = (Event(20, 26), Event(24, 30), Event(30, 33))
    assert spans(chosen(seen, np.ones(60), length=seconds(5), keep=keep)) == [(20, 30), (30, 33)]


def test_what_is_kept_is_not_joined_with_its_neighbours():
    seen = perception(video(60.0))
    values = bumps(60, (10, 20, 0.9))
    found = chosen(seen, values, length=seconds(9.8), keep=(Event(10.2, 14.8),))
    assert spans(found) == [(10.2, 14.8), (14.8, 20)]
    assert [each.why for each in found] == ["you kept it", "interest"]


def test_what_is_dropped_beside_what_is_kept_does_not_come_back():
    lines = said((14.0, 16.0, "a sentence across the edge"))
    seen = perception(video(60.0), lines=lines)
    for fill in (False, True):
        found = chosen(
            seen,
            bumps(60, (10, 20, 0.9)),
            length=seconds(40),
            fill=fill,
            keep=(Event(10, 14.6),),
            drop=(Event(10, 15),),
        )
        assert (10, 14.6) in spans(found)
        assert all(each.end <= 14.6 or each.start >= 15 for each in found)


def test_no_more_moments_than_asked_for_and_those_are_the_best():
    seen = perception(video(60.0))
    values = bumps(60, (10, 15, 0.7), (30, 35, 0.9), (50, 55, 0.8))
    assert spans(chosen(seen, values, length=seconds(15), most=2)) == [(30, 35), (50, 55)]
    keep = (Event(2, 4),)
    found = chosen(seen, values, length=seconds(17), most=2, keep=keep)
    assert spans(found) == [(2, 4), (30, 35)]


def test_a_kept_highlight_stays_as_it_was():
    seen = perception(video(60.0), lines=said((9, 14, "a sentence across"), (20, 40, "another")))
    found = chosen(seen, bumps(60, (50, 55, 0.9)), length=seconds(4.8), keep=(Event(10.04, 12.96),))
    assert spans(found)[0] == (10.04, 12.96)


def test_neighbours_become_one():
    seen = perception(
        video(60.0), events=(Event(0, 5), Event(5, 5.4), Event(5.4, 10), Event(10, 60))
    )
    found = chosen(seen, bumps(60, (0, 10, 0.9)), length=seconds(10))
    assert spans(found) == [(0, 10)]


def test_no_confetti():
    rng = np.random.default_rng(3)
    seen = perception(video(300.0), events=even(300, 0.7))
    for variety in (0.0, 0.5):
        found = chosen(seen, rng.random(300), length=seconds(45), variety=variety)
        assert all(each.seconds >= 1.5 for each in found)


@BY_EVENTS
def test_variety_leaves_repetitions_out(selector):
    times = np.arange(0, 60, 0.25)
    look = np.zeros((len(times), 4))
    look[:, 0] = 1
    look[(times >= 40) & (times < 45)] = (0, 1, 0, 0)
    track = Track("look", times, look.astype(np.float16), "test")
    seen = perception(video(60.0), tracks=[track])
    values = bumps(60, (10, 15, 0.9), (20, 25, 0.88), (40, 45, 0.7))
    wanted = {"length": seconds(10), "selector": selector}
    assert spans(chosen(seen, values, **wanted)) == [(10, 15), (20, 25)]
    assert spans(chosen(seen, values, variety=1.0, **wanted)) == [(10, 15), (40, 45)]


def test_likeness_is_a_share_and_knows_the_same_from_another():
    times = np.arange(0, 30, 0.5)
    values = np.repeat(np.eye(3), 20, axis=0).astype(np.float16)
    seen = perception(video(30.0), tracks=[Track("timbre", times, values, "test")])
    board = Board.of(seen, Preference(variety=1.0), scored(np.ones(30)))
    alike = likeness(board, [(0, 5), (5, 10), (10, 15), (20, 25)]).whole()
    assert ((alike >= 0) & (alike <= 1)).all()
    assert alike[0, 1] > 0.7 > 0.4 > alike[1, 2]


# -- edges -----------------------------------------------------------------------------------------


def test_a_sentence_at_the_edge_is_completed():
    lines = said((8.8, 11.0, "It begins before."), (13.0, 15.9, "And it ends after."))
    seen = perception(video(60.0), lines=lines)
    admitted = bumps(60, (10, 15, 1), ground=0) > 0.5
    [only] = chosen(seen, bumps(60, (10, 15, 0.9)), admitted=admitted, length=seconds(8))
    assert only.start <= 8.8 + 0.05 and only.end >= 15.9 - 0.05
    assert only.seconds <= 8


def test_without_room_the_torn_sentence_goes():
    lines = said((8.8, 11.0, "It begins before."), (14.0, 17.5, "And it ends after."))
    seen = perception(video(60.0), lines=lines)
    admitted = bumps(60, (10, 15, 1), ground=0) > 0.5
    [only] = chosen(seen, bumps(60, (10, 15, 0.9)), admitted=admitted, length=seconds(5))
    assert spans([only]) == [(11, 14)]


def test_a_pause_in_the_voice_is_found():
    times = np.arange(0, 60, 0.032)
    voice = np.where(np.abs(times - 14.2) < 0.2, 0.02, 0.95)
    track = Track("voice", times, voice[:, None].astype(np.float16), "test")
    seen = perception(video(60.0), tracks=[track])
    found = chosen(seen, bumps(60, (0, 15, 0.9)), length=seconds(15.5))
    assert found[-1].end == pytest.approx(14.2, abs=0.2)


def test_no_edge_moves_farther_than_the_snap():
    lines = said((5.0, 40.0, "One endless sentence."))
    seen = perception(video(60.0), lines=lines)
    admitted = bumps(60, (15, 20, 1), ground=0) > 0.5
    [only] = chosen(seen, bumps(60, (15, 20, 0.9)), admitted=admitted, length=seconds(60))
    assert abs(only.start - 15) <= CONFIG.snap and abs(only.end - 20) <= CONFIG.snap


def test_what_is_only_to_be_read_does_not_count_as_said():
    shown = Line(0.0, 60.0, "www.example.org", "screen-text")
    subtitle = Line(5.0, 8.0, "The sea is calm.", "subtitles")
    seen = Perception(video(), even(60), lines=(shown, subtitle))
    assert spoken(seen) == [subtitle]
    assert not talks(replace(seen, lines=(shown,))) and talks(seen)
