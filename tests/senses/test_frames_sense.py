"""What BLIP is shown of a video, and that its rows are those of the pictures."""

from fractions import Fraction

import numpy as np
import pytest

from summarizer.config import Config, FramesConfig
from summarizer.errors import PresetError
from summarizer.models import hub
from summarizer.models.captioner import load_captioner
from summarizer.sampling import Sampler, encode, settings_of
from summarizer.schema import Pictures, Video
from summarizer.senses import SENSES, Configured, OnGpu, TwoStep
from summarizer.senses.frames import Frames, TinyFrames, chosen, little


def video(seconds: float) -> Video:
    return Video("a.mp4", "0" * 64, seconds, (320, 180), Fraction(25), 0, Fraction(1), True)


def pictures(count: int, rate: float = 4.0) -> Pictures:
    small = np.random.default_rng(1).integers(0, 256, (count, 9, 16, 3), dtype=np.uint8)
    return Pictures(np.arange(count) / rate, small.repeat(20, 1).repeat(20, 2))


def test_it_is_a_sense_in_two_steps_with_settings():
    sense = SENSES["frames"](video(4.0))
    assert isinstance(sense, TwoStep) and isinstance(sense, OnGpu) and isinstance(sense, Configured)
    assert sense.weights in hub.WEIGHTS and sense.identity == hub.marked("blip")


def test_a_picture_a_second_or_as_many_as_there_may_be(monkeypatch):
    kept = list(Frames(video(10.0)).sample(pictures(40)))
    assert [time for time, _ in kept] == list(range(10))
    assert all(row.shape == (224, 224, 3) and row.dtype == np.uint8 for _, row in kept)
    monkeypatch.setattr(Frames, "most", 4)
    assert [time for time, _ in Frames(video(10.0)).sample(pictures(40))] == [0, 2.5, 5, 7.5]


@pytest.fixture
def held(tmp_path, tiny_weights):
    sampler = Sampler(TinyFrames(video(20.0)), tmp_path)
    sampler.take(pictures(80))
    sampler.close()
    return sampler


def test_every_row_is_of_its_picture(held):
    *_, last = encode("frames-tiny", str(held.path), held.count, 20.0)
    (track,) = last.findings.tracks
    assert last.share == 1.0 and last.tokens == 20 and track.made_by == "tiny-blip"
    assert track.times.tolist() == list(range(20))
    blip = load_captioner(hub.folder("tiny-blip"))
    shown = [row for _, row in TinyFrames(video(20.0)).sample(pictures(80))]
    alone = np.concatenate([blip.rows(row[None]) for row in shown])
    assert track.values == pytest.approx(alone, abs=2e-2)
    assert len(np.unique(alone.round(2), axis=0)) == 20


def test_under_a_budget_it_looks_where_most_changes(held):
    config = Config(frames=FramesConfig(budget=6))
    given = settings_of(TinyFrames(video(20.0)), config)
    *_, whole = encode("frames-tiny", str(held.path), held.count, 20.0)
    *_, last = encode("frames-tiny", str(held.path), held.count, 20.0, given)
    (all_of_it,), (track,) = whole.findings.tracks, last.findings.tracks
    assert len(track.times) == 6 == last.tokens
    same = np.isin(all_of_it.times, track.times)
    assert track.values == pytest.approx(all_of_it.values[same], abs=2e-2)

    still = np.repeat(pictures(1).frames, 40, 0)
    still[20:30] = pictures(10).frames  # ten that differ among forty
    places = chosen(np.stack([each[:90, :160] for each in still]), 12)
    assert len(places) == 12 and ((places >= 19) & (places <= 30)).sum() >= 9
    assert chosen(still, 0).tolist() == chosen(still, 40).tolist() == list(range(40))


def test_light_alone_is_no_change():
    dark = pictures(1).frames // 2
    low, high = little(np.concatenate([dark, dark + 60]))
    assert low == pytest.approx(high, abs=1.0)


def test_a_budget_below_nothing_is_refused():
    with pytest.raises(PresetError, match="budget is -1"):
        FramesConfig(budget=-1)
