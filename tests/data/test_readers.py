"""Each data set's form is read as it means, and whatever is broken in it is named.

The right files here are small ones of each form; the published ones are read where they are here.
"""

import copy
import csv
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from summarizer.data import entries, manifest
from summarizer.data.manifest import Example, Told
from summarizer.data.readers import READERS, youtube
from summarizer.errors import SummarizerError

A, B = "QOlSCBRmfWY", "sTEELN-vY30"  # two ids of the right shape

# -- one right file of each form, and what it means -----------------------------------------------

VIDEOXUM = {
    "video_id": f"v_{A}",
    "duration": 4.2,
    "sampled_frames": 4,
    "timestamps": [[0.0, 2.5], [2.0, 4.2]],
    "tsum": ["A woman dances.", " She  lies down. "],
    "vsum": [[[0, 1], [1, 2]], [[3, 4], [2, 3]]],
    "vsum_onehot": [[1, 0, 0, 1], [0, 1, 1, 0]],
}
CAPTIONS = {"duration": 4.2, "timestamps": [[0.0, 2.5]], "sentences": ["A woman dances."]}
HIGHLIGHT = {
    "qid": 7,
    "query": "a dog runs",
    "duration": 9,
    "vid": f"{A}_60.0_210.0",
    "relevant_windows": [[2, 6]],
    "relevant_clip_ids": [1, 2],
    "saliency_scores": [[1, 2, 3], [4, 0, 2]],
}
TRAILER = {
    "video_id": A,
    "video_fps": 25.0,
    "clip_id": f"{A}_0000090",
    "clip_path": "x/y.mp4",
    "clip_duration": 6.0,
    "clip_start_end_idx": [100, 250],
    "frame_caption": ["a man . ", ""],
    "music_caption": [
        {"text": "a flute", "time": "0:00-10:00"}, {"text": "a drum", "time": "10:00-20:00"},
    ],
    "caption": "A man walks.",
    "polish_caption": "A man walks home.",
}  # fmt: skip
MUSIC = {"video_id": A, "start": "115", "end": "125.5", "text": "Sad, slow piano"}
PICTURE = {
    "id": "0001",
    "image": "0001.jpg",
    "conversations": [
        {"from": "human", "value": "What is it?\n<image>"},
        {"from": "gpt", "value": "a red lamp"},
    ],
}
SUMMARY = {
    "id": A,
    "conversations": [
        {"from": "human", "value": "<video>\nPlease generate BOTH summaries."},
        {"from": "gpt", "value": "A dog comes [<f1>, <f2>]. It [sic] sleeps? [50]"},
    ],
    "meta": {"duration": 10.0, "token": {"<f1>": 1.0, "<f2>": 3.5}},
}


def listed(name: str) -> Callable[[Path, object], Path]:
    def put(folder: Path, *values: object) -> Path:
        (folder / name).write_text(json.dumps(list(values)))
        return folder

    return put


def lines(name: str) -> Callable[[Path, object], Path]:
    def put(folder: Path, *values: object) -> Path:
        (folder / name).write_text("".join(f"{json.dumps(each)}\n" for each in values))
        return folder

    return put


def named(name: str) -> Callable[[Path, object], Path]:
    def put(folder: Path, *values: object) -> Path:
        (folder / name).write_text(json.dumps({f"v_{A}": each for each in values}))
        return folder

    return put


def rows(name: str) -> Callable[[Path, object], Path]:
    def put(folder: Path, *values: dict) -> Path:
        with (folder / name).open("w", newline="") as file:
            table = csv.DictWriter(file, sorted({key for each in values for key in each}))
            table.writeheader()
            table.writerows(values)
        return folder

    return put


LISTED = {"id": A, "category": "Sports", "title": "A  goal.", "description": "", "query": "ball"}
TABLES = ("music-clips", "titles")  # in which everything is a text

FORMS = {
    "videoxum": (listed("val_videoxum.json"), VIDEOXUM),
    "activitynet": (named("train.json"), CAPTIONS),
    "qvhighlights": (lines("highlight_val_release.jsonl"), HIGHLIGHT),
    "mmtrail": (listed("MMTrail2M_sample1w.json"), TRAILER),
    "music-clips": (rows("test.csv"), MUSIC),
    "titles": (rows("train.csv"), LISTED),
    "cc3m": (listed("chat.json"), PICTURE),
    "coco": (listed("coco_cap_chat.json"), PICTURE),
    "instruct-v2xum": (listed("train.json"), SUMMARY),
}


def read(name: str, place: Path, skipped=None) -> list[Example]:
    return list(READERS[name](place, skipped))


