"""What a file is, before anything is made of it."""

import hashlib
from fractions import Fraction
from pathlib import Path

from summarizer.config import GB, MB, Limits
from summarizer.errors import MediaError
from summarizer.files import reason
from summarizer.media.names import plain, shown
from summarizer.media.wire import Message
from summarizer.media.worker import Worker, only
from summarizer.schema import Video

CPU = 300  # seconds of computing that looking at a file may take


def probe(path: Path, limits: Limits) -> Video:
    """The file as a Video; a MediaError says what is wrong with it or which limit it breaks."""
    _admit(path, limits)
    values = described(path, limits)
    seconds = float(values["seconds"])
    if seconds > limits.seconds:
        raise MediaError(
            f"{shown(path)} is {_spell(seconds)} long, but at most {_spell(limits.seconds)} are "
            "taken; cut it into parts"
        )
    width, height = values.get("size", (0, 0))
    return Video(
        name=plain(path),
        sha256=_digest(path),
        seconds=seconds,
        size=(int(width), int(height)),
        rate=Fraction(*values["rate"]),
        rotation=int(values.get("rotation", 0)),
        aspect=Fraction(*values.get("aspect", (1, 1))),
        has_audio=bool(values["has_audio"]),
        subtitles=tuple(values["subtitles"]),
    )


def described(path: Path, limits: Limits) -> dict:
    """All that looking at the file tells, by the names that decoder/describe.py gives it."""
    return only(Worker("describe", path, limits, _values, cpu=CPU))


def _admit(path: Path, limits: Limits) -> None:
    """Refuse what needn't be opened to know that it is no use."""
    try:
        if not path.is_file():
            kind = "is a folder or device, not a file" if path.exists() else "does not exist"
            raise MediaError(f"{shown(path)} {kind}; choose a video or sound file")
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as error:
        raise MediaError(
            f"{shown(path)} can't be read: {reason(error)}; choose another file"
        ) from None
    if not size:
        raise MediaError(f"{shown(path)} is empty (0 bytes); choose another file")
    if size > limits.bytes:
        raise MediaError(
            f"{shown(path)} has {_weigh(size)}, but at most {_weigh(limits.bytes)} are taken; "
            "make it smaller or cut it into parts"
        )


def _values(message: Message) -> dict:
    return message.values


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _weigh(size: int) -> str:
    return f"{size / GB:.3g} GB" if size >= GB else f"{size / MB:.3g} MB"


def _spell(seconds: float) -> str:
    if seconds >= 5400:
        return f"{seconds / 3600:.3g} hours"
    return f"{seconds / 60:.3g} minutes" if seconds >= 90 else f"{seconds:.3g} seconds"
