"""Small real clips, rendered for tests and measurements: no pytest, no network, same bytes again.

`film` is the one writer; pictures are (height, width, 3) uint8 RGB arrays, sounds are (samples,) or
(samples, channels) float32 arrays in [-1, 1]. The rest are pictures and sounds to give it, and a
few ready-made clips with one peculiarity each.
"""

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import count
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

RATE = 44_100  # of the sounds, samples a second
CODES = {"libvpx": "libopus", "libvpx-vp9": "libopus"}  # sound that belongs with a picture codec


# -- the writer -----------------------------------------------------------------------------------


def film(
    target: Path,
    pictures: Iterable[np.ndarray] = (),
    *,
    fps: float = 25,
    times: Iterable[float] | None = None,  # of the pictures; evenly by fps if not given
    sound: np.ndarray | None = None,
    sound_rate: int = RATE,
    sound_from: float = 0.0,  # seconds on the time line where the sound begins
    codec: str = "libx264",
    sound_codec: str = "",
    pixels: str = "yuv420p",
    rotation: int = 0,  # degrees clockwise that a player has to turn the stored picture
    aspect: Fraction = Fraction(1),  # width / height of a stored pixel
    options: dict[str, str] | None = None,  # of the picture codec: {"g": "50", "bf": "2"}
    container: dict[str, str] | None = None,  # of the muxer: {"movflags": "frag_keyframe"}
) -> Path:
    """Write the pictures and the sound to target (its suffix decides the container); returns it."""
    base = Fraction(1, 60_000)  # fine enough for all rates, and MPEG-4 takes no finer
    stamps = (n / fps for n in count()) if times is None else iter(times)
    with av.open(str(target), "w", options=container or {}) as out:
        picture = iter(pictures)
        first = next(picture, None)
        video = audio = None
        if first is not None:
            settings = _fast(codec) | (options or {})
            video = out.add_stream(codec, rate=Fraction(fps).limit_denominator(1001))
            video.height, video.width = first.shape[:2]
            video.pix_fmt, video.options = pixels, settings
            video.codec_context.time_base = base
            video.codec_context.sample_aspect_ratio = aspect
            if rotation:
                video.set_display_rotation(-rotation)
        if sound is not None:
            if CODES.get(codec, sound_codec) == "libopus" and sound_rate != 48_000:
                sound, sound_rate = _resampled(sound, sound_rate, 48_000), 48_000
            audio = out.add_stream(sound_codec or CODES.get(codec, "aac"), rate=sound_rate)
            audio.layout = "mono" if sound.ndim == 1 else "stereo"
        packets = _interleaved(
            _pictures(video, first, picture, stamps, base) if video else iter(()),
            _sounds(audio, sound, sound_rate, sound_from) if audio else iter(()),
        )
        for packet in packets:
            out.mux(packet)
    return target


def _fast(codec: str) -> dict[str, str]:
    return {
        "libx264": {"preset": "ultrafast", "crf": "20"},
        "libx265": {"preset": "ultrafast", "x265-params": "log-level=none"},
        "libvpx": {"deadline": "realtime", "cpu-used": "8", "b": "1M"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "b": "1M"},
        "mpeg4": {"b": "2M"},
    }.get(codec, {})


def _pictures(stream, first, rest, stamps, base) -> Iterator[tuple[float, list]]:
    yield 0.0, []
    image = first
    while image is not None:
        seconds = next(stamps)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
        frame.pts, frame.time_base = round(seconds / base), base
        yield seconds, stream.encode(frame)
        image = next(rest, None)
    yield float("inf"), stream.encode(None)


def _resampled(sound: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    at = np.arange(round(len(sound) * wanted / rate)) * rate / wanted
    columns = [np.interp(at, np.arange(len(sound)), each) for each in np.atleast_2d(sound.T)]
    return np.squeeze(np.stack(columns, axis=1)).astype(np.float32)


def _sounds(stream, sound, rate, start, block: int = 1024) -> Iterator[tuple[float, list]]:
    layout = "mono" if sound.ndim == 1 else "stereo"
    channels = np.atleast_2d(sound.T).astype(np.float32)
    for at in range(0, channels.shape[1], block):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(channels[:, at : at + block]), format="fltp", layout=layout
        )
        frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
        frame.pts = at + round(start * rate)
        yield start + at / rate, stream.encode(frame)
    yield float("inf"), stream.encode(None)


def _interleaved(*sides: Iterator[tuple[float, list]]) -> Iterator:
    """The packets of all sides, the earliest side first."""
    waiting = [side for side in map(list, ([each, next(each, None)] for each in sides)) if side[1]]
    while waiting:
        side = min(waiting, key=lambda each: each[1][0])
        yield from side[1][1]
        side[1] = next(side[0], None)
        waiting = [each for each in waiting if each[1]]


