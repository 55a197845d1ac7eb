"""Crops show what counts, calmly, at any size and turn of the source."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.config import Limits
from summarizer.errors import PreferenceError
from summarizer.media import probe
from summarizer.schema import Highlight, Summary, Track
from summarizer.senses.motion import Motion
from summarizer.senses.shots import Shots, cuts
from summarizer.stages.crop import FASTEST, MOST, _changes, crop
from summarizer.stages.render import render
from tests import clips
from tests.scenes import watched
from tests.summaries import summary

LIMITS = Limits()
SIZE = (640, 360)
BLOCK = 44  # pixels a side
TALL, SQUARE = "9:16", "1:1"


def block(frames: int, where, size=SIZE, seed: int = 5) -> Iterator[np.ndarray]:
    """A bright block whose middle is where(share of the time) in a dim place."""
    ground = (clips.scenery(seed, size) // 3).astype(np.uint8)
    for n in range(frames):
        image = ground.copy()
        right, down = where(n / max(1, frames - 1))
        left, top = round(right - BLOCK / 2), round(down - BLOCK / 2)
        image[max(0, top) : top + BLOCK, max(0, left) : left + BLOCK] = 250
        yield image


def over(source: Path, *spans: tuple[float, float]) -> Summary:
    video = probe(source, LIMITS)
    made = summary(video.seconds)
    highlights = tuple(Highlight(start, end, 0.5, "") for start, end in spans)
    return Summary(video, made.preference, made.answer, made.saliency, highlights)


def shown(source: Path, shape: str, *spans: tuple[float, float], tracks=None) -> list[np.ndarray]:
    """The frames of the reel of these spans in a shape, (height, width) grey."""
    if tracks is None:
        _, findings = watched(source, Motion, Shots)
        tracks = [track for each in findings for track in each.tracks]
    chosen = over(source, *(spans or [(0.0, probe(source, LIMITS).seconds)]))
    target = source.with_name("reel.mp4")
    assert (
        list(render(chosen, source, target, LIMITS, cropped(chosen, tracks, shape, source)))[-1]
        == 1.0
    )
    with av.open(str(target)) as file:
        return [frame.to_ndarray(format="gray") for frame in file.decode(video=0)]


def cropped(chosen: Summary, tracks, shape: str, source: Path = Path("nowhere.mp4")):
    return waited(crop(chosen, tracks, shape, source, LIMITS))


def waited(work):
    """What a generator returns in the end."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def whole(frame: np.ndarray, side: int = BLOCK) -> float:
    """The share of the bright block that is in a frame."""
    return float((frame > 170).sum()) / side**2


# -- what is shown --------------------------------------------------------------------------------


def test_a_block_that_crosses_the_picture_stays_inside(tmp_path):
    across = block(200, lambda t: (30 + 580 * t, 180))
    source = clips.film(tmp_path / "s.mp4", across, fps=25, sound=clips.tone(8))
    frames = shown(source, TALL)
    assert frames[0].shape == (360, 202)
    assert len(frames) == 200
    assert min(map(whole, frames)) > 0.9


def test_a_subject_at_the_edge_is_kept_and_the_camera_rests(tmp_path):
    waving = block(150, lambda t: (600, 180 + 12 * np.sin(40 * t)))
    source = clips.film(tmp_path / "s.mp4", waving, fps=25)
    frames = shown(source, TALL)
    assert min(map(whole, frames)) > 0.9
    columns = [np.flatnonzero((frame > 170).any(axis=0)).mean() for frame in frames]
    assert np.ptp(columns) < 2


def test_between_two_that_wave_on_either_side_the_camera_looks_straight_ahead():
    times = np.repeat(np.arange(24) / 4, 2)
    rows = np.tile([[0.1, 0.5, 0.6], [0.9, 0.5, 0.7]], (24, 1)).astype(np.float16)
    path = cropped(summary(6, ((0, 6),)), [Track("motion", times, rows, "")], TALL).path
    assert all(0.4 < right < 0.65 for _, right, _ in path)


