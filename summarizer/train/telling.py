"""What a small language model learns about the little world, in order: to write of notes in words;
to see in place of reading of sights, to hear in place of reading of sounds; to tell of both, and
what each second is worth for a wish.

All are asked in the form of use, so nothing has to be unlearned.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from summarizer.config import NarratorConfig
from summarizer.data import world
from summarizer.models.narrator import Piece, Words
from summarizer.schema import Answer, Perception, Preference, Saliency, Summary, Track
from summarizer.stages.narrate import POCKET, pocket_senses
from summarizer.stages.narrate.prompt import Reader, Section, prompts, stamps
from summarizer.train.answering import Question
from summarizer.train.bank import EAR, EYE, Bank, Beheld, perception
from summarizer.train.blending import PICTURES, Blends, Draw

ROOM = NarratorConfig(room=1024, slow_room=1024, answer=384)
MIXED = 0.15  # share of the questions about a single picture, and of those about sound alone
BLENDED = {"sight": 0.85, "sound": 0.6}  # share of the notes that are mixtures of words
ODD = 0.25  # share of the clips whose things have words for colours that are none
NAMED = 0.8  # of what is in a picture, that a note of it names
AGAIN = 3  # notes of pictures for a scene, at most
OPEN = 0.25  # share of the wishes for nothing in particular
SCENES = 0.5  # share of the questions about pictures that are about those of a scene
BOTH = ("sight", "sound")

Noted = tuple[Beheld, list[Piece], str]  # what is asked about, its notes, what is to be told


def asked(perceived: Perception, words: Words, senses: Sequence[str] = BOTH) -> list[list[Piece]]:
    """The prompts of use, one for each event, with the tokens of these senses."""
    summary = Summary(perceived.video, Preference(""), Answer("open"), Saliency((), ()), ())
    reader = Reader(words.count, lambda rules: ("", ""), ROOM, POCKET)
    known = {name: each for name, each in pocket_senses(perceived).items() if name in senses}
    return prompts(perceived, summary, reader, known)


def asked_of(
    beheld: Beheld, number: int, words: Words, senses: Sequence[str] = BOTH
) -> list[Piece]:
    """The prompt of one scene; those of the others are not made."""
    event = beheld.perception.events[number]
    (prompt,) = asked(replace(beheld.perception, events=(event,)), words, senses)
    return prompt


def line(beheld: Beheld, number: int, draw: np.random.Generator) -> str:
    """What is to be told of a scene, under the time that its prompt has."""
    video, event = beheld.perception.video, beheld.perception.events[number]
    told = world.told(beheld.clip, number, draw)
    return f"[{stamps(Section(event.start, event.end), video.seconds)}] {told}"


def wish_of(clip: world.Clip, draw: np.random.Generator) -> world.Wish:
    """Something somebody may want of it, or nothing in particular."""
    found = world.wishes(clip, draw)
    return found[0] if draw.random() < OPEN else found[int(draw.integers(len(found)))]


class Notes:
    """Questions in words: a scene's notes, or mixtures of words, stand where its tokens will be.

    So many more of its things slide to a side, or to the other, than do in the world.
    """

    def __init__(self, part: str, clips: int, words: Words, sliding: float = 0.0):
        self.part, self.clips, self.words, self.sliding = part, clips, words, sliding
        self.blends = Blends(words)

    def __len__(self) -> int:
        return self.clips

    def question(self, index: int, draw: np.random.Generator) -> Question:
        kind, clip = draw.random(), world.plan(index, self.part)
        number = int(draw.integers(len(clip.scenes)))
        clip = self._sliding(self._odd(clip, draw), draw)
        if kind < MIXED:
            beheld, notes, answer = self._picture(clip, clip.scenes[number], draw)
        elif kind < 2 * MIXED:
            beheld, notes, answer = self._sound(clip, clip.scenes[number], draw)
        else:
            beheld, notes, answer = self._scene(clip, number, draw)
        number = min(number, len(beheld.clip.scenes) - 1)  # the only one of a scene by itself
        before, tag, rest, after = asked_of(beheld, number, self.words)
        return Question(f"{self.part} {index}", [before, tag, *notes, rest, after], answer)

    def _picture(self, clip: world.Clip, scene: world.Scene, draw: Draw) -> Noted:
        time = float(draw.uniform(scene.start, scene.end))
        notes = [self._seen(clip, scene, [time], draw)]
        beheld = _about(alone(clip, scene), draw)
        return beheld, notes, tagged(beheld, world.caption(clip, time, draw))

    def _sound(self, clip: world.Clip, scene: world.Scene, draw: Draw) -> Noted:
        notes = [self._heard(clip, scene, draw)]
        beheld = _about(alone(clip, scene), draw)
        return beheld, notes, tagged(beheld, world.heard(clip, scene.start, scene.end, draw))

    def _scene(self, clip: world.Clip, number: int, draw: Draw) -> Noted:
        beheld, scene = _about(clip, draw), clip.scenes[number]
        times = np.linspace(scene.start, scene.end, PICTURES + 2)[1:-1].tolist()
        notes = [self._seen(clip, scene, times, draw), self._heard(clip, scene, draw)]
        return beheld, notes, line(beheld, number, draw)

    def _seen(
        self, clip: world.Clip, scene: world.Scene, times: Sequence[float], draw: Draw
    ) -> Piece:
        if draw.random() < BLENDED["sight"]:
            return self.blends.sight(clip, scene, times, draw)
        if len(times) == 1:
            return f" {' '.join(world.glimpsed(clip, times[0], draw))}"
        return f" {' '.join(_noted(clip, scene, draw))}"

    def _heard(self, clip: world.Clip, scene: world.Scene, draw: Draw) -> Piece:
        if draw.random() < BLENDED["sound"]:
            return self.blends.sound(clip, scene, draw)
        return f" {' '.join(world.sounded(clip, scene.start, scene.end, draw))}"

    def _odd(self, clip: world.Clip, draw: Draw) -> world.Clip:
        """The clip, or one whose things have words for colours that are none: what it says there
        is what its notes say, not what things mostly are."""
        if draw.random() >= ODD:
            return clip
        words = self.blends.whole

        def odd(actor: world.Actor) -> world.Actor:
            return replace(actor, colour=words[int(draw.integers(len(words)))])

        return _with(clip, odd)

    def _sliding(self, clip: world.Clip, draw: Draw) -> world.Clip:
        """The clip, or one in which more things slide, as likely to the left as to the right."""
        if not self.sliding:
            return clip

        def slid(actor: world.Actor) -> world.Actor:
            side = world.SIDEWAYS[int(draw.integers(len(world.SIDEWAYS)))]
            return replace(actor, action=side) if draw.random() < self.sliding else actor

        return _with(clip, slid)


class Captions:
    """What pictures show, told of their tokens: a single one, or those of a scene, whose sound is
    noted in words. What things do shows in few single ones."""

    def __init__(self, bank: Bank, words: Words):
        self.bank, self.words = bank, words

    def __len__(self) -> int:
        return len(self.bank)

    def question(self, index: int, draw: np.random.Generator) -> Question:
        asks = self._scene if draw.random() < SCENES else self._picture
        return Question(f"{self.bank.part} {index}", *asks(index, draw))

    def _scene(self, index: int, draw: np.random.Generator) -> tuple[list[Piece], str]:
        beheld = self.bank.beheld(index, draw)
        number = int(draw.integers(len(beheld.clip.scenes)))
        before, tag, *tokens, rest, after = asked_of(beheld, number, self.words, ("sight",))
        scene = beheld.clip.scenes[number]
        notes = " ".join(world.sounded(beheld.clip, scene.start, scene.end, draw))
        return [before, tag, *tokens, f" {notes}{rest}", after], line(beheld, number, draw)

    def _picture(self, index: int, draw: np.random.Generator) -> tuple[list[Piece], str]:
        clip = world.plan(index, self.bank.part)
        patches = next(each for each in self.bank.tracks(index) if each.name == "patches")
        times = np.unique(patches.times)
        time = float(times[int(draw.integers(len(times)))])
        scene = next(each for each in reversed(clip.scenes) if each.start <= time)
        # a clip of this scene alone, of which there is one picture
        rows = patches.times == time
        one = Track("patches", patches.times[rows] - scene.start, patches.values[rows], EYE)
        beheld = _about(alone(clip, scene), draw, [one])
        (prompt,) = asked(beheld.perception, self.words, ("sight",))
        return prompt, tagged(beheld, world.caption(clip, time, draw))


class Sounds:
    """What a scene sounds like, told of its tokens."""

    def __init__(self, bank: Bank, words: Words):
        self.bank, self.words = bank, words

    def __len__(self) -> int:
        return len(self.bank)

    def question(self, index: int, draw: np.random.Generator) -> Question:
        clip = world.plan(index, self.bank.part)
        tune = next(each for each in self.bank.tracks(index) if each.name == "tune")
        scene = clip.scenes[int(draw.integers(len(clip.scenes)))]
        rows = (tune.times >= scene.start) & (tune.times < scene.end)
        part = Track("tune", tune.times[rows] - scene.start, tune.values[rows], EAR)
        beheld = _about(alone(clip, scene), draw, [part])
        (prompt,) = asked(beheld.perception, self.words, ("sound",))
        answer = tagged(beheld, world.heard(clip, scene.start, scene.end, draw))
        return Question(f"{self.bank.part} {index}", prompt, answer)


class Stories:
    """What is to be told of a scene, and how much each second of its clip is worth for a wish."""

    def __init__(self, bank: Bank, words: Words):
        self.bank, self.words = bank, words

    def __len__(self) -> int:
        return len(self.bank)

    def question(self, index: int, draw: np.random.Generator) -> Question:
        beheld = self.bank.beheld(index, draw)
        number = int(draw.integers(len(beheld.clip.scenes)))
        wish = wish_of(beheld.clip, draw)
        return Question(
            f"{self.bank.part} {index}",
            asked_of(beheld, number, self.words),
            line(beheld, number, draw),
            beheld.rows,
            self.bank.asked(wish.text, beheld.perception.tracks),
            world.saliency(beheld.clip, wish),
        )


# -- parts of a question --------------------------------------------------------------------------


def tagged(beheld: Beheld, text: str) -> str:
    """What is told of a clip as a whole."""
    seconds = beheld.clip.seconds
    return f"[{stamps(Section(0.0, seconds), seconds)}] {text}"


def alone(clip: world.Clip, scene: world.Scene) -> world.Clip:
    """A clip of one scene."""
    kept = replace(scene, start=0.0, end=scene.end - scene.start)
    return replace(clip, scenes=(kept,), sounds=(), seconds=kept.end)


def _with(clip: world.Clip, change: Callable[[world.Actor], world.Actor]) -> world.Clip:
    """The clip, with each of its things changed."""
    scenes = [replace(each, actors=tuple(map(change, each.actors))) for each in clip.scenes]
    return replace(clip, scenes=tuple(scenes))


def _about(clip: world.Clip, draw: np.random.Generator, tracks: Sequence[Track] = ()) -> Beheld:
    return Beheld(clip, perception(clip, tracks, draw))


def _noted(clip: world.Clip, scene: world.Scene, draw: np.random.Generator) -> list[str]:
    """What some pictures of a scene and its movements would tell."""
    times = np.sort(draw.uniform(scene.start, scene.end, int(draw.integers(1, AGAIN + 1))))
    seen = [each for time in times for each in world.glimpsed(clip, float(time), draw, NAMED)]
    # nothing is to be told that the notes don't have
    told = [f"{each.colour} {each.thing}" for each in scene.actors]
    seen += [each for each in [*told, scene.place] if each not in seen]
    return [*seen, *world.moved(scene, draw)]
