"""Ways that learn from a benchmark's own features: trained, kept, loaded and asked on every split.

What is asked is the checkpoint as it lies on the disk, so a measure is of what a user would load.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from summarizer.config import override
from summarizer.data.benchmark import Annotated

Scorer = Callable[[Annotated], np.ndarray]


def progressive(settings: Sequence[str]):
    """A learner of scores in stages by a recipe with these settings: "stages=2", "loss=rank"."""
    from summarizer.train.progressive import Recipe

    recipe = Recipe()
    for setting in settings:
        recipe = override(recipe, setting)

    def learn(train: Sequence[Annotated], validate: Sequence[Annotated], seed: int) -> Scorer:
        return staged(recipe, train, validate, seed)

    return learn


def staged(recipe, train: Sequence[Annotated], validate: Sequence[Annotated], seed: int) -> Scorer:
    """Pretrain where the recipe says so, train, keep, load; nothing else is seen than these."""
    from summarizer.models.saliency import progressive as models
    from summarizer.train import films, progressive, ssl
    from summarizer.train.loop import train as run

    made = films.made_by([*train, *validate])
    taught, held = films.of_benchmark(train), films.of_benchmark(validate)
    wide = films.widths(taught)
    with TemporaryDirectory() as place:
        out, begin = Path(place) / "progressive", None
        if recipe.pretrain:
            begin = Path(place) / "encoder"
            how = ssl.Recipe(
                width=recipe.width,
                layers=recipe.layers,
                heads=recipe.heads,
                level=recipe.level,
                reads=recipe.reads,
                epochs=recipe.pretrain,
            )
            lesson = ssl.lesson(how, taught, held, made, seed)
            if not run(lesson, ssl.pace(how, len(taught), seed), begin, quiet=True).done:
                raise KeyboardInterrupt  # as everywhere when somebody stops the command
        lesson = progressive.lesson(recipe, taught, held, made, begin, seed)
        progressive.fit(lesson, out, seed, quiet=True)
        model = models.load(out, made, wide)
    read = films.reader(recipe.reads) if recipe.guide else None

    def score(video: Annotated) -> np.ndarray:
        (film,) = films.of_benchmark([video])
        models.refuse_others(out, made, wide, video.made_by, film.rows.shape[1])
        return model.judge(film.rows, read.whole(film.text) if read else None).prod(0)

    return score
