"""highlights.csv: a row for each highlight."""

import csv
from io import StringIO

from summarizer.exports.plain import line
from summarizer.exports.timeline import Timeline
from summarizer.schema import Summary

COLUMNS = (
    *("number", "start", "end", "seconds", "score", "why"),
    *("start timecode", "end timecode"),
)
FORMULA = tuple("=+-@")  # what makes a spreadsheet calculate a cell


def table(summary: Summary) -> str:
    """Seconds and scores as numbers, the why as text that no spreadsheet takes for a formula."""
    timeline, text = Timeline(summary), StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for number, cut in enumerate(timeline.cuts, 1):
        each = cut.highlight
        numbers = (f"{value:.3f}" for value in (each.start, each.end, each.seconds, each.score))
        labels = (timeline.clock.label(frame) for frame in (cut.start, cut.end))
        writer.writerow([number, *numbers, cell(each.why), *labels])
    return text.getvalue()


def cell(text: str) -> str:
    """The text on one line; what would be a formula begins with an apostrophe."""
    plain = line(text)
    return f"'{plain}" if plain.startswith(FORMULA) else plain
