"""Damaged files, a hundred: each is used or refused in a sentence, in bounded time and memory."""

import json
import random
import subprocess
import sys

import pytest

from bench.soak.fuzz import MEMORY, damaged
from bench.soak.kills import ROOT

COUNT = 100


@pytest.mark.slow
@pytest.mark.timeout(3600)  # only what hangs takes so long, however busy the machine
def test_a_hundred_damaged_clips_end_well():
    done = subprocess.run(  # of its own: what these tests need besides is not to be counted
        [sys.executable, "-m", "bench.soak.fuzz", str(COUNT), "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert len(told["found"]) == COUNT and told["files"] >= 9
    assert [(each["name"], each["wrong"]) for each in told["found"] if each["wrong"]] == []
    used = sum(not each["sentence"] for each in told["found"])
    assert 0 < used < COUNT  # both ends are met
    assert 0 < told["memory"] < MEMORY


def test_the_damage_is_real_and_the_same_each_time():
    data = bytes(range(256)) * 40
    kinds = {}
    for seed in range(60):
        kind, changed = damaged(data, random.Random(seed))
        assert changed != data and (kind, changed) == damaged(data, random.Random(seed))
        kinds.setdefault(kind, []).append(len(changed) - len(data))
    assert set(kinds) == {
        "flipped", "head flipped", "cut short", "with a hole", "with a piece twice",
    }  # fmt: skip
    assert set(kinds["flipped"]) == set(kinds["head flipped"]) == {0}
    assert max(kinds["cut short"] + kinds["with a hole"]) < 0 < min(kinds["with a piece twice"])
