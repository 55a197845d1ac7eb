"""Screen: the words that are to be read in the picture, and from when to when."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Literal

import cv2
import numpy as np

from summarizer.models.lettering import COLUMNS, ROWS, Lettering
from summarizer.models.writing import ALIKE, SOURCE, Box, Word, Writing, letters, texts
from summarizer.schema import Concept, Curve, Encoded, Findings, Line, Pictures, Video

if TYPE_CHECKING:
    from summarizer.models.reading import PageReader

# what reading may cost, in seconds of one core, measured: starting, a picture, a word
SHARE = 0.1  # of the video's length,
FLOOR = 2.9  # or this, for a short one: starting alone takes more than its share
LOADING, PICTURE, WORD = 1.4, 0.35, 0.025
USUAL = 6  # words a picture
BYTES = 1 << 18  # of a picture kept for the reader, compressed
QUALITIES = (92, 80, 60, 30)  # of the compression, until it fits

EVEN = 6.0  # grey levels by which the ground around a word may vary
PARTS = 20  # of a second
AGAIN = 0.7  # share of two boxes that is one, where the same word need not be read again,
NEAR = 2.0  # seconds by which subtitles and what is burned in may be apart
IN_A_ROW = 3  # letters that are no chance
UNCHANGED = 24  # grey levels by which any letter of it may differ


class Screen:
    """Titles, slides, scoreboards, captions: read where they are new, one line an appearance.

    The curve is the share of each second in which something readable is there.
    """

    name: ClassVar[str] = "screen"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="text on screen",
            curve="text on screen",
            at=0.5,
            asks=(
                "text",
                "texts",
                "text on screen",
                "on-screen text",
                "words on screen",
                "words on the screen",
                "something to read",
                "writing",
                "written words",
                "captions",
                "title",
                "titles",
            ),
            seen="text on screen",
            told="there is something to read",
            hints=(
                "slide",
                "slides",
                "presentation",
                "scoreboard",
                "the score",
                "score",
                "credits",
                "opening titles",
                "logo",
                "sign",
                "signs",
                "poster",
                "posters",
                "chart",
                "charts",
                "diagram",
                "diagrams",
                "headline",
                "headlines",
                "result",
                "results",
            ),
        ),
    )
    kind: ClassVar[str] = f"({ROWS},{COLUMNS},2)f4,({BYTES},)u1"  # since and until when; a JPEG
    shape: ClassVar[tuple[int, ...]] = ()
    most: ClassVar[int] = 600
    width: ClassVar[int] = 1280  # pixels of the pictures that are read

    def __init__(self, video: Video):
        self.seconds = video.seconds
        self.lettering = Lettering()

    def sample(self, material: Pictures) -> Iterable[tuple[float, np.ndarray]]:
        """Nothing yet: these pictures are too small to read, and only say when to look closer."""
        for time, frame in zip(material.times, material.frames, strict=True):
            self.lettering.add(float(time), frame)
        return ()

    def moments(self) -> list[float]:
        """When to look closer, in seconds, in order."""
        pictures = int((budget(self.seconds) - LOADING) / (PICTURE + USUAL * WORD))
        return self.lettering.moments(min(pictures, self.most))

    def look(self, pictures: Pictures) -> Iterator[tuple[float, tuple[np.ndarray, np.ndarray]]]:
        """What is kept of the larger pictures of those moments."""
        spans = self.lettering.spans(pictures.times)
        for time, span, frame in zip(pictures.times, spans, pictures.frames, strict=True):
            yield float(time), (span, _packed(frame))

    def nothing(self) -> Findings:
        """What is found where no moment is worth a closer look."""
        return _findings((), self.seconds)

    @staticmethod
    def encode(times: np.ndarray, rows: np.ndarray, seconds: float) -> Iterator[Encoded]:
        from summarizer.models.reading import load_reader  # takes a second

        reader, writing = load_reader(), Writing(seconds)
        left = budget(seconds) - LOADING
        before: _Page | None = None
        for done, (time, row) in enumerate(zip(times.tolist(), rows, strict=True), 1):
            if left < PICTURE:
                break
            page = _Page(row["f0"], cv2.imdecode(np.asarray(row["f1"]), cv2.IMREAD_COLOR))
            read = page.read(reader, before, int((left - PICTURE) / WORD))
            left -= PICTURE + WORD * read
            writing.add(texts(page.words, time))
            before = page
            yield Encoded(done / len(times), _findings(writing.lines(), seconds))
        yield Encoded(1.0, _findings(writing.lines(), seconds))


def budget(seconds: float) -> float:
    """How many seconds of computing reading a video of this length may take."""
    return max(FLOOR, SHARE * seconds)


class _Page:
    """A picture to be read, and its words."""

    def __init__(self, spans: np.ndarray, picture: np.ndarray):
        self.spans = spans  # (ROWS, COLUMNS, 2) since and until when each cell is as it is
        self.picture = picture[..., ::-1]  # RGB
        self.grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        self.words: list[Word] = []

    def read(self, reader: "PageReader", before: "_Page | None", most: int) -> int:
        """Read the words, the largest first; how many were new, which are at most so many."""
        fresh = 0
        boxes = reader.find(self.picture)
        for box in sorted(boxes, key=lambda box: -box.height * box.width):
            same = before.known(box, self.grey) if before else None
            if same is None and fresh < most:
                text, confidence = reader.read(self.picture, box)
                same = Word(text, confidence, box, self.cells(box), self.even(box))
                fresh += 1
            if same and same.text:
                self.words.append(replace(same, box=box, cells=self.cells(box)))
        return fresh

    def known(self, box: Box, grey: np.ndarray) -> Word | None:
        """The word of this page that the next one, in grey, shows at the same place."""
        same = next((word for word in self.words if word.box.overlap(box) >= AGAIN), None)
        if same is None or grey.shape != self.grey.shape:
            return None
        rows, columns = self.pixels(box)
        difference = cv2.absdiff(grey[rows, columns], self.grey[rows, columns])
        wide = max(3, (rows.stop - rows.start) // 3)
        return same if cv2.blur(difference, (wide, wide)).max() <= UNCHANGED else None

    def cells(self, box: Box) -> np.ndarray:
        """Since and until when what lies in a box is as it is: (steady cells, 2)."""
        rows = slice(*_between(box.top * ROWS, box.bottom * ROWS))
        columns = slice(*_between(box.left * COLUMNS, box.right * COLUMNS))
        cells = self.spans[rows, columns].reshape(-1, 2)
        return cells[np.isfinite(cells[:, 0])].astype(np.float64)

    def even(self, box: Box) -> bool:
        """Whether the ground around a box is much the same everywhere."""
        rows, columns = self.pixels(box)
        margin = max(2, round(0.3 * (rows.stop - rows.start)))
        beside = slice(max(0, columns.start - margin), columns.stop + margin)
        outside = [row for row in (rows.start - margin, rows.stop + margin) if row >= 0]
        rims = [self.grey[row, beside] for row in outside if row < len(self.grey)]
        rim = np.concatenate(rims) if rims else np.array([0, 255])
        return float(np.median(np.abs(rim - np.median(rim)))) <= EVEN

    def pixels(self, box: Box) -> tuple[slice, slice]:
        """The rows and columns of a box."""
        height, width = self.grey.shape
        top, left = int(box.top * height), int(box.left * width)
        bottom = max(top + 1, round(box.bottom * height))
        return slice(top, bottom), slice(left, max(left + 1, round(box.right * width)))


def _between(start: float, end: float) -> tuple[int, int]:
    """The cells from start to end, without those it hardly touches; always one."""
    first = min(int(start + 0.3), int(end))
    return first, max(first + 1, int(np.ceil(end - 0.3)))


def _packed(frame: np.ndarray) -> np.ndarray:
    """A picture as a JPEG, with nothing behind it: (BYTES,) uint8."""
    packed = np.zeros(BYTES, np.uint8)
    for quality in QUALITIES:
        _, data = cv2.imencode(".jpg", frame[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        if data.size <= BYTES:
            packed[: data.size] = data.ravel()
            break
    return packed


def _findings(lines: tuple[Line, ...], seconds: float) -> Findings:
    """The lines, and the share of each second in which any is there."""
    rows = max(1, int(np.ceil(seconds - 1e-6)))
    there = np.zeros((rows, PARTS), bool)
    for line in lines:
        there.reshape(-1)[round(line.start * PARTS) : max(1, round(line.end * PARTS))] = True
    return Findings(curves=(Curve.of("text on screen", "screen", there.mean(axis=1)),), lines=lines)


def unrepeated(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines without what the screen shows of words that a subtitle has at that time, too."""
    lines = tuple(lines)
    said = [line for line in lines if line.source == "subtitles"]

    def repeats(line: Line) -> bool:
        near = [
            letters(each.text)
            for each in said
            if each.start < line.end + NEAR and each.end > line.start - NEAR
        ]
        return _holds("".join(near), letters(line.text))

    return tuple(line for line in lines if line.source != SOURCE or not repeats(line))


@lru_cache(4096)  # asked again whenever more is known
def _holds(said: str, shown: str) -> bool:
    """Whether most of the letters shown are said in that order, some in a row at least."""
    if not said or not shown:
        return False
    matcher = SequenceMatcher(None, shown, said, autojunk=False)
    common = sum(each.size for each in matcher.get_matching_blocks() if each.size >= IN_A_ROW)
    return common >= ALIKE * len(shown)
