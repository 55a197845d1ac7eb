"""Mixture: what each second of the sound is made of, in shares that add up to one.

It hears nothing itself. It weighs what other senses heard against each other, so it costs next to
nothing and can never contradict them.
"""

from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Video

SOFTEST, LOUDEST = -60.0, -5.0  # LUFS that read 0 and 1 on the curve of the loudness
QUIET = (-38.0, -46.0)  # LUFS at which what is neither talk nor music nor noise is not, is quiet
HEARD = ("speech", "music", "steady noise")  # curves that claim their share of a second
NEEDED = (*HEARD, "noise bursts", "silence", "loudness")
SHARES = tuple(f"share of {kind}" for kind in (*HEARD, "noise bursts", "quiet", "other sound"))


class Mixture:
    """Six shares of each second: speech, music, steady noise, noise bursts, quiet, other sound.

    Speech, silence and bursts are shares of time; music and steady noise are there as far as their
    senses are sure of them. Where more is claimed than a second holds, as by talk over music, all
    give way alike. What nobody claims is quiet where it is soft, else other sound: a dog, a motor,
    a lone tone, whatever has no sense of its own.
    """

    name: ClassVar[str] = "mixture"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["findings"]] = "findings"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = ()  # the senses it goes by have them

    def __init__(self, video: Video):
        self.rows = video.rows
        self.heard = Findings()

    def take(self, material: Findings) -> None:
        self.heard = material

    def findings(self) -> Findings:
        curves = {curve.name: curve.array for curve in self.heard.curves}
        lasting = next((each for each in self.heard.tracks if each.name == "bursts"), None)
        if lasting is None or not curves.keys() >= set(NEEDED):
            return Findings()
        bursts = lasting.values[: self.rows, 0].astype(np.float64)
        parts = shares(np.stack([*(curves[name] for name in HEARD), bursts]), curves)
        return Findings(
            tuple(Curve.of(*each) for each in zip(SHARES, [self.name] * 6, parts, strict=True))
        )


def shares(claims: np.ndarray, curves: dict[str, np.ndarray]) -> np.ndarray:
    """(6, seconds) in the order of SHARES, from what (4, seconds) claim: they sum to 1."""
    room = 1.0 - curves["silence"]
    claimed = claims.sum(axis=0)
    claims = claims * np.minimum(1.0, room / np.maximum(claimed, 1e-9))
    rest = np.maximum(0.0, room - claims.sum(axis=0))
    level = SOFTEST + curves["loudness"] * (LOUDEST - SOFTEST)
    soft = np.clip((level - QUIET[0]) / (QUIET[1] - QUIET[0]), 0.0, 1.0)
    return np.stack([*claims, curves["silence"] + soft * rest, (1.0 - soft) * rest])
