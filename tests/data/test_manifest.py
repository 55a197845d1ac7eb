"""A manifest comes back as it was written, and what is wrong with one is told in a sentence."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.data import manifest
from summarizer.data.manifest import Example, Malformed, Rated, Told
from summarizer.errors import SummarizerError

FULL = Example(
    id="v_1",
    video="videos/a.mp4",
    sound="https://example.org/a.mp3",
    image="a.jpg",
    part=(1.5, 9.0),
    seconds=7.5,
    wish="the dog",
    story=(Told("A dog runs.", 0.0, 2.0), Told("It sleeps.")),
    captions=(Told("a drum", 0, 7, name="music"), Told("a lawn", name="frame")),
    windows=((0.0, 2.0), (4.0, 7.5)),
    saliency=Rated(2.0, ((1.0, 2.5, 5.0), (1, 1, 1)), 1.0, 5.0),
    masks=Rated(1.0, ((0, 1, 1), (1, 0, 0))),
    split="train",
    source="some set",
    licence="CC0",
)
PLAIN = Example(id="a", video="a.mp4")


def saved(path: Path, *lines: object) -> Path:
    """A manifest with a right first line and these others, each JSON or a text as it is."""
    head = {"form": manifest.FORM, "version": manifest.VERSION}
    texts = (line if isinstance(line, str) else json.dumps(line) for line in (head, *lines))
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def complaint(path: Path, **how) -> str:
    with pytest.raises(SummarizerError) as caught:
        list(manifest.read(path, **how))
    return str(caught.value)


# -- there and back -------------------------------------------------------------------------------

times = st.floats(0, 1e6)
spans = st.tuples(times, times).map(sorted).map(tuple)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
tellings = st.builds(
    lambda text, span, name: Told(text, *span, name=name),
    texts, st.one_of(spans, st.just((None, None))), texts,
)  # fmt: skip


@st.composite
def ratings(draw, values):
    length = draw(st.integers(1, 5))
    row = st.tuples(*[values] * length)
    rows = draw(st.lists(row, min_size=1, max_size=3))
    return Rated(draw(st.floats(0.01, 1000)), tuple(rows))


examples = st.builds(
    Example,
    id=texts.filter(bool),
    video=st.sampled_from(["", "a.mp4", "b/ü c.mkv", "http://x.org/?v=1&t=2"]),
    part=st.none() | spans,
    seconds=times,
    wish=texts,
    story=st.lists(tellings, max_size=3).map(tuple),
    captions=st.lists(tellings, max_size=3).map(tuple),
    windows=st.lists(spans, max_size=3).map(tuple),
    saliency=st.none() | ratings(st.floats(0, 1)),
    masks=st.none() | ratings(st.integers(0, 1)),
    split=st.sampled_from(manifest.SPLITS),
)


@given(st.lists(examples, max_size=4, unique_by=lambda each: each.id))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read(tmp_path_factory, written):
    path = tmp_path_factory.mktemp("manifest") / "m.jsonl"
    assert manifest.write(written, path) == len(written)
    assert list(manifest.read(path)) == written


def test_every_field_comes_back(tmp_path):
    manifest.write([FULL, PLAIN], tmp_path / "m.jsonl")
    assert list(manifest.read(tmp_path / "m.jsonl")) == [FULL, PLAIN]


def test_it_is_one_example_a_line_after_the_version(tmp_path):
    manifest.write([FULL, replace(PLAIN, wish="two\nlines\u2028three")], tmp_path / "m.jsonl")
    head, *rest = (tmp_path / "m.jsonl").read_bytes().splitlines()
    assert json.loads(head) == {"form": manifest.FORM, "version": manifest.VERSION}
    assert [json.loads(line)["id"] for line in rest] == ["v_1", "a"]
    assert json.loads(rest[1]) == {"id": "a", "video": "a.mp4", "wish": "two\nlines\u2028three"}


def test_reading_stops_where_it_is_told_to(tmp_path):
    path = saved(tmp_path / "m.jsonl", {"id": "a"}, {"id": "b"}, "nonsense")
    assert [each.id for each in manifest.read(path, most=2)] == ["a", "b"]


def test_reading_streams(tmp_path):
    path = saved(tmp_path / "m.jsonl", {"id": "a"}, "nonsense")
    reading = manifest.read(path)
    assert next(reading).id == "a"
    with pytest.raises(SummarizerError):
        next(reading)


def test_a_failed_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "m.jsonl"
    manifest.write([PLAIN], path)
    before = path.read_bytes()

    def breaking():
        yield FULL
        raise SummarizerError("no more")

    with pytest.raises(SummarizerError):
        manifest.write(breaking(), path)
    with pytest.raises(SummarizerError, match="two examples have the id 'a'"):
        manifest.write([PLAIN, PLAIN], path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["m.jsonl"]


# -- what can't be --------------------------------------------------------------------------------

BROKEN = {
    "not JSON": ("{", "line 2: it is not JSON"),
    "a list": ([1], "line 2: it is"),
    "no id": ({"video": "a.mp4"}, "field 'id' is missing"),
    "empty id": ({"id": ""}, "field 'id' is empty"),
    "unknown field": ({"id": "a", "vidoe": "a.mp4"}, "no field 'vidoe'"),
    "wrong type": ({"id": "a", "seconds": "3"}, "field 'seconds' is '3', not a number"),
    "a truth": ({"id": "a", "seconds": True}, "field 'seconds' is True, not a number"),
    "NaN": ('{"id": "a", "seconds": NaN}', "NaN is not a number"),
    "huge": ('{"id": "a", "seconds": 1e999}', "field 'seconds' is inf"),
    "huge whole": (f'{{"id": "a", "seconds": 1{"0" * 400}}}', "field 'seconds' is 1000"),
    "negative": ({"id": "a", "seconds": -1}, "field 'seconds' is -1"),
    "split": ({"id": "a", "split": "dev"}, "field 'split' is 'dev'"),
    "part": ({"id": "a", "part": [3, 1]}, "field 'part' ends at 1 s, before its start at 3 s"),
    "one number": ({"id": "a", "part": [3]}, "field 'part' has 1 numbers"),
    "window": ({"id": "a", "windows": [[0, 1], [2, 1]]}, "field 'windows' ends at 1 s"),
    "story": ({"id": "a", "story": "text"}, "field 'story' is 'text', not a list"),
    "sentence": ({"id": "a", "story": ["text"]}, "field 'story', entry 1 is 'text'"),
    "half a span": (
        {"id": "a", "story": [{"text": "x"}, {"text": "x", "start": 1}]},
        "field 'story', entry 2: field 'start' comes without 'end'",
    ),
    "rows": (
        {"id": "a", "masks": {"rate": 1, "rows": [[0, 1], [1]]}},
        "field 'masks': field 'rows' has rows of [1, 2] values",
    ),
    "no rows": ({"id": "a", "masks": {"rate": 1, "rows": []}}, "field 'rows' has rows of no"),
    "rate": ({"id": "a", "masks": {"rate": 0, "rows": [[1]]}}, "field 'rate' is 0"),
    "mask": ({"id": "a", "masks": {"rate": 1, "rows": [[0.5]]}}, "besides 0 and 1"),
    "off the scale": (
        {"id": "a", "saliency": {"rate": 1, "rows": [[0, 6]], "high": 5}},
        "field 'saliency': field 'rows' holds a number outside 0 to 5",
    ),
    "text in a row": ({"id": "a", "saliency": {"rate": 1, "rows": [["0"]]}}, "that is no number"),
    "deep": (f'{{"id": {"[" * 100_000}', "line 2: it is not JSON"),
    "outside": ({"id": "a", "video": "../a.mp4"}, "'../a.mp4' leaves the folder"),
    "inside out": ({"id": "a", "image": "b/../../a.jpg"}, "leaves the folder"),
    "absolute": ({"id": "a", "sound": "/etc/passwd"}, "'/etc/passwd' leaves the folder"),
    "drive": ({"id": "a", "video": "c:/a.mp4"}, "leaves the folder"),
    "backslash": ({"id": "a", "video": "..\\a.mp4"}, "leaves the folder"),
    "long": ({"id": "a" * 501}, "field 'id' has 501 characters"),
}


@pytest.mark.parametrize(("line", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_named(tmp_path, line, words):
    said = complaint(saved(tmp_path / "m.jsonl", line))
    assert said.startswith("m.jsonl, line 2: ")
    assert words in said
    assert "\n" not in said and len(said) < 400


def test_an_id_that_comes_twice_is_named(tmp_path):
    path = saved(tmp_path / "m.jsonl", {"id": "a"}, {"id": "b"}, {"id": "a"})
    assert "line 4: field 'id' is 'a' for a second time" in complaint(path)


def test_bytes_that_are_no_text_are_named(tmp_path):
    path = saved(tmp_path / "m.jsonl")
    path.write_bytes(path.read_bytes() + b'{"id": "\xff"}\n')
    assert "line 2: it is not UTF-8" in complaint(path)


def test_a_line_without_end_is_not_read_into_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(manifest, "LINE", 1000)
    path = saved(tmp_path / "m.jsonl", {"id": "a"}, '{"id": "' + "x" * 2000)
    assert "line 3 is longer" in complaint(path)
    with pytest.raises(Malformed, match="takes more than"):
        manifest.line_of(replace(PLAIN, wish="x" * 1000))


def test_too_many_lines_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(manifest, "MOST", 2)
    path = saved(tmp_path / "m.jsonl", *({"id": str(n)} for n in range(3)))
    assert "more than 2 examples" in complaint(path, most=10)


@pytest.mark.parametrize("head", ["", "[]", '{"id": "a"}', "\x00", '{"form": "another"}'])
def test_another_file_is_no_manifest(tmp_path, head):
    path = tmp_path / "m.jsonl"
    path.write_text(f"{head}\n")
    assert "m.jsonl is no manifest" in complaint(path)


def test_a_newer_manifest_is_told_apart(tmp_path):
    path = tmp_path / "m.jsonl"
    path.write_text(json.dumps({"form": manifest.FORM, "version": 2}))
    assert "version 2, and version 1 is read here" in complaint(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    assert "nothing.jsonl can't be read: no such file" in complaint(tmp_path / "nothing.jsonl")
    assert "can't be read: is a directory" in complaint(tmp_path)


def test_half_a_character_is_not_written(tmp_path):
    with pytest.raises(SummarizerError, match="id 'a': a text holds half a character"):
        manifest.write([replace(PLAIN, wish="\ud800")], tmp_path / "m.jsonl")


# -- media ----------------------------------------------------------------------------------------


def test_media_lie_beside_the_manifest(tmp_path):
    path = tmp_path / "m.jsonl"
    assert manifest.place(path, "videos/a.mp4") == tmp_path / "videos" / "a.mp4"
    assert manifest.place(path, "../a.mp4", anywhere=True) == tmp_path / "../a.mp4"
    assert manifest.place(path, "/b/a.mp4", anywhere=True) == Path("/b/a.mp4")
    assert FULL.media == ("videos/a.mp4", "https://example.org/a.mp3", "a.jpg")


def test_only_who_asks_for_it_leaves_the_folder(tmp_path):
    path = tmp_path / "m.jsonl"
    far = replace(PLAIN, video="/b/a.mp4")
    with pytest.raises(SummarizerError, match=r"id 'a': '/b/a\.mp4' leaves the folder"):
        manifest.write([far], path)
    manifest.write([far], path, anywhere=True)
    assert "leaves the folder" in complaint(path)
    assert list(manifest.read(path, anywhere=True)) == [far]


@pytest.mark.parametrize("address", ["http://[", "HTTPS://x.org/a", "http://x.org/../a"])
def test_an_address_is_no_path(tmp_path, address):
    manifest.write([replace(PLAIN, video=address)], tmp_path / "m.jsonl")
    assert next(manifest.read(tmp_path / "m.jsonl")).video == address


# -- the values themselves ------------------------------------------------------------------------


def test_ratings_are_rows_of_numbers_over_time():
    assert FULL.saliency.array.tolist() == [[1.0, 2.5, 5.0], [1.0, 1.0, 1.0]]
    assert FULL.saliency.seconds == 1.5
    with pytest.raises(ValueError, match="read-only"):
        FULL.saliency.array[0, 0] = 3


def test_values_are_checked_wherever_they_are_made():
    with pytest.raises(Malformed, match="outside 0 to 1"):
        Rated(1.0, ((math.nan,),))
    with pytest.raises(Malformed, match="before its start"):
        Told("x", 2.0, 1.0)
    with pytest.raises(Malformed, match="field 'start' is nan"):
        Told("x", math.nan, 1.0)
    with pytest.raises(Malformed, match="'text' is 3"):
        Told(3)
    with pytest.raises(Malformed, match="more than"):
        Example("a", story=(Told("x"),) * (manifest.MANY + 1))
