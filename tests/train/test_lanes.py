"""Work beside each other, in real processes: in order, interrupted, failing and killed."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from functools import partial
from pathlib import Path

import pytest

from summarizer.errors import SummarizerError
from summarizer.train.lanes import Job, side_by_side

ROOT = Path(__file__).parent.parent.parent


def mark(folder: Path, name: str, seconds: float = 0.0) -> bool:
    """Begin and end, and leave behind when."""
    rank = os.environ.get("RANK", "-")
    (folder / f"{name} {rank} begin").write_text(str(time.time()))
    time.sleep(seconds)
    (folder / f"{name} {rank} end").write_text(str(time.time()))
    return name != "unfinished"


def meet(folder: Path, name: str) -> bool:
    """End only after another has begun."""
    mark(folder, name)
    until = time.monotonic() + 60
    while len(list(folder.glob("* begin"))) < 2:
        assert time.monotonic() < until, "alone"
        time.sleep(0.02)
    return True


def summed(folder: Path, name: str) -> bool:
    """What accelerate makes of it, together."""
    import torch
    from accelerate import Accelerator

    accelerator = Accelerator()
    found = accelerator.reduce(torch.tensor(float(accelerator.process_index + 1)), "sum")
    (folder / f"{accelerator.process_index} of {accelerator.num_processes}").write_text(str(found))
    return True


def fail(folder: Path, name: str) -> bool:
    if name == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "wrong":
        raise SummarizerError("there is no such thing; look elsewhere")
    if name == "broken":
        raise KeyError("a mistake")
    return mark(folder, name)


def halting(folder: Path, name: str) -> bool:
    """One of two can't go on, and the other would wait for it."""
    if os.environ["RANK"] == "1":
        raise SummarizerError("the second has nothing to do; set a larger batch")
    time.sleep(600)
    return True


def when(folder: Path, name: str, what: str) -> float:
    return float((folder / f"{name} - {what}").read_text())


def test_what_builds_on_others_begins_when_they_are_done(tmp_path):
    jobs = [Job("a"), Job("b"), Job("c", after=("a", "b")), Job("d", after=("elsewhere",))]
    assert side_by_side(jobs, partial(mark, tmp_path, seconds=0.2), 2)
    ends = [when(tmp_path, name, "end") for name in "ab"]
    assert when(tmp_path, "c", "begin") >= max(ends)
    assert (tmp_path / "d - end").exists()


def test_as_many_are_at_work_at_once_as_there_are_lanes(tmp_path):
    assert side_by_side([Job("a"), Job("b")], partial(meet, tmp_path), 2)
    assert len(list(tmp_path.glob("* begin"))) == 2


def test_with_one_lane_one_comes_after_another(tmp_path):
    assert side_by_side([Job("a"), Job("b")], partial(mark, tmp_path), 1)
    assert when(tmp_path, "a", "end") <= when(tmp_path, "b", "begin")


def test_what_is_divided_is_one_to_accelerate(tmp_path):
    assert side_by_side([Job("a", divided=True)], partial(summed, tmp_path), 2)
    assert {each.name for each in tmp_path.iterdir()} == {"0 of 2", "1 of 2"}
    assert all("3" in each.read_text() for each in tmp_path.iterdir())


def test_who_waits_for_one_that_failed_is_ended_and_the_reason_told(tmp_path):
    with pytest.raises(SummarizerError, match="a: the second has nothing to do; set a larger"):
        side_by_side([Job("a", divided=True)], partial(halting, tmp_path), 2)


def test_what_is_divided_may_be_unfinished(tmp_path):
    assert side_by_side([Job("unfinished", divided=True)], partial(mark, tmp_path), 2) is False


def test_what_is_not_finished_ends_the_rest_without_an_error(tmp_path):
    jobs = [Job("unfinished"), Job("later", after=("unfinished",))]
    assert side_by_side(jobs, partial(mark, tmp_path), 2) is False
    assert not list(tmp_path.glob("later*"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wrong", "wrong: there is no such thing; look elsewhere"),
        ("broken", "broken ended with 1; what it wrote above says why"),
        ("killed", "killed was killed by the system, mostly for want of memory"),
    ],
)
def test_a_failure_ends_all_and_is_told(tmp_path, name, said):
    jobs = [Job(name), Job("later", after=(name,))]
    with pytest.raises(SummarizerError, match=said):
        side_by_side(jobs, partial(fail, tmp_path), 2)
    assert not list(tmp_path.glob("later*"))


def test_jobs_that_wait_for_each_other_are_a_mistake(tmp_path):
    jobs = [Job("a", after=("b",)), Job("b", after=("a",))]
    with pytest.raises(ValueError, match="a, b wait for each other"):
        side_by_side(jobs, partial(mark, tmp_path), 2)


SCRIPT = """
    import time
    from pathlib import Path
    from summarizer.train.lanes import Job, side_by_side
    from summarizer.train.loop import interruptible

    def work(name):
        here = Path({folder!r})
        with interruptible() as interrupted:
            (here / f"{{name}} begun").touch()
            while not interrupted():
                time.sleep(0.02)
        time.sleep(0.3)
        (here / f"{{name}} saved").touch()
        return False

    if __name__ == "__main__":
        whole = side_by_side([Job("a"), Job("b"), Job("c")], work, 2)
        print("whole" if whole else "not whole")
"""


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_or_killed_all_processes_save_what_they_have_and_end(tmp_path, sign):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT.format(folder=str(tmp_path))))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True
    )
    waited(tmp_path, "begun")
    process.send_signal(sign)
    said, _ = process.communicate(timeout=60)
    waited(tmp_path, "saved")
    assert said.strip() == ("" if sign == signal.SIGKILL else "not whole")
    assert not (tmp_path / "c begun").exists()


def waited(folder: Path, what: str) -> None:
    until = time.monotonic() + 60
    while {each.name for each in folder.glob(f"* {what}")} != {f"a {what}", f"b {what}"}:
        assert time.monotonic() < until, sorted(each.name for each in folder.iterdir())
        time.sleep(0.05)
