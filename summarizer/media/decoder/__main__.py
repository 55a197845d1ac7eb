"""A decoding process: one order on stdin, messages on stdout, and it dies with its parent."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from summarizer.media.child import serve
from summarizer.media.wire import Message

JOBS = {
    "describe": "summarizer.media.decoder.describe:describe",
    "pictures": "summarizer.media.decoder.pictures:stream",
    "keys": "summarizer.media.decoder.some:keys",
    "at": "summarizer.media.decoder.some:at",
    "at_by_decord": "summarizer.media.decoder.some:at_by_decord",
    "lines": "summarizer.media.decoder.text:lines",
    "sound": "summarizer.media.decoder.sound:stream",
}
GREED = (
    "{name} needs more than the {memory} of memory that decoding may take; make its picture "
    "smaller and try again"
)


def work(order: dict) -> Iterator[Message]:
    module, name = JOBS[order["job"]].split(":")
    yield from getattr(import_module(module), name)(Path(order["path"]), **order["details"])


if __name__ == "__main__":
    serve(work, "AS", GREED)
