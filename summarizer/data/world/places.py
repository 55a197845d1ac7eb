"""What the places look like: painted once a scene, wider and higher than is ever shown."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from summarizer.data.world.planning import pick
from summarizer.data.world.shapes import shape
from summarizer.data.world.values import THINGS

Colour = tuple[int, int, int]
SUB = 4  # bits of a pixel's fraction that OpenCV is given
SHADOWS, DIM = 0.3, 0.22  # share of scenes with a shadow in them, and how dark it is


@dataclass(frozen=True, eq=False)
class Paper:
    """A picture to paint on, from 0 to 1 both ways, and the chance that varies it."""

    pixels: np.ndarray  # (height, width, 3) uint8 RGB
    draw: np.random.Generator

    def between(self, low: float, high: float, count: int | None = None):
        return self.draw.uniform(low, high, count)

    def varied(self, colour: Colour, by: float = 14) -> Colour:
        """About that colour."""
        shift = self.draw.uniform(-by, by) + self.draw.uniform(-by / 3, by / 3, 3)
        return tuple(int(min(255, max(0, c + s))) for c, s in zip(colour, shift, strict=True))

    def band(self, top: float, bottom: float, above: Colour, below: Colour) -> None:
        """Fill between two heights, from one colour to another."""
        height = len(self.pixels)
        first, last = round(top * height), max(round(top * height) + 1, round(bottom * height))
        rows = np.linspace(self.varied(above), self.varied(below), last - first)
        self.pixels[first:last] = rows[:, None].astype(np.uint8)

    def fill(self, points, colour: Colour) -> None:
        size = self.pixels.shape[1::-1]
        fixed = np.rint(np.asarray(points, float) * size * (1 << SUB)).astype(np.int32)
        cv2.fillPoly(self.pixels, [fixed], self.varied(colour, 5), cv2.LINE_AA, SUB)

    def rectangle(self, left, top, right, bottom, colour: Colour) -> None:
        height, width = self.pixels.shape[:2]
        corner = round(left * width), round(top * height)
        cv2.rectangle(
            self.pixels, corner, (round(right * width), round(bottom * height)), colour, -1
        )

    def blob(self, x: float, y: float, across: float, up: float, colour: Colour) -> None:
        height, width = self.pixels.shape[:2]
        centre, axes = (int(x * width), int(y * height)), (int(across * width), int(up * height))
        cv2.ellipse(self.pixels, centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)

    def dots(self, count: int, top: float, bottom: float, colour: Colour, size: int = 0) -> None:
        """Specks here and there between two heights."""
        height, width = self.pixels.shape[:2]
        xs = self.draw.integers(0, width, count)
        ys = self.draw.integers(int(top * height), int(bottom * height), count)
        for dx in range(size + 1):
            self.pixels[np.minimum(ys + dx, height - 1), xs] = colour
            self.pixels[ys, np.minimum(xs + dx, width - 1)] = colour

    def hills(self, top: float, swing: float, colour: Colour, waves: float = 1.5) -> None:
        """Ground under a wavy line."""
        xs = np.linspace(0, 1, 16)
        ys = top + swing * np.sin(2 * np.pi * (waves * xs + self.draw.random()))
        self.fill([(0, 1.1), *zip(xs, ys, strict=True), (1, 1.1)], colour)


def _beach(on: Paper) -> None:
    sea = on.between(0.36, 0.44)
    on.band(0, sea, (120, 190, 240), (200, 230, 245))
    on.band(sea, 0.8, (25, 110, 165), (60, 175, 195))
    on.hills(0.66, 0.03, (240, 248, 250), 2)
    on.hills(0.69, 0.03, (232, 208, 150), 2)
    on.dots(40, 0.76, 1, (196, 165, 110), 1)


def _forest(on: Paper) -> None:
    on.band(0, 0.72, (52, 92, 58), (92, 130, 82))
    on.band(0.72, 1, (58, 84, 40), (38, 58, 28))
    for x in np.linspace(0.02, 0.98, 11) + on.between(-0.03, 0.03, 11):
        wide = on.between(0.012, 0.026)
        tone = on.varied((76, 56, 40), 18)
        on.fill([(x - wide, 0), (x + wide, 0), (x + 1.4 * wide, 0.8), (x - 1.4 * wide, 0.8)], tone)
    for x in np.linspace(0, 1, 13):
        on.blob(x, on.between(0, 0.1), 0.07, on.between(0.08, 0.15), on.varied((36, 74, 36), 14))


def _city(on: Paper) -> None:
    on.band(0, 0.84, (150, 165, 185), (205, 205, 210))
    left = -0.02
    while left < 1:
        wide, top = on.between(0.08, 0.15), on.between(0.12, 0.5)
        on.rectangle(left, top, left + wide, 0.85, on.varied((112, 114, 124), 26))
        lit = on.varied((220, 212, 165), 20)
        for x in np.arange(left + 0.018, left + wide - 0.02, 0.032):
            for y in np.arange(top + 0.05, 0.78, 0.11):
                on.rectangle(x, y, x + 0.012, y + 0.04, lit)
        left += wide + on.between(0, 0.02)
    on.band(0.82, 1, (96, 96, 100), (72, 72, 78))


def _snow(on: Paper) -> None:
    on.band(0, 0.6, (170, 185, 205), (215, 222, 232))
    on.hills(0.5, 0.06, (206, 218, 234))
    on.hills(0.66, 0.05, (236, 241, 248), 1)
    on.dots(90, 0, 1, (255, 255, 255), 1)


def _desert(on: Paper) -> None:
    on.band(0, 0.6, (245, 190, 120), (250, 222, 170))
    for top, tone in ((0.48, (212, 150, 88)), (0.6, (196, 132, 70)), (0.76, (222, 164, 96))):
        on.hills(top, 0.05, tone, on.between(0.8, 1.8))
    for x in on.between(0.05, 0.95, 4):
        on.blob(x, on.between(0.8, 0.95), 0.03, 0.025, on.varied((135, 92, 62)))


def _night(on: Paper) -> None:
    on.band(0, 1, (8, 10, 34), (32, 36, 80))
    on.dots(80, 0, 0.75, (225, 225, 200))
    on.hills(0.82, 0.05, (12, 14, 24))


def _room(on: Paper) -> None:
    wall = on.varied((214, 200, 182), 18)
    on.band(0, 0.72, wall, wall)
    stripe = tuple(int(0.93 * c) for c in wall)
    for x in np.arange(0.02, 1, 0.08):
        on.rectangle(x, 0, x + 0.03, 0.72, stripe)
    on.band(0.72, 0.76, (240, 236, 228), (225, 220, 210))
    on.band(0.76, 1, (150, 108, 74), (120, 82, 54))
    for x in np.linspace(-0.4, 1.4, 13):
        on.fill([(0.5 + (x - 0.5) * 0.8, 0.76), (x, 1), (x + 0.012, 1)], (98, 66, 42))
    left = on.between(0.08, 0.16) if on.draw.random() < 0.5 else on.between(0.7, 0.76)
    on.rectangle(left, 0.14, left + 0.17, 0.5, (250, 248, 240))
    for x in (left + 0.012, left + 0.091):
        on.rectangle(x, 0.17, x + 0.067, 0.47, (150, 200, 232))


def _road(on: Paper) -> None:
    on.band(0, 0.46, (140, 190, 235), (215, 230, 240))
    on.band(0.46, 1, (118, 150, 84), (92, 126, 62))
    on.fill([(0.44, 0.46), (0.56, 0.46), (1.05, 1), (-0.05, 1)], (84, 84, 90))
    for near in (0.5, 0.58, 0.7, 0.86):
        wide, long = 0.012 * (near - 0.4) * 3, 0.22 * (near - 0.36)
        low = near + long
        points = [(0.5 - wide, near), (0.5 + wide, near), (0.5 + 1.4 * wide, low)]
        on.fill([*points, (0.5 - 1.4 * wide, low)], (240, 235, 205))


def _meadow(on: Paper) -> None:
    on.band(0, 0.6, (105, 180, 245), (190, 225, 250))
    for x in on.between(0.1, 0.9, 3):
        y = on.between(0.08, 0.26)
        for shift in (-0.05, 0, 0.05):
            on.blob(x + shift, y, 0.05, 0.05, (246, 250, 253))
    on.hills(0.5, 0.05, (132, 190, 92))
    on.hills(0.64, 0.04, (106, 172, 66), 1)
    for tone in ((250, 240, 245), (245, 225, 120)):
        on.dots(26, 0.7, 1, tone)


def _sea_floor(on: Paper) -> None:
    on.band(0, 1, (20, 120, 160), (6, 52, 92))
    for x in on.between(0.05, 0.95, 3):
        on.fill([(x, 0), (x + 0.06, 0), (x - 0.1, 0.8), (x - 0.2, 0.8)], (28, 128, 164))
    on.hills(0.84, 0.03, (152, 142, 100), 2)
    for x in on.between(0.02, 0.98, 9):
        ys = np.linspace(0.95, on.between(0.45, 0.7), 8)
        sway = x + 0.014 * np.sin(16 * ys + x * 40)
        weed = [
            *zip(sway - 0.008, ys, strict=True),
            *zip(sway[::-1] + 0.008, ys[::-1], strict=True),
        ]
        on.fill(weed, on.varied((28, 112, 84), 18))
    for x, y in zip(on.between(0, 1, 12), on.between(0, 0.8, 12), strict=True):
        on.blob(x, y, 0.008, 0.014, (130, 205, 220))


PAINTED: dict[str, Callable[[Paper], None]] = {
    "beach": _beach,
    "forest": _forest,
    "city": _city,
    "snow": _snow,
    "desert": _desert,
    "night": _night,
    "room": _room,
    "road": _road,
    "meadow": _meadow,
    "sea floor": _sea_floor,
}


def painted(place: str, size: tuple[int, int], draw: np.random.Generator) -> np.ndarray:
    """The place in that many pixels (width, height), with a little clutter: uint8 RGB."""
    paper = Paper(np.zeros((size[1], size[0], 3), np.uint8), draw)
    PAINTED[place](paper)
    if draw.random() < SHADOWS:
        _shadow(paper)
    for _ in range(int(draw.integers(0, 4))):
        x, y, wide = paper.between(0, 1), paper.between(0.55, 1), paper.between(0.01, 0.03)
        corners = [(x + wide * a, y + 2 * wide * b) for a, b in paper.between(-1, 1, (4, 2))]
        paper.fill(corners, paper.varied((120, 120, 115), 50))
    return paper.pixels


def _shadow(on: Paper) -> None:
    """The dim outline of something on the ground, which is nothing to tell of."""
    points, parts = shape(pick(on.draw, THINGS))
    height, width = on.pixels.shape[:2]
    middle, half = on.between(0, 1, 2) * (width, 0.5 * height), on.between(0.1, 0.2) * height
    fixed = np.rint((points * half + middle + (0, height / 2)) * (1 << SUB)).astype(np.int32)
    dark = on.pixels.copy()
    for first, last, _ in parts:
        cv2.fillPoly(dark, [fixed[first:last]], (70, 70, 80), cv2.LINE_AA, SUB)
    cv2.addWeighted(dark, DIM, on.pixels, 1 - DIM, 0, on.pixels)
