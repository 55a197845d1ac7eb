"""What happens when the viewer does something: values in, values out, no component in sight.

Handlers that take long are generators, so that Stop or a closed tab ends their work at the next
yield. No exception leaves a handler: the viewer gets a `Status` with one sentence.
"""

import logging
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer import Length, Preference, SummarizerError, Summary
from summarizer.schema import Perception
from ui.session import IDLE, Player, Reel, Rooms, Session, Status

if TYPE_CHECKING:
    from summarizer import Summarizer

log = logging.getLogger(__name__)

SUBTITLES = (".srt", ".vtt")
UNEXPECTED = (
    "Something went wrong here that should not have; the details are in the server's log. "
    "Try again, or try another video."
)
NO_MOMENT = Status("error", "No moment is chosen, so there is nothing to put in a reel.")
NO_VIDEO = Status("error", "Choose a video first: drop one in, or take an example.")
LONGEST = 10_000  # characters of a wish that are read
PACE = 0.2  # seconds between two looks at a story that is being told


@dataclass(frozen=True)
class Wish:
    """The controls as the viewer left them."""

    want: str = ""
    amount: float | None = 15.0
    unit: str = "share"  # of Length: the amount is then in per cent
    balance: float = 0.5
    variety: float = 0.3
    fill: bool = False

    def preference(self) -> Preference:
        amount = float("nan") if self.amount is None else float(self.amount)
        return Preference(
            want=(self.want or "").strip()[:LONGEST],
            length=Length(amount / 100 if self.unit == "share" else amount, self.unit),
            balance=float(self.balance),
            variety=float(self.variety),
            fill=self.fill,
        )


class Handlers:
    """The page's verbs, over one summarizer and the viewers' folders."""

    def __init__(self, summarizer: "Summarizer", rooms: Rooms):
        self.summarizer = summarizer
        self.rooms = rooms

    # -- a video --------------------------------------------------------------------------------

    def open(self, files: Sequence[str], session: Session) -> tuple[Session, Status]:
        """A session about the uploaded video; subtitle files beside it are taken along."""
        paths = [Path(file) for file in files or ()]
        videos = [path for path in paths if path.suffix.lower() not in SUBTITLES]
        if not videos:
            return session, Status("error", "These are only subtitles: add the video they go with.")
        folder = self.rooms.new()
        fresh = Session(folder)
        try:
            source = take(videos[0], folder / videos[0].name)
            for path in paths:
                if path.suffix.lower() in SUBTITLES:
                    take(path, source.with_suffix(path.suffix.lower()))
            fresh = replace(fresh, source=source, video=self.summarizer.probe(source))
        except Exception as error:
            self.rooms.close(fresh)
            return session, failed(error)
        self.rooms.close(session)
        return fresh, IDLE

    def open_example(self, path: Path, session: Session) -> tuple[Session, Status]:
        """A session about one of our own clips, which stay where they are."""
        try:
            video = self.summarizer.probe(path)
        except Exception as error:
            return session, failed(error)
        self.rooms.close(session)
        return Session(self.rooms.new(), path, video), IDLE

    def show(self, session: Session) -> Iterator[Player]:
        """What the player plays: the file itself, or a copy once that is made."""
        if session.source is None:
            return
        try:
            if self.summarizer.playable(session.source, session.video):
                yield Player(session.source)
                return
            copy = session.folder / "preview.mp4"
            with closing(self.summarizer.preview(session.source, session.video, copy)) as work:
                for share in work:
                    yield Player(None, Status("working", "Making a copy that plays here", share))
            yield Player(copy)
        except Exception as error:
            yield Player(None, failed(error))

    def close(self, session: Session) -> None:
        """The viewer is gone."""
        self.rooms.close(session)

    # -- perceive, choose, tell -------------------------------------------------------------------

    def perceive(self, session: Session) -> Iterator[tuple[Perception | None, Status]]:
        """Ever fuller perceptions, None while there is nothing to show yet."""
        if session.source is None:
            yield None, NO_VIDEO
            return
        seen, began = None, time.monotonic()
        try:
            with closing(self.summarizer.perceiving(session.source)) as steps:
                for step in steps:
                    if step.perception.curves:
                        seen = step.perception
                    yield seen, Status.of(step)
        except Exception as error:
            yield seen, failed(error)
        else:
            yield seen, perceived(seen, time.monotonic() - began)

    @staticmethod
    def stopped(seen: Perception | None) -> Status:
        rest = "what was found so far is shown" if seen else "nothing was found yet"
        return Status("done", f"Stopped: {rest}. Summarize goes on from here.")

    def choose(
        self, perception: Perception | None, wish: Wish, shown: Summary | None
    ) -> Iterator[tuple[Summary | None, Status]]:
        """The answer to the wish at once, then its story as it is told; nothing if none is new."""
        if perception is None:
            return
        try:
            preference = wish.preference()
            summary = self.summarizer.choose(perception, preference)
            if shown is not None and replace(shown, story=()) == summary and shown.story:
                return
            said = time.monotonic()
            for told in self.summarizer.tell(perception, summary):
                summary = told
                if time.monotonic() - said > PACE:
                    said = time.monotonic()
                    yield summary, IDLE
            yield summary, IDLE
        except Exception as error:
            yield shown, failed(error)

    # -- render -----------------------------------------------------------------------------------

    def render(
        self, session: Session, summary: Summary | None
    ) -> Iterator[tuple[Reel | None, Status]]:
        """The reel of what is chosen now, cut from the original file."""
        if session.source is None or summary is None:
            yield None, NO_VIDEO
            return
        if not summary.highlights:
            yield None, NO_MOMENT
            return
        try:
            target = self._target(session)
            with closing(self.summarizer.render(summary, session.source, target)) as work:
                for share in work:
                    yield None, Status("working", "Cutting your reel", share)
        except Exception as error:
            yield None, failed(error)
        else:
            yield Reel(target, summary.highlights), Status("done", "Your reel is ready.")

    def _target(self, session: Session) -> Path:
        """A fresh name for a reel; the reels before it are removed."""
        suffix = self.summarizer.suffix(session.video)
        stem = session.source.stem[:60].strip() or "video"
        for old in session.folder.glob("reel-*"):
            shutil.rmtree(old, ignore_errors=True)
        folder = session.folder / f"reel-{secrets.token_hex(4)}"
        folder.mkdir()
        return folder / f"{stem} - highlights{suffix}"


def take(path: Path, target: Path) -> Path:
    """The file under another name: linked where the disk allows, else copied."""
    with suppress(OSError):
        target.hardlink_to(path)
        return target
    shutil.copyfile(path, target)
    return target


def failed(error: Exception) -> Status:
    """The sentence for the viewer; what was not foreseen goes to the log."""
    if isinstance(error, SummarizerError):
        return Status("error", str(error))
    log.error("unexpected error", exc_info=error)
    return Status("error", UNEXPECTED)


def perceived(seen: Perception | None, seconds: float) -> Status:
    """The last word on watching and listening."""
    if seen is None:
        return Status("error", "Nothing could be seen or heard in this file.")
    notes = " ".join(seen.notes)
    took = f"Done in {max(1, round(seconds))} s."
    done = f"{took} Change the wish or the length: the answer is instant."
    return Status("done", f"{notes} {done}".strip())
