"""Many videos in one process: what is left, what is told, and what becomes of a stopped run."""

import json
import signal
import subprocess
import sys

import pytest
from markdown_it import MarkdownIt

from summarizer import Summary
from summarizer.batch import __main__ as command
from summarizer.batch import cluster, report
from summarizer.batch.inputs import Item
from summarizer.batch.records import Record, read
from summarizer.batch.work import RECORD, Job, finished, summarized
from summarizer.errors import PresetError
from tests.batch.running import (
    ROOT,
    WANT,
    batch,
    below,
    contents,
    gone,
    records,
    same,
    started,
    until,
)
from tests.payloads import PAYLOADS, PLAIN, shape, steering


def test_each_video_has_a_folder_and_a_record(alone, films):
    found = {each["source"]: each for each in records(alone)}
    assert set(found) == {str(path) for path in films.glob("*.mp4")}
    broken = found.pop(str(films / "half.mp4"))
    assert broken["cause"] == "the file" and "half.mp4 can't be opened" in broken["error"]
    assert not (alone / broken["task"]).exists()
    for each in found.values():
        folder = alone / each["task"]
        assert each == json.loads((folder / RECORD).read_text())
        summary = Summary.from_json((folder / "summary.json").read_text())
        assert summary.preference.want == each["want"] == WANT
        assert (folder / "reel.mp4").exists() == bool(each["highlights"])
        assert each["highlights"] == len(summary.highlights)
        assert sum(each["saliency"]) == len(summary.saliency.total)
        size = sum(path.stat().st_size for path in folder.iterdir() if path.name != RECORD)
        assert each["size"] == size
        assert {"Opening", "Choosing", "Telling", "Rendering"} <= set(each["spent"])
    assert any(each["highlights"] for each in found.values())


def test_a_finished_batch_has_nothing_to_do(alone, films, tmp_path, capsys):
    before, lines = contents(alone), (alone / "records.jsonl").read_bytes()
    given = [str(films), "--want", WANT, "--out", str(alone), "--cache", str(tmp_path)]
    assert command.main([*given, "--workers", "0"]) == command.FAILED
    assert "4 of 5 videos are summarized, 1 failed." in capsys.readouterr().out
    assert contents(alone) == before and (alone / "records.jsonl").read_bytes() == lines


