"""Wishes with right answers: what is answered, beside keyword match and chance.

hit@1: the moment ranked first lies for more than half in a right stretch. nDCG: of the seconds in
the order they are offered, cut after as many as are right; what is withheld comes in no order, so
it earns nothing. A false match: "found", although the right answer is that it is not there or
cannot be judged. Whoever says "not found" offers nothing, and is wrong where something is there.
"""

import csv
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path

import numpy as np

from summarizer.errors import SummarizerError
from summarizer.pipeline import Summarizer, load
from summarizer.schema import Length, Perception, Preference

OWN, KEYWORDS, CHANCE = "summarizer", "keywords", "random"
WAYS = (OWN, KEYWORDS, CHANCE)
DRAWS = 50  # random answers to a wish, averaged
WHOLE = Length(1.0, "share")
WORD = re.compile(r"[a-z0-9]{3,}")
PLAIN = frozenset(
    ("the", "and", "for", "with", "not", "are", "all", "its", "this", "that", "was", "what", "how")
)
# the handler and the codec of a text track in an MP4; by other names nobody takes it for subtitles
TEXT_TRACK = re.compile(rb"(hdlr.{8}|stsd.{12})(?:sbtl|text|subt|tx3g)", re.DOTALL)

Span = tuple[float, float]


@dataclass(frozen=True)
class Asked:
    """A wish over a clip, and the stretches that are right; none where nothing is."""

    clip: str
    half: str  # of the list; "stripped" where the subtitles were taken away
    wish: str
    kind: str
    right: tuple[Span, ...]


@dataclass(frozen=True, eq=False)
class Reply:
    """The stretch offered first, all seconds in the order they are offered, whether "found"."""

    first: Span | None
    order: np.ndarray
    found: bool


@dataclass(frozen=True)
class Record:
    """What became of one wish by one way of answering."""

    clip: str
    half: str
    wish: str
    kind: str
    way: str
    hit: float | None  # None where nothing is right
    ndcg: float | None
    false: float | None  # None where something is right
    answer: str = ""


# -- measures -------------------------------------------------------------------------------------


def is_hit(first: Span | None, right: Sequence[Span]) -> bool:
    """Whether more than half of the stretch is in right ones."""
    if first is None or first[1] <= first[0]:
        return False
    inside = sum(max(0.0, min(first[1], end) - max(first[0], start)) for start, end in right)
    return inside > (first[1] - first[0]) / 2


def right_seconds(right: Sequence[Span], rows: int) -> np.ndarray:
    """(rows,): the seconds that are right for more than half."""
    return np.array([is_hit((row, row + 1), right) for row in range(rows)])


def ndcg(order: np.ndarray, right: np.ndarray) -> float:
    """Discounted gain of the first seconds offered, as many as are right, against the best."""
    most = int(right.sum())
    discounts = 1 / np.log2(np.arange(2, most + 2))
    gains = right[np.asarray(order, int)[:most]]
    return float((gains * discounts[: len(gains)]).sum() / max(discounts.sum(), 1e-9))


def judged(asked: Asked, way: str, replies: Sequence[Reply], answer: str = "") -> Record:
    """The record of a wish, averaged over the replies."""
    base = (asked.clip, asked.half, asked.wish, asked.kind, way)
    if not asked.right:
        return Record(*base, None, None, float(np.mean([each.found for each in replies])), answer)
    rows = max([int(np.ceil(end)) for _, end in asked.right] + [1])
    rows = max([rows] + [int(each.order.max()) + 1 for each in replies if len(each.order)])
    right = right_seconds(asked.right, rows)
    hit = float(np.mean([is_hit(each.first, asked.right) for each in replies]))
    gain = float(np.mean([ndcg(each.order, right) for each in replies]))
    return Record(*base, hit, gain, None, answer)


# -- three ways to answer -------------------------------------------------------------------------


def by_summarizer(summarizer: Summarizer, perception: Perception, wish: str) -> tuple[Reply, str]:
    """What this program offers: the best of its reel, and all that would do."""
    summary = summarizer.choose(perception, Preference(want=wish))
    whole = summarizer.choose(perception, Preference(want=wish, length=WHOLE))
    best = max(summary.highlights, key=lambda each: each.score, default=None)
    offered = np.zeros(perception.video.rows, bool)
    for each in whole.highlights:
        offered[int(each.start) : int(np.ceil(each.end))] = True
    total = summary.saliency.total
    order = [row for row in np.argsort(-total, kind="stable") if offered[row]]
    first = (best.start, best.end) if best else None
    return Reply(first, np.array(order), summary.answer.kind == "found"), summary.answer.kind


