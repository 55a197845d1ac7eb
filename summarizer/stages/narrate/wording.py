"""What the story makes of each concept: its words, its weight, its neighbours, its aspect."""

from collections.abc import Iterable, Sequence

from summarizer.models.english import listed
from summarizer.schema import Concept
from summarizer.senses import SENSES
from summarizer.senses.colour import NAMES as COLOURS

# concept -> clauses a person would use, by turns; the concept's own where it is not named
CLAUSES = {
    "words": ("someone speaks", "somebody is speaking", "the talk goes on"),
    "talking": ("somebody talks", "somebody is talking", "a voice is heard"),
    "music": ("there is music", "music plays", "music is heard"),
    "loud": ("it is loud", "the sound is loud"),
    "quiet": ("it is quiet", "hardly a sound is heard"),
    "louder than usual": ("it is louder than usual", "the sound swells"),
    "sudden sounds": ("there is a sudden sound", "something sounds suddenly"),
    "new sounds": ("the sound changes", "it sounds unlike before"),
    "noise bursts": ("there are bursts of noise", "bursts of noise are heard"),
    "lively sound": ("the sound is lively",),
    "exciting moments": ("it is loud and lively", "it gets loud and lively"),
    "action": ("there is a lot of movement", "much is in motion"),
    "stillness": ("hardly anything moves", "the picture is almost still"),
    "livelier": ("there is more movement than usual", "the picture is busier than usual"),
    "fast cutting": ("one shot quickly follows the other", "the shots change quickly"),
    "new sights": ("something new comes into view", "the scene changes"),
    "views that come back": ("an earlier view comes back",),
    "text on screen": ("there is writing in the picture", "writing is to be seen"),
    "graphics": ("a drawing or a screen is shown", "a drawing or a screen is to be seen"),
    "faces": ("a face is in view", "a face is to be seen"),
    "close-ups of faces": ("a face is near", "a face is seen from near"),
    "several faces": ("several faces are in view",),
    **{
        f"{name} pictures": (f"{name} fills much of the picture", f"the picture is full of {name}")
        for name in COLOURS
    },
}
# how much a curve is what a stretch is about, where not 1
PLAIN = {
    "speech": 1.2,
    "words": 1.2,
    "music": 1.2,
    "sharpness": 0.15,
    "cuts": 0.35,
    "camera moves": 0.6,
    "camera shakes": 0.6,
    "colour": 0.6,
    "light": 0.8,
    "dim light": 0.6,
    "seen before": 0.4,
    **dict.fromkeys(COLOURS, 0.3),
    **dict.fromkeys(("white", "grey", "black"), 0.0),  # of walls, skies and nights: nothing to tell
    **{concept.curve: 0.6 for concept in SENSES["faces"].concepts[1:]},
}
# curves that tell of the same as another
TOPIC = {
    "words": "speech",
    "camera shakes": "camera moves",
    "loudness above usual": "loudness",
    "silence": "loudness",
    "excitement": "loudness",
    "energy of the sound": "loudness",
    "tempo": "beat",
    "noise bursts": "sudden sounds",
    "more movement than usual": "movement",
    "dim light": "light",
    **dict.fromkeys(COLOURS, "colour"),
    **dict.fromkeys(("pans", "tilts", "zooms in", "zooms out"), "camera moves"),
    **{concept.curve: "faces" for concept in SENSES["faces"].concepts},
}
# concept -> concepts beside which it says nothing, or something wrong
IDLE = {
    "lively sound": ("words", "talking"),  # any talk is
    "sudden sounds": ("words", "talking"),
    "quiet": ("silence",),
    "calm moments": ("words", "talking", "silence", "quiet"),
    "uneventful sound": ("words", "talking", "quiet", "silence", "steady noise"),
    **dict.fromkeys(
        ("beat", "fast beat", "slow beat"), ("words", "talking", "uneventful sound")
    ),  # syllables, footsteps
    "gliding tone": ("music",),  # a run of notes
    "new sights": ("long takes",),  # what moves or is damaged within a shot
    "noise bursts": ("music",),  # a string that is plucked
    "stillness": ("zoom in", "zoom out", "camera pan", "camera tilt", "camera movement"),
}
# curves that say nothing by a single second
SLOW = (
    "silence",
    "music",
    "beat",
    "tempo",
    "steady noise",
    "leaning of the music",
    "energy of the sound",
    "cuts",
    "light",
    "dim light",
    "colour",
    "excitement",
    *COLOURS,
)
# curves of the saliency that can be told of too
COMPARED = (
    Concept(
        "livelier",
        "more movement than usual",
        0.6,
        (),
        "more movement",
        "there is more movement than usual",
    ),
)
RELATIVE = (
    "livelier",
    "louder than usual",
    "exciting moments",
    "calm moments",
)  # a short video has no "usual"
# what the story of an aspect turns to: how its sentence opens, and the curves it may tell of
TURNS = {
    "content": ("in substance", ("words", "speech", "graphics", "text on screen", "new sights")),
    "emotion": (
        "in its mood",
        (
            "excitement",
            "leaning of the music",
            "energy of the sound",
            "music",
            "loudness",
            "face size",
            "faces",
        ),
    ),
    "viewpoint": (
        "in the camera work",
        ("zooms in", "zooms out", "pans", "tilts", "camera shakes", "camera moves", "cuts"),
    ),
    "interaction": ("between people", ("number of faces", "speech", "words")),
    "visual details": ("to the eye", ("colour", "light", "text on screen", "sharpness", *COLOURS)),
    "auditory details": (
        "to the ear",
        (
            "loudness",
            "whistle-like tone",
            "gliding tone",
            "noise bursts",
            "sudden sounds",
            "steady noise",
            "music",
            "beat",
            "tempo",
            "silence",
        ),
    ),
    "style": (
        "in style",
        ("cuts", "graphics", "colour", "light", "camera moves", "seen before", "movement"),
    ),
    "characters": ("of the people", ("faces", "face size", "number of faces", "speech", "words")),
    "setting": (
        "all around",
        ("light", "dim light", "steady noise", "colour", "text on screen", *COLOURS),
    ),
}
TURNED = 2.5  # times as much a curve of the chosen aspect is what a stretch is about


def turned(chosen: Iterable[str]) -> frozenset[str]:
    """The curves that the chosen aspects turn to."""
    return frozenset(name for aspect in chosen for name in TURNS.get(aspect, ("", ()))[1])


def clauses(concept: Concept) -> tuple[str, ...]:
    """The ways to tell of it, the first one first."""
    return CLAUSES.get(concept.name, (concept.told,))


def joined(clauses: Sequence[str]) -> str:
    """Clauses as one: 'there is music and the picture is dark'."""
    if len(clauses) < 3:
        return listed(clauses)
    return f"{', '.join(clauses[:-1])}, and {clauses[-1]}"
