"""The benchmarks, by name. A new one is a module with a Job, and a line here."""

from summarizer.evaluate import frames, mmtrail, phd2, qvhighlights, v2xum, videoxum, wishes, world
from summarizer.evaluate.room import Protocol

PROTOCOLS: dict[str, Protocol] = {
    "tvsum": frames.TVSUM,
    "summe": frames.SUMME,
    "videoxum": videoxum.PROTOCOL,
    "wishes": wishes.PROTOCOL,
    "qvhighlights": qvhighlights.PROTOCOL,
    "phd2": phd2.PROTOCOL,
    "v2xum": v2xum.PROTOCOL,
    "mmtrail": mmtrail.PROTOCOL,
    "world": world.PROTOCOL,
}
