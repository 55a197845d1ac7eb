"""The frozen weights, as data with names, and where the usable copy of each lies here.

Nothing is downloaded by this module: `python -m summarizer.weights get NAME` does that, and only
that. A copy is usable where it can be loaded as it is: in the Hugging Face cache, or, where the
repository has nothing but pickles, in our own folder as safetensors made of them once.
"""

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from summarizer import checkpoint
from summarizer.errors import WeightsError
from summarizer.files import gist

COMMAND = "python -m summarizer.weights get"
INDEX = ".index.json"  # of weights in several files
PICKLES = (".bin", ".pt", ".pth", ".ckpt")


@dataclass(frozen=True)
class File:
    """A file loading needs; size in bytes and sha256 where they were published."""

    name: str
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True)
class Weights:
    """One repository of the hub at one commit; without a repository, made here or shipped."""

    name: str
    repo: str
    revision: str  # the commit, 40 hex digits; empty: taken at the first download, and kept
    licence: str
    size_mb: int  # to download, about
    files: tuple[File, ...]  # what loading needs; what else is small comes along
    note: str = ""
    shipped: str = ""  # where it lies among the checkpoints, if this project trained it
    beside: str = ""  # the checkpoint that says who reads texts for it, and which are neutral

    @property
    def made(self) -> bool:
        return not self.repo and not self.shipped

    @property
    def convert(self) -> bool:
        """Whether the repository has its weights as pickles alone."""
        return any(file.name.endswith(PICKLES) for file in self.files)

    @property
    def commercial(self) -> bool:
        return "NC" not in self.licence.split("-")


def _files(*files: File | str) -> tuple[File, ...]:
    return tuple(file if isinstance(file, File) else File(file) for file in files)


_HEARD = ("config.json", "preprocessor_config.json")
_TOLD = ("config.json", "tokenizer_config.json")

