"""The journal of a batch: each video once, whatever the file went through."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from summarizer.batch.records import Record, kept, read
from summarizer.errors import OutputError, SummarizerError

SETTINGS = {"preset": "offline", "length": "15%"}
ONE = Record("one-1", "/films/one.mp4", "die Möwen\n", 12.5, saliency=(1, 2), spent={"Opening": 1})
TWO = Record("two-2", "/films/two.mp4", "", error="it is broken", cause="the file")


def test_a_record_comes_back_as_it_was():
    for record in (ONE, TWO):
        assert Record.from_json(record.to_json()) == record
        assert "\n" not in record.to_json()
    for text in ("", "7", "{}", '{"task": 1}', ONE.to_json()[:-3]):
        with pytest.raises(ValueError):
            Record.from_json(text)


def test_a_video_has_one_record(tmp_path):
    with kept(tmp_path, SETTINGS) as records:
        records.add(ONE)
        records.add(replace(ONE, want="again"))
    with kept(tmp_path, SETTINGS) as records:
        assert records.done == {"one-1": ONE}
        records.add(ONE)
        records.add(TWO)
    assert read(tmp_path) == (ONE, TWO)


def test_wherever_the_last_line_is_torn_the_others_are_there(tmp_path):
    with kept(tmp_path, SETTINGS) as records:
        records.add(ONE)
        records.add(TWO)
    file = tmp_path / "records.jsonl"
    whole = file.read_bytes()
    first = whole.index(b"\n") + 1
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert read(tmp_path) == ((ONE,) if length >= first else ())
        with kept(tmp_path, SETTINGS) as records:
            records.add(ONE)
            records.add(TWO)
        assert file.read_bytes() == whole


def test_what_failed_can_be_tried_again(tmp_path):
    with kept(tmp_path, SETTINGS) as records:
        records.add(TWO)
        records.add(ONE)
    with kept(tmp_path, SETTINGS, retry=True) as records:
        assert records.done == {"one-1": ONE}
        assert read(tmp_path) == (ONE,)
        records.add(replace(TWO, error=""))
    assert [each.error for each in read(tmp_path)] == ["", ""]


def test_results_of_other_settings_are_refused(tmp_path):
    with kept(tmp_path, SETTINGS) as records:
        records.add(ONE)
    with (
        pytest.raises(OutputError, match="another length"),
        kept(tmp_path, SETTINGS | {"length": "30s"}),
    ):
        pass
    (tmp_path / "batch.json").write_text("[")
    with (
        pytest.raises(OutputError, match="another length, another preset"),
        kept(tmp_path, SETTINGS),
    ):
        pass
    assert read(tmp_path) == (ONE,)


def test_two_runs_never_share_a_folder(tmp_path):
    pytest.importorskip("fcntl")
    with (
        kept(tmp_path, SETTINGS),
        pytest.raises(OutputError, match="another run is writing"),
        kept(tmp_path, SETTINGS),
    ):
        pass


def test_a_line_of_something_else_is_named(tmp_path):
    (tmp_path / "records.jsonl").write_text(f"{ONE.to_json()}\n{json.dumps({'a': 1})}\n")
    with pytest.raises(SummarizerError, match=r"line 2 of .*records\.jsonl is no record"):
        read(tmp_path)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OutputError, match="choose another folder"),
        kept(tmp_path / "file" / "out", SETTINGS),
    ):
        pass


def test_a_full_disk_is_one_sentence_and_what_was_written_stays(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no disk that is always full")
    with kept(tmp_path, SETTINGS) as records:
        records.add(ONE)
        with Path("/dev/full").open("ab", buffering=0) as full:
            records.file, mine = full, records.file
            with pytest.raises(OutputError, match="no space left"):
                records.add(TWO)
            records.file = mine
    assert read(tmp_path) == (ONE,)


def test_an_error_of_somebody_else_is_not_taken_for_one_of_the_disk(tmp_path):
    with pytest.raises(BrokenPipeError), kept(tmp_path, SETTINGS):
        raise BrokenPipeError
