"""Every choice that is data: the settings, the presets, and the one way to change a setting."""

from ast import literal_eval
from dataclasses import dataclass, field, fields, is_dataclass, replace
from fractions import Fraction
from urllib.parse import urlsplit

from summarizer.errors import PresetError

MB = 1 << 20
GB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """What is taken in, and what decoding it may cost."""

    bytes: int = 2 * GB
    seconds: float = 3 * 3600.0
    worker_memory: int = 3 * GB  # address space of a decoding process
    worker_silence: float = 30.0  # seconds without a sign of life before it counts as hung
    model_memory: int = 4 * GB  # that a model in a process of its own may write to
    model_silence: float = 120.0  # as above, for such a process: models take long to load


@dataclass(frozen=True)
class DecodeConfig:
    """How the shared material for the senses is made."""

    picture_rate: float = 4.0  # pictures a second
    picture_width: int = 320  # pixels; height follows the shape of the picture
    key_pictures: int = 60  # at most, for the quick first look
    sound_rate: int = 16_000  # samples a second
    sound_block: float = 10.0  # seconds


@dataclass(frozen=True)
class PerceiveConfig:
    """When a first result is due, and what watching costs."""

    first: float = 5.0  # seconds; a first result is due within this,
    first_share: float = 0.1  # or within this share of the video's length, whichever is later
    pixels_a_second: float = 6e8  # decoded and watched, about; measured on 2 cores with H.264


@dataclass(frozen=True)
class CutConfig:
    """How a video is divided into events."""

    shortest: float = 2.0  # seconds, where the video allows
    longest: float = 12.0  # seconds

    def __post_init__(self):
        if not 0.5 <= self.shortest <= self.longest / 2:
            raise PresetError(
                f"events of {self.shortest:g} to {self.longest:g} s can't fill a video; "
                "cut.shortest must be at least 0.5 and cut.longest twice that or more"
            )


@dataclass(frozen=True)
class SelectionConfig:
    """How highlights are chosen."""

    snap: float = 1.5  # seconds an edge may move to a pause
    merge: float = 0.5  # seconds; highlights closer than this become one
    peaks: int = 5  # moments at most, where single peaks are picked,
    apart: float = 8.0  # seconds between two of them, from peak to peak,
    longest: float = 6.0  # seconds of each

    def __post_init__(self):
        if not (self.peaks >= 1 and 2.0 <= self.longest <= self.apart - 1 and self.longest < 7.0):
            raise PresetError(
                f"{self.peaks} peaks of {self.longest:g} s, {self.apart:g} s apart, are not "
                "possible: selection.peaks must be at least 1, and selection.longest from 2 to "
                "below 7 s and 1 s below selection.apart"
            )


@dataclass(frozen=True)
class VisionConfig:
    """How much of what an image model sees is kept for a language model."""

    keep_tokens: int = 16  # of the patches of one picture, after merging
    merging: str = "bipartite"  # or "density", "cascade"

    def __post_init__(self):
        if self.keep_tokens < 1:
            raise PresetError(
                f"{self.keep_tokens} tokens show nothing; vision.keep_tokens must be at least 1"
            )


@dataclass(frozen=True)
class AudioConfig:
    """How sound becomes features."""

    layer: int = 0  # of MERT whose output is used, counted from 1; 0 is the last
    tokens_a_second: float = 2.0  # that MERT's 75 a second are pooled to
    window: float = 10.0  # seconds that CLAP judges as one; at most 10
    hop: float = 5.0  # seconds from one such window to the next


@dataclass(frozen=True)
class NarratorConfig:
    """How a language model is loaded, asked to tell, and trained to."""

    model: str = ""  # its weights, or a folder of them, in the place of the preset's own
    room: int = 4096  # tokens of a prompt and its answer together, at most;
    slow_room: int = 2048  # without a GPU, where a thousand take a small model some ten seconds
    answer: int = 512  # of them, kept for the answer
    sections: int = 96  # of the video, at most
    sight: int = 4  # tokens of a section, at least
    sound: int = 2
    device: str = "auto"  # "cpu", "cuda:0"
    bits: int = 0  # a weight: 4, 8, 16, 32, or 0 for as many as fit the device best
    # "eager", "static" (memory of one size), "compiled" (and its step), "auto" (by the device)
    decoding: str = "auto"
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.1
    lora_targets: tuple[str, ...] = ("q_proj", "k_proj", "v_proj")
    endpoint: str = ""  # http(s) address of a server that tells in the place of any model here
    served: str = ""  # the name of its model; empty: the first it lists
    patience: float = 30.0  # seconds of its silence before it counts as hung
    tries: int = 3  # how often it is asked where that may help

    def __post_init__(self):
        _served(self)
        if not (
            0 < self.answer <= min(self.room, self.slow_room) // 2
            and min(self.sections, self.sight, self.sound) > 0
        ):
            raise PresetError(
                f"an answer of {self.answer} tokens in a room of {self.room} or {self.slow_room} "
                "is not possible; "
                "narrator.answer must be at most half of it, and sections and tokens at least 1"
            )


