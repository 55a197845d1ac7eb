"""Merging against slow implementations of the papers, and what must hold for any tokens."""

import math

import numpy as np
import pytest
import torch

from summarizer.config import VisionConfig
from summarizer.errors import PresetError
from summarizer.models.merging import METHODS, NEAREST, NEAREST_LATER, decide, whole_cascade

WAYS = list(METHODS)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # for small tensors, more only wait for each other
    yield
    torch.set_num_threads(before)


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def sets(groups: torch.Tensor) -> list[tuple[int, ...]]:
    """The groups as sets of patches, in the order of the groups."""
    named = groups.tolist()
    return [
        tuple(patch for patch, name in enumerate(named) if name == group)
        for group in range(max(named) + 1)
    ]


# -- slow and independent -------------------------------------------------------------------------


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def mean(tokens: list[np.ndarray], sizes: list[float], group: tuple[int, ...]) -> np.ndarray:
    total = sum(sizes[i] for i in group)
    return sum(tokens[i] * sizes[i] for i in group) / total


def slow_pairing(tokens: np.ndarray, sizes: list[float], budget: int) -> list[tuple[int, ...]]:
    """Rounds of one quarter; a group stands where its odd-placed token stood."""
    groups = [(place,) for place in range(len(tokens))]
    while len(groups) > budget:
        made = [mean(tokens, sizes, group) for group in groups]
        edges = []
        for even in range(0, len(groups), 2):
            likest = max(range(1, len(groups), 2), key=lambda odd: cosine(made[even], made[odd]))
            edges.append((cosine(made[even], made[likest]), even, likest))
        edges.sort(key=lambda edge: -edge[0])
        gone = min(len(groups) - budget, max(1, len(groups) // 4))
        joined = {place: list(group) for place, group in enumerate(groups)}
        for _, even, odd in edges[:gone]:
            joined[odd] += joined.pop(even)
        groups = [tuple(sorted(joined[place])) for place in sorted(joined)]
    return groups


def slow_peaks(tokens: list[np.ndarray], count: int, nearest: int) -> list[tuple[int, ...]]:
    """The published formula with exp and products, token by token."""
    places, width = range(len(tokens)), len(tokens[0])
    apart = [
        [np.linalg.norm(tokens[i] - tokens[j]) / math.sqrt(width) for j in places] for i in places
    ]
    density = [math.exp(-np.mean(np.square(sorted(row)[:nearest]))) for row in apart]
    farthest = max(max(row) for row in apart)
    score = [
        density[i] * min((apart[i][j] for j in places if density[j] > density[i]), default=farthest)
        for i in places
    ]
    peaks = sorted(sorted(places, key=lambda i: -score[i])[:count])
    found = {peak: [] for peak in peaks}
    for i in places:
        found[i if i in found else min(peaks, key=lambda peak: apart[i][peak])].append(i)
    return [tuple(group) for group in found.values()]


def slow_cascade(
    tokens: np.ndarray, sizes: list[float], counts: tuple[int, ...]
) -> list[list[tuple]]:
    groups, steps = [(place,) for place in range(len(tokens))], []
    for number, count in enumerate(counts):
        made = [mean(tokens, sizes, group) for group in groups]
        step = slow_peaks(made, count, NEAREST_LATER if number else NEAREST)
        groups = [tuple(sorted(sum((groups[i] for i in each), ()))) for each in step]
        steps.append(groups)
    return steps


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("patches", "budget"), [(2, 1), (5, 3), (9, 8), (12, 5), (17, 1), (23, 16)]
)
def test_pairing_is_what_the_paper_says(patches, budget, seed):
    tokens = drawn(patches, 6, seed=seed)
    sizes = drawn(patches, seed=seed + 50).abs() + 0.5
    merging = decide(tokens, budget, "bipartite", sizes)
    expected = slow_pairing(tokens.double().numpy(), sizes.double().tolist(), budget)
    assert sets(merging.groups[0]) == expected


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("patches", "budget"), [(2, 1), (4, 2), (12, 5), (23, 1), (23, 16)])
@pytest.mark.parametrize("scale", [1, 12])  # at 12 the densities are too small for float32
def test_density_is_what_the_formula_says(patches, budget, seed, scale):
    tokens = scale * drawn(patches, 6, seed=seed)
    expected = slow_peaks(list(tokens.double().numpy()), budget, min(NEAREST, patches))
    assert sets(decide(tokens, budget, "density").groups[0]) == expected


@pytest.mark.parametrize(("patches", "budget"), [(23, 14), (30, 7), (49, 21), (16, 15)])
def test_a_cascade_is_density_again_and_again(patches, budget):
    tokens, sizes = drawn(patches, 6, seed=budget), drawn(patches, seed=1).abs() + 0.5
    merging = decide(tokens, budget, "cascade", sizes)
    expected = slow_cascade(tokens.double().numpy(), sizes.double().tolist(), merging.counts)
    assert [sets(groups) for groups in merging.groups] == expected


