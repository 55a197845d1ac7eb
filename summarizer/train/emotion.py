"""Learning to hear emotions: a small head over what a frozen model hears, from actors' speech.

Speakers are divided, never sentences: nobody is in two of the parts. What is learned from, what the
temperature is fitted on and what is measured on are three groups of people.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor, nn

from summarizer import checkpoint
from summarizer.data.readers import acted
from summarizer.data.readers.acted import EMOTIONS, Clip
from summarizer.errors import PresetError, SummarizerError
from summarizer.files import whole
from summarizer.metrics.classes import (
    accuracy,
    calibration_error,
    confusion,
    log_loss,
    reliability,
    unweighted_recall,
)
from summarizer.models.emotion import ADJECTIVES, FORMULA, WINDOW, published_of
from summarizer.models.feeling import LOGMEL, Head, hear
from summarizer.models.prosody import DEAD
from summarizer.train.emotion_page import told
from summarizer.train.loop import Pace, Pick
from summarizer.train.screening import Course, Ready

PARTS = ("train", "validation", "test")
SHARES = {"validation": 0.2, "test": 0.2}  # of the speakers, at least one each
STILL = 1e-3  # spread of what is heard below which it says nothing
HOTTEST = 20.0  # temperature, and its inverse the coldest
HALVINGS = 60  # of the interval in which the temperature is sought


@dataclass(frozen=True)
class Recipe:
    """What is heard with, in which pieces, and how the head learns."""

    hears: str = LOGMEL
    """"logmel", or frozen weights: hubert-base, wav2vec2-base, mert-95m"""
    window: float = 2.0
    """seconds of a piece; a shorter clip is one"""
    hop: float = 1.0
    """seconds from one to the next"""
    hidden: int = 64
    dropout: float = 0.3
    noise: float = 0.1
    """added to what is heard, in spreads of it"""
    pace: Pace = field(default_factory=lambda: Pace(600, 64, rate=2e-3, decay=0.05))

    def __post_init__(self):
        if not 0.25 <= self.hop <= self.window <= 30 or not 0 <= self.dropout < 1:
            raise PresetError(
                f"windows of {self.window:g} s every {self.hop:g} s with a dropout of "
                f"{self.dropout:g} are not possible; windows have 0.25 to 30 s, hops no more, and "
                "dropout is below 1"
            )


@dataclass(frozen=True, eq=False)
class Heard:
    """Windows of some clips: what is heard in them, whose they are and what they feel."""

    rows: np.ndarray  # (windows, width) float32
    clips: np.ndarray  # (windows,) the clip of each
    emotions: np.ndarray  # (windows,) the number of what is felt
    speakers: np.ndarray  # (windows,) the number of who speaks


# -- who learns, who is measured ------------------------------------------------------------------


def divided(clips: Sequence[Clip], seed: int) -> dict[str, list[Clip]]:
    """The clips by part, each speaker in one part alone."""
    speakers = sorted({each.speaker for each in clips})
    if len(speakers) < len(PARTS):
        raise SummarizerError(
            f"{len(speakers)} speakers ({', '.join(speakers)}) can't be divided: some to learn "
            "from, others to calibrate on and others to measure on; give at least 3"
        )
    drawn = [speakers[each] for each in np.random.default_rng([seed, 5]).permutation(len(speakers))]
    parts, taken = {}, 0
    for part, share in SHARES.items():
        count = max(1, round(share * len(speakers)))
        parts[part] = set(drawn[taken : taken + count])
        taken += count
    parts["train"] = set(drawn[taken:])
    found = {part: [each for each in clips if each.speaker in parts[part]] for part in PARTS}
    known = {each.emotion for each in found["train"]}
    if unknown := sorted({each.emotion for each in clips} - known):
        raise SummarizerError(
            f"nobody among the {len(parts['train'])} speakers to learn from is {unknown[0]}; give "
            "more speakers, or divide them otherwise with --seed"
        )
    if len(known) < 2:
        raise SummarizerError(f"all speech is {min(known)}; there is nothing to tell apart")
    return found


# -- what is heard of the clips -------------------------------------------------------------------


def listened(clips: Sequence[Clip], names: Sequence[str], recipe: Recipe, kept: Path) -> Heard:
    """What is heard of the clips; each speaker's is kept in a file, for the next time."""
    rows, which, felt, who = [], [], [], []
    for person, speaker in enumerate(sorted({each.speaker for each in clips})):
        own = [(number, each) for number, each in enumerate(clips) if each.speaker == speaker]
        for (number, clip), heard in zip(
            own, _of_speaker([each for _, each in own], recipe, kept), strict=True
        ):
            rows.append(heard)
            which += [number] * len(heard)
            felt += [names.index(clip.emotion)] * len(heard)
            who += [person] * len(heard)
    numbers = (np.array(each, int) for each in (which, felt, who))
    return Heard(np.concatenate(rows), *numbers)


