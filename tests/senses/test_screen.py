"""Words on screen, from drawn films with known words to lines with times."""

from dataclasses import replace
from difflib import SequenceMatcher
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from summarizer import media
from summarizer.config import PRESETS, DecodeConfig, Limits
from summarizer.pipeline import load
from summarizer.sampling import Sampler, encode
from summarizer.schema import Encoded, Line, Pictures, Video
from summarizer.senses import CloserLook, TwoStep
from summarizer.senses.screen import PICTURE, Screen, budget, unrepeated
from tests.clips import film, scenery, subrip, tone
from tests.lettered import captioned, held, written

EMPTY = written(())
FIRST = written((("Three questions", 40, 30, 52), ("Which way do they fly?", 40, 180, 30)))
SECOND = written((("Where the flowers are", 40, 30, 52), ("Far beyond the hill", 40, 180, 30)))


def perceived(path: Path) -> Encoded:
    """What the sense finds in a file, in both of its steps."""
    video, limits = media.probe(path, Limits()), Limits()
    sense = Screen(video)
    sampler = Sampler(sense, path.parent)
    for pictures in media.stream_pictures(path, video, DecodeConfig(), limits):
        sampler.take(pictures)
    moments = sense.moments()
    if not moments:
        return Encoded(1.0, sense.nothing())
    for pictures in media.stream_stills(path, video, moments, sense.width, limits):
        sampler.look(pictures)
    *_, last = encode("screen", str(sampler.path), sampler.count, video.seconds)
    return last


def lines_of(path: Path, source: str = "screen-text") -> list[Line]:
    return [line for line in perceived(path).findings.lines if line.source == source]


def test_a_sense_of_two_steps_that_looks_closer():
    sense = Screen(Video("a", "0" * 64, 4.0, (64, 32), Fraction(25), 0, Fraction(1), False))
    assert isinstance(sense, TwoStep) and isinstance(sense, CloserLook)


def test_slides_become_lines_and_their_titles_titles(tmp_path):
    pictures = held([(EMPTY, 3), (FIRST, 6), (EMPTY, 2), (SECOND, 6), (EMPTY, 3)])
    found = perceived(film(tmp_path / "talk.mp4", pictures, fps=8)).findings
    written_ = [line for line in found.lines if line.source == "screen-text"]
    assert {line.text for line in written_} == {
        "Three questions",
        "Which way do they fly?",
        "Where the flowers are",
        "Far beyond the hill",
    }
    titles = [(line.start, line.end, line.text) for line in found.lines if line.source == "title"]
    assert [text for *_, text in titles] == ["Three questions", "Where the flowers are"]
    assert titles[0][:2] == pytest.approx((3, 9), abs=0.6)
    assert titles[1][:2] == pytest.approx((11, 17), abs=0.6)
    (curve,) = found.curves
    assert curve.name == "text on screen" and len(curve.values) == 20
    assert max(curve.values[:2]) == 0 and min(curve.values[4:8]) == 1 and curve.values[9] < 0.6


def test_captions_over_moving_pictures(tmp_path):
    said = ("The sea is calm today", "We sail before the night", "Nobody comes back alone")
    wide = scenery(5, (1400, 360)) // 2

    def pictures():
        for n in range(8 * 12):
            ground = np.ascontiguousarray(wide[:, 6 * n : 6 * n + 640])
            yield captioned(ground, said[n // 32])

    lines = lines_of(film(tmp_path / "captions.mp4", pictures(), fps=8))
    assert tuple(line.text for line in lines) == said
    for number, line in enumerate(lines):
        assert (line.start, line.end) == pytest.approx((4 * number, 4 * number + 4), abs=1.0)


def test_a_running_clock_and_a_mark_that_stays_are_one_line_each(tmp_path):
    def pictures():
        for n in range(8 * 16):
            clock = f"FOX {n // 64}-0 OWL   37:{10 + n // 8}"
            words = ((clock, 30, 20, 30), ("www.example.org", 430, 325, 20))
            yield written(words, ground=(30, 90, 40), ink=(255, 255, 255))

    lines = lines_of(film(tmp_path / "match.mp4", pictures(), fps=8))
    boards = [line for line in lines if "FOX" in line.text]
    read = [line.text.replace(" ", "")[:9] for line in boards]
    assert read == ["FOX0-0OWL", "FOX1-0OWL"]
    assert boards[0].end == pytest.approx(8, abs=1) == boards[1].start
    (mark,) = (line for line in lines if "example" in line.text)
    assert (mark.start, mark.end) == pytest.approx((0, 16), abs=0.5)


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (320, 180)])
def test_nearly_every_letter_is_right(tmp_path, size):
    words = [
        ("Energy tells quality", 20, 30, 28),
        ("40 degrees to the left", 20, 80, 22),
        ("Price: $12.50 (2 for $20)", 20, 130, 20),
    ]
    path = film(tmp_path / "sheet.mp4", held([(written(words, size), 4)]), fps=8)
    truth = " ".join(text for text, *_ in words)
    read = " ".join(line.text for line in lines_of(path))
    assert SequenceMatcher(None, truth, read, autojunk=False).ratio() > 0.97


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((90, 160, 3), np.uint8),
        np.full((90, 160, 3), 255, np.uint8),
        np.zeros((2, 2, 3), np.uint8),
        scenery(2, (160, 90)),
        np.random.default_rng(1).integers(0, 256, (90, 160, 3), np.uint8),
    ],
)
def test_without_words_there_are_no_lines(tmp_path, picture):
    found = perceived(film(tmp_path / "plain.mp4", held([(picture, 3)]), fps=8)).findings
    assert found.lines == () and found.curves[0].values == (0.0, 0.0, 0.0)


