"""What the lines mean: one row a line, so that a wish can be compared with them."""

from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Findings, Line, Track, Video


class Words:
    """Embeds every line of the perception, in the order of the lines."""

    name: ClassVar[str] = "words"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["lines"]] = "lines"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = ()

    def __init__(self, video: Video):
        self.lines: tuple[Line, ...] = ()
        self.tokens = 0  # in those lines, as the model cuts them

    def take(self, material: tuple[Line, ...]) -> None:
        self.lines += material

    def findings(self) -> Findings:
        if not self.lines:
            return Findings()  # and the model need not be loaded
        from summarizer.models.text import MADE_BY, load_text

        model, texts = load_text(), [line.text for line in self.lines]
        rows, self.tokens = model.embed(texts), model.tokens(texts)
        times = np.array([line.start for line in self.lines])
        return Findings(tracks=(Track("words", times, rows.astype(np.float16), MADE_BY),))