def complaint(name: str, place: Path) -> str:
    with pytest.raises(SummarizerError) as caught:
        read(name, place)
    said = str(caught.value)
    assert "\n" not in said and len(said) < 400, said
    return said


def test_videoxum(tmp_path):
    (found,) = read("videoxum", FORMS["videoxum"][0](tmp_path, VIDEOXUM))
    assert found.id == f"v_{A}" and found.seconds == 4.2 and found.split == "val"
    assert found.video == f"https://www.youtube.com/watch?v={A}"
    assert found.story == (Told("A woman dances.", 0, 2.5), Told("She lies down.", 2, 4.2))
    assert found.masks.rate == 1 and found.masks.array.tolist() == VIDEOXUM["vsum_onehot"]


def test_activitynet_tells_of_the_same_videos_twice(tmp_path):
    for name in ("train.json", "val_1.json", "val_2.json"):
        named(name)(tmp_path, CAPTIONS)
    named("train.json")(tmp_path)
    found = read("activitynet", tmp_path)
    assert [(each.id, each.split) for each in found] == [(f"v_{A}", "val"), (f"v_{A}/2", "val")]
    assert found[0].story == (Told("A woman dances.", 0, 2.5),)
    assert found[0].video == found[1].video == youtube.address(A)


def test_qvhighlights(tmp_path):
    hidden = {"qid": 8, "query": "a cat", "duration": 10, "vid": f"{B}_0.0_150.0"}
    found, test = read("qvhighlights", FORMS["qvhighlights"][0](tmp_path, HIGHLIGHT, hidden))
    assert (found.id, found.wish, found.windows) == ("7", "a dog runs", ((2, 6),))
    assert found.video == youtube.address(A) and found.part == (60, 69)
    assert found.saliency.rate == 0.5 and (found.saliency.low, found.saliency.high) == (0, 4)
    assert found.saliency.array.tolist() == [[0, 1, 4, 0, 0], [0, 2, 0, 0, 0], [0, 3, 2, 0, 0]]
    assert test.windows == () and test.saliency is None


def test_labels_of_the_same_form(tmp_path):
    many = {"qid": A, "query": "x", "duration": 3, "vid": A, "label": [[1, 2], [3, 4], [5, 5]]}
    one = {"qid": B, "query": "x", "duration": 9.0, "vid": B, "label": [[0], [1], [1]]}
    first, second = read("qvhighlights", lines("highlight_x_release.jsonl")(tmp_path, many, one))
    assert first.seconds == 6 and first.saliency.rate == 0.5  # it counts clips of two seconds
    assert first.saliency.array.tolist() == [[1, 3, 5], [2, 4, 5]]
    assert second.seconds == 9 and second.saliency.rate == pytest.approx(1 / 3)
    assert second.saliency.array.tolist() == [[0, 1, 1]] and second.saliency.high == 1


@pytest.mark.parametrize("nested", [False, True])
def test_mmtrail(tmp_path, nested):
    clip = TRAILER | {"clip_id": "c"}
    if nested:
        scene = {key: TRAILER[key] for key in ("caption", "polish_caption")}
        scene["merge_caption"] = "A man walks home to a flute."
        misc = {key: TRAILER[key] for key in ("frame_caption", "music_caption")}
        clip = {"basic": clip, "misc": misc, "scene": scene}
    (found,) = read("mmtrail", FORMS["mmtrail"][0](tmp_path, clip))
    assert found.video == youtube.address(A) and found.part == (4, 10) and found.seconds == 6
    last = "A man walks home to a flute." if nested else "A man walks home."
    assert found.story == (Told(last),)
    music = [each for each in found.captions if each.name == "music"]
    assert music == [Told("a flute", 0, 10, "music"), Told("a drum", 10, 20, "music")]
    assert [each.text for each in found.captions if each.name == "frame"] == ["a man ."]
    assert [each.text for each in found.captions if each.name == "caption"] == ["A man walks."]


def test_music_clips(tmp_path):
    (found,) = read("music-clips", FORMS["music-clips"][0](tmp_path, MUSIC))
    assert found.part == (115, 125.5) and found.seconds == 10.5 and found.split == "test"
    assert found.captions == (Told("Sad, slow piano", name="music"),)


def test_lists_of_videos_with_texts(tmp_path):
    (tmp_path / f"{B}.mp4").write_bytes(b"x")
    bare = {"id": B, "title": "Only this"}
    first, other = read("titles", FORMS["titles"][0](tmp_path, LISTED, bare))
    assert first.video == youtube.address(A) and other.video == f"{B}.mp4"
    assert first.captions == (Told("Sports. ball. A goal"),) and first.split == "train"
    assert other.captions == (Told("Only this"),)


