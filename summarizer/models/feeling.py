"""A trained classifier of emotions in sound: what a frozen model hears in each window, and a small
head whose probabilities were calibrated on speakers it never learned from.

What it hears with is a name: "logmel" measures (models/prosody.py) and needs nothing; any other is
that of frozen weights of MERT's, HuBERT's or wav2vec 2.0's kind.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from summarizer import checkpoint
from summarizer.errors import WeightsError
from summarizer.models import prosody
from summarizer.models.audio import load_ear, resampled
from summarizer.models.emotion import CLASSIFIER, TRACK, Emotion
from summarizer.models.hub import folder as weights_folder
from summarizer.models.loading import alone

LOGMEL = "logmel"
TOKENS = 10.0  # a second that a frozen model is asked for; a window has their mean and spread
MOST_NAMES = 32


class Head(nn.Module):
    """(windows, width) heard -> (windows, names) logits; standardised, and with dropout if any.

    What belongs to it but does not learn along lies in it, too: what standardises, and the
    temperature that its logits are divided by before they become probabilities.
    """

    def __init__(self, width: int, names: int, hidden: int, dropout: float = 0.0):
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(width), requires_grad=False)
        self.spread = nn.Parameter(torch.ones(width), requires_grad=False)
        self.temperature = nn.Parameter(torch.ones(()), requires_grad=False)
        self.first = nn.Linear(width, hidden)
        self.last = nn.Linear(hidden, names)
        self.dropout = dropout

    def forward(self, heard: Tensor) -> Tensor:
        heard = (heard - self.mean) / self.spread
        drop = nn.functional.dropout
        inner = nn.functional.gelu(self.first(drop(heard, self.dropout, self.training)))
        return self.last(drop(inner, self.dropout, self.training))

    def probabilities(self, heard: Tensor) -> Tensor:
        """(windows, names), calibrated."""
        with torch.inference_mode():
            return torch.softmax(self(heard) / self.temperature, dim=-1)


def hear(name: str, samples: np.ndarray, rate: int, window: float, hop: float) -> np.ndarray:
    """(windows, width) float32: what is heard in each window of mono sound."""
    if name == LOGMEL:
        at_rate = resampled(samples, rate, prosody.RATE, 0, _converted(len(samples), rate))
        return prosody.statistics(at_rate.numpy(), window, hop)
    ear = _ear(name)
    tokens = ear.listen(samples, rate)
    edges = prosody.windows(_converted(len(samples), rate), window, hop) * ear.tokens_a_second
    rows = np.zeros((len(edges), 2 * ear.width), np.float32)
    for row, (begin, end) in zip(rows, edges, strict=True):
        part = tokens[int(begin) : max(int(begin) + 1, round(end))]
        row[:] = np.concatenate([part.mean(axis=0), part.std(axis=0)])
    return rows


def windows(samples: np.ndarray, rate: int, window: float, hop: float) -> np.ndarray:
    """When the windows of `hear` begin and end: (windows, 2) seconds."""
    return prosody.windows(_converted(len(samples), rate), window, hop)


def _converted(count: int, rate: int) -> int:
    return -(-count * prosody.RATE // rate)


@lru_cache(2)
def _ear(name: str):
    return load_ear(weights_folder(name), tokens_a_second=TOKENS)


@alone
def load_emotion(folder: Path | None = None) -> "Classifier":
    """The classifier that lies in a folder, or in the checkpoint this project keeps it in."""
    folder = folder or checkpoint.home() / TRACK
    config = checkpoint.describe(folder).config
    try:
        names = tuple(str(each) for each in config["names"])
        width, hidden = int(config["width"]), int(config["hidden"])
        window, hop = float(config["window"]), float(config["hop"])
        hears = str(config["hears"])
        fits = 2 <= len(names) <= MOST_NAMES and 0 < hop <= window <= 60 and width > 0 < hidden
    except (KeyError, TypeError, ValueError):
        fits = False
    if not fits or any("," in name for name in names):
        raise WeightsError(
            f"the config.json of the checkpoint {folder.name} describes no classifier of emotions; "
            "train one: python -m summarizer.train emotion --data FOLDER"
        )
    head = Head(width, len(names), hidden)
    checkpoint.load(folder, head)
    return Classifier(head.eval(), names, hears, window, hop)


class Classifier:
    """Hears emotions in any sound; safe to share between threads."""

    def __init__(self, head: Head, names: tuple[str, ...], hears: str, window: float, hop: float):
        self.head, self.names, self.hears = head, names, hears
        self.window, self.hop = window, hop

    def feel(self, samples: np.ndarray, rate: int) -> Emotion:
        """The emotions of each window of mono sound. Where a window is silent, all are alike."""
        heard = hear(self.hears, samples, rate, self.window, self.hop)
        found = self.head.probabilities(torch.from_numpy(heard)).double().numpy()
        edges = windows(samples, rate, self.window, self.hop)
        for row, (begin, end) in zip(found, edges, strict=True):
            part = samples[round(begin * rate) : round(end * rate)].astype(np.float64)
            if np.sqrt(np.mean(part**2)) < prosody.DEAD:
                row[:] = 1 / len(self.names)
        return Emotion(edges.mean(axis=1), self.names, found, f"{CLASSIFIER} ({self.hears})")
