"""The story as a whole: perceive once, choose many times, tell, render.

    perceive (recall, read, listen, glance, watch) -> choose (wish, score, select) -> tell
                                                                                   -> render

Nothing in here is global: a Summarizer holds settings and a cache, values go in and come out.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from itertools import chain
from pathlib import Path

import numpy as np

from summarizer import media, results
from summarizer.cache import Cache, default_root
from summarizer.config import Config, Limits, Preset, override
from summarizer.config import preset as preset_named
from summarizer.errors import MediaError
from summarizer.schema import (
    Concept,
    Findings,
    Line,
    Perception,
    Pictures,
    Preference,
    Sound,
    Step,
    Summary,
    Video,
)
from summarizer.senses import SENSES, Sense
from summarizer.stages.cut import cut
from summarizer.stages.listen import listen
from summarizer.stages.narrate import NARRATORS
from summarizer.stages.render import render, suffix
from summarizer.stages.score import HEADS
from summarizer.stages.selection import SELECTORS
from summarizer.stages.watch import watch
from summarizer.stages.wish import read


def load(
    preset: str = "offline", *, overrides: Sequence[str] = (), cache: Path | None = None
) -> "Summarizer":
    """A summarizer of the named preset; overrides are like 'cut.longest=10'."""
    config = Config()
    for assignment in overrides:
        config = override(config, assignment)
    return Summarizer(preset_named(preset), config, cache or default_root())


class Summarizer:
    """One preset with its settings; safe to share between viewers, it remembers none of them."""

    def __init__(self, preset: Preset, config: Config, cache: Path):
        self.preset = preset
        self.config = config
        self.cache = Cache(cache, config.cache.bytes)

    @property
    def limits(self) -> Limits:
        return self.config.limits

    @property
    def concepts(self) -> tuple[Concept, ...]:
        """All that a viewer can ask for and this preset's senses can judge."""
        return tuple(each for name in self.preset.senses for each in SENSES[name].concepts)

    # -- perceive: once a video -------------------------------------------------------------------

    def probe(self, path: Path) -> Video:
        """What the file is; an error says what is wrong with it or which limit it breaks."""
        return media.probe(path, self.limits)

    def perceive(self, path: str | Path) -> Perception:
        """All that can be perceived of the file, waited for."""
        *_, last = self.perceiving(path)
        return last.perception

    def perceiving(self, path: str | Path) -> Iterator[Step]:
        """Ever fuller, always valid perceptions; the last is whole. Closing it stops the work."""
        path = Path(path)
        with closing(_Perceiving(self, path, self.probe(path))) as work:
            yield work.step("Opening")
            for stage in work.stages():
                yield from stage

    def warm(self) -> None:
        """Import and load what the first video would otherwise wait for, by perceiving a second."""
        video = Video("", "", 1.0, (0, 0), 0, 0, 1, True)
        silence = Sound(0.0, np.zeros(48_000, np.float32), 48_000)
        senses = [SENSES[name](video) for name in self.preset.senses]
        sounds = [sense for sense in senses if sense.reads == "sound"]
        for _ in listen(iter([silence]), sounds, self.config.decode):
            pass
        for sense in senses:
            if sense.reads == "lines":
                sense.take((Line(0.0, 1.0, "hello", "warm"),))
            sense.findings()

    # -- choose: milliseconds, at every touch -----------------------------------------------------

    def choose(self, perception: Perception, preference: Preference) -> Summary:
        """The best answer to this preference; the story is still to be told."""
        wish = read(preference.want, self.concepts)
        scored = HEADS[self.preset.head](perception, preference, wish, self.preset)
        highlights = SELECTORS[self.preset.selector](
            perception, preference, scored, self.config.selection
        )
        return Summary(perception.video, preference, scored.answer, scored.saliency, highlights)

    # -- tell and render: seconds, when asked -----------------------------------------------------

    def tell(self, perception: Perception, summary: Summary) -> Iterator[Summary]:
        """The summary with ever more of its story; the last has it whole."""
        summary = replace(summary, story=())
        for sentence in NARRATORS[self.preset.narrator](perception, summary):
            summary = replace(summary, story=(*summary.story, sentence))
            yield summary

    def render(self, summary: Summary, path: Path, target: Path) -> Iterator[float]:
        """Write the reel of the summary, cut from the file, to target; the share done."""
        yield from render(summary, path, target, self.limits)

    def saving(self, summary: Summary, path: Path, folder: Path) -> Iterator[float]:
        """Write the reel and all other results into the folder; the share done."""
        results.write(summary, folder)
        if summary.highlights:
            yield from self.render(summary, path, folder / f"reel{suffix(summary.video)}")

    def save(
        self, summary: Summary, path: str | Path, folder: str | Path, *, replace: bool = False
    ) -> None:
        """Write all results into the folder, waited for; results already there are kept safe."""
        for _ in self.saving(summary, Path(path), results.folder_for(Path(folder), replace)):
            pass

    def suffix(self, video: Video) -> str:
        """What a reel of this video ends with: .mp4, or .m4a where there is only sound."""
        return suffix(video)

    def playable(self, path: Path, video: Video) -> bool:
        """Whether a browser plays the file as it is."""
        return media.playable(path, video, self.limits)

    def preview(self, path: Path, video: Video, target: Path) -> Iterator[float]:
        """Write a copy that every browser plays, upright and at most 720p; the share done."""
        yield from media.preview(path, video, target, self.limits)

    def stills(self, path: Path, video: Video, times: Sequence[float], width: int) -> Pictures:
        """The pictures shown at these times, for thumbnails."""
        return media.pictures_at(path, video, times, width, self.limits)


