import json
import shutil

import numpy as np
import pytest

from summarizer.data.manifest import Example, Rated, Told
from summarizer.errors import SummarizerError
from summarizer.evaluate import judges, v2xum
from summarizer.evaluate.protocols import PROTOCOLS
from summarizer.evaluate.room import Options
from summarizer.evaluate.v2xum import answer_from, answer_of, by_video, positions_of
from summarizer.metrics import semantic, text
from summarizer.schema import Highlight, Preference, Saliency, Sentence, Summary, Video

SENTENCES = {
    "aaaaaaaaaaa": ("A dog runs over the grass.", "It finds a red ball."),
    "bbbbbbbbbbb": ("Two people cook soup.", "They taste it with a spoon."),
    "ccccccccccc": ("Snow falls on a house.", "A child builds a snowman."),
}
TIMES = {"aaaaaaaaaaa": (2.0, 7.0), "bbbbbbbbbbb": (0.0, 11.0), "ccccccccccc": (3.0, 4.0)}
SECONDS = 12.0


def entry(name: str) -> dict:
    """As the data has it: a token for every frame that is kept, before its sentence."""
    times = TIMES[name]
    tagged = "\n".join(f"[<f{at}>]{said}" for at, said in enumerate(SENTENCES[name]))
    kept = [1 if second in times else 0 for second in range(int(SECONDS))]
    return {
        "id": name,
        "meta": {
            "duration": SECONDS,
            "sampled_frames": int(SECONDS),
            "token": {f"<f{at}>": time for at, time in enumerate(times)},
        },
        "conversations": [
            {"from": "human", "value": "<video>\nPlease generate BOTH summaries."},
            {"from": "gpt", "value": f"\n{tagged}\n"},
        ],
        "vsum_onehot": kept,
    }


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "test_instruct_v2xum.json").write_text(json.dumps([entry(n) for n in SENTENCES]))
    train = {**entry("aaaaaaaaaaa"), "id": "ddddddddddd"}
    (folder / "train_instruct_v2xum.json").write_text(json.dumps([train]))
    return folder


def predicted(tmp_path, answers: dict[str, str]):
    """In the form of a public fork's output."""
    path = tmp_path / "theirs.json"
    rows = [{"video_filename": f"{name}.mp4", "summary": said} for name, said in answers.items()]
    path.write_text(json.dumps(rows))
    return path


def judged(options: Options):
    job = PROTOCOLS["v2xum"].open(options)
    return job, [record for task in job.tasks for record in job.judge(task)]


# -- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "A dog runs [03, 04, 07]. It barks [99].",  # as the published answers are
        "[03, 04, 07] A dog runs. [99] It barks.",
        "[03][04]  [7]A dog runs.\n[99]It barks.",
    ],
)
def test_tags_are_taken_out_of_an_answer(said):
    answer = answer_of(said)
    assert list(np.flatnonzero(answer.kept)) == [3, 4, 7, 99]
    assert answer.sentences == ("A dog runs.", "It barks.")


def test_an_answer_may_have_no_tags_or_no_text():
    assert not answer_of("A dog runs.").kept.any()
    assert answer_of("[01, 02]").sentences == ()
    assert answer_of("").text == ""


def test_positions_are_hundredths_of_the_length():
    mask = Rated(1.0, (tuple(float(second in (0, 3, 41, 62)) for second in range(63)),))
    found = np.flatnonzero(positions_of(mask, 63.0))
    assert list(found) == [int(100 * second / 63) for second in (0, 3, 41, 62)]
    assert not positions_of(None, 63.0).any()


def test_a_summary_keeps_the_positions_whose_middle_is_in_the_reel():
    video = Video("clip.mp4", "", 50.0, (320, 180), 25, 0, 1, False)
    summary = Summary(
        video,
        Preference(),
        answer=None,
        saliency=Saliency((), ()),
        highlights=(Highlight(1.0, 2.0, 0.5, ""), Highlight(49.0, 50.0, 0.5, "")),
        story=(Sentence(1.0, 2.0, "A dog runs.", ()), Sentence(49.0, 50.0, "It barks.", ())),
    )
    answer = answer_from(summary)
    assert list(np.flatnonzero(answer.kept)) == [2, 3, 98, 99]
    assert answer.text == "A dog runs. It barks."


def test_several_questions_about_one_video_are_put_together():
    mask = Rated(1.0, ((0.0, 1.0, 0.0, 0.0),))
    seen = Example("one", seconds=4.0, masks=mask)
    told = Example("one/2", seconds=4.0, story=(Told("A dog."),))
    other = Example("two/7", seconds=4.0, story=(Told("A cat."),))  # really called so
    nothing = Example("three", seconds=4.0)
    found = by_video([seen, told, other, nothing])
    assert list(found) == ["one", "two/7"]
    assert found["one"].texts == ("A dog.",)
    assert list(np.flatnonzero(found["one"].kept)) == [25]


