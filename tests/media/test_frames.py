from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from summarizer.config import DecodeConfig, Limits
from summarizer.errors import MediaError
from summarizer.media import frames, key_pictures, pictures_at, probe, stream_pictures
from summarizer.media.frames import small
from summarizer.media.worker import Worker
from summarizer.schema import Pictures, Video
from tests import clips

LIMITS, DECODE = Limits(), DecodeConfig()
EVERY = replace(DECODE, picture_rate=1000.0)
ENCODINGS = {
    "no B frames": {"g": "40", "bf": "0"},
    "B frames": {"g": "50", "bf": "3", "preset": "veryfast"},
    "open groups": {"g": "30", "bf": "3", "preset": "veryfast", "x264-params": "open-gop=1"},
    "one key frame": {"g": "250", "bf": "2", "preset": "veryfast", "x264-params": "scenecut=0"},
    "only key frames": {"g": "1"},
}


def watched(path, decode: DecodeConfig = DECODE) -> Pictures:
    """All of a stream at once."""
    batches = list(stream_pictures(path, probe(path, LIMITS), decode, LIMITS))
    times = np.concatenate([batch.times for batch in batches])
    return Pictures(times, np.concatenate([batch.frames for batch in batches]))


def found(path, times, width: int = 320) -> list[int]:
    """The numbers of the pictures shown at these times."""
    pictures = pictures_at(path, probe(path, LIMITS), times, width, LIMITS)
    assert pictures.times.tolist() == list(times)
    return [clips.number_in(image) for image in pictures.frames]


def colours(image: np.ndarray) -> list[str]:
    """What is in the four corners: top left, top right, bottom left, bottom right."""
    height, width = image.shape[:2]
    spots = [(y, x) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]
    return ["white" if image[s].min() > 150 else "rgb"[image[s].argmax()] for s in spots]


# -- all in one pass ------------------------------------------------------------------------------


def test_about_four_a_second_in_small_batches(cut_clip):
    batches = list(stream_pictures(cut_clip, probe(cut_clip, LIMITS), DECODE, LIMITS))
    assert all(1 <= len(batch.times) <= 16 for batch in batches)
    times = np.concatenate([batch.times for batch in batches])
    assert len(times) == 48
    assert (np.diff(times) > 0).all() and np.diff(times).max() < 0.35
    for batch in batches:
        assert batch.times.dtype == np.float64
        assert batch.frames.dtype == np.uint8
        assert batch.frames.shape == (len(batch.times), 180, 320, 3)


def test_the_pictures_are_those_of_their_times(tmp_path):
    path = clips.film(tmp_path / "a.mp4", clips.numbered(100), options=ENCODINGS["no B frames"])
    seen = watched(path)
    numbers = [clips.number_in(image) for image in seen.frames]
    assert numbers == [round(time * 25) for time in seen.times]


@pytest.mark.parametrize("options", ENCODINGS.values(), ids=ENCODINGS)
def test_pictures_that_no_other_needs_are_left_out_but_never_too_many(tmp_path, options):
    path = clips.film(tmp_path / "a.mp4", clips.numbered(150), fps=30, options=options)
    seen = watched(path)
    assert [clips.number_in(image) for image in seen.frames] == [round(t * 30) for t in seen.times]
    assert np.diff(seen.times).max() < 0.5 and len(seen.times) == 20


def test_too_few_pictures_that_others_need(tmp_path):
    """16 pictures of 17 can be left out here; then none is."""
    options = {"bf": "16", "g": "250", "preset": "veryfast"}
    options["x264-params"] = "b-adapt=0:b-pyramid=none:scenecut=0:weightp=0"
    path = clips.film(tmp_path / "a.mp4", clips.numbered(150), fps=30, options=options)
    seen = watched(path)
    after = seen.times[seen.times > 1.5]
    assert np.diff(after).max() < 0.3


