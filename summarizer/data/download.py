"""A file from an address to here: bounded, patient within limits, going on where it broke off."""

import json
import time
import zipfile
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from http.client import HTTPException, HTTPResponse
from itertools import count, islice
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from summarizer.data.sources import HUB, File, Source
from summarizer.errors import SummarizerError
from summarizer.files import whole

AGENT = "watch-and-listen (a reader of data sets)"
PATIENCE = 30.0  # seconds without a byte
TRIES = 4
PAUSE = 1.0  # seconds before the second try, doubled before each further one
LONGEST_PAUSE = 60.0
BUSY = (408, 425, 429, 500, 502, 503, 504)  # answers after which trying again makes sense
BLOCK = 1 << 20
MEMBERS = 100_000  # of an archive
LISTING = 16 << 20  # bytes of an answer of the hub

Say = Callable[[str], None]


def metadata(source: Source, folder: Path, say: Say) -> None:
    """Have the files of the data set in the folder; those that are here are not asked for."""
    if source.by_hand:
        raise SummarizerError(
            f"this data set can't be downloaded from here: {source.by_hand}, put it into {folder} "
            "and use 'read' instead of 'fetch'"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for file in (*source.files, *listed(source.repository)):
        target = folder / file.name
        done = folder / f".{file.name}.unpacked" if file.unpack else target
        if done.is_file():
            say(f"{file.name} is here")
            continue
        say(f"{file.name} from {urlsplit(file.url).netloc} ...")
        download(file.url, target, file.megabytes << 20)
        if file.unpack:
            unpack(target, folder, file)
            done.touch()
            target.unlink()
    if source.besides:
        say(f"Not downloaded: {source.besides}.")


def listed(repository: str) -> Iterator[File]:
    """The JSON files at the top of a data set's repository on the hub."""
    if not repository:
        return
    url = f"{HUB}/api/datasets/{repository}"
    told = _patiently(url, lambda: _short(url))
    try:
        names = [each["rfilename"] for each in json.loads(told)["siblings"]]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise SummarizerError(f"the hub's list of {repository} can't be read") from None
    wanted = [
        name for name in names if isinstance(name, str) and PurePosixPath(name).suffix == ".json"
    ]
    wanted = [name for name in wanted if PurePosixPath(name).name == name and name[0] != "."]
    if not wanted:
        raise SummarizerError(f"{repository} on the hub has no JSON files at its top any more")
    for name in wanted:
        yield File(f"{HUB}/datasets/{repository}/resolve/main/{quote(name)}", name)


def download(url: str, target: Path, most: int) -> None:
    """Have what the address gives as `target`, at most so many bytes, whole or not at all.

    What came before an interruption is kept beside it, and used if the server says that it still
    has the same.
    """
    part, tag = (target.with_name(f".{target.name}.{end}") for end in ("part", "tag"))
    _patiently(url, lambda: _continue(url, part, tag, most))
    part.replace(target)
    tag.unlink(missing_ok=True)


class _Retry(Exception):
    """Something that may be better the next time."""

    def __init__(self, reason: str, pause: float = 0.0):
        super().__init__(reason)
        self.pause = pause  # seconds, where the server says how long


def _patiently(url: str, ask: Callable[[], Any]) -> Any:
    """What asking gives, asked a few times where that may help."""
    for tried in count(1):
        try:
            return ask()
        except _Retry as error:
            if tried == TRIES:
                raise SummarizerError(f"{url} can't be downloaded: {error}; try later") from None
            time.sleep(min(LONGEST_PAUSE, error.pause or PAUSE * 2 ** (tried - 1)))


def _short(url: str) -> bytes:
    with _answer(url, {}) as answer:
        return b"".join(islice(_blocks(answer), LISTING // BLOCK))


def _continue(url: str, part: Path, tag: Path, most: int) -> None:
    had = part.stat().st_size if part.is_file() and tag.is_file() else 0
    had = max(0, had - 1)  # one byte again, so that there is always something to ask for
    asked = {"Range": f"bytes={had}-", "If-Range": tag.read_text()} if had else {}
    with _answer(url, asked) as answer:
        had = had if answer.status == 206 else 0
        length = answer.headers.get("Content-Length", "")
        total = had + int(length) if length.isdigit() else 0
        _bounded(url, total, most)
        same = answer.headers.get("ETag", "")
        if same and not same.startswith("W/"):
            tag.write_text(same)
        else:
            tag.unlink(missing_ok=True)
        with part.open("r+b" if had else "wb") as file:
            file.truncate(file.seek(had))
            for block in _blocks(answer):
                file.write(block)
                _bounded(url, file.tell(), most)
        if total and part.stat().st_size != total:
            raise _Retry(f"only {part.stat().st_size} of {total} bytes came")


def _answer(url: str, headers: dict[str, str]) -> HTTPResponse:
    if urlsplit(url).scheme not in ("http", "https"):
        raise SummarizerError(f"{url[:100]} is no http(s) address")
    try:
        return urlopen(Request(url, headers={"User-Agent": AGENT, **headers}), timeout=PATIENCE)
    except HTTPError as error:
        reason = f"the server says {error.code} {error.reason}"
        error.close()
        if error.code not in BUSY:
            raise SummarizerError(f"{url} can't be downloaded: {reason}") from None
        pause = error.headers.get("Retry-After", "")
        raise _Retry(reason, float(pause) if pause.isdigit() else 0.0) from None
    except (URLError, HTTPException, OSError) as error:
        raise _Retry(str(getattr(error, "reason", error) or type(error).__name__)) from None


def _blocks(answer: HTTPResponse) -> Iterator[bytes]:
    try:
        while block := answer.read(BLOCK):
            yield block
    except (HTTPException, OSError) as error:
        raise _Retry(str(error) or type(error).__name__) from None


def _bounded(url: str, size: int, most: int) -> None:
    if size > most:
        raise SummarizerError(f"{url} has {size >> 20} MB; at most {most >> 20} MB are downloaded")


def unpack(archive: Path, folder: Path, file: File) -> None:
    """Take the wanted members out of the archive; each appears whole."""
    try:
        with zipfile.ZipFile(archive) as packed:
            members = packed.infolist()
            if len(members) > MEMBERS:
                raise SummarizerError(f"{archive.name} has more than {MEMBERS} members")
            wanted = [(each, place) for each in members if (place := _place(each.filename, file))]
            _bounded(archive.name, sum(each.file_size for each, _ in wanted), file.megabytes << 20)
            if not wanted:
                raise SummarizerError(f"{archive.name} holds none of the files that are wanted")
            for member, place in wanted:
                target = folder / place
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(member) as inside, whole(target) as part, part.open("wb") as out:
                    while block := inside.read(BLOCK):
                        out.write(block)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise SummarizerError(f"{archive.name} is no usable archive ({str(error)[:80]})") from None


def _place(member: str, file: File) -> Path | None:
    """Where the member goes; its own folders are not believed."""
    name = PurePosixPath(member).name
    for pattern, folder in file.unpack:
        if (
            fnmatch(member, pattern)
            and name
            and not name.startswith(".")
            and "__MACOSX" not in member
        ):
            return Path(folder) / name
    return None
