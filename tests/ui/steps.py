"""What a viewer does on the page, step by step."""

from pathlib import Path

from playwright.sync_api import expect


def upload(page, *paths):
    page.set_input_files("#upload input[type=file]", [str(path) for path in paths])


def open_clip(page, path):
    upload(page, path)
    expect(page.locator("#player video")).to_be_visible()


def summarize(page):
    page.click("#go")
    expect(page.locator("#stop")).to_be_visible()
    expect(page.locator("#status")).to_contain_text("Done in")
    expect(page.locator("#go")).to_be_visible()


def position(page) -> float:
    return page.evaluate("document.querySelector('#player video').currentTime")


def pause(page):
    page.evaluate("document.querySelector('#player video').pause()")


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
    page.wait_for_function(
        "([a, b]) => { const t = document.querySelector('#player video').currentTime;"
        " return t >= a && t < b; }",
        arg=[start, end],
    )


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