def test_pictures_in_llavas_form(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "0001.jpg").write_bytes(b"x")
    answer = {"from": "assistant", "value": "<image> a lamp"}
    other = PICTURE | {"conversations": [PICTURE["conversations"][0], answer]}
    found = read("coco", FORMS["coco"][0](tmp_path, PICTURE, other))
    assert [each.id for each in found] == ["0001", "0001/2"]
    assert found[0].image == "images/0001.jpg" and found[0].wish == "What is it?"
    assert [each.captions[0].text for each in found] == ["a red lamp", "a lamp"]
    assert {each.source for each in found} == {"COCO captions"}


def test_instruct_v2xum(tmp_path):
    (found,) = read("instruct-v2xum", FORMS["instruct-v2xum"][0](tmp_path, SUMMARY))
    assert found.wish == "Please generate BOTH summaries." and found.video == youtube.address(A)
    assert found.story == (Told("A dog comes.", 1.0, 4.5), Told("It [sic] sleeps?", 5.0, 6.0))
    assert found.masks.array.tolist() == [[0, 1, 0, 1, 0, 1, 0, 0, 0, 0]]


def test_instruct_v2xum_with_times_before_what_they_are_of(tmp_path):
    said = "[<f1>] A dog comes. [<f2>, 50] It [sic] sleeps?"
    pair = [SUMMARY["conversations"][0], {"from": "gpt", "value": said}]
    (found,) = read(
        "instruct-v2xum", FORMS["instruct-v2xum"][0](tmp_path, SUMMARY | {"conversations": pair})
    )
    assert found.story == (Told("A dog comes.", 1.0, 2.0), Told("It [sic] sleeps?", 3.5, 6.0))
    assert found.masks.array.tolist() == [[0, 1, 0, 1, 0, 1, 0, 0, 0, 0]]


def test_instruct_v2xum_in_one_kind_only(tmp_path):
    def said(answer: str, at: int) -> dict:
        pair = [SUMMARY["conversations"][0], {"from": "gpt", "value": answer}]
        return SUMMARY | {"conversations": pair * at}

    video, text, both = read(
        "instruct-v2xum",
        FORMS["instruct-v2xum"][0](tmp_path, said("[00, 99]", 1), said("A dog. It runs!", 2)),
    )
    assert video.story == () and np.flatnonzero(video.masks.array).tolist() == [0, 9]
    assert text.story == (Told("A dog. It runs!"),) and text.masks is None
    assert [video.id, text.id, both.id] == [A, f"{A}/2", f"{A}/3"]


def test_media_that_are_here_are_named(tmp_path):
    (tmp_path / "videos").mkdir()
    for name in (f"v_{A}.webm", f"{A}_60.0_210.0.mp4", f"{A}_0000090.mkv", f"{A}.MP4"):
        (tmp_path / "videos" / name).write_bytes(b"x")
    found = {
        name: read(name, FORMS[name][0](tmp_path, FORMS[name][1]))[0]
        for name in ("videoxum", "qvhighlights", "mmtrail", "music-clips")
    }
    assert found["videoxum"].video == f"videos/v_{A}.webm"
    assert found["qvhighlights"].video == f"videos/{A}_60.0_210.0.mp4"
    assert found["qvhighlights"].part is None  # it is the clip itself
    assert found["mmtrail"].video == f"videos/{A}_0000090.mkv" and found["mmtrail"].part is None
    assert found["music-clips"].video == f"videos/{A}.MP4"
    assert found["music-clips"].part == (115, 125.5)


# -- the matrices of TVSum, SumMe, OVP and YouTube ------------------------------------------------


def tvsum_matrix(folder: Path, change: Callable[[h5py.File], None] = lambda _: None) -> Path:
    """ydata-tvsum50.mat with two videos of 6 frames by three people."""
    with h5py.File(folder / "ydata-tvsum50.mat", "w") as file:
        columns = {name: [] for name in ("video", "title", "length", "nframes", "user_anno")}
        for number, name in enumerate((A, B)):
            told = {
                "video": np.array([[ord(letter)] for letter in name], np.uint16),
                "title": np.array([[ord(letter)] for letter in f"#{number} a  bee"], np.uint16),
                "length": np.array([[3.0]]),
                "nframes": np.array([[6.0]]),
                "user_anno": np.arange(18).reshape(3, 6) % 5 + 1.0,
            }
            for field, value in told.items():
                cell = file.create_dataset(f"#refs#/{field}{number}", data=value)
                columns[field].append([cell.ref])
        for field, cells in columns.items():
            data = np.array(cells, dtype=h5py.ref_dtype)
            file.create_dataset(f"tvsum50/{field}", data=data, dtype=h5py.ref_dtype)
        change(file)
    return folder


