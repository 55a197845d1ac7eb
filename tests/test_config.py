"""Settings are changed by name and type, or not at all."""

import pytest

from summarizer.config import PRESETS, Config, override, preset
from summarizer.errors import PresetError


def test_one_field_changes_and_the_rest_stays():
    old = Config()
    new = override(old, "cut.longest=10")
    assert new.cut.longest == 10.0
    assert isinstance(new.cut.longest, float)
    assert old.cut.longest == 12.0
    assert new.limits == old.limits


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("cut.widest=1", "it has shortest, longest"),
        ("nothing.at=1", "it has limits"),
        ("cut=1", "name one field"),
        ("cut.longest", "no setting"),
        ("cut.longest.more=1", "not a setting"),
        ("cut.longest=ten", "is a float"),
        ("decode.key_pictures=1.5", "is a int"),
        ("cut.longest=__import__('os')", "is a float"),
        ("", "no setting"),
    ],
)
def test_a_wrong_setting_says_what_there_is(assignment, says):
    with pytest.raises(PresetError, match=says):
        override(Config(), assignment)


def test_an_unknown_preset_says_what_there_is():
    with pytest.raises(PresetError, match="offline"):
        preset("deluxe")


def test_the_default_preset_needs_nothing():
    assert PRESETS["offline"].needs == ()
