"""Perceive once, choose many times: on real clips, through the true code."""

import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from summarizer import Length, Preference, Summary, media
from summarizer.config import PRESETS, Preset
from summarizer.errors import MediaError, OutputError, PreferenceError
from summarizer.pipeline import load
from summarizer.schema import Answer, Curve, Findings, Saliency, Score, Sentence
from summarizer.senses import SENSES
from summarizer.stages.narrate import NARRATORS
from summarizer.stages.score import HEADS
from tests import clips

CUES = ((0.5, 2.5, "The sea is calm today."), (3.0, 5.5, "A storm is coming, said the captain."))


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def summarizer(cache):
    return load(cache=cache)


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    return clips.captioned(tmp_path_factory.mktemp("film") / "a sea 'film'.mp4", CUES, seconds=9)


@pytest.fixture(scope="module")
def steps(summarizer, clip):
    return list(summarizer.perceiving(clip))


def assert_valid(perception) -> None:
    """The events cover the video exactly; every curve has a value a second."""
    events, video = perception.events, perception.video
    assert events[0].start == 0
    assert events[-1].end == video.seconds
    for one, following in pairwise(events):
        assert one.end == following.start
    assert all(event.seconds > 0 for event in events)
    assert {len(curve.values) for curve in perception.curves} <= {video.rows}


def decoders() -> list[str]:
    """What runs as a child of this process."""
    mine = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            mine.append(status.parent.name)
    return mine


def test_every_step_is_a_valid_fuller_perception(steps):
    before = set()
    for step in steps:
        assert_valid(step.perception)
        assert set(step.perception.senses) >= before
        before = set(step.perception.senses)
    assert steps[0].perception.curves == ()
    assert steps[-1].share == 1.0
    assert before == set(PRESETS["offline"].senses)


def test_the_share_done_only_grows(steps):
    shares = [step.share for step in steps]
    assert shares == sorted(shares)


def test_a_second_time_nothing_is_decoded(summarizer, clip, steps, monkeypatch):
    def refuse(*_):
        raise AssertionError("decoded again")

    for name in ("stream_pictures", "stream_sound", "key_pictures"):
        monkeypatch.setattr(media, name, refuse)
    again, whole = summarizer.perceive(clip), steps[-1].perception
    assert again.curves == whole.curves
    assert again.lines == whole.lines
    assert again.events == whole.events
    for one, other in zip(again.tracks, whole.tracks, strict=True):
        np.testing.assert_array_equal(one.values, other.values)


def test_what_a_stopped_run_had_finished_is_kept(tmp_path, clip, monkeypatch):
    stopped = load(cache=tmp_path)
    steps = stopped.perceiving(clip)
    for step in steps:
        if "speech" in step.perception.senses and step.stage == "Watching":
            break
    steps.close()
    monkeypatch.setattr(media, "stream_sound", None)
    assert set(stopped.perceive(clip).senses) == set(PRESETS["offline"].senses)


@pytest.mark.parametrize("stage", ["Opening", "Listening", "Looking ahead", "Watching"])
def test_a_stopped_run_leaves_no_decoder_behind(tmp_path, clip, stage):
    before = decoders()
    slow = load(cache=tmp_path, overrides=["perceive.pixels_a_second=1"])  # so it looks ahead
    steps = slow.perceiving(clip)
    for step in steps:
        if step.stage == stage:
            break
    else:
        pytest.fail(f"there was no stage {stage}")
    steps.close()
    assert decoders() == before


def test_choosing_depends_on_the_preference_alone(summarizer, steps):
    perception = steps[-1].perception
    preference = Preference(want="the storm", length=Length(4, "seconds"))
    one, other = (summarizer.choose(perception, preference) for _ in range(2))
    assert one == other
    assert one.answer.kind == "found"
    assert one.seconds <= 4 + 1e-6
    assert any(each.start < 5.5 and each.end > 3 for each in one.highlights)


