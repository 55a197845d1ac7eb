"""The page as a viewer meets it: real server, real Chromium, real clips."""

import re

import pytest
from playwright.sync_api import expect

from tests import clips
from tests.ui.fake import Fake
from tests.ui.steps import (
    click_curve,
    open_clip,
    pause,
    plays,
    seeks_to,
    settle,
    summarize,
    until,
    upload,
)

pytestmark = pytest.mark.browser

HOSTILE = (
    '"><img src=x onerror="window.pwned=1">${window.pwned=2}{{window.pwned}}[a](javascript:pwned=3)'
)


@pytest.fixture(scope="module")
def fake():
    return Fake(seconds=12.0)


@pytest.fixture(scope="module")
def address(start, fake):
    return start(fake)


@pytest.fixture(scope="module")
def at_work(start):
    """A summarizer that is held half way, and its page."""
    fake = Fake(seconds=12.0, held=3)
    return fake, start(fake)


@pytest.fixture
def held(at_work):
    fake, _ = at_work
    fake.free.clear()
    yield at_work
    fake.free.set()


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return clips.with_cuts(tmp_path_factory.mktemp("page") / "four shots.mp4")


# -- the whole path --------------------------------------------------------------------------------


def test_from_upload_to_reel(visit, address, fake, clip):
    page = visit(address)
    assert "2 GB" in page.inner_text("#terms")
    open_clip(page, clip)
    expect(page.locator("#facts")).to_contain_text("four shots.mp4")
    page.fill("#want textarea", "talking")
    summarize(page)
    expect(page.locator("#answer")).to_contain_text("Found: talking")
    expect(page.locator("#story button")).to_have_count(3)
    expect(page.locator(".wl-moment")).to_have_count(3)
    expect(page.locator("#curve .js-plotly-plot")).to_be_visible()

    page.locator("#story button").nth(1).click()
    seeks_to(page, 4, 5)
    pause(page)
    expect(page.locator("#story button").nth(1)).to_have_attribute("aria-current", "true")
    page.locator(".wl-moment .wl-what").nth(2).click()
    seeks_to(page, 8, 9)
    pause(page)
    click_curve(page, 0.25)
    seeks_to(page, 2, 4)

    page.click("#render")
    expect(page.locator("#reel video")).to_be_visible()
    assert plays(page, "#reel video")
    with page.expect_download() as download:
        page.click("#reel a")
    assert download.value.suggested_filename == "four shots - highlights.mp4"


def test_a_new_wish_or_length_is_answered_without_watching_again(visit, address, fake, clip):
    page = visit(address)
    open_clip(page, clip)
    summarize(page)
    runs = fake.runs
    expect(page.locator("#answer")).to_contain_text("Highlights")
    page.fill("#want textarea", "music")
    page.press("#want textarea", "Enter")
    expect(page.locator("#answer")).to_contain_text("Found: music")
    page.fill("#amount input[type=number]", "50")
    page.press("#amount input[type=number]", "Tab")
    expect(page.locator("#moments")).to_contain_text("of 6 s")
    page.click("#unit label:has-text('seconds')")
    expect(page.locator("#amount input[type=number]")).to_have_value("6")
    page.locator("#balance input[type=range]").press("ArrowRight")
    page.click("#more")
    expect(page.locator("#more")).to_have_text("Only what I asked for")
    expect(page.locator("#moments")).to_contain_text("6 s of 6 s")
    expect(page.locator("#render")).to_have_text("Make the reel (6 s)")
    assert fake.runs == runs


def test_a_changed_choice_keeps_the_reel_but_says_it_is_older(visit, address, clip):
    page = visit(address)
    open_clip(page, clip)
    summarize(page)
    page.click("#render")
    expect(page.locator("#reel video")).to_be_visible()
    page.fill("#want textarea", "music")
    page.press("#want textarea", "Enter")
    expect(page.locator("#reel")).to_contain_text("earlier choice")


def test_enter_in_the_wish_starts_the_first_summary(visit, address, clip):
    page = visit(address)
    open_clip(page, clip)
    page.fill("#want textarea", "music")
    page.press("#want textarea", "Enter")
    expect(page.locator("#answer")).to_contain_text("Found: music")
    expect(page.locator("#go")).to_be_visible()


def test_the_keyboard_is_enough(visit, address, clip):
    page = visit(address)
    open_clip(page, clip)
    page.focus("#go")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text("Done in")
    page.locator("#story button").nth(2).focus()
    page.keyboard.press("Enter")
    seeks_to(page, 8, 10)
    pause(page)
    page.locator(".wl-moment .wl-play").nth(1).focus()
    page.keyboard.press("Enter")
    seeks_to(page, 4, 6)


# -- work in progress ------------------------------------------------------------------------------


def test_results_come_while_watching_goes_on(visit, held, clip):
    fake, address = held
    page = visit(address)
    open_clip(page, clip)
    page.click("#go")
    expect(page.locator("#story button")).to_have_count(3)
    expect(page.locator("#legend li")).to_have_count(3)
    expect(page.locator("#stop")).to_be_visible()
    fake.free.set()
    expect(page.locator("#legend li")).to_have_count(6)
    expect(page.locator("#status")).to_contain_text("Done in")


def watch_and_stop(page, fake, clip):
    """Stop while it watches, once there is a first result."""
    open_clip(page, clip)
    stopped = fake.closed
    page.click("#go")
    expect(page.locator("#story button")).to_have_count(3)
    page.click("#stop")
    until(page, lambda: fake.closed > stopped)  # it hears of it between two senses
    settle(page)
    assert fake.closed == stopped + 1


