"""The presets as somebody choosing among them sees them: what each needs, and what is missing here.

Looks at what lies here and nowhere else; nothing is ever downloaded.
"""

from summarizer import checkpoint
from summarizer.config import PRESETS, Preset
from summarizer.errors import PresetError
from summarizer.models import hub
from summarizer.schema import Offer


def offers() -> tuple[Offer, ...]:
    """Every preset for people, in the order they are listed in."""
    return tuple(_offer(name, preset) for name, preset in PRESETS.items() if preset.listed)


def missing(preset: Preset) -> tuple[str, ...]:
    """The weights the preset needs that are not here as a whole, and what it was not taught yet."""
    return (*_unfetched(preset), *_untaught(preset))


def command(preset: Preset) -> str:
    """The line for a shell that gets what the preset lacks; empty where that is nothing."""
    lacking = _unfetched(preset)
    known = (name for name, each in PRESETS.items() if each == preset)
    get = [f"{hub.COMMAND} {next(known, ' '.join(lacking))}"] if lacking else []
    return " && ".join([*get, *([preset.taught] if _untaught(preset) else [])])


def require(preset: Preset) -> None:
    """Refuse a preset that lacks something, with the command that gets it."""
    if lacking := _unfetched(preset):
        raise PresetError(
            f"this preset needs the weights {' and '.join(lacking)}, which are not here; "
            f"get them with: {command(preset)}"
        )
    if _untaught(preset):
        raise PresetError(
            f"this preset needs the checkpoint {preset.trained}, which is not in "
            f"{checkpoint.home()}; train it with: {preset.taught}"
        )


def _unfetched(preset: Preset) -> tuple[str, ...]:
    return tuple(name for name in preset.needs if not hub.here(name))


def _untaught(preset: Preset) -> tuple[str, ...]:
    lacks = preset.taught and checkpoint.find(preset.trained) is None
    return (f"checkpoints/{preset.trained}",) if lacks else ()


def _offer(name: str, preset: Preset) -> Offer:
    return Offer(name, preset.about, preset.needs, missing(preset), command(preset))
