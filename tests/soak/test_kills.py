"""Nothing is lost by a kill: every operation, killed a few times at random moments of its life."""

import pytest

from bench.soak.kills import OPERATIONS, kills

TIMES = 5


@pytest.mark.slow
@pytest.mark.timeout(3600)  # only what hangs takes so long, however busy the machine
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_killed_operation_leaves_nothing_torn_and_the_next_start_is_like_the_first(
    name, tmp_path
):
    found = list(kills(name, TIMES, tmp_path / name))
    assert [(each.at, each.wrong) for each in found if each.wrong] == []
    assert len(found) == TIMES and not all(each.ended for each in found)
