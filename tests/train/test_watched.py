"""Rows and annotators, of the little world and of released files."""

import numpy as np
import pytest

from summarizer.data import world
from summarizer.data.manifest import Example, Rated, Told
from summarizer.errors import SummarizerError
from summarizer.train.watched import Shelf, annotators, pixels, plain, render, rows_of, write_rows


def test_the_world_is_rendered_once_and_read_as_released_files_are(tmp_path):
    looks = []

    def look(pictures):
        looks.append(len(pictures))
        return pixels(24)(pictures)

    examples = render([3, 4], "train", look, tmp_path)
    again = render([3, 4], "train", look, tmp_path)
    assert len(looks) == 2
    shelf = Shelf(examples, tmp_path)
    clip = world.plan(3, "train")
    video = shelf[0]
    assert video.rows.shape == (int(np.ceil(clip.seconds)), 24)
    assert video.masks.shape == (10, len(video.rows))
    assert video.text == Shelf(again, tmp_path)[0].text == plain(video.text)
    scenes = [scene.start for scene in clip.scenes[1:]]
    assert len(video.edges) == len(scenes)
    assert all(abs(edge - start) <= 0.5 for edge, start in zip(video.edges, scenes, strict=True))
    with np.load(tmp_path / "train-3.npz") as held:
        np.testing.assert_array_equal(held["features"], video.rows)


def test_annotators_keep_a_share_of_what_happens_and_agree_in_part():
    found = []
    for number in range(30):
        clip = world.plan(number, "train")
        masks, worth = annotators(clip), world.saliency(clip, world.Wish())
        assert (masks.sum(1) == max(1, round(0.15 * len(worth)))).all()
        found.append(worth[masks.any(0)].mean() > worth.mean())
        np.testing.assert_array_equal(masks, annotators(clip))
    assert np.mean(found) > 0.95
    assert any(
        len(np.unique(annotators(world.plan(number, "train")), axis=0)) > 1 for number in range(5)
    )


def test_texts_are_without_marks():
    assert plain("A man's  DOG, barks: twice! (loud)") == "a man's dog barks twice loud"


def example(seconds: int) -> Example:
    masks = Rated(1.0, ((1.0,) * seconds,) * 10)
    story = (Told("One", 0.0, 4.0), Told("two.", 4.0, 8.0))
    return Example(id="v_x", video="v_x.mp4", seconds=seconds, story=story, masks=masks)


def test_sentences_are_joined_with_a_space_and_lengths_may_differ_a_little(tmp_path):
    write_rows(tmp_path / "v_x.npz", np.ones((10, 3), np.float16))
    video = Shelf([example(8)], tmp_path)[0]
    assert video.text == "one two"
    assert len(video.rows) == video.masks.shape[1] == 8
    assert video.edges == (4,)
    with pytest.raises(SummarizerError, match="rows of 10 seconds and masks of 20"):
        Shelf([example(20)], tmp_path)[0]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (np.ones(4), "shape"),
        (np.ones((2, 2), int), "int64"),
        (np.full((2, 2), np.nan), "finite"),
        (np.array([[{}]], object), "can be read"),
    ],
)
def test_files_that_hold_no_rows_are_refused(tmp_path, rows, said):
    np.savez(tmp_path / "v.npz", features=rows)
    with pytest.raises(SummarizerError, match=said):
        rows_of(tmp_path / "v.npz")


def test_files_that_are_none_are_refused(tmp_path):
    with pytest.raises(SummarizerError, match="extract"):
        rows_of(tmp_path / "v.npz")
    (tmp_path / "v.npz").write_bytes(b"no archive")
    with pytest.raises(SummarizerError, match="can be read"):
        rows_of(tmp_path / "v.npz")
    np.savez(tmp_path / "w.npz", other=np.ones((2, 2)))
    with pytest.raises(SummarizerError, match="features"):
        rows_of(tmp_path / "w.npz")
