"""CoSENT and its neighbours against loops and mpmath, SciPy, scikit-learn and sentence-transformers; bad input."""

import math
import time
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics
from torch import Tensor

from blogtools.similarity import (
    LOSSES,
    accuracy,
    auc,
    best_threshold,
    cosent_loss,
    cross_entropy,
    hinge,
    pairwise_cosent,
    ranknet,
    soft_cross_entropy,
    spearman,
    squared_error,
)

numbers = st.floats(-30, 30, width=32)
columns = st.lists(st.tuples(numbers, st.integers(0, 3)), min_size=1, max_size=25)
scales = st.sampled_from([0.5, 1.0, 20.0])


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def drawn(n: int, labels: int = 4, seed: int = 0, spread: float = 3.0) -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(seed)
    return spread * torch.randn(n, generator=g, dtype=torch.float64), torch.randint(labels, (n,), generator=g)


def column(rows: list[tuple[float, int]]) -> tuple[Tensor, Tensor]:
    return torch.tensor([r[0] for r in rows], dtype=torch.float64), torch.tensor([r[1] for r in rows])


def with_gradient(loss: Callable[..., Tensor], scores: Tensor, *rest: Any) -> tuple[float, Tensor]:
    scores = scores.clone().requires_grad_()
    value = loss(scores, *rest)
    (gradient,) = torch.autograd.grad(value, scores)
    return float(value.detach()), gradient


def by_loops(scores: Tensor, labels: Tensor, scale: float) -> tuple[Any, list[Any]]:
    """9341.eq2 and its gradient as one reads them, to fifty digits."""
    with mpmath.workdps(50):
        f, y = [mpmath.mpf(float(s)) for s in scores], labels.tolist()
        pushes = {
            (i, j): mpmath.exp(scale * (f[j] - f[i])) for i in range(len(f)) for j in range(len(f)) if y[i] > y[j]
        }
        total = 1 + sum(pushes.values())
        gradient = [mpmath.mpf(0)] * len(f)
        for (i, j), push in pushes.items():
            gradient[i] -= scale * push / total
            gradient[j] += scale * push / total
        return mpmath.log(total), gradient


@settings(max_examples=80, deadline=None)
@given(columns, scales)
def test_sorted_and_pairwise_are_what_the_post_writes(rows: list[tuple[float, int]], scale: float) -> None:
    scores, labels = column(rows)
    exact, slope = by_loops(scores, labels, scale)
    for loss in (cosent_loss, pairwise_cosent):
        value, gradient = with_gradient(loss, scores, labels, scale)
        assert abs(value - exact) <= 1e-12 * max(1, exact)
        assert all(abs(float(g) - s) <= 1e-11 * scale for g, s in zip(gradient, slope, strict=True))


