"""What the page remembers of one viewer: frozen values, replaced and never changed.

Each value has one writer among the page's events, so that two of them running at once (watching on,
while the wish changes) can't undo each other's work: `Session` is written by opening, the
perception by watching, the summary by choosing, the reel by rendering.
"""

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from summarizer.files import Scratch
from summarizer.schema import Highlight, Step, Video


@dataclass(frozen=True)
class Session:
    """One viewer's video and the folder for what is made of it. No folder: no video yet."""

    folder: Path | None = None
    source: Path | None = None
    video: Video | None = None


@dataclass(frozen=True)
class Status:
    """A word on how the work goes, for the viewer."""

    kind: Literal["idle", "working", "done", "error"] = "idle"
    text: str = ""
    share: float | None = None  # done, 0..1, where it is known
    left: float | None = None  # seconds, where it can be estimated

    @staticmethod
    def of(step: Step) -> "Status":
        return Status("working", step.stage, step.share, step.left)


IDLE = Status()


@dataclass(frozen=True)
class Player:
    """What the browser plays: the upload, or a copy of it that is still in the making."""

    path: Path | None = None
    status: Status = IDLE


@dataclass(frozen=True)
class Reel:
    """A rendered reel and the moments in it."""

    path: Path
    highlights: tuple[Highlight, ...]
    shape: str = "source"


class Rooms:
    """A folder of folders, one a viewer, under names nobody can guess. Gone with the server."""

    def __init__(self):
        self._root = Scratch()
        self.root = self._root.path.resolve()

    def new(self) -> Path:
        folder = self.root / secrets.token_urlsafe(16)
        folder.mkdir()
        return folder

    def close(self, session: Session) -> None:
        """Remove all that was kept for a viewer; safe to call twice."""
        if session.folder is not None and session.folder.parent == self.root:
            shutil.rmtree(session.folder, ignore_errors=True)

    def end(self) -> None:
        """Remove everything."""
        self._root.close()
