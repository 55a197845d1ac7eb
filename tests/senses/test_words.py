"""The words sense: a row a line, nothing for nothing."""

from fractions import Fraction

import numpy as np

from summarizer.schema import Line, Video
from summarizer.senses.words import Words

VIDEO = Video("talk.mp4", "0" * 64, 60.0, (320, 180), Fraction(25), 0, Fraction(1), True)


def test_a_row_for_each_line_in_their_order():
    lines = (
        Line(1.0, 3.0, "Penguins live on the ice.", "subtitles"),
        Line(4.0, 6.0, "The budget was cut again.", "subtitles"),
    )
    sense = Words(VIDEO)
    sense.take(lines)
    [track] = sense.findings().tracks
    assert (track.name, track.values.shape, track.values.dtype) == ("words", (2, 384), np.float16)
    assert track.times.tolist() == [1.0, 4.0]
    assert track.made_by.startswith("all-MiniLM-L6-v2 ")
    other = Words(VIDEO)
    other.take(lines[::-1])
    [turned] = other.findings().tracks
    assert np.allclose(turned.values[::-1], track.values, atol=1e-3)


def test_no_lines_no_track_and_no_model():
    sense = Words(VIDEO)
    sense.take(())
    assert sense.findings().tracks == ()
