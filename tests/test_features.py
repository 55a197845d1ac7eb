"""What training reads is what is told from in use: by the same senses, and the same eye."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from summarizer import features
from summarizer.data import manifest, perceived
from summarizer.data.manifest import Example, Told
from summarizer.data.perceived import part_of
from summarizer.pipeline import load
from tests import clips

CAPTION = (Told("a red lamp", name="caption"),)


@pytest.fixture(scope="module")
def short(tmp_path_factory) -> Path:
    """3 s with a cut and tones."""
    return clips.with_cuts(tmp_path_factory.mktemp("short") / "short.mp4", (1.5, 1.5))


def run(path: Path, *words: object) -> int:
    home = ["--cache", str(path.parent / "cache")]
    return features.main([str(path), "--preset", "tiny", *home, *map(str, words)])


def picture(path: Path, seed: int, size=(500, 300), **how) -> Path:
    small = np.random.default_rng(seed).integers(0, 255, (6, 10, 3)).astype(np.uint8)
    Image.fromarray(small).resize(size).save(path, **how)
    return path


def same(one, other) -> bool:
    return np.array_equal(one.times, other.times) and np.array_equal(one.values, other.values)


def test_it_is_what_the_app_perceives(short, tiny_weights, tmp_path):
    (tmp_path / "a.mp4").write_bytes(short.read_bytes())
    whole = Example("whole", "a.mp4", seconds=3.0, wish="a penguin")
    part = Example("part", "a.mp4", part=(1.25, 3.0))
    twin = Example("twin", "a.mp4", wish="a lamp")
    manifest.write([whole, part, twin], tmp_path / "m.jsonl")
    assert run(tmp_path / "m.jsonl") == 0
    seen = load("tiny", cache=tmp_path / "cache").perceive(tmp_path / "a.mp4")
    found = perceived.read(tmp_path / "m.features")
    for name, expected in (
        ("whole", seen), ("twin", seen), ("part", part_of(seen, 1.25, 3.0)),
    ):  # fmt: skip
        got = found.perception(found.kept[name])
        assert got.curves == expected.curves and got.lines == expected.lines, name
        assert got.events == expected.events and got.video.seconds == expected.video.seconds
        # the others are BLIP's, which this preset does not look with
        assert {each.name for each in got.tracks} == set(perceived.TRACKS) - {"frames"}
        assert all(same(each, expected.track(each.name)) for each in got.tracks)
    assert found.kept["whole"].entry == found.kept["twin"].entry != found.kept["part"].entry
    from summarizer.models.beholding import asked_of

    vectors = found.wish(found.kept["whole"])
    assert vectors.keys() == {"sight", "hearing"} and not found.kept["part"].wish
    for name, by in (("sight", "tiny-clip"), ("hearing", "tiny-clap")):
        assert vectors[name] == pytest.approx(asked_of("a penguin", name, by), abs=2e-3)
    lines = (tmp_path / "m.features" / perceived.INDEX).read_text()
    (tmp_path / "a.mp4").unlink()  # what is kept is not looked at again
    assert run(tmp_path / "m.jsonl") == 0
    assert (tmp_path / "m.features" / perceived.INDEX).read_text() == lines


def test_pictures_go_through_the_eye_that_looks_at_videos(tiny_weights, tmp_path, capsys):
    for seed in range(3):
        picture(tmp_path / f"{seed}.png", seed)
    picture(tmp_path / "turned.jpg", 3, (60, 100), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12"
            b"\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")  # fmt: skip
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    names = ["0.png", "1.png", "2.png", "turned.jpg", "broken.jpg", "gone.jpg", "0.png"]
    manifest.write(
        [Example(f"{n}", image=name, captions=CAPTION) for n, name in enumerate(names)],
        tmp_path / "m.jsonl",
    )
    assert run(tmp_path / "m.jsonl") == 1
    said = capsys.readouterr()
    assert "left out: 4: broken.jpg is no picture" in said.err
    assert "left out: 5: gone.jpg can't be read" in said.err and "5 examples, 2 left" in said.out
    found = perceived.read(tmp_path / "m.features")
    seen = [found.perception(found.kept[str(n)]) for n in (0, 1, 2, 3, 6)]
    assert seen[0].video.size == (320, 192) and seen[3].video.size == (100, 60)  # upright
    assert same(seen[0].track("patches"), seen[4].track("patches"))
    assert not same(seen[0].track("patches"), seen[1].track("patches"))
    from summarizer.config import Config
    from summarizer.models import hub
    from summarizer.models.vision import load_eye
    from summarizer.senses.pictured import middle
    from summarizer.senses.sight import merged

    eye, by_hands = load_eye(hub.folder("tiny-clip"), "cpu"), []
    for number in range(3):  # by hand, one at a time
        with Image.open(tmp_path / f"{number}.png") as image:
            square = image.convert("RGB").crop((100, 0, 400, 300))
        frame = middle(np.asarray(square.resize((192, 192), Image.Resampling.BOX)), 224)
        by_hand = eye.look(frame[None])
        tokens = merged(by_hand.patches, Config().vision)
        assert seen[number].track("patches").values.shape == tokens.shape
        by_hands.append(by_hand.embedding[0])
    rows = np.array([each.track("sight").values[0].astype("f4") for each in seen[:3]])
    near = rows @ np.array(by_hands).T
    assert near.diagonal().min() > 0.98 and near.argmax(1).tolist() == [0, 1, 2]


def test_a_few_are_drawn_the_same_whenever_asked():
    many = [Example(f"{n}") for n in range(200)]
    few = features.drawn(many, 20)
    assert len(few) == 20 and few == features.drawn(many[::-1], 20)[::-1]
    assert few != many[:20] and features.drawn(many, None) == many
    assert set(few) <= set(features.drawn(many, 50))


def test_what_is_wrong_is_one_sentence(tiny_weights, tmp_path, monkeypatch, capsys):
    away = Example("away", "https://example.org/a.mp4")
    manifest.write([away, Example("gone", "gone.mp4")], tmp_path / "m.jsonl")
    assert run(tmp_path / "m.jsonl") == 1
    said = capsys.readouterr().err
    assert "left out: away: it is named by an address; fetch it first" in said
    assert "left out: gone: gone.mp4 can't be read: no such file" in said
    assert run(tmp_path / "m.jsonl", "--set", "vision.keep_tokens=4") == 2
    assert "holds features by the preset 'tiny' or by other settings" in capsys.readouterr().err
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nothing"))
    assert run(tmp_path / "m.jsonl", "--out", tmp_path / "other") == 2
    assert "python -m summarizer.weights get tiny" in capsys.readouterr().err
    assert json.loads((tmp_path / "m.features" / "index.jsonl").read_text())["made"]["preset"]
    manifest.write([Example("a", image="a.png")], tmp_path / "p.jsonl")
    picture(tmp_path / "a.png", 0)
    assert features.main([str(tmp_path / "p.jsonl"), "--preset", "offline"]) == 2
    assert "this preset has no eye for pictures" in capsys.readouterr().err