# -- the protocol ---------------------------------------------------------------------------------


def test_the_right_answer_gets_everything(data, tmp_path):
    answers = {
        name: " ".join(
            f"{said[:-1]} [{int(100 * time / SECONDS):02}]."
            for said, time in zip(SENTENCES[name], TIMES[name], strict=True)
        )
        for name in SENTENCES
    }
    job, records = judged(Options(data, predictions=predicted(tmp_path, answers), seeds=2))
    assert set(job.tasks) == set(SENTENCES)  # and nothing of the training part
    mine = [record for record in records if record.way == "theirs"]
    for record in mine:
        assert record.values["frame F1"] == 1
        assert record.values["ROUGE-L"] == pytest.approx(1)
        assert record.values["cosine"] == pytest.approx(1, abs=1e-5)
        assert record.values["CIDEr-D"] == pytest.approx(10)
    assert list(job.pool(mine).values()) == pytest.approx([1, 1, 1, 1])


def test_trivial_ways_stand_beside_it(data, tmp_path):
    said = {name: "Somebody does something [50]." for name in SENTENCES}
    _, records = judged(Options(data, predictions=predicted(tmp_path, said), seeds=3))
    ways = {}
    for record in records:
        ways.setdefault(record.way, []).append(record)
    assert set(ways) == {"random", "uniform", "centre", "theirs", "theirs shuffled"}
    assert {record.seed for record in ways["random"]} == {0, 1, 2}
    assert all(sum(record.curves["kept"]) == 15 for record in ways["random"] + ways["uniform"])
    # chance says what is wanted of another video, and never what is wanted of this one
    for record in ways["random"]:
        others = {" ".join(SENTENCES[name]) for name in SENTENCES if name != record.task}
        assert record.kept["said"] in others
    for way in ("uniform", "centre"):
        assert all(set(record.values) == {"frame F1"} for record in ways[way])


def test_a_shuffled_answer_is_that_to_another_video(data, tmp_path):
    said = {name: f"This is {name} [{at:02}]." for at, name in enumerate(SENTENCES)}
    _, records = judged(Options(data, predictions=predicted(tmp_path, said), seeds=1))
    shuffled = {record.task: record for record in records if record.way == "theirs shuffled"}
    assert len(shuffled) == 3
    assert {record.kept["said"] for record in shuffled.values()} == {
        f"This is {name}." for name in SENTENCES
    }
    for task, record in shuffled.items():
        assert task not in record.kept["said"]


def test_what_is_measured_is_what_the_metrics_say(data, tmp_path):
    said = {name: "A dog and a child [16, 58]." for name in SENTENCES}
    job, records = judged(Options(data, predictions=predicted(tmp_path, said), seeds=1))
    mine = {record.task: record for record in records if record.way == "theirs"}
    references = [[" ".join(SENTENCES[name])] for name in mine]
    whole = text.corpus(["A dog and a child."] * 3, references)
    assert job.pool(list(mine.values()))["BLEU-1"] == pytest.approx(whole["BLEU-1"])
    means = np.mean([record.values["CIDEr-D"] for record in mine.values()])
    assert means == pytest.approx(whole["CIDEr-D"])
    # 2 and 7 of 12 seconds are the positions 16 and 58; 3 of 12 is 25, 4 of 12 is 33
    assert mine["aaaaaaaaaaa"].values["frame F1"] == 1
    assert mine["ccccccccccc"].values["frame F1"] == 0


def test_a_missing_answer_is_recorded_and_an_empty_one_is_worth_nothing(data, tmp_path):
    said = {"aaaaaaaaaaa": "", "bbbbbbbbbbb": "Two people [04]."}
    _, records = judged(Options(data, predictions=predicted(tmp_path, said), seeds=1))
    mine = {record.task: record for record in records if record.way == "theirs"}
    assert "says nothing of ccccccccccc" in mine["ccccccccccc"].error
    assert not mine["ccccccccccc"].values
    assert set(mine["aaaaaaaaaaa"].values.values()) == {0.0}
    assert "frame F1" in mine["aaaaaaaaaaa"].values


def test_every_value_is_of_a_measure_of_the_protocol(data, tmp_path):
    protocol = PROTOCOLS["v2xum"]
    known = {measure.name for measure in protocol.measures}
    job, records = judged(Options(data, seeds=1))
    assert {name for record in records for name in record.values} <= known
    assert set(job.lacks) <= known
    assert "--videos" in job.lacks["F_CLIP"] or "clip-vit" in job.lacks["F_CLIP"]
    assert {record.way for record in records} == {"random", "uniform", "centre"}


