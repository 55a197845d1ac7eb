"""The media that a manifest names by address: each fetched once, by yt-dlp, and told of.

What was finished stands in one file, a line each, so that a killed run goes on where it was. A
file has its name only when it is whole; what is not lies in a folder of its own.
"""

import csv
import hashlib
import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from summarizer.data.entries import MEDIA
from summarizer.data.manifest import Example, is_address
from summarizer.errors import SummarizerError
from summarizer.files import whole

FOLDER, PARTS, RECORD = "media", ".parts", "fetched.jsonl"
REPORT = "report.csv"
FORMAT = "b[height<=?480]/bv*[height<=?480]+ba/b"  # small, in one file where there is one
IN_A_ROW = 25  # failures after which something else must be wrong
REASON = 200  # characters
SAFE = re.compile(r"[A-Za-z0-9_-]{1,64}")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Limits:
    """What is asked of other people's servers, and of this disk."""

    megabytes: int = 500
    """of one file"""
    patience: float = 30.0
    """seconds without a byte"""
    minutes: float = 30.0
    """for one file"""
    pause: float = 1.0
    """seconds between two"""
    rate: int = 0
    """kilobytes a second; 0 as fast as it goes"""


@dataclass(frozen=True)
class Got:
    """What became of one address."""

    address: str
    file: str = ""
    """path from the folder; empty where it was unavailable"""
    bytes: int = 0
    reason: str = ""
    """why it was unavailable"""


def fetch(
    addresses: Sequence[str], folder: Path, limits: Limits, say: Say, again: bool = False
) -> dict[str, Got]:
    """Have the media of these addresses in the folder; what became of each.

    What is here is not fetched again; what was unavailable only if `again` says so.
    """
    youtube = _yt_dlp()
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    known = {
        got.address: got
        for got in recorded(folder)
        if (_here(folder, got) if got.file else not again)
    }
    failures, addresses = 0, list(dict.fromkeys(addresses))
    for number, address in enumerate(addresses, start=1):
        if address in known:
            continue
        got = _found(address, folder) or _fetched(youtube, address, folder, limits)
        _record(folder, got)
        known[address] = got
        told = f"{got.file}, {got.bytes / 1e6:.2f} MB" if got.file else f"unavailable: {got.reason}"
        say(f"[{number}/{len(addresses)}] {address}: {told}")
        failures = 0 if got.file else failures + 1
        if failures == IN_A_ROW:
            raise SummarizerError(
                f"{IN_A_ROW} addresses in a row were unavailable, the last because: {got.reason}; "
                "look what is wrong and run the same command with --again"
            )
        if number < len(addresses):
            time.sleep(limits.pause)
    return {address: known[address] for address in addresses}


def addresses_of(examples: Iterable[Example]) -> list[str]:
    """The addresses they name, each once, in order."""
    return list(dict.fromkeys(m for each in examples for m in each.media if is_address(m)))


def placed(examples: Iterable[Example], got: dict[str, Got]) -> Iterator[Example]:
    """The examples, with the files in the place of the addresses they were fetched from."""
    for example in examples:
        names = {name: getattr(example, name) for name in ("video", "sound", "image")}
        here = {name: got[media].file for name, media in names.items() if media in got}
        yield replace(example, **{name: file for name, file in here.items() if file})


# -- one address ----------------------------------------------------------------------------------


def _yt_dlp():
    try:
        import yt_dlp
    except ImportError:
        raise SummarizerError(
            'media are fetched with yt-dlp, which is not installed: pip install ".[data]"'
        ) from None
    return yt_dlp


def stem(address: str) -> str:
    """A file name for what is at the address: the id at YouTube, else a digest."""
    parts = urlsplit(address)
    name = parse_qs(parts.query).get("v", [""])[0]
    if (parts.hostname or "").endswith("youtube.com") and SAFE.fullmatch(name):
        return name
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def _found(address: str, folder: Path) -> Got | None:
    """What a run brought that was killed before it could say so."""
    found = [path for path in (folder / FOLDER).glob(f"{stem(address)}.*") if path.is_file()]
    return _got(address, folder, found[0]) if found else None


def _got(address: str, folder: Path, path: Path) -> Got:
    return Got(address, path.relative_to(folder).as_posix(), path.stat().st_size)


