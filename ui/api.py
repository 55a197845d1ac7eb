"""The same summaries for programs: four endpoints, for gradio_client and as MCP tools.

    /summarize  a video and a wish -> a handle, the summary
    /choose     a handle, another wish -> the summary
    /render     a handle -> the reel
    /export     a handle -> a file: captions, chapters, an edit list ...

A handle stands for one perceived video. It can't be guessed, and whoever has it has the video's
summary; an hour after its last use it ends, and so do its files. No endpoint takes a path: a video
comes as an upload, checked by gradio to be one.
"""

import json
import math
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Timer

import gradio as gr

from summarizer import Length, Preference, SummarizerError, Summary
from summarizer.schema import ASPECTS, Event, Perception, Saliency, Work
from ui.handlers import LONGEST, Handlers, failed
from ui.session import Reel, Session, Status

LIFETIME = 3600.0  # seconds a handle lives after its last use
MOST = 32  # handles at a time
SPANS = 1000  # pinned or dropped in one call
BUNDLE = "zip"


@dataclass(frozen=True, eq=False)
class Held:
    """What a handle stands for."""

    session: Session
    seen: Perception
    preset: str
    summary: Summary
    until: float  # on the service's clock
    reel: Reel | None = None


@dataclass(frozen=True, eq=False)
class Told:
    """How a summary comes on; the last one has it, and the handle."""

    status: Status
    work: tuple[Work, ...] = ()
    handle: str = ""
    summary: Summary | None = None


