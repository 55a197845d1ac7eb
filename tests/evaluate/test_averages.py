import itertools
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.evaluate import averages
from summarizer.evaluate.averages import Grid, average, drawn, interval, pooled
from summarizer.evaluate.room import Record

# few names, so that groups, seeds and tasks meet
RECORDS = st.lists(
    st.builds(
        lambda task, seed, group, value: Record(task, "w", {"F1": value}, group, seed),
        st.sampled_from("abcd"),
        st.integers(0, 2),
        st.sampled_from("xy"),
        st.floats(-5, 5),
    ),
    min_size=1,
    max_size=25,
)


def by_hand(records) -> float:
    """Mean within group, over groups, over seeds, by plain loops."""
    per_seed = []
    for number in {record.seed for record in records}:
        groups = {}
        for record in records:
            if record.seed == number:
                groups.setdefault(record.group, []).append(record.values["F1"])
        per_seed.append(statistics.fmean(statistics.fmean(each) for each in groups.values()))
    return statistics.fmean(per_seed)


def records_of(values, **more) -> list[Record]:
    return [Record(f"t{spot}", "w", {"F1": value}, **more) for spot, value in enumerate(values)]


@settings(deadline=None, max_examples=60)
@given(RECORDS)
def test_groups_are_averaged_before_seeds(records):
    cell = average(records, "F1")
    assert cell.mean == pytest.approx(by_hand(records), abs=1e-9)
    assert cell.tasks == len({record.task for record in records})


@settings(deadline=None, max_examples=60)
@given(RECORDS, st.randoms())
def test_the_order_of_records_changes_nothing(records, random):
    shuffled = list(records)
    random.shuffle(shuffled)
    assert average(shuffled, "F1") == average(records, "F1")


@settings(deadline=None, max_examples=60)
@given(RECORDS)
def test_a_draw_is_the_average_of_the_tasks_it_holds(records):
    tasks = sorted({record.task for record in records})
    grid = Grid.of(records, "F1")
    for spots in itertools.product(range(len(tasks)), repeat=min(3, len(tasks))):
        times = np.bincount(spots, minlength=len(tasks))[None].astype(float)
        chosen = [
            record for spot in spots for record in records if record.task == tasks[spot]
        ]  # a task drawn twice counts twice
        assert grid.means(times)[0] == pytest.approx(by_hand(chosen), abs=1e-9)


def test_the_interval_agrees_with_scipy():
    from scipy.stats import bootstrap

    values = np.random.default_rng(3).gamma(2, size=60)
    theirs = bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(7)
    ).confidence_interval
    low, high = interval(Grid.of(records_of(values), "F1"), draws=20_000)
    noise = 0.09 * values.std() / np.sqrt(len(values))  # two times 20,000 draws still differ
    assert low == pytest.approx(theirs.low, abs=noise)
    assert high == pytest.approx(theirs.high, abs=noise)


def test_the_interval_is_that_of_all_possible_draws():
    values = [0.1, 0.2, 0.4, 0.9]
    means = [statistics.fmean(chosen) for chosen in itertools.product(values, repeat=4)]
    low, high = interval(Grid.of(records_of(values), "F1"), draws=50_000)
    step = 0.03  # between neighbours of the 256 means at their ends
    assert low == pytest.approx(np.percentile(means, 2.5), abs=step)
    assert high == pytest.approx(np.percentile(means, 97.5), abs=step)


def test_repeating_a_task_is_no_more_evidence():
    values = np.random.default_rng(1).random(20)
    once = average(records_of(values), "F1")
    often = average([each for seed in range(4) for each in records_of(values, seed=seed)], "F1")
    assert often.interval == pytest.approx(once.interval)
    assert (once.over, often.over, often.spread) == ("", "seeds", pytest.approx(0))


def test_a_draw_holds_as_many_tasks_as_there_are():
    times = drawn(np.random.default_rng(0), 500, 7)
    assert times.shape == (500, 7) and (times.sum(1) == 7).all()
    assert times.mean(0) == pytest.approx(np.ones(7), abs=0.2) and times.max() > 1


def test_chunks_draw_the_same(monkeypatch):
    grid = Grid.of(records_of(np.random.default_rng(2).random(30)), "F1")
    whole = interval(grid)
    monkeypatch.setattr(averages, "CHUNK", 100)
    assert interval(grid) == whole


def test_the_spread_is_over_seeds_or_else_over_groups():
    seeds = [*records_of([1, 2], seed=0), *records_of([3, 6], seed=1), *records_of([2, 2], seed=5)]
    cell = average(seeds, "F1")
    assert (cell.over, cell.spread) == ("seeds", pytest.approx(statistics.stdev([1.5, 4.5, 2])))
    groups = [Record(f"{g}{n}", "w", {"F1": n}, g) for g, n in (("x", 1), ("x", 3), ("y", 7))]
    cell = average(groups, "F1")
    assert (cell.over, cell.spread) == ("groups", pytest.approx(statistics.stdev([2, 7])))
    assert cell.mean == 4.5
    alone = average(records_of([1, 2]), "F1")
    assert (alone.over, alone.spread) == ("", None)


def test_one_task_has_no_interval_and_none_no_cell():
    assert average(records_of([0.5]), "F1").interval is None
    assert average(records_of([0.5]), "other") is None
    assert average([], "F1") is None


def test_records_without_the_measure_dont_count():
    records = [*records_of([1.0, 0.0]), Record("z", "w", {"other": 1.0}, "elsewhere")]
    assert average(records, "F1") == average(records_of([1.0, 0.0]), "F1")


def test_pooled_numbers_have_a_spread_over_seeds_only():
    cell = pooled([1.0, 2.0, 6.0], 9)
    assert (cell.mean, cell.spread) == (3, pytest.approx(statistics.stdev([1, 2, 6])))
    assert cell.over == "seeds" and cell.interval is None
    assert pooled([1.0], 9).spread is None
