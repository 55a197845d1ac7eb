"""Wishes with right answers: what is answered, beside keyword match and chance.

hit@1: the moment ranked first lies for more than half in a right stretch. nDCG: of the seconds in
the order they are offered, cut after as many as are right; what is withheld comes in no order, so
it earns nothing. A false match: "found", although the right answer is that it is not there or
cannot be judged. Whoever says "not found" offers nothing, and is wrong where something is there.
"""

import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from summarizer.errors import SummarizerError
from summarizer.evaluate.room import Measure, Options, Protocol, Record
from summarizer.metrics.retrieval import Span, is_hit, ndcg
from summarizer.pipeline import Summarizer, load
from summarizer.schema import Length, Perception, Preference

ROOT = Path(__file__).parents[2]
LISTS = ROOT / "tests" / "wishes"
KEYWORDS, CHANCE = "keywords", "random"
HIT, NDCG, FALSE = "hit@1", "nDCG", "false match"
DRAWS = 50  # random answers to a wish, averaged
WHOLE = Length(1.0, "share")
WORD = re.compile(r"[a-z0-9]{3,}")
PLAIN = frozenset(
    ("the", "and", "for", "with", "not", "are", "all", "its", "this", "that", "was", "what", "how")
)
# the handler and the codec of a text track in an MP4; by other names nobody takes it for subtitles
TEXT_TRACK = re.compile(rb"(hdlr.{8}|stsd.{12})(?:sbtl|text|subt|tx3g)", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """A wish over a clip, and the stretches that are right; none where nothing is."""

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


# -- measures -------------------------------------------------------------------------------------


def right_seconds(right: Sequence[Span], rows: int) -> np.ndarray:
    """(rows,): the seconds that are right for more than half."""
    return np.array([is_hit((row, row + 1), right) for row in range(rows)])


def judged(asked: Asked, replies: Sequence[Reply]) -> dict[str, float]:
    """The measures that exist for a wish, averaged over the replies."""
    if not asked.right:
        return {FALSE: float(np.mean([each.found for each in replies]))}
    rows = max([int(np.ceil(end)) for _, end in asked.right] + [1])
    rows = max([rows] + [int(each.order.max()) + 1 for each in replies if len(each.order)])
    right = right_seconds(asked.right, rows)
    return {
        HIT: float(np.mean([is_hit(each.first, asked.right) for each in replies])),
        NDCG: float(np.mean([ndcg(each.order, right) or 0.0 for each in replies])),
    }


# -- three ways to answer -------------------------------------------------------------------------


def by_summarizer(
    summarizer: Summarizer, perception: Perception, wish: str
) -> tuple[Reply, str, np.ndarray]:
    """What this program offers: the best of its reel, and all that would do; the kind of its
    answer, and how much each second matters to it."""
    summary = summarizer.choose(perception, Preference(want=wish))
    whole = summarizer.choose(perception, Preference(want=wish, length=WHOLE))
    best = max(summary.highlights, key=lambda each: each.score, default=None)
    offered = np.zeros(perception.video.rows, bool)
    for each in whole.highlights:
        offered[int(each.start) : int(np.ceil(each.end))] = True
    total = summary.saliency.total
    order = [row for row in np.argsort(-total, kind="stable") if offered[row]]
    first = (best.start, best.end) if best else None
    kind = summary.answer.kind
    return Reply(first, np.array(order), kind == "found"), kind, total


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


# -- the protocol ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clip:
    """An entry of a list, and the folder its file is in."""

    listed: str
    folder: Path
    entry: Mapping


class Wishes:
    """All lists, a task a clip; clips that lack are left out."""

    lacks: Mapping[str, str] = {}

    def __init__(self, options: Options, lists: Mapping[str, Path]):
        self.way = options.preset
        self.summarizer = load(options.preset, overrides=options.settings)
        self.clips: dict[str, Clip] = {}
        self.notes: tuple[str, ...] = ()
        for listed, place in lists.items():
            entries = json.loads((LISTS / f"{listed}.json").read_text(encoding="utf-8"))["clips"]
            there = [entry for entry in entries if (place / entry["file"]).is_file()]
            lost = len(entries) - len(there)
            if lost:
                self.notes += (f"{lost} of {len(entries)} clips of {listed} are not in {place}.",)
            self.clips |= {f"{listed}/{e['file']}": Clip(listed, place, e) for e in there}
        self.tasks = tuple(self.clips)

    def judge(self, task: str) -> Iterator[Record]:
        """All wishes over the clip, then those that are asked again without subtitles."""
        clip = self.clips[task]
        path = clip.folder / clip.entry["file"]
        content = path.read_bytes()
        if sha256(content).hexdigest() != clip.entry["sha256"]:
            raise SummarizerError(
                f"{path.name} is not the clip its wishes were written for; get the one with the "
                "sha256 of the list"
            )
        yield from self.answers(task, wishes_of(clip.entry), self.summarizer.perceive(path))
        if stripped := list(wishes_of(clip.entry, stripped=True)):
            with tempfile.TemporaryDirectory() as place:
                bare = Path(place) / path.name
                bare.write_bytes(without_subtitles(content))
                perception = self.summarizer.perceive(bare)
            yield from self.answers(task, stripped, perception)

    def answers(
        self, task: str, wishes: Iterable[Asked], perception: Perception
    ) -> Iterator[Record]:
        """Each wish by all ways."""
        clip = self.clips[task]
        for asked in wishes:
            kept = {"list": clip.listed, "half": asked.half, "kind": asked.kind, "wish": asked.wish}
            own, kind, total = by_summarizer(self.summarizer, perception, asked.wish)
            right = right_seconds(asked.right, perception.video.rows)
            yield Record(
                task,
                self.way,
                judged(asked, [own]),
                curves={asked.wish: total, "right": right.astype(float)},
                kept=kept | {"answer": kind},
            )
            found = by_keywords(perception, asked.wish)
            yield Record(task, KEYWORDS, judged(asked, [found]), kept=kept)
            seed = sha256(f"{clip.entry['file']} {asked.wish}".encode()).hexdigest()[:8]
            draw = np.random.default_rng(int(seed, 16))
            drawn = [by_chance(perception, draw) for _ in range(DRAWS)]
            yield Record(task, CHANCE, judged(asked, drawn), kept=kept)

    def pool(self, records: Sequence[Record]) -> Mapping[str, float]:
        return {}


def wishes_of(entry: Mapping, *, stripped: bool = False) -> Iterator[Asked]:
    """The wishes of one clip; with `stripped` those that are asked again without subtitles."""
    for wish in entry["wishes"]:
        if stripped and not wish.get("stripped"):
            continue
        right = [] if isinstance(wish["right"], str) else wish["right"]
        half = "stripped" if stripped else entry.get("half", "whole")
        spans = tuple((start, end) for start, end in right)
        yield Asked(half, wish["wish"], wish["kind"], spans)


def without_subtitles(content: bytes) -> bytes:
    """The same MP4 with its text tracks made unreadable, nothing else."""
    return TEXT_TRACK.sub(rb"\1skip", content)


def opened(options: Options) -> Wishes:
    """The lists of this project, over its examples and over the real clips where they are."""
    if options.predictions or options.splits:
        raise SummarizerError("wishes has neither splits nor predictions; leave the options out")
    if not LISTS.is_dir():
        raise SummarizerError(f"the lists of wishes come with the source, not here: {LISTS}")
    return Wishes(options, {"examples": ROOT / "examples", "real": options.data})


def kinds(record: Record) -> tuple[str, str, str]:
    """Its kind, its half, all of its list."""
    listed, half, kind = (record.kept[key] for key in ("list", "half", "kind"))
    return f"{listed}: {kind}", f"{listed}: ({half})", f"{listed}: all"


PROTOCOL = Protocol(
    about="wishes with right answers over this project's examples and real clips, by its own rule",
    measures=(
        Measure(
            HIT, "the moment ranked first lies for more than half in a right stretch", places=2
        ),
        Measure(NDCG, "the order of the seconds offered, as many as are right", places=2),
        Measure(
            FALSE,
            '"found" where the right answer is that it is not there or cannot be judged',
            places=2,
            better="lower",
        ),
    ),
    open=opened,
    apart=kinds,
)
