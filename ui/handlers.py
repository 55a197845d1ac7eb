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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer import Length, Preference, SummarizerError, Summary
from summarizer.errors import PreferenceError
from summarizer.schema import Event, Perception, Video, Work
from ui import edits as editing
from ui.edits import Edits
from ui.feelings import Felt
from ui.inside import Inside
from ui.session import IDLE, Player, Reel, Rooms, Session, Status
from ui.turns import Turns

if TYPE_CHECKING:
    import numpy as np

    from summarizer import Summarizer

log = logging.getLogger(__name__)

SUBTITLES = (".srt", ".vtt")
PROJECTS = (".json",)
PROJECT_BYTES = 64 << 20  # of a summary.json that is read
ONLY_SUBTITLES = Status("error", "These are only subtitles: add the video they go with.")
ONLY_PROJECT = Status("error", "A summary.json alone shows nothing: drop its video in with it.")
STILL = 240  # pixels, width of the picture beside a moment
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
    aspects: tuple[str, ...] = ("overview",)
    preset: str = ""  # empty: the one the page was started with
    selector: str = ""
    weights: tuple[tuple[str, float], ...] = ()
    fill: bool = False
    edits: Edits = field(default_factory=Edits)
    taste: tuple[tuple[str, float], ...] = ()

    def preference(self) -> Preference:
        amount = float("nan") if self.amount is None else float(self.amount)
        return Preference(
            want=(self.want or "").strip()[:LONGEST],
            aspects=tuple(self.aspects),
            length=Length(amount / 100 if self.unit == "share" else amount, self.unit),
            balance=float(self.balance),
            variety=float(self.variety),
            fill=self.fill,
            keep=self.edits.keep,
            drop=self.edits.drop,
            weights=self.weights,
            selector=self.selector,
            taste=self.taste,
        )

    @staticmethod
    def of(preference: Preference) -> "Wish":
        """The controls that give this preference."""
        length = preference.length
        share = length.unit == "share"
        return Wish(
            want=preference.want,
            amount=100 * length.amount if share else length.amount,
            unit=length.unit,
            balance=preference.balance,
            variety=preference.variety,
            aspects=preference.aspects,
            selector=preference.selector,
            weights=preference.weights,
            fill=preference.fill,
            edits=Edits(preference.keep, preference.drop),
            taste=preference.taste,
        )


@dataclass(frozen=True)
class Order:
    """What the viewer asked for with a button of one moment."""

    do: str  # pin, unpin, drop, restore, nudge, undo, rate
    start: float = 0.0
    end: float = 0.0
    edge: str = "start"
    by: float = 0.0
    liked: float = 0.0

    @property
    def span(self) -> Event:
        return Event(self.start, self.end)


# how much each order says about what somebody likes
LIKED = {"pin": 1.0, "drop": -1.0}
History = tuple[Edits, ...]  # the last is what counts; those before it can be gone back to
MEMORY = 50  # edits that can be undone


