"""Pictures to look at, drawn for tests: scenes that move as told, and ways to show them to a sense.

No pytest in here, and nothing random but by a seed: the same numbers give the same pictures.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from summarizer import media
from summarizer.config import DecodeConfig, Limits
from summarizer.schema import Curve, Findings, Pictures, Video
from summarizer.stages.watch import watch

SIZE = (180, 320)  # height, width
PALETTES = (
    ((52, 84, 40), (96, 132, 70), (170, 178, 150)),  # wood
    ((30, 60, 110), (80, 130, 180), (210, 220, 225)),  # sea
    ((110, 70, 40), (170, 120, 70), (226, 200, 160)),  # room
    ((40, 40, 48), (90, 92, 100), (160, 160, 164)),  # street
    ((120, 30, 36), (190, 90, 50), (240, 210, 120)),  # evening
)


# -- scenes ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    """A place with a few things in it, seen by a camera; everything a second."""

    seed: int
    palette: int
    pan: tuple[float, float] = (0.0, 0.0)  # pixels right and down
    zoom: float = 0.0  # 0.1: a tenth larger
    light: float = 0.0  # 0.1: a tenth brighter
    speed: float = 30.0  # of the things, pixels
    noise: float = 0.0  # grey levels
    flash: float = -1.0  # seconds into the scene; lasts a tenth

    def frame(self, time: float) -> np.ndarray:
        """The picture at this time of the scene: (180, 320, 3) uint8 RGB."""
        height, width = SIZE
        canvas = place(self.seed, self.palette)
        scale = (1 + self.zoom) ** -time
        middle = np.array([canvas.shape[1], canvas.shape[0]]) / 2 + time * np.array(self.pan)
        corner = middle - scale * np.array([width, height]) / 2
        matrix = np.array([[scale, 0, corner[0]], [0, scale, corner[1]]])
        flags = cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR
        frame = cv2.warpAffine(
            canvas, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT
        )
        for place_of, radius, colour in self._things(time):
            centre = (np.array(canvas.shape[1::-1]) / 2 + place_of - corner) / scale
            cv2.circle(
                frame, centre.round().astype(int).tolist(), round(radius / scale), colour, -1
            )
        return self._lit(frame, time)

    def _things(self, time: float) -> Iterator[tuple[np.ndarray, float, tuple[int, ...]]]:
        """Where each thing is, from the middle of the place, its radius and its colour."""
        rng = np.random.default_rng(self.seed + 1000)
        for _ in range(3):
            at, way = rng.uniform(-0.3, 0.3, 2), rng.uniform(0, 2 * np.pi)
            gone = np.array([np.cos(way), np.sin(way)]) * self.speed * time
            colour = tuple(int(level) for level in rng.integers(20, 236, 3))
            yield at * (SIZE[1], SIZE[0]) + gone, rng.uniform(8, 24), colour

    def _lit(self, frame: np.ndarray, time: float) -> np.ndarray:
        levels = frame.astype(np.float32) * (1 + self.light) ** time
        if self.noise:
            rng = np.random.default_rng(round(time * 1000))
            levels += rng.normal(0, self.noise, frame.shape)
        if 0 <= time - self.flash < 0.1:
            levels += 120
        return np.clip(levels, 0, 255).astype(np.uint8)


_PLACES: dict[tuple[int, int], np.ndarray] = {}


def place(seed: int, palette: int) -> np.ndarray:
    """A large picture to look around in: soft ground with hard-edged things on it."""
    if (seed, palette) not in _PLACES:
        rng = np.random.default_rng(seed)
        height, width = 3 * SIZE[0], 3 * SIZE[1]
        ground = np.zeros((height, width), np.float32)
        for cells, share in ((6, 0.5), (18, 0.3), (90, 0.2)):
            cloud = rng.uniform(0, 1, (cells, 2 * cells)).astype(np.float32)
            ground += share * cv2.resize(cloud, (width, height), interpolation=cv2.INTER_CUBIC)
        dark, medium, bright = (np.array(each, np.float32) for each in PALETTES[palette])
        ground = np.clip(2.4 * ground - 0.7, 0, 1)[..., None]
        canvas = np.where(
            ground < 0.5, dark + 2 * ground * (medium - dark), medium + (2 * ground - 1) * bright
        )
        canvas = np.clip(canvas, 0, 255).astype(np.uint8)
        for _ in range(60):
            x, y = rng.integers(0, width), rng.integers(0, height)
            wide, high = rng.integers(10, 90, 2)
            shade = (dark, medium, bright)[rng.integers(3)] * rng.uniform(0.6, 1.3)
            shade = tuple(np.clip(shade, 0, 255).tolist())
            cv2.rectangle(canvas, (x, y), (x + int(wide), y + int(high)), shade, -1)
        _PLACES[seed, palette] = canvas
    return _PLACES[seed, palette]


def story(scenes: Sequence[tuple[Scene, float]]) -> tuple[list[float], "Filmed"]:
    """The scenes one after the other, each with its length: when they change, and the film."""
    starts = np.append(0.0, np.cumsum([length for _, length in scenes]))
    return starts[1:-1].tolist(), Filmed([scene for scene, _ in scenes], starts)


@dataclass(frozen=True, eq=False)
class Filmed:
    """Scenes on one time line."""

    scenes: list[Scene]
    starts: np.ndarray  # (scenes + 1,) seconds

    @property
    def seconds(self) -> float:
        return float(self.starts[-1])

    def at(self, times: Sequence[float]) -> Iterator[np.ndarray]:
        for time in times:
            which = min(np.searchsorted(self.starts, time, "right") - 1, len(self.scenes) - 1)
            yield self.scenes[which].frame(time - self.starts[which])


def twenty_cuts(seed: int) -> tuple[list[float], Filmed]:
    """21 scenes, often alike; with pans, zooms, noise, flashes and a light that changes."""
    rng = np.random.default_rng(seed)
    scenes, palette = [], 0
    for number in range(21):
        if rng.random() < 0.6:  # else the next scene has the colours of this one
            palette = int(rng.integers(len(PALETTES)))
        scene = Scene(100 * seed + number, palette, speed=float(rng.uniform(10, 120)))
        kind = number % 6
        if kind == 1:
            scene = replace(scene, pan=(float(rng.uniform(-90, 90)), float(rng.uniform(-20, 20))))
        elif kind == 2:
            scene = replace(scene, zoom=float(rng.uniform(-0.1, 0.15)))
        elif kind == 3:
            scene = replace(scene, noise=8.0)
        elif kind == 4:
            scene = replace(scene, light=float(rng.uniform(-0.12, 0.12)))
        elif kind == 5:
            scene = replace(scene, flash=1.2)
        scenes.append((scene, float(rng.uniform(2.2, 4.5))))
    return story(scenes)


# -- ways to show them ----------------------------------------------------------------------------


def video(seconds: float, size: tuple[int, int] = SIZE) -> Video:
    return Video("drawn.mp4", "0" * 64, seconds, size[::-1], Fraction(25), 0, Fraction(1), False)


def batches(times: Sequence[float], frames: np.ndarray, size: int = 12) -> Iterator[Pictures]:
    times = np.asarray(times, np.float64)
    for at in range(0, len(times), size):
        yield Pictures(times[at : at + size], frames[at : at + size])


def show(kind, frames, times: Sequence[float] | None = None, seconds: float = 0.0) -> Findings:
    """What a sense of this kind finds in these frames, four a second if not told otherwise."""
    frames = np.asarray(frames, np.uint8)
    times = np.arange(len(frames)) / 4 if times is None else times
    sense = kind(video(seconds or float(times[-1]) + 0.25, frames.shape[1:3]))
    for _ in watch(batches(times, frames), [sense], sense.rows):
        pass
    return sense.findings()


def watched(path: Path, *kinds) -> tuple[Video, list[Findings]]:
    """What senses of these kinds find in a file, decoded as the program does it."""
    clip = media.probe(path, Limits())
    senses = [kind(clip) for kind in kinds]
    with closing(media.stream_pictures(path, clip, DecodeConfig(), Limits())) as pictures:
        for _ in watch(pictures, senses, clip.seconds):
            pass
    return clip, [sense.findings() for sense in senses]


def curve(findings: Findings, name: str = "") -> Curve:
    """The curve of this name, or the only one."""
    named = [each for each in findings.curves if name in ("", each.name)]
    assert len(named) == 1, [each.name for each in findings.curves]
    return named[0]


def plain(colour, count: int = 12, size: tuple[int, int] = SIZE) -> np.ndarray:
    return np.full((count, *size, 3), colour, np.uint8)
