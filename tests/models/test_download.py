"""Downloads from a hub on this machine: whole and checked, or one sentence and nothing to see."""

import fcntl
import hashlib
import os
import pty
import random
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.hubserver import COMMIT, Hub, Place, serving

ROOT = Path(__file__).parent.parent.parent
LARGE = random.Random(1).randbytes(24 << 20)  # the library takes ten megabytes at a time
FILES = {"config.json": b'{"a": 1}', "model.safetensors": LARGE[:5000], "README.md": b"No."}


SMALL_DISK = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
"""


def whole(place: Place) -> bool:
    return {path.name: path.read_bytes() for path in place.snapshot.iterdir()} == {
        name: data for name, data in FILES.items() if name != "README.md"
    }


@pytest.fixture
def place(tmp_path) -> Place:
    return Place(tmp_path)


def wait_for(true, process) -> None:
    for _ in range(600):
        if true():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("it never came")


def test_what_is_needed_comes_and_is_kept_as_the_library_keeps_it(place):
    with serving(Hub(FILES)) as hub:
        code, out, err = place.run(hub)
        assert code == 0, err
        assert "some: some/model, 1 MB, licence MIT\n" in out
        assert out.endswith(f"some is here: {place.snapshot}\n")
        assert err == "", "no bar where nobody would see it move"
        assert whole(place)
        assert (place.snapshot / "model.safetensors").is_symlink()
        names = {path.name for path in place.blobs.iterdir()}
        assert hashlib.sha256(FILES["model.safetensors"]).hexdigest() in names and len(names) == 2
        asked = len(hub.asked)
        code, out, _ = place.run(hub)
        assert code == 0 and out == f"some is here: {place.snapshot}\n"
        assert len(hub.asked) == asked, "what is here is not asked for"
    code = (
        "from huggingface_hub import snapshot_download; "
        f"print(snapshot_download('some/model', revision={COMMIT!r}, "
        f"cache_dir={str(place.root / 'hub')!r}, local_files_only=True, "
        "allow_patterns=['config.json', '*.safetensors']))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout.strip() == str(place.snapshot), said.stderr


def test_a_bar_moves_on_a_terminal(place):
    screen, stderr = pty.openpty()
    fcntl.ioctl(stderr, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    with serving(Hub(FILES)) as hub:
        process = place.start(hub, stderr=stderr)
        os.close(stderr)
        drawn = ""
        with suppress(OSError):  # the other end closes when the command is done
            while piece := os.read(screen, 4096):
                drawn += piece.decode(errors="replace")
        assert process.wait(timeout=120) == 0
    os.close(screen)
    for part in ("some model.safetensors: 100%", "5.00k/5.00k"):
        assert part in drawn, drawn


@pytest.mark.parametrize("ended", [signal.SIGKILL, signal.SIGINT])
def test_a_download_goes_on_where_it_was_stopped(place, ended):
    files = FILES | {"model.safetensors": LARGE}
    with serving(Hub(files, stalls_at=22 << 20)) as hub:
        process = place.start(hub)
        part = place.blobs / f"{hashlib.sha256(LARGE).hexdigest()}.incomplete"
        wait_for(lambda: part.is_file() and part.stat().st_size >= 20 << 20, process)
        process.send_signal(ended)
        _, err = process.communicate(timeout=120)
        if ended == signal.SIGINT:
            assert process.returncode == 130
            assert err.endswith(
                "Stopped; what came is kept, and the same command goes on from there.\n"
            )
        assert not (place.snapshot / "model.safetensors").exists()
        code, out, _ = place.run(hub, ("list",))
        assert code == 0 and "not here" in next(row for row in out.splitlines() if "some " in row)
        hub.stalls_at = 0
        code, _, err = place.run(hub)
        assert code == 0, err
        first = int(hub.ranges()[-1].removeprefix("bytes=").split("-")[0])
        assert first >= 20 << 20, "what came was not asked for again"
        assert (place.snapshot / "model.safetensors").read_bytes() == LARGE


def test_a_broken_connection_is_mended_by_itself(place):
    with serving(Hub(FILES, cuts_at=3000)) as hub:
        code, _, err = place.run(hub)
        assert code == 0, err
        assert (
            whole(place)
            and hub.paths().count(f"/some/model/resolve/{COMMIT}/model.safetensors") == 2
        )


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_wrong_digest_is_never_seen(place, name):
    bad = bytes(reversed(FILES[name]))
    with serving(Hub(FILES, wrong={name: bad})) as hub:
        code, _, err = place.run(hub)
        assert code == 2
        assert f"error: {name} of some/model came damaged: its digest is not the hub's" in err
        assert err.endswith("try again: python -m summarizer.weights get some\n")
        assert not place.snapshot.exists()
        assert not [path for path in place.blobs.iterdir() if path.name.endswith(".incomplete")]
        hub.wrong = {}
        assert place.run(hub)[0] == 0 and whole(place)


def test_what_another_program_left_damaged_is_fetched_again(place):
    place.blobs.mkdir(parents=True)
    left = place.blobs / hashlib.sha256(FILES["model.safetensors"]).hexdigest()
    left.write_bytes(bytes(5000))
    with serving(Hub(FILES)) as hub:
        assert place.run(hub)[0] == 0 and whole(place)


def test_what_another_program_left_whole_is_not_fetched_again(place):
    place.blobs.mkdir(parents=True)
    left = place.blobs / hashlib.sha256(FILES["model.safetensors"]).hexdigest()
    left.write_bytes(FILES["model.safetensors"])
    with serving(Hub(FILES)) as hub:
        assert place.run(hub)[0] == 0 and whole(place)
        assert not [path for path in hub.paths() if path.endswith("model.safetensors")]


@pytest.mark.parametrize("pins", [{"size": 4999}, {"sha256": "f" * 64}])
def test_another_content_than_the_pinned_is_not_even_begun(place, pins):
    with serving(Hub(FILES)) as hub:
        code, _, err = place.run(hub, **pins)
        assert code == 2
        assert "the hub has another model.safetensors in some/model than the one pinned here" in err
        assert not [path for path in hub.paths() if "resolve" in path]


def test_a_file_that_is_not_there_is_named(place):
    with serving(Hub({"config.json": b"{}"})) as hub:
        code, _, err = place.run(hub)
        assert code == 2 and err == "error: some/model has no model.safetensors at this commit\n"


@pytest.mark.parametrize(
    ("hub", "options", "said"),
    [
        (
            Hub(FILES, refuses=(401, "GatedRepo")),
            {},
            "some/model is only for those who accepted its terms: do so at "
            "https://huggingface.co/some/model, log in with hf auth login, then: ",
        ),
        (Hub(FILES, repo="other/model"), {}, "some/model is not on the hub, or only for those"),
        (Hub(FILES), {"commit": "f" * 40}, f"some/model has no commit {'f' * 40} any more"),
        (Hub(FILES, refuses=(500, "")), {}, "the hub answered 500 for some/model; try again later"),
        (
            Hub(FILES),
            {"environment": {"HF_HUB_OFFLINE": "1"}},
            "the hub can't be reached (",
        ),
        (
            Hub(FILES),
            {"more": "shutil.disk_usage = lambda _: shutil._ntuple_diskusage(9, 9, 50_000_000)"},
            "some needs 0.0 GB of room, and 0.1 GB are free at ",
        ),
        (
            Hub(FILES),
            {"more": SMALL_DISK},
            "some can't be written or read (file too large); what came is kept, so go on with: ",
        ),
    ],
    ids=["gated", "unknown", "another commit", "broken", "offline", "full", "full on the way"],
)
def test_what_goes_wrong_is_one_sentence(place, hub, options, said):
    with serving(hub):
        code, _, err = place.run(hub, **options)
    assert code == 2
    last = err.splitlines()[-1]
    assert last.startswith("error: " + said), err
    assert "Traceback" not in err
    assert not place.snapshot.exists()


def test_nobody_at_the_other_end_is_one_sentence(place):
    with serving(Hub(FILES)) as hub:
        pass
    code, _, err = place.run(hub)
    last = err.splitlines()[-1]
    assert code == 2 and last.startswith("error: the hub can't be reached ("), err
    assert last.endswith("go on with: python -m summarizer.weights get some")


def test_two_at_once_do_not_spoil_each_other(place):
    with serving(Hub(FILES | {"model.safetensors": LARGE})) as hub:
        both = [place.start(hub) for _ in range(2)]
        for process in both:
            _, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
        assert (place.snapshot / "model.safetensors").read_bytes() == LARGE
        asked = [path for path in hub.paths() if path.endswith("/model.safetensors")]
        assert len(asked) == 1, "the second waited for the first"


def test_a_commit_that_is_not_pinned_is_taken_once_and_kept_to(place):
    with serving(Hub(FILES)) as hub:
        code, out, err = place.run(hub, commit="")
        assert code == 0, err
        assert f"some has no pinned commit; {COMMIT} was taken and is kept to.\n" in out
        assert (place.snapshot.parent.parent / "watch-and-listen.lock").read_text() == f"{COMMIT}\n"
        assert place.run(hub, commit="")[1] == f"some is here: {place.snapshot}\n"
        code, out, _ = place.run(hub, ("list",), commit="")
        row = next(row for row in out.splitlines() if "some/model" in row)
        assert f"{COMMIT[:12]} (not pinned)" in row and row.endswith("  here")
        before = place.run(hub, ("list",), commit="", environment={"HF_HUB_CACHE": "/nowhere"})[1]
        assert "not pinned " in next(row for row in before.splitlines() if "some/model" in row)


def test_licences_that_forbid_commerce_say_so(place):
    with serving(Hub(FILES)) as hub:
        _, out, _ = place.run(hub, licence="CC-BY-NC-4.0")
    assert "licence CC-BY-NC-4.0: not for commercial use\n" in out


def test_a_token_is_shown_to_the_hub_and_to_nobody_else(place):
    with serving(Hub(FILES)) as store, serving(Hub(FILES, moves_to="http://localhost:0")) as hub:
        hub.moves_to = store.endpoint.replace("127.0.0.1", "localhost")
        code, _, err = place.run(hub, environment={"HF_TOKEN": "hf_secret"})
        assert code == 0 and whole(place), err
        assert any("secret" in str(headers) for _, _, headers in hub.asked)
        assert store.asked and not any("secret" in str(headers) for _, _, headers in store.asked)
