"""Text from strangers, made harmless for a line of a file or of a terminal."""

from textwrap import shorten

from summarizer.schema import Video

LONGEST = 200  # characters of a name


def printable(text: object) -> str:
    """The text without characters that would steer a terminal."""
    return "".join(each if each.isprintable() else "?" for each in str(text))


def line(text: str) -> str:
    """The text on one line, without line breaks, tabs or anything else that is not printed."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def brief(text: str, longest: int) -> str:
    """The text on one line of at most so many characters, cut between words if possible."""
    whole = line(text)
    if len(whole) <= longest:
        return whole
    cut = shorten(whole, longest, placeholder="…")
    return cut if len(cut) > longest // 2 else f"{whole[: longest - 1]}…"


def unmarked(text: str) -> str:
    """The text with the signs of mark-up (HTML, subtitles) replaced by others that look alike."""
    return line(text).translate(str.maketrans("<>{}\\", "‹›()∕"))


def name(video: Video) -> str:
    """The file name of the video: never a path, whatever the summary claims, never empty."""
    last = line(video.name).replace("\\", "/").rpartition("/")[2]
    return "video" if last in ("", ".", "..") else last[-LONGEST:]
