"""python -m summarizer.data read and check, as a person runs them."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import h5py
import pytest

from summarizer.data import checking, manifest
from summarizer.data.__main__ import main
from summarizer.data.manifest import Example, Rated, Told
from summarizer.data.readers import READERS
from tests.payloads import PAYLOADS, steering

ID = "QOlSCBRmfWY"
QUERY = {"qid": 1, "query": "a dog", "duration": 4, "vid": f"{ID}_0.0_4.0"}
QUERY |= {"relevant_windows": [[0, 2]]}
GOOD = Example(
    "good", "a.mp4", seconds=4.0, wish="a dog", story=(Told("A dog runs.", 0.0, 4.0),),
    windows=((1.0, 4.2),), saliency=Rated(0.5, ((1.0, 0.0),)), masks=Rated(1.0, ((1, 0, 0, 1),)),
)  # fmt: skip


def queries(folder: Path, *values: object) -> Path:
    folder.mkdir(exist_ok=True)
    text = "".join(f"{json.dumps(each)}\n" for each in values)
    (folder / "highlight_val_release.jsonl").write_text(text)
    return folder


def run(capsys, *words: object) -> tuple[int, str, str]:
    status = main([str(word) for word in words])
    return status, *capsys.readouterr()


# -- read -----------------------------------------------------------------------------------------


def test_a_data_set_becomes_a_manifest_in_its_folder(tmp_path, capsys):
    folder = queries(tmp_path / "qv", QUERY, QUERY | {"qid": 2}, QUERY | {"qid": 3})
    (folder / f"{ID}_0.0_4.0.mp4").write_bytes(b"x")
    status, out, _ = run(capsys, "read", "qvhighlights", "--data", folder, "--max", 2)
    assert status == 0 and out == f"{folder / 'manifest.jsonl'}: 2 examples\n"
    found = list(manifest.read(folder / "manifest.jsonl"))
    assert [each.id for each in found] == ["1", "2"]
    assert manifest.place(folder / "manifest.jsonl", found[0].video).is_file()


def test_a_manifest_above_the_media_names_them_from_there(tmp_path, capsys):
    folder = queries(tmp_path / "qv", QUERY)
    (folder / "videos").mkdir()
    (folder / "videos" / f"{ID}_0.0_4.0.mp4").write_bytes(b"x")
    assert (
        run(capsys, "read", "qvhighlights", "--data", folder, "--out", tmp_path / "m.jsonl")[0] == 0
    )
    (found,) = manifest.read(tmp_path / "m.jsonl")
    assert found.video == f"qv/videos/{ID}_0.0_4.0.mp4"


def test_a_manifest_elsewhere_needs_whole_paths(tmp_path, capsys):
    folder = queries(tmp_path / "qv", QUERY)
    clip = folder / f"{ID}_0.0_4.0.mp4"
    clip.write_bytes(b"x")
    (tmp_path / "other").mkdir()
    words = ("read", "qvhighlights", "--data", folder, "--out", tmp_path / "other" / "m.jsonl")
    status, _, err = run(capsys, *words)
    assert status == 2 and "--absolute" in err and err.count("\n") == 1
    assert run(capsys, *words, "--absolute")[0] == 0
    (found,) = manifest.read(words[-1], anywhere=True)
    assert Path(found.video) == clip.resolve()
    assert run(capsys, "check", words[-1])[0] == 1
    assert run(capsys, "check", words[-1], "--absolute")[0] == 0


def test_a_broken_entry_ends_it_or_is_left_out(tmp_path, capsys):
    folder = queries(tmp_path / "qv", QUERY, QUERY | {"qid": 2, "duration": -1})
    words = ("read", "qvhighlights", "--data", folder)
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "") and not (folder / "manifest.jsonl").exists()
    assert err.startswith("error: highlight_val_release.jsonl, line 2: field 'duration'")
    status, out, err = run(capsys, *words, "--skip")
    assert status == 0 and "1 examples, 1 broken ones left out" in out
    assert err.startswith("left out: highlight_val_release.jsonl, line 2")


def test_the_commands_of_the_readme_run(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("data/tvsum").mkdir(parents=True)
    with h5py.File("data/tvsum/eccv16_dataset_tvsum_google_pool5.h5", "w") as file:
        told = {"n_frames": 30, "picks": [0, 15], "change_points": [[0, 29]], "gtscore": [0.5, 1]}
        for name, value in told.items():
            file[f"video_1/{name}"] = value
        file["video_1/video_name"] = ID
    assert run(capsys, *["read", "tvsum", "--data", "data/tvsum"])[0] == 0
    status, told, _ = run(capsys, *["check", "data/tvsum/manifest.jsonl"])
    assert status == 0 and told.startswith("1 examples") and "faults: none" in told


def test_what_may_not_be_written_is_told(tmp_path, capsys):
    folder = queries(tmp_path / "qv", QUERY)
    status, _, err = run(
        capsys, "read", "qvhighlights", "--data", folder, "--out", tmp_path / "no" / "m.jsonl"
    )
    assert status == 2 and err.startswith("error: ") and err.count("\n") == 1


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_name_steers_a_terminal(payload, tmp_path, capsys):
    name = payload.replace("/", "")
    (tmp_path / name).write_text("no manifest")
    status, out, err = run(capsys, "check", tmp_path / name)
    assert status == 1 and "is no manifest" in out and steering(out + err) == ""
    status, out, err = run(capsys, "read", "tvsum", "--data", tmp_path / name / "x")
    assert status == 2 and err and steering(out + err) == ""


def test_an_unknown_data_set_is_told_what_there_is(capsys):
    with pytest.raises(SystemExit):
        main(["read", "imagenet", "--data", "x"])
    said = capsys.readouterr().err
    assert all(name in said for name in READERS)


# -- check ----------------------------------------------------------------------------------------


def checked(folder: Path, *examples: Example) -> list[str]:
    (folder / "a.mp4").write_bytes(b"x")
    manifest.write(examples, folder / "m.jsonl")
    return list(checking.faults(folder / "m.jsonl", Counter()))


def test_a_good_manifest_has_no_faults(tmp_path, capsys):
    assert checked(tmp_path, GOOD, replace(GOOD, id="b", split="val")) == []
    status, out, _ = run(capsys, "check", tmp_path / "m.jsonl")
    assert status == 0
    assert out == (
        "2 examples of 0.0 hours: 2 with wish, 2 with story, 2 with windows, 2 with saliency, "
        "2 with masks, 1 val; faults: none\n"
    )


FAULTS = {
    "missing": (replace(GOOD, video="b.mp4"), "b.mp4 is not there, or empty"),
    "empty": (replace(GOOD, video="empty.mp4"), "empty.mp4 is not there, or empty"),
    "a folder": (replace(GOOD, sound="folder"), "folder is not there, or empty"),
    "none": (replace(GOOD, video=""), "it names no video, sound or image"),
    "sentence": (
        replace(GOOD, story=(Told("x", 0, 5),)),
        "field 'story', entry 1 ends at 5 s, and the example at 4 s",
    ),
    "caption": (
        replace(GOOD, captions=(Told("x"), Told("x", 3, 9, "music"))),
        "field 'captions', entry 2 ends at 9 s, and the example at 4 s",
    ),
    "window": (
        replace(GOOD, windows=((0, 4.6),)),
        "field 'windows', entry 1 ends at 4.6 s, and the example at 4 s",
    ),
    "text": (replace(GOOD, story=(Told(" "),)), "field 'story', entry 1: the text is empty"),
    "masks": (
        replace(GOOD, masks=Rated(1.0, ((1,) * 9,))),
        "field 'masks' covers 9 s (9 values, 1 a second), and the example has 4 s",
    ),
    "saliency": (
        replace(GOOD, saliency=Rated(2.0, ((1,) * 5,))),
        "field 'saliency' covers 2.5 s (5 values, 2 a second), and the example has 4 s",
    ),
    "part": (
        replace(GOOD, part=(2.0, 9.0)),
        "field 'part' is 7 s long, and 'seconds' is 4",
    ),
    "nothing": (Example("good", "a.mp4", wish="a dog"), "there is nothing to learn from it"),
}


@pytest.mark.parametrize(("example", "sentence"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_told_with_its_line(tmp_path, example, sentence):
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "folder").mkdir()
    other = replace(GOOD, id="other")
    assert checked(tmp_path, other, example) == [f"line 3, good: {sentence}"]


def test_all_faults_are_told_not_only_the_first(tmp_path, capsys):
    path = tmp_path / "m.jsonl"
    checked(tmp_path, GOOD)
    good = path.read_text().splitlines()[1]
    torn = json.loads(good) | {"masks": {"rate": 1, "rows": [[0, 1], [1]]}}
    out = json.loads(good) | {"id": "out", "video": "../a.mp4", "windows": [[0, 99]]}
    with path.open("a") as file:
        file.write("\n".join((good, "", "nonsense", json.dumps(torn), json.dumps(out))) + "\n")
    status, told, err = run(capsys, "check", path)
    assert status == 1 and err == ""
    *faults, last = told.splitlines()
    starts = ["line 3: field 'id' is 'good', as on line 2", "line 5: it is not JSON"]
    starts += ["line 6: field 'masks': field 'rows' has rows of [1, 2]"]
    starts += ["line 7, out: '../a.mp4' leaves", "line 7, out: field 'windows', entry 1 ends"]
    assert len(faults) == len(starts)
    for fault, start in zip(faults, starts, strict=True):
        assert fault.startswith(start)
    assert last.endswith("faults: 5") and last.startswith("3 examples")


def test_many_faults_are_counted_not_printed(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("summarizer.data.__main__.SHOWN", 2)
    checked(tmp_path, *(replace(GOOD, id=str(n), video="b.mp4") for n in range(5)))
    status, told, _ = run(capsys, "check", tmp_path / "m.jsonl")
    assert status == 1 and len(told.splitlines()) == 4
    assert "... and 3 more" in told and "faults: 5" in told


def test_a_file_that_is_no_manifest_is_one_fault(tmp_path, capsys):
    (tmp_path / "m.jsonl").write_text("hello\n")
    status, told, _ = run(capsys, "check", tmp_path / "m.jsonl")
    assert status == 1 and "m.jsonl is no manifest" in told and "faults: 1" in told
    assert run(capsys, "check", tmp_path / "nowhere.jsonl")[0] == 1


def test_addresses_are_not_looked_for(tmp_path, capsys):
    assert checked(tmp_path, replace(GOOD, video="https://example.org/a.mp4")) == []
    assert "1 with media still to be fetched" in run(capsys, "check", tmp_path / "m.jsonl")[1]


def test_the_published_queries_pass(shared_data, tmp_path, capsys):
    place = shared_data / "benchmarks" / "qvhighlights" / "highlight_val_release.jsonl"
    if not place.is_file():
        pytest.skip("the published queries are not here")
    path = tmp_path / "m.jsonl"
    assert run(capsys, "read", "qvhighlights", "--data", place, "--out", path)[0] == 0
    status, told, _ = run(capsys, "check", path)
    assert status == 0 and told.startswith("1550 examples") and "1550 val" in told
