import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from summarizer.errors import OutputError, PresetError, SummarizerError
from summarizer.evaluate.room import Options, Protocol, Record
from summarizer.evaluate.runs import Plan, fingerprint, run
from tests.evaluate.toy import TOY

ROOT = Path(__file__).parents[2]
LINES = ("one a", "two b", "bad a", "three b", "odd a", "four a")
TASKS = tuple(line.split()[0] for line in LINES)


@pytest.fixture
def options(tmp_path) -> Options:
    data = tmp_path / "data"
    data.mkdir()
    (data / "tasks.txt").write_text("\n".join(LINES), encoding="utf-8")
    return Options(data, seeds=2)


@pytest.fixture
def plan(tmp_path) -> Plan:
    return Plan(tmp_path / "out" / "records.csv")


def begun(options: Options) -> list[str]:
    """The tasks that were begun, since it was last asked."""
    noted = options.data.parent / "begun.txt"
    found = noted.read_text().split() if noted.exists() else []
    noted.unlink(missing_ok=True)
    return found


def finished(journal: Path) -> list[str]:
    """The tasks of the whole lines of a journal."""
    lines = journal.read_bytes().split(b"\n")[1:-1] if journal.exists() else []
    return [json.loads(line)["task"] for line in lines]


def of(judge) -> Protocol:
    """A protocol of one task that is judged so."""

    class Job:
        tasks, notes, lacks = ("only",), (), {}

        def __init__(self, options):
            pass

        def judge(self, task):
            return judge(task)

        def pool(self, records):
            return {}

    return replace(TOY, open=Job)


# -- going on -------------------------------------------------------------------------------------


def test_what_is_finished_is_not_judged_again(options, plan):
    first = run("toy", TOY, options, plan)
    assert begun(options) == list(TASKS) == finished(plan.journal)
    again = run("toy", TOY, options, plan)
    assert begun(options) == [] and again.records == first.records
    assert finished(plan.journal) == list(TASKS)


def test_a_journal_cut_anywhere_is_gone_on_with(options, plan):
    records = run("toy", TOY, options, plan).records
    whole = plan.journal.read_bytes()
    ends = [spot + 1 for spot, byte in enumerate(whole) if byte == ord("\n")]
    near = {end + step for end in ends for step in (-1, 0, 1)}
    for cut in sorted(near | set(range(0, len(whole), 37))):
        plan.journal.write_bytes(whole[:cut])
        begun(options)
        assert run("toy", TOY, options, plan).records == records
        kept = max(0, sum(end <= cut for end in ends) - 1)  # the first line is no task
        assert begun(options) == list(TASKS[kept:])
        assert plan.journal.read_bytes() == whole


def test_a_killed_process_goes_on_where_it_was(tmp_path):
    done = {}
    for name in ("killed", "whole"):
        folder = tmp_path / name
        (folder / "data").mkdir(parents=True)
        lines = ("one a", "two b", "gate a", "bad a", "three b")
        (folder / "data" / "tasks.txt").write_text("\n".join(lines), encoding="utf-8")
        command = [sys.executable, "-m", "tests.evaluate.toy", "toy", "--data", "data"]
        command += ["--out", "records.csv"]
        where = {"cwd": folder, "env": os.environ | {"PYTHONPATH": str(ROOT)}}
        if name == "killed":
            started = subprocess.Popen(command, stderr=subprocess.DEVNULL, **where)
            while "gate" not in _text(folder / "begun.txt"):
                assert started.poll() is None
                time.sleep(0.01)
            started.send_signal(signal.SIGKILL)
            started.wait()
            assert finished(folder / "records.jsonl") == ["one", "two"]
            assert not (folder / "records.csv").exists()
        (folder / "go").touch()
        ended = subprocess.run(command, capture_output=True, text=True, **where)
        assert ended.returncode == 0, ended.stderr
        assert finished(folder / "records.jsonl") == ["one", "two", "gate", "bad", "three"]
        begun_there = _text(folder / "begun.txt").split()
        assert begun_there == ["one", "two", *["gate"] * (1 + (name == "killed")), "bad", "three"]
        files = ("records.csv", "records.md", "records.jsonl")
        done[name] = [(folder / each).read_bytes() for each in files], ended.stdout
    assert done["killed"] == done["whole"]


