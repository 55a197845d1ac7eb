"""python -m summarizer.features MANIFEST --preset NAME

Perceives what a manifest names, each once, and keeps of it what training reads. It is done by the
senses of the preset, through the cache of the page and the command line: what was perceived for
one of them is there for the others.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from hashlib import file_digest, sha256
from heapq import nsmallest
from itertools import groupby, islice
from pathlib import Path

import numpy as np

from summarizer import media
from summarizer.config import PRESETS, Config
from summarizer.data import manifest, perceived
from summarizer.data.manifest import Example
from summarizer.errors import PresetError, SummarizerError
from summarizer.files import reason
from summarizer.offers import require
from summarizer.pipeline import Summarizer, load
from summarizer.sampling import settings_of
from summarizer.schema import Event, Perception, Pictures, Track, Video
from summarizer.senses import SENSES, Identified
from summarizer.senses.sight import Sight

AT_ONCE = 256  # pictures that a model is given together
PICTURE = 1.0  # seconds that a picture counts as
BEHELD = ("sight", "hearing")  # the tracks that a wish can be compared with

Read = Callable[[str, str, str], np.ndarray]  # a wish, a track, its weights -> (width,)


@dataclass(frozen=True)
class Work:
    """A manifest, what perceives it, and where that goes."""

    path: Path
    summarizer: Summarizer
    keeper: perceived.Keeper
    anywhere: bool
    read: Read

    def place(self, name: str) -> Path:
        """Where the media lie; those of an address are not here."""
        if manifest.is_address(name):
            raise SummarizerError(
                f"it is named by an address; fetch it first: python -m summarizer.data media "
                f"{self.path.name}"
            )
        return manifest.place(self.path, name, self.anywhere)

    def wish(self, text: str, tracks: Mapping[str, str]) -> str:
        """The entry of a wish in the spaces of tracks by these weights; empty where there is none,
        and where it can be compared with nothing."""
        asked = [
            Track(name, np.zeros(1), self.read(text, name, by)[None], by)
            for name, by in sorted(tracks.items())
            if text.strip() and name in BEHELD
        ]
        digest = sha256(f"{sorted(tracks.items())} {text}".encode()).hexdigest()
        return self.keeper.keep_wish(digest, asked) if asked else ""

    def again(self, name: str, example: Example) -> bool:
        """Whether these media were perceived for another example; then for this one, too."""
        other = self.keeper.known(name)
        if other is None:
            return False
        made = {track: by for track, (by, _) in other.tracks.items()}
        self.keeper.share(other, example.id, self.wish(example.wish, made))
        return True

    def keep(self, name: str, example: Example, found: Perception) -> None:
        made = {each.name: each.made_by for each in perceived.learned_from(found)}
        self.keeper.keep(example.id, name, found, self.wish(example.wish, made))


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m summarizer.features",
        description="Perceive what a manifest names, and keep what training reads of it.",
    )
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--preset", required=True, help=", ".join(PRESETS))
    parser.add_argument("--out", type=Path, help="the folder, else MANIFEST.features")
    parser.add_argument("--cache", type=Path, help="of what is perceived, else the page's own")
    parser.add_argument("--max", type=int, help="examples at most, drawn by chance, always alike")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings")
    parser.add_argument("--absolute", action="store_true", help="media may lie anywhere")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; 0 done, 1 some could not be perceived, 2 an error to mend, 130 stopped."""
    options = arguments().parse_args(words)
    try:
        work = opened(options)
        examples = list(manifest.read(options.manifest, anywhere=options.absolute))
        wrong = perceive(work, drawn(examples, options.max))
    except SummarizerError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; what is finished stays, and the same command goes on.\n")
        return 130
    count, folder = len(work.keeper.kept), work.keeper.features.folder
    sys.stdout.write(f"{folder}: {count} examples{f', {wrong} left out' if wrong else ''}\n")
    return 1 if wrong else 0


def opened(options: argparse.Namespace) -> Work:
    summarizer = load(options.preset, overrides=options.settings, cache=options.cache)
    made = made_by(summarizer)
    summarizer.preset = replace(summarizer.preset, taught="")  # it is only to be taught with these
    require(summarizer.preset)
    out = options.out or perceived.place_of(options.manifest)
    keeper = perceived.Keeper(out, made)
    return Work(options.manifest, summarizer, keeper, options.absolute, cache(asked))


def made_by(summarizer: Summarizer) -> dict[str, object]:
    """What findings depend on, as plain JSON."""
    config, video = summarizer.config, still((0, 0), "")
    senses = {}
    for name in summarizer.senses:
        sense = SENSES[name](video)
        own = sense.identity if isinstance(sense, Identified) else ""
        senses[name] = f"{sense.version} {own} {settings_of(sense, config)}".strip()
    settings = {"decode": repr(config.decode), "cut": repr(config.cut)}
    return {"preset": summarizer.name, "senses": senses, **settings}


