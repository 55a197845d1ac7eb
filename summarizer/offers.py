"""The presets as somebody choosing among them sees them: what each needs, and what is missing here.

Looks into the local cache of the Hugging Face Hub and nowhere else; nothing is ever downloaded.
"""

from pathlib import Path

from summarizer.config import PRESETS, Preset
from summarizer.errors import PresetError
from summarizer.schema import Offer


def offers() -> tuple[Offer, ...]:
    """Every preset, in the order they are listed in."""
    return tuple(_offer(name, preset) for name, preset in PRESETS.items())


def missing(preset: Preset) -> tuple[str, ...]:
    """The hub repositories the preset needs that are not here as a whole."""
    return tuple(repository for repository in preset.needs if not _here(repository))


def command(repositories: tuple[str, ...]) -> str:
    """The line for a shell that gets these repositories; empty where there are none."""
    return " && ".join(f"hf download {repository}" for repository in repositories)


def require(preset: Preset) -> None:
    """Refuse a preset that lacks something, with the command that gets it."""
    if lacking := missing(preset):
        raise PresetError(
            f"this preset needs {' and '.join(lacking)}, which "
            f"{'is' if len(lacking) == 1 else 'are'} not here; get it with: {command(lacking)}"
        )


def _offer(name: str, preset: Preset) -> Offer:
    lacking = missing(preset)
    return Offer(name, preset.about, preset.needs, lacking, command(lacking))


def _here(repository: str) -> bool:
    """Whether the hub's cache holds the repository whole; half a download does not count."""
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(
            snapshot_download(repository, cache_dir=constants.HF_HUB_CACHE, local_files_only=True)
        )
    except LocalEntryNotFoundError:
        return False
    files = [path for path in folder.rglob("*") if not path.is_dir()]
    return bool(files) and all(path.exists() for path in files)  # a link may point nowhere
