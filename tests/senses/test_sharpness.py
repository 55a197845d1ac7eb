"""Sharpness falls with blur, and does not ask for contrast."""

import cv2
import numpy as np
import pytest

from summarizer.senses.sharpness import NEITHER, Sharpness
from tests.scenes import curve, place, plain, show

FRAME = place(6, 3)[:540:3, :960:3]


def value(frame: np.ndarray) -> float:
    return curve(show(Sharpness, np.stack([frame] * 4))).values[0]


def test_the_more_blur_the_less_sharp():
    values = [value(FRAME), *(value(cv2.GaussianBlur(FRAME, (0, 0), s)) for s in (1.5, 3, 6))]
    assert values == sorted(values, reverse=True)
    sharp, blurred = Sharpness.concepts
    assert values[0] > sharp.at
    assert values[2] < blurred.at and blurred.low


def test_contrast_does_not_matter():
    faint = (100 + 0.4 * FRAME).astype(np.uint8)
    assert value(faint) == pytest.approx(value(FRAME), abs=0.06)


def test_what_is_in_focus_before_a_smooth_background_is_sharp():
    frame = cv2.GaussianBlur(FRAME, (0, 0), 6)
    frame[:, 110:210] = FRAME[:, 110:210]
    assert value(frame) > 0.8 * value(FRAME)


def test_a_picture_smeared_by_a_pan_is_not_sharp():
    assert value(cv2.blur(FRAME, (25, 1))) < 0.6 * value(FRAME)


def test_a_picture_without_edges_is_neither():
    assert value(plain(0)[0]) == value(plain(200)[0]) == NEITHER
    sharp, blurred = Sharpness.concepts
    assert blurred.at < NEITHER < sharp.at
