"""What was perceived is kept whole, comes back as it was, and can be cut like the video itself."""

import json

import numpy as np
import pytest

from summarizer.data.perceived import INDEX, Keeper, part_of, read
from summarizer.errors import SummarizerError
from summarizer.schema import Line, Track
from tests.perceptions import perception, video

MADE = {"preset": "toy", "senses": {"sight": "1"}}


def made(seconds: float = 20.0):
    rng = np.random.default_rng(1)
    rows = int(np.ceil(seconds))
    tracks = [
        Track("tune", np.arange(2 * rows) / 2, rng.normal(size=(2 * rows, 3)).astype("f2"), "ear"),
        Track("looks", np.arange(rows) * 1.0, rng.normal(size=(rows, 5)).astype("f2"), "us"),
    ]
    lines = [Line(2.0, 6.0, "the sea", "subtitles"), Line(9.0, 9.5, "a gull", "captions", 0.5)]
    curves = {"movement": rng.random(rows).round(4), "loudness": rng.random(rows).round(4)}
    return perception(video(seconds), curves, lines=lines, tracks=tracks)


def test_what_was_perceived_comes_back(tmp_path):
    keeper, whole = Keeper(tmp_path, MADE), made()
    asked = keeper.keep_wish("a" * 64, [Track("sight", np.zeros(1), np.ones((1, 4)), "eye")])
    keeper.keep("one", "sea.mp4", whole, asked)
    assert keeper.known("land.mp4") is None
    keeper.share(keeper.known("sea.mp4"), "two")
    found = read(tmp_path)
    assert set(found.kept) == {"one", "two"} and found.made == MADE
    one = found.perception(found.kept["one"])
    assert one.curves == whole.curves and one.lines == whole.lines and one.events == whole.events
    assert one.video.seconds == 20.0 and one.video.size == whole.video.size
    assert [each.name for each in one.tracks] == ["tune"]  # nothing learns from the rest
    assert np.array_equal(one.tracks[0].values, whole.track("tune").values)
    assert found.kept["one"].tracks == {"tune": ("ear", 3)}
    assert found.wish(found.kept["one"])["sight"].tolist() == [1, 1, 1, 1]
    assert found.wish(found.kept["two"]) == {}


def test_it_goes_on_behind_a_line_that_was_cut_off(tmp_path):
    Keeper(tmp_path, MADE).keep("one", "a", made())
    with (tmp_path / INDEX).open("a") as file:
        file.write('{"id": "two", "med')
    assert set(read(tmp_path).kept) == {"one"}
    again = Keeper(tmp_path, MADE)
    again.keep("two", "b", made(5.0))
    assert set(read(tmp_path).kept) == {"one", "two"}
    with pytest.raises(SummarizerError, match="holds features by the preset 'toy'"):
        Keeper(tmp_path, {**MADE, "senses": {"sight": "2"}})


def test_what_is_broken_says_so(tmp_path):
    with pytest.raises(SummarizerError, match=r"holds no features; make them with"):
        read(tmp_path)
    (tmp_path / INDEX).write_text('{"form": "something"}\n')
    with pytest.raises(SummarizerError, match="does not begin as features of version 1 do"):
        read(tmp_path)
    (tmp_path / INDEX).unlink()
    Keeper(tmp_path, MADE).keep("one", "a", made())
    head, line = (tmp_path / INDEX).read_text().splitlines()
    for wrong in ({"entry": "../../etc/passwd"}, {"video": ["a"]}, {"events": "no"}):
        (tmp_path / INDEX).write_text(f"{head}\n{json.dumps(json.loads(line) | wrong)}\n")
        with pytest.raises(SummarizerError, match="line 2"):
            read(tmp_path)
    (tmp_path / INDEX).write_text(f"{head}\n{line}\n")
    found = read(tmp_path)
    (tmp_path / found.kept["one"].entry).unlink()
    with pytest.raises(SummarizerError, match="has lost what was perceived of the example 'one'"):
        found.perception(found.kept["one"])


@pytest.mark.parametrize("span", [(0.0, 20.0), (4.0, 10.0), (3.25, 9.75), (18.5, 30.0)])
def test_a_part_is_as_if_it_were_a_video_of_its_own(span):
    whole = made()
    part = part_of(whole, *span)
    start, end = span[0], min(span[1], 20.0)
    seconds = part.video.seconds
    assert seconds == end - start
    assert part.events[0].start == 0 and part.events[-1].end == pytest.approx(seconds)
    assert all(a.end == b.start for a, b in zip(part.events, part.events[1:], strict=False))
    for old, new in zip(whole.curves, part.curves, strict=True):
        assert len(new.values) == part.video.rows
        fine = np.repeat(old.array, 100)  # a hundredth of a second at a time
        for second in range(int(seconds)):
            first = round((start + second) * 100)
            assert new.values[second] == pytest.approx(fine[first : first + 100].mean(), abs=2e-4)
    tune, old = part.track("tune"), whole.track("tune")
    inside = [(t, v) for t, v in zip(old.times, old.values, strict=True) if start <= t < end]
    assert tune.times.tolist() == [t - start for t, _ in inside]
    assert np.array_equal(tune.values, np.array([v for _, v in inside]))
    for line in whole.lines:
        there = [each for each in part.lines if each.text == line.text]
        assert len(there) == (line.end > start and line.start < end)
        assert all(0 <= each.start < each.end <= seconds for each in there)


def test_a_part_beside_the_video_is_refused():
    with pytest.raises(SummarizerError, match=r"the part from 40.0 s on is not in made.mp4"):
        part_of(made(), 40.0, 50.0)
