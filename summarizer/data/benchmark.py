"""TVSum, SumMe, OVP and YouTube in the HDF5 form they are shared in, and the splits of them.

A file holds a group a video: `n_frames`, `picks` (the frames that were sampled), `change_points`
(the first and the last frame of each shot), and where somebody gave them `user_summary`,
`user_scores` or `user_anno`, `gtscore`, `features`, `n_frame_per_seg`, `n_steps`, `video_name`,
`title`, `category`, `fps` or `length_s`. What people said of every frame is also read from the
files the authors of TVSum (`ydata-tvsum50.mat`) and SumMe (`GT/*.mat`) gave out, where they lie in
the same folder.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from summarizer.data.entries import Entry, json_list
from summarizer.data.manifest import Malformed
from summarizer.errors import SummarizerError
from summarizer.files import whole

SETS = ("tvsum", "summe", "ovp", "youtube")
FOLDS = 5
VALIDATION = 0.2  # of what there is to train on, kept apart to choose among models
MOST_VALUES = 1 << 28  # of one field
MOST_FRAMES = 10_000_000
MOST_VIDEOS = 10_000
MOST_BYTES = 64 << 20  # of a MATLAB file
NAME = 500  # characters
DEEP = 3  # folders below the one given in which files are looked for

Setting = Literal["canonical", "augmented", "transfer"]
SETTINGS: tuple[Setting, ...] = ("canonical", "augmented", "transfer")


# -- the values -----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Annotated:
    """A video of a benchmark and what people said of it. It is counted in frames."""

    name: str
    """the set and the key in its file: "tvsum/video_1" """
    title: str
    """what its file is called, without suffix; empty where nobody says"""
    frames: int
    picks: np.ndarray
    """(steps,) the frames that were sampled, ascending"""
    shots: np.ndarray
    """(shots, 2) first frame and the one after the last; without gaps, over the whole video"""
    masks: np.ndarray
    """(annotators, frames) bool, the summary of each; no rows where there are none"""
    scores: np.ndarray | None = None
    """(annotators, frames) what each gave every frame"""
    target: np.ndarray | None = None
    """(steps,) what models are trained towards"""
    features: np.ndarray | None = None
    """(steps, width) float32"""
    seconds: float | None = None
    made_by: str = ""
    """what made the features, as the file or its name says"""
    text: str = ""
    """what is written about it: its title and kind, or its name where that says something"""

    @property
    def set(self) -> str:
        return self.name.partition("/")[0]

    @property
    def key(self) -> str:
        """What its file calls it: "video_1"."""
        return self.name.partition("/")[2]

    @property
    def said(self) -> np.ndarray:
        """What annotators gave every frame, or else whether they took it."""
        return self.masks if self.scores is None else self.scores

    def blind(self) -> "Annotated":
        """The same video without anything that people said of it."""
        return replace(self, masks=np.zeros((0, self.frames), bool), scores=None, target=None)


@dataclass(frozen=True)
class Split:
    """Which videos, by name, are trained on, selected on and tested on; no two parts meet."""

    name: str
    train: tuple[str, ...]
    validate: tuple[str, ...]
    test: tuple[str, ...]


# -- the standard file ----------------------------------------------------------------------------


def load(folder: Path, which: str) -> dict[str, Annotated]:
    """All videos of a set by name, in the order of their numbers, with the authors' own scores."""
    path = find(folder, which)
    videos = read(path, which)
    if any(video.scores is None or not video.title for video in videos.values()):
        authors = AUTHORS.get(which)
        videos = authors(folder, videos) if authors else videos
    return videos


def has(folder: Path, which: str) -> bool:
    """Whether there is any file of the set."""
    return bool(_below(folder, "*.h5", which))


def find(folder: Path, which: str) -> Path:
    """The one .h5 file in the folder, or not far below, that has the set in its name."""
    found = _below(folder, "*.h5", which)
    if len(found) != 1:
        names = f"{len(found)} ({', '.join(path.name for path in found[:4])})" if found else "no"
        raise SummarizerError(
            f"{folder} holds {names} .h5 files with {which!r} in their name, and it takes one: "
            f"name the folder it lies in with --data"
        )
    return found[0]


