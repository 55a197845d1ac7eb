"""How many threads torch works with: more than one is slower where the pieces are small."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Torch on so many; on one, small pieces take a third of the computing they take on two, and as
    long."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
