"""The story: a few sentences, each resting on what was measured, said or shown over its stretch.

Nothing is told that was not perceived. The wish comes first, then the highlights in order of time.
"""

from collections.abc import Iterator

from summarizer.schema import Perception, Sentence, Summary
from summarizer.senses import SENSES
from summarizer.stages.narrate.facts import known
from summarizer.stages.narrate.frame import BRIEF, aspects, chapters, dated, lead, whole
from summarizer.stages.narrate.moments import besides, best, distinct, extremes
from summarizer.stages.narrate.voice import Voice
from summarizer.stages.narrate.wording import COMPARED

LONGEST = 8  # sentences
ENOUGH = 3  # sentences; below that, other events are told of, and more of a longer video


def compose(perception: Perception, summary: Summary) -> Iterator[Sentence]:
    """Up to 8 sentences in an order that reads well; never empty."""
    concepts = [concept for sense in SENSES.values() for concept in sense.concepts]
    measured = known(perception.curves, concepts)
    facts = [*measured, *known(summary.saliency.curves, COMPARED)]
    asked = summary.answer.kind != "open"
    chosen = summary.preference.aspects
    frame = [whole(perception.video, measured, chosen, perception.lines), *chapters(perception)]
    frame += aspects(perception.video, measured, chosen, frame)
    frame = [lead(summary), *frame] if asked else frame
    brief = perception.video.seconds < BRIEF
    said = dated(measured, frame, fixed=summary.answer.kind == "found")
    seen = [
        each
        for each in distinct(perception, summary, facts, said)
        if each.quote or (not brief and not set(each.clauses) <= said)
    ]
    moments = best(seen, LONGEST - len(frame))
    enough = ENOUGH + (perception.video.seconds > 30) + (perception.video.seconds > 120)
    missing = 0 if brief else enough - len(frame) - len(moments)
    moments += besides(perception, facts, moments, missing, said)
    moments += extremes(perception, moments)[: max(0, ENOUGH - len(frame) - len(moments))]
    voice = Voice(perception.video, [sentence.text for sentence in frame])
    yield frame[0]
    for moment in sorted(moments, key=lambda each: each.start):
        yield Sentence(moment.start, moment.end, voice.say(moment), moment.evidence)
    yield from frame[1:]
