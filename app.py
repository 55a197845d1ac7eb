"""The page as a program: flags, load, build, launch. Also where a Hugging Face Space starts.

python app.py --port 7860 --max-minutes 30
"""

try:  # noqa: SIM105  nothing may be imported before it
    import spaces  # noqa: F401  on a Space: first of all, before anything looks for a GPU
except ImportError:
    pass

import argparse
import os
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

MB = 1 << 20
SPACE = {"mb": 500.0, "minutes": 20.0}  # what a Space takes, if no flag says otherwise
HERE = {"mb": 2048.0, "minutes": 180.0}
BOTH = (
    "--mcp knows no passwords, so it can't be served with --auth; leave one of them away, or put a "
    "proxy that asks for one in front of --mcp"
)
NO_MCP = "--mcp needs an extra that is not installed; get it with: pip install '.[mcp]'"


def flags(arguments: list[str] | None = None) -> argparse.Namespace:
    most = SPACE if os.environ.get("SPACE_ID") else HERE
    parser = argparse.ArgumentParser(description="Serve the page.", prog="app.py")
    add = parser.add_argument
    add("--host", help="address to listen on (default: 127.0.0.1, or what a Space sets)")
    add("--port", type=int, help="port to listen on (default: the first free one from 7860)")
    add("--preset", default="offline", help="which system to run (default: %(default)s)")
    add("--set", action="append", default=[], metavar="A.B=V", help="change a setting; repeatable")
    add("--max-mb", type=amount, default=most["mb"], help="largest upload (default: %(default)g)")
    add("--max-minutes", type=amount, default=most["minutes"], help="(default: %(default)g)")
    add("--cache", type=Path, metavar="DIR", help="where to keep what was perceived")
    add(
        "--auth", type=pair, metavar="USER:PASSWORD", help="ask visitors for this name and password"
    )
    add("--share", action="store_true", help="also open a public link through gradio's tunnel")
    add("--mcp", action="store_true", help="also serve the API as MCP tools")
    add("--annotations", type=Path, metavar="FILE", help="where the annotators' work is kept")
    return parser.parse_args(arguments)


def amount(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"it is a number above 0, not {text}")
    return number


def pair(text: str) -> tuple[str, str]:
    user, colon, password = text.partition(":")
    if not (user and colon and password):
        raise argparse.ArgumentTypeError("it takes the form USER:PASSWORD")
    return user, password


def open_page(options: argparse.Namespace):
    """Load the summarizer and serve the page; returns the summarizer and the running page."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from summarizer import SummarizerError, load

    if options.mcp and find_spec("mcp") is None:
        raise SummarizerError(NO_MCP)
    if options.mcp and options.auth:
        raise SummarizerError(BOTH)
    from ui import gpu
    from ui.page import serve

    limits = [
        f"limits.bytes={round(options.max_mb * MB)}",
        f"limits.seconds={options.max_minutes * 60}",
    ]
    summarizer = load(
        options.preset,
        overrides=[*limits, *options.set],
        cache=options.cache,
        encode=gpu.encode,
        write=gpu.write,
    )
    kept = {"annotations": options.annotations} if options.annotations else {}
    return summarizer, serve(
        summarizer,
        server_name=options.host,
        server_port=options.port,
        auth=options.auth,
        share=options.share,
        mcp_server=options.mcp,
        **kept,
    )


def main() -> None:
    from summarizer import SummarizerError
    from summarizer.files import Scratch

    options = flags()
    try:
        with Scratch() as uploads:  # gradio's own place for them is open to everybody here
            os.environ.setdefault("GRADIO_TEMP_DIR", str(uploads))
            summarizer, page = open_page(options)
            threading.Thread(target=summarizer.warm, daemon=True).start()
            page.block_thread()
    except (SummarizerError, OSError) as error:  # OSError: the port is taken
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
