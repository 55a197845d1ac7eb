"""Faces: how much of each second shows faces towards the camera; how many, how large, where."""

import math
from pathlib import Path
from typing import ClassVar, Literal

import cv2
import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Track, Video
from summarizer.senses.view import Samples, View, by_second

# OpenCV's frontal cascades: one finds, another has to agree; lamps and signs rarely deceive both
FINDS, AGREES = "haarcascade_frontalface_alt2.xml", "haarcascade_frontalface_alt.xml"
APART = 0.45  # seconds between two pictures that may be searched
TOGETHER = 1.5  # seconds; what was seen longer ago confirms nothing
SMALLEST = 26  # pixels, of at most 256: a tenth of the picture
GROWTH = 1.2  # from one searched size to the next
OVERLAPPING = 2  # finds that make a face
MARGIN = 0.3  # of a face around it that the other cascade sees too
SAME = 0.5  # face sizes that the middle may have moved
ALIKE = 1.6  # times that the size may have changed
STILL = 0.5  # grey levels; a picture that differs less on average shows the same faces
GROUP = 4  # faces at once from which the curve of their number is at its top
PLACES = ("left", "middle", "right")  # thirds of the picture
ANY, LARGE = 0.3, 0.4  # what any face counts; the share of the height from which one counts whole


def _placed(place: str) -> Concept:
    # "in the middle" would be a time
    where = "at the centre" if place == "middle" else f"on the {place}"
    side = ("centered face", "centred face") if place == "middle" else (f"face {where} side",)
    return Concept(
        name=f"a face {where}",
        curve=f"face {where}",
        at=0.5,
        asks=(f"face {where}", f"faces {where}", *side),
        seen=f"a face {where}",
        told=f"a face is {where}",
    )


class Faces:
    """Faces seen from the front in three pictures in a row, at about the same place.

    "faces" grows with every face and its size: a small one is 0.4, one that fills the picture 1.
    "number of faces" is 0.25 for each, "face size" the largest one's share of the height, and
    where in the picture a face is has a curve for each third.
    """

    name: ClassVar[str] = "faces"
    version: ClassVar[int] = 3
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = False  # a lone picture may mistake anything for a face
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="faces",
            curve="faces",
            at=0.3,
            asks=(
                "face",
                "faces",
                "people's faces",
                "facing the camera",
                "looking at the camera",
                "portrait",
                "portraits",
            ),
            seen="faces",
            told="a face is to be seen",
            hints=(
                "people",
                "person",
                "man",
                "men",
                "woman",
                "women",
                "boy",
                "girl",
                "child",
                "children",
                "kid",
                "kids",
                "baby",
                "someone",
                "somebody",
                "anyone",
                "human",
                "guy",
                "family",
                "friends",
                "presenter",
                "host",
                "speaker",
                "teacher",
                "actor",
                "actress",
                "player",
                "singer",
                "interview",
                "interviews",
                "reaction",
                "reactions",
                "smile",
                "smiling",
                "laughing",
                "crying",
                "emotion",
                "emotions",
            ),
        ),
        Concept(
            name="close-ups of faces",
            curve="face size",
            at=0.28,
            asks=(
                "close-up of a face",
                "big face",
                "big faces",
                "close-ups of people",
                "face close-up",
                "faces up close",
                "large faces",
            ),
            seen="close-ups of faces",
            told="a face fills much of the picture",
            hints=("close-up", "close-ups", "close up", "closeup", "closeups", "close shot"),
        ),
        Concept(
            name="several faces",
            curve="number of faces",
            at=2 / GROUP,
            asks=(
                "two faces",
                "more than one face",
                "many faces",
                "group of faces",
                "groups of faces",
                "faces together",
            ),
            seen="several faces at once",
            told="several faces are to be seen at once",
            hints=("group", "group of people", "people together", "couple", "crowd of people"),
        ),
        *(_placed(place) for place in PLACES),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.samples = Samples()  # when was searched
        self.shape = 1.0  # width / height of the pictures
        self.found: list[np.ndarray] = []  # (faces, 4): middle (right, down), width, height
        self.search: _Search | None = None  # loaded for the first picture
        self.seen: tuple[np.ndarray, np.ndarray] | None = None  # the latest: picture, faces
        self.latest = -math.inf  # when a picture was last due
        self.skipped: tuple[float, np.ndarray, np.ndarray] | None = None

    def take(self, material: Pictures) -> None:
        view = View.of(material)
        self.shape = view.frames.shape[2] / view.frames.shape[1]
        for time, grey, little in zip(view.times, view.middle, view.little, strict=True):
            if time - self.latest >= APART:
                self.latest = time
                self._look(time, grey, little)

    def findings(self) -> Findings:
        if not self.samples:
            return Findings()
        times = self.samples.times
        kept = confirmed(times, self.found)
        faces = [faces[keep] for faces, keep in zip(self.found, kept, strict=True)]
        values = np.array([_measured(each / (self.shape, 1, 1, 1)) for each in faces])
        names = (
            "faces",
            "number of faces",
            "face size",
            *(_placed(place).curve for place in PLACES),
        )
        curves = (
            Curve.of(name, self.name, by_second(times, column, self.rows, np.max))
            for name, column in zip(names, values.T, strict=True)
        )
        return Findings(curves=tuple(curves), tracks=(self._track(times, faces),))

    def _track(self, times: np.ndarray, faces: list[np.ndarray]) -> Track:
        """A row for each face: right and down in shares of the picture, and its height."""
        rows = np.concatenate(faces)[:, [0, 1, 3]] / (self.shape, 1, 1)
        when = np.repeat(times, [len(each) for each in faces])
        return Track("faces", when, rows.astype(np.float16), f"faces {self.version}")

    def _look(self, time: float, grey: np.ndarray, little: np.ndarray) -> None:
        """Search every other picture while there is nothing, and the one skipped when there is."""
        nothing = len(self.found) > 0 and not any(map(len, self.found[-2:]))
        if nothing and self.skipped is None:
            self.skipped = time, grey, little
            return
        faces = self._faces(grey, little)
        if self.skipped is not None and len(faces):
            self._note(self.skipped[0], self._faces(*self.skipped[1:]))
        self._note(time, faces)
        self.skipped = None

    def _note(self, time: float, faces: np.ndarray) -> None:
        self.found.append(faces)
        self.samples.add([time], [len(faces)])

    def _faces(self, grey: np.ndarray, little: np.ndarray) -> np.ndarray:
        """The faces in one picture: (faces, 4) in shares of the picture's height."""
        if self.seen is None or cv2.absdiff(little, self.seen[0]).mean() >= STILL:
            self.seen = little, self._searched(grey)
        return self.seen[1]

    def _searched(self, grey: np.ndarray) -> np.ndarray:
        if self.search is None:
            self.search = _Search()
        boxes = self.search(grey) / grey.shape[0]
        boxes[:, :2] += boxes[:, 2:] / 2
        return boxes


