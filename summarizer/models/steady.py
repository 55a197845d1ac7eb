"""A language model's step from one token to the next, always over the same memory.

A cache of one size is allocated once and emptied between answers, so that a step over it is
compiled once, whatever the prompts are. One answer has it at a time.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from threading import Lock

log = logging.getLogger(__name__)

TRIED = 3  # steps: one is compiled, one warms up, and of one a CUDA graph is recorded


class Steady:
    """A static cache for `size` tokens of one answer, and the step over it.

    The step is the model's own, or compiled as the options of torch.compile say. Where it can't be
    compiled, `why` tells the reason and the model's own stays.
    """

    def __init__(self, model, size: int, options: Mapping[str, object] | None = None):
        from transformers import StaticCache

        self.size, self.why = size, ""
        self.cache = StaticCache(config=model.config, max_cache_len=size)
        self._model, self._forward, self._options = model, model.forward, options
        self._apart = False  # whether the step is compiled, and so runs in the one thread for that
        self._lock = Lock()

    @contextmanager
    def lent(self) -> Iterator["Steady | None"]:
        """Itself with nothing in its memory, or None while another answer has it."""
        if not self._lock.acquire(blocking=False):
            yield None
            return
        try:
            if self._options is not None:
                self._compile(self._options)
                self._options = None
            yield self
        finally:
            self.cache.reset()
            self._lock.release()

    def step(self, **given):
        """What the model makes of one more token."""
        if self._apart:
            return _hand().submit(_stepped, self._forward, given).result()
        return _stepped(self._forward, given)

    def _compile(self, options: Mapping[str, object]) -> None:
        """Compile the step and try it; the model's own stays where that fails."""
        import torch

        plain = self._forward
        try:
            compiled = torch.compile(plain, fullgraph=True, dynamic=False, **options)
            for step in (plain, *[compiled] * TRIED):  # the first makes the memory
                _hand().submit(_stepped, step, self._nothing()).result()
        except Exception as error:  # of many kinds, by compilers, drivers and what they miss
            self.why = " ".join(str(error).split())[:300] or type(error).__name__
            log.warning("the step of the language model is not compiled: %s", self.why)
        else:
            self._forward, self._apart = compiled, True
        finally:
            self.cache.reset()

    def _nothing(self) -> dict[str, object]:
        """What a step is given, laid out in memory as it will be."""
        import torch

        mask = torch.ones(1, self.size, dtype=torch.long, device=self._model.device)
        return {
            "input_ids": mask.new_zeros(1, 1),
            "attention_mask": mask,
            "position_ids": (mask.cumsum(1) - 1)[:, :1],
            "past_key_values": self.cache,
            "use_cache": True,
            "logits_to_keep": 1,
        }


@cache
def _hand() -> ThreadPoolExecutor:
    """The one thread of this process in which steps are compiled and run.

    CUDA graphs belong to the thread that records them, while any may read an answer; and without a
    GPU, torch 2.11 crashes when it compiles after the thread that compiled before has ended.
    """
    return ThreadPoolExecutor(1, "steps")


def _stepped(forward: Callable, given: Mapping[str, object]):
    import torch

    with torch.no_grad():
        return forward(**given)
