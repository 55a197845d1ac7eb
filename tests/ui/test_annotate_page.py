"""The annotator's path in a real browser, over a server that is killed in the middle."""

import csv
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from summarizer.annotations import read
from tests import clips
from tests.ui.fake import Fake
from tests.ui.steps import settle, upload

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent.parent
BLOCK = "#note-board .wl-block"
NUMBERS = count()


class Server:
    """The page in a process of its own, on one port and one ledger, however often it is killed."""

    def __init__(self, ledger: Path):
        self.ledger = ledger
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/"
        self.process = None

    def start(self) -> str:
        command = [sys.executable, "-m", "tests.ui.annotating", str(self.ledger), str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"}
        )
        while self.process.poll() is None:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self.address
            time.sleep(0.25)
        raise RuntimeError("the server did not come up")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("ledger") / "annotations.sqlite")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def clip(tmp_path):
    """A clip of its own for every test, so that no test meets another's scores."""
    return clips.with_cuts(tmp_path / "four shots.mp4", (3 + next(NUMBERS) / 25, 3, 3, 3))


def enter(page, clip, name="", want="", summarize=True):
    """Open the clip, have it summarized, go to the tab and say who is there."""
    upload(page, clip)
    expect(page.locator("#opened")).to_contain_text(Fake().probe(clip).sha256)
    if summarize:
        page.fill("#want textarea, #want input", want)
        page.click("#go")
    page.get_by_role("tab", name="Annotate").click()
    if name:
        sign(page, name)
    expect(page.locator(BLOCK)).to_have_count(3)
    if summarize:
        expect(page.locator(".wl-line-model")).to_have_count(1)
    page.wait_for_function("document.querySelector('#note-player video')?.readyState > 0")


def sign(page, name):
    page.fill("#note-name input, #note-name textarea", name)
    page.keyboard.press("Enter")
    page.locator("#note-name input, #note-name textarea").blur()
    page.wait_for_function(
        "(name) => JSON.parse(document.querySelector('[data-board]')?.dataset.board ?? '{}')"
        ".annotator === name",
        arg=name,
    )


def saved(page, words):
    expect(page.locator("#note-event .wl-saved")).to_contain_text(words)
    expect(page.locator("#note-event .wl-saved")).to_be_visible()


def scored(page, *scores):
    for block, score in enumerate(scores):
        told = f"score {score}" if score else "not scored"
        label = re.compile(f", {told}$")
        expect(page.locator(BLOCK).nth(block)).to_have_attribute("aria-label", label)


def times(page):
    return page.locator("#note-event .wl-event-times")


def now(page) -> float:
    return page.evaluate("document.querySelector('#note-player video').currentTime")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


# -- by keyboard ----------------------------------------------------------------------------------


def test_score_move_and_undo_by_keys(visit, server, clip):
    page = visit(server.address)
    enter(page, clip, "Ann")
    expect(page.locator("#note-event .wl-event-number")).to_have_text("Event 1 of 3")
    press(page, "4", "]", "2", "]", "5")
    saved(page, "3 of 3 events scored")
    scored(page, 4, 2, 5)

    press(page, "[")
    expect(times(page)).to_have_text("0:04.0 – 0:08.0")
    press(page, "Shift+ArrowRight")
    expect(times(page)).to_have_text("0:04.5 – 0:08.0")
    press(page, "ArrowRight", "ArrowRight", "ArrowRight")
    assert now(page) == pytest.approx(7, abs=0.1)
    press(page, "Shift+ArrowRight", "Shift+ArrowRight")
    expect(times(page)).to_have_text("0:04.5 – 0:09.0")
    press(page, "0")
    saved(page, "2 of 3")
    press(page, "u", "u", "u")
    expect(times(page)).to_have_text("0:04.5 – 0:08.0")
    saved(page, "3 of 3")
    press(page, "u", "u", "u", "u", "u", "u")
    saved(page, "0 of 3")
    expect(times(page)).to_have_text("0:04.0 – 0:08.0")


