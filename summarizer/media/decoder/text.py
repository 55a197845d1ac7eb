"""The job behind `text_lines`, and the names of the text tracks inside and beside a file."""

import re
from collections.abc import Iterator
from pathlib import Path

import av

from summarizer.media.cues import LONGEST, MOST, Cue, decode, parse, plain, tidy
from summarizer.media.decoder.source import Source
from summarizer.media.names import plain as plain_name
from summarizer.media.wire import PULSE, Message

SIDECAR_BYTES = 4 << 20  # what of a file beside is read
LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?")
BATCH = 1000  # lines in a message
FORCED = av.stream.Disposition.forced  # only what is said in another tongue


def lines(path: Path, seconds: float) -> Iterator[Message]:
    """What is said by the file beside it that fits best, else by the best track inside."""
    cues = next(filter(None, (tidy(_beside(each), seconds) for each in sidecars(path))), None)
    if cues is None:
        with Source(path) as source:
            found = []
            for cue in _inside(source):
                if cue is None:
                    yield PULSE
                elif len(found) < MOST:
                    found.append(cue)
        cues = tidy(found, seconds)
    for first in range(0, len(cues), BATCH):
        rows = [[cue.start, cue.end, cue.text[:LONGEST]] for cue in cues[first : first + BATCH]]
        yield Message("lines", {"rows": rows})


def track_names(source: Source, path: Path) -> list[str]:
    """A name for each text: those of the files beside, and the languages or titles inside."""
    beside = [plain_name(each) for each in sidecars(path)]
    inside = (_called(each) or f"track {n}" for n, each in enumerate(source.texts, 1))
    return beside + list(inside)


def _called(track) -> str:
    language = "" if track.language == "und" else track.language
    return " ".join(plain([language or track.metadata.get("title", "")]))[:40]


def sidecars(path: Path) -> list[Path]:
    """The subtitle files beside it: match.srt, then match.en.srt, then other languages."""
    found = []
    try:
        for each in path.parent.iterdir():
            language = each.name[len(path.stem) + 1 : -4]
            if (
                each.suffix.lower() in (".srt", ".vtt")
                and each.name.startswith(f"{path.stem}.")
                and (not language or LANGUAGE.fullmatch(language))
                and each.is_file()
            ):
                english = language.lower().startswith("en")
                found.append((bool(language) and 2 - english, each.name, each))
    except OSError:
        pass  # a folder that can't be listed has nothing to offer
    return [each for *_, each in sorted(found)]


def _beside(path: Path) -> Iterator[Cue]:
    try:
        with path.open("rb") as file:
            yield from parse(decode(file.read(SIDECAR_BYTES)))
    except OSError:
        return  # as good as not there


def _inside(source: Source) -> Iterator[Cue | None]:
    """The cues of the best text track; None while reading."""
    if not source.texts:
        return
    track = min(source.texts, key=_rank)
    for packet in source.packets(track):
        yield None
        if packet.pts is None:
            continue
        start = source.seconds(packet.pts, track)
        shown = float((packet.duration or 0) * track.time_base)
        try:
            subtitles = track.codec_context.decode2(packet)
        except (av.FFmpegError, ValueError):
            continue
        for rect in subtitles or ():
            if said := _said(rect):
                end = start + (shown or subtitles.end_display_time / 1000)
                yield Cue(start, end, said)


def _said(rect) -> tuple[str, ...]:
    text = getattr(rect, "ass", b"").decode("utf-8", "replace")
    return plain([text.split(",", 8)[-1]])  # behind the eight fields of an event


def _rank(track) -> tuple:
    """The default track in English first, tracks with only a few foreign words last."""
    english = (track.language or "").lower().startswith("en")
    default = track.disposition & av.stream.Disposition.default
    return bool(track.disposition & FORCED), not english, not default, track.index
