"""CLIP by open_clip: frames and texts in, unit vectors out, and what it saw patch by patch.

Weights are read from a folder in open_clip's own format. Nothing is ever fetched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate, normalize

from summarizer.errors import WeightsError
from summarizer.models.loading import alone, kept, settings
from summarizer.models.together import Together

CONFIG, WEIGHTS = "open_clip_config.json", "open_clip_model.safetensors"
NAMES = (WEIGHTS, "open_clip_pytorch_model.safetensors")  # open_clip takes the first that is there
BATCH = 32  # frames, or texts
PIXELS = 1 << 25  # of frames, made fit for the model at once: 400 MB
SLIMMEST = 4  # times longer than wide: longer frames lose their ends, which the crop drops anyway
CHARACTERS = 2_000  # of a text; the model reads no more than 77 word pieces
REMEMBERED = 2_000  # texts
ELSEWHERE = ("timm_model_name", "hf_model_name", "hf_tokenizer_name")  # parts that lie elsewhere


@dataclass(frozen=True, eq=False)
class Seen:
    """What one pass over some frames gave."""

    embedding: np.ndarray  # (frames, width) float32, of unit length
    patches: Tensor  # (frames, patches, patch width), where and as precise as the model is


@dataclass(frozen=True)
class Preparation:
    """How a model wants its pictures, as its folder says."""

    size: int  # pixels, both ways
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: str  # "bicubic" or "bilinear"

    def __call__(self, frames: Tensor) -> Tensor:
        """(frames, height, width, 3) uint8 to (frames, 3, size, size) float32.

        The shortest side becomes `size`, as Pillow would resize it, and the middle is taken.
        """
        pictures = _no_slimmer(frames).permute(0, 3, 1, 2).float()
        height, width = pictures.shape[-2:]
        short = min(height, width)
        new_height, new_width = (int(self.size * side / short) for side in (height, width))
        # Pillow resizes one way, then the other, to whole numbers each time
        pictures = self._resized(pictures, (height, new_width))
        pictures = self._resized(pictures, (new_height, new_width))
        top, left = (round((side - self.size) / 2) for side in (new_height, new_width))
        pictures = pictures[:, :, top : top + self.size, left : left + self.size] / 255
        mean, std = (pictures.new_tensor(each).view(3, 1, 1) for each in (self.mean, self.std))
        return (pictures - mean) / std

    def _resized(self, pictures: Tensor, shape: tuple[int, int]) -> Tensor:
        made = interpolate(pictures, shape, mode=self.interpolation, antialias=True)
        return made.round().clamp(0, 255)


class Eye:
    """A CLIP model ready to look and to read; safe to share between threads."""

    def __init__(self, model, tokenizer, prepare: Preparation):
        self.model, self.tokenizer, self.prepare = model, tokenizer, prepare
        self.width: int = model.visual.output_dim  # of embeddings
        self.blocks, self.form, self.patch_width, self.patches = _tower(model.visual)
        self._known: dict[str, np.ndarray] = {}
        self._lock = Lock()
        self._together = Together(lambda pictures: self._pass(pictures))

    @property
    def device(self) -> torch.device:
        return self.model.visual.conv1.weight.device

    @property
    def dtype(self) -> torch.dtype:
        return self.model.visual.conv1.weight.dtype

    def look(self, frames: np.ndarray) -> Seen:
        """What (frames, height, width, 3) uint8 RGB show: as a whole, and in every patch.

        The patches are those of the last block but one, without the token of the whole picture; of
        a residual network those that its attention pools.
        """
        frames = np.asarray(frames)
        if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[-1] != 3:
            raise ValueError(f"frames are uint8 (frames, height, width, 3), not {frames.shape}")
        step = max(1, min(BATCH, PIXELS // max(1, frames.shape[1] * frames.shape[2])))
        embeddings = [np.zeros((0, self.width), np.float32)]
        shape = (0, self.patches, self.patch_width)
        patches = [torch.zeros(shape, device=self.device, dtype=self.dtype)]
        for first in range(0, len(frames), step):
            embedding, seen = self._together(torch.tensor(frames[first : first + step]), step)
            embeddings.append(embedding)
            patches.append(seen)
        return Seen(np.concatenate(embeddings), torch.cat(patches))

    @torch.no_grad()  # and not inference_mode: a projector may learn from the patches
    def _pass(self, frames: Tensor) -> tuple[np.ndarray, Tensor]:
        pictures = self.prepare(frames.to(self.device)).to(self.dtype)
        found = self.model.visual.forward_intermediates(
            pictures, indices=[self.blocks - 2], output_fmt=self.form
        )
        (patches,) = found["image_intermediates"]
        patches = patches if self.form == "NLC" else patches.flatten(2).transpose(1, 2)
        return normalize(found["image_features"].float(), dim=-1).cpu().numpy(), patches

    def read(self, texts: Sequence[str]) -> np.ndarray:
        """One unit vector a text: (texts, width) float32; a text seen before costs nothing."""
        texts = [text[:CHARACTERS] for text in texts]
        with self._lock:
            fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
            made = self._known
            if fresh:
                made = {**made, **self._read(fresh)}
                self._known = {text: made[text] for text in list(made)[-REMEMBERED:]}
        rows = [made[text] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.width), np.float32)

    @torch.no_grad()
    def _read(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        made: dict[str, np.ndarray] = {}
        for first in range(0, len(texts), BATCH):
            batch = texts[first : first + BATCH]
            rows = self._encoded(self.tokenizer(batch).to(self.device))
            made.update(zip(batch, normalize(rows.float(), dim=-1).cpu().numpy(), strict=True))
        return made

    def _encoded(self, pieces: Tensor) -> Tensor:
        """What the model makes of texts of which all that stands behind the longest is cut off.

        It pads each text to 77 pieces, but none of them looks ahead, so the rest changes nothing.
        """
        length = int(pieces.argmax(1).max()) + 1  # the last piece of a text has the highest number
        shorter = {
            "positional_embedding": self.model.positional_embedding[:length],
            "attn_mask": self.model.attn_mask[:length, :length],
        }
        given = {"text": pieces[:, :length]}
        return torch.func.functional_call(self.model, shorter, (), given)[1]


def _tower(visual) -> tuple[int, str, int, int]:
    """Of a transformer or a residual network: its blocks, the last of which pools, the form of what
    one leaves, how wide a patch is and how many there are."""
    if hasattr(visual, "transformer"):
        height, width = visual.grid_size
        blocks = len(visual.transformer.resblocks)
        return blocks, "NLC", visual.conv1.out_channels, height * width
    return (
        6,
        "NCHW",
        visual.attnpool.k_proj.in_features,
        len(visual.attnpool.positional_embedding) - 1,
    )


@kept
@alone
def load_eye(folder: Path, device: str = "cpu") -> Eye:
    """The CLIP model in a folder; half precision on a CUDA device, full precision elsewhere."""
    folder = Path(folder)
    _check(folder)
    import open_clip

    source = f"{open_clip.factory.LOCAL_DIR_PREFIX}{folder}"
    try:
        model = open_clip.create_model_from_pretrained(
            source, precision=_precision(device), device=device, return_transform=False
        )
    except Exception as error:  # of many kinds, for files that are damaged
        raise _unfit(folder, " ".join(str(error).split())) from error
    _compare(folder, model)
    prepare = _preparation(folder, model.visual.preprocess_cfg)
    return Eye(model.eval().requires_grad_(False), open_clip.get_tokenizer(source), prepare)


def _check(folder: Path) -> None:
    """Refuse what open_clip would do without a word: random weights, pickles, fetched parts."""
    found = settings(folder, CONFIG)
    if not any((folder / name).is_file() for name in NAMES):
        raise WeightsError(f"{folder} has no {WEIGHTS}; get its weights again")
    try:
        config = found["model_cfg"]
        towers = {**config["vision_cfg"], **config["text_cfg"]}
    except (KeyError, TypeError) as error:
        raise _unfit(folder, f"{CONFIG} does not describe a model ({error})") from error
    if config.get("custom_text"):
        raise _unfit(folder, "it reads texts in a way of its own (custom_text)")
    if (folder / "tokenizer.json").is_file():  # open_clip takes it from there, whatever its name
        towers.pop("hf_tokenizer_name", None)
    if foreign := [name for name in ELSEWHERE if towers.get(name)]:
        raise _unfit(folder, f"{foreign[0]} is {towers[foreign[0]]!r}, a part that lies elsewhere")


def _compare(folder: Path, model) -> None:
    """Refuse shapes that differ: open_clip stretches positions to fit without a word."""
    from safetensors import safe_open

    expected = {name: list(value.shape) for name, value in model.state_dict().items()}
    file = next(folder / name for name in NAMES if (folder / name).is_file())
    with safe_open(file, "pt") as weights:
        found = {name: weights.get_slice(name).get_shape() for name in weights.keys()}  # noqa: SIM118
    for name, shape in found.items():
        if shape not in ([], [1]) and expected.get(name) != shape:
            raise _unfit(folder, f"{name} is {shape} and should be {expected.get(name)}")


def _unfit(folder: Path, why: str) -> WeightsError:
    return WeightsError(f"{folder} holds no fitting CLIP model: {why[:600]}; get its weights again")


def _preparation(folder: Path, asked: dict) -> Preparation:
    size = asked["size"]
    size = (size, size) if isinstance(size, int) else tuple(size)
    known = asked["interpolation"] in ("bicubic", "bilinear") and asked["resize_mode"] == "shortest"
    if not known or size[0] != size[1]:
        raise _unfit(
            folder,
            f"it wants pictures of {size[0]} x {size[1]} by their {asked['resize_mode']} side and "
            f"{asked['interpolation']}, and only squares by the shortest side are known",
        )
    return Preparation(size[0], tuple(asked["mean"]), tuple(asked["std"]), asked["interpolation"])


def _precision(device: str) -> str:
    if torch.device(device).type != "cuda":
        return "fp32"
    return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"


def _no_slimmer(frames: Tensor) -> Tensor:
    """The middle of frames that are much longer than wide: whole, they'd fill the memory."""
    height, width = frames.shape[1:3]
    most = SLIMMEST * min(height, width)
    top, left = max(0, (height - most) // 2), max(0, (width - most) // 2)
    return frames[:, top : height - top, left : width - left]