def by_keywords(perception: Perception, wish: str) -> Reply:
    """The lines, measured ones too, with most of the words of the wish; nothing without any."""
    wanted = set(WORD.findall(wish.lower())) - PLAIN
    values, best = np.zeros(perception.video.rows), (0.0, None)
    for line in perception.lines:
        share = len(wanted & set(WORD.findall(line.text.lower()))) / max(1, len(wanted))
        rows = slice(int(line.start), max(int(line.start) + 1, int(np.ceil(line.end))))
        values[rows] = np.maximum(values[rows], share)
        if share > best[0]:
            best = (share, (line.start, line.end))
    order = [row for row in np.argsort(-values, kind="stable") if values[row] > 0]
    return Reply(best[1], np.array(order), best[1] is not None)


def by_chance(perception: Perception, draw: np.random.Generator) -> Reply:
    """The events in any order; chance always finds something."""
    events = [perception.events[spot] for spot in draw.permutation(len(perception.events))]
    rows = perception.video.rows
    order = [row for each in events for row in range(int(each.start), int(np.ceil(each.end)))]
    order = [row for row in dict.fromkeys(order) if row < rows]
    return Reply((events[0].start, events[0].end), np.array(order), True)


def answers(summarizer: Summarizer, perception: Perception, asked: Asked) -> Iterator[Record]:
    """The same wish by all ways."""
    own, kind = by_summarizer(summarizer, perception, asked.wish)
    yield judged(asked, OWN, [own], kind)
    yield judged(asked, KEYWORDS, [by_keywords(perception, asked.wish)])
    seed = int(sha256(f"{asked.clip} {asked.wish}".encode()).hexdigest()[:8], 16)
    draw = np.random.default_rng(seed)
    yield judged(asked, CHANCE, [by_chance(perception, draw) for _ in range(DRAWS)])


# -- lists of wishes ------------------------------------------------------------------------------


def measure(listed: Path, folder: Path, preset: str = "offline") -> list[Record]:
    """All records of a list of wishes over the clips of a folder; clips that lack are left out."""
    summarizer, records = load(preset), []
    for clip in json.loads(listed.read_text(encoding="utf-8"))["clips"]:
        path = folder / clip["file"]
        if not path.is_file():
            continue
        content = path.read_bytes()
        if sha256(content).hexdigest() != clip["sha256"]:
            raise SummarizerError(f"{path.name} is not the clip its wishes were written for")
        perception = summarizer.perceive(path)
        for asked in wishes_of(clip):
            records += answers(summarizer, perception, asked)
        if stripped := list(wishes_of(clip, stripped=True)):
            with tempfile.TemporaryDirectory() as place:
                bare = Path(place) / path.name
                bare.write_bytes(without_subtitles(content))
                perception = summarizer.perceive(bare)
            for asked in stripped:
                records += answers(summarizer, perception, asked)
    return records


def wishes_of(clip: dict, *, stripped: bool = False) -> Iterator[Asked]:
    """The wishes of one clip; with `stripped` those that are asked again without subtitles."""
    for wish in clip["wishes"]:
        if stripped and not wish.get("stripped"):
            continue
        right = [] if isinstance(wish["right"], str) else wish["right"]
        half = "stripped" if stripped else clip.get("half", "whole")
        spans = tuple((start, end) for start, end in right)
        yield Asked(clip["file"], half, wish["wish"], wish["kind"], spans)


def without_subtitles(content: bytes) -> bytes:
    """The same MP4 with its text tracks made unreadable, nothing else."""
    return TEXT_TRACK.sub(rb"\1skip", content)


# -- tables ---------------------------------------------------------------------------------------


def mean(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None


def table(name: str, records: Sequence[Record]) -> str:
    """hit@1, nDCG and false-match rate by kind, and by half, for all ways side by side."""
    if not records:
        return f"{name}: none of the clips is there.\n"
    groups = {kind: [each for each in records if each.kind == kind] for kind in kinds(records)}
    halves = dict.fromkeys(each.half for each in records)
    if len(halves) > 1:
        groups |= {f"({half})": [r for r in records if r.half == half] for half in halves}
    groups["all"] = list(records)
    head = f"{name:<17}{'n':>4}" + "".join(f"{way:>26}" for way in WAYS)
    lines = [head, " " * 21 + f"{'hit@1  nDCG false':>26}" * len(WAYS)]
    for label, group in groups.items():
        count = sum(each.way == OWN for each in group)
        lines.append(f"{label:<17}{count:>4}" + "".join(cell(group, way) for way in WAYS))
    return "\n".join(lines) + "\n"


def kinds(records: Sequence[Record]) -> list[str]:
    return list(dict.fromkeys(each.kind for each in records))


def cell(group: Sequence[Record], way: str) -> str:
    """The three numbers of one way, a dash where there is nothing to measure."""
    mine = [each for each in group if each.way == way]
    numbers = [mean([getattr(each, name) for each in mine]) for name in ("hit", "ndcg", "false")]
    shown = ["    -" if number is None else f"{number:5.2f}" for number in numbers]
    return f"{' '.join(shown):>26}"


def write(records: Sequence[Record], target: Path) -> None:
    """Every record as a line of CSV."""
    with target.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, [each.name for each in fields(Record)])
        rows.writeheader()
        rows.writerows(asdict(record) for record in records)
