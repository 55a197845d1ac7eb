"""highlights.edl: an edit decision list (CMX 3600), the one that every editing program reads.

The reel begins at 01:00:00:00, as is the custom, and each highlight follows the one before it
without a gap. The source counts from 00:00:00:00; its reel is AX, a file rather than a tape, and
its name stands in a comment, by which editing programs find it.
"""

import unicodedata
from collections.abc import Iterator

from summarizer.errors import OutputError
from summarizer.exports.plain import brief, name
from summarizer.exports.timeline import Cut, Timeline
from summarizer.schema import Summary, Video

MOST = 999  # events: their numbers have three digits
TITLE = 70  # characters
REMARK = 120


def edl(summary: Summary) -> str:
    timeline = Timeline(summary).filled()
    channels = _channels(summary.video)
    if (events := len(timeline.cuts) * len(channels)) > MOST:
        raise OutputError(
            f"an EDL holds {MOST} events and this reel has {events}; "
            "shorten the reel or take the OpenTimelineIO file"
        )
    counting = "DROP FRAME" if timeline.clock.dropped else "NON-DROP FRAME"
    lines = [f"TITLE: {_title(summary)}", f"FCM: {counting}", ""]
    number = 0
    for cut in timeline.cuts:
        for channel in channels:
            number += 1
            lines += _event(timeline, cut, number, channel)
    return "\r\n".join([*lines, ""])


def _event(timeline: Timeline, cut: Cut, number: int, channel: str) -> Iterator[str]:
    """The line of a straight cut, and remarks for people and programs."""
    clock, video = timeline.clock, timeline.summary.video
    record = clock.hour + cut.at
    edges = (cut.start, cut.end, record, record + cut.frames)
    labels = " ".join(clock.label(frame) for frame in edges)
    yield f"{number:03}  AX       {channel:<5} C        {labels}"
    yield f"* FROM CLIP NAME: {name(video)}"
    if number == 1:
        yield f"* FRAME RATE: {clock.name}"
    if cut.highlight.why and channel != "AA":
        yield f"* WHY: {brief(cut.highlight.why, REMARK)}"
    yield ""


def _channels(video: Video) -> tuple[str, ...]:
    """Picture, and both channels of the sound."""
    return ("V",) * video.has_picture + ("AA",) * video.has_audio


def _title(summary: Summary) -> str:
    """In plain ASCII, as the format asks."""
    parts = unicodedata.normalize("NFKD", f"Highlights of {name(summary.video)}")
    return brief(parts.encode("ascii", "ignore").decode(), TITLE).replace("…", "")