class Service:
    """Summaries under handles, by the handlers of a page; no server needed.

    All that goes wrong is a SummarizerError of one sentence.
    """

    def __init__(
        self,
        on: Handlers,
        lifetime: float = LIFETIME,
        most: int = MOST,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.summarizer, self.on = on.summarizer, on
        self.lifetime, self.most, self.clock = lifetime, most, clock
        self._held: dict[str, Held] = {}
        self._users: Counter[str] = Counter()  # calls at work on each handle: it can't end now
        self._rendering: set[str] = set()
        self._lock = Lock()
        self._alarm: Timer | None = None

    def summarize(
        self, files: Sequence[str], preference: Preference, preset: str = ""
    ) -> Iterator[Told]:
        """Perceive the video and choose; closing it stops the work and leaves nothing."""
        session, status, _ = self.on.open(files, Session())
        _check(status)
        try:
            with closing(self.on.perceive(session, preset)) as steps:
                for known, status, work in steps:
                    _check(status)
                    seen = known
                    if status.kind == "working":
                        yield Told(status, work)
            if seen is None:  # neither picture nor sound
                raise SummarizerError(status.text)
            summary = self._choose(seen, preference, preset)
        except BaseException:
            self.on.close(session)
            raise
        until = self.clock() + self.lifetime
        handle = self._keep(Held(session, seen, preset, summary, until))
        yield Told(Status("done", "Done", 1.0, 0.0), work, handle, summary)

    def choose(self, handle: str, preference: Preference) -> Summary:
        """The summary for another wish over the same video."""
        with self._using(handle) as held:
            summary = self._choose(held.seen, preference, held.preset)
            self._change(handle, summary=summary, reel=None)
            return summary

    def render(self, handle: str, shape: str) -> Iterator[tuple[Path | None, Status]]:
        """The reel of the handle's last summary, at its end; closing it stops the work."""
        with self._using(handle) as held, self._alone(handle):
            work = self.on.render(held.session, held.summary, shape, held.seen)
            with closing(work):
                for reel, status in work:
                    _check(status)
                    if reel is not None:
                        self._change(handle, reel=reel)
                    yield reel and reel.path, status

    def export(self, handle: str, name: str) -> Path:
        """A file made of the handle's last summary; it stays until the next one or the end."""
        with self._using(handle) as held:
            path, status = self.on.export(held.session, held.summary, name, held.reel)
            _check(status)
            return path

    def sweep(self) -> None:
        """End the handles whose time is over, and look again when the next one's is."""
        now = self.clock()
        with self._lock:
            over = [
                handle
                for handle, held in self._held.items()
                if held.until <= now and not self._users[handle]
            ]
            gone = [self._held.pop(handle) for handle in over]
            self._alarm = None
            self._arm(now)
        self._close(gone)

    # -- handles ----------------------------------------------------------------------------------

    def _choose(self, seen: Perception, preference: Preference, preset: str) -> Summary:
        """The answer with its whole story."""
        try:
            summarizer = self.on.with_preset(preset)
            summary = summarizer.choose(seen, preference)
            for told in summarizer.tell(seen, summary):
                summary = told
        except Exception as error:
            raise SummarizerError(failed(error).text) from None
        return summary

    def _keep(self, held: Held) -> str:
        """A new handle; where there are too many, the one unused for longest makes room."""
        handle = secrets.token_urlsafe(24)
        gone = []
        with self._lock:
            idle = [each for each in self._held if not self._users[each]]
            if len(self._held) >= self.most and idle:
                oldest = min(idle, key=lambda each: self._held[each].until)
                gone.append(self._held.pop(oldest))
            self._held[handle] = held
            self._arm(self.clock())
        self._close(gone)
        return handle

    @contextmanager
    def _using(self, handle: str) -> Iterator[Held]:
        """What the handle stands for; it does not end meanwhile, and lives on from here."""
        with self._lock:
            held = self._held.get(handle)
            if held is None or held.until <= self.clock():
                raise SummarizerError(
                    "this handle is unknown or has ended: one lives for "
                    f"{self.lifetime / 60:g} minutes after its last use; call /summarize again"
                )
            self._users[handle] += 1
        self._change(handle, until=self.clock() + self.lifetime)
        try:
            yield held
        finally:
            with self._lock:
                self._users[handle] -= 1
                if not self._users[handle]:
                    del self._users[handle]
            self._change(handle, until=self.clock() + self.lifetime)

    @contextmanager
    def _alone(self, handle: str) -> Iterator[None]:
        """Only one at a time: a reel replaces the one before."""
        with self._lock:
            if handle in self._rendering:
                raise SummarizerError(
                    "a reel of this summary is being made already; wait until it is done"
                )
            self._rendering.add(handle)
        try:
            yield
        finally:
            self._rendering.discard(handle)

    def _change(self, handle: str, **fields: object) -> None:
        with self._lock:
            if handle in self._held:
                self._held[handle] = replace(self._held[handle], **fields)

    def _arm(self, now: float) -> None:
        """Sweep when the first handle's time is over, even if nobody calls; holds the lock."""
        if self._alarm is None and self._held:
            due = min(held.until for held in self._held.values()) - now
            self._alarm = Timer(max(0.05, due), self.sweep)
            self._alarm.daemon = True
            self._alarm.start()

    def _close(self, gone: Sequence[Held]) -> None:
        for held in gone:
            self.on.close(held.session)


def _check(status: Status) -> None:
    if status.kind == "error":
        raise SummarizerError(status.text)


# -- words of a caller ----------------------------------------------------------------------------


def wished(want: str, length: str, aspects: Sequence[str], **rest) -> Preference:
    """A preference from what a caller wrote."""
    return Preference(
        want=(want or "").strip()[:LONGEST],
        length=Length.parse(length),
        aspects=tuple(aspects),
        **rest,
    )


def spans(name: str, text: str) -> tuple[Event, ...]:
    """'[[12, 15.5], [40, 42]]' as stretches of the video."""
    found = _json(text)
    if isinstance(found, list) and len(found) <= SPANS and all(_is_span(each) for each in found):
        return tuple(Event(float(start), float(end)) for start, end in found)
    raise SummarizerError(
        f"{name} is {text[:60]!r}, but takes at most {SPANS} stretches in seconds, "
        "like [[12, 15.5], [40, 42]]"
    )


def factors(text: str) -> tuple[tuple[str, float], ...]:
    """'{"music": 2}' as how much more each sense counts."""
    found = _json(text)
    if isinstance(found, dict) and all(_is_number(each) and each >= 0 for each in found.values()):
        return tuple((name, float(factor)) for name, factor in found.items())
    raise SummarizerError(
        f"weights is {text[:60]!r}, but takes senses and how much more they count, "
        'like {"music": 2, "speech": 0.5}'
    )


def _json(text: str) -> object:
    try:
        return json.loads(text or "null")
    except (ValueError, RecursionError):
        return None


def _is_span(each: object) -> bool:
    two = isinstance(each, list) and len(each) == 2
    return two and all(map(_is_number, each)) and 0 <= each[0] < each[1]


def _is_number(each: object) -> bool:
    return isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each)


