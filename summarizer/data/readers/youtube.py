"""Where videos are that a data set names by their YouTube id."""

import re

from summarizer.data.manifest import Malformed

ID = re.compile(r"[A-Za-z0-9_-]{11}")


def address(name: str) -> str:
    """The address of the video with this id."""
    if not ID.fullmatch(name):
        raise Malformed(f"{name[:40]!r} is not the id of a video at YouTube (11 letters)")
    return f"https://www.youtube.com/watch?v={name}"