def eccv16(folder: Path, which: str, change: Callable[[h5py.Group], None] = lambda _: None) -> Path:
    with h5py.File(folder / f"eccv16_dataset_{which}_google_pool5.h5", "w") as file:
        group = file.create_group("video_1")
        group["n_frames"], group["n_steps"] = 60, 4
        group["picks"] = np.arange(0, 60, 15)
        group["change_points"] = np.array([[0, 29], [30, 59]])
        group["n_frame_per_seg"] = np.array([30, 30])
        group["gtscore"] = np.array([0.0, 0.5, 1.0, 0.25], np.float32)
        group["user_summary"] = np.arange(120).reshape(2, 60) % 2
        change(group)
    return folder


def summe_matrix(folder: Path, **changes: object) -> Path:
    (folder / "GT").mkdir(exist_ok=True)
    told = {
        "user_score": np.array([[0, 2], [1, 0], [0, 0], [7, 1]], np.uint8),
        "nFrames": 4,
        "video_duration": 2.0,
        "FPS": 2,
    }
    told = {name: value for name, value in (told | changes).items() if value is not None}
    savemat(folder / "GT" / "Bee.mat", told)
    return folder


def test_tvsum_by_its_authors(tmp_path):
    first, second = read("tvsum", tvsum_matrix(tmp_path))
    assert first.id == A and second.video == youtube.address(B)
    assert first.saliency.rate == 2.0 and first.saliency.seconds == first.seconds == 3.0
    assert first.saliency.array.tolist() == (np.arange(18).reshape(3, 6) % 5 + 1.0).tolist()
    assert first.captions == (Told("#0 a bee", name="title"),)


def test_summe_by_its_authors(tmp_path):
    (found,) = read("summe", summe_matrix(tmp_path))
    assert found.id == "Bee" and found.video == "videos/Bee.mp4" and found.seconds == 2
    assert found.masks.array.tolist() == [[0, 1, 0, 1], [1, 0, 0, 1]] and found.masks.rate == 2


@pytest.mark.parametrize("which", ["ovp", "youtube", "summe", "tvsum"])
def test_the_form_of_most_papers(tmp_path, which):
    (found,) = read(which, eccv16(tmp_path, which))
    assert found.seconds == 2.0  # four samples, two a second
    assert found.saliency.array.tolist() == [[0, 0.5, 1, 0.25]] and found.saliency.rate == 2
    assert found.masks.array.shape == (2, 60) and found.masks.rate == 30
    assert found.masks.array[0, :4].tolist() == [0, 1, 0, 1]


def test_scores_by_annotators_come_before_their_mean(tmp_path):
    def more(group):
        group["user_anno"] = np.arange(120).reshape(2, 60) % 5 + 1
        group["video_name"], group["length_s"] = A, 4.0

    (found,) = read("tvsum", eccv16(tmp_path, "tvsum", more))
    assert found.id == A and found.video == youtube.address(A)
    assert found.saliency.rate == 15 and found.saliency.array.shape == (2, 60)
    assert (found.saliency.low, found.saliency.high) == (1, 5)


def fill(group: h5py.File, name: str, value: object) -> None:
    if name in group:
        del group[name]
    if value is not None:
        group[name] = value


