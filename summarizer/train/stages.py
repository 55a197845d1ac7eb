"""The three stages as data: what learns, from what, and how fast.

The published system (Watch-and-Listen: CLIP, MERT, Vicuna-7B with LoRA) trained its picture
projector on 50,000 captions of CC3M and COCO, its sound projector on the captions of MMTrail's
music, then both with the adapter on MMTrail. Rates and passes are its own, and so are the examples
that a GPU takes at once; on how many GPUs is not known, so a step has as many as eight would take.
What differs: the end of an answer is learned, the joint stage learns to tell picture and sound
together, the rate warms up and falls along a cosine, prompts are those of use, with the room they
need, and a head may learn what counts.
"""

import math
from dataclasses import dataclass, field, replace

from summarizer.config import NarratorConfig
from summarizer.errors import PresetError
from summarizer.models.saliency.head import HIDDEN
from summarizer.train.answering import HEAD
from summarizer.train.loop import Pace

LORA = "lora_"


@dataclass(frozen=True)
class Stage:
    """One of them, with all that can be set."""

    about: str
    learns: tuple[str, ...]
    """the beginnings or parts of the names of the parameters"""
    media: tuple[str, ...]
    """examples that have one of these: image, video, sound"""
    senses: tuple[str, ...]
    """whose tokens are read"""
    story: bool
    """whether the story is to be told; else captions"""
    captions: tuple[str, ...]
    """the names of those that are told, beside the story where that leaves the sound out"""
    aspects: tuple[str, ...]
    """one is drawn for each question, so that no wording is learned by heart"""
    pace: Pace
    epochs: float
    """passes over the examples; 0: as many steps as the pace says"""
    room: int
    """tokens of a prompt and its answer"""
    answer: int
    """of them, for the answer"""
    notes: bool = False
    """whether the prompt also has what was measured, read and said, as in use"""
    wishes: bool = False
    """whether the prompt has what was asked for"""
    most: int = 0
    """examples, drawn by chance where there are more; 0: all"""
    lambda_t: float = 1.0
    """how much the words of the loss count"""
    lambda_v: float = 1.0
    """how much the seconds do, where somebody judged them"""
    hidden: int = HIDDEN
    """width of the head that judges seconds"""
    held: float = 0.02
    """share of the videos and pictures that is never learned from"""
    checked: int = 256
    """examples of these that are looked at in the end, at most"""
    checkpointing: bool = False
    """whether what layers found is computed twice instead of remembered: slower, for less memory"""
    narrator: NarratorConfig = field(default_factory=NarratorConfig)
    """how the language model is loaded, and the shape of its adapter"""

    def __post_init__(self):
        if not 0 <= self.held < 1 or min(self.epochs, self.most, self.checked) < 0:
            raise PresetError(
                f"a held-out share of {self.held:g}, {self.epochs:g} epochs of {self.most} and "
                f"{self.checked} checked examples are not possible; held lies in 0..1, the others "
                "are 0 or more"
            )
        if not 0 < self.answer <= self.room // 2:
            raise PresetError(
                f"an answer of {self.answer} tokens in a room of {self.room} is not possible; "
                "it may be half of it"
            )
        if min(self.lambda_t, self.lambda_v) < 0 or self.hidden < 1:
            raise PresetError("lambda_t and lambda_v must be 0 or more, and hidden at least 1")

    @property
    def adapts(self) -> bool:
        """Whether an adapter of the language model learns."""
        return any(LORA in name for name in self.learns)

    @property
    def judges(self) -> bool:
        """Whether a head learns which seconds count."""
        return HEAD in self.learns and self.lambda_v > 0

    def paced(self, examples: int) -> Pace:
        """The pace over so many examples."""
        if not self.epochs:
            return self.pace
        steps = math.ceil(self.epochs * examples / self.pace.batch)
        return replace(self.pace, steps=max(1, steps))


STAGES = {
    "see": Stage(
        about="the projector of pictures, from pictures with captions",
        learns=("projectors.sight.",),
        media=("image",),
        senses=("sight",),
        story=False,
        captions=("caption",),
        aspects=("overview", "content", "visual details", "setting"),
        pace=Pace(rate=1e-4, batch=32, at_once=4),
        epochs=6,
        room=1024,
        answer=128,
        most=50_000,
    ),
    "hear": Stage(
        about="the projector of sounds, from sounds with captions",
        learns=("projectors.sound.",),
        media=("video", "sound"),
        senses=("sound",),
        story=False,
        captions=("music", "sound"),
        aspects=("overview", "emotion", "auditory details"),
        pace=Pace(rate=1e-4, batch=16, at_once=2),
        epochs=1,
        room=1024,
        answer=256,
    ),
    "tell": Stage(
        about="both projectors, an adapter of the language model, and a head that judges seconds, "
        "from videos with stories and judgements",
        learns=(LORA, "projectors.", HEAD),
        media=("video",),
        senses=("sight", "sound"),
        story=True,
        captions=("music", "sound"),
        aspects=("overview",),
        pace=Pace(rate=1e-5, batch=8, at_once=1),
        epochs=10,
        room=4096,
        answer=512,
        notes=True,
        wishes=True,
    ),
}