def ffmpeg(*arguments: object) -> None:
    """Run the bundled ffmpeg; for what the writer above can't make."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-y", "-v", "error"]
    subprocess.run([*command, *map(str, arguments)], check=True, stdin=subprocess.DEVNULL)


# -- pictures -------------------------------------------------------------------------------------


def scenery(seed: int, size: tuple[int, int] = (320, 180)) -> np.ndarray:
    """A textured picture with a colour world of its own; another seed is plainly another place."""
    generator = np.random.default_rng(seed)
    width, height = size
    tint = generator.uniform(40, 215, 3)
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    light = np.zeros((height, width))
    for frequency in (2, 5, 11, 23):
        angle, phase = generator.uniform(0, np.pi), generator.uniform(0, 2 * np.pi)
        wave = np.sin(2 * np.pi * frequency * (x * np.cos(angle) + y * np.sin(angle)) + phase)
        light += wave * 60 / frequency**0.5
    return np.clip(tint + light[..., None], 0, 255).astype(np.uint8)


def shot(
    seed: int,
    frames: int,
    size: tuple[int, int] = (320, 180),
    pan: float = 0.0,  # pixels a frame the whole picture moves to the left
    ball: float = 0.0,  # pixels a frame a ball in front of it moves to the right
) -> Iterator[np.ndarray]:
    """One camera shot: a scenery that pans, a ball that moves, or neither."""
    width, height = size
    wide = scenery(seed, (width + int(abs(pan) * frames) + 1, height))
    radius = max(2, height // 8)
    y, x = np.mgrid[0:height, 0:width]
    for n in range(frames):
        left = int(pan * n) if pan >= 0 else wide.shape[1] - width + int(pan * n)
        image = wide[:, left : left + width].copy()
        if ball:
            centre = (radius + ball * n) % (width + 2 * radius) - radius
            image[(x - centre) ** 2 + (y - height / 2) ** 2 < radius**2] = (250, 240, 30)
        yield image


def shots(
    lengths: Sequence[float], fps: float = 25, size: tuple[int, int] = (320, 180), seed: int = 0
) -> Iterator[np.ndarray]:
    """Hard cuts between shots of these lengths in seconds, panning and not in turn."""
    done, end = 0, 0.0
    for number, length in enumerate(lengths):
        end += length
        frames = round(end * fps) - done
        done += frames
        yield from shot(seed + number, frames, size, pan=1.0 if number % 2 else 0.0, ball=2.0)


def numbered(frames: int, size: tuple[int, int] = (320, 180)) -> Iterator[np.ndarray]:
    """Pictures that carry their own number, for `number_in`."""
    width, height = size
    for n in range(frames):
        bits = [(n >> bit) & 1 for bit in range(12)]
        row = np.repeat(np.array(bits, np.uint8) * 200 + 25, width // 12 + 1)[:width]
        image = np.full((height, width, 3), 120, np.uint8)
        image[height // 4 : 3 * height // 4] = row[:, None]
        image[: height // 8, :, 0] = n % 256  # so that no two are alike to an encoder either
        yield image


def number_in(image: np.ndarray) -> int:
    """The number of a `numbered` picture, however it was scaled."""
    height, width = image.shape[:2]
    row = image[2 * height // 5 : 3 * height // 5].mean(axis=(0, 2))
    # the stored stripes are whole pixels wide at the size they were drawn, so the last is narrower
    stripe = (320 // 12 + 1) * width / 320
    return sum((row[int((bit + 0.5) * stripe)] > 125) << bit for bit in range(12))


def corners(size: tuple[int, int] = (320, 180)) -> np.ndarray:
    """Red top left, green top right, blue bottom left, white bottom right."""
    width, height = size
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2, : width // 2] = (230, 20, 20)
    image[: height // 2, width // 2 :] = (20, 200, 20)
    image[height // 2 :, : width // 2] = (20, 20, 230)
    image[height // 2 :, width // 2 :] = (240, 240, 240)
    return image


def stored(image: np.ndarray, rotation: int, aspect: Fraction = Fraction(1)) -> np.ndarray:
    """How an upright picture lies in a file that says to turn and stretch it like this."""
    turned = np.rot90(image, rotation // 90)
    width = round(turned.shape[1] / aspect / 2) * 2
    columns = (np.arange(width) + 0.5) * turned.shape[1] / width
    return np.ascontiguousarray(turned[:, columns.astype(int)])


def flashes(
    times: Iterable[float], at: Sequence[float], length: float = 0.1, size=(320, 180)
) -> Iterator[np.ndarray]:
    """The picture at each of these times: the four corners, and all white in a flash."""
    dark = (corners(size) // 3).astype(np.uint8)
    bright = np.full_like(dark, 255)
    for time in times:
        yield bright if any(start <= time + 1e-6 < start + length for start in at) else dark


# -- sounds ---------------------------------------------------------------------------------------


def silence(seconds: float, rate: int = RATE) -> np.ndarray:
    return np.zeros(round(seconds * rate), np.float32)


def tone(
    seconds: float, hertz: float = 440.0, loudness: float = 0.3, rate: int = RATE
) -> np.ndarray:
    """A sine with edges soft enough not to click."""
    time = np.arange(round(seconds * rate)) / rate
    edge = np.clip(np.minimum(time, seconds - time) / 0.002, 0, 1)
    return (loudness * edge * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def noise(seconds: float, loudness: float = 0.1, rate: int = RATE, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return (loudness * generator.standard_normal(round(seconds * rate))).clip(-1, 1).astype("f4")


def chord(
    seconds: float, hertz: Sequence[float] = (220.0, 277.2, 329.6), rate: int = RATE
) -> np.ndarray:
    """A held chord with a few overtones: as musical as a sum of sines gets."""
    notes = (tone(seconds, f * k, 0.2 / k, rate) for f in hertz for k in (1, 2, 3))
    return np.sum(list(notes), axis=0).astype(np.float32) / len(hertz)


def beeps(
    seconds: float, at: Sequence[float], length: float = 0.1, hertz: float = 1000.0, rate=RATE
) -> np.ndarray:
    """Silence with beeps that start at these times."""
    sound = silence(seconds, rate)
    for start in at:
        beep = tone(length, hertz, 0.8, rate)[: max(0, len(sound) - round(start * rate))]
        sound[round(start * rate) : round(start * rate) + len(beep)] += beep
    return sound


# -- ready-made clips -----------------------------------------------------------------------------

BLINKS = (1.0, 3.0, 5.0, 7.0)  # when flash_and_beep flashes and beeps, seconds


def with_cuts(target: Path, lengths: Sequence[float] = (3, 3, 3, 3), **how) -> Path:
    """Shots of these lengths with a tone under them that changes with every cut."""
    sound = np.concatenate([tone(s, 220 * 1.3**n) for n, s in enumerate(lengths)])
    return film(target, shots(lengths, how.get("fps", 25)), **({"sound": sound} | how))


def flash_and_beep(
    target: Path, seconds: float = 8.0, at: Sequence[float] = BLINKS, times=None, **how
) -> Path:
    """White flashes and beeps at the same moments; times (if given) makes the rate vary."""
    if times is None:
        times = [n / how.get("fps", 25) for n in range(round(seconds * how.get("fps", 25)))]
    upright = flashes(times, at)
    turn, stretch = how.get("rotation", 0), how.get("aspect", Fraction(1))
    pictures = (stored(image, turn, stretch) for image in upright)
    return film(target, pictures, times=times, sound=beeps(seconds, at), **how)


def slowing(seconds: float = 8.0) -> list[float]:
    """Times of pictures at 30 a second that become 10 a second half way."""
    half = round(seconds / 2)
    return [n / 30 for n in range(half * 30)] + [half + n / 10 for n in range(half * 10)]


def variable(target: Path, **how) -> Path:
    """flash_and_beep whose picture rate goes from 30 to 10 a second."""
    return flash_and_beep(target, times=slowing(), fps=30, **how)


def turned(target: Path, rotation: int = 90, **how) -> Path:
    """flash_and_beep that lies on its side in the file, with a flag that says so."""
    return flash_and_beep(target, rotation=rotation, **how)


def squeezed(target: Path, aspect: Fraction = Fraction(2, 3), **how) -> Path:
    """flash_and_beep with pixels that aren't square."""
    return flash_and_beep(target, aspect=aspect, **how)


