"""What is said, as far as text tracks and files beside the video tell."""

from pathlib import Path

from summarizer.config import Limits
from summarizer.media.wire import Message
from summarizer.media.worker import Worker, patience
from summarizer.schema import Line, Video


def text_lines(path: Path, video: Video, limits: Limits) -> tuple[Line, ...]:
    """The lines of match.srt, match.vtt or match.en.srt beside match.mp4, else of a track inside.

    In order, without tags, within the video, none over another; none at all where there is no text.
    """
    if not video.subtitles:
        return ()
    worker = Worker("lines", path, limits, _lines, cpu=patience(video), seconds=video.seconds)
    return tuple(line for lines in worker for line in lines)


def _lines(message: Message) -> list[Line]:
    return [
        Line(float(start), float(end), str(text), "subtitles")
        for start, end, text in message.values["rows"]
    ]
