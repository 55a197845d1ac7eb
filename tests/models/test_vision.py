"""The eye against open_clip's own paths, a hook, another library, and folders that don't fit."""

import json
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from summarizer.errors import WeightsError
from summarizer.models import tiny_vision, vision
from summarizer.models.projector import Projector
from summarizer.models.vision import CONFIG, WEIGHTS, load_eye

EXAMPLES = Path(__file__).parents[2] / "examples"
GREY_LEVEL = 1 / 255 / 0.26  # one step of 256, after the division by the least deviation


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # for small tensors, more only wait for each other
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("weights") / "tiny-clip"
    tiny_vision.save(made)
    return made


@pytest.fixture(scope="module")
def eye(folder):
    return load_eye(folder)


def frames_of(name: str, count: int = 3) -> np.ndarray:
    import av

    with av.open(str(EXAMPLES / name)) as container:
        container.streams.video[0].codec_context.skip_frame = "NONKEY"
        found = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.stack(found[:: max(1, len(found) // count)][:count])


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), np.uint8)


# -- pictures made fit ----------------------------------------------------------------------------


def as_open_clip_does(eye, frames: np.ndarray) -> torch.Tensor:
    from open_clip.transform import PreprocessCfg, image_transform_v2

    prepare = image_transform_v2(PreprocessCfg(**eye.model.visual.preprocess_cfg), is_train=False)
    return torch.stack([prepare(Image.fromarray(frame)) for frame in frames])


@pytest.mark.parametrize("name", ["day.mp4", "lecture.mp4", "match.mp4"])
def test_real_frames_are_prepared_as_open_clip_prepares_them(eye, name):
    frames = frames_of(name)
    for given in (frames, frames[:, :, 300:700], frames[:, ::4, ::4], frames[:, ::8, ::4]):
        given = np.ascontiguousarray(given)
        apart = (eye.prepare(torch.tensor(given)) - as_open_clip_does(eye, given)).abs()
        assert apart.max() <= 2.01 * GREY_LEVEL
        assert apart.mean() <= 0.01 * GREY_LEVEL


@pytest.mark.parametrize(
    "shape", [(224, 224), (225, 224), (171, 300), (5, 3), (1, 1), (2, 7), (99, 390)]
)
def test_any_shape_is_prepared_as_open_clip_prepares_it(eye, shape):
    frames = noise(2, *shape)
    prepared = eye.prepare(torch.tensor(frames))
    assert prepared.shape == (2, 3, 224, 224)
    assert (prepared - as_open_clip_does(eye, frames)).abs().max() <= 2.01 * GREY_LEVEL


@pytest.mark.parametrize("shape", [(2, 3000), (3000, 2)])
def test_a_sliver_keeps_its_middle_and_does_not_fill_the_memory(eye, shape):
    frames = np.zeros((2, *shape, 3), np.uint8)
    frames[
        :, shape[0] * 2 // 5 : shape[0] * 3 // 5 + 1, shape[1] * 2 // 5 : shape[1] * 3 // 5 + 1
    ] = 255
    prepared = eye.prepare(torch.tensor(frames))
    assert prepared.shape == (2, 3, 224, 224)
    assert (prepared > 1.9).all(), "the middle is white"


def test_the_folder_says_how_pictures_are_made_fit(folder, tmp_path):
    other = copied(
        folder,
        tmp_path,
        preprocess_cfg={"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bilinear"},
    )
    eye, frames = load_eye(other), noise(1, 90, 160)
    assert eye.prepare.mean == (0.5, 0.5, 0.5)
    apart = (eye.prepare(torch.tensor(frames)) - as_open_clip_does(eye, frames)).abs()
    assert apart.max() <= 2.01 * 2 / 255
    assert not np.allclose(eye.look(frames).embedding, load_eye(folder).look(frames).embedding)


# -- looking --------------------------------------------------------------------------------------


def test_one_look_is_encode_image_and_what_a_hook_sees(eye):
    frames = frames_of("day.mp4", 4)
    seen, caught = eye.look(frames), []
    hook = eye.model.visual.transformer.resblocks[-2].register_forward_hook(
        lambda module, given, made: caught.append(made)
    )
    with torch.no_grad():
        whole = eye.model.encode_image(eye.prepare(torch.tensor(frames)), normalize=True)
    hook.remove()
    assert np.allclose(seen.embedding, whole.numpy(), atol=1e-6)
    assert torch.allclose(seen.patches, caught[0][:, 1:], atol=1e-6)
    assert seen.embedding.dtype == np.float32
    assert seen.patches.shape == (4, eye.patches, eye.patch_width) == (4, 49, 32)


def test_another_library_with_the_same_weights_sees_the_same(eye):
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    shape = tiny_vision.MODEL["vision_cfg"]
    config = CLIPVisionConfig(
        hidden_size=32, intermediate_size=128, projection_dim=32, num_hidden_layers=shape["layers"],
        num_attention_heads=2, image_size=224, patch_size=32, hidden_act="gelu",
    )  # fmt: skip
    other = CLIPVisionModelWithProjection(config).eval()
    other.load_state_dict(
        in_other_names(eye.model.visual.state_dict(), shape["layers"]), strict=False
    )
    frames = frames_of("match.mp4", 3)
    with torch.no_grad():
        made = other(eye.prepare(torch.tensor(frames)), output_hidden_states=True)
    seen = eye.look(frames)
    unit = torch.nn.functional.normalize(made.image_embeds, dim=-1).numpy()
    assert np.allclose(seen.embedding, unit, atol=1e-5)
    assert torch.allclose(seen.patches, made.hidden_states[-2][:, 1:], atol=1e-5)


def in_other_names(state: dict, layers: int) -> dict:
    made = {
        "visual_projection.weight": state["proj"].T,
        "vision_model.embeddings.class_embedding": state["class_embedding"],
        "vision_model.embeddings.patch_embedding.weight": state["conv1.weight"],
        "vision_model.embeddings.position_embedding.weight": state["positional_embedding"],
    }
    norms = {"ln_pre": "pre_layrnorm", "ln_post": "post_layernorm"}
    names = {
        "ln_1": "layer_norm1", "ln_2": "layer_norm2", "attn.out_proj": "self_attn.out_proj",
        "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2",
    }  # fmt: skip
    for kind in ("weight", "bias"):
        for mine, theirs in norms.items():
            made[f"vision_model.{theirs}.{kind}"] = state[f"{mine}.{kind}"]
        for layer in range(layers):
            mine, theirs = f"transformer.resblocks.{layer}", f"vision_model.encoder.layers.{layer}"
            for name, other in names.items():
                made[f"{theirs}.{other}.{kind}"] = state[f"{mine}.{name}.{kind}"]
            for name, part in zip(
                "qkv", state[f"{mine}.attn.in_proj_{kind}"].chunk(3), strict=True
            ):
                made[f"{theirs}.self_attn.{name}_proj.{kind}"] = part
    return made


def test_many_frames_are_looked_at_in_bounded_batches(eye, monkeypatch):
    frames, sizes = noise(7, 40, 60), []
    whole, look = eye.look(frames), eye._pass
    monkeypatch.setattr(vision, "PIXELS", 3 * 40 * 60)
    monkeypatch.setattr(eye, "_pass", lambda each: sizes.append(len(each)) or look(each))
    parts = eye.look(frames)
    assert sizes == [3, 3, 1]
    assert np.allclose(parts.embedding, whole.embedding, atol=1e-6)
    assert torch.allclose(parts.patches, whole.patches, atol=1e-5)


def test_a_batch_is_its_frames_one_by_one(eye):
    frames = frames_of("lecture.mp4", 4)
    many = eye.look(frames)
    for number, frame in enumerate(frames):
        one = eye.look(frame[None])
        assert np.allclose(many.embedding[number], one.embedding[0], atol=1e-6)
        assert torch.allclose(many.patches[number], one.patches[0], atol=1e-5)


def test_no_frames_and_what_are_no_frames(eye):
    seen = eye.look(noise(0, 40, 60))
    assert seen.embedding.shape == (0, 32) and seen.patches.shape == (0, 49, 32)
    for wrong in (noise(40, 60), noise(2, 40, 60)[..., :2], noise(2, 40, 60).astype(np.float32)):
        with pytest.raises(ValueError, match=r"frames are uint8 \(frames, height, width, 3\), not"):
            eye.look(wrong)


def test_a_projector_can_learn_from_patches_and_the_eye_does_not(eye):
    projector = Projector(eye.patch_width, 8)
    projector(eye.look(noise(1, 30, 30)).patches).square().mean().backward()
    assert projector.first.weight.grad.abs().sum() > 0
    assert not any(each.requires_grad for each in eye.model.parameters())


# -- reading --------------------------------------------------------------------------------------

TEXTS = [
    "a dog on a beach",
    "",
    "a <end_of_text> cat",
    "!!!",
    "the goal!",
    "word " * 400,
    "x" * 9000,
    "ein Käse 🧀 <b>",
    "喜び",
]


def test_texts_are_read_as_open_clip_reads_them(eye):
    import open_clip

    with torch.no_grad():
        pieces = open_clip.get_tokenizer("ViT-B-32")(TEXTS)
        expected = eye.model.encode_text(pieces, normalize=True).numpy()
    rows = eye.read(TEXTS)
    assert rows.shape == (len(TEXTS), eye.width) and rows.dtype == np.float32
    assert np.allclose(rows, expected, atol=1e-5)
    assert np.array_equal(eye.read(TEXTS[::-1]), rows[::-1])
    assert eye.read([]).shape == (0, eye.width)


def test_a_text_read_before_costs_nothing_and_what_is_kept_is_bounded(folder, monkeypatch):
    eye = load_eye(folder)
    monkeypatch.setattr(vision, "REMEMBERED", 3)
    rows = eye.read(["one", "two", "three", "four", "five"])
    assert list(eye._known) == ["three", "four", "five"]
    monkeypatch.setattr(eye, "model", None)
    assert np.array_equal(eye.read(["five", "three", "five"]), rows[[4, 2, 4]])


def test_many_threads_share_one_eye(eye):
    frames = noise(6, 50, 80)
    texts = [f"scene number {number}" for number in range(12)]
    alone = eye.look(frames)
    read = eye.read(texts)
    eye._known.clear()

    def work(number: int):
        return eye.look(frames[number % 6][None]).embedding[0], eye.read(texts[number % 12 :])[0]

    with ThreadPoolExecutor(6) as threads:
        for number, (seen, row) in enumerate(threads.map(work, range(36))):
            assert np.allclose(seen, alone.embedding[number % 6], atol=1e-6)
            assert np.allclose(row, read[number % 12], atol=1e-5)


# -- the door -------------------------------------------------------------------------------------


def test_nothing_touches_the_network(folder, monkeypatch):
    def refused(*_, **__):
        raise AssertionError("somebody asked the network")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refused)
    eye = load_eye(folder)
    eye.look(noise(1, 30, 30))
    eye.read(["a wish"])


