import csv
import random
import re
import statistics
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from summarizer.evaluate.pages import page
from summarizer.evaluate.report import describe, in_order, markdown, table, write
from summarizer.evaluate.room import Measure, Options, Protocol, Record
from summarizer.evaluate.runs import Outcome
from tests.payloads import PAYLOADS, PLAIN, shape, steering

F1 = Measure("F1", "the first", scale=100, places=1)
LOSS = Measure("loss", "the second", better="lower")
HOSTILE = "=1+1 | **a** <img src=x onerror=alert(1)>\n# b \x1b[31m </script> [c](http://d) _e_"


class Job:
    """Nothing but what a report asks of a job."""

    tasks = ()

    def __init__(self, notes=(), lacks=None, pool=lambda records: {}):
        self.notes, self.lacks, self.pool = notes, lacks or {}, pool


def outcome(records, measures=(F1, LOSS), job=None, apart=None, **options) -> Outcome:
    protocol = Protocol("what a toy is worth", tuple(measures), Job, apart)
    asked = Options(Path("data"), preset="mine", **options)
    return Outcome("toy", protocol, asked, job or Job(), tuple(records))


def rows(text: str, number: int = 0) -> dict[str, list[str]]:
    """The cells of a Markdown table by the first of their row."""
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    split = [re.split(r"(?<!\\)\|", line)[1:-1] for line in tables[number].splitlines()]
    assert len({len(row) for row in split}) == 1
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in split}


def some(way="mine", tasks=6, shift=0.0, **more) -> list[Record]:
    draw = random.Random(4)
    return [
        Record(f"t{n}", way, {"F1": draw.random() + shift, "loss": draw.random()}, **more)
        for n in range(tasks)
    ]


# -- the table ------------------------------------------------------------------------------------


def test_the_real_way_comes_first_then_people_then_what_anybody_has():
    ways = ["random", "uniform", "human", "mine", "centre", "others", "keywords"]
    ordered = ("mine", "human", "others", "keywords", "centre", "uniform", "random")
    assert in_order(ways, "mine") == ordered
    assert in_order(reversed(ways), "mine") == ordered


def test_predictions_are_named_by_their_file():
    told = outcome([], predictions=Path("somewhere") / "theirs.jsonl")
    assert told.real == "theirs" and outcome([]).real == "mine"


def test_a_cell_tells_mean_spread_and_interval_in_the_units_of_its_column():
    records = [each for seed in (0, 1) for each in some(seed=seed, shift=seed / 10)]
    means = [statistics.fmean(r.values["F1"] for r in records if r.seed == seed) for seed in (0, 1)]
    (cell, _) = rows(markdown(describe(outcome(records))))["mine"]
    found = re.fullmatch(r"(\d+\.\d) ± (\d+\.\d) \[(\d+\.\d), (\d+\.\d)\]", cell)
    mean, spread, low, high = map(float, found.groups())
    assert mean == pytest.approx(100 * statistics.fmean(means), abs=0.05)
    assert spread == pytest.approx(100 * statistics.stdev(means), abs=0.05)
    assert low < mean < high


def test_the_best_of_each_column_is_marked_whichever_way_is_better():
    records = [Record("t", way, {"F1": f1, "loss": loss}) for way, f1, loss in _three()]
    found = rows(markdown(describe(outcome(records))))
    assert found["mine"] == ["**80.0**", "0.300"]
    assert found["human"] == ["**80.0**", "0.400"]  # the same to the digits shown
    assert found["random"] == ["10.0", "**0.100**"]
    alone = rows(markdown(describe(outcome(records[:1]))))
    assert alone["mine"] == ["80.0", "0.300"]  # nothing to be better than


def _three():
    return (("mine", 0.8, 0.3), ("human", 0.80001, 0.4), ("random", 0.1, 0.1))


def test_what_is_missing_is_a_dash_and_a_sentence():
    job = Job(notes=("Splits were drawn.",), lacks={"loss": "needs WordNet; get it with a command"})
    records = [Record("t", "mine", {"F1": 0.5}), Record("u", "mine", {"F1": 0.25})]
    text = markdown(describe(outcome(records, job=job)))
    assert rows(text)["mine"][1] == "–"
    assert "loss: needs WordNet; get it with a command" in text and "Splits were drawn." in text
    assert "nan" not in text.lower()