# Commits, sizes and digests as published, in several independent places each. Of CLAP's pickle, of
# Vicuna's and of RoBERTa none was found but the commit, so the hub's own listing at that commit has
# to do.
WEIGHTS = {
    each.name: each
    for each in (
        Weights(
            "clip-vit-b-32",
            "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
            "1a25a446712ba5ee05982a381eed697ef9b435cf",
            "MIT",
            605,
            _files(
                "open_clip_config.json",
                File(
                    "open_clip_model.safetensors",
                    605_143_316,
                    "ac4f8c4b88af6d963118cbf40ad93176d092abbedfcb752601ae1866352656e6",
                ),
            ),
        ),
        Weights(
            "clip-vit-l-14",
            "laion/CLIP-ViT-L-14-laion2B-s32B-b82K",
            "1627032197142fbe2a7cfec626f4ced3ae60d07a",
            "MIT",
            1711,
            _files(
                "open_clip_config.json",
                File(
                    "open_clip_pytorch_model.safetensors",
                    1_710_517_748,
                    "7d129ed747e0ed53e82dfcc140382b51be66b56e6a9bdc3258afd2846e3bb019",
                ),
            ),
        ),
        Weights(
            "clip-vit-l-14-336",
            "timm/vit_large_patch14_clip_336.openai",
            "81e38efc4637de5023b10e75a7f9bd1c6fa6b010",
            "Apache-2.0",
            1712,
            _files(
                "open_clip_config.json",
                File(
                    "open_clip_model.safetensors",
                    1_711_828_444,
                    "fbc415c3d0d7b79faed8f5ccfb740c32b7c4f5ffe7283b851f89c6231c01a8e0",
                ),
            ),
            "judges F_CLIP",
        ),
        Weights(
            "roberta-large",
            "FacebookAI/roberta-large",
            "722cf37b1afa9454edce342e7895e588b6ff1d59",
            "MIT",
            1422,
            _files("config.json", "tokenizer.json", "model.safetensors"),
            "judges BERTScore",
        ),
        Weights(
            "mert-95m",
            "m-a-p/MERT-v1-95M",
            "12af15fef9d0ac838c3f475bfbbf26d2060dd4f5",
            "CC-BY-NC-4.0",
            378,
            _files(
                *_HEARD,
                File(
                    "pytorch_model.bin",
                    377_552_987,
                    "a2b8b747f72c06e0595aeae41ae5473f4364938c6b39b2c58be38c48e6bd3fcd",
                ),
            ),
        ),
        Weights(
            "mert-330m",
            "m-a-p/MERT-v1-330M",
            "5240c2708a5acaee1007f43fb9735c7dcd0b78c9",
            "CC-BY-NC-4.0",
            1262,
            _files(
                *_HEARD,
                File(
                    "pytorch_model.bin",
                    0,
                    "0c03774d821a6ad972cb48220b128a10ebea2c790116bd0fd35e5a013f8017f6",
                ),
            ),
        ),
        Weights(
            "hubert-base",
            "facebook/hubert-base-ls960",
            "dba3bb02fda4248b6e082697eee756de8fe8aa8a",
            "Apache-2.0",
            378,
            _files(
                *_HEARD,
                File(
                    "pytorch_model.bin",
                    377_569_754,
                    "062249fffb353eab67547a2fbc129f7c31a2f459faf641b19e8fb007cc5c48ad",
                ),
            ),
            "hears speech, for a classifier of emotions",
        ),
        Weights(
            "wav2vec2-base",
            "facebook/wav2vec2-base",
            "0b5b8e868dd84f03fd87d01f9c4ff0f080fecfe8",
            "Apache-2.0",
            380,
            _files(
                *_HEARD,
                File(
                    "pytorch_model.bin",
                    380_267_417,
                    "3249fe98bfc62fcbc26067f724716a6ec49d12c4728a2af1df659013905dff21",
                ),
            ),
            "hears speech, for a classifier of emotions",
        ),
        Weights(
            "clap",
            "laion/clap-htsat-unfused",
            "8fa0f1c6d0433df6e97c127f64b2a1d6c0dcda8a",
            "Apache-2.0",
            615,
            _files(*_HEARD, "tokenizer.json", "tokenizer_config.json", "pytorch_model.bin"),
        ),
        Weights(
            "whisper-base",
            "openai/whisper-base",
            "e37978b90ca9030d5170a5c07aadb050351a65bb",
            "Apache-2.0",
            290,
            _files(
                *_HEARD,
                "tokenizer.json",
                File(
                    "model.safetensors",
                    290_403_936,
                    "07cadb9f25677c8d50df603e66a98fbd842cce45047139baeb16e6219a1e807b",
                ),
            ),
        ),
        Weights(
            "whisper-large",
            "openai/whisper-large-v3",
            "06f233fe06e710322aca913c1bc4249a0d71fce1",
            "Apache-2.0",
            3087,
            _files(
                *_HEARD,
                "tokenizer.json",
                File(
                    "model.safetensors",
                    3_087_130_976,
                    "a8e94b85976e5864ba3e9525c7e6c83b2a1eca42d4b797a0c7c24d778e40fd95",
                ),
            ),
        ),
        Weights(
            "blip",
            "Salesforce/blip-image-captioning-base",
            "82a37760796d32b1411fe092ab5d4e227313294b",
            "BSD-3-Clause",
            990,
            _files(
                *_HEARD,
                "tokenizer.json",
                "tokenizer_config.json",
                File(
                    "pytorch_model.bin",
                    989_820_849,
                    "d6638651a5526cc2ede56f2b5104d6851b0755816d220e5e046870430180c767",
                ),
            ),
        ),
        Weights(
            "qwen-0.5b",
            "Qwen/Qwen2.5-0.5B-Instruct",
            "7ae557604adf67be50417f59c2c2f167def9a775",
            "Apache-2.0",
            988,
            _files(
                *_TOLD,
                "tokenizer.json",
                File(
                    "model.safetensors",
                    988_097_824,
                    "fdf756fa7fcbe7404d5c60e26bff1a0c8b8aa1f72ced49e7dd0210fe288fb7fe",
                ),
            ),
        ),
        Weights(
            "vicuna-7b",
            "lmsys/vicuna-7b-v1.5",
            "3321f76e3f527bd14065daf69dad9344000a201d",
            "Llama-2-Community",
            13_477,
            _files(
                *_TOLD,
                "tokenizer.model",
                "pytorch_model.bin.index.json",
                "pytorch_model-00001-of-00002.bin",
                "pytorch_model-00002-of-00002.bin",
            ),
        ),
        *(
            Weights(f"tiny-{kind}", "", "", "Apache-2.0", 1, _files(*files), "random weights")
            for kind, files in (
                ("clip", ("open_clip_config.json", "open_clip_model.safetensors")),
                ("mert", ("config.json", "model.safetensors")),
                ("clap", ("config.json", "model.safetensors")),
                ("blip", ("config.json", "model.safetensors")),
                ("llama", (*_TOLD, "tokenizer.json", "model.safetensors")),
            )
        ),
        *(
            Weights(
                f"pocket-{kind}",
                "",
                "",
                "Apache-2.0",
                size,
                _files(*files),
                "trained here, on the little world; knows nothing else",
                f"pocket/{place}",
                beside,
            )
            for kind, size, place, beside, files in (
                (
                    "clip",
                    4,
                    "senses-clip",
                    "pocket/senses",
                    ("open_clip_config.json", "open_clip_model.safetensors", "tokenizer.json"),
                ),
                ("mert", 2, "senses-mert", "pocket/senses", (*_HEARD, "model.safetensors")),
                ("llama", 6, "language", "", (*_TOLD, "tokenizer.json", "model.safetensors")),
            )
        ),
    )
}


