"""The story as a whole: perceive once, choose many times, tell, render.

    perceive (recall, read, listen, glance, watch) -> choose (wish, score, select) -> tell
                                                                                   -> render

Nothing in here is global: a Summarizer holds settings and a cache, values go in and come out.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from summarizer import dossier, exports, media, taste
from summarizer.cache import Cache, default_root
from summarizer.config import PRESETS, SHAPES, Config, Limits, NarratorConfig, Preset, override
from summarizer.config import preset as preset_named
from summarizer.errors import PreferenceError
from summarizer.exports import Form
from summarizer.models import hub
from summarizer.models.emotion import Emotion, emotion
from summarizer.offers import offers, require
from summarizer.perceiving import perceiving
from summarizer.sampling import Encode, encode
from summarizer.schema import (
    Attention,
    Concept,
    Event,
    Line,
    Offer,
    Perception,
    Pictures,
    Preference,
    Sound,
    Step,
    Summary,
    Video,
)
from summarizer.senses import SENSES, TwoStep
from summarizer.stages.crop import crop
from summarizer.stages.listen import listen
from summarizer.stages.narrate import Telling, Write, compose, narrator, titles, write
from summarizer.stages.narrate.evidence import Evidence, witnessed
from summarizer.stages.narrate.witness import asking
from summarizer.stages.render import render, suffix
from summarizer.stages.score import ATTENTION, HEADS
from summarizer.stages.selection import SELECTORS
from summarizer.stages.wish import read


def load(
    preset: str = "offline",
    *,
    overrides: Sequence[str] = (),
    cache: Path | None = None,
    encode: Encode = encode,
    write: Write = write,
) -> "Summarizer":
    """A summarizer of the named preset; overrides are like 'cut.longest=10'.

    Models perceive through `encode` and tell through `write`, at once in this process or wherever
    these send them.
    """
    config = Config()
    for assignment in overrides:
        config = override(config, assignment)
    return Summarizer(preset_named(preset), config, cache or default_root(), encode, write)


class Summarizer:
    """One preset with its settings; safe to share between viewers, it remembers none of them."""

    def __init__(
        self,
        preset: Preset,
        config: Config,
        cache: Path,
        encode: Encode = encode,
        write: Write = write,
    ):
        self.preset = preset
        self.config = config
        self.encode = encode
        self.write = write
        self.cache = Cache(cache, config.cache.bytes)

    def presets(self) -> tuple[Offer, ...]:
        """All presets: what each needs, and what it lacks here."""
        return offers()

    def of(self, name: str) -> "Summarizer":
        """The same settings and cache with another preset; itself where it is this one."""
        preset = preset_named(name)
        if preset == self.preset:
            return self
        return Summarizer(preset, self.config, self.cache.root, self.encode, self.write)

    @property
    def name(self) -> str:
        """The preset's name; empty for one that is in no list."""
        return next((name for name, known in PRESETS.items() if known == self.preset), "")

    @property
    def senses(self) -> tuple[str, ...]:
        """Those of the preset, and those that join in because their weights are here."""
        joined = tuple(name for name in self.preset.joins if hub.here(SENSES[name].weights))
        return (*self.preset.senses, *joined)

    @property
    def limits(self) -> Limits:
        return self.config.limits

    @property
    def concepts(self) -> tuple[Concept, ...]:
        """All that a viewer can ask for and this preset's senses can judge."""
        return tuple(each for name in self.senses for each in SENSES[name].concepts)

    @property
    def selectors(self) -> tuple[str, ...]:
        """The ways moments can be picked, for Preference.selector."""
        return tuple(SELECTORS)

    @property
    def selector(self) -> str:
        """The preset's own way."""
        return self.preset.selector

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
        require(self.preset)
        path = Path(path)
        video = self.probe(path)
        senses = [SENSES[name](video) for name in self.senses]
        work = perceiving(path, video, senses, self.config, self.cache, self.encode)
        with closing(work) as steps:
            for step in steps:
                yield replace(step, perception=self._limited(step.perception))

    def _limited(self, perception: Perception) -> Perception:
        """With what everybody who sees results of this preset should know."""
        known = tuple(each for each in (self.preset.limit, self._absent()) if each)
        return replace(perception, notes=(*known, *perception.notes)) if known else perception

    def _absent(self) -> str:
        """Which senses did not join in, and the command that gets their weights."""
        here = self.senses
        away = [name for name in self.preset.joins if name not in here]
        if not away:
            return ""
        wanted = " ".join(dict.fromkeys(SENSES[name].weights for name in away))
        return (
            f"Without the models for {', '.join(away)}, this rests on measurements alone; "
            f"{hub.COMMAND} {wanted} gets them."
        )

    def warm(self) -> None:
        """Import and load what the first video would otherwise wait for, by perceiving a second."""
        video = Video("", "", 1.0, (0, 0), 0, 0, 1, True)
        silence = Sound(0.0, np.zeros(48_000, np.float32), 48_000)
        senses = [SENSES[name](video) for name in self.senses]
        senses = [sense for sense in senses if not isinstance(sense, TwoStep)]
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
        preference = replace(preference, taste=taste.known(preference.taste))
        select = SELECTORS[_known(preference).selector or self.preset.selector]
        wish = read(preference.want, self.concepts)
        seen = taste.with_taste(perception, preference.taste)
        scored = HEADS[self.preset.head](seen, preference, wish, self.preset)
        highlights = select(perception, preference, scored, self.config.selection)
        return Summary(
            perception.video,
            preference,
            scored.answer,
            scored.saliency,
            highlights,
            heard_by=perception.heard_by,
            titles=titles(perception),
        )

    def learn(
        self, known: taste.Taste, perception: Perception, span: Event, liked: float
    ) -> taste.Taste:
        """The taste after this stretch was kept (liked 1), dropped (-1) or rated in between."""
        return taste.learn(known, perception, span, liked)

    def taste_words(self, known: taste.Taste) -> str:
        """What a viewer tends to keep and to drop, as a clause; empty where nothing is learnt."""
        return taste.taste_words(known)

    # -- tell and render: seconds, when asked -----------------------------------------------------

    def tell(self, perception: Perception, summary: Summary) -> Iterator[Summary]:
        """The summary with ever more of its story; the last has it whole."""
        summary = replace(summary, story=(), note="")
        tell = narrator(self.preset.narrator, self.telling, self.write, self.config.text)
        telling = tell(perception, summary)
        with closing(telling):
            for sentence in telling:
                summary = replace(summary, story=(*summary.story, sentence))
                yield summary
        if isinstance(telling, Telling) and telling.note:
            yield replace(summary, note=telling.note)

    def composed(self, perception: Perception, summary: Summary) -> Summary:
        """The summary with the story that is composed of measurements, whoever else tells."""
        return replace(summary, story=tuple(compose(perception, summary)), note="")

    def attention(self, perception: Perception) -> Attention | None:
        """What each picture was read beside, where this preset's head attends to something."""
        look = ATTENTION.get(self.preset.head)
        return look(perception, self.preset) if look else None

    @property
    def telling(self) -> NarratorConfig:
        """How it is told, with the language model that the environment names, if it may."""
        settings = self.config.narrator
        named = os.environ.get(self.preset.model_from, "") if self.preset.model_from else ""
        return replace(settings, model=settings.model or named)

    # -- feelings and evidence, and the files that hold them --------------------------------------

    def feelings(self, perception: Perception) -> Emotion:
        """What the sound feels like, a row a second; no rows where there is none."""
        return emotion(perception)

    def evidence(self, perception: Perception, summary: Summary) -> tuple[Evidence, ...]:
        """What is known of each chosen moment: what was felt, heard, said and seen then."""
        return witnessed(perception, summary.highlights)

    @property
    def dossier(self) -> bool:
        """Whether each clip's numbers and evidence are written under its own name, too."""
        return self.preset.dossier

    def made(self, preference: Preference) -> str:
        """A digest of all that a clip's files depend on besides the clip."""
        settings = replace(self.config, narrator=self.telling)
        how = repr((self.preset, self.senses, settings, preference))
        return hashlib.sha256(how.encode()).hexdigest()[:16]

    def document(
        self, perception: Perception, summary: Summary, folder: Path, name: str
    ) -> list[Path]:
        """Write every second in numbers, the evidence, the prompt and the story; where they lie."""
        found = self.evidence(perception, summary)
        features = dossier.Features.of(name, perception, summary.saliency)
        prompt, made = asking(found, summary), self.made(summary.preference)
        return dossier.write(folder, features, summary, found, prompt, made)

    def documents(self, perception: Perception, summary: Summary, folder: Path) -> Path:
        """The same in one zip, under the clip's name; where it lies."""
        [name] = dossier.ids([Path(summary.video.name)])
        return dossier.packed(self.document(perception, summary, folder, name), name)

    @property
    def shapes(self) -> tuple[str, ...]:
        """The shapes a reel can have: "source" is the whole picture."""
        return tuple(SHAPES)

    def render(
        self,
        summary: Summary,
        path: Path,
        target: Path,
        *,
        shape: str = "source",
        perception: Perception | None = None,
    ) -> Iterator[float]:
        """Write the reel of the summary, cut from the file, to target; the share done.

        In another shape it follows the faces or else the movement in the perception.
        """
        yield 0.0
        tracks = perception.tracks if perception else ()
        followed = yield from crop(summary, tracks, shape, path, self.limits)
        yield from render(summary, path, target, self.limits, followed)

    def saving(
        self,
        summary: Summary,
        path: Path,
        folder: Path,
        *,
        shape: str = "source",
        perception: Perception | None = None,
    ) -> Iterator[float]:
        """Write the reel and what always goes with it into the folder; the share done."""
        for name in exports.BASICS:
            self.export(summary, name, folder)
        if summary.highlights:
            target = folder / f"reel{suffix(summary.video)}"
            yield from self.render(summary, path, target, shape=shape, perception=perception)

    def clips(self, summary: Summary, path: Path, folder: Path, name: str) -> Iterator[float]:
        """Write each highlight as a clip of its own, cut from the file with its sound at its true
        speed; the share done."""
        every = len(summary.highlights)
        for number, each in enumerate(summary.highlights):
            target = folder / f"{name}_moment{number + 1}{suffix(summary.video)}"
            one = replace(summary, highlights=(each,))
            for share in self.render(one, path, target):
                yield (number + share) / every

    def save(
        self, summary: Summary, path: str | Path, folder: str | Path, *, replace: bool = False
    ) -> None:
        """Write all results into the folder, waited for; results already there are kept safe."""
        for _ in self.saving(summary, Path(path), exports.folder_for(Path(folder), replace)):
            pass

    @property
    def exports(self) -> tuple[Form, ...]:
        """The kinds of file a summary can be had as."""
        return tuple(exports.FORMS.values())

    def export(self, summary: Summary, name: str, folder: Path) -> Path:
        """Write one kind of file into the folder; where it lies."""
        return exports.export(summary, name, folder)

    def bundle(self, summary: Summary, folder: Path, also: Sequence[Path] = ()) -> Path:
        """One zip of all that can be written, and of these files; where it lies."""
        return exports.bundle(summary, folder, also)

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


def _known(preference: Preference) -> Preference:
    """The preference, if it names only selectors and senses that exist."""
    if preference.selector and preference.selector not in SELECTORS:
        raise PreferenceError(
            f"no selector {preference.selector[:40]!r}; there are {', '.join(SELECTORS)}"
        )
    for sense, _ in preference.weights:
        if sense not in SENSES:
            raise PreferenceError(
                f"no sense {sense[:40]!r} to give a weight; there are {', '.join(SENSES)}"
            )
    return preference
