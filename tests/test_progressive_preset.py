"""The preset that scores in stages, from raw videos to a told summary, with the tiny eye."""

from dataclasses import replace

import numpy as np
import pytest

from summarizer import Preference, Summary, load
from summarizer.chart import describe
from summarizer.config import PRESETS
from summarizer.errors import PresetError, WeightsError
from summarizer.schema import STAGE
from summarizer.senses import SENSES
from summarizer.train.films import EYE, WORLD
from tests.staged import TITLES

STAGED = [name for name, preset in PRESETS.items() if preset.head == "stages"]


@pytest.fixture
def perceived(staged_home, tiny_weights, tmp_path, monkeypatch):
    monkeypatch.setenv("CHECKPOINTS", str(staged_home / "checkpoints"))
    summarizer = load("progressive-tiny", cache=tmp_path / "cache")
    return summarizer, summarizer.perceive(staged_home / "data" / "videos" / f"{TITLES[0]}.mp4")


def stages(summary: Summary) -> np.ndarray:
    return np.stack([c.array for c in summary.saliency.curves if c.sense == STAGE])


def test_from_videos_that_people_judged_to_a_told_summary(perceived, tmp_path):
    summarizer, perception = perceived
    assert "sight-tiny" in perception.senses and perception.track("sight").made_by == "tiny-clip"
    summary = summarizer.choose(perception, Preference())
    assert stages(summary).shape == (3, 12) and np.ptp(stages(summary)) > 0.01
    np.testing.assert_allclose(summary.saliency.total, stages(summary).prod(0), atol=1e-4)
    assert len(describe(summary).steps) == 4
    assert summary.highlights and summary.highlights[0].why == "what people tend to choose"
    *_, told = summarizer.tell(perception, summary)
    assert told.story and Summary.from_json(told.to_json()) == told
    for name in ("html", "png"):
        assert summarizer.export(told, name, tmp_path).stat().st_size > 1000


def test_another_wish_is_scored_anew_and_the_same_at_once(perceived, monkeypatch):
    from summarizer.models.saliency.progressive import Progressive

    summarizer, perception = perceived
    counted, judge = [], Progressive.judge

    def watched(self, *given):
        counted.append(given)
        return judge(self, *given)

    monkeypatch.setattr(Progressive, "judge", watched)
    plain, guided, again = (
        summarizer.choose(perception, Preference(want=want)) for want in ("", "a goal", "a goal")
    )
    assert not np.allclose(stages(plain), stages(guided)) and len(counted) == 2
    assert again == guided


def test_other_features_are_refused_in_one_sentence(perceived, monkeypatch):
    summarizer, perception = perceived
    tracks = tuple(
        replace(each, made_by="clip-vit-b-32") if each.name == "sight" else each
        for each in perception.tracks
    )
    said = (
        r"^the checkpoint progressive-tiny needs features by 'tiny-clip', \d+ wide, and not by "
        r"'clip-vit-b-32', \d+ wide; [^.]*$"
    )
    with pytest.raises(WeightsError, match=said):
        summarizer.choose(replace(perception, tracks=tracks), Preference())


def test_what_is_missing_is_said_with_the_command(cut_clip, tiny_weights, tmp_path, monkeypatch):
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path / "none"))
    said = r"needs the checkpoint progressive-tiny, .* train it with: .*summarizer\.train "
    with pytest.raises(PresetError, match=said):
        load("progressive-tiny", cache=tmp_path).perceive(cut_clip)


def test_sound_alone_is_judged_by_what_was_measured(perceived, sound_clip):
    summarizer, _ = perceived
    summary = summarizer.choose(summarizer.perceive(sound_clip), Preference())
    assert "no pictures to score" in summary.answer.text and not describe(summary).steps


@pytest.mark.parametrize("name", STAGED)
def test_each_form_looks_with_the_eye_that_its_command_extracts_with(name):
    """What is trained by the command is what the preset reads."""
    preset = PRESETS[name]
    (eye,) = (SENSES[each] for each in preset.senses if each.startswith("sight"))
    assert preset.needs == (eye.weights,) and preset.trained == name
    assert preset.taught.endswith(f"--out checkpoints/{name}")
    looks = f"--preset {name} " in preset.taught
    assert looks or (f"--data {WORLD}" in preset.taught and eye.weights == EYE)
