"""What the ablation keeps and shows; the ways themselves are trained elsewhere."""

import argparse
import statistics

import pytest

from bench import ablation


@pytest.fixture
def options(tmp_path):
    sizes = {"clips": 6, "held": 2, "steps": 3, "seeds": 2}
    return argparse.Namespace(**sizes, kept=tmp_path / "kept.jsonl", out=None)


def values(seed: int, place: int) -> dict[str, float]:
    return {"F1": 0.1 * place + 0.01 * seed, "tau": 0.2}


def test_what_is_finished_is_found_again_with_the_same_sizes_alone(options):
    kept = ablation.Kept(options.kept, [6, 2, 3])
    for seed in range(2):
        for place, way in enumerate(ablation.WAYS):
            found = {way: values(seed, place)}
            if way == ablation.REFINED[0]:
                found[ablation.REFINED[1]] = values(seed, place)
            kept.add(seed, way, found)
    again = ablation.Kept(options.kept, [6, 2, 3])
    assert again.of(1, "base") == {"base": values(1, 0)} and again.of(2, "base") is None
    assert ablation.Kept(options.kept, [6, 2, 4]).of(1, "base") is None
    found = ablation.finished(options)
    assert set(found) == {*ablation.WAYS, ablation.REFINED[1]}
    told = ablation.report(options, found)
    each = [values(seed, 1)["F1"] for seed in range(2)]
    line = f"| + temporal | 2 | {statistics.mean(each):.3f} ± {statistics.stdev(each):.3f} |"
    assert line in told and ablation.UNFINISHED not in told
    assert "--clips 6 --held 2 --steps 3 --seeds 2" in told


def test_what_is_not_finished_says_so(options):
    assert "No way is finished yet." in ablation.report(options, ablation.finished(options))
    ablation.Kept(options.kept, [6, 2, 3]).add(0, "base", {"base": values(0, 0)})
    told = ablation.report(options, ablation.finished(options))
    assert ablation.UNFINISHED in told and "| base | 1 | 0.000 | 0.200 |" in told
