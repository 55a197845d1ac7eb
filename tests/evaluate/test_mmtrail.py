import json
import shutil

import pytest

from summarizer.errors import SummarizerError
from summarizer.evaluate.mmtrail import ids
from summarizer.evaluate.protocols import PROTOCOLS
from summarizer.evaluate.room import Options
from summarizer.metrics import text

CLIPS = {
    "aaaaaaaaaaa_0000001": ("A dog runs over wet grass.", "A slow piano plays."),
    "aaaaaaaaaaa_0000002": ("A dog sleeps under a table.", "Loud drums and a guitar."),
    "bbbbbbbbbbb_0000007": ("Two people cook soup in a kitchen.", "Nobody sings over strings."),
}


def clip(name: str, merged: str = "") -> dict:
    """As the published sample has it: one flat object."""
    seen, heard = CLIPS[name]
    return {
        "video_id": name.rpartition("_")[0],
        "video_path": f"group_1/{name.rpartition('_')[0]}.mp4",
        "video_duration": 100.0,
        "video_fps": 25.0,
        "clip_id": name,
        "clip_path": f"video_dataset_1/{name}.mp4",
        "clip_duration": 12.0,
        "clip_start_end_idx": [0, 300],
        "frame_caption": ["a dog . "],
        "music_caption": [
            {"text": heard, "time": "0:00-10:00"},
            {"text": "A melody.", "time": "10:00-20:00"},
        ],
        "caption": seen,
        "polish_caption": f"In other words: {seen}",
        **({"merge_caption": merged} if merged else {}),
    }


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "MMTrail_some.json"
    path.write_text(json.dumps([clip(name) for name in CLIPS]))
    return path


def predicted(tmp_path, said: dict[str, str], name="theirs.json"):
    path = tmp_path / name
    if path.suffix == ".json":
        path.write_text(json.dumps(said))
    else:
        path.write_text("".join(f"{each}.mp4: {words}\n" for each, words in said.items()))
    return path


def judged(options: Options):
    job = PROTOCOLS["mmtrail"].open(options)
    return job, [record for task in job.tasks for record in job.judge(task)]


@pytest.mark.parametrize("name", ["theirs.json", "theirs.txt"])
def test_the_caption_itself_gets_everything(data, tmp_path, name):
    said = {each: seen for each, (seen, _) in CLIPS.items()}
    job, records = judged(Options(data, predictions=predicted(tmp_path, said, name), seeds=1))
    mine = [record for record in records if record.way == "theirs"]
    assert len(mine) == 3
    for record in mine:
        assert record.values["ROUGE-L"] == pytest.approx(1)
        assert record.values["CIDEr-D"] == pytest.approx(10)
        assert record.values["cosine"] == pytest.approx(1, abs=1e-5)
        assert record.values["music ROUGE-L"] < 0.6
    assert job.pool(mine)["BLEU-4"] == pytest.approx(1)


def test_music_is_compared_with_every_caption_of_it(data, tmp_path):
    said = {each: heard for each, (_, heard) in CLIPS.items()}
    said["aaaaaaaaaaa_0000002"] = "A melody."
    _, records = judged(Options(data, predictions=predicted(tmp_path, said), seeds=1))
    for record in records:
        if record.way == "theirs":
            assert record.values["music ROUGE-L"] == pytest.approx(1)
            assert record.values["music cosine"] == pytest.approx(1, abs=1e-5)
            assert record.values["ROUGE-L"] < 0.6


def test_the_main_columns_compare_with_the_caption_alone(data, tmp_path):
    said = {each: "A dog runs in a kitchen." for each in CLIPS}
    job, records = judged(Options(data, predictions=predicted(tmp_path, said), seeds=1))
    mine = [record for record in records if record.way == "theirs"]
    references = [[CLIPS[record.task][0]] for record in mine]
    whole = text.corpus(["A dog runs in a kitchen."] * 3, references)
    assert job.pool(mine)["BLEU-2"] == pytest.approx(whole["BLEU-2"])
    assert sum(record.values["CIDEr-D"] for record in mine) / 3 == pytest.approx(whole["CIDEr-D"])