def test_a_slow_clip_is_not_thinned(tmp_path):
    path = clips.film(tmp_path / "a.mp4", clips.numbered(20), fps=5, options={"bf": "3", "g": "20"})
    seen = watched(path)
    assert [clips.number_in(image) for image in seen.frames][:4] == [0, 2, 3, 4]
    assert len(watched(path, EVERY).times) == 20


def test_a_rate_that_varies(tmp_path):
    times = clips.slowing(8)
    path = clips.film(tmp_path / "vfr.mp4", clips.numbered(len(times)), times=times, fps=30)
    seen = watched(path)
    numbers = [clips.number_in(image) for image in seen.frames]
    np.testing.assert_allclose(seen.times, [times[number] for number in numbers], atol=0.002)
    assert len(seen.times) == 32


def test_a_picture_that_stays_is_sampled_every_second(tmp_path):
    times = [0.0, 0.1, 4.6, 4.7]
    path = clips.film(
        tmp_path / "slides.mp4", clips.numbered(4), times=times, sound=clips.tone(7), fps=10
    )
    seen = watched(path)
    assert seen.times.tolist() == pytest.approx([0, 1, 2, 3, 4.6, 5, 6], abs=0.01)
    assert [clips.number_in(image) for image in seen.frames] == [0, 0, 0, 0, 2, 2, 2]


def test_pictures_that_begin_late(tmp_path):
    times = [1.5 + n / 25 for n in range(50)]
    path = clips.film(tmp_path / "late.mp4", clips.numbered(50), times=times, sound=clips.tone(3.5))
    seen = watched(path)
    assert seen.times[0] == pytest.approx(1.5, abs=0.01)
    assert [clips.number_in(image) for image in seen.frames][:3] == [0, 7, 13]


def test_a_time_line_that_does_not_begin_at_zero(tmp_path):
    path = clips.film(tmp_path / "a.ts", clips.numbered(50), sound=clips.tone(2))  # begins at 1.4
    seen = watched(path)
    assert seen.times[0] == pytest.approx(0, abs=0.05)
    numbers = [clips.number_in(image) for image in seen.frames]
    np.testing.assert_allclose(seen.times[:8], np.array(numbers[:8]) / 25, atol=0.05)


def test_a_clip_cut_out_without_encoding_it_anew(tmp_path):
    """What lies before the cut is still in the file, for the edit list to hide."""
    whole = clips.film(tmp_path / "whole.mp4", clips.numbered(200), sound=clips.tone(8))
    cut = tmp_path / "cut.mp4"
    clips.ffmpeg("-ss", "2.6", "-i", whole, "-t", "3", "-c", "copy", cut)
    assert probe(cut, LIMITS).seconds == pytest.approx(3, abs=0.1)
    seen = watched(cut, EVERY)
    numbers = [clips.number_in(image) for image in seen.frames]
    np.testing.assert_allclose(numbers, 65 + seen.times * 25, atol=1.1)
    assert found(cut, [0.0, 1.0, 2.0]) == [numbers[0], numbers[25], numbers[50]]


# -- upright, square, small -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rotation", "aspect"),
    [(0, Fraction(2, 3)), (90, Fraction(1)), (180, Fraction(4, 3)), (270, Fraction(2, 3))],
)
def test_pictures_are_upright_with_square_pixels(tmp_path, rotation, aspect):
    image = clips.stored(clips.corners((320, 180)), rotation, aspect)
    path = clips.film(tmp_path / "a.mp4", [image] * 10, rotation=rotation, aspect=aspect)
    video = probe(path, LIMITS)
    for pictures in (
        next(iter(stream_pictures(path, video, DECODE, LIMITS))),
        next(iter(key_pictures(path, video, DECODE, LIMITS))),
        pictures_at(path, video, [0.2], 320, LIMITS),
    ):
        assert pictures.frames.shape[1:] == (*small(video, 320)[::-1], 3)
        assert colours(pictures.frames[0]) == ["r", "g", "b", "white"]