def test_pooled_numbers_stand_without_an_interval_and_say_so():
    asked = []

    def pool(records):
        asked.append({(record.way, record.seed) for record in records})
        return {"BLEU": len(records) / 100}

    bleu = Measure("BLEU", "pooled", scale=100, places=0)
    records = [*some(), *some("random", 4, seed=0), *some("random", 2, seed=1)]
    text = markdown(describe(outcome(records, (F1, bleu), Job(pool=pool))))
    found = rows(text)
    assert found["mine"][1] == "**6**" and found["random"][1] == "3 ± 1"
    assert sorted(map(sorted, asked)) == [[("mine", 0)], [("random", 0)], [("random", 1)]]
    assert "BLEU: counted over all records at once, so without interval." in text


def test_the_second_table_averages_each_row_by_itself():
    records = [
        Record(f"t{n}", way, {"F1": value}, kept={"kind": kind})
        for way, shift in (("mine", 0), ("random", 0.5))
        for n, (kind, value) in enumerate([("b", 0.1 + shift), ("b", 0.3 + shift), ("a", shift)])
    ]
    told = outcome(records, (F1,), apart=lambda record: (record.kept["kind"], "all"))
    found = rows(markdown(describe(told)), 1)
    assert list(found)[2:] == ["a", "b", "all"]
    assert found["b"] == ["2", "20.0", "70.0"]
    assert found["a"] == ["1", "0.0", "50.0"]
    assert found["all"] == ["3", "13.3", "63.3"]
    again = [replace(record, seed=1) for record in records]  # seeds are no more answers
    assert rows(markdown(describe(replace(told, records=(*records, *again)))), 1)["all"][0] == "3"


def test_failures_are_counted_and_told():
    bad = [Record(f"b{n:02}", "", error=f"no frame {n}") for n in range(12)]
    half = Record("t0", "theirs", error="no answer")
    text = markdown(describe(outcome([*some(), half, *bad])))
    assert "18 tasks, 13 failed:" in text
    assert "- b00: no frame 0" in text and "and 3 more, in the records." in text
    assert "6 tasks, none failed." in markdown(describe(outcome(some())))
    few = markdown(describe(outcome([*some(tasks=1), half])))
    assert "1 task, 1 failed:" in few and "- t0 (theirs): no answer" in few


def test_a_run_in_which_all_failed_has_no_table():
    report = describe(outcome([Record("t", "", error="broken"), Record("u", "", error="too")]))
    text = markdown(report)
    assert "|" not in text and "2 tasks, 2 failed:" in text and "- t: broken" in text
    assert report.cells == {} and "broken" in page(outcome([Record("t", "", error="x")]), report)


def test_one_task_and_one_seed_are_a_bare_number():
    text = markdown(describe(outcome([Record("t", "mine", {"F1": 0.5, "loss": -0.0001})])))
    assert rows(text)["mine"] == ["50.0", "0.000"]
    assert "±" not in text and "interval" not in text


def test_the_order_of_records_changes_nothing():
    records = [*some(), *some("human"), *some("random", seed=0), *some("random", seed=1, shift=0.1)]
    records += [Record("bad", "", error="b"), Record("worse", "", error="a")]
    records += some("human", shift=0.2)  # asked twice

    def told(records):
        apart = lambda record: (f"seed {record.seed}",)  # noqa: E731
        job = Job(pool=lambda records: {"first": records[0].values["F1"]})
        first = Measure("first", "whatever is pooled first", places=9)
        return markdown(describe(outcome(records, (F1, LOSS, first), job, apart)))

    shuffled = list(records)
    for seed in range(5):
        random.Random(seed).shuffle(shuffled)
        assert told(shuffled) == told(records)


# -- text of strangers ----------------------------------------------------------------------------


@pytest.fixture
def hostile() -> Outcome:
    records = [
        Record(HOSTILE, "mine", {"F1": 0.1}, HOSTILE, curves={HOSTILE: [0, 1, 0]}),
        Record("t", HOSTILE, {"F1": 0.2}, kept={"said": HOSTILE, HOSTILE: "+1", "rows": [1, 2]}),
        Record(f"{HOSTILE}!", "", error=HOSTILE),
    ]
    apart = lambda record: (record.task,)  # noqa: E731
    return outcome(records, job=Job(notes=(HOSTILE,), lacks={"loss": HOSTILE}), apart=apart)