def _below(folder: Path, pattern: str, part: str = "") -> list[Path]:
    """The files with this part in their name, of the uppermost level that has any."""
    for depth in range(DEEP + 1):
        paths = folder.glob("/".join(["*"] * depth + [pattern]))
        if found := sorted(path for path in paths if part in path.name.lower()):
            return found
    return []


def read(path: Path, which: str) -> dict[str, Annotated]:
    """All videos of a file in the standard form."""
    import h5py

    try:
        with h5py.File(path) as file:
            keys = sorted(file, key=_in_order)
            if not keys or len(keys) > MOST_VIDEOS:
                raise SummarizerError(
                    f"{path.name}: {len(keys)} videos, and 1 to {MOST_VIDEOS} are read"
                )
            return {f"{which}/{key}": _video(Fields(path, file, key), which) for key in keys}
    except (OSError, RuntimeError, KeyError) as error:
        raise SummarizerError(
            f"{path.name}: can't be read as HDF5 ({str(error)[:80]}); get the file once more"
        ) from None


def _in_order(key: str) -> tuple[str, int, str]:
    """video_2 before video_10."""
    stem = key.rstrip("0123456789")
    number = key[len(stem) :]
    return stem, int(number) if number else -1, key


@dataclass(frozen=True)
class Fields:
    """The fields of one video in a file; whatever is wrong is said with both names."""

    path: Path
    file: Any
    key: str

    def wrong(self, field: str, what: str) -> SummarizerError:
        return SummarizerError(f"{self.path.name}: {self.key}: field {field!r} {what}")

    def __contains__(self, field: str) -> bool:
        return field in self._group

    @property
    def _group(self) -> Any:
        group = self.file[self.key]
        if not hasattr(group, "keys"):
            raise SummarizerError(
                f"{self.path.name}: {self.key!r} is no group of a video's fields; the form has one "
                "group a video"
            )
        return group

    def array(self, field: str, *shape: int | None) -> np.ndarray:
        """Finite numbers of this shape; None fits any length."""
        if field not in self._group:
            there = ", ".join(sorted(self._group)[:12])
            raise self.wrong(field, f"is missing; there are {there or 'none'}")
        data = self._group[field]
        if not hasattr(data, "dtype") or data.dtype.kind not in "buif":
            raise self.wrong(field, "holds no numbers")
        if data.size > MOST_VALUES:
            raise self.wrong(field, f"has {data.size} values, and at most {MOST_VALUES} are read")
        if len(data.shape) != len(shape) or any(
            length not in (None, there) for length, there in zip(shape, data.shape, strict=True)
        ):
            wanted = " x ".join("any" if each is None else str(each) for each in shape)
            raise self.wrong(field, f"has the shape {data.shape}, not {wanted or 'one number'}")
        values = np.asarray(data[()])
        if not np.isfinite(values).all():
            raise self.wrong(field, "holds a value that is no finite number")
        return values

    def whole(self, field: str, *shape: int | None) -> np.ndarray:
        """The same, of whole numbers."""
        values = self.array(field, *shape)
        if (values != np.floor(values)).any():
            raise self.wrong(field, "holds numbers that are not whole")
        return values.astype(np.int64)

    def text(self, field: str) -> str:
        """Empty where it is missing."""
        if field not in self._group:
            return ""
        data = self._group[field]
        if getattr(data, "shape", None) != () or not isinstance(value := data[()], bytes | str):
            raise self.wrong(field, "is no text")
        value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        return value[:NAME]


def _video(fields: Fields, which: str) -> Annotated:
    frames = int(fields.whole("n_frames"))
    if not 1 <= frames <= MOST_FRAMES:
        raise fields.wrong("n_frames", f"is {frames}, and 1 to {MOST_FRAMES} are read")
    picks = _picks(fields, frames)
    return Annotated(
        f"{which}/{fields.key}",
        fields.text("video_name"),
        frames,
        picks,
        _shots_of(fields, frames),
        _masks(fields, frames),
        next(
            (_by_annotator(fields, name, frames) for name in SCORES if name in fields),
            None,
        ),
        _target(fields, len(picks)),
        _features(fields, len(picks)),
        _seconds(fields, frames),
        _made_by(fields, which),
        _text(fields, which),
    )