def test_a_face_counts_more_than_what_moves(tmp_path):
    across = block(100, lambda t: (30 + 300 * t, 180))
    source = clips.film(tmp_path / "s.mp4", across, fps=25)
    _, (moved,) = watched(source, Motion)
    times = np.arange(8) / 2
    face = Track("faces", times, np.tile([0.9, 0.4, 0.3], (8, 1)).astype(np.float16), "")
    path = cropped(over(source, (0, 4)), [*moved.tracks, face], TALL).path
    assert all(right == pytest.approx(1 - 0.3164 / 2, abs=0.06) for _, right, _ in path)


def test_of_two_faces_far_apart_one_is_shown_and_not_the_gap():
    times = np.repeat(np.arange(20) / 2, 2)
    rows = np.tile([[0.1, 0.5, 0.2], [0.9, 0.5, 0.3]], (20, 1)).astype(np.float16)
    path = cropped(summary(10, ((0, 10),)), [Track("faces", times, rows, "")], TALL).path
    assert all(right > 0.75 for _, right, _ in path)


@pytest.mark.parametrize("cut", [70, 73, 78])
def test_at_a_cut_the_crop_jumps_with_the_very_frame(cut, tmp_path):
    def pictures():
        yield from block(cut, lambda t: (60, 180 + 40 * np.sin(20 * t)), seed=5)
        yield from block(150 - cut, lambda t: (580, 180 + 40 * np.sin(20 * t)), seed=9)

    source = clips.film(tmp_path / "s.mp4", pictures(), fps=25)
    frames = shown(source, TALL)
    assert len(frames) == 150
    assert min(map(whole, frames)) > 0.9


def test_a_cut_that_is_only_suspected_is_looked_at(tmp_path):
    """A track of looks that gives no cut away for certain; a flash is none."""

    def pictures():
        yield from block(73, lambda t: (60, 180), seed=5)
        yield from block(77, lambda t: (580, 180), seed=9)

    source = clips.film(tmp_path / "s.mp4", pictures(), fps=25)
    flashing = clips.flash_and_beep(tmp_path / "f.mp4", at=(2.9,), seconds=6)
    times = np.arange(24) / 4
    rows = np.zeros((24, 2 + 107), np.float16)
    rows[times >= 2.92, 2] = 0.3
    rows[12, :2] = (1.0, 0.8)
    look = Track("look", times, rows, "")
    for file, wanted in ((source, [72.5 / 25]), (flashing, [])):
        assert cuts(look) == {}
        found = waited(_changes(over(file, (0, 6)), {"look": look}, file, LIMITS))
        assert found == pytest.approx(wanted)


def test_a_source_that_broke_since_is_cropped_by_what_is_known(tmp_path):
    source = clips.with_cuts(tmp_path / "s.mp4", (3, 3))
    _, (shots,) = watched(source, Shots)
    chosen = over(source, (0, 6))
    source.write_bytes(b"no video at all" * 99)
    assert cropped(chosen, shots.tracks, TALL, source).path


def test_where_nothing_is_known_it_stays_in_the_middle(tmp_path):
    source = clips.film(tmp_path / "s.mp4", block(50, lambda t: (320, 180)), fps=25)
    assert min(map(whole, shown(source, TALL, tracks=[]))) > 0.9
    assert min(map(whole, shown(source, SQUARE))) > 0.9


def test_each_highlight_is_followed_in_its_place(tmp_path):
    across = block(250, lambda t: (30 + 580 * t, 180))
    source = clips.film(tmp_path / "s.mp4", across, fps=25, sound=clips.tone(10))
    frames = shown(source, TALL, (0.4, 2.0), (4.1, 5.3), (8.0, 10.0))
    assert len(frames) == pytest.approx(25 * 4.8, abs=1)
    assert min(map(whole, frames)) > 0.9