def test_a_line_a_finished_video_and_the_sum_are_told(films, tmp_path):
    given = [films / "film 0.mp4", films / "half.mp4", "--workers", 0]
    done = batch(*given, out=tmp_path / "out", cache=tmp_path / "cache")
    first, second, *rest = done.stdout.splitlines()
    assert first.startswith("[1/2] film 0.mp4: ") and " of 2.0 s, in " in first
    assert second.startswith("[2/2] half.mp4: half.mp4 can't be opened")
    assert rest[0] == "1 of 2 videos are summarized, 1 failed."
    assert done.stderr == "" and done.returncode == 1
    mended = (films / "film 1.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(mended)
    assert batch(*given, out=tmp_path / "out", cache=tmp_path / "cache").returncode == 1


@pytest.mark.slow
def test_a_driver_that_is_killed_goes_on(alone, films, tmp_path):
    given = (films, "--want", WANT, "--workers", 0)
    places = {"out": tmp_path / "out", "cache": tmp_path / "cache"}
    process = started(*given, **places)
    until(lambda: records(tmp_path / "out"), process)
    under = below(process.pid)
    process.kill()
    process.wait()
    assert gone(under)
    assert 0 < len(records(tmp_path / "out")) < 5
    with (tmp_path / "out" / "records.jsonl").open("ab") as file:
        file.write(b'{"task": "half a li')
    batch(*given, **places)
    same(tmp_path / "out", alone)


@pytest.mark.slow
def test_ctrl_c_stops_cleanly_and_the_same_command_goes_on(alone, films, tmp_path):
    given = (films, "--want", WANT, "--workers", 0)
    places = {"out": tmp_path / "out", "cache": tmp_path / "cache"}
    process = started(*given, **places)
    said = process.stdout.readline()  # of the first that is finished: its record is written before
    assert records(tmp_path / "out")
    under = below(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    out = said + out
    assert process.returncode == 130
    assert err == "Stopped; what is finished is kept, and the same command goes on.\n"
    assert gone(under) and not (tmp_path / "out" / ".parts").exists()
    assert out.count("\n") == len(records(tmp_path / "out")) < 5
    batch(*given, **places)
    same(tmp_path / "out", alone)


def test_what_is_there_is_never_made_again(films, tmp_path):
    """A worker that was thought dead, or a driver that died before it wrote the record down."""
    item, job = Item(str(films / "film 0.mp4"), ""), Job(tmp_path / "out", cache=tmp_path / "cache")
    first = summarized(item, job)
    assert not first.error and finished(job.out / item.task) == first
    before = contents(job.out)
    (films / "film 0.mp4").rename(films / "gone.mp4")
    try:
        assert summarized(item, job) == first and contents(job.out) == before
    finally:
        (films / "gone.mp4").rename(films / "film 0.mp4")


def test_two_workers_with_one_video_leave_one_result(films, tmp_path, monkeypatch):
    from summarizer.batch import work

    item, job = Item(str(films / "film 0.mp4"), ""), Job(tmp_path / "out", cache=tmp_path / "cache")
    first, saved = [], work._saved

    def overtaken(*given):
        saved(*given)
        if not first:
            first.append(None)
            first[0] = summarized(item, job)  # the other one is faster

    monkeypatch.setattr(work, "_saved", overtaken)
    assert summarized(item, job) == first[0] == finished(job.out / item.task)
    assert not any((job.out / ".parts").iterdir())


def test_results_that_a_dying_machine_left_torn_are_made_again(films, tmp_path):
    item, job = Item(str(films / "film 0.mp4"), ""), Job(tmp_path / "out", cache=tmp_path / "cache")
    record = summarized(item, job)
    before = contents(job.out)
    (job.out / item.task / RECORD).write_bytes(b"")
    (job.out / item.task / "summary.json").write_bytes(b"")
    again = summarized(item, job)
    assert not again.error and again.highlights == record.highlights
    assert contents(job.out) == before and finished(job.out / item.task) == again


def test_a_video_at_an_address_is_fetched_with_its_subtitles(films, tmp_path):
    (tmp_path / "far.mp4").write_bytes((films / "film 0.mp4").read_bytes())
    cue = "1\n00:00:00,500 --> 00:00:01,500\nThe sea is calm today.\n"
    (tmp_path / "far.en.srt").write_text(cue)
    near = Item(str(tmp_path / "far.mp4"), "the sea")
    far = Item(f"file://{tmp_path}/far.mp4", "the sea")
    job = Job(tmp_path / "out", cache=tmp_path / "cache")
    one, other = summarized(near, job), summarized(far, job)
    assert not one.error and not other.error, other.error
    assert contents(job.out / near.task) == contents(job.out / far.task)
    summary = Summary.from_json((job.out / far.task / "summary.json").read_bytes())
    assert len(summary.video.subtitles) == 1
    gone = summarized(Item(f"file://{tmp_path}/none.mp4", ""), job)
    assert gone.cause == "the file" and gone.error.startswith("it can't be fetched: ")
    small = Job(tmp_path / "out", overrides=("limits.bytes=1000",), cache=tmp_path / "cache")
    other = summarized(Item(f"file://{tmp_path}/../{tmp_path.name}/far.mp4", ""), small)
    assert "limit" in other.error and other.cause == "the file"


def test_an_error_of_this_program_is_a_record(films, tmp_path, monkeypatch):
    def broken(*given, **named):
        raise KeyError("no such thing\nat all")

    monkeypatch.setattr("summarizer.pipeline.Summarizer.choose", broken)
    item, job = Item(str(films / "film 0.mp4"), ""), Job(tmp_path / "out", cache=tmp_path / "cache")
    record = summarized(item, job)
    assert record.cause == "an error of this program" and record.error.startswith("KeyError: ")
    assert "\n" not in record.error and not (job.out / item.task).exists()


def test_results_that_cannot_be_written_are_a_record(films, tmp_path):
    (tmp_path / "out").write_text("a file where the folder should be")
    item, job = Item(str(films / "film 0.mp4"), ""), Job(tmp_path / "out", cache=tmp_path / "cache")
    record = summarized(item, job)
    assert record.cause == "the results could not be written"
    assert record.error == "its results can't be written: not a directory; make room"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--preset", "nothing"], "no preset 'nothing'"),
        (["--set", "cut.nothing=1"], "no setting 'nothing'"),
        (["--shape", "round"], "no shape 'round'"),
        (["--also", "csv,odt"], "no file 'odt'"),
        (["--length", "nine"], "nine"),
        (["--balance", "2"], "balance is 2"),
        (["--workers", "-1"], "--workers -1 is not between 0 and 10,000"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is(given, said, films, tmp_path, capsys):
    assert command.main([str(films), "--out", str(tmp_path / "out"), *given]) == 2
    assert said in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_a_preset_without_its_weights_is_refused_with_the_command(films, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    given = command.arguments().parse_args(
        [str(films), "--out", str(tmp_path), "--preset", "laptop"]
    )
    with pytest.raises(PresetError, match=r"summarizer\.weights get laptop"):
        command.asked(given)


def test_without_ray_one_process_does_it_and_a_cluster_is_refused(
    films, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(cluster, "installed", lambda: False)
    given = [str(films / "half.mp4"), "--out", str(tmp_path / "out")]
    assert command.main([*given, "--ray", "auto"]) == 2
    assert "pip install -r requirements-cluster.txt" in capsys.readouterr().err
    monkeypatch.setattr(cluster, "records", None)
    assert command.main(given) == command.FAILED
    assert [each.cause for each in read(tmp_path / "out")] == ["the file"]


def test_the_report_counts_and_no_stranger_speaks_in_it(tmp_path):
    hostile = "<script>alert(1)</script> | [x](javascript:y) `z` &amp; </td>\x1b[31m"
    done = [
        Record(
            f"t{number}",
            f"/films/{hostile}",
            hostile,
            seconds=10.0 * number,
            answer="found",
            highlights=2,
            reel=float(number),
            saliency=(0,) * 19 + (number,),
            spent={"Watching": 2.0 * number, "Rendering": 1.0},
            size=1_000_000,
        )
        for number in (1, 2, 3)
    ]
    lost = [
        Record(f"f{n}", f"/films/{hostile}", "", error=hostile, cause="the file") for n in (1, 2)
    ]
    told = report.write([*done, *lost], tmp_path)
    assert told.sentences[0] == "3 of 5 videos are summarized, 2 failed."
    assert told.sentences[1] == "They last 1:00; the work on them took 15.0 s, 0.25 times as long."
    tables = {table.title: table.rows[1:] for table in told.tables}
    assert tables["Time"][0] == ("Watching", "12.0 s", "80%", "4.00 s", "5.60 s")
    assert tables["Lengths"][0] == ("video, seconds", "10.0", "15.0", "20.0", "25.0", "30.0")
    assert tables["Failures"][0][:2] == ("the file", "2")
    heights = {bars.title: bars.heights for bars in told.figures}
    assert heights["Saliency: how many seconds"][-1] == 6
    page, text = ((tmp_path / name).read_text() for name in ("report.html", "report.md"))
    tables = page[page.index("<body>") :].replace("<script", "", 4)
    assert "<script>alert" not in tables and "alert(1)" in tables and "\x1b" not in page
    assert "](" not in text and "<" not in text and "&amp;" not in text and "\x1b" not in text


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_words_of_strangers_stay_words_in_the_report(payload):
    pages, texts = [], []
    for word in (PLAIN, payload):
        lost = [Record("a", f"/films/{word}", "", error=word, cause=word)]
        told = report.describe([Record("b", word, word, seconds=9.0, answer="found"), *lost])
        pages.append(report.page(told))
        texts.append(report.markdown(told))
    assert shape(pages[0]) == shape(pages[1])
    usual, found = (MarkdownIt("commonmark").enable("table").render(each) for each in texts)
    assert shape(usual) == shape(found) and steering(texts[1]) == ""


def test_a_report_of_nothing_done_is_written(tmp_path):
    told = report.write(
        [Record("f", "/x.mp4", "", error="it is broken", cause="the file")], tmp_path
    )
    assert told.sentences == ("0 of 1 videos are summarized, 1 failed.",)
    assert [table.title for table in told.tables] == ["Failures"] and not told.figures


def test_it_begins_at_once():
    """What is wrong with a command is said before anything heavy is imported."""
    code = "import sys, summarizer.batch.__main__; print({'torch', 'ray', 'av'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
