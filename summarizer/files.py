"""Files appear whole or not at all."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from summarizer.errors import OutputError


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
