"""How much each second matters to one viewer, why, and what became of the wish.

Whether a wish can be judged at all is decided before anything is compared: by the concepts of the
senses, by the models there are, and by words that were said. No likeness between texts ever stands
in for sight.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from summarizer.config import Preset
from summarizer.models.matching import Embed
from summarizer.models.saliency import READ
from summarizer.schema import Answer, Curve, Perception, Preference, Saliency, Score, Track, Wish
from summarizer.stages.score.feeling import felt
from summarizer.stages.score.interest import Part, interest, weighed, with_learned, with_taste
from summarizer.stages.score.judge import Behold, Judge
from summarizer.stages.score.overall import attention, kept
from summarizer.stages.score.settle import Settling, Verdict, settle
from summarizer.stages.score.staged import staged


def minilm(texts: Sequence[str]) -> np.ndarray:
    """Embeds texts; the model is only loaded by a wish for something said."""
    from summarizer.models.text import load_text

    return load_text().embed(texts)


def beheld(words: str, track: Track) -> np.ndarray:
    """How near words are to what a model saw or heard; it is only loaded by a wish for that."""
    from summarizer.models.beholding import behold

    return behold(words, track)


def learned(perception: Perception, wish: Wish, preset: Preset) -> Curve | None:
    """How much each second matters by a trained head; nothing where there is none."""
    tracks = [track for name in READ if (track := perception.track(name))]
    if not tracks or not preset.trained:
        return None
    from summarizer.models.beholding import rate

    values = rate(wish.text, tracks, perception.video.rows, preset.trained)
    return None if values is None else Curve.of("what was learned to matter", "head", values)


def evidence(
    perception: Perception,
    preference: Preference,
    wish: Wish,
    preset: Preset,
    embed: Embed = minilm,
    behold: Behold = beheld,
) -> Score:
    """Saliency from measured curves: what was asked for, then what is new and lively, and what a
    head learned to matter, where one was trained for this preset."""
    verdict = settle(perception, wish, Judge(perception, wish, preset.blind, embed, behold))
    return _scored(perception, preference, wish, verdict, learned(perception, wish, preset))


def trained(
    perception: Perception,
    preference: Preference,
    wish: Wish,
    preset: Preset,
    embed: Embed = minilm,
    behold: Behold = beheld,
) -> Score:
    """The same, but a wish is judged as a whole by a head that was trained on whole wishes, where
    it is here; one that says what to leave out is still taken apart."""
    curve = learned(perception, wish, preset)
    if curve is None or not wish.terms or any(term.no for term in wish.terms):
        return evidence(perception, preference, wish, preset, embed, behold)
    judge = Judge(perception, wish, preset.blind, embed, behold)
    verdict = Settling(perception.video, wish, judge, [judge.by_head(curve)]).verdict()
    return _scored(perception, preference, wish, verdict, None)


def feeling(
    perception: Perception,
    preference: Preference,
    wish: Wish,
    preset: Preset,
    embed: Embed = minilm,
    behold: Behold = beheld,
) -> Score:
    """Saliency from what was asked for, then from the feelings: how strong, where they turn, where
    picture and sound tell of the same, and what is new."""
    verdict = settle(perception, wish, Judge(perception, wish, preset.blind, embed, behold))
    return _scored(perception, preference, wish, verdict, None, felt)


def stages(
    perception: Perception,
    preference: Preference,
    wish: Wish,
    preset: Preset,
    embed: Embed = minilm,
    behold: Behold = beheld,
) -> Score:
    """Saliency from what was asked for, then from what was learned in stages, which the wish guides
    as well; until the pictures were seen, as by evidence, and that is said."""
    learnt = staged(perception, wish, preset)
    return _taught(learnt, perception, preference, wish, preset, embed, behold)


OPEN = "No wish, so here is what people tend to choose, as far as it was learned."
UNSEEN = {
    True: "The pictures are not scored yet, so this goes by what was measured.",
    False: "There are no pictures to score, so this goes by what was measured.",
}


def frames(
    perception: Perception,
    preference: Preference,
    wish: Wish,
    preset: Preset,
    embed: Embed = minilm,
    behold: Behold = beheld,
) -> Score:
    """Saliency from what was asked for, then from what people keep of videos, by all frames of this
    one; until they were seen, as by evidence, and that is said."""
    learnt = kept(perception, preset)
    return _taught(learnt, perception, preference, wish, preset, embed, behold)


def _taught(learnt: list[Part] | None, *given) -> Score:
    """By what was taught, over what every head is given; where that is nothing, by evidence."""
    if learnt is None:
        score = evidence(*given)
        text = f"{score.answer.text} {UNSEEN[given[0].video.has_picture]}".strip()
        return replace(score, answer=replace(score.answer, text=text))
    perception, preference, wish, preset, embed, behold = given
    verdict = settle(perception, wish, Judge(perception, wish, preset.blind, embed, behold))
    if verdict.answer.kind == "open":
        verdict = replace(verdict, answer=Answer("open", OPEN))
    return _scored(perception, preference, wish, verdict, None, lambda *_: learnt)


def _scored(
    perception: Perception,
    preference: Preference,
    wish: Wish,
    verdict: Verdict,
    beside: Curve | None,
    draws: Callable[[Perception, Preference], list[Part]] = interest,
) -> Score:
    """What was asked for, and what draws in the rest."""
    left = 1.0 - sum(part.weight for part in verdict.asked)
    drawn = with_learned(with_taste(perception, draws(perception, preference)), beside)
    parts = [*verdict.asked, *(replace(part, weight=left * part.weight) for part in drawn)]
    parts = weighed(parts, preference.weights)
    return Score(
        Saliency(
            tuple(part.curve for part in parts),
            tuple(int(part.weight * 1e6) / 1e6 for part in parts),  # down: the sum stays below 1
        ),
        verdict.answer,
        verdict.admitted,
        tuple(part.reason for part in parts),
        verdict.barred,
        wish.most,
    )


# what a head attends to, where it can be shown
ATTENTION = {"frames": attention}
HEADS = {
    "evidence": evidence,
    "trained": trained,
    "frames": frames,
    "feeling": feeling,
    "stages": stages,
}
