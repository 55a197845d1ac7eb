"""The second step of a sense in a process of its own: what comes back, and how it ends."""

import os
import time
from dataclasses import replace

import numpy as np
import pytest

from summarizer import apart
from summarizer.apart import Apart
from summarizer.config import Limits
from summarizer.errors import MediaError
from summarizer.senses.recognition import Recognition

# a process that does something else than the work; it can use `out`, `Message` and `send`
STAND_IN = """
import os, sys, time, json
from summarizer.media.wire import Message, send
order = json.loads(sys.stdin.readline())
out = os.fdopen(1, "wb")
"""
KIND = np.dtype([("time", "f8"), ("row", Recognition.kind, Recognition.shape)])


@pytest.fixture
def stand_in(monkeypatch):
    def become(text: str) -> None:
        command = (apart.sys.executable, "-c", STAND_IN + text)
        monkeypatch.setattr(apart, "COMMAND", command)

    return become


def at_work(path="x", limits: Limits | None = None) -> Apart:
    return Apart("recognition", str(path), 3, 4.0, limits or Limits())


def gone(pid: int) -> bool:
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_a_real_sense_works_there(tmp_path):
    pytest.importorskip("pocketsphinx")
    rows = np.zeros(3, KIND)
    rows["time"] = [0.0, 0.512, 1.024]
    path = tmp_path / "recognition.samples"
    path.write_bytes(rows.tobytes())
    with_findings = list(at_work(path))
    assert with_findings[-1].share == 1
    (track,) = with_findings[-1].findings.tracks
    assert track.name == "heard" and track.made_by and len(track.times) == 0
    assert with_findings[-1].findings.lines == ()


def test_findings_cross_over_as_they_are(stand_in):
    stand_in("""
values = {"share": 0.5, "device": "cpu", "tokens": 7, "curves": [
    {"name": "a", "sense": "b", "values": [0.5, 1.0]}], "lines": [
    {"start": 1.0, "end": 2.0, "text": "hm \\u2026", "source": "s", "confidence": 0.7}],
    "tracks": [["t", "by"]]}
import numpy as np
send(out, Message("encoded", values, (np.array([0.5]), np.array([[1.0, 2.0]], "f4"))))
send(out, Message("end"))
""")
    (encoded,) = at_work()
    findings = encoded.findings
    assert (encoded.share, encoded.tokens) == (0.5, 7)
    assert findings.curves[0].values == (0.5, 1.0) and findings.lines[0].text == "hm …"
    assert findings.tracks[0].values.dtype == np.float16
    assert findings.tracks[0].values.tolist() == [[1.0, 2.0]]


def test_closing_kills_it_at_once(stand_in):
    stand_in("time.sleep(600)")
    worker = at_work()
    pid = worker._process.pid
    worker.close()
    assert gone(pid)


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ('send(out, Message("error", {"text": "no ears"}))', "no ears"),
        ("import signal; os.kill(os.getpid(), signal.SIGKILL)", "lack of memory"),
        ("import signal; os.kill(os.getpid(), signal.SIGSEGV)", "it broke"),
        ("import signal; os.kill(os.getpid(), signal.SIGXCPU)", "more computing"),
        ('out.write(b"nonsense and more of it"); out.flush()', "it broke"),
    ],
)
def test_how_it_fails_is_a_sentence(stand_in, does, said):
    stand_in(does)
    with pytest.raises(MediaError, match=said):
        next(at_work())


def test_one_without_a_sign_of_life_is_given_up(stand_in):
    stand_in("time.sleep(600)")
    with pytest.raises(MediaError, match=r"given up after 0\.2 s"):
        next(at_work(limits=replace(Limits(), model_silence=0.2)))


def test_no_token_goes_along(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("HF_HOME", "/models")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    worker = at_work()
    try:
        environment = worker.environment()
    finally:
        worker.close()
    assert "HF_TOKEN" not in environment
    assert environment["HF_HOME"] == "/models" and environment["HF_HUB_OFFLINE"] == "1"
    assert environment["XDG_DATA_HOME"] == "/data", "where our own copies of weights are"
    assert environment["CUDA_VISIBLE_DEVICES"] == "", "a GPU that was hidden stays so"
