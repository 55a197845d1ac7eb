"""The senses with large models, at small size: what is sampled, and what is made of it."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from summarizer.config import PRESETS, AudioConfig, Config, VisionConfig, override
from summarizer.models import hub
from summarizer.models.audio import load_clap, load_ear, resampled, starts
from summarizer.models.merging import decide
from summarizer.models.vision import load_eye
from summarizer.pipeline import Summarizer
from summarizer.sampling import Sampler, encode, settings_of
from summarizer.schema import Pictures, Sound, Video
from summarizer.senses import SENSES, AsRecorded, CloserLook, Holding, OnGpu, TwoStep
from summarizer.senses.captions import TinyCaptions, affordable, spread
from summarizer.senses.hearing import Hearing, TinyHearing, pieces
from summarizer.senses.pictured import middle
from summarizer.senses.recorded import Seconds, samples
from summarizer.senses.sight import Sight, TinySight
from summarizer.senses.tune import TinyTune, Tune

MODELS = ("sight-tiny", "captions-tiny", "hearing-tiny", "tune-tiny")


def video(seconds: float) -> Video:
    return Video("a.mp4", "0" * 64, seconds, (320, 180), Fraction(25), 0, Fraction(1), True)


def pictures(count: int, rate: float = 4.0, seed: int = 0) -> Pictures:
    frames = np.random.default_rng(seed).integers(0, 256, (count, 18, 32, 3), dtype=np.uint8)
    return Pictures(np.arange(count) / rate, frames.repeat(10, 1).repeat(10, 2))


def sound(seconds: float, rate: int) -> np.ndarray:
    times = np.arange(round(seconds * rate)) / rate
    return (0.4 * np.sin(2 * np.pi * (200 + 100 * times) * times)).astype(np.float32)


def blocks(samples: np.ndarray, rate: int, sizes: list[int]):
    at, turn = 0, 0
    while at < len(samples):
        size = sizes[turn % len(sizes)]
        yield Sound(at / rate, samples[at : at + size], rate)
        at, turn = at + size, turn + 1


@pytest.mark.parametrize("name", MODELS)
def test_each_is_a_sense_in_two_steps_that_wants_a_gpu(name):
    sense = SENSES[name](video(4.0))
    assert isinstance(sense, TwoStep) and isinstance(sense, OnGpu)
    assert sense.name == name and sense.weights in hub.WEIGHTS
    assert isinstance(sense, AsRecorded) == isinstance(sense, Holding) == (sense.reads == "sound")
    assert isinstance(sense, CloserLook) == (name == "captions-tiny")


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("to", [24_000, 48_000])
@pytest.mark.parametrize("seconds", [0.3, 1.0, 3.7])
def test_seconds_are_those_of_the_whole_sound_however_it_comes(rate, to, seconds):
    whole = sound(seconds, rate)
    wanted = resampled(whole, rate, to, 0, int(np.ceil(len(whole) * to / rate))).numpy()
    for sizes in ([len(whole)], [rate // 3], [1_000, 7, 5_001]):
        cut = Seconds(to)
        rows = [row for block in blocks(whole, rate, sizes) for row in cut.take(block)]
        rows += cut.rest()
        assert [time for time, _ in rows] == list(range(int(np.ceil(seconds))))
        found = samples(np.stack([row for _, row in rows]))
        assert found[: len(wanted)] == pytest.approx(wanted, abs=2e-4)
        # beyond the end there is silence, but for a few samples of the filter's tail
        assert np.abs(found[len(wanted) + to // 50 :]).max(initial=0) == 0


def test_sight_keeps_a_picture_a_second_or_fewer(monkeypatch):
    kept = list(Sight(video(10.0)).sample(pictures(40)))
    assert [time for time, _ in kept] == list(range(10))
    assert all(row.shape == (224, 224, 3) and row.dtype == np.uint8 for _, row in kept)
    monkeypatch.setattr(Sight, "most", 4)
    sense = Sight(video(10.0))
    kept = [time for first in (0, 20) for time, _ in sense.sample(_part(pictures(40), first, 20))]
    assert kept == [0.0, 2.5, 5.0, 7.5]


def _part(whole: Pictures, first: int, count: int) -> Pictures:
    return Pictures(whole.times[first:][:count], whole.frames[first:][:count])


@pytest.mark.parametrize("shape", [(180, 320, 3), (320, 180, 3), (7, 900, 3), (500, 500, 3)])
def test_the_middle_square(shape):
    frame = np.zeros(shape, np.uint8)
    height, width = shape[:2]
    frame[height // 2, width // 2] = 255
    made = middle(frame, 224)
    assert made.shape == (224, 224, 3)
    top, left = np.unravel_index(made.sum(2).argmax(), (224, 224))
    assert abs(top - 112) <= 1.1 * 224 / min(shape[:2]) + 1
    assert abs(left - 112) <= 1.1 * 224 / min(shape[:2]) + 1


def test_captions_look_at_the_stillest_picture_of_every_few_seconds():
    shown = pictures(40)  # each differs from the one before
    frames = shown.frames.copy()
    frames[9] = frames[8]  # at 2.25 s nothing changed
    frames[30] = frames[29]  # at 7.5 s
    sense = TinyCaptions(video(10.0))
    assert list(sense.sample(Pictures(shown.times, frames))) == []
    moments = sense.moments()
    assert moments[:2] == [2.25, 7.5] and len(moments) == 3
    rows = list(sense.look(Pictures(np.array(moments), frames[[9, 30, 35]])))
    assert [row.shape for _, row in rows] == [(384, 384, 3)] * 3


@pytest.mark.parametrize("count", [1, 2, 75, 240])
def test_without_a_gpu_there_are_fewer_captions_spread_over_the_video(count):
    assert affordable(count, 4.0 * count, "cuda").tolist() == list(range(count))
    kept = affordable(count, 4.0 * count, "cpu")
    assert len(kept) == min(count, max(3, int(0.6 * count)))
    assert kept[0] == 0 and kept[-1] == count - 1
    assert np.diff(kept).max(initial=1) <= 2


def test_what_stays_is_one_line():
    lines = list(spread(np.array([1.0, 5.0, 9.0, 13.0]), ["a dog", "a dog", "", "a cat"], 15.0))
    assert [(each.start, each.end, each.text) for each in lines] == [
        (0.0, 7.0, "a dog"),
        (11.0, 15.0, "a cat"),
    ]


def sampled(sense, tmp_path, material, rest: bool):
    sampler = Sampler(sense, tmp_path)
    for each in material:
        sampler.take(each)
    if rest:
        sampler.close()
    settings = settings_of(sense, Config())
    seconds = sense_seconds(material)
    return list(encode(sense.name, str(sampler.path), sampler.count, seconds, settings))


def sense_seconds(material) -> float:
    last = material[-1]
    return last.end if isinstance(last, Sound) else float(last.times[-1]) + 0.25


def test_sight_is_what_clip_makes_of_the_pictures(tmp_path, tiny_weights):
    shown = pictures(160)  # 40 s: more than are looked at between two signs of life
    sense = TinySight(video(40.0))
    steps = sampled(sense, tmp_path, [_part(shown, 0, 80), _part(shown, 80, 80)], rest=False)
    assert [len(step.findings.tracks[0].times) for step in steps] == [32, 40]
    track, patches = steps[-1].findings.tracks
    assert (track.name, track.made_by) == ("sight", "tiny-clip")
    assert track.times.tolist() == list(range(40))
    eye = load_eye(hub.folder("tiny-clip"))
    frames = np.stack([middle(shown.frames[4 * second], 224) for second in range(40)])
    seen = eye.look(frames)
    assert np.abs(seen.embedding - track.values).max() < 2e-3
    # so many tokens a picture, whose mean, each counting for its patches, is that of the picture
    keep = VisionConfig().keep_tokens
    assert patches.times.tolist() == np.repeat(range(40), keep).tolist()
    merging = decide(seen.patches, keep)
    found = torch.from_numpy(patches.values.astype(np.float32)).reshape(40, keep, -1)
    mean = (found * merging.sizes[..., None]).sum(1) / eye.patches
    assert torch.allclose(mean, seen.patches.mean(1), atol=5e-3)


@pytest.mark.parametrize(("kind", "name"), [(TinyHearing, "hearing"), (TinyTune, "tune")])
def test_sound_is_what_the_model_makes_of_all_of_it(kind, name, tmp_path, tiny_weights):
    heard = sound(13.5, 44_100)
    steps = sampled(kind(video(13.5)), tmp_path, list(blocks(heard, 44_100, [100_000])), rest=True)
    (track,) = steps[-1].findings.tracks
    assert (track.name, track.made_by) == (name, kind.weights)
    padded = np.pad(heard, (0, 14 * 44_100 - len(heard)))
    if kind is TinyHearing:
        clap = load_clap(hub.folder("tiny-clap"))
        wanted, times = clap.hear(padded, 44_100), clap.windows(14.0).mean(1)
    else:
        ear = load_ear(hub.folder("tiny-mert"), tokens_a_second=2.0)
        wanted, times = ear.listen(padded, 44_100), np.arange(28) / 2
    assert track.times == pytest.approx(times)
    assert np.abs(wanted - track.values).max() < 0.02 * np.abs(wanted).max()


def test_a_gap_in_the_sound_is_not_closed(tiny_weights):
    rows = np.zeros((6, Tune.shape[0]), np.int16)
    rows[3:] = (sound(3.0, 24_000) * 20_000).astype(np.int16).reshape(3, -1)
    times = np.array([0.0, 1.0, 2.0, 50.0, 51.0, 52.0])
    *_, last = TinyTune.encode(times, rows, 60.0, AudioConfig())
    (track,) = last.findings.tracks
    assert track.times.tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 50, 50.5, 51, 51.5, 52, 52.5]
    assert track.values[:6].std(0).max() < track.values[6:].std(0).max()


@pytest.mark.parametrize("hop", [5.0, 2.5, 1.0, 7.0])
@pytest.mark.parametrize("seconds", [3, 10, 64, 65, 66, 131, 200])
def test_pieces_have_the_windows_of_the_whole_each_once(hop, seconds):
    settings = AudioConfig(hop=hop)

    def windows(begin: int, end: int) -> list[float]:
        return [begin + each / 10 for each in starts(10 * (end - begin), 100, round(10 * hop))]

    found = [
        each
        for begin, end, count in pieces(4, 4 + seconds, settings)
        for each in windows(begin, end)[:count]
    ]
    assert found == windows(4, 4 + seconds)


def test_settings_reach_the_models_and_the_cache(cut_clip, tiny_weights, tmp_path):
    few = ("vision.keep_tokens=4", "vision.merging=density", "audio.tokens_a_second=1.0")
    senses = ("sight-tiny", "tune-tiny")
    preset = replace(PRESETS["tiny"], senses=senses, needs=())
    for overrides in ((), few):
        config = Config()
        for each in overrides:
            config = override(config, each)
        seen = Summarizer(preset, config, tmp_path).perceive(cut_clip)
        assert len(seen.track("patches").times) == 12 * config.vision.keep_tokens
        assert len(seen.track("tune").times) == round(12 * config.audio.tokens_a_second)


def test_no_more_is_kept_than_fits():
    assert Hearing.most * Hearing.shape[0] * 2 < 500e6
    assert Tune.most * Tune.shape[0] * 2 < 600e6
    assert Sight.most * np.prod(Sight.shape) < 500e6
