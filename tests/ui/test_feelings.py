"""What a clip feels like on the page: the areas, the moments, and a click that goes there."""

import json
from types import SimpleNamespace
from zipfile import ZipFile

import numpy as np
import pytest
from playwright.sync_api import expect

from summarizer import load
from summarizer.schema import Line
from tests import clips
from tests.payloads import PAYLOADS, PLAIN, markup, shape
from tests.summaries import summary
from tests.ui.fake import Fake
from tests.ui.steps import AT_WORK, fetch, open_clip, pause, seeks_to, summarize
from ui import feelings
from ui.feelings import Felt
from ui.handlers import Handlers
from ui.session import Rooms

NAMES = ("neutral", "cheerful", "sad")


def felt(seconds: int = 60, word: str = "music") -> Felt:
    shares = np.random.default_rng(0).dirichlet((1, 1, 1), seconds)
    each = SimpleNamespace(
        feeling="sad", before="neutral", tags=(word,), facts=("it is loud",),
        captions=(Line(0, 5, word, "captions"),),
    )  # fmt: skip
    return Felt(NAMES, shares, "measured mood", (each,) * 3)


def test_the_areas_are_the_shares_one_on_top_of_another():
    drawn = feelings.trajectory(felt(), summary(), dark=False)
    assert [trace.name for trace in drawn.data] == list(NAMES)
    assert {trace.stackgroup for trace in drawn.data} == {"felt"}
    for trace, shares in zip(drawn.data, felt().shares.T, strict=True):
        assert np.array(trace.y) == pytest.approx(shares, abs=1e-3)
        assert np.array(trace.x) == pytest.approx(np.arange(60) + 0.5)
    assert tuple(drawn.layout.xaxis.range) == (0, 60)
    assert len(drawn.layout.shapes) == 3  # a tab for each moment


def test_an_hour_is_drawn_in_few_points_whose_shares_still_sum_to_one():
    drawn = feelings.trajectory(felt(3600), summary(3600.0), dark=True)
    rows = np.array([trace.y for trace in drawn.data])
    assert rows.shape[1] <= feelings.POINTS
    assert rows.sum(axis=0) == pytest.approx(np.ones(rows.shape[1]), abs=0.01)
    assert rows[0, 0] == pytest.approx(felt(3600).shares[:3, 0].mean(), abs=1e-3)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_word_from_outside_becomes_markup(payload):
    def drawn(word: str) -> tuple[str, str]:
        usual = felt(word=word)
        given = Felt((word, "b", "c"), usual.shares, word, usual.evidence)
        html = feelings.legend(given) + feelings.moments(given, summary())
        return html, feelings.trajectory(given, summary(), dark=False).to_json()

    (html, figure), (usual, _) = drawn(payload), drawn(PLAIN)
    assert shape(html) == shape(usual) and not markup(figure)


def test_each_moment_has_its_time_its_picture_and_its_tags():
    said = feelings.moments(felt(), summary())
    assert said.count("<li>") == 3 == said.count("data-still")
    assert 'data-seek="3.000" data-end="8.000"' in said and "neutral → sad" in said
    assert "data-still" not in feelings.moments(felt(), summary(blind=True))


def test_other_presets_show_nothing_and_the_same_is_not_drawn_twice(tmp_path):
    on = Handlers(Fake(), Rooms())
    assert on.feel(None, None, "") is None
    assert felt().same(felt()) and not felt().same(None) and not felt(59).same(felt())


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 375])
def test_the_page_follows_the_feelings_of_a_clip(visit, start, tmp_path, width):
    page = visit(start(load("emotion", cache=tmp_path / "cache")), width=width)
    open_clip(page, clips.with_cuts(tmp_path / "four shots.mp4"))
    summarize(page, AT_WORK)
    expect(page.locator("#feelings .scatterlayer .trace")).to_have_count(5)
    expect(page.locator("#feels")).to_contain_text("By measured mood")
    first = page.locator("#felt .wl-seek").first
    expect(first.locator(".wl-tags b").first).to_be_visible()
    start_, end = (float(first.get_attribute(name)) for name in ("data-seek", "data-end"))
    first.click()
    seeks_to(page, start_, end)
    pause(page)
    area = page.locator("#feelings .nsewdrag")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
    seeks_to(page, 8, 10.5)
    pause(page)
    wide = "document.documentElement.scrollWidth <= window.innerWidth"
    assert page.evaluate(wide)
    with ZipFile(fetch(page, "evidence")) as packed:
        names = packed.namelist()
        assert "four_shots_features.json" in names and "four_shots_prompt.txt" in names
        assert json.loads(packed.read("four_shots_features.json"))["version"] == 1