def test_merged_captions_are_used_where_there_are_any(data, tmp_path):
    said = predicted(tmp_path, {each: f"All of {each}." for each in CLIPS})
    job = PROTOCOLS["mmtrail"].open(Options(data, predictions=said))
    assert "needs the field merge_caption" in job.lacks["merged CIDEr-D"]
    nested = []
    for name in CLIPS:  # as the project's description has it
        flat = clip(name, merged=f"All of {name}.")
        scene = {key: flat.pop(key) for key in ("caption", "polish_caption", "merge_caption")}
        misc = {key: flat.pop(key) for key in ("frame_caption", "music_caption")}
        nested.append({"basic": flat, "misc": misc, "scene": scene})
    data.write_text(json.dumps(nested))
    job, records = judged(Options(data, predictions=said, seeds=1))
    assert not [name for name in job.lacks if name.startswith("merged")]
    for record in records:
        if record.way == "theirs":
            assert record.values["merged ROUGE-L"] == pytest.approx(1)


def test_chance_says_what_is_told_of_another_clip(data):
    job, records = judged(Options(data, seeds=4))
    assert {record.way for record in records} == {"random"}
    assert {record.seed for record in records} == {0, 1, 2, 3}
    assert any("No split is published" in note for note in job.notes)
    for record in records:
        others = {seen for name, (seen, _) in CLIPS.items() if name != record.task}
        assert record.kept["said"] in others
        assert {"ROUGE-L", "music ROUGE-L"} <= set(record.values)


def test_every_value_is_of_a_measure_of_the_protocol(data):
    known = {measure.name for measure in PROTOCOLS["mmtrail"].measures}
    job, records = judged(Options(data, seeds=1))
    assert {name for record in records for name in record.values} <= known
    assert set(job.lacks) <= known and len(known) == len(PROTOCOLS["mmtrail"].measures)


def test_only_clips_that_are_answered_or_listed_are_judged(data, tmp_path):
    said = predicted(tmp_path, {"bbbbbbbbbbb_0000007": "Soup.", "other": "Nothing."})
    job = PROTOCOLS["mmtrail"].open(Options(data, predictions=said))
    assert list(job.tasks) == ["bbbbbbbbbbb_0000007"]
    assert any("1 of 3 clips are in theirs.json" in note for note in job.notes)
    listed = tmp_path / "test.json"
    listed.write_text(json.dumps(["aaaaaaaaaaa"]))
    job = PROTOCOLS["mmtrail"].open(Options(data, splits=listed))
    assert list(job.tasks) == ["aaaaaaaaaaa_0000001", "aaaaaaaaaaa_0000002"]
    assert not any("No split" in note for note in job.notes)
    listed.write_text(json.dumps(["ccccccccccc"]))
    with pytest.raises(SummarizerError, match=r"no clip .* is listed in test\.json"):
        PROTOCOLS["mmtrail"].open(Options(data, splits=listed))


@pytest.mark.parametrize("content", ["{", '{"a": 1}', "[1, 2]"])
def test_a_list_of_ids_is_a_list_of_texts(tmp_path, content):
    path = tmp_path / "ids.json"
    path.write_text(content)
    with pytest.raises(SummarizerError, match=r"ids\.json: (can't be read|is no list)"):
        ids(path)


def test_a_preset_tells_of_the_raw_clips(data, tmp_path, cut_clip, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "videos"
    folder.mkdir()
    for name in list(CLIPS)[:2]:
        shutil.copy(cut_clip, folder / f"{name}.mp4")
    job, records = judged(Options(data, videos=folder, seeds=1))
    assert list(job.tasks) == list(CLIPS)[:2]
    mine = [record for record in records if record.way == "offline"]
    assert not any(record.error for record in records)
    assert all(record.kept["said"] and "music cosine" in record.values for record in mine)
    assert [record.way for record in records].count("offline shuffled") == 2


def test_a_clip_that_cannot_be_read_is_recorded(data, tmp_path):
    folder = tmp_path / "videos"
    folder.mkdir()
    (folder / "aaaaaaaaaaa_0000001.mp4").write_bytes(b"no video")
    _, records = judged(Options(data, videos=folder, seeds=1))
    (mine,) = (record for record in records if record.way == "offline")
    assert mine.error and not mine.values