@pytest.mark.parametrize("labels", [2, 3, 1000])
@pytest.mark.parametrize("scale", [1.0, 20.0])
def test_the_two_forms_agree_to_twelve_digits(labels: int, scale: float) -> None:
    scores, y = drawn(700, labels)
    one, other = (with_gradient(loss, scores, y, scale) for loss in (cosent_loss, pairwise_cosent))
    assert one[0] == pytest.approx(other[0], rel=1e-12)
    torch.testing.assert_close(one[1], other[1], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("scale", [1.0, 20.0])
def test_gradcheck_with_ties_and_far_apart_scores(scale: float) -> None:
    scores, labels = drawn(12, 3, spread=0.5)
    scores[3] = scores[4]
    assert torch.autograd.gradcheck(lambda s: cosent_loss(s, labels, scale), scores.requires_grad_())
    far = torch.tensor([1e4, -1e4, 0.0, 1e-9], dtype=torch.float64)
    value, gradient = with_gradient(cosent_loss, far, torch.tensor([0, 1, 2, 1]), scale)
    assert value == pytest.approx(2e4 * scale)
    torch.testing.assert_close(gradient, scale * torch.tensor([1.0, -1.0, 0, 0], dtype=torch.float64))


def test_only_the_order_of_the_labels_counts() -> None:
    scores, labels = drawn(60)
    value = cosent_loss(scores, labels)
    for same in (labels.double() / 3, 2.0**labels - 50, labels.int(), labels.to(torch.uint8)):
        assert cosent_loss(scores, same) == value
    assert cosent_loss(scores, -labels) != value
    assert cosent_loss(scores, labels > 1) == cosent_loss(scores, (labels > 1).float())
    torch.testing.assert_close(cosent_loss(scores - 17.0, labels), value)
    order = torch.randperm(60, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(cosent_loss(scores[order], labels[order]), value)
    # Whole numbers too large for float32, and labels that differ in their last bit, keep their order.
    near = torch.tensor([2**60, 2**60 + 1])
    assert cosent_loss(torch.tensor([0.0, 0.0]), near) == pytest.approx(math.log(2))
    close = torch.tensor([1.0, 1.0 + 2**-52], dtype=torch.float64)
    assert cosent_loss(torch.tensor([0.0, 0.0]), close) == pytest.approx(math.log(2))


def test_one_label_only_has_nothing_to_order() -> None:
    for loss in (cosent_loss, pairwise_cosent, ranknet, hinge):
        for labels in (torch.ones(5), torch.zeros(5, dtype=torch.bool)):
            value, gradient = with_gradient(loss, torch.arange(5.0), labels)
            assert value == 0
            assert (gradient == 0).all()
        assert with_gradient(loss, torch.zeros(1), torch.ones(1)) == (0, torch.zeros(1))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_summed_in_single(dtype: torch.dtype) -> None:
    scores, labels = drawn(3000)
    half = scores.to(dtype)
    value, gradient = with_gradient(cosent_loss, half, labels, 20.0)
    expected, slope = with_gradient(cosent_loss, half.double(), labels, 20.0)
    # Sums of 3000² terms up to e^400 do not fit in float16, and the value above 2048 would be rounded to even numbers.
    assert value == pytest.approx(expected, rel=1e-6)
    assert gradient.dtype == dtype
    torch.testing.assert_close(gradient.double(), slope, rtol=0, atol=0.05)
    assert cosent_loss(half, labels).dtype == torch.float32
    assert cosent_loss(scores.float(), labels).dtype == torch.float32
    assert cosent_loss(scores, labels).dtype == torch.float64
    assert soft_cross_entropy(half, (labels > 1).half()).dtype == torch.float32


def test_twenty_bits_of_pairs_in_two_seconds_and_fifty_times_faster_than_the_square() -> None:
    def seconds(loss: Callable[..., Any], n: int) -> float:
        scores, labels = drawn(n, 3)
        scores = scores.float()
        times = []
        for _ in range(3):
            start = time.thread_time()
            with_gradient(loss, scores, labels)
            times.append(time.thread_time() - start)
        return min(times)

    assert seconds(cosent_loss, 2**20) < 2
    assert seconds(pairwise_cosent, 4096) > 50 * seconds(cosent_loss, 4096)


def test_the_bi_encoder_loss_of_sentence_transformers_is_the_same() -> None:
    losses = pytest.importorskip("sentence_transformers.sentence_transformer.losses")
    scores, labels = drawn(200)
    theirs = losses.CoSENTLoss(None, similarity_fct=lambda one, other: one.squeeze(1))
    value = theirs.compute_loss_from_embeddings([scores[:, None], scores[:, None]], labels)
    torch.testing.assert_close(cosent_loss(scores, labels, 20.0), value)


# --- the losses beside it


def test_one_logit_with_a_sigmoid_is_two_with_a_softmax() -> None:
    scores, labels = drawn(40, 2)
    two = torch.stack([torch.zeros_like(scores), scores], 1)
    torch.testing.assert_close(cross_entropy(scores, labels), torch.nn.functional.cross_entropy(two, labels))
    assert cross_entropy(scores, labels) == cross_entropy(scores, labels.bool())


def test_losses_of_single_pairs_are_means_of_what_they_say() -> None:
    scores, _ = drawn(30)
    y = torch.linspace(0, 1, 30, dtype=torch.float64)
    p = torch.sigmoid(scores)
    torch.testing.assert_close(soft_cross_entropy(scores, y), -(y * p.log() + (1 - y) * (1 - p).log()).mean())
    torch.testing.assert_close(squared_error(scores, y), ((scores - y) ** 2).mean())


@settings(max_examples=40, deadline=None)
@given(columns)
def test_losses_of_ordered_pairs_are_means_over_them(rows: list[tuple[float, int]]) -> None:
    scores, labels = column(rows)
    f, y = scores.tolist(), labels.tolist()
    gaps = [f[j] - f[i] for i in range(len(f)) for j in range(len(f)) if y[i] > y[j]]
    n = max(1, len(gaps))
    assert float(ranknet(scores, labels)) == pytest.approx(sum(np.logaddexp(0, g) for g in gaps) / n)
    assert float(hinge(scores, labels)) == pytest.approx(sum(max(0, 1 + g) for g in gaps) / n)
    assert float(hinge(scores, labels, 2.5)) == pytest.approx(sum(max(0, 2.5 + g) for g in gaps) / n)


def test_cosent_lies_between_its_worst_pair_and_the_sum_over_pairs() -> None:
    scores, labels = drawn(50)
    gaps = (scores[None, :] - scores[:, None])[labels[:, None] > labels[None, :]]
    assert float(gaps.max()) < float(cosent_loss(scores, labels)) <= float(torch.nn.functional.softplus(gaps).sum())
    # For a single pair all of them are RankNet.
    one = torch.tensor([0.3, -1.0]), torch.tensor([0, 1])
    torch.testing.assert_close(cosent_loss(*one), ranknet(*one))


def test_every_loss_is_found_by_name() -> None:
    scores, labels = drawn(20, 2)
    assert set(LOSSES) == {"cross_entropy", "soft_cross_entropy", "squared_error", "ranknet", "hinge", "cosent"}
    assert len({float(loss(scores, labels)) for loss in LOSSES.values()}) == 5
    assert LOSSES["cosent"] is cosent_loss


@pytest.mark.parametrize("loss", [pairwise_cosent, *LOSSES.values()])
def test_losses_refuse_what_is_no_column_of_numbers(loss: Callable[..., Tensor]) -> None:
    good, labels = torch.zeros(3), torch.tensor([0, 1, 1])
    for bad, message in (
        (torch.tensor([0.0, math.nan, 1.0]), r"scores\[1\] = nan, but all must be finite"),
        (torch.tensor([0.0, 1.0, math.inf]), r"scores\[2\] = inf"),
        (torch.zeros(3, 1), r"scores has shape \(3, 1\)"),
        (torch.zeros(2), r"shape \(2,\) and labels \(3,\)"),
        (torch.zeros(0), "B ≥ 1"),
        (torch.zeros(3, dtype=torch.int64), "must be floating point"),
        (torch.zeros(3, dtype=torch.complex64), "must be real"),
        ([0.0, 0.0, 0.0], "scores is a list"),
    ):
        with pytest.raises(ValueError, match=message):
            loss(bad, labels)
    with pytest.raises(ValueError, match=r"labels\[0\] = nan"):
        loss(good, torch.tensor([math.nan, 0.0, 1.0]))
    with pytest.raises(ValueError, match="labels is a list"):
        loss(good, [0, 1, 1])


def test_losses_refuse_labels_and_settings_that_they_cannot_mean() -> None:
    scores = torch.zeros(3)
    with pytest.raises(ValueError, match=r"labels hold 2, but must be 0 or 1"):
        cross_entropy(scores, torch.tensor([0, 1, 2]))
    for wrong in (torch.tensor([0.0, 1.5, 0.5]), torch.tensor([-0.1, 0.0, 1.0])):
        with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
            soft_cross_entropy(scores, wrong)
    for scale in (0, -1.0, math.nan, math.inf, True):
        with pytest.raises(ValueError, match="scale"):
            cosent_loss(scores, torch.tensor([0, 1, 2]), scale)
        with pytest.raises(ValueError, match="scale"):
            pairwise_cosent(scores, torch.tensor([0, 1, 2]), scale)
        with pytest.raises(ValueError, match="margin"):
            hinge(scores, torch.tensor([0, 1, 2]), scale)


# --- what scores are worth


@settings(max_examples=60, deadline=None)
@given(columns)
def test_measures_agree_with_scipy_and_scikit_learn(rows: list[tuple[float, int]]) -> None:
    scores, labels = (x.numpy() for x in column(rows))
    if len(set(scores)) > 1 and len(set(labels)) > 1:
        assert spearman(scores, labels) == pytest.approx(stats.spearmanr(scores, labels).statistic, abs=1e-12)
    for low, high in ((0, 1), (1, 3)):
        keep = (labels == low) | (labels == high)
        if len(set(labels[keep])) == 2:
            expected = metrics.roc_auc_score(labels[keep] == high, scores[keep])
            assert auc(scores, labels, low, high) == pytest.approx(expected)
            assert auc(-scores, labels, low, high) == pytest.approx(1 - expected)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(-4, 4).map(float), st.integers(0, 1)), min_size=1, max_size=12))