MATRICES = {
    "tvsum, frames": (
        "tvsum", lambda f: tvsum_matrix(f, lambda h: fill(h["#refs#"], "nframes1", [[7.0]])),
        "video 2", "'user_anno'",
    ),
    "tvsum, NaN": (
        "tvsum",
        lambda f: tvsum_matrix(f, lambda h: h["#refs#/user_anno0"].__setitem__((0, 0), np.nan)),
        "video 1", "'user_anno'",
    ),
    "tvsum, off the scale": (
        "tvsum",
        lambda f: tvsum_matrix(f, lambda h: h["#refs#/user_anno0"].__setitem__((0, 0), 9)),
        "video 1", "outside 1 to 5",
    ),
    "tvsum, no field": (
        "tvsum", lambda f: tvsum_matrix(f, lambda h: fill(h["tvsum50"], "length", None)),
        "video 1", "'length'",
    ),
    "tvsum, no group": (
        "tvsum", lambda f: tvsum_matrix(f, lambda h: fill(h, "tvsum50", None)),
        "ydata-tvsum50.mat", "'tvsum50'",
    ),
    "tvsum, no references": (
        "tvsum", lambda f: tvsum_matrix(f, lambda h: fill(h["tvsum50"], "length", [[1.0]] * 2)),
        "video 1", "'length'",
    ),
    "tvsum, a way out": (
        "tvsum",
        lambda f: tvsum_matrix(
            f, lambda h: h.__setitem__("tvsum50", h5py.ExternalLink("/etc/passwd", "/"))
            if not fill(h, "tvsum50", None) else None,
        ),
        "ydata-tvsum50.mat", "'tvsum50'",
    ),
    "ovp, picks": (
        "ovp", lambda f: eccv16(f, "ovp", lambda g: fill(g, "picks", [0, 15, 5, 40])),
        "video_1", "'picks'",
    ),
    "ovp, score": (
        "ovp", lambda f: eccv16(f, "ovp", lambda g: fill(g, "gtscore", [0, 1.0, 2.0, 0])),
        "video_1", "outside 0 to 1",
    ),
    "ovp, mask": (
        "ovp", lambda f: eccv16(f, "ovp", lambda g: fill(g, "user_summary", np.ones((2, 59)))),
        "video_1", "'user_summary'",
    ),
    "ovp, NaN": (
        "ovp", lambda f: eccv16(f, "ovp", lambda g: fill(g, "gtscore", [0, np.nan, 1, 0])),
        "video_1", "'gtscore'",
    ),
    "summe, frames": ("summe", lambda f: summe_matrix(f, nFrames=5), "Bee.mat", "'user_score'"),
    "summe, no scores": (
        "summe", lambda f: summe_matrix(f, user_score=None), "Bee.mat", "'user_score' is missing"
    ),
    "summe, a text": (
        "summe", lambda f: summe_matrix(f, user_score="text"), "Bee.mat", "'user_score'"
    ),
    "summe, NaN": (
        "summe", lambda f: summe_matrix(f, video_duration=np.nan), "Bee.mat", "'video_duration'"
    ),
    "summe, no time": ("summe", lambda f: summe_matrix(f, video_duration=0), "Bee.mat", "0 s"),
    "summe, two lengths": (
        "summe", lambda f: summe_matrix(f, video_duration=[1, 2]), "Bee.mat", "'video_duration'"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "make", "where", "what"), MATRICES.values(), ids=MATRICES)
def test_a_broken_matrix_is_named(tmp_path, name, make, where, what):
    said = complaint(name, make(tmp_path))
    assert where in said and what in said


PLACES = {
    "tvsum": "ydata-tvsum50.mat", "summe": "GT/a.mat", "ovp": "ovp.h5", "youtube": "youtube.h5",
}  # fmt: skip
OTHERS = [b"", b"no such thing", bytes(4096), b"\x89HDF\r\n\x1a\n" + bytes(900)]


@pytest.mark.parametrize(("name", "file"), PLACES.items())
@pytest.mark.parametrize("data", OTHERS)
def test_another_file_in_the_place_of_a_matrix_is_named(tmp_path, name, file, data):
    (tmp_path / "GT").mkdir()
    (tmp_path / file).write_bytes(data)
    assert Path(file).name in complaint(name, tmp_path)


# -- what can be broken in any text ---------------------------------------------------------------

GONE = object()


def changed(value: object, path: tuple, new: object) -> object:
    value = copy.deepcopy(value)
    inner = value
    for step in path[:-1]:
        inner = inner[step]
    if new is GONE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return value


