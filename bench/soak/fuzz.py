"""Clips with flipped bytes, or cut short, or with a hole: a result or one sentence, within bounds.

python -m bench.soak.fuzz COUNT SEED prints as JSON what became of so many.

Time is counted as computing, of this process and of all it starts, so that a busy machine makes no
difference.
"""

import json
import random
import re
import resource
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Event, Thread

import psutil

from bench.soak.kills import EXAMPLE, ROOT, ffmpeg
from summarizer.config import GB, PRESETS, Config
from summarizer.errors import SummarizerError
from summarizer.pipeline import Summarizer

SENSES = ("subtitles", "loudness", "onsets", "shots", "motion", "light", "colour")
PUBLIC = ROOT.parent / "shared" / "data" / "clips"
SMALL = 8_000_000  # bytes; public clips above this are left out
MEMORY = 2 * GB
LOOK = 0.05  # seconds between two looks at the memory
LEAST, A_MEGABYTE = 60.0, 120.0  # seconds of computing that any file, and each MB of one, may take
LENGTH = 2.0  # seconds of the clips made here
MAKES = (  # name and how it is encoded: picture, sound
    ("fast.mp4", "libx264", "aac", "-movflags", "+faststart"),
    ("late.mp4", "libx264", "aac"),
    ("pieces.mp4", "libx264", "aac", "-movflags", "frag_keyframe+empty_moov"),
    ("ten.mov", "libx265", "aac", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=none"),
    ("a.mkv", "libx264", "libvorbis"),
    ("a.webm", "libvpx-vp9", "libopus", "-deadline", "realtime"),
    ("a.avi", "mpeg4", "libmp3lame"),
    ("a.ts", "mpeg2video", "mp2"),
    ("a.flv", "flv", "libmp3lame", "-ar", "44100"),
)


@dataclass(frozen=True)
class Fuzzed:
    """What became of a damaged file: used or refused by a sentence, and what is wrong with that."""

    name: str
    sentence: str  # empty: it was used
    computing: float  # seconds
    wrong: str = ""


def sources(folder: Path, public: Path = PUBLIC) -> list[Path]:
    """Short clips in several containers and codecs, and small public ones where they are here."""
    made = []
    for name, picture, sound, *more in MAKES:
        target = folder / name
        codecs = ("-c:v", picture, "-c:a", sound, "-vf", "scale=160:90", "-threads", 1)
        ffmpeg("-ss", 20, "-i", EXAMPLE, "-t", LENGTH, *codecs, *more, target)
        made.append(target)
    there = sorted(public.iterdir()) if public.is_dir() else []
    return [*made, *(each for each in there if each.stat().st_size <= SMALL)]


def damaged(data: bytes, dice: random.Random) -> tuple[str, bytes]:
    """What was done to the bytes of a file, and what they are then."""
    kind = dice.choice(
        ("flipped", "head flipped", "cut short", "with a hole", "with a piece twice")
    )
    held, size = bytearray(data), len(data)
    at, length = dice.randrange(size), dice.randrange(1, max(2, size // 8))
    if kind == "cut short":
        return kind, data[:at]
    if kind == "with a hole":
        return kind, data[:at] + data[at + length :]
    if kind == "with a piece twice":
        return kind, data[: at + length] + data[at:]
    reach = min(size, 4096) if kind == "head flipped" else size
    for _ in range(dice.choice((1, 8, 64, 512))):
        held[dice.randrange(reach)] ^= 1 << dice.randrange(8)
    return kind, bytes(held)


def fuzz(paths: Sequence[Path], count: int, seed: int = 0) -> Iterator[Fuzzed]:
    """So many variants, each source in turn, probed and perceived."""
    preset = replace(PRESETS["offline"], senses=SENSES)
    with tempfile.TemporaryDirectory() as place:
        target = Path(place)
        for number in range(count):
            dice, path = random.Random(f"{seed} {number}"), paths[number % len(paths)]
            kind, data = damaged(path.read_bytes(), dice)
            victim = target / f"victim{path.suffix}"
            victim.write_bytes(data)
            # a cache of its own: nothing may be known of it
            summarizer = Summarizer(preset, Config(), target / str(number))
            yield _used(summarizer, victim, f"{path.name} {kind}, {number}")


class Peak:
    """The most memory that this process and all below it had, watched from a thread.

    Each process counts with its own peak so far: one that is brief is not missed between two looks
    as long as it lives through one.
    """

    def __init__(self):
        self.bytes, self._over = 0, Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._over.wait(LOOK):
            everyone = [me, *me.children(recursive=True)]
            self.bytes = max(self.bytes, sum(_most(each.pid) for each in everyone))


def _most(number: int) -> int:
    """Bytes a process had in memory at most; 0 where it is gone."""
    with suppress(OSError):
        status = Path(f"/proc/{number}/status").read_text()
        if found := re.search(r"VmHWM:\s+(\d+) kB", status):
            return int(found[1]) << 10
    return 0


def _used(summarizer: Summarizer, path: Path, name: str) -> Fuzzed:
    began, sentence, wrong = _computed(), "", ""
    try:
        seen = summarizer.perceive(path)
        if not (seen.curves and seen.events):
            wrong = "nothing was found and nothing said"
        sentence = "; ".join(seen.notes)
    except SummarizerError as error:
        sentence = str(error)
        if not sentence or "\n" in sentence or len(sentence) > 300 or "Traceback" in sentence:
            wrong = f"no sentence: {sentence!r}"
    except Exception as error:
        wrong = f"{type(error).__name__}: {error}"
    took, most = _computed() - began, LEAST + A_MEGABYTE * path.stat().st_size / 1e6
    if took > most:
        wrong = f"{took:.0f} s of computing; {most:.0f} s are the most for its size"
    if "decoder broke" in sentence or "stood still" in sentence:
        wrong = sentence  # bounded, but by force
    return Fuzzed(name, sentence, took, wrong)


def _computed() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main(count: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        paths = sources(Path(place))
        with Peak() as peak:
            found = [asdict(each) for each in fuzz(paths, count, seed)]
    sys.stdout.write(json.dumps({"files": len(paths), "memory": peak.bytes, "found": found}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
