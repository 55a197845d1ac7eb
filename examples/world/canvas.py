"""A small vector canvas: smooth shapes in units of 1280 x 720, drawn twice as large and shrunk."""

from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from world.shapes import CIRCLE, VIEW, Fade, Type

SUPER = 2  # drawn so many times larger than shown
SHIFT = 4  # bits of sub-pixel precision cv2 is given
DITHER = np.random.default_rng(7).uniform(-0.7, 0.7, (256, 256, 1)).astype(np.float32)


@lru_cache(maxsize=32)
def _font(face: str, pixels: int) -> ImageFont.FreeTypeFont:
    """A font that ships with Gradio, so every machine that runs the project has it."""
    spec = find_spec("gradio")
    if spec is None or spec.origin is None:
        raise SystemExit("The clips are set in fonts that ship with Gradio; run `make app` once.")
    folder = Path(spec.origin).parent / "templates/frontend/static/fonts" / face.partition("-")[0]
    return ImageFont.truetype(str(folder / f"{face}.woff2"), pixels)


@lru_cache(maxsize=512)
def _letters(words: str, face: str, pixels: int, tracking: float) -> tuple[np.ndarray, float]:
    """The words as a mask with the baseline at 1.0 of 1.5 heights, and their width."""
    font = _font(face, pixels)
    if tracking:
        steps = [font.getlength(letter) + tracking * pixels for letter in words]
        left = np.cumsum([0.0, *steps])
        width = float(left[-1]) - tracking * pixels
    else:
        left, width = [0.0], font.getlength(words)
    image = Image.new("L", (int(width) + pixels, int(pixels * 1.5)))
    draw = ImageDraw.Draw(image)
    for x, letter in zip(left, words if tracking else [words], strict=False):
        draw.text((x + pixels / 2, pixels), letter, font=font, fill=255, anchor="ls")
    return np.asarray(image), width


def measure(words: str, form: Type) -> float:
    """How wide the words are, in units."""
    return _letters(words, form.face, 64, form.tracking)[1] * form.size / 64


@lru_cache(maxsize=4)
def _falloff(size: int = 256) -> np.ndarray:
    """A soft round light, 1 in the middle and 0 at the rim."""
    axis = np.linspace(-1, 1, size, dtype=np.float32)
    distance = np.minimum(1, np.hypot(axis[:, None], axis[None, :]))
    return (1 - distance) ** 2 * (1 + 2 * distance)


