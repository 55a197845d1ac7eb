"""A folder of somebody's own clips: an example for each video or sound in it, by its name."""

from collections.abc import Iterator
from pathlib import Path

from summarizer.data.entries import MEDIA, Skipped, home
from summarizer.data.manifest import Example
from summarizer.errors import SummarizerError


def read(place: Path, skipped: Skipped | None = None) -> Iterator[Example]:
    """The clips of the folder and those below it, in order of their paths."""
    top = home(place)
    if not top.is_dir():
        raise SummarizerError(f"{top} is no folder; name the one your clips are in")
    found = sorted(
        path
        for path in top.rglob("*")
        if path.suffix.lower() in MEDIA and path.is_file() and ".parts" not in path.parts
    )
    if not found:
        raise SummarizerError(
            f"{top} holds no clips; a clip comes as a file that ends in {', '.join(MEDIA)}"
        )
    for path in found:
        inside = path.relative_to(top).as_posix()
        yield Example(id=inside, video=inside, source="clips")
