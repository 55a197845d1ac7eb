"""story.md: the story to read."""

from summarizer.chart import clock
from summarizer.exports.plain import line
from summarizer.schema import Summary


def story(summary: Summary) -> str:
    """The story as Markdown: the wish, the sentences with their times, the highlights."""
    lines = [f"# {markdown(summary.video.name)}", ""]
    if summary.preference.want.strip():
        lines += [f"> {markdown(summary.preference.want[:300])}", ""]
    lines += [f"- **{clock(each.start)}** {markdown(each.text)}" for each in summary.story]
    if summary.note:
        lines += ["", f"*{markdown(summary.note)}*"]
    if summary.highlights:
        lines += ["", "| from | to | why |", "|---|---|---|"]
    lines += [
        f"| {clock(each.start)} | {clock(each.end)} | {markdown(each.why)} |"
        for each in summary.highlights
    ]
    return "\n".join(lines) + "\n"


def markdown(text: str) -> str:
    """The text on one line, with all that Markdown or HTML would act on made harmless."""
    return "".join(f"\\{each}" if each in r"\`*_{}[]<>()#+!|&~" else each for each in line(text))