def _of_speaker(clips: Sequence[Clip], recipe: Recipe, kept: Path) -> list[np.ndarray]:
    """(windows, width) of each clip of a speaker."""
    files = [(each.file.name, each.file.stat().st_size, each.file.stat().st_mtime_ns)
             for each in clips]  # fmt: skip
    key = json.dumps([recipe.hears, recipe.window, recipe.hop, files])
    file = kept / f"{sha256(key.encode()).hexdigest()[:32]}.npz"
    try:
        with np.load(file) as stored:
            return np.split(stored["rows"], stored["edges"])
    except (OSError, ValueError, KeyError, BadZipFile):
        made = [_of_clip(clip.file, recipe) for clip in clips]
        kept.mkdir(parents=True, exist_ok=True)
        edges = np.cumsum([len(each) for each in made])[:-1]
        with whole(file) as part, part.open("wb") as stream:
            np.savez(stream, rows=np.concatenate(made), edges=edges)
        return made


def _of_clip(file: Path, recipe: Recipe) -> np.ndarray:
    """(windows, width) of a clip; no windows where it is silent."""
    samples, rate = acted.sound(file)
    if not silent(samples):
        return hear(recipe.hears, samples, rate, recipe.window, recipe.hop)
    still = np.zeros(rate, np.float32)  # how wide what is heard is shows in any second
    return hear(recipe.hears, still, rate, recipe.window, recipe.hop)[:0]


def silent(samples: np.ndarray) -> bool:
    return not len(samples) or np.sqrt(np.mean(samples.astype(np.float64) ** 2)) < DEAD


def by_formula(clips: Sequence[Clip]) -> float:
    """The unweighted recall of the published formula, the mean over the windows of each clip: the
    baseline. A clip too short for a window is repeated; an emotion it has no name for is missed."""
    hits: dict[str, list[bool]] = {}
    for clip in clips:
        samples, rate = acted.sound(clip.file)
        if silent(samples):
            continue
        again = np.resize(samples, max(len(samples), round(WINDOW * rate)))
        shares = published_of(again, rate).probabilities
        said = ADJECTIVES[FORMULA[shares.mean(axis=0).argmax()]]
        hits.setdefault(clip.emotion, []).append(said == clip.emotion)
    return float(np.mean([np.mean(each) for each in hits.values()]))


# -- the lesson -----------------------------------------------------------------------------------


