"""The reel: stretches of a video, cut out and joined into one file with their sound.

ffmpeg cuts each stretch into a plain piece, in the form the reel will have: upright, square pixels,
one constant rate. moviepy only ever gets such pieces, since it loses rotation, pixel shape and
variable rates; it fades the sounds, joins them and writes the reel. The pictures of the pieces go
into it as they are: they are decoded and encoded once.

The plan's clock rules: a cut moves to the nearest frame of the reel, but what is shown and heard
after it stays where the plan puts it, so that nothing adds up over many cuts.
"""

import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from summarizer.config import Limits
from summarizer.errors import MediaError, OutputError
from summarizer.files import Scratch, whole
from summarizer.media.ffmpeg import HEARTBEAT, THREADS, Overdue, opening, run, told
from summarizer.schema import Video

LONGEST = 1920  # pixels of the longer side
# no B-frames: their reordering, other in a short piece than in a long one, upsets the joined clock
QUALITY = ("-preset", "veryfast", "-crf", "21", "-bf", "0")
SOUND_RATE = 48_000  # samples a second
SOUND_BITRATE = "160k"
FADE = 0.01  # seconds at each end of a piece: no click
TOUCHING = 0.001  # seconds; stretches closer than this are one
PREROLL = 0.5  # seconds a sound decoder may need to settle after a jump
NEAR = 60.0  # seconds; sound before this is read from the start of the file
PATIENCE = 20.0  # seconds that cutting may take for each second it has to decode
LEAD = 5.0  # seconds it may have to decode before a piece begins

Shares = Generator[float, None, None]  # how much of some work is done, from 0 to 1

# rates that are recorded at; an average that is none of them comes from a variable rate
STEADY = [Fraction(n * 1000, per) for n in range(1, 61) for per in (1000, 1001)] + [Fraction(25, 2)]


@dataclass(frozen=True)
class Piece:
    """A part of the reel: where it begins in the source and how much of it follows."""

    start: float  # seconds
    frames: int
    samples: int

    @property
    def seconds(self) -> float:
        return self.samples / SOUND_RATE


@dataclass(frozen=True)
class Crop:
    """The largest part of the picture that has a shape, and where it is over time.

    The path holds, by seconds of the video, where the part's middle is, in shares of the picture:
    right and down. It goes straight from one point to the next, and jumps between two that have
    the same time; without any it stays in the middle.
    """

    shape: Fraction  # width / height
    path: tuple[tuple[float, float, float], ...] = ()

    def within(self, size: tuple[int, int]) -> tuple[int, int]:
        """Width and height of the part of a picture of this even size, even themselves."""
        width, height = size
        return (
            min(width, max(2, 2 * round(height * self.shape / 2))),
            min(height, max(2, 2 * round(width / self.shape / 2))),
        )

    def during(self, start: float, seconds: float) -> list[tuple[float, float, float]]:
        """The part of the path in a stretch, its times counted from the stretch's start."""
        if not self.path:
            return [(0.0, 0.5, 0.5)]
        times, *places = np.array(self.path).T
        inner = [each for each in self.path if start < each[0] < start + seconds]
        edges = [(at, *(float(np.interp(at, times, where)) for where in places))
                 for at in (start, start + seconds)]  # fmt: skip
        return [(at - start, right, down) for at, right, down in (edges[0], *inner, edges[1])]


@dataclass(frozen=True)
class Job:
    """Which pieces of which file become the reel, and where the parts of it lie."""

    source: Path
    video: Video
    pieces: tuple[Piece, ...]
    rate: Fraction  # frames a second of the reel
    folder: Path
    limits: Limits
    crop: Crop | None

    def limit(self, piece: Piece) -> float:
        """How long cutting a piece may take, seconds."""
        return self.limits.worker_silence + PATIENCE * (LEAD + piece.seconds)

    def sound(self, number: int) -> Path:
        return self.folder / f"{number}.f32"

    def picture(self, number: int) -> Path:
        return self.folder / f"{number}.mp4"