def document(summary: Summary, curves: bool) -> dict:
    """The summary as JSON; without its curves it is short enough for a language model."""
    if not curves:
        summary = replace(summary, saliency=Saliency((), ()))
    return json.loads(summary.to_json())


def report(told: Told) -> dict:
    """How far the work is, and what each sense cost."""
    status = told.status
    return {
        "stage": status.text,
        "share": status.share,
        "left": status.left,
        "work": [
            {"sense": each.sense, "seconds": round(each.seconds, 3), "cached": each.cached,
             "device": each.device, "tokens": each.tokens}
            for each in told.work
        ],
    }  # fmt: skip


# -- endpoints ------------------------------------------------------------------------------------

PROGRESS = gr.Progress()
PUBLIC = {"api_visibility": "public", "show_progress": "hidden"}


@contextmanager
def one_sentence() -> Iterator[None]:
    """An error as the caller sees it, without a traceback in the log: it is nobody's fault here."""
    try:
        yield
    except SummarizerError as error:
        raise gr.Error(str(error), print_exception=False) from None


class Endpoints:
    """What the endpoints do. Names, defaults and docstrings here are what callers read."""

    def __init__(self, service: Service):
        self.service = service

    def summarize(  # noqa: PLR0913  each argument is one of the API
        self,
        video: str,
        subtitles: str | None = None,
        want: str = "",
        length: str = "15%",
        balance: float = 0.5,
        variety: float = 0.3,
        aspects: Sequence[str] = ("overview",),
        fill: bool = False,
        preset: str | None = None,
        curves: bool = False,
        progress: gr.Progress = PROGRESS,
    ) -> Iterator[tuple[str, dict | None, dict]]:
        """Watch and listen to a video and summarize it for one viewer: a story, highlights, why.

        Takes from seconds to minutes and tells how far it is; a video seen before is quick.

        Args:
            video: The video or sound file, as an upload.
            subtitles: An .srt or .vtt file with what is said, if there is one.
            want: What the viewer cares about, in plain English; empty: just the highlights.
            length: Of all highlights together at most: a share like 15% or seconds like 30s.
            balance: 0 goes only by the picture, 1 only by the sound.
            variety: 0 takes the best moments however alike, 1 moments as different as possible.
            aspects: What the story should speak of.
            fill: Fill the length up with other highlights where the wish leaves room.
            preset: The system that does it; none: the one this server was started with.
            curves: Also give every curve, a number a second; long.

        Returns:
            handle: For choose, render and export; ends an hour after its last use.
            summary: The answer to the wish, highlights with reasons, and a story with times.
            progress: The stage, the share done, seconds left, and what each sense cost.
        """
        with one_sentence():
            if not video:
                raise SummarizerError("a video is missing: give the file as `video`")
            asked = wished(want, length, aspects, balance=balance, variety=variety, fill=fill)
            files = [video, *([subtitles] if subtitles else [])]
            with closing(self.service.summarize(files, asked, preset or "")) as work:
                for told in work:
                    progress((round(100 * (told.status.share or 0)), 100), desc=told.status.text)
                    summary = document(told.summary, curves) if told.summary else None
                    yield told.handle, summary, report(told)

    def choose(  # noqa: PLR0913
        self,
        handle: str,
        want: str = "",
        length: str = "15%",
        balance: float = 0.5,
        variety: float = 0.3,
        aspects: Sequence[str] = ("overview",),
        fill: bool = False,
        keep: str = "[]",
        drop: str = "[]",
        weights: str = "{}",
        selector: str = "",
        curves: bool = False,
    ) -> dict:
        """Summarize the same video for another wish or length, at once: nothing is watched again.

        Args:
            handle: From summarize.
            want: What the viewer cares about, in plain English; empty: just the highlights.
            length: Of all highlights together at most: a share like 15% or seconds like 30s.
            balance: 0 goes only by the picture, 1 only by the sound.
            variety: 0 takes the best moments however alike, 1 moments as different as possible.
            aspects: What the story should speak of.
            fill: Fill the length up with other highlights where the wish leaves room.
            keep: Stretches in seconds that must be in, as JSON: [[12, 15.5], [40, 42]].
            drop: Stretches in seconds that must not be in, as JSON.
            weights: How much more some senses count, as JSON: {"music": 2, "speech": 0.5}.
            selector: How moments are picked: knapsack or dpp; empty: the preset's own way.
            curves: Also give every curve, a number a second; long.

        Returns:
            summary: The answer to the wish, highlights with reasons, and a story with times.
        """
        with one_sentence():
            asked = wished(
                want, length, aspects, balance=balance, variety=variety, fill=fill,
                keep=spans("keep", keep), drop=spans("drop", drop),
                weights=factors(weights), selector=selector,
            )  # fmt: skip
            return document(self.service.choose(handle, asked), curves)

    def render(
        self, handle: str, shape: str = "source", progress: gr.Progress = PROGRESS
    ) -> Iterator[str | None]:
        """Cut the reel: the highlights of the last summary, with their own sound.

        Args:
            handle: From summarize.
            shape: As the video is (source), or cropped to 9:16 or 1:1 around faces or motion.

        Returns:
            reel: The .mp4, or an .m4a where there is only sound.
        """
        with one_sentence(), closing(self.service.render(handle, shape)) as work:
            for path, status in work:
                progress((round(100 * (status.share or 0)), 100), desc=status.text)
                yield path and str(path)

    def export(self, handle: str, name: str = "json") -> str:
        """Write the last summary in a form that other programs read.

        Args:
            handle: From summarize.
            name: Which: a table, captions, chapters, an edit list, a page, or all of them as zip.

        Returns:
            file: The file.
        """
        with one_sentence():
            return str(self.service.export(handle, name))


