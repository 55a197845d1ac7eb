"""What is to be summarized: files, folders, globs, addresses, manifests become a list of items."""

import glob
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath

from summarizer.errors import SummarizerError
from summarizer.files import reason

# what is taken of a folder; a file that is named itself is always tried
SUFFIXES = (
    *(".3g2", ".3gp", ".asf", ".avi", ".flv", ".gif", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4"),
    *(".mpeg", ".mpg", ".mts", ".mxf", ".ogv", ".ts", ".webm", ".wmv"),
    *(".aac", ".aif", ".aiff", ".flac", ".m4a", ".mka", ".mp3", ".oga", ".ogg", ".opus", ".wav"),
    ".wma",
)
WILD = re.compile(r"[*?\[]")
LINE = 1 << 20  # bytes of a line of a manifest, at most
NAME = 40  # characters of a video's name in that of its folder
EXTRA = 'pip install ".[cloud]"'


@dataclass(frozen=True)
class Item:
    """A video and what is wanted of it."""

    source: str  # a whole path, or an address that fsspec knows
    want: str

    @cached_property
    def task(self) -> str:
        """Its name in the results: the same whenever the same is asked of the same video."""
        stem = re.sub(r"[^\w.-]+", "-", PurePosixPath(self.source).stem).strip("-.")[:NAME]
        digest = sha256(f"{self.source}\0{self.want}".encode(errors="surrogateescape"))
        return f"{stem or 'video'}-{digest.hexdigest()[:12]}"


def items(inputs: Iterable[str], want: str) -> tuple[Item, ...]:
    """Every video once, in the order given; `want` is for those that come without a wish."""
    found: dict[str, Item] = {}
    for each in inputs:
        for item in _manifest(Path(each), want) if each.endswith(".jsonl") else _all(each, want):
            found.setdefault(item.task, item)
    if not found:
        raise SummarizerError("no video is in what was given; name a file, or a folder with some")
    return tuple(found.values())


def is_address(source: str) -> bool:
    """Whether it is an address, and not a path of this machine."""
    return "://" in source


def _all(given: str, want: str) -> Iterator[Item]:
    for source in _addresses(given) if is_address(given) else _paths(given):
        yield Item(source, want)


def _paths(given: str) -> list[str]:
    """The files meant; one that isn't there stays, so that its record can say so."""
    path = Path(given)
    if path.is_dir():
        return _media(str(each.absolute()) for each in path.rglob("*") if each.is_file())
    if WILD.search(given) and not path.exists():
        found = (Path(each) for each in glob.iglob(given, recursive=True))  # noqa: PTH207
        return _some(sorted(str(each.absolute()) for each in found if each.is_file()), given)
    return [str(path.absolute())]


def _addresses(given: str) -> list[str]:
    """The addresses meant, by asking whoever keeps them."""
    from fsspec.core import url_to_fs

    try:
        system, path = url_to_fs(given)
        if WILD.search(given):
            return _some(sorted(map(system.unstrip_protocol, system.glob(path))), given)
        if system.isdir(path):
            return _media(map(system.unstrip_protocol, system.find(path)))
    except ImportError as error:
        raise SummarizerError(f"{_plain(given)} needs another package: {EXTRA} ({error})") from None
    except SummarizerError:
        raise
    except Exception as error:  # each store has errors of its own
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise SummarizerError(f"{_plain(given)} can't be listed: {said}") from None
    return [given]


def _media(names: Iterable[str]) -> list[str]:
    """Those that look like videos or sounds, without hidden ones."""
    paths = ((name, PurePosixPath(name)) for name in names)
    return sorted(
        name
        for name, path in paths
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    )


def _some(found: list[str], given: str) -> list[str]:
    if not found:
        raise SummarizerError(f"nothing fits {_plain(given)}; try it with ls")
    return found


def _manifest(path: Path, want: str) -> Iterator[Item]:
    """The lines {"video": ..., "want": ...}; a path in them begins at the manifest's folder."""
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LINE + 1):
                number += 1
                if line.strip():
                    yield _entry(line, f"line {number} of {path.name}", path.parent, want)
    except OSError as error:
        raise SummarizerError(f"the manifest {path.name} can't be read: {reason(error)}") from None


def _entry(line: bytes, where: str, folder: Path, want: str) -> Item:
    form = f'{where} is not of the form {{"video": "match.mp4", "want": "the goals"}}'
    if len(line) > LINE:
        raise SummarizerError(f"{where} is longer than {LINE} bytes")
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        raise SummarizerError(form) from None
    if not isinstance(entry, dict) or entry.keys() - {"video", "want"}:
        raise SummarizerError(form)
    video, wish = entry.get("video"), entry.get("want", want)
    if not isinstance(video, str) or not video or not isinstance(wish, str) or "\0" in video:
        raise SummarizerError(form)
    return Item(video if is_address(video) else str((folder / video).absolute()), wish)


def _plain(given: str) -> str:
    """An input as it may be told: without what would steer a terminal, and not too long."""
    return repr(given[:200])