def reel(
    source: Path,
    video: Video,
    spans: Sequence[tuple[float, float]],
    target: Path,
    limits: Limits,
    crop: Crop | None = None,
) -> Iterator[float]:
    """Write the spans, in their order, to target; the share done, at least twice a second.

    The suffix of target decides the container: .mp4, or .m4a where there is no picture. Closed at
    any time it kills what runs and leaves nothing behind.
    """
    rate = _steady(video.rate) if video.has_picture else Fraction(SOUND_RATE)
    pieces = tuple(_plan(_checked(spans, video), rate))
    with whole(target) as temporary, Scratch() as folder:
        job = Job(source, video, pieces, rate, folder, limits, crop)
        with closing(_made(job, temporary.absolute())) as shares:
            yield from _paced(shares)
    yield 1.0


def _made(job: Job, target: Path) -> Shares:
    """Cut the sounds, cut the pictures, join both: the shares are what each takes of the time."""
    heard, seen = (0.06, 0.96) if job.video.has_picture else (0.8, 0.8)
    if job.video.has_audio:
        yield from _part(_each(job, _cut_sound), 0, heard)
    if job.video.has_picture:
        yield from _part(_each(job, _cut_picture), heard, seen)
    join = _join_with_sound if job.video.has_audio else _join_silent
    yield from _part(join(job, target), seen, 1)


# -- what goes where ------------------------------------------------------------------------------


def _checked(spans: Sequence[tuple[float, float]], video: Video) -> list[tuple[float, float]]:
    """The spans held inside the video; those that touch as one, since there is nothing to join."""
    held: list[tuple[float, float]] = []
    for first, last in spans:
        start, end = max(0.0, first), min(last, video.seconds)
        if not (first < last and start < end):  # true for NaN too
            raise MediaError(
                f"there is nothing between {first:.2f} s and {last:.2f} s of a video that is "
                f"{video.seconds:.2f} s long; choose other highlights"
            )
        if held and abs(start - held[-1][1]) < TOUCHING:
            start = held.pop()[0]
        held.append((start, end))
    if not held:
        raise MediaError("a reel of nothing can't be made; choose at least one highlight")
    return held


def _plan(spans: Sequence[tuple[float, float]], rate: Fraction) -> Iterator[Piece]:
    """The spans in whole frames of the reel, at least one each, cut at the nearest frame."""
    planned, frame = 0.0, 0  # where the reel is: in seconds by the plan, and in frames
    for start, end in spans:
        late = float(frame / rate) - planned
        planned += end - start
        after = max(frame + 1, round(planned * rate))
        samples = round(after * SOUND_RATE / rate) - round(frame * SOUND_RATE / rate)
        yield Piece(max(0.0, start + late), after - frame, samples)
        frame = after


def _steady(rate: Fraction) -> Fraction:
    """A constant rate of 15 to 60 a second that suits a video of this average rate."""
    if rate > 60:
        rate /= math.ceil(rate / 60 - Fraction(1, 100))
    nearest = min(STEADY, key=lambda steady: abs(steady - rate))
    if abs(nearest - rate) > rate / 500:
        return Fraction(30) if rate < 31 else Fraction(60)
    return nearest * math.ceil(15 / nearest)


