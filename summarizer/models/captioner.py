"""BLIP: pictures in, a short English sentence about each out."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from summarizer.errors import PresetError, WeightsError
from summarizer.models.loading import alone, kept, loaded, placed, settings, tokens_of
from summarizer.models.together import Together

# what older files hold besides: numbers that the class makes itself
MADE = (r"text_decoder\.bert\.embeddings\.position_ids",)
# words that cannot end a sentence; they do where it was cut off
LOOSE = "a an the of and or with in on at to by for from is are his her its their"
LONGEST_PHRASE = 4  # words; what is said twice in a row is said once
SLIMMEST = 4  # times longer than wide: of longer pictures only the middle is looked at


@kept
@alone
def load_captioner(
    folder: Path, device: str = "cpu", *, beams: int = 1, most: int = 30, batch: int = 8
) -> "Captioner":
    """BLIP from a folder; one beam is greedy, a sentence has `most` word pieces at most."""
    from transformers import BlipForConditionalGeneration

    config, sees = settings(folder, "config.json"), settings(folder, "preprocessor_config.json")
    if config.get("model_type") != "blip":
        raise WeightsError(f"{folder} holds a {config.get('model_type')!r}, which is no BLIP")
    if not all(len(sees.get(shade, ())) == 3 for shade in ("image_mean", "image_std")):
        raise WeightsError(f"{folder} doesn't say how bright its pictures are; get it again")
    model = placed(loaded(BlipForConditionalGeneration, folder, MADE), device)
    room = model.config.text_config.max_position_embeddings - 1
    if not (1 <= beams <= 16 and 1 <= most <= room):
        raise PresetError(
            f"captions take 1 to 16 beams and 1 to {room} word pieces, got {beams} and {most}"
        )
    return Captioner(model, tokens_of(folder), sees, beams=beams, most=most, batch=batch)


class Captioner:
    """Says what pictures show; the same picture always gets the same words."""

    def __init__(self, model, tokenizer, sees: dict, *, beams: int, most: int, batch: int):
        import torch

        self.model, self.tokenizer = model, tokenizer
        self.beams, self.most, self.batch = beams, most, batch
        self.side = int(model.config.vision_config.image_size)
        shade = torch.tensor([sees["image_mean"], sees["image_std"]], device=model.device)
        self.mean, self.spread = shade.view(2, 3, 1, 1)
        self._together = Together(self._told)

    def caption(self, frames: np.ndarray) -> list[str]:
        """A sentence for each of (frames, height, width, 3) uint8 RGB; empty if it has no words."""
        found: list[str] = []
        for first in range(0, len(frames), self.batch):
            pictures = self.prepared(frames[first : first + self.batch])
            (texts,) = self._together(pictures, self.batch)
            found += texts
        return found

    def _told(self, pictures) -> tuple[list[str]]:
        import torch

        with torch.inference_mode():
            made = self.model.generate(
                pictures.to(self.model.dtype),
                max_new_tokens=self.most,
                num_beams=self.beams,
                do_sample=False,
            )
        texts = self.tokenizer.batch_decode(made[:, 1:], skip_special_tokens=True)
        return ([cleaned(text) for text in texts],)

    def rows(self, frames: np.ndarray) -> np.ndarray:
        """(frames, width) float16: what BLIP's eye sees in each as a whole, by its first token."""
        import torch

        width = self.model.config.vision_config.hidden_size
        found = np.empty((len(frames), width), np.float16)
        for first in range(0, len(frames), self.batch):
            pictures = self.prepared(frames[first : first + self.batch])
            with torch.inference_mode():
                seen = self.model.vision_model(pictures.to(self.model.dtype)).last_hidden_state
            found[first : first + self.batch] = seen[:, 0].float().cpu().numpy()
        return found

    def prepared(self, frames: np.ndarray):
        """(frames, 3, side, side) on the device, as it was trained: whole pictures, made square."""
        import torch

        pictures = torch.from_numpy(np.array(_stouter(frames))).to(self.mean.device)
        pictures = torch.nn.functional.interpolate(
            pictures.permute(0, 3, 1, 2).float(),
            (self.side, self.side),
            mode="bicubic",
            antialias=True,
        )
        pictures = pictures.round().clamp(0, 255) / 255
        return (pictures - self.mean) / self.spread


def _stouter(frames: np.ndarray) -> np.ndarray:
    height, width = frames.shape[1:3]
    most = SLIMMEST * min(height, width)
    top, left = max(0, (height - most) // 2), max(0, (width - most) // 2)
    return frames[:, top : top + most, left : left + most]


def cleaned(text: str) -> str:
    """Without words or phrases said twice in a row, and without what hangs loose at the end."""
    words = re.sub(r"\s+([,.!?'])", r"\1", " ".join(text.split())).split()
    for length in range(LONGEST_PHRASE, 0, -1):
        words = _once(words, length)
    while words and words[-1].strip(",").lower() in LOOSE.split():
        words.pop()
    return " ".join(words).strip(" ,")


def _once(words: Sequence[str], length: int) -> list[str]:
    kept: list[str] = []
    for word in words:
        kept.append(word)
        if len(kept) >= 2 * length and kept[-length:] == kept[-2 * length : -length]:
            del kept[-length:]
    return kept
