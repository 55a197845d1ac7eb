"""Rankings against their definitions written out, against torchmetrics, and against the official
scores of QVHighlights, where its files are."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.metrics import retrieval

judged = st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=0, max_size=9)
spans = st.tuples(st.integers(0, 20), st.integers(1, 12)).map(lambda s: (s[0], s[0] + s[1]))


def literal_precision(right, scores, interpolated=False, once_a_level=False):
    """Average precision by counting, threshold after threshold."""
    points = []  # precision, recall, gain in recall
    total, before = sum(right), 0.0
    for threshold in sorted(set(scores), reverse=True):
        shown = [good for good, score in zip(right, scores, strict=True) if score >= threshold]
        recall = sum(shown) / total
        points.append((sum(shown) / len(shown), recall, recall - before))
        before = recall
    best = [max(p for p, r, _ in points if r >= recall) for _, recall, _ in points]
    heights = best if interpolated else [p for p, _, _ in points]
    if once_a_level:
        kept = [height for height, point in zip(heights, points, strict=True) if point[2] > 0]
        return sum(kept) / len(kept)
    return sum(height * point[2] for height, point in zip(heights, points, strict=True))


@settings(deadline=None)
@given(judged, st.booleans())
def test_average_precision_is_what_its_definition_says(pairs, interpolated):
    right, scores = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    got = retrieval.average_precision(
        np.array(right, bool), np.array(scores, float), interpolated=interpolated
    )
    if not any(right):
        assert got is None
    else:
        assert got == pytest.approx(literal_precision(right, scores, interpolated))


def test_average_precision_is_that_of_torchmetrics():
    torch = pytest.importorskip("torch")
    functional = pytest.importorskip("torchmetrics.functional.classification")
    draw = np.random.default_rng(1)
    for length in (1, 2, 3, 10, 100):
        for values in (1, 3, 1000):  # all the same, many ties, hardly any
            right = draw.random(length) < 0.4
            right[draw.integers(length)] = True
            scores = draw.integers(0, values, length) / 1000
            other = functional.binary_average_precision(
                torch.tensor(scores), torch.tensor(right.astype(int))
            )
            got = retrieval.average_precision(right, scores)
            assert got == pytest.approx(float(other), abs=1e-6)


def test_what_is_all_the_same_has_the_precision_of_chance():
    right = np.array([True, False, False, False])
    for interpolated in (False, True):
        assert retrieval.average_precision(
            right, np.zeros(4), interpolated=interpolated
        ) == pytest.approx(0.25)
    assert retrieval.average_precision(np.ones(3, bool), np.array([1.0, 3, 2])) == 1
    with pytest.raises(ValueError, match="one score for each"):
        retrieval.average_precision(right, np.zeros(3))


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=5), st.integers(1, 5), st.data())
def test_ndcg_agrees_with_trying_every_order(gains, most, data):
    def discounted(order):
        return sum(gains[row] / np.log2(place + 2) for place, row in enumerate(order[:most]))

    ideal = max(discounted(order) for order in itertools.permutations(range(len(gains))))
    order = data.draw(st.permutations(range(len(gains))).map(lambda all_: all_[: len(all_) // 2]))
    got = retrieval.ndcg(np.array(order, int), np.array(gains), most)
    if ideal == 0:
        assert got is None
    else:
        assert got == pytest.approx(discounted(order) / ideal)


def test_ndcg_looks_at_as_many_as_are_right():
    right = np.array([True, False, True, False])
    assert retrieval.ndcg(np.array([2, 0, 1, 3]), right) == 1
    assert retrieval.ndcg(np.array([1, 3, 0, 2]), right) == 0
    assert 0 < retrieval.ndcg(np.array([0]), right) < 1  # the other was withheld
    assert retrieval.ndcg(np.array([], int), right) == 0
    assert retrieval.ndcg(np.array([0]), np.zeros(4)) is None


def literal_duration(scores, right, least):
    """Lower the bar between the values of what is right until enough of it is shown."""
    inside = sorted((score for score, good in zip(scores, right, strict=True) if good))
    place = (1 - least) * (len(inside) - 1)
    low, part = int(place), place - int(place)
    bar = inside[low] + part * (inside[min(low + 1, len(inside) - 1)] - inside[low])
    shown = [good for score, good in zip(scores, right, strict=True) if score >= bar]
    return (len(shown) - sum(shown)) / (len(scores) - sum(shown))


@settings(deadline=None)
@given(judged, st.sampled_from([0.25, 0.5, 1.0]))
def test_what_must_be_shown_too_much_is_what_its_definition_says(pairs, least):
    right, scores = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    got = retrieval.summary_duration(np.array(scores, float), np.array(right, bool), least)
    if not any(right) or all(right):
        assert got is None
    else:
        assert got == pytest.approx(literal_duration(scores, right, least))


def test_the_best_shows_nothing_too_much_and_the_worst_everything():
    right = np.array([False, True, True, False, False])
    assert retrieval.summary_duration(right.astype(float), right) == 0
    assert retrieval.summary_duration(-right.astype(float), right) == 1
    assert retrieval.summary_duration(np.zeros(5), right) == 1


@given(spans, spans)
def test_overlap_is_counted_second_by_second(one, other):
    left, right = set(range(*one)), set(range(*other))
    expected = len(left & right) / len(left | right)
    assert retrieval.overlap(one, other) == pytest.approx(expected)
    assert retrieval.overlap(one, other) == retrieval.overlap(other, one)
    assert retrieval.overlap((3, 3), one) == 0


def test_a_hit_lies_for_more_than_half_in_right_stretches():
    assert retrieval.is_hit((0, 2), [(0.9, 5)])
    assert not retrieval.is_hit((0, 2), [(1.0, 5)])
    assert retrieval.is_hit((0, 4), [(0, 1.2), (2.8, 4)])  # both together
    assert not retrieval.is_hit(None, [(0, 1)])
    assert not retrieval.is_hit((3, 3), [(0, 5)])
    offered = [(10, 12), (0, 2)]
    assert not retrieval.hit_at(1, offered, [(0, 3)])
    assert retrieval.hit_at(2, offered, [(0, 3)])
    assert not retrieval.hit_at(5, [], [(0, 3)])


def literal_moments(predicted, right, threshold):
    """Detection in the manner of ActivityNet: greedy matching, then the area under a staircase."""
    order = sorted(range(len(predicted)), key=lambda place: (-predicted[place][2], place))
    free, hits = list(enumerate(right)), []
    for place in order:
        scored = [(retrieval.overlap(predicted[place][:2], each), at) for at, each in free]
        far, at = max(scored, default=(0, None))
        hits.append(far >= threshold)
        if hits[-1]:
            free = [each for each in free if each[0] != at]
    area, before = 0.0, 0.0
    for place in range(len(hits)):
        recall = sum(hits[: place + 1]) / len(right)
        later = [sum(hits[: end + 1]) / (end + 1) for end in range(place, len(hits))]
        area += (recall - before) * max(later)
        before = recall
    return area


windows = st.tuples(spans, st.integers(0, 5)).map(lambda pair: (*pair[0], pair[1]))


@settings(deadline=None)
@given(st.lists(windows, max_size=8), st.lists(spans, min_size=1, max_size=3, unique=True))
def test_precision_of_moments_is_what_its_definition_says(predicted, right):
    got = retrieval.moment_precisions(predicted, right)
    for threshold, value in zip(retrieval.THRESHOLDS, got, strict=True):
        assert value == pytest.approx(literal_moments(predicted, right, threshold))


def test_of_right_windows_overlapped_alike_the_last_is_taken():
    predicted = [(5.0, 10.0, 1.0), (2.0, 7.0, 0.5)]  # the first one half of either
    for right, expected in (([(4, 14), (4, 8)], 0.5), ([(4, 8), (4, 14)], 1)):
        assert retrieval.moment_precisions(predicted, right)[0] == expected


def test_only_the_first_window_counts_for_recall_at_one():
    right = [(0.0, 10.0), (50.0, 60.0)]
    assert retrieval.recalls_at_one([(50, 60, 0.1), (90, 95, 0.9)], right).all()
    assert not retrieval.recalls_at_one([(90, 95, 0.9), (50, 60, 0.1)], right).any()
    half = retrieval.recalls_at_one([(0, 6, 1)], right)
    assert half.tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]  # an overlap of 0.6
    assert not retrieval.recalls_at_one([], right).any()
    assert not retrieval.moment_precisions([], right).any()


def test_windows_after_the_tenth_are_not_looked_at():
    wrong = [(90.0, 95.0, 0.5)] * 10
    assert not retrieval.moment_precisions([*wrong, (0.0, 10.0, 1.0)], [(0.0, 10.0)]).any()


def test_lengths_part_the_windows():
    right = [(0, 10), (0, 10.5), (0, 30), (0, 31), (0, 150)]
    parts = [retrieval.of_length(right, name) for name in ("short", "middle", "long")]
    assert parts == [right[:1], right[1:3], right[3:]]
    assert retrieval.of_length(right, "full") == right


ratings = st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=8)


@settings(deadline=None)
@given(ratings, st.data(), st.sampled_from(sorted(retrieval.LEVELS)))
def test_highlights_are_judged_by_each_annotator(rated, data, level):
    size = st.integers(max(1, len(rated) - 2), len(rated) + 2)
    number = data.draw(size)
    scores = data.draw(st.lists(st.integers(-3, 3), min_size=number, max_size=number))
    least, rows = retrieval.LEVELS[level], np.array(rated)
    fitted = (scores + [0] * len(rated))[: len(rated)]
    expected = []
    for column in rows.T:
        right = [value >= least for value in column]
        value = literal_precision(right, fitted, True, once_a_level=True) if any(right) else 0
        expected.append(value)
    got = retrieval.highlight_precision(np.array(scores, float), rows, level)
    assert got == pytest.approx(sum(expected) / 3)
    best = scores.index(max(scores))
    hit = best < len(rated) and any(value >= least for value in rated[best])
    assert retrieval.highlight_hit(np.array(scores, float), rows, level) == hit


# -- the proof: the official scores from the official predictions ----------------------------------


@pytest.fixture(scope="module")
def official(shared_data):
    folder = shared_data / "benchmarks" / "qvhighlights"
    if not (folder / "sample_val_preds.jsonl").is_file():
        pytest.skip("the files of QVHighlights are not among the public data")
    read = [
        [json.loads(line) for line in (folder / name).read_text().splitlines()]
        for name in ("highlight_val_release.jsonl", "sample_val_preds.jsonl")
    ]
    scores = json.loads((folder / "sample_val_preds_metrics_raw.json").read_text())
    predicted = {row["qid"]: row for row in read[1]}
    return [(row, predicted[row["qid"]]) for row in read[0]], scores


def shown(values) -> float:
    """The mean, in per cent, to the digits printed."""
    return float(f"{100 * np.mean(values):.2f}")


def test_all_official_scores_come_out_to_the_printed_digit(official):
    queries, expected = official
    got: dict = {}
    for name in retrieval.LENGTHS:
        pairs = [
            (answer["pred_relevant_windows"], right)
            for query, answer in queries
            if (right := retrieval.of_length(query["relevant_windows"], name))
        ]
        precisions = np.array([retrieval.moment_precisions(*pair) for pair in pairs])
        recalls = np.array([retrieval.recalls_at_one(*pair) for pair in pairs])
        names = [str(each) for each in retrieval.THRESHOLDS]
        got[name] = {
            "MR-mAP": dict(zip(names, map(shown, precisions.T), strict=True)),
            "MR-R1": dict(zip(names, map(shown, recalls.T), strict=True)),
        }
        got[name]["MR-mAP"]["average"] = shown(precisions)
    for level in retrieval.LEVELS:
        values = []
        for query, answer in queries:
            rated = np.zeros((int(query["duration"] / 2), 3))
            rated[query["relevant_clip_ids"]] = query["saliency_scores"]
            scores = np.array(answer["pred_saliency_scores"])
            values.append(
                (
                    retrieval.highlight_precision(scores, rated, level),
                    retrieval.highlight_hit(scores, rated, level),
                )
            )
        precision, hit = (shown(column) for column in np.transpose(values))
        got[f"HL-min-{level}"] = {"HL-mAP": precision, "HL-Hit1": hit}
    brief = {
        "MR-full-R1@0.5": got["full"]["MR-R1"]["0.5"],
        "MR-full-R1@0.7": got["full"]["MR-R1"]["0.7"],
        "MR-full-mAP@0.5": got["full"]["MR-mAP"]["0.5"],
        "MR-full-mAP@0.75": got["full"]["MR-mAP"]["0.75"],
    }
    brief |= {f"MR-{name}-mAP": got[name]["MR-mAP"]["average"] for name in retrieval.LENGTHS}
    for level in retrieval.LEVELS:
        brief |= {
            f"HL-min-{level}-{'mAP' if key == 'HL-mAP' else 'Hit1'}": value
            for key, value in got[f"HL-min-{level}"].items()
        }
    assert {"brief": brief, **got} == expected