class Handlers:
    """The page's verbs, over one summarizer and the viewers' folders. All who use the same
    handlers take turns with what keeps the machine busy."""

    def __init__(self, summarizer: "Summarizer", rooms: Rooms):
        self.summarizer = summarizer
        self.rooms = rooms
        self.watching, self.cutting, self.copying = Turns(), Turns(), Turns()

    # -- a video --------------------------------------------------------------------------------

    def open(
        self, files: Sequence[str], session: Session
    ) -> tuple[Session, Status, Summary | None]:
        """A session about the uploaded video; subtitle files beside it are taken along, and a
        summary.json about the same video is taken up where it was left."""
        paths = [Path(file) for file in files or ()]
        projects = [path for path in paths if path.suffix.lower() in PROJECTS]
        beside = [path for path in paths if path.suffix.lower() in SUBTITLES]
        videos = [path for path in paths if path not in (*projects, *beside)]
        if not videos:
            return session, ONLY_PROJECT if projects else ONLY_SUBTITLES, None
        folder = self.rooms.new()
        fresh = Session(folder)
        try:
            source = take(videos[0], folder / videos[0].name)
            for path in beside:
                take(path, source.with_suffix(path.suffix.lower()))
            fresh = replace(fresh, source=source, video=self.summarizer.probe(source))
            restored = project(projects[0], fresh.video) if projects else None
        except Exception as error:
            self.rooms.close(fresh)
            return session, failed(error), None
        self.rooms.close(session)
        return fresh, IDLE, restored

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
            with self.copying.taken() as places:
                for before in places:
                    yield Player(None, waiting(before))
                with closing(self.summarizer.preview(session.source, session.video, copy)) as work:
                    for share in work:
                        now = Status("working", "Making a copy that plays here", share)
                        yield Player(None, now)
            yield Player(copy)
        except Exception as error:
            yield Player(None, failed(error))

    def close(self, session: Session) -> None:
        """The viewer is gone."""
        self.rooms.close(session)

    # -- perceive, choose, tell -------------------------------------------------------------------

    def perceive(
        self, session: Session, preset: str = ""
    ) -> Iterator[tuple[Perception | None, Status, tuple[Work, ...]]]:
        """Ever fuller perceptions, None while there is nothing to show yet, and their costs."""
        if session.source is None:
            yield None, NO_VIDEO, ()
            return
        seen, work = None, ()
        try:
            with self.watching.taken() as places:
                for before in places:
                    yield None, waiting(before), ()
                began = time.monotonic()
                with closing(self.with_preset(preset).perceiving(session.source)) as steps:
                    for step in steps:
                        work = step.work
                        if step.perception.curves:
                            seen = step.perception
                        yield seen, Status.of(step), work
        except Exception as error:
            yield seen, failed(error), work
        else:
            yield seen, perceived(seen, time.monotonic() - began), work

    def with_preset(self, name: str) -> "Summarizer":
        return self.summarizer.of(name) if name else self.summarizer

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
            summarizer = self.with_preset(wish.preset)
            summary = summarizer.choose(perception, wish.preference())
            if shown is not None and replace(shown, story=(), note="") == summary and shown.story:
                return
            said = time.monotonic()
            for told in summarizer.tell(perception, summary):
                summary = told
                if time.monotonic() - said > PACE:
                    said = time.monotonic()
                    yield summary, IDLE
            yield summary, IDLE
        except Exception as error:
            yield shown, failed(error)

    def compare(
        self, perception: Perception | None, summary: Summary | None, want: str, preset: str
    ) -> tuple[Summary | None, Status]:
        """The answer to another wish, all else being as in the summary."""
        if perception is None or summary is None:
            return None, NO_VIDEO
        try:
            wanted = replace(summary.preference, want=want.strip()[:LONGEST], keep=(), drop=())
            summarizer = self.with_preset(preset)
            rival = summarizer.choose(perception, wanted)
            *_, told = summarizer.tell(perception, rival)
            return told, IDLE
        except Exception as error:
            return None, failed(error)

    def inside(
        self, perception: Perception, summary: Summary, preset: str
    ) -> tuple[Inside | None, Status]:
        """How else the moments could have been picked, what they were read beside, and what is
        composed of measurements."""
        try:
            summarizer = self.with_preset(preset)
            ways = tuple(
                (name, summarizer.choose(perception, replace(summary.preference, selector=name)))
                for name in summarizer.selectors
            )
            own = summary.preference.selector or summarizer.selector
            near = summarizer.attention(perception)
            return Inside(summary, own, ways, near, summarizer.composed(perception, summary)), IDLE
        except Exception as error:
            return None, failed(error)

    def feel(self, seen: Perception | None, summary: Summary | None, preset: str) -> Felt | None:
        """What the sound feels like and what is known of each moment, where a preset goes by it."""
        try:
            summarizer = self.with_preset(preset)
            if seen is None or summary is None or not summarizer.dossier:
                return None
            carried = summarizer.feelings(seen)
            found = summarizer.evidence(seen, summary)
            return Felt(carried.names, carried.probabilities, carried.made_by, found)
        except Exception as error:  # the summary stands without it
            failed(error)
            return None

    # -- edits, taste -----------------------------------------------------------------------------

    @staticmethod
    def edit(history: History, order: Order, session: Session) -> History:
        """The edits after an order; `undo` goes back by one."""
        if order.do == "undo":
            return history[:-1] or (Edits(),)
        now, span = history[-1], order.span
        if session.video is None or order.do not in EDITS:
            return history
        fresh = EDITS[order.do](now, order, span, session.video.seconds)
        return history if fresh == now else (*history, fresh)[-MEMORY:]

    def learn(
        self, taste: tuple[tuple[str, float], ...], seen: Perception | None, order: Order
    ) -> tuple[tuple[str, float], ...]:
        """The taste after an order, which tells what somebody likes."""
        liked = order.liked if order.do == "rate" else LIKED.get(order.do, 0.0)
        if seen is None or not liked:
            return taste
        return self.summarizer.learn(taste, seen, order.span, max(-1.0, min(1.0, liked)))

    # -- render, export ---------------------------------------------------------------------------

    def stills(self, session: Session, moments: Sequence[int]) -> list[tuple[int, Path]]:
        """A small picture for each of these milliseconds, made where it is missing."""
        if session.source is None or not session.video.has_picture or not moments:
            return []
        folder = session.folder / "stills"
        try:
            folder.mkdir(exist_ok=True)
            files = {at: folder / f"{at}.jpg" for at in moments}
            missing = [at for at, file in files.items() if not file.exists()]
            if missing:
                times = [at / 1000 for at in missing]
                made = self.summarizer.stills(session.source, session.video, times, STILL)
                for at, frame in zip(missing, made.frames, strict=False):
                    picture(frame, files[at])
        except Exception as error:  # a list without pictures is still a list
            failed(error)
            return []
        return [(at, file) for at, file in files.items() if file.exists()]

    def render(
        self,
        session: Session,
        summary: Summary | None,
        shape: str = "source",
        seen: Perception | None = None,
    ) -> Iterator[tuple[Reel | None, Status]]:
        """The reel of what is chosen now, cut from the original file."""
        if session.source is None or summary is None:
            yield None, NO_VIDEO
            return
        if not summary.highlights:
            yield None, NO_MOMENT
            return
        try:
            with self.cutting.taken() as places:
                for before in places:
                    yield None, waiting(before)
                target = self._target(session)
                work = self.summarizer.render(
                    summary, session.source, target, shape=shape, perception=seen
                )
                with closing(work):
                    for share in work:
                        yield None, Status("working", "Cutting your reel", share)
        except Exception as error:
            yield None, failed(error)
        else:
            yield Reel(target, summary.highlights, shape), Status("done", "Your reel is ready.")

    def export(
        self, session: Session, summary: Summary | None, name: str, reel: Reel | None = None
    ) -> tuple[Path | None, Status]:
        """A file to take along; "zip" is all of them, with the reel where one is made."""
        if session.source is None or summary is None:
            return None, NO_VIDEO
        folder = session.folder / "exports"
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            if name == "zip":
                also = [reel.path] if reel is not None and reel.path.exists() else []
                return self.summarizer.bundle(summary, folder, also), IDLE
            return self.summarizer.export(summary, name, folder), IDLE
        except Exception as error:
            return None, failed(error)

    def document(
        self, session: Session, seen: Perception | None, summary: Summary | None, preset: str
    ) -> tuple[Path | None, Status]:
        """A file with every second in numbers, the evidence, the prompt and the story."""
        if session.source is None or seen is None or summary is None:
            return None, NO_VIDEO
        folder = session.folder / "exports"
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            return self.with_preset(preset).documents(seen, summary, folder), IDLE
        except Exception as error:
            return None, failed(error)

    def _target(self, session: Session) -> Path:
        """A fresh name for a reel; the reels before it are removed."""
        suffix = self.summarizer.suffix(session.video)
        stem = session.source.stem[:60].strip() or "video"
        for old in session.folder.glob("reel-*"):
            shutil.rmtree(old, ignore_errors=True)
        folder = session.folder / f"reel-{secrets.token_hex(4)}"
        folder.mkdir()
        return folder / f"{stem} - highlights{suffix}"