def test_planted_clusters_are_found():
    centres = 20 * drawn(7, 32)
    named = torch.arange(49) % 7
    tokens = centres[named] + 0.1 * drawn(49, 32, seed=1)
    for way in ("bipartite", "density"):
        found = sets(decide(tokens, 7, way).groups[0])
        assert sorted(found) == sorted(tuple(range(name, 49, 7)) for name in range(7)), way


# -- what always holds ----------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("patches", [49, 256])
def test_exactly_the_budget_for_every_budget(way, patches):
    tokens = drawn(1, patches, 4)
    for budget in range(1, patches + 1):
        merging = decide(tokens, budget, way)
        assert merging.count == budget
        assert merging.merge(tokens).shape == (1, budget, 4)
        assert (merging.sizes > 0).all(), "a token of nothing"


@pytest.mark.parametrize("way", WAYS)
def test_a_budget_beyond_the_patches_leaves_all_as_it_is(way):
    tokens = drawn(2, 9, 5)
    for budget in (9, 10, 1000):
        merging = decide(tokens, budget, way)
        assert torch.equal(merging.merge(tokens), tokens)
        assert torch.equal(merging.unmerge(tokens), tokens)


def test_the_published_cascade_and_its_proportions():
    assert whole_cascade(256) == 112 and whole_cascade(49) == 21 and whole_cascade(1) == 1
    assert decide(drawn(256, 8), 112, "cascade").counts == (64, 32, 16)
    assert decide(drawn(49, 8), 21, "cascade").counts == (12, 6, 3)


def test_each_step_of_a_cascade_joins_whole_groups_of_the_one_before():
    merging = decide(drawn(3, 49, 8), 21, "cascade")
    for finer, coarser in zip(merging.groups, merging.groups[1:], strict=False):
        for picture in range(3):
            into = dict(zip(finer[picture].tolist(), coarser[picture].tolist(), strict=True))
            assert [into[name] for name in finer[picture].tolist()] == coarser[picture].tolist()


@pytest.mark.parametrize("way", WAYS)
def test_the_mean_of_all_stays_what_it_was(way):
    tokens, values = drawn(4, 49, 8), drawn(4, 49, 3, seed=2).double()
    weights = drawn(4, 49, seed=3).abs() + 0.1
    merging = decide(tokens, 14, way, weights)
    sizes = merging.sizes.double().unsqueeze(-1)
    before = (values * weights.double().unsqueeze(-1)).sum(1) / weights.double().sum(
        1, keepdim=True
    )
    after = (merging.merge(values) * sizes).sum(1) / sizes.sum(1)
    assert torch.allclose(after, before, atol=1e-6)
    plain = decide(tokens, 14, way)
    assert plain.sizes.sum().item() == pytest.approx(4 * 49 * len(plain.counts))


@pytest.mark.parametrize("way", WAYS)
def test_merging_twice_counts_each_patch_once(way):
    tokens = drawn(49, 8)
    first = decide(tokens, 20, "density")
    second = decide(first.merge(tokens), 6, way, first.sizes)
    kept = second.merge(first.merge(tokens))[: second.counts[0]]
    sizes = second.sizes[: second.counts[0]].unsqueeze(-1)
    assert torch.allclose((kept * sizes).sum(0) / 49, tokens.mean(0), atol=1e-6)


@pytest.mark.parametrize("way", WAYS)
def test_unmerging_gives_each_patch_the_average_of_its_group(way):
    tokens = drawn(2, 30, 5)
    merging = decide(tokens, 9, way)
    back = merging.unmerge(merging.merge(tokens))
    for picture in range(2):
        for group in sets(merging.groups[0][picture]):
            average = tokens[picture, list(group)].mean(0)
            same = average.expand(len(group), -1)
            assert torch.allclose(back[picture, list(group)], same, atol=1e-6)


def test_sums_and_means():
    tokens = drawn(6, 3)
    merging = decide(tokens, 2, "density")
    for number, group in enumerate(sets(merging.groups[0])):
        own = tokens[list(group)]
        assert torch.allclose(merging.merge(tokens, "sum")[number], own.sum(0), atol=1e-6)
        assert torch.allclose(merging.merge(tokens)[number], own.mean(0), atol=1e-6)
    with pytest.raises(ValueError, match="no mode 'median' of merging; there are mean and sum"):
        merging.merge(tokens, "median")


def as_sets(merging, order: torch.Tensor) -> list[set]:
    """The groups of each division, in terms of the patches before they were put into `order`."""
    return [
        {tuple(sorted(order[list(group)].tolist())) for group in sets(groups)}
        for groups in merging.groups
    ]