def endpoints(service: Service) -> None:
    """The four endpoints as named events of the page that is being built; nothing is shown.

    Called before the page makes events of its own: gradio names these too, and the first wins.
    """
    does, summarizer = Endpoints(service), service.summarizer
    with gr.Column(visible=False):
        video, subtitles = gr.File(label="Video"), gr.File(label="Subtitles")
        offers = [offer.name for offer in summarizer.presets()]
        presets = gr.Dropdown(offers, value=None, label="Preset")
        curves, handle = gr.Checkbox(value=False, label="Curves"), gr.Textbox(label="Handle")
        wish = _wish()
        keep, drop = gr.Textbox("[]", label="Keep"), gr.Textbox("[]", label="Drop")
        weights = gr.Textbox("{}", label="Weights")
        selector = gr.Dropdown(["", *summarizer.selectors], value="", label="Selector")
        shape = gr.Dropdown([*summarizer.shapes], value="source", label="Shape")
        names = [*(form.name for form in summarizer.exports), BUNDLE]
        name = gr.Dropdown(names, value="json", label="Name")
        token, summary, how = (
            gr.Textbox(label="Handle"),
            gr.JSON(label="Summary"),
            gr.JSON(label="Progress"),
        )
        reel, file = gr.File(label="Reel"), gr.File(label="File")
        runs = [gr.Button() for _ in range(4)]
    heavy = {**PUBLIC, "concurrency_limit": None}  # as on the page, whose turns it takes
    runs[0].click(
        does.summarize,
        [video, subtitles, *wish, presets, curves],
        [token, summary, how],
        api_name="summarize",
        **heavy,
    )
    runs[1].click(
        does.choose,
        [handle, *wish, keep, drop, weights, selector, curves],
        summary,
        api_name="choose",
        concurrency_limit=4,
        **PUBLIC,
    )
    runs[2].click(does.render, [handle, shape], reel, api_name="render", **heavy)
    # one at a time: an export removes the one before, which must have been handed over by then
    runs[3].click(
        does.export, [handle, name], file, api_name="export", concurrency_limit=1, **PUBLIC
    )


def _wish() -> list[gr.components.Component]:
    """What summarize and choose have in common, in the order of their arguments."""
    return [
        gr.Textbox("", label="Want"),
        gr.Textbox("15%", label="Length"),
        gr.Slider(0, 1, 0.5, label="Balance"),
        gr.Slider(0, 1, 0.3, label="Variety"),
        gr.Dropdown([*ASPECTS], value=["overview"], multiselect=True, label="Aspects"),
        gr.Checkbox(value=False, label="Fill"),
    ]
