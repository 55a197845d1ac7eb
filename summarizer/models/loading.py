"""Models by transformers from a folder in the hub's format: whole, or an error that says why."""

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from threading import Event, RLock

from summarizer.errors import WeightsError

# one model is built at a time: the libraries change the state of the whole process while they do
BUILDING = RLock()
KEEPING = Event()
KEPT: dict[tuple, object] = {}
NAMED = 5  # of the names that don't fit, in an error


def alone(load):
    """A function that loads a model, made to wait while another does, in whatever thread.

    Even importing a class of transformers fails now and then where two threads do it at once.
    """

    @wraps(load)
    def loading(*given, **options):
        with BUILDING:
            return load(*given, **options)

    return loading


def kept(load):
    """A loader whose models stay, once `keep` was called: who asks again gets the same one."""

    @wraps(load)
    def loading(*given, **options):
        if not KEEPING.is_set():
            return load(*given, **options)
        asked = (load.__qualname__, given, tuple(sorted(options.items())))
        with BUILDING:
            if asked not in KEPT:
                KEPT[asked] = load(*given, **options)
            return KEPT[asked]

    return loading


def keep() -> None:
    """From here on this process loads what senses see and hear with once: it works for many."""
    KEEPING.set()


def settings(folder: Path, file: str) -> dict:
    """One of the folder's settings files, read."""
    try:
        found = json.loads((folder / file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise WeightsError(f"{folder} has no readable {file}; get its weights again")
    return found


def loaded(kind: type, folder: Path, harmless: Sequence[str] = (), **options):
    """The model of that class, ready to use, with every weight from the folder's safetensors.

    Names of weights that don't fit are an error, except those that match a pattern in `harmless`.
    `options` are from_pretrained's, for models that don't fit as they are: dtype, device_map.
    """
    import torch

    settings(folder, "config.json")
    if not any((folder / f"model.safetensors{end}").is_file() for end in ("", ".index.json")):
        raise WeightsError(f"{folder} has no model.safetensors; get its weights again")
    try:
        with quiet():
            model, report = kind.from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                ignore_mismatched_sizes=True,  # they are in the report
                output_loading_info=True,
                **({"dtype": torch.float32} | options),
            )
    except Exception as error:  # of many kinds, for files that are damaged
        text = " ".join(str(error).split())[:300]
        raise WeightsError(f"{folder} can't be loaded: {text}; get its weights again") from error
    _check(report, folder, harmless)
    return model.eval().requires_grad_(False)


def tokens_of(folder: Path):
    """The folder's own tokenizer."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # of many kinds, for files that are missing or damaged
        text = " ".join(str(error).split())[:200]
        raise WeightsError(
            f"the tokenizer in {folder} can't be used: {text}; get its weights again"
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """No progress bars and no reports of transformers meanwhile, nor what it has to say to those
    who write libraries on top of it."""
    from transformers.utils import logging

    said, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        logging.set_verbosity(said)
        if bars:
            logging.enable_progress_bar()


def best_device() -> str:
    """Where models work fastest here."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def placed(model, device: str):
    """The model on the device: in half precision on a GPU, in full precision elsewhere."""
    import torch

    return model.to(device, torch.float16 if device.startswith("cuda") else torch.float32)


def _check(report: dict, folder: Path, harmless: Sequence[str]) -> None:
    missing = _others(report["missing_keys"], harmless)
    extra = _others(report["unexpected_keys"], harmless)
    shapes = sorted(
        f"{name} {tuple(there)} instead of {tuple(wanted)}"
        for name, there, wanted in report["mismatched_keys"]
    )
    wrong = [
        f"{about} {_listed(names)}"
        for about, names in (("missing", missing), ("unexpected", extra), ("misshapen", shapes))
        if names
    ]
    if wrong:
        raise WeightsError(f"the weights in {folder} don't fit: {'; '.join(wrong)}; get them again")


def _others(names, harmless: Sequence[str]) -> list[str]:
    return sorted(
        name for name in names if not any(re.fullmatch(pattern, name) for pattern in harmless)
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