def _fetched(yt_dlp, address: str, folder: Path, limits: Limits) -> Got:
    """Fetch into a folder of its own, then move it to its name."""
    part = folder / FOLDER / PARTS / stem(address)
    part.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(part).free < (limits.megabytes << 20):
        raise SummarizerError(
            f"less than {limits.megabytes} MB are free on the disk of {folder}; make room"
        )
    log = Log()
    try:
        with yt_dlp.YoutubeDL(_options(part, limits, log)) as downloader:
            downloader.extract_info(address, download=True)
    except (yt_dlp.utils.YoutubeDLError, TooLong) as error:
        return Got(address, reason=_reason(str(error)))
    made = [path for path in part.iterdir() if path.suffix.lower() in MEDIA and path.stat().st_size]
    if len(made) != 1:
        shutil.rmtree(part, ignore_errors=True)
        return Got(address, reason=_reason(log.last or "nothing came"))
    if _is_page(made[0]):
        shutil.rmtree(part, ignore_errors=True)
        return Got(address, reason="it is a web page, not media")
    target = folder / FOLDER / f"{part.name}{made[0].suffix.lower()}"
    made[0].replace(target)
    shutil.rmtree(part, ignore_errors=True)
    return _got(address, folder, target)


def _is_page(path: Path) -> bool:
    """Whether a server sent a text in the place of media; no container begins like one."""
    with path.open("rb") as file:
        return file.read(256).lstrip().startswith((b"<", b"{"))


class TooLong(Exception):
    """One file took more time or room than it may."""


class Log:
    """What yt-dlp says, of which the last is kept."""

    last = ""

    def debug(self, text: str) -> None:
        self.last = text or self.last

    info = warning = error = debug


def _options(part: Path, limits: Limits, log: Log) -> dict:
    until = time.monotonic() + limits.minutes * 60

    def watch(progress: dict) -> None:
        if time.monotonic() > until:
            raise TooLong(f"it took more than {limits.minutes:g} minutes")
        if progress.get("downloaded_bytes", 0) > limits.megabytes << 20:
            raise TooLong(f"it has more than {limits.megabytes} MB")

    return {
        "format": FORMAT,
        "paths": {"home": str(part)},
        "outtmpl": {"default": "media.%(ext)s"},
        "noplaylist": True,
        "playlist_items": "1",
        "match_filter": lambda info, **_: "it is live" if info.get("is_live") else None,
        "max_filesize": limits.megabytes << 20,
        "ratelimit": limits.rate * 1000 or None,
        "socket_timeout": limits.patience,
        "retries": 3,
        "fragment_retries": 3,
        "extractor_retries": 1,
        "file_access_retries": 1,
        "progress_hooks": [watch],
        "logger": log,
        "noprogress": True,
        "cachedir": False,
        "fixup": "never",
        "ffmpeg_location": _ffmpeg(),
    }


def _ffmpeg() -> str | None:
    """The FFmpeg that comes with the runtime dependencies, to join picture and sound."""
    try:
        import imageio_ffmpeg
    except ImportError:
        return None
    return imageio_ffmpeg.get_ffmpeg_exe()


def _reason(text: str) -> str:
    """What yt-dlp says, for a person: no colours, no advice for bug reports."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    plain = re.sub(r"^(ERROR: )?(\[[^\]]+\] (\S+: )?)?", "", " ".join(plain.split()))
    return re.split(r"; please report|\(caused by| See  ?http", plain)[0].strip()[:REASON]


# -- what was finished ----------------------------------------------------------------------------


def recorded(folder: Path) -> Iterator[Got]:
    """What earlier runs finished; a line that was cut off by a kill does not count."""
    path = folder / RECORD
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                yield Got(**json.loads(line))
            except (ValueError, TypeError):
                continue


def _record(folder: Path, got: Got) -> None:
    with (folder / RECORD).open("ab+") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
        cut = file.read() not in (b"", b"\n")
        file.write(b"\n" * cut + json.dumps(asdict(got)).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _here(folder: Path, got: Got) -> bool:
    path = folder / got.file
    return path.is_file() and path.stat().st_size == got.bytes


def report(addresses: Sequence[str], folder: Path) -> Iterator[str]:
    """Write report.csv; the lines of a table of what was unavailable, and why."""
    known = {got.address: got for got in recorded(folder)}
    rows = [known.get(address, Got(address, reason="not tried yet")) for address in addresses]
    with whole(folder / REPORT) as part, part.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("address", "file", "bytes", "reason"))
        table.writerows((row.address, row.file, row.bytes, _cell(row.reason)) for row in rows)
    here = [row for row in rows if row.file]
    yield (
        f"{len(here)} of {len(rows)} media are here, "
        f"{sum(row.bytes for row in here) / 1e6:.1f} MB; {folder / REPORT} says which"
    )
    reasons = Counter(row.reason for row in rows if not row.file)
    yield from (f"  {count:>6}  {reason}" for reason, count in reasons.most_common(20))


def _cell(text: str) -> str:
    """So that no spreadsheet takes what a server says for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