class _Search:
    """The two cascades; OpenCV's must not be shared between threads."""

    def __init__(self):
        folder = Path(cv2.data.haarcascades)
        self.finds = cv2.CascadeClassifier(str(folder / FINDS))
        self.agrees = cv2.CascadeClassifier(str(folder / AGREES))

    def __call__(self, grey: np.ndarray) -> np.ndarray:
        """The faces in one picture in pixels: (faces, 4), left, top, width, height."""
        least = (SMALLEST, SMALLEST)
        found = self.finds.detectMultiScale(grey, GROWTH, OVERLAPPING, minSize=least)
        faces = [box for box in found if self._confirms(grey, *box)]
        return np.array(faces, np.float64).reshape(-1, 4)

    def _confirms(self, grey: np.ndarray, left: int, top: int, width: int, height: int) -> bool:
        margin = round(MARGIN * width)
        rows = slice(max(0, top - margin), top + height + margin)
        columns = slice(max(0, left - margin), left + width + margin)
        crop = np.ascontiguousarray(grey[rows, columns])
        least, most = round(width / ALIKE), round(width * ALIKE)
        seen = self.agrees.detectMultiScale(
            crop, 1.1, OVERLAPPING, minSize=(least, least), maxSize=(most, most)
        )
        return len(seen) > 0


def confirmed(times: np.ndarray, found: list[np.ndarray]) -> list[np.ndarray]:
    """For the faces of each picture, whether they were seen in three pictures in a row."""
    kept = [np.zeros(len(faces), bool) for faces in found]
    for middle in range(1, len(found) - 1):
        before, now, after = found[middle - 1 : middle + 2]
        if times[middle + 1] - times[middle - 1] > 2 * TOGETHER:
            continue
        earlier, later = _same(now, before), _same(now, after)
        there = earlier.any(axis=1) & later.any(axis=1)
        kept[middle] |= there
        kept[middle - 1] |= earlier[there].any(axis=0)
        kept[middle + 1] |= later[there].any(axis=0)
    return kept


def _measured(faces: np.ndarray) -> tuple[float, ...]:
    """What the curves tell of the faces of one picture; their middles in shares of the picture."""
    heights = faces[:, 3]
    thirds = np.clip(faces[:, 0] * len(PLACES), 0, len(PLACES) - 1).astype(int)
    there = np.bincount(thirds, minlength=len(PLACES)) > 0
    return amount(heights), len(faces) / GROUP, heights.max(initial=0.0), *there.astype(float)


def amount(heights: np.ndarray) -> float:
    """How much faces of these heights (shares of the picture's) count together, 0 to 1."""
    counts = ANY + (1 - ANY) * np.minimum(1, heights / LARGE)
    return float(1 - np.prod(1 - counts))


def _same(faces: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which faces may be which others: (faces, others) bool."""
    ours, theirs = faces[:, None], others[None]
    larger = np.maximum(ours[..., 2:], theirs[..., 2:])
    smaller = np.minimum(ours[..., 2:], theirs[..., 2:])
    near = np.abs(ours[..., :2] - theirs[..., :2]) <= SAME * larger
    return (near & (larger <= ALIKE * smaller)).all(axis=2)