def test_an_interrupted_process_says_how_to_go_on(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tasks.txt").write_text("one a\ngate a", encoding="utf-8")
    command = [sys.executable, "-m", "tests.evaluate.toy", "toy", "--data", "data"]
    command += ["--out", "records.csv"]
    started = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        # a shell that runs this in the background lets its children ignore it
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while "gate" not in _text(tmp_path / "begun.txt"):
        assert started.poll() is None
        time.sleep(0.01)
    started.send_signal(signal.SIGINT)
    _, said = started.communicate()
    assert started.returncode == 130
    assert "the same command goes on" in said and "Traceback" not in said
    assert finished(tmp_path / "records.jsonl") == ["one"]


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_a_later_run_may_do_more(options, plan):
    few = run("toy", TOY, options, replace(plan, most=2))
    assert begun(options) == ["one", "two"]
    assert {record.task for record in few.records} == {"one", "two"}
    more = run("toy", TOY, options, replace(plan, most=4))
    assert begun(options) == ["bad", "three"]
    assert more.records[: len(few.records)] == few.records
    assert run("toy", TOY, options, replace(plan, most=1)).records == few.records[:3]


def test_two_runs_never_write_one_journal(options, plan):
    def both(task):
        with pytest.raises(OutputError, match=r"another run is writing records\.jsonl"):
            run("toy", of(both), options, plan)
        return [Record(task, "w", {"F1": 1.0})]

    assert run("toy", of(both), options, plan).records == (Record("only", "w", {"F1": 1.0}),)


def test_without_a_place_nothing_is_written(options):
    before = set(options.data.parent.rglob("*"))
    assert len({record.task for record in run("toy", TOY, options).records}) == len(TASKS)
    assert set(options.data.parent.rglob("*")) - before == {options.data.parent / "begun.txt"}


def test_progress_is_told_of_each_task(options, plan):
    told = []
    run("toy", TOY, options, replace(plan, most=2))
    run("toy", TOY, options, plan, told.append)
    assert [each.task for each in told] == list(TASKS[2:])
    assert [each.done for each in told] == [3, 4, 5, 6] and told[0].total == 6
    assert told[-1].left == 0 and all(each.left >= 0 for each in told)


# -- what goes wrong ------------------------------------------------------------------------------


def test_a_bad_file_is_written_down_and_the_others_are_judged(options, plan):
    records = run("toy", TOY, options, plan).records
    errors = {record.task: record.error for record in records if record.error}
    assert errors == {"bad": "bad can't be read; mend it", "odd": "ValueError: no such frame"}
    assert all(not record.values for record in records if record.error)


def test_what_failed_is_tried_again_when_asked(options, plan):
    run("toy", TOY, options, plan)
    begun(options)
    (options.data.parent / "mended").touch()
    run("toy", TOY, options, plan)
    assert begun(options) == []
    mended = run("toy", TOY, options, replace(plan, retry=True)).records
    assert begun(options) == ["bad", "odd"]
    assert [record.task for record in mended if record.error] == ["odd"]
    assert tuple(dict.fromkeys(record.task for record in mended)) == TASKS
    assert run("toy", TOY, options, plan).records == mended  # the last line of a task counts


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"F1": float("nan")}, "'F1' = nan"),
        ({"F1": float("inf")}, "'F1' = inf"),
        ({"F2": 1.0}, "'F2' = 1.0"),
        ({"F1": None}, "TypeError"),
    ],
)
def test_a_measure_is_a_number_of_the_protocol(options, values, said):
    (record,) = run("toy", of(lambda task: [Record(task, "w", values)]), options).records
    assert said in record.error and not record.values


def test_a_task_without_any_answer_has_failed(options):
    (record,) = run("toy", of(lambda task: []), options).records
    assert "no way answered" in record.error


def test_a_name_stands_once_in_the_list(options):
    (options.data / "tasks.txt").write_text("one a\ntwo a", encoding="utf-8")
    twice = replace(TOY, open=lambda options: _listing("one", "two", "one"))
    with pytest.raises(SummarizerError, match="'one' twice"):
        run("toy", twice, options)


def _listing(*names):
    class Job:
        tasks = names

    return Job()


