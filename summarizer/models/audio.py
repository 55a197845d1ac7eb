"""Sound in, vectors out: MERT hears what the music is like, CLAP what could be said of a sound.

Both hear windows at their true time: nothing is squeezed, stretched or joined.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from math import ceil, gcd
from pathlib import Path

import numpy as np

from summarizer.errors import PresetError, WeightsError
from summarizer.models.loading import alone, kept, loaded, placed, settings, tokens_of
from summarizer.models.together import Together

# -- the common part: other rates, and windows ----------------------------------------------------

MARGIN = 64  # the resampler looks at most some 50 steps away; a step is the least both rates share
MOST_STEPS = 2_000  # samples in such a step; its tables would not fit into memory


def resampled(samples: np.ndarray, rate: int, to: int, start: int, stop: int):
    """Samples [start, stop) of the sound at another rate, as if all of it were converted."""
    import torch

    assert samples.ndim == 1 and samples.dtype == np.float32, "mono float32 is heard"
    if rate == to or not len(samples):
        return torch.from_numpy(samples[start:stop].copy())
    old, new = rate // gcd(rate, to), to // gcd(rate, to)
    if old > MOST_STEPS:
        raise PresetError(f"sound at {rate} Hz can't be converted to {to} Hz; use 16000 or 48000")
    first, last = max(0, start // new - MARGIN), ceil(stop / new) + MARGIN
    made = _resampler(rate, to)(torch.from_numpy(samples[first * old : last * old].copy()))
    return made[start - first * new : stop - first * new]


@lru_cache(8)
def _resampler(rate: int, to: int):
    from torchaudio.transforms import Resample

    return Resample(rate, to)


def starts(total: int, window: int, hop: int) -> list[int]:
    """Where windows begin that cover so many samples; the last one ends where the sound ends."""
    if total <= window:
        return [0] if total else []
    found = list(range(0, total - window + 1, hop))
    return found if found[-1] + window == total else [*found, total - window]


def batches(items: Sequence, size: int) -> Iterator[Sequence]:
    for first in range(0, len(items), size):
        yield items[first : first + size]


# -- MERT -----------------------------------------------------------------------------------------

MERTS = ("mert_model", "music_hubert", "hubert")  # what its configurations call the kind of model
WAVE = "wav2vec2"  # what those of wav2vec 2.0 call theirs: the same layout, pretrained on speech
UNHEARD = (
    r"(quantizer|project_q|project_hid|lm_head)\..*",
)  # beside it, for its pretraining alone
WINDOW = 5.0  # seconds, what it was trained on
SHORTEST = 0.1  # seconds; less is followed by silence
MOST_TOKENS = 25  # a second; it makes 75, and each token needs some
TINY = 1e-7  # its own guard against silence
LINE = "heard.weight"  # of a checkpoint, from an ear to texts


@kept
@alone
def load_ear(
    folder: Path,
    device: str = "cpu",
    *,
    layer: int = 0,
    tokens_a_second: float = 2.0,
    batch: int = 8,
) -> "Ear":
    """MERT, HuBERT or wav2vec 2.0 from a folder; what it hears is the output of a layer, counted
    from 1; 0 is the last."""
    from transformers import HubertModel, Wav2Vec2Model

    config = settings(folder, "config.json")
    hears = settings(folder, "preprocessor_config.json")
    if config.get("model_type") not in (*MERTS, WAVE):
        raise WeightsError(f"{folder} holds a {config.get('model_type')!r}, which is no MERT")
    for part in ("feature_extractor_cqt", "deepnorm"):  # of other, unpublished ones
        if config.get(part):
            raise WeightsError(f"the MERT in {folder} has {part}, which HuBERT has not")
    layers = int(config.get("num_hidden_layers", 12))
    if not 0 <= layer <= layers:
        raise PresetError(f"MERT has layers 1 to {layers}, got {layer}; 0 stands for the last")
    if not 0.1 <= tokens_a_second <= MOST_TOKENS:
        raise PresetError(
            f"MERT makes 0.1 to {MOST_TOKENS} tokens a second here, got {tokens_a_second:g}"
        )
    kind, beside = (HubertModel, ()) if config["model_type"] != WAVE else (Wav2Vec2Model, UNHEARD)
    model = _shortened(loaded(kind, folder, beside), layer)
    return Ear(
        placed(model, device),
        rate=int(hears.get("sampling_rate", 24_000)),
        normalise=bool(hears.get("do_normalize", True)),
        tokens_a_second=tokens_a_second,
        batch=batch,
    )


def _shortened(model, layer: int):
    """Without the layers after the one that is listened to."""
    import torch

    encoder = model.encoder
    if 0 < layer < len(encoder.layers):
        encoder.layers = encoder.layers[:layer]
        if model.config.do_stable_layer_norm:  # there the last norm comes after the last layer
            encoder.layer_norm = torch.nn.Identity()
    return model


class Ear:
    """Hears music and other sound in windows of five seconds; safe to share between threads."""

    def __init__(self, model, *, rate: int, normalise: bool, tokens_a_second: float, batch: int):
        self.model, self.rate, self.normalise = model, rate, normalise
        self.tokens_a_second, self.batch = tokens_a_second, batch
        self.width = int(model.config.hidden_size)
        self.hop, self.field = _frame(model.config.conv_kernel, model.config.conv_stride)
        self._together = Together(self._states)

    def listen(self, samples: np.ndarray, rate: int) -> np.ndarray:
        """(tokens, width) float32 of mono sound; token i is [i/n, (i+1)/n) s, n tokens a second.

        A token is the mean of what was heard in that time. The last window reaches back so that
        it is full: padding would change it, because its first layer is normalised over time.
        """
        import torch

        total = -(-len(samples) * self.rate // rate)
        count = ceil(len(samples) * self.tokens_a_second / rate - 1e-9)
        sums = torch.zeros(count, self.width, device=self.model.device)
        parts = torch.zeros(count, 1, device=self.model.device)
        heard, latest = 0, None
        window = round(WINDOW * self.rate)
        for some in batches(starts(total, window, window), self.batch):
            sound = torch.stack([self._window(samples, rate, start, total) for start in some])
            (states,) = self._together(sound, self.batch)
            for start, rows in zip(some, states, strict=True):  # (frames, width)
                middles = start + self.hop * torch.arange(len(rows)) + self.field // 2
                new = (middles >= heard) & (middles < max(total, self.field))
                tokens = (middles[new] * self.tokens_a_second / self.rate).long()
                tokens = tokens.clamp(max=count - 1).to(sums.device)
                rows = rows[new.to(rows.device)]
                sums.index_add_(0, tokens, rows)
                parts.index_add_(0, tokens, torch.ones_like(rows[:, :1]))
                heard, latest = start + window, rows[-1] if len(rows) else latest
        empty = parts[:, 0] == 0  # the very end, if shorter than a frame
        if latest is not None:
            sums[empty] = latest
        return (sums / parts.clamp(min=1)).cpu().numpy()

    def _window(self, samples: np.ndarray, rate: int, start: int, total: int):
        import torch

        stop = min(start + round(WINDOW * self.rate), total)
        sound = resampled(samples, rate, self.rate, start, stop)
        lacking = round(SHORTEST * self.rate) - len(sound)
        return torch.nn.functional.pad(sound, (0, max(0, lacking)))

    def _states(self, sound) -> tuple:
        import torch

        sound = sound.to(self.model.device)  # (windows, samples)
        if self.normalise:
            sound = sound - sound.mean(1, keepdim=True)
            sound = sound / (sound.var(1, unbiased=False, keepdim=True) + TINY).sqrt()
        with torch.inference_mode():
            states = self.model(sound.to(self.model.dtype)).last_hidden_state
        return (states.float(),)  # (windows, frames, width)


def load_line(name: str) -> Callable[[np.ndarray], np.ndarray]:
    """From rows that an ear heard to the space of the texts it was trained with, as the checkpoint
    of this name says: unit vectors."""
    from summarizer import checkpoint

    learned = checkpoint.tensors(checkpoint.home() / name)
    if LINE not in learned:
        raise WeightsError(f"the checkpoint {name} has no {LINE}; get it again")
    line = learned[LINE].float().numpy()

    def told(rows: np.ndarray) -> np.ndarray:
        made = rows @ line.T
        return made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), TINY)

    return told


def around(rows: np.ndarray) -> np.ndarray:
    """Each row as the mean of itself and its two neighbours: a token alone is short."""
    at = np.arange(len(rows))
    return rows[np.clip(at[:, None] + [-1, 0, 1], 0, max(0, len(rows) - 1))].mean(1)


def _frame(kernels: Sequence[int], strides: Sequence[int]) -> tuple[int, int]:
    """How many samples lie between two frames, and how many a frame sees."""
    hop, field = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        field += (kernel - 1) * hop
        hop *= stride
    return hop, field


# -- CLAP -----------------------------------------------------------------------------------------

# what a file may hold or not: numbers that the class makes itself
MADE = (
    r"text_model\.embeddings\.(position|token_type)_ids",
    r".*\.(relative_position_index|num_batches_tracked)",
)


@kept
@alone
def load_clap(
    folder: Path, device: str = "cpu", *, window: float = 10.0, hop: float = 5.0, batch: int = 8
) -> "Clap":
    """CLAP from a folder, hearing windows of that many seconds, a hop apart."""
    from transformers import ClapFeatureExtractor, ClapModel

    settings(folder, "preprocessor_config.json")
    if settings(folder, "config.json").get("audio_config", {}).get("enable_fusion"):
        raise WeightsError(f"the CLAP in {folder} fuses several views; use clap-htsat-unfused")
    extractor = ClapFeatureExtractor.from_pretrained(folder, local_files_only=True)
    longest = extractor.nb_max_samples / extractor.sampling_rate
    if not (0.5 <= window <= longest and 0.1 <= hop <= window):
        raise PresetError(
            f"CLAP hears windows of 0.5 to {longest:g} s at most that far apart, "
            f"got {window:g} s every {hop:g} s"
        )
    model = placed(loaded(ClapModel, folder, MADE), device)
    return Clap(model, extractor, tokens_of(folder), window=window, hop=hop, batch=batch)


class Clap:
    """Puts sounds and texts into one space; the more alike they are, the nearer."""

    def __init__(self, model, extractor, tokenizer, *, window: float, hop: float, batch: int):
        import torch

        self.model, self.tokenizer, self.batch = model, tokenizer, batch
        self.rate, self.longest = extractor.sampling_rate, extractor.nb_max_samples
        self.fft, self.step = extractor.fft_window_size, extractor.hop_length
        self.repeats = extractor.padding  # how it fills windows that are shorter
        self.window, self.hop = round(window * self.rate), round(hop * self.rate)
        self.width = int(model.config.projection_dim)
        self.most = int(model.config.text_config.max_position_embeddings) - 2  # word pieces
        exact = torch.float32 if model.device.type == "mps" else torch.float64
        fused = extractor.truncation == "fusion"  # then it was trained with the other filters
        filters = extractor.mel_filters if fused else extractor.mel_filters_slaney
        self.filters = torch.from_numpy(filters).to(model.device, exact)  # (frequencies, mels)
        self._together = Together(self._heard)

    def windows(self, seconds: float) -> np.ndarray:
        """When the windows of a sound of that length begin and end: (windows, 2), in seconds."""
        total = ceil(seconds * self.rate - 1e-6)
        begin = np.array(starts(total, self.window, self.hop), float)
        return np.stack([begin, np.minimum(begin + self.window, total)], 1) / self.rate

    def hear(self, samples: np.ndarray, rate: int) -> np.ndarray:
        """(windows, width) float32 of mono sound, of unit length, one row for each of `windows`."""
        import torch

        total = -(-len(samples) * self.rate // rate)
        found = [np.zeros((0, self.width), np.float32)]
        for some in batches(starts(total, self.window, self.hop), self.batch):
            pieces = [
                resampled(samples, rate, self.rate, start, min(start + self.window, total))
                for start in some
            ]
            sound = torch.stack([self._filled(piece) for piece in pieces])
            (heard,) = self._together(sound, self.batch)
            found.append(heard)
        return np.concatenate(found)

    def _heard(self, sound) -> tuple[np.ndarray]:
        import torch

        mels = self.mel(sound)
        with torch.inference_mode():
            made = self.model.get_audio_features(mels.to(self.model.dtype)).pooler_output
        return (_unit(made),)

    def read(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, width) float32, of unit length."""
        import torch

        found = [np.zeros((0, self.width), np.float32)]
        for some in batches(list(texts), self.batch):
            pieces = self.tokenizer(
                some, padding=True, truncation=True, max_length=self.most, return_tensors="pt"
            ).to(self.model.device)
            with torch.inference_mode():
                made = self.model.get_text_features(
                    pieces["input_ids"], attention_mask=pieces["attention_mask"]
                ).pooler_output
            found.append(_unit(made))
        return np.concatenate(found)

    def mel(self, sound):
        """Decibels in (windows, 1, frames, mels) of (windows, samples), all windows at once."""
        import torch

        sound = sound.to(self.filters)
        shape = torch.hann_window(self.fft, dtype=sound.dtype, device=sound.device)
        waves = torch.stft(sound, self.fft, self.step, window=shape, return_complex=True)
        power = waves.real.square() + waves.imag.square()  # (windows, frequencies, frames)
        mels = power.transpose(1, 2) @ self.filters
        return 10 * mels.clamp(min=1e-10).log10().unsqueeze(1)

    def _filled(self, piece):
        """As long as the model wants it: a short sound again and again, then silence."""
        import torch

        if self.repeats in ("repeat", "repeatpad"):
            piece = piece.repeat(self.longest // len(piece) + (self.repeats == "repeat"))
        piece = piece[: self.longest]
        return torch.nn.functional.pad(piece, (0, self.longest - len(piece)))


def _unit(rows) -> np.ndarray:
    import torch

    return torch.nn.functional.normalize(rows.float(), dim=1).cpu().numpy()
