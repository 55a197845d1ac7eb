"""The command line as a person uses it: a real process, its output, its exit code."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from summarizer import Summary, media
from summarizer.__main__ import main
from summarizer.config import PRESETS, Limits
from summarizer.pipeline import Summarizer
from summarizer.schema import Track
from tests import clips

ROOT = Path(__file__).parent.parent
RESULTS = ["reel.mp4", "saliency.html", "saliency.png", "story.md", "summary.json"]


def command(*words, cwd=ROOT) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "summarizer", *map(str, words)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_presets_are_listed_without_a_clip():
    done = command("--presets")
    assert done.returncode == 0 and done.stderr == ""
    names = [line.split()[0] for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert names == [name for name, each in PRESETS.items() if each.listed]


def test_a_preset_that_is_not_ready_comes_with_its_command(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setitem(PRESETS, "needy", replace(PRESETS["offline"], needs=("clip-vit-b-32",)))
    with pytest.raises(SystemExit) as end:
        main(["--presets"])
    assert end.value.code == 0
    assert capsys.readouterr().out.endswith(" -m summarizer.weights get needy\n")


def test_the_whole_command(cut_clip, tmp_path, cache):
    out = tmp_path / "new" / "out"
    done = command(cut_clip, "--want", "the first half", "--out", out, "--cache", cache)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Watching and listening to cuts.mp4 ...\n")
    assert done.stderr == ""  # no bar where nobody would see it move
    assert names(out) == RESULTS
    summary = Summary.from_json((out / "summary.json").read_text())
    for sentence in summary.story:
        assert sentence.text in done.stdout


@pytest.mark.parametrize("times", [[1.0], []])
def test_who_heard_the_words_is_said_once_if_anybody_did(
    cut_clip, tmp_path, cache, monkeypatch, capsys, times
):
    perceiving = Summarizer.perceiving

    def hearing(self, path):
        heard = Track("heard", np.array(times), np.ones((len(times), 1)), "pocketsphinx 5.1.1")
        for step in perceiving(self, path):
            yield replace(step, perception=replace(step.perception, tracks=(heard,)))

    monkeypatch.setattr(Summarizer, "perceiving", hearing)
    words = [cut_clip, "--out", tmp_path / "out", "--cache", cache]
    assert main([str(word) for word in words]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines.count("Speech heard by pocketsphinx 5.1.1.") == len(times)


def test_a_bar_with_stage_and_time_left_on_a_terminal(tmp_path):
    clip = clips.with_cuts(tmp_path / "long.mp4", [3] * 12)
    screen, stderr = pty.openpty()
    fcntl.ioctl(stderr, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    words = [sys.executable, "-m", "summarizer", clip, "--out", tmp_path / "out"]
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    run = subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=stderr, env=environment
    )
    os.close(stderr)
    drawn = ""
    with suppress(OSError):  # the other end closes when the command is done
        while piece := os.read(screen, 4096):
            drawn += piece.decode(errors="replace")
    assert run.wait(timeout=120) == 0, drawn
    for part in ("Listening", "Watching", "Cutting the reel", "100% |##", " s left"):
        assert part in drawn.replace("█", "#"), part


def test_json_alone_on_stdout(cut_clip, tmp_path, cache):
    out = tmp_path / "out"
    done = command(cut_clip, "--json", "--length", "3s", "--out", out, "--cache", cache)
    assert done.returncode == 0, done.stderr
    assert Summary.from_json(done.stdout) == Summary.from_json((out / "summary.json").read_bytes())
    assert json.loads(done.stdout)["preference"]["length"] == {"amount": 3.0, "unit": "seconds"}


def test_more_files_and_another_shape(cut_clip, tmp_path, cache):
    out = tmp_path / "out"
    words = ("--also", "edl, csv", "--shape", "9:16", "--length", "3s")
    done = command(cut_clip, *words, "--out", out, "--cache", cache)
    assert done.returncode == 0, done.stderr
    assert names(out) == sorted([*RESULTS, "highlights.csv", "highlights.edl"])
    assert media.probe(out / "reel.mp4", Limits()).size == (102, 180)


def test_all_files_are_those_that_can_be_and_a_word_on_the_others(cut_clip, tmp_path, cache):
    out = tmp_path / "out"
    done = command(cut_clip, "--also", "all", "--length", "3s", "--out", out, "--cache", cache)
    assert done.returncode == 0, done.stderr
    assert "Not written: chapters need a video of at least 30 s" in done.stdout
    assert {"captions.srt", "captions.vtt", "highlights.otio"} < set(names(out))
    again = command(
        cut_clip, "--also", "chapters", "--length", "3s", "--force", "--out", out, "--cache", cache
    )
    assert again.returncode == 2
    assert again.stderr.startswith("error: chapters need")
    assert again.stderr.count("\n") == 1


def test_results_are_replaced_only_when_told_to(cut_clip, tmp_path, cache):
    words = (cut_clip, "--out", tmp_path / "out", "--cache", cache)
    assert command(*words).returncode == 0
    before = (tmp_path / "out" / "story.md").read_bytes()
    refused = command(*words, "--want", "loud")
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert (tmp_path / "out" / "story.md").read_bytes() == before
    assert command(*words, "--want", "loud", "--force").returncode == 0
    assert (tmp_path / "out" / "story.md").read_bytes() != before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--length", "0"], "length '0'"),
        (["--length", "0%"], "more than 0"),
        (["--length", "200%"], "100% or less"),
        (["--length", "nan"], "length 'nan'"),
        (["--length", "nan%"], "more than 0"),
        (["--balance", "2"], "goes from 0 to 1"),
        (["--variety", "nan"], "goes from 0 to 1"),
        (["--preset", "deluxe"], "there are offline"),
        (["--also", "fcpxml"], "there are csv, srt"),
        (["--shape", "4:3"], "there are source, 9:16, 1:1"),
        (["--set", "cut.longest=soon"], "is a float"),
    ],
)
def test_an_impossible_choice_is_one_sentence(cut_clip, tmp_path, words, says):
    done = command(cut_clip, *words, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("make", ["missing", "empty", "text", "folder"])
def test_a_bad_file_is_one_sentence_and_leaves_nothing(tmp_path, make):
    path = tmp_path / "bad 'file'\n\U0001f427.mp4"
    if make == "empty":
        path.touch()
    if make == "text":
        path.write_text("not a film at all " * 100)
    if make == "folder":
        path.mkdir()
    done = command(path, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.strip().count("\n") == 0
    assert names(tmp_path / "out") == []


def test_a_folder_that_cannot_be_written_is_one_sentence(cut_clip, tmp_path):
    (tmp_path / "file").touch()
    done = command(cut_clip, "--out", tmp_path / "file" / "out")
    assert done.returncode == 2
    assert "can't be used" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(cut_clip, tmp_path, cache):
    # a limit on the size of files stands in for a full disk: writing fails the same way
    words = [str(cut_clip), "--out", str(tmp_path / "out"), "--cache", str(cache)]
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000));"
        f"from summarizer.__main__ import main; sys.exit(main({words!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "can't be written" in done.stderr
    assert all(not name.startswith(".") for name in names(tmp_path / "out"))
    assert set(names(tmp_path / "out")) <= {"story.md", "summary.json"}


def test_control_characters_in_a_name_do_not_reach_the_terminal(tmp_path, cache):
    path = clips.with_cuts(tmp_path / "a\x1b[31mred.mp4", (1,))
    done = command(path, "--out", tmp_path / "out", "--cache", cache)
    assert done.returncode == 0, done.stderr
    assert "\x1b[31m" not in done.stdout
    assert "\x1b[31m" not in done.stderr


def test_a_wish_of_any_kind_ends_well(cut_clip, tmp_path, cache):
    for number, want in enumerate(["penguins " * 1111, "ペンギンが見たい", "<b>*x*</b>\n# y", " "]):
        out = tmp_path / str(number)
        done = command(cut_clip, "--want", want, "--out", out, "--cache", cache)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        assert "<b>" not in (out / "story.md").read_text()


def test_control_c_stops_it_and_leaves_nothing_half_written(cut_clip, tmp_path):
    run = subprocess.Popen(
        [sys.executable, "-m", "summarizer", cut_clip, "--out", tmp_path / "out"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
        text=True,
        # who is started in the background inherits that Ctrl-C is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    run.stdout.readline()
    time.sleep(0.5)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=120)
    assert run.returncode == 130, errors
    assert "Traceback" not in errors
    assert names(tmp_path / "out") == []


def test_the_quickstart_does_the_same(cut_clip, tmp_path, cache):
    done = subprocess.run(
        [sys.executable, "examples/quickstart.py", cut_clip, "the ending", tmp_path / "out"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "out") == RESULTS