def test_the_tiny_model_is_the_same_every_time(folder, tmp_path):
    state = torch.random.get_rng_state()
    tiny_vision.save(tmp_path / "again")
    tiny_vision.save(tmp_path / "other", seed=1)
    assert torch.equal(torch.random.get_rng_state(), state), "drawn from everybody's generator"
    assert (tmp_path / "again" / WEIGHTS).read_bytes() == (folder / WEIGHTS).read_bytes()
    assert (tmp_path / "other" / WEIGHTS).read_bytes() != (folder / WEIGHTS).read_bytes()


def test_what_was_saved_is_what_is_loaded(folder, eye):
    from safetensors.torch import load_file

    saved, loaded = load_file(folder / WEIGHTS), eye.model.state_dict()
    assert saved.keys() == loaded.keys()
    assert all(torch.equal(saved[name].float(), loaded[name]) for name in saved)


def copied(folder: Path, tmp_path: Path, **changes) -> Path:
    made = tmp_path / "changed-clip"
    shutil.copytree(folder, made)
    config = json.loads((made / CONFIG).read_text())
    for name, change in changes.items():
        config[name] = {**config[name], **change}
    (made / CONFIG).write_text(json.dumps(config))
    return made


def test_a_missing_or_damaged_file_is_named(folder, tmp_path):
    made = copied(folder, tmp_path)
    (made / WEIGHTS).rename(made / "open_clip_pytorch_model.bin")  # open_clip would take it
    with pytest.raises(WeightsError, match=rf"changed-clip has no {WEIGHTS}; get its weights"):
        load_eye(made)
    (made / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:100_000])
    with pytest.raises(WeightsError, match=r"changed-clip holds no fitting CLIP model: .+; get"):
        load_eye(made)
    (made / CONFIG).write_text("[1, 2")
    with pytest.raises(WeightsError, match=rf"changed-clip has no readable {CONFIG}; get"):
        load_eye(made)
    with pytest.raises(WeightsError, match=rf"nowhere has no readable {CONFIG}; get"):
        load_eye(tmp_path / "nowhere")