SCORES = ("user_scores", "user_anno")
NAMED = ("summe",)  # sets whose videos are called after what they show


def _picks(fields: Fields, frames: int) -> np.ndarray:
    picks = fields.whole("picks", None)
    if not len(picks) or picks[0] < 0 or picks[-1] >= frames or (np.diff(picks) <= 0).any():
        raise fields.wrong("picks", f"does not rise within the {frames} frames of 'n_frames'")
    if "n_steps" in fields and (steps := int(fields.whole("n_steps"))) != len(picks):
        raise fields.wrong("n_steps", f"is {steps}, but there are {len(picks)} picks")
    return picks


def _shots_of(fields: Fields, frames: int) -> np.ndarray:
    shots = fields.whole("change_points", None, 2) + np.array([0, 1])
    edges = shots.ravel()
    whole = len(shots) and edges[0] == 0 and edges[-1] == frames
    if not whole or (edges[2::2] != edges[1:-1:2]).any() or (shots[:, 0] >= shots[:, 1]).any():
        raise fields.wrong(
            "change_points", f"does not go from 0 to {frames - 1} in shots without gaps"
        )
    if "n_frame_per_seg" in fields:
        lengths = fields.whole("n_frame_per_seg", len(shots))
        if (lengths != shots[:, 1] - shots[:, 0]).any():
            raise fields.wrong("n_frame_per_seg", "differs from the lengths of 'change_points'")
    return shots


def _by_annotator(fields: Fields, field: str, frames: int) -> np.ndarray:
    values = fields.array(field, None, None)
    if values.shape[1] != frames and values.shape[0] == frames:
        values = values.T
    if values.shape[1] != frames or not len(values):
        raise fields.wrong(
            field, f"has the shape {values.shape}, not one value by any annotator x {frames} frames"
        )
    return values


def _masks(fields: Fields, frames: int) -> np.ndarray:
    if "user_summary" not in fields:
        return np.zeros((0, frames), bool)
    values = _by_annotator(fields, "user_summary", frames)
    if not np.isin(values, (0, 1)).all():
        raise fields.wrong("user_summary", "holds something besides 0 and 1")
    return values.astype(bool)


def _target(fields: Fields, steps: int) -> np.ndarray | None:
    if "gtscore" not in fields:
        return None
    return fields.array("gtscore", steps).astype(np.float32)


def _features(fields: Fields, steps: int) -> np.ndarray | None:
    if "features" not in fields:
        return None
    return fields.array("features", steps, None).astype(np.float32, copy=False)


def _made_by(fields: Fields, which: str) -> str:
    """The file's attribute `made_by`, or its name without that of the set."""
    said = fields.file.attrs.get("made_by")
    if isinstance(said, str) and said.strip():
        return said.strip()[:NAME]
    parts = fields.path.stem.lower().split("_")
    return "_".join(part for part in parts if part not in (which, "eccv16", "dataset"))


def _text(fields: Fields, which: str) -> str:
    written = [fields.text("title"), fields.text("category")]
    if not any(written) and which in NAMED:
        written = [fields.text("video_name").replace("_", " ")]
    return ". ".join(text for text in written if text)


def _seconds(fields: Fields, frames: int) -> float | None:
    if "length_s" in fields:
        return _above_zero(fields, "length_s")
    return frames / _above_zero(fields, "fps") if "fps" in fields else None


def _above_zero(fields: Fields, field: str) -> float:
    value = float(fields.array(field))
    if value <= 0:
        raise fields.wrong(field, f"is {value:g}, not above 0")
    return value


# -- writing --------------------------------------------------------------------------------------


def write(path: Path, videos: Iterable[Annotated], made_by: str) -> None:
    """Write videos of one set in the standard form, with what made their features."""
    import h5py

    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as part, h5py.File(part, "w", locking=False) as file:
        file.attrs["made_by"] = made_by
        for video in videos:
            for name, value in _fields(video):
                file[f"{video.key}/{name}"] = value


