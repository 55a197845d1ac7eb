"""The page over the real summarizer: real clips are watched, told, cut and played."""

import csv
from pathlib import Path
from zipfile import ZipFile

import opentimelineio
import pysubs2
import pytest
from PIL import Image
from playwright.sync_api import expect

from summarizer import Summary, load
from tests import clips
from tests.ui.steps import (
    AT_WORK,
    click_curve,
    fetch,
    moments,
    open_clip,
    pause,
    plays,
    seeks_to,
    summarize,
    upload,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(start, tmp_path_factory):
    return start(load(cache=tmp_path_factory.mktemp("cache")))


def test_a_real_clip_from_upload_to_reel(visit, address, cut_clip):
    page = visit(address)
    open_clip(page, cut_clip)
    expect(page.locator("#facts")).to_contain_text("12 s · 320×180")
    summarize(page, AT_WORK)
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
    expect(page.locator("#reel video")).to_be_visible(timeout=AT_WORK)
    assert plays(page, "#reel video")
    reel = page.evaluate("document.querySelector('#reel video').duration")
    assert 0 < reel <= 0.15 * 12 + 0.5


def test_an_example_takes_two_clicks(visit, address):
    page = visit(address)
    page.locator(".wl-example").first.click()
    expect(page.locator("#player video")).to_be_visible()
    expect(page.locator("#want textarea")).not_to_have_value("")
    summarize(page, AT_WORK)
    expect(page.locator("#story button").first).to_be_visible()
    assert plays(page, "#player video")


def test_the_whole_path_on_an_example(visit, address):
    page = visit(address)
    page.locator(".wl-example").filter(has_text="the goals").click()
    expect(page.locator("#player video")).to_be_visible()
    summarize(page, AT_WORK)
    expect(page.locator(".wl-moment")).to_have_count(2)
    start, end = moments(page)[0]
    page.locator(".wl-moment .wl-what").first.click()
    seeks_to(page, start, end)
    pause(page)

    page.locator("[data-do=nudge][data-edge=end][data-by='0.5']").first.click()
    page.wait_for_function(
        "(end) => Math.abs(document.querySelector('.wl-moment')?.dataset.end - end) < 0.05",
        arg=end + 0.5,
    )
    assert moments(page)[0][0] == pytest.approx(start, abs=0.05)
    page.locator("[data-do=drop]").nth(1).click()
    expect(page.locator(".wl-dropped li")).to_have_count(1)
    page.click("#lengths .wl-chip:has-text('30 s')")
    expect(page.locator("#moments")).to_contain_text("of 30 s")
    assert moments(page)[0] == pytest.approx([start, end + 0.5], abs=0.05)

    page.click("[data-export=chapters]")  # one moment makes no three chapters
    expect(page.locator("#parcel [role=alert]")).to_contain_text("at least 3")
    page.click("[data-do=undo]")
    expect(page.locator(".wl-dropped")).to_have_count(0)

    page.fill("#other-want textarea", "faces")
    page.click("#compare")
    expect(page.locator("#comparison section")).to_have_count(2)
    page.click("#render")
    expect(page.locator("#reel video")).to_be_visible(timeout=AT_WORK)
    assert plays(page, "#reel video")
    for name, read in READERS.items():
        assert read(fetch(page, name)), name
    with ZipFile(fetch(page, "zip")) as packed:
        assert packed.testzip() is None
        assert any(name.endswith(".mp4") for name in packed.namelist())


def rows(path: Path) -> list:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


READERS = {  # none of them is ours, but for the summary's own
    "json": lambda path: Summary.from_json(path.read_bytes()).highlights,
    "csv": rows,
    "srt": lambda path: list(pysubs2.load(str(path))),
    "vtt": lambda path: list(pysubs2.load(str(path))),
    "otio": lambda path: opentimelineio.adapters.read_from_file(str(path)).duration().value > 0,
    "edl": lambda path: "FROM CLIP NAME" in path.read_text(),
    "chapters": lambda path: path.read_text().startswith("00:00 "),
    "story": lambda path: path.read_text().startswith("# "),
    "html": lambda path: "plotly" in path.read_text(),
    "png": lambda path: Image.open(path).size[0] > 100,
}


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
    summarize(page, AT_WORK)
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
    summarize(page, AT_WORK)
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


def test_a_preset_with_large_models_sees_and_says_how_its_story_was_made(
    visit, start, cut_clip, tmp_path, tiny_weights
):
    page = visit(start(load("tiny", cache=tmp_path / "cache")))
    open_clip(page, cut_clip)
    page.fill("#want textarea", "a penguin")
    summarize(page, AT_WORK)
    expect(page.locator("#answer")).to_contain_text("as far as I can")
    expect(page.locator("#story")).to_contain_text("language model")
    page.fill("#want textarea", "")
    expect(page.locator("#story button").first).to_be_visible()
