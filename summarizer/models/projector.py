"""What a sense found, made fit for the language model to read: one class for sight and sound."""

from torch import Tensor, nn


class Projector(nn.Module):
    """Linear, GELU, Linear: (..., found) to (..., read), in the precision of its own weights."""

    def __init__(self, found: int, read: int):
        super().__init__()
        self.first = nn.Linear(found, read)
        self.second = nn.Linear(read, read)

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens.to(self.first.weight.dtype)
        return self.second(nn.functional.gelu(self.first(tokens)))