class _Perceiving:
    """One run over one file: what has been found so far and how far the work is."""

    def __init__(self, summarizer: Summarizer, path: Path, video: Video):
        self.config, self.cache = summarizer.config, summarizer.cache
        self.path, self.video = path, video
        self.senses = [SENSES[name](video) for name in summarizer.preset.senses]
        self.found: dict[str, Findings] = {}
        self.guessed: dict[str, Findings] = {}  # from a glance; gives way to what is found
        self.notes: list[str] = []
        self.pictures: Iterator[Pictures] | None = None  # decoded ahead while listening
        self.costs: dict[str, float] = {}  # of the stages still to do, in seconds of work
        self.done = 0.0
        self.began = time.monotonic()
        self.perception = Perception(video, cut(video, (), self.config.cut))

    def stages(self) -> Iterator[Iterator[Step]]:
        yield self.recall()
        yield self.read()
        yield self.listen()
        yield self.glance()
        yield self.watch()
        yield self.connect()

    def close(self) -> None:
        if self.pictures is not None:
            self.pictures.close()

    # -- the stages -------------------------------------------------------------------------------

    def recall(self) -> Iterator[Step]:
        """What was found in an earlier run; then the rest can be estimated."""
        for sense in self.senses:
            if sense.reads in ("pictures", "sound"):
                findings = self.cache.get(self._entry(sense, self._material()))
                if findings is not None:
                    self.found[sense.name] = findings
        self.costs = {
            "Listening": 0.02 * self.video.seconds if self._missing("sound") else 0.0,
            "Looking ahead": 0.005 * self.video.seconds if self._missing("pictures") else 0.0,
            "Watching": 0.06 * self.video.seconds if self._missing("pictures") else 0.0,
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
        if self._missing("pictures"):
            self.pictures = self._decoded_ahead()
        senses = self._missing("sound")
        if not senses:
            return
        limits, block = self.config.limits, self.config.decode.sound_block
        with (
            self._noting("sound"),
            closing(media.stream_sound(self.path, self.video, block, limits)) as sounds,
        ):
            for reached in listen(sounds, senses, self.config.decode):
                yield self.step("Listening", reached)
            for sense in senses:
                yield from self._keep(sense, "Listening", self._material())
        self._end("Listening")

    def glance(self) -> Iterator[Step]:
        """A first idea of the pictures from a few of them, replaced by what watching finds."""
        senses = [sense for sense in self._missing("pictures") if sense.still]
        if not senses:
            return
        glancing = [type(sense)(self.video) for sense in senses]
        with (
            suppress(MediaError),
            closing(
                media.key_pictures(self.path, self.video, self.config.decode, self.config.limits)
            ) as pictures,
        ):
            for reached in watch(pictures, glancing, self.video.seconds):
                yield self.step("Looking ahead", reached)
            self.guessed = {sense.name: sense.findings() for sense in glancing}
            self._refresh()
        self._end("Looking ahead")
        yield self.step("Watching")

    def watch(self) -> Iterator[Step]:
        """The pictures, all senses from one decode."""
        senses = self._missing("pictures")
        if not senses:
            return
        with self._noting("picture"):
            for reached in watch(self.pictures, senses, self.video.seconds):
                yield self.step("Watching", reached)
            for sense in senses:
                yield from self._keep(sense, "Watching", self._material())
        self.guessed = {}
        self._end("Watching")

    def connect(self) -> Iterator[Step]:
        """The senses that work on what the others put into words."""
        lines = self.perception.lines
        words = sha256("\n".join(line.text for line in lines).encode()).hexdigest()
        for sense in self._missing("lines"):
            findings = self.cache.get(self._entry(sense, words))
            if findings is None:
                sense.take(lines)
                yield from self._keep(sense, "Connecting", words)
            else:
                self.found[sense.name] = findings
        if self.notes and not self.perception.curves:
            raise MediaError(self.notes[0])
        self._refresh()
        yield Step("Done", 1.0, 0.0, self.perception)

    # -- bookkeeping ------------------------------------------------------------------------------

    def step(self, stage: str, reached: float = 0.0) -> Step:
        """Where the work is: `reached` seconds into the video in this stage."""
        whole = sum(self.costs.values())
        within = self.costs.get(stage, 0.0) * min(1.0, reached / max(self.video.seconds, 1e-6))
        share = min(0.99, (self.done + within) / whole) if whole else 0.0
        spent = time.monotonic() - self.began
        left = spent * (1 - share) / share if share > 0.05 and spent > 1 else None
        return Step(stage, share, left, self.perception)

    def _end(self, stage: str) -> None:
        self.done += self.costs.get(stage, 0.0)

    def _missing(self, reads: str) -> list[Sense]:
        """The senses of this kind that still have work to do on this file."""
        if (reads == "sound" and not self.video.has_audio) or (
            reads == "pictures" and not self.video.has_picture
        ):
            return []
        return [
            sense for sense in self.senses if sense.reads == reads and sense.name not in self.found
        ]

    def _material(self) -> str:
        return repr(self.config.decode)

    def _entry(self, sense: Sense, identity: str) -> Path:
        return self.cache.entry(self.video.sha256, sense.name, f"{sense.version} {identity}")

    def _keep(self, sense: Sense, stage: str, identity: str = "") -> Iterator[Step]:
        """Take in what a sense found, on disk too if it has an identity; show the fuller whole."""
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

    def _decoded_ahead(self) -> Iterator[Pictures]:
        """The stream of pictures with its decoder already at work."""
        stream = media.stream_pictures(
            self.path, self.video, self.config.decode, self.config.limits
        )
        with closing(stream):
            yield from stream

    @contextmanager
    def _noting(self, what: str) -> Iterator[None]:
        """A broken half of a file is a note, not the end: the other half may be enough."""
        try:
            yield
        except MediaError as error:
            self.notes.append(f"The {what} could not be used: {error}")
            self._refresh()