def weights(name: str) -> Weights:
    if name not in WEIGHTS:
        raise WeightsError(f"no weights {name[:40]!r}; there are {', '.join(WEIGHTS)}")
    return WEIGHTS[name]


def here(name: str) -> bool:
    """Whether a usable copy lies here; half a download does not count."""
    return _usable(weights(name)) is not None


def folder(name: str) -> Path:
    """The usable copy, a folder in the hub's own format; an error says how to get it. A path names
    such a folder itself."""
    if os.sep in name:
        return _brought(Path(name).expanduser())
    found = _usable(weights(name))
    if found is not None:
        return found
    if WEIGHTS[name].shipped:
        raise WeightsError(
            f"the weights {name} are not in {checkpoint.home() / WEIGHTS[name].shipped}, where "
            "they come with the project; get that folder again, or train them: make train-pocket"
        )
    raise WeightsError(f"the weights {name} are not here; get them with: {COMMAND} {name}")


def marked(name: str) -> str:
    """The name with a mark of what lies in its folder, so that what one model found is not taken
    for what another of the same name would find; the name alone where there is none."""
    try:
        files = [each for each in sorted(folder(name).rglob("[!.]*")) if each.is_file()]
        return f"{name} {_mark(tuple((each, *_seen(each)) for each in files))}"
    except (WeightsError, OSError):
        return name


def _seen(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_size, found.st_mtime_ns


@lru_cache(64)
def _mark(files: tuple[tuple[Path, int, int], ...]) -> str:
    """Read again only where something changed."""
    digest = sha256()
    for file, *_ in files:
        digest.update(file.name.encode(errors="surrogateescape") + b"\0" + gist(file))
    return digest.hexdigest()[:16]


def _brought(place: Path) -> Path:
    """A folder of weights that somebody brought."""
    if not (place / "config.json").is_file():
        raise WeightsError(
            f"{place} holds no config.json, so it is no folder of weights in the hub's form; name "
            f"one that does, or one of {', '.join(WEIGHTS)}"
        )
    return place


def commit(wanted: Weights) -> str:
    """The pinned commit, or the one that was taken at the first download; empty before it."""
    if wanted.revision or not wanted.repo:
        return wanted.revision
    try:
        taken = lock(wanted).read_text().strip()
    except OSError:
        return ""
    return taken if re.fullmatch("[0-9a-f]{40}", taken) else ""


def lock(wanted: Weights) -> Path:
    """Where the commit of weights without a pinned one is kept once it is known."""
    return repository(wanted) / "watch-and-listen.lock"


def repository(wanted: Weights) -> Path:
    """Where the Hugging Face libraries keep this repository."""
    return cache() / f"models--{wanted.repo.replace('/', '--')}"


def snapshot(wanted: Weights) -> Path:
    """Where the Hugging Face libraries keep this commit of it."""
    return repository(wanted) / "snapshots" / (commit(wanted) or "none")


def own(wanted: Weights) -> Path:
    """Where our own copy belongs, converted or made here."""
    return data() / wanted.name / (commit(wanted)[:12] or "here")


def cache() -> Path:
    """Where the Hugging Face libraries keep what was downloaded."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if folder := os.environ.get(name):
            return Path(folder).expanduser()
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("HF_HOME") or home / "huggingface").expanduser() / "hub"


def data() -> Path:
    """Where our own copies are kept: the user's own folder for data."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base).expanduser() / "watch-and-listen" / "weights"


def _usable(wanted: Weights) -> Path | None:
    if wanted.shipped:
        place, files = checkpoint.home() / wanted.shipped, list(wanted.files)
    elif wanted.made or wanted.convert:
        place, files = own(wanted), [File(loadable(file.name)) for file in wanted.files]
    else:
        place, files = snapshot(wanted), list(wanted.files)
    return place if all(_whole(place / file.name, file.size) for file in files) else None


def loadable(name: str) -> str:
    """What a file of pickles is called once it is safetensors; any other name stays, but one."""
    if name == "tokenizer.model":  # which only another library can read
        return "tokenizer.json"
    stem = name.removesuffix(INDEX)
    if not stem.endswith(PICKLES):
        return name
    safe = Path(stem).with_suffix(".safetensors").name.replace("pytorch_model", "model")
    return safe + name[len(stem) :]


def _whole(path: Path, size: int) -> bool:
    try:
        found = path.stat().st_size
    except OSError:
        return False
    return found == size if size else found > 0
