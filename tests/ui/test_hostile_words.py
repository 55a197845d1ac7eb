"""Words of strangers in every place of the real page: they are read, and nothing of them acts."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import numpy as np
import pytest
from playwright.sync_api import expect

from summarizer import Length, Preference, load
from summarizer.exports import FORMS, export
from summarizer.schema import QUOTABLE, Answer, Line, Perception
from tests import clips
from tests.payloads import PAYLOADS, PLAIN, markup, shape, steering
from tests.perceptions import at, perception, video
from tests.ui.fake import Fake
from tests.ui.steps import fetch, settle, summarize, upload
from ui import cards, views
from ui.edits import Edits

EVERYTHING = " ".join(PAYLOADS.values())
TURNED = """() => {
  const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const around = texts.currentNode.parentElement, look = getComputedStyle(around);
    const inside = look.display !== "inline" || look.unicodeBidi.startsWith("isolate");
    if (texts.currentNode.data.includes("\\u202e") && !inside && !around.closest("svg"))
      found.push(around.outerHTML.slice(0, 60));
  }
  return found;
}"""


# -- what was heard and read in a video -----------------------------------------------------------


def told(word: str, source: str, want: str):
    """What becomes of a video in which somebody says, or shows, this word."""
    of = replace(video(60.0), name=f"{word.replace('/', '')}.mp4")
    curves = {name: at(60, (10, 20)) for name in ("loudness", "words", "movement")}
    words = (word, f"penguins {word}", f"{word} penguins")
    lines = [Line(10.0 * at + 1.0, 10.0 * at + 5.0, each, source) for at, each in enumerate(words)]
    seen = perception(of, curves, lines=lines)
    summarizer = load()
    summary = summarizer.choose(seen, Preference(want=want, length=Length(0.4, "share")))
    for each in summarizer.tell(seen, summary):
        summary = each
    assert summary.story
    return summary


def shown(summary) -> str:
    one, dark = (views.curve(summary, dark).to_json() for dark in (False, True))
    assert not markup(one) and not markup(dark)
    assert not markup(views.rivals(summary, summary, False).to_json())
    return "".join([
        *(views.answer(summary), views.story(summary), views.facts(summary.video)),
        *(cards.highlights(summary, Edits(), rated=True), cards.comparison(summary, summary)),
        *(views.legend(summary), cards.twin(summary)),
    ])  # fmt: skip


@pytest.mark.parametrize("want", ["", "penguins", "that very word"])
@pytest.mark.parametrize("source", QUOTABLE)
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_what_is_heard_or_read_in_a_video_stays_words(payload, source, want, tmp_path):
    found, usual = (
        told(word, source, word if want == "that very word" else want) for word in (payload, PLAIN)
    )
    assert set(shape(shown(found))) <= set(shape(shown(usual)))
    for name in ("srt", "vtt", "csv", "story"):
        assert steering(export(found, name, tmp_path).read_text()) == "", name


# -- the page -------------------------------------------------------------------------------------


class Stranger(Fake):
    """Says this word wherever a video, a model or a person has one."""

    dossier = True

    def __init__(self, word: str):
        super().__init__(seconds=12.0)
        self.word = word

    def perceiving(self, path: Path):
        for step in super().perceiving(path):
            yield replace(step, perception=self.said(step.perception))

    def said(self, seen: Perception) -> Perception:
        curves = tuple(replace(each, name=f"{self.word} {each.name}") for each in seen.curves)
        return replace(seen, curves=curves, notes=(self.word,))

    def choose(self, seen: Perception, preference: Preference):
        chosen = super().choose(seen, preference)
        moments = tuple(replace(each, why=f"{each.why} {self.word}") for each in chosen.highlights)
        lines = (Line(0.0, 4.0, self.word, "screen-text"),)
        answer = Answer("found", f"Found: {self.word}", 3.0)
        more = {"titles": lines, "note": self.word, "heard_by": self.word}
        return replace(chosen, highlights=moments, answer=answer, **more)

    def tell(self, seen: Perception, summary):
        for each in super().tell(seen, summary):
            *before, last = each.story
            said = replace(last, text=f"{last.text} {self.word}", evidence=(self.word,))
            yield replace(each, story=(*before, said))

    def feelings(self, seen: Perception):
        names, shares = ("neutral", self.word), np.full((seen.video.rows, 2), 0.5)
        return SimpleNamespace(names=names, probabilities=shares, made_by=self.word)

    def evidence(self, seen: Perception, summary):
        each = SimpleNamespace(
            feeling=self.word, before="", tags=(self.word,), facts=(self.word,),
            captions=(Line(0, 5, self.word, "captions"),),
        )  # fmt: skip
        return (each,) * len(summary.highlights)

    def export(self, summary, name: str, folder: Path) -> Path:
        return export(summary, name, folder)

    exports = tuple(FORMS.values())


def unharmed(page):
    """Nothing acted, nothing was added, and nothing turns what is beside it."""
    assert page.evaluate("window.pwned") is None
    added = "img[src=x], a[href^=javascript], [onmouseover], [onfocus], [onload], h1 + h1"
    assert page.locator(added).count() == 0
    assert page.get_by_role("heading", name="mine", exact=True).count() == 0
    assert page.evaluate(TURNED) == []


@pytest.fixture(scope="module")
def address(start):
    return start(Stranger(EVERYTHING))


@pytest.mark.browser
def test_nothing_of_them_acts_on_the_page(visit, address, tmp_path):
    name = EVERYTHING.replace("/", "").replace("\n", "").encode()[:180].decode(errors="ignore")
    clip = clips.with_cuts(tmp_path / "clip.mp4").rename(tmp_path / f"{name}.mp4")
    page = visit(address)
    upload(page, clip)
    expect(page.locator("#player video")).to_be_visible()
    page.fill("#want textarea", EVERYTHING)
    summarize(page)
    expect(page.locator("#answer h2")).to_contain_text("window.pwned=1")
    unharmed(page)
    page.locator("#curve .nsewdrag").hover()  # says the names of all curves
    expect(page.locator("#curve .hoverlayer")).to_contain_text("<script")
    expect(page.locator("#felt b").first).to_contain_text("<script>")
    page.fill("#other-want textarea", EVERYTHING)
    page.click("#compare")
    expect(page.locator("#comparison section")).to_have_count(2)
    page.locator("#research .label-wrap").click()
    page.locator("#inside input").check()
    expect(page.locator("#texts .wl-side")).to_have_count(2)
    settle(page)
    unharmed(page)
    saved = fetch(page, "json")
    again = visit(address)  # a project with all of it comes back with its clip
    upload(again, clip, saved)
    expect(again.locator("#answer h2")).to_contain_text("window.pwned=1")
    settle(again)
    unharmed(again)


@pytest.mark.browser
def test_nothing_of_them_acts_where_people_annotate(visit, address, tmp_path):
    page = visit(address)
    upload(page, clips.with_cuts(tmp_path / "clip.mp4"))
    expect(page.locator("#player video")).to_be_visible()
    summarize(page)
    page.get_by_role("tab", name="Annotate").click()
    page.fill("#note-name input, #note-name textarea", EVERYTHING[:200])
    page.locator("#note-name input, #note-name textarea").blur()
    expect(page.locator(".wl-line").first).to_be_visible()
    page.locator("[data-note=score][data-score='4']").click()
    page.fill(".wl-event textarea", EVERYTHING)
    page.locator(".wl-event textarea").blur()
    expect(page.locator(".wl-agree th[scope=row]")).to_contain_text("<script>")
    settle(page)
    unharmed(page)


@pytest.mark.browser
def test_the_figure_that_is_saved_does_nothing(visit, chromium, address, tmp_path):
    page = visit(address)
    upload(page, clips.with_cuts(tmp_path / "clip.mp4"))
    expect(page.locator("#player video")).to_be_visible()
    page.fill("#want textarea", EVERYTHING)
    summarize(page)
    saved, asked = fetch(page, "html"), []
    kept = chromium.new_page()
    kept.on("request", lambda request: asked.append(request.url))
    kept.goto(saved.as_uri())
    expect(kept.locator(".legendtext").filter(has_text="<script>")).to_have_count(6)
    unharmed(kept)
    assert [each for each in asked if not each.startswith(("file:", "data:", "blob:"))] == []
    kept.close()


@pytest.mark.browser
def test_a_film_that_is_a_page_as_well_runs_nothing(visit, address, tmp_path):
    page = visit(address)
    upload(page, clips.with_cuts(tmp_path / "clip.mp4"))
    expect(page.locator("#player video")).to_be_visible()
    link = page.get_attribute("#player video", "src")
    room = Path(unquote(link.partition("file=")[2])).parent
    (room / "film.html").write_text(f"{PAYLOADS['script']}<p>a page</p>")
    page.goto(f"{address}{link.replace('clip.mp4', 'film.html')}")
    expect(page.get_by_text("a page")).to_be_visible()
    assert page.evaluate("window.pwned") is None