def test_the_other_name_that_published_weights_have(folder, tmp_path, eye):
    made, frames = copied(folder, tmp_path), noise(1, 30, 30)
    (made / WEIGHTS).rename(made / "open_clip_pytorch_model.safetensors")
    assert np.array_equal(load_eye(made).look(frames).embedding, eye.look(frames).embedding)


def rewritten(made: Path, change) -> Path:
    from safetensors.torch import load_file, save_file

    weights = load_file(made / WEIGHTS)
    change(weights)
    save_file(weights, made / WEIGHTS)
    return made


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda weights: weights.pop("visual.ln_post.bias"), r"visual\.ln_post\.bias"),
        (lambda weights: weights.update(other=torch.ones(2)), "other"),
        (lambda weights: weights.update({"visual.proj": torch.ones(32, 8)}), r"visual\.proj"),
        # open_clip would stretch these to fit
        (
            lambda weights: weights.update({"visual.positional_embedding": torch.ones(17, 32)}),
            r"visual\.positional_embedding is \[17, 32\] and should be \[50, 32\]",
        ),
        (
            lambda weights: weights.update(positional_embedding=torch.ones(40, 32)),
            r"positional_embedding is \[40, 32\] and should be \[77, 32\]",
        ),
    ],
    ids=["missing", "unexpected", "other shape", "other picture size", "other text length"],
)
def test_weights_that_do_not_fit_are_named(folder, tmp_path, change, named):
    made = rewritten(copied(folder, tmp_path), change)
    with pytest.raises(
        WeightsError,
        match=rf"changed-clip holds no fitting CLIP model: .*{named}.*; get its weights",
    ):
        load_eye(made)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (
            {"model_cfg": {"vision_cfg": {"timm_model_name": "vit_tiny"}}},
            "timm_model_name is 'vit_tiny'",
        ),
        ({"model_cfg": {"text_cfg": {"hf_tokenizer_name": "a/b"}}}, "hf_tokenizer_name is 'a/b'"),
        ({"model_cfg": {"text_cfg": {"hf_model_name": "a/b"}}}, "hf_model_name is 'a/b'"),
        ({"model_cfg": {"vision_cfg": None}}, "does not describe a model"),
        ({"model_cfg": {"custom_text": True}}, "a way of its own"),
        ({"model_cfg": {"surprise": 1}}, "surprise"),
        (
            {"preprocess_cfg": {"resize_mode": "squash"}},
            "wants pictures of 224 x 224 by their squash",
        ),
    ],
)
def test_a_model_of_another_kind_is_refused(folder, tmp_path, changes, named):
    with pytest.raises(WeightsError, match=f"changed-clip holds no fitting CLIP model: .*{named}"):
        load_eye(copied(folder, tmp_path, **changes))


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_sees_about_the_same(folder, eye, monkeypatch, precision):
    monkeypatch.setattr(vision, "_precision", lambda device: precision)
    half, frames = load_eye(folder), frames_of("day.mp4", 4)
    seen, exact = half.look(frames), eye.look(frames)
    assert seen.patches.dtype == {"bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    assert seen.embedding.dtype == np.float32
    assert np.allclose(np.linalg.norm(seen.embedding, axis=1), 1, atol=1e-5)
    assert (seen.embedding * exact.embedding).sum(-1).min() > 0.999
    assert torch.cosine_similarity(seen.patches.float(), exact.patches, dim=-1).min() > 0.995
    assert (half.read(TEXTS) * eye.read(TEXTS)).sum(-1).min() > 0.995


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_half_precision_on_a_cuda_device_sees_about_the_same(folder, eye):
    fast, frames = load_eye(folder, "cuda"), frames_of("day.mp4", 4)
    assert fast.dtype in (torch.bfloat16, torch.float16) and fast.look(frames).patches.is_cuda
    assert (fast.look(frames).embedding * eye.look(frames).embedding).sum(-1).min() > 0.999
    assert (fast.read(TEXTS) * eye.read(TEXTS)).sum(-1).min() > 0.995
