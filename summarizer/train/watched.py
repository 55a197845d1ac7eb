"""What the two decoders learn from: a video's rows, what its annotators kept, and what was told.

Rows lie in a folder as `<id>.npz` with the one array "features" (seconds, width), as the authors of
VideoXum released theirs; clips of the little world are written in the same form.
"""

import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from summarizer.data import manifest, world
from summarizer.data.manifest import Example, Rated, Told
from summarizer.errors import SummarizerError
from summarizer.files import whole

FEATURES = "features"
LARGEST = 1 << 30  # bytes of an array of rows
NEAR = 2  # seconds by which rows and masks of a video may differ
SHARE = 0.15  # of a clip that an annotator keeps
ANNOTATORS = 10
OWN = 0.15  # spread of what one annotator finds more or less worth than the others
PIXELS = (16, 9)  # of a picture that is looked at plainly
MARKS = re.compile(r"[^\w\s'-]|_")


@dataclass(frozen=True, eq=False)
class Watched:
    """A video, a row a second."""

    name: str
    rows: np.ndarray
    """(seconds, width) float32"""
    masks: np.ndarray
    """(annotators, seconds) bool"""
    text: str
    edges: tuple[int, ...] = ()
    """the seconds at which an event begins, but the first"""
    lines: tuple[str, ...] = ()
    """what is said in it"""


class Shelf:
    """The examples of a data set whose rows lie in a folder."""

    def __init__(self, examples: Sequence[Example], folder: Path):
        self.examples, self.folder = examples, folder
        if not examples:
            raise SummarizerError("there are no videos to learn from; check the annotations")

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, index: int) -> Watched:
        example = self.examples[index]
        said = [each.text for each in example.captions if each.name == "speech"]
        return watched(example, rows_of(self.folder / f"{example.id}.npz"), None, said)


def watched(
    example: Example, rows: np.ndarray, times: np.ndarray | None, lines: Sequence[str] = ()
) -> Watched:
    """An example with rows (rows, width) that were seen at these times, or one a second."""
    if example.masks is None:
        raise SummarizerError(f"{example.id} has no masks of annotators to learn from")
    masks = example.masks.array > 0
    seconds = masks.shape[1]
    lasts = len(rows) if times is None else int(times[-1]) + 1
    if abs(lasts - seconds) > NEAR:
        raise SummarizerError(
            f"{example.id} has rows of {lasts} seconds and masks of {seconds}; both must be of the "
            "same"
        )
    at = np.arange(len(rows)) if times is None else times.astype(int)
    inside = at < seconds
    rows, at = rows[inside], at[inside]
    begins = {told.start for told in example.story if told.start is not None}
    edges = {int(np.searchsorted(at, round(begin))) for begin in begins}
    inner = tuple(sorted(edge for edge in edges if 0 < edge < len(at)))
    text = " ".join(told.text for told in example.story)
    return Watched(example.id, rows, masks[:, at], plain(text), inner, tuple(lines))


def plain(text: str) -> str:
    """In small letters and without marks, as texts are learned and compared here."""
    return " ".join(MARKS.sub(" ", text.lower()).split())


def rows_of(path: Path) -> np.ndarray:
    """(seconds, width) float32 out of a file that nobody vouches for."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo(f"{FEATURES}.npy").file_size
        if size > LARGEST:
            raise SummarizerError(
                f"{path.name} holds {size:,} bytes of features; {LARGEST:,} can be read"
            )
        with np.load(path, allow_pickle=False) as held:
            rows = held[FEATURES]
    except FileNotFoundError:
        raise SummarizerError(
            f"there are no features {path.name} in {path.parent}; extract or download them"
        ) from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise SummarizerError(
            f"{path.name} holds no array {FEATURES!r} that can be read ({str(error)[:80]})"
        ) from None
    if rows.ndim != 2 or not rows.size or rows.dtype.kind != "f" or not np.isfinite(rows).all():
        raise SummarizerError(
            f"{path.name}: {FEATURES!r} is {rows.dtype} of shape {rows.shape} and not (seconds, "
            "width) finite numbers"
        )
    return rows.astype(np.float32)


def write_rows(path: Path, rows: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as part, part.open("wb") as stream:  # savez would add a suffix to a name
        np.savez_compressed(stream, **{FEATURES: rows})


# -- the little world -----------------------------------------------------------------------------


def render(
    numbers: Sequence[int], part: str, look: Callable[[np.ndarray], np.ndarray], folder: Path
) -> list[Example]:
    """Clips of the world with ten annotators each; their rows are written where they lack."""
    return [_rendered(world.plan(number, part), number, part, look, folder) for number in numbers]


def _rendered(clip: world.Clip, number: int, part: str, look, folder: Path) -> Example:
    name = f"{part}-{number}"
    path, masks = folder / f"{name}.npz", annotators(clip)
    if not path.is_file():
        times = np.arange(masks.shape[1]) + 0.5
        times = np.minimum(times, clip.seconds - 0.1)
        write_rows(path, look(world.pictures(clip, times, (160, 90))))
    draw = world.dice(clip.seed, "watched")
    story = tuple(
        Told(world.caption(clip, (scene.start + scene.end) / 2, draw), scene.start, scene.end)
        for scene in clip.scenes
    )
    kept = Rated(1.0, tuple(tuple(map(float, mask)) for mask in masks))
    return manifest.Example(
        id=name, video=f"{name}.mp4", seconds=clip.seconds, story=story, masks=kept
    )


def annotators(clip: world.Clip, count: int = ANNOTATORS) -> np.ndarray:
    """(annotators, seconds) bool: what each keeps of a clip, by how much happens and a liking of
    their own that changes slowly."""
    worth, draw = world.saliency(clip, world.Wish()), world.dice(clip.seed, "annotators")
    keeps = max(1, round(SHARE * len(worth)))
    masks = np.zeros((count, len(worth)), bool)
    for mask in masks:
        own = np.convolve(draw.normal(0, OWN, len(worth) + 2), np.ones(3) / np.sqrt(3), "valid")
        mask[np.argsort(-(worth + own), kind="stable")[:keeps]] = True
    return masks


def pixels(width: int, seed: int = 0) -> Callable[[np.ndarray], np.ndarray]:
    """A look that has learned nothing: every picture small, in fixed random directions."""
    count = 3 * PIXELS[0] * PIXELS[1]
    directions = np.random.default_rng(seed).normal(size=(count, width)) / np.sqrt(width)

    def look(pictures: np.ndarray) -> np.ndarray:
        tiny = [cv2.resize(each, PIXELS, interpolation=cv2.INTER_AREA) for each in pictures]
        flat = np.stack(tiny).reshape(len(pictures), -1) / 127.5 - 1
        return (flat @ directions).astype(np.float32)

    return look
