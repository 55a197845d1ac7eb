"""Speech in, words out: Whisper where its weights are here already, else pocketsphinx.

Nothing is ever downloaded. Each recogniser says by itself whether it can be believed, because each
is wrong in its own way: pocketsphinx knows English alone, and makes English of everything.
"""

import json
import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Protocol

import numpy as np

from summarizer.errors import PresetError
from summarizer.models import hub
from summarizer.models.spoken import Word

RATE = 16_000  # samples a second; both know no other
# the best first that keeps up with speech on two cores; the first ones know many languages
BEST = "whisper-base"  # of summarizer.models.hub.WEIGHTS
LARGE = "whisper-large"  # hears better, and is far too slow without a GPU
WHISPERS = tuple(  # used as well where somebody has them
    f"openai/whisper-{size}" for size in ("base", "tiny", "base.en", "tiny.en", "small")
)
SPHINX = "pocketsphinx"
MISSING = (
    "no speech recogniser is here: pocketsphinx comes with Python 3.11 alone, and Whisper is used "
    f"once its weights are here; get them with: {hub.COMMAND} {BEST}"
)


@dataclass(frozen=True)
class Heard:
    """What was heard in a piece of sound, and how well the sounds fit the words."""

    words: tuple[Word, ...]
    seconds: float
    fit: float


class Recogniser(Protocol):
    made_by: str

    def hear(self, samples: np.ndarray) -> Heard:
        """The words in (samples,) int16 of speech; times count from its beginning."""
        ...

    def believes(self, heard: Sequence[Heard]) -> bool:
        """Whether what was heard in pieces of sound close to each other is what was said."""
        ...


def recogniser_here() -> str:
    """Which recogniser would be used here, without loading it; empty if there is none."""
    folder = _whisper()
    if folder is not None:
        return f"{folder[0]} {folder[1].name[:8]}"
    try:
        return f"{SPHINX} {version(SPHINX)}" if find_spec(SPHINX) else ""
    except PackageNotFoundError:
        return ""


@cache
def load_recogniser() -> Recogniser:
    """The best recogniser that is here; an error says how to get one."""
    folder = _whisper()
    if folder is not None:
        large = folder[0] == hub.WEIGHTS[LARGE].repo
        return Whisper(folder[1], recogniser_here(), "cuda" if large else "cpu")
    if not recogniser_here():
        raise PresetError(MISSING)
    return Sphinx(recogniser_here())


# -- pocketsphinx ---------------------------------------------------------------------------------

# Where the average over some seconds is below these, what it wrote was wrong more often than not;
# NOTES.md has what was measured on which clips.
SURE = 0.38  # posterior probability of the words
FITS = -3.9  # acoustic score a frame, compared with free phones
PACE = (0.5, 5.5)  # words a second
ENOUGH = 8  # words; fewer tell nothing: silence is "dog" with certainty, and music "had one"
SPHINX_FRAME = 0.01  # seconds
FAINT = 1e-300  # its probabilities underflow


class Sphinx:
    """English, roughly; a word's confidence is its posterior probability in the lattice."""

    def __init__(self, made_by: str):
        from pocketsphinx import Decoder, get_model_path

        self.made_by = made_by
        # held to this many states and words a frame, noise costs little more than clear speech
        self.words = Decoder(loglevel="FATAL", maxhmmpf=6000, maxwpf=20)
        phones = str(Path(get_model_path()) / "en-us" / "en-us-phone.lm.bin")
        self.phones = Decoder(
            loglevel="FATAL", lm=None, allphone=phones, beam=1e-20, pbeam=1e-20, lw=2.0
        )

    def hear(self, samples: np.ndarray) -> Heard:
        seconds = len(samples) / RATE
        found = _decoded(self.words, samples)
        words = tuple(
            Word(
                re.sub(r"\(\d+\)$", "", part.word),
                part.start_frame * SPHINX_FRAME,
                (part.end_frame + 1) * SPHINX_FRAME,
                float(min(1.0, part.prob)),
            )
            for part in found
            if part.word[0] not in "<[+"
        )
        free = _score(_decoded(self.phones, samples)) if words else 0.0
        return Heard(words, seconds, _score(found) - free)

    def believes(self, heard: Sequence[Heard]) -> bool:
        words = [word for each in heard for word in each.words]
        seconds = sum(each.seconds for each in heard)
        if len(words) < ENOUGH:
            return False
        sure = sum(word.probability for word in words) / len(words)
        fit = sum(each.fit * each.seconds for each in heard if each.words)
        fit /= sum(each.seconds for each in heard if each.words)
        pace = len(words) / seconds
        return sure >= SURE and fit >= FITS and PACE[0] <= pace <= PACE[1]