def _fields(video: Annotated) -> Iterator[tuple[str, Any]]:
    """What is known, by the names of the form."""
    lengths = video.shots[:, 1] - video.shots[:, 0]
    known = {
        "n_frames": np.int64(video.frames),
        "n_steps": np.int64(len(video.picks)),
        "picks": video.picks,
        "change_points": video.shots - np.array([0, 1]),
        "n_frame_per_seg": lengths,
        "user_summary": video.masks.astype(np.uint8) if len(video.masks) else None,
        "user_scores": video.scores,
        "gtscore": video.target,
        "features": video.features,
        "length_s": video.seconds,
        "video_name": video.title or None,
        "title": video.text or None,
    }
    return ((name, value) for name, value in known.items() if value is not None)


# -- what the authors gave out --------------------------------------------------------------------


def _tvsum_scores(folder: Path, videos: Mapping[str, Annotated]) -> dict[str, Annotated]:
    """With the scores of 20 people for every frame; no two of its videos are equally long."""
    found = _below(folder, "ydata-tvsum50.mat")
    if not found:
        return dict(videos)
    scored = dict(_tvsum_rows(found[0]))
    by_length = {scores.shape[1]: title for title, scores in scored.items()}
    known = {}
    for name, video in videos.items():
        title = video.title or by_length.get(video.frames, "")
        scores = scored.get(title) if video.scores is None else video.scores
        _same_length(found[0], title, scores, video)
        known[name] = replace(video, title=title, scores=scores)
    return known


