"""What stands around the pitch: everybody in their seats, advertising, floodlights."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from world.canvas import Canvas
from world.match.stadium import DEEP, LONG, Lens, Mood
from world.shapes import Type, box, dim, mix, rgb

# first and last row as (distance from the pitch, height), lower and upper tier
TIERS = (((7.0, 1.3), (24.0, 11.0)), ((25.5, 14.5), (44.0, 29.0)))
WORDS = ("NORTHLINE", "HONEY & CO", "KITE RADIO", "ALBA TEA", "BLUE TRAM", "MERIDIAN")
BOARDS = ("#1f4e9c", "#f2b632", "#12233f", "#2f8f6b", "#d94b3f", "#f4f1ea")
CLOTHES = tuple(
    rgb(code)
    for code in (
        "#e8503f",
        "#f4f1ea",
        "#2b3a67",
        "#f2b632",
        "#8b93a8",
        "#c9483b",
        "#5a6a8f",
        "#ded6c8",
    )
)


@dataclass(frozen=True)
class Side:
    """One stand: a point on the pitch's edge, the way along it and the way out."""

    origin: tuple[float, float]
    along: tuple[float, float]
    out: tuple[float, float]
    length: float

    def at(self, share, away, height) -> np.ndarray:
        base = np.asarray(self.origin) + np.multiply.outer(share, self.along)
        flat = base + np.multiply.outer(away, self.out)
        return np.column_stack([flat, np.broadcast_to(height, flat.shape[:1])])

    @property
    def middle(self) -> np.ndarray:
        return self.at(np.array([self.length / 2]), np.array([24.0]), 10.0)

    def quad(self, first, last) -> np.ndarray:
        """From one (away, height) to another, over the whole length."""
        share = np.array([0.0, self.length, self.length, 0.0])
        away = np.array([first[0], first[0], last[0], last[0]])
        return self.at(share, away, np.array([first[1], first[1], last[1], last[1]]))


FAR = Side((-12.0, DEEP), (1, 0), (0, 1), 129.0)
NEAR = Side((-12.0, 0.0), (1, 0), (0, -1), 129.0)
LEFT = Side((0.0, -6.0), (0, 1), (-1, 0), 80.0)
RIGHT = Side((LONG, -6.0), (0, 1), (1, 0), 80.0)


