"""What is wrong with a manifest, line by line."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from summarizer.data import manifest
from summarizer.data.manifest import Example, Malformed, Rated
from summarizer.errors import SummarizerError

NEAR = 0.5  # seconds a stretch may reach over the end
PARTS = ("wish", "story", "captions", "windows", "saliency", "masks")


def faults(path: Path, tally: Counter, anywhere: bool = False) -> Iterator[str]:
    """A sentence for each thing that is wrong; `tally` counts what there is."""
    seen: dict[str, int] = {}
    there: dict[Path, bool] = {}
    try:
        for number, line in manifest.lines(path):
            tally["lines"] += 1
            try:
                example = manifest.example_of(line)
            except Malformed as error:
                yield f"line {number}: {error}"
                continue
            _count(example, tally)
            if first := seen.get(example.id):
                yield f"line {number}: field 'id' is {example.id[:60]!r}, as on line {first}"
            seen.setdefault(example.id, number)
            for sentence in (*_media(path, example, there, anywhere), *_contents(example)):
                yield f"line {number}, {example.id[:60]}: {sentence}"
    except SummarizerError as error:
        yield str(error)


def _count(example: Example, tally: Counter) -> None:
    tally["examples"] += 1
    tally["seconds"] += example.seconds
    for part in PARTS:
        tally[part] += bool(getattr(example, part))
    tally["in no split" if not example.split else example.split] += 1
    tally["to be fetched"] += any(map(manifest.is_address, example.media))


def _media(path: Path, example: Example, there: dict[Path, bool], anywhere: bool) -> Iterator[str]:
    if not example.media:
        yield "it names no video, sound or image"
    for media in example.media:
        if manifest.is_address(media):
            continue
        try:
            file = manifest.place(path, media, anywhere)
        except Malformed as error:
            yield str(error)
            continue
        if file not in there:
            there[file] = file.is_file() and file.stat().st_size > 0
        if not there[file]:
            yield f"{media} is not there, or empty"


def _contents(example: Example) -> Iterator[str]:
    if not any(getattr(example, part) for part in PARTS[1:]):
        yield "there is nothing to learn from it"
    for name in ("story", "captions"):
        for number, told in enumerate(getattr(example, name), start=1):
            if not told.text.strip():
                yield f"field {name!r}, entry {number}: the text is empty"
            if told.end is not None:
                yield from _beyond(f"field {name!r}, entry {number}", told.end, example)
    for number, (_, end) in enumerate(example.windows, start=1):
        yield from _beyond(f"field 'windows', entry {number}", end, example)
    for name in ("saliency", "masks"):
        yield from _length(name, getattr(example, name), example)
    if example.part and example.seconds:
        part = example.part[1] - example.part[0]
        if abs(part - example.seconds) > NEAR:
            yield f"field 'part' is {part:g} s long, and 'seconds' is {example.seconds:g}"


def _beyond(where: str, end: float, example: Example) -> Iterator[str]:
    if example.seconds and end > example.seconds + NEAR:
        yield f"{where} ends at {end:g} s, and the example at {example.seconds:g} s"


def _length(name: str, rated: Rated | None, example: Example) -> Iterator[str]:
    if rated is None or not example.seconds:
        return
    if abs(rated.seconds - example.seconds) > max(2 / rated.rate, NEAR):
        yield (
            f"field {name!r} covers {rated.seconds:g} s ({len(rated.rows[0])} values, "
            f"{rated.rate:g} a second), and the example has {example.seconds:g} s"
        )


def summary(tally: Counter, wrong: int) -> str:
    """The counts in one line."""
    named = [f"{tally[part]} with {part}" for part in PARTS if tally[part]]
    named += [f"{tally[split]} {split}" for split in ("train", "val", "test") if tally[split]]
    if tally["to be fetched"]:
        named.append(f"{tally['to be fetched']} with media still to be fetched")
    hours = tally["seconds"] / 3600
    told = f"{tally['examples']} examples of {hours:.1f} hours"
    return f"{told}: {', '.join(named) or 'nothing in them'}; faults: {wrong or 'none'}"
