"""What the lessons about whole videos learn from: features of frames, what is said, what counts."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from summarizer.data import benchmark, manifest, perceived, world
from summarizer.data.benchmark import Annotated
from summarizer.data.manifest import Example
from summarizer.data.perceived import Features, Kept
from summarizer.errors import SummarizerError

REMEMBERED = 1024  # texts of which the words are kept
EACH = 4  # films of a clip of the little world that is wished for
WORLD = "world:"  # and how many of its clips, in the place of a file
EYE = "pocket-clip"  # that looks at them
MOST_CLIPS = 20_000
APART = 8  # clips to learn from, for one that is held out
MINILM = "minilm"


@dataclass(frozen=True, eq=False)
class Film:
    """A video as its features and its text; where somebody judged it, with a target."""

    name: str
    rows: np.ndarray
    """(frames, features)"""
    text: str = ""
    target: np.ndarray | None = None
    """(frames,) how much each counts, on any scale"""


class Films(Protocol):
    """Films by number; the same each time."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Film: ...


# -- where they come from -------------------------------------------------------------------------


def of_benchmark(videos: Iterable[Annotated]) -> list[Film]:
    """Videos of TVSum, SumMe and their kin, which need features."""
    return [_annotated(video) for video in videos]


def _annotated(video: Annotated) -> Film:
    if video.features is None:
        raise SummarizerError(
            f"{video.name} has no features to learn from; its file needs the field 'features'"
        )
    return Film(video.name, video.features, video.text, video.target)


def made_by(videos: Iterable[Annotated]) -> str:
    """What made the features of all these videos, which must be one thing."""
    kinds = {(v.made_by, v.features.shape[1]): v for v in videos if v.features is not None}
    if len(kinds) > 1:
        (one, wide), (other, narrow) = list(kinds)[:2]
        first, second = (each.name for each in list(kinds.values())[:2])
        raise SummarizerError(
            f"the features of {first} are by {one!r}, {wide} wide, and those of {second} by "
            f"{other!r}, {narrow} wide; learn from one kind"
        )
    return next((name for name, _ in kinds), "")


class Stored:
    """Examples of a manifest, with what was kept of their pictures; read when asked for."""

    def __init__(self, pairs: Sequence[tuple[Example, Kept]], features: Features, track: str):
        self.pairs, self.features, self.track = pairs, features, track

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> Film:
        example, kept = self.pairs[index]
        track = self.features.perception(kept).track(self.track)
        rows = track.values.astype(np.float32)
        return Film(example.id, rows, words_of(example), judged(example, track.times))


def of_manifest(
    path: Path, features: Features, splits: Collection[str] = ("", "train"), track: str = "sight"
) -> Stored:
    """The examples of a manifest in these splits with a text, of which such a track was kept."""
    pairs = [
        (each, features.kept[each.id])
        for each in manifest.read(path)
        if each.id in features.kept
        and track in features.kept[each.id].tracks
        and each.split in splits
        and words_of(each)
    ]
    kinds = {kept.tracks[track] for _, kept in pairs}
    if len(kinds) > 1:
        raise SummarizerError(
            f"what was kept for {path.name} is by {len(kinds)} models ({sorted(kinds)[:2]}); make "
            "it anew with one"
        )
    return Stored(pairs, features, track)


def judged(example: Example, times: np.ndarray) -> np.ndarray | None:
    """What people gave the example at these times, or how many kept it, on average."""
    given = example.saliency or example.masks
    if given is None:
        return None
    values = given.array.mean(0)
    return values[np.clip((times * given.rate).astype(int), 0, len(values) - 1)]


def words_of(example: Example) -> str:
    """What is said of an example: its story, or else its captions, or else the wish."""
    for told in (example.story, example.captions):
        if text := " ".join(each.text for each in told):
            return text
    return example.wish


class Rendered:
    """Clips of the little world, drawn when first asked for, as an eye sees them.

    Each says what is to be seen; or, where it is wished for, is there EACH times: without a wish,
    and with different ones, and with what every second is worth then.
    """

    def __init__(
        self,
        part: str,
        clips: int,
        look: Callable[[np.ndarray], np.ndarray],
        wished: bool = False,
        rate: float = 2.0,
        size: tuple[int, int] = (160, 90),
    ):
        self.part, self.clips, self.look, self.rate, self.size = part, clips, look, rate, size
        self.each = EACH if wished else 1
        self.seen: dict[int, np.ndarray] = {}

    def __len__(self) -> int:
        return self.clips * self.each

    def __getitem__(self, index: int) -> Film:
        number, which = divmod(index, self.each)
        clip = world.plan(number, self.part)
        times = np.arange(0, clip.seconds, 1 / self.rate)
        if number not in self.seen:
            self.seen[number] = self.look(world.pictures(clip, times, self.size))
        name, draw = f"{self.part} {index}", world.dice(clip.seed, "films")
        if self.each == 1:
            middles = [(scene.start + scene.end) / 2 for scene in clip.scenes]
            text = " ".join(world.caption(clip, middle, draw) for middle in middles)
            return Film(name, self.seen[number], text)
        plain, *others = world.wishes(clip, draw)
        wish = [plain, *(others[at] for at in draw.permutation(len(others)))][which]
        worth = world.saliency(clip, wish)[times.astype(int)]
        return Film(name, self.seen[number], wish.text, worth)


# -- all that a command was given -----------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Gathered:
    """What to learn from and what is held out, and by what all of it was made."""

    films: Films
    held: Films
    made_by: str


