"""The standard files: what is in them comes out, and what is wrong with them is said by name."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from summarizer.data import benchmark
from summarizer.data.benchmark import SETTINGS, load, read, splits
from summarizer.errors import SummarizerError
from tests import annotated

# -- the standard file ----------------------------------------------------------------------------


def test_every_field_comes_out(tmp_path):
    given = annotated.fields(width=3)
    path = annotated.write(tmp_path / "tvsum.h5", {"video_1": given})
    video = read(path, "tvsum")["tvsum/video_1"]
    assert (video.name, video.title, video.set) == ("tvsum/video_1", "Film 1", "tvsum")
    assert video.frames == given["n_frames"]
    assert video.seconds == pytest.approx(given["n_frames"] / 30)
    np.testing.assert_array_equal(video.picks, given["picks"])
    np.testing.assert_array_equal(video.masks, given["user_summary"] == 1)
    np.testing.assert_array_equal(video.scores, given["user_scores"])
    np.testing.assert_array_equal(video.said, video.scores)
    np.testing.assert_array_equal(video.target, given["gtscore"])
    np.testing.assert_array_equal(video.features, given["features"])
    # the file ends a shot with its last frame, here it is the one after
    covered = np.concatenate([np.arange(*shot) for shot in video.shots])
    np.testing.assert_array_equal(covered, np.arange(video.frames))
    np.testing.assert_array_equal(video.shots[:, 1] - 1, given["change_points"][:, 1])


def test_what_nobody_gave_is_absent(tmp_path):
    bare = ("n_frames", "picks", "change_points")
    given = {name: value for name, value in annotated.fields().items() if name in bare}
    video = read(annotated.write(tmp_path / "ovp.h5", {"video_1": given}), "ovp")["ovp/video_1"]
    assert video.title == "" and video.masks.shape == (0, video.frames)
    assert [video.scores, video.target, video.features, video.seconds] == [None] * 4
    assert video.said is video.masks


def test_videos_are_in_the_order_of_their_numbers(tmp_path):
    annotated.folder(tmp_path, count=11)
    assert list(load(tmp_path, "tvsum")) == [f"tvsum/video_{number}" for number in range(1, 12)]


def test_scores_may_lie_on_their_side(tmp_path):
    given = annotated.fields()
    turned = {**given, "user_anno": given["user_scores"].T}
    del turned["user_scores"]
    path = annotated.write(tmp_path / "tvsum.h5", {"video_1": turned})
    np.testing.assert_array_equal(read(path, "tvsum")["tvsum/video_1"].scores, given["user_scores"])


def test_a_blind_video_tells_nothing_people_said(tmp_path):
    path = annotated.write(tmp_path / "tvsum.h5", {"video_1": annotated.fields(width=2)})
    video = read(path, "tvsum")["tvsum/video_1"].blind()
    assert len(video.masks) == 0 and video.scores is None and video.target is None
    assert video.features is not None and len(video.shots) and len(video.picks)


def _gap(points):
    return np.delete(points, 3, axis=0)


def _over(points):
    return points + 1


BROKEN = [
    ("n_frames", lambda old: np.int64(0), "is 0, and 1 to"),
    ("n_frames", lambda old: 1.5, "not whole"),
    ("n_frames", lambda old: old - 20, "'picks' does not rise|'change_points' does not go"),
    ("picks", lambda old: old[::-1], "does not rise"),
    ("picks", lambda old: old[:0], "does not rise"),
    ("picks", lambda old: old - 1, "does not rise"),
    ("picks", lambda old: None, "is missing; there are change_points, features"),
    ("picks", lambda old: "a text", "holds no numbers"),
    ("n_steps", lambda old: old + 1, "picks"),
    ("change_points", _gap, "without gaps"),
    ("change_points", _over, "without gaps"),
    ("change_points", lambda old: old[:-1], "without gaps"),
    ("change_points", lambda old: old.ravel(), r"has the shape \(24,\), not any x 2"),
    ("n_frame_per_seg", lambda old: old + 1, "differs from the lengths"),
    ("n_frame_per_seg", lambda old: old[1:], r"not 12"),
    ("gtscore", lambda old: old[1:], "has the shape"),
    ("gtscore", lambda old: old * np.nan, "no finite number"),
    ("features", lambda old: np.ones((5, 3)), "has the shape"),
    ("user_summary", lambda old: old[:, 1:], "frames"),
    ("user_summary", lambda old: old * 2, "besides 0 and 1"),
    ("user_scores", lambda old: old[0], "has the shape"),
    ("fps", lambda old: 0.0, "is 0, not above 0"),
    ("video_name", lambda old: np.arange(3), "is no text"),
]


@pytest.mark.parametrize(("field", "change", "says"), BROKEN)
def test_a_broken_field_is_named(tmp_path, field, change, says):
    given = annotated.fields(width=2)
    changed = change(given.pop(field))
    given |= {} if changed is None else {field: changed}
    path = annotated.write(tmp_path / "tvsum_bad.h5", {"video_7": given})
    with pytest.raises(SummarizerError, match=says) as error:
        read(path, "tvsum")
    assert "tvsum_bad.h5: video_7: field" in str(error.value)


def test_a_field_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "MOST_VALUES", 100)
    path = annotated.write(tmp_path / "tvsum.h5", {"video_1": annotated.fields()})
    with pytest.raises(SummarizerError, match="at most 100 are read"):
        read(path, "tvsum")


def test_what_is_no_file_of_the_form(tmp_path):
    path = tmp_path / "tvsum.h5"
    path.write_bytes(b"not HDF5 at all")
    with pytest.raises(SummarizerError, match=r"tvsum\.h5: can't be read as HDF5"):
        read(path, "tvsum")
    with h5py.File(path, "w") as file:
        file["video_1"] = np.arange(3)
    with pytest.raises(SummarizerError, match="'video_1' is no group"):
        read(path, "tvsum")
    with h5py.File(path, "w") as file:
        file["video_1"] = h5py.SoftLink("/nowhere")
    with pytest.raises(SummarizerError, match=r"tvsum\.h5: can't be read"):
        read(path, "tvsum")
    h5py.File(path, "w").close()
    with pytest.raises(SummarizerError, match="0 videos"):
        read(path, "tvsum")


def test_the_file_is_found_by_the_name_of_the_set(tmp_path):
    annotated.folder(tmp_path / "some" / "where", "tvsum", 1)
    annotated.folder(tmp_path / "summe", "SumMe", 2)
    assert len(load(tmp_path, "tvsum")) == 1
    assert len(load(tmp_path, "summe")) == 2
    with pytest.raises(SummarizerError, match=r"holds no \.h5 files with 'ovp'"):
        load(tmp_path, "ovp")
    annotated.write(tmp_path / "some" / "where" / "my_tvsum.h5", {"video_1": annotated.fields()})
    with pytest.raises(SummarizerError, match=r"holds 2 \(eccv16_\S+, my_tvsum\.h5\)"):
        load(tmp_path, "tvsum")


# -- what the authors gave out --------------------------------------------------------------------


def tvsum_mat(path: Path, videos: dict[str, np.ndarray]) -> None:
    """The layout of ydata-tvsum50.mat: cells are references into the file."""
    with h5py.File(path, "w") as file:
        rows = {"video": [], "user_anno": []}
        for number, (title, scores) in enumerate(videos.items()):
            letters = np.array([[ord(letter)] for letter in title], np.uint16)
            rows["video"].append(file.create_dataset(f"#refs#/t{number}", data=letters).ref)
            rows["user_anno"].append(file.create_dataset(f"#refs#/s{number}", data=scores).ref)
        for name, found in rows.items():
            cells = file.create_dataset(f"tvsum50/{name}", (len(found), 1), h5py.ref_dtype)
            for number, reference in enumerate(found):
                cells[number, 0] = reference


@pytest.fixture
def without_scores(tmp_path) -> dict[str, dict]:
    """Two videos, the second without a name too, in a folder of a set given by the test."""
    videos = {f"video_{number}": annotated.fields(number) for number in (1, 2)}
    for video in videos.values():
        del video["user_scores"]
    del videos["video_2"]["video_name"]
    return videos


def test_tvsum_takes_the_scores_by_name_or_by_length(tmp_path, without_scores):
    annotated.write(tmp_path / "tvsum.h5", without_scores)
    lengths = [int(video["n_frames"]) for video in without_scores.values()]
    given = {"Film 1": np.full((20, lengths[0]), 3.0), "other": np.full((20, lengths[1]), 4.0)}
    tvsum_mat(tmp_path / "ydata-tvsum50.mat", given)
    one, other = load(tmp_path, "tvsum").values()
    np.testing.assert_array_equal(one.scores, given["Film 1"])
    np.testing.assert_array_equal(other.scores, given["other"])
    assert other.title == "other"


def test_scores_of_another_length_are_refused(tmp_path, without_scores):
    annotated.write(tmp_path / "tvsum.h5", without_scores)
    tvsum_mat(tmp_path / "ydata-tvsum50.mat", {"Film 1": np.ones((20, 17))})
    with pytest.raises(SummarizerError, match=r"ydata-tvsum50\.mat: Film 1: .* tvsum/video_1 has"):
        load(tmp_path, "tvsum")


def test_a_damaged_matlab_file_is_named(tmp_path, without_scores):
    annotated.write(tmp_path / "tvsum.h5", without_scores)
    (tmp_path / "ydata-tvsum50.mat").write_bytes(b"MATLAB 5.0, cut")
    with pytest.raises(SummarizerError, match=r"ydata-tvsum50\.mat: fields 'tvsum50/video'"):
        load(tmp_path, "tvsum")
    annotated.write(tmp_path / "summe.h5", without_scores)
    (tmp_path / "GT").mkdir()
    (tmp_path / "GT" / "Film 1.mat").write_bytes(b"MATLAB 5.0, cut")
    with pytest.raises(SummarizerError, match=r"Film 1\.mat: field 'user_score'"):
        load(tmp_path, "summe")


def test_summe_takes_the_scores_of_its_folder(tmp_path, without_scores):
    annotated.write(tmp_path / "summe.h5", without_scores)
    frames = int(without_scores["video_1"]["n_frames"])
    given = np.random.default_rng(0).integers(0, 5, (frames, 15))
    (tmp_path / "GT").mkdir()
    savemat(tmp_path / "GT" / "Film 1.mat", {"user_score": given})
    one, other = load(tmp_path, "summe").values()
    np.testing.assert_array_equal(one.scores, given.T)
    assert other.scores is None and other.said is other.masks


# -- splits ---------------------------------------------------------------------------------------

OWN = [f"tvsum/video_{number}" for number in range(1, 11)]
OTHERS = [f"{which}/video_{number}" for which in ("summe", "ovp") for number in range(1, 4)]


def file_of(place: Path, *parts: tuple[list[str], list[str]]) -> Path:
    path = place / "splits.json"
    path.write_text(json.dumps([{"train_keys": a, "test_keys": b} for a, b in parts]))
    return path


@given(st.integers(1, 30), st.integers(0, 100), st.sampled_from(SETTINGS), st.booleans())
@settings(deadline=None, max_examples=60)
def test_no_two_parts_of_a_split_meet(count, seed, setting, alone):
    own = [f"tvsum/video_{number}" for number in range(count)]
    others = [] if alone else OTHERS
    found = splits(own, others, setting, seed=seed)
    assert found == splits(own, others, setting, seed=seed)
    tested = [name for split in found for name in split.test]
    assert sorted(tested) == sorted(own)  # each once
    for split in found:
        parts = (split.train, split.validate, split.test)
        assert sum(map(len, parts)) == len({name for part in parts for name in part})
        rest = {*split.train, *split.validate}
        expected = {
            "canonical": set(own) - set(split.test),
            "augmented": (set(own) - set(split.test)) | set(others),
            "transfer": set(others),
        }
        assert rest == expected[setting]
        assert len(split.validate) == (max(1, round(0.2 * len(rest))) if len(rest) > 1 else 0)


def test_another_seed_draws_other_folds():
    assert splits(OWN, (), seed=1) != splits(OWN, (), seed=2)


def test_published_splits_are_kept(tmp_path):
    path = file_of(tmp_path, (["video_1", "video_2", "video_3"], ["video_9", "video_4"]))
    (split,) = splits(OWN, OTHERS, path=path)
    assert split.test == ("tvsum/video_9", "tvsum/video_4")
    assert {*split.train, *split.validate} == {f"tvsum/video_{number}" for number in (1, 2, 3)}
    (split,) = splits(OWN, OTHERS, "augmented", path)
    assert {*OTHERS} < {*split.train, *split.validate}


def test_keys_may_name_the_file_they_are_in(tmp_path):
    own = "eccv16_dataset_tvsum_google_pool5/"
    train = ["../datasets/eccv16_dataset_ovp_google_pool5.h5/video_2", f"{own}video_2"]
    train += ["eccv16_dataset_youtube_google_pool5/video_11"]  # whose file is not there
    path = file_of(tmp_path, (train, [f"{own}video_1"]))
    (split,) = splits(OWN, OTHERS, "augmented", path)
    assert split.test == ("tvsum/video_1",)
    known = {"ovp/video_2", "tvsum/video_2", "youtube/video_11"}
    assert {*split.train, *split.validate} == known  # and not all others as well


WRONG = [
    (["video_1"], ["video_1"], "canonical", "tvsum/video_1 is in both"),
    (["video_1"], ["video_11"], "canonical", "'test_keys' names tvsum/video_11, .* 10 videos"),
    (["video_1"], [], "canonical", "'test_keys' is empty"),
    (["video_1", "video_1"], ["video_2"], "canonical", "'train_keys' names a video twice"),
    (["video_99"], ["video_2"], "canonical", "'train_keys' names tvsum/video_99"),
    (["ovp/video_9"], ["video_2"], "augmented", "'train_keys' names ovp/video_9"),
    (["ovp/video_1"], ["video_2"], "canonical", "choose --setting augmented"),
    (["video_1"], ["video_2"], "transfer", "which transfer only tests on"),
    (["vimeo/video_1"], ["video_2"], "augmented", "'vimeo/video_1', and of which of tvsum"),
    ([3], ["video_2"], "canonical", "'train_keys' is no list of keys"),
    ("video_1", ["video_2"], "canonical", "'train_keys' is .* not a list"),
]


@pytest.mark.parametrize(("train", "test", "setting", "says"), WRONG)
def test_a_wrong_split_is_named(tmp_path, train, test, setting, says):
    path = file_of(tmp_path, (["video_1"], ["video_2"]), (train, test))
    if setting == "transfer":
        path = file_of(tmp_path, (["ovp/video_1"], ["video_2"]), (train, test))
    with pytest.raises(SummarizerError, match=says) as error:
        splits(OWN, OTHERS, setting, path)
    assert str(error.value).startswith("splits.json, entry 2: ")


@pytest.mark.parametrize("text", ["{}", "[]", "[1]", "[{", '[{"test_keys": []}]'])
def test_what_is_no_split_file(tmp_path, text):
    path = tmp_path / "splits.json"
    path.write_text(text)
    with pytest.raises(SummarizerError, match=r"splits\.json"):
        splits(OWN, (), path=path)
    with pytest.raises(SummarizerError, match=r"no\.json"):
        splits(OWN, (), path=tmp_path / "no.json")


def test_a_setting_that_does_not_exist():
    with pytest.raises(SummarizerError, match="canonical"):
        splits(OWN, (), "random")


# -- the real files -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def benchmarks(shared_data) -> Path:
    folder = shared_data / "benchmarks"
    if not (folder / "tvsum").is_dir() or not (folder / "summe").is_dir():
        pytest.skip("the annotations of TVSum and SumMe are not among the public data here")
    return folder


@pytest.mark.parametrize(
    ("which", "count", "people"), [("tvsum", 50, {20}), ("summe", 25, {*range(15, 19)})]
)
def test_the_real_annotations(benchmarks, which, count, people):
    videos = load(benchmarks, which)
    assert len(videos) == count
    for video in videos.values():
        assert {len(video.masks), len(video.scores)} <= people
        assert video.title and video.seconds > 10
        assert video.masks.mean() <= 0.16
    # SumMe's masks are where its scores are above 0: two files that were made apart
    if which == "summe":
        assert all(((video.scores > 0) == video.masks).all() for video in videos.values())


def test_the_authors_file_says_the_same_as_the_standard_one(benchmarks, tmp_path):
    path = benchmark.find(benchmarks, "tvsum")
    copy = tmp_path / "tvsum.h5"
    with h5py.File(path) as old, h5py.File(copy, "w") as new:
        for key in old:
            for name in ("n_frames", "picks", "change_points"):  # neither names nor scores
                new[f"{key}/{name}"] = old[f"{key}/{name}"][()]
    mat = next((benchmarks / "tvsum").glob("ydata-tvsum50.mat"))
    (tmp_path / mat.name).symlink_to(mat.resolve())
    standard = read(path, "tvsum")
    for name, video in load(tmp_path, "tvsum").items():
        assert video.title == standard[name].title
        np.testing.assert_array_equal(video.scores, standard[name].scores)


@pytest.mark.parametrize("which", ["tvsum", "summe"])
@pytest.mark.parametrize("form", ["{}_splits", "non_overlap_random_{}_splits", "{}_aug_splits"])
def test_the_real_split_files(benchmarks, which, form):
    own, setting = load(benchmarks, which), "augmented" if "aug" in form else "canonical"
    path = benchmarks / "splits" / f"{form.format(which)}.json"
    found = splits(own, (), setting, path)
    tests = [name for split in found for name in split.test]
    assert len(found) == 5 and len(tests) == len(own)
    assert (len(set(tests)) == len(own)) == ("non_overlap" in form)
    extra = {name.partition("/")[0] for split in found for name in split.train} - {which}
    assert len(extra) == (3 if "aug" in form else 0)
