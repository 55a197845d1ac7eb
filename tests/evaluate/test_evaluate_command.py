import csv

import pytest

from summarizer.evaluate.__main__ import main
from summarizer.evaluate.protocols import PROTOCOLS
from tests.evaluate.toy import TOY


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder to work in, with the data of the toy protocol, which has a name here."""
    monkeypatch.setitem(PROTOCOLS, "toy", TOY)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tasks.txt").write_text("one a\ntwo b\nbad a", encoding="utf-8")
    return tmp_path


def test_the_list_tells_what_each_protocol_measures(desk, capsys):
    assert main(["list"]) == 0
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert told == {name: protocol.about for name, protocol in PROTOCOLS.items()}
    assert "wishes" in told


def test_the_table_is_printed_and_nothing_is_kept(desk, capsys):
    assert main(["toy", "--data", "data", "--seeds", "3"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("# toy, offline") and "3 tasks, 1 failed:" in said.out
    lines = said.err.splitlines()
    assert lines[0].startswith("[1/3") and "one: F1" in lines[0] and "(offline)" in lines[0]
    assert lines[2] == "[3/3] bad: failed: bad can't be read; mend it"
    assert {each.name for each in desk.iterdir()} == {"data", "begun.txt"}


def test_all_options_reach_the_run(desk, capsys):
    words = ["toy", "--data", "data", "--out", "out/toy.csv", "--set", "cut.longest=9"]
    assert main([*words, "--seeds", "2", "--max", "1", "--preset", "tiny"]) == 0
    names = {"toy.csv", "toy.jsonl", "toy.md", "toy.html"}
    assert {each.name for each in (desk / "out").iterdir()} == names
    with (desk / "out" / "toy.csv").open(newline="") as file:
        assert [row["way"] for row in csv.DictReader(file)] == ["random", "random", "tiny"]
    assert main([*words, "--seeds", "2"]) == 1
    assert "toy.jsonl is of another run (preset, settings differ)" in capsys.readouterr().err
    assert main([*words, "--seeds", "2", "--afresh"]) == 0
    (desk / "mended").touch()
    assert main([*words, "--seeds", "2"]) == 0 and "1 failed" in capsys.readouterr().out
    assert main([*words, "--seeds", "2", "--retry"]) == 0
    assert "none failed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "no protocol 'nonsense'; there are "),
        (["toy", "--setting", "other"], "no setting 'other'; there are canonical"),
        (["toy", "--seeds", "0"], "--seeds 0 is not between"),
        (["toy", "--max", "0"], "--max 0 leaves no task"),
        (["toy", "--out", "records.txt"], "--out records.txt must end in .csv"),
        (["toy", "--preset", "nonsense", "--out", "a.csv"], "no preset 'nonsense'"),
        (["toy", "--set", "cut.longest", "--out", "a.csv"], "no setting"),
    ],
)
def test_an_error_is_one_sentence(desk, capsys, words, said):
    assert main([*words, "--data", "data"]) == 1
    told = capsys.readouterr()
    assert told.err.startswith(f"error: {said}") and told.err.count("\n") == 1
    assert told.out == "" and not (desk / "begun.txt").exists()


def test_a_run_without_any_result_is_an_error_that_still_tells_why(desk, capsys):
    (desk / "data" / "tasks.txt").write_text("bad a")
    assert main(["toy", "--data", "data", "--out", "records.csv"]) == 1
    told = capsys.readouterr()
    assert "bad can't be read; mend it" in told.out and "no task could be judged" in told.err
    assert (desk / "records.html").is_file()
