"""The report in a real browser without a network, by day and by night."""

import os
import shutil
from pathlib import Path

import pytest

from summarizer.evaluate.pages import by_task, page
from summarizer.evaluate.report import describe
from summarizer.evaluate.room import Measure, Options, Protocol, Record
from summarizer.evaluate.runs import Outcome

LIGHTNESS = """colour => {
  const [r, g, b] = colour.match(/[\\d.]+/g).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}"""
COLOURS = f"""() => {{
  const light = {LIGHTNESS};
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const texts = [...document.querySelectorAll("h1, td, figcaption")].map(each =>
    getComputedStyle(each).color);
  const drawn = [...document.querySelectorAll(".xtick text, .ytick text, .legendtext")].map(each =>
    getComputedStyle(each).fill);
  return [texts, drawn].map(all => Math.min(...all.map(each => {{
    const ink = light(each);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  }})));
}}"""


class Job:
    tasks, notes, lacks = (), (), {}

    def pool(self, records):
        return {}


@pytest.fixture
def outcome() -> Outcome:
    records = [
        Record(
            f"<b onclick=alert(1)>t{n}</b><script>alert(2)</script>",
            way,
            {"F1": (n * 7 % 12) / 12, "loss": n},
            curves={"<img src=x onerror=alert(3)>": [0, n, 1]},
        )
        for way in ("mine", "random", "<i>other</i>")
        for n in range(12)
    ]
    measures = (Measure("F1", "the first"), Measure("loss", "the second", better="lower"))
    protocol = Protocol("what a toy is worth", measures, Job)
    return Outcome("toy", protocol, Options(Path("data"), preset="mine"), Job(), tuple(records))


def test_a_task_is_one_point_however_often_it_was_judged():
    records = [Record("t", "w", {"F1": value}, seed=seed) for seed, value in enumerate((0, 1, 5))]
    records += [Record("u", "w", {"F1": 3}), Record("u", "x", {"F1": 9}), Record("v", "w")]
    assert by_task(records, "w", "F1") == {"t": 2, "u": 3}


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_drawn_and_legible_without_a_network(outcome, tmp_path, scheme):
    from playwright.sync_api import sync_playwright

    target = tmp_path / "records.html"
    target.write_text(page(outcome, describe(outcome)), encoding="utf-8")
    named = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as running:
        program = named or running.chromium.executable_path
        if not Path(program).exists():
            message = f"no Chromium at {program}; set CHROMIUM or install one"
            pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
        browser = running.chromium.launch(executable_path=program, args=["--no-sandbox"])
        seen = browser.new_page(color_scheme=scheme)
        asked, broken = [], []
        seen.on("request", lambda request: asked.append(request.url))
        seen.on("pageerror", lambda error: broken.append(str(error)))
        seen.on("dialog", lambda dialog: broken.append(dialog.message))
        seen.goto(target.as_uri())
        seen.wait_for_function("document.querySelectorAll('.main-svg .xtick').length > 0")
        figures = len(outcome.protocol.measures) + 10
        seen.wait_for_function(f"document.querySelectorAll('.cartesianlayer').length == {figures}")
        point = seen.locator(".boxlayer .point").first
        point.scroll_into_view_if_needed()
        point.hover(force=True)
        seen.wait_for_selector(".hoverlayer .hovertext")
        assert "<b onclick" in seen.locator(".hoverlayer .hovertext").first.text_content()
        assert seen.locator("body script, figure img, b[onclick]").count() == figures
        words, drawn = seen.evaluate(COLOURS)
        assert words >= 4.5 and drawn >= 4.5
        assert seen.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
        assert broken == []
        browser.close()