def test_in_markdown_they_are_words(hostile):
    text = markdown(describe(hostile))
    assert len(rows(text)) == 4 and len(rows(text, 1)) == 4  # no cell was split
    assert text.replace("\n", "").isprintable()
    bare = re.sub(r"\\.", "", text)
    assert not re.search(r"<|\]\(|\*\*a|(?m:^#+ b)", bare)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_words_of_strangers_stay_words_in_every_form(payload, tmp_path):
    pages, texts = [], []
    for word in (PLAIN, payload):
        records = [
            Record(word, "mine", {"F1": 0.1}, word, curves={word: [0, 1, 0]}),
            Record("t", f"{word} ", {"F1": 0.2}, kept={"said": word}),
            Record(f"{word}!", "", error=word),
        ]
        job = Job(notes=(word,), lacks={"loss": word})
        told = outcome(records, job=job, apart=lambda record: (record.task,))
        pages.append(page(told, describe(told)))
        texts.append(markdown(describe(told)))
        table(told.records, told.protocol.measures, tmp_path / "records.csv")
    assert shape(pages[1]) == shape(pages[0])
    usual, found = (MarkdownIt("commonmark").enable("table").render(each) for each in texts)
    assert shape(found) == shape(usual) and steering(texts[1]) == ""
    with (tmp_path / "records.csv").open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert steering("".join(cells)) == ""


def test_in_a_page_they_are_words(hostile):
    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.tags, self.attributes, self.words = set(), set(), ""

        def handle_starttag(self, tag, attrs):
            self.tags.add(tag)
            self.attributes |= {name for name, _ in attrs}

        def handle_data(self, data):
            self.words += data

    reader, text = Reader(), page(hostile, describe(hostile))
    reader.feed(text)
    assert "img" not in reader.tags and not reader.attributes & {"onerror", "src", "href"}
    assert "<img src=x onerror=alert(1)>" in reader.words
    # what plotly is given has been escaped for the HTML that it reads
    given = text.split("Plotly.newPlot")[1:]
    assert given and all("u003cimg" not in each for each in given)
    assert any("\\u0026lt;img" in each or "&lt;img" in each for each in given)


def test_in_a_spreadsheet_they_are_text(hostile, tmp_path):
    target = tmp_path / "records.csv"
    table(hostile.records, hostile.protocol.measures, target)
    with target.open(newline="", encoding="utf-8") as file:
        read = list(csv.reader(file))
    numbers = {"", "0", "0.1", "0.2", "-0.5"}
    assert all(cell in numbers or cell[0] not in "=+-@\t\r" for row in read for cell in row)
    assert {len(row) for row in read} == {len(read[0])} and len(read) == 4


# -- files ----------------------------------------------------------------------------------------


def test_the_table_of_records_holds_all_numbers_exactly(tmp_path):
    records = [*some(), Record("x", "mine", {"F1": -0.5}, "g", 3, kept={"n": 2, "why": "so"})]
    table(records, (F1, LOSS), tmp_path / "records.csv")
    with (tmp_path / "records.csv").open(newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    for row, record in zip(read, records, strict=True):
        assert (row["task"], row["way"]) == (record.task, record.way)
        assert (row["group"], int(row["seed"])) == (record.group, record.seed)
        found = {name: float(row[name]) for name in ("F1", "loss") if row[name]}
        assert found == dict(record.values)
    assert (read[-1]["n"], read[-1]["why"], read[0]["n"]) == ("2", "so", "")


def test_all_files_lie_beside_each_other_and_nothing_else(tmp_path):
    told = outcome([*some(), *some("random")])
    write(told, describe(told), tmp_path / "records.csv")
    assert {each.name for each in tmp_path.iterdir()} == {
        *("records.csv", "records.md", "records.html")
    }
    assert (tmp_path / "records.md").read_text(encoding="utf-8") == markdown(describe(told))


def test_the_worst_are_shown_with_the_curves_of_their_worst_record():
    records = [
        Record(f"t{n:02}", "mine", {"loss": n + extra / 2}, seed=extra, curves=_curve(n, extra))
        for n in range(12)
        for extra in (0, 1)
    ]
    text = page(told := outcome(records, (LOSS,)), describe(told))
    worst = text.split("The worst of mine by loss")[1]
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", worst)
    assert captions == [f"t{n:02}: {n + 0.25:.3f}" for n in range(11, 1, -1)]
    assert "curve 11 1" in worst and "curve 11 0" not in worst
    better = replace(told.protocol, measures=(replace(LOSS, better="higher"),))
    turned = replace(told, protocol=better)
    worst = page(turned, describe(turned)).split("The worst of")[1]
    assert "<figcaption>t00: 0.250" in worst and "t11" not in worst and "curve 0 0" in worst


def _curve(task, extra):
    return {f"curve {task} {extra}": [0.0, 1.0, 0.5]}
