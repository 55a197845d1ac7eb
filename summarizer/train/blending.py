"""Words laid over each other, as the tokens of eye and ear will hold them: of a part of a picture
its thing, the colour and what it does at once, a little of what lies beside it, and something that
means nothing.

A language model that has read such tokens knows which colour is which thing's, for they come
together; and a projector then only has to find the words. It costs no pictures.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from torch import Tensor, nn

from summarizer.data import world
from summarizer.models.narrator import Rows, Words

SENSE = "words"  # of rows that say how much of each token of the vocabulary is in them
PICTURES, TOKENS = 8, 6  # of a scene, of a picture
OFTEN = (2, 4)  # tokens of a thing in a picture, from and below
HEARD = (6, 13)  # tokens of a scene's sound, likewise
MUCH = (0.4, 1.2)  # of each word of what lies there
LITTLE = (0.0, 0.4)  # of what lies beside it
STRAY, STRAYED = 4, 0.3  # words that mean nothing, and how much of them there is at most
UNMOVED = 0.3  # share of the tokens that don't tell what a thing does
LONG = 3  # letters of a word that may stand for a colour, at least

Draw = np.random.Generator
Part = list[tuple[str, tuple[float, float]]]  # words, and from how much to how much of each


class Blended(nn.Module):
    """Such rows as the language model reads them: its own vectors for words, summed."""

    def __init__(self, table: nn.Embedding):
        super().__init__()
        self.table = table

    def forward(self, values: Tensor) -> Tensor:
        return values.to(self.table.weight.dtype) @ self.table.weight


class Blends:
    """Tokens of scenes, made of what is true of them."""

    def __init__(self, words: Words):
        self.tokenizer, self.size = words.tokenizer, len(words.tokenizer)
        self._tokens = lru_cache(4096)(self._looked_up)
        # those of its words that stand in the vocabulary as they are
        words = sorted({each for each in map(self._word, range(self.size)) if each.isalpha()})
        self.whole = tuple(
            each
            for each in words
            if len(each) >= LONG and each not in world.COLOURS and len(self._tokens(each)) == 1
        )

    def sight(
        self, clip: world.Clip, scene: world.Scene, times: Sequence[float], draw: Draw
    ) -> Rows:
        """What pictures of a scene show, a few tokens each."""
        found: list[Part] = []
        for time in times:
            place = world.word(draw, "place", scene.place)
            deeds = [world.deed(actor, draw) for actor in world.visible(clip, time)]
            lying = [deed for deed in deeds for _ in range(int(draw.integers(*OFTEN)))]
            lying += [()] * max(0, TOKENS - len(lying))
            told = draw.random((TOKENS, len(deeds))) >= UNMOVED
            for spot, row in zip(draw.permutation(len(lying))[:TOKENS], told, strict=True):
                part: Part = [(place, LITTLE if lying[spot] else MUCH)]
                for deed, moves in zip(deeds, row, strict=True):
                    much = MUCH if deed is lying[spot] else LITTLE
                    part += [(word, much) for word in (deed if moves else deed[:-1])]
                found.append(part)
        return self._rows(found, draw)

    def sound(self, clip: world.Clip, scene: world.Scene, draw: Draw) -> Rows:
        """What is heard of a scene, in equal parts."""
        edges = np.linspace(scene.start, scene.end, int(draw.integers(*HEARD)) + 1).tolist()
        heard = [world.sounded(clip, start, end, draw) for start, end in pairwise(edges)]
        return self._rows([[(name, MUCH) for name in names] for names in heard], draw)

    def _rows(self, parts: Sequence[Part], draw: Draw) -> Rows:
        spots, tokens, least, most = [], [], [], []
        for spot, part in enumerate(parts):
            for word, (low, high) in part:
                for token in self._tokens(word):
                    spots.append(spot)
                    tokens.append(token)
                    least.append(low)
                    most.append(high)
        rows = np.zeros((len(parts), self.size), np.float32)
        np.add.at(rows, (spots, tokens), draw.uniform(least, most))
        stray = draw.integers(self.size, size=(len(parts), STRAY))
        much = draw.uniform(-STRAYED, STRAYED, stray.shape)
        np.add.at(rows, (np.arange(len(parts))[:, None], stray), much)
        return Rows(SENSE, rows)

    def _looked_up(self, word: str) -> list[int]:
        return self.tokenizer(f" {word}", add_special_tokens=False).input_ids

    def _word(self, token: int) -> str:
        """What a token stands for where it begins a word; nothing for one that doesn't."""
        text = self.tokenizer.decode([token], clean_up_tokenization_spaces=False)
        return text[1:] if text.startswith(" ") else ""
