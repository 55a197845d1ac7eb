"""Pictures with known words in them, drawn for tests."""

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIZE = 640, 360
Words = tuple[str, int, int, int]  # text, left, top, height of the letters in pixels


def written(
    words: Sequence[Words],
    size: tuple[int, int] = SIZE,
    ground: np.ndarray | tuple[int, int, int] = (245, 240, 230),
    ink: tuple[int, int, int] = (20, 30, 60),
) -> np.ndarray:
    """A picture with these words on a colour or on another picture."""
    if isinstance(ground, tuple):
        image = Image.new("RGB", size, ground)
    else:
        image = Image.fromarray(ground).resize(size)
    draw = ImageDraw.Draw(image)
    for text, left, top, height in words:
        font = ImageFont.load_default(height)
        draw.text((left, top), text, ink, font, stroke_width=height // 16, stroke_fill=ink)
    return np.asarray(image)


def captioned(ground: np.ndarray, text: str, height: int = 26) -> np.ndarray:
    """A picture with white, black-edged letters at the bottom, as burned-in subtitles are."""
    image = Image.fromarray(ground)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(height)
    left = (image.width - draw.textlength(text, font)) / 2
    draw.text((left, image.height - 2 * height), text, "white", font, None, 4, "left", None, None,
              None, 2, "black")  # fmt: skip
    return np.asarray(image)


def held(pictures: Sequence[tuple[np.ndarray, float]], fps: float = 8) -> Iterator[np.ndarray]:
    """Each picture for its seconds."""
    for picture, seconds in pictures:
        for _ in range(round(seconds * fps)):
            yield picture
