"""Raw videos into the form of the benchmarks, and on to a table, with the tiny eye."""

from dataclasses import replace

import h5py
import numpy as np
import pytest

from summarizer import extract
from summarizer.data import benchmark
from summarizer.extract import eye_of, main
from summarizer.media import probe
from tests import annotated, clips


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Two clips of 12 s, cut at 3, 6 and 9 s."""
    folder = tmp_path_factory.mktemp("films")
    for name in ("Bike Polo", "Cooking"):
        clips.with_cuts(folder / f"{name}.mp4")
    return folder


def judged(place, frames: int, **more):
    """An annotation of 12 s that knows the film by name."""
    given = annotated.fields(1)
    given |= {
        "n_frames": np.int64(frames), "picks": np.arange(0, frames, 15),
        "n_steps": np.int64(len(range(0, frames, 15))),
        "change_points": np.array([[0, 99], [100, frames - 1]]),
        "n_frame_per_seg": np.array([100, frames - 100]), "length_s": 12.0,
        "user_summary": np.eye(3, frames, dtype=np.uint8),
        "user_scores": np.random.default_rng(0).random((3, frames)),
        "gtscore": np.linspace(0, 1, len(range(0, frames, 15))),
        "video_name": "Cooking",
    } | more  # fmt: skip
    del given["fps"]
    return annotated.write(place / "summe_annotations.h5", {"video_4": given})


def test_an_annotated_video_gets_features_at_its_picks(films, tmp_path, tiny_weights, capsys):
    like, out = judged(tmp_path, 300), tmp_path / "summe_tiny.h5"
    words = [str(films), "--set", "summe", "--preset", "tiny", "--like", str(like)]
    assert main([*words, "--out", str(out)]) == 0
    assert "[1/1] summe/video_4: 20 rows" in capsys.readouterr().out
    (video,) = benchmark.read(out, "summe").values()
    (given,) = benchmark.read(like, "summe").values()
    for field in ("picks", "shots", "masks", "scores", "target"):
        np.testing.assert_array_equal(getattr(video, field), getattr(given, field))
    assert (video.name, video.title, video.text) == ("summe/video_4", "Cooking", "Cooking")
    assert video.features.shape[0] == 20 and video.made_by == "tiny-clip"
    # the rows are those of the pictures at these times: alike within a shot of 3 s
    times = (given.picks + 0.5) / 25
    shot = (times // 3).astype(int)
    gaps = np.linalg.norm(video.features[:, None] - video.features[None], axis=-1)
    same = shot[:, None] == shot[None]
    assert gaps[same].mean() < 0.5 * gaps[~same].mean()


def test_a_video_nobody_judged_gets_shots(films, tmp_path, tiny_weights):
    out = tmp_path / "ovp_tiny.h5"
    words = [str(films), "--set", "ovp", "--preset", "tiny", "--out", str(out)]
    assert main(words) == 0
    first, second = benchmark.read(out, "ovp").values()
    assert (first.title, second.title) == ("Bike Polo", "Cooking")
    rate = float(probe(films / "Cooking.mp4", eye_of("tiny").config.limits).rate)
    assert np.diff(second.picks).tolist() == [round(rate / 2)] * (len(second.picks) - 1)
    assert second.frames == pytest.approx(12 * rate, abs=2) and not len(second.masks)
    edges = [0, *second.shots[:, 1]]
    np.testing.assert_array_equal(second.shots[:, 0], edges[:-1])
    assert edges[-1] == second.frames


def test_what_is_done_is_not_done_again(films, tmp_path, tiny_weights, monkeypatch):
    out = tmp_path / "ovp_tiny.h5"
    words = [str(films), "--set", "ovp", "--preset", "tiny", "--out", str(out)]
    looked, seen = extract.bare, []

    def watched(path, name, eye):
        seen.append(name)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return looked(path, name, eye)

    monkeypatch.setattr(extract, "bare", watched)
    assert main(words) == 130 and not out.exists()
    assert main(words) == 0
    assert seen == ["ovp/video_1", "ovp/video_2", "ovp/video_2"]
    assert len(benchmark.read(out, "ovp")) == 2


def test_what_cannot_be_done_is_left_out_and_said(films, tmp_path, tiny_weights, capsys):
    like = judged(tmp_path, 300)
    with h5py.File(like, "a") as file:
        for key, name, seconds in (("video_5", "Nowhere", 12.0), ("video_6", "Bike Polo", 60.0)):
            file.copy("video_4", key)
            del file[f"{key}/video_name"], file[f"{key}/length_s"]
            file[f"{key}/video_name"], file[f"{key}/length_s"] = name, seconds
    out = tmp_path / "out.h5"
    words = [str(films), "--set", "summe", "--preset", "tiny", "--like", str(like)]
    assert main([*words, "--out", str(out)]) == 1
    said = capsys.readouterr().out
    assert "video_5: left out:" in said and "holds no video called Nowhere" in said
    assert "it lasts 12.0 s, but its annotations 60.0 s" in said
    assert list(benchmark.read(out, "summe")) == ["summe/video_4"]


def test_errors_are_sentences(films, tmp_path, tiny_weights, capsys):
    words = [str(films), "--set", "ovp", "--out", str(tmp_path / "a.h5")]
    assert main([*words, "--preset", "offline"]) == 2
    assert "offline has no eye for pictures" in capsys.readouterr().err
    assert main([str(tmp_path / "no"), *words[1:], "--preset", "tiny"]) == 2
    assert "must be a folder of videos" in capsys.readouterr().err
    assert main([str(tmp_path), *words[1:], "--preset", "tiny"]) == 2
    assert "holds no video" in capsys.readouterr().err


def test_only_the_eye_has_to_be_here(tmp_path, monkeypatch):
    for name in ("HF_HUB_CACHE", "XDG_DATA_HOME", "CHECKPOINTS"):
        monkeypatch.setenv(name, str(tmp_path))
    for preset, eye in (("studio", "clip-vit-l-14"), ("progressive", "clip-vit-b-32")):
        with pytest.raises(extract.PresetError, match=f"the weights {eye}, .*weights get {eye}$"):
            eye_of(preset)


def test_features_by_another_eye_are_not_mixed(films, tmp_path, tiny_weights, capsys):
    out = tmp_path / "ovp.h5"
    words = [str(films), "--set", "ovp", "--preset", "tiny", "--out", str(out)]
    assert main(words) == 0
    other = replace(eye_of("tiny"), sense=type("Other", (eye_of("tiny").sense,), {"weights": "x"}))
    with pytest.raises(extract.PresetError, match="features by 'tiny-clip' and not by 'x'"):
        extract.extract(extract.alone(films, "ovp", other), out, other.made_by)
