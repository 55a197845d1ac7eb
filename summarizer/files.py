"""Files appear whole or not at all, and what a process needs for a while goes when it goes.

A kill leaves temporary files behind. Whoever made one holds a lock on it, which the system lets go
of with the process; so the next one to work in the same place can tell what has no owner any more.
"""

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from summarizer.errors import OutputError

PART = re.compile(r"\.[0-9a-f]{16}\.part(\..*)?")
FOLDER = "watch-listen"  # short: the names of sockets in it have little room
WHOLE = 16 << 20  # bytes of a file that counts with all it holds, at most
END = 64 << 10
HANDLES = (errno.EMFILE, errno.ENFILE)


@contextmanager
def writing(name: str, folder: Path) -> Iterator[None]:
    """What can't be written meanwhile is one sentence, of that name in that folder."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{name} can't be written to {folder}: {reason(error)}; choose another folder or make "
            "room, and the same command goes on"
        ) from None


def alone(file: BinaryIO, where: str) -> None:
    """Hold the file for this run; another that holds it is named by where it is writing."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutputError(f"another run is writing {where}; wait, or give another --out") from None


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A temporary name beside `target` to write to; moved there at the end, gone on any error."""
    temporary = target.with_name(f".{secrets.token_hex(8)}.part{target.suffix}")
    held = None
    try:
        _sweep(target.parent)
        held = _held(temporary)
        yield temporary
        temporary.replace(target)
    except OSError as error:
        raise OutputError(
            f"{target.name} can't be written to {target.parent}: {reason(error)}; {way_out(error)}"
        ) from None
    finally:
        temporary.unlink(missing_ok=True)
        if held is not None:
            os.close(held)


class Scratch:
    """A folder for a while: gone when closed, and after a kill as soon as another one is made."""

    def __init__(self):
        try:
            self.path, held = _made()
        except OSError as error:
            raise OutputError(
                f"no folder can be made in {tempfile.gettempdir()} for temporary files: "
                f"{reason(error)}; {way_out(error, 'name another one in TMPDIR')}"
            ) from None
        self._end = weakref.finalize(self, _removed, self.path, held)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove it and all that is in it; closing twice is fine."""
        self._end()


def gist(file: Path) -> bytes:
    """What tells a file from others: all it holds or, where it is large, its size and its ends."""
    size = file.stat().st_size
    with file.open("rb") as content:
        if size <= WHOLE:
            return sha256(content.read()).digest()
        head = content.read(END)
        content.seek(-END, 2)
        return sha256(b"%d %b" % (size, head + content.read())).digest()


def reason(error: OSError) -> str:
    """What the system says is wrong."""
    return (error.strerror or type(error).__name__).lower()


def way_out(error: OSError, place: str = "choose another folder or make room") -> str:
    """What a person can do about it; `place` is what to do where the place is at fault."""
    return "close other programs, or allow more (ulimit -n)" if error.errno in HANDLES else place


# -- what has no owner any more -------------------------------------------------------------------


def _held(path: Path) -> int:
    """Make the file and hold it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        _lock(handle)
        if os.fstat(handle).st_nlink:
            return handle
        os.close(handle)  # swept in the moment before it was held


def _lock(handle: int) -> None:
    with suppress(OSError):  # a file system without locks: nobody sweeps there either
        fcntl.flock(handle, fcntl.LOCK_EX)


def _sweep(folder: Path) -> None:
    """Remove the temporary files in the folder whose makers were killed."""
    with suppress(OSError):
        for name in os.listdir(folder):  # noqa: PTH208  names alone, of a folder with many
            if PART.fullmatch(name):
                _drop(folder / name)


def _drop(path: Path) -> None:
    """Remove a file or folder that nobody holds."""
    with suppress(OSError):
        kind = os.O_RDONLY if path.is_dir() else os.O_RDWR
        handle = os.open(path, kind | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if stat.S_ISDIR(os.fstat(handle).st_mode):
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
        finally:
            os.close(handle)


def _made() -> tuple[Path, int]:
    """A new folder and what holds it; those of processes that were killed are removed."""
    root = _root()
    gate = os.open(root, os.O_RDONLY)  # held, so that nobody sweeps what is made and not yet held
    try:
        _lock(gate)
        for each in root.iterdir():
            _drop(each)
        folder = root / secrets.token_hex(4)
        folder.mkdir(0o700)
        held = os.open(folder, os.O_RDONLY)
        _lock(held)
        return folder, held
    finally:
        os.close(gate)


def _root() -> Path:
    """Where the folders of this user lie; nobody else's, whoever made it."""
    user = os.getuid()
    root = Path(tempfile.gettempdir()) / f"{FOLDER}-{user}"
    root.mkdir(0o700, exist_ok=True)
    found = root.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user:
        raise PermissionError(errno.EACCES, f"{root.name} belongs to somebody else")
    return root


def _removed(path: Path, held: int) -> None:
    shutil.rmtree(path, ignore_errors=True)
    os.close(held)
