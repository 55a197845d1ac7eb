"""The page over the real summarizer: real clips are watched, told, cut and played."""

import pytest
from playwright.sync_api import expect

from summarizer import load
from tests import clips
from tests.ui.steps import click_curve, open_clip, pause, plays, seeks_to, summarize, upload

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(start, tmp_path_factory):
    return start(load(cache=tmp_path_factory.mktemp("cache")))


def test_a_real_clip_from_upload_to_reel(visit, address, cut_clip):
    page = visit(address)
    open_clip(page, cut_clip)
    expect(page.locator("#facts")).to_contain_text("12 s · 320×180")
    summarize(page)
    expect(page.locator("#answer h2")).not_to_be_empty()
    expect(page.locator("#story button").first).to_be_visible()
    expect(page.locator(".wl-moment").first).to_be_visible()
    expect(page.locator("#legend li").first).to_be_visible()

    last = page.locator("#story button").last
    start = float(last.get_attribute("data-seek"))
    last.click()
    seeks_to(page, start, start + 1.5)
    pause(page)
    click_curve(page, 0.5)
    seeks_to(page, 5, 8)
    pause(page)

    page.click("#render")
    expect(page.locator("#reel video")).to_be_visible()
    assert plays(page, "#reel video")
    reel = page.evaluate("document.querySelector('#reel video').duration")
    assert 0 < reel <= 0.15 * 12 + 0.5


def test_an_example_takes_two_clicks(visit, address):
    page = visit(address)
    if page.locator(".wl-example").count() == 0:
        pytest.skip("no examples are rendered here")
    page.locator(".wl-example").first.click()
    expect(page.locator("#player video")).to_be_visible()
    assert page.input_value("#want textarea")
    summarize(page)
    expect(page.locator("#story button").first).to_be_visible()
    assert plays(page, "#player video")


def test_what_the_browser_cannot_play_plays_as_a_copy(visit, address, tmp_path):
    phone = clips.hevc(tmp_path / "IMG_0042.mov")
    page = visit(address)
    open_clip(page, phone)
    expect(page.locator("#facts")).to_contain_text("IMG_0042.mov")
    assert plays(page, "#player video")


def test_sound_alone_is_told_and_cut(visit, address, sound_clip):
    page = visit(address)
    open_clip(page, sound_clip)
    expect(page.locator("#facts")).to_contain_text("sound only")
    summarize(page)
    expect(page.locator("#story button").first).to_be_visible()


def test_hostile_subtitles_are_inert(visit, address, cut_clip, tmp_path):
    lines = tmp_path / "lines.srt"
    lines.write_text(
        "1\n00:00:01,000 --> 00:00:04,000\n<img src=x onerror=pwned=1>${pwned=2}{{x}} hello\n\n"
        "2\n00:00:05,000 --> 00:00:09,000\n[link](javascript:pwned=3) <script>pwned=4</script>\n"
    )
    page = visit(address)
    upload(page, cut_clip, lines)
    expect(page.locator("#player video")).to_be_visible()
    expect(page.locator("#facts")).to_contain_text("with subtitles")
    page.fill("#want textarea", "hello")
    summarize(page)
    expect(page.locator("#story button").first).to_be_visible()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x], a[href^=javascript]").count() == 0


def test_a_file_that_is_no_video_gives_a_sentence(visit, address, tmp_path):
    bad = tmp_path / "notes.mp4"
    bad.write_bytes(b"no video at all " * 100)
    page = visit(address)
    upload(page, bad)
    expect(page.locator("#trouble")).to_contain_text("notes.mp4")
    assert "Traceback" not in page.inner_text("body")
