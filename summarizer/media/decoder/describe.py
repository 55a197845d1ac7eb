"""The job behind `probe`: what a file is, by what can be decoded rather than by its header."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from summarizer.errors import MediaError
from summarizer.media.decoder.source import Source, decoded
from summarizer.media.decoder.text import track_names
from summarizer.media.decoder.upright import rotation_of
from summarizer.media.wire import PULSE, Message

TRIES = 300  # packets of one stream that may fail before it counts as undecodable
INDEXED = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm")  # formats whose end is found by seeking
TAIL = 10.0  # seconds before the end that are read to know where it is
SLACK = 1.0  # seconds a header may go beyond the packets; the last may not tell its length
SLOWEST, FASTEST = Fraction(1, 3600), 240  # pictures a second that are believed


def describe(path: Path) -> Iterator[Message]:
    """One "file" message; what it holds is read by `probe` and `playable`."""
    with Source(path) as source:
        firsts = {}
        for found in _first_frames(source):
            if found is None:
                yield PULSE
            else:
                firsts.update(found)
    with Source(path) as source:
        picture = firsts.get("video")
        sound = firsts.get("audio")
        if picture is None and sound is None:
            raise MediaError(_nothing(source, firsts.get("encrypted")))
        ends = _Ends(source)
        for _ in ends.reading():
            yield PULSE
        values = {
            "seconds": ends.seconds(),
            "rate": _pair(_rate(source.picture)) if picture else [0, 1],
            "has_audio": sound is not None,
            "subtitles": track_names(source, path),
            "container": source.container.format.name,
            "brand": source.container.metadata.get("major_brand", "").strip(),
            "zero": source.zero,
            "sound_codec": source.sound.codec.canonical_name if sound else "",
        }
        if picture is not None:
            values |= _shape(picture, source.picture)
    yield Message("file", values)


def _first_frames(source: Source) -> Iterator[dict | None]:
    """The first frame of each stream that has one, by type; None while looking."""
    open_ = {each.index: each for each in (source.picture, source.sound) if each is not None}
    failed = dict.fromkeys(open_, 0)
    for packet in source.packets(*open_.values()):
        if not open_:
            return
        yield None
        stream = open_.get(packet.stream_index)
        if stream is None:
            continue
        if packet.has_sidedata("encryption_info"):
            yield {"encrypted": True}
        frames = decoded(stream, packet)
        failed[stream.index] += 1
        if frames:
            yield {stream.type: frames[0]}
        if frames or failed[stream.index] > TRIES:
            del open_[stream.index]
    for stream in open_.values():
        if frames := decoded(stream, None):
            yield {stream.type: frames[0]}


class _Ends:
    """Where the packets of the streams end, and how many pictures there are."""

    def __init__(self, source: Source):
        self.source = source
        self.streams = [each for each in (source.picture, source.sound) if each is not None]
        self._forget()
        self.header = source.length

    def reading(self) -> Iterator[None]:
        """Read the last seconds where that is enough, else everything."""
        if self.source.container.format.name in INDEXED and self.header > 3 * TAIL:
            if self.source.seek(self.header - TAIL):
                yield from self._read()
            if self.last > self.header - TAIL:
                self.pictures = 0  # not all of them
                return
            self.source.seek(0)
        self._forget()
        yield from self._read()

    def _forget(self) -> None:
        self.last = self.end = 0.0  # seconds, where the last packet begins and ends
        self.pictures = 0

    def _read(self) -> Iterator[None]:
        for packet in self.source.packets(*self.streams):
            yield
            stamp = packet.pts if packet.pts is not None else packet.dts
            is_picture = packet.stream is self.source.picture
            self.pictures += is_picture
            if stamp is None or packet.is_discard:
                continue
            length = float((packet.duration or 0) * packet.stream.time_base)
            if not length and is_picture:
                length = float(1 / _rate(packet.stream))
            start = self.source.seconds(stamp, packet.stream)
            self.last, self.end = max(self.last, start), max(self.end, start + length)

    def seconds(self) -> float:
        """The length of the time line; the header's own word where the packets bear it out."""
        if self.header and self.last <= self.header <= self.end + SLACK:
            return self.header
        if self.pictures:  # for those without time stamps
            return max(self.end, float(self.pictures / _rate(self.source.picture)))
        return self.end


def _rate(stream) -> Fraction:
    """Pictures a second on average."""
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if _sane(rate):
            return Fraction(rate)
    return Fraction(25)


def _sane(rate) -> bool:
    return rate is not None and SLOWEST <= rate <= FASTEST


def _shape(frame, stream) -> dict:
    """How a picture is to be shown."""
    aspect = stream.sample_aspect_ratio or Fraction(1)
    if not Fraction(1, 10) <= aspect <= 10:
        aspect = Fraction(1)
    rotation = rotation_of(frame)
    width, height = max(1, round(frame.width * aspect)), frame.height
    return {
        "size": [height, width] if rotation in (90, 270) else [width, height],
        "rotation": rotation,
        "aspect": _pair(aspect),
        "picture_codec": stream.codec.canonical_name,
        "pixels": frame.format.name,
    }


def _nothing(source: Source, encrypted: bool | None) -> str:
    if encrypted:
        return f"{source.name} is encrypted; choose a copy without copy protection"
    codecs = {each.codec.canonical_name for each in (source.picture, source.sound) if each}
    if not codecs:
        return f"{source.name} holds neither pictures nor sound that can be decoded; choose another"
    return (
        f"none of {source.name} can be decoded, though it says to hold "
        f"{' and '.join(sorted(codecs))}; it may be damaged or cut short, choose another copy"
    )


def _pair(fraction: Fraction) -> list[int]:
    return [fraction.numerator, fraction.denominator]