def _decoded(decoder, samples: np.ndarray) -> list:
    decoder.start_utt()
    decoder.process_raw(samples.astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    return list(decoder.seg()) if decoder.hyp() else []


def _score(parts: Sequence) -> float:
    """The acoustic score a frame: 0 where each sound is the likeliest of all, below elsewhere."""
    frames = sum(part.end_frame - part.start_frame + 1 for part in parts)
    return sum(math.log(max(part.ascore, FAINT)) for part in parts) / max(1, frames)


# -- Whisper --------------------------------------------------------------------------------------

LIKELY = 0.5  # probability of the words, on average
REPEATS = 2.4  # times shorter when packed: it turns in a circle
MOST_TOKENS = 200  # in a piece of up to half a minute


class Whisper:
    """Many languages; a word's confidence is the probability of its least likely token."""

    def __init__(self, folder: Path, made_by: str, device: str = "cpu"):
        import torch
        from transformers import WhisperForConditionalGeneration, WhisperProcessor

        torch.set_num_threads(1)  # another model may have the other core
        self.made_by = made_by
        self.processor = WhisperProcessor.from_pretrained(folder, local_files_only=True)
        # straight onto the GPU: the memory of this process is bounded
        half = {"dtype": torch.float16, "device_map": {"": device}} if device != "cpu" else {}
        self.model = WhisperForConditionalGeneration.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, **half
        )
        self.model.eval()

    def hear(self, samples: np.ndarray) -> Heard:
        import torch

        seconds = len(samples) / RATE
        sound = samples.astype(np.float32) / 32768
        given = self.processor(sound, sampling_rate=RATE, return_tensors="pt")
        with torch.inference_mode():
            made = self.model.generate(
                given.input_features.to(self.model.device, self.model.dtype),
                max_new_tokens=min(MOST_TOKENS, self.model.config.max_target_positions // 2),
                return_dict_in_generate=True,
                output_scores=True,
                do_sample=False,
                num_beams=1,
            )
            scores = made.scores
            tokens = made.sequences[0, -len(scores) :].tolist() if scores else []
            shares = [
                float(torch.softmax(score[0].float(), -1)[token])
                for score, token in zip(scores, tokens, strict=True)
            ]
        words = self._words(tokens, shares, seconds)
        return Heard(words, seconds, 0.0)

    def _words(
        self, tokens: Sequence[int], shares: Sequence[float], seconds: float
    ) -> tuple[Word, ...]:
        """The tokens joined into words; each takes its share of the time by its letters."""
        tokenizer, groups = self.processor.tokenizer, []
        special = set(tokenizer.all_special_ids)
        for token, share in zip(tokens, shares, strict=True):
            if token in special:
                continue
            piece = tokenizer.decode([token])
            if groups and not piece.startswith(" "):
                groups[-1][0].append(token)
                groups[-1][1] = min(groups[-1][1], share)
            else:
                groups.append([[token], share])
        texts = [(tokenizer.decode(ids).strip(), share) for ids, share in groups]
        texts = [(text, share) for text, share in texts if text]
        ends = np.cumsum([len(text) + 1 for text, _ in texts], dtype=float)
        ends *= seconds / ends[-1] if len(ends) else 1.0
        starts = np.concatenate([[0.0], ends])
        return tuple(
            Word(text, float(start), float(end), share)
            for (text, share), start, end in zip(texts, starts, ends, strict=False)
        )

    def believes(self, heard: Sequence[Heard]) -> bool:
        words = [word for each in heard for word in each.words]
        if not words:
            return False
        text = " ".join(word.text for word in words).encode()
        sure = sum(word.probability for word in words) / len(words)
        return sure >= LIKELY and len(text) / len(zlib.compress(text)) <= REPEATS


def _whisper() -> tuple[str, Path] | None:
    """The first Whisper that lies whole in the local cache: its name and its folder."""
    for name in (LARGE, BEST):
        if hub.here(name) and (name != LARGE or _on_gpu()):
            return hub.WEIGHTS[name].repo, hub.folder(name)
    for name in WHISPERS:
        home = hub.cache() / f"models--{name.replace('/', '--')}"
        with_commit = home / "refs" / "main"
        if not with_commit.is_file():
            continue
        folder = home / "snapshots" / with_commit.read_text().strip()
        needed = ("config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json")
        if all((folder / file).is_file() for file in needed) and _is_whisper(folder):
            return name, folder
    return None


def _on_gpu() -> bool:
    """Whether there is a GPU; torch, slow to import, is only asked where there is its driver."""
    if which("nvidia-smi") is None:
        return False
    import torch

    return torch.cuda.is_available()


def _is_whisper(folder: Path) -> bool:
    try:
        return json.loads((folder / "config.json").read_text()).get("model_type") == "whisper"
    except (OSError, ValueError):
        return False