def test_broken_entries_are_left_out_and_told(data):
    path = data / "test_instruct_v2xum.json"
    rows = json.loads(path.read_text())
    rows[1]["meta"]["duration"] = "long"
    path.write_text(json.dumps(rows))
    job = PROTOCOLS["v2xum"].open(Options(data))
    assert len(job.tasks) == 2
    assert any("1 entries are broken" in note and "duration" in note for note in job.notes)


def test_without_a_test_part_everything_is_judged_and_the_table_says_so(data):
    (data / "test_instruct_v2xum.json").unlink()
    job = PROTOCOLS["v2xum"].open(Options(data))
    assert list(job.tasks) == ["ddddddddddd"]
    assert any("every part" in note for note in job.notes)


@pytest.fixture
def videos(tmp_path, cut_clip):
    folder = tmp_path / "videos"
    folder.mkdir()
    for name in ("aaaaaaaaaaa", "ccccccccccc"):
        shutil.copy(cut_clip, folder / f"{name}.mp4")
    return folder


def test_a_preset_answers_from_the_raw_video(data, videos, tmp_path, tiny_weights, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(judges, "EYES", ("tiny-clip",))
    job, records = judged(Options(data, videos=videos, seeds=1))
    assert list(job.tasks) == ["aaaaaaaaaaa", "ccccccccccc"]
    assert any("1 of 3 videos are not in" in note for note in job.notes)
    mine = [record for record in records if record.way == "offline"]
    assert not any(record.error for record in records)
    for record in mine:
        assert {"frame F1", "ROUGE-L", "cosine", "F_CLIP", "Cross-F_CLIP"} <= set(record.values)
        assert 0 < sum(record.curves["kept"]) <= 20
        assert record.kept["said"]
    shuffled = {record.task: record for record in records if record.way == "offline shuffled"}
    assert shuffled["aaaaaaaaaaa"].kept["said"] == mine[1].kept["said"]


def test_frames_are_matched_by_the_picture_of_their_position(
    data, videos, tmp_path, tiny_weights, monkeypatch
):
    monkeypatch.setattr(judges, "EYES", ("tiny-clip",))
    said = {"aaaaaaaaaaa": "A dog [50]."}
    options = Options(data, videos=videos, predictions=predicted(tmp_path, said), seeds=1)
    job = PROTOCOLS["v2xum"].open(options)
    (mine,) = (record for record in job.judge("aaaaaaaaaaa") if record.way == "theirs")
    # the positions 16, 50 and 58 of 12 seconds, and the clip has another picture every 3
    pictures = job.teller.pictures("aaaaaaaaaaa", [0.505, 0.165, 0.585], 640)
    rows = job.pictures.look(pictures)
    expected = semantic.f_clip(rows[:1], rows[1:]).f1
    assert mine.values["F_CLIP"] == pytest.approx(expected, abs=1e-4)
    ours, theirs = (
        job.pictures.read(each) for each in (["A dog."], list(SENTENCES["aaaaaaaaaaa"]))
    )
    crossed = semantic.cross_f_clip(rows[:1], ours, rows[1:], theirs)
    assert mine.values["Cross-F_CLIP"] == pytest.approx(crossed, abs=1e-4)
    # of the second video there is no picture here, and so no value
    assert all("F_CLIP" not in record.values for record in job.judge("bbbbbbbbbbb"))


def test_another_cut_of_a_video_is_recorded(data, videos):
    path = data / "test_instruct_v2xum.json"
    rows = json.loads(path.read_text())
    rows[0]["meta"]["duration"] = 60.0
    path.write_text(json.dumps(rows))
    job = PROTOCOLS["v2xum"].open(Options(data, videos=videos, seeds=1))
    errors = {record.way: record.error for record in job.judge("aaaaaaaaaaa")}
    assert "another cut" in errors["offline"]
    assert not errors["random"] and not errors["offline shuffled"]


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("[{]", "can't be read"),
        ('"text"', "no object of texts"),
        ('[{"video_id": "a"}]', "entry 1: needs a name"),
        ('[{"summary": "a"}]', "entry 1: needs a name"),
        ('{"a": 5}', "entry 1: needs a name"),
        ('[{"id": "a", "text": "x"}, {"video_filename": "a.mp4", "text": "y"}]', "comes twice"),
    ],
)
def test_broken_predictions_are_an_error_that_names_the_file(data, tmp_path, content, wrong):
    path = tmp_path / "broken.json"
    path.write_text(content)
    with pytest.raises(SummarizerError, match=rf"broken\.json.*{wrong}"):
        PROTOCOLS["v2xum"].open(Options(data, predictions=path))


def test_a_folder_without_any_of_the_videos_is_an_error(data, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SummarizerError, match="none of the 3 videos"):
        PROTOCOLS["v2xum"].open(Options(data, videos=tmp_path / "empty"))
    assert v2xum.POSITIONS == 100
