"""What is said, as far as a recogniser can be believed; "speech, not recognised" elsewhere."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Encoded, Findings, Line, Sound, Track, Video

if TYPE_CHECKING:
    from summarizer.models.recogniser import Heard, Recogniser
    from summarizer.models.spoken import Word

SOURCE = "speech-to-text"
UNKNOWN = "Speech, not recognised."
WINDOWS = 16  # of 32 ms, in a sample: half a second
SCALE = 32767  # of samples and probabilities
LONGEST, SHORTEST = 15.0, 8.0  # seconds; speech without a pause is divided between these
BESIDE = 8  # windows heard before and after speech, so that no word lacks its edge
AROUND = 10.0  # seconds of speech on either side that tell whether it can be believed
APART = 2.0  # seconds between two stretches of speech that are not one
KNOWN = 0.5  # share of certain words from which a sentence is more than guessing


class Recognition:
    """The words of somebody who talks, as lines, and the track "heard".

    A row of "heard" is how likely the word that begins at its time is the right one. A sentence has
    the mean of its words as its confidence; words that are uncertain are left out of it.
    """

    name: ClassVar[str] = "recognition"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = ()
    spared_by: ClassVar[str] = "subtitles"
    shape: ClassVar[tuple[int, ...]] = (WINDOWS * 512 + WINDOWS,)  # sound, then probabilities
    kind: ClassVar[str] = "int16"
    most: ClassVar[int] = 10_000  # rows: speech for an hour and 25 minutes

    def __init__(self, video: Video):
        self.listener = None
        self.start = 0.0  # of what is not yet sampled
        self.samples = np.zeros(0, np.float32)
        self.voice = np.zeros(0, np.float32)
        self.talked = False  # in the row before

    @property
    def identity(self) -> str:
        """Which recogniser would be used."""
        from summarizer.models.recogniser import recogniser_here

        return recogniser_here()

    def sample(self, material: Sound) -> Iterable[tuple[float, np.ndarray]]:
        from summarizer.models.speech import Listener

        if self.listener is None:
            self.start, self.listener = material.start, Listener()
        return self._rows(self.listener.take(material.samples), last=False)

    def rest(self) -> Iterable[tuple[float, np.ndarray]]:
        return self._rows(self.listener.rest(), last=True) if self.listener else ()

    def _rows(
        self, judged: Iterable[tuple[np.ndarray, np.ndarray]], last: bool
    ) -> Iterator[tuple[float, np.ndarray]]:
        """The half seconds with speech in them or beside them; judged once the next is known."""
        from summarizer.models.speech import GOES_ON, RATE, WINDOW

        for samples, voice in judged:
            self.samples = np.concatenate([self.samples, samples])
            self.voice = np.concatenate([self.voice, voice])
        lack = -len(self.voice) % WINDOWS if last else 0
        voice = np.pad(self.voice, (0, lack))
        samples = np.pad(self.samples, (0, lack * WINDOW))
        count = len(voice) // WINDOWS
        voice = voice[: count * WINDOWS].reshape(count, WINDOWS)
        talks = [self.talked, *(voice >= GOES_ON).any(axis=1), False]
        done = count if last else max(0, count - 1)
        for row in range(done):
            if any(talks[row : row + 3]):
                sound = samples[row * WINDOWS * WINDOW :][: WINDOWS * WINDOW]
                both = np.concatenate([np.clip(sound, -1, 1), voice[row]]) * SCALE
                yield self.start + row * WINDOWS * WINDOW / RATE, both.astype(np.int16)
        self.talked = bool(talks[done])
        self.start += done * WINDOWS * WINDOW / RATE
        self.samples = samples[done * WINDOWS * WINDOW :]
        self.voice = self.voice[done * WINDOWS :]

    @staticmethod
    def encode(times: np.ndarray, rows: np.ndarray, seconds: float) -> Iterator[Encoded]:
        from summarizer.models.recogniser import load_recogniser

        recogniser = load_recogniser()
        pieces = list(_pieces(times, rows))
        heard: list[Heard] = []
        for number, (start, end) in enumerate(pieces, 1):
            heard.append(recogniser.hear(_sound(times, rows, start, end)))
            findings = _findings(recogniser, pieces[:number], heard)
            yield Encoded(number / len(pieces), findings)
        if not pieces:
            yield Encoded(1.0, _findings(recogniser, [], []))


def _pieces(times: np.ndarray, rows: np.ndarray) -> Iterator[tuple[float, float]]:
    """Where somebody talks, in seconds, in pieces that a recogniser takes at once."""
    from summarizer.models.speech import RATE, WINDOW, talking

    step = WINDOW / RATE
    for first, end in _runs(times, WINDOWS * step):
        voice = rows[first:end, -WINDOWS:].reshape(-1).astype(np.float32) / SCALE
        talks = talking(voice, step).astype(np.int8)
        edges = np.flatnonzero(np.diff(talks, prepend=0, append=0)).reshape(-1, 2)
        for begins, ends in edges:
            begins, ends = max(0, begins - BESIDE), min(len(voice), ends + BESIDE)
            for one, other in _divided(voice, int(begins), int(ends), step):
                yield float(times[first] + one * step), float(times[first] + other * step)


def _runs(times: np.ndarray, step: float) -> Iterator[tuple[int, int]]:
    """The rows that follow each other without a gap."""
    gaps = np.flatnonzero(np.diff(times) > 1.5 * step) + 1
    edges = [0, *gaps.tolist(), len(times)]
    yield from pairwise(edges)


def _divided(voice: np.ndarray, begins: int, ends: int, step: float) -> Iterator[tuple[int, int]]:
    """A stretch of windows in pieces of at most LONGEST, cut where the voice is weakest."""
    while (ends - begins) * step > LONGEST:
        early, late = begins + int(SHORTEST / step), begins + int(LONGEST / step)
        smooth = np.convolve(voice[early:late], np.ones(5) / 5, "same")
        cut = early + int(np.argmin(smooth[2:-2])) + 2
        yield begins, cut
        begins = cut
    yield begins, ends


def _sound(times: np.ndarray, rows: np.ndarray, start: float, end: float) -> np.ndarray:
    from summarizer.models.speech import RATE, WINDOW

    length = WINDOWS * WINDOW
    first = int(np.searchsorted(times, start + 1e-6, "right")) - 1
    last = int(np.searchsorted(times, end - 1e-6, "left"))
    samples = np.asarray(rows[first:last, :length]).reshape(-1)
    begins = round((start - float(times[first])) * RATE)
    return samples[begins : begins + round((end - start) * RATE)]


def _findings(
    recogniser: "Recogniser", pieces: Sequence[tuple[float, float]], heard: Sequence["Heard"]
) -> Findings:
    """The lines of what was heard so far, and how sure each word is."""
    lines: list[Line] = []
    for number, (start, end) in enumerate(pieces):
        if recogniser.believes(_around(number, heard)):
            lines += _said(start, heard[number].words)
        elif heard[number].words:
            lines.append(_unknown(start, end))
    words = [
        (start + word.start, word.probability)
        for (start, _), each in zip(pieces, heard, strict=True)
        for word in each.words
    ]
    table = np.array(words, np.float64).reshape(-1, 2)
    track = Track("heard", table[:, 0], table[:, 1:].astype(np.float16), recogniser.made_by)
    return Findings(lines=tuple(_joined(lines)), tracks=(track,))


def _around(number: int, heard: Sequence["Heard"]) -> list["Heard"]:
    """This piece and those before and after it, up to AROUND seconds of speech on either side."""
    near = [heard[number]]
    for others in (reversed(heard[:number]), heard[number + 1 :]):
        left = AROUND
        for each in others:
            if left <= 0:
                break
            near.append(each)
            left -= each.seconds
    return near


def _said(start: float, words: Sequence["Word"]) -> Iterator[Line]:
    """A line a sentence; one that would be guessing is speech and no more."""
    from summarizer.models.spoken import CERTAIN, clean, readable, sentences

    for sentence in sentences(clean(words)):
        begins, ends = start + sentence[0].start, start + sentence[-1].end
        certain = [word.probability >= CERTAIN for word in sentence]
        if sum(certain) >= KNOWN * len(certain):
            sure = sum(word.probability for word in sentence) / len(sentence)
            yield Line(begins, ends, readable(sentence), SOURCE, round(sure, 3))
        else:
            yield _unknown(begins, ends)


def _unknown(start: float, end: float) -> Line:
    return Line(start, end, UNKNOWN, Recognition.name)


def _joined(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines, those of unknown speech close to each other as one."""
    last: Line | None = None
    for line in lines:
        if last and last.text == line.text == UNKNOWN and line.start - last.end <= APART:
            last = _unknown(last.start, line.end)
            continue
        if last:
            yield last
        last = line
    if last:
        yield last
