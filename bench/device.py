"""A device and what is measured on it, each thing when it is first asked for."""

import gc
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from bench import shapes
from bench.table import Unavailable, bytes_a_token, floor, reason
from summarizer.config import NarratorConfig
from summarizer.models.narrator import COMPILED

GB = 1e9
ROOM = NarratorConfig().room  # tokens that memory of one size holds
RUNS = 3
MODE = COMPILED["mode"]  # of torch.compile
COPIES = 10  # of a block of memory, in a run

Attempt = tuple[float | None, str]  # a number, or nothing and why


@dataclass(eq=False)
class Bench:
    """The device, and what several measures share."""

    device: str
    size: shapes.Size
    runs: int = RUNS
    mode: str = MODE
    prompted: float = 0.0  # seconds that making the prompt took
    compiled: float = 0.0  # and compiling the step
    sparing: bool = False  # whether training makes again what would not fit into the memory
    peaks: dict[str, float] = field(default_factory=dict)  # gigabytes of a training step

    @property
    def on_gpu(self) -> bool:
        return self.device.startswith("cuda")

    # -- timing -------------------------------------------------------------------------------

    def sync(self) -> None:
        if self.on_gpu:
            import torch

            torch.cuda.synchronize()

    def tidy(self) -> None:
        """Gives back the memory that nothing uses."""
        gc.collect()
        if self.on_gpu:
            import torch

            torch.cuda.empty_cache()

    def timed(self, work: Callable[[], object]) -> float:
        """Seconds, with all that was asked of the device done before and after."""
        self.sync()
        began = time.perf_counter()
        work()
        self.sync()
        return time.perf_counter() - began

    def median(self, work: Callable[[], object]) -> float:
        """Seconds, of several runs after one that warms up."""
        work()
        return statistics.median(self.timed(work) for _ in range(self.runs))

    def peak(self, work: Callable[[], object]) -> float:
        """The most gigabytes in use meanwhile, weights and all."""
        self.tidy()
        if not self.on_gpu:
            work()
            return _process()
        import torch

        torch.cuda.reset_peak_memory_stats()
        work()
        self.sync()
        return torch.cuda.max_memory_allocated() / GB

    def attempt(self, work: Callable[[], float]) -> Attempt:
        """What the work gives, or why it can't be done, as where it needs too much memory."""
        try:
            return work(), ""
        except Exception as error:
            why = reason(error)
        self.tidy()  # the error is gone by now, and with it what it held
        return None, why

    # -- what is measured ---------------------------------------------------------------------

    @cached_property
    def bandwidth(self) -> float:
        """Bytes a second, read and written, of a copy within the device."""
        import torch

        here = torch.zeros(self.size.copied, dtype=torch.uint8, device=self.device)
        there = torch.empty_like(here)

        def copies() -> None:
            for _ in range(COPIES):
                there.copy_(here)

        return 2 * COPIES * self.size.copied / self.median(copies)

    @cached_property
    def narrator(self):
        made = shapes.narrator_of(self.size, self.device)
        self.tidy()
        return made

    @cached_property
    def prompt(self) -> list:
        from summarizer.config import AudioConfig, VisionConfig

        kept, rate = VisionConfig().keep_tokens, AudioConfig().tokens_a_second
        perception = shapes.perceived(self.size, kept, rate)
        narrator, found = self.narrator, []
        self.prompted = self.timed(lambda: found.extend(shapes.prompt_of(narrator, perception)))
        return found

    @cached_property
    def plain_prompt(self) -> list:
        return shapes.unmerged(self.prompt, self.size.patches, self.size.sight)

    @cached_property
    def static(self):
        """The narrator with memory of one size."""
        from summarizer.models.narrator import decoding

        return _endless(decoding(self.narrator, "static", ROOM))

    @cached_property
    def fast(self):
        """The narrator with memory of one size and its step compiled, or as it is where that
        can't be."""
        from summarizer.models.narrator import compiled

        # without a GPU the step is captured just so, but no machine code is made of it
        options = {"mode": self.mode} if self.on_gpu else {"backend": "aot_eager"}
        found = _endless(compiled(self.narrator, ROOM, **options))
        self.compiled = self.timed(lambda: self.write(found))
        return found

    @property
    def teller(self):
        """The narrator as `decoding` sets it up by itself on this device."""
        return self.fast if self.on_gpu else self.narrator

    # -- telling ------------------------------------------------------------------------------

    def read(self) -> None:
        """Reads the prompt up to the first token."""
        tokens = self.teller._greedy(*self.teller.splice(self.prompt), self.size.answer)
        int(next(tokens)[0])
        tokens.close()

    def write(self, narrator) -> float:
        """Writes an answer token by token, as telling does: seconds for each after the first."""
        tokens = narrator._greedy(*narrator.splice(self.prompt), self.size.answer)
        int(next(tokens)[0])
        self.sync()
        began = time.perf_counter()
        for each in tokens:
            int(each[0])
        return (time.perf_counter() - began) / (self.size.answer - 1)

    def tell(self) -> None:
        """Streams a whole answer."""
        for _ in self.teller.stream(self.prompt, self.size.answer):
            pass

    def begin(self) -> None:
        """Streams an answer up to its first word."""
        words = self.teller.stream(self.prompt, self.size.answer)
        next(words)
        words.close()

    def generate(self, most: int) -> float:
        """transformers' own way with all patches: a cache that grows, and nothing compiled.

        Gives the seconds from its first token to its last.
        """
        import torch

        embeds, mask = self.narrator.splice(self.plain_prompt)
        told: list[float] = []

        def at_first(tokens: torch.Tensor, *_, **__) -> torch.Tensor:
            if not told:
                self.sync()
                told.append(time.perf_counter())
            return torch.zeros(len(tokens), dtype=torch.bool, device=tokens.device)

        with torch.no_grad():
            self.narrator.model.generate(
                inputs_embeds=embeds,
                attention_mask=mask,
                do_sample=False,
                min_new_tokens=most,
                max_new_tokens=most,
                pad_token_id=0,
                stopping_criteria=[at_first],
            )
        self.sync()
        return time.perf_counter() - told[0]

    @cached_property
    def reading(self) -> float:
        return self.median(self.read)

    def paced(self, narrator) -> float:
        """Seconds a token: the median of several answers after one that warms up."""
        self.write(narrator)
        return statistics.median(self.write(narrator) for _ in range(self.runs))

    @cached_property
    def step(self) -> float:
        """Seconds a token with memory that grows and nothing compiled."""
        return self.paced(self.narrator)

    @cached_property
    def static_step(self) -> float:
        """Seconds a token with memory of one size and nothing compiled."""
        return self.paced(self.static)

    @cached_property
    def fast_step(self) -> float:
        """Seconds a token with memory of one size and the step compiled."""
        return self.paced(self.fast)

    @property
    def telling_step(self) -> float:
        """Seconds a token, as telling takes them on this device."""
        return self.fast_step if self.on_gpu else self.step

    @cached_property
    def floor(self) -> float:
        """Seconds in which all weights that a token needs can be read."""
        return floor(read_a_token(self.narrator.model), self.bandwidth)

    @cached_property
    def plain_first(self) -> Attempt:
        return self.attempt(lambda: self.median(lambda: self.generate(1)))

    @cached_property
    def plain_whole(self) -> Attempt:
        return self.attempt(lambda: self.median(lambda: self.generate(self.size.answer)))

    @cached_property
    def plain_step(self) -> Attempt:
        def step() -> float:
            most = self.size.answer
            self.generate(most)
            return statistics.median(self.generate(most) / (most - 1) for _ in range(self.runs))

        return self.attempt(step)


def _endless(narrator):
    """The narrator, writing on for as long as it is asked to."""
    narrator.ends = frozenset()
    return narrator


def read_a_token(model) -> int:
    """Bytes of a model's weights that are read to make one token."""
    table, out = model.get_input_embeddings().weight, model.get_output_embeddings().weight
    spared = (0, 0) if out is table else (table.numel(), table.element_size())
    return bytes_a_token(
        [(each.numel(), each.element_size()) for each in model.parameters()], spared
    )


def _process() -> float:
    """Gigabytes that this process had at most, ever."""
    try:
        import resource
    except ImportError as error:  # not on Windows
        raise Unavailable("the memory of a process is not known here") from error
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / GB
