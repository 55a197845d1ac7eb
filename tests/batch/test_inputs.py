"""Which videos are meant: files, folders, globs, manifests, addresses."""

import json
from pathlib import Path

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.batch.inputs import Item, items
from summarizer.errors import SummarizerError


@pytest.fixture
def shelf(tmp_path) -> Path:
    for name in ("b.mp4", "a.MKV", "inner/c.wav", "inner/.hidden.mp4", "notes.txt", "x[1].mp4"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    return tmp_path


def names(found) -> list[str]:
    return [Path(item.source).name for item in found]


def test_a_folder_gives_its_media_in_order(shelf):
    found = items([str(shelf)], "all")
    assert names(found) == ["a.MKV", "b.mp4", "c.wav", "x[1].mp4"]
    assert {item.want for item in found} == {"all"}


def test_a_file_is_taken_as_it_is_named(shelf):
    """Even one that looks like a pattern, isn't there, or is no video: its record says so."""
    given = [str(shelf / name) for name in ("x[1].mp4", "notes.txt", "nowhere.mp4")]
    assert names(items(given, "")) == ["x[1].mp4", "notes.txt", "nowhere.mp4"]


def test_a_glob_may_reach_down_and_must_fit_something(shelf):
    assert names(items([f"{shelf}/**/*.[mw]*"], "")) == ["b.mp4", "c.wav", "x[1].mp4"]
    with pytest.raises(SummarizerError, match=r"nothing fits '.*/\*\.ogv'"):
        items([f"{shelf}/*.ogv"], "")


def test_nothing_is_meant_twice(shelf):
    assert names(items([str(shelf / "b.mp4"), f"{shelf}/b.*", str(shelf)], ""))[0] == "b.mp4"
    assert len(items([str(shelf), str(shelf)], "")) == 4


def test_relative_paths_are_made_whole(shelf, monkeypatch):
    monkeypatch.chdir(shelf)
    assert items(["b.mp4"], "") == items([str(shelf / "b.mp4")], "")


def test_a_manifest_gives_a_wish_a_video(shelf):
    lines = [
        {"video": "b.mp4", "want": "the goals"},
        {"video": "b.mp4", "want": "the crowd"},
        {"video": str(shelf / "a.MKV")},
        {"video": "s3://bucket/far.mp4", "want": ""},
    ]
    manifest = shelf / "list.jsonl"
    manifest.write_text("\n\n".join(map(json.dumps, lines)))
    found = items([str(manifest)], "music")
    assert [item.want for item in found] == ["the goals", "the crowd", "music", ""]
    assert found[0].source == found[1].source == str(shelf / "b.mp4")
    assert found[3].source == "s3://bucket/far.mp4"
    assert len({item.task for item in found}) == 4


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "7",
        '{"want": "x"}',
        '{"video": 3}',
        '{"video": ""}',
        '{"video": "a", "want": null}',
        '{"video": "a", "path": "b"}',
        '{"video": "a\\u0000b"}',
        "[" * 100_000,
        '{"video": "' + "a" * (1 << 20) + '"}',
    ],
    ids=range(11),
)
def test_a_line_that_is_none_is_named(shelf, line):
    manifest = shelf / "list.jsonl"
    manifest.write_text(f'{{"video": "b.mp4"}}\n{line}\n')
    with pytest.raises(SummarizerError, match=r"line 2 of list\.jsonl"):
        items([str(manifest)], "")


def test_a_manifest_that_is_not_there_is_named(shelf):
    with pytest.raises(SummarizerError, match=r"nothing\.jsonl can't be read"):
        items([str(shelf / "nothing.jsonl")], "")


def test_a_folder_without_videos_is_said(tmp_path):
    with pytest.raises(SummarizerError, match="no video is in what was given"):
        items([str(tmp_path)], "")


def test_addresses_are_listed_by_whoever_keeps_them(shelf):
    store = fsspec.filesystem("memory")
    store.pipe({"/films/one.mp4": b"1", "/films/two.mp4": b"2", "/films/read.me": b"3"})
    try:
        both = ["memory:///films/one.mp4", "memory:///films/two.mp4"]
        for given in ("memory://films", "memory://films/*.mp4"):
            assert [item.source.replace("///", "//") for item in items([given], "")] == [
                each.replace("///", "//") for each in both
            ]
        assert items(["memory://films/none.mp4"], "")[0].source == "memory://films/none.mp4"
        with pytest.raises(SummarizerError, match="nothing fits"):
            items(["memory://films/*.ogv"], "")
    finally:
        store.rm("/films", recursive=True)
    assert names(items([f"file://{shelf}"], "")) == ["a.MKV", "b.mp4", "c.wav", "x[1].mp4"]


def test_an_address_nobody_knows_is_one_sentence():
    with pytest.raises(SummarizerError, match="can't be listed"):
        items(["nonsense://bucket/*.mp4"], "")


@given(st.text(max_size=300), st.text(max_size=50))
def test_a_task_is_a_name_for_a_folder(source, want):
    task = Item(source, want).task
    assert task == Item(source, want).task != Item(source, f"{want}.").task
    assert Path(task).name == task and task[0] not in ".-" and len(task.encode()) < 200
    assert task.isprintable() and not set(task) & set('/\\:*?"<>| ')
