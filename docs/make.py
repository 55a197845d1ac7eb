"""Takes the README's pictures of the page as it is today: python docs/make.py"""

import os
import shutil
import socket
import sys
import tempfile
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
SHOTS = (  # file, example, wish, width, height, colours
    ("page.png", "match", "the goals", 1440, 1080, "light"),
    ("dark.png", "day", "music at night", 1440, 1080, "dark"),
    ("phone.png", "lecture", "the waggle dance", 390, 844, "light"),
)


def main() -> None:
    from playwright.sync_api import sync_playwright

    from summarizer import load
    from ui.page import serve

    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as cache, sync_playwright() as playwright:
        served = serve(
            load(cache=Path(cache)),
            annotations=Path(cache) / "annotations.sqlite",
            server_name="127.0.0.1",
            server_port=port,
            quiet=True,
        )
        program = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for shot in SHOTS:
            take(browser, f"http://127.0.0.1:{port}/", *shot)
        annotate(browser, f"http://127.0.0.1:{port}/")
        browser.close()
        served.close()


def take(browser, address: str, file: str, example: str, want: str, *look) -> None:
    """Summarize an example as a visitor would, and save what they see."""
    page = summarized(browser, address, example, want, *look)
    page.locator("#story .wl-seek").first.click()
    page.wait_for_timeout(2500)  # the curve draws itself, the player shows the moment
    page.mouse.move(0, 0)
    page.screenshot(path=ROOT / "docs" / file)
    page.close()


def summarized(browser, address: str, example: str, want: str, *look):
    """A page with a summary of an example."""
    width, height, colours = look
    size = {"width": width, "height": height}
    page = browser.new_page(viewport=size, color_scheme=colours)
    page.goto(address)
    page.set_input_files("#upload input[type=file]", ROOT / "examples" / f"{example}.mp4")
    page.wait_for_selector("#player video", timeout=60_000)
    page.fill("#want textarea", want)
    page.click("#go")
    page.wait_for_selector("text=Done in", timeout=120_000)
    page.wait_for_selector("#story .wl-seek")
    return page


def annotate(browser, address: str) -> None:
    """Score a few events of an example, and save what is seen."""
    page = summarized(browser, address, "match", "the goals", 1440, 1080, "light")
    page.get_by_role("tab", name="Annotate").click()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your name").press("Tab")
    page.wait_for_selector("#note-event :text('Event 1 of')")
    for key in "3]1]4]5]2]":
        page.keyboard.press(key)
        page.wait_for_timeout(300)
    page.wait_for_timeout(1500)
    page.mouse.move(0, 0)
    page.screenshot(path=ROOT / "docs" / "annotate.png")
    page.close()


if __name__ == "__main__":
    main()