def _shown(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of the reel: the video's, even, no longer than LONGEST."""
    scale = min(1.0, LONGEST / max(size))
    width, height = (max(2, 2 * round(side * scale / 2)) for side in size)
    return width, height


# -- cutting, by ffmpeg ---------------------------------------------------------------------------


def _each(job: Job, cut: Callable[[Job, int], Shares]) -> Shares:
    """Cut all the pieces."""
    done, total = 0, sum(piece.frames for piece in job.pieces)
    for number, piece in enumerate(job.pieces):
        after = done + piece.frames
        yield from _part(cut(job, number), done / total, after / total)
        done = after


def _cut_sound(job: Job, number: int) -> Shares:
    """A piece's sound as raw stereo floats: no codec's delay, silence where the video has none."""
    piece, file = job.pieces[number], job.sound(number)
    # A jump lands on a key frame of the picture; sound from before the first one has none.
    jump = piece.start - PREROLL if piece.start > NEAR else 0.0
    first = round((piece.start - jump) * SOUND_RATE)
    filters = (
        f"aresample={SOUND_RATE}:async=1:first_pts=0"  # silence in gaps and before a late start
        f",atrim=start_sample={first}:end_sample={first + piece.samples}"
        ",aformat=sample_fmts=flt:channel_layouts=stereo"
    )
    yield from run(
        [
            *(("-ss", f"{jump:.6f}") if jump else ()),
            *opening(job.source),
            *("-vn", "-sn", "-dn", "-af", filters, "-f", "f32le", f"file:{file}"),
        ],
        piece.seconds,
        job.limit(piece),
    )
    with file.open("r+b") as raw:
        raw.truncate(piece.samples * 2 * 4)  # lengthens too, with zeros: silence after the end


def _cut_picture(job: Job, number: int) -> Shares:
    """A piece's frames, encoded as they will stay.

    Where a jump into the file gives damaged frames, the file is read from its start instead.
    """
    piece = job.pieces[number]
    jump = ["-xerror", "-err_detect", "explode", "-noaccurate_seek", "-ss", f"{piece.start:.6f}"]
    limit = job.limit(piece)
    try:
        arguments = [*jump, *opening(job.source), *_encoding(job, number, 0.0)]
        yield from run(arguments, piece.seconds, limit)
    except Overdue:
        raise
    except MediaError:
        arguments = [*opening(job.source), *_encoding(job, number, piece.start)]
        yield from run(arguments, piece.seconds, limit + piece.start)


def _encoding(job: Job, number: int, start: float) -> list[str]:
    """The arguments that make the piece of an input in which it begins at `start`."""
    width, height = _shown(job.video.size)
    filters = (
        "tpad=stop=-1:stop_mode=clone"  # the last frame holds where the sound is longer
        f",setpts=PTS-{start:.6f}/TB"
        f",fps={job.rate}:start_time=0:round=near"  # the first is the one that is shown at 0
        f",scale={width}:{height},setsar=1,format=yuv420p"
    )
    if job.crop:
        filters += _cropping(job.crop, job.pieces[number], (width, height))
    frames = str(job.pieces[number].frames)
    return [
        *("-an", "-sn", "-dn", "-vf", filters, "-frames:v", frames),
        *("-c:v", "libx264", *QUALITY, "-threads", str(THREADS)),
        *("-abort_on", "empty_output", f"file:{job.picture(number)}"),
    ]


def _cropping(crop: Crop, piece: Piece, size: tuple[int, int]) -> str:
    """The filter that cuts the part out of each frame, `t` being the seconds since the first."""
    part = crop.within(size)
    path = crop.during(piece.start, piece.seconds)
    corners = (
        _line(
            [(at, np.clip(place[axis] * whole - side / 2, 0, whole - side)) for at, *place in path]
        )
        for axis, (whole, side) in enumerate(zip(size, part, strict=True))
    )
    left, top = corners
    return f",crop=w={part[0]}:h={part[1]}:x='{left}':y='{top}':exact=1"


def _line(points: Sequence[tuple[float, float]]) -> str:
    """An expression of ffmpeg in t that goes straight from point to point, held at both ends."""
    terms = [f"{points[0][1]:.2f}"]
    for (before, low), (after, high) in pairwise(points):
        rise, run = high - low, after - before
        if run > 1e-6 and abs(rise) >= 0.005:
            terms.append(f"{rise / run:+.5f}*clip(t-{before:.4f},0,{run:.4f})")
        elif abs(rise) >= 0.005:
            terms.append(f"{rise:+.2f}*gte(t,{before:.4f})")
    return "".join(terms)


# -- joining, by moviepy --------------------------------------------------------------------------


def _join_with_sound(job: Job, target: Path) -> Shares:
    """Fade and join the sounds, and write them to target with the pictures, if there are any."""
    from moviepy import AudioArrayClip, afx, concatenate_audioclips
    from moviepy.audio.io.ffmpeg_audiowriter import FFMPEG_AudioWriter

    fades = [afx.AudioFadeIn(FADE), afx.AudioFadeOut(FADE)]
    sounds = (np.memmap(job.sound(n), "<f4", "r") for n in range(len(job.pieces)))
    clips = [AudioArrayClip(sound.reshape(-1, 2), SOUND_RATE) for sound in sounds]
    joined = concatenate_audioclips([clip.with_effects(fades) for clip in clips])
    writer = FFMPEG_AudioWriter(
        str(target),
        SOUND_RATE,
        codec="aac",
        bitrate=SOUND_BITRATE,
        input_video=str(_list_of_pictures(job)) if job.video.has_picture else None,
        ffmpeg_params=["-movflags", "+faststart"],
    )
    with _fed(writer):
        chunks = joined.iter_chunks(chunk_duration=1, quantize=True, fps=SOUND_RATE)
        for second, chunk in enumerate(chunks):
            writer.write_frames(chunk)
            yield min(1.0, second / float(joined.duration))
        yield from _ended(writer)


def _join_silent(job: Job, target: Path) -> Shares:
    arguments = ["-i", f"file:{_list_of_pictures(job)}", "-c", "copy", "-movflags", "+faststart"]
    seconds = sum(piece.seconds for piece in job.pieces)
    yield from run([*arguments, f"file:{target}"], seconds, job.limits.worker_silence + seconds)


def _list_of_pictures(job: Job) -> Path:
    """A script that ffmpeg reads like one video: the pieces one after the other."""
    entries = (
        f"file {job.picture(number).name}\nduration {float(piece.frames / job.rate):.9f}"
        for number, piece in enumerate(job.pieces)
    )
    script = job.folder / "pieces.ffconcat"
    script.write_text("\n".join(["ffconcat version 1.0", *entries, ""]))
    return script


@contextmanager
def _fed(writer) -> Iterator[None]:
    """While one of moviepy's writers is fed: its complaints become ours, and it is killed after."""
    process = writer.proc
    try:
        yield
    except OSError as error:
        raise _unwritten(writer, str(error)) from None
    finally:
        process.kill()
        process.wait()
        with suppress(OSError):
            writer.close()


def _ended(writer) -> Shares:
    """Let a writer's ffmpeg finish; moviepy itself wouldn't ask whether it could."""
    process = writer.proc
    with suppress(BrokenPipeError):
        process.stdin.close()
    while process.poll() is None:
        yield 1.0
        time.sleep(0.02)
    if process.returncode:
        raise _unwritten(writer, process.stderr.read().decode(errors="replace"))


def _unwritten(writer, complaints: str) -> OutputError:
    reason, _ = told(complaints.replace(writer.filename, "the reel").splitlines())
    return OutputError(f"the reel can't be written: {reason}; choose another folder or make room")


# -- progress -------------------------------------------------------------------------------------


def _part(shares: Shares, begin: float, end: float) -> Iterator[float]:
    """The shares of a part of the work as shares of the whole."""
    with closing(shares):
        for share in shares:
            yield begin + (end - begin) * share


def _paced(shares: Iterator[float]) -> Iterator[float]:
    """The shares, never falling and a few a second, for somebody may draw each."""
    best, said = 0.0, -math.inf
    for share in shares:
        best, now = max(best, share), time.monotonic()
        if now - said >= HEARTBEAT:
            said = now
            yield best
