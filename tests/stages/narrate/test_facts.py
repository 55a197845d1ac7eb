"""Facts: what holds when, what leaves another nothing to say, and how a time is put."""

import numpy as np
import pytest

from summarizer.schema import Curve
from summarizer.senses import SENSES
from summarizer.stages.narrate.facts import Fact, known
from summarizer.stages.narrate.frame import when
from summarizer.stages.narrate.wording import COMPARED, IDLE
from tests.perceptions import at

CONCEPTS = {each.name: each for sense in SENSES.values() for each in sense.concepts}


def facts(rows: int = 60, **spans) -> dict[str, Fact]:
    """Those of concepts that hold over these stretches, by name; underscores stand for spaces."""
    curves = []
    for name, stretches in spans.items():
        concept = CONCEPTS[name.replace("_", " ")]
        high, low = (0.0, 1.0) if concept.low else (1.0, 0.0)
        curves.append(Curve.of(concept.curve, "made", at(rows, *stretches, high=high, low=low)))
    wanted = [CONCEPTS[name.replace("_", " ")] for name in spans]
    return {fact.concept.name: fact for fact in known(curves, wanted)}


@pytest.mark.parametrize("name", sorted(IDLE))
@pytest.mark.parametrize("least", [0, 1])
def test_a_fact_is_idle_only_while_another_says_it_better(name, least):
    other = IDLE[name][least * (len(IDLE[name]) - 1)]
    if CONCEPTS[name].curve == CONCEPTS[other].curve:
        pytest.skip("one curve can't be high and low at once")
    told = {name.replace(" ", "_"): [(10, 30)], other.replace(" ", "_"): [(20, 40)]}
    assert np.flatnonzero(facts(**told)[name].there).tolist() == list(range(10, 20))


def test_nothing_is_still_in_a_flight():
    flight = facts(stillness=[(0, 50)], zoom_in=[(2, 60)])
    assert flight["stillness"].there.sum() == 0


def test_a_second_of_calm_or_of_what_takes_its_time_is_nothing_but_a_bang_is():
    told = facts(silence=[(33, 34)], fast_beat=[(33, 34)], steady_noise=[(33, 34)], loud=[(33, 34)])
    assert [name for name, fact in told.items() if fact.tells(30, 40)] == ["loud"]


def test_a_fade_in_is_no_movement_but_a_start_at_full_speed_is():
    assert not facts(action=[(0, 1), (9, 12)])["action"].there[0]
    assert facts(action=[(0, 2)])["action"].there[:2].all()


@pytest.mark.parametrize("name", ["white pictures", "grey pictures", "black pictures"])
def test_walls_and_skies_are_not_worth_a_word(name):
    fact = facts(**{name.replace(" ", "_"): [(10, 20)]})[name]
    assert fact.there.any() and fact.tells(10, 20) == 0


@pytest.mark.parametrize(("rows", "usual"), [(12, False), (30, True)])
def test_a_short_video_has_no_usual(rows, usual):
    curve = Curve.of("more movement than usual", "motion", at(rows, (4, 9), high=1.0))
    assert bool(known((curve,), COMPARED)) is usual


def test_a_run_is_followed_over_the_borders_of_a_stretch():
    fact = facts(dark_pictures=[(10, 30), (40, 50)])["dark pictures"]
    assert fact.run(5, 15) == (10, 30)
    assert fact.run(20, 45) == (10, 30)
    assert fact.run(42, 60) == (40, 50)
    assert facts(dark_pictures=[(0, 60)])["dark pictures"].run(7, 8) == (0, 60)


@pytest.mark.parametrize(
    ("name", "spans", "says"),
    [
        ("music", [(0, 60)], "all the way through"),
        ("music", [(10, 30)], "from 0:10 to 0:30"),
        ("music", [(50, 60)], "from 0:50 to 0:59"),
        ("music", [(10, 12)], "at 0:10"),
        ("music", [(10, 12), (20, 25)], "for 7 seconds"),
        ("sudden sounds", [(10, 12)], "at 0:10"),
        ("sudden sounds", [(10, 12), (20, 21)], "twice"),
        ("noise bursts", [(1, 2), (10, 12), (20, 21)], "3 times"),
    ],
)
def test_when(name, spans, says):
    assert when(facts(**{name.replace(" ", "_"): spans})[name], 59.5) == says
