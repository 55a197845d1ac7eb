"""Pictures and their captions in LLaVA's form: CC3M-595K, LAION-CC-SBU 558K, COCO captions.

A JSON list of {id, image, conversations: [{from: "human", value}, {from: "gpt", value}]}, with
"<image>" in the question: the form of chat.json as LLaVA's users quote and read it; the file
itself has not been opened here. Of a longer conversation the first question and answer count.
COCO has several captions of one picture under one id, which are numbered.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from summarizer.data.entries import (
    Entry,
    Shelf,
    Skipped,
    converted,
    files,
    json_list,
    split_of,
)
from summarizer.data.manifest import Example, Malformed, Told

ASKED, ANSWERED = ("human", "user"), ("gpt", "assistant")
NAMES = {"chat": "CC3M-595K", "blip": "LAION-CC-SBU-558K", "coco": "COCO captions"}


def read(place: Path, skipped: Skipped | None = None) -> Iterator[Example]:
    """The pictures of chat.json, blip_laion_cc_sbu_558k.json, coco_cap_chat.json, or one file."""
    found = files(
        place, "chat.json", "blip_laion_cc_sbu_558k.json", "coco*_chat.json",
        about="pictures in LLaVA's form come as chat.json beside a folder of images",
    )  # fmt: skip
    shelf = Shelf(place)
    for path in found:
        name = next((NAMES[key] for key in NAMES if path.stem.startswith(key)), path.stem)
        example = partial(_example, shelf=shelf, split=split_of(path), source=name)
        yield from converted(json_list(path), example, skipped, repeats=True)


def _example(entry: Entry, shelf: Shelf, split: str, source: str) -> list[Example]:
    said = [Entry("", each) for each in entry.listed("conversations")]
    wish, answer = _first(said, ASKED), _first(said, ANSWERED)
    if not answer:
        raise Malformed("field 'conversations' has no answer")
    return [
        Example(
            id=entry.key("id"), image=shelf.file(entry.text("image")), wish=wish,
            captions=(Told(answer, name="caption"),), split=split, source=source,
        )
    ]  # fmt: skip


def _first(said: list[Entry], who: tuple[str, ...]) -> str:
    text = next((each.text("value") for each in said if each.text("from") in who), "")
    return " ".join(text.replace("<image>", " ").split())
