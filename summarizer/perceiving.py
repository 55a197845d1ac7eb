"""One run of perceiving over one file: quick senses first, each finding kept, stoppable anywhere.

The run works in a thread of its own, so that whoever follows it hears of it several times a second
and can end it at once, even while a decoder or an import takes its time.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import chain
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread

from summarizer import media
from summarizer.cache import Cache
from summarizer.config import Config
from summarizer.errors import MediaError
from summarizer.schema import Findings, Perception, Step, Video
from summarizer.senses import Sense
from summarizer.stages.cut import cut
from summarizer.stages.listen import listen
from summarizer.stages.watch import watch

PULSE = 0.3  # seconds between two signs of life


def perceiving(
    path: Path, video: Video, senses: Sequence[Sense], config: Config, cache: Cache
) -> Iterator[Step]:
    """Ever fuller, always valid perceptions; the last is whole. Closing it stops the work."""
    run = _Run(path, video, senses, config, cache)
    yield run.step("Opening")
    news: Queue[Step | BaseException | None] = Queue()
    Thread(target=_report, args=(run, news), name="perceiving", daemon=True).start()
    try:
        last = run.step("Opening")
        while True:
            with suppress(Empty):
                got = news.get(timeout=PULSE)
                if got is None:
                    return
                if isinstance(got, BaseException):
                    raise got
                last = got
            yield last
    finally:
        run.stop()


def _report(run: "_Run", news: Queue) -> None:
    """Do the work and send its steps, then None; an exception is sent, too."""
    try:
        for step in run.steps():
            news.put(step)
        news.put(None)
    except BaseException as error:
        news.put(error)


class _Stopped(Exception):
    """Nobody follows the run any more."""


class _Run:
    """What has been found so far and how far the work is."""

    def __init__(
        self, path: Path, video: Video, senses: Sequence[Sense], config: Config, cache: Cache
    ):
        self.path, self.video, self.senses = path, video, senses
        self.config, self.cache = config, cache
        self.found: dict[str, Findings] = {}
        self.guessed: dict[str, Findings] = {}  # from a glance; gives way to what is found
        self.notes: list[str] = []
        self.streams: list = []  # the decoders at work
        self.stopped = Event()
        self.costs: dict[str, float] = {}  # of the stages to do, in about seconds
        self.done = 0.0  # of those
        self.began = time.monotonic()
        self.perception = Perception(video, cut(video, (), config.cut))

    def steps(self) -> Iterator[Step]:
        for stage in (self.recall, self.read, self.listen, self.glance, self.watch, self.connect):
            yield from stage()
        yield Step("Done", 1.0, 0.0, self.perception)

    def stop(self) -> None:
        """End the decoders and, with them, the work; what is unfinished is not kept."""
        self.stopped.set()
        for stream in self.streams:
            stream.close()

    # -- the stages -------------------------------------------------------------------------------

    def recall(self) -> Iterator[Step]:
        """What was found in an earlier run; then the rest can be estimated."""
        for sense in self.senses:
            if sense.reads in ("pictures", "sound"):
                findings = self.cache.get(self._entry(sense, self._material()))
                if findings is not None:
                    self.found[sense.name] = findings
        watching = self._watching() if self._missing("pictures") else 0.0
        self.costs = {
            "Listening": 0.02 * self.video.seconds if self._missing("sound") else 0.0,
            "Looking ahead": 0.1 * watching if self._glances(watching) else 0.0,
            "Watching": watching,
        }
        self._refresh()
        yield self.step("Opening")

    def read(self) -> Iterator[Step]:
        """The text tracks inside and beside the file."""
        for sense in self._missing("text"):
            sense.take(media.text_lines(self.path, self.video, self.config.limits))
            yield from self._keep(sense, "Opening")

    def listen(self) -> Iterator[Step]:
        """The sound, while the pictures are already being decoded elsewhere."""
        decode = self.config.decode
        if self._missing("pictures"):
            self._open(media.stream_pictures, decode)
        senses = self._missing("sound")
        if not senses:
            return
        with self._noting("sound"):
            sounds = self._open(media.stream_sound, decode.sound_block)
            for reached in listen(sounds, senses, decode):
                yield self.step("Listening", reached)
            for sense in senses:
                yield from self._keep(sense, "Listening", self._material())
        self.done += self.costs["Listening"]

    def glance(self) -> Iterator[Step]:
        """A first idea of a picture that takes long to watch, replaced by what watching finds."""
        if not self.costs["Looking ahead"]:
            return
        glancing = [type(sense)(self.video) for sense in self._missing("pictures") if sense.still]
        with suppress(MediaError):
            pictures = self._open(media.key_pictures, self.config.decode)
            for reached in watch(pictures, glancing, self.video.seconds):
                yield self.step("Looking ahead", reached)
            self.guessed = {sense.name: sense.findings() for sense in glancing}
            self._refresh()
        self.done += self.costs["Looking ahead"]
        yield self.step("Watching")

    def watch(self) -> Iterator[Step]:
        """The pictures, all senses from one decode."""
        senses = self._missing("pictures")
        if not senses:
            return
        with self._noting("picture"):
            for reached in watch(self.streams[0], senses, self.video.seconds):
                yield self.step("Watching", reached)
            self.guessed = {}
            for sense in senses:
                yield from self._keep(sense, "Watching", self._material())
        self.done += self.costs["Watching"]

    def connect(self) -> Iterator[Step]:
        """The senses that work on what the others put into words."""
        lines = self.perception.lines
        words = sha256("\n".join(line.text for line in lines).encode()).hexdigest()
        for sense in self._missing("lines"):
            findings = self.cache.get(self._entry(sense, words))
            if findings is None:
                sense.take(lines)
                yield from self._keep(sense, "Reading", words)
            else:
                self.found[sense.name] = findings
        self._refresh()
        if self.notes and not self.perception.curves:
            raise MediaError(self.notes[0])

    # -- bookkeeping ------------------------------------------------------------------------------

    def step(self, stage: str, reached: float = 0.0) -> Step:
        """Where the work is: `reached` seconds into the video in this stage."""
        if self.stopped.is_set():
            raise _Stopped
        whole = sum(self.costs.values())
        within = self.costs.get(stage, 0.0) * min(1.0, reached / max(self.video.seconds, 1e-6))
        share = min(0.99, (self.done + within) / whole) if whole else 0.0
        spent = time.monotonic() - self.began
        left = spent * (1 - share) / share if share > 0.05 and spent > 1 else None
        return Step(stage, share, left, self.perception)

    def _watching(self) -> float:
        """About how many seconds watching takes."""
        width, height = self.video.size
        pixels = width * height * float(self.video.rate) * self.video.seconds
        return 0.01 * self.video.seconds + pixels / self.config.perceive.pixels_a_second

    def _glances(self, watching: float) -> bool:
        """Whether a first result would come late without a glance."""
        due = self.config.perceive
        return watching > max(due.first, due.first_share * self.video.seconds) / 2

    def _missing(self, reads: str) -> list[Sense]:
        """The senses of this kind that still have work to do on this file."""
        there = {"sound": self.video.has_audio, "pictures": self.video.has_picture}
        if not there.get(reads, True):
            return []
        return [
            sense for sense in self.senses if sense.reads == reads and sense.name not in self.found
        ]

    def _open(self, stream: Callable, what: object):
        """A decoder at work, which `stop` will end."""
        opened = stream(self.path, self.video, what, self.config.limits)
        self.streams.append(opened)
        if self.stopped.is_set():  # stop may have come between the two lines above
            opened.close()
        return opened

    @contextmanager
    def _noting(self, what: str) -> Iterator[None]:
        """A broken half of a file is a note, not the end: the other half may be enough."""
        try:
            yield
        except MediaError as error:
            self.notes.append(f"The {what} could not be used: {error}")
            self._refresh()

    def _material(self) -> str:
        return repr(self.config.decode)

    def _entry(self, sense: Sense, identity: str) -> Path:
        return self.cache.entry(self.video.sha256, sense.name, f"{sense.version} {identity}")

    def _keep(self, sense: Sense, stage: str, identity: str = "") -> Iterator[Step]:
        """Take in what a sense found, on disk too if it has an identity; show the fuller whole."""
        if self.stopped.is_set():  # its material was cut short
            raise _Stopped
        self.found[sense.name] = sense.findings()
        if identity:
            self.cache.put(self._entry(sense, identity), self.found[sense.name])
        self._refresh()
        yield self.step(stage, self.video.seconds)

    def _refresh(self) -> None:
        """The perception anew from all that is known."""
        known = self.guessed | self.found
        order = [known[sense.name] for sense in self.senses if sense.name in known]
        tracks = tuple(chain.from_iterable(findings.tracks for findings in order))
        lines = chain.from_iterable(findings.lines for findings in order)
        self.perception = Perception(
            video=self.video,
            events=cut(self.video, tracks, self.config.cut),
            curves=tuple(chain.from_iterable(findings.curves for findings in order)),
            lines=tuple(sorted(lines, key=lambda line: (line.start, line.end, line.source))),
            tracks=tracks,
            senses=tuple(sense.name for sense in self.senses if sense.name in self.found),
            notes=tuple(self.notes),
        )
