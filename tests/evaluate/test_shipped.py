"""The small models that are shipped, as they are used: on clips of the little world that training
never saw, beside themselves with something taken away."""

from pathlib import Path

import pytest

from summarizer import Length, Preference, load
from summarizer.checkpoint import home
from summarizer.evaluate import world
from summarizer.evaluate.report import describe
from summarizer.evaluate.room import Options
from summarizer.evaluate.runs import run
from summarizer.evaluate.world import FACTS, HIGHLIGHTS, PRECISION

ROOT = Path(__file__).parent.parent.parent
LACKING = ("no sound", "no picture", "another's wish")
MB = 1e6


@pytest.fixture(scope="module")
def cells():
    """The averages over 24 clips, two wishes each."""
    options = Options(Path(), preset="pocket", clips=8, wishes=2, ways=LACKING)
    outcome = run("world", world.PROTOCOL, options)
    assert not [record.error for record in outcome.records if record.error]
    return {name: cell.mean for name, cell in describe(outcome).cells.items()}


def test_they_are_as_small_as_the_card_says():
    files = [each for each in (home() / "pocket").rglob("*") if each.is_file()]
    sizes = [each.stat().st_size for each in files]
    assert max(sizes) <= 15 * MB and sum(sizes) <= 20 * MB


@pytest.mark.slow
def test_what_is_told_and_chosen_is_mostly_right(cells):
    """Well below what the card says, for these are few clips."""
    assert cells["pocket", FACTS] > 0.55
    assert cells["pocket", PRECISION] > 0.55
    assert cells["pocket", HIGHLIGHTS] > 0.5


@pytest.mark.slow
def test_each_sense_and_the_wish_are_worth_having(cells):
    for way in LACKING:
        assert cells["pocket", FACTS] > cells[way, FACTS] + 0.1, way
    assert cells["pocket", HIGHLIGHTS] > cells["another's wish", HIGHLIGHTS] + 0.3
    assert cells["pocket", FACTS] > cells["random", FACTS] + 0.3


@pytest.mark.slow
def test_the_example_clip_is_watched_from_its_file_and_the_wish_is_found():
    summarizer = load("pocket")
    perception = summarizer.perceive(ROOT / "examples" / "toys.mp4")
    wish = Preference("the yellow balloon", length=Length.parse("9s"))
    *_, told = summarizer.tell(perception, summarizer.choose(perception, wish))
    assert all(each.start >= 27 for each in told.highlights)  # it is there from 30 to 39
    assert "yellow balloon" in told.story[0].text
    assert abs(told.story[0].start - 30) < 1.5 and told.story[0].end <= 39.5