def silent(target: Path, seconds: float = 4.0, **how) -> Path:
    """Pictures without a sound track."""
    return film(target, shots((seconds / 2, seconds / 2)), **how)


def sound_only(target: Path, seconds: float = 4.0, **how) -> Path:
    """Beeps, a chord and noise without a picture track."""
    part = seconds / 4
    sound = [beeps(part, (part / 2,)), chord(part), noise(part), silence(part)]
    return film(target, sound=np.concatenate(sound), **how)


def hevc(target: Path, seconds: float = 3.0, **how) -> Path:
    """What a phone writes and Chromium doesn't play; call it .mov."""
    how = {"codec": "libx265", "pixels": "yuv420p10le"} | how
    return film(target, shots((seconds,)), sound=tone(seconds), **how)


def captioned(target: Path, cues: Sequence[tuple[float, float, str]], seconds: float = 6.0) -> Path:
    """A clip with these cues (start, end, text) as a text track inside."""
    plain = film(target.with_name(f"plain-{target.name}"), shots((seconds,)), sound=tone(seconds))
    script = target.with_suffix(".part.srt")
    script.write_text(subrip(cues), encoding="utf-8")
    codec = "mov_text" if target.suffix in (".mp4", ".mov") else "srt"
    ffmpeg("-i", plain, "-i", script, "-map", "0", "-map", "1", "-c", "copy", "-c:s", codec, target)
    plain.unlink()
    script.unlink()
    return target


def subrip(cues: Sequence[tuple[float, float, str]]) -> str:
    """The cues as the text of an .srt file."""

    def clock(seconds: float) -> str:
        thousandths = round(seconds * 1000)
        hours, rest = divmod(thousandths, 3_600_000)
        return f"{hours:02}:{rest // 60_000:02}:{rest // 1000 % 60:02},{rest % 1000:03}"

    return "\n".join(
        f"{number}\n{clock(start)} --> {clock(end)}\n{text}\n"
        for number, (start, end, text) in enumerate(cues, 1)
    )
