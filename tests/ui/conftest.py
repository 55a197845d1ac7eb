"""A real Chromium over a real server. No request may leave this machine, no script may fail."""

import os
import shutil
import socket
from contextlib import closing
from pathlib import Path

import pytest

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


@pytest.fixture(scope="session")
def chromium():
    """A browser; without one the tests are skipped, on CI they fail."""
    from playwright import sync_api as playwright

    from tests.ui.steps import PATIENCE

    playwright.expect.set_options(timeout=PATIENCE)
    named = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with playwright.sync_playwright() as running:
        program = Path(named or running.chromium.executable_path)
        if not program.exists():
            message = f"no Chromium at {program}; set CHROMIUM or install one"
            pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
        browser = running.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--autoplay-policy=no-user-gesture-required",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def start(tmp_path_factory):
    """Serves a page over a given summarizer; gives its address."""
    from ui.page import serve

    pages = []

    def start(summarizer, **options) -> str:
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        kept = tmp_path_factory.mktemp("ledger") / "annotations.sqlite"
        options = {"server_name": "127.0.0.1", "server_port": port, "quiet": True, **options}
        pages.append(serve(summarizer, annotations=kept, **options))
        return f"http://127.0.0.1:{port}/"

    yield start
    for page in pages:
        page.close()


@pytest.fixture
def visit(chromium):
    """Opens an address as a new viewer, with nothing but this machine in reach."""
    from tests.ui.steps import PATIENCE, record

    contexts, outside, broken, expected = [], [], [], []

    def note(request):  # a route would switch the cache off and ask Python for every file
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            outside.append(request.url)

    def visit(address: str, width: int = 1280, height: int = 900, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.on("request", note)
        page = context.new_page()
        record(page)
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: broken.append(error.stack or str(error)))
        page.on("dialog", lambda dialog: broken.append(f"a dialog: {dialog.message}"))
        page.goto(address)
        page.wait_for_selector("#upload")
        return page

    visit.expects = expected.append  # part of an error that a test brings about on purpose
    yield visit
    for context in contexts:
        context.close()
    assert outside == [], "requests left this machine"
    assert [each for each in broken if not any(part in each for part in expected)] == []
