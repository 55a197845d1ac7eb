"""Movement is what moves in the picture, not the camera, a cut or the light."""

from fractions import Fraction

import cv2
import numpy as np
import pytest

from summarizer.schema import Pictures, Video
from summarizer.senses.motion import Motion
from tests.scenes import Scene, curve, plain, show, watched

TIMES = np.arange(16) / 4


def values(frames, times=None) -> np.ndarray:
    return curve(show(Motion, frames, times)).array


def test_a_still_picture_does_not_move():
    assert values([Scene(seed=1, palette=0).frame(0)] * 8).max() == 0


def test_a_share_that_changes_is_that_share():
    """A fifth of the picture becomes another every quarter second."""
    frames = plain(40, 16)
    frames[::2, :36] = 200
    assert values(frames)[1:-1] == pytest.approx(0.2 / 0.5, abs=0.03)


def test_a_sliver_of_a_last_second_is_not_stillness():
    """A video of 2.1 s: a decoder may only repeat its last picture in the third second."""
    frames = plain(40, 9)
    frames[::2, :36] = 200
    frames[8] = frames[7]
    video = Video("", "", 2.1, (320, 180), Fraction(4), 0, Fraction(1), False)
    sense = Motion(video)
    sense.take(Pictures(np.append(TIMES[:8], 2.0), frames))
    moved = curve(sense.findings()).array
    assert moved[2] == moved[1] > 0


def test_the_more_moves_the_higher():
    crowd = []
    for count in (0, 4, 16):
        rng = np.random.default_rng(0)
        at, way = rng.uniform(20, 300, (count, 2)) * (1, 0.5), rng.normal(0, 90, (count, 2))
        frames = np.stack([Scene(seed=1, palette=0, speed=0).frame(0)] * 12)
        for time, frame in zip(TIMES, frames, strict=False):
            for centre in (at + way * time).astype(int):
                cv2.circle(frame, centre.tolist(), 14, (250, 250, 250), -1)
        crowd.append(values(frames).mean())
    assert crowd[0] == 0 < crowd[1] < crowd[2]


@pytest.mark.parametrize(
    "scene",
    [
        Scene(seed=1, palette=0, speed=0, pan=(70, 10)),
        Scene(seed=1, palette=0, speed=0, zoom=0.2),
        Scene(seed=1, palette=0, speed=0, light=0.15),
    ],
    ids=["pan", "zoom", "light"],
)
def test_the_camera_and_the_light_do_not_count(scene):
    assert values([scene.frame(time) for time in TIMES]).max() < 0.1


def test_neither_a_cut_nor_a_flash_is_movement():
    frames = [Scene(seed=1 + (time >= 2), palette=0, speed=0).frame(0) for time in TIMES]
    frames[13] = np.clip(frames[13].astype(int) + 130, 0, 255).astype(np.uint8)
    assert values(frames).max() == 0


def test_a_slower_rate_tells_the_same():
    """Half the pictures, twice the change from one to the next."""
    scene = Scene(seed=1, palette=0, speed=60)
    fast = values([scene.frame(time) for time in TIMES])
    slow = values([scene.frame(time) for time in TIMES[::2]], TIMES[::2])
    assert slow.mean() == pytest.approx(fast.mean(), abs=0.03)


def test_real_action_is_told_from_a_real_flight(shared_data):
    _, (dogs,) = watched(shared_data / "clips_annotated" / "vas" / "dog_video_02754.mp4", Motion)
    _, (drone,) = watched(shared_data / "clips" / "koh_lipe_drone_86s_noaudio.mp4", Motion)
    action, still = Motion.concepts
    assert curve(dogs).array[:10].min() > action.at
    assert np.median(curve(drone).array) < still.at


def test_it_is_told_where_things_move():
    """A block goes from left to right; the rows lie on it, half way between two pictures."""
    frames = plain(40, 16)
    for n, frame in enumerate(frames):
        frame[60:100, 16 * n : 16 * n + 40] = 220
    (track,) = show(Motion, frames).tracks
    assert track.name == "motion"
    assert (np.diff(track.times) >= 0).all()
    for time in np.unique(track.times):
        right, down, weight = track.values[track.times == time].astype(float).T
        assert np.average(right, weights=weight) == pytest.approx((64 * time + 20) / 320, abs=0.03)
        assert np.average(down, weights=weight) == pytest.approx(80 / 180, abs=0.04)
        assert ((weight >= 0.1) & (weight <= 1)).all()


def test_beside_bars_it_is_told_in_shares_of_the_whole_picture():
    frames = plain(90, 12)
    frames[:, :, :80] = frames[:, :, 240:] = 0
    frames[::2, 20:60, 200:230] = 220
    (track,) = show(Motion, frames).tracks
    right, down, weight = track.values.astype(float).T
    assert np.average(right, weights=weight) == pytest.approx(215 / 320, abs=0.03)
    assert np.average(down, weights=weight) == pytest.approx(40 / 180, abs=0.04)


def test_in_a_still_picture_and_a_pan_hardly_anything_has_a_place():
    for scene in (
        Scene(seed=1, palette=0, speed=0),
        Scene(seed=1, palette=0, speed=0, pan=(70, 0)),
    ):
        (track,) = show(Motion, [scene.frame(time) for time in TIMES]).tracks
        assert track.values.shape[1] == 3
        assert track.values[:, 2].sum() < 0.2 * len(TIMES)