# -- whose journal --------------------------------------------------------------------------------


def _other_data(options):
    (options.data / "tasks.txt").write_text("one b\ntwo b", encoding="utf-8")
    return options


def _predicted(options):
    answers = options.data.parent / "answers.jsonl"
    answers.write_text("{}")
    return replace(options, predictions=answers)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda options: replace(options, preset="tiny"), "preset, settings differ"),
        (lambda options: replace(options, settings=("cut.longest=9",)), r"\(settings differs\)"),
        (lambda options: replace(options, seeds=3), r"\(seeds differs\)"),
        (lambda options: replace(options, setting="transfer"), r"\(setting differs\)"),
        (_predicted, r"\(predictions differs\)"),
        (_other_data, r"\(data differs\)"),
    ],
)
def test_a_journal_of_another_run_is_refused(options, plan, change, named):
    run("toy", TOY, options, plan)
    before = plan.journal.read_bytes()
    other = change(options)
    with pytest.raises(OutputError, match=rf"records\.jsonl is of another run .*{named}") as raised:
        run("toy", TOY, other, plan)
    assert "--afresh" in str(raised.value) and "--out" in str(raised.value)
    assert plan.journal.read_bytes() == before
    begun(options)
    assert run("toy", TOY, other, replace(plan, afresh=True)).records
    assert begun(options)[0] == "one"


def test_another_protocol_has_another_journal(options, plan):
    run("toy", TOY, options, plan)
    with pytest.raises(OutputError, match=r"\(protocol differs\)"):
        run("game", TOY, options, plan)


@pytest.mark.parametrize("place", [0, 1, 3])
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"task": [], "records": []}'])
def test_a_damaged_line_is_named(options, plan, place, content):
    run("toy", TOY, options, plan)
    lines = plan.journal.read_bytes().splitlines()
    lines[place] = content
    plan.journal.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(SummarizerError, match=rf"line {place + 1} of records\.jsonl"):
        run("toy", TOY, options, plan)


def test_an_unknown_setting_or_preset_is_said_at_once(options, plan):
    with pytest.raises(PresetError, match="no setting"):
        run("toy", TOY, replace(options, settings=("nonsense=1",)), plan)
    with pytest.raises(PresetError, match="no preset"):
        run("toy", TOY, replace(options, preset="nonsense"), plan)
    assert not plan.out.parent.exists()


def test_a_place_that_is_none_is_said(options, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"records\.jsonl can't be written"):
        run("toy", TOY, options, Plan(tmp_path / "file" / "records.csv"))
    with pytest.raises(OutputError, match=r"must end in \.csv"):
        Plan(tmp_path / "records.jsonl")
    with pytest.raises(SummarizerError, match="--max 0"):
        Plan(most=0)


def test_the_fingerprint_is_of_names_and_contents(tmp_path):
    folder = tmp_path / "data"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.json").write_text("1")
    first = fingerprint(folder)
    (folder / ".hidden").write_text("x")
    (folder / "records.csv").write_text("x")
    (folder / "videos").mkdir()
    (folder / "videos" / "new.mp4").write_text("x")
    assert fingerprint(folder, (folder / "videos", folder / "records")) == first
    assert fingerprint(folder) != first
    moved = tmp_path / "moved"
    (moved / "deep").mkdir(parents=True)
    (moved / "deep" / "a.json").write_text("1")
    assert fingerprint(moved) == first
    (moved / "deep" / "a.json").write_text("2")
    assert fingerprint(moved) != first
    (moved / "deep" / "a.json").rename(moved / "b.json")
    (moved / "b.json").write_text("1")
    assert fingerprint(moved) != first


def test_of_a_large_file_both_ends_count(tmp_path, monkeypatch):
    monkeypatch.setattr("summarizer.files.WHOLE", 100)
    monkeypatch.setattr("summarizer.files.END", 10)
    large = tmp_path / "large"
    prints = set()
    for spot in (None, 0, 199):
        content = bytearray(200)
        if spot is not None:
            content[spot] = 1
        large.write_bytes(content)
        prints.add(fingerprint(large))
    large.write_bytes(bytes(201))
    assert len(prints | {fingerprint(large)}) == 4