def soften(pixels: np.ndarray, sigma: float) -> np.ndarray:
    """Blurred; wide blurs are done small, where they cost little."""
    shrink = int(2 ** np.clip(np.floor(np.log2(max(sigma, 1e-3) / 2.5)), 0, 4))
    if shrink == 1:
        return cv2.GaussianBlur(pixels, (0, 0), max(0.3, sigma))
    height, width = pixels.shape[:2]
    size = (max(1, width // shrink), max(1, height // shrink))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / shrink)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


class Canvas:
    """Pixels and how units fall on them. Colours are RGB; a sheet with one channel is a mask."""

    def __init__(self, pixels: np.ndarray, matrix: np.ndarray):
        self.pixels = pixels
        self.matrix = matrix

    @staticmethod
    def blank(width: int, height: int) -> "Canvas":
        """A black canvas that will shrink to a frame of this size."""
        pixels = np.zeros((height * SUPER, width * SUPER, 3), np.uint8)
        scale = width * SUPER / VIEW[0]
        return Canvas(pixels, np.array([[scale, 0, 0], [0, scale, 0]], float))

    @staticmethod
    def over(frame: np.ndarray) -> "Canvas":
        """A canvas that draws on a finished frame."""
        scale = frame.shape[1] / VIEW[0]
        return Canvas(frame, np.array([[scale, 0, 0], [0, scale, 0]], float))

    @property
    def scale(self) -> float:
        """Pixels a unit."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:, :2]))))

    def moved(self, x=0.0, y=0.0, scale=1.0, turn=0.0, flip=1.0) -> "Canvas":
        """The same pixels seen from a moved, scaled, turned, possibly mirrored origin."""
        cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
        local = np.array([[cos * flip, -sin], [sin * flip, cos]])
        linear = self.matrix[:, :2] @ local
        offset = self.matrix[:, :2] @ (x, y) + self.matrix[:, 2]
        return Canvas(self.pixels, np.column_stack([linear, offset]))

    def skewed(self, origin, right, up) -> "Canvas":
        """The same pixels with x along `right` and y along `up`, both in units of this canvas."""
        linear = self.matrix[:, :2] @ np.array([right, up], float).T
        offset = self.matrix[:, :2] @ origin + self.matrix[:, 2]
        return Canvas(self.pixels, np.column_stack([linear, offset]))

    def sheet(self, share: float = 0.25, channels: int = 1) -> "Canvas":
        """An empty coarser canvas with the same units: for light, shadow and other soft things."""
        height, width = (int(side * share) for side in self.pixels.shape[:2])
        shape = (height, width) if channels == 1 else (height, width, channels)
        return Canvas(np.zeros(shape, np.uint8), self.matrix * share)

    # -- hard shapes

    def fill(self, shape, paint, alpha: float = 1.0) -> None:
        """A polygon, or several whose overlaps are holes."""
        shapes = shape if np.ndim(shape[0]) == 2 else [shape]
        placed = [np.asarray(s, float) @ self.matrix[:, :2].T + self.matrix[:, 2] for s in shapes]
        every = np.concatenate(placed) if len(placed) > 1 else placed[0]
        low, high = every.min(0), every.max(0)
        height, width = self.pixels.shape[:2]
        if alpha <= 0 or not np.isfinite(every).all():
            return
        if high[0] < 0 or high[1] < 0 or low[0] > width or low[1] > height:
            return
        if self.pixels.ndim == 2:
            paint = (255.0 * alpha,)
            alpha = 1.0
        elif not isinstance(paint, Fade) and len(paint) == 4:
            paint, alpha = paint[:3], paint[3] * alpha
        fixed = [np.round(p * 2**SHIFT).astype(np.int32) for p in placed]
        if alpha >= 0.999 and not isinstance(paint, Fade):
            cv2.fillPoly(self.pixels, fixed, [round(v) for v in paint], cv2.LINE_AA, SHIFT)
            return
        left, top = np.maximum(0, np.floor(low).astype(int) - 1)
        right, bottom = min(width, int(high[0]) + 2), min(height, int(high[1]) + 2)
        mask = np.zeros((bottom - top, right - left), np.uint8)
        offset = (-int(left), -int(top))
        moved = [f + np.array(offset, np.int32) * 2**SHIFT for f in fixed]
        cv2.fillPoly(mask, moved, 255, cv2.LINE_AA, SHIFT)
        self._blend((top, bottom, left, right), mask, paint, alpha)

    def within(self, clip, shape, paint, blur: float = 0.0) -> None:
        """A shape, softened by blur, shown only where it lies inside the clip shape."""
        placed = np.asarray(clip, float) @ self.matrix[:, :2].T + self.matrix[:, 2]
        area = self._area(placed.min(0), placed.max(0))
        if area is None or self.pixels.ndim == 2:
            return
        top, bottom, left, right = area
        shift = self.matrix - np.array([[0, 0, left], [0, 0, top]])
        masks = []
        for part in (clip, shape):
            mask = Canvas(np.zeros((bottom - top, right - left), np.uint8), shift)
            mask.fill(part, (255,))
            masks.append(mask.pixels)
        if blur:
            masks[1] = soften(masks[1], blur * self.scale)
        self._blend(area, cv2.multiply(masks[0], masks[1], scale=1 / 255), paint, 1.0)

    def stroke(self, points, width: float, paint, alpha: float = 1.0, closed=False) -> None:
        """A line of constant width with round ends and joins."""
        if self.pixels.ndim == 2:
            paint = (255.0,)
        elif len(paint) == 4:
            paint, alpha = paint[:3], paint[3] * alpha
        placed = np.asarray(points, float) @ self.matrix[:, :2].T + self.matrix[:, 2]
        if not np.isfinite(placed).all() or alpha <= 0:
            return
        thick = max(1, round(width * self.scale))
        height, wide = self.pixels.shape[:2]
        low = np.floor(placed.min(0)).astype(int) - thick - 1
        high = np.ceil(placed.max(0)).astype(int) + thick + 2
        if high[0] < 0 or high[1] < 0 or low[0] > wide or low[1] > height:
            return
        fixed = np.round(placed * 2**SHIFT).astype(np.int32)
        if alpha >= 0.999:
            colour = [round(v) for v in paint]
            cv2.polylines(self.pixels, [fixed], closed, colour, thick, cv2.LINE_AA, SHIFT)
            return
        (left, top), (right, bottom) = np.maximum(0, low), np.minimum((wide, height), high)
        if right <= left or bottom <= top:
            return
        mask = np.zeros((bottom - top, right - left), np.uint8)
        moved = fixed - np.array((left, top), np.int32) * 2**SHIFT
        cv2.polylines(mask, [moved], closed, 255, thick, cv2.LINE_AA, SHIFT)
        self._blend((top, bottom, left, right), mask, paint, alpha)

    def disc(self, x: float, y: float, radius: float, paint, alpha: float = 1.0) -> None:
        self.fill(CIRCLE * radius + (x, y), paint, alpha)

    def text(self, at, words: str, form: Type, paint, alpha: float = 1.0) -> None:
        """Words on a baseline that starts, centres or ends at the point."""
        if alpha <= 0 or not words:
            return
        wanted = form.size * self.scale
        pixels = int(2 ** np.ceil(np.log2(max(8.0, wanted))))
        mask, width = _letters(words, form.face, pixels, form.tracking)
        lead = {"l": 0.0, "m": width / 2, "r": width}[form.anchor]
        unit = form.size / pixels
        first = at[0] - (lead + pixels / 2) * unit
        local = np.array([[unit, 0, first], [0, unit, at[1] - form.size]])
        linear = self.matrix[:, :2] @ local[:, :2]
        offset = self.matrix[:, :2] @ local[:, 2] + self.matrix[:, 2]
        corners = np.array([(0, 0), (mask.shape[1], 0), (0, mask.shape[0]), mask.shape[::-1]])
        placed = corners @ linear.T + offset
        area = self._area(placed.min(0), placed.max(0))
        if area is None:
            return
        top, bottom, left, right = area
        matrix = np.column_stack([linear, offset - (left, top)])
        drawn = cv2.warpAffine(mask, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
        self._blend(area, drawn, paint, alpha)

    # -- soft things

    def glow(self, x: float, y: float, radius: float, colour, strength: float = 1.0) -> None:
        """Adds a soft round light."""
        centre = self.matrix[:, :2] @ (x, y) + self.matrix[:, 2]
        reach = radius * self.scale
        area = self._area(centre - reach, centre + reach)
        if area is None or strength <= 0 or reach < 1:
            return
        top, bottom, left, right = area
        coarse = max(1, int(reach) // 48)  # a wide light has no detail
        size = (-(-(right - left) // coarse), -(-(bottom - top) // coarse))
        unit = 2 * reach / 256 / coarse
        corner = (centre - reach - (left, top)) / coarse
        matrix = np.array([[unit, 0, corner[0]], [0, unit, corner[1]]])
        soft = cv2.warpAffine(_falloff(), matrix, size, flags=cv2.INTER_LINEAR) * strength
        tint = 255 if self.pixels.ndim == 2 else np.float32(colour[:3])
        light = np.minimum(255, soft[..., None] * tint).astype(np.uint8)
        light = cv2.resize(light, None, fx=coarse, fy=coarse, interpolation=cv2.INTER_LINEAR)
        region = self.pixels[top:bottom, left:right]
        region[:] = cv2.add(region, light[: bottom - top, : right - left])

    def add(self, light: "Canvas", strength: float = 1.0, blur: float = 0.0) -> None:
        """Adds a sheet of light, blurred by so many units."""
        soft = self._spread(light, blur)
        self.pixels[:] = cv2.addWeighted(self.pixels, 1.0, soft, strength, 0)

    def shade(self, mask: "Canvas", colour, strength: float = 1.0, blur: float = 0.0) -> None:
        """Paints the colour where a mask sheet is, blurred by so many units."""
        height, width = self.pixels.shape[:2]
        self._blend((0, height, 0, width), self._spread(mask, blur), colour, strength)

    def stencil(self, other: "Canvas", mask: "Canvas") -> None:
        """Copies another canvas's pixels where the mask is."""
        wide = cv2.merge([mask.pixels] * 3)
        kept = cv2.multiply(self.pixels, cv2.bitwise_not(wide), scale=1 / 255)
        self.pixels[:] = cv2.add(kept, cv2.multiply(other.pixels, wide, scale=1 / 255))

    def veil(self, paint, alpha: float) -> None:
        """Paints over everything, a little."""
        if alpha > 0:
            height, width = self.pixels.shape[:2]
            whole = np.full((height, width), 255, np.uint8)
            self._blend((0, height, 0, width), whole, paint, alpha)

    def defocus(self, blur: float) -> None:
        """Blurs all that was drawn so far."""
        self.pixels[:] = soften(self.pixels, blur * self.scale)

    def paste(self, other: "Canvas") -> None:
        """Starts from a copy of another canvas's pixels."""
        self.pixels[:] = other.pixels

    # -- how

    def _area(self, low, high) -> tuple[int, int, int, int] | None:
        """top, bottom, left, right of the pixels touched; None where none are."""
        height, width = self.pixels.shape[:2]
        left, top = (max(0, int(np.floor(v)) - 1) for v in low)
        right, bottom = min(width, int(high[0]) + 2), min(height, int(high[1]) + 2)
        return (top, bottom, left, right) if right > left and bottom > top else None

    def _spread(self, sheet: "Canvas", blur: float) -> np.ndarray:
        height, width = self.pixels.shape[:2]
        small = sheet.pixels
        if blur:
            small = soften(small, blur * sheet.scale)
        return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)

    def _blend(self, area, mask: np.ndarray, paint, alpha: float) -> None:
        top, bottom, left, right = area
        region = self.pixels[top:bottom, left:right]
        if self.pixels.ndim == 2:
            np.maximum(region, cv2.convertScaleAbs(mask, alpha=alpha), out=region)
            return
        if isinstance(paint, Fade):
            source, alphas = self._faded(area, paint)
            if alphas is not None:
                mask = cv2.multiply(mask, alphas, scale=1 / 255)
        else:
            if len(paint) == 4:
                alpha *= paint[3]
            source = np.empty_like(region)
            source[:] = np.round(paint[:3])
        if alpha < 0.999:
            mask = cv2.convertScaleAbs(mask, alpha=alpha)
        wide = cv2.merge([mask, mask, mask])
        kept = cv2.multiply(region, cv2.bitwise_not(wide), scale=1 / 255)
        region[:] = cv2.add(kept, cv2.multiply(source, wide, scale=1 / 255))

    def _faded(self, area, paint: Fade) -> tuple[np.ndarray, np.ndarray | None]:
        """The colours of a Fade over an area, and its alphas where it has any."""
        start = self.matrix[:, :2] @ paint.start + self.matrix[:, 2]
        along = self.matrix[:, :2] @ paint.end + self.matrix[:, 2] - start
        along = along / max(1e-6, float(along @ along))
        if (area[1] - area[0]) * (area[3] - area[2]) > 1_000_000 and len(paint.first) == 3:
            return _dithered(area, tuple(start), tuple(along), paint), None
        top, bottom, left, right = area
        across = ((np.arange(left, right) - start[0]) * along[0] * 255).astype(np.float32)
        down = ((np.arange(top, bottom) - start[1]) * along[1] * 255).astype(np.float32)
        share = cv2.convertScaleAbs(np.maximum(down[:, None] + across[None, :], 0))
        steps = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
        first, last = np.float32(paint.first), np.float32(paint.last)
        table = first + (last - first) * steps
        colours = np.clip(table[:, :3] + 0.5, 0, 255).astype(np.uint8)
        source = cv2.LUT(cv2.merge([share, share, share]), colours[None])
        if len(paint.first) < 4:
            return source, None
        return source, cv2.LUT(share, np.clip(table[:, 3] * 255, 0, 255).astype(np.uint8))


@lru_cache(maxsize=6)
def _dithered(area, start, along, paint: Fade) -> np.ndarray:
    """A large Fade with a little noise, so that no bands show."""
    top, bottom, left, right = area
    across = (np.arange(left, right) - start[0]) * along[0]
    down = (np.arange(top, bottom) - start[1]) * along[1]
    share = np.clip(down[:, None] + across[None, :], 0, 1).astype(np.float32)[..., None]
    first, last = np.float32(paint.first), np.float32(paint.last)
    tiles = ((bottom - top) // 256 + 1, (right - left) // 256 + 1, 1)
    noise = np.tile(DITHER, tiles)[: bottom - top, : right - left]
    return np.clip(first + (last - first) * share + noise + 0.5, 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Grade:
    """How a finished frame is toned."""

    bloom: float = 0.35
    threshold: int = 190
    vignette: float = 0.28
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def with_tint(self, tint) -> "Grade":
        return replace(self, tint=tint)


@lru_cache(maxsize=8)
def _vignette(width: int, height: int, strength: float, tint) -> np.ndarray:
    x, y = np.linspace(-1, 1, width)[None, :], np.linspace(-1, 1, height)[:, None]
    dark = 1 - strength * np.clip((x**2 * 0.75 + y**2 * 0.75) - 0.35, 0, 1.2) ** 1.5
    return np.clip(dark[..., None] * np.array(tint) * 255, 0, 255).astype(np.uint8)


def finish(canvas: Canvas, grade: Grade) -> np.ndarray:
    """The frame: shrunk, its lights blooming, its corners darker; (height, width, 3) uint8 RGB."""
    height, width = (side // SUPER for side in canvas.pixels.shape[:2])
    frame = cv2.resize(canvas.pixels, (width, height), interpolation=cv2.INTER_AREA)
    if grade.bloom:
        small = cv2.resize(frame, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
        bright = cv2.subtract(small, np.full_like(small, grade.threshold))
        soft = cv2.GaussianBlur(bright, (0, 0), width / 110)
        soft = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
        frame = cv2.addWeighted(frame, 1.0, soft, grade.bloom, 0)
    tone = _vignette(width, height, grade.vignette, grade.tint)
    return cv2.multiply(frame, tone, scale=1 / 255)
