"""Watch: one decode of the pictures drives every sense that looks at them."""

from collections.abc import Iterator, Sequence

from summarizer.schema import Pictures
from summarizer.senses import Sense
from summarizer.senses.view import View


def watch(pictures: Iterator[Pictures], senses: Sequence[Sense], seconds: float) -> Iterator[float]:
    """Show every batch to every sense, once and in order; yields the time reached after each.

    The senses share what is derived from a batch, so it is computed once.
    """
    before = None
    for batch in pictures:
        if not len(batch.times):
            continue
        view = View.of(batch, before)
        for sense in senses:
            sense.take(view)
        before = view.last
        yield min(seconds, float(view.times[-1]))
