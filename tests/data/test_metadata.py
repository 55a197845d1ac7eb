"""The table of videos: written from a data set, read again, and its media fetched in parts."""

import csv
import json
from pathlib import Path

import pytest

from summarizer.data import fetching, manifest, metadata
from summarizer.data.__main__ import main
from summarizer.data.manifest import Example, Told
from summarizer.errors import SummarizerError
from tests.data.test_fetch import clip, here, rows, run, serving, videos

__all__ = ["clip"]  # a fixture

IDS = ("aaaaaaaaaaa", "bbbbbbbbbbb", "ccccccccccc")
ENTRIES = [
    {
        "id": name,
        "conversations": [
            {"from": "human", "value": "<video>\nSummarize it"},
            {"from": "gpt", "value": "A dog runs [00, 10]. It stops [50]."},
            {"from": "human", "value": "Only the text"},
            {"from": "gpt", "value": "A dog."},
        ],
        "meta": {"duration": 20, "token": {}},
    }
    for name in IDS
]
PATCH = """
from summarizer.data import download, sources
from summarizer.data.readers import instruct_v2xum
sources.SOURCES["instruct-v2xum"] = sources.Source(
    "some terms", (sources.File("{site}/train.json", "train.json"),)
)
instruct_v2xum.address = lambda name: "{site}/" + name + ".mp4"
"""


def table(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_table_is_fetched_then_its_media_in_parts_and_each_once(tmp_path, clip):
    out, wanted = tmp_path / "media", tmp_path / "metadata.csv"
    files = videos(clip, IDS[0], IDS[1]) | {"/train.json": json.dumps(ENTRIES).encode()}
    with serving(files) as site:
        patch = PATCH.format(site=site.address)
        done = run("fetch", "instruct-v2xum", "--out", wanted, "--max", 2, before=patch)
        assert done.returncode == 0, done.stderr
        assert "2 videos" in done.stdout and site.paths() == ["/train.json"]
        [first, second] = csv.DictReader(wanted.open(encoding="utf-8"))
        assert first["video"] == f"{site.address}/{IDS[0]}.mp4" and first["seconds"] == "20"
        assert first["story"] == "A dog runs. It stops." and second["id"].startswith(IDS[1])

        words = ("media", "--metadata", wanted, "--out", out, "--pause", 0)
        assert run(*words, "--start", 0, "--end", 1).returncode == 0
        assert len(here(out)) == 1
        site.asked.clear()
        assert run(*words, "--start", 0, "--end", 10).returncode == 0
        assert len(here(out)) == 2 and len({p for p in site.paths() if IDS[0] in p}) == 0
    read = list(manifest.read(out / "manifest.jsonl"))
    assert all(manifest.place(out / "manifest.jsonl", each.video).is_file() for each in read)


def test_what_was_unavailable_is_a_table(tmp_path, clip):
    with serving(videos(clip, "a")) as site:
        names = [f"{name},{site.address}/{name}.mp4" for name in ("a", "gone")]
        path = table(tmp_path / "metadata.csv", "id,video", *names)
        done = run("media", "--metadata", path, "--out", tmp_path / "out", "--pause", 0)
    assert done.returncode == 0 and "1 of 2 media are here" in done.stdout
    [here_, gone] = rows(tmp_path / "out")
    assert here_["file"] and not here_["reason"]
    assert not gone["file"] and "404" in gone["reason"]


def test_it_comes_back_and_no_cell_becomes_a_formula(tmp_path):
    examples = [
        Example("=1+1", "https://a.example/v.mp4", seconds=3.5, wish='say "hi", then\ngo',
                story=(Told("One."), Told("Two."))),
        Example("other", "clips/b.mp4", split="test"),
        Example("again", "clips/b.mp4"),
    ]  # fmt: skip
    path = tmp_path / "t.csv"
    assert metadata.write(examples, path) == 2
    assert "\n=1+1" not in path.read_text()
    one, other = metadata.read(path)
    assert (one.id, one.video, one.seconds) == ("=1+1", examples[0].video, 3.5)
    assert one.wish == examples[0].wish and (other.id, other.split) == ("other", "test")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["name,address", "a,b"], "needs at least id and video"),
        (["id,video", "a,"], "line 2: column 'video' is empty"),
        (["id,video", "a,../b.mp4"], "leaves the folder"),
        (["id,video", "a,/etc/passwd"], "leaves the folder"),
        (["id,video", "a,x.mp4", "a,y.mp4"], "line 3: the id 'a' comes twice"),
        (["id,video,seconds", "a,x.mp4,long"], "line 2: column 'seconds' is 'long'"),
        (["id,video,seconds", "a,x.mp4,nan"], "line 2: field 'seconds'"),
        (["id,video,split", "a,x.mp4,best"], "line 2: field 'split'"),
        (["id,video", "," + "x" * 300_000], "no table"),
        ([""], "needs at least"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(tmp_path, lines, words):
    with pytest.raises(SummarizerError, match=words):
        list(metadata.read(table(tmp_path / "t.csv", *lines)))


def test_what_is_no_table_is_refused(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"id,video\n\xff\xfe")
    for name, words in (("x.csv", "UTF-8"), ("none.csv", "can't be read")):
        with pytest.raises(SummarizerError, match=words):
            list(metadata.read(tmp_path / name))


def test_one_list_has_to_be_named(tmp_path, capsys):
    for words in ([], [tmp_path / "m.jsonl", "--metadata", tmp_path / "t.csv"]):
        given = ["media", *words, "--out", tmp_path]
        assert main([str(word) for word in given]) == 2
        assert "name one list of media" in capsys.readouterr().err


def test_a_folder_of_own_clips_works_instead(tmp_path, clip, capsys):
    (tmp_path / "more").mkdir()
    for name in ("b.mp4", "more/a.MP4", "notes.txt"):
        (tmp_path / name).write_bytes(clip)
    assert main(["read", "clips", "--data", str(tmp_path)]) == 0
    assert "2 examples" in capsys.readouterr().out
    read = list(manifest.read(tmp_path / "manifest.jsonl"))
    assert [each.video for each in read] == ["b.mp4", "more/a.MP4"]
    assert not fetching.addresses_of(read)
    (tmp_path / "empty").mkdir()
    assert main(["read", "clips", "--data", str(tmp_path / "empty")]) == 2
