"""What the senses that see with a large model share: pictures some time apart, as it wants them."""

from collections.abc import Iterator

import cv2
import numpy as np

from summarizer.schema import Pictures


class Spaced:
    """Picks pictures so far apart, and further where a video would have more than so many."""

    def __init__(self, seconds: float, most: int, nearest: float):
        self.apart = max(nearest, seconds / most)
        self.due = 0.0

    def take(self, pictures: Pictures) -> Iterator[tuple[float, np.ndarray]]:
        for time, frame in zip(pictures.times.tolist(), pictures.frames, strict=True):
            if time >= self.due - 1e-6:
                self.due = max(self.due + self.apart, time + self.apart / 2)
                yield time, frame


def middle(frame: np.ndarray, side: int) -> np.ndarray:
    """The middle square of a picture, of so many pixels a side."""
    height, width = frame.shape[:2]
    short = min(height, width)
    top, left = (height - short) // 2, (width - short) // 2
    square = frame[top : top + short, left : left + short]
    shrinks = short > side
    return cv2.resize(
        square, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )


def squeezed(frame: np.ndarray, side: int) -> np.ndarray:
    """The whole picture as a square of so many pixels a side: nothing is cut off."""
    return cv2.resize(frame, (side, side), interpolation=cv2.INTER_AREA)
