"""What a language model is given of each section's pictures and sound: exactly so many tokens.

Of the pictures those at the heart of the section's events, more of them where more is going on, in
order of time; the tokens of each are merged until as many are left as there is room for. Of the
sound, its rows in order, averaged over equal parts of the section. In half precision, as in the
tracks: a prompt may have to travel to another process.
"""

from collections.abc import Mapping
from functools import partial

import numpy as np

from summarizer.models.threads import threads
from summarizer.schema import Event, Perception, Track
from summarizer.stages.moments import moments
from summarizer.stages.narrate.prompt import Sense

EACH = 4  # tokens that a picture is worth looking at for
RICH = ("movement", "new sights", "speech", "loudness", "words")  # where more is going on


def senses_of(perception: Perception, each: int = EACH) -> Mapping[str, Sense]:
    """The senses there are tokens of, so many for each picture."""
    found: dict[str, Sense] = {}
    patches = perception.track("patches")
    if patches is not None and len(patches.times):
        found["sight"] = partial(seen, perception, patches, each=each)
    tune = perception.track("tune")
    if tune is not None and len(tune.times):
        found["sound"] = partial(heard, tune)
    return found


def embedded_of(perception: Perception) -> Mapping[str, Sense]:
    """The same out of what whole pictures and stretches of sound are like beside texts: CLIP's rows
    and those of a model of sound, one of each for each of their times."""
    named = {"sight": perception.track("sight"), "sound": perception.track("hearing")}
    return {
        name: partial(heard, track)
        for name, track in named.items()
        if track is not None and len(track.times)
    }


def seen(
    perception: Perception, patches: Track, start: float, end: float, most: int, each: int = EACH
) -> np.ndarray:
    """(tokens, width): at most so many, of the pictures of this stretch that tell most."""
    import torch

    from summarizer.models.merging import decide

    inside = [
        Event(max(start, event.start), min(end, event.end))
        for event in perception.events
        if event.end > start and event.start < end
    ]
    wanted = np.array(moments(inside, richness(perception), max(1, most // each)))
    times, first = np.unique(patches.times, return_index=True)  # each has several tokens
    pictures = np.unique(np.abs(times[:, None] - wanted[None]).argmin(axis=0))
    ends = np.append(first, len(patches.times))
    shares = [len(part) for part in np.array_split(np.arange(most), len(pictures))]
    parts = [
        (slice(ends[picture], ends[picture + 1]), share)
        for picture, share in zip(pictures, shares, strict=True)
        if share
    ]
    alike: dict[tuple[int, int], list[int]] = {}  # pictures are as large as each other, mostly
    for number, (rows, share) in enumerate(parts):
        alike.setdefault((rows.stop - rows.start, share), []).append(number)
    kept = {}
    with threads(1):
        for (count, share), numbers in alike.items():
            values = [patches.values[parts[number][0]] for number in numbers]
            tokens = torch.from_numpy(np.stack(values).astype(np.float32))
            kept |= zip(numbers, decide(tokens, min(share, count)).merge(tokens), strict=True)
        return torch.cat([kept[number] for number in range(len(parts))]).half().numpy()


def heard(track: Track, start: float, end: float, most: int) -> np.ndarray:
    """(tokens, width): at most so many, in order of time; the nearest where none is inside."""
    first, last = np.searchsorted(track.times, [start - 1e-6, end - 1e-6])
    if first == last:
        first = min(int(first), len(track.times) - 1)
        last = first + 1
    rows = np.asarray(track.values[first:last], np.float32)
    parts = np.array_split(rows, min(most, len(rows)))
    return np.stack([part.mean(axis=0) for part in parts]).astype(np.float16)


def richness(perception: Perception) -> np.ndarray:
    """(seconds,): how much is going on, as far as it was measured."""
    known = [curve.array for name in RICH if (curve := perception.curve(name))]
    return np.mean(known, axis=0) if known else np.zeros(perception.video.rows)
