"""The reader of words in pictures, with its real weights."""

import numpy as np
import pytest

from summarizer.errors import PresetError
from summarizer.models import reading
from summarizer.models.reading import load_reader
from summarizer.models.writing import Box
from tests.lettered import written

WORDS = (("A map, drawn", 40, 40, 44), ("with a dance.", 40, 200, 28))


def test_finds_and_reads_what_is_written():
    picture, reader = written(WORDS), load_reader()
    boxes = sorted(reader.find(picture), key=lambda box: box.top)
    assert len(boxes) == 2
    assert [reader.read(picture, box)[0] for box in boxes] == [text for text, *_ in WORDS]
    assert all(reader.read(picture, box)[1] > 0.9 for box in boxes)
    assert boxes[0].left == pytest.approx(40 / 640, abs=0.03)
    assert boxes[0].height > boxes[1].height


@pytest.mark.parametrize("size", [(320, 180), (1, 1), (10, 6), (90, 400)])
@pytest.mark.parametrize("shade", [0, 128, 255])
def test_reads_nothing_where_nothing_is(size, shade):
    picture = np.full((size[1], size[0], 3), shade, np.uint8)
    assert load_reader().find(picture) == []
    assert load_reader().read(picture, Box(0.5, 0.5, 0.5, 0.5)) == ("", 0.0)


def test_missing_weights_are_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(reading, "_folder", lambda: tmp_path)
    with pytest.raises(PresetError, match="install it again"):
        load_reader.__wrapped__()
    monkeypatch.undo()
    monkeypatch.setattr(reading, "PACKAGE", "no_such_package")
    with pytest.raises(PresetError, match="not installed"):
        load_reader.__wrapped__()