NAN, INF = float("nan"), float("inf")
BROKEN = [  # data set, where in its entry, what stands there instead, the field that is named
    ("videoxum", ("video_id",), GONE, "video_id"),
    ("videoxum", ("video_id",), "", "video_id"),
    ("videoxum", ("video_id",), ["x"], "video_id"),
    ("videoxum", ("video_id",), "../../etc", "YouTube"),
    ("videoxum", ("video_id",), "x" * 600, "YouTube"),
    ("videoxum", ("duration",), NAN, "duration"),
    ("videoxum", ("duration",), -1, "duration"),
    ("videoxum", ("duration",), "4.2", "duration"),
    ("videoxum", ("duration",), True, "duration"),
    ("videoxum", ("duration",), 1e12, "duration"),
    ("videoxum", ("duration",), 90.0, "duration"),
    ("videoxum", ("sampled_frames",), 5, "vsum_onehot"),
    ("videoxum", ("timestamps",), GONE, "timestamps"),
    ("videoxum", ("timestamps", 0), [2.5, 0.0], "timestamps"),
    ("videoxum", ("timestamps", 0), [-1, 2], "timestamps"),
    ("videoxum", ("timestamps", 0), [0, NAN], "timestamps"),
    ("videoxum", ("timestamps", 0), [0], "timestamps"),
    ("videoxum", ("timestamps",), [[0, 1]], "tsum"),
    ("videoxum", ("tsum", 0), 3, "tsum"),
    ("videoxum", ("tsum",), "text", "tsum"),
    ("videoxum", ("vsum_onehot", 1), [0, 1], "vsum_onehot"),
    ("videoxum", ("vsum_onehot", 1, 0), 0.5, "masks"),
    ("videoxum", ("vsum_onehot", 1, 0), 2, "vsum_onehot"),
    ("videoxum", ("vsum_onehot",), [], "vsum_onehot"),
    ("videoxum", ("vsum_onehot",), [[0] * 4] * 2000, "vsum_onehot"),
    ("activitynet", ("duration",), GONE, "duration"),
    ("activitynet", ("timestamps", 0), [3, 1], "timestamps"),
    ("activitynet", ("sentences",), ["a", "b"], "sentences"),
    ("activitynet", ("sentences", 0), "x" * 200_000, "sentences"),
    ("qvhighlights", ("qid",), GONE, "qid"),
    ("qvhighlights", ("qid",), 1.5, "qid"),
    ("qvhighlights", ("query",), None, "query"),
    ("qvhighlights", ("vid",), f"{A}_210.0_60.0", "vid"),
    ("qvhighlights", ("duration",), INF, "duration"),
    ("qvhighlights", ("relevant_windows", 0), [6, 2], "relevant_windows"),
    ("qvhighlights", ("relevant_windows", 0), [NAN, 2], "relevant_windows"),
    ("qvhighlights", ("relevant_windows",), [[0, 1]] * 20_000, "windows"),
    ("qvhighlights", ("relevant_clip_ids",), [1, 99], "relevant_clip_ids"),
    ("qvhighlights", ("relevant_clip_ids",), [1], "saliency_scores"),
    ("qvhighlights", ("saliency_scores", 0), [1, 2], "saliency_scores"),
    ("qvhighlights", ("saliency_scores", 0, 0), 5, "saliency_scores"),
    ("qvhighlights", ("saliency_scores", 0, 0), NAN, "saliency_scores"),
    ("qvhighlights", ("label",), [[1, 2], [3]], "label"),
    ("qvhighlights", ("label",), [], "label"),
    ("mmtrail", ("clip_id",), GONE, "clip_id"),
    ("mmtrail", ("clip_duration",), -3, "clip_duration"),
    ("mmtrail", ("video_fps",), 0, "video_fps"),
    ("mmtrail", ("clip_start_end_idx",), [250, 100], "clip_start_end_idx"),
    ("mmtrail", ("clip_start_end_idx",), [1, 2, 3], "clip_start_end_idx"),
    ("mmtrail", ("music_caption",), ["text"], "it is 'text'"),
    ("mmtrail", ("music_caption", 0, "time"), "20:00-10:00", "start"),
    ("mmtrail", ("frame_caption",), "text", "frame_caption"),
    ("mmtrail", ("caption",), 3, "caption"),
    ("music-clips", ("start",), "x", "start"),
    ("music-clips", ("start",), "nan", "start"),
    ("music-clips", ("start",), "130", "start"),
    ("music-clips", ("end",), "inf", "start"),
    ("music-clips", ("video_id",), "", "video_id"),
    ("titles", ("id",), "", "id"),
    ("titles", ("id",), "short", "not the id of a video"),
    ("cc3m", ("id",), GONE, "id"),
    ("cc3m", ("image",), 3, "image"),
    ("cc3m", ("conversations",), {}, "conversations"),
    ("cc3m", ("conversations", 1), "text", "it is 'text'"),
    ("cc3m", ("conversations", 1, "from"), "nobody", "conversations"),
    ("instruct-v2xum", ("meta",), GONE, "meta"),
    ("instruct-v2xum", ("meta", "duration"), 0, "duration"),
    ("instruct-v2xum", ("meta", "duration"), 1e6, "duration"),
    ("instruct-v2xum", ("meta", "token"), [], "token"),
    ("instruct-v2xum", ("meta", "token", "<f1>"), "x", "token"),
    ("instruct-v2xum", ("meta", "token", "<f1>"), 99.0, "value"),
    ("instruct-v2xum", ("conversations", 1, "value"), "A dog [123].", "value"),
    ("instruct-v2xum", ("conversations",), [], "conversations"),
    ("instruct-v2xum", ("conversations", 1, "value"), 3, "value"),
]