def _served(settings: NarratorConfig) -> None:
    """Refuse what can't be the address of a server, or has a secret in it."""
    try:
        parts = urlsplit(settings.endpoint)
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # brackets that don't close, a port that is none
        fits = False
    if settings.endpoint and not fits:
        raise PresetError(
            f"narrator.endpoint is {settings.endpoint[:80]!r}; it is an address like "
            "http://127.0.0.1:8000/v1"
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise PresetError(
            "narrator.endpoint is an address and nothing more; a key belongs into the "
            "environment variable NARRATOR_KEY"
        )
    if not (0 < settings.patience <= 3600 and 1 <= settings.tries <= 10):
        raise PresetError(
            f"narrator.patience is {settings.patience:g} and narrator.tries {settings.tries}; they "
            "are above 0 and at most 3600 s, and from 1 to 10"
        )


@dataclass(frozen=True)
class FramesConfig:
    """What BLIP looks at where a model reads a video as rows of it."""

    budget: int = 0  # pictures at most, where a video changes most; 0: one a second

    def __post_init__(self):
        if self.budget < 0:
            raise PresetError(f"frames.budget is {self.budget}; it is a number of pictures, or 0")


@dataclass(frozen=True)
class TextConfig:
    """How a text is told from the frames of a whole video."""

    beams: int = 3  # as published
    least: int = 10  # tokens,
    most: int = 128  # at most
    heard: bool = False  # whether what is said, put right, stands in front as a prompt

    def __post_init__(self):
        if not (1 <= self.beams <= 16 and 0 <= self.least <= self.most and self.most >= 1):
            raise PresetError(
                f"a text of {self.least} to {self.most} tokens by {self.beams} beams is not "
                "possible; text.beams lies in 1..16, and text.least is not above text.most"
            )


@dataclass(frozen=True)
class CacheConfig:
    bytes: int = 4 * GB  # oldest use goes first


@dataclass(frozen=True)
class Config:
    limits: Limits = field(default_factory=Limits)
    decode: DecodeConfig = field(default_factory=DecodeConfig)
    perceive: PerceiveConfig = field(default_factory=PerceiveConfig)
    cut: CutConfig = field(default_factory=CutConfig)
    selection: SelectionConfig = field(default_factory=SelectionConfig)
    vision: VisionConfig = field(default_factory=VisionConfig)
    audio: AudioConfig = field(default_factory=AudioConfig)
    narrator: NarratorConfig = field(default_factory=NarratorConfig)
    frames: FramesConfig = field(default_factory=FramesConfig)
    text: TextConfig = field(default_factory=TextConfig)
    cache: CacheConfig = field(default_factory=CacheConfig)


# width / height of a reel; None: as the video is
SHAPES = {"source": None, "9:16": Fraction(9, 16), "1:1": Fraction(1)}


@dataclass(frozen=True)
class Preset:
    """A whole system as names of entries in dict literals; nothing else asks for its name."""

    senses: tuple[str, ...]  # of summarizer.senses.SENSES
    head: str  # of summarizer.stages.score.HEADS
    selector: str  # of summarizer.stages.selection.SELECTORS
    narrator: str  # of summarizer.stages.narrate.NARRATORS
    about: str = ""  # what it is good at, as a sentence
    needs: tuple[str, ...] = ()  # of summarizer.models.hub.WEIGHTS; none where it works at once
    blind: str = ""  # what it cannot judge, as the end of "I can't ..."
    trained: str = ""  # what its checkpoints are called, where there are any
    taught: str = ""  # the command that makes that checkpoint, where nothing is chosen without it
    limit: str = ""  # what everybody who sees its results should know, as a sentence
    joins: tuple[str, ...] = ()  # more senses, each at work where its weights are here
    gains: tuple[str, ...] = ()  # of WEIGHTS, what these need: it works without
    model_from: str = ""  # the environment variable that may name another language model
    dossier: bool = False  # also writes what was measured and told, under each clip's own name
    listed: bool = True  # offered to people


# what is measured without any large model
MEASURED = (
    "subtitles",
    "loudness",
    "onsets",
    "speech",
    "recognition",
    "music",
    "timbre",
    "noise",
    "beat",
    "tones",
    "mood",
    "mixture",
    "shots",
    "motion",
    "camera",
    "light",
    "colour",
    "sharpness",
    "graphics",
    "faces",
    "novelty",
    "returns",
    "excitement",
    "screen",
    "words",
)

DRAWN = (
    "The pocket models know only the little drawn world they were trained on; of any other video "
    "they tell what it resembles there."
)
# how scores in stages are taught: from videos that people judged, as an eye sees them
TAUGHT = (
    "python -m summarizer.extract data/videos --set tvsum --like data/tvsum --preset {own} "
    "--out data/tvsum-{own}.h5 && python -m summarizer.train progressive "
    "--data data/tvsum-{own}.h5 --set guide=before --set unsaid=0.5 --out checkpoints/{own}"
)
STAGED = Preset(
    senses=(*MEASURED, "sight"),
    head="stages",
    selector="shots",
    narrator="composed",
    about="Scores what CLIP sees in stages, each of which looks again at what the one before "
    "found, learned from what people chose; the wish guides them.",
    needs=("clip-vit-b-32",),
    trained="progressive",
    taught=TAUGHT.format(own="progressive"),
)

# how two decoders over frames are taught: from videos that ten people shortened
SHORTENED = (
    "python -m summarizer.features data/videoxum/manifest.jsonl --preset {name} && "
    "python -m summarizer.train videoxum --preset {name} --data data/videoxum/manifest.jsonl "
    "--out checkpoints/{name}"
)

PRESETS = {
    "offline": Preset(
        senses=MEASURED,
        head="evidence",
        selector="knapsack",
        narrator="composed",
        about="Measures picture and sound, reads subtitles and the screen, and hears English; "
        "nothing to download, no GPU.",
        blind="recognise things by sight",
    ),
    "laptop": Preset(
        senses=(*MEASURED, "sight", "captions", "hearing"),
        head="evidence",
        selector="knapsack",
        narrator="qwen",
        trained="laptop",
        about="Also recognises what is seen and heard (CLIP, BLIP, CLAP), hears better (Whisper), "
        "and a small language model tells the story; permissive licences, a GPU helps.",
        needs=("clip-vit-b-32", "blip", "clap", "whisper-base", "qwen-0.5b"),
    ),
    "studio": Preset(
        senses=(*MEASURED, "sight-large", "captions", "hearing", "tune"),
        head="evidence",
        selector="knapsack",
        narrator="vicuna",
        trained="studio",
        about="The largest models (CLIP L/14, MERT, Whisper large, Vicuna-7B), for a CUDA GPU; "
        "MERT is not for commercial use.",
        needs=(
            "clip-vit-l-14",
            "blip",
            "clap",
            "mert-95m",
            "whisper-large",
            "vicuna-7b",
        ),
    ),
    "pocket": Preset(
        senses=(*MEASURED, "sight-pocket", "tune-pocket"),
        head="trained",
        selector="knapsack",
        narrator="pocket",
        trained="pocket/tell",
        about="The whole architecture of studio, small, trained here and shipped: it runs at once "
        "on any machine, and knows only a little drawn world of its own.",
        limit=DRAWN,
        needs=("pocket-clip", "pocket-mert", "pocket-llama"),
    ),
    "progressive": STAGED,
    "progressive-large": replace(
        STAGED,
        senses=(*MEASURED, "sight-large"),
        about="The same with the larger CLIP of studio, for a GPU.",
        needs=("clip-vit-l-14",),
        trained="progressive-large",
        taught=TAUGHT.format(own="progressive-large"),
        listed=False,
    ),
    "progressive-pocket": replace(
        STAGED,
        senses=(*MEASURED, "sight-pocket"),
        about="The same with the small eye that was trained here: nothing to download.",
        needs=("pocket-clip",),
        trained="progressive-pocket",
        taught="python -m summarizer.train progressive --data world:400 --set guide=before "
        "--out checkpoints/progressive-pocket",
        limit="The pocket eye knows only the little drawn world it was trained on.",
        listed=False,
    ),
    "progressive-tiny": replace(
        STAGED,
        senses=(*MEASURED, "sight-tiny"),
        about="The same with an eye 32 wide and random: for tests alone.",
        needs=("tiny-clip",),
        trained="progressive-tiny",
        taught=TAUGHT.format(own="progressive-tiny"),
        listed=False,
    ),
    "emotion": Preset(
        senses=(*MEASURED, "acoustics", "emotion", "tags"),
        joins=("sight", "captions", "hearing", "tune"),
        gains=("clip-vit-b-32", "blip", "clap", "mert-95m"),
        head="feeling",
        selector="peaks",
        narrator="witness",
        about="Follows what the sound feels like second by second, picks single peaks, and tells "
        "of them from their evidence; better with CLIP, BLIP, CLAP, MERT and a Llama.",
        blind="recognise things by sight",
        model_from="LLAMA_MODEL",
        dossier=True,
    ),
    "emotion-tiny": Preset(
        senses=(
            *MEASURED,
            "acoustics",
            "emotion",
            "tags",
            "sight-tiny",
            "captions-tiny",
            "hearing-tiny",
            "tune-tiny",
        ),
        head="feeling",
        selector="peaks",
        narrator="witness-tiny",
        about="The preset emotion with every large model 32 wide and random: for tests alone.",
        needs=("tiny-clip", "tiny-blip", "tiny-clap", "tiny-mert", "tiny-llama"),
        dossier=True,
        listed=False,
    ),
    "emotion-pocket": Preset(
        senses=(*MEASURED, "acoustics", "sight-pocket", "tune-pocket"),
        head="feeling",
        selector="peaks",
        narrator="moments",
        trained="pocket/emotion-adapter",
        taught="python -m summarizer.train emotion-adapter "
        "--out checkpoints/pocket/emotion-adapter",
        about="The preset emotion with the small models that are trained here: the language model "
        "reads what moments look and sound like.",
        limit=DRAWN,
        needs=("pocket-clip", "pocket-mert", "pocket-llama"),
        dossier=True,
        listed=False,
    ),
    "videoxum": Preset(
        senses=(*MEASURED, "frames"),
        head="frames",
        selector="refine",
        narrator="overall",
        about="Keeps of a video what people keep, and tells of it as a whole, both from what BLIP "
        "sees in all of it (after VTSUM-BLIP); its text names no moments.",
        needs=("blip",),
        blind="recognise things by sight",
        trained="videoxum",
        taught=SHORTENED.format(name="videoxum"),
    ),
    "videoxum-tiny": Preset(
        senses=(*MEASURED, "frames-tiny"),
        head="frames",
        selector="refine",
        narrator="overall-tiny",
        about="The preset videoxum with a BLIP 32 wide and random: for tests alone.",
        needs=("tiny-blip",),
        blind="recognise things by sight",
        trained="videoxum-tiny",
        taught=SHORTENED.format(name="videoxum-tiny"),
        listed=False,
    ),
    "tiny": Preset(
        senses=(*MEASURED, "sight-tiny", "captions-tiny", "hearing-tiny", "tune-tiny"),
        head="evidence",
        selector="knapsack",
        narrator="tiny",
        trained="tiny",
        about="Every large model 32 wide with random weights: for tests alone.",
        needs=("tiny-clip", "tiny-blip", "tiny-clap", "tiny-mert", "tiny-llama"),
        listed=False,
    ),
}


def preset(name: str) -> Preset:
    if name not in PRESETS:
        raise PresetError(f"no preset {name[:40]!r}; there are {', '.join(PRESETS)}")
    return PRESETS[name]


def override(config, assignment: str):
    """A copy of config with one dotted field changed: 'selection.snap=1.0'."""
    path, equals, text = assignment.partition("=")
    name, _, rest = path.strip().partition(".")
    known = [entry.name for entry in fields(config)]
    if not equals or name not in known:
        raise PresetError(
            f"no setting {name[:40]!r} in {type(config).__name__}; it has {', '.join(known)}"
        )
    old = getattr(config, name)
    if rest or is_dataclass(old):
        if not (rest and is_dataclass(old)):
            raise PresetError(
                f"{path.strip()[:80]} is not a setting; name one field, like cut.longest=10"
            )
        return replace(config, **{name: override(old, f"{rest}={text}")})
    return replace(config, **{name: _typed(path, text.strip(), old)})


def _typed(path: str, text: str, old):
    """text as a value of old's type; an int is taken where a float is meant."""
    if isinstance(old, str):
        return text
    try:
        new = literal_eval(text)
    except (ValueError, SyntaxError):
        new = None
    if isinstance(old, float) and type(new) is int:
        new = float(new)
    if type(new) is not type(old):
        raise PresetError(f"{path} is a {type(old).__name__}, got {text[:40]!r}")
    return new
