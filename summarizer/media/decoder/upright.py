"""Pictures as they are shown: upright, square pixels, small."""

import math
import struct

import numpy as np
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

UNTOLD = 2  # the colour space of a frame that doesn't tell its own
HIGH = 720  # lines from which on such a frame is taken to have television's newer colours


def rotation_of(frame) -> int:
    """Degrees clockwise that turn the stored picture upright: 0, 90, 180 or 270; 0 for nonsense."""
    matrix = next((bytes(each) for each in frame.side_data if _is_matrix(each)), None)
    if matrix is None or len(matrix) < 36:
        return 0
    a, b, _, c, d = struct.unpack("<5i", matrix[:20])
    if a * d - b * c < 0:
        a, b = -a, -b  # mirrored too, which is left alone
    if not a * d - b * c:
        return 0
    quarters = math.degrees(math.atan2(b, a)) / 90
    nearest = round(quarters)
    return nearest % 4 * 90 if abs(quarters - nearest) < 0.1 else 0


def _is_matrix(side_data) -> bool:
    return side_data.type.name == "DISPLAYMATRIX"


class Shrinker:
    """Turns decoded frames into upright RGB arrays of one size."""

    def __init__(self, size: tuple[int, int], rotation: int):
        self.width, self.height = size
        self._quarters = rotation // 90
        self._reformatter = VideoReformatter()

    def __call__(self, frame) -> np.ndarray:
        """(height, width, 3) uint8."""
        width, height = self.width, self.height
        if self._quarters % 2:
            width, height = height, width
        high = frame.colorspace == UNTOLD and frame.height >= HIGH
        small = self._reformatter.reformat(
            frame,
            width,
            height,
            "rgb24",
            src_colorspace=Colorspace.ITU709 if high else None,
            interpolation=Interpolation.AREA,
            threads=1,
        )
        return np.rot90(small.to_ndarray(), -self._quarters)