@lru_cache(maxsize=8)
def _seats(side: Side, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where everybody sits, in which colour, and how each moves."""
    random = np.random.default_rng(seed)
    places, colours = [], []
    for (near, low), (far, high) in TIERS:
        rows = int((far - near) / 0.95)
        for row in range(rows):
            count = int(side.length / 0.72)
            share = (np.arange(count) + random.uniform(-0.2, 0.2, count)) * 0.72
            kept = random.random(count) < 0.93
            kept &= np.abs((share + 4) % 21.5 - 1) > 0.8  # stairs
            step = row / rows
            away, height = near + (far - near) * step, low + (high - low) * step
            places.append(side.at(share[kept], np.full(kept.sum(), away), height))
            colours.append(random.choice(len(CLOTHES), kept.sum(), p=_shares(side)))
    return np.concatenate(places), np.concatenate(colours), random.random(sum(map(len, places)))


def _shares(side: Side) -> np.ndarray:
    """Home colours everywhere but on the right, where the guests sit."""
    shares = np.array(
        [4, 1, 1.2, 0.7, 1, 2, 1, 0.8] if side is not RIGHT else [0.4, 5, 3, 0.4, 1, 0.2, 2, 2]
    )
    return shares / shares.sum()


def stand(
    canvas: Canvas, lens: Lens, mood: Mood, side: Side, time: float = 0.0, joy: float = 0.0
) -> None:
    """Tiers, roof and everybody in them; joy makes them jump."""
    low, high = mood.stand
    for number, (first, last) in enumerate(TIERS):
        wall = (first[0], first[1] - (3.2 if number else 1.3))
        _quad(canvas, lens, side.quad(wall, first), dim(high, 0.8 if number else 1.1))
        _quad(canvas, lens, side.quad(first, last), mix(low, high, number * 0.6))
    crowd(canvas, lens, mood, side, time, joy)
    back, roof = (47.0, 30.0), (20.0, 38.5)
    _quad(canvas, lens, side.quad(back, (47.0, 37.0)), dim(high, 0.6))
    _quad(canvas, lens, side.quad(roof, (48.0, 36.5)), dim(high, 0.9))
    _quad(canvas, lens, side.quad(roof, (roof[0], roof[1] + 1.4)), mix(high, mood.haze, 0.45))


def _quad(canvas: Canvas, lens: Lens, corners, paint) -> None:
    shape = lens.outline(corners)
    if shape is not None:
        canvas.fill(shape, paint)


def crowd(canvas: Canvas, lens: Lens, mood: Mood, side: Side, time: float, joy: float) -> None:
    """Everybody in a stand as a body and a head."""
    places, colours, own = _seats(side, int(side.length * 7 + side.origin[0]))
    spots, depth = lens.see(places)
    shown = (depth > 4) & (np.abs(spots[:, 0] - 640) < 700) & (np.abs(spots[:, 1] - 360) < 420)
    jump = np.abs(np.sin(time * (5 + own * 2.5) + own * 40)) * 0.45 * (own < 0.4 * joy)
    order = np.argsort(-depth[shown])
    spots, size = spots[shown][order], (lens.zoom / depth[shown])[order]
    jump, own = (values[shown][order] for values in (jump, own))
    colours = colours[shown][order]
    unit = canvas.scale * 16
    bodies = [_tone(colour, mood) for colour in CLOTHES]
    skins = [_tone(colour, mood) for colour in ((240, 196, 160), (205, 150, 110), (130, 90, 64))]
    x = (spots[:, 0] * unit).astype(int)
    y = ((spots[:, 1] - jump * size) * unit).astype(int)
    size = size * unit
    body, head = np.maximum(12, size * 0.29).astype(int), np.maximum(8, size * 0.135).astype(int)
    up = (size * 0.44).astype(int)
    for i in range(len(x)):
        cv2.circle(canvas.pixels, (x[i], y[i]), body[i], bodies[colours[i]], -1, cv2.LINE_AA, 4)
        skin = skins[int(own[i] * 977) % 3]
        cv2.circle(canvas.pixels, (x[i], y[i] - up[i]), head[i], skin, -1, cv2.LINE_AA, 4)


def _tone(colour, mood: Mood) -> tuple:
    return tuple(
        round(v) for v in mix(mix(mood.stand[0], mood.haze, 0.22), dim(colour, mood.crowd), 0.52)
    )


def boards(canvas: Canvas, lens: Lens, mood: Mood, side: Side) -> None:
    """Advertising along the edge of the pitch."""
    wide = 8.6
    for index in range(int(side.length // wide)):
        share = np.array([0, wide - 0.1, wide - 0.1, 0]) + index * wide
        corners = side.at(share, np.full(4, 4.5), np.array([0.05, 0.05, 1.0, 1.0]))
        shape = lens.outline(corners)
        if shape is None or shape[:, 0].max() < -80 or shape[:, 0].min() > 1360:
            continue
        paint = dim(rgb(BOARDS[index % len(BOARDS)]), mood.board)
        canvas.fill(shape, paint)
        if len(shape) == 4 and side is FAR:
            _word(canvas, shape, WORDS[index % len(WORDS)], paint)


def _word(canvas: Canvas, shape, word: str, paint) -> None:
    ink = (250, 248, 240) if sum(paint) < 430 else (24, 30, 50)
    right, down = (shape[1] - shape[0]) / 8.5, (shape[0] - shape[3]) / 0.95
    if np.hypot(*down) < 8:
        return
    tag = canvas.skewed(shape[3], right, down)
    tag.text((4.25, 0.74), word, Type(0.72, anchor="m", tracking=0.08), ink)


def lamps(canvas: Canvas, lens: Lens, mood: Mood, spots) -> None:
    """Floodlights on masts: a grid of lamps with a wide glow."""
    for spot in spots:
        place, depth = lens.see([spot])
        if depth[0] < 1:
            continue
        x, y = place[0]
        unit = lens.zoom / depth[0]
        foot, _ = lens.see([(spot[0], spot[1], 10)])
        canvas.stroke([(x, y), foot[0]], 1.1 * unit, dim(mood.stand[1], 0.8))
        canvas.fill(
            box(x - 4 * unit, y - 2.6 * unit, 8 * unit, 5.2 * unit, unit * 0.4),
            dim(mood.stand[1], 0.7),
        )
        for row in range(3):
            for column in range(5):
                lamp = (x + (column - 2) * 1.5 * unit, y + (row - 1) * 1.6 * unit)
                colour = (255, 250, 232) if mood.lamps else mix(mood.haze, (255, 255, 255), 0.3)
                canvas.disc(*lamp, 0.58 * unit, colour)
        if mood.lamps:
            canvas.glow(x, y, 26 * unit, (190, 208, 255), 0.55)
            canvas.glow(x, y, 9 * unit, (255, 250, 235), 0.75)