@pytest.mark.parametrize(
    ("size", "width", "expected"),
    [
        ((1280, 720), 320, (320, 180)),
        ((720, 1280), 320, (320, 569)),
        ((200, 100), 320, (200, 100)),
        ((16, 16), 320, (16, 16)),
        ((1, 1), 320, (1, 1)),
        ((4000, 10), 320, (320, 1)),
        ((4000, 2), 320, (320, 1)),
        ((10, 4000), 320, (3, 1280)),
        ((321, 241), 320, (320, 240)),
    ],
)
def test_small_keeps_the_shape_and_never_enlarges(size, width, expected):
    video = Video("", "", 1, size, Fraction(25), 0, Fraction(1), False)
    assert small(video, width) == expected


@pytest.mark.parametrize("size", [(2, 2), (16, 16), (322, 242), (400, 16)])
def test_every_size_is_decoded(tmp_path, size):
    path = clips.film(tmp_path / "a.mp4", clips.shot(3, 12, size, ball=1))
    seen = watched(path)
    assert seen.frames.shape[1:] == (*small(probe(path, LIMITS), 320)[::-1], 3)
    assert pictures_at(path, probe(path, LIMITS), [0.1], 320, LIMITS).frames.shape[0] == 1


@pytest.mark.parametrize("pixels", ["yuv444p", "yuv420p10le", "gray"])
def test_every_pixel_format_gives_rgb(tmp_path, pixels):
    path = clips.film(tmp_path / "a.mkv", [clips.corners()] * 5, pixels=pixels)
    (image, *_) = watched(path).frames
    assert image[-10, -10].min() > 200
    if pixels != "gray":
        assert colours(image) == ["r", "g", "b", "white"]


@pytest.mark.parametrize(("height", "matrix"), [(360, "bt601"), (720, "bt709")])
def test_colours_that_are_not_told_are_guessed_as_players_do(tmp_path, height, matrix):
    path = tmp_path / "a.mp4"
    clips.ffmpeg(
        *("-f", "lavfi", "-i", f"color=c=0x00C800:s=640x{height}:d=0.2,format=rgb24"),
        *("-vf", f"scale=out_color_matrix={matrix},format=yuv420p", "-colorspace", "2"),
        *("-bsf:v", "h264_metadata=matrix_coefficients=2", path),
    )
    np.testing.assert_allclose(watched(path).frames[0, 50, 50], [0, 200, 0], atol=3)


# -- a few key frames -----------------------------------------------------------------------------


def test_key_frames_are_spread_over_the_video(tmp_path):
    path = clips.film(tmp_path / "a.mp4", clips.numbered(500), options={"g": "10", "bf": "0"})
    decode = replace(DECODE, key_pictures=10)
    batches = list(key_pictures(path, probe(path, LIMITS), decode, LIMITS))
    times = np.concatenate([batch.times for batch in batches])
    numbers = [clips.number_in(image) for batch in batches for image in batch.frames]
    assert len(times) == 10 and numbers == [round(time * 25) for time in times]
    assert not any(number % 10 for number in numbers)
    np.testing.assert_allclose(times, np.arange(10) * 2 + 0.8, atol=0.41)


def test_no_more_key_frames_than_there_are(tmp_path):
    path = clips.film(tmp_path / "a.mp4", clips.numbered(100), options={"g": "50", "bf": "0"})
    (batch,) = key_pictures(path, probe(path, LIMITS), DECODE, LIMITS)
    assert batch.times.tolist() == pytest.approx([0, 2])


# -- at given times -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("a.mov", "one key frame"), ("a.mkv", "B frames"), ("a.ts", "open groups")],
)
def test_pictures_at_times_are_exact_to_a_frame(tmp_path, name, encoding):
    path = clips.film(tmp_path / name, clips.numbered(200), options=ENCODINGS[encoding])
    wanted = [150, 3, 57, 58, 0, 199, 121, 120, 58]
    assert found(path, [number / 25 + 0.02 for number in wanted]) == wanted


@pytest.mark.parametrize("codec", ["libvpx", "mpeg4", "mjpeg", "libx265"])
def test_other_codecs_are_exact_too(tmp_path, codec):
    name = {"libvpx": "a.webm", "mpeg4": "a.avi", "mjpeg": "a.mov", "libx265": "a.mov"}[codec]
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = clips.film(tmp_path / name, clips.numbered(100), codec=codec, pixels=pixels)
    assert found(path, [3.02, 0.02, 1.52]) == [75, 0, 38]


