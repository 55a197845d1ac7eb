"""What a command asks for: everything ready for the loop, the same for the same data."""

import numpy as np
import pytest

from summarizer import checkpoint
from summarizer.errors import PresetError
from summarizer.models.saliency.progressive import load
from summarizer.train.loop import train
from summarizer.train.screening import COURSES, pretraining, scoring
from tests import annotated

SMALL = {"width": 16, "layers": 1, "heads": 2, "epochs": 1, "batch": 4}


@pytest.fixture
def data(tmp_path):
    annotated.folder(tmp_path, "summe", count=6, width=5)
    return list(tmp_path.glob("*.h5"))


def test_pretrained_then_scoring(data, tmp_path):
    """The encoder of the first run is what the second begins from, and its videos are held out."""
    encoder, scorer = (COURSES[name].recipe(**SMALL) for name in ("ssl", "progressive"))
    first = pretraining(encoder, data)
    assert "5 videos to learn from and 1 held out, features by google_pool5" in first.said
    done = train(
        first.lesson, first.pace, tmp_path / "encoder", identity=first.identity, quiet=True
    )
    assert done.done and "held out, frames" in done.metrics
    second = scoring(scorer, data, begin=tmp_path / "encoder")
    done = train(second.lesson, second.pace, tmp_path / "own", identity=second.identity, quiet=True)
    assert -1 <= done.metrics["held out, tau"] <= 1
    scores = load(tmp_path / "own", "google_pool5", 5).judge(np.ones((3, 5)))
    assert scores.shape == (3, 3)
    assert checkpoint.describe(tmp_path / "own").config["features"] == "google_pool5"


def test_a_run_is_named_after_all_that_it_depends_on(data, tmp_path):
    recipe = COURSES["progressive"].recipe(**SMALL)
    other = COURSES["progressive"].recipe(**SMALL, stages=2)
    once = scoring(recipe, data).identity
    assert once == scoring(recipe, data).identity != scoring(other, data).identity
    changed = {"video_1": annotated.fields(9, width=5), "video_2": annotated.fields(2, width=5)}
    annotated.write(data[0], changed)
    assert scoring(recipe, data).identity != once


def test_what_is_for_the_benchmark_alone_is_refused(data):
    for more in ({"pretrain": 1}, {"rounds": 2}):
        with pytest.raises(PresetError, match="one round without pretraining"):
            scoring(COURSES["progressive"].recipe(**SMALL, **more), data)