def gathered(
    data: Sequence[Path], features: Path | None = None, seed: int = 0, wished: bool = False
) -> Gathered:
    """Files in the form of TVSum and SumMe, or manifests with features kept beside them, or
    "world:400", so many clips of the little world: with wishes and what is worth them, or told.

    What a manifest sets aside for validation is held out, or else a part that is drawn; what is
    for tests is left out.
    """
    learned: list[Film] = []
    held: list[Film] = []
    kinds = set()
    for path in data:
        if str(path).startswith(WORLD):
            mine, aside, made = _world(str(path).removeprefix(WORLD), wished)
        elif path.suffix == ".h5":
            mine, aside, made = _benchmark(path)
        else:
            mine, aside, made = _manifest(path, features)
        kinds.add(made)
        if not aside and len(mine) > 1:
            count = max(1, round(benchmark.VALIDATION * len(mine)))
            apart = set(np.random.default_rng([seed, len(mine)]).permutation(len(mine))[:count])
            aside = [mine[i] for i in sorted(apart)]
            mine = [each for i, each in enumerate(mine) if i not in apart]
        learned, held = [*learned, *mine], [*held, *aside]
    if not learned:
        names = ", ".join(path.name for path in data)
        raise SummarizerError(
            f"{names} hold no video to learn from: with a text, and features of its pictures "
            "(python -m summarizer.features, or the field 'features' of an .h5 file)"
        )
    if len(kinds) > 1:
        raise SummarizerError(
            f"the features are by {' and '.join(sorted(kinds))}; learn from one kind"
        )
    widths([*learned, *held])
    return Gathered(learned, held, kinds.pop())


def _benchmark(path: Path) -> tuple[list[Film], list[Film], str]:
    which = next((each for each in benchmark.SETS if each in path.name.lower()), "videos")
    videos = list(benchmark.read(path, which).values())
    return of_benchmark(videos), [], made_by(videos)


def _world(count: str, wished: bool) -> tuple[list[Film], list[Film], str]:
    """Clips of the world as the small eye sees them, which was trained on it."""
    from summarizer.models import hub
    from summarizer.models.vision import load_eye
    from summarizer.train.world import squeezed

    if not count.isdecimal() or not 0 < int(count) <= MOST_CLIPS:
        raise SummarizerError(f"{WORLD}{count[:20]} is not {WORLD} and 1 to {MOST_CLIPS} clips")
    eye = load_eye(hub.folder(EYE))

    def look(pictures: np.ndarray) -> np.ndarray:
        return eye.look(squeezed(pictures, eye.prepare.size)).embedding

    learned = Rendered("train", int(count), look, wished)
    held = Rendered("validation", max(1, int(count) // APART), look, wished)
    return list(numbered(learned)), list(numbered(held)), EYE


def _manifest(path: Path, features: Path | None) -> tuple[list[Film], list[Film], str]:
    kept = perceived.read(features or perceived.place_of(path))
    learned, held = (of_manifest(path, kept, splits) for splits in (("", "train"), ("val",)))
    made = {pair[1].tracks[learned.track][0] for pair in (*learned.pairs, *held.pairs)}
    return list(numbered(learned)), list(numbered(held)), next(iter(made), "")


# -- what reads the texts -------------------------------------------------------------------------


@dataclass(frozen=True)
class Reader:
    """A text encoder that does not learn."""

    made_by: str
    width: int
    words: Callable[[str], np.ndarray]
    """a text as (words, width)"""
    whole: Callable[[str], np.ndarray]
    """a text as one vector, zeros for the empty text"""


def reader(name: str = MINILM) -> Reader:
    """MiniLM, or BERT and its kin from a folder in the hub's format."""
    if name == MINILM:
        return _minilm()
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise SummarizerError(
            f"no text encoder {name[:80]!r}; it is {MINILM!r} or a folder with BERT's weights"
        )
    return _bert(folder)


def _minilm() -> Reader:
    from summarizer.models.text import MADE_BY, WIDTH, load_text

    model = load_text()

    def whole(text: str) -> np.ndarray:
        return model.embed([text])[0] if text.strip() else np.zeros(WIDTH, np.float32)

    return Reader(MADE_BY, WIDTH, _kept(model.words), whole)


def _bert(folder: Path) -> Reader:
    from summarizer.models.bert import load_bert

    model = load_bert(folder)
    width = int(model.model.config.hidden_size)
    words = _kept(lambda text: model.read([text])[0].rows)

    def whole(text: str) -> np.ndarray:
        rows = words(text) if text.strip() else np.zeros((0, width), np.float32)
        mean = rows.mean(0) if len(rows) else np.zeros(width, np.float32)
        return mean / max(float(np.linalg.norm(mean)), 1e-6)

    return Reader(folder.name, width, words, whole)


def _kept(read: Callable[[str], np.ndarray]) -> Callable[[str], np.ndarray]:
    return lru_cache(REMEMBERED)(read)


# -- parts of films -------------------------------------------------------------------------------


def stretch(frames: int, longest: int, draw: np.random.Generator) -> slice:
    """At most so many frames in a row, from wherever."""
    first = int(draw.integers(max(1, frames - longest + 1)))
    return slice(first, first + longest)


def numbered(films: Films) -> Iterator[Film]:
    """All of them, in order."""
    return (films[index] for index in range(len(films)))


def widths(films: Sequence[Film]) -> int:
    """How wide the features of all of these are."""
    found = {each.rows.shape[1] for each in films}
    if len(found) != 1:
        raise SummarizerError(
            f"features of {sorted(found)} numbers don't go together; use one kind"
        )
    return found.pop()
