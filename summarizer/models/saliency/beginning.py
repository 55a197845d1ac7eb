"""The two decoders before they learned anything of videos: text by BLIP, all else from nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from summarizer.models.captioner import MADE
from summarizer.models.loading import alone, loaded, settings, tokens_of
from summarizer.models.saliency.dual import Dual, Shape

HEAD = 64  # numbers of a head over frames


@alone
def begun_with(folder: Path, parts: Mapping[str, Any]) -> tuple[Dual, Any]:
    """A model with the text decoder of the BLIP in a folder, for rows by its eye, and BLIP's own
    tokenizer; `parts` are fields of the shape."""
    from transformers import BlipForConditionalGeneration

    settings(folder, "config.json")  # an error of ours where there is none
    blip = loaded(BlipForConditionalGeneration, folder, MADE)
    text, width = blip.config.text_config, blip.config.vision_config.hidden_size
    decoder = blip.text_decoder.state_dict()
    read, written = (
        decoder["bert.embeddings.word_embeddings.weight"],
        decoder["cls.predictions.decoder.weight"],
    )
    shape = Shape(
        width=width,
        heads=max(1, width // HEAD),
        vocabulary=text.vocab_size,
        text_width=text.hidden_size,
        text_inner=text.intermediate_size,
        text_layers=text.num_hidden_layers,
        text_heads=text.num_attention_heads,
        text_room=text.max_position_embeddings,
        tied=bool((read == written).all()),
        **_marks(text),
        **parts,
    )
    dual = Dual(shape)
    dual.text.load_state_dict(decoder)
    return dual, tokens_of(folder)


def marks(folder: Path) -> dict[str, int]:
    """The tokens that the BLIP in a folder begins, ends and fills texts with, as fields of the
    shape."""
    from transformers import BlipConfig

    settings(folder, "config.json")
    return _marks(BlipConfig.from_pretrained(folder, local_files_only=True).text_config)


def _marks(text: Any) -> dict[str, int]:
    # where BLIP stops; its eos_token_id is another, never reached
    return {"start": text.bos_token_id, "end": text.sep_token_id, "filler": text.pad_token_id}