def asked(text: str, name: str, weights: str) -> np.ndarray:
    """The wish as the model that left the track reads it."""
    from summarizer.models.beholding import asked_of

    return asked_of(text, name, weights)


def drawn(examples: Sequence[Example], most: int | None) -> list[Example]:
    """At most so many of them, the same ones whenever asked, in their order."""
    if most is None or len(examples) <= most:
        return list(examples)
    chosen = {
        each.id
        for each in nsmallest(most, examples, key=lambda each: sha256(each.id.encode()).digest())
    }
    return [each for each in examples if each.id in chosen]


def perceive(work: Work, examples: Sequence[Example]) -> int:
    """Perceive all that is not yet kept; how many could not be."""
    from tqdm import tqdm

    todo = [each for each in examples if each.id not in work.keeper.kept]
    wrong = 0
    with tqdm(total=len(examples), initial=len(examples) - len(todo), unit="example") as bar:
        for done, faults in _perceived(work, todo):
            wrong += len(faults)
            for fault in faults:
                bar.write(f"left out: {fault}", file=sys.stderr)
            bar.update(done)
    return wrong


def _perceived(work: Work, examples: Iterable[Example]) -> Iterator[tuple[int, list[str]]]:
    """How many more are done, and a sentence on each that could not be."""
    for pictures, some in groupby(examples, key=lambda each: bool(each.image)):
        if pictures:
            while batch := list(islice(some, AT_ONCE)):
                yield len(batch), look(work, batch)
        else:
            for each in some:
                yield 1, watch(work, each)


# -- videos and sounds ----------------------------------------------------------------------------


def watch(work: Work, example: Example) -> list[str]:
    """Perceive a video or a sound, or a part of one; what is wrong with it, if something is."""
    try:
        path = work.place(example.video or example.sound)
        start, end = example.part or (0.0, 0.0)
        name = f"{path.name} {digest(path)} {start:g}-{end:g}"
        if work.again(name, example):
            return []
        found = work.summarizer.perceive(path)
        if example.part:
            found = perceived.part_of(found, start, end)
        work.keep(name, example, found)
    except PresetError:
        raise
    except SummarizerError as error:
        return [f"{example.id[:80]}: {error}"]
    return []


def digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SummarizerError(f"{path.name} can't be read: {reason(error)}") from None


# -- pictures -------------------------------------------------------------------------------------


def look(work: Work, examples: Sequence[Example]) -> list[str]:
    """Perceive pictures, by the eye that looks at videos; what is wrong with some of them."""
    faults, fresh = [], {}
    for each in examples:
        try:
            path = work.place(each.image)
            name = f"{path.name} {digest(path)}"
            if name in fresh:
                fresh[name][1].append(each)
            elif not work.again(name, each):
                width = work.summarizer.config.decode.picture_width
                fresh[name] = media.picture(path, width), [each]
        except PresetError:
            raise
        except SummarizerError as error:
            faults.append(f"{each.id[:80]}: {error}")
    frames = [frame for frame, _ in fresh.values()]
    seen = beheld(frames, work.summarizer.senses, work.summarizer.config)
    for (name, (frame, alike)), tracks in zip(fresh.items(), seen, strict=True):
        video = still((frame.shape[1], frame.shape[0]), name.rpartition(" ")[2])
        perception = Perception(video, (Event(0.0, PICTURE),), tracks=tracks)
        for each in alike:
            work.keep(name, each, perception)
    return faults


def beheld(
    frames: Sequence[np.ndarray], senses: Sequence[str], config: Config
) -> list[tuple[Track, ...]]:
    """What the preset's eye leaves of each picture, taken as a video of one frame."""
    eyes = [SENSES[name] for name in senses if issubclass(SENSES[name], Sight)]
    if not eyes:
        raise PresetError("this preset has no eye for pictures; choose one that sees with CLIP")
    if not frames:
        return []
    (eye,) = eyes
    rows = []
    for frame in frames:
        taken = Pictures(np.zeros(1), frame[None])
        ((_, row),) = eye(still((frame.shape[1], frame.shape[0]), "")).sample(taken)
        rows.append(row)
    times = np.arange(len(rows), dtype=np.float64)
    settings = getattr(config, eye.settings)
    *_, last = eye.encode(times, np.stack(rows), float(len(rows)), settings)
    return [
        tuple(
            Track(each.name, each.times[at] - time, each.values[at], each.made_by)
            for each in last.findings.tracks
            for at in [each.times == time]
        )
        for time in times
    ]


def still(size: tuple[int, int], digest: str) -> Video:
    """A picture as a video."""
    return Video("picture", digest, PICTURE, size, Fraction(1), 0, Fraction(1), False)


if __name__ == "__main__":
    sys.exit(main())
