"""The sense that hears words: what it samples, and what it makes of what a recogniser hears."""

import numpy as np
import pytest

from summarizer.models import recogniser, speech
from summarizer.models.recogniser import Heard
from summarizer.models.speech import GOES_ON, RATE, STRETCH, WINDOW
from summarizer.models.spoken import Word
from summarizer.schema import QUOTABLE, Sound, Video
from summarizer.senses import Holding, Identified, Spared, TwoStep
from summarizer.senses.recognition import SOURCE, UNKNOWN, WINDOWS, Recognition

ROW = WINDOWS * WINDOW
STEP = ROW / RATE
VIDEO = Video("talk.wav", "0" * 64, 40.0, (0, 0), 0, 0, 1, True)


class Vad:
    """Hears speech wherever the samples are above a half."""

    def probabilities(self, samples):
        count = len(samples) // WINDOW
        return np.where(samples[: count * WINDOW].reshape(count, WINDOW).max(1) > 0.5, 0.9, 0.0)


class Parrot:
    """Says the same words about every piece; believes them or not."""

    made_by = "parrot 1"

    def __init__(self, *words: Word, trusts: bool = True):
        self.words, self.trusts, self.heard = words, trusts, []

    def hear(self, samples):
        self.heard.append(samples)
        return Heard(self.words, len(samples) / RATE, 0.0)

    def believes(self, heard):
        return self.trusts


SURE = tuple(
    Word(text, number * 0.3, number * 0.3 + 0.25, 0.9)
    for number, text in enumerate(["uh", "the", "the", "sea", "is", "calm"])
)
UNSURE = tuple(Word(word.text, word.start, word.end, 0.1) for word in SURE)


@pytest.fixture(autouse=True)
def vad(monkeypatch):
    monkeypatch.setattr(speech, "load_vad", Vad)


def sampled(sound: np.ndarray, block: int, start: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    sense, rows = Recognition(VIDEO), []
    for at in range(0, len(sound), block):
        rows += sense.sample(Sound(start + at / RATE, sound[at : at + block], RATE))
    rows += sense.rest()
    times = np.array([time for time, _ in rows])
    return times, np.array([row for _, row in rows]).reshape(len(rows), ROW + WINDOWS)


def talk(seconds: float, *spans: tuple[float, float]) -> np.ndarray:
    sound = np.zeros(round(seconds * RATE), np.float32)
    for start, end in spans:
        sound[round(start * RATE) : round(end * RATE)] = 0.75
    return sound


def encoded(sound: np.ndarray, using: Parrot, monkeypatch) -> list:
    monkeypatch.setattr(recogniser, "load_recogniser", lambda: using)
    return list(Recognition.encode(*sampled(sound, RATE), len(sound) / RATE))


def test_it_is_a_sense_in_two_steps():
    sense = Recognition(VIDEO)
    for kind in (TwoStep, Holding, Spared, Identified):
        assert isinstance(sense, kind)
    assert sense.identity == recogniser.recogniser_here()
    assert SOURCE in QUOTABLE and Recognition.name not in QUOTABLE


@pytest.mark.parametrize("block", [997, RATE, 13 * RATE])
@pytest.mark.parametrize("start", [0.0, 1.25])
def test_only_speech_is_sampled_however_the_sound_is_cut(block, start):
    times, rows = sampled(talk(40, (5, 8), (30, 31)), block, start)
    reference, same = sampled(talk(40, (5, 8), (30, 31)), 40 * RATE, start)
    np.testing.assert_allclose(times, reference)
    np.testing.assert_array_equal(rows, same)
    seconds = len(times) * STEP
    assert 4 <= seconds <= 4 + 8 * STEP
    for begins, ends in ((5, 8), (30, 31)):
        assert any(time - start <= begins < time - start + STEP for time in times)
        assert any(time - start < ends <= time - start + STEP for time in times)
    voiced = rows[:, -WINDOWS:] >= GOES_ON * 32767
    assert voiced.sum() * WINDOW / RATE == pytest.approx(4, abs=0.2)


def test_silence_and_no_sound_leave_nothing():
    assert len(sampled(talk(15), RATE)[0]) == 0
    assert list(Recognition(VIDEO).rest()) == []


def test_speech_that_ends_with_the_sound_is_whole():
    times, _ = sampled(talk(STRETCH * WINDOW / RATE + 1, (3, 20)), RATE)
    assert times[-1] + STEP >= STRETCH * WINDOW / RATE + 1


def test_a_recogniser_hears_each_piece_whole_and_lines_say_so(monkeypatch):
    parrot = Parrot(*SURE)
    *_, last = encoded(talk(30, (4, 7), (20, 22)), parrot, monkeypatch)
    assert last.share == 1
    assert [len(piece) / RATE for piece in parrot.heard] == pytest.approx([3.5, 2.5], abs=0.2)
    assert all((piece > 20_000).any() for piece in parrot.heard)
    assert [line.text for line in last.findings.lines] == ["The sea is calm."] * 2
    assert {line.source for line in last.findings.lines} == {SOURCE}
    assert all(line.confidence == pytest.approx(0.9) for line in last.findings.lines)
    first, second = last.findings.lines
    assert 3.5 < first.start < first.end < 7 and 19.5 < second.start < second.end < 22.5
    (track,) = last.findings.tracks
    assert track.made_by == "parrot 1" and len(track.times) == 2 * len(SURE)


def test_where_the_gate_is_closed_speech_is_all_it_says(monkeypatch):
    *_, last = encoded(talk(30, (4, 7), (8, 9), (20, 22)), Parrot(*SURE, trusts=False), monkeypatch)
    assert [line.text for line in last.findings.lines] == [UNKNOWN] * 2, "near ones are one"
    assert not any(line.source in QUOTABLE for line in last.findings.lines)


def test_words_that_are_all_uncertain_are_no_words(monkeypatch):
    *_, last = encoded(talk(12, (4, 7)), Parrot(*UNSURE), monkeypatch)
    assert [line.text for line in last.findings.lines] == [UNKNOWN]


def test_one_that_hears_no_word_says_nothing(monkeypatch):
    *_, last = encoded(talk(12, (4, 7)), Parrot(), monkeypatch)
    assert last.findings.lines == ()


def test_findings_come_piece_by_piece(monkeypatch):
    steps = encoded(talk(40, (1, 3), (10, 12), (30, 32)), Parrot(*SURE), monkeypatch)
    assert [len(step.findings.lines) for step in steps] == [1, 2, 3]
    assert [step.share for step in steps] == pytest.approx([1 / 3, 2 / 3, 1])


def test_a_long_speech_is_divided_without_loss(monkeypatch):
    parrot = Parrot(*SURE)
    encoded(talk(60, (2, 55)), parrot, monkeypatch)
    assert all(len(piece) <= 15.1 * RATE for piece in parrot.heard)
    assert sum(len(piece) for piece in parrot.heard) / RATE == pytest.approx(53, abs=1)