# -- sizes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "shape", "wanted"),
    [
        ((1280, 720), TALL, (404, 720)),
        ((1280, 720), SQUARE, (720, 720)),
        ((321, 181), TALL, (102, 180)),
        ((360, 640), TALL, (360, 640)),
        ((360, 640), SQUARE, (360, 360)),
        ((200, 640), TALL, (200, 356)),  # taller than asked for
        ((16, 16), TALL, (8, 16)),
        ((2400, 402), SQUARE, (322, 322)),
    ],
)
def test_sizes_are_even_and_never_enlarged(size, shape, wanted, tmp_path):
    source = clips.film(
        tmp_path / "s.mkv", clips.shot(1, 4, size), codec="ffv1", pixels="yuv444p10le", fps=25
    )
    frames = shown(source, shape, tracks=[])
    assert frames[0].shape[::-1] == wanted
    assert len(frames) == 4


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_source_that_lies_on_its_side_is_followed_upright(rotation, tmp_path):
    across = block(125, lambda t: (30 + 580 * t, 180))
    lying = (clips.stored(image, rotation) for image in across)
    source = clips.film(tmp_path / "s.mp4", lying, fps=25, rotation=rotation)
    frames = shown(source, TALL)
    assert frames[0].shape == (360, 202)
    assert min(map(whole, frames)) > 0.9


def test_pixels_that_are_not_square_are_made_square_first(tmp_path):
    across = block(125, lambda t: (30 + 580 * t, 180))
    narrow = (clips.stored(image, 0, Fraction(2, 3)) for image in across)
    source = clips.film(tmp_path / "s.mp4", narrow, fps=25, aspect=Fraction(2, 3))
    frames = shown(source, TALL)
    assert frames[0].shape == (360, 202)
    assert min(map(whole, frames)) > 0.85


def test_an_upright_source_is_followed_up_and_down(tmp_path):
    size = (360, 640)
    source = clips.film(tmp_path / "s.mp4", block(125, lambda t: (180, 30 + 580 * t), size), fps=25)
    frames = shown(source, SQUARE)
    assert frames[0].shape == (360, 360)
    assert min(map(whole, frames)) > 0.9


def test_sound_has_no_shape_and_the_source_shape_no_crop(sound_clip):
    chosen = over(sound_clip, (0.5, 1.5))
    assert cropped(chosen, (), TALL) is None
    assert cropped(summary(), (), "source") is None


def test_an_unknown_shape_is_one_sentence():
    with pytest.raises(PreferenceError, match="no shape '4:3'; there are source, 9:16, 1:1"):
        cropped(summary(), (), "4:3")


# -- the path -------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 60), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), max_size=80
    ),
    st.sampled_from([TALL, SQUARE]),
    st.sampled_from(["faces", "motion"]),
)
def test_any_path_stays_inside_is_calm_and_has_few_points(rows, shape, name):
    rows = np.array(sorted(rows)).reshape(-1, 4)
    track = Track(name, rows[:, 0], rows[:, 1:].astype(np.float16), "")
    chosen = summary(60, ((1.0, 1.05), (3.0, 8.0), (20.2, 59.9)))
    made = cropped(chosen, [track], shape)
    half = float(made.shape) * 720 / 1280 / 2
    assert len(made.path) <= 3 * (MOST + 2)
    for time, right, down in made.path:
        assert 0 <= time <= 60
        assert half - 1e-9 <= right <= 1 - half + 1e-9
        assert down == 0.5
    for each in chosen.highlights:
        inside = [point for point in made.path if each.start <= point[0] <= each.end]
        assert inside[0][0] == each.start
        assert inside[-1][0] == pytest.approx(each.end)
        for (before, here, _), (after, there, _) in pairwise(inside):
            assert abs(there - here) <= 1.1 * FASTEST * (after - before) + 0.02
