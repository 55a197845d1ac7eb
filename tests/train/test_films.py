"""Where films come from, and that what made their features is one thing."""

from pathlib import Path

import numpy as np
import pytest

from summarizer.data import benchmark, manifest, perceived, world
from summarizer.data.manifest import Example, Rated, Told
from summarizer.errors import SummarizerError
from summarizer.schema import Track
from summarizer.train import films
from tests import annotated, perceptions
from tests.tiny_bert import save as save_bert


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


def kept(folder, name: str, rows: np.ndarray, maker: str = "an eye") -> None:
    video = perceptions.video(float(len(rows)))
    seen = perceptions.perception(video, tracks=[sight(rows, maker)])
    perceived.Keeper(folder, {"preset": "tiny"}).keep(name, f"{name}.mp4", seen)


def sight(rows: np.ndarray, maker: str) -> Track:
    return Track("sight", np.arange(len(rows)) + 0.5, rows.astype(np.float16), maker)


def manifested(place):
    """A manifest of five, four of which were perceived."""
    rated = Rated(2.0, ((0.0, 0.2, 0.4, 0.6, 0.8, 1.0), (0.0, 0.4, 0.8, 0.6, 0.8, 1.0)))
    masks = Rated(1.0, ((1.0, 0.0, 0.0),))
    examples = [
        Example("a", video="a.mp4", story=(Told("One."), Told("Two.")), wish="no", split="train",
                saliency=rated),
        Example("b", video="b.mp4", captions=(Told("Three."),), split="val", masks=masks),
        Example("c", video="c.mp4", wish="Four?", split="test"),
        Example("d", video="d.mp4", split="train"),  # nobody says anything of it
        Example("e", video="e.mp4", wish="Five", split="train"),  # was not perceived
    ]  # fmt: skip
    path = place / "manifest.jsonl"
    manifest.write(examples, path)
    for number, name in enumerate("abcd"):
        kept(perceived.place_of(path), name, np.full((3, 4), number + 0.5))
    return path


def test_films_of_a_manifest(tmp_path):
    path = manifested(tmp_path)
    features = perceived.read(perceived.place_of(path))
    (film,) = films.numbered(films.of_manifest(path, features))
    assert (film.name, film.text) == ("a", "One. Two.")
    np.testing.assert_array_equal(film.rows, np.full((3, 4), 0.5))
    np.testing.assert_allclose(film.target, [0.3, 0.6, 1.0])  # the second half of each second
    (other,) = films.numbered(films.of_manifest(path, features, ["val"]))
    assert other.text == "Three." and other.target.tolist() == [1, 0, 0]
    found = films.gathered([path])
    assert [each.name for each in found.films] == ["a"] and found.made_by == "an eye"
    assert [each.name for each in found.held] == ["b"]


def test_what_is_kept_of_a_manifest_is_by_one_model(tmp_path):
    path = manifested(tmp_path)
    kept(perceived.place_of(path), "a", np.ones((3, 5)), "another eye")
    kept(perceived.place_of(path), "e", np.ones((3, 4)))
    with pytest.raises(SummarizerError, match=r"kept for manifest\.jsonl is by 2 models"):
        films.gathered([path])


def test_a_part_of_a_benchmark_is_held_out(tmp_path):
    annotated.folder(tmp_path, count=10, width=4)
    (path,) = tmp_path.glob("*.h5")
    found = films.gathered([path])
    learned, held = ({each.name for each in part} for part in (found.films, found.held))
    assert len(learned) == 8 and len(held) == 2 and not learned & held
    assert found.made_by == "google_pool5"


def test_nothing_to_learn_from_is_said(tmp_path):
    path = manifested(tmp_path)
    manifest.write([Example("d", video="d.mp4")], path)
    with pytest.raises(SummarizerError, match=r"manifest\.jsonl hold no video to learn from"):
        films.gathered([path])
    annotated.folder(tmp_path, count=2, width=4)
    path = manifested(tmp_path)
    with pytest.raises(SummarizerError, match="the features are by an eye and google_pool5"):
        films.gathered([path, *tmp_path.glob("*.h5")])


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


def test_clips_of_the_little_world_are_wished_for():
    """Of each clip one film without a wish, and others with what is worth them."""
    looked = []

    def look(pictures: np.ndarray) -> np.ndarray:
        looked.append(len(pictures))
        return np.zeros((len(pictures), 2), np.float32)

    rendered = films.Rendered("train", 2, look, wished=True, size=(32, 18))
    found = list(films.numbered(rendered))
    assert len(found) == 2 * films.EACH and len(looked) == 2  # a clip is drawn once
    for number, film in enumerate(found):
        clip = world.plan(number // films.EACH, "train")
        assert bool(film.text) == bool(number % films.EACH)
        meant = {each.text: each for each in world.wishes(clip, world.dice(clip.seed, "films"))}
        worth = world.saliency(clip, meant[film.text])
        assert film.target.shape == (len(film.rows),) == (looked[number // films.EACH],)
        # two pictures a second
        np.testing.assert_array_equal(film.target[::2], worth[: len(film.target[::2])])
    assert len({film.text for film in found}) > films.EACH


@pytest.mark.parametrize("wished", [False, True])
def test_the_little_world_stands_for_a_file(tiny_weights, monkeypatch, wished):
    monkeypatch.setattr(films, "EYE", "tiny-clip")
    found = films.gathered([Path("world:2")], wished=wished)
    assert found.made_by == "tiny-clip" and len(found.films) == (2 * films.EACH if wished else 2)
    assert {film.target is not None for film in found.films} == {wished}
    names = {film.name for film in found.films} & {film.name for film in found.held}
    assert found.held[0].name == "validation 0" and not names
    for wrong in ("world:", "world:0", "world:ten"):
        with pytest.raises(SummarizerError, match="1 to 20000 clips"):
            films.gathered([Path(wrong)])


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
