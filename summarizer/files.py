"""Files appear whole or not at all."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from summarizer.errors import OutputError


@contextmanager
def writing(name: str, folder: Path) -> Iterator[None]:
    """What can't be written meanwhile is one sentence, of that name in that folder."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise OutputError(
            f"{name} can't be written to {folder}: {reason}; choose another folder or make room, "
            "and the same command goes on"
        ) from None


def alone(file: BinaryIO, where: str) -> None:
    """Hold the file for this run; another that holds it is named by where it is writing."""
    with suppress(ImportError):  # no such locks on Windows
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(
                f"another run is writing {where}; wait, or give another --out"
            ) from None


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A temporary name beside `target` to write to; moved there at the end, gone on any error."""
    temporary = target.with_name(f".{secrets.token_hex(8)}.part{target.suffix}")
    try:
        yield temporary
        temporary.replace(target)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(
            f"{target.name} can't be written to {target.parent}: {reason.lower()}; "
            "choose another folder or make room"
        ) from None
    finally:
        temporary.unlink(missing_ok=True)
