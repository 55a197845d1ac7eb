"""Where films come from, and that what made their features is one thing."""

import numpy as np
import pytest

from summarizer.data import benchmark, manifest, world
from summarizer.data.manifest import Example, Told
from summarizer.errors import SummarizerError
from summarizer.train import films
from tests import annotated
from tests.tiny_bert import save as save_bert

ROWS = np.ones((4, 3), np.float32)


def test_films_of_a_benchmark(tmp_path):
    given = annotated.fields(width=4) | {"title": "How to bake", "category": "BK"}
    path = annotated.write(tmp_path / "eccv16_dataset_tvsum_google_pool5.h5", {"video_1": given})
    videos = list(benchmark.read(path, "tvsum").values())
    (film,) = films.of_benchmark(videos)
    assert (film.name, film.text) == ("tvsum/video_1", "How to bake. BK")
    np.testing.assert_array_equal(film.rows, given["features"])
    np.testing.assert_array_equal(film.target, given["gtscore"])
    assert films.made_by(videos) == "google_pool5"


def test_a_video_without_features_is_named(tmp_path):
    path = annotated.write(tmp_path / "tvsum.h5", {"video_1": annotated.fields()})
    with pytest.raises(SummarizerError, match="tvsum/video_1 has no features"):
        films.of_benchmark(benchmark.read(path, "tvsum").values())


def test_features_of_two_kinds_are_not_mixed(tmp_path):
    one = annotated.write(tmp_path / "tvsum_pool5.h5", {"video_1": annotated.fields(width=4)})
    other = annotated.write(tmp_path / "ovp_clip.h5", {"video_2": annotated.fields(width=4)})
    same = annotated.write(tmp_path / "ovp_pool5.h5", {"video_2": annotated.fields(width=4)})
    tvsum = list(benchmark.read(one, "tvsum").values())
    assert films.made_by([*tvsum, *benchmark.read(same, "ovp").values()]) == "pool5"
    with pytest.raises(
        SummarizerError, match=r"tvsum/video_1 are by 'pool5', 4 wide, .* 'clip', 4"
    ):
        films.made_by([*tvsum, *benchmark.read(other, "ovp").values()])


def test_films_of_a_manifest(tmp_path):
    examples = [
        Example("a", video="a.mp4", story=(Told("One."), Told("Two.")), wish="no", split="train"),
        Example("b", video="b.mp4", captions=(Told("Three."),), split="val"),
        Example("c", video="c.mp4", wish="Four?", split="train"),
        Example("d", video="d.mp4", split="train"),  # nobody says anything of it
        Example("e", video="e.mp4", wish="Five", split="train"),  # has no features
    ]
    path = tmp_path / "manifest.jsonl"
    manifest.write(examples, path)
    rows = dict.fromkeys("abcd", ROWS)
    texts = {each.name: each.text for each in films.of_manifest(path, rows)}
    assert texts == {"a": "One. Two.", "b": "Three.", "c": "Four?"}
    assert [each.name for each in films.of_manifest(path, rows, "val")] == ["b"]
    with pytest.raises(SummarizerError, match=r"manifest\.jsonl has no example with a text"):
        films.of_manifest(path, {"z": ROWS})


def test_clips_of_the_little_world_are_looked_at():
    looked = []

    def look(pictures: np.ndarray) -> np.ndarray:
        looked.append(pictures.shape)
        return pictures.reshape(len(pictures), -1)[:, :5].astype(np.float32)

    rendered = films.Rendered("train", 3, look, rate=1.0, size=(32, 18))
    film = rendered[2]
    seconds = world.plan(2, "train").seconds
    assert film.rows.shape == (int(np.ceil(seconds)), 5)
    assert looked == [(len(film.rows), 18, 32, 3)]
    assert film.text and rendered[2].text == film.text != rendered[1].text


def test_minilm_reads_words_and_wholes():
    read = films.reader()
    assert not read.whole(" ").any() and read.whole("a red car").shape == (384,)
    assert np.linalg.norm(read.whole("a red car")) == pytest.approx(1, abs=1e-5)
    words = read.words("a red car")
    assert words.shape == (3, 384)
    # each is seen among the others
    assert not np.allclose(words[1], read.words("the red flag")[1], atol=1e-2)


def test_bert_reads_from_its_folder(tmp_path):
    with pytest.raises(SummarizerError, match="no text encoder"):
        films.reader(str(tmp_path / "nowhere"))
    folder = tmp_path / "bert"
    save_bert(folder)
    read = films.reader(str(folder))
    words = read.words("a red car")
    assert words.shape[1] == read.width and len(words) >= 3
    mean = words.mean(0)
    np.testing.assert_allclose(read.whole("a red car"), mean / np.linalg.norm(mean), atol=1e-5)
    assert not read.whole("").any()


def test_a_stretch_is_somewhere_and_never_longer():
    draws = [np.random.default_rng(seed) for seed in range(60)]
    found = {(part.start, part.stop) for part in (films.stretch(7, 5, draw) for draw in draws)}
    assert found == {(0, 5), (1, 6), (2, 7)}
    assert films.stretch(3, 5, draws[0]) == slice(0, 5)
