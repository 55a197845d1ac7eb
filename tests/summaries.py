"""Hand-made summaries to export: any rate, length, story, and names nobody picks."""

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st

from summarizer.schema import (
    Answer,
    Curve,
    Highlight,
    Preference,
    Saliency,
    Sentence,
    Summary,
    Video,
)

HOSTILE = (
    "-- two\nlines, \"quotes\" & 'more'.mp4",
    '=HYPERLINK("http://evil.example","x").mp4',
    "<b>bold</b> {\\an8} --> \\N 🎬 ペンギン.mp4",
    "../../etc/passwd",
    "C:\\films\\clip.mov",
    "001  AX       V     C        00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00",
    "a#b?c%20d e:f.mkv",
    "\u202egnp.exe",
    "x" * 400 + ".mp4",
    "",
)
NTSC = Fraction(1000, 1001)


def summary(
    seconds: float = 60.0,
    highlights: Sequence[tuple[float, float]] = ((3.0, 8.0), (20.2, 24.7), (51.0, 60.0)),
    story: Sequence[tuple[float, float, str]] = (),
    *,
    rate: Fraction = Fraction(25),
    name: str = "match.mp4",
    why: str = "music and loud moments",
    silent: bool = False,
    blind: bool = False,
) -> Summary:
    size, rate = ((0, 0), Fraction(0)) if blind else ((1280, 720), Fraction(rate))
    video = Video(name, "ab" * 32, seconds, size, rate, 0, Fraction(1), not silent)
    curve = Curve("loudness", "loudness", video.rows * (0.5,))
    return Summary(
        video,
        Preference(want="the goals"),
        Answer("open"),
        Saliency((curve,), (1.0,)),
        tuple(Highlight(start, end, 0.5, why) for start, end in highlights),
        tuple(Sentence(start, end, text, ()) for start, end, text in story),
    )


rates = st.one_of(
    st.sampled_from([24 * NTSC, 24, 25, 30 * NTSC, 30, 50, 60 * NTSC, 60, 120, 15, 10, 1]),
    st.fractions(Fraction(1, 2), 240, max_denominator=100_000),
).map(Fraction)


@st.composite
def spans(draw, seconds: float) -> list[tuple[float, float]]:
    """Stretches of a video in order of time, none over another."""
    moments = draw(
        st.lists(st.floats(0, seconds), min_size=2, max_size=24, unique=True).map(sorted)
    )
    return list(zip(moments[::2], moments[1::2], strict=False))


@st.composite
def summaries(draw) -> Summary:
    """Summaries of videos of any rate and length."""
    seconds = draw(st.floats(0.05, 10_800))
    return summary(seconds, draw(spans(seconds)), rate=draw(rates), silent=draw(st.booleans()))
