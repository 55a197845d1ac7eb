"""Events cover the video, begin at its cuts, and are as long as they should be."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from summarizer.config import CutConfig
from summarizer.errors import PresetError
from summarizer.schema import Track
from summarizer.senses.shots import Shots
from summarizer.stages.cut import cut, cuts
from tests import clips
from tests.scenes import Scene, plain, show, story, twenty_cuts, video, watched

CONFIG = CutConfig()
TOLERANCE = 0.5  # seconds

# cuts of public clips, seen on contact sheets of every frame
FILMS = {
    "clips/tears-of-steel-battle-clip-medium.webm": [
        *(2.167, 5.083, 6.583, 9.208, 12.875, 29.792, 32.833, 36.333, 37.542, 41.125, 46.958),
        *(48.208, 50.125, 51.417, 51.917, 53.5, 56.042, 57.417, 59.583, 61.333, 63.542, 65.458),
        *(67.417, 68.75),
    ],
    "clips_annotated/vggsound/3HgbEKrbA9s_54000_64000.mp4": [6.4],
    "hostile/ffmpegwasm__video-1080p-60fps-2s.mp4": [0.35],
}
TAKES = (  # without any cut
    "clips/koh_lipe_drone_86s_noaudio.mp4",
    "clips/bear_dance_portrait.mp4",
    "clips/friday.mp4",
    "clips/mdn_crystal.webm",
    "clips_annotated/manifesto.mp4",
    "clips_annotated/v_GGSY1Qvo990.mp4",
    "clips_annotated/v_ZNVhz7ctTq0.mp4",
    "clips_annotated/vas/dog_video_02754.mp4",
    "clips_annotated/vggsound/7tMPoaU2oL4_0_10000.mp4",
    "hostile/keplerlab__codec_error_video.mp4",
)


def look_of(frames, times=None) -> Track:
    return show(Shots, frames, times).tracks[0]


def timbre_of(*levels: float) -> Track:
    """One row a second, the same number in all bands."""
    rows = np.tile(np.array(levels)[:, None], (1, 32)).astype(np.float16)
    return Track("timbre", np.arange(float(len(levels))), rows, "test")


def edges_of(events) -> list[float]:
    """The boundaries within; checks on the way that the events cover the video and fit."""
    assert events[0].start == 0
    assert all(one.end == other.start for one, other in pairwise(events))
    assert max(event.seconds for event in events) <= CONFIG.longest + 0.01
    if len(events) > 1:
        assert min(event.seconds for event in events) >= CONFIG.shortest - 0.01
    return [event.start for event in events[1:]]


def score(true, found) -> tuple[int, list[float]]:
    """How many are found within the tolerance, each by its own, and which are false."""
    left = list(found)
    for time in true:
        near = [other for other in left if abs(other - time) <= TOLERANCE]
        if near:
            left.remove(min(near, key=lambda other: abs(other - time)))
    return len(found) - len(left), left


# -- cuts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [24, 30, "variable"])
def test_planted_cuts_are_found(tmp_path, rate):
    """20 cuts between scenes that are often alike, through H.264 and the real decoder."""
    true, film = twenty_cuts(seed=1)
    gaps = [1 / rate] if rate != "variable" else [1 / 30, 1 / 15, 1 / 10, 1 / 5]
    steps = np.random.default_rng(3).choice(gaps, size=3000)
    times = np.cumsum(steps) - steps[0]
    times = times[times < film.seconds]
    path = clips.film(tmp_path / "cuts.mp4", film.at(times), times=times, options={"crf": "28"})
    clip, (findings,) = watched(path, Shots)
    hits, false = score(true, cuts(findings.tracks[0]))
    assert hits >= 19 and len(false) <= 1, (hits, false)
    assert score(true, edges_of(cut(clip, findings.tracks, CONFIG)))[0] >= 19


@pytest.mark.parametrize("name", FILMS)
def test_real_cuts_are_found(shared_data, name):
    """Five of six, in a battle filmed by a hurried camera; and hardly a false one."""
    clip, (findings,) = watched(shared_data / name, Shots)
    hits, false = score(FILMS[name], cuts(findings.tracks[0]))
    assert hits >= 0.8 * len(FILMS[name]) and len(false) <= 1, (hits, false)
    edges_of(cut(clip, findings.tracks, CONFIG))


@pytest.mark.parametrize("name", TAKES)
def test_a_long_take_has_no_cut(shared_data, name):
    clip, (findings,) = watched(shared_data / name, Shots)
    assert list(cuts(findings.tracks[0])) == []
    edges_of(cut(clip, findings.tracks, CONFIG))


def test_fades_through_black_are_events(shared_data):
    """A clip whose other reading, by level of black, has its cuts in the middle of the black."""
    path = shared_data / "clips_annotated" / "pyscenedetect_testvideo.mp4"
    clip, (findings,) = watched(path, Shots)
    assert score([6.706, 12.746], cuts(findings.tracks[0]))[0] == 2
    edges = edges_of(cut(clip, findings.tracks, CONFIG))
    assert score([6.706, 12.746], edges)[0] == 2
    assert any(17 < edge < 19 for edge in edges)  # a dissolve: no cut, but another scene


# -- events ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0.04, 1.9, 3.9, 12.0, 12.5, 100.0, 10_800.0])
def test_with_nothing_known_the_pieces_are_even(seconds):
    events = cut(video(seconds), (), CONFIG)
    edges_of(events)
    assert events[-1].end == seconds
    lengths = [event.seconds for event in events]
    assert max(lengths) - min(lengths) < 0.01
    assert len(events) == max(1, int(np.ceil(seconds / CONFIG.longest)))


def test_events_begin_at_cuts():
    true, film = story([(Scene(30 + n, n % 5), length) for n, length in enumerate((4, 7, 5, 9))])
    frames = list(film.at(np.arange(0, film.seconds, 0.25)))
    assert edges_of(cut(video(25), [look_of(frames)], CONFIG)) == pytest.approx(true, abs=0.15)


def test_where_cuts_are_too_close_the_clearer_one_stays():
    """From 8 s on: a scene with the same colours for a second, then quite another one."""
    scenes = [(Scene(1, 1), 8), (Scene(2, 1), 1), (Scene(9, 4), 7)]
    _, film = story(scenes)
    track = look_of(list(film.at(np.arange(0, 16, 0.25))))
    found = cuts(track)
    clearest = max(found, key=found.get)
    assert len(found) == 2
    assert edges_of(cut(video(16), [track], CONFIG)) == [pytest.approx(clearest, abs=0.01)]


def test_a_long_shot_is_divided_where_it_changes():
    """A slow dissolve from one scene to another, off the even middle; no cut anywhere."""
    here, there = Scene(3, 0), Scene(4, 3)
    share = np.clip((np.arange(120) / 4 - 17) / 3, 0, 1)
    frames = [
        (s * there.frame(n / 4).astype(float) + (1 - s) * here.frame(n / 4)).astype(np.uint8)
        for n, s in enumerate(share)
    ]
    track = look_of(frames)
    assert list(cuts(track)) == []
    assert any(17 <= edge <= 20 for edge in edges_of(cut(video(30), [track], CONFIG)))


def test_sound_alone_divides_at_its_changes():
    track = timbre_of(*[0.5] * 7, *[-0.6] * 9, *[0.4] * 4)
    assert edges_of(cut(video(20), [track], CONFIG)) == [7, 16]


def test_sound_divides_what_looks_the_same():
    look, timbre = look_of(plain(90, 80)), timbre_of(*[0.5] * 7, *[-0.6] * 13)
    events = cut(video(20), [look, timbre], CONFIG)
    assert 7 in edges_of(events)


def test_sound_that_wavers_divides_nothing():
    rng = np.random.default_rng(0)
    rows = rng.normal(0, 0.15, (11, 32)).astype(np.float16)
    track = Track("timbre", np.arange(11.0), rows, "test")
    assert edges_of(cut(video(11), [track], CONFIG)) == []


def test_a_video_of_less_than_two_events_is_one():
    frames = [Scene(1, 1).frame(0)] * 4 + [Scene(2, 3).frame(0)] * 4
    assert edges_of(cut(video(2), [look_of(frames)], CONFIG)) == []


def test_gaps_between_pictures_are_bridged():
    scene = Scene(1, 1)
    frames = [scene.frame(time) for time in range(6)]
    events = cut(video(90), [look_of(frames, [20.0, 20.2, 41, 60, 60.5, 61])], CONFIG)
    edges_of(events)


def test_pictures_beyond_the_end_are_left_out():
    frames = [Scene(n // 16, n // 16).frame(0) for n in range(64)]
    events = cut(video(6), [look_of(frames)], CONFIG)
    assert edges_of(events) == [pytest.approx(3.875, abs=0.01)]
    assert events[-1].end == 6


def test_an_empty_track_is_none():
    empty = Track("look", np.zeros(0), np.zeros((0, 109), np.float16), "test")
    assert cut(video(30), [empty], CONFIG) == cut(video(30), (), CONFIG)


def test_other_lengths_are_honoured():
    config = replace(CONFIG, shortest=1.0, longest=5.0)
    track = look_of([Scene(5, 2, noise=3).frame(n / 4) for n in range(92)])
    lengths = [event.seconds for event in cut(video(23), [track], config)]
    assert max(lengths) <= 5.001 and min(lengths) >= 0.999


def test_lengths_that_cannot_fill_a_video_are_refused():
    with pytest.raises(PresetError, match=r"cut\.shortest"):
        CutConfig(shortest=8.0, longest=12.0)
    with pytest.raises(PresetError):
        CutConfig(shortest=0.0)


def test_the_same_again():
    rng = np.random.default_rng(7)
    frames = rng.integers(0, 256, (60, 45, 80, 3), dtype=np.uint8)
    track = look_of(frames)
    assert cut(video(15), [track], CONFIG) == cut(video(15), [track], CONFIG)


def test_three_hours_without_a_cut():
    times = np.arange(0, 10_800, 0.5)
    rows = np.zeros((len(times), 109), np.float16)
    rows[:, 2] = 0.5
    tracks = [Track("look", times, rows, "test"), timbre_of(*[0.1] * 10_800)]
    edges_of(cut(video(10_800), tracks, CONFIG))
