"""Words that a language model takes for one, laid apart, so that it can learn them anew.

A model that writes with the vectors it reads with brings words together that stand in the same
places, before it learns anything of them: those that mean the same, and left and right as well.
Which of both they are only its lessons can say.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

NEAR = 0.35  # of the length of a word's vector: what is nearer than that is taken for one
AWAY = 2.0  # of that length, how far each of them is moved, whichever way; nearer, it takes longer


def words_of(tokenizer) -> list[int]:
    """The tokens of a vocabulary that are letters."""
    tokens = range(len(tokenizer))
    told = (tokenizer.decode([each], clean_up_tokenization_spaces=False) for each in tokens)
    return [token for token, text in zip(tokens, told, strict=True) if text.strip().isalpha()]


@torch.no_grad()
def lay_apart(table: Tensor, tokens: Sequence[int]) -> list[int]:
    """Move the vectors, in place, of those among these tokens that have another one near; which
    those are."""
    rows = table[list(tokens)]
    length = rows.norm(dim=1).mean()
    nearest = torch.cdist(rows, rows).fill_diagonal_(math.inf).min(1).values
    near = [token for token, far in zip(tokens, nearest, strict=True) if far < NEAR * length]
    chance = torch.Generator().manual_seed(0)
    away = torch.randn(len(near), table.shape[1], generator=chance) / math.sqrt(table.shape[1])
    table[near] += AWAY * length * away.to(table)
    return near
