"""Render: from the chosen highlights to a reel to watch."""

from collections.abc import Iterator
from pathlib import Path

from summarizer.config import Limits
from summarizer.errors import PreferenceError
from summarizer.media.reel import Crop, reel
from summarizer.schema import Summary, Video


def render(
    summary: Summary, source: Path, target: Path, limits: Limits, crop: Crop | None = None
) -> Iterator[float]:
    """Write the highlights, in order of time, to target; the share done, and closing it stops."""
    if not summary.highlights:
        raise PreferenceError(
            "there are no highlights to make a reel of; "
            "wish for something else or fill the length with other highlights"
        )
    spans = sorted((highlight.start, highlight.end) for highlight in summary.highlights)
    return reel(source, summary.video, spans, target, limits, crop)


def suffix(video: Video) -> str:
    """What the name of this video's reel ends in."""
    return ".mp4" if video.has_picture else ".m4a"
