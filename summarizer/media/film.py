"""Writing a film of pictures and sound that were made here."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np

from summarizer.errors import OutputError
from summarizer.files import whole

BLOCK = 1024  # samples of one block of AAC
QUALITY = {"crf": "20", "preset": "veryfast"}


def write(
    path: Path,
    pictures: Iterable[np.ndarray],
    rate: Fraction | int,
    sound: np.ndarray | None = None,
    sound_rate: int = 24_000,
) -> None:
    """Write pictures, `rate` a second, and mono sound as H.264 and AAC, whole or not at all.

    Pictures are (height, width, 3) uint8 RGB of even sides, and sound is float from -1 to 1.
    """
    import av

    path, rest = Path(path), iter(pictures)
    first = next(rest, None)
    if first is None or first.shape[0] % 2 or first.shape[1] % 2:
        shape = "no picture" if first is None else f"{first.shape[1]} x {first.shape[0]} pixels"
        raise OutputError(f"{path.name} can't be made of {shape}; give pictures of even sides")
    with whole(path) as part:
        try:
            with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as film:
                seen = film.add_stream("libx264", rate=Fraction(rate), options=QUALITY)
                seen.height, seen.width, seen.pix_fmt = *first.shape[:2], "yuv420p"
                heard = None
                if sound is not None:
                    heard = film.add_stream("aac", rate=sound_rate, layout="mono")
                for packets in _packets(seen, heard, chain([first], rest), sound):
                    film.mux(packets)
        except av.FFmpegError as error:
            raise OutputError(
                f"{path.name} can't be written: {error.strerror}; check its folder and its rates"
            ) from error


def _packets(seen, heard, pictures: Iterable[np.ndarray], sound: np.ndarray | None) -> Iterator:
    """What the encoders make of the pictures and of the sound that goes with each."""
    import av

    step = 1 / Fraction(seen.codec_context.framerate)  # seconds
    blocks = _blocks(sound, heard.rate) if heard else iter(())
    block = next(blocks, None)
    for number, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
        frame.pts, frame.time_base = number, step
        yield seen.encode(frame)
        while block is not None and block.time <= (number + 1) * step:
            yield heard.encode(block)
            block = next(blocks, None)
    yield seen.encode(None)
    while block is not None:
        yield heard.encode(block)
        block = next(blocks, None)
    if heard:
        yield heard.encode(None)


def _blocks(sound: np.ndarray, rate: int) -> Iterator:
    import av

    for first in range(0, len(sound), BLOCK):
        samples = np.ascontiguousarray(sound[None, first : first + BLOCK], np.float32)
        frame = av.AudioFrame.from_ndarray(samples, "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, first, Fraction(1, rate)
        yield frame