def test_the_selector_and_the_weights_of_a_preference_are_honoured(summarizer, steps):
    perception = steps[-1].perception
    assert {"knapsack", "dpp", "peaks"} <= set(summarizer.selectors)
    plain = summarizer.choose(perception, Preference())
    named = summarizer.choose(perception, Preference(selector="knapsack"))
    assert plain.highlights == named.highlights
    assert summarizer.choose(perception, Preference(selector="dpp")).highlights
    deaf = summarizer.choose(perception, Preference(weights=(("loudness", 0.0),)))
    parts = zip(deaf.saliency.curves, deaf.saliency.weights, strict=True)
    assert all(not weight for curve, weight in parts if curve.sense == "loudness")


def test_an_unknown_selector_or_sense_is_one_sentence(summarizer, steps):
    perception = steps[-1].perception
    with pytest.raises(PreferenceError, match="no selector 'best'; there are knapsack, dpp"):
        summarizer.choose(perception, Preference(selector="best"))
    with pytest.raises(PreferenceError, match="no sense 'smell' to give a weight; there are sub"):
        summarizer.choose(perception, Preference(weights=(("smell", 2.0),)))


def test_the_budget_is_a_ceiling_at_any_length(summarizer, steps):
    perception = steps[-1].perception
    for share in (0.01, 0.05, 0.15, 0.5, 1.0):
        for variety in (0.0, 0.5, 1.0):
            wanted = Preference(length=Length(share, "share"), variety=variety)
            summary = summarizer.choose(perception, wanted)
            assert 0 < summary.seconds <= share * 9 + 1e-3 + 1 / 25
            ends = [each.end for each in summary.highlights]
            starts = [each.start for each in summary.highlights]
            assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))


def test_the_story_is_told_sentence_by_sentence(summarizer, steps):
    perception = steps[-1].perception
    summary = summarizer.choose(perception, Preference(want="the storm"))
    told = list(summarizer.tell(perception, summary))
    assert [len(each.story) for each in told] == list(range(1, len(told) + 1))
    for sentence in told[-1].story:
        assert 0 <= sentence.start <= sentence.end <= perception.video.seconds
        assert sentence.evidence


def test_all_results_are_saved_and_the_summary_reads_back(summarizer, steps, clip, tmp_path):
    perception = steps[-1].perception
    *_, summary = summarizer.tell(perception, summarizer.choose(perception, Preference("storm")))
    summarizer.save(summary, clip, tmp_path)
    names = {"reel.mp4", "saliency.html", "saliency.png", "story.md", "summary.json"}
    assert {path.name for path in tmp_path.iterdir()} == names
    text = (tmp_path / "summary.json").read_text()
    assert Summary.from_json(text) == summary
    assert str(clip.parent) not in text
    with pytest.raises(OutputError, match="already holds"):
        summarizer.save(summary, clip, tmp_path)
    reel = summarizer.probe(tmp_path / "reel.mp4")
    assert reel.seconds == pytest.approx(summary.seconds, abs=0.1)


def test_a_silent_film_is_watched(summarizer, silent_clip):
    perception = summarizer.perceive(silent_clip)
    assert_valid(perception)
    assert perception.curve("light")
    assert not perception.curve("loudness")
    assert summarizer.choose(perception, Preference()).highlights


def test_sound_alone_is_listened_to(summarizer, sound_clip, tmp_path):
    perception = summarizer.perceive(sound_clip)
    assert_valid(perception)
    assert perception.curve("loudness")
    assert not perception.curve("light")
    *_, summary = summarizer.tell(perception, summarizer.choose(perception, Preference()))
    summarizer.save(summary, sound_clip, tmp_path)
    assert (tmp_path / "reel.m4a").stat().st_size > 0


