import numpy as np
import pytest

from summarizer.config import Limits
from summarizer.errors import MediaError
from summarizer.media import probe, stream_sound
from summarizer.schema import Sound
from tests import clips

LIMITS = Limits()


def heard(path, block: float = 10.0) -> Sound:
    """All of a stream at once."""
    blocks = list(stream_sound(path, probe(path, LIMITS), block, LIMITS))
    return Sound(0.0, np.concatenate([each.samples for each in blocks]), blocks[0].rate)


def beginnings(sound: Sound, least: float = 0.2) -> list[float]:
    """When something begins after silence, in seconds."""
    loud = np.abs(sound.samples) > least
    quiet_before = np.convolve(loud, np.ones(sound.rate // 20))[: len(loud)] - loud == 0
    return (np.flatnonzero(loud & quiet_before) / sound.rate).tolist()


def loudness(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples**2)))


# -- blocks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0.1, 1.0, 3.3, 100.0])
def test_blocks_follow_each_other_without_a_gap(blink_clip, seconds):
    blocks = list(stream_sound(blink_clip, probe(blink_clip, LIMITS), seconds, LIMITS))
    placed = 0
    for block in blocks:
        assert block.samples.dtype == np.float32 and block.samples.ndim == 1
        assert block.start == pytest.approx(placed / block.rate, abs=1e-6)
        assert block.mel is None and block.rate == 44_100
        placed += len(block.samples)
    assert all(len(block.samples) == round(seconds * 44_100) for block in blocks[:-1])
    assert placed == pytest.approx(8 * 44_100, abs=10)


def test_the_size_of_blocks_changes_nothing(blink_clip):
    np.testing.assert_array_equal(heard(blink_clip, 0.37).samples, heard(blink_clip).samples)


# -- in time --------------------------------------------------------------------------------------

AT = [0.5, 1.5, 2.75]


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "aac"),
        ("a.wav", "pcm_s16le"),
        ("a.flac", "flac"),
        ("a.mp3", "libmp3lame"),
        ("a.webm", "libopus"),
        ("a.mkv", "libopus"),
        ("a.ts", "aac"),
        ("a.avi", "libmp3lame"),
        ("a.mov", "pcm_s24le"),
    ],
)
def test_every_codec_keeps_time(tmp_path, name, codec):
    sound = clips.beeps(4, AT)
    path = clips.film(tmp_path / name, sound=sound, sound_codec=codec)
    # mp3 and ts hold no word on how much the encoder's delay was
    assert beginnings(heard(path)) == pytest.approx(AT, abs=0.06 if name > "a.mpa" else 0.03)


def test_sound_that_begins_late_is_silence_first(tmp_path):
    path = clips.film(
        tmp_path / "late.mp4", clips.shot(1, 100), sound=clips.beeps(2, [0.5]), sound_from=1.5
    )
    sound = heard(path)
    assert beginnings(sound) == pytest.approx([2.0], abs=0.03)
    assert not sound.samples[: int(1.4 * sound.rate)].any()


def test_sound_that_begins_before_the_pictures(tmp_path):
    times = [1 + n / 25 for n in range(50)]
    path = clips.film(
        tmp_path / "a.mkv", clips.shot(1, 50), times=times, sound=clips.beeps(3, [0.25, 2])
    )
    assert beginnings(heard(path)) == pytest.approx([0.25, 2], abs=0.03)


