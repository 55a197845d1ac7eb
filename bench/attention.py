"""Local attention beside attention over all rows with a mask: time and memory as videos grow."""

import statistics
import time
from collections.abc import Callable, Iterator

HEADS, DEPTH, KERNEL = 12, 64, 5  # of VTSUM-BLIP
LENGTHS = (512, 1024, 2048, 4096)
LONGEST = 32_768
RUNS = 3


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Forward and backward of one layer's attention; what it keeps for the way back in bytes."""
    for length in LENGTHS:
        ours, kept = measured(local, length)
        plain, much = measured(masked, length)
        yield (
            f"local attention, {length:,} rows, forward and back",
            f"{1000 * ours:.0f} ms",
            f"masked: {1000 * plain:.0f} ms",
            f"{plain / ours:.1f} × faster",
        )
        yield (
            f"what it keeps for the way back, {length:,} rows",
            f"{kept / 1e6:.0f} MB",
            f"masked: {much / 1e6:.0f} MB",
            f"{much / kept:.1f} × less",
        )
    ours, kept = measured(local, LONGEST)
    yield (
        f"local attention, {LONGEST:,} rows, forward and back",
        f"{1000 * ours:.0f} ms",
        "masked: not tried",
        f"keeps {kept / 1e6:.0f} MB",
    )


def measured(way: Callable, length: int) -> tuple[float, int]:
    """Median seconds of forward and backward, and bytes kept between the two."""
    import torch

    drawn = [torch.randn(1, HEADS, length, DEPTH, requires_grad=True) for _ in range(3)]
    there = torch.ones(1, length, dtype=torch.bool)
    storages: dict[int, int] = {}

    def note(tensor):
        storage = tensor.untyped_storage()
        storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        found = way(*drawn, there)
    del found
    spent = []
    for _ in range(RUNS):
        began = time.perf_counter()
        way(*drawn, there).sum().backward()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent), sum(storages.values())


def local(queries, keys, values, there):
    from summarizer.models.saliency.local import local

    return local(queries, keys, values, there, KERNEL)


def masked(queries, keys, values, there):
    """Every row against every other, and what is too far away taken out again."""
    import torch

    place = torch.arange(queries.shape[2])
    near = (place[:, None] - place[None]).abs() <= KERNEL // 2
    logits = (queries * queries.shape[-1] ** -0.5) @ keys.transpose(-1, -2)
    logits = logits.masked_fill(~(near & there[:, None, None]), torch.finfo(logits.dtype).min)
    return logits.softmax(-1) @ values
