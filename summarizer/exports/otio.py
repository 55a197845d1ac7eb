"""highlights.otio: the reel as an OpenTimelineIO timeline, written without its library."""

import json
from urllib.parse import quote

from summarizer.exports.plain import line, name
from summarizer.exports.timeline import Cut, Timeline
from summarizer.schema import Summary


def otio(summary: Summary) -> str:
    """A track for the picture and one for the sound, cut alike from one file, known by name."""
    timeline, video = Timeline(summary).filled(), summary.video
    kinds = ("Video",) * video.has_picture + ("Audio",) * video.has_audio
    tracks = [
        _thing("Track.1", kind, kind=kind, children=[_clip(timeline, cut) for cut in timeline.cuts])
        for kind in kinds
    ]
    stack = _thing("Stack.1", "tracks", children=tracks)
    written = {
        "OTIO_SCHEMA": "Timeline.1",
        "name": f"Highlights of {name(video)}",
        "metadata": {"watch_and_listen": {"want": line(summary.preference.want)}},
        "global_start_time": None,
        "tracks": stack,
    }
    return json.dumps(written, indent=1, ensure_ascii=False) + "\n"


def _clip(timeline: Timeline, cut: Cut) -> dict:
    """A highlight; why it was chosen is a marker on it."""
    file = name(timeline.summary.video)
    reference = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "name": file,
        "metadata": {},
        "available_range": _range(timeline, 0, timeline.frames),
        "available_image_bounds": None,
        "target_url": quote(file),
    }
    why = {
        "OTIO_SCHEMA": "Marker.2",
        "name": line(cut.highlight.why),
        "metadata": {},
        "color": "YELLOW",
        "comment": line(cut.highlight.why),
        "marked_range": _range(timeline, cut.start, cut.frames),
    }
    return _thing(
        "Clip.2",
        file,
        source_range=_range(timeline, cut.start, cut.frames),
        markers=[why],
        metadata={"watch_and_listen": {"score": cut.highlight.score}},
        media_references={"DEFAULT_MEDIA": reference},
        active_media_reference_key="DEFAULT_MEDIA",
    )


def _thing(schema: str, name: str, **own) -> dict:
    """What all things on a timeline have, and what this one has of its own."""
    common = {"metadata": {}, "source_range": None, "effects": [], "markers": [], "enabled": True}
    return {"OTIO_SCHEMA": schema, "name": name, **common, **own}


def _range(timeline: Timeline, start: int, frames: int) -> dict:
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": _time(timeline, start),
        "duration": _time(timeline, frames),
    }


def _time(timeline: Timeline, frame: int) -> dict:
    """Whole frames at the true rate: 30000/1001, not 29.97."""
    rate = float(timeline.clock.rate)
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": float(frame)}