def test_stop_leaves_the_page_usable(visit, held, clip):
    fake, address = held
    page = visit(address)
    watch_and_stop(page, fake, clip)
    expect(page.locator("#go")).to_be_visible()
    expect(page.locator("#ended")).to_contain_text("Stopped")
    expect(page.locator("#status")).to_be_hidden()
    page.fill("#want textarea", "music")
    page.press("#want textarea", "Enter")
    expect(page.locator("#answer")).to_contain_text("Found: music")


def test_a_reel_can_be_stopped_and_made_again(visit, held, clip):
    fake, address = held
    page = visit(address)
    watch_and_stop(page, fake, clip)
    stopped = fake.closed
    page.click("#render")
    expect(page.locator("#reel")).to_contain_text("Cutting your reel")
    page.click("#halt")
    expect(page.locator("#render")).to_be_visible()
    until(page, lambda: fake.closed > stopped)
    settle(page)
    expect(page.locator("#halt")).to_have_count(0)
    expect(page.locator("#reel video")).to_have_count(0)
    expect(page.locator("#reel")).not_to_contain_text("Cutting your reel")
    fake.free.set()
    page.click("#render")
    expect(page.locator("#reel video")).to_be_visible()


def test_closing_the_tab_stops_the_work(visit, held, clip):
    fake, address = held
    page, other = visit(address), visit(address)
    open_clip(page, clip)
    stopped = fake.closed
    page.click("#go")
    expect(page.locator("#story button")).to_have_count(3)
    page.close()
    until(other, lambda: fake.closed > stopped)


def test_another_video_starts_afresh(visit, address, clip):
    page = visit(address)
    open_clip(page, clip)
    summarize(page)
    page.click("#other")
    expect(page.locator("#upload")).to_be_visible()
    expect(page.locator("#story")).to_have_count(0)
    open_clip(page, clip)
    expect(page.locator("#story")).to_have_count(0)
    summarize(page)
    expect(page.locator("#story button")).to_have_count(3)


# -- other people, bad input -----------------------------------------------------------------------


def test_two_viewers_never_mix(visit, held, clip, tmp_path):
    fake, address = held
    mine, yours = visit(address), visit(address)
    other = clips.flash_and_beep(tmp_path / "flashes.mp4")
    open_clip(mine, clip)
    open_clip(yours, other)
    mine.fill("#want textarea", "mine")
    yours.fill("#want textarea", "yours")
    mine.click("#go")
    yours.click("#go")
    for page in (mine, yours):  # both are at work at the same time
        expect(page.locator("#legend li")).to_have_count(3)
        expect(page.locator("#stop")).to_be_visible()
    fake.free.set()
    for page, name, wish in ((mine, "four shots", "mine"), (yours, "flashes", "yours")):
        expect(page.locator("#status")).to_contain_text("Done in")
        expect(page.locator("#answer")).to_contain_text(f"Found: {wish}")
        expect(page.locator("#facts")).to_contain_text(name)
    sources = [page.get_attribute("#player video", "src") for page in (mine, yours)]
    assert "four%20shots" in sources[0] and "flashes" in sources[1]
    assert sources[0].split("/")[-2] != sources[1].split("/")[-2]


def test_a_bad_file_gives_a_sentence(visit, address, clip, tmp_path):
    bad = tmp_path / "notes.mp4"
    bad.write_bytes(b"no video at all")
    page = visit(address)
    upload(page, bad)
    expect(page.locator("#trouble")).to_contain_text("notes.mp4 is no video")
    open_clip(page, clip)


def test_a_file_over_the_limit_is_refused(visit, start, tmp_path):
    from summarizer.config import Limits

    large = tmp_path / "large.mp4"
    large.write_bytes(b"0" * 3_000_000)
    page = visit(start(Fake(limits=Limits(bytes=1 << 20))))
    assert "1 MB" in page.inner_text("#terms")
    upload(page, large)
    expect(page.get_by_text(re.compile("exceed", re.I)).first).to_be_visible()
    expect(page.locator("#upload")).to_be_visible()


def test_summarize_without_a_video_asks_for_one(visit, address):
    page = visit(address)
    page.click("#go")
    expect(page.locator("#status")).to_contain_text("Choose a video first")
    expect(page.locator("#go")).to_be_visible()


def test_hostile_words_are_inert(visit, address, clip, tmp_path):
    named = tmp_path / "<img src=x onerror=pwned=4> ${pwned=5}.mp4"
    named.write_bytes(clip.read_bytes())
    page = visit(address)
    open_clip(page, named)
    page.fill("#want textarea", HOSTILE)
    summarize(page)
    expect(page.locator("#answer")).to_contain_text("{{window.pwned}}")
    page.click("#render")
    expect(page.locator("#reel video")).to_be_visible()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x], a[href^=javascript]").count() == 0


# -- looks -----------------------------------------------------------------------------------------


WIDTHS = (375, 768, 1440)


def panel_tops(page) -> list[float]:
    """Where the controls begin at each width; nothing may reach beyond the window there."""
    tops = []
    settle(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
        tops.append(page.locator("#panel").bounding_box()["y"])
    return tops


def test_no_sideways_scrolling_and_no_jumps(visit, address, clip):
    page = visit(address)
    panel_tops(page)
    open_clip(page, clip)
    before = panel_tops(page)
    summarize(page)
    assert panel_tops(page) == pytest.approx(before, abs=2)


def test_the_figure_is_drawn_for_the_night(visit, address, clip):
    page = visit(address, color_scheme="dark")
    open_clip(page, clip)
    summarize(page)
    label = page.locator("#curve .xtick text").first
    ink = label.evaluate("(text) => getComputedStyle(text).fill")
    assert ink == "rgb(232, 234, 240)"