def test_no_threshold_is_better_than_the_best(rows: list[tuple[float, int]]) -> None:
    scores, labels = (x.numpy() for x in column(rows))
    threshold, reached = best_threshold(scores, labels)
    every = [-np.inf, *np.unique(scores), np.inf]
    assert reached == max(accuracy(scores, labels, t) for t in every)
    assert accuracy(scores, labels, threshold) == reached


def test_the_best_threshold_lies_in_the_middle_of_its_gap() -> None:
    assert best_threshold([0.0, 1.0, 3.0, 4.0], [0, 0, 1, 1]) == (2.0, 1.0)
    assert best_threshold([5.0, 6.0], [1, 1]) == (-np.inf, 1.0)
    assert best_threshold([5.0, 6.0], [0, 0]) == (np.inf, 1.0)
    # Two neighbouring numbers have no middle; the lowest of equally good gaps is taken.
    above = np.nextafter(1.0, 2.0)
    assert best_threshold([1.0, above], [0, 1]) == (above, 1.0)
    assert best_threshold([0.0, 2.0, 4.0, 6.0], [0, 1, 0, 1]) == (1.0, 0.75)
    # Where the published search through tanh sees only 1.0 (float32 from 9.1 on), the scan still separates.
    high = np.linspace(20, 40, 101, dtype=np.float32)
    assert np.unique(np.tanh(high)).size == 1
    assert best_threshold(high, high > 33) == (pytest.approx(33.1, abs=1e-5), 1.0)