@pytest.mark.parametrize(("name", "path", "new", "field"), BROKEN)
def test_a_broken_field_is_named_with_its_file_and_entry(tmp_path, name, path, new, field):
    put, right = FORMS[name]
    place = put(tmp_path, changed(right, path, new))
    (file,) = place.iterdir()
    said = complaint(name, place)
    assert said.startswith(f"{file.name}, ") and field in said


NONSENSE = ["", "{", "[{]", "nonsense", '"text"', "[1, 2]", "[" * 100_000, "[{} {}]"]


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("text", NONSENSE, ids=lambda text: text[:9])
def test_a_file_that_is_something_else_is_named(tmp_path, name, text):
    put, right = FORMS[name]
    (file,) = put(tmp_path, right).iterdir()
    file.write_text(text)
    if name == "qvhighlights" and not text:
        assert read(name, tmp_path) == []  # no lines, no queries
    else:
        assert complaint(name, tmp_path).startswith(file.name)


@pytest.mark.parametrize("name", FORMS)
def test_bytes_that_are_no_text_are_named(tmp_path, name):
    put, right = FORMS[name]
    (file,) = put(tmp_path, right).iterdir()
    file.write_bytes(file.read_bytes()[:-4] + b"\xff\xfe")
    assert "is not UTF-8 text" in complaint(name, tmp_path)


@pytest.mark.parametrize("name", READERS)
def test_a_folder_without_the_files_says_what_belongs_there(tmp_path, name):
    said = complaint(name, tmp_path)
    assert (str(tmp_path) in said and "comes as" in said) or "come as" in said
    assert "is no folder" in complaint(name, tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["videoxum", "qvhighlights", "mmtrail"])
def test_an_entry_that_comes_twice_is_named(tmp_path, name):
    put, right = FORMS[name]
    assert "comes for a second time" in complaint(name, put(tmp_path, right, right))


@pytest.mark.parametrize("name", [name for name in FORMS if name != "activitynet"])
def test_what_is_broken_can_be_left_out(tmp_path, name):
    put, right = FORMS[name]
    key = next(iter(right))
    skipped = []
    wrong = changed(right, (key,), "" if name in TABLES else 3.5)
    found = read(name, put(tmp_path, wrong, right), skipped.append)
    assert len(found) == 1
    assert len(skipped) == 1 and key in skipped[0]


@pytest.mark.parametrize("name", FORMS)
def test_whatever_is_read_can_be_written_and_read(tmp_path, name):
    put, right = FORMS[name]
    found = read(name, put(tmp_path, right))
    manifest.write(found, tmp_path / "m.jsonl")
    assert list(manifest.read(tmp_path / "m.jsonl")) == found


JUNK = [
    None, True, 0, -1, 1.5, NAN, INF, 10**400, "", "x", "\0", "[12]", "http://[", "../../x",
    "9" * 5000, [], {}, [[]], [None], {"a": 1}, [1, 2], -0.0, [[1, 0]], [0, 1e308],
]  # fmt: skip