def test_a_time_is_that_of_the_picture_on_show(tmp_path):
    times = clips.slowing(4)
    path = clips.film(tmp_path / "a.mp4", clips.numbered(len(times)), times=times, fps=30)
    assert found(path, [2.0, 2.09, 2.11, 1.99]) == [60, 60, 61, 59]


def test_times_outside_the_video(tmp_path):
    path = clips.film(tmp_path / "a.mp4", clips.numbered(50))
    assert found(path, [-3.0, 2.0, 99.0, 1e9]) == [0, 49, 49, 49]
    late = clips.film(
        tmp_path / "late.mp4", clips.numbered(50), times=[1 + n / 25 for n in range(50)],
        sound=clips.tone(3),
    )  # fmt: skip
    assert found(late, [0.0, 1.0, 2.02]) == [0, 0, 25]


def test_no_times_no_pictures(cut_clip):
    pictures = pictures_at(cut_clip, probe(cut_clip, LIMITS), [], 160, LIMITS)
    assert pictures.frames.shape == (0, 90, 160, 3)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_both_libraries_find_the_same(tmp_path, monkeypatch, encoding):
    path = clips.film(tmp_path / "a.mp4", clips.numbered(200), options=ENCODINGS[encoding])
    wanted = [150, 3, 57, 58, 0, 199]
    times = [number / 25 for number in wanted]
    assert found(path, times) == wanted
    monkeypatch.setattr(frames, "Worker", lambda _, *given, **more: Worker("at", *given, **more))
    assert found(path, times) == wanted


def test_where_one_library_fails_the_other_reads(tmp_path, monkeypatch):
    path = clips.film(tmp_path / "a.mp4", clips.numbered(50))
    asked = []

    def start(job, *arguments, **details):
        asked.append(job)
        if job == "at_by_decord":
            raise MediaError("it can't")
        return Worker(job, *arguments, **details)

    monkeypatch.setattr(frames, "Worker", start)
    assert found(path, [1.0]) == [25]
    assert asked == ["at_by_decord", "at"]


# -- what is broken -------------------------------------------------------------------------------


def test_a_broken_end_gives_what_was_before_it(tmp_path):
    whole = clips.film(
        tmp_path / "w.mp4", clips.numbered(250), container={"movflags": "faststart"},
        options={"g": "25"},
    )  # fmt: skip
    data = whole.read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(data[: len(data) * 6 // 10])
    seen = watched(path)
    numbers = [clips.number_in(image) for image in seen.frames]
    assert 20 <= len(numbers) < 32 and numbers[:20] == [round(t * 25) for t in seen.times[:20]]


def test_a_broken_middle_is_passed_over(tmp_path):
    whole = clips.film(tmp_path / "w.mp4", clips.numbered(250), options={"g": "25"})
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = b"\x5a" * 3000
    path = tmp_path / "broken.mp4"
    path.write_bytes(data)
    seen = watched(path)
    assert seen.times[-1] > 9 and clips.number_in(seen.frames[-1]) == round(seen.times[-1] * 25)


def test_one_picture(tmp_path):
    path = clips.film(tmp_path / "one.mp4", [clips.corners()])
    seen = watched(path)
    assert len(seen.times) == 1 and colours(seen.frames[0]) == ["r", "g", "b", "white"]
    assert colours(pictures_at(path, probe(path, LIMITS), [5.0], 64, LIMITS).frames[0])[0] == "r"


def test_pictures_that_vanished(tmp_path, cut_clip):
    video = probe(cut_clip, LIMITS)
    with pytest.raises(MediaError):
        list(stream_pictures(tmp_path / "gone.mp4", video, DECODE, LIMITS))
    with pytest.raises(MediaError):
        pictures_at(tmp_path / "gone.mp4", video, [1.0], 64, LIMITS)