def test_spearman_of_ties_and_of_any_rising_function() -> None:
    scores, labels = (x.numpy() for x in drawn(50))
    assert spearman(np.exp(scores), labels) == spearman(scores, labels)
    assert spearman(scores, scores) == 1.0
    assert spearman(-scores, scores) == -1.0
    assert accuracy([0.0, 1.0, -1.0, 2.0], [1, 0, 0, 1]) == 0.75
    assert accuracy(torch.tensor([0.2, 0.8], requires_grad=True), torch.tensor([False, True]), 0.5) == 1.0


def test_measures_refuse_what_has_no_answer() -> None:
    with pytest.raises(ValueError, match="Spearman's coefficient is undefined"):
        spearman([1.0, 2.0], [3, 3])
    with pytest.raises(ValueError, match="Spearman's coefficient is undefined"):
        spearman([1.0, 1.0], [3, 4])
    with pytest.raises(ValueError, match="labels 0 and 2 occur 1 and 0 times"):
        auc([1.0, 2.0], [0, 1], high=2)
    for measure in (accuracy, best_threshold):
        with pytest.raises(ValueError, match="labels hold 2, but must be 0 or 1"):
            measure([1.0, 2.0], [0, 2])
    for measure in (spearman, auc, accuracy, best_threshold):
        for scores, labels, message in (
            ([1.0, math.nan], [0, 1], r"scores\[1\] = nan"),
            ([1.0, 2.0], [0, math.inf], r"labels\[1\] = inf"),
            ([1.0, 2.0, 3.0], [0, 1], "3 scores and 2 labels"),
            ([], [], "must be \\[B\\] of numbers"),
            ([[1.0]], [[0]], "must be \\[B\\] of numbers"),
            (["a", "b"], [0, 1], "must be \\[B\\] of numbers"),
        ):
            with pytest.raises(ValueError, match=message):
                measure(scores, labels)
