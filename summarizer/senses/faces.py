"""Faces: how much of each second shows faces that look towards the camera."""

from pathlib import Path
from typing import ClassVar, Literal

import cv2
import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Video
from summarizer.senses.view import Samples, View, by_second

# of OpenCV's frontal cascades the one that errs least; it is not safe to share between threads
CASCADE = Path(cv2.data.haarcascades, "haarcascade_frontalface_alt2.xml")
APART = 0.45  # seconds between two pictures that are searched
TOGETHER = 1.5  # seconds; what was seen longer ago confirms nothing
SMALLEST = 28  # pixels, of at most 320
GROWTH = 1.2  # from one searched size to the next
AGREEING = 3  # overlapping finds that make a face
SAME = 0.5  # face sizes that the middle may have moved
ALIKE = 1.6  # times that the size may have changed
STILL = 0.5  # grey levels; a picture that differs less on average shows the same faces
ANY, LARGE = 0.3, 0.4  # what any face counts; the share of the height from which one counts whole


class Faces:
    """Faces seen from the front in three pictures in a row, at about the same place.

    The value grows with every face and its size: a small one is 0.4, one that fills the picture 1.
    """

    name: ClassVar[str] = "faces"
    version: ClassVar[int] = 1
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
            curve="faces",
            at=0.8,
            asks=("close-up", "close-ups", "close up", "closeup", "closeups", "large faces"),
            seen="close-ups of faces",
            told="a face fills much of the picture",
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.samples = Samples()  # when was searched
        self.found: list[np.ndarray] = []  # (faces, 4): middle (right, down), width, height
        self.searched: tuple[float, np.ndarray] | None = None  # the latest: time, picture
        self.cascade: cv2.CascadeClassifier | None = None  # loaded for the first picture

    def take(self, material: Pictures) -> None:
        view = View.of(material)
        for time, grey, little in zip(view.times, view.middle, view.little, strict=True):
            if self.searched is None or time - self.searched[0] >= APART:
                self.found.append(self._faces(grey, little))
                self.searched = time, little
                self.samples.add([time], [0.0])

    def findings(self) -> Findings:
        if not self.samples:
            return Findings()
        times = self.samples.times
        kept = confirmed(times, self.found)
        values = [amount(faces[keep, 3]) for faces, keep in zip(self.found, kept, strict=True)]
        curve = by_second(times, np.array(values), self.rows, np.max)
        return Findings(curves=(Curve.of("faces", self.name, curve),))

    def _faces(self, grey: np.ndarray, little: np.ndarray) -> np.ndarray:
        """The faces in one picture: (faces, 4) in shares of the picture's height."""
        if self.searched is not None and cv2.absdiff(little, self.searched[1]).mean() < STILL:
            return self.found[-1]
        if self.cascade is None:
            self.cascade = cv2.CascadeClassifier(str(CASCADE))
        smallest = (SMALLEST, SMALLEST)
        boxes = self.cascade.detectMultiScale(grey, GROWTH, AGREEING, minSize=smallest)
        boxes = np.array(boxes, np.float64).reshape(-1, 4) / grey.shape[0]
        boxes[:, :2] += boxes[:, 2:] / 2
        return boxes


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
