"""The authors' layout: names from their source, and their formulas written out once more."""

import pytest
import torch
from torch.nn.functional import gelu, layer_norm, linear

from summarizer.errors import WeightsError
from summarizer.models.saliency import released
from summarizer.models.saliency.dual import Dual, Shape

WIDTH, HEADS, ROOM, TEXT, WORDS = 128, 2, 20, 64, 50


def layout(width: int, room: int, text: int, layers: int, words: int) -> dict[str, tuple]:
    """Names and shapes of a checkpoint with context aggregation."""
    found = {"position_embeddings.weight": (room, width)}
    found |= attention("tt.blocks.0.", width) | norm("tt.blocks.0.norm2", width)
    found |= line("tt.blocks.0.mlp.fc1", 4 * width, width)
    found |= line("tt.blocks.0.mlp.fc2", width, 4 * width) | norm("tt.norm", width)
    found |= attention("local_atten_head.", width) | line("vsum_head.0", 1, width)
    bert = "text_decoder.bert."
    found[f"{bert}embeddings.word_embeddings.weight"] = (words, text)
    found[f"{bert}embeddings.position_embeddings.weight"] = (30, text)
    found[f"{bert}embeddings.position_ids"] = (1, 30)
    found |= norm(f"{bert}embeddings.LayerNorm", text)
    for layer in range(layers):
        at = f"{bert}encoder.layer.{layer}."
        for kind, reads in (("attention", text), ("crossattention", width)):
            found |= line(f"{at}{kind}.self.query", text, text)
            found |= line(f"{at}{kind}.self.key", text, reads)
            found |= line(f"{at}{kind}.self.value", text, reads)
            found |= line(f"{at}{kind}.output.dense", text, text)
            found |= norm(f"{at}{kind}.output.LayerNorm", text)
        found |= line(f"{at}intermediate.dense", 4 * text, text)
        found |= line(f"{at}output.dense", text, 4 * text) | norm(f"{at}output.LayerNorm", text)
    head = "text_decoder.cls.predictions."
    found |= line(f"{head}transform.dense", text, text) | norm(f"{head}transform.LayerNorm", text)
    return found | line(f"{head}decoder", words, text) | {f"{head}bias": (words,)}


def line(name: str, out: int, into: int) -> dict[str, tuple]:
    return {f"{name}.weight": (out, into), f"{name}.bias": (out,)}


def norm(name: str, width: int) -> dict[str, tuple]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def attention(name: str, width: int) -> dict[str, tuple]:
    inner = line(f"{name}attn.qkv", 3 * width, width) | line(f"{name}attn.proj", width, width)
    return norm(f"{name}norm1", width) | inner


@pytest.fixture
def held() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    shapes = layout(WIDTH, ROOM, TEXT, 1, WORDS)
    found = {name: 0.2 * torch.randn(shape) for name, shape in shapes.items()}
    head = "text_decoder.cls.predictions."
    found[f"{head}decoder.weight"] = found["text_decoder.bert.embeddings.word_embeddings.weight"]
    found[f"{head}decoder.bias"] = found[f"{head}bias"]
    return found


def attended(held, name: str, rows, open_):
    """Their attention over all rows, by one large mask."""
    normed = layer_norm(
        rows, (WIDTH,), held[f"{name}norm1.weight"], held[f"{name}norm1.bias"], 1e-6
    )
    all_ = linear(normed, held[f"{name}attn.qkv.weight"], held[f"{name}attn.qkv.bias"])
    found = []
    for head in range(HEADS):
        depth = WIDTH // HEADS
        asked, answers, read = (
            all_[:, part * WIDTH + head * depth : part * WIDTH + (head + 1) * depth]
            for part in range(3)
        )
        logits = asked @ answers.T / depth**0.5 + torch.where(open_, 0.0, -1e4)
        found.append(logits.softmax(-1) @ read)
    return rows + linear(
        torch.cat(found, -1), held[f"{name}attn.proj.weight"], held[f"{name}attn.proj.bias"]
    )