def test_half_a_broken_file_is_enough(cut_clip, tmp_path, monkeypatch):
    def broken(path, *_):
        raise MediaError(f"the sound of {path.name} is encrypted; ask its owner")

    monkeypatch.setattr(media, "stream_sound", broken)
    perception = load(cache=tmp_path).perceive(cut_clip)
    assert perception.notes == (
        f"The sound could not be used: the sound of {cut_clip.name} is encrypted; ask its owner",
    )
    assert perception.curve("movement")
    monkeypatch.setattr(media, "stream_pictures", broken)
    with pytest.raises(MediaError, match="encrypted"):
        load(cache=tmp_path / "other").perceive(cut_clip)


# -- a system is data ------------------------------------------------------------------------------


class Redness:
    """A sense made for a test: how red the picture is."""

    name, version, reads, still, concepts = "redness", 1, "pictures", True, ()

    def __init__(self, video):
        self.video, self.red = video, np.zeros(video.rows)

    def take(self, material):
        for time, frame in zip(material.times, material.frames, strict=True):
            self.red[min(int(time), len(self.red) - 1)] = frame[..., 0].mean() / 255

    def findings(self):
        return Findings(curves=(Curve.of("red", "redness", self.red),))


def test_a_preset_of_new_parts_runs_end_to_end(cut_clip, tmp_path, monkeypatch):
    def reddest(perception, preference, wish, preset):
        curve = perception.curve("red")
        admitted = np.ones(len(curve.values), bool)
        return Score(Saliency((curve,), (1.0,)), Answer("open"), admitted, ("red",))

    def haiku(perception, summary):
        yield Sentence(0.0, 1.0, "Red.", ("red",))

    monkeypatch.setitem(SENSES, "redness", Redness)
    monkeypatch.setitem(HEADS, "reddest", reddest)
    monkeypatch.setitem(NARRATORS, "haiku", haiku)
    toy = Preset(senses=("redness",), head="reddest", selector="knapsack", narrator="haiku")
    monkeypatch.setitem(PRESETS, "toy", toy)
    from summarizer.__main__ import main

    out = tmp_path / "out"
    words = [str(cut_clip), "--preset", "toy", "--out", str(out), "--cache", str(tmp_path / "c")]
    assert main(words) == 0
    summary = Summary.from_json((out / "summary.json").read_text())
    assert [curve.name for curve in summary.saliency.curves] == ["red"]
    assert [sentence.text for sentence in summary.story] == ["Red."]
    assert (out / "reel.mp4").exists()


def test_what_is_handed_over_is_offered_by_name(summarizer, clip, steps, tmp_path):
    perception = steps[-1].perception
    *_, summary = summarizer.tell(perception, summarizer.choose(perception, Preference()))
    assert [form.name for form in summarizer.exports][:2] == ["json", "csv"]
    path = summarizer.export(summary, "edl", tmp_path)
    assert path.read_text().startswith("TITLE: Highlights of a sea 'film'.mp4")
    reel = tmp_path / "reel.mp4"
    shares = list(
        summarizer.render(summary, clip, reel, shape=summarizer.shapes[1], perception=perception)
    )
    assert shares == sorted(shares)
    assert summarizer.probe(reel).size == (102, 180)
    with ZipFile(summarizer.bundle(summary, tmp_path, [reel])) as packed:
        assert {"summary.json", "captions.srt", "reel.mp4", "README.txt"} <= {*packed.namelist()}


def test_a_reel_of_sound_has_no_shape(summarizer, sound_clip, tmp_path):
    perception = summarizer.perceive(sound_clip)
    summary = summarizer.choose(perception, Preference(length=Length(2, "seconds")))
    reel = tmp_path / "reel.m4a"
    assert list(summarizer.render(summary, sound_clip, reel, shape="1:1"))[-1] == 1.0
    assert not summarizer.probe(reel).has_picture


def test_what_a_preset_is_limited_to_is_told_with_every_result(cut_clip, tmp_path, monkeypatch):
    narrow = replace(PRESETS["offline"], senses=("loudness",), limit="It knows one thing.")
    monkeypatch.setitem(PRESETS, "narrow", narrow)
    steps = list(load("narrow", cache=tmp_path).perceiving(cut_clip))
    assert all(step.perception.notes == ("It knows one thing.",) for step in steps)