def test_reading_keeps_to_its_share():
    video = Video("a", "0" * 64, 120.0, (640, 360), Fraction(8), 0, Fraction(1), False)
    sense = Screen(video)
    for n in range(4 * 120):  # another slide every second
        slide = written(((f"Slide {n // 4} of many, many more", 20, 30, 22),), (320, 180))
        list(sense.sample(Pictures(np.array([n / 4]), slide[None])))
    moments = sense.moments()
    assert 10 <= len(moments) <= budget(120.0) / PICTURE
    assert moments == sorted(moments)
    assert max(np.diff(moments)) < 60


def test_burned_in_subtitles_count_once():
    said = Line(1, 4, "The sea is calm today.", "subtitles")
    shown = Line(1.2, 4.1, "The sea is caim today", "screen-text", 0.9)
    sign = Line(1.2, 4.1, "Harbour office", "screen-text", 0.9)
    later = replace(shown, start=30, end=33)
    title = replace(shown, source="title")
    assert unrepeated((said, shown, sign, later, title)) == (said, sign, later, title)
    assert unrepeated((shown,)) == (shown,) and unrepeated(()) == ()


def test_through_the_whole(tmp_path, monkeypatch):
    """Perceived after the quick senses, kept, and not told twice where subtitles say it."""
    monkeypatch.setitem(
        PRESETS, "reading", replace(PRESETS["offline"], senses=("subtitles", "light", "screen"))
    )
    pictures = held([(EMPTY, 2), (FIRST, 5), (EMPTY, 1)])
    path = film(tmp_path / "talk.mp4", pictures, fps=8, sound=tone(8))
    subtitles = subrip([(2.0, 7.0, "Which way do they fly?")])
    path.with_suffix(".srt").write_text(subtitles, encoding="utf-8")
    cache = tmp_path / "cache"
    steps = list(load("reading", cache=cache).perceiving(path))
    first = next(step.perception for step in steps if step.perception.curve("light"))
    assert "screen" not in first.senses
    last = steps[-1].perception
    assert last.notes == () and last.senses == ("subtitles", "light", "screen")
    texts = [(line.source, line.text) for line in last.lines]
    assert ("screen-text", "Three questions") in texts and ("title", "Three questions") in texts
    assert ("screen-text", "Which way do they fly?") not in texts
    assert max(last.curve("text on screen").values) == 1.0
    again = load("reading", cache=cache).perceive(path)
    assert again.lines == last.lines and again.curves == last.curves


def test_what_cannot_be_fetched_again_is_a_note(tmp_path, monkeypatch):
    monkeypatch.setitem(PRESETS, "reading", replace(PRESETS["offline"], senses=("light", "screen")))

    def broken(*_):
        raise media.frames.MediaError("talk.mp4 is gone; bring it back")

    monkeypatch.setattr(media, "stream_stills", broken)
    path = film(tmp_path / "talk.mp4", held([(EMPTY, 1), (FIRST, 4)]), fps=8)
    perception = load("reading", cache=tmp_path / "cache").perceive(path)
    assert perception.curve("light") and "bring it back" in perception.notes[0]