def scores(held, rows):
    """VTSUM-BLIP's scores of one video, from its paper and the order of its source."""
    count = len(rows)
    places = held["position_embeddings.weight"][:count]
    at = "tt.blocks.0."
    rows = attended(held, at, rows + places, torch.ones(count, count, dtype=torch.bool))
    inner = layer_norm(rows, (WIDTH,), held[f"{at}norm2.weight"], held[f"{at}norm2.bias"], 1e-6)
    inner = gelu(linear(inner, held[f"{at}mlp.fc1.weight"], held[f"{at}mlp.fc1.bias"]))
    rows = rows + linear(inner, held[f"{at}mlp.fc2.weight"], held[f"{at}mlp.fc2.bias"])
    rows = layer_norm(rows, (WIDTH,), held["tt.norm.weight"], held["tt.norm.bias"], 1e-6) + places
    order = torch.arange(count)
    rows = attended(held, "local_atten_head.", rows, (order[:, None] - order).abs() <= 2)
    return linear(rows, held["vsum_head.0.weight"], held["vsum_head.0.bias"])[:, 0]


@pytest.mark.parametrize("wrapped", ["", "base."])
def test_a_file_in_their_layout_scores_as_their_formulas_do(tmp_path, held, wrapped):
    named = {f"{wrapped}{name}": each for name, each in held.items()}
    state = {"model": named, "optimizer": {"state": {}}, "config": {"lr": 2e-5}, "epoch": 55}
    torch.save(state, tmp_path / "checkpoint.pth")
    dual = released.read(tmp_path / "checkpoint.pth")
    rows = torch.randn(13, WIDTH)
    found = dual(rows[None], torch.ones(1, 13, dtype=torch.bool)).saliency[0]
    torch.testing.assert_close(found, scores(held, rows), atol=1e-4, rtol=1e-4)
    assert dual.shape.kernel == 5
    assert dual.shape.tied
    told = dual.tell(
        rows[None], torch.ones(1, 13, dtype=torch.bool), torch.tensor([[1, 2]]), most=5
    )
    assert told.shape[1] <= 5


def test_words_that_are_written_by_other_vectors_are_kept(held):
    name = "text_decoder.cls.predictions.decoder.weight"
    dual = released.of(held | {name: held[name] + 1}, "own.pth")
    torch.testing.assert_close(dual.text.cls.predictions.decoder.weight, held[name] + 1)
    read = "text_decoder.bert.embeddings.word_embeddings.weight"
    torch.testing.assert_close(dual.text.bert.embeddings.word_embeddings.weight, held[read])


def test_the_published_size_has_the_published_shapes():
    with torch.device("meta"):
        dual = Dual(Shape())
    mine = {name: tuple(each.shape) for name, each in dual.state_dict().items()}
    theirs = {
        released.ours(name): shape
        for name, shape in layout(768, 512, 768, 12, 30_524).items()
        if "position_ids" not in name
    }
    room = "text.bert.embeddings.position_embeddings.weight"
    assert mine.pop(room) == (512, 768)
    del theirs[room]
    assert mine == theirs


def test_a_checkpoint_without_context_aggregation_has_no_window(held):
    bare = {name: each for name, each in held.items() if "local_atten" not in name}
    assert released.of(bare, "own.pth").near is None


def test_what_does_not_fit_is_refused_whole(tmp_path, held):
    with pytest.raises(WeightsError, match=r"1 unknown: memory\.keys"):
        released.of(held | {"memory.keys": torch.ones(2)}, "own.pth")
    short = {name: each for name, each in held.items() if name != "vsum_head.0.bias"}
    with pytest.raises(WeightsError, match=r"1 missing: saliency\.bias"):
        released.of(short, "own.pth")
    with pytest.raises(WeightsError, match="none of VTSUM-BLIP's"):
        released.of({"something": torch.ones(2)}, "own.pth")
    torch.save({"model": {"x": object}}, tmp_path / "bad.pth")
    with pytest.raises(WeightsError, match=r"bad\.pth"):
        released.read(tmp_path / "bad.pth")
    torch.save({"weights": {}}, tmp_path / "other.pth")
    with pytest.raises(WeightsError, match="no plain list"):
        released.read(tmp_path / "other.pth")
