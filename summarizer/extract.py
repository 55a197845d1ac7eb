"""python -m summarizer.extract VIDEOS --set tvsum --preset progressive --like FOLDER --out tvsum.h5

Features of raw videos in the form TVSum and SumMe are shared in, by the eye of a preset. Beside an
annotated file, its picks, shots, names and judgements are kept, and pictures are taken at its
picks. Without one, every video of the folder is looked at twice a second, and its shots are kernel
change points. Each video is kept as soon as it is done: stopped or killed, the same command goes
on.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from summarizer import media
from summarizer.config import PRESETS, Config
from summarizer.data import benchmark
from summarizer.data.benchmark import SETS, Annotated
from summarizer.data.entries import MEDIA, Shelf
from summarizer.errors import OutputError, PresetError, SummarizerError
from summarizer.models import kts
from summarizer.offers import require
from summarizer.pipeline import load
from summarizer.schema import Video
from summarizer.senses import SENSES
from summarizer.senses.sight import Sight

RATE = 2.0  # pictures a second where no file says when
APART = 0.05  # share by which a video and its annotations may differ in length
CHUNK = 128  # pictures that are decoded together
BRIEFEST = 1.5  # seconds of a shot, on average, at the least

Look = Callable[[Path, Video, np.ndarray], np.ndarray]
"""A video and times to its rows, (times, width)"""


@dataclass(frozen=True)
class Eye:
    """The eye of a preset."""

    sense: type[Sight]
    config: Config

    @property
    def made_by(self) -> str:
        return self.sense.weights

    def __call__(self, path: Path, video: Video, times: np.ndarray) -> np.ndarray:
        rows = [
            self.sense.fitted(frame)
            for first in range(0, len(times), CHUNK)
            for frame in media.pictures_at(
                path, video, times[first : first + CHUNK], self._width(video), self.config.limits
            ).frames
        ]
        settings = getattr(self.config, self.sense.settings)
        *_, last = self.sense.encode(times, np.stack(rows), video.seconds, settings)
        (track,) = (each for each in last.findings.tracks if each.name == "sight")
        return track.values.astype(np.float32)

    def _width(self, video: Video) -> int:
        """So wide that the shorter side is as long as the eye wants it."""
        wide, high = video.size
        least = -(-self.sense.shape[0] * wide // max(1, min(wide, high)))
        return max(self.config.decode.picture_width, least)


def eye_of(name: str, settings: Sequence[str] = ()) -> Eye:
    """That of a preset, of which nothing else has to be here."""
    summarizer = load(name, overrides=tuple(settings))
    eyes = [SENSES[each] for each in summarizer.senses if issubclass(SENSES[each], Sight)]
    if not eyes:
        raise PresetError(
            f"the preset {name} has no eye for pictures; choose one that sees with CLIP"
        )
    require(replace(summarizer.preset, needs=(eyes[0].weights,), taught=""))
    return Eye(eyes[0], summarizer.config)


# -- a video --------------------------------------------------------------------------------------


def annotated(path: Path, known: Annotated, eye: Eye) -> Annotated:
    """The annotated video with features of the pictures at its picks."""
    video = media.probe(path, eye.config.limits)
    lasts = known.seconds
    if lasts is not None and abs(video.seconds - lasts) > max(2.0, APART * lasts):
        raise SummarizerError(
            f"it lasts {video.seconds:.1f} s, but its annotations {lasts:.1f} s; it is another cut "
            "of the video"
        )
    times = (known.picks + 0.5) * video.seconds / known.frames
    return replace(known, features=eye(path, video, times))


def bare(path: Path, name: str, eye: Eye) -> Annotated:
    """A video that nobody judged, with features twice a second and shots."""
    video = media.probe(path, eye.config.limits)
    if not video.size[0]:
        raise SummarizerError("it has no pictures")
    rate = float(video.rate) or RATE
    frames = max(1, round(video.seconds * rate))
    picks = np.arange(0, frames, max(1, round(rate / RATE)))
    rows = eye(path, video, (picks + 0.5) * video.seconds / frames)
    changes = kts.change_points(levelled(rows), int(video.seconds / BRIEFEST))
    edges = np.array([0, *picks[changes], frames])
    return Annotated(
        name,
        path.stem,
        frames,
        picks,
        np.column_stack([edges[:-1], edges[1:]]),
        np.zeros((0, frames), bool),
        features=rows,
        seconds=video.seconds,
    )


def levelled(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


# -- all of them ----------------------------------------------------------------------------------


def extract(
    work: Mapping[str, Callable[[], Annotated]],
    out: Path,
    made_by: str,
    tell: Callable[[str], None] = lambda line: None,
) -> int:
    """Do what is not kept yet and write the file; how many videos could not be done."""
    parts, wrong, done = out.with_name(f"{out.name}.parts"), 0, []
    parts.mkdir(parents=True, exist_ok=True)
    for number, (name, make) in enumerate(work.items(), 1):
        kept = parts / f"{name.replace('/', '-')}.h5"
        try:
            if not kept.is_file():
                benchmark.write(kept, [make()], made_by)
            (video,) = benchmark.read(kept, name.partition("/")[0]).values()
            if video.made_by != made_by:
                raise PresetError(
                    f"{parts} holds features by {video.made_by!r} and not by {made_by!r}; choose "
                    "another --out, or delete that folder"
                )
            done.append(video)
            tell(f"[{number}/{len(work)}] {name}: {len(video.picks)} rows")
        except (PresetError, OutputError):
            raise
        except SummarizerError as error:
            wrong += 1
            tell(f"[{number}/{len(work)}] {name}: left out: {error}")
    if not done:
        raise SummarizerError(f"none of {len(work)} videos could be done; the reasons are above")
    benchmark.write(out, done, made_by)
    return wrong


def beside(folder: Path, which: str, like: Path, eye: Eye) -> dict[str, Callable[[], Annotated]]:
    """The annotated videos of a file or folder, each to be found in the folder of videos."""
    known = benchmark.read(like, which) if like.is_file() else benchmark.load(like, which)
    shelf = Shelf(folder)

    def make(video: Annotated) -> Annotated:
        found = shelf.media(video.title, video.key)
        if not found:
            raise SummarizerError(f"{folder} holds no video called {video.title or video.key}")
        return annotated(folder / found, video, eye)

    return {name: (lambda video=video: make(video)) for name, video in known.items()}


def alone(folder: Path, which: str, eye: Eye) -> dict[str, Callable[[], Annotated]]:
    """All videos of the folder, numbered by name."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in MEDIA)
    names = {f"{which}/video_{number}": path for number, path in enumerate(paths, 1)}
    if not names:
        raise SummarizerError(f"{folder} holds no video")
    return {
        name: (lambda path=path, name=name: bare(path, name, eye)) for name, path in names.items()
    }


