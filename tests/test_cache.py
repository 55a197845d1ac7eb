"""Findings come back as they were, or not at all."""

import os
import threading

import numpy as np
import pytest

from summarizer.cache import Cache
from summarizer.schema import Curve, Findings, Line, Track

FINDINGS = Findings(
    curves=(Curve("light", "light", (0.25, 1.0, 1 / 3)),),
    lines=(Line(0.5, 1.5, 'the "sea"\n\U0001f30a', "subtitles", 0.9),),
    tracks=(
        Track("look", np.arange(3.0), np.arange(12, dtype=np.float16).reshape(3, 4), "look-1"),
        Track("none", np.zeros(0), np.zeros((0, 7), np.float16), "look-1"),
    ),
)


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache", 1 << 20)


def same(one: Findings, other: Findings) -> bool:
    return (
        one.curves == other.curves
        and one.lines == other.lines
        and all(
            a.name == b.name
            and a.made_by == b.made_by
            and np.array_equal(a.times, b.times)
            and np.array_equal(a.values, b.values)
            and a.values.dtype == np.float16
            for a, b in zip(one.tracks, other.tracks, strict=True)
        )
    )


@pytest.mark.parametrize("findings", [FINDINGS, Findings()])
def test_findings_come_back_as_they_were(cache, findings):
    entry = cache.entry("ab" * 32, "light", "1")
    assert cache.get(entry) is None
    cache.put(entry, findings)
    assert same(cache.get(entry), findings)


def test_another_identity_is_another_entry(cache):
    entries = {
        cache.entry(sha, sense, identity)
        for sha in ("ab" * 32, "cd" * 32)
        for sense in ("light", "motion")
        for identity in ("1", "2")
    }
    assert len(entries) == 8


@pytest.mark.parametrize("damage", ["empty", "half", "flipped", "text"])
def test_a_damaged_entry_is_forgotten_and_made_again(cache, damage):
    entry = cache.entry("ab" * 32, "light", "1")
    cache.put(entry, FINDINGS)
    data = entry.read_bytes()
    entry.write_bytes(
        {
            "empty": b"",
            "half": data[: len(data) // 2],
            "flipped": bytes(byte ^ 0xFF for byte in data[:200]) + data[200:],
            "text": b"not a tensor in sight",
        }[damage]
    )
    assert cache.get(entry) is None
    assert not entry.exists()
    cache.put(entry, FINDINGS)
    assert same(cache.get(entry), FINDINGS)


def test_the_entries_unused_for_longest_go_first(tmp_path):
    size = 40_000
    cache = Cache(tmp_path, 10 * size)
    filling = Track("t", np.zeros(1), np.zeros((1, size // 2), np.float16), "")
    entries = [cache.entry(f"{i:064x}", "light", "1") for i in range(12)]
    for age, entry in enumerate(entries):
        cache.put(entry, Findings(tracks=(filling,)))
        if entry.exists():
            os.utime(entry, (1e9 + age, 1e9 + age))
        if age == 5:
            assert cache.get(entries[0]) is not None  # used: now the youngest
    kept = [entry.exists() for entry in entries]
    assert kept[0]
    assert kept[-1]
    assert not kept[1]
    assert sum(entry.stat().st_size for entry in entries if entry.exists()) <= 10 * size
    assert not entries[1].parent.exists()


def test_an_abandoned_temporary_file_goes(cache):
    entry = cache.entry("ab" * 32, "light", "1")
    entry.parent.mkdir(parents=True)
    fresh, old = entry.parent / ".fresh.part", entry.parent / ".old.part"
    fresh.touch()
    old.touch()
    os.utime(old, (1e9, 1e9))
    cache.put(entry, FINDINGS)
    assert fresh.exists()
    assert not old.exists()


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file" / "below", 1 << 20)
    entry = cache.entry("ab" * 32, "light", "1")
    cache.put(entry, FINDINGS)
    assert cache.get(entry) is None


def test_many_writers_of_one_entry_leave_it_whole(cache):
    entry = cache.entry("ab" * 32, "light", "1")
    writers = [threading.Thread(target=cache.put, args=(entry, FINDINGS)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert same(cache.get(entry), FINDINGS)
    assert [path.name for path in entry.parent.iterdir()] == [entry.name]
