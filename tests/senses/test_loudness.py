"""Loudness against the numbers of the standard."""

import re
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from summarizer.config import DecodeConfig, Limits
from summarizer.media import probe, stream_sound
from summarizer.schema import Sound
from summarizer.senses.loudness import LOUDEST, SOFTEST, SWELL, Loudness, reading, usual
from summarizer.stages.listen import k_weighting, listen
from tests import sounds


def lufs(samples: np.ndarray, rate: int = sounds.RATE, **how) -> np.ndarray:
    return SOFTEST + (LOUDEST - SOFTEST) * sounds.curve(Loudness, samples, rate, **how)


def gain(rate: int, hertz: float) -> float:
    """What the weighting adds at a frequency, in dB."""
    z = np.exp(2j * np.pi * hertz / rate) ** -np.arange(3)
    return 20 * np.log10(abs(np.prod([(s[:3] @ z) / (s[3:] @ z) for s in k_weighting(rate)])))


def test_the_weighting_is_the_listed_one():
    """The coefficients that ITU-R BS.1770 lists for 48 kHz."""
    shelf, high_pass = k_weighting(48_000)
    assert shelf[:3] == pytest.approx([1.53512485958697, -2.69169618940638, 1.19839281085285])
    assert shelf[3:] == pytest.approx([1.0, -1.69065929318241, 0.73248077421585])
    assert high_pass[:3] == pytest.approx([1.0, -2.0, 1.0])
    assert high_pass[3:] == pytest.approx([1.0, -1.99004745483398, 0.99007225036621])


@pytest.mark.parametrize("hertz", [60, 300, 997, 3000, 5000])
def test_the_weighting_is_the_same_at_the_rate_of_the_senses(hertz):
    assert gain(16_000, hertz) == pytest.approx(gain(48_000, hertz), abs=0.15)


@pytest.mark.parametrize("peak_db", [0, -20, -40])
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_a_sine_of_997_hertz_reads_3_db_below_its_peak(peak_db, rate):
    found = lufs(sounds.sine(5.0, 997.0, 10 ** (peak_db / 20), rate), rate)
    assert found[1:4] == pytest.approx(np.maximum(peak_db - 3.01, np.full(3, -60)), abs=0.1) or (
        peak_db == 0 and (found[1:4] == LOUDEST).all()
    )


def test_noise_reads_as_the_formula_says():
    """-0.691 + 10 log10 of the mean square, weighted by the gain at every frequency."""
    level = 0.05
    hertz = np.linspace(1, 7999, 2000)
    weighted = level**2 * np.mean([10 ** (gain(16_000, h) / 10) for h in hertz])
    found = lufs(sounds.noise(10.0, level))
    assert found.mean() == pytest.approx(-0.691 + 10 * np.log10(weighted), abs=0.3)


def test_it_is_the_loudest_400_ms_of_each_second():
    samples = sounds.silence(5.0)
    samples[2 * 16_000 + 4800 : 2 * 16_000 + 4800 + 6400] = sounds.sine(0.4, 997.0, 0.1)
    samples[4 * 16_000 : 4 * 16_000 + 3200] = sounds.sine(0.2, 997.0, 0.1)
    found = lufs(samples)
    assert found[[0, 1, 3]].tolist() == [SOFTEST] * 3
    assert found[2] == pytest.approx(-23.0, abs=0.3)
    assert found[4] == pytest.approx(-26.0, abs=0.3)  # half of 400 ms


def test_a_scrap_of_a_second_at_the_end_is_not_quiet():
    found = lufs(sounds.sine(6.05, 997.0, 0.1))
    assert found[-1] == pytest.approx(found[-2], abs=0.1)


def test_loud_and_quiet_are_told_apart():
    loud, quiet, *_ = Loudness.concepts
    parts = [sounds.noise(3.0, level) for level in (0.3, 0.03, 0.0005)]
    found = sounds.curve(Loudness, np.concatenate(parts))
    assert (found >= loud.at).tolist() == [True] * 3 + [False] * 6
    assert (found <= quiet.at).tolist() == [False] * 6 + [True] * 3
    assert (loud.low, quiet.low) == (False, True)


def test_readings_lie_on_the_scale():
    assert (reading(SOFTEST), reading(LOUDEST)) == (0.0, 1.0)


def test_real_clips_are_where_ears_put_them(shared_data):
    def middle(name: str) -> float:
        return float(np.median(lufs(*sounds.decoded(shared_data / name))))

    cheering = middle("clips_annotated/vggsound/7tMPoaU2oL4_0_10000.mp4")
    office = middle("clips/friday.mp4")
    toy = middle("clips/mdn_crystal.webm")
    assert cheering > -15 > -25 > office > toy


# -- two channels, and another reader -------------------------------------------------------------