def test_space_plays_and_keys_are_off_while_writing(visit, server, clip):
    page = visit(server.address)
    enter(page, clip, "Ann")
    press(page, " ")
    page.wait_for_function("document.querySelector('#note-player video').currentTime > 0.2")
    press(page, " ")
    assert page.evaluate("document.querySelector('#note-player video').paused")
    press(page, "n")
    page.keyboard.type("12 u goals")
    press(page, "Escape", "3")
    saved(page, "1 of 3")
    expect(page.locator("#note-event textarea")).to_have_value("12 u goals")
    press(page, "u", "u")  # the score, then the whole note
    expect(page.locator("#note-event textarea")).to_have_value("")
    page.get_by_role("tab", name="Summarize").click()
    press(page, "5")
    page.get_by_role("tab", name="Annotate").click()
    saved(page, "0 of 3")


def test_by_mouse_too(visit, server, clip):
    page = visit(server.address)
    enter(page, clip, "Ann")
    page.locator(BLOCK).nth(1).click()
    page.click("#note-event [data-score='5']")
    page.click("#note-event [data-edge='end'][data-by='0.5']")
    expect(times(page)).to_have_text("0:04.0 – 0:08.5")
    settle(page)
    box = page.locator(".wl-line-listen .wl-plot").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + 8)
    expect(page.locator("#note-event .wl-event-number")).to_have_text("Event 3 of 3")
    assert now(page) == pytest.approx(9, abs=0.3)
    saved(page, "1 of 3")


# -- nothing is lost ------------------------------------------------------------------------------


def test_reload_and_resume_even_before_watching_again(visit, server, clip):
    page = visit(server.address)
    enter(page, clip, "Ann")
    press(page, "4", "]", "2", "Shift+ArrowRight")
    saved(page, "2 of 3")
    expect(page.locator(".wl-pending")).to_have_text("")
    page.reload()
    page.wait_for_selector("#upload")
    enter(page, clip, summarize=False)
    saved(page, "2 of 3 events scored")
    assert page.input_value("#note-name input, #note-name textarea") == "Ann"
    scored(page, 4, 2, None)
    press(page, "u", "u")
    saved(page, "1 of 3")


def test_a_killed_server_loses_nothing_and_undo_goes_on(visit, tmp_path, clip):
    server = Server(tmp_path / "annotations.sqlite")
    try:
        page = visit(server.start())
        enter(page, clip, "Ann")
        press(page, "4", "]", "2", "]", "1", "5")
        saved(page, "3 of 3")
        expect(page.locator(".wl-pending")).to_have_text("")
        visit.expects("Failed to fetch")  # whatever the page asks for now
        server.kill()
        press(page, "3")  # nobody hears this
        expect(page.locator(".wl-pending")).to_contain_text("Not saved yet")
        expect(page.locator("#note-event .wl-saved")).to_be_hidden()

        address = server.start()
        again = visit(address)
        enter(again, clip, "Ann", summarize=False)
        saved(again, "3 of 3")
        scored(again, 4, 2, 5)
        press(again, "u")
        expect(again.locator(BLOCK).nth(2)).to_have_attribute(
            "aria-label", "Event 3, 0:08.0 to 0:12.0, score 1"
        )
    finally:
        server.kill()


def test_a_lost_message_is_sent_again_and_counts_once(visit, server, clip):
    page = visit(server.address)
    enter(page, clip, "Ann")
    press(page, "2")
    saved(page, "1 of 3")
    swallowed = []

    def swallow(route):
        """The server hears it, the page hears nothing."""
        if not swallowed and '"orders"' in (route.request.post_data or ""):
            swallowed.append(route.fetch())  # and it hangs, as on a line that went dead
        else:
            route.fallback()

    page.route("**/gradio_api/**", swallow)
    press(page, "Shift+ArrowRight", "]", "Shift+ArrowRight")
    expect(page.locator(".wl-pending")).to_have_text("")
    assert swallowed
    expect(times(page)).to_have_text("0:04.5 – 0:08.0")
    press(page, "u", "u", "u")
    saved(page, "0 of 3")


# -- two people -----------------------------------------------------------------------------------