class Feeling(nn.Module):
    """A head with the sum of its loss."""

    def __init__(self, head: Head):
        super().__init__()
        self.head = head

    def forward(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        loss = nn.functional.cross_entropy(
            self.head(batch["rows"]), batch["felt"], reduction="none"
        )
        return {"emotion": (loss * batch["counts"]).sum()}


class Emotions:
    """The lesson: windows of the speakers to learn from; emotions that are rare count more."""

    def __init__(
        self, parts: Mapping[str, Heard], names: Sequence[str], recipe: Recipe, baseline: float
    ):
        self.parts, self.names, self.recipe = parts, tuple(names), recipe
        self.baseline = baseline
        self.learned = parts["train"]
        rows = torch.from_numpy(self.learned.rows)
        head = Head(rows.shape[1], len(names), recipe.hidden, recipe.dropout)
        head.mean.data, head.spread.data = rows.mean(0), rows.std(0).clamp(min=STILL)
        self.module, self.weights = Feeling(head), {"emotion": 1.0}
        self.examples = len(rows)
        counts = np.bincount(self.learned.emotions, minlength=len(names))
        self.counts = len(rows) / (len(names) * np.maximum(counts, 1))
        self.of: dict[str, Any] = {}

    def batch(self, picks: Sequence[Pick]) -> dict[str, Tensor]:
        which = [index for index, _ in picks]
        width = self.learned.rows.shape[1]
        noise = np.stack([draw.standard_normal(width) for _, draw in picks]).astype(np.float32)
        spread = self.module.head.spread.detach().cpu()
        rows = torch.from_numpy(self.learned.rows[which])
        felt = self.learned.emotions[which]
        return {
            "rows": rows + self.recipe.noise * spread * torch.from_numpy(noise),
            "felt": torch.from_numpy(felt),
            "counts": torch.from_numpy(self.counts[felt]).float(),
        }

    def size(self, batch: Mapping[str, Tensor]) -> Mapping[str, float]:
        return {"emotion": float(batch["counts"].sum())}

    def check(self) -> Mapping[str, float]:
        """Fits the temperature, and measures on speakers that nothing was learned from."""
        head, held = self.module.head.eval(), self.parts["validation"]
        test = self.parts["test"]
        logits = self._logits(held)
        head.temperature.data.fill_(proven(logits, held.emotions, held.speakers))
        before = softmax(self._logits(test))
        after = softmax(self._logits(test) / head.temperature.item())
        counts = confusion(after, test.emotions)
        clips, felt = by_clip(after, test)
        whole_clips = confusion(clips, felt)
        return {
            "test, accuracy": accuracy(counts),
            "test, unweighted recall": unweighted_recall(counts),
            "test, calibration error before": calibration_error(before, test.emotions),
            "test, calibration error after": calibration_error(after, test.emotions),
            "test, log loss before": log_loss(before, test.emotions),
            "test, log loss after": log_loss(after, test.emotions),
            "test, accuracy of clips": accuracy(whole_clips),
            "test, unweighted recall of clips": unweighted_recall(whole_clips),
            "published formula, unweighted recall of clips": self.baseline,
            "chance, unweighted recall": 1 / len(self.names),
            "temperature": head.temperature.item(),
        }

    def keep(self, folder: Path, trained: Mapping[str, Tensor], metrics: Mapping[str, Any]) -> None:
        """The head as a checkpoint that `load_emotion` reads."""
        head, recipe, test = self.module.head, self.recipe, self.parts["test"]
        tensors = {name.removeprefix("head."): each for name, each in trained.items()}
        beside = {"mean": head.mean, "spread": head.spread, "temperature": head.temperature}
        config = {
            "kind": "emotion",
            "names": list(self.names),
            "hears": recipe.hears,
            "window": recipe.window,
            "hop": recipe.hop,
            "width": len(head.mean),
            "hidden": recipe.hidden,
        }
        shares = softmax(self._logits(test) / head.temperature.item())
        clips, felt = by_clip(shares, test)
        counted = {
            "confusion": confusion(shares, test.emotions).tolist(),
            "confusion of clips": confusion(clips, felt).tolist(),
            "reliability": [
                [each.confidence, each.accuracy, each.count]
                for each in reliability(shares, test.emotions, bins=10)
            ],
        }
        checkpoint.save(folder, {**tensors, **beside}, config, {**metrics, **counted, **self.of})

    def _logits(self, heard: Heard) -> np.ndarray:
        head = self.module.head
        rows = torch.from_numpy(heard.rows).to(head.mean.device)
        with torch.inference_mode():
            return head(rows).double().cpu().numpy()


def softmax(logits: np.ndarray) -> np.ndarray:
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def by_clip(shares: np.ndarray, heard: Heard) -> tuple[np.ndarray, np.ndarray]:
    """The mean probabilities of each clip, and what it feels."""
    clips = np.unique(heard.clips)
    means = np.stack([shares[heard.clips == each].mean(axis=0) for each in clips])
    return means, np.array([heard.emotions[heard.clips == each][0] for each in clips])


def temperature(logits: np.ndarray, right: np.ndarray) -> float:
    """What to divide logits by so that their probabilities are likeliest (Guo et al. 2017).

    The likelihood has one top over the inverse: where it rises or falls is told by its slope, which
    is the mean over the classes, as weighed, less what is right.
    """
    low, high = 1 / HOTTEST, HOTTEST
    for _ in range(HALVINGS):
        inverse = (low * high) ** 0.5
        shares = softmax(logits * inverse)
        slope = (logits[np.arange(len(right)), right] - (shares * logits).sum(axis=1)).mean()
        low, high = (inverse, high) if slope > 0 else (low, inverse)
    return float(1 / (low * high) ** 0.5)


def proven(logits: np.ndarray, right: np.ndarray, speakers: np.ndarray) -> float:
    """The temperature, where it helps people it was not fitted on; else 1, which changes nothing.

    Each speaker in turn is judged by the temperature of the others: of few speakers the likeliest
    one is theirs alone, and makes it worse for others.
    """
    gains = []
    for person in np.unique(speakers):
        mine = speakers == person
        if not mine.all():
            hot = temperature(logits[~mine], right[~mine])
            before, after = (
                log_loss(softmax(logits[mine] / each), right[mine]) for each in (1, hot)
            )
            gains.append((before - after) * mine.sum())
    return temperature(logits, right) if sum(gains) > 0 else 1.0


# -- the course -----------------------------------------------------------------------------------


def hearing(
    recipe: Recipe,
    data: Sequence[Path],
    features: Path | None = None,
    begin: Path | None = None,
    seed: int = 0,
) -> Ready:
    """A classifier, from folders of actors' speech; it begins from nothing."""
    if begin:
        raise PresetError(f"a classifier of emotions begins from nothing; leave {begin.name} away")
    found = acted.read(data)
    divisions = divided(found.clips, seed)
    names = [each for each in EMOTIONS if any(clip.emotion == each for clip in found.clips)]
    kept = features or data[0].with_name(f"{data[0].name}.heard")
    parts = {part: listened(clips, names, recipe, kept) for part, clips in divisions.items()}
    for part, heard in parts.items():
        if not len(heard.rows):
            raise SummarizerError(f"all clips of the speakers for {part} are silent; give others")
    still = len(found.clips) - sum(len(np.unique(each.clips)) for each in parts.values())
    left_out = {**found.left_out, **({"silent": still} if still else {})}
    torch.manual_seed(seed)
    lesson = Emotions(parts, names, recipe, by_formula(divisions["test"]))
    speakers = {part: sorted({each.speaker for each in clips}) for part, clips in divisions.items()}
    lesson.of = {
        "stage": "emotion",
        "hears": recipe.hears,
        "speakers": speakers,
        "clips": {part: len(clips) for part, clips in divisions.items()},
        "emotions": dict(Counter(each.emotion for each in found.clips)),
        "left out": left_out,
        "data": _digest(parts),
    }
    digest = sha256(json.dumps([lesson.of, str(recipe)], sort_keys=True).encode()).hexdigest()
    left = "; ".join(f"{count} left out: {why}" for why, count in left_out.items())
    said = (
        f"{len(found.clips)} clips of {len(names)} emotions, heard with {recipe.hears}; speakers: "
        + ", ".join(f"{len(speakers[part])} for {part}" for part in PARTS)
        + (f"; {left}" if left else "")
    )
    pace = replace(recipe.pace, seed=seed)
    return Ready(lesson, pace, f"emotion {digest[:16]}", said)


def _digest(parts: Mapping[str, Heard]) -> str:
    found = sha256()
    for part in PARTS:
        found.update(parts[part].rows.tobytes())
        found.update(parts[part].emotions.tobytes())
    return found.hexdigest()


COURSES: Mapping[str, Course] = {
    "emotion": Course(
        "what speech feels like, from folders of CREMA-D's or RAVDESS's form",
        Recipe,
        hearing,
        told,
    ),
}