def stereo(left: np.ndarray, right: np.ndarray, rate: int = 48_000) -> np.ndarray:
    """The loudness of two channels, as a decoder hands them over."""
    sense = Loudness(sounds.video(len(left) / rate))
    whole = Sound(0.0, (left + right) / 2, rate, side=(left - right) / 2)
    list(listen(iter([whole]), [sense], DecodeConfig()))
    return SOFTEST + (LOUDEST - SOFTEST) * sense.findings().curves[0].array


def test_a_stereo_sine_of_1_khz_at_minus_23_dbfs_reads_minus_23_lufs():
    """The first test signal of EBU Tech 3341."""
    tone = sounds.sine(5.0, 1000.0, 10 ** (-23 / 20), 48_000)
    assert stereo(tone, tone) == pytest.approx(np.full(5, -23.0), abs=0.1)


def test_channels_add_up_whatever_their_phase():
    tone = sounds.sine(5.0, 1000.0, 0.1, 48_000)
    alike = stereo(tone, tone)
    assert stereo(tone, -tone) == pytest.approx(alike, abs=0.01)
    assert stereo(tone, np.zeros_like(tone)) == pytest.approx(alike - 3.01, abs=0.01)


def momentary(path) -> tuple[np.ndarray, float]:
    """The loudest of each second, and the gated whole, as the bundled ffmpeg's own meter has it."""
    show = "ebur128=metadata=1,ametadata=print:key=lavfi.r128.M:file=-"
    told = subprocess.run(
        [get_ffmpeg_exe(), "-nostats", "-i", path, "-vn", "-af", show, "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    read = np.array([float(each) for each in re.findall(r"r128\.M=(-?[\d.]+)", told.stdout)])
    whole = float(re.findall(r"I: +(-?[\d.]+) LUFS", told.stderr)[-1])
    seconds = len(read) // 10
    # a reading is of the 400 ms before it
    return np.array([read[10 * n + 3 : 10 * n + 10].max() for n in range(seconds)]), whole


def test_it_agrees_with_another_meter(tmp_path):
    random = np.random.default_rng(1)
    level = np.repeat(random.uniform(0.002, 0.3, 24), 24_000)
    channels = random.standard_normal((2, len(level))) * level * [[1.0], [0.4]]
    channels[0] += sounds.sine(12.0, 90.0, 0.2, 48_000) + sounds.sine(12.0, 9000.0, 0.1, 48_000)
    path = tmp_path / "two.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 48_000, 0, "NONE", ""))
        file.writeframes((np.clip(channels, -1, 1).T * 32_767).astype("<i2").tobytes())
    agree(path)


@pytest.mark.parametrize("name", ["match", "day", "lecture"])
def test_it_agrees_with_another_meter_on_the_examples(name):
    agree(Path(__file__).parents[2] / "examples" / f"{name}.mp4")


@pytest.mark.parametrize(
    "name",
    ["clips_annotated/manifesto.mp4", "clips_annotated/vggsound/7tMPoaU2oL4_0_10000.mp4"],
)
def test_it_agrees_with_another_meter_on_real_clips(shared_data, name):
    agree(shared_data / name)


def agree(path):
    video = probe(path, Limits())
    sense = Loudness(video)
    list(listen(stream_sound(path, video, 10.0, Limits()), [sense], DecodeConfig()))
    found = SOFTEST + (LOUDEST - SOFTEST) * sense.findings().curves[0].array
    theirs, whole = momentary(path)
    inside = (theirs > SOFTEST + 1) & (theirs < LOUDEST - 0.1)
    assert inside.sum() >= 10
    assert np.abs(found[: len(theirs)] - theirs)[inside].max() < 0.2
    assert usual(sense._steps()) == pytest.approx(whole, abs=0.2)


# -- against what is usual ------------------------------------------------------------------------


def above(samples: np.ndarray) -> np.ndarray:
    return sounds.curve(Loudness, samples, name="loudness above usual")


def test_a_soft_recording_has_its_loud_moments_too():
    parts = [sounds.noise(12.0, 0.002), sounds.noise(2.0, 0.008), sounds.noise(12.0, 0.002)]
    soft = above(np.concatenate(parts))
    assert (soft >= Loudness.concepts[3].at).tolist() == [12 <= n < 14 for n in range(26)]
    assert above(np.concatenate(parts) * 40) == pytest.approx(soft, abs=0.002)


def test_pauses_do_not_count_as_usual():
    parts = [sounds.noise(4.0, 0.05), sounds.noise(30.0, 0.0005), sounds.noise(4.0, 0.05)]
    assert above(np.concatenate(parts)).max() < 3.0 / SWELL


def test_silence_is_silence_and_a_whisper_is_not():
    parts = [sounds.noise(2.0, 0.1), sounds.silence(2.5), sounds.noise(2.5, 0.003)]
    found = sounds.curve(Loudness, np.concatenate(parts), name="silence", seconds=8.5)
    assert found.tolist() == [0, 0, 1, 1, 0.5, 0, 0, 1, 1]