# -- the command ----------------------------------------------------------------------------------


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m summarizer.extract",
        description="Features of raw videos, in the form of TVSum and SumMe.",
    )
    add = parser.add_argument
    add("videos", type=Path, help="their folder")
    add("--set", required=True, choices=SETS, dest="which", help=", ".join(SETS))
    add("--preset", required=True, help=f"whose eye looks: {', '.join(PRESETS)}")
    add("--out", type=Path, required=True, help="the .h5 file; what is done lies beside it")
    add("--like", type=Path, help="the annotated .h5 file, or the folder it lies in")
    add("--setting", action="append", default=[], metavar="A.B=V", help="as vision.keep_tokens=64")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; 0 done, 1 some videos are left out, 2 an error to be mended, 130 stopped."""
    given = arguments().parse_args(words)
    try:
        return run(given)
    except SummarizerError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; what is finished stays, and the same command goes on.\n")
        return 130


def run(given: argparse.Namespace) -> int:
    if given.out.suffix != ".h5" or not given.videos.is_dir():
        raise SummarizerError(
            f"{given.out.name} must end in .h5, and {given.videos} must be a folder of videos"
        )
    eye = eye_of(given.preset, given.setting)
    if given.like:
        work = beside(given.videos, given.which, given.like, eye)
    else:
        work = alone(given.videos, given.which, eye)
    wrong = extract(work, given.out, eye.made_by, lambda line: _say(f"{line}\n"))
    _say(f"{given.out}: {len(work) - wrong} videos{f', {wrong} left out' if wrong else ''}\n")
    return 1 if wrong else 0


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