def test_two_annotators_and_how_they_agree(visit, server, clip):
    ann, bob = visit(server.address), visit(server.address)
    enter(ann, clip, "Ann")
    enter(bob, clip, "Bob")
    press(ann, "1", "]", "5", "]", "3")
    press(bob, "2", "]", "4", "]", "3")
    saved(ann, "3 of 3")
    saved(bob, "3 of 3")
    scored(ann, 1, 5, 3)
    scored(bob, 2, 4, 3)
    press(bob, "u", "3")
    saved(bob, "3 of 3")
    rows = bob.locator("#note-agreement tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Ann")
    expect(rows.nth(0)).to_contain_text("1.00 / 1.00 n 12")
    expect(bob.locator("#note-agreement")).to_contain_text("α of 2 annotators")
    sign(bob, "Ann")  # the same name goes on with the same work
    scored(bob, 1, 5, 3)


def test_without_a_name_nothing_is_kept(visit, server, clip):
    page = visit(server.address)
    enter(page, clip)
    press(page, "5")
    expect(page.locator(".wl-pending")).to_contain_text("Write your name first")
    scored(page, None, None, None)
    sign(page, "Ann")
    press(page, "5")
    saved(page, "1 of 3")


def test_blind_until_finished(visit, server, clip):
    page = visit(server.address)
    page.get_by_role("tab", name="Annotate").click()
    page.get_by_label("Blind").check()
    page.get_by_role("tab", name="Summarize").click()
    enter(page, clip, "Ann")
    expect(page.locator(".wl-line-model")).to_contain_text("hidden until you are finished")
    assert page.locator(".wl-line-model path").count() == 0
    press(page, "1", "]", "5", "]", "3")
    saved(page, "3 of 3 events scored · blind")
    expect(page.locator("#note-agreement")).to_contain_text("hidden until")
    page.click("#note-finish")
    expect(page.locator(".wl-line-model path")).to_have_count(1)
    saved(page, "blind · finished")
    expect(page.locator("#note-agreement")).not_to_contain_text("hidden until")


# -- ratings and files ----------------------------------------------------------------------------


def test_a_summary_is_rated_and_the_rating_comes_back(visit, server, clip):
    page = visit(server.address)
    enter(page, clip, "Ann", want="faces")
    for question, value in (("relevance", 5), ("coverage", 2), ("readability", 3)):
        page.locator(f"#note-{question} label", has_text=str(value)).last.click()
    expect(page.locator("#note-rated")).to_contain_text("Saved: 3 of 4 rated")
    page.reload()
    page.wait_for_selector("#upload")
    enter(page, clip, want="faces")
    expect(page.locator("#note-relevance label.selected")).to_have_text("5")
    expect(page.locator("#note-coverage label.selected")).to_have_text("2")
    expect(page.locator("#note-faithfulness label.selected")).to_have_count(0)


def test_exports_are_valid_and_come_back_by_import(visit, server, clip, tmp_path):
    page = visit(server.address)
    enter(page, clip, "Ann")
    press(page, "1", "]", "5", "]", "3")
    saved(page, "3 of 3")
    video = Fake(seconds=12.0).probe(clip)
    got = {}
    for form in ("csv", "videoxum", "tvsum"):
        with page.expect_download() as waiting:
            page.click(f"#note-{form}")
        download = waiting.value
        got[form] = tmp_path / "got" / download.suggested_filename
        download.save_as(got[form])
        (told,) = read(got[form], video)
        assert told.annotator == "Ann"
    with got["csv"].open(newline="", encoding="utf-8") as file:
        assert [row["score"] for row in csv.DictReader(file)] == ["1", "5", "3"]

    changed = tmp_path / "theirs.csv"
    changed.write_text(got["csv"].read_text(encoding="utf-8").replace(",Ann,", ",<b>Cleo</b>,"))
    page.set_input_files("#note-files input[type=file]", str(changed))
    expect(page.locator("#note-parcel")).to_contain_text("Added <b>Cleo</b>.")
    expect(page.locator("#note-agreement tbody tr")).to_have_count(2)
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    page.set_input_files("#note-files input[type=file]", str(bad))
    expect(page.locator("#note-parcel [role=alert]")).to_contain_text("bad.json")


# -- for everybody --------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_it_fits_and_is_accessible(visit, server, clip, width, theme):
    page = visit(f"{server.address}?__theme={theme}", width=width)
    enter(page, clip, "Ann <script>")
    press(page, "4", "]", "2")
    saved(page, "2 of 3")
    page.locator("#note-keys summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, context="#note", options={
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    }).response["violations"]  # fmt: skip
    assert [(each["id"], [n["html"] for n in each["nodes"]][:3]) for each in found] == []
