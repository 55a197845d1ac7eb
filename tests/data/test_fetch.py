"""Data sets and media come from a real server on this machine, each once, whatever happens."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import av
import pytest

from summarizer.data import download, fetching, manifest
from summarizer.data.fetching import Got, Limits
from summarizer.data.manifest import Example
from summarizer.data.readers.youtube import address
from summarizer.data.sources import SOURCES, File, Source
from summarizer.errors import SummarizerError
from tests import clips

ROOT = Path(__file__).parents[2]


KINDS = {".mp4": "video/mp4", ".m3u8": "application/vnd.apple.mpegurl"}

# -- the server -----------------------------------------------------------------------------------


@dataclass
class Site:
    """What a server has, how it misbehaves, and what it was asked."""

    files: dict[str, bytes]
    tag: str = '"one"'
    refuses: dict[str, list[int]] = field(default_factory=dict)  # statuses, one after the other
    cuts: dict[str, list[int]] = field(default_factory=dict)  # bytes after which it hangs up
    halts: dict[str, int] = field(default_factory=dict)  # bytes after which nothing more comes
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # way, path, range
    sent: Counter = field(default_factory=Counter)  # bytes by path
    open: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]


@contextmanager
def serving(files: dict[str, bytes], **how) -> Iterator[Site]:
    site = Site(files, **how)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # those who hang up, or are killed, on purpose
    site.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        site.open.set()
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        site, path = self.site, urlsplit(self.path).path
        wanted = self.headers.get("Range", "")
        site.asked.append((self.command, path, wanted))
        status = site.refuses[path].pop(0) if site.refuses.get(path) else 200
        if path not in site.files or status != 200:
            self.send_response(status if path in site.files else 404)
            self.send_header("Retry-After", "0")
            self.end_headers()
            return
        data, first = site.files[path], 0
        if wanted and self.headers.get("If-Range", site.tag) == site.tag:
            first = int(re.match(r"bytes=(\d+)-", wanted)[1])
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("Content-Type", KINDS.get(Path(path).suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(data) - first))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", site.tag)
        self.end_headers()
        if self.command == "GET":
            self.body(path, data, first)

    def body(self, path: str, data: bytes, first: int) -> None:
        site = self.site
        end = site.cuts[path].pop(0) if site.cuts.get(path) else len(data)
        halt = site.halts.get(path, end)
        for start in range(first, end, 1024):
            if start >= halt:
                site.open.wait(60)
                if not site.open.is_set():
                    return
            self.wfile.write(data[start : min(end, start + 1024)])
            site.sent[path] += min(end, start + 1024) - start
        self.wfile.flush()


@pytest.fixture(scope="session")
def clip(clip_folder) -> bytes:
    """A second of a real video, of about 60 kB."""
    how = {"codec": "mpeg4", "options": {"b": "600k"}}
    path = clips.film(clip_folder / "fetched.mp4", clips.shots((1,)), **how)
    return path.read_bytes()


def videos(clip: bytes, *names: str) -> dict[str, bytes]:
    """The clip under several names, each with an end of its own."""
    return {f"/{name}.mp4": clip + free(name.encode()) for name in names}


def free(data: bytes) -> bytes:
    """A box of an MP4 file that players pass over."""
    return (8 + len(data)).to_bytes(4, "big") + b"free" + data


def listing(site: Site, folder: Path, *names: str) -> Path:
    """A manifest that names these videos of the site."""
    path = folder / "wanted.jsonl"
    manifest.write([Example(name, f"{site.address}/{name}.mp4") for name in names], path)
    return path


def command(*words: object, before: str = "") -> list[str]:
    code = f"import sys\n{before}\nfrom summarizer.data.__main__ import main\nsys.exit(main())"
    return [sys.executable, "-c", code, *map(str, words)]


def run(*words: object, before: str = "") -> subprocess.CompletedProcess:
    return subprocess.run(
        command(*words, before=before), cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def media(path: Path, folder: Path, *more: object) -> subprocess.CompletedProcess:
    return run("media", path, "--out", folder, "--pause", 0, *more)


def record(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / fetching.RECORD).read_text().splitlines()]


def here(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in (folder / "media").glob("*.mp4"))


def clean(folder: Path) -> bool:
    parts = folder / "media" / fetching.PARTS
    return not parts.exists() or not any(parts.iterdir())


# -- media ----------------------------------------------------------------------------------------


def test_media_come_and_the_manifest_names_them(tmp_path, clip):
    names = ("a", "b", "c")
    with serving(videos(clip, *names)) as site:
        done = media(listing(site, tmp_path, *names), tmp_path / "out")
        assert done.returncode == 0, done.stderr
        assert "3 of 3 media are here" in done.stdout
        assert here(tmp_path / "out") == sorted(site.files.values())
    read = list(manifest.read(tmp_path / "out" / "manifest.jsonl"))
    assert [each.id for each in read] == list(names)
    for each in read:
        file = manifest.place(tmp_path / "out" / "manifest.jsonl", each.video)
        assert file.read_bytes() == site.files[f"/{each.id}.mp4"]
    assert clean(tmp_path / "out")


def test_what_is_here_is_not_asked_for_again(tmp_path, clip):
    with serving(videos(clip, "a", "b")) as site:
        path = listing(site, tmp_path, "a", "b")
        media(path, tmp_path / "out")
        site.asked.clear()
        done = media(path, tmp_path / "out")
        assert done.returncode == 0 and site.asked == []
        # the manifest that a run writes can be given to the next
        done = media(tmp_path / "out" / "manifest.jsonl", tmp_path / "out")
        assert done.returncode == 0 and site.asked == []
    assert all(each.video for each in manifest.read(tmp_path / "out" / "manifest.jsonl"))


def test_a_video_of_many_examples_comes_once(tmp_path, clip):
    with serving(videos(clip, "a")) as site:
        path = tmp_path / "wanted.jsonl"
        same = f"{site.address}/a.mp4"
        manifest.write([Example(str(n), same, part=(n, n + 1)) for n in range(5)], path)
        done = media(path, tmp_path / "out")
        assert "1 of 1 media are here" in done.stdout
        assert len(record(tmp_path / "out")) == 1
    read = list(manifest.read(tmp_path / "out" / "manifest.jsonl"))
    assert len({each.video for each in read}) == 1 and len(read) == 5


def test_a_killed_run_goes_on_and_does_each_once(tmp_path, clip):
    names = tuple("abcdef")
    out = tmp_path / "out"
    with serving(videos(clip, *names), halts={"/d.mp4": 20_000}) as site:
        path = listing(site, tmp_path, *names)
        process = subprocess.Popen(
            command("media", path, "--out", out, "--pause", 0), cwd=ROOT, stdout=subprocess.DEVNULL
        )
        while site.sent["/d.mp4"] < 20_000:  # it is in the middle of the fourth
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(0.3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        finished = {each["address"] for each in record(out)}
        assert finished == {f"{site.address}/{name}.mp4" for name in "abc"}
        assert len(here(out)) == 3 and not clean(out)

        site.halts.clear()
        site.open.set()
        site.asked.clear()
        done = media(path, out)
        assert done.returncode == 0, done.stderr
        assert set(site.paths()) == {f"/{name}.mp4" for name in "def"}
        addresses = [each["address"] for each in record(out)]
        assert sorted(addresses) == sorted(f"{site.address}/{name}.mp4" for name in names)
        assert here(out) == sorted(site.files.values()) and clean(out)


@pytest.mark.slow
def test_runs_killed_anywhere_do_each_once_in_the_end(tmp_path, clip):
    names = tuple(f"v{n}" for n in range(12))
    out, rest = tmp_path / "out", 2.0
    with serving(videos(clip, *names)) as site:
        path = listing(site, tmp_path, *names)
        for _ in range(40):
            process = subprocess.Popen(
                command("media", path, "--out", out, "--pause", 0.1),
                cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                assert process.wait(timeout=rest) == 0
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                rest += 0.37
        else:
            pytest.fail("it never came to its end")
        addresses = Counter(each.address for each in fetching.recorded(out))
        assert addresses == Counter(f"{site.address}/{name}.mp4" for name in names)
        assert here(out) == sorted(site.files.values()) and clean(out)


def test_ctrl_c_stops_cleanly(tmp_path, clip):
    out = tmp_path / "out"
    with serving(videos(clip, "a", "b"), halts={"/b.mp4": 20_000}) as site:
        process = subprocess.Popen(
            command("media", listing(site, tmp_path, "a", "b"), "--out", out, "--pause", 0),
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )  # fmt: skip
        while site.sent["/b.mp4"] < 20_000:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        told, wrong = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in wrong and "the same command goes on" in wrong
    assert "1 of 2 media are here" in told
    assert [bool(row["file"]) for row in rows(out)] == [True, False]
    assert len(list(manifest.read(out / "manifest.jsonl"))) == 2


def rows(folder: Path) -> list[dict]:
    with (folder / fetching.REPORT).open(newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_unavailable_is_told_and_left_alone(tmp_path, clip):
    out = tmp_path / "out"
    with serving(videos(clip, "a", "c") | {"/page.mp4": b"<html>no video</html>"}) as site:
        path = listing(site, tmp_path, "a", "gone", "page", "c")
        done = media(path, out)
        assert done.returncode == 0, done.stderr
        assert "2 of 4 media are here" in done.stdout
        told = {urlsplit(row["address"]).path: row for row in rows(out)}
        assert (
            told["/gone.mp4"]["reason"] == "Unable to download webpage: HTTP Error 404: Not Found"
        )
        assert told["/page.mp4"]["reason"] == "it is a web page, not media"
        assert told["/a.mp4"]["reason"] == "" and told["/a.mp4"]["bytes"].isdigit()
        read = {each.id: each.video for each in manifest.read(out / "manifest.jsonl")}
        assert read["gone"].startswith("http") and read["a"].startswith("media/")

        site.asked.clear()
        media(path, out)
        assert site.asked == []
        site.files |= videos(clip, "gone")
        done = media(path, out, "--again")
        assert "3 of 4 media are here" in done.stdout
        assert "/a.mp4" not in site.paths()


def test_a_silent_server_is_given_up(tmp_path, clip):
    with serving(videos(clip, "a", "b"), halts={"/a.mp4": 0}) as site:
        done = media(listing(site, tmp_path, "a", "b"), tmp_path / "out", "--timeout", 0.5)
        assert done.returncode == 0, done.stderr
        assert "1 of 2 media are here" in done.stdout
        assert "timed out" in rows(tmp_path / "out")[0]["reason"].lower()


def test_a_large_file_is_not_fetched(tmp_path, clip):
    large = {"/a.mp4": clip + free(bytes(64 << 20))}
    with serving(large | videos(clip, "b")) as site:
        done = media(listing(site, tmp_path, "a", "b"), tmp_path / "out", "--max-mb", 1)
        assert "1 of 2 media are here" in done.stdout
        assert "larger than max-filesize" in rows(tmp_path / "out")[0]["reason"]
        assert site.sent["/a.mp4"] < 32 << 20  # what the sockets between them hold is sent
    assert clean(tmp_path / "out")


def test_picture_and_sound_that_come_apart_are_joined(tmp_path):
    whole = clips.with_cuts(tmp_path / "whole.mp4", (1, 1))
    stream = tmp_path / "stream"
    stream.mkdir()
    clips.ffmpeg(
        "-i", whole, "-map", "0:v", "-map", "0:a", "-c", "copy", "-f", "hls",
        "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "first_%v.mp4",
        "-var_stream_map", "v:0,agroup:sound a:0,agroup:sound,default:yes",
        "-master_pl_name", "main.m3u8", "-hls_playlist_type", "vod", stream / "part_%v.m3u8",
    )  # fmt: skip
    with serving({f"/{each.name}": each.read_bytes() for each in stream.iterdir()}) as site:
        url = f"{site.address}/main.m3u8"
        got = fetching.fetch([url], tmp_path / "out", Limits(pause=0), lambda _: None)[url]
    assert got.reason == "" and clean(tmp_path / "out")
    with av.open(str(tmp_path / "out" / got.file)) as joined:
        assert [each.type for each in joined.streams] == ["video", "audio"]
        assert joined.duration / av.time_base == pytest.approx(2.0, abs=0.1)


def test_a_part_of_the_manifest_can_be_fetched(tmp_path, clip):
    with serving(videos(clip, *"abcd")) as site:
        media(listing(site, tmp_path, *"abcd"), tmp_path / "out", "--start", 1, "--end", 3)
        assert set(site.paths()) == {"/b.mp4", "/c.mp4"}
    assert [each.id for each in manifest.read(tmp_path / "out" / "manifest.jsonl")] == ["b", "c"]


def test_without_yt_dlp_it_says_how_to_get_it(tmp_path):
    manifest.write([Example("a", "http://127.0.0.1:9/a.mp4")], tmp_path / "m.jsonl")
    lacking = "sys.modules['yt_dlp'] = None"
    done = run("media", tmp_path / "m.jsonl", "--out", tmp_path, before=lacking)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert 'pip install ".[data]"' in done.stderr


def test_many_failures_in_a_row_stop_it(tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "IN_A_ROW", 3)
    with serving({}) as site, pytest.raises(SummarizerError, match="3 addresses in a row"):
        addresses = [f"{site.address}/{n}.mp4" for n in range(9)]
        fetching.fetch(addresses, tmp_path, Limits(pause=0), lambda _: None)
    assert len(list(fetching.recorded(tmp_path))) == 3


def test_a_file_whose_line_was_lost_counts(tmp_path):
    address = "http://127.0.0.1:9/a.mp4"  # nobody listens there
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / f"{fetching.stem(address)}.mp4").write_bytes(b"whole")
    (tmp_path / fetching.RECORD).write_text('{"address": "http://127.0.0.1:9/a.mp4", "fi')
    got = fetching.fetch([address], tmp_path, Limits(pause=0), lambda _: None)
    assert got[address] == Got(address, f"media/{fetching.stem(address)}.mp4", 5)
    assert list(fetching.recorded(tmp_path)) == [got[address]]


def test_a_file_that_was_changed_does_not_count(tmp_path, clip):
    with serving(videos(clip, "a")) as site:
        address = f"{site.address}/a.mp4"
        first = fetching.fetch([address], tmp_path, Limits(pause=0), lambda _: None)[address]
        (tmp_path / first.file).unlink()
        assert fetching.fetch([address], tmp_path, Limits(pause=0), lambda _: None) == {
            address: first
        }
        assert (tmp_path / first.file).read_bytes() == site.files["/a.mp4"]


@pytest.mark.parametrize(
    "url",
    ["https://www.youtube.com/watch?v=../../etc", "https://x.org/../..", "http://x.org/%2e%2e"],
)
def test_no_address_leaves_the_folder(url):
    assert re.fullmatch(r"[0-9a-f]{16}", fetching.stem(url))


def test_a_video_is_called_as_readers_look_for_it():
    assert fetching.stem(address("-Qw4_w9WgXc")) == "-Qw4_w9WgXc"


def test_no_reason_becomes_a_formula(tmp_path):
    fetching._record(tmp_path, Got("http://x.org/a", reason="=1+1"))
    list(fetching.report(["http://x.org/a"], tmp_path))
    assert rows(tmp_path)[0]["reason"] == "'=1+1"


# -- a whole data set -----------------------------------------------------------------------------

VIDEO = "NUsG9BgSes0"
QUERY = {"qid": 1, "query": "the dog", "duration": 2, "vid": f"{VIDEO}_0.0_2.0"}

PATCH = """
from summarizer.data import sources
from summarizer.data.readers import qvhighlights
name = "highlight_val_release.jsonl"
sources.SOURCES["qvhighlights"] = sources.Source(
    "some terms", (sources.File("{site}/" + name, name),)
)
qvhighlights.address = lambda name: "{site}/" + name + ".mp4"
"""


def test_a_data_set_comes_with_its_media(tmp_path, clip):
    queries = [QUERY, QUERY | {"qid": 2}, QUERY | {"qid": 3, "vid": "gonegonegon_0.0_2.0"}]
    text = "".join(json.dumps(each) + "\n" for each in queries).encode()
    with serving(videos(clip, VIDEO) | {"/highlight_val_release.jsonl": text}) as site:
        words = ("fetch", "qvhighlights", "--out", tmp_path / "qv", "--pause", 0)
        done = run(*words, before=PATCH.format(site=site.address))
        assert done.returncode == 0, done.stderr
        assert "some terms" in done.stdout and "1 of 2 media are here" in done.stdout
        assert "404" in done.stdout
        read = list(manifest.read(tmp_path / "qv" / "manifest.jsonl"))
        assert [(each.id, each.part) for each in read] == [(n, (0.0, 2.0)) for n in "123"]
        assert here(tmp_path / "qv") == [site.files[f"/{VIDEO}.mp4"]]

        site.asked.clear()
        done = run(*words, "--max", 2, before=PATCH.format(site=site.address))
        assert done.returncode == 0 and site.asked == []
        assert "1 of 1 media are here" in done.stdout


def test_media_can_be_left_for_later(tmp_path):
    text = json.dumps(QUERY).encode()
    with serving({"/highlight_val_release.jsonl": text}) as site:
        words = ("fetch", "qvhighlights", "--out", tmp_path / "qv", "--no-media")
        done = run(
            *words, before=PATCH.format(site=site.address) + "\nsys.modules['yt_dlp'] = None"
        )
        assert done.returncode == 0, done.stderr
        assert site.paths() == ["/highlight_val_release.jsonl"]
    assert len(list(manifest.read(tmp_path / "qv" / "manifest.jsonl"))) == 1


@pytest.mark.parametrize("name", [name for name in SOURCES if SOURCES[name].by_hand])
def test_what_nobody_may_download_is_said(tmp_path, name):
    done = run("fetch", name, "--out", tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "can't be downloaded from here" in done.stderr and "read" in done.stderr


# -- one file of metadata -------------------------------------------------------------------------


@pytest.fixture
def patient(monkeypatch):
    monkeypatch.setattr(download, "PAUSE", 0.0)
    monkeypatch.setattr(download, "PATIENCE", 5.0)


DATA = bytes(range(256)) * 400


def test_a_download_goes_on_where_it_was_cut(tmp_path, patient):
    with serving({"/a": DATA}, cuts={"/a": [30_000, 70_000]}) as site:
        download.download(f"{site.address}/a", tmp_path / "a", 1 << 20)
        assert (tmp_path / "a").read_bytes() == DATA
        assert [wanted for _, _, wanted in site.asked] == ["", "bytes=29999-", "bytes=69999-"]
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_a_file_that_only_lacks_its_name_gets_it(tmp_path, patient):
    (tmp_path / ".a.part").write_bytes(DATA)
    (tmp_path / ".a.tag").write_text('"one"')
    with serving({"/a": DATA}) as site:
        download.download(f"{site.address}/a", tmp_path / "a", 1 << 20)
        assert site.sent["/a"] == 1
    assert (tmp_path / "a").read_bytes() == DATA


def test_a_file_that_changed_meanwhile_starts_anew(tmp_path, patient):
    with serving({"/a": b"old" * 20_000}, cuts={"/a": [10_000] * 9}) as site:
        with pytest.raises(SummarizerError, match=r"only 10000 of 60000 bytes came; try later"):
            download.download(f"{site.address}/a", tmp_path / "a", 1 << 20)
        assert not (tmp_path / "a").exists()
        site.cuts.clear()
        site.files["/a"], site.tag = DATA, '"two"'
        download.download(f"{site.address}/a", tmp_path / "a", 1 << 20)
    assert (tmp_path / "a").read_bytes() == DATA


def test_a_busy_server_is_asked_again(tmp_path, patient):
    with serving({"/a": DATA}, refuses={"/a": [503, 429]}) as site:
        download.download(f"{site.address}/a", tmp_path / "a", 1 << 20)
        assert len(site.asked) == 3
    assert (tmp_path / "a").read_bytes() == DATA


@pytest.mark.parametrize(
    ("how", "most", "words"),
    [
        ({"refuses": {"/a": [404] * 9}}, 1 << 20, "says 404"),
        ({"refuses": {"/a": [503] * 9}}, 1 << 20, "says 503"),
        ({}, 1000, "has 0 MB; at most 0 MB"),
    ],
)
def test_what_can_not_be_downloaded_is_said(tmp_path, patient, how, most, words):
    with (
        serving({"/a": DATA}, **how) as site,
        pytest.raises(SummarizerError, match=re.escape(words)),
    ):
        download.download(f"{site.address}/a", tmp_path / "a", most)
    assert not (tmp_path / "a").exists()


def test_nobody_there_and_no_web_address_are_said(tmp_path, patient):
    with pytest.raises(SummarizerError, match=r"can't be downloaded: .*refused"):
        download.download("http://127.0.0.1:9/a", tmp_path / "a", 1 << 20)
    with pytest.raises(SummarizerError, match="is no http"):
        download.download("file:///etc/passwd", tmp_path / "a", 1 << 20)


def packed(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return made.getvalue()


def test_of_an_archive_only_what_is_wanted_comes(tmp_path, patient):
    members = {"SumMe__GT__a.mat": b"1", "SumMe__videos__a.mp4": b"22", "SumMe__other.txt": b"3"}
    members |= {"..__..__GT__evil.mat": b"4", "__GT__.hidden.mat": b"5"}
    file = File("", "a.zip", (("*GT/*.mat", "GT"), ("*videos/*.mp4", "videos")))
    with serving({"/a.zip": packed(**members)}) as site:
        source = Source("", (File(f"{site.address}/a.zip", "a.zip", file.unpack),))
        download.metadata(source, tmp_path / "in", lambda _: None)
        site.asked.clear()
        download.metadata(source, tmp_path / "in", lambda _: None)
        assert site.asked == []
    found = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {"in/GT/a.mat", "in/GT/evil.mat", "in/videos/a.mp4", "in/.a.zip.unpacked"}


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"no archive", "is no usable archive"), (packed(a=b"1"), "holds none of the files")],
)
def test_a_broken_archive_is_said(tmp_path, data, words):
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(SummarizerError, match=words):
        download.unpack(tmp_path / "a.zip", tmp_path, File("", "a.zip", (("*.mat", ""),)))


def test_an_archive_that_swells_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.mat", bytes(3 << 20))
    with pytest.raises(SummarizerError, match="has 3 MB; at most 1 MB"):
        download.unpack(tmp_path / "a.zip", tmp_path, File("", "a.zip", (("*.mat", ""),), 1))
    assert not (tmp_path / "a.mat").exists()


def test_the_hub_says_which_files_there_are(tmp_path, patient, monkeypatch):
    names = ["train.json", "README.md", "deep/er.json", "../evil.json", ".hidden.json", 3]
    files = {
        "/api/datasets/some/set": json.dumps(
            {"siblings": [{"rfilename": name} for name in names]}
        ).encode(),
        "/datasets/some/set/resolve/main/train.json": b"[]",
    }
    with serving(files, refuses={"/api/datasets/some/set": [503]}) as site:
        monkeypatch.setattr(download, "HUB", site.address)
        download.metadata(Source("", repository="some/set"), tmp_path, lambda _: None)
        files["/api/datasets/some/set"] = b"{}"
        with pytest.raises(SummarizerError, match="the hub's list of some/set can't be read"):
            list(download.listed("some/set"))
        site.refuses["/api/datasets/some/set"] = [503] * 9
        with pytest.raises(SummarizerError, match="the server says 503"):
            list(download.listed("some/set"))
    assert [each.name for each in tmp_path.iterdir()] == ["train.json"]


def test_every_data_set_has_a_source_and_terms():
    from summarizer.data.readers import READERS

    assert set(SOURCES) == set(READERS) - {"clips"}  # anybody's own are nowhere to be had
    for source in SOURCES.values():
        assert source.terms and bool(source.by_hand) != bool(source.files or source.repository)
        for file in source.files:
            assert file.url.startswith("https://") and os.sep not in file.name
