"""A hub that speaks enough of the real one's language, on this machine, and can misbehave."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 1000  # bytes from which a file counts as large, and has a sha256


@dataclass
class Hub:
    """One repository: its files, what went wrong with it, and what it was asked."""

    files: dict[str, bytes]
    repo: str = "some/model"
    wrong: dict[str, bytes] = field(default_factory=dict)  # sent in place of the listed content
    stalls_at: int = 0  # bytes of a large file after which nothing more comes
    cuts_at: int = 0  # bytes after which the connection is closed, once
    refuses: tuple[int, str] = (0, "")  # a status and an error code for every file
    moves_to: str = ""  # another host that has the large files
    asked: list[tuple[str, str, dict]] = field(default_factory=list)
    endpoint: str = ""

    def paths(self, method: str = "GET") -> list[str]:
        return [path for way, path, _ in self.asked if way == method]

    def ranges(self) -> list[str]:
        return [headers["Range"] for _, _, headers in self.asked if "Range" in headers]


def listed(name: str, data: bytes) -> dict:
    git = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    entry = {"rfilename": name, "size": len(data), "blobId": git}
    if len(data) >= LARGE:
        digest = hashlib.sha256(data).hexdigest()
        entry["lfs"] = {"sha256": digest, "size": len(data), "pointerSize": 130}
    return entry


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # those who hang up, on purpose
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        hub, path = self.hub, urlsplit(self.path).path
        hub.asked.append((self.command, path, dict(self.headers)))
        if path in (f"/api/models/{hub.repo}", f"/api/models/{hub.repo}/revision/{COMMIT}"):
            files = [listed(name, data) for name, data in hub.files.items()]
            self.json({"id": hub.repo, "sha": COMMIT, "siblings": files})
        elif path.startswith(f"/api/models/{hub.repo}/revision/"):
            self.refuse(404, "RevisionNotFound")
        elif path.startswith(f"/{hub.repo}/resolve/{COMMIT}/"):
            self.file(path.rpartition("/")[2])
        else:
            self.refuse(401, "RepoNotFound")

    def file(self, name: str) -> None:
        hub, data = self.hub, self.hub.files[name]
        if hub.refuses[0]:
            return self.refuse(*hub.refuses)
        if hub.moves_to and len(data) >= LARGE:
            self.send_response(302)
            self.send_header("Location", hub.moves_to + self.path)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        data = hub.wrong.get(name, data)
        first = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        self.send_response(206 if "Range" in self.headers else 200)
        self.send_header("Content-Length", str(len(data) - first))
        self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "HEAD":
            return None
        large = len(data) >= LARGE
        if large and hub.stalls_at:
            self.wfile.write(data[first : hub.stalls_at])
            self.wfile.flush()
            return time.sleep(60)
        if large and hub.cuts_at:
            self.wfile.write(data[first : hub.cuts_at])
            self.close_connection, hub.cuts_at = True, 0
            return None
        self.wfile.write(data[first:])
        return None

    def json(self, value) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()


# -- a user of it -------------------------------------------------------------------------------

RUN = """
import shutil, sys
from summarizer.models.hub import WEIGHTS, File, Weights
files = (File("config.json"), File("{weights}", {size}, "{sha256}"))
WEIGHTS["some"] = Weights("some", "some/model", "{commit}", "{licence}", 1, files)
{more}
from summarizer.weights import main
sys.exit(main(sys.argv[1:]))
"""


class Place:
    """A user's folders, and the command run for them."""

    def __init__(self, root: Path):
        self.root = root
        self.snapshot = root / "hub" / "models--some--model" / "snapshots" / COMMIT
        self.blobs = root / "hub" / "models--some--model" / "blobs"

    def start(
        self, hub: Hub, words=("get", "some"), environment=None, stderr=subprocess.PIPE, **pins
    ):
        pins = {"size": 0, "sha256": "", "commit": COMMIT, "licence": "MIT", "more": ""} | pins
        pins = {"weights": "model.safetensors"} | pins
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING"))}
        places = {
            "HF_ENDPOINT": hub.endpoint,
            "HF_HOME": str(self.root / "home"),
            "HF_HUB_CACHE": str(self.root / "hub"),
            "XDG_DATA_HOME": str(self.root / "data"),
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }
        return subprocess.Popen(
            [sys.executable, "-c", RUN.format(**pins), *words],
            cwd=ROOT,
            env=kept | places | (environment or {}),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            # a run in the background ignores it, and so would what it starts
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, hub: Hub, words=("get", "some"), **options) -> tuple[int, str, str]:
        process = self.start(hub, words, **options)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err