@pytest.mark.parametrize("way", ["density", "cascade"])
def test_density_does_not_care_for_the_order_of_patches(way):
    tokens, same = drawn(49, 8), torch.arange(49)
    expected = as_sets(decide(tokens, 14, way), same)
    for seed in range(4):
        order = torch.randperm(49, generator=torch.Generator().manual_seed(seed))
        merging = decide(tokens[order], 14, way)
        assert as_sets(merging, order)[0] == expected[0]
        # later steps average in another order, so they may differ by rounding alone: not here
        assert as_sets(merging, order) == expected


def test_pairing_does_not_care_for_the_order_within_its_two_sets():
    # more cannot hold: which tokens may go is decided by their place, and anew in every round
    tokens, same = drawn(48, 8), torch.arange(48)
    expected = as_sets(decide(tokens, 36), same)
    for seed in range(4):
        draw = torch.Generator().manual_seed(seed)
        order = same.clone()
        order[::2] = same[::2][torch.randperm(24, generator=draw)]
        order[1::2] = same[1::2][torch.randperm(24, generator=draw)]
        assert as_sets(decide(tokens[order], 36), order) == expected


@pytest.mark.parametrize("way", WAYS)
def test_gradients_go_through_values_alone(way):
    tokens = drawn(2, 20, 5).requires_grad_()
    values = drawn(2, 20, 4, seed=1).requires_grad_()
    merging = decide(tokens, 6, way)
    (merging.merge(values) * drawn(2, merging.count, 4, seed=2)).sum().backward()
    assert tokens.grad is None
    assert (values.grad.abs().sum(-1) > 0).all(), "a patch that nothing is learned from"
    kept = drawn(2, merging.count, 4, seed=3).requires_grad_()
    merging.unmerge(kept).sum().backward()
    assert (kept.grad[:, : merging.counts[0], 0] == merging.sizes[:, : merging.counts[0]]).all()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("patches", [49, 256])
def test_a_batch_is_its_pictures_one_by_one(way, patches):
    tokens = drawn(2, 3, patches, 16)
    tokens[0, 1] = 0.7  # no patch differs from another
    merging = decide(tokens, 20, way)
    for row in range(2):
        for column in range(3):
            alone = decide(tokens[row, column], 20, way)
            for many, one in zip(merging.groups, alone.groups, strict=True):
                assert torch.equal(many[row, column], one)
            kept = alone.merge(tokens[row, column])
            assert torch.allclose(merging.merge(tokens)[row, column], kept, atol=1e-6)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(5))
def test_tokens_all_alike_go_by_their_place_and_stay_what_they_are(way, seed):
    expected = decide(torch.zeros(49, 37), 16, way)
    for scale in (1, 3, 1e-3):
        tokens = scale * drawn(1, 37, seed=seed).expand(49, 37)
        merging = decide(tokens, 16, way)
        assert merging.count == 16
        assert all(map(torch.equal, merging.groups, expected.groups))
        assert torch.allclose(merging.merge(tokens), tokens[:16], rtol=1e-5)


@pytest.mark.parametrize("way", WAYS)
def test_one_patch_no_patch_and_no_picture(way):
    assert torch.equal(
        decide(torch.ones(1, 1, 4), 1, way).merge(torch.ones(1, 1, 4)), torch.ones(1, 1, 4)
    )
    assert decide(torch.ones(2, 0, 4), 5, way).merge(torch.ones(2, 0, 4)).shape == (2, 0, 4)
    nothing = decide(torch.ones(0, 49, 4), 5, way)
    assert nothing.merge(torch.ones(0, 49, 4)).shape == (0, 5, 4)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_half_precision_is_decided_and_averaged_in_full(way, kind):
    tokens = (40 * drawn(2, 49, 16)).to(kind)
    half, full = decide(tokens, 14, way), decide(tokens.float(), 14, way)
    assert all(torch.equal(a, b) for a, b in zip(half.groups, full.groups, strict=True))
    assert half.merge(tokens).dtype == kind
    assert torch.equal(half.merge(tokens), full.merge(tokens.float()).to(kind))


def test_settings_can_be_decided_by():
    settings = VisionConfig()
    assert settings.merging in METHODS
    merging = decide(drawn(1, 49, 8), settings.keep_tokens, settings.merging)
    assert merging.count == settings.keep_tokens
    with pytest.raises(PresetError, match="0 tokens show nothing"):
        VisionConfig(keep_tokens=0)


def test_what_is_not_possible_is_said():
    with pytest.raises(
        PresetError, match="no way 'magic' to merge tokens; there are bipartite, density"
    ):
        decide(drawn(9, 4), 3, "magic")
    with pytest.raises(PresetError, match="can't be merged into 0 tokens; keep at least 1"):
        decide(drawn(9, 4), 0)
