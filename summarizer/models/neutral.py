"""How near a wish is to what was seen, beside what could be said of almost any video.

A cosine alone says nothing: a model may put every text near every picture. So a picture's cosine
to the wish is compared with its cosines to a bank of neutral texts, and the difference measured in
the spread of those. No weights in here: vectors in, numbers out.
"""

from collections.abc import Callable, Sequence

import numpy as np

NEAREST = 3  # neutral texts that a wish has to be as near as
SAME = 0.95  # a neutral text this near to the wish says the same, and is no rival
STEEP = 2.0  # one spread above the nearest neutral texts is 0.88, two are 0.98
NARROW = 0.01  # the spread is never taken for less: track values are rounded
PHRASES = ("{}", "a photo of {}", "a scene with {}")  # a caption seldom is a single word

# what pictures of a video may show, and nothing that somebody would ask for by name
NEUTRAL = (
    "a photo",
    "a picture",
    "a frame of a video",
    "a scene",
    "a blurry photo",
    "a close-up",
    "a wide shot",
    "a dark picture",
    "a bright picture",
    "a black screen",
    "a plain background",
    "a drawing",
    "a computer graphic",
    "a title with letters",
    "a diagram",
    "a screenshot",
    "something",
    "an object",
    "some things on a surface",
    "a tool",
    "a machine",
    "a vehicle",
    "a piece of furniture",
    "some food",
    "clothes",
    "a person",
    "people",
    "a face",
    "hands",
    "somebody doing something",
    "somebody talking",
    "a crowd",
    "an animal",
    "plants",
    "a landscape",
    "the sky",
    "water",
    "a street",
    "a building",
    "a room",
    "indoors",
    "outdoors",
)

HEARD = ("{}", "the sound of {}", "this is a sound of {}")  # the same for what is heard

# what a recording may sound like, and nothing that somebody would ask for by name
SOUNDS = (
    "a sound",
    "a recording",
    "a noisy recording",
    "a quiet recording",
    "a loud recording",
    "background noise",
    "silence",
    "a hum",
    "a hiss",
    "a rustle",
    "a click",
    "a thud",
    "a tone",
    "something moving",
    "something mechanical",
    "something electronic",
    "an object",
    "a machine",
    "a vehicle",
    "an animal",
    "a person",
    "people",
    "a voice",
    "somebody talking",
    "a crowd",
    "music",
    "an instrument",
    "indoors",
    "outdoors",
    "a room",
    "a street",
    "nature",
    "wind",
    "water",
)


def asked(
    read: Callable[[Sequence[str]], np.ndarray], wish: str, phrases: Sequence[str] = PHRASES
) -> np.ndarray:
    """One unit vector for a wish: the mean of some ways to say it, as a model reads them."""
    rows = read([phrase.format(wish) for phrase in phrases])
    return rows.mean(0) / max(float(np.linalg.norm(rows.mean(0))), 1e-9)


def relevance(wishes: np.ndarray, seen: np.ndarray, neutral: np.ndarray) -> np.ndarray:
    """How near each of the wishes is to each of the rows seen: (wishes, rows) in 0..1.

    0.5: as near as the nearest neutral texts. All three are unit vectors, one a row. What is said
    depends on no other row but through the spread, so a wish that is nowhere is high nowhere.
    """
    wishes, seen, neutral = (_unit(each) for each in (wishes, seen, neutral))
    if not len(neutral):
        raise ValueError("relevance needs at least one neutral text to compare with")
    rivals = seen @ neutral.T  # (rows, neutral)
    spread = max(NARROW, float(rivals.std(1).mean())) if len(seen) else NARROW
    found = np.zeros((len(wishes), len(seen)))
    for row, wish in enumerate(wishes):
        others = neutral @ wish < SAME
        others = others if others.any() else np.ones(len(neutral), bool)
        nearest = np.sort(rivals[:, others], axis=1)[:, -NEAREST:].mean(1)
        found[row] = 1 / (1 + np.exp(-STEEP * (seen @ wish - nearest) / spread))
    return found


def _unit(rows: np.ndarray) -> np.ndarray:
    rows = np.nan_to_num(np.asarray(rows, np.float64))
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