def _tvsum_rows(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    import h5py

    try:
        with h5py.File(path) as file:
            rows = file["tvsum50"]
            for title, scores in zip(
                rows["video"][()].flat, rows["user_anno"][()].flat, strict=True
            ):
                name = "".join(chr(letter) for letter in file[title][()].flat)
                yield name, np.asarray(file[scores][()])
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise SummarizerError(
            f"{path.name}: fields 'tvsum50/video' and 'tvsum50/user_anno' can't be read "
            f"({str(error)[:80]}); get the file once more"
        ) from None


def _summe_scores(folder: Path, videos: Mapping[str, Annotated]) -> dict[str, Annotated]:
    """With the scores that `GT/<title>.mat` gives every frame, above 0 where it was taken."""
    files = {path.stem: path for path in _below(folder, "GT/*.mat")}
    known = {}
    for name, video in videos.items():
        scores = video.scores
        if scores is None and video.title in files:
            scores = _summe_rows(files[video.title])
            _same_length(files[video.title], video.title, scores, video)
        known[name] = replace(video, scores=scores)
    return known


def _summe_rows(path: Path) -> np.ndarray:
    from scipy.io import loadmat

    if path.stat().st_size > MOST_BYTES:
        raise SummarizerError(f"{path.name}: more than {MOST_BYTES >> 20} MB; that is not SumMe's")
    try:
        scores = np.asarray(loadmat(path)["user_score"], np.float32).T
    except Exception as error:  # scipy's reader raises whatever a damaged file makes it stumble on
        raise SummarizerError(
            f"{path.name}: field 'user_score' can't be read ({str(error)[:80]}); "
            "get the file once more"
        ) from None
    return scores


def _same_length(path: Path, title: str, scores: np.ndarray | None, video: Annotated) -> None:
    if scores is None:
        return
    if scores.ndim != 2 or scores.shape[1] != video.frames or not np.isfinite(scores).all():
        raise SummarizerError(
            f"{path.name}: {title}: the scores have the shape {scores.shape}, but {video.name} has "
            f"{video.frames} frames; these are not of one data set"
        )


AUTHORS = {"tvsum": _tvsum_scores, "summe": _summe_scores}


# -- splits ---------------------------------------------------------------------------------------


def splits(
    own: Collection[str],
    others: Collection[str],
    setting: str = "canonical",
    path: Path | None = None,
    seed: int = 0,
) -> tuple[Split, ...]:
    """How the videos of a set are split; the validation part is always cut from training.

    canonical trains on the rest of the set, augmented on the other sets too, transfer on them
    alone. A file says which video is tested in which split; without one, folds are drawn.
    """
    if setting not in SETTINGS:
        raise SummarizerError(f"no setting {setting[:40]!r} of splits; there are {SETTINGS}")
    if path is not None:
        parts = _from_file(path, own, others, setting)
    elif setting == "transfer":
        parts = [((), tuple(own))]
    else:
        parts = _folds(own, seed)
    if setting != "canonical":
        parts = [
            (train if _foreign(train, own) else (*train, *others), test) for train, test in parts
        ]
    return tuple(
        _cut(f"split {number}", train, test, seed) for number, (train, test) in enumerate(parts, 1)
    )


Part = tuple[tuple[str, ...], tuple[str, ...]]  # to train on, to test on


def _foreign(names: Sequence[str], own: Collection[str]) -> list[str]:
    mine = {name.partition("/")[0] for name in own}
    return [name for name in names if name.partition("/")[0] not in mine]


def _folds(own: Collection[str], seed: int) -> list[Part]:
    """Every video is tested once."""
    names = [str(name) for name in np.random.default_rng(seed).permutation(list(own))]
    tests = [names[fold::FOLDS] for fold in range(min(FOLDS, len(names)))]
    return [
        (tuple(name for name in names if name not in test), tuple(sorted(test, key=_in_order)))
        for test in tests
    ]


def _cut(name: str, train: tuple[str, ...], test: tuple[str, ...], seed: int) -> Split:
    """The split with a part of training kept apart, drawn anew for each split."""
    count = max(1, round(VALIDATION * len(train))) if len(train) > 1 else 0
    order = np.random.default_rng([seed, *name.encode()]).permutation(len(train))
    apart = set(order[:count].tolist())
    return Split(
        name,
        tuple(each for index, each in enumerate(train) if index not in apart),
        tuple(each for index, each in enumerate(train) if index in apart),
        test,
    )


def _from_file(
    path: Path, own: Collection[str], others: Collection[str], setting: str
) -> list[Part]:
    """The splits of a JSON list of {train_keys, test_keys}; keys with or without their file."""
    parts = []
    for entry in json_list(path):
        try:
            parts.append(_part(entry, own, others, setting))
        except Malformed as error:
            raise SummarizerError(f"{entry.where}: {error}") from None
    if not parts:
        raise SummarizerError(f"{path.name} holds no split; each has 'train_keys' and 'test_keys'")
    return parts


def _part(entry: Entry, own: Collection[str], others: Collection[str], setting: str) -> Part:
    which = next(iter(own)).partition("/")[0]
    train, test = (tuple(_named(entry, field, which)) for field in ("train_keys", "test_keys"))
    foreign = _foreign(train, own)
    if not test:
        raise Malformed("field 'test_keys' is empty")
    if both := set(train) & set(test):
        raise Malformed(f"{min(both)} is in both 'train_keys' and 'test_keys'")
    if lost := [name for name in test if name not in own]:
        raise Malformed(
            f"field 'test_keys' names {lost[0]}, which is not among the {len(own)} videos"
        )
    here = {*own, *others}
    loaded = {name.partition("/")[0] for name in here}
    if lost := [name for name in train if name not in here and name.partition("/")[0] in loaded]:
        raise Malformed(f"field 'train_keys' names {lost[0]}, which is not in its file")
    if setting == "canonical" and foreign:
        raise Malformed(
            f"field 'train_keys' names {foreign[0]}; choose --setting augmented or transfer"
        )
    if setting == "transfer" and len(foreign) < len(train):
        raise Malformed(f"field 'train_keys' names videos of {which}, which transfer only tests on")
    return train, test


def _named(entry: Entry, field: str, which: str) -> Iterator[str]:
    """The keys of the field as names of videos, each once."""
    keys = entry.listed(field)
    if not all(isinstance(key, str) for key in keys):
        raise Malformed(f"field {field!r} is no list of keys")
    if len(set(keys)) < len(keys):
        raise Malformed(f"field {field!r} names a video twice")
    for key in keys:
        prefix, _, video = key.rpartition("/")
        known = [name for name in SETS if name in prefix.lower()] if prefix else [which]
        if len(known) != 1:
            raise Malformed(
                f"field {field!r} names {key[:80]!r}, and of which of {', '.join(SETS)} that is "
                "can't be told"
            )
        yield f"{known[0]}/{video}"
