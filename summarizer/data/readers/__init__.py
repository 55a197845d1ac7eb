"""The data sets that can be read, by name: a folder or a file in, examples out.

Each reader says at its top what of the form it expects was checked with a published file and what
is taken from a description.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from summarizer.data.entries import Skipped
from summarizer.data.manifest import Example
from summarizer.data.readers import (
    activitynet,
    clips,
    eccv16,
    instruct_v2xum,
    llava,
    mmtrail,
    music_clips,
    qvhighlights,
    summe,
    titles,
    tvsum,
    videoxum,
)

READERS: dict[str, Callable[[Path, Skipped | None], Iterator[Example]]] = {
    "clips": clips.read,
    "tvsum": tvsum.read,
    "summe": summe.read,
    "ovp": partial(eccv16.read, which="ovp"),
    "youtube": partial(eccv16.read, which="youtube"),
    "videoxum": videoxum.read,
    "activitynet": activitynet.read,
    "instruct-v2xum": instruct_v2xum.read,
    "qvhighlights": qvhighlights.read,
    "mmtrail": mmtrail.read,
    "music-clips": music_clips.read,
    "titles": titles.read,
    "cc3m": llava.read,
    "coco": llava.read,
}
