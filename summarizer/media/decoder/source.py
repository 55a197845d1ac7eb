"""An opened upload: its streams, its zero of time, and its packets and frames until it breaks."""

import os
from collections.abc import Iterator
from pathlib import Path

import av
from av.stream import Discard, Disposition

from summarizer.errors import MediaError
from summarizer.media.formats import OPENING
from summarizer.media.names import shown

THREADS = 8  # at most; each holds pictures of its own
IN_TEXT = ("mov_text", "subrip", "srt", "webvtt", "ass", "ssa", "text")


class Source:
    """A file as a player sees it; closes with `with`."""

    def __init__(self, path: Path):
        self.name = shown(path)
        try:
            self.container = av.open(
                f"file:{path}", options=OPENING, metadata_errors="replace", timeout=None
            )
        except MemoryError:
            raise
        except (av.FFmpegError, ValueError):
            raise MediaError(
                f"{self.name} can't be opened as video or sound: it is something else, or damaged "
                "or cut short; choose another copy, such as an MP4"
            ) from None
        streams = [each for each in self.container.streams if each.codec_context is not None]
        videos = [
            each
            for each in streams
            if each.type == "video" and not each.disposition & Disposition.attached_pic
        ]
        best = self.container.streams.best
        self.picture = _preferred(best("video"), videos)
        self.sound = _preferred(best("audio"), [each for each in streams if each.type == "audio"])
        self.texts = [each for each in streams if each.codec.canonical_name in IN_TEXT]
        self.zero = (self.container.start_time or 0) / av.time_base

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_) -> None:
        self.container.close()

    def seconds(self, stamp: int, stream) -> float:
        """A time stamp of this stream on the time line of the whole, which begins at 0."""
        return float(stamp * stream.time_base) - self.zero

    def time_of(self, frame, stream) -> float | None:
        """When a picture or a piece of sound begins, None where nothing tells."""
        stamp = frame.dts if frame.pts is None else frame.pts
        return None if stamp is None else self.seconds(stamp, stream)

    @property
    def length(self) -> float:
        """Seconds by the header; 0 where it doesn't tell."""
        return max(0, self.container.duration or 0) / av.time_base

    def packets(self, *streams) -> Iterator[av.Packet]:
        """The packets of these streams as far as the file can be read; the others are skipped."""
        for each in self.container.streams:
            each.discard = Discard.default if each in streams else Discard.all
        try:
            for packet in self.container.demux(*streams):
                if packet.size:
                    yield packet
        except MemoryError:
            raise
        except av.FFmpegError:
            return  # a broken end is the end

    def frames(self, stream) -> Iterator:
        """What a stream decodes to, in order; None after a packet that gave nothing (yet)."""
        for packet in self.packets(stream):
            yield from decoded(stream, packet) or (None,)
        yield from decoded(stream, None)

    def seek(self, seconds: float, stream=None) -> bool:
        """Go to a key frame at or before this time; False where the file can't."""
        stamp = seconds + self.zero
        offset = int(stamp / (stream.time_base if stream else 1 / av.time_base))
        try:
            self.container.seek(offset, stream=stream)
        except av.FFmpegError:
            return False
        return True


def decoded(stream, packet: av.Packet | None) -> list:
    """The frames a packet (None: the end) completes; none if it is broken."""
    try:
        return stream.codec_context.decode(packet)
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError):
        return []


def in_threads(stream) -> None:
    """Let a picture stream be decoded on several cores; call before its first packet."""
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = min(THREADS, _cores())


def _cores() -> int:
    """The cores this process may use, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _preferred(best, usable: list):
    """The stream a player would choose, if it is one of the usable; else the first usable."""
    chosen = [each for each in usable if best is not None and each.index == best.index]
    return next(iter(chosen + usable), None)
