"""The reel is what the plan says: the right stretches, upright, in step with their sound."""

import contextlib
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.config import Limits
from summarizer.errors import MediaError, OutputError
from summarizer.media import probe
from summarizer.media.reel import SOUND_RATE, _plan, _steady, reel
from tests import clips

LIMITS = Limits()
IN_STEP = 0.040  # seconds sound, picture and plan may be apart
# off every frame grid, not in order, each around one blink, the last to the very end
SPANS = [(2.713, 3.6), (0.437, 1.551), (4.9, 5.777), (6.617, 8.0)]


@dataclass(frozen=True)
class Film:
    """A reel as another decoder sees it."""

    times: np.ndarray  # (frames,) seconds
    frames: list[np.ndarray]  # RGB
    sound: np.ndarray  # (samples, channels), sample n at n / rate seconds
    rate: int
    streams: tuple[str, ...]  # codec names


def seen(path: Path) -> Film:
    with av.open(str(path)) as file:
        streams = tuple(stream.codec_context.name for stream in file.streams)
    times, frames, sound, rate = [], [], np.zeros((0, 2), np.float32), SOUND_RATE
    with contextlib.suppress(IndexError), av.open(str(path)) as file:
        for frame in file.decode(file.streams.video[0]):
            times.append(frame.time)
            frames.append(frame.to_ndarray(format="rgb24"))
    with contextlib.suppress(IndexError), av.open(str(path)) as file:
        blocks = [(each.time, each.to_ndarray().T) for each in file.decode(file.streams.audio[0])]
        rate = file.streams.audio[0].rate
        assert all(
            abs(b[0] - a[0] - len(a[1]) / rate) < 1e-3 for a, b in pairwise(blocks)
        ), "the sound has a hole"
        assert abs(blocks[0][0]) < 1e-3
        sound = np.concatenate([block for _, block in blocks])
    return Film(np.array(times), frames, sound, rate, streams)


def made(source: Path, spans: Sequence[tuple[float, float]], target: Path) -> Film:
    shares = list(reel(source, probe(source, LIMITS), spans, target, LIMITS))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert [path.name for path in target.parent.iterdir() if ".part" in path.name] == []
    return seen(target)


def onsets(level: np.ndarray, rate: float | np.ndarray, gap: float = 0.5) -> list[float]:
    """When a level rises above half of its highest, at most once in `gap` seconds."""
    times = np.arange(len(level)) / rate if np.isscalar(rate) else rate
    loud = times[level > level.max() / 2]
    return [float(t) for n, t in enumerate(loud) if n == 0 or t - loud[n - 1] > gap]


def level(sound: np.ndarray, rate: int, window: float = 0.005) -> np.ndarray:
    """Root mean square over a short window around each sample."""
    width = round(window * rate)
    power = np.convolve(np.mean(sound**2, axis=1), np.full(width, 1 / width), "same")
    return np.sqrt(np.maximum(power, 0))


def planned(spans: Sequence[tuple[float, float]], moments: Sequence[float]) -> list[float]:
    """When the moments of the source come in a reel of the spans, by the plan."""
    starts = accumulate((end - start for start, end in spans), initial=0.0)
    return [
        at + moment - start
        for at, (start, end) in zip(starts, spans, strict=False)
        for moment in moments
        if start <= moment < end
    ]


# -- in step --------------------------------------------------------------------------------------


SOURCES = {
    "constant": lambda path: clips.flash_and_beep(path, fps=30),
    "film rate": lambda path: clips.flash_and_beep(path, fps=Fraction(24000, 1001)),
    "variable": clips.variable,
    "rotated": lambda path: clips.turned(path, rotation=90),
    "squeezed": clips.squeezed,
    "sparse keys": lambda path: clips.flash_and_beep(path, options={"g": "500", "bf": "3"}),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_flash_and_beep_stay_together_and_where_the_plan_puts_them(kind, tmp_path):
    source = SOURCES[kind](tmp_path / "source.mp4")
    film = made(source, SPANS, tmp_path / "reel.mp4")

    white = np.array([frame.mean() for frame in film.frames])
    flashes = onsets(white, film.times)
    beeps = onsets(level(film.sound, film.rate), film.rate)
    wanted = planned(SPANS, clips.BLINKS)
    assert len(wanted) == len(flashes) == len(beeps) == 4
    for plan, flash, beep in zip(wanted, flashes, beeps, strict=True):
        assert abs(flash - beep) <= IN_STEP
        assert abs(flash - plan) <= IN_STEP
        assert abs(beep - plan) <= 0.010

    frame = 1 / 15
    total = sum(end - start for start, end in SPANS)
    assert film.times[-1] + np.diff(film.times).mean() == pytest.approx(total, abs=frame)
    assert len(film.sound) / film.rate == pytest.approx(total, abs=frame)
    np.testing.assert_allclose(np.diff(film.times), np.diff(film.times).mean(), atol=1e-3)

    dark = film.frames[int(np.argmin(white))].astype(int)
    height, width = dark.shape[:2]
    assert (width, height) == (320, 180)
    corners = clips.corners() // 3
    for y, x in ((20, 20), (20, 300), (160, 20), (160, 300)):
        assert np.abs(dark[y - 4 : y + 4, x - 4 : x + 4].mean((0, 1)) - corners[y, x]).max() < 12
