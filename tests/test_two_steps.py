"""A sense with a model: sampled while the file is decoded, encoded here or in another process."""

import pickle
import tempfile
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from summarizer import media
from summarizer.config import PRESETS
from summarizer.errors import OutputError, SummarizerError
from summarizer.files import FOLDER
from summarizer.pipeline import load
from summarizer.sampling import Sampler, encode
from summarizer.schema import Pictures, Preference, Video
from summarizer.senses import SENSES, Reader, TwoStep
from tests import clips
from tests.glimpse import SIDE, Elsewhere, Glimpse

VIDEO = Video("a.mp4", "0" * 64, 4.0, (64, 32), Fraction(25), 0, Fraction(1), False)
GREY = Pictures(np.arange(8) * 0.5, np.full((8, 32, 64, 3), 51, np.uint8))


@pytest.fixture(autouse=True)
def preset(monkeypatch):
    """The offline preset with a few quick senses and one that has a model."""
    monkeypatch.setitem(SENSES, "glimpse", Glimpse)
    senses = ("loudness", "shots", "glimpse", "words")
    monkeypatch.setitem(PRESETS, "glimpsing", replace(PRESETS["offline"], senses=senses))


@pytest.fixture(autouse=True)
def room(tmp_path_factory, monkeypatch):
    """Folders for samples are made in a place of this test's own, where no other test makes any."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("room")))


def folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob(f"{FOLDER}*/*"))


def test_a_sense_is_of_one_kind():
    assert isinstance(Glimpse(VIDEO), TwoStep)
    plain = [SENSES[name](VIDEO) for name in PRESETS["offline"].senses]
    assert all(isinstance(sense, TwoStep) != hasattr(sense, "take") for sense in plain)
    assert {sense.name for sense in plain if isinstance(sense, Reader)} == {"words"}


def test_end_to_end_in_another_process_with_nothing_but_plain_values(cut_clip, tmp_path):
    before, elsewhere = folders(), Elsewhere()
    steps = list(load("glimpsing", cache=tmp_path, encode=elsewhere).perceiving(cut_clip))
    perception, work = steps[-1].perception, {each.sense: each for each in steps[-1].work}
    (asked,) = elsewhere.asked
    assert [type(each) for each in asked] == [str, str, int, float, str]
    assert pickle.loads(pickle.dumps(asked)) == asked
    assert asked[0] == "glimpse" and asked[2] == 12
    assert len(perception.curve("brightness").values) == 12
    assert perception.track("glimpses").values.shape == (12, 1)
    assert work["glimpse"].device == "arithmetic" and work["glimpse"].tokens == 12 * SIDE * SIDE
    assert "Recognising" in {step.stage for step in steps}
    shares = [step.share for step in steps]
    assert shares == sorted(shares)
    assert folders() == before, "samples were left behind"


def test_here_and_elsewhere_find_the_same_and_the_cache_keeps_it(cut_clip, tmp_path, monkeypatch):
    elsewhere = Elsewhere()
    there = load("glimpsing", cache=tmp_path / "there", encode=elsewhere).perceive(cut_clip)
    here = load("glimpsing", cache=tmp_path / "here")
    first = here.perceive(cut_clip)
    assert first.curves == there.curves
    monkeypatch.setattr(media, "stream_pictures", None)  # nothing is decoded again
    *_, last = here.perceiving(cut_clip)
    assert last.perception.curves == first.curves
    cached = {each.sense for each in last.work if each.cached}
    assert cached == {"loudness", "shots", "glimpse", "words"}
    assert all(each.seconds == 0 for each in last.work if each.cached)


def test_a_stop_while_encoding_ends_the_work_and_removes_the_samples(cut_clip, tmp_path):
    before, ended = folders(), []

    def slow(*arguments):
        try:
            for encoded in encode(*arguments):
                time.sleep(0.05)
                yield encoded
        finally:
            ended.append(arguments)

    steps = load("glimpsing", cache=tmp_path, encode=slow).perceiving(cut_clip)
    for step in steps:
        if step.stage == "Recognising":
            break
    steps.close()
    assert folders() == before
    for _ in range(100):  # the thread hears of it at its next step
        if ended:
            break
        time.sleep(0.05)
    assert ended and "glimpse" not in step.perception.senses


def test_a_model_that_fails_is_a_note_and_the_rest_is_found(cut_clip, tmp_path):
    def refused(*_):
        raise SummarizerError("the GPU is not to be had: come back tomorrow")
        yield

    perception = load("glimpsing", cache=tmp_path, encode=refused).perceive(cut_clip)
    (note,) = perception.notes
    assert "glimpse" in note and "come back tomorrow" in note
    assert perception.curve("loudness") and not perception.curve("brightness")


def test_samples_are_bounded_and_read_back_as_they_were(tmp_path, monkeypatch):
    sampler = Sampler(Glimpse(VIDEO), tmp_path)
    sampler.take(GREY)
    *_, last = encode("glimpse", str(sampler.path), sampler.count, VIDEO.seconds)
    assert sampler.count == 4
    assert last.share == 1 and last.findings.curves[0].values == (0.2,) * 4
    monkeypatch.setattr(Glimpse, "most", 3)
    bounded = Sampler(Glimpse(VIDEO), tmp_path / "..")
    bounded.path = tmp_path / "bounded"
    for _ in range(5):
        bounded.sense.due = 0.0
        bounded.take(GREY)
    record = 8 + SIDE * SIDE
    assert bounded.count == 3 and bounded.path.stat().st_size == 3 * record


def test_no_room_for_samples_is_a_sentence(tmp_path):
    with pytest.raises(OutputError, match="make room"):
        Sampler(Glimpse(VIDEO), tmp_path / "gone").take(GREY)


def test_every_sense_that_worked_says_what_it_cost(tmp_path):
    clip = clips.captioned(tmp_path / "said.mp4", ((0.5, 2.5, "The sea is calm today."),), 4)
    *_, last = load(cache=tmp_path / "cache").perceiving(clip)
    assert tuple(each.sense for each in last.work) == last.perception.senses
    assert all(each.device == "cpu" and not each.cached for each in last.work)
    assert all(each.seconds > 0 for each in last.work if each.sense in ("loudness", "shots"))
    words = next(each for each in last.work if each.sense == "words")
    assert words.tokens >= 3 * len(last.perception.lines) > 0  # a start, an end, a word at least


class Overheard(Glimpse):
    """A glimpse that is not needed where there are subtitles."""

    name = "overheard"
    spared_by = "subtitles"


def test_subtitles_spare_a_sense_its_work(cut_clip, tmp_path, monkeypatch):
    monkeypatch.setitem(SENSES, "overheard", Overheard)
    senses = ("subtitles", "shots", "overheard")
    monkeypatch.setitem(PRESETS, "hearing", replace(PRESETS["offline"], senses=senses))
    said = clips.captioned(tmp_path / "said.mp4", ((0.5, 2.5, "The sea is calm today."),), 4)
    for clip, needed in ((cut_clip, True), (said, False)):
        elsewhere = Elsewhere()
        hearing = load("hearing", cache=tmp_path / "cache", encode=elsewhere)
        # the process over there knows the sense by its other name
        monkeypatch.setattr(Overheard, "name", "glimpse" if needed else "overheard")
        perception = hearing.perceive(clip)
        assert bool(elsewhere.asked) is needed
        assert len(perception.senses) == 3
        assert {line.source for line in perception.lines} == (set() if needed else {"subtitles"})


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("clips/auto-editor_example.mp4", True),  # plain English
        ("hostile/OpenBMB__assistant_response.mp4", False),  # another language
    ],
)
def test_speech_is_heard_or_said_not_to_be(shared_data, tmp_path, monkeypatch, name, known):
    pytest.importorskip("pocketsphinx")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))  # whatever lies in the real one
    senses = ("subtitles", "speech", "recognition")
    monkeypatch.setitem(PRESETS, "hearing", replace(PRESETS["offline"], senses=senses))
    hearing = load("hearing", cache=tmp_path / "cache")
    perception = hearing.perceive(shared_data / name)
    assert perception.heard_by.startswith("pocketsphinx ")
    assert hearing.choose(perception, Preference()).heard_by == perception.heard_by
    said = [line.text.lower() for line in perception.lines if line.source == "speech-to-text"]
    assert any("voice" in text for text in said) if known else not said
    closed = [line for line in perception.lines if line.source == "recognition"]
    assert {line.text for line in closed} <= {"Speech, not recognised."}
    assert closed or known
