"""The stages of a score on the page: faint curves and a bold one, over the real preset."""

import pytest
from playwright.sync_api import expect

from summarizer import load
from tests.staged import TITLES
from tests.ui.steps import AT_WORK, open_clip, settle, summarize

pytestmark = pytest.mark.browser
LINES = """() => [...document.querySelector('#curve .js-plotly-plot').data]
    .filter((each) => each.meta && !each.stackgroup)
    .map((each) => [each.meta, each.opacity ?? 1, each.line.width, each.visible ?? true])"""


@pytest.fixture(scope="module")
def address(start, staged_home, tiny_home, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tiny_home))
        patch.setenv("CHECKPOINTS", str(staged_home / "checkpoints"))
        yield start(load("progressive-tiny", cache=tmp_path_factory.mktemp("cache")))


def test_each_stage_is_a_faint_curve_and_their_product_a_bold_one(visit, address, staged_home):
    page = visit(address)
    open_clip(page, staged_home / "data" / "videos" / f"{TITLES[0]}.mp4")
    summarize(page, AT_WORK)
    names = [f"stage {number} of 3" for number in (1, 2, 3)]
    page.wait_for_function(f"() => ({LINES})().length === 4", timeout=AT_WORK)
    *faint, bold = page.evaluate(LINES)
    assert [name for name, *_ in faint] == names and bold[0] == "all stages together"
    assert all(opacity < 0.7 and width < bold[2] / 2 for _, opacity, width, _ in faint)
    assert bold[1] == 1
    drawn = "#curve .scatterlayer path.js-line"
    assert page.locator(drawn).count() >= 5  # on the screen, not only in the data
    for name in names:
        expect(page.locator(f'#legend button[data-layer="{name}"]')).to_be_visible()

    page.click(f'#legend button[data-layer="{names[1]}"]')  # one alone can be hidden
    page.wait_for_function(f"() => ({LINES})()[1][3] === false")
    page.click("text=For researchers")
    page.click("#steps input")  # and all of them
    page.wait_for_function(f"() => ({LINES})().length === 0")
    expect(page.locator("#legend button")).to_have_count(1)
    page.click("#steps input")
    page.wait_for_function(f"() => ({LINES})().length === 4")
    settle(page)

    page.fill("#want textarea", "a goal")
    page.press("#want textarea", "Enter")
    settle(page)
    assert len(page.evaluate(LINES)) == 4
