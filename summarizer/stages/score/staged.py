"""What each second is worth by scores in stages: their product counts, the stages are shown."""

import numpy as np

from summarizer.config import Preset
from summarizer.schema import STAGE, Curve, Perception, Wish
from summarizer.stages.score.interest import Part

TOGETHER = "all stages together"


def staged(perception: Perception, wish: Wish, preset: Preset) -> list[Part] | None:
    """The product of the stages as the one part that counts, and each stage as one that does not;
    nothing where no picture was seen or nothing was learned."""
    track = perception.track("sight")
    if track is None or not len(track.times):
        return None
    from summarizer.models.saliency.progressive import by_second

    scores = by_second(preset.trained, track, perception.video.rows, wanted(wish))
    if scores is None:
        return None
    steps = [
        Part(Curve.of(f"stage {number} of {len(scores)}", STAGE, each), 0.0, "")
        for number, each in enumerate(scores, 1)
    ]
    product = np.prod([part.curve.array for part in steps], axis=0)
    whole = Curve.of(TOGETHER, "head", product)
    return [Part(whole, 1.0, "what people tend to choose"), *steps]


def wanted(wish: Wish) -> str:
    """The words that guide: what is asked for, without what is to be left out and when."""
    return " ".join(term.words for term in wish.terms if not term.no)
