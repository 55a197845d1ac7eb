"""What researchers see of a choice: a heat map, ways of picking, two texts; also on a phone."""

from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import expect

from summarizer import Preference
from summarizer.schema import Attention
from tests import clips
from tests.payloads import PAYLOADS, PLAIN, markup, shape
from tests.ui.fake import Fake
from tests.ui.steps import open_clip, settle, summarize
from ui import inside
from ui.handlers import Handlers
from ui.session import Rooms


@pytest.fixture(scope="module")
def fake():
    return Fake(seconds=12.0)


@pytest.fixture
def found(fake, tmp_path):
    (tmp_path / "a.mp4").write_bytes(bytes(200))
    *_, step = fake.perceiving(tmp_path / "a.mp4")
    summary = fake.choose(step.perception, Preference())
    *_, told = fake.tell(step.perception, summary)
    made, status = Handlers(fake, Rooms()).inside(step.perception, told, "")
    assert status.kind == "idle"
    return made


def test_every_way_is_there_and_the_preset_s_own_is_marked(found, fake):
    assert [name for name, _ in found.ways] == list(fake.selectors) and found.own == "knapsack"
    said = inside.table(found)
    assert said.count("<tr") == 3 and said.count("aria-current") == 1 and "100%" in said
    drawn = inside.picks(found.ways, found.own, dark=False)
    assert [bar.name for bar in drawn.data] == [None, None]
    assert list(drawn.data[0].base) == [0.0, 4.0, 8.0]
    assert [bar.opacity for bar in drawn.data] == [1.0, 0.6]


def test_the_heat_map_is_what_was_read_turned_on_its_side(found):
    rows = np.arange(15).reshape(3, 5) / 100
    known = Attention(np.array([0.0, 1.0, 2.0]), rows, (2.0,), learned=True)
    drawn = inside.attention(known, 3.0, dark=True)
    (map_,), (line,) = drawn.data, drawn.layout.shapes
    assert (line.x0, line.x1) == (2.0, 2.0)
    assert np.array(map_.z) == pytest.approx(rows.T.astype(float), abs=1e-3)
    assert list(map_.x) == [0.5, 1.5, 2.5]
    assert list(map_.y) == ["2 before", "1 before", "itself", "1 after", "2 after"]
    said = inside.near(known)
    assert "2 before and 2 after" in said and "as it learned" in said
    assert "nothing to show" in inside.near(None)


def test_two_texts_stand_beside_each_other_and_one_alone(found):
    said = inside.texts(found)
    assert "Written by a model" in said and "It was measured." in said and "It ends loud." in said
    alone = inside.Inside(found.shown, found.own, found.ways, None, found.shown)
    assert "no other" in inside.texts(alone)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_word_from_outside_becomes_markup(found, payload):
    def drawn(word: str) -> tuple[str, dict]:
        said = replace(found.shown.story[0], text=word, evidence=(word,))
        chosen = tuple(replace(each, why=word) for each in found.shown.highlights)
        shown = replace(found.shown, story=(said,), highlights=chosen, note=word)
        given = inside.Inside(shown, word, ((word, shown),), None, found.composed)
        figure = inside.picks(given.ways, given.own, dark=False)
        return inside.texts(given) + inside.table(given), figure.to_json()

    (html, figure), (usual, _) = drawn(payload), drawn(PLAIN)
    assert shape(html) == shape(usual)
    assert not markup(figure)  # plotly reads a little HTML in its texts


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 375])
def test_a_researcher_looks_inside(visit, start, fake, tmp_path, width):
    page = visit(start(fake), width=width)
    open_clip(page, clips.with_cuts(tmp_path / "four shots.mp4"))
    summarize(page)
    page.locator("#research .label-wrap").click()
    expect(page.locator("#attention")).to_have_count(0)
    page.locator("#inside input").check()
    expect(page.locator("#attention .heatmaplayer image")).to_have_count(1)
    expect(page.locator("#picks .barlayer .point")).to_have_count(6)
    expect(page.locator("#near")).to_contain_text("2 before and 2 after each")
    expect(page.locator("#ways tbody tr")).to_have_count(2)
    expect(page.locator("#texts .wl-side")).to_have_count(2)
    settle(page)
    for part in ("#attention", "#picks", "#ways", "#texts"):
        box = page.locator(part).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width, part
    ticks = page.locator("#attention .ytick text")
    places = {ticks.nth(at).text_content(): ticks.nth(at).bounding_box()["y"] for at in range(5)}
    # what was before stands above
    names = sorted(places, key=places.__getitem__)
    assert names == ["2 before", "1 before", "itself", "1 after", "2 after"]
    assert page.locator("#attention .heatmaplayer image").bounding_box()["width"] > width / 4
    page.locator("#inside input").uncheck()
    expect(page.locator("#attention")).to_have_count(0)
    expect(page.locator("#ways")).to_be_empty()