EDITS = {
    "pin": lambda now, order, span, seconds: editing.pin(now, span),
    "unpin": lambda now, order, span, seconds: editing.unpin(now, span),
    "drop": lambda now, order, span, seconds: editing.drop(now, span),
    "restore": lambda now, order, span, seconds: editing.restore(now, span),
    "nudge": lambda now, order, span, seconds: editing.nudge(
        now, span, order.edge, order.by, seconds
    ),
}


def weights_typed(weights: tuple[tuple[str, float], ...]) -> str:
    return ", ".join(f"{sense}={factor:g}" for sense, factor in weights)


def weights_in(text: str) -> tuple[tuple[str, float], ...]:
    """The weights as typed: 'music=2, faces=0'."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        sense, _, factor = part.partition("=")
        try:
            found.append((sense.strip(), float(factor)))
        except ValueError:
            raise PreferenceError(
                f"{part[:40]!r} is no weight; write a sense and a number, like music=2"
            ) from None
    return tuple(found)


def project(path: Path, video: Video) -> Summary:
    """What was saved about this very video."""
    if path.stat().st_size > PROJECT_BYTES:
        raise SummarizerError(
            f"{path.name} has {path.stat().st_size >> 20} MB, and a summary.json at most "
            f"{PROJECT_BYTES >> 20}; choose the one that was exported here"
        )
    saved = Summary.from_json(path.read_bytes())
    if saved.video.sha256 != video.sha256:
        raise SummarizerError(
            f"{path.name} was made for another file ({saved.video.name}, "
            f"{saved.video.seconds:.1f} s) than {video.name} ({video.seconds:.1f} s); "
            "drop in the clip it belongs to"
        )
    return saved


def picture(frame: "np.ndarray", target: Path) -> None:
    """Write a still, whole or not at all."""
    from PIL import Image

    part = target.with_suffix(".part")
    Image.fromarray(frame).save(part, "JPEG", quality=82)
    part.replace(target)


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


def waiting(before: int) -> Status:
    """The place of somebody who waits for others to be served."""
    people = {0: "you are next", 1: "1 person is before you"}
    place = people.get(before, f"{before} people are before you")
    return Status("working", f"Others are being served: {place}")


def perceived(seen: Perception | None, seconds: float) -> Status:
    """The last word on watching and listening."""
    if seen is None:
        return Status("error", "Nothing could be seen or heard in this file.")
    notes = " ".join(
        [*seen.notes, *([f"Speech heard by {seen.heard_by}."] if seen.heard_by else [])]
    )
    took = f"Done in {max(1, round(seconds))} s."
    done = f"{took} Change the wish or the length: the answer is instant."
    return Status("done", f"{notes} {done}".strip())
