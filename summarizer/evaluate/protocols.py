"""The benchmarks, by name. A new one is a module with a Job, and a line here."""

from summarizer.evaluate import qvhighlights
from summarizer.evaluate.room import Protocol

PROTOCOLS: dict[str, Protocol] = {
    "qvhighlights": qvhighlights.PROTOCOL,
}
