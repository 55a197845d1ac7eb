"""What a viewer does with a result: play it, change it, compare it, take it along, come back."""

import json
from zipfile import ZipFile

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import clips
from tests.ui.fake import Fake
from tests.ui.steps import (
    fetch,
    moments,
    open_clip,
    pause,
    position,
    seeks_to,
    settle,
    slow_down,
    summarize,
    upload,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def fake():
    return Fake(seconds=12.0)


@pytest.fixture(scope="module")
def address(start, fake):
    return start(fake)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return clips.with_cuts(tmp_path_factory.mktemp("page") / "four shots.mp4")


@pytest.fixture
def page(visit, address, clip):
    """A page with a result: moments of half a second at 0, 4 and 8 s."""
    page = visit(address)
    open_clip(page, clip)
    summarize(page)
    expect(page.locator(".wl-moment")).to_have_count(3)
    return page


def act(page, number: int, order: str):
    page.locator(".wl-moment").nth(number).locator(f"[data-do={order}]").click()


# -- playing ---------------------------------------------------------------------------------------


HEARD = """() => {
  window.told = [];
  new MutationObserver(() => {
    const text = document.querySelector(".wl-touring")?.textContent ?? "";
    if (text !== (window.told.at(-1) ?? "")) window.told.push(text);
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""
PLAYED = """() => {
  const { played } = document.querySelector("#player video");
  return [...Array(played.length).keys()].map((it) => [played.start(it), played.end(it)]);
}"""
STARTS = [0, 4, 8]  # of moments of 0.6 s


def test_the_highlights_play_at_once_one_after_the_other(page):
    page.evaluate(HEARD)
    slow_down(page, 4)
    page.click(".wl-tour")
    page.wait_for_function("window.told.at(-1) === ''")
    assert page.evaluate("window.told") == [*(f"Moment {n} of 3" for n in (1, 2, 3)), ""]
    expect(page.locator(".wl-tour")).to_contain_text("Play the highlights")
    assert page.evaluate("document.querySelector('#player video').paused")
    played = page.evaluate(PLAYED)
    assert [start for start, _ in played] == pytest.approx(STARTS, abs=0.1)
    assert [end for _, end in played] == pytest.approx([at + 0.6 for at in STARTS], abs=0.5)
    assert all(end > at + 0.5 for at, (_, end) in zip(STARTS, played, strict=True))


def test_a_machine_that_hangs_plays_the_highlights_to_their_end(page):
    page.evaluate(HEARD)
    page.click(".wl-tour")
    page.wait_for_function("document.querySelector('#player video').currentTime > 0.1")
    page.evaluate("() => { const till = Date.now() + 2000; while (Date.now() < till); }")
    page.wait_for_function("window.told.at(-1) === ''")
    assert page.evaluate("window.told") == [*(f"Moment {n} of 3" for n in (1, 2, 3)), ""]
    assert page.evaluate("document.querySelector('#player video').paused")


def test_one_moment_can_be_played_and_a_tour_be_left(page):
    slow_down(page, 4)
    page.locator(".wl-play").nth(1).click()
    page.wait_for_function(
        "() => { const v = document.querySelector('#player video');"
        " return v.paused && Math.abs(v.currentTime - 4.6) < 0.4; }"
    )
    slow_down(page, 4)
    page.click(".wl-tour")
    expect(page.locator(".wl-tour")).to_contain_text("Stop")
    page.click(".wl-tour")
    expect(page.locator(".wl-tour")).to_contain_text("Play the highlights")
    page.click(".wl-tour")
    expect(page.locator(".wl-tour")).to_contain_text("Stop")
    page.locator("#story button").nth(2).click()
    expect(page.locator(".wl-tour")).to_contain_text("Play the highlights")
    seeks_to(page, 8, 12)


def test_the_player_s_own_bar_leaves_a_tour_but_not_within_its_moment(page):
    slow_down(page, 10)
    page.click(".wl-tour")
    expect(page.locator(".wl-touring")).to_have_text("Moment 1 of 3")
    page.wait_for_function("document.querySelector('#player video').currentTime > 0.01")
    page.evaluate("document.querySelector('#player video').currentTime = 0.2")
    page.wait_for_function("document.querySelector('#player video').currentTime > 0.25")
    expect(page.locator(".wl-touring")).to_have_text("Moment 1 of 3")
    page.evaluate("document.querySelector('#player video').currentTime = 6")
    expect(page.locator(".wl-touring")).to_have_text("")
    page.wait_for_function("document.querySelector('#player video').currentTime > 6.05")
    assert not page.evaluate("document.querySelector('#player video').paused")


def test_the_playhead_follows_and_leads(page):
    slow_down(page, 10)
    head = page.locator("#curve .wl-playhead")
    page.locator("#story button").nth(1).click()
    seeks_to(page, 4, 4.1)
    pause(page)
    expect(head).to_have_attribute("aria-valuetext", "0:04")
    area, box = page.locator("#curve .nsewdrag").bounding_box(), head.bounding_box()
    middle = box["x"] + box["width"] / 2 - area["x"]
    assert middle / area["width"] == pytest.approx(position(page) / 12, abs=0.02)

    y = area["y"] + 60
    page.mouse.move(area["x"] + area["width"] * 0.4, y)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.6, y, steps=4)
    seeks_to(page, 7, 7.5)
    page.mouse.move(area["x"] + area["width"] * 0.75, y, steps=4)
    page.mouse.up()
    seeks_to(page, 8.8, 9.3)
    assert page.evaluate("document.querySelector('#player video').paused")

    head.focus()
    page.keyboard.press("ArrowLeft")
    seeks_to(page, 7.8, 8.3)
    page.keyboard.press("Home")
    seeks_to(page, 0, 0.2)


def test_a_layer_that_is_hidden_stays_hidden_in_the_next_figure(page):
    data = "document.querySelector('#curve .js-plotly-plot')?.data"  # none while it is drawn anew
    shown = f"({data} ?? []).map((trace) => trace.visible ?? true)"
    count = page.evaluate(f"{shown}.length")
    page.click("[data-layer=faces]")
    expect(page.locator("[data-layer=faces]")).to_have_attribute("aria-pressed", "false")
    page.wait_for_function(f"{shown}.includes(false)")
    page.fill("#amount input[type=number]", "30")
    page.press("#amount input[type=number]", "Tab")
    expect(page.locator("#moments")).to_contain_text("of 3.6 s")
    settle(page)
    page.wait_for_function(f"{shown}.filter((it) => !it).length === 1")
    expect(page.locator("[data-layer=faces]")).to_have_attribute("aria-pressed", "false")
    page.click("[data-layer=faces]")
    page.wait_for_function(f"{shown}.filter(Boolean).length === {count}")


def test_every_moment_has_a_picture(page):
    page.wait_for_function(
        "() => [...document.querySelectorAll('.wl-thumb')].filter((each) =>"
        " getComputedStyle(each).backgroundImage.includes('stills')).length === 3"
    )


# -- changing --------------------------------------------------------------------------------------


def test_pin_drop_put_back_and_undo(page, fake):
    runs = fake.runs
    act(page, 1, "pin")
    expect(page.locator(".wl-moment").nth(1)).to_contain_text("you kept it")
    expect(page.locator(".wl-moment").nth(1).locator("[data-do=unpin]")).to_have_text("Pinned")
    act(page, 0, "drop")
    expect(page.locator(".wl-moment")).to_have_count(2)
    expect(page.locator(".wl-dropped")).to_contain_text("0:00 – 0:00")
    page.click(".wl-dropped [data-do=restore]")
    expect(page.locator(".wl-moment")).to_have_count(3)
    act(page, 2, "drop")
    expect(page.locator(".wl-moment")).to_have_count(2)
    page.click("[data-do=undo]")
    expect(page.locator(".wl-moment")).to_have_count(3)
    assert fake.runs == runs


def test_nudges_move_one_edge_by_half_a_second(page):
    start, end = moments(page)[1]
    page.get_by_label("End half a second later").nth(1).click()
    expect(page.locator(".wl-moment").nth(1)).to_contain_text("1.1 s")
    assert moments(page)[1] == pytest.approx([start, end + 0.5], abs=0.05)
    page.get_by_label("Start half a second later").nth(1).click()
    expect(page.locator(".wl-moment").nth(1)).to_contain_text("0.6 s")
    assert moments(page)[1] == pytest.approx([start + 0.5, end + 0.5], abs=0.05)


def test_edits_stay_while_watching_goes_on(visit, start, clip):
    fake = Fake(seconds=12.0, held=3)
    page = visit(start(fake))
    open_clip(page, clip)
    page.click("#go")
    expect(page.locator(".wl-moment")).to_have_count(3)
    expect(page.locator("#legend li")).to_have_count(3)
    act(page, 0, "drop")
    expect(page.locator(".wl-moment")).to_have_count(2)
    act(page, 0, "pin")
    expect(page.locator(".wl-moment").first).to_contain_text("you kept it")
    expect(page.locator("#stop")).to_be_visible()
    fake.free.set()
    expect(page.locator("#status")).to_contain_text("Done in")
    expect(page.locator("#legend li")).to_have_count(6)
    settle(page)
    expect(page.locator(".wl-moment")).to_have_count(2)
    expect(page.locator(".wl-moment").first).to_contain_text("you kept it")


def test_no_click_is_lost_however_quick(page):
    start, end = moments(page)[1]
    page.evaluate(
        "() => { for (let i = 0; i < 4; i++)"
        " document.querySelectorAll('.wl-moment')[1]"
        ".querySelector('[data-do=nudge][data-edge=end][data-by=\"0.5\"]').click(); }"
    )
    expect(page.locator(".wl-moment").nth(1)).to_contain_text("2.6 s")
    assert moments(page)[1] == pytest.approx([start, end + 2], abs=0.05)


def test_quick_wishes_and_usual_lengths(page):
    page.click("#chips .wl-chip:has-text('people talking')")
    expect(page.locator("#answer")).to_contain_text("Found: people talking")
    expect(page.locator("#want textarea")).to_have_value("people talking")
    page.click("#lengths .wl-chip:has-text('15 s')")
    expect(page.locator("#moments")).to_contain_text("of 12 s")  # all there is
    page.click("#lengths .wl-chip:has-text('15 %')")
    expect(page.locator("#moments")).to_contain_text("of 1.8 s")


def test_aspects_weights_and_selector_reach_the_choice(page):
    page.click("text=What it should be about")
    page.click("#aspects label:has-text('emotion')")
    page.click("text=For researchers")
    page.click("#selector label:has-text('DPP')")
    expect(page.locator("#offers")).to_contain_text("python -m summarizer.weights get laptop")
    expect(page.locator("#bench tbody tr")).to_have_count(6)
    expect(page.locator("#bench")).to_contain_text("from the cache")
    page.click("#events input")
    page.wait_for_function(
        "() => document.querySelector('#curve .js-plotly-plot')?.layout?.shapes"
        "?.filter((each) => each.type === 'line').length === 2"
    )
    page.fill("#weights textarea", "faces=2")
    page.press("#weights textarea", "Enter")
    settle(page)  # nothing that is shown tells that the weight has arrived
    wish = json.loads(fetch(page, "json").read_text())["preference"]
    assert wish["aspects"] == ["overview", "emotion"] and wish["selector"] == "dpp"
    assert wish["weights"] == [["faces", 2.0]]


# -- comparing, taking along, coming back ----------------------------------------------------------


def test_two_wishes_side_by_side(page):
    page.fill("#other-want textarea", "music")
    page.click("#compare")
    expect(page.locator("#comparison section")).to_have_count(2)
    expect(page.locator("#comparison")).to_contain_text("% of the two reels")
    page.wait_for_function("document.querySelector('#rivals .js-plotly-plot')?.data?.length === 2")
    page.fill("#want textarea", "faces")
    page.press("#want textarea", "Enter")
    expect(page.locator("#comparison section").first).to_contain_text("Found: faces")
    expect(page.locator("#comparison section").last).to_contain_text("Found: music")


def test_exports_come_as_files(page):
    assert fetch(page, "csv").name.endswith("highlights.csv")
    page.click("#render")
    expect(page.locator("#reel video")).to_be_visible()
    with ZipFile(fetch(page, "zip")) as packed:
        assert {"summary.json", "four shots - highlights.mp4"} <= set(packed.namelist())


def test_the_shape_of_the_reel_is_the_viewers(page):
    page.click("#shape label:has-text('9:16')")
    page.click("#render")
    expect(page.locator("#reel video")).to_be_visible()
    expect(page.locator("#render")).to_have_count(0)
    settle(page)
    box = page.locator("#reel .wl-screen").bounding_box()
    assert box["height"] > box["width"] * 0.5
    page.click("#shape label:has-text('1:1')")
    expect(page.locator("#render")).to_be_visible()


def test_a_project_dropped_with_its_clip_brings_everything_back(page, visit, address, clip):
    page.fill("#want textarea", "music")
    page.press("#want textarea", "Enter")
    expect(page.locator("#answer")).to_contain_text("Found: music")
    act(page, 1, "pin")
    expect(page.locator(".wl-moment").nth(1)).to_contain_text("you kept it")
    act(page, 0, "drop")
    expect(page.locator(".wl-moment")).to_have_count(2)
    settle(page)
    saved, before = fetch(page, "json"), moments(page)

    later = visit(address)
    upload(later, saved, clip)
    expect(later.locator("#answer")).to_contain_text("Found: music")
    expect(later.locator("#want textarea")).to_have_value("music")
    expect(later.locator("#status")).to_contain_text("Done in")
    settle(later)
    assert moments(later) == before
    expect(later.locator(".wl-dropped")).to_contain_text("put back")
    later.click("[data-do=restore]")
    expect(later.locator(".wl-moment")).to_have_count(3)


def test_a_project_of_another_clip_is_refused(page, visit, address, tmp_path):
    saved = fetch(page, "json")
    other = clips.flash_and_beep(tmp_path / "flashes.mp4")
    later = visit(address)
    upload(later, saved, other)
    expect(later.locator("#trouble")).to_contain_text("made for another file")


def test_taste_is_learnt_only_when_asked_and_forgotten_in_one_click(page):
    act(page, 0, "pin")
    expect(page.locator(".wl-moment").first).to_contain_text("you kept it")
    expect(page.locator("[data-liked]")).to_have_count(0)
    page.click("text=Your taste")
    expect(page.locator("#learnt")).to_contain_text("Off")
    page.check("#learning input")
    expect(page.locator("#learnt")).to_contain_text("Nothing learnt yet")
    page.locator("[data-liked='1']").nth(1).click()
    expect(page.locator("#learnt")).to_contain_text("You tend to keep faces")
    page.reload()
    page.click("text=Your taste")
    expect(page.locator("#learnt")).to_contain_text("You tend to keep faces")
    page.click("#forget")
    expect(page.locator("#learnt")).to_contain_text("Nothing learnt yet")


# -- for everybody ---------------------------------------------------------------------------------


def breaches(page) -> list[str]:
    """What axe finds against WCAG A and AA."""
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = Axe().run(page, options=rules).response["violations"]
    return [f"{each['id']}: {node['html'][:150]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(visit, address, clip, scheme):
    page = visit(address, color_scheme=scheme)
    assert breaches(page) == []
    open_clip(page, clip)
    summarize(page)
    for fold in ("What it should be about", "Your taste", "For researchers"):
        page.click(f"text={fold}")
    page.check("#learning input")
    act(page, 0, "pin")
    expect(page.locator(".wl-moment").first).to_contain_text("you kept it")
    act(page, 2, "drop")
    page.fill("#other-want textarea", "music")
    page.click("#compare")
    expect(page.locator("#comparison section")).to_have_count(2)
    page.click("#render")
    expect(page.locator("#reel video")).to_be_visible()
    page.click(".wl-twin summary")
    assert breaches(page) == []
    page.get_by_role("tab", name="Annotate").click()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your name").press("Tab")  # to the box below, where keys still score
    expect(page.locator("#note-event")).to_contain_text("Event 1 of 3")
    page.keyboard.press("4")
    expect(page.locator("#note-event-card")).to_contain_text("Saved")
    assert breaches(page) == []
