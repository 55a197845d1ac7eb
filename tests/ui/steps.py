"""What a viewer does on the page, step by step.

Machines may be busy, so nothing here counts on seeing what only stands for a moment: the page keeps
a record of where its player was sent, and `settle` waits until it has got all it asked for.
"""

from collections.abc import Callable
from pathlib import Path
from weakref import WeakKeyDictionary

from playwright.sync_api import Page, Request, expect

PATIENCE = 120_000  # ms until something expected counts as missing
AT_WORK = 300_000  # ms, where a real clip is watched meanwhile
PAUSE = 250  # ms; whatever the page puts off, it puts off for less

KEEP = """
document.addEventListener("seeking", ({ target }) => {
  if (target.matches("#player video")) window.sought = target.currentTime;
}, true);

const asked = new Set(), done = new Set(); // events of the page, as gradio's queue names them
window.owed = () => [...asked].filter((event) => !done.has(event)).length;
const { fetch } = window;
const hear = async (stream) => {
  let rest = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    const messages = (rest + part).split("\\n\\n");
    rest = messages.pop();
    for (const message of messages) {
      const told = JSON.parse(message.slice("data: ".length));
      if (told.msg === "process_completed") done.add(told.event_id);
    }
  }
};
window.fetch = async (input, init) => {
  const url = String(input.url ?? input);
  if (url.endsWith("/cancel")) done.add(JSON.parse(init.body).event_id);
  const reply = await fetch(input, init);
  if (url.includes("/queue/join")) reply.clone().json().then((it) => asked.add(it.event_id));
  if (url.includes("/queue/data") && reply.ok) hear(reply.clone().body).catch(() => {});
  return reply;
};
"""
REST = """(pause) => new Promise((done) => {
  setTimeout(() => requestAnimationFrame(() => setTimeout(() => done(window.owed() === 0))), pause);
})"""


class Traffic:
    """What a page asked for, but for what it plays and the lines that stay open."""

    def __init__(self, page: Page):
        self.begun, self.open = 0, set()
        page.on("request", self.begin)
        page.on("requestfinished", self.end)
        page.on("requestfailed", self.end)

    def begin(self, request: Request):
        lasting = "/heartbeat/" in request.url or "/queue/data" in request.url
        if request.resource_type != "media" and not lasting:
            self.begun += 1
            self.open.add(request)

    def end(self, request: Request):
        self.open.discard(request)


TRAFFIC: WeakKeyDictionary[Page, Traffic] = WeakKeyDictionary()


def record(page: Page):
    """From its first request on, know what the page waits for and where its player was sent."""
    TRAFFIC[page] = Traffic(page)
    page.add_init_script(KEEP)


def until(page: Page, true: Callable[[], bool], patience: int = PATIENCE):
    """Wait for what is not to be seen on the page."""
    for _ in range(patience // 100):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came true")


def settle(page: Page, patience: int = PATIENCE):
    """Wait until the page has got and drawn all that it asked for, and asks for nothing more."""
    traffic = TRAFFIC[page]

    def at_rest() -> bool:
        begun = traffic.begun
        answered = page.evaluate(REST, PAUSE)
        return answered and not traffic.open and traffic.begun == begun

    until(page, lambda: not traffic.open and at_rest(), patience)


def upload(page, *paths):
    page.set_input_files("#upload input[type=file]", [str(path) for path in paths])


def open_clip(page, path):
    upload(page, path)
    expect(page.locator("#player video")).to_be_visible()


def summarize(page, patience: int = PATIENCE):
    """Have the whole clip watched, and all that follows from it shown."""
    page.click("#go")
    expect(page.locator("#status")).to_contain_text("Done in", timeout=patience)
    expect(page.locator("#go")).to_be_visible()
    settle(page, patience)


def position(page) -> float:
    return page.evaluate("document.querySelector('#player video').currentTime")


def pause(page):
    page.evaluate("document.querySelector('#player video').pause()")


def slow_down(page, times: float):
    """Let the player take its time, so that nothing is over before it was looked at."""
    page.evaluate("(by) => { document.querySelector('#player video').playbackRate /= by; }", times)


def click_curve(page, share: float):
    """Click in the curve, this share of the way along; plotly wants to be hovered first."""
    area = page.locator("#curve .nsewdrag")
    box = area.bounding_box()
    there = {"x": box["width"] * share, "y": box["height"] / 2}
    area.hover(position=there)
    page.wait_for_selector("#curve .hoverlayer .legend, #curve .hoverlayer .hovertext")
    area.click(position=there)


def plays(page, player: str) -> bool:
    """Whether time goes by in a player that has a picture."""
    page.evaluate("(q) => document.querySelector(q).play()", player)
    page.wait_for_function("(q) => document.querySelector(q).currentTime > 0.2", arg=player)
    return page.evaluate("(q) => document.querySelector(q).videoWidth", player) > 0


def seeks_to(page, start: float, end: float):
    """The last place that the player was sent to is within these seconds."""
    page.wait_for_function("([a, b]) => window.sought >= a && window.sought < b", arg=[start, end])


def moments(page) -> list[list[float]]:
    """Start and end of every highlight that is listed."""
    return page.eval_on_selector_all(
        ".wl-moment", "(all) => all.map((it) => [+it.dataset.seek, +it.dataset.end])"
    )


def fetch(page, name: str) -> Path:
    """An export, downloaded."""
    with page.expect_download() as download:
        page.click(f"[data-export={name}]")
    saved = Path(download.value.path())
    return saved.rename(saved.with_name(f"{saved.name}-{download.value.suggested_filename}"))
