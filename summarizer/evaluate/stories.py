"""Texts about videos, as protocols judge them: told by a preset, or predicted by somebody else.

What stands beside them is chance, and chance of two kinds: what people wrote about another video
("random"), and what the same system said about another video ("... shuffled"). What these earn, a
text earns for its manner, not for what it says of the video.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from summarizer.config import MB
from summarizer.errors import SummarizerError
from summarizer.evaluate.frames import Looking
from summarizer.evaluate.room import Options
from summarizer.schema import Preference, Summary

LARGEST = 256 * MB  # of predictions
LONGEST = 100_000  # characters of one
NAMES = ("id", "video_id", "clip_id", "video_filename", "video")
TEXTS = ("summary", "answer", "text", "caption")
SUFFIX = ".mp4: "  # between name and text, in a file of lines
SHUFFLED = "{} shuffled"


class Teller:
    """A preset that tells of the videos of a folder, if one was named; remembers the last two."""

    def __init__(self, options: Options):
        self.looking = Looking.of(options)
        self._told: dict[str, Summary] = {}

    def has(self, name: str) -> bool:
        return bool(self.looking and self.looking.shelf.media(name))

    def tell(self, name: str, seconds: float | None = None) -> Summary:
        """What the preset makes of it when nothing is asked for; it should last so long."""
        if name not in self._told:
            perception = self.looking.perceive(name, seconds=seconds)
            summary = self.looking.summarizer.choose(perception, Preference())
            for told in self.looking.summarizer.tell(perception, summary):
                summary = told
            last = list(self._told.items())[-1:]
            self._told = {**dict(last), name: summary}
        return self._told[name]

    def pictures(self, name: str, shares: Sequence[float], width: int) -> np.ndarray:
        """(shares, height, width, 3) uint8: what is seen at these shares of the length."""
        summarizer = self.looking.summarizer
        path = self.looking.folder / self.looking.shelf.media(name)
        video = summarizer.probe(path)
        times = [share * video.seconds for share in shares]
        return summarizer.stills(path, video, times, width).frames


def measured(options: Options) -> str:
    """The way of whoever answers, if anybody can."""
    if options.predictions:
        return options.predictions.stem
    return options.preset if options.videos else ""


def draw(name: str, seed: int) -> np.random.Generator:
    """Chance, for one task and one repetition."""
    return np.random.default_rng([seed, crc32(name.encode())])


def another(name: str, names: Sequence[str], chance: np.random.Generator) -> str | None:
    """One of the other names by chance; None where there is no other. Each name comes once."""
    if not names or (len(names) == 1 and names[0] == name):
        return None
    while (other := names[chance.integers(len(names))]) == name:
        pass
    return other


def before(name: str, names: Sequence[str]) -> str | None:
    """The one before this name, of the first the last; None where there is no other."""
    if name not in names:
        return names[0] if names else None
    at = list(names).index(name)
    return names[at - 1] if len(names) > 1 else None


# -- predictions ----------------------------------------------------------------------------------


def predictions(path: Path) -> dict[str, str]:
    """Texts by the name of their video, without its suffix.

    JSON: an object {name: text}, or a list of objects with a name (id, video_id, clip_id,
    video_filename) and a text (summary, answer, text, caption). Any other file: lines of
    "name.mp4: text".
    """
    try:
        if path.stat().st_size > LARGEST:
            raise SummarizerError(
                f"{path.name}: more than {LARGEST // MB} MB of predictions; split it"
            )
        content = path.read_text(encoding="utf-8")
        given = _named(json.loads(content)) if path.suffix == ".json" else _lines(content)
    except (OSError, ValueError, RecursionError) as error:
        raise SummarizerError(f"{path.name}: can't be read ({str(error)[:80]})") from None
    found: dict[str, str] = {}
    for number, (name, text) in enumerate(given, 1):
        if not isinstance(name, str) or not isinstance(text, str) or len(text) > LONGEST:
            raise SummarizerError(
                f"{path.name}, entry {number}: needs a name ({', '.join(NAMES)}) and a text "
                f"({', '.join(TEXTS)}) of {LONGEST:,} characters or less"
            )
        stem = Path(name).stem if name.endswith((".mp4", ".mkv", ".webm")) else name
        if stem in found:
            raise SummarizerError(f"{path.name}, entry {number}: {stem[:60]!r} comes twice")
        found[stem] = text
    return found


def _named(content: object) -> Iterable[tuple[object, object]]:
    if isinstance(content, Mapping):
        return content.items()
    if not isinstance(content, list):
        raise ValueError("it is no object of texts by name, and no list")
    rows = [each if isinstance(each, Mapping) else {} for each in content]
    return [(_first(row, NAMES), _first(row, TEXTS)) for row in rows]


def _first(row: Mapping, names: Sequence[str]) -> object:
    return next((row[name] for name in names if name in row), None)


def _lines(content: str) -> Iterable[tuple[object, object]]:
    for line in filter(str.strip, content.splitlines()):
        name, found, text = line.strip().partition(SUFFIX)
        yield name, text if found else None
