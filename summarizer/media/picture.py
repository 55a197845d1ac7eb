"""A picture in a file, as the pictures of a video are: upright, RGB, no wider than asked for."""

from pathlib import Path

import numpy as np

from summarizer.errors import MediaError

PIXELS = 100_000_000  # of a picture at most


def picture(path: Path, width: int) -> np.ndarray:
    """(height, width, 3) uint8."""
    import cv2
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            across, down = image.size
            if across * down > PIXELS:
                raise MediaError(
                    f"{path.name} has {across} x {down} pixels; at most {PIXELS:,} are taken"
                )
            frame = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError) as error:
        raise MediaError(
            f"{path.name} is no picture that can be read: {str(error)[:100]}"
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise MediaError(f"{path.name} can't be read: {reason[:100]}") from None
    height, wide = frame.shape[:2]
    if wide <= width:
        return frame
    size = (width, max(1, round(height * width / wide)))
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
