"""ID_features.json: what it holds, that it comes back, and that nothing broken is read."""

import json
from dataclasses import replace

import numpy as np
import pytest

from summarizer.dossier import Features
from summarizer.errors import SummarizerError
from summarizer.schema import Preference, Saliency, Track
from tests import perceptions, sounds
from tests.perceptions import at


def seen(seconds: float = 12.3, *, silent: bool = False):
    rows = int(np.ceil(seconds))
    rng = np.random.default_rng(0)
    acoustics = np.stack([rng.random(rows), 5 * rng.random(rows), rng.random(rows) / 2,
                          rng.random(rows)], axis=1)  # fmt: skip
    tracks = [
        Track("acoustics", np.arange(float(rows)), acoustics.astype("f2"), "acoustics 1"),
        Track("timbre", np.arange(float(rows)), rng.normal(size=(rows, 32)).astype("f2"), "mel"),
        Track("tune", np.arange(2 * rows) / 2, rng.normal(size=(2 * rows, 4)).astype("f2"), "mert"),
    ]
    curves = {
        "energy of the sound": at(rows, (2, 5), high=0.9, low=0.5),
        "leaning of the music": at(rows, (2, 5), high=0.9, low=0.5),
        "share of music": at(rows, (2, 5), high=1.0, low=0.0),
        "tempo": np.full(rows, 0.5),
        "beat": at(rows, (0, 3)),
    }
    of = perceptions.video(seconds, silent=silent)
    return perceptions.perception(of, {} if silent else curves, tracks=[] if silent else tracks)


def features(perception=None) -> Features:
    perception = perception or seen()
    curve = perception.curves[:1]
    return Features.of("clip", perception, Saliency(curve, (0.7,) * len(curve)))


def test_every_second_is_there_in_the_units_that_are_written_down():
    perception, found = seen(), features()
    acoustics = perception.track("acoustics").values.astype(float)
    assert found.rows == 13 == len(found.rms) == len(found.tags) == len(found.emotions.rows)
    assert found.centroid_hz == pytest.approx(1000 * acoustics[:, 1], abs=0.01)
    assert found.tempo_bpm == (100.0,) * 3 + (None,) * 10
    assert found.tags[2][0].name == "music" and not found.tags[8]
    total = [0.7 * value for value in perception.curves[0].values]
    assert found.highlight.total == pytest.approx(total, abs=1e-5)


def test_the_embedding_is_the_best_there_is_and_the_mean_of_each_second():
    perception = seen()
    found = features(perception).embedding
    tune = perception.track("tune").values.astype(float)
    assert found.made_by == "mert"
    for second in range(13):
        assert found.rows[second] == pytest.approx(
            tune[2 * second : 2 * second + 2].mean(0), abs=1e-5
        )
    less = tuple(track for track in perception.tracks if track.name != "tune")
    assert features(replace(perception, tracks=less)).embedding.made_by == "mel"


def test_windows_of_seconds_count_for_the_seconds_they_are_nearest_to():
    perception = seen()
    hearing = Track("hearing", np.array([5.0, 10.0]), np.array([[1.0], [3.0]], "f2"), "some ear")
    perception = replace(perception, tracks=(*perception.tracks[:2], hearing))
    rows = [row[0] for row in features(perception).embedding.rows]
    assert rows == [1.0] * 8 + [3.0] * 5


@pytest.mark.parametrize("seconds", [0.4, 1.0, 12.3])
def test_it_comes_back_equal(tmp_path, seconds):
    found = features(seen(seconds))
    path = tmp_path / "clip_features.json"
    path.write_text(found.to_json())
    assert Features.read(path) == found


def test_a_clip_without_sound_has_no_rows_of_sound():
    found = features(seen(silent=True))
    assert found.rms == found.tags == found.emotions.rows == found.embedding.rows == ()
    assert Features.from_json(found.to_json()) == found


def spoilt(change) -> str:
    held = json.loads(features().to_json())
    change(held)
    return json.dumps(held)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda h: h.update(version=2), "version 2"),
        (lambda h: h.update(form="else"), "'form'"),
        (lambda h: h["rms"].pop(), "'rms' has 12 entries"),
        (lambda h: h["rms"].__setitem__(0, -0.1), "'rms' holds -0.1"),
        (lambda h: h["rms"].__setitem__(0, float("nan")), "rms"),
        (lambda h: h["crossings"].__setitem__(3, 1.5), "'crossings' holds 1.5"),
        (lambda h: h["tempo_bpm"].__setitem__(0, 0.0), "'tempo_bpm' holds 0.0"),
        (lambda h: h.update(rows=14), "'rows' is 14"),
        (lambda h: h["video"].update(seconds=1e9), "'rows' is 13"),
        (lambda h: h["emotions"]["rows"][0].__setitem__(0, 0.9), "sum to"),
        (lambda h: h["emotions"]["rows"][0].pop(), "rows of"),
        (lambda h: h["emotions"]["names"].pop(), "rows of"),
        (lambda h: h["embedding"]["rows"][2].append(1.0), "'embedding.rows' has rows of"),
        (lambda h: h["tags"][2][0].update(confidence=2.0), "confidence"),
        (lambda h: h["highlight"]["total"].__setitem__(1, 0.99), "weighted sum"),
        (lambda h: h["highlight"]["curves"][0]["values"].pop(), "12 values"),
        (lambda h: h.pop("flux"), "flux"),
        (lambda h: h.update(rms="loud"), "rms"),
    ],
)
def test_what_was_tampered_with_is_refused_with_its_field(change, words):
    with pytest.raises(SummarizerError, match=words):
        Features.from_json(spoilt(change))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "[" * 5000, "\0"])
def test_what_is_no_such_file_is_refused_in_a_sentence(tmp_path, text):
    path = tmp_path / "x_features.json"
    path.write_text(text)
    with pytest.raises(SummarizerError, match=r"x_features\.json: these are no features"):
        Features.read(path)
    with pytest.raises(SummarizerError, match="can't be read"):
        Features.read(tmp_path / "none.json")


def test_the_true_senses_fill_it(tmp_path):
    from summarizer.pipeline import load

    clip = tmp_path / "tone.wav"
    from tests.clips import film

    film(clip, sound=sounds.sine(3.0, 1000.0, 0.5, rate=44_100), sound_codec="pcm_s16le")
    summarizer = load("emotion", cache=tmp_path / "cache")
    perception = summarizer.perceive(clip)
    summary = summarizer.choose(perception, Preference())
    found = Features.of("tone", perception, summary.saliency)
    assert found.rms == pytest.approx([0.5 / 2**0.5] * 3, rel=0.02)
    assert found.centroid_hz == pytest.approx([1000] * 3, rel=0.05)
    assert found.embedding.made_by.startswith("log-mel") and len(found.embedding.rows[0]) == 32
    assert np.sum(found.emotions.rows, axis=1) == pytest.approx([1, 1, 1], abs=1e-3)
