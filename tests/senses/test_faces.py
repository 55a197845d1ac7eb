"""Faces that stay are found; lamps, toys and flicker are none."""

import numpy as np
import pytest

from summarizer.senses.faces import Faces, amount, confirmed
from summarizer.stages.wish import read
from tests.scenes import curve, show, watched


def boxes(*rows) -> np.ndarray:
    return np.array(rows, np.float64).reshape(-1, 4)


FACE = (0.8, 0.4, 0.3, 0.3)


def test_three_in_a_row_at_the_same_place_are_a_face():
    moved = (0.86, 0.43, 0.33, 0.33)
    kept = confirmed(np.arange(4) / 2, [boxes(FACE), boxes(moved), boxes(FACE), boxes()])
    assert [each.tolist() for each in kept] == [[True], [True], [True], []]


@pytest.mark.parametrize(
    "found",
    [
        [boxes(FACE), boxes(FACE), boxes()],
        [boxes(FACE), boxes(), boxes(FACE)],
        [boxes(FACE), boxes((0.2, 0.4, 0.3, 0.3)), boxes(FACE)],
        [boxes(FACE), boxes((0.8, 0.4, 0.6, 0.6)), boxes(FACE)],
    ],
    ids=["two", "flicker", "elsewhere", "another size"],
)
def test_anything_less_is_none(found):
    assert not any(each.any() for each in confirmed(np.arange(3) / 2, found))


def test_what_is_far_apart_confirms_nothing():
    times = np.array([0.0, 5.0, 10.0])
    assert not any(each.any() for each in confirmed(times, [boxes(FACE)] * 3))


def test_one_of_two_can_be_confirmed():
    other = (0.2, 0.5, 0.2, 0.2)
    kept = confirmed(np.arange(3) / 2, [boxes(FACE), boxes(other, FACE), boxes(FACE)])
    assert kept[1].tolist() == [False, True]


def test_the_amount_grows_with_number_and_size():
    assert amount(np.array([])) == 0
    assert 0.3 < amount(np.array([0.1])) < amount(np.array([0.1, 0.1])) < 1
    assert amount(np.array([0.1])) < amount(np.array([0.3])) < amount(np.array([0.5])) == 1


def test_drawn_shapes_are_no_faces():
    rng = np.random.default_rng(2)
    assert max(curve(show(Faces, rng.integers(0, 256, (12, 180, 320, 3))), "faces").values) == 0


def test_a_man_talking_to_the_camera(shared_data):
    clip = shared_data / "clips" / "streamio_talking_man_datastreams.mp4"
    _, (findings,) = watched(clip, Faces)
    _, close, several, left, middle, right = Faces.concepts
    assert curve(findings, close.curve).array[1:].min() >= close.at
    assert curve(findings, several.curve).array[1:].max() < several.at
    assert curve(findings, middle.curve).array[1:].min() >= middle.at
    for elsewhere in (left, right):
        assert curve(findings, elsewhere.curve).array.max() == 0


def test_a_face_in_a_film_is_found_where_it_is(shared_data):
    clip = shared_data / "clips_annotated" / "vggsound" / "3HgbEKrbA9s_54000_64000.mp4"
    _, (findings,) = watched(clip, Faces)
    values = curve(findings, "faces").array
    assert values[:5].max() == 0  # in profile, playing
    assert values[7:9].min() > 0.5  # towards the camera


@pytest.mark.parametrize(
    "name",
    [
        "clips/bear_dance_portrait.mp4",
        "clips/mdn_monster.webm",
        "clips/orangutan.mp4",
        "clips/cavmae_recorder_guitar.mp4",  # a lamp beside a poster
        "clips_annotated/v_GGSY1Qvo990.mp4",  # signs on the wall
        "clips_annotated/vas/drum_video_02542.mp4",
        "hostile/imageio__cockatoo.mp4",
    ],
)
def test_what_is_no_face_is_none(shared_data, name):
    _, (findings,) = watched(shared_data / name, Faces)
    assert max(max(each.values) for each in findings.curves) == 0


def test_it_is_told_where_a_face_is(shared_data):
    clip = shared_data / "clips" / "streamio_talking_man_datastreams.mp4"
    _, (findings,) = watched(clip, Faces)
    (track,) = findings.tracks
    right, down, height = track.values.astype(float).T
    assert len(track.times) >= 10
    assert right.std() < 0.1  # he sits
    assert ((right > 0.2) & (right < 0.8) & (down > 0.1) & (down < 0.7)).all()
    assert ((height > 0.1) & (height < 1)).all()


def test_without_faces_the_track_is_empty():
    (track,) = show(Faces, np.zeros((8, 90, 160, 3), np.uint8)).tracks
    assert track.values.shape == (0, 3)


def group(places: list[tuple[float, float]], monkeypatch) -> dict[str, float]:
    """What is told of pictures in which faces are found there: (right, height), in pixels."""
    found = np.array([(right - high / 2, 60, high, high) for right, high in places], np.float64)
    monkeypatch.setattr("summarizer.senses.faces._Search", lambda: lambda grey: found.copy())
    frames = np.random.default_rng(2).integers(0, 256, (16, 144, 256, 3))
    return {each.name: each.values[1] for each in show(Faces, frames).curves}


def test_number_size_and_place_of_faces(monkeypatch):
    told = group([(40, 36), (128, 72), (140, 36)], monkeypatch)
    assert told == {
        "faces": told["faces"],
        "number of faces": 0.75,
        "face size": 0.5,
        "face on the left": 1.0,
        "face at the centre": 1.0,
        "face on the right": 0.0,
    }


def test_one_small_face_is_neither_a_group_nor_a_close_up(monkeypatch):
    told = group([(230, 30)], monkeypatch)
    there = {each.name for each in Faces.concepts if told[each.curve] >= each.at}
    assert there == {"faces", "a face on the right"}


@pytest.mark.parametrize(
    ("wish", "asked"),
    [
        ("several faces", "number of faces"),
        ("a group of faces", "number of faces"),
        ("close-ups of faces", "face size"),
        ("a face on the left", "face on the left"),
        ("a face on the right side", "face on the right"),
        ("faces", "faces"),
    ],
)
def test_a_viewer_may_ask_for_each(wish, asked):
    (term,) = read(wish, Faces.concepts).terms
    assert [concept.curve for concept in term.concepts] == [asked]
