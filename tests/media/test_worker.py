import io
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from summarizer import media
from summarizer.config import DecodeConfig, Limits
from summarizer.errors import MediaError
from summarizer.media import worker as worker_module
from summarizer.media.wire import LENGTH, Message, receive, send
from summarizer.media.worker import Worker, only
from tests import clips

LIMITS = Limits()
# a decoding process that does something else; it can use `out` and `Message`
STAND_IN = """
import os, sys, time, signal, resource
from summarizer.media.wire import Message, PULSE, send
sys.stdin.readline()
out = os.fdopen(1, "wb")
"""


@pytest.fixture
def stand_in(monkeypatch):
    """Let workers run this Python text instead of the decoder."""

    def become(text: str) -> None:
        monkeypatch.setattr(worker_module, "COMMAND", (sys.executable, "-c", STAND_IN + text))

    return become


def work(path, limits: Limits = LIMITS) -> Worker[Message]:
    return Worker("describe", path, limits, lambda message: message, cpu=60)


def gone(pid: int, seconds: float = 10.0) -> bool:
    """Whether a process is no more, waiting a little for it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def needed_by_nothing() -> int:
    """The address space that a decoder takes before it opens a file."""
    text = "import summarizer.media.decoder.pictures; print(open('/proc/self/status').read())"
    command = [sys.executable, "-c", text]
    environment = worker_module.environment()
    status = subprocess.run(command, env=environment, capture_output=True, text=True).stdout
    return int(re.search(r"VmPeak:\s*(\d+)", status)[1]) << 10


def held() -> tuple[int, int]:
    """How many files are open and threads are running."""
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()


def sentence(error: pytest.ExceptionInfo) -> str:
    text = str(error.value)
    assert text and "\n" not in text and "Traceback" not in text and len(text) < 300
    return text


# -- what may happen to the process ---------------------------------------------------------------


def test_a_silent_process_is_killed_with_a_sentence(stand_in, tmp_path):
    stand_in("time.sleep(600)")
    worker = work(tmp_path / "clip.mp4", replace(LIMITS, worker_silence=0.3))
    with pytest.raises(MediaError) as error:
        next(worker)
    assert "clip.mp4" in sentence(error) and "0.3 s" in sentence(error)
    assert gone(worker._process.pid)


def test_a_pulse_is_a_sign_of_life(stand_in, tmp_path):
    stand_in(
        "for _ in range(17):\n    send(out, PULSE); time.sleep(0.2)\n"
        "send(out, Message('file', {'x': 1})); send(out, Message('end'))"
    )
    worker = work(tmp_path / "clip.mp4", replace(LIMITS, worker_silence=3.0))
    assert [message.values for message in worker] == [{"x": 1}]


def test_a_stopped_process_is_killed_with_a_sentence(blink_clip):
    video = media.probe(blink_clip, LIMITS)
    limits = replace(LIMITS, worker_silence=0.5)
    stream = media.stream_pictures(blink_clip, video, DecodeConfig(picture_width=4), limits)
    os.kill(stream._process.pid, signal.SIGSTOP)
    with pytest.raises(MediaError) as error:
        list(stream)
    assert "stood still" in sentence(error)
    assert gone(stream._process.pid)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "lack of memory"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "decoder broke"),
        ("os.abort()", "decoder broke"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "more computing"),
        ("sys.exit(3)", "decoder broke"),
        ("pass", "decoder broke"),
        ("out.write(b'Segmentation fault, core dumped'); out.flush()", "decoder broke"),
        ("out.write(b'\\xff' * 4000); out.flush(); time.sleep(600)", "decoder broke"),
        ("out.write(b'\\4\\0\\0\\0nope'); out.flush(); time.sleep(600)", "decoder broke"),
        ("send(out, Message('error', {'text': 'clip.mp4 is odd'}))", "clip.mp4 is odd"),
    ],
)
def test_every_death_is_a_sentence(stand_in, tmp_path, text, told, caplog):
    caplog.set_level(logging.CRITICAL)
    stand_in(text)
    worker = work(tmp_path / "clip.mp4")
    with pytest.raises(MediaError) as error:
        list(worker)
    assert told in sentence(error)
    assert gone(worker._process.pid)


@pytest.mark.parametrize("command", ["true", "false", "no-such-program"])
def test_a_process_that_takes_no_orders(monkeypatch, tmp_path, command):
    monkeypatch.setattr(worker_module, "COMMAND", (command,))
    with pytest.raises(MediaError) as error:
        list(Worker("at", tmp_path / "a", LIMITS, lambda each: each, cpu=1, times=[0.5] * 50_000))
    assert "can't be decoded" in sentence(error)


def test_a_process_killed_from_outside_is_a_sentence(blink_clip):
    video = media.probe(blink_clip, LIMITS)
    stream = media.stream_pictures(blink_clip, video, DecodeConfig(), LIMITS)
    os.kill(stream._process.pid, signal.SIGKILL)
    with pytest.raises(MediaError) as error:
        list(stream)
    assert "stopped by the system" in sentence(error)


def test_too_little_memory_is_a_sentence(tmp_path):
    picture = np.full((6000, 8000, 3), 90, np.uint8)  # 72 MB as it is decoded
    large = clips.film(tmp_path / "large.avi", [picture], codec="mjpeg", pixels="yuvj420p")
    video = media.probe(large, LIMITS)
    tight = replace(LIMITS, worker_memory=needed_by_nothing() + (48 << 20))
    with pytest.raises(MediaError) as error:
        list(media.stream_pictures(large, video, DecodeConfig(), tight))
    assert re.search(r"more than the 0\.\d+ GB of memory", sentence(error))


def test_too_much_computing_is_a_sentence(blink_clip):
    worker = Worker("describe", blink_clip, LIMITS, lambda message: message, cpu=0)
    with pytest.raises(MediaError) as error:
        list(worker)
    assert "more computing" in sentence(error)


def test_a_mistake_of_ours_is_a_sentence_and_a_log_entry(blink_clip, caplog):
    worker = Worker("no such job", blink_clip, LIMITS, lambda message: message, cpu=60)
    with pytest.raises(MediaError) as error:
        list(worker)
    assert "decoder broke" in sentence(error)
    assert "KeyError" in caplog.text


# -- stopping it ----------------------------------------------------------------------------------


def test_closing_kills_the_process_and_what_it_started(stand_in, tmp_path):
    stand_in(
        "import subprocess\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        "send(out, Message('file', {'child': child.pid})); time.sleep(600)"
    )
    worker = work(tmp_path / "clip.mp4")
    child = next(worker).values["child"]
    worker.close()
    assert gone(worker._process.pid) and gone(child)
    worker.close()
    assert list(worker) == []


def test_closing_wakes_whoever_waits(stand_in, tmp_path):
    stand_in("time.sleep(600)")
    worker = work(tmp_path / "clip.mp4")
    threading.Timer(0.2, worker.close).start()
    assert list(worker) == []


def test_letting_go_kills_the_process(stand_in, tmp_path):
    stand_in("send(out, Message('file', {})); time.sleep(600)")
    worker = work(tmp_path / "clip.mp4")
    next(worker)
    pid = worker._process.pid
    del worker
    assert gone(pid)


def test_the_process_dies_with_its_parent(blink_clip):
    """Even of a parent that can't clean up."""
    text = f"""
import os, signal, sys
from pathlib import Path
from summarizer import media
from summarizer.config import DecodeConfig, Limits
path = Path({str(blink_clip)!r})
video = media.probe(path, Limits())
stream = media.stream_pictures(path, video, DecodeConfig(), Limits())
os.kill(stream._process.pid, signal.SIGSTOP)
print(stream._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    out = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    pid = int(out.stdout)
    os.kill(pid, signal.SIGCONT)
    assert gone(pid)


def test_nothing_is_left_running_or_open(blink_clip):
    video = media.probe(blink_clip, LIMITS)
    before = held()
    for _ in range(3):
        stream = media.stream_pictures(blink_clip, video, DecodeConfig(), LIMITS)
        next(stream)
        stream.close()
        list(media.stream_sound(blink_clip, video, 1.0, LIMITS))
    # what earlier tests left may go away meanwhile
    assert all(now <= then for now, then in zip(held(), before, strict=True))


# -- running ahead --------------------------------------------------------------------------------


def test_work_begins_with_the_call_and_waits_when_far_ahead(stand_in, tmp_path, monkeypatch):
    monkeypatch.setattr(worker_module, "AHEAD", 4 << 20)
    stand_in(
        "import numpy as np\n"
        "for n in range(40):\n"
        f"    open({str(tmp_path / 'count')!r}, 'w').write(str(n))\n"
        "    send(out, Message('part', {'n': n}, (np.zeros(1 << 20, np.uint8),)))\n"
        "send(out, Message('end'))"
    )
    worker = work(tmp_path / "clip.mp4")
    while worker._inbox._held < 4 << 20:
        time.sleep(0.01)
    time.sleep(0.3)  # it would go on within this
    assert int((tmp_path / "count").read_text()) <= 12  # its room, and what the pipe holds
    assert [message.values["n"] for message in worker] == list(range(40))


def test_the_one_thing_a_job_makes(stand_in, tmp_path):
    stand_in("send(out, Message('file', {'x': 1})); time.sleep(600)")
    worker = work(tmp_path / "clip.mp4")
    assert only(worker).values == {"x": 1}
    assert gone(worker._process.pid)


# -- what the process gets to know and may say ----------------------------------------------------


def test_the_process_sees_no_secrets(stand_in, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "secret")
    stand_in("send(out, Message('file', {'names': sorted(os.environ)})); send(out, Message('end'))")
    names = only(work(tmp_path / "clip.mp4")).values["names"]
    assert "HF_TOKEN" not in names and "PATH" in names


def test_what_is_said_arrives_as_it_was(tmp_path):
    pipe = io.BytesIO()
    arrays = (np.arange(6, dtype="f4").reshape(2, 3), np.zeros((0, 4), "u1"), np.ones(2, "f8"))
    send(pipe, Message("some", {"text": "a\n\0ü😀\udcff"}, arrays))
    send(pipe, Message("end"))
    pipe.seek(0)
    got = receive(pipe)
    assert got.kind == "some" and got.values == {"text": "a\n\0ü😀\udcff"}
    for sent, received in zip(arrays, got.arrays, strict=True):
        assert received.dtype == sent.dtype
        np.testing.assert_array_equal(received, sent)
    assert receive(pipe).kind == "end"
    assert receive(pipe) is None


@pytest.mark.parametrize(
    "header",
    [
        '{"kind": "x", "values": {}, "arrays": [["u1", [-1]]]}',
        '{"kind": "x", "values": {}, "arrays": [["u1", [99999, 99999]]]}',
        '{"kind": "x", "values": {}, "arrays": [["u1", ["a"]]]}',
        '{"kind": "x", "values": {}, "arrays": [["O", [1]]]}',
        '{"kind": "x", "values": {}, "arrays": [["u1", [5]]]}',
        '{"kind": "x"}',
        "[]",
    ],
)
def test_nonsense_is_refused(header):
    with pytest.raises((ValueError, KeyError, TypeError)):
        receive(io.BytesIO(LENGTH.pack(len(header)) + header.encode()))


def test_a_parent_never_opens_the_file_itself(blink_clip):
    text = f"""
import sys
from pathlib import Path
from summarizer import media
from summarizer.config import DecodeConfig, Limits
path, limits = Path({str(blink_clip)!r}), Limits()
video = media.probe(path, limits)
list(media.stream_pictures(path, video, DecodeConfig(), limits))
list(media.stream_sound(path, video, 5.0, limits))
list(media.key_pictures(path, video, DecodeConfig(), limits))
media.pictures_at(path, video, [1.0], 64, limits)
print([name for name in ("av", "decord", "cv2", "torch") if name in sys.modules])
"""
    out = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert out.stdout.strip() == "[]", out.stderr
