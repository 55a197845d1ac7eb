"""Telling: a perception and what was chosen of it become grounded sentences, one after another."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from summarizer.config import NarratorConfig, TextConfig
from summarizer.errors import PresetError
from summarizer.schema import Perception, Sentence, Summary
from summarizer.stages.narrate.composed import compose
from summarizer.stages.narrate.frame import titles
from summarizer.stages.narrate.overall import Overall
from summarizer.stages.narrate.prompt import Form
from summarizer.stages.narrate.sensed import embedded_of, senses_of
from summarizer.stages.narrate.served import served
from summarizer.stages.narrate.told import Telling, Told, Write, remote, write
from summarizer.stages.narrate.witness import Witness, with_model

Tell = Callable[[Perception, Summary], Iterator[Sentence]]

# what the small model was taught to read: a scene at a time, for in more it takes one for another
POCKET = Form(noted=False, sight=48, sound=12, enough=1, apart=True)
pocket_senses = partial(senses_of, each=6)  # tokens of a picture
PLAIN = TextConfig()

NARRATORS: dict[str, Tell] = {
    "composed": compose,
    "qwen": Told("qwen-0.5b"),
    "vicuna": Told("vicuna-7b", "studio", senses_of),
    "pocket": Told("pocket-llama", "pocket/tell", pocket_senses, POCKET),
    "moments": Told("pocket-llama", "pocket/emotion-adapter", embedded_of, POCKET),
    "tiny": Told("tiny-llama", "tiny", senses_of),
    "witness": Witness("vicuna-7b"),
    "witness-tiny": Witness("tiny-llama"),
    "overall": Overall("blip", "videoxum"),
    "overall-tiny": Overall("tiny-blip", "videoxum-tiny"),
}


def narrator(
    name: str, settings: NarratorConfig, write: Write = write, text: TextConfig = PLAIN
) -> Tell:
    """The named narrator with these settings, as far as it has any; a language model is asked
    through `write`, or where it is served."""
    found = NARRATORS[name]
    if settings.endpoint:
        return served(found if isinstance(found, Told) else Told(""), settings)
    if isinstance(found, Overall):
        return replace(found, settings=text)
    if not isinstance(found, Told):
        return found
    found = with_model(found, settings.model)
    return replace(found, settings=settings, writer=partial(remote, write))


def witness(name: str, settings: NarratorConfig, write: Write = write) -> Witness:
    """The named narrator, if it tells from evidence; an error if not."""
    found = narrator(name, settings, write)
    if not isinstance(found, Witness):
        there = [each for each, known in NARRATORS.items() if isinstance(known, Witness)]
        raise PresetError(
            f"the narrator {name!r} is given no evidence to check; those that are: "
            f"{', '.join(there)}"
        )
    return found


__all__ = [
    "NARRATORS",
    "POCKET",
    "Telling",
    "Write",
    "narrator",
    "pocket_senses",
    "titles",
    "witness",
    "write",
]
