"""Whether a story rests on its evidence: with the evidence in another order it has to change, and a
moment that is taken away must not be told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from summarizer.errors import SummarizerError
from summarizer.schema import Highlight, Perception, Sentence, Summary
from summarizer.stages.narrate.evidence import Evidence, witnessed
from summarizer.stages.narrate.witness import Witness

SHUFFLES = 5
WHOLE = 0.8  # of the video; a sentence about more of it is about no moment


@dataclass(frozen=True)
class Checked:
    """What came of telling one clip again and again."""

    moments: int
    changed: int  # stories that changed with the order of the evidence,
    shuffles: int  # of so many
    told: tuple[Highlight, ...]  # moments that were told though they had been taken away

    @property
    def holds(self) -> bool:
        return self.changed == self.shuffles and not self.told


def faithful(tell: Witness, perception: Perception, summary: Summary, seed: int = 0) -> Checked:
    """Tell the moments of the summary with their evidence shuffled, then each time one less."""
    found = witnessed(perception, summary.highlights)
    if not found:
        raise SummarizerError("no moment was chosen, so there is no story whose evidence to check")
    first = texts(_told(tell, perception, summary, found))
    orders = list(_orders(found, np.random.default_rng(seed)))
    again = [texts(_told(tell, perception, summary, order)) for order in orders]
    still = []
    for gone, moment in enumerate(summary.highlights):
        left = (*summary.highlights[:gone], *summary.highlights[gone + 1 :])
        story = list(tell(perception, replace(summary, highlights=left)))
        if any(speaks(each, moment, found[gone], summary) for each in story):
            still.append(moment)
    changed = sum(story != first for story in again)
    return Checked(len(found), changed, len(orders), tuple(still))


def texts(story: Sequence[Sentence]) -> list[str]:
    return [each.text for each in story]


def _told(
    tell: Witness, perception: Perception, summary: Summary, found: Sequence[Evidence]
) -> list[Sentence]:
    return list(replace(tell, evidence=partial(_given, tuple(found)))(perception, summary))


def _given(found: tuple[Evidence, ...], *_: object) -> tuple[Evidence, ...]:
    return found


def _orders(found: Sequence[Evidence], rng: np.random.Generator) -> Iterator[list[Evidence]]:
    """The evidence at other moments than its own; only orders in which something differs."""
    for _ in range(SHUFFLES):
        order = rng.permutation(len(found))
        mixed = [
            replace(found[other], start=each.start, end=each.end, score=each.score)
            for each, other in zip(found, order, strict=True)
        ]
        if [_words(each) for each in mixed] != [_words(each) for each in found]:
            yield mixed


def _words(each: Evidence) -> tuple:
    """What a story can tell of a moment: how much of it there was is in no words."""
    return each.feeling, each.before, each.tags, each.said, each.captions, each.facts


def speaks(said: Sentence, moment: Highlight, known: Evidence, summary: Summary) -> bool:
    """Whether a sentence is about this moment: by its time, or by the words that were quoted."""
    if known.said and known.said in said.text:
        return True
    if said.end - said.start > WHOLE * summary.video.seconds:
        return False
    return min(said.end, moment.end) - max(said.start, moment.start) > 0.5 * moment.seconds
