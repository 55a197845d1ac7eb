"""Where each patch of a picture lies and how what it shows moves, in a few numbers beside what a
model saw there: one picture alone shows neither, and patches of a residual network don't know
their place.

Movement is dense optical flow to the picture before and to the one after (Kroeger et al. 2016,
"Fast Optical Flow using Dense Inverse Search"), averaged over each patch.
"""

from itertools import pairwise
from math import isqrt
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

LONGEST = 1.5  # seconds from one picture to the next over which movement can be followed
FINEST = 1  # halvings of the pictures that are followed: 0 takes four times as long, 2 misses steps
OTHER = 0.4  # share of a picture that flow leaves unexplained where another shot begins
NOISE, DIFFERENT = 6, 22  # grey levels: up to the one nothing changed, from the other on all did
# what is usual, so that the numbers are about 1 where something happens: speed to the right and
# down in pictures a second, growth and turning a second, shares left unexplained and changed
USUAL = np.array([0.05, 0.05, 0.2, 0.2, 0.2, 0.2], np.float32)
MOST = 4.0  # times that
PLACE = 2  # numbers that tell where a patch lies; those before them tell how it moves
NUMBERS = 2 * len(USUAL) + PLACE  # since the picture before, until the next, and the place


def moving(pictures: np.ndarray, times: np.ndarray, grid: int) -> np.ndarray:
    """(pictures, grid x grid, NUMBERS) float32 of square (pictures, side, side, 3) uint8 RGB.

    What can't be told is 0: before the first picture, after the last, and from shot to shot.
    """
    greys = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pictures]
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    flow.setFinestScale(FINEST)
    unknown = np.zeros((grid, grid, len(USUAL)), np.float32)
    steps = [
        _step(flow, *both, gap, grid) if 0 < gap <= LONGEST else unknown
        for both, gap in zip(pairwise(greys), np.diff(times), strict=True)
    ]
    middles = (np.arange(grid, dtype=np.float32) + 0.5) * 2 / grid - 1
    down, right = np.meshgrid(middles, middles, indexing="ij")
    place = np.stack([right, down], -1)
    rows = [
        np.concatenate([before, after, place], -1)
        for before, after in pairwise([unknown, *steps, unknown])
    ]
    return np.stack(rows[: len(greys)]).reshape(len(greys), grid * grid, NUMBERS)


def beside(patches: "Tensor", pictures: np.ndarray, times: np.ndarray, first: int = 0) -> "Tensor":
    """(pictures, patches, width) with the numbers of each patch behind it: of as many pictures as
    there are patches of, from the first on; the one before them and the one after are looked at.
    """
    import torch

    before = max(0, first - 1)
    around = slice(before, first + len(patches) + 1)
    numbers = moving(np.asarray(pictures[around]), times[around], isqrt(patches.shape[1]))
    own = numbers[first - before :][: len(patches)]
    return torch.cat([patches, torch.from_numpy(own).to(patches)], -1)


def _step(flow, earlier: np.ndarray, later: np.ndarray, gap: float, grid: int) -> np.ndarray:
    """(grid, grid, 6): what became of each patch from one picture to the next."""
    side = len(earlier)
    moved = flow.calc(earlier, later, None)
    right, down = moved[..., 0], moved[..., 1]
    rows, columns = np.mgrid[:side, :side].astype(np.float32)
    found = cv2.remap(
        later, columns + right, rows + down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    before = earlier.astype(np.float32)
    left = differing(found - before)
    if left.mean() > OTHER:
        return np.zeros((grid, grid, len(USUAL)), np.float32)
    (right_down, right_right), (down_down, down_right) = np.gradient(right), np.gradient(down)
    pixels = np.stack(
        [
            right / (side * gap),
            down / (side * gap),
            (right_right + down_down) / gap,
            (down_right - right_down) / gap,
            left,
            differing(later - before),
        ],
        -1,
    )
    patches = cv2.resize(pixels, (grid, grid), interpolation=cv2.INTER_AREA)
    return np.clip(patches / USUAL, -MOST, MOST)


def differing(difference: np.ndarray) -> np.ndarray:
    """How much each pixel does, 0 to 1, by how many grey levels it is off."""
    return np.clip((np.abs(difference) - NOISE) / (DIFFERENT - NOISE), 0, 1)