def steps(value: object, path: tuple = ()) -> Iterator[tuple]:
    """The way to every place inside the value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for step, each in inside:
        yield (*path, step)
        if isinstance(each, dict | list):
            yield from steps(each, (*path, step))


@pytest.mark.parametrize("name", FORMS)
def test_junk_anywhere_is_read_or_told_never_more(tmp_path, name):
    put, right = FORMS[name]
    chance = random.Random(7)
    for _ in range(150):
        junk = chance.choice(JUNK)
        if name in TABLES:
            junk = str(junk)
        place = put(tmp_path, changed(right, chance.choice(list(steps(right))), junk))
        try:
            found = read(name, place)
            manifest.write(found, tmp_path / "m.jsonl")
        except SummarizerError as error:
            assert "\n" not in str(error) and len(str(error)) < 500
        else:
            assert list(manifest.read(tmp_path / "m.jsonl")) == found


# -- long lists -----------------------------------------------------------------------------------


def test_a_long_list_is_read_piece_by_piece(tmp_path, monkeypatch):
    monkeypatch.setattr(entries, "BLOCK", 7)
    values = [{"a": [1, {"b": "]},[{"}]}, {}, 12345, "x" * 100, [], None, 1.5e3]
    (tmp_path / "a.json").write_text(json.dumps(values, indent=3))
    assert [each.values for each in entries.json_list(tmp_path / "a.json")] == values


def test_the_first_of_a_list_need_not_wait_for_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(entries, "BLOCK", 16)
    (tmp_path / "a.json").write_text('[{"a": 1}, {"a": 2}, nonsense')
    found = entries.json_list(tmp_path / "a.json")
    assert [next(found).values, next(found).values] == [{"a": 1}, {"a": 2}]
    with pytest.raises(SummarizerError, match=r"a\.json, entry 3 is not JSON"):
        next(found)


def test_an_endless_entry_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(entries, "ENTRY", 1000)
    monkeypatch.setattr(entries, "BLOCK", 100)
    (tmp_path / "a.json").write_text('["' + "x" * 10_000 + '"]')
    with pytest.raises(SummarizerError, match="entry 1 is not JSON"):
        list(entries.json_list(tmp_path / "a.json"))
    (tmp_path / "a.jsonl").write_text("x" * 10_000)
    with pytest.raises(SummarizerError, match="line 1 has more than"):
        list(entries.json_lines(tmp_path / "a.jsonl"))


def test_a_number_cut_by_a_block_is_read_whole(tmp_path, monkeypatch):
    for size in range(1, 12):
        monkeypatch.setattr(entries, "BLOCK", size)
        (tmp_path / "a.json").write_text("[12345, 678]")
        assert [each.values for each in entries.json_list(tmp_path / "a.json")] == [12345, 678]


# -- the published files --------------------------------------------------------------------------


def published(shared_data: Path, name: str) -> Path:
    path = shared_data / "benchmarks" / name
    if not path.exists():
        pytest.skip(f"{name} is not among the public files here")
    return path


def checked(found: list[Example], folder: Path) -> list[Example]:
    """They are what a manifest gives back."""
    manifest.write(found, folder / "m.jsonl")
    assert list(manifest.read(folder / "m.jsonl")) == found
    return found


def test_every_published_query_is_read(shared_data, tmp_path):
    place = published(shared_data, "qvhighlights/highlight_val_release.jsonl")
    found = checked(read("qvhighlights", place), tmp_path)
    assert len(found) == 1550 and {each.split for each in found} == {"val"}
    raw = [json.loads(line) for line in place.read_text().splitlines()]
    for each, line in zip(found, raw, strict=True):
        assert each.id == str(line["qid"]) and each.wish.split() == line["query"].split()
        assert [list(window) for window in each.windows] == line["relevant_windows"]
        assert each.saliency.array.shape == (3, line["duration"] / 2)
        at = np.array(line["relevant_clip_ids"])
        assert each.saliency.array[:, at].T.tolist() == line["saliency_scores"]
        assert each.saliency.array.sum() == np.sum(line["saliency_scores"])
        assert each.part[1] - each.part[0] == each.seconds == line["duration"]


def test_every_published_label_is_read(shared_data, tmp_path):
    lengths = {"tvsum_val": 10, "youtube_highlight_val": 152, "charades_test": 3720}
    for name, length in lengths.items():
        place = published(shared_data, f"lighthouse/{name}_release.jsonl")
        found = checked(read("qvhighlights", place), tmp_path)
        assert len(found) == length
        assert all(each.windows or each.saliency for each in found)


def test_every_published_score_of_tvsum_is_read(shared_data, tmp_path):
    found = read("tvsum", published(shared_data, "tvsum/ydata-tvsum50.mat"))
    checked(found[:3], tmp_path)
    assert len(found) == 50 and {len(each.saliency.rows) for each in found} == {20}
    assert sum(each.seconds for each in found) == pytest.approx(12_582.6, abs=0.1)
    place = published(shared_data, "tvsum/derived_tvsum_eccv16form_nofeatures.h5")
    other = {each.id: each for each in read("tvsum", place)}
    label = published(shared_data, "lighthouse/tvsum_val_release.jsonl")
    third = {each.id: each for each in read("qvhighlights", label)}
    for each in found:
        assert np.array_equal(each.saliency.array, other[each.id].saliency.array)
        if same := third.get(each.id):  # the score in the middle of each two seconds
            middles = (np.arange(len(same.saliency.rows[0])) + 0.5) * 2 * each.saliency.rate
            assert np.array_equal(each.saliency.array[:, middles.astype(int)], same.saliency.array)


def test_every_published_summary_of_summe_is_read(shared_data, tmp_path):
    published(shared_data, "summe/GT")
    found = checked(read("summe", published(shared_data, "summe")), tmp_path)
    assert len(found) == 25
    assert set(Counter(len(each.masks.rows) for each in found)) <= set(range(15, 19))
    place = published(shared_data, "summe/derived_summe_eccv16form_nofeatures.h5")
    other = {each.id: each for each in read("summe", place)}
    for each in found:
        assert each.masks.array.shape == other[each.id].masks.array.shape
        assert each.seconds == pytest.approx(other[each.id].seconds, rel=0.05)