def test_a_gap_is_silence(tmp_path):
    """Two pieces of sound with nothing between them, as after a lost connection."""
    import av

    path = tmp_path / "gap.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=8000)
        stream.layout = "mono"
        for start in (0, 8000 * 5):
            samples = (clips.tone(1, rate=8000) * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
            frame.sample_rate, frame.pts = 8000, start
            out.mux(stream.encode(frame))
    sound = heard(path, 2.0)
    assert len(sound.samples) == pytest.approx(6 * 8000, abs=10)
    assert loudness(sound.samples[: 8000 - 50]) > 0.15
    assert not sound.samples[8100 : 5 * 8000 - 100].any()
    assert loudness(sound.samples[5 * 8000 + 50 :]) > 0.15


def test_sound_and_pictures_of_a_cut_clip_share_a_time_line(tmp_path):
    whole = clips.flash_and_beep(tmp_path / "whole.mp4")
    cut = tmp_path / "cut.mp4"
    clips.ffmpeg("-ss", "2.5", "-i", whole, "-t", "4", "-c", "copy", cut)
    assert beginnings(heard(cut)) == pytest.approx([0.5, 2.5], abs=0.04)


# -- one channel of floats ------------------------------------------------------------------------


def test_the_channels_are_averaged(tmp_path):
    left, right = clips.tone(1, 440, 0.8), clips.silence(1)
    path = clips.film(
        tmp_path / "a.wav", sound=np.stack([left, right], axis=1), sound_codec="pcm_s16le"
    )
    np.testing.assert_allclose(heard(path).samples, left / 2, atol=1e-3)


def test_full_scale_stays_in_bounds(tmp_path):
    loud = np.sign(clips.tone(1, 100, 1.0)) * np.ones((2, 1), np.float32)
    for codec in ("pcm_s16le", "pcm_u8", "pcm_f32le"):
        path = clips.film(tmp_path / f"{codec}.wav", sound=loud.T, sound_codec=codec)
        assert 0.98 < np.abs(heard(path).samples).max() <= 1.0


def test_six_channels(tmp_path):
    stereo = clips.film(tmp_path / "s.wav", sound=clips.tone(1), sound_codec="pcm_s16le")
    path = tmp_path / "a.wav"
    clips.ffmpeg("-i", stereo, "-af", "pan=5.1|FC=c0", path)
    assert 0.1 < loudness(heard(path).samples) < 0.5


def test_floats_that_are_no_numbers(tmp_path):
    samples = clips.tone(1, loudness=0.5)
    samples[100:200], samples[300], samples[400] = np.nan, np.inf, -np.inf
    path = clips.film(tmp_path / "a.wav", sound=samples, sound_codec="pcm_f32le")
    sound = heard(path)
    assert np.isfinite(sound.samples).all() and np.abs(sound.samples).max() <= 1


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000, 96_000])
def test_the_rate_is_its_own(tmp_path, rate):
    path = clips.film(
        tmp_path / "a.wav", sound=clips.tone(1, rate=rate), sound_rate=rate, sound_codec="pcm_s16le"
    )
    sound = heard(path)
    assert sound.rate == rate
    assert len(sound.samples) == pytest.approx(rate, abs=2)


@pytest.mark.parametrize("rate", [1_000, 384_000])
def test_a_rate_of_no_use_is_changed(tmp_path, rate):
    path = tmp_path / "a.wav"
    source = clips.film(
        tmp_path / "s.wav", sound=clips.tone(1, 100), sound_codec="pcm_s16le", sound_rate=44_100
    )
    clips.ffmpeg("-i", source, "-ar", rate, path)
    sound = heard(path)
    assert sound.rate == 48_000
    assert len(sound.samples) == pytest.approx(48_000, abs=500)
    assert loudness(sound.samples) > 0.1


# -- what is broken -------------------------------------------------------------------------------


def test_a_broken_end_gives_what_was_before_it(tmp_path):
    whole = clips.film(
        tmp_path / "w.mp4", sound=clips.noise(10), container={"movflags": "faststart"}
    )
    data = whole.read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(data[: len(data) // 2])
    sound = heard(path)
    assert 4 < len(sound.samples) / sound.rate < 6


def test_a_broken_middle_keeps_time_after_it(tmp_path):
    sound = clips.beeps(10, [1, 9]) + clips.noise(10, 0.02)
    whole = clips.film(tmp_path / "w.mp4", sound=sound)
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 5000] = b"\x5a" * 5000
    path = tmp_path / "broken.mp4"
    path.write_bytes(data)
    times = beginnings(heard(path), 0.6)
    assert times[0] == pytest.approx(1, abs=0.04) and times[-1] == pytest.approx(9, abs=0.04)


def test_sound_that_vanished(tmp_path, blink_clip):
    with pytest.raises(MediaError):
        list(stream_sound(tmp_path / "gone.mp4", probe(blink_clip, LIMITS), 1.0, LIMITS))
