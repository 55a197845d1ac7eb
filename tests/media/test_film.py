"""A film that was written is read again by another library: pictures, sound and times."""

from fractions import Fraction

import av
import numpy as np
import pytest

from summarizer.errors import OutputError
from summarizer.media.film import write

RATE, SECONDS = 24_000, 2


def pictures(count: int = 20):
    """A white bar that steps to the right over red."""
    for number in range(count):
        picture = np.zeros((48, 64, 3), np.uint8)
        picture[..., 0] = 200
        picture[:, 3 * number : 3 * number + 6] = 255
        yield picture


def clicks() -> np.ndarray:
    """A tone that is only there in the second second."""
    time = np.arange(SECONDS * RATE) / RATE
    return np.where(time >= 1, 0.5 * np.sin(2 * np.pi * 440 * time), 0).astype(np.float32)


def test_pictures_and_sound_come_back_at_their_times(tmp_path):
    write(tmp_path / "a.mp4", pictures(), 10, clicks(), RATE)
    with av.open(tmp_path / "a.mp4") as film:
        frames = [(frame.time, frame.to_ndarray(format="rgb24")) for frame in film.decode(video=0)]
    assert [round(time, 3) for time, _ in frames] == [n / 10 for n in range(20)]
    for (_, found), made in zip(frames, pictures(), strict=True):
        assert np.abs(found.astype(int) - made).mean() < 12
    with av.open(tmp_path / "a.mp4") as film:
        assert film.streams.audio[0].rate == RATE and film.streams.video[0].codec.name == "h264"
        heard = np.concatenate([f.to_ndarray()[0] for f in film.decode(audio=0) if f.pts >= 0])
    sound = clicks()
    assert abs(len(heard) - len(sound)) <= 1024
    least = min(len(heard), len(sound))
    assert np.corrcoef(heard[:least], sound[:least])[0, 1] > 0.99


def test_a_silent_film_and_a_broken_rate(tmp_path):
    write(tmp_path / "b.mp4", pictures(3), Fraction(30000, 1001))
    with av.open(tmp_path / "b.mp4") as film:
        assert not film.streams.audio and film.streams.video[0].average_rate == Fraction(
            30000, 1001
        )


@pytest.mark.parametrize("made", [[], [np.zeros((47, 64, 3), np.uint8)]])
def test_what_cannot_be_written_leaves_nothing(tmp_path, made):
    with pytest.raises(OutputError, match=r"c\.mp4"):
        write(tmp_path / "c.mp4", made, 10)
    assert list(tmp_path.iterdir()) == []


def test_an_error_on_the_way_leaves_nothing(tmp_path):
    def failing():
        yield from pictures(5)
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError):
        write(tmp_path / "d.mp4", failing(), 10, clicks(), RATE)
    assert list(tmp_path.iterdir()) == []
