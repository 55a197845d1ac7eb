"""The page of a training shows what its log says."""

import json

import pytest

from summarizer.errors import SummarizerError
from summarizer.train import report
from tests.payloads import PAYLOADS, PLAIN, shape


def entry(step: int, seconds: float) -> dict:
    terms = {"words": 2.0 / step, "seconds": 1.0 / step}
    return {"step": step, "loss": 3.0 / step, "rate": 1e-4, "seconds": seconds, "terms": terms}


def test_it_draws_the_log_of_a_run_in_pieces(tmp_path):
    entries = [entry(1, 2.0), entry(2, 5.0), entry(3, 1.0), entry(4, 2.5)]
    (tmp_path / "log.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in entries))
    log = report.read(tmp_path / "log.jsonl")
    assert [each["seconds"] for each in log] == [2.0, 5.0, 6.0, 7.5]  # the second call began anew
    drawn = {trace.name: list(trace.y) for trace in report.figure(log).data if trace.name}
    assert drawn["loss"] == [3.0, 1.5, 1.0, 0.75] and set(drawn) == {"loss", "words", "seconds"}
    assert drawn["words"] == [2.0, 1.0, 2 / 3, 0.5]
    times = report.figure(log).data[-1]
    assert list(times.x) == [1, 2, 3, 4] and list(times.y) == [2 / 60, 5 / 60, 0.1, 0.125]
    report.write(tmp_path / "own.html", "tell: <own>", log, {"held out": 0.5, "data": {"a": "<b>"}})
    page = (tmp_path / "own.html").read_text()
    assert "tell: &lt;own&gt;" in page and "&lt;b&gt;" in page and "<b>" not in page
    assert "cdn." not in page.split("<body>")[0][:2000] and "Plotly.newPlot" in page
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_words_of_strangers_stay_words(payload, tmp_path):
    pages = []
    for word in (PLAIN, payload):
        log = [{**entry(1, 2.0), "terms": {word: 1.0}}]
        report.write(tmp_path / "own.html", word, log, {word: word, "data": {"a": [word]}})
        pages.append(shape((tmp_path / "own.html").read_text()))
    assert pages[0] == pages[1]


def test_without_a_log_there_is_only_the_table(tmp_path):
    assert report.read(tmp_path / "log.jsonl") == []
    report.write(tmp_path / "own.html", "see", [], {"steps": "0 of 10"})
    assert "0 of 10" in (tmp_path / "own.html").read_text()
    (tmp_path / "log.jsonl").write_text("no json\n")
    with pytest.raises(SummarizerError, match="is no log of a training"):
        report.read(tmp_path / "log.jsonl")
