"""The highlights in whole frames, and time code: frames counted as editing programs do."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from summarizer.errors import OutputError
from summarizer.schema import Highlight, Summary, Video

NTSC = Fraction(1000, 1001)
STANDARD = tuple(map(Fraction, (24 * NTSC, 24, 25, 30 * NTSC, 30, 50, 60 * NTSC, 60)))
NEAR = Fraction(1, 500)  # how far an average may be off a standard rate, as a share of it
UNSTEADY = Fraction(30), Fraction(60)  # for rates that are none: what editing programs make of them
SOUND = Fraction(25)  # of a video that is only heard


@dataclass(frozen=True)
class Clock:
    """Time code at one standard rate; drop-frame where that is the custom, 29.97 and 59.94."""

    rate: Fraction  # frames a second

    @staticmethod
    def of(video: Video) -> "Clock":
        return Clock(standard(video.rate) if video.has_picture else SOUND)

    @property
    def nominal(self) -> int:
        """Frames a time code second counts: 24 at 23.976."""
        return round(self.rate)

    @property
    def dropped(self) -> int:
        """Labels left out each minute but the tenth, so that time code keeps up with the clock."""
        return self.nominal // 15 if self.rate in (30 * NTSC, 60 * NTSC) else 0

    @property
    def name(self) -> str:
        """'29.97 drop-frame', '25'."""
        return f"{float(self.rate):.5g}{' drop-frame' if self.dropped else ''}"

    @property
    def hour(self) -> int:
        """The frame labelled 01:00:00:00."""
        return 3600 * self.nominal - 54 * self.dropped

    def frame(self, seconds: float) -> int:
        """The frame that begins nearest to this moment."""
        return round(Fraction(seconds) * self.rate)

    def label(self, frame: int) -> str:
        """The frame's time code: 1800 is 00:01:00:00 at 30, 00:01:00;02 at 29.97."""
        tens, rest = divmod(frame, 600 * self.nominal - 9 * self.dropped)
        # the first minute of ten is whole, each of the others begins with the labels left out
        late = max(0, rest - self.dropped) // (60 * self.nominal - self.dropped)
        frame += self.dropped * (9 * tens + late)
        seconds, frames = divmod(frame, self.nominal)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        return f"{hour % 24:02}:{minute:02}:{second:02}{';' if self.dropped else ':'}{frames:02}"


def standard(rate: Fraction) -> Fraction:
    """The standard rate for a video of this average rate: its own, a multiple or a part of it.

    A variable rate is none of these; editing programs conform such a video to 30 or 60.
    """
    for times in (1, 2, 3, 4, Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)):
        nearest = min(STANDARD, key=lambda each: abs(each - rate * times))
        if abs(nearest - rate * times) <= nearest * NEAR:
            return nearest
    return UNSTEADY[rate > 31]


@dataclass(frozen=True)
class Cut:
    """A highlight in frames: where it lies in the video, and where in the reel."""

    highlight: Highlight
    start: int  # first frame in the video
    frames: int
    at: int  # first frame in the reel

    @property
    def end(self) -> int:
        return self.start + self.frames


@dataclass(frozen=True)
class Timeline:
    """The highlights one after the other, each at least a frame, none past the video's end."""

    summary: Summary

    @cached_property
    def clock(self) -> Clock:
        return Clock.of(self.summary.video)

    @cached_property
    def frames(self) -> int:
        """How many the video has, at the clock's rate."""
        return max(1, self.clock.frame(self.summary.video.seconds))

    @cached_property
    def cuts(self) -> tuple[Cut, ...]:
        cuts: list[Cut] = []
        for each in sorted(self.summary.highlights, key=lambda each: each.start):
            start = min(max(0, self.clock.frame(each.start)), self.frames - 1)
            end = min(max(start + 1, self.clock.frame(each.end)), self.frames)
            at = cuts[-1].at + cuts[-1].frames if cuts else 0
            cuts.append(Cut(each, start, end - start, at))
        return tuple(cuts)

    def filled(self) -> "Timeline":
        """Itself; an edit of nothing is an error with a way out."""
        if not self.cuts:
            raise OutputError(
                "there are no highlights to put on a timeline; "
                "wish for something else or fill the length with other highlights"
            )
        return self
