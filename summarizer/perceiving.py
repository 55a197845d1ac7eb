"""One run of perceiving over one file: quick senses first, each finding kept, stoppable anywhere.

The run works in a thread of its own, so that whoever follows it hears of it several times a second
and can end it at once, even while a decoder or an import takes its time.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from itertools import chain
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread

from summarizer import media
from summarizer.apart import Apart
from summarizer.cache import Cache
from summarizer.config import Config
from summarizer.errors import MediaError, SummarizerError
from summarizer.files import Scratch
from summarizer.sampling import Encode, Sampler, settings_of
from summarizer.schema import (
    Encoded,
    Findings,
    Line,
    Perception,
    Pictures,
    Sound,
    Step,
    Video,
    Work,
)
from summarizer.senses import (
    AsRecorded,
    CloserLook,
    Identified,
    OnGpu,
    Reader,
    Sense,
    Spared,
    TwoStep,
)
from summarizer.senses.screen import unrepeated
from summarizer.stages.cut import cut
from summarizer.stages.listen import listen
from summarizer.stages.watch import watch

PULSE = 0.3  # seconds between two signs of life
ENCODING = 0.2  # seconds a model takes for a second of video; a guess, for the bar alone
AT_ONCE = 2  # models at work


def perceiving(
    path: Path,
    video: Video,
    senses: Sequence[Sense | TwoStep],
    config: Config,
    cache: Cache,
    encode: Encode,
) -> Iterator[Step]:
    """Ever fuller, always valid perceptions; the last is whole. Closing it stops the work.

    The second step of a sense works in a process of its own; that of one which wants a GPU goes
    through `encode`, which may run it elsewhere.
    """
    run = _Run(path, video, senses, config, cache, encode)
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


class _Timed:
    """A sense at work, and the wall-clock seconds spent inside it.

    What senses share of a batch of pictures is counted with the one that asks for it first, and a
    busy machine makes every sense look slower.
    """

    def __init__(self, sense: Sense | Sampler):
        self.sense, self.seconds = sense, 0.0

    def take(self, material: Pictures | Sound | tuple[Line, ...] | Findings) -> None:
        began = time.perf_counter()
        self.sense.take(material)
        self.seconds += time.perf_counter() - began

    def findings(self) -> Findings:
        began = time.perf_counter()
        findings = self.sense.findings()
        self.seconds += time.perf_counter() - began
        return findings

    def look(self, pictures: Pictures) -> None:
        began = time.perf_counter()
        self.sense.look(pictures)
        self.seconds += time.perf_counter() - began

    def close(self) -> None:
        began = time.perf_counter()
        self.sense.close()
        self.seconds += time.perf_counter() - began


class _Run:
    """What has been found so far and how far the work is."""

    def __init__(
        self,
        path: Path,
        video: Video,
        senses: Sequence[Sense | TwoStep],
        config: Config,
        cache: Cache,
        encode: Encode,
    ):
        self.path, self.video, self.senses = path, video, senses
        self.config, self.cache, self.encode_with = config, cache, encode
        self.folder: Scratch | None = None  # of samples, where a sense takes some
        self.hands: dict[str, _Timed] = {}  # the senses at work, by name
        self.sampled: list[TwoStep] = []  # whose samples wait for their model
        self.work: dict[str, Work] = {}
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
        yield from self.recall()
        yield from self.read()
        self.plan()
        yield from self.listen()
        yield from self.glance()
        yield from self.watch()
        yield from self.encode()
        yield from self.connect()
        yield Step("Done", 1.0, 0.0, self.perception, self._work())

    def stop(self) -> None:
        """End the decoders and, with them, the work; what is unfinished is not kept."""
        self.stopped.set()
        for stream in self.streams:
            stream.close()
        if self.folder is not None:
            self.folder.close()

    # -- the stages -------------------------------------------------------------------------------

    def recall(self) -> Iterator[Step]:
        """What was found in an earlier run."""
        for sense in self.senses:
            if sense.reads in ("pictures", "sound"):
                findings = self.cache.get(self._entry(sense, self._material()))
                if findings is not None:
                    self._recalled(sense, findings)
        self._refresh()
        yield self.step("Opening")

    def plan(self) -> None:
        """What is still to be done; then the rest can be estimated."""
        watching = self._watching() if self._missing("pictures") else 0.0
        missing = [*self._missing("sound"), *self._missing("pictures")]
        models = [sense for sense in missing if isinstance(sense, TwoStep)]
        if models:
            self._make_folder()
        self.costs = {
            "Listening": 0.02 * self.video.seconds if self._missing("sound") else 0.0,
            "Looking ahead": 0.1 * watching if self._glances(watching) else 0.0,
            "Watching": watching,
            "Recognising": ENCODING * self.video.seconds * len(models),
        }

    def read(self) -> Iterator[Step]:
        """The text tracks inside and beside the file."""
        for sense in self._missing("text"):
            self._hand(sense).take(media.text_lines(self.path, self.video, self.config.limits))
            yield from self._keep(sense, "Opening")
        for sense in self.senses:
            if isinstance(sense, Spared) and self.found.get(sense.spared_by, Findings()).lines:
                self._found(sense, Findings(), Work(sense.name, 0.0), "")

    def listen(self) -> Iterator[Step]:
        """The sound, while the pictures are already being decoded elsewhere."""
        decode = self.config.decode
        if self._missing("pictures"):
            self._open(media.stream_pictures, self.path, self.video, decode)
        senses = self._missing("sound")
        if not senses:
            return
        with self._noting("sound"):
            sounds = self._open(media.stream_sound, self.path, self.video, decode.sound_block)
            recorded = [self._hand(each) for each in senses if isinstance(each, AsRecorded)]
            hands = [self._hand(each) for each in senses if not isinstance(each, AsRecorded)]
            for reached in listen(sounds, hands, decode, recorded):
                yield self.step("Listening", reached)
            yield from self._settle(senses, "Listening")
        self.done += self.costs["Listening"]

    def glance(self) -> Iterator[Step]:
        """A first idea of a picture that takes long to watch, replaced by what watching finds."""
        if not self.costs["Looking ahead"]:
            return
        glancing = [type(sense)(self.video) for sense in self._missing("pictures") if sense.still]
        with suppress(MediaError):
            pictures = self._open(media.key_pictures, self.path, self.video, self.config.decode)
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
            hands = [self._hand(sense) for sense in senses]
            for reached in watch(self.streams[0], hands, self.video.seconds):
                yield self.step("Watching", reached)
            self.guessed = {}
            yield from self._settle(senses, "Watching")
        self.done += self.costs["Watching"]

    def encode(self) -> Iterator[Step]:
        """The models, a few at a time, each over the samples taken for it."""
        if not self.sampled:
            return
        shares = dict.fromkeys(self.sampled, 0.0)
        news: Queue[tuple[TwoStep, Encoded | BaseException | None]] = Queue()
        with ThreadPoolExecutor(AT_ONCE, "encoding") as pool:
            for sense in self.sampled:
                pool.submit(self._encode, sense, news)
            working = len(self.sampled)
            while working:
                with suppress(Empty):
                    sense, got = news.get(timeout=PULSE)
                    if isinstance(got, Encoded):
                        shares[sense] = min(1.0, got.share)
                        self.guessed[sense.name] = got.findings
                        self._refresh()
                    else:
                        shares[sense], working = 1.0, working - 1
                        self._encoded(sense, got)
                mean = sum(shares.values()) / len(shares)
                yield self.step("Recognising", mean * self.video.seconds)
        self.done += self.costs["Recognising"]

    def _encode(self, sense: TwoStep, news: Queue) -> None:
        """Send the findings of the second step of a sense, ever fuller, then None or an error."""
        try:
            for encoded in self._encoding(sense):
                if self.stopped.is_set():
                    return
                news.put((sense, encoded))
            news.put((sense, None))
        except BaseException as error:
            news.put((sense, error))

    def _encoded(self, sense: TwoStep, error: BaseException | None) -> None:
        """The second step of a sense is over; where it failed, that is a note."""
        self.guessed.pop(sense.name, None)
        with self._noting(f"sense {sense.name!r}", SummarizerError):
            if error is not None:
                raise error
        self._refresh()

    def connect(self) -> Iterator[Step]:
        """The senses that work on what the others put into words, or found."""
        lines = self.perception.lines
        words = sha256("\n".join(line.text for line in lines).encode()).hexdigest()
        for sense in self._missing("lines"):
            findings = self.cache.get(self._entry(sense, words))
            if findings is None:
                self._hand(sense).take(lines)
                yield from self._keep(sense, "Reading", words)
            else:
                self._recalled(sense, findings)
        for sense in self._missing("findings"):
            self._hand(sense).take(_all_of(self.found.values()))
            yield from self._keep(sense, "Reading")
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
        return Step(stage, share, left, self.perception, self._work())

    def _watching(self) -> float:
        """About how many seconds watching takes."""
        width, height = self.video.size
        pixels = width * height * float(self.video.rate) * self.video.seconds
        return 0.01 * self.video.seconds + pixels / self.config.perceive.pixels_a_second

    def _glances(self, watching: float) -> bool:
        """Whether a first result would come late without a glance."""
        due = self.config.perceive
        return watching > max(due.first, due.first_share * self.video.seconds) / 2

    def _missing(self, reads: str) -> list[Sense | TwoStep]:
        """The senses of this kind that still have work to do on this file."""
        there = {"sound": self.video.has_audio, "pictures": self.video.has_picture}
        if not there.get(reads, True):
            return []
        return [
            sense for sense in self.senses if sense.reads == reads and sense.name not in self.found
        ]

    def _open(self, stream: Callable, *arguments: object):
        """A process at work, which `stop` will end."""
        opened = stream(*arguments, self.config.limits)
        self.streams.append(opened)
        if self.stopped.is_set():  # stop may have come between the two lines above
            opened.close()
        return opened

    @contextmanager
    def _noting(self, what: str, error: type[SummarizerError] = MediaError) -> Iterator[None]:
        """A broken half of a file is a note, not the end: the other half may be enough."""
        try:
            yield
        except error as reason:
            self.notes.append(f"The {what} could not be used: {reason}")
            self._refresh()

    def _material(self) -> str:
        return repr(self.config.decode)

    def _entry(self, sense: Sense | TwoStep, identity: str) -> Path:
        if isinstance(sense, Identified):
            identity = f"{sense.identity} {identity}"
        if isinstance(sense, TwoStep) and (settings := settings_of(sense, self.config)):
            identity = f"{settings} {identity}"
        return self.cache.entry(self.video.sha256, sense.name, f"{sense.version} {identity}")

    def _make_folder(self) -> None:
        """A folder for samples, which `stop` will remove."""
        self.folder = Scratch()
        if self.stopped.is_set():  # stop may have come before it was there
            self.folder.close()

    def _hand(self, sense: Sense | TwoStep) -> _Timed:
        """The sense as something that takes material, timed; the same one whenever asked."""
        if sense.name not in self.hands:
            two = isinstance(sense, TwoStep)
            taker = Sampler(sense, self.folder.path) if two else sense
            self.hands[sense.name] = _Timed(taker)
        return self.hands[sense.name]

    def _settle(self, senses: Sequence[Sense | TwoStep], stage: str) -> Iterator[Step]:
        """The material is over: ask the senses, and note whose samples wait for their model."""
        for sense in senses:
            if isinstance(sense, TwoStep):
                self.hands[sense.name].close()
                self.sampled.append(sense)
            else:
                yield from self._keep(sense, stage, self._material())

    def _encoding(self, sense: TwoStep) -> Iterator[Encoded]:
        """The second step of a sense; what it ends with is kept."""
        hand, nothing = self.hands[sense.name], Findings()
        if isinstance(sense, CloserLook):
            self._look_closer(sense, hand)
            nothing = sense.nothing()
        path, count = str(hand.sense.path), hand.sense.count
        began, encoded = time.perf_counter(), Encoded(1.0, nothing)
        settings = settings_of(sense, self.config)
        arguments = (sense.name, path, count, self.video.seconds, settings)
        with closing(self._second_step(sense, arguments)) as work:
            for encoded in work:
                yield encoded
        if self.stopped.is_set():  # its work was cut short
            return
        seconds = hand.seconds + time.perf_counter() - began
        spent = Work(sense.name, seconds, False, encoded.device, encoded.tokens)
        self._found(sense, encoded.findings, spent, self._material())

    def _look_closer(self, sense: CloserLook, hand: _Timed) -> None:
        """Show a sense the larger pictures of the moments it names."""
        moments = sense.moments()
        if moments:
            stills = media.stream_stills
            for pictures in self._open(stills, self.path, self.video, moments, sense.width):
                hand.look(pictures)

    def _second_step(self, sense: TwoStep, arguments: tuple) -> Iterator[Encoded]:
        if not arguments[2]:
            return (nothing for nothing in ())
        if isinstance(sense, OnGpu):
            return self.encode_with(*arguments)
        return self._open(Apart, *arguments[:4])

    def _keep(self, sense: Sense, stage: str, identity: str = "") -> Iterator[Step]:
        """Take in what a sense found, on disk too if it has an identity; show the fuller whole."""
        if self.stopped.is_set():  # its material was cut short
            raise _Stopped
        hand = self._hand(sense)
        findings = hand.findings()
        tokens = sense.tokens if isinstance(sense, Reader) else 0
        self._found(sense, findings, Work(sense.name, hand.seconds, tokens=tokens), identity)
        yield self.step(stage, self.video.seconds)

    def _found(
        self, sense: Sense | TwoStep, findings: Findings, spent: Work, identity: str
    ) -> None:
        self.found[sense.name], self.work[sense.name] = findings, spent
        if identity:
            self.cache.put(self._entry(sense, identity), findings)
        self._refresh()

    def _recalled(self, sense: Sense | TwoStep, findings: Findings) -> None:
        """Take in what an earlier run found."""
        self.found[sense.name] = findings
        self.work[sense.name] = Work(sense.name, 0.0, cached=True)

    def _work(self) -> tuple[Work, ...]:
        return tuple(self.work[each.name] for each in self.senses if each.name in self.work)

    def _refresh(self) -> None:
        """The perception anew from all that is known."""
        known = self.guessed | self.found
        whole = _all_of(known.values())
        for sense in self._missing("findings"):
            weighing = type(sense)(self.video)
            weighing.take(whole)
            known[sense.name] = weighing.findings()
        order = [known[sense.name] for sense in self.senses if sense.name in known]
        tracks = tuple(chain.from_iterable(findings.tracks for findings in order))
        lines = unrepeated(chain.from_iterable(findings.lines for findings in order))
        self.perception = Perception(
            video=self.video,
            events=cut(self.video, tracks, self.config.cut),
            curves=tuple(chain.from_iterable(findings.curves for findings in order)),
            lines=tuple(sorted(lines, key=lambda line: (line.start, line.end, line.source))),
            tracks=tracks,
            senses=tuple(sense.name for sense in self.senses if sense.name in self.found),
            notes=tuple(self.notes),
        )


def _all_of(parts: Iterable[Findings]) -> Findings:
    """What several senses found, as if it were one."""
    parts = tuple(parts)
    return Findings(
        tuple(chain.from_iterable(part.curves for part in parts)),
        tuple(chain.from_iterable(part.lines for part in parts)),
        tuple(chain.from_iterable(part.tracks for part in parts)),
    )
